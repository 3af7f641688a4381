"""Handing mails to the sending server. Sole user of aiosmtplib.

Flow: `send_batch` opens one connection, sends mail after mail over it, and tells the fate of each at once, so that the
caller can write it down before the next one goes. The connection is short-lived: one that has been broken is replaced,
and after `MAX_BREAKS` breaks in a row the rest of the batch is left for later.

DATA is spoken step by step here, not by aiosmtplib's `sendmail`: only so it is known whether a connection broke before
the mail was handed over (TRANSIENT: try again) or after it and before the server's answer (UNKNOWN: it may have gone).

Failure policy: `send_batch` raises only what `on_result` raises; every other fault is the result of the mails that it
hit. 4xx, no connection, a refused log-in or time-outs before the data are TRANSIENT; 5xx for the sender, the data or
all recipients are PERMANENT. `check_login` raises `MailServerError`.
"""

import asyncio
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import aiosmtplib
from aiosmtplib import SMTPResponse

from bot.domain.mail import Endpoint, OutgoingMail, Security, SendOutcome, SendResult
from bot.mail.connection import MailServerError, require_protection, server_error, tls_context, without_password

MAX_BREAKS: Final = 3
QUIT_SECONDS: Final = 5.0
# Codes in the 5xx range that speak of our log-in or TLS settings, not of the mail: worth another try once mended.
_OURS_TO_MEND: Final = frozenset({530, 534, 535, 538})

OnResult = Callable[[str, SendResult], None]


@dataclass(frozen=True, slots=True)
class SmtpFacts:
    """What a log-in found: for `doctor`. `max_size` in bytes, None when the server names no limit."""

    extensions: tuple[str, ...]
    max_size: int | None


class _Broken(Exception):
    """The connection is of no more use; the result of the mail at hand goes along."""

    def __init__(self, result: SendResult) -> None:
        super().__init__(result.reply)
        self.result = result


