"""A logged-in conversation with a sending server in which every step ends: name, connect, TLS, greeting, log-in.

Flow: `Session.open` → reaching.connect (aiosmtplib's own would hang in a name's look-up) → aiosmtplib over that socket
→ `log_in`. `Session.step` gives each further step its time and an ear for our being asked to stop.

Failure policy: `Session.open` raises `MailServerError`; `step` raises what its step raises, `TimeoutError` at its end
and `LineStopped` when the program is stopping. `close` never raises and takes `QUIT_SECONDS` at most.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import aiosmtplib

from bot.domain.mail import Endpoint, Security
from bot.mail.connection import MailServerError, require_protection, server_error, tls_context, trust_error
from bot.mail.ends import FLOOR_RATE, End, LineStopped, Patience, Stop, never
from bot.mail.reaching import connect, note_failure

QUIT_SECONDS: Final = 3.0
_SEND_BUFFER: Final = 256 * 1024
"""Bytes that the kernel holds for us: what it has taken is not yet on the other side."""

T = TypeVar("T")


@dataclass(slots=True)
class Session:
    """One connection, logged in where a user is set and the server offers it."""

    client: aiosmtplib.SMTP
    endpoint: Endpoint
    patience: Patience

    @classmethod
    async def open(cls, endpoint: Endpoint, stop: Stop = never, *, with_log_in: bool = True) -> "Session":
        """Raises `MailServerError`.

        A relay within the office may know no log-in; one that wants it and does not offer it refuses the mail itself.
        """
        require_protection(endpoint, "SMTP")
        protected = endpoint.security is not Security.NONE
        context = tls_context(endpoint, "SMTP") if protected else None
        patience = Patience(stop)
        sock: socket.socket | None = None
        client: aiosmtplib.SMTP | None = None
        try:
            sock = connect(endpoint, stop)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
            client = aiosmtplib.SMTP(
                hostname=endpoint.host,
                timeout=endpoint.timeout,
                use_tls=endpoint.security is Security.TLS,
                start_tls=False,
                tls_context=context,
                local_hostname=_own_name(),
                sock=sock,
            )
            session = cls(client, endpoint, patience)
            await session.step(client.connect())
            if endpoint.security is Security.STARTTLS:
                await session._start_tls()
            if endpoint.user and with_log_in:
                await session.step(client.ehlo())
                await session.log_in()
        except BaseException as error:
            if client is not None:
                _cut(client)
            if sock is not None:
                sock.close()
            if isinstance(error, MailServerError):
                note_failure(endpoint)
                raise
            if isinstance(error, (aiosmtplib.SMTPException, OSError, ValueError)):
                if not isinstance(error, LineStopped):
                    note_failure(endpoint)
                raise connect_error(endpoint, error) from error
            raise
        return session

    async def log_in(self) -> None:
        """The log-in as the settings ask for it. Raises what aiosmtplib raises."""
        if self.endpoint.token is not None:
            await self._log_in_by_token(self.endpoint.token)
        elif self.client.supports_extension("auth"):
            await self.step(self.client.login(self.endpoint.user, self.endpoint.password))

    async def _log_in_by_token(self, token: Callable[[str], str]) -> None:
        """XOAUTH2. One token may have been taken back before its time: another is tried, once."""
        access = await self.step(asyncio.to_thread(token, ""))
        try:
            await self.step(self.client.auth_xoauth2(self.endpoint.user, access))
        except aiosmtplib.SMTPAuthenticationError:
            access = await self.step(asyncio.to_thread(token, access))
            await self.step(self.client.auth_xoauth2(self.endpoint.user, access))

    async def _start_tls(self) -> None:
        """Where STARTTLS is not to be had, somebody may have cut it out, and nothing more is said."""
        await self.step(self.client.ehlo())
        if not self.client.supports_extension("starttls"):
            what = "the server offers no STARTTLS"
            raise server_error(self.endpoint, "SMTP", what, transient=False, untrusted=True)
        try:
            await self.step(self.client.starttls(server_hostname=self.endpoint.host))
        except aiosmtplib.SMTPResponseException as error:
            what = f"the server refused STARTTLS: {error.code} {error.message}"
            raise server_error(
                self.endpoint, "SMTP", what, transient=error.code < 500, untrusted=error.code >= 500
            ) from error

    async def step(self, doing: Coroutine[Any, Any, T], seconds: float | None = None) -> T:
        """Does one thing within `seconds`, or else as long as every step."""
        end = End(self.endpoint.timeout if seconds is None else seconds, self.patience)
        task = asyncio.ensure_future(doing)
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=end.left())
            return task.result()
        finally:
            await _dispose(task)

    async def upload(self, data: bytes) -> None:
        """All of `data` into the kernel's hands, at `FLOOR_RATE` at least. Raises like `step`; what is raised means
        that the end of `data` has not gone.
        """
        protocol, transport = self.client.protocol, self.client.transport
        if protocol is None or transport is None:
            raise aiosmtplib.SMTPServerDisconnected("the connection was lost")
        end = End(self.endpoint.timeout, self.patience)
        protocol.write(data)
        while waiting := transport.get_write_buffer_size():  # type: ignore[attr-defined]  # a BaseTransport to mypy
            left = end.left(len(data) - waiting)
            await asyncio.sleep(min(left, 0.02))
            if not self.client.is_connected:
                raise aiosmtplib.SMTPServerDisconnected("the connection was lost")

    async def hand_over(self, mark: bytes, size: int) -> aiosmtplib.SMTPResponse:
        """Sends `mark`, which ends the data, and gives the answer to all `size` bytes of them; the kernel may still
        hold some. Raises like `step`: from here on the mail may have gone.
        """
        protocol = self.client.protocol
        if protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("the connection was lost")
        seconds = self.endpoint.timeout + min(size, _SEND_BUFFER) / FLOOR_RATE
        reading = protocol.read_response(timeout=None)
        protocol.write(mark)
        return await self.step(reading, seconds)

    async def close(self, *, politely: bool = True) -> None:
        """Never raises."""
        if politely and self.client.is_connected:
            with suppress(aiosmtplib.SMTPException, OSError, ValueError):
                await self.step(self.client.quit(timeout=QUIT_SECONDS), min(QUIT_SECONDS, self.endpoint.timeout))
        _cut(self.client)


async def _dispose(task: "asyncio.Future[T]") -> None:
    if not task.done():
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await task


def _cut(client: aiosmtplib.SMTP) -> None:
    """At once: a TLS good-bye could take half a minute."""
    transport = client.transport
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
    client.close()


def connect_error(endpoint: Endpoint, error: Exception) -> MailServerError:
    """What went wrong before any mail was spoken of."""
    if trust := trust_error(endpoint, "SMTP", error):
        return trust
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        what = f"log-in refused: {error.code} {error.message}"
        refused = not 400 <= error.code < 500
        return server_error(endpoint, "SMTP", what, transient=not refused, log_in=refused)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        # aiosmtplib calls an answer that is none -1
        transient = error.code < 500
        return server_error(endpoint, "SMTP", f"{error.code} {error.message}"[:500], transient=transient)
    if isinstance(error, LineStopped):
        return server_error(endpoint, "SMTP", f"not tried: {error}", transient=True)
    if isinstance(error, TimeoutError) and getattr(error, "errno", None) is None:
        what = f"no answer within {endpoint.timeout:g} seconds"
        return server_error(endpoint, "SMTP", what, transient=True)
    if isinstance(error, ssl.SSLError):
        return server_error(endpoint, "SMTP", f"the protected connection broke: {error.reason}", transient=True)
    transient = isinstance(error, OSError)  # aiosmtplib's own connection errors are OSErrors too
    return server_error(endpoint, "SMTP", error, transient=transient)


def probe(endpoint: Endpoint, stop: Stop = never) -> None:
    """Connects with all protection that the settings ask for, and goes again without logging in. Raises
    `MailServerError`: with `untrusted` where it is the protection that is wrong.
    """

    async def ask() -> None:
        await (await Session.open(endpoint, stop, with_log_in=False)).close()

    asyncio.run(ask())


def _own_name() -> str:
    """What we call ourselves in EHLO: the host's full name where it has one, without asking any server for it."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"
