"""One turn of the whole: read the mailbox, decide, tick, send. What `run` does again and again and `once` until all
is quiet.

The clock speaks only after the mailbox has been read to its end: nobody is told that a report is missing while it may
be lying there.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.flows.dispatch import copy_to_sent, dispatch
from bot.flows.fetch import fetch_new, mark_finished
from bot.flows.intake import process_pending
from bot.flows.services import Services
from bot.flows.tick import tick
from bot.mail.inbox import Inbox, MailServerError


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn did. `trouble` is why the mailbox could not be read, `refusal` why a mail could not be sent; both
    empty when all went well.
    """

    fetched: int = 0
    finished: int = 0
    queued: int = 0
    sent: int = 0
    trouble: str = ""
    refusal: str = ""

    @property
    def is_quiet(self) -> bool:
        return not (self.fetched or self.finished or self.queued or self.sent)


def turn(services: Services, should_stop: Callable[[], bool] = lambda: False) -> Turn:
    """One turn. A server's refusal is told in the result; everything that can go on without that server goes on."""
    fetched = finished = queued = 0
    trouble = ""
    try:
        with Inbox(services.imap, services.account) as inbox:
            fetched = fetch_new(services, inbox, services.inbox_folder)
            finished = process_pending(services, should_stop)
            mark_finished(services, inbox)
    except MailServerError as error:
        trouble = str(error)
        services.journal.warning("mailbox_unreachable", error=trouble)
        finished += process_pending(services, should_stop)
    if not trouble and not should_stop():
        queued = tick(services)
    sending = dispatch(services)
    if not trouble:
        trouble = _copies(services)
    return Turn(fetched, finished, queued, sending.sent, trouble, sending.refusal)


def _copies(services: Services) -> str:
    try:
        if services.store.not_in_sent(1):
            with Inbox(services.imap, services.account) as inbox:
                copy_to_sent(services, inbox)
    except MailServerError as error:
        services.journal.warning("sent_folder_unreachable", error=str(error))
        return str(error)
    return ""
