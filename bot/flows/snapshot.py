"""The state of rounds as the database has it now: one place that loads what the decisions need."""

from collections.abc import Sequence
from datetime import datetime

from bot.decide.fairness import may_hold_more
from bot.decide.obligations import round_state
from bot.domain.mail import InboundRecord, Outcome
from bot.domain.round import Round, RoundState
from bot.flows.services import Services


def load_waiting(services: Services) -> tuple[InboundRecord, ...]:
    """The mails that wait for a person."""
    return services.store.mails(outcome=Outcome.HELD) + services.store.mails(outcome=Outcome.PARKED)


def load_states(
    services: Services, rounds: Sequence[Round], now: datetime, held: Sequence[InboundRecord] | None = None
) -> tuple[RoundState, ...]:
    """The states of `rounds` at `now`, from submissions, decisions and the mails that wait (`held`, loaded where they
    are not given).
    """
    held = load_waiting(services) if held is None else held
    states = []
    for round_ in rounds:
        waiting = {m.agency for m in held if m.agency and m.round in (None, round_.code) and may_hold_more(m)}
        states.append(
            round_state(
                round_,
                services.store.verdicts(round_.code),
                services.store.decisions(round=round_.code),
                now,
                waiting,
                working_time=services.office.working_time,
            )
        )
    return tuple(states)


def open_rounds(services: Services, now: datetime) -> tuple[Round, ...]:
    """Rounds that have begun and are not closed."""
    return tuple(r for r in services.rounds if r.opens_at <= now and r.is_open(now))
