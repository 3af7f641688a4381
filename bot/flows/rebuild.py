"""The database anew, from the mailbox and the Sent folder: read everything (`rebuild_scan`), put it in order
(`rebuild_plan`), play it once more (`rebuild_replay`), mark the mails on the server.

Nothing is sent; the only change on the server is the keyword of a finished mail, which it usually has. Raises
MailServerError (nothing is half done: the caller puts the new database into its place only at the end), StoreError,
OSError.
"""

from dataclasses import dataclass

from bot.flows.fetch import mark_finished
from bot.flows.rebuild_plan import plan
from bot.flows.rebuild_replay import ReplayClock, replay
from bot.flows.rebuild_scan import Progress, Unmatched, scan
from bot.flows.services import Services
from bot.mail.inbox import Inbox, MailServerError
from bot.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was found and what became of it. `answers`: copies of ours; `queued`: answers that the Sent folder lacks;
    `left`: mails that the next run takes in.
    """

    mails: int
    answers: int
    notes: int
    queued: int
    left: int
    unmatched: tuple[Unmatched, ...]


def rebuild(services: Services, clock: ReplayClock, spool: Vault, progress: Progress) -> Rebuilt:
    """Fills the empty store of `services`, whose clock is `clock`. `spool` keeps the bytes of what was sent until they
    are used.
    """
    with Inbox(services.imap, services.account) as inbox:
        found = scan(services, inbox, spool, progress)
    made = plan(found, services.account, services.inbox_folder)
    result = replay(services, clock, found, made, spool, progress)
    try:
        with Inbox(services.imap, services.account) as inbox:
            mark_finished(services, inbox)
    except MailServerError as error:  # the next turn does it
        services.journal.warning("not_marked", error=str(error))
    return Rebuilt(
        mails=len(made.mails),
        answers=len(found.copies),
        notes=len(found.notes),
        queued=result.queued,
        left=result.left,
        unmatched=(*found.unmatched, *result.unmatched),
    )
