"""What `doctor` says of the mailbox's lease, and what a command says that another thuky has the mailbox."""

from collections.abc import Callable
from datetime import timedelta
from typing import NoReturn

from bot.cli.context import LOCKED, stop
from bot.flows.services import Clock
from bot.mail.inbox import Inbox, MailServerError
from bot.mail.lease import EXPIRE_SECONDS, Lease, MailboxHeldError, leases_in
from bot.settings import Settings
from bot.text.dates import say_instant


def stop_held(settings: Settings, other: MailboxHeldError) -> NoReturn:
    """Says who has the mailbox, and since when; exits with 75."""
    stop(
        settings.language,
        LOCKED,
        "error.lease_lost" if other.was_ours else "error.leased",
        account=settings.account,
        host=other.holder.host,
        pid=other.holder.pid,
        data=other.holder.data,
        since=say_instant(settings.working_time.local(other.since), settings.language.value),
        folder=settings.lease_folder,
    )


def examine_lease(settings: Settings, clock: Clock, words: Callable[..., str]) -> tuple[bool | None, str]:
    """Whether all is well (None: worth knowing), and the sentence. For a mailbox that can be reached."""
    if not settings.lease_folder:
        return None, words("lease_off")
    try:
        with Inbox(settings.imap, settings.account) as inbox:
            leases = leases_in(inbox, settings.lease_folder)
    except MailServerError as error:
        return False, words("lease_bad", folder=settings.lease_folder, error=error)
    # The machine's clock is good enough to say how it looks; who works with the mailbox asks the server's.
    oldest = clock.now() - timedelta(seconds=2 * EXPIRE_SECONDS)
    alive = [lease for lease in leases if lease.entry.internal_date > oldest and not lease.claim.holder.is_gone]
    if len({lease.claim.holder for lease in alive}) > 1:
        holders = "; ".join(_said(settings, lease, "lease_held", words) for lease in alive)
        return False, words("lease_many", count=len(alive), holders=holders)
    if alive:
        return True, _said(settings, alive[-1], "lease_held", words)
    if leases:
        return None, _said(settings, leases[-1], "lease_old", words)
    return True, words("lease_none", folder=settings.lease_folder)


def _said(settings: Settings, lease: Lease, key: str, words: Callable[..., str]) -> str:
    holder = lease.claim.holder
    since = say_instant(settings.working_time.local(lease.since), settings.language.value)
    return words(key, host=holder.host, pid=holder.pid, data=holder.data, since=since)
