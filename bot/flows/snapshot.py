"""The state of rounds as the database has it now: one place that loads what the decisions need."""

from collections.abc import Sequence
from datetime import datetime

from bot.decide.obligations import round_state
from bot.domain.form import Severity
from bot.domain.mail import InboundRecord, Outcome, Reason
from bot.domain.round import Round, RoundState
from bot.flows.services import Services


def load_states(services: Services, rounds: Sequence[Round], now: datetime) -> tuple[RoundState, ...]:
    """The states of `rounds` at `now`, from submissions, decisions and held mails."""
    held = services.store.mails(outcome=Outcome.HELD) + services.store.mails(outcome=Outcome.PARKED)
    states = []
    for round_ in rounds:
        waiting = {m.agency for m in held if m.agency and m.round in (None, round_.code) and _may_hold_more(m)}
        states.append(
            round_state(
                round_,
                services.store.submissions(round=round_.code),
                services.store.decisions(round=round_.code),
                now,
                waiting,
            )
        )
    return tuple(states)


def _may_hold_more(mail: InboundRecord) -> bool:
    """Whether a report that is missing may be in that mail, so that nobody is told that it is missing. A letter without
    a file holds none; of a mail whose files are all known, only what could not be judged waits.
    """
    if mail.outcome is Outcome.PARKED:
        return True
    known = mail.reason == Reason.FINDINGS and not any(f.severity is Severity.HOLD for f in mail.findings)
    return mail.reason != Reason.NO_ATTACHMENT and not known


def open_rounds(services: Services, now: datetime) -> tuple[Round, ...]:
    """Rounds that have begun and are not closed."""
    return tuple(r for r in services.rounds if r.opens_at <= now and r.is_open(now))
