"""Handing mails to the sending server. Sole user of aiosmtplib, with `smtp_session`.

Flow: `send_batch` opens one connection, sends mail after mail over it, and tells the fate of each at once, so that the
caller can write it down before the next one goes. The connection is short-lived: one that has been broken is replaced,
and after `MAX_BREAKS` breaks in a row the rest of the batch is left for later.

DATA is spoken step by step here, not by aiosmtplib's `sendmail`: only so it is known whether a connection broke before
the mail was handed over (TRANSIENT: try again) or after it and before the server's answer (UNKNOWN: it may have gone).
The mark that ends the data goes last and alone, when all before it has left: without it no server may take the mail.

Failure policy: `send_batch` raises only what `on_result` raises; every other fault is the result of the mails that it
hit. 4xx, no connection, a refused log-in or time-outs before the data are TRANSIENT; 5xx for the sender, the data or
all recipients are PERMANENT. `check_login` raises `MailServerError`.
"""

import asyncio
import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import aiosmtplib
from aiosmtplib import SMTPResponse

from bot.domain.mail import Endpoint, OutgoingMail, SendOutcome, SendResult
from bot.mail.connection import MailServerError, without_password
from bot.mail.ends import LineStopped, Stop, never
from bot.mail.reaching import note_failure
from bot.mail.smtp_session import Session, connect_error

MAX_BREAKS: Final = 3
# Codes in the 5xx range that speak of our log-in or TLS settings, not of the mail: worth another try once mended.
_OURS_TO_MEND: Final = frozenset({530, 534, 535, 538})
_END_MARK: Final = b".\r\n"

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
    stop: Stop = never,
    interrupted: Stop = never,
) -> None:
    """Send the mails in order; `on_result(key, result)` is called exactly once for each, right after its answer. The
    next one is asked for only then.

    `per_minute` is the most mails a minute, None for no limit. Once `stop()` or `interrupted()` holds, mails not yet
    begun come back as TRANSIENT; with `interrupted()` (the program is ending) the one under way has four seconds left.
    An exception of `on_result` ends the batch and is raised; the mails after it have no result then.
    """
    asyncio.run(_Batch(endpoint, on_result, per_minute, stop, interrupted).send(mails))


def check_login(endpoint: Endpoint) -> SmtpFacts:
    """Connect and log in without sending anything, for `doctor`. Raises `MailServerError`."""
    return asyncio.run(_check(endpoint))


async def _check(endpoint: Endpoint) -> SmtpFacts:
    session = await Session.open(endpoint)
    client = session.client
    try:
        if not endpoint.user:
            await session.step(client.ehlo())
        sizes = client.esmtp_extensions.get("size", "").split()
        limit = int(sizes[0]) if sizes and sizes[0].isdigit() else 0
        return SmtpFacts(tuple(sorted(client.esmtp_extensions)), limit or None)
    except (aiosmtplib.SMTPException, OSError) as error:
        raise connect_error(endpoint, error) from error
    finally:
        await session.close()


class _Batch:
    """One batch under way."""

    def __init__(
        self, endpoint: Endpoint, on_result: OnResult, per_minute: float | None, stop: Stop, interrupted: Stop
    ) -> None:
        self._endpoint = endpoint
        self._on_result = on_result
        self._pause = 60.0 / per_minute if per_minute else 0.0
        self._stop: Stop = lambda: stop() or interrupted()
        self._interrupted = interrupted
        self._session: Session | None = None
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
            return SendResult(SendOutcome.TRANSIENT, self._given_up, tried=False)
        while True:
            fresh = self._session is None
            try:
                self._session = self._session or await Session.open(self._endpoint, self._interrupted)
                result = await _transaction(self._session, mail)
            except MailServerError as error:
                # A server that cannot be reached or refuses the log-in will do so for the rest of the batch too.
                self._given_up = str(error)
                return SendResult(SendOutcome.TRANSIENT, str(error), tried=False, log_in=error.log_in)
            except _Broken as broken:
                await self._drop(politely=False)
                if broken.result.outcome is SendOutcome.TRANSIENT and not fresh and not self._stop():
                    continue  # servers close a connection after so many mails: that is no fault of this one
                note_failure(self._endpoint)
                self._breaks += 1
                if self._breaks >= MAX_BREAKS:
                    self._given_up = f"not tried: the connection broke {self._breaks} times in a row"
                return broken.result
            self._breaks = 0
            return result

    async def _drop(self, *, politely: bool = True) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close(politely=politely)


