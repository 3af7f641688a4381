"""A mail server inside the demo's own process: IMAP by pymap, SMTP by aiosmtpd, everything in memory, loopback only.

Flow: `with EmbeddedMailServer(accounts, clock=…) as server` starts a thread with its own asyncio loop, binds both
protocols to ports that the operating system chooses and returns once they accept connections. A mail that comes in by
SMTP, or by `deliver`, lands in the INBOX of each recipient with Return-Path and Received headers; its INTERNALDATE is
what `clock` says at that moment, so a demo that moves its clock moves the time of receipt with it. On leaving, both
listeners close and every open connection is cut.

Failure policy: a server that cannot start raises `EmbeddedServerError` with the cause, in the caller's thread. A
recipient that is not an account is refused while SMTP is still speaking (550), never bounced later. Nothing survives
the end of the process, and UIDVALIDITY is new at every start.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from concurrent.futures import Future
from datetime import datetime
from email.utils import format_datetime
from types import TracebackType
from typing import Final, Self, TypeVar

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import FetchRequirement

from bot.demo.imap import Clock, ImapService, Mailboxes

HOST: Final = "127.0.0.1"
START_SECONDS: Final = 20.0
CALL_SECONDS: Final = 30.0
HOST_NAME: Final = "embedded.test"
SIZE_LIMIT: Final = 60 * 2**20
"""Largest mail in bytes, as with common providers."""

Deliver = Callable[[bytes, str, Iterable[str], datetime | None, str], Awaitable[None]]
_T = TypeVar("_T")


class EmbeddedServerError(RuntimeError):
    """The embedded mail server did not start, or is not running; the message says why."""


class EmbeddedMailServer:
    """IMAP and SMTP for a handful of accounts, for the time of a `with` block.

    `accounts` maps address → password; the address is the user name too. `clock` gives the present as an aware
    datetime; it is called in the server's thread. `host`, `imap_port` and `smtp_port` are known after the start.
    Neither protocol speaks TLS: it never leaves loopback.
    """

    def __init__(self, accounts: Mapping[str, str], *, clock: Clock) -> None:
        self.host: Final = HOST
        self._accounts = {address.lower(): password for address, password in accounts.items()}
        self._clock = clock
        self._mailboxes: dict[str, Mailboxes] = {}
        self._ports: tuple[int, int] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread: threading.Thread | None = None

    @property
    def imap_port(self) -> int:
        """The port of IMAP; raises `EmbeddedServerError` before the start."""
        return self._running_ports()[0]

    @property
    def smtp_port(self) -> int:
        """The port of SMTP (with or without AUTH); raises `EmbeddedServerError` before the start."""
        return self._running_ports()[1]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start both listeners and wait until they accept; raises `EmbeddedServerError`."""
        if self._thread is not None:
            raise EmbeddedServerError("the embedded mail server is running already")
        ready: Future[tuple[int, int]] = Future()
        # aiosmtpd says so at each session, whoever logs in; nobody who runs the demo can do anything about it.
        logging.getLogger("mail.log").addFilter(lambda entry: "login_data is deprecated" not in entry.getMessage())
        self._thread = threading.Thread(target=self._run, args=(ready,), name="embedded-mail-server", daemon=True)
        self._thread.start()
        try:
            self._ports = ready.result(START_SECONDS)
        except TimeoutError as error:
            self.stop()
            raise EmbeddedServerError(f"the embedded mail server was not ready after {START_SECONDS:.0f} s") from error
        except Exception as error:
            self.stop()
            raise EmbeddedServerError(f"the embedded mail server did not start: {error}") from error

    def stop(self) -> None:
        """Cut every connection and end the thread; nothing happens when it is not running."""
        loop, stop, thread = self._loop, self._stop, self._thread
        if loop is not None and stop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)
        if thread is not None:
            thread.join(CALL_SECONDS)
        self._loop = self._stop = self._thread = self._ports = None

    def deliver(self, raw: bytes, sender: str, recipients: Iterable[str], at: datetime | None = None) -> None:
        """Put `raw` into the INBOX of every recipient, as if it had come by SMTP at `at` (aware; None: the clock).

        Raises `LookupError` for a recipient that is no account, before anything is delivered.
        """
        wanted = [self._known(address) for address in recipients]
        self._call(self._deliver(raw, sender, wanted, at, "local delivery"))

    def messages(self, address: str, folder: str = "INBOX") -> list[bytes]:
        """The raw mails of one folder, oldest first. Raises `LookupError` for an unknown account or folder."""
        return self._call(self._read(self._known(address), folder))

    def _known(self, address: str) -> str:
        if address.lower() not in self._accounts:
            raise LookupError(f"{address} is no account of the embedded mail server")
        return address.lower()

    def _running_ports(self) -> tuple[int, int]:
        if self._ports is None:
            raise EmbeddedServerError("the embedded mail server is not running")
        return self._ports

    def _call(self, work: Coroutine[object, object, _T]) -> _T:
        """Run `work` in the server's loop and wait for what it returns."""
        if self._loop is None or self._ports is None:
            work.close()
            raise EmbeddedServerError("the embedded mail server is not running")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(CALL_SECONDS)

    # What follows runs in the server's own thread.

    def _run(self, ready: Future[tuple[int, int]]) -> None:
        try:
            asyncio.run(self._serve(ready))
        except Exception as error:  # the caller waits for `ready`; after it, only the journal can be told
            if ready.done():
                logging.getLogger(__name__).exception("the embedded mail server ended")
            else:
                ready.set_exception(error)

    async def _serve(self, ready: Future[tuple[int, int]]) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        imap = ImapService(self.host)
        for address, password in self._accounts.items():
            self._mailboxes[address] = await imap.add_account(address, password, Mailboxes(self._clock))
        listeners: list[asyncio.Server] = []
        try:
            listeners.append(await asyncio.start_server(imap.connected, self.host, 0, limit=2**20))
            listeners.append(await self._loop.create_server(self._smtp_protocol, self.host, 0))
            imap_port, smtp_port = (listener.sockets[0].getsockname()[1] for listener in listeners)
            ready.set_result((imap_port, smtp_port))
            await self._stop.wait()
        finally:
            for listener in listeners:
                listener.close()  # open connections end when asyncio.run cancels their tasks

    def _smtp_protocol(self) -> SMTP:
        return SMTP(
            _SmtpHandler(self._accounts, self._deliver),
            hostname=HOST_NAME,
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            authenticator=self._authenticate,
            auth_require_tls=False,
            loop=self._loop,
        )

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, login: object
    ) -> AuthResult:
        if not isinstance(login, LoginPassword):
            return AuthResult(success=False, handled=False)
        expected = self._accounts.get(login.login.decode("utf-8", "replace").lower())
        # `handled=False` lets aiosmtpd give the answer, 535 5.7.8.
        return AuthResult(success=expected is not None and expected.encode() == login.password, handled=False)

    async def _deliver(
        self, raw: bytes, sender: str, recipients: Iterable[str], at: datetime | None, source: str
    ) -> None:
        when = at or self._clock()
        for recipient in recipients:
            trace = (
                f"Return-Path: <{sender}>\r\n"
                f"Received: from {source} by {HOST_NAME} (embedded mail server)\r\n"
                f"\tfor <{recipient}>; {format_datetime(when)}\r\n"
            )
            inbox = await self._mailboxes[recipient].get_mailbox("INBOX")
            await inbox.append(AppendMessage(trace.encode("utf-8") + raw, when), recent=True)

    async def _read(self, address: str, folder: str) -> list[bytes]:
        try:
            mailbox = await self._mailboxes[address].get_mailbox(folder)
        except KeyError:
            raise LookupError(f"{address} has no folder {folder!r}") from None
        return [bytes(await message.load_content(FetchRequirement.CONTENT)) async for message in mailbox.messages()]


class _SmtpHandler:
    """aiosmtpd's hooks: who is accepted, and where a mail goes."""

    def __init__(self, accounts: Mapping[str, str], deliver: Deliver) -> None:
        self._accounts = accounts
        self._domains = {address.rpartition("@")[2] for address in accounts}
        self._deliver = deliver

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Accept accounts only: an unknown person here, or any other domain, is refused at once."""
        known = address.lower()
        if known in self._accounts:
            envelope.rcpt_tos.append(known)
            return "250 2.1.5 OK"
        if known.rpartition("@")[2] in self._domains:
            return f"550 5.1.1 <{address}>: no such mailbox here"
        return f"550 5.7.1 <{address}>: this server delivers to its own mailboxes only"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:
        """Deliver to every accepted recipient; a recipient named twice gets one copy."""
        sender = "" if envelope.mail_from in (None, "<>") else str(envelope.mail_from)
        content = envelope.original_content or b""
        source = f"{session.host_name or 'unknown'} ([{HOST}])"
        await self._deliver(content, sender, tuple(dict.fromkeys(envelope.rcpt_tos)), None, source)
        return "250 2.0.0 delivered"
