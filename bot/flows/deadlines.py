"""The deadline as a calendar file (.ics) for an agency, numbered so that a newer one replaces what it put into its
calendar before (RFC 5545, 3.8.7.4).
"""

from collections.abc import Sequence

from bot.domain.agency import Agency
from bot.domain.decision import Decision, DecisionKind
from bot.domain.letter import Enclosure
from bot.domain.round import Deadline, Round
from bot.flows.services import Services
from bot.mail.calendar import deadline_event

_MOVES = (DecisionKind.EXTEND, DecisionKind.EXCUSE, DecisionKind.GRACE, DecisionKind.UNDO)


def deadline_file(
    services: Services,
    round_: Round,
    agency: Agency,
    deadline: Deadline,
    *,
    cancelled: bool = False,
    pending: Sequence[Decision] = (),
) -> Enclosure:
    """The deadline of that agency; `cancelled` when it need not report. `pending` are decisions that are about to be
    committed together with the mail that carries the file.
    """
    log = (*services.store.decision_log(round_.code), *pending)
    moves = sum(d.kind in _MOVES and d.agency in ("", agency.code) for d in log)
    return deadline_event(
        agency=agency,
        round_=round_,
        deadline=deadline,
        forms=tuple(services.forms[d.form] for d in round_.of(agency.code)),
        office=services.office,
        sequence=moves,
        at=services.now(),
        words=services.papers.calendar,
        cancelled=cancelled,
    )
