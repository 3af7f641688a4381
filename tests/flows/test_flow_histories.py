"""Random histories of three weeks on the real flows and store: whatever happens in whatever order, what the office
promises to its agencies holds at every moment.

The rules are written here anew, from the promises and not from the code: the days of the steps by hand, the statuses by
a plain reading of submissions and decisions.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from history_office import (
    AGENCIES,
    DEADLINES,
    HOLIDAY,
    HOW,
    MONTH,
    OF,
    QUARTER,
    STEPS,
    STRANGER,
    VN,
    History,
    House,
    at,
)
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from bot.decide.delivery import void_nudges
from bot.decide.fairness import may_hold_more
from bot.domain.decision import Action, Decision, DecisionKind, Order
from bot.domain.mail import NoticeKind, NudgeRecord, Outcome, OutgoingRecord
from bot.domain.submission import Submission
from bot.flows import decisions
from bot.flows.snapshot import load_states

STALE = timedelta(days=10)
QUIET = timedelta(hours=4)
NUDGES = (NoticeKind.REQUEST, NoticeKind.REMINDER, NoticeKind.OVERDUE, NoticeKind.ESCALATION)
TURNS = [time(7), time(8), time(10, 30), time(16, 30)]  # when the bot looks, each day
LAST_DAY = 21
MORE = int(os.environ.get("HISTORIES", "0"))  # how many are looked at outside the suite


@dataclass(frozen=True)
class Event:
    """One thing that happens at minute `minute` of `day`."""

    day: int
    minute: int
    kind: str
    agency: str
    round: str
    number: int  # picks what the kind leaves open

    @property
    def moment(self) -> datetime:
        return at(self.day, self.minute // 60, self.minute % 60)


@dataclass(frozen=True)
class Span:
    """A stretch in which something is amiss: the bot is down, the mailbox or the outgoing server is away."""

    kind: str
    begins: int  # hours after the first of March
    hours: int

    def covers(self, moment: datetime) -> bool:
        since = (moment - at(1, 0)) / timedelta(hours=1)
        return self.begins <= since < self.begins + self.hours


KINDS = (
    *("good", "broken", "mended", "ask", "auto", "stranger", "letter", "again", "bounce", "full"),
    *("extend", "excuse", "grace", "mute", "undo", "accept", "return", "bind", "dismiss", "decline"),
    *("order_extend", "order_excuse", "order_grace", "order_mute", "order_undo", "order_accept", "order_forged"),
)
EVENTS = st.builds(
    Event,
    st.integers(1, LAST_DAY),
    st.integers(6 * 60, 20 * 60),
    st.sampled_from(KINDS),
    # Not everybody does something in every history: the silent ones are looked at most closely.
    st.sampled_from(AGENCIES),
    st.sampled_from((QUARTER, MONTH)),
    st.integers(0, 7),
)
SPANS = st.builds(Span, st.sampled_from(("down", "blind", "smtp")), st.integers(0, 22 * 24), st.integers(2, 80))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = House(tmp_path_factory.mktemp("histories"))
    yield found
    found.close()


@dataclass
class Watched:
    """What is checked after each turn, and what must be remembered for it."""

    history: History
    touched: set[tuple[str, str]] = field(default_factory=set)  # (agency, round) that anything may have silenced
    nudged: dict[str, NudgeRecord] = field(default_factory=dict)

    def after(self, *, trouble: str, able: bool) -> None:
        """Checks everything, once a turn has been made."""
        history, now = self.history, self.history.now
        store = history.services.store
        records = store.nudges()
        void = void_nudges(records, store.bounces())
        fresh = [r for r in records if r.mark.key not in self.nudged]
        statuses = recomputed(history)
        self.statuses_agree(statuses)
        for record in fresh:
            self.fresh_one(record, records, void, trouble, statuses)
        self.nudged.update({r.mark.key: r for r in fresh})
        self.one_a_day(records, void)
        if able:
            self.the_silent_are_told(records, void)
        self.mails()
        digests = Counter(r.queued_at.astimezone(VN).date() for r in store.outbox(kind=NoticeKind.DIGEST))
        assert all(count == 1 for count in digests.values()), digests
        assert not digests.keys() - {d for d in digests if is_working_day(d)}
        if not trouble:
            assert not store.unfinished(), f"unfinished at {now}"

    def fresh_one(
        self,
        record: NudgeRecord,
        records: tuple[NudgeRecord, ...],
        void: frozenset[str],
        trouble: str,
        statuses: dict[tuple[str, str, str], tuple[str, datetime]],
    ) -> None:
        """A step that has just been queued."""
        history, now = self.history, self.history.now
        agency, round_, step = record.agency, record.mark.round, record.mark.step
        told = f"{record.mark.key} at {now}"
        request = step == "request"
        same = [r for r in records if r is not record and name(r.mark.key) == name(record.mark.key)]
        assert all(r.mark.key in void for r in same), f"{told}: said before and not in vain"
        assert is_working_day(now.astimezone(VN).date()), told
        assert time(7, 30) <= now.astimezone(VN).time() < time(17), told
        assert request or not trouble, f"{told}: the mailbox was not read"
        mine = {k: v for k, v in statuses.items() if k[:2] == (agency, round_)}
        unsettled = [v for v in mine.values() if v[0] in ("open", "overdue", "correction_needed")]
        assert unsettled, f"{told}: nothing is owed: {mine}"
        extended = {k: v for k, v in mine.items() if v[1] != DEADLINES[round_]}
        asked = [v for k, v in mine.items() if v in unsettled and not (k in extended and now < v[1])]
        assert request or asked, f"{told}: all that is owed runs longer"
        assert not muted(history, round_), f"{told}: muted"
        mails = history.services.store.mails()
        holding = [
            m
            for m in mails
            if m.outcome in (Outcome.HELD, Outcome.PARKED) and m.agency == agency and m.round in (None, round_)
        ]
        assert request or not any(may_hold_more(m) for m in holding), f"{told}: a mail of theirs waits"
        heard = [
            m.received_at
            for m in mails
            if m.agency == agency and m.outcome is not Outcome.IGNORED and m.received_at <= now
        ]
        assert not heard or max(heard) + QUIET <= now, f"{told}: they have just written"
        if record.outgoing.mail.kind is NoticeKind.REMINDER and not step.startswith("c"):
            assert now < max(v[1] for v in mine.values()), f"{told}: a reminder after the deadline"

    def one_a_day(self, records: tuple[NudgeRecord, ...], void: frozenset[str]) -> None:
        days: defaultdict[tuple[str, date], set[int]] = defaultdict(set)
        for record in records:
            if record.mark.key not in void:
                days[record.agency, record.outgoing.queued_at.astimezone(VN).date()].add(record.outgoing.id)
        assert all(len(mails) == 1 for mails in days.values()), days

    def the_silent_are_told(self, records: tuple[NudgeRecord, ...], void: frozenset[str]) -> None:
        """Whoever has done nothing, and whom nothing was decided of, has been told the latest step that is due."""
        now = self.history.now
        today = now.astimezone(VN).date()
        for round_, agencies in OF.items():
            due = [(step, when) for step, when in STEPS[round_] if when <= now]
            if not due or muted(self.history, round_):
                continue
            step, when = due[-1]
            stale = now - when >= STALE
            passed = step.startswith(("t-", "request")) and now >= DEADLINES[round_]
            for agency in agencies:
                if (agency, round_) in self.touched or stale or passed:
                    continue
                mine = [r for r in records if r.agency == agency and r.mark.key not in void]
                if any(r.mark.round == round_ and r.mark.step == step for r in mine):
                    continue
                # Told of something else today: tomorrow then. The request of that day has said the same.
                assert any(r.outgoing.queued_at.astimezone(VN).date() == today for r in mine) or any(
                    r.mark.round == round_ and r.outgoing.queued_at.astimezone(VN).date() == when.date() for r in mine
                ), f"{agency} has not been told {step} of {round_} by {now}"

    def mails(self) -> None:
        """Each inbound mail has one outcome, never another one by itself, and one answer at most."""
        store = self.history.services.store
        answers: defaultdict[int | None, list[OutgoingRecord]] = defaultdict(list)
        for record in store.outbox():
            if record.mail.kind in (NoticeKind.RECEIPT, NoticeKind.CORRECTION, NoticeKind.CLOSED):
                answers[record.mail.mail_id].append(record)
        for mail in store.mails():
            got = [r for r in answers[mail.id] if not r.mail.key.endswith(":again")]
            assert len(got) <= 1, f"mail {mail.id}: {[r.mail.key for r in got]}"
            if mail.outcome in (Outcome.ACCEPTED, Outcome.CORRECTION):
                assert len(got) == 1, f"mail {mail.id} is {mail.outcome} and has no answer"

    def statuses_agree(self, expected: dict[tuple[str, str, str], tuple[str, datetime]]) -> None:
        services = self.history.services
        for state in load_states(services, services.rounds, self.history.now):
            for o in state.obligations:
                key = o.agency, state.round.code, o.form
                assert (o.status.value, o.deadline.instant) == expected[key], f"{key} at {self.history.now}"


def name(key: str) -> str:
    """A step without its kind and its turn: what the agency hears twice when it is sent twice."""
    parts = key.split(":")
    return ":".join(parts[1:3] if parts[0] == "request" else parts[1:5])


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day != HOLIDAY


def in_force(history: History) -> list[Decision]:
    log = history.services.store.decision_log()
    undone = {d.undoes for d in log if d.kind is DecisionKind.UNDO}
    return [d for d in log if d.kind is not DecisionKind.UNDO and d.id not in undone]


def muted(history: History, round_: str) -> bool:
    return any(d.kind is DecisionKind.MUTE and d.round == round_ for d in in_force(history))


def recomputed(history: History) -> dict[tuple[str, str, str], tuple[str, datetime]]:
    """(agency, round, form) → status and deadline, read plainly from submissions, decisions and waiting mails."""
    store, now = history.services.store, history.now
    log, everything = in_force(history), store.submissions()
    waiting = [m for m in store.mails() if m.outcome in (Outcome.HELD, Outcome.PARKED) and may_hold_more(m)]
    found = {}
    for round_ in history.services.rounds:
        for duty in round_.assignments:
            mine = [
                d
                for d in log
                if d.round == round_.code and d.agency in ("", duty.agency) and d.form in (None, duty.form)
            ]
            deadline = deadline_of(DEADLINES[round_.code], mine)
            sent = sorted(
                (s for s in everything if (s.agency, s.round, s.form) == (duty.agency, round_.code, duty.form)),
                key=lambda s: s.version,
            )
            held = any(m.agency == duty.agency and m.round in (None, round_.code) for m in waiting)
            found[duty.agency, round_.code, duty.form] = status_of(sent, mine, deadline, held, now), deadline
    return found


def deadline_of(printed: datetime, mine: list[Decision]) -> datetime:
    """The newest extension, or the printed one; a grace only where it is later."""
    extensions = [d for d in mine if d.kind is DecisionKind.EXTEND]
    graces = [d for d in mine if d.kind is DecisionKind.GRACE]
    until = max(extensions, key=lambda d: d.at).until if extensions else printed
    grace = max(graces, key=lambda d: d.at).until if graces else None
    assert until is not None
    return max(until, grace) if grace else until


def status_of(sent: list[Submission], mine: list[Decision], deadline: datetime, held: bool, now: datetime) -> str:
    verdicts = []
    for s in sent:
        words = [d for d in mine if d.kind in (DecisionKind.ACCEPT, DecisionKind.RETURN) and d.version == s.version]
        last = max(words, key=lambda d: d.at) if words else None
        verdict = "valid" if s.verdict.is_valid else s.verdict.value
        if last is not None:
            verdict = "valid" if last.kind is DecisionKind.ACCEPT else "correction"
        verdicts.append(verdict)
    valid = [s.received_at for s, v in zip(sent, verdicts, strict=True) if v == "valid"]
    if valid:
        return "fulfilled" if min(valid) < deadline else "fulfilled_late"
    if any(d.kind is DecisionKind.EXCUSE for d in mine):
        return "excused"
    if verdicts and verdicts[-1] in ("held", "correction"):
        return {"held": "held", "correction": "correction_needed"}[verdicts[-1]]
    if held:
        return "held"
    return "overdue" if now >= deadline else "open"


def happen(history: History, watched: Watched, event: Event) -> None:
    """Lets `event` happen now; what makes no sense at that moment is left out or refused."""
    agency, round_ = event.agency, event.round if event.agency in OF[event.round] else QUARTER
    services, store = history.services, history.services.store
    sender, kind = f"{agency}@binhduong.example", event.kind
    period = "quý I năm 2023" if round_ == QUARTER else "tháng 02 năm 2023"
    house = history.house
    everybody = {(a, r) for r, members in OF.items() for a in members}
    own = {(agency, r) for r in OF if agency in OF[r]}
    touched: set[tuple[str, str]] = own
    match kind:
        case "good" | "mended":
            history.mail(sender, f"Báo cáo CCHC {period}", files=house.files(agency, round_, "good"))
        case "broken":
            history.mail(sender, f"Báo cáo CCHC {period}", files=house.files(agency, round_, "broken"))
        case "ask":
            text = f"Kính gửi Sở Nội vụ, đơn vị xin gia hạn báo cáo {period} đến hết ngày {10 + event.number}/3/2023.\n"
            history.mail(sender, f"Xin gia hạn báo cáo {period}", text)
        case "auto":
            history.mail(sender, "Trả lời tự động", "Tôi nghỉ phép.\n", Auto_Submitted="auto-replied")
            touched = set()  # a program's mail silences nobody
        case "stranger":
            files = house.files(agency, round_, "good") if event.number % 2 else ()
            history.mail(STRANGER, "Báo cáo", files=files)
            touched = own if files else set()
        case "letter":
            history.mail(sender, f"Báo cáo {period}", "Kính gửi Sở Nội vụ, nhờ hướng dẫn giúp đơn vị?\n")
        case "again":
            history.again(sender)
        case "bounce" | "full":
            mine = [r for r in store.outbox() if r.mail.agency == agency and r.state == "sent" and r.mail.to]
            if mine:
                original = mine[-1 - event.number % len(mine)]
                history.bounce(original, original.mail.to[0], permanent=kind == "bounce")
        case "bind" | "dismiss":
            touched = own if kind == "bind" else everybody
            waiting = [m for m in store.mails() if m.outcome is Outcome.HELD]
            if kind == "bind":
                history.decide(history.nothing_else(lambda: decisions.bind(services, STRANGER, agency, **HOW)))
            elif waiting:
                chosen = waiting[event.number % len(waiting)].id
                history.decide(history.nothing_else(lambda: decisions.dismiss(services, chosen, **HOW)))
        case "grace" | "mute" | "undo" | "order_grace" | "order_mute" | "order_undo":
            touched = everybody
            _on_round(history, event, round_)
        case _:
            _on_agency(history, event, agency, round_)
    watched.touched |= touched


def _on_round(history: History, event: Event, code: str) -> None:
    services, round_ = history.services, history.round(code)
    until = history.now.astimezone(VN).date() + timedelta(days=1 + event.number)
    log = in_force(history)
    chosen = log[event.number % len(log)] if log else None
    # Who takes back a mute or a grace lets what is due be said at the next look, whatever day it is.
    match event.kind:
        case "grace":
            instant = datetime.combine(until, time(0), VN)
            history.decide(history.nothing_else(lambda: decisions.grace(services, round_, instant, **HOW)))
        case "mute":
            history.decide(history.nothing_else(lambda: decisions.mute(services, round_, **HOW)))
        case "undo" if chosen is not None and chosen.id is not None:
            number = chosen.id
            history.decide(history.nothing_else(lambda: decisions.undo(services, number, **HOW)))
        case "order_grace":
            history.order(Order(Action.GRACE, round=code, until=until))
        case "order_mute":
            history.order(Order(Action.MUTE, round=code))
        case "order_undo" if chosen is not None:
            history.order(Order(Action.UNDO, round=chosen.round, agency=chosen.agency, decision_id=chosen.id))


def _on_agency(history: History, event: Event, agency: str, round_: str) -> None:
    services, store = history.services, history.services.store
    aim = decisions.target(services, agency, round_, None)
    (form,) = aim.forms
    exact = decisions.target(services, agency, round_, form)
    until = history.now.astimezone(VN).date() + timedelta(days=1 + event.number)
    instant = datetime.combine(until, time(0), VN)
    asks = [m for m in store.mails(outcome=Outcome.HELD) if m.agency == agency and m.round == round_]
    mail_id = asks[0].id if asks else None
    newest = max((s.version for s in store.submissions(round=round_, agency=agency)), default=None)

    def make() -> Any:
        match event.kind:
            case "extend":
                return decisions.extend(services, aim, instant, mail_id=mail_id, **HOW)
            case "excuse":
                return decisions.excuse(services, aim, mail_id=mail_id, **HOW)
            case "decline" if mail_id is not None:
                return decisions.decline(services, aim, mail_id, **HOW)
            case "accept":
                return decisions.accept(services, exact, None, **HOW)
            case "return":
                return decisions.return_(services, exact, None, **HOW)
        return None

    if not event.kind.startswith("order_"):
        history.decide(history.nothing_else(make))
    elif event.kind == "order_accept":
        if newest is not None:
            history.order(Order(Action.ACCEPT, round=round_, agency=agency, form=form, version=newest))
    elif event.kind == "order_excuse":
        history.order(Order(Action.EXCUSE, round=round_, agency=agency, mail_id=mail_id))
    else:
        extend = Order(Action.EXTEND, round=round_, agency=agency, mail_id=mail_id, until=until)
        history.order(extend, forged=event.kind == "order_forged")


def play(house: House, events: list[Event], spans: list[Span]) -> None:
    """Three weeks: events at their minute, the bot's looks at their hours, everything checked after each look."""
    looks = [(datetime.combine(date(2023, 3, day), at_, VN), None) for day in range(1, LAST_DAY + 1) for at_ in TURNS]
    beats: list[tuple[datetime, Event | None]] = [*looks, *((e.moment, e) for e in events)]
    with house.history() as history:
        watched = Watched(history)
        for moment, event in sorted(beats, key=lambda beat: (beat[0], beat[1] is None)):
            history.clock.move_to(moment)
            amiss = {s.kind for s in spans if s.covers(moment)}
            if event is not None:
                if "down" not in amiss or not event.kind.startswith("order_"):
                    happen(history, watched, event)
                continue
            if "down" in amiss:
                continue
            trouble = "the server is away" if "blind" in amiss else ""
            history.turn(trouble=trouble, sends="smtp" not in amiss)
            local = moment.astimezone(VN)
            open_ = is_working_day(local.date()) and time(7, 30) <= local.time() < time(17)
            watched.after(trouble=trouble, able=open_ and not trouble)


@settings(
    max_examples=MORE or 1,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # A history takes seconds: to make a failing one smaller would take hours.
    phases=[Phase.explicit, Phase.generate],
)
@given(st.lists(EVENTS, min_size=8, max_size=45), st.lists(SPANS, max_size=3))
@example([], [])
# The quarter is muted over its last day; taken back on the very day on which the month's first reminder has gone out.
@example(
    [
        Event(2, 13 * 60, "bounce", "stc", QUARTER, 0),
        Event(3, 9 * 60, "broken", "ptth", QUARTER, 0),
        Event(7, 9 * 60, "mute", "stp", QUARTER, 0),
        Event(10, 9 * 60 + 30, "undo", "stp", QUARTER, 0),
        Event(14, 7 * 60 + 45, "good", "bao", MONTH, 0),
    ],
    [Span("smtp", 15 * 24, 9)],
)
def test_whatever_happens_the_promises_hold(house: House, events: list[Event], spans: list[Span]) -> None:
    play(house, events, spans)
