"""One thuky a mailbox, though two share nothing but that mailbox: a lease lies in a folder of it, for people to read.

Flow, on the connection of whoever works with the mailbox: `hold` takes the lease, or renews it when that is due, or
does nothing; `release` takes it back.

    take    append a lease of our own → list all → of those alive the one taken first has the mailbox
    renew   list all → ours is there and nobody was before us → append the renewed one → remove the old one

A lease is alive until `EXPIRE_SECONDS` after the server received it, counted up to the server's receipt of our own
newest one: no clock but the server's is asked. Taken first is who has the lowest UID, which a server gives out in one
order for all; a renewed lease carries the UID of its first. Not alive are also the leases of a process that has ended
on this machine, and those of our own data folder, whose lock says that nobody else uses it.

Failure policy: `MailboxHeldError` when the mailbox is somebody else's, with our own leases removed: do nothing more
then. `MailServerError` as the connection tells it: nothing is known, the next `hold` tries again. A server that does
not let us have the folder: `refusal` says so and we work without.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from bot.mail.holder import Claim, Holder, read_claim
from bot.mail.inbox import Inbox
from bot.mail.own_folder import Entry, FolderRefusedError, OwnFolder

HEADER: Final = "X-Thuky-Lease"
RENEW_SECONDS: Final = 110.0
"""A renewal is five round trips, so that two minutes between them make less than three a minute."""
EXPIRE_SECONDS: Final = 420.0
"""Three renewals may fail before anybody else may take the mailbox."""

LeaseWords = Callable[[Holder], tuple[str, str]]
"""Subject and text of a lease, for people who look into the folder."""


@dataclass(frozen=True, slots=True)
class Lease:
    """One lease as it lies there. `since`: when its holder took the mailbox, by the server's clock, aware. `order`:
    who has the lower one was first.
    """

    claim: Claim
    entry: Entry

    @property
    def since(self) -> datetime:
        return self.claim.since or self.entry.internal_date

    @property
    def order(self) -> int:
        return self.claim.taken or self.entry.uid


class MailboxHeldError(Exception):
    """Somebody else has the mailbox. `was_ours`: we had it and have lost it."""

    def __init__(self, lease: Lease, *, was_ours: bool) -> None:
        holder = lease.claim.holder
        super().__init__(f"held by process {holder.pid} on {holder.host} since {lease.since.isoformat()}")
        self.holder = holder
        self.since = lease.since
        self.was_ours = was_ours


def leases_in(inbox: Inbox, folder: str) -> tuple[Lease, ...]:
    """Every lease in the folder, whoever's and however old, for `doctor`. Raises MailServerError."""
    return _leases(OwnFolder(inbox, folder, HEADER).entries())


