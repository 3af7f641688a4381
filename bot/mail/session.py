"""A logged-in conversation with an IMAP server in which every step ends: connect, TLS, greeting, log-in, command.

Flow: `open_mailbox` → reaching.connect → `Line` → imaplib's client over that line → `log_in`. imaplib speaks the
protocol and knows neither an end nor a measure: both are enforced beneath it, by the line that it reads and writes.
A step is a command with its answer (a literal that we send is a step of its own).

Failure policy: inside `translated` whatever goes wrong is a `MailServerError` with a sentence that names the server; a
connection after one is thrown away. What makes no sense (imaplib and imap-tools fall over it in many ways) is a fault
of the connection too. `close_mailbox` never raises and takes `LOGOUT_SECONDS` at most.
"""

import imaplib
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Final, cast

from imap_tools import BaseMailBox, ImapToolsError
from imap_tools.errors import MailboxLoginError

from bot.domain.mail import Endpoint, Security
from bot.mail.answers import said
from bot.mail.connection import MailServerError, require_protection, server_error, tls_context, trust_error
from bot.mail.ends import LineStopped, Stop, never
from bot.mail.line import MOST_BYTES, Line, TooMuch
from bot.mail.reaching import connect, note_failure

LOGOUT_SECONDS: Final = 3.0
_BUSY: Final = re.compile(r"UNAVAILABLE|LIMIT|INUSE|SERVERBUG|CONTACTADMIN|TRY AGAIN|TEMPORAR", re.IGNORECASE)
"""Words of a refused log-in that is about the moment, not about the password (RFC 5530)."""


class _Client(imaplib.IMAP4):
    """imaplib's client over a `Line`. `line` is its connection."""

    def __init__(self, endpoint: Endpoint, stop: Stop, most_bytes: int) -> None:
        self._endpoint, self._stop, self._most_bytes = endpoint, stop, most_bytes
        self.context = None if endpoint.security is Security.NONE else tls_context(endpoint, "IMAP")
        self.line: Line | None = None
        try:
            super().__init__(endpoint.host, endpoint.port, endpoint.timeout)
            if endpoint.security is Security.STARTTLS:
                self._start_tls()
        except BaseException:
            self.shutdown()
            raise

    def open(self, *_where: object, **_how: object) -> None:
        """Called by imaplib: the connection that `endpoint` describes, and TLS where it comes first."""
        endpoint = self._endpoint
        self.host, self.port = endpoint.host, endpoint.port
        self.line = Line(connect(endpoint, self._stop), endpoint.timeout, self._stop, self._most_bytes)
        self.sock = self.line.sock
        if endpoint.security is Security.TLS and self.context is not None:
            self.line.protect(self.context, endpoint.host)
            self.sock = self.line.sock

    @property
    def _line(self) -> Line:
        if self.line is None:
            raise ConnectionError("not connected")
        return self.line

    def read(self, size: int) -> bytes:
        return self._line.read(size)

    def readline(self) -> bytes:
        return self._line.readline()

    def send(self, data: Any) -> None:
        self._line.send(bytes(data))

    def shutdown(self) -> None:
        line, self.line = self.line, None
        if line is not None:
            line.close()

    def _start_tls(self) -> None:
        """STARTTLS (RFC 3501, 6.2.1). What was said in clear before it counts no more; where it is not to be had,
        somebody may have cut it out, and nothing is said at all.
        """
        if self.state != "NONAUTH" or "STARTTLS" not in self.capabilities or self.context is None:
            what = "the server offers no STARTTLS"
            raise server_error(self._endpoint, "IMAP", what, transient=False, untrusted=True)
        done, answer = self._simple_command("STARTTLS")
        if done != "OK":
            what = f"the server refused STARTTLS: {said(answer)}"
            raise server_error(self._endpoint, "IMAP", what, transient=False, untrusted=True)
        self._line.protect(self.context, self._endpoint.host)
        self.sock = self._line.sock
        self.untagged_responses = {}
        self._tls_established = True
        self._get_capabilities()


class _MailBox(BaseMailBox):
    """imap-tools over our own client."""

    def __init__(self, client: _Client) -> None:
        self._ready = client
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._ready


def open_mailbox(endpoint: Endpoint, stop: Stop = never, most_bytes: int = MOST_BYTES) -> BaseMailBox:
    """A logged-in connection with no folder selected. Once `stop()` holds, what is under way has four seconds left;
    messages of more than `most_bytes` are refused, whatever the server announces. Raises `MailServerError`.
    """
    require_protection(endpoint, "IMAP")
    with translated(endpoint):
        mailbox = _MailBox(_Client(endpoint, stop, most_bytes))
        try:
            log_in(mailbox, endpoint)
        except BaseException:
            close_mailbox(mailbox.client)
            raise
    return mailbox


