"""Whether every message on the server has its record: counted once an hour, folder by folder.

All UIDs of the folder → those up to the mark, below which everything should stand in the book → those without a
record are fetched at once, and the difference is told (`counts_differ`). What came after the last walk is above the
mark and no difference; a record whose message is gone is none either, since people move mail.

Failure policy: a server that breaks off while the missing ones are fetched ends the walk (MailServerError), after it
has been noted why they are still missing; the next walk tries again.
"""

from dataclasses import dataclass
from datetime import timedelta

from bot.decide.alerting import COUNTS_DIFFER, Seen
from bot.domain.watch import Reconciliation
from bot.flows.alerts import watch
from bot.flows.fetch import junk_folder, record_message
from bot.flows.services import Services
from bot.mail.inbox import Inbox, MailServerError

EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Counted:
    """One look at a folder: its messages up to the mark, and those of them that have no record."""

    on_server: int
    missing: tuple[int, ...]


def reconcile_folders(services: Services, inbox: Inbox) -> int:
    """Compares inbox and Spam with the records, once an hour. Returns how many messages were fetched that had no
    record. Raises MailServerError.
    """
    if not _is_due(services, services.inbox_folder):
        return 0
    junk = junk_folder(services, inbox)
    # The inbox is last: should the server break off at Spam, all is compared again at the next walk.
    return sum(reconcile(services, inbox, folder) for folder in (junk, services.inbox_folder) if folder)


def reconcile(services: Services, inbox: Inbox, folder: str) -> int:
    """Compares `folder` with the records, if that was not done within the hour. Returns how many messages were fetched
    that had no record. Raises MailServerError.
    """
    if not _is_due(services, folder):
        return 0
    now = services.now()
    counted = _count(services, inbox, folder)
    if counted is None:
        return 0
    fetched = _fetch(services, inbox, folder, counted.missing) if counted.missing else 0
    services.store.note_reconciliation(
        services.account, Reconciliation(folder, now, counted.on_server, len(counted.missing))
    )
    if not counted.missing:
        _tell(services, folder, None)
    return fetched


def _is_due(services: Services, folder: str) -> bool:
    last = next((r for r in services.store.reconciliations(services.account) if r.folder == folder), None)
    # The clock may have been put back: then the last time counts for nothing.
    return last is None or not timedelta() <= services.now() - last.at < EVERY


def _count(services: Services, inbox: Inbox, folder: str) -> _Counted | None:
    """None where the folder was made anew since the walk: the next walk lists it from its beginning."""
    uidvalidity, uids = inbox.list_uids(folder)
    mark = services.store.last_uid(services.account, folder)
    if mark is not None and mark[0] != uidvalidity:
        return None
    walked = [uid for uid in uids if mark is not None and uid <= mark[1]]
    recorded = services.store.recorded_uids(services.account, folder, uidvalidity)
    return _Counted(len(walked), tuple(uid for uid in walked if uid not in recorded))


def _fetch(services: Services, inbox: Inbox, folder: str, missing: tuple[int, ...]) -> int:
    """Fetches what has no record and tells of it; returns how many have one now."""
    services.journal.warning("counts_differ", folder=folder, missing=len(missing))
    params = {"folder": folder, "count": str(len(missing))}
    try:
        uidvalidity, messages = inbox.describe(folder, missing)
        for message in messages:
            record_message(services, inbox, message)
        recorded = services.store.recorded_uids(services.account, folder, uidvalidity)
        left = sorted({m.ref.uid for m in messages} - recorded)
    except MailServerError as error:
        _tell(services, folder, params | {"fetched": "0", "error": str(error)})
        raise
    fetched = len(messages) - len(left)
    unread = {"left": str(len(left)), "error": f"{folder}: UID {', '.join(map(str, left))}"} if left else {}
    _tell(services, folder, params | {"fetched": str(fetched)} | unread)
    return fetched


def _tell(services: Services, folder: str, params: dict[str, str] | None) -> None:
    """Tells what was found in `folder` (None: it agrees); what is known of other folders stays as it is."""
    seen = [
        Seen(t.code, t.subject, t.params, at_once=True)
        for t in services.store.troubles()
        if t.code == COUNTS_DIFFER and t.subject != folder
    ]
    if params is not None:
        seen.append(Seen(COUNTS_DIFFER, folder, params, at_once=True))
    watch(services, seen, {COUNTS_DIFFER})