async def _transaction(session: Session, mail: OutgoingMail) -> SendResult:
    """MAIL, RCPT, DATA. Raises `_Broken` with the mail's result when the connection is of no more use."""
    handed_over = False
    client = session.client
    try:
        envelope = await _envelope(session, mail)
        if isinstance(envelope, SendResult):
            await _reset(session)
            return envelope
        start = await session.step(client.execute_command(b"DATA"))
        if start.code != 354:
            await _reset(session)
            return _refusal(start, envelope)
        data = _dot_stuffed(mail.raw)
        await session.upload(data)
        handed_over = True
        answer = await session.hand_over(_END_MARK, len(data))
        if 200 <= answer.code < 300:
            return SendResult(SendOutcome.SENT, _said(answer), envelope)
        if answer.code < 400:
            raise aiosmtplib.SMTPResponseException(answer.code, answer.message)
        return _refusal(answer, envelope)
    except LineStopped as error:
        outcome = SendOutcome.UNKNOWN if handed_over else SendOutcome.TRANSIENT
        raise _Broken(SendResult(outcome, f"not tried to the end: {error}", tried=handed_over)) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        outcome = SendOutcome.UNKNOWN if handed_over else SendOutcome.TRANSIENT
        raise _Broken(SendResult(outcome, without_password(session.endpoint, error)[:500], broke=True)) from error
    except (UnicodeError, ValueError) as error:
        # An address with a line break, or one that is not ASCII on a server without SMTPUTF8.
        return SendResult(SendOutcome.PERMANENT, f"an address cannot be used: {error}")


async def _reset(session: Session) -> None:
    """Clear the envelope; a connection that this breaks is noticed by the next mail."""
    with suppress(aiosmtplib.SMTPException, OSError):
        await session.step(session.client.rset())


async def _envelope(session: Session, mail: OutgoingMail) -> dict[str, str] | SendResult:
    """The refused recipients with the server's words, or the mail's result when it got no further."""
    client = session.client
    for address in (mail.envelope_from, *mail.recipients):
        if re.search(r"[\s<>\x00-\x1f\x7f]", address):
            raise ValueError(repr(address))
    if client.is_ehlo_or_helo_needed:
        await session.step(client.ehlo())
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
        await session.step(client.mail(mail.envelope_from, options=options, encoding=encoding))
    except aiosmtplib.SMTPSenderRefused as error:
        return _refusal(SMTPResponse(error.code, error.message), {})
    refused: dict[str, str] = {}
    codes: list[int] = []
    for recipient in mail.recipients:
        try:
            await session.step(client.rcpt(recipient, encoding=encoding))
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
        raise _Broken(SendResult(SendOutcome.TRANSIENT, _said(answer), refused, broke=True))
    permanent = answer.code >= 500 and answer.code not in _OURS_TO_MEND
    return SendResult(SendOutcome.PERMANENT if permanent else SendOutcome.TRANSIENT, _said(answer), refused)


def _said(answer: SMTPResponse) -> str:
    return " ".join(f"{answer.code} {answer.message}".encode("utf-8", "replace").decode().split())


def _dot_stuffed(raw: bytes) -> bytes:
    """The data as they go over the wire (RFC 5321, 4.5.2), without the mark that ends them."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
    lines = re.sub(rb"(?m)^\.", b"..", lines)
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"
