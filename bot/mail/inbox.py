"""The mailbox on its server: what is there, its bytes, its marks, its Sent folder. Sole user of imap-tools.

Flow: `with Inbox(endpoint, account) as inbox` connects and logs in; `list_messages` asks for what is newer than the
last known UID, `fetch_raw` peeks at one message, `mark_done` sets a keyword, `append` puts a copy into a folder.
A message is named by folder, UIDVALIDITY and UID; `\\Seen` is neither used nor changed.

Nothing here deletes: imap-tools' own `flag`, `delete` and `move` run EXPUNGE and would destroy what another client
has only marked, so flags go by a plain UID STORE, and a folder is never closed, only left.

Failure policy: whatever goes wrong on the way is a `MailServerError` with a sentence that names the server. After one,
throw the `Inbox` away and open a new one. That a message has gone is no failure.
"""

import imaplib
import re
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import MailboxLoginError
from imap_tools.utils import encode_folder

from bot.domain.mail import Endpoint, MessageRef, Security, ServerMessage
from bot.mail.answers import body_of, message_told, said
from bot.mail.connection import MailServerError, require_protection, server_error, tls_context

__all__ = [
    "JUNK_NAMES",
    "SENT_NAMES",
    "ImapFacts",
    "Inbox",
    "MailServerError",
    "check_login",
    "close_mailbox",
    "open_for_idle",
]

SENT_NAMES: Final = (
    "Sent",
    "Sent Items",
    "Sent Messages",
    "Sent Mail",
    "INBOX.Sent",
    "INBOX/Sent",
    "Thư đã gửi",
    "Đã gửi",
)
JUNK_NAMES: Final = ("Junk", "Spam", "Junk E-mail", "Junk Email", "Bulk Mail", "INBOX.Junk", "INBOX.Spam", "Thư rác")
_KEYWORD: Final = re.compile(r"[$A-Za-z0-9_.-]{1,60}")


@dataclass(frozen=True, slots=True)
class ImapFacts:
    """What a log-in found: for `doctor`. `can_mark`: custom keywords are kept. `messages` are those in the folder."""

    messages: int
    idle: bool
    can_mark: bool
    capabilities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Selected:
    folder: str
    uidvalidity: int
    messages: int
    keywords: frozenset[str]


def open_mailbox(endpoint: Endpoint) -> BaseMailBox:
    """A logged-in connection with no folder selected. Raises `MailServerError`."""
    require_protection(endpoint, "IMAP")
    with translated(endpoint):
        mailbox = _connect(endpoint)
        try:
            if endpoint.user:
                ascii_only = endpoint.user.isascii() and endpoint.password.isascii()
                login = mailbox.login if ascii_only else mailbox.login_utf8
                login(endpoint.user, endpoint.password, initial_folder=None)
        except BaseException:
            close_mailbox(mailbox.client)
            raise
    return mailbox


def open_for_idle(endpoint: Endpoint, folder: str) -> imaplib.IMAP4 | None:
    """A logged-in connection that looks at the folder read-only; None when the server cannot IDLE.

    Raises `MailServerError`.
    """
    mailbox = open_mailbox(endpoint)
    client: imaplib.IMAP4 = mailbox.client
    try:
        with translated(endpoint):
            # Asked again after the log-in: many servers tell less before it.
            if "IDLE" in said(client.capability()[1]).upper().split():
                mailbox.folder.set(folder, readonly=True)
                return client
    except BaseException:
        close_mailbox(client)
        raise
    close_mailbox(client)
    return None


def close_mailbox(client: imaplib.IMAP4) -> None:
    """Log out as far as the connection still allows; never raises."""
    with suppress(OSError, imaplib.IMAP4.error, ValueError):
        client.logout()
    with suppress(OSError):
        client.shutdown()


@contextmanager
def translated(endpoint: Endpoint) -> Iterator[None]:
    """Every failure of a connection inside the block as a `MailServerError`."""
    try:
        yield
    except MailServerError:
        raise
    except ssl.SSLCertVerificationError as error:
        what = f"the server's certificate is not trusted: {error.verify_message}"
        raise server_error(endpoint, "IMAP", what, transient=False) from error
    except MailboxLoginError as error:
        raise _login_refused(endpoint, error) from error
    except imaplib.IMAP4.abort as error:
        raise server_error(endpoint, "IMAP", f"the connection broke: {error}", transient=True) from error
    except (imaplib.IMAP4.error, ImapToolsError) as error:
        raise server_error(endpoint, "IMAP", f"the server refused: {error}", transient=True) from error
    except TimeoutError as error:
        what = f"no answer within {endpoint.timeout:g} seconds"
        raise server_error(endpoint, "IMAP", what, transient=True) from error
    except OSError as error:
        raise server_error(endpoint, "IMAP", f"no connection: {error.strerror or error}", transient=True) from error
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        # imaplib and imap-tools fall over answers that they do not expect in just these ways.
        what = f"an answer that makes no sense: {error!r}"
        raise server_error(endpoint, "IMAP", what, transient=True) from error


