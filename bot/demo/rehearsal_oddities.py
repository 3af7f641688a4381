"""What a coordinator should look at before the round begins, in the words of the page.

Planned steps and rehearsed mails → sentences. Each is a fact of this configuration and says what follows from it; none
is guessed: what counts is what the rehearsed office did.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from bot.demo.rehearsal_ladder import PlannedStep
from bot.demo.rehearsal_plan import Behaviour, Sends
from bot.demo.rehearsal_reports import sender_of
from bot.demo.rehearsal_run import Run
from bot.domain.agency import ContactRole
from bot.domain.ladder import Recipient
from bot.domain.mail import NoticeKind, Outcome
from bot.domain.round import Round
from bot.screens import say
from bot.settings import Settings
from bot.text.dates import say_date

_NAMED = 5  # so many agencies are named, of the others the number is told
_EXPECTED = {Sends.REPORT: Outcome.ACCEPTED, Sends.FAULTY: Outcome.CORRECTION, Sends.MENDED: Outcome.ACCEPTED}


def oddities(
    settings: Settings,
    round_: Round,
    codes: Sequence[str],
    ladders: Sequence[Sequence[PlannedStep]],
    runs: Sequence[Run],
    sent: Mapping[Behaviour, Sequence[Sends]],
    unfillable: Mapping[str, str],
) -> tuple[str, ...]:
    """Sentences in the office's language. `ladders`: the main one and that of corrections; `sent`: what agencies mail
    in each behaviour, in order.
    """
    odd = _Oddities(settings, round_, codes)
    return tuple(
        dict.fromkeys(
            [
                *(line for ladder in ladders for line in odd.of_ladder(ladder)),
                *odd.of_leaders([step for ladder in ladders for step in ladder]),
                *odd.of_silence(runs),
                *odd.of_requests(runs),
                *(line for run in runs for line in odd.of_outcomes(run, sent[run.behaviour])),
                *(odd.say("odd_unfillable", form=settings.forms[form].short_title) for form in unfillable),
            ]
        )
    )


class _Oddities:
    def __init__(self, settings: Settings, round_: Round, codes: Sequence[str]) -> None:
        self.settings, self.round, self.codes = settings, round_, codes
        self.language = settings.language

    def say(self, name: str, **params: object) -> str:
        return say(self.language, f"rehearsal.{name}", **params)

    def names(self, codes: Sequence[str]) -> str:
        named = ", ".join(self.settings.registry.get(code).name for code in codes[:_NAMED])
        more = len(codes) - _NAMED
        return self.say("and_more", named=named, count=more) if more > 0 else named

    def of_ladder(self, steps: Sequence[PlannedStep]) -> Iterator[str]:
        """Steps that are left out, and steps that meet on one day."""
        for planned in steps:
            if planned.dropped:
                yield self.say("odd_dropped", step=planned.step.code, day=self.date(planned))
        for one, two in pairwise(s for s in steps if not s.dropped):
            if one.day == two.day:
                yield self.say("odd_same_day", one=one.step.code, two=two.step.code, day=self.date(one))

    def date(self, planned: PlannedStep) -> str:
        return say_date(planned.day, self.language.value)

    def of_leaders(self, steps: Sequence[PlannedStep]) -> Iterator[str]:
        """Agencies without a leader's address on the day of a step that is for the leader."""
        lacking: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        for planned in steps:
            if planned.dropped or Recipient.LEADER not in (*planned.step.to, *planned.step.cc):
                continue
            without = [
                c for c in self.codes if not self.settings.registry.get(c).addresses(planned.day, ContactRole.LEADER)
            ]
            if without:
                lacking[tuple(without)].append(planned.step.code)
        for codes, found in lacking.items():
            yield self.say("odd_no_leader", agencies=self.names(codes), steps=", ".join(found))

    def of_silence(self, runs: Sequence[Run]) -> Iterator[str]:
        """Agencies that get no mail at all though they never report, and those that cannot mail."""
        for run in runs:
            if run.behaviour is not Behaviour.NEVER:
                continue
            reached = {sent.record.mail.agency for sent in run.sent}
            unreached = [code for code in self.codes if code not in reached]
            silent = {code for code in unreached if not any(a.addressed for a in self.round.of(code))}
            if lost := [code for code in unreached if code not in silent]:
                yield self.say("odd_unreachable", agencies=self.names(lost))
            if silent:
                yield self.say("odd_not_addressed", agencies=self.names(sorted(silent)))
        opening = self.settings.working_time.local(self.round.opens_at)
        if mute := [c for c in self.codes if not sender_of(self.settings.registry.get(c), opening)]:
            yield self.say("odd_cannot_mail", agencies=self.names(mute))

    def of_requests(self, runs: Sequence[Run]) -> Iterator[str]:
        """Requests that leave on a later day than the opening: the office is closed, or the day's caps are used up."""
        local = self.settings.working_time.local
        opening = local(self.round.opens_at).date()
        requests = [
            (s.record.mail.agency or "", local(s.record.sent_at).date())
            for run in runs[:1]
            for s in run.sent
            if s.record.mail.kind is NoticeKind.REQUEST and s.record.sent_at
        ]
        late = [(code, day) for code, day in requests if day > opening and code in self.codes]
        if late:
            last = say_date(max(day for _, day in late), self.language.value)
            yield self.say("odd_late_request", count=len(late), last=last)

    def of_outcomes(self, run: Run, sends: Sequence[Sends]) -> Iterator[str]:
        """Reports that did not come to what they should: the office would look into them."""
        behaviour = self.say(run.behaviour.value)
        came: defaultdict[str, list[Outcome]] = defaultdict(list)
        for arrived in run.arrived:
            came[arrived.agency].append(arrived.record.outcome)
        strange: defaultdict[str, list[str]] = defaultdict(list)
        for code, outcomes in came.items():
            for what, outcome in zip(sends, outcomes, strict=False):
                if outcome is not _EXPECTED[what] and code in self.codes:
                    strange[outcome.value].append(code)
        for value, codes in strange.items():
            came_to = say(self.language, f"outcome.{value}")
            agencies = self.names(list(dict.fromkeys(codes)))
            yield self.say("odd_outcome", agencies=agencies, behaviour=behaviour, outcome=came_to)
