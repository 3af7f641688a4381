"""The coordinator's day, decided: each agency in one place, every mail in one list, what waits with its answers."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from samples import VN, WORKING_TIME, a_decision, a_round, a_submission, at

from bot.decide.digest_days import digest_due, digest_key
from bot.decide.digesting import DigestFacts, build_digest, is_quiet, is_worth_sending
from bot.decide.downtime import GraceProposal
from bot.decide.obligations import round_state
from bot.domain.agency import Agency, Contact, ContactRole, Registry
from bot.domain.decision import Action, DecisionKind, Order, ReplyLink, in_force
from bot.domain.form import Form, FormKind, Severity
from bot.domain.intake import BounceRecord
from bot.domain.letter import Why
from bot.domain.mail import (
    Evidence,
    EvidenceSource,
    InboundRecord,
    MessageRef,
    NoticeKind,
    NudgeMark,
    NudgeRecord,
    Outcome,
    OutgoingMail,
    OutgoingRecord,
    OutgoingState,
)
from bot.domain.office import Coordinator, Office
from bot.domain.submission import Finding, Place, Verdict
from bot.domain.watch import Outage, Trouble

AGENCIES = Registry(
    (
        Agency("tdm", "UBND thành phố Thủ Dầu Một", "Cấp huyện", (Contact("tdm@binhduong.example"),)),
        Agency(
            "stp",
            "Sở Tư pháp",
            "Sở, ngành",
            (Contact("stp@binhduong.example"), Contact("stp.ld@binhduong.example", ContactRole.LEADER)),
        ),
        Agency("stc", "Sở Tài chính", "Sở, ngành", (Contact("stc@binhduong.example"),)),
        Agency("bb", "UBND huyện Bàu Bàng", "Cấp huyện", (Contact("bb@binhduong.example"),)),
    )
)
FORMS = {
    "narrative": Form("narrative", "Báo cáo", "Báo cáo Word", FormKind.OUTLINE),
    "ii06": Form("ii06", "Biểu II.06", "Biểu II.06", FormKind.TABLE),
}
OFFICE = Office(
    "Sở Nội vụ",
    "baocao@binhduong.example",
    Coordinator("Điều phối", "dieuphoi@binhduong.example"),
    WORKING_TIME,
    coordinator_addresses=frozenset({"dieuphoi@binhduong.example"}),
)
NOW, SINCE, BETWEEN = at(3, 9), at(3, 8), at(3, 8, 15)


def link(order: Order) -> ReplyLink:
    return ReplyLink(order, "CODE", "subject", f"mailto:x?{order.action}", date(2023, 4, 1))


def a_mail(number, outcome, reason="ok", finished=BETWEEN, agency=None, submissions=(), **changes):
    values = {
        "id": number,
        "ref": MessageRef("box", "INBOX", 1, number),
        "message_id": f"<{number}@binhduong.example>",
        "sha256": f"{number:064d}",
        "size": 1000,
        "received_at": finished,
        "sender": "ai@noikhac.example",
        "subject": f"Thư {number}",
        "outcome": outcome,
        "reason": reason,
        "agency": agency,
        "finished_at": finished,
        "submissions": tuple(submissions),
    }
    return InboundRecord(**(values | changes))


def an_outgoing(key, state, kind=NoticeKind.REMINDER, attempts=1, agency="tdm", sent_at=None):
    mail = OutgoingMail(
        key, kind, ("tdm@binhduong.example",), (), "Nhắc", "<x@y>", "", b"", agency=agency, round="2023-q1"
    )
    return OutgoingRecord(
        1, mail, state, at(3, 8), attempts, sent_at=sent_at or at(3, 8), last_error="550 no such user"
    )


def a_nudge(key, agency="tdm", state=OutgoingState.SENT, round_="2023-q1", sent_at=None):
    return NudgeRecord(NudgeMark(key, round_, "t-3"), agency, an_outgoing(key, state, agency=agency, sent_at=sent_at))


def a_bounce(address, permanent=True, when=BETWEEN):
    return BounceRecord(address, when, permanent, "550 5.1.1", 7, "reminder:x")


def page(submissions=(), mails=(), log=(), now=NOW, held=(), round_=None, **changes):
    round_ = round_ or a_round()
    decisions = in_force(log)
    values = {
        "office": OFFICE,
        "registry": AGENCIES,
        "forms": FORMS,
        "states": [round_state(round_, submissions, decisions, now, held, working_time=WORKING_TIME)],
        "mails": mails,
        "log": log,
        "decisions": decisions,
        "outbox": (),
        "nudges": (),
        "bounces": (),
        "link": link,
        "since": SINCE,
        "now": now,
    }
    return build_digest(DigestFacts(**(values | changes)))


def orders(item):
    return [(x.order.action, x.order.whose or x.order.until or x.order.round) for x in item.links]


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (at(3, 9, 7, 59), False),
        (at(3, 9, 8, 0), True),
        (at(3, 9, 16, 59), True),
        (at(3, 9, 17, 0), False),
        (at(3, 11, 9), False),  # a Saturday
    ],
)
def test_due_on_working_days_from_its_hour(now, due):
    assert digest_due(now, time(8, 0), WORKING_TIME) is due


def test_key_is_the_local_day():
    late_in_utc = datetime(2023, 3, 8, 18, 0, tzinfo=VN).astimezone(UTC)
    assert digest_key(late_in_utc, WORKING_TIME) == "digest:2023-03-08"


def test_each_agency_counts_once():
    broken = a_submission(verdict=Verdict.CORRECTION)
    (round_page,) = page([broken, a_submission(form="narrative", agency="stp")]).rounds
    assert (round_page.done, round_page.needs_correction, round_page.silent, round_page.partial) == (1, 1, 0, 0)
    assert round_page.total == 2
    assert {g.name: (g.done, g.total) for g in round_page.groups} == {"Cấp huyện": (0, 1), "Sở, ngành": (1, 1)}


def test_half_a_report_is_neither_silent_nor_done():
    (round_page,) = page([a_submission(form="narrative")]).rounds
    tdm = round_page.agencies[0]
    assert not (tdm.done or tdm.silent or tdm.needs_correction or tdm.held or tdm.undelivered)
    assert round_page.partial == 1


@pytest.mark.parametrize(
    ("case", "nudges", "void", "dead", "silent", "undelivered", "contact"),
    [
        ("told", ["a"], [], [], 2, 0, "stp@binhduong.example"),
        ("the only reminder came back", ["a"], ["a"], [], 1, 1, "stp@binhduong.example"),
        ("one of two came back", ["a", "b"], ["a"], [], 2, 0, "stp@binhduong.example"),
        ("the clerk's address is dead", ["a"], ["a"], ["stp@binhduong.example"], 1, 1, "stp.ld@binhduong.example"),
        (
            "told by another address since",
            ["a", "b"],
            ["a"],
            ["stp@binhduong.example"],
            2,
            0,
            "stp.ld@binhduong.example",
        ),
        ("no address is left", [], [], ["stp@binhduong.example", "stp.ld@binhduong.example"], 1, 1, ""),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_could_not_be_delivered_is_not_silent(case, nudges, void, dead, silent, undelivered, contact):
    notice = page(
        nudges=[a_nudge(key, "stp") for key in nudges],
        void=frozenset(void),
        dead={a: a_bounce(a) for a in dead},
        unreached={"2023-q1": frozenset({"stp"} if undelivered else ())},
    )
    (round_page,) = notice.rounds
    assert (round_page.silent, round_page.undelivered) == (silent, undelivered)
    assert round_page.agencies[1].contact == contact
    assert sum((g.silent, g.undelivered) == (0, 1) for g in round_page.groups) == undelivered


@pytest.mark.parametrize(
    ("state", "queued_at", "told"),
    [
        (OutgoingState.QUEUED, NOW, True),
        (OutgoingState.SENDING, NOW, True),
        (OutgoingState.QUEUED, NOW - timedelta(days=1), False),
        (OutgoingState.FAILED, NOW, False),
    ],
)
def test_a_reminder_that_goes_out_with_the_page_counts_as_todays(state, queued_at, told):
    earlier = a_nudge("a", sent_at=at(3, 2))
    record = a_nudge("b", state=state)
    record = replace(record, outgoing=replace(record.outgoing, queued_at=queued_at, sent_at=None))
    tdm = page(nudges=[earlier, record]).rounds[0].agencies[0]
    assert (tdm.nudges, tdm.last_nudge_at) == ((2, queued_at) if told else (1, at(3, 2)))


def test_nudges_are_counted_of_this_round_and_only_those_that_arrived():
    records = [
        a_nudge("a", sent_at=at(3, 2)),
        a_nudge("b", sent_at=at(3, 6)),
        a_nudge("c", sent_at=at(3, 7)),
        a_nudge("d", state=OutgoingState.UNKNOWN),
        a_nudge("e", round_="2022-q4"),
    ]
    tdm = page(nudges=records, void=frozenset({"c"})).rounds[0].agencies[0]
    assert (tdm.nudges, tdm.last_nudge, tdm.last_nudge_at) == (2, "reminder", at(3, 6))


def test_the_request_is_sent_and_is_no_reminder():
    request = a_nudge("q", sent_at=at(3, 2))
    request = replace(request, mark=replace(request.mark, step="request"))
    tdm = page(nudges=[request]).rounds[0].agencies[0]
    assert (tdm.nudges, tdm.last_nudge_at) == (0, at(3, 2))
    later = a_nudge("b", sent_at=at(3, 6))
    assert page(nudges=[request, later]).rounds[0].agencies[0].nudges == 1


def test_what_presses_stands_first_and_the_newest_of_each_kind():
    def held(number, reason, hour, **changes):
        return a_mail(number, Outcome.HELD, reason, finished=at(3, 8, hour), **changes)

    def an_ask(number, until, hour):
        told = (evidence("asks_extension", about="ask", found="xin"), evidence(until, about="until"))
        return held(number, "asks_extension", hour, agency="tdm", evidence=told)

    files = (("a.docx", "0" * 64, 10),)
    mails = [
        an_ask(1, "2023-03-08", 20),  # its day has passed
        an_ask(2, "2023-03-15", 9),
        an_ask(3, "2023-03-15", 10),
        held(4, "unknown_sender", 11, attachments=files),
        held(5, "unknown_sender", 21),
        held(6, "ambiguous_round", 12, agency="stp"),
        held(7, "ambiguous_round", 13, agency="stp"),
    ]
    assert [item.mail.mail_id for item in page(mails=mails).items] == [3, 2, 4, 7, 6, 5, 1]


def beside(number=9, form="ii06", outcome=Outcome.ACCEPTED, **changes):
    told = [evidence("asks_extension", about="ask", found="xin"), evidence("2023-03-15", about="until", found="xin")]
    told += [evidence("narrative", about="form", found="Báo cáo.docx"), evidence(form, about="form", found="xin")]
    return a_mail(number, outcome, agency="tdm", round="2023-q1", evidence=tuple(told), **changes)


@pytest.mark.parametrize(
    ("case", "submissions", "log", "asks"),
    [
        ("unanswered", [], [], 1),
        ("its form has come", [a_submission(form="ii06")], [], 0),
        ("another form has come", [a_submission(form="narrative")], [], 1),
        ("answered", [], [{"mail_id": 9, "form": "ii06"}], 0),
        ("another question was answered", [], [{"mail_id": 8, "form": "ii06"}], 1),
        ("granted by command since", [], [{"form": "ii06"}], 0),
        ("granted by command for all since", [], [{"form": None}], 0),
        ("another form was granted", [], [{"form": "narrative"}], 1),
        ("granted before it was asked", [], [{"form": "ii06", "at": at(3, 7)}], 1),
    ],
)
def test_an_ask_beside_a_report_stands_until_it_is_answered_or_over(case, submissions, log, asks):
    decided = [
        replace(a_decision(DecisionKind.DECLINE, d.pop("at", at(3, 8, 16)), agency="tdm", **{"form": None} | d), id=n)
        for n, d in enumerate(log)
    ]
    items = [i for i in page(submissions, mails=[beside()], log=decided).items if i.what == "ask"]
    assert len(items) == asks, case
    for item in items:
        assert (item.form.code, item.mail.reason) == ("ii06", "asks_extension")
        assert {(x.order.form, x.order.mail_id) for x in item.links} == {("ii06", 9)}
        assert orders(item)[0] == (Action.EXTEND, date(2023, 3, 15))


def test_of_several_that_ask_for_the_same_the_newest_stands():
    mails = [beside(9), beside(10, finished=at(3, 8, 16)), beside(11, outcome=Outcome.IGNORED)]
    assert [i.mail.mail_id for i in page(mails=mails).items] == [10]


def test_open_corrections_are_listed_with_their_answers():
    (round_page,) = page([a_submission(verdict=Verdict.CORRECTION, version=2)]).rounds
    (mending,) = round_page.mending
    assert (mending.agency.code, mending.form.code, mending.version) == ("tdm", "ii06", 2)
    assert [(x.order.action, x.order.form, x.order.version) for x in mending.links] == [
        (Action.ACCEPT, "ii06", 2),
        (Action.EXTEND, "ii06", None),
    ]
    assert page([a_submission()]).rounds[0].mending == ()


@pytest.mark.parametrize(
    ("verdict", "later", "returned"),
    [
        (Verdict.ACCEPTED, [], ["return"]),
        (Verdict.ACCEPTED_WITH_REMARKS, [], ["return"]),
        (Verdict.CORRECTION, [], []),
        (Verdict.ACCEPTED, [a_submission(version=2)], []),
    ],
)
def test_a_new_version_that_stands_may_be_returned(verdict, later, returned):
    sent = a_submission(verdict=verdict)
    mails = [a_mail(9, Outcome.ACCEPTED, agency="tdm", submissions=[sent])]
    (change,) = page([sent, *later], mails=mails).rounds[0].changes
    assert [x.order.action.value for x in change.links] == returned
    assert all((x.order.form, x.order.version) == ("ii06", 1) for x in change.links)


def test_what_comes_next_is_told_of_whom_is_waited_for():
    why = Why("spoken", {"next_at": at(3, 10)})
    notice = page([a_submission(form="narrative", agency="stp")], whys={(c, "2023-q1"): why for c in ("tdm", "stp")})
    assert [row.why for row in notice.rounds[0].agencies] == [why, None]


HELD_FINDING = Finding("X301", Severity.HOLD, Place(sheet="II.06", cell="D4"))


@pytest.mark.parametrize(
    ("record", "where"),
    [
        (a_mail(1, Outcome.HELD, "unknown_sender"), "sender"),
        (a_mail(2, Outcome.HELD, "ambiguous_round"), "mail"),
        (a_mail(3, Outcome.PARKED, "broke_us"), "mail"),
        (a_mail(4, Outcome.HELD, "unknown_sender", finished=at(2, 1)), "sender"),
        (a_mail(5, Outcome.IGNORED, "auto_reply"), "ignored"),
        (a_mail(6, Outcome.HELD, "asks_extension", agency="tdm"), "ask"),
        (a_mail(7, Outcome.HELD, "findings", submissions=[a_submission(verdict=Verdict.HELD)]), "version"),
    ],
    ids=["unknown sender", "held", "parked", "held since long", "ignored", "a question", "a version"],
)
def test_every_mail_stands_in_exactly_one_list(record, where):
    notice = page(record.submissions, mails=[record])
    lists = {w: [i.mail.mail_id for i in notice.items if i.what == w] for w in ("mail", "sender", "ask", "version")}
    lists["ignored"] = [m.mail_id for m in notice.ignored]
    assert lists == {name: [record.id] if name == where else [] for name in lists}


def test_ignored_mail_is_told_once():
    assert not page(mails=[a_mail(5, Outcome.IGNORED, "auto_reply", finished=SINCE)]).ignored


def evidence(value, source=EvidenceSource.DOCUMENT, about="agency", found=""):
    return Evidence(about, value, source, found)


@pytest.mark.parametrize(
    ("reason", "found", "answers"),
    [
        (
            "unknown_sender",
            [evidence("stc", EvidenceSource.BODY), evidence("stp"), evidence("ai", EvidenceSource.TAG)],
            [(Action.BIND, "stp"), (Action.BIND, "stc"), (Action.BIND, ""), (Action.DONE, "")],
        ),
        (
            "unknown_sender",
            [evidence(code) for code in ("stc", "stp", "tdm", "bb")],
            [(Action.BIND, "stc"), (Action.BIND, "stp"), (Action.BIND, "tdm"), (Action.BIND, ""), (Action.DONE, "")],
        ),
        ("wrong_agency", [evidence("stp")], [(Action.RELEASE, "stp"), (Action.RELEASE, ""), (Action.DONE, "")]),
        ("ambiguous_round", [], [(Action.RELEASE, "2023-q1"), (Action.DONE, "")]),
        ("unauthenticated", [evidence("stp")], [(Action.RELEASE, ""), (Action.DONE, "")]),
        ("no_attachment", [], [(Action.DONE, ""), (Action.RELEASE, "")]),
        ("too_big", [], [(Action.DONE, "")]),
    ],
    ids=["stranger", "stranger of many", "whose", "which round", "who", "letter", "too big"],
)
def test_answers_propose_what_the_evidence_speaks_for(reason, found, answers):
    (item,) = page(mails=[a_mail(9, Outcome.HELD, reason, evidence=tuple(found))]).items
    assert [(a, w or "") for a, w in orders(item)] == answers
    assert all(x.order.mail_id == 9 for x in item.links)
    assert all(f"name.{x.order.whose}" in item.params for x in item.links if x.order.whose)


@pytest.mark.parametrize(
    ("reason", "until", "answers"),
    [
        (
            "asks_extension",
            "2023-03-15",
            [("extend", date(2023, 3, 15)), ("extend", None), ("excuse", None), ("decline", None)],
        ),
        (
            "asks_extension",
            "2023-03-09",
            [("extend", date(2023, 3, 9)), ("extend", None), ("excuse", None), ("decline", None)],
        ),
        ("asks_extension", "2023-03-08", [("extend", None), ("excuse", None), ("decline", None)]),
        ("asks_extension", "chưa rõ", [("extend", None), ("excuse", None), ("decline", None)]),
        ("nothing_to_report", None, [("excuse", None), ("extend", None), ("decline", None)]),
    ],
)
def test_a_question_is_answered_by_the_asked_day_another_an_excuse_or_no(reason, until, answers):
    told = [evidence("more_time", about="ask", found="xin gia hạn"), evidence("stp", about="other")]
    told += [evidence(until, about="until")] if until else []
    (item,) = page(mails=[a_mail(9, Outcome.HELD, reason, agency="tdm", evidence=tuple(told))]).items
    assert [(x.order.action.value, x.order.until) for x in item.links] == answers
    assert {(x.order.round, x.order.agency, x.order.mail_id) for x in item.links} == {("2023-q1", "tdm", 9)}
    assert item.params == {"found": "xin gia hạn", "other": "Sở Tư pháp"} | (
        {"until": until} if until and until[0] == "2" else {}
    )


def test_a_question_of_nobody_s_round_is_only_put_aside():
    (item,) = page(mails=[a_mail(9, Outcome.HELD, "asks_extension", agency="bb")]).items
    assert [x.order.action for x in item.links] == [Action.DONE]


@pytest.mark.parametrize(
    ("case", "later", "kind", "waits"),
    [
        ("nobody has decided", None, None, True),
        ("accepted", None, DecisionKind.ACCEPT, False),
        ("returned", None, DecisionKind.RETURN, False),
        ("a newer version passed", Verdict.ACCEPTED, None, False),
        ("the form was excused", None, DecisionKind.EXCUSE, False),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_version_waits_until_it_is_judged_or_replaced(case, later, kind, waits):
    held = a_submission(verdict=Verdict.HELD, findings=(HELD_FINDING,))
    newer = [a_submission(2, later)] if later else []
    log = (
        [a_decision(kind, at(3, 8, 16), form="ii06", version=1 if kind is not DecisionKind.EXCUSE else None)]
        if kind
        else []
    )
    notice = page([held, *newer], [a_mail(1, Outcome.HELD, "findings", agency="tdm", submissions=[held])], log)
    assert [i.what for i in notice.items] == (["version"] if waits else [])
    for item in notice.items:
        assert [(x.order.action, x.order.form, x.order.version) for x in item.links] == [
            (Action.ACCEPT, "ii06", 1),
            (Action.RETURN, "ii06", 1),
        ]
        assert item.findings == (HELD_FINDING,)


def test_what_keeps_everybody_comes_first_and_lost_time_after_it():
    outage = Outage(at(3, 8, 9), at(3, 8, 14), "timed out")
    notice = page(
        mails=[a_mail(1, Outcome.HELD, "unknown_sender"), a_mail(2, Outcome.HELD, "asks_extension", agency="tdm")],
        unread=Why("reading_failed", {"error": "x"}),
        proposals=[GraceProposal(a_round(), outage, at(3, 11, 0))],
    )
    assert [i.what for i in notice.items] == ["unread", "grace", "ask", "sender"]
    unread, grace = notice.items[:2]
    assert unread.params == {"why": "reading_failed", "error": "x"}
    assert [(x.order.action, x.order.round, x.order.until) for x in grace.links] == [
        (Action.GRACE, "2023-q1", date(2023, 3, 10)),
        (Action.DECLINE, "2023-q1", None),
    ]


def test_overdue_agencies_carry_more_time_and_an_excuse():
    (round_page,) = page([a_submission(form="narrative", agency="stp")], now=at(3, 13)).rounds
    assert [[x.order.action for x in row.links] for row in round_page.agencies] == [[Action.EXTEND, Action.EXCUSE], []]
    assert not any(row.links for row in page().rounds[0].agencies)


def test_a_round_can_be_stopped_and_started_again():
    mute = replace(a_decision(DecisionKind.MUTE, at(3, 8, 9), agency=""), id=7)
    undo = replace(a_decision(DecisionKind.UNDO, at(3, 8, 10), agency=""), id=8, undoes=7)
    for log, action, by in (([], Action.MUTE, ""), ([mute], Action.UNDO, mute.who), ([mute, undo], Action.MUTE, "")):
        (round_page,) = page(log=log).rounds
        (only,) = round_page.links
        assert (only.order.action, round_page.muted_by) == (action, by)
        assert only.order.decision_id == (7 if action is Action.UNDO else None)


def test_a_grace_moves_the_deadline_of_the_page():
    grace = a_decision(DecisionKind.GRACE, at(3, 8, 9), agency="", until=at(3, 14, 0))
    (round_page,) = page(log=[grace], now=at(3, 11)).rounds
    assert (round_page.days_left, round_page.overdue) == (2, False)
    assert page(now=at(3, 11)).rounds[0].overdue


def test_changes_since_the_last_page():
    sent = a_submission(received_at=at(3, 8, 14))
    late = a_submission(form="narrative", received_at=at(3, 10, 9))
    decision = a_decision(DecisionKind.EXTEND, at(3, 8, 16), until=at(3, 15))
    notice = page(
        [sent, late],
        [
            a_mail(1, Outcome.ACCEPTED, agency="tdm", submissions=[sent, late]),
            a_mail(2, Outcome.ACCEPTED, finished=at(3, 7), agency="tdm", submissions=[a_submission(form="narrative")]),
        ],
        [decision, a_decision(DecisionKind.EXCUSE, at(3, 7), agency="stp")],
    )
    changes = notice.rounds[0].changes
    assert [(c.what, c.agency.code, c.mail_id) for c in changes] == [
        ("accepted", "tdm", 1),
        ("extend", "tdm", None),
        ("accepted", "tdm", 1),
    ]
    assert (changes[1].who, changes[1].until) == (decision.who, decision.until)
    assert not any(c.late for c in changes)  # the extension covers them
    assert [c.late for c in page([late], [a_mail(1, Outcome.ACCEPTED, submissions=[late])]).rounds[0].changes] == [True]


def test_what_was_taken_back_is_marked_and_an_older_one_is_news():
    old = replace(a_decision(DecisionKind.EXTEND, at(3, 7), until=at(3, 15)), id=1)
    new = replace(a_decision(DecisionKind.EXCUSE, at(3, 8, 9), agency="stp"), id=2)
    undo_old = replace(a_decision(DecisionKind.UNDO, at(3, 8, 10), round=""), id=3, undoes=1)
    undo_new = replace(a_decision(DecisionKind.UNDO, at(3, 8, 11), round=""), id=4, undoes=2)
    changes = page(log=[old, new, undo_old, undo_new]).rounds[0].changes
    assert [(c.what, c.undone, c.undoes) for c in changes] == [("excuse", True, ""), ("undo", False, "extend")]


def test_decisions_of_no_round_are_told_too():
    bind = a_decision(DecisionKind.BIND, at(3, 8, 9), round="", agency="stp", address="moi@x.example")
    notice = page(log=[bind, a_decision(DecisionKind.RELEASE, at(3, 8, 10), round="", agency="", mail_id=5)])
    assert [(c.what, c.address, c.mail_id) for c in notice.changes] == [
        ("bind", "moi@x.example", None),
        ("release", "", 5),
    ]
    assert not notice.rounds[0].changes


def test_mail_that_lay_in_spam_is_named():
    spam = {"ref": MessageRef("box", "Junk", 1, 5)}
    notice = page(
        mails=[
            a_mail(5, Outcome.ACCEPTED, **spam),
            a_mail(6, Outcome.IGNORED, "junk", **spam),
            a_mail(7, Outcome.ACCEPTED),
        ]
    )
    assert [m.mail_id for m in notice.rescued] == [5]
    assert [m.mail_id for m in notice.ignored] == [6]


def test_bounces_last_until_an_address_is_given_up_and_full_mailboxes_are_news_once():
    notice = page(
        dead={a: a_bounce(a, when=at(2, 1)) for a in ("stp@binhduong.example", "ai@noikhac.example")},
        bounces=[a_bounce("bb@binhduong.example", permanent=False), a_bounce("moi@noikhac.example")],
    )
    assert [(b.address, b.permanent, b.instead) for b in notice.bounces] == [
        ("stp@binhduong.example", True, ("stp.ld@binhduong.example",)),
        ("bb@binhduong.example", False, ()),
        ("moi@noikhac.example", True, ()),
    ]


def test_unsent_mail_is_shown():
    notice = page(
        outbox=[
            an_outgoing("reminder:a", OutgoingState.FAILED),
            an_outgoing("reminder:b", OutgoingState.UNKNOWN),
            an_outgoing("receipt:c", OutgoingState.QUEUED),
            an_outgoing("receipt:d", OutgoingState.QUEUED, attempts=0),
            an_outgoing("reminder:e", OutgoingState.SENT),
        ]
    )
    assert [(u.key, u.subject) for u in notice.unsent] == [
        ("reminder:a", "Nhắc"),
        ("reminder:b", "Nhắc"),
        ("receipt:c", "Nhắc"),
    ]


def test_days_left_turn_negative_after_the_deadline():
    (before,) = page().rounds
    (after,) = page(now=at(3, 13)).rounds
    assert (before.days_left, before.working_days_left, before.overdue) == (0, 0, False)
    assert (after.days_left, after.working_days_left, after.overdue) == (-4, -2, True)


def test_the_most_urgent_round_comes_first():
    def state(code, instant, submissions=()):
        round_ = a_round(code=code, instant=instant)
        return round_state(round_, [replace(s, round=code) for s in submissions], (), NOW, working_time=WORKING_TIME)

    states = [
        state("done", at(3, 11), ALL_DONE),
        state("later", at(4, 10)),
        state("stale", at(2, 1)),
        state("soon", at(3, 10)),
        state("overdue", at(3, 8)),
    ]
    notice = page(states=states)
    assert [p.round.code for p in notice.rounds] == ["overdue", "soon", "later", "stale", "done"]


ALL_DONE = [a_submission(), a_submission(form="narrative"), a_submission(form="narrative", agency="stp")]
TROUBLE = Trouble("disk_full", "data", NOW, NOW)


@pytest.mark.parametrize(
    ("case", "kwargs", "quiet", "worth"),
    [
        ("a round under way", {}, False, True),
        ("all done and nothing new", {"submissions": ALL_DONE}, True, True),
        ("all done since long", {"submissions": ALL_DONE, "now": at(3, 28)}, True, False),
        ("all done but a mail waits", {"submissions": ALL_DONE, "mails": [a_mail(1, Outcome.HELD)]}, False, True),
        ("overdue since a week", {"now": at(3, 16)}, False, True),
        ("overdue since weeks", {"now": at(3, 28)}, True, False),
        ("trouble between the rounds", {"states": [], "troubles": [TROUBLE]}, False, True),
        ("nothing at all", {"states": []}, True, False),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_whether_there_is_a_page_and_whether_it_says_anything(case, kwargs, quiet, worth):
    notice = page(**kwargs)
    assert is_quiet(notice) is quiet
    assert is_worth_sending(notice) is worth


def test_first_page_tells_all():
    assert page(mails=[a_mail(5, Outcome.IGNORED, finished=NOW - timedelta(days=99))], since=None).ignored
