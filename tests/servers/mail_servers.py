"""Real mail servers as the tests use them: send by SMTP, read by IMAP, wait for what must come.

Flow: `with MailServers(accounts) as servers` has Dovecot and Postfix running (see server_process). Mail that goes in by
`send` is taken by Postfix, handed to Dovecot over LMTP and read back by `inbox`, all as between real hosts.

    refused@<any domain>   turned away at RCPT with 550, for good
    busy@<any domain>      turned away at RCPT with 451, for now
    anybody else without account in a local domain: taken, then bounced to the envelope sender
    any other domain: taken and swallowed; `deliver_count` still counts it

Failure policy: `wait_for` and `settle` wait for a condition with a limit, and on failure raise `ServersError` with what
they saw instead. Everything else fails as imaplib and smtplib do.
"""

from __future__ import annotations

import imaplib
import re
import smtplib
import ssl
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from server_process import ServerProcesses, ServersError, tail, tool

_SECONDS = 20.0
_ATTRIBUTES = re.compile(rb'UID (?P<uid>\d+) FLAGS \((?P<flags>[^)]*)\) INTERNALDATE (?P<date>"[^"]*")')
_DELIVERED = re.compile(r" to=<([^>]*)>,.* status=sent")


@dataclass(frozen=True)
class StoredMail:
    """One mail as it lies in a folder: identity, time of receipt (aware), flags and bytes."""

    uid: int
    internal_date: datetime
    flags: frozenset[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(self.raw, policy=policy.default)


class MailServers(ServerProcesses):
    """What a test does with the running servers. Every call is a short session of its own."""

    def send(self, mail: bytes | EmailMessage, sender: str, recipients: Iterable[str]) -> dict[str, tuple[int, bytes]]:
        """Hand `mail` to Postfix as an agency's server would; gives the recipients that were refused, with the answer.

        `sender` is the envelope sender ("" for a bounce). Raises `smtplib.SMTPRecipientsRefused` when nobody is left.
        """
        raw = mail if isinstance(mail, bytes) else mail.as_bytes(policy=policy.SMTP)
        with smtplib.SMTP(self.host, self.ports.smtp, timeout=_SECONDS) as smtp:
            smtp.ehlo()
            options = ["SMTPUTF8"] if any(not address.isascii() for address in (sender, *recipients)) else []
            return smtp.sendmail(sender, list(recipients), raw, mail_options=options)

    def stored(self, address: str, folder: str = "INBOX") -> list[StoredMail]:
        """Everything in one folder of `address`, oldest UID first; nothing is marked as seen by this."""
        with self.imap(address) as client:
            if client.select(_quoted(folder), readonly=True)[0] != "OK":
                raise ServersError(f"{address} has no folder {folder!r}")
            answer = client.uid("FETCH", "1:*", "(UID FLAGS INTERNALDATE BODY.PEEK[])")[1]
        return [_stored(part[0], part[1]) for part in answer if isinstance(part, tuple)]

    def inbox(self, address: str, folder: str = "INBOX") -> list[EmailMessage]:
        """The mails in one folder of `address`, oldest first."""
        return [mail.message for mail in self.stored(address, folder)]

    def append(
        self, address: str, raw: bytes, internal_date: datetime, folder: str = "INBOX", flags: Iterable[str] = ()
    ) -> None:
        """Put `raw` into a folder with a time of receipt of one's own (aware)."""
        with self.imap(address) as client:
            date = imaplib.Time2Internaldate(internal_date.astimezone(UTC))
            done, said = client.append(_quoted(folder), f"({' '.join(flags)})", date, raw)
        if done != "OK":
            raise ServersError(f"{address}: APPEND to {folder!r} refused: {said!r}")

    def wait_for(
        self,
        address: str,
        predicate: Callable[[EmailMessage], bool] = lambda _: True,
        seconds: float = _SECONDS,
        folder: str = "INBOX",
    ) -> EmailMessage:
        """The first mail in the folder that `predicate` likes, waiting up to `seconds` for it to come."""
        return self.wait_for_all(address, lambda mail: predicate(mail), 1, seconds, folder)[0]

    def wait_for_all(
        self,
        address: str,
        predicate: Callable[[EmailMessage], bool],
        count: int,
        seconds: float = _SECONDS,
        folder: str = "INBOX",
    ) -> list[EmailMessage]:
        """At least `count` mails that `predicate` likes, oldest first, waiting up to `seconds` for them."""
        limit = time.monotonic() + seconds
        while True:
            mails = self.inbox(address, folder)
            liked = [mail for mail in mails if predicate(mail)]
            if len(liked) >= count:
                return liked
            if time.monotonic() > limit:
                seen = "".join(f"  {mail['From']}: {mail['Subject']}\n" for mail in mails) or "  nothing\n"
                raise ServersError(
                    f"{address} {folder}: {len(liked)} of {count} mails after {seconds:g} s; there lies\n{seen}"
                    f"Postfix:\n{tail(self.place.folder / 'maillog')}"
                )
            time.sleep(0.03)

    def settle(self, seconds: float = _SECONDS) -> None:
        """Wait until Postfix has nothing in hand: every mail taken so far is delivered, swallowed, or bounced.

        A mail that waits for another try (deferred) does not count.
        """
        limit = time.monotonic() + seconds
        spool = self.place.folder / "spool"
        while any(path.is_file() for name in ("maildrop", "incoming", "active") for path in (spool / name).rglob("*")):
            if time.monotonic() > limit:
                raise ServersError(f"Postfix is still busy:\n{tail(self.place.folder / 'maillog')}")
            time.sleep(0.02)
        self._flush_log(limit)

    def _flush_log(self, limit: float) -> None:
        """Wait until the log holds all that happened: lines are written in order, so until it holds one of our own."""
        mark = f"mark {time.monotonic_ns()}"
        subprocess.run([tool("postlog"), "-c", str(self.place.folder / "conf"), mark], check=True, capture_output=True)
        while mark not in tail(self.place.folder / "maillog"):
            if time.monotonic() > limit:
                raise ServersError("Postfix does not write its log")
            time.sleep(0.01)

    def deliver_count(self, recipient: str | None = None) -> int:
        """How many mails Postfix has handed on since its start, to `recipient` or to all, swallowed ones included."""
        log = self.place.folder / "maillog"
        lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
        reached = [found[1].lower() for found in map(_DELIVERED.search, lines) if found]
        return len(reached) if recipient is None else reached.count(recipient.lower())

    def clear(self, *addresses: str) -> None:
        """Settle, then empty all folders of `addresses` (none given: of every account). UIDs are not used again."""
        if self.with_smtp:
            self.settle()
        for address in addresses or self.accounts:
            with self.imap(address) as client:
                for line in client.list()[1]:
                    name = line.rpartition(b' "/" ')[2].decode() if isinstance(line, bytes) else ""
                    if client.select(name)[1] != [b"0"]:
                        client.uid("STORE", "1:*", "+FLAGS.SILENT", r"(\Deleted)")
                        client.expunge()

    def add_account(self, address: str, password: str | None = None) -> None:
        """One account more, in one of the local domains; usable when this returns."""
        if address.rpartition("@")[2].lower() not in self.domains:
            raise ValueError(f"{address} is in none of the local domains {', '.join(self.domains)}")
        self.accounts[address.lower()] = password or self.password
        self.write_users()
        limit = time.monotonic() + _SECONDS
        while True:  # Dovecot looks at the file again in the next second at the earliest
            try:
                with self.imap(address):
                    return
            except imaplib.IMAP4.error:
                if time.monotonic() > limit:
                    raise

    def tls(self) -> ssl.SSLContext:
        """A context that trusts the servers' authority, and nobody else."""
        return ssl.create_default_context(cafile=str(self.ca_file))

    @contextmanager
    def imap(self, address: str) -> Iterator[imaplib.IMAP4_SSL]:
        """A logged-in session of `address` over TLS, logged out at the end."""
        client = imaplib.IMAP4_SSL(self.host, self.ports.imaps, ssl_context=self.tls(), timeout=_SECONDS)
        try:
            client.login(address, self.accounts[address.lower()])
            yield client
        finally:
            client.logout()


def _stored(head: bytes, raw: bytes) -> StoredMail:
    found = _ATTRIBUTES.search(head)
    if not found:
        raise ServersError(f"an answer to FETCH that we do not understand: {head!r}")
    when = datetime.strptime(found["date"].decode().strip('" '), "%d-%b-%Y %H:%M:%S %z")
    return StoredMail(int(found["uid"]), when, frozenset(found["flags"].decode().split()), raw)


def _quoted(folder: str) -> str:
    return f'"{folder}"'