def send_batch(
    endpoint: Endpoint,
    mails: Iterable[OutgoingMail],
    on_result: OnResult,
    *,
    per_minute: float | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Send the mails in order; `on_result(key, result)` is called exactly once for each, right after its answer, and
    before `mails` is asked for the next one: the caller may claim each at that moment. Without mails nothing is opened.

    `per_minute` is the most mails a minute, None for no limit. Once `stop()` holds, mails not yet begun come back as
    TRANSIENT. An exception of `on_result` ends the batch and is raised; the mails after it have no result then.
    """
    asyncio.run(_Batch(endpoint, on_result, per_minute, stop).send(mails))


def check_login(endpoint: Endpoint) -> SmtpFacts:
    """Connect and log in without sending anything, for `doctor`. Raises `MailServerError`."""
    return asyncio.run(_check(endpoint))


async def _check(endpoint: Endpoint) -> SmtpFacts:
    client = await _connect(endpoint)
    try:
        if not endpoint.user:
            await client.ehlo()
        sizes = client.esmtp_extensions.get("size", "").split()
        limit = int(sizes[0]) if sizes and sizes[0].isdigit() else 0
        return SmtpFacts(tuple(sorted(client.esmtp_extensions)), limit or None)
    except (aiosmtplib.SMTPException, OSError) as error:
        raise _connect_error(endpoint, error) from error
    finally:
        await _quit(client)


class _Batch:
    """One batch under way."""

    def __init__(
        self, endpoint: Endpoint, on_result: OnResult, per_minute: float | None, stop: Callable[[], bool]
    ) -> None:
        self._endpoint = endpoint
        self._on_result = on_result
        self._pause = 60.0 / per_minute if per_minute else 0.0
        self._stop = stop
        self._client: aiosmtplib.SMTP | None = None
        self._breaks = 0
        self._given_up = ""

    async def send(self, mails: Iterable[OutgoingMail]) -> None:
        try:
            for position, mail in enumerate(mails):
                if position and self._pause:
                    await self._rest()
                self._on_result(mail.key, await self._fate(mail))
        finally:
            await self._drop()

    async def _rest(self) -> None:
        end = time.monotonic() + self._pause
        while not self._given_up and not self._stop() and (left := end - time.monotonic()) > 0:
            await asyncio.sleep(min(left, 0.25))

    async def _fate(self, mail: OutgoingMail) -> SendResult:
        if not mail.recipients:
            return SendResult(SendOutcome.PERMANENT, "the mail has no recipient")
        if self._stop() and not self._given_up:
            self._given_up = "not tried: the program is stopping"
        if self._given_up:
            return SendResult(SendOutcome.TRANSIENT, self._given_up)
        while True:
            fresh = self._client is None
            try:
                self._client = self._client or await _connect(self._endpoint)
                result = await _transaction(self._client, mail, self._endpoint)
            except MailServerError as error:
                # A server that cannot be reached or refuses the log-in will do so for the rest of the batch too.
                self._given_up = str(error)
                return SendResult(SendOutcome.TRANSIENT, str(error))
            except _Broken as broken:
                await self._drop(politely=False)
                if broken.result.outcome is SendOutcome.TRANSIENT and not fresh:
                    continue  # servers close a connection after so many mails: that is no fault of this one
                self._breaks += 1
                if self._breaks >= MAX_BREAKS:
                    self._given_up = f"not tried: the connection broke {self._breaks} times in a row"
                return broken.result
            self._breaks = 0
            return result

    async def _drop(self, *, politely: bool = True) -> None:
        client, self._client = self._client, None
        if client is not None:
            await _quit(client) if politely else client.close()


async def _connect(endpoint: Endpoint) -> aiosmtplib.SMTP:
    """A connection, logged in where a user is set and the server offers it. Raises `MailServerError`.

    A relay within the office may know no log-in; one that wants it and does not offer it refuses the mail itself.
    """
    require_protection(endpoint, "SMTP")
    protected = endpoint.security is not Security.NONE
    client = aiosmtplib.SMTP(
        hostname=endpoint.host,
        port=endpoint.port,
        timeout=endpoint.timeout,
        use_tls=endpoint.security is Security.TLS,
        start_tls=endpoint.security is Security.STARTTLS,
        tls_context=tls_context(endpoint, "SMTP") if protected else None,
        local_hostname=_own_name(),
    )
    try:
        await client.connect()
        if endpoint.user:
            await client.ehlo()
            if client.supports_extension("auth"):
                await client.login(endpoint.user, endpoint.password)
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        client.close()
        raise _connect_error(endpoint, error) from error
    return client


def _connect_error(endpoint: Endpoint, error: Exception) -> MailServerError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            what = f"the server's certificate is not trusted: {cause.verify_message}"
            return server_error(endpoint, "SMTP", what, transient=False)
        cause = cause.__cause__
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        what = f"log-in refused: {error.code} {error.message}"
        return server_error(endpoint, "SMTP", what, transient=400 <= error.code < 500)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return server_error(endpoint, "SMTP", f"{error.code} {error.message}", transient=error.code < 500)
    transient = isinstance(error, OSError)  # aiosmtplib's own connection errors are OSErrors too
    return server_error(endpoint, "SMTP", error, transient=transient)


async def _quit(client: aiosmtplib.SMTP) -> None:
    with suppress(aiosmtplib.SMTPException, OSError, ValueError):
        if client.is_connected:
            await client.quit(timeout=QUIT_SECONDS)
    client.close()


async def _transaction(client: aiosmtplib.SMTP, mail: OutgoingMail, endpoint: Endpoint) -> SendResult:
    """MAIL, RCPT, DATA. Raises `_Broken` with the mail's result when the connection is of no more use."""
    handed_over = False
    try:
        envelope = await _envelope(client, mail)
        if isinstance(envelope, SendResult):
            await _reset(client)
            return envelope
        start = await client.execute_command(b"DATA")
        if start.code != 354:
            await _reset(client)
            return _refusal(start, envelope)
        protocol = client.protocol
        if protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("the connection was lost")
        handed_over = True
        protocol.write(_dot_stuffed(mail.raw))
        answer = await protocol.read_response(timeout=endpoint.timeout)
        if 200 <= answer.code < 300:
            return SendResult(SendOutcome.SENT, _said(answer), envelope)
        if answer.code < 400:
            raise aiosmtplib.SMTPResponseException(answer.code, answer.message)
        return _refusal(answer, envelope)
    except (aiosmtplib.SMTPException, OSError) as error:
        outcome = SendOutcome.UNKNOWN if handed_over else SendOutcome.TRANSIENT
        raise _Broken(SendResult(outcome, without_password(endpoint, error))) from error
    except (UnicodeError, ValueError) as error:
        # An address with a line break, or one that is not ASCII on a server without SMTPUTF8.
        return SendResult(SendOutcome.PERMANENT, f"an address cannot be used: {error}")


async def _reset(client: aiosmtplib.SMTP) -> None:
    """Clear the envelope; a connection that this breaks is noticed by the next mail."""
    with suppress(aiosmtplib.SMTPException, OSError):
        await client.rset()


async def _envelope(client: aiosmtplib.SMTP, mail: OutgoingMail) -> dict[str, str] | SendResult:
    """The refused recipients with the server's words, or the mail's result when it got no further."""
    for address in (mail.envelope_from, *mail.recipients):
        if re.search(r"[\s<>\x00-\x1f\x7f]", address):
            raise ValueError(repr(address))
    if client.is_ehlo_or_helo_needed:
        await client.ehlo()
    options, encoding = [], "ascii"
    if client.supports_extension("size"):
        options.append(f"SIZE={len(mail.raw)}")
    if client.supports_extension("8bitmime") and not mail.raw.isascii():
        options.append("BODY=8BITMIME")
    if not all(address.isascii() for address in (mail.envelope_from, *mail.recipients)):
        if not client.supports_extension("smtputf8"):
            return SendResult(SendOutcome.PERMANENT, "the server takes no addresses with accents (SMTPUTF8)")
        options.append("SMTPUTF8")
        encoding = "utf-8"
    try:
        await client.mail(mail.envelope_from, options=options, encoding=encoding)
    except aiosmtplib.SMTPSenderRefused as error:
        return _refusal(SMTPResponse(error.code, error.message), {})
    refused: dict[str, str] = {}
    codes: list[int] = []
    for recipient in mail.recipients:
        try:
            await client.rcpt(recipient, encoding=encoding)
        except aiosmtplib.SMTPRecipientRefused as error:
            refused[recipient] = _said(SMTPResponse(error.code, error.message))
            codes.append(error.code)
    if len(refused) < len(mail.recipients):
        return refused
    # One that may be taken later is enough to try the whole again.
    worst = min(codes)
    return _refusal(SMTPResponse(worst, next(iter(refused.values())).partition(" ")[2]), refused)


def _refusal(answer: SMTPResponse, refused: dict[str, str]) -> SendResult:
    """4xx: later; 5xx: never, unless it is about our own settings. Anything else breaks the connection."""
    if answer.code == 421 or not 400 <= answer.code < 600:
        raise _Broken(SendResult(SendOutcome.TRANSIENT, _said(answer), refused))
    permanent = answer.code >= 500 and answer.code not in _OURS_TO_MEND
    return SendResult(SendOutcome.PERMANENT if permanent else SendOutcome.TRANSIENT, _said(answer), refused)


def _said(answer: SMTPResponse) -> str:
    return " ".join(f"{answer.code} {answer.message}".encode("utf-8", "replace").decode().split())


def _dot_stuffed(raw: bytes) -> bytes:
    """The data as they go over the wire (RFC 5321, 4.5.2), end mark included."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
    lines = re.sub(rb"(?m)^\.", b"..", lines)
    return lines + (b".\r\n" if lines.endswith(b"\r\n") else b"\r\n.\r\n")


def _own_name() -> str:
    """What we call ourselves in EHLO: the host's full name where it has one, without asking any server for it."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"