def check_login(endpoint: Endpoint, folder: str = "INBOX") -> ImapFacts:
    """Connect, log in and look into the folder, for `doctor`. Raises `MailServerError`."""
    with Inbox(endpoint, endpoint.user) as inbox:
        return inbox.facts(folder)


class Inbox:
    """One connection to one account. `account` is the name that `MessageRef`s carry."""

    def __init__(self, endpoint: Endpoint, account: str) -> None:
        self._endpoint = endpoint
        self._account = account
        self._mailbox: BaseMailBox | None = None
        self._selected: _Selected | None = None

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def connect(self) -> None:
        """Connect and log in, unless that is done. Raises `MailServerError`."""
        if self._mailbox is None:
            self._mailbox, self._selected = open_mailbox(self._endpoint), None

    def close(self) -> None:
        """Log out; never raises."""
        mailbox, self._mailbox, self._selected = self._mailbox, None, None
        if mailbox is not None:
            close_mailbox(mailbox.client)

    def facts(self, folder: str = "INBOX") -> ImapFacts:
        """What this server and folder can do. Raises `MailServerError`."""
        with translated(self._endpoint):
            words = said(self._ok(self._client.capability())).upper().split()
            selected = self._select(folder)
        return ImapFacts(selected.messages, "IDLE" in words, "\\*" in selected.keywords, tuple(words))

    def list_messages(self, folder: str, after: tuple[int, int] | None = None) -> tuple[int, tuple[ServerMessage, ...]]:
        """The folder's UIDVALIDITY and its messages by ascending UID.

        `after` is the (UIDVALIDITY, last known UID) of an earlier call: only newer messages are listed, or all of them
        when the folder has another UIDVALIDITY by now. Raises `MailServerError`.
        """
        with translated(self._endpoint):
            selected = self._select(folder)
            last = after[1] if after is not None and after[0] == selected.uidvalidity else 0
            if selected.messages == 0:
                return selected.uidvalidity, ()
            answer = self._ok(self._client.uid("FETCH", f"{last + 1}:*", "(UID INTERNALDATE RFC822.SIZE)"))
            found = {
                told.uid: ServerMessage(MessageRef(self._account, folder, selected.uidvalidity, told.uid), *told[1:])
                for line in answer
                if (told := message_told(line))
            }
        # "n:*" always names the last message, even where its UID is smaller than n.
        return selected.uidvalidity, tuple(found[uid] for uid in sorted(found) if uid > last)

    def fetch_raw(self, ref: MessageRef) -> bytes | None:
        """The message byte for byte, without marking it seen; None when it is no longer there.

        Raises `MailServerError`, also when the folder's UIDVALIDITY is no longer that of `ref`: list again then.
        """
        return self._fetch(ref, "BODY.PEEK[]")

    def fetch_head(self, ref: MessageRef) -> bytes | None:
        """Only the header of the message, as `fetch_raw` gives the whole: for one that is too big to be fetched."""
        return self._fetch(ref, "BODY.PEEK[HEADER]")

    def _fetch(self, ref: MessageRef, what_of_it: str) -> bytes | None:
        with translated(self._endpoint):
            selected = self._select_for(ref)
            if selected.uidvalidity != ref.uidvalidity:
                what = f"folder {ref.folder} was made anew (UIDVALIDITY {selected.uidvalidity}, was {ref.uidvalidity})"
                raise server_error(self._endpoint, "IMAP", what, transient=False)
            done, answer = self._client.uid("FETCH", str(ref.uid), f"(UID {what_of_it})")
            if done != "OK":
                if "EXPUNGEISSUED" in said(answer).upper():
                    return None
                raise imaplib.IMAP4.error(said(answer))
        return body_of(answer, ref.uid)

    def mark_done(self, ref: MessageRef, keyword: str) -> bool:
        """Set a keyword such as `$ThukyDone` on the message; repeating it changes nothing.

        False, and nothing done, where the server keeps no such keywords or `ref` is from before a new UIDVALIDITY.
        Raises `MailServerError` when the connection fails, `ValueError` for a keyword that is none.
        """
        if not _KEYWORD.fullmatch(keyword):
            raise ValueError(f"not an IMAP keyword: {keyword!r}")
        with translated(self._endpoint):
            selected = self._select_for(ref)
            if selected.uidvalidity != ref.uidvalidity or not {"\\*", keyword} & selected.keywords:
                return False
            done, _ = self._client.uid("STORE", str(ref.uid), "+FLAGS.SILENT", f"({keyword})")
        return bool(done == "OK")

    def find_folder(self, special_use: str, fallback_names: Iterable[str] = ()) -> str | None:
        """The folder with that use (`\\Sent`, `\\Junk`; RFC 6154), or else the first of `fallback_names` that exists,
        whatever its case. Raises `MailServerError`.
        """
        with translated(self._endpoint):
            folders = [f for f in self._open.folder.list() if "\\noselect" not in (w.lower() for w in f.flags)]
        for folder in folders:
            if special_use.lower() in (w.lower() for w in folder.flags):
                return str(folder.name)
        by_name = {str(f.name).casefold(): str(f.name) for f in reversed(folders)}
        return next((by_name[n.casefold()] for n in fallback_names if n.casefold() in by_name), None)

    def append(self, folder: str, raw: bytes, at: datetime, *, seen: bool = True) -> None:
        """Put a message into a folder with `at` (aware) as its INTERNALDATE; the folder is made if there is none.

        Raises `MailServerError`.
        """
        flags = "(\\Seen)" if seen else ""
        with translated(self._endpoint):
            done, answer = self._client.append(_quoted(folder), flags, at, raw)
            if done != "OK":
                self._ok(self._client.create(_quoted(folder)), f"{said(answer)}; folder {folder!r} not made")
                self._ok(self._client.append(_quoted(folder), flags, at, raw))

    def has_message_id(self, folder: str, message_id: str) -> bool:
        """Whether the folder holds a message with that Message-ID; False when there is no such folder.

        Raises `MailServerError`.
        """
        if not message_id or not message_id.isascii() or not message_id.isprintable():
            return False
        with translated(self._endpoint):
            if not self._open.folder.exists(folder):
                return False
            self._select(folder)
            quoted = message_id.replace("\\", "\\\\").replace('"', '\\"')
            answer = self._ok(self._client.uid("SEARCH", "HEADER", "Message-ID", f'"{quoted}"'))
        return any(item and item.split() for item in answer)

    @contextmanager
    def bare(self) -> Iterator[imaplib.IMAP4]:
        """The connection itself, for `own_folder`; whatever folder was looked at before is selected anew afterwards.

        Failures inside the block are `MailServerError`s.
        """
        self._selected = None
        with translated(self._endpoint):
            yield self._client

    @staticmethod
    def named(folder: str) -> Any:
        """A folder's name as `bare`'s commands take it."""
        return _quoted(folder)

    @property
    def _open(self) -> BaseMailBox:
        if self._mailbox is None:
            raise server_error(self._endpoint, "IMAP", "not connected", transient=True)
        return self._mailbox

    @property
    def _client(self) -> imaplib.IMAP4:
        client: imaplib.IMAP4 = self._open.client
        return client

    def _select_for(self, ref: MessageRef) -> _Selected:
        if self._selected is not None and self._selected.folder == ref.folder:
            return self._selected
        return self._select(ref.folder)

    def _select(self, folder: str) -> _Selected:
        """Select anew, so that what came meanwhile is seen. Only leaving with CLOSE would expunge; this does not."""
        self._selected = None
        client = self._client
        try:
            answer = self._ok(client.select(_quoted(folder)), f"folder {folder!r} cannot be opened")
        except imaplib.IMAP4.readonly:
            answer = self._ok(client.select(_quoted(folder), readonly=True))
        codes: dict[str, list[Any]] = client.untagged_responses
        keywords = said(codes.get("PERMANENTFLAGS", [])).strip("()").split()
        uidvalidity = int(codes["UIDVALIDITY"][-1])
        self._selected = _Selected(folder, uidvalidity, int(answer[-1] or 0), frozenset(keywords))
        return self._selected

    def _ok(self, result: tuple[str, Any], what: str = "") -> list[Any]:
        done, answer = result
        if done != "OK":
            raise imaplib.IMAP4.error(": ".join(filter(None, (what, said(answer)))))
        return list(answer)


def _connect(endpoint: Endpoint) -> BaseMailBox:
    where: dict[str, Any] = {"host": endpoint.host, "port": endpoint.port, "timeout": endpoint.timeout}
    if endpoint.security is Security.NONE:
        return MailBoxUnencrypted(**where)
    context = tls_context(endpoint, "IMAP")
    kind = MailBox if endpoint.security is Security.TLS else MailBoxStartTls
    return kind(**where, ssl_context=context)


def _quoted(folder: str) -> Any:
    """The name as it goes over the wire (modified UTF-7, quoted): bytes, which imaplib takes."""
    return encode_folder(folder)


def _login_refused(endpoint: Endpoint, error: MailboxLoginError) -> MailServerError:
    answer = said(error.command_result[1])
    busy = any(word in answer.upper() for word in ("UNAVAILABLE", "LIMIT", "INUSE"))
    return server_error(endpoint, "IMAP", f"log-in refused: {answer}", transient=busy)
