"""One turn of the whole: read the mailbox, decide, tick, send. What `run` does again and again and `once` until all
is quiet.

Inbox and Spam are read to their end, then the clock speaks, always: digest and alerts go out whatever happens, and
what must not be said before everything was read, `Reading` keeps back. Nobody is told that a report is missing while
it may be lying there.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.flows.board import write_board
from bot.flows.dispatch import copy_to_sent, dispatch
from bot.flows.fetch import fetch_junk, fetch_new, mark_finished
from bot.flows.holding import hold, hold_before_sending, hold_on
from bot.flows.intake import process_pending
from bot.flows.ledger import write_notes
from bot.flows.reconciling import reconcile_folders
from bot.flows.services import Services
from bot.flows.tick import tick
from bot.flows.vigilance import (
    Walk,
    note_reading,
    reading_state,
    says_full,
    tell_disk_full,
    tell_of_junk,
    watch_house,
    watch_sending,
)
from bot.mail.inbox import Inbox, MailServerError
from bot.mail.line import MOST_BYTES
from bot.store.errors import StoreError


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn did. `trouble` is why the mailbox could not be read, `unread` why Spam could not, `refusal` why a
    mail could not be sent; all empty when all went well. `log_in`: the mailbox refused our log-in.
    """

    fetched: int = 0
    finished: int = 0
    queued: int = 0
    sent: int = 0
    trouble: str = ""
    refusal: str = ""
    unread: str = ""
    log_in: bool = False

    @property
    def is_quiet(self) -> bool:
        return not (self.fetched or self.finished or self.queued or self.sent)


def turn(services: Services, should_stop: Callable[[], bool] = lambda: False) -> Turn:
    """One turn. A server's refusal is told in the result; everything that can go on without that server goes on.

    Raises OSError and StoreError: our house is in trouble. A full disk is told of first, as far as it lets us.
    """
    try:
        return _turn(services, should_stop)
    except (OSError, StoreError) as error:
        if says_full(error):
            tell_disk_full(services)
        raise


def _turn(services: Services, should_stop: Callable[[], bool]) -> Turn:
    began = services.now()
    with services.may_be_cut():  # all of it is taken up again: one commit a mail, and what is due stays due
        walk = _read(services, should_stop)
        queued = 0
        if not should_stop():
            now = services.now()
            if not walk.gap:
                note_reading(services, now)
            queued += watch_house(services, walk)
            if walk.finished:
                queued += tell_of_junk(services, began)
            queued += tick(services, reading_state(services, now, walk.gap))
        hold_before_sending(services, should_stop)
    sending = dispatch(services, should_stop)
    sent = sending.sent
    if alerts := watch_sending(services, sending):
        queued += alerts
        sent += dispatch(services, should_stop).sent
    with services.may_be_cut():
        trouble = walk.trouble or _copies(services, should_stop)
        write_board(services, services.now())
    return Turn(walk.fetched, walk.finished, queued, sent, trouble, sending.refusal, walk.unread, walk.log_in)


def _read(services: Services, should_stop: Callable[[], bool]) -> Walk:
    """Inbox first, then Spam, then all that was recorded: what Spam refuses does not keep the inbox waiting."""
    fetched = finished = 0
    unread = ""

    def between() -> bool:
        hold_on(services, inbox)  # many mails take longer than the lease lasts
        return should_stop()

    try:
        with _inbox(services, should_stop) as inbox:
            hold(services, inbox)
            fetched = fetch_new(services, inbox, services.inbox_folder)
            try:
                fetched += fetch_junk(services, inbox)
            except MailServerError as error:
                unread = str(error)
                services.journal.warning("junk_unreadable", error=unread)
            finished = process_pending(services, between)
            if not unread:  # else that connection is of no more use; the next turn marks
                mark_finished(services, inbox)
                fetched += reconcile_folders(services, inbox)
    except MailServerError as error:
        services.journal.warning("mailbox_unreachable", error=str(error))
        return Walk(fetched, finished + process_pending(services, should_stop), str(error), unread)
    return Walk(fetched, finished, "", unread)


def _inbox(services: Services, should_stop: Callable[[], bool]) -> Inbox:
    # A server may lie about a size; twice the most that is ever asked for is refused before it fills the memory.
    most = max(MOST_BYTES, 2 * services.office.max_mail_bytes)
    return Inbox(services.imap, services.account, stop=should_stop, most_bytes=most)


def _copies(services: Services, should_stop: Callable[[], bool]) -> str:
    try:
        if not should_stop() and (services.store.not_in_sent(1) or services.store.unnoted()):
            with _inbox(services, should_stop) as inbox:
                copy_to_sent(services, inbox)
                write_notes(services, inbox)
    except MailServerError as error:
        services.journal.warning("sent_folder_unreachable", error=str(error))
        return str(error)
    return ""
