"""Where one agency stands in a round, in one word: what the digest, the board and their totals count by. Pure."""

from collections.abc import Sequence
from enum import StrEnum

from bot.domain.round import ObligationState, ObligationStatus


class AgencyPlace(StrEnum):
    """Each agency is in exactly one. PARTIAL: something has come, nothing waits for mending or for a person.
    UNDELIVERED: nothing has come and no mail of ours reaches it, so it is not silent.
    """

    DONE = "done"
    FIX = "fix"
    PARTIAL = "partial"
    HELD = "held"
    SILENT = "silent"
    UNDELIVERED = "undelivered"


def place_of(obligations: Sequence[ObligationState], is_unreached: bool) -> AgencyPlace:
    """The place of an agency with these obligations in a round. `is_unreached`: no mail of ours reaches it."""
    statuses = {o.status for o in obligations}
    if all(status.is_settled for status in statuses):
        return AgencyPlace.DONE
    if ObligationStatus.CORRECTION_NEEDED in statuses:
        return AgencyPlace.FIX
    if ObligationStatus.HELD in statuses:
        return AgencyPlace.HELD
    if any(o.first_received_at is not None for o in obligations):
        return AgencyPlace.PARTIAL
    return AgencyPlace.UNDELIVERED if is_unreached else AgencyPlace.SILENT