class MailboxLease:
    """The lease of this process. `address` is the mailbox's own. Not for use from two threads.

    `refusal` is what the server said where it lets us have no such folder; empty while all is well.
    """

    def __init__(self, folder: str, holder: Holder, address: str, words: LeaseWords) -> None:
        self._folder = folder
        self._holder = holder
        self._address = address
        self._words = words
        self._held: Lease | None = None
        self._confirmed_at = 0.0
        self.refusal = ""

    @property
    def is_due(self) -> bool:
        """`hold` has something to do."""
        return not self.refusal and (self._held is None or self._age() >= RENEW_SECONDS)

    @property
    def is_held(self) -> bool:
        """There is something to release."""
        return self._held is not None

    def hold(self, inbox: Inbox) -> bool:
        """Take or renew the lease where that is due. True where it has just been taken.

        Raises MailboxHeldError and MailServerError.
        """
        if not self.is_due:
            return False
        folder = OwnFolder(inbox, self._folder, HEADER)
        try:
            # One that is too old has lost its rank: who came meanwhile may have seen it expire.
            if self._held is not None and self._age() < EXPIRE_SECONDS and self._renew(folder, self._held):
                return False
            self._take(folder)
        except FolderRefusedError as error:
            self.refusal = str(error) or type(error).__name__
            return False
        return True

    def release(self, inbox: Inbox) -> None:
        """Remove our lease, and what else of this process lies there. Raises MailServerError."""
        folder = OwnFolder(inbox, self._folder, HEADER)
        self._drop(folder, folder.entries())

    def _take(self, folder: OwnFolder) -> None:
        began = _now()
        had, self._held = self._held, None
        claim = Claim(self._holder, secrets.token_hex(8))
        folder.put(self._mail(claim))
        entries = folder.entries()
        leases = _leases(entries)
        mine = next((lease for lease in leases if lease.claim.nonce == claim.nonce), None)
        if mine is None:
            raise FolderRefusedError("a message that was put there is not listed")
        others = [lease for lease in leases if lease is not mine]
        rivals = [lease for lease in others if self._is_alive(lease, mine.entry.internal_date)]
        if earlier := [lease for lease in rivals if lease.order < mine.order]:
            self._drop(folder, entries)
            raise MailboxHeldError(min(earlier, key=lambda lease: lease.order), was_ours=had is not None)
        folder.remove([lease.entry.uid for lease in others if lease not in rivals], entries)
        self._held, self._confirmed_at = mine, began

    def _renew(self, folder: OwnFolder, held: Lease) -> bool:
        """False where our lease is no longer there and nobody else's is either: it is to be taken anew."""
        began = _now()
        entries = folder.entries()
        leases = _leases(entries)
        mine = next((lease for lease in leases if lease.claim.nonce == held.claim.nonce), None)
        others = [lease for lease in leases if lease.claim.nonce != held.claim.nonce]
        now = (mine or held).entry.internal_date  # some minutes ago: who is in doubt counts as alive
        # Our own data folder's too: who has taken that from under us has taken our place.
        rivals = [lease for lease in others if not self._is_over(lease, now)]
        winners = rivals if mine is None else [lease for lease in rivals if lease.order < mine.order]
        if winners:
            self._held = None
            self._drop(folder, entries)
            raise MailboxHeldError(min(winners, key=lambda lease: lease.order), was_ours=True)
        if mine is None:
            return False
        claim = Claim(self._holder, secrets.token_hex(8), mine.since, mine.order)
        folder.put(self._mail(claim))
        self._held, self._confirmed_at = Lease(claim, mine.entry), began
        folder.remove([mine.entry.uid, *(lease.entry.uid for lease in others if lease not in rivals)], entries)
        return True

    def _drop(self, folder: OwnFolder, entries: Sequence[Entry]) -> None:
        ours = [lease.entry.uid for lease in _leases(entries) if lease.claim.holder == self._holder]
        folder.remove(ours, entries)
        self._held = None

    def _is_alive(self, lease: Lease, now: datetime) -> bool:
        return lease.claim.holder.data != self._holder.data and not self._is_over(lease, now)

    def _is_over(self, lease: Lease, now: datetime) -> bool:
        """Expired by `now`, a moment of the server's clock, or left behind by a process that has ended, or by us."""
        aged = now - lease.entry.internal_date > timedelta(seconds=EXPIRE_SECONDS)
        return aged or lease.claim.holder == self._holder or lease.claim.holder.is_gone

    def _age(self) -> float:
        return _now() - self._confirmed_at

    def _mail(self, claim: Claim) -> bytes:
        subject, text = self._words(self._holder)
        mail = EmailMessage()
        mail["From"] = mail["To"] = self._address
        mail["Subject"] = " ".join(subject.split())
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(text, cte="base64")
        # Written by hand: a header that is folded in the middle of a word reads back with a blank in it.
        return f"{HEADER}: {claim.written()}\r\n".encode("ascii") + mail.as_bytes(policy=SMTP)


def _leases(entries: Sequence[Entry]) -> tuple[Lease, ...]:
    read = ((entry, read_claim(entry.note)) for entry in entries if not entry.is_gone)
    return tuple(Lease(claim, entry) for entry, claim in read if claim is not None)


def _now() -> float:
    """Seconds that a machine's sleep counts in, where the system has such a clock: a lease does not sleep."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()
