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
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

from imap_tools import BaseMailBox
from imap_tools.utils import encode_folder

from bot.domain.mail import Endpoint, MessageRef, ServerMessage
from bot.mail.answers import body_of, message_told, said
from bot.mail.connection import MailServerError, server_error
from bot.mail.ends import Stop, never
from bot.mail.line import MOST_BYTES
from bot.mail.session import close_mailbox, open_mailbox, translated

__all__ = [
    "JUNK_NAMES",
    "SENT_NAMES",
    "ImapFacts",
    "Inbox",
    "MailServerError",
    "check_login",
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
_HEADS_AT_ONCE: Final = 100
_UIDS_AT_ONCE: Final = 500
_LARGEST_UID: Final = 2**32 - 1
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


def check_login(endpoint: Endpoint, folder: str = "INBOX") -> ImapFacts:
    """Connect, log in and look into the folder, for `doctor`. Raises `MailServerError`."""
    with Inbox(endpoint, endpoint.user) as inbox:
        return inbox.facts(folder)


class Inbox:
    """One connection to one account. `account` is the name that `MessageRef`s carry.

    Once `stop()` holds, what is under way has four seconds left. A message of more than `most_bytes` is refused,
    whatever size the server told before.
    """

    def __init__(self, endpoint: Endpoint, account: str, *, stop: Stop = never, most_bytes: int = MOST_BYTES) -> None:
        self._endpoint = endpoint
        self._account = account
        self._stop = stop
        self._most_bytes = most_bytes
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
            self._mailbox, self._selected = open_mailbox(self._endpoint, self._stop, self._most_bytes), None

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
            # "n:*" always names the last message, even where its UID is smaller than n.
            uids = tuple(uid for uid in self._search("UID", f"{last + 1}:*") if uid > last)
            found = self._described(selected, uids)
            if missing := tuple(uid for uid in uids if uid not in found):
                # Expunged in between, or lost on the way: what is left out here would never be looked at again.
                found |= self._described(selected, missing)
                still = {uid for uid in missing if uid not in found} & set(self._search("UID", _set_of(missing)))
                if still:
                    raise imaplib.IMAP4.abort(f"messages {_set_of(sorted(still))} are there and not described")
        return selected.uidvalidity, tuple(found[uid] for uid in sorted(found))

    def list_uids(self, folder: str) -> tuple[int, tuple[int, ...]]:
        """The folder's UIDVALIDITY and the UIDs of all its messages, ascending. Raises `MailServerError`."""
        with translated(self._endpoint):
            selected = self._select(folder)
            uids = self._search("ALL") if selected.messages else ()
        return selected.uidvalidity, uids

    def describe(self, folder: str, uids: Sequence[int]) -> tuple[int, tuple[ServerMessage, ...]]:
        """The folder's UIDVALIDITY and those of the messages `uids` that are there, as `list_messages` tells of them.

        Raises `MailServerError`.
        """
        with translated(self._endpoint):
            selected = self._select(folder)
            found = self._described(selected, uids)
        return selected.uidvalidity, tuple(found[uid] for uid in sorted(found))

    def _described(self, selected: _Selected, uids: Sequence[int]) -> dict[int, ServerMessage]:
        found: dict[int, ServerMessage] = {}
        for first in range(0, len(uids), _UIDS_AT_ONCE):
            asked = uids[first : first + _UIDS_AT_ONCE]
            for line in self._ok(self._client.uid("FETCH", _set_of(asked), "(UID INTERNALDATE RFC822.SIZE)")):
                if (told := message_told(line)) and told.uid in asked:
                    ref = MessageRef(self._account, selected.folder, selected.uidvalidity, told.uid)
                    found[told.uid] = ServerMessage(ref, *told[1:])
        return found

    def _search(self, *criteria: str) -> tuple[int, ...]:
        """The UIDs found, ascending. A server that says OK and no list at all was not understood, or garbled."""
        answer = self._ok(self._client.uid("SEARCH", *criteria))
        if not any(isinstance(line, bytes) for line in answer):
            raise imaplib.IMAP4.abort("no answer to SEARCH")
        uids = sorted({int(uid) for line in answer if isinstance(line, bytes) for uid in line.split()})
        if uids and not 0 < uids[0] <= uids[-1] <= _LARGEST_UID:
            raise imaplib.IMAP4.abort(f"a UID that is none: {uids[0]} to {uids[-1]}")
        return tuple(uids)

    def fetch_raw(self, ref: MessageRef) -> bytes | None:
        """The message byte for byte, without marking it seen; None when it is no longer there.

        Raises `MailServerError`, also when the folder's UIDVALIDITY is no longer that of `ref`: list again then.
        """
        return self._fetch(ref, "BODY.PEEK[]")

    def fetch_head(self, ref: MessageRef) -> bytes | None:
        """Only the header of the message, as `fetch_raw` gives the whole: for one that is too big to be fetched."""
        return self._fetch(ref, "BODY.PEEK[HEADER]")

    def heads(self, folder: str) -> Iterator[tuple[datetime, bytes]]:
        """When each message of the folder came, and its header, by ascending UID. Raises `MailServerError`."""
        with translated(self._endpoint):
            selected = self._select(folder)
            uids = self._search("ALL") if selected.messages else ()
            for first in range(0, len(uids), _HEADS_AT_ONCE):
                told = self._described(selected, uids[first : first + _HEADS_AT_ONCE])
                if not told:
                    continue
                answer = self._ok(self._client.uid("FETCH", _set_of(sorted(told)), "(UID BODY.PEEK[HEADER])"))
                for uid in sorted(told):
                    if (head := body_of(answer, uid)) is not None:
                        yield told[uid].internal_date, head
                    elif uid in self._search("UID", str(uid)):
                        raise imaplib.IMAP4.abort(f"message {uid} is there and was not sent")

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
            body = body_of(answer, ref.uid)
            if body is None and ref.uid in self._search("UID", str(ref.uid)):
                raise imaplib.IMAP4.abort(f"message {ref.uid} is there and was not sent")
        return body

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
            return bool(self._search("HEADER", "Message-ID", f'"{quoted}"'))

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
        uidvalidity = int(codes["UIDVALIDITY"][-1]) if "UIDVALIDITY" in codes else 0
        if not 0 < uidvalidity <= _LARGEST_UID or answer[-1] is None:
            # Without the one nothing can be named, and without the other a full folder would seem to be empty.
            raise imaplib.IMAP4.abort(f"folder {folder!r} was opened without a UIDVALIDITY or a number of messages")
        self._selected = _Selected(folder, uidvalidity, int(answer[-1]), frozenset(keywords))
        return self._selected

    def _ok(self, result: tuple[str, Any], what: str = "") -> list[Any]:
        done, answer = result
        if done != "OK":
            raise imaplib.IMAP4.error(": ".join(filter(None, (what, said(answer)))))
        return list(answer)


def _set_of(uids: Sequence[int]) -> str:
    return ",".join(map(str, uids))


def _quoted(folder: str) -> Any:
    """The name as it goes over the wire (modified UTF-7, quoted): bytes, which imaplib takes."""
    return encode_folder(folder)