def log_in(mailbox: BaseMailBox, endpoint: Endpoint) -> None:
    """The log-in as the settings ask for it, none where there is no user. Raises `MailServerError` when it is refused,
    and what imaplib and imap-tools raise when the connection fails.
    """
    if not endpoint.user:
        return
    if endpoint.token is not None:
        _log_in_by_token(mailbox, endpoint, endpoint.token)
        return
    ascii_only = endpoint.user.isascii() and endpoint.password.isascii()
    try:
        (mailbox.login if ascii_only else mailbox.login_utf8)(endpoint.user, endpoint.password, initial_folder=None)
    except MailboxLoginError as error:
        raise log_in_refused(endpoint, said(error.command_result[1])) from error
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:  # AUTHENTICATE says it so
        raise log_in_refused(endpoint, str(error)) from error


def _next_word(words: Iterator[bytes], _challenge: bytes) -> bytes:
    return next(words, b"")


def _log_in_by_token(mailbox: BaseMailBox, endpoint: Endpoint, token: Callable[[str], str]) -> None:
    """XOAUTH2. One token may have been taken back before its time: another is tried, once."""
    access = token("")
    for is_last in (False, True):
        # A refusal comes as a challenge that tells why; it is answered with nothing.
        words = iter((f"user={endpoint.user}\x01auth=Bearer {access}\x01\x01".encode(),))
        try:
            mailbox.client.authenticate("XOAUTH2", partial(_next_word, words))
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            if is_last:
                raise log_in_refused(endpoint, str(error).replace(access, "***")) from None
            access = token(access)
        else:
            return


def log_in_refused(endpoint: Endpoint, answer: str) -> MailServerError:
    """The error for a NO to a log-in. `transient`: it is about the moment, not about the password."""
    busy = bool(_BUSY.search(answer))
    return server_error(endpoint, "IMAP", f"log-in refused: {answer}", transient=busy, log_in=not busy)


def probe(endpoint: Endpoint, stop: Stop = never) -> None:
    """Connects with all protection that the settings ask for, and goes again without logging in. Raises
    `MailServerError`: with `untrusted` where it is the protection that is wrong.
    """
    require_protection(endpoint, "IMAP")
    with translated(endpoint):
        close_mailbox(_Client(endpoint, stop, MOST_BYTES))


def open_for_idle(endpoint: Endpoint, folder: str, stop: Stop = never) -> tuple[imaplib.IMAP4, Line] | None:
    """A logged-in connection that looks at the folder read-only, and its line; None when the server cannot IDLE.

    Raises `MailServerError`.
    """
    mailbox = open_mailbox(endpoint, stop)
    client = cast(_Client, mailbox.client)
    try:
        with translated(endpoint):
            # Asked again after the log-in: many servers tell less before it.
            if "IDLE" in said(client.capability()[1]).upper().split():
                mailbox.folder.set(folder, readonly=True)
                return client, client._line
    except BaseException:
        close_mailbox(client)
        raise
    close_mailbox(client)
    return None


def close_mailbox(client: imaplib.IMAP4) -> None:
    """Log out as far as the connection still allows; never raises."""
    line = getattr(client, "line", None)
    if isinstance(line, Line) and not line.is_broken:
        line.limit(LOGOUT_SECONDS)
        # What a server may say to good-bye is anybody's guess, and no longer matters.
        with suppress(OSError, imaplib.IMAP4.error, ValueError, LookupError, TypeError, AttributeError, TooMuch):
            client.logout()
    with suppress(OSError):
        client.shutdown()


@contextmanager
def translated(endpoint: Endpoint) -> Iterator[None]:
    """Every failure of a connection inside the block as a `MailServerError`."""
    try:
        yield
    except MailServerError as error:
        if error.log_in:
            note_failure(endpoint)
        raise
    except LineStopped as error:
        raise server_error(endpoint, "IMAP", f"not finished: {error}", transient=True) from error
    except (
        imaplib.IMAP4.error, ImapToolsError, OSError, TooMuch,
        ValueError, IndexError, KeyError, TypeError, AttributeError,
    ) as error:  # fmt: skip
        if not _is_refusal(error):
            note_failure(endpoint)
        raise _translation(endpoint, error) from error


def _is_refusal(error: Exception) -> bool:
    """A NO or BAD to one command; the connection is as good as before."""
    return isinstance(error, (imaplib.IMAP4.error, ImapToolsError)) and not isinstance(error, imaplib.IMAP4.abort)


def _translation(endpoint: Endpoint, error: Exception) -> MailServerError:
    if trust := trust_error(endpoint, "IMAP", error):
        return trust
    if isinstance(error, imaplib.IMAP4.abort):
        what = f"the connection broke: {error}"
    elif _is_refusal(error):
        what = f"the server refused: {error}"
    elif isinstance(error, TooMuch):
        what = f"the server sends too much: {error}"
    elif isinstance(error, TimeoutError) and error.errno is None:
        what = f"no answer within {endpoint.timeout:g} seconds"
    elif isinstance(error, ssl.SSLError):
        what = f"the protected connection broke: {error.reason or error}"
    elif isinstance(error, OSError):
        what = f"no connection: {error.strerror or error}"
    else:  # imaplib and imap-tools fall over answers that they do not expect in just these ways
        what = f"an answer that makes no sense: {error!r}"
    return server_error(endpoint, "IMAP", what[:500], transient=True)
