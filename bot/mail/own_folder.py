"""One folder of the mailbox that is ours alone, where small notes to ourselves lie. Here, and only here, we delete.

Flow: `put` appends (the server's own time of receipt; the folder is made where there is none), `entries` lists what
lies there by header, `remove` takes away messages named by UID.

Removing is `UID STORE +FLAGS \\Deleted` and `UID EXPUNGE` (RFC 4315). A server without UIDPLUS knows only EXPUNGE of
the whole folder, which is done where nothing but notes of ours lies in it; else they stay marked, which counts as gone.

Failure policy: a server that refuses to make the folder is `FolderRefusedError` with its words; every other failure is
the `MailServerError` of the connection.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.mail.answers import message_told, said
from bot.mail.inbox import Inbox

_FLAGS = re.compile(r"FLAGS \(([^)]*)\)", re.IGNORECASE)


class FolderRefusedError(Exception):
    """The server does not let us have the folder. `str()` is what it said."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of the folder: `note` is the value of our header, empty where it is none of ours; `is_gone`: it is
    marked as deleted. `internal_date` is the server's time of receipt, aware.
    """

    uid: int
    internal_date: datetime
    note: str
    is_gone: bool


class OwnFolder:
    """`name` on the connection of `inbox`; our notes are known by their header `header`, one line of ASCII."""

    def __init__(self, inbox: Inbox, name: str, header: str) -> None:
        self._inbox = inbox
        self._name = name
        self._header = header

    def put(self, raw: bytes) -> None:
        """Append `raw` as seen. Raises FolderRefusedError and MailServerError."""
        with self._inbox.bare() as client:
            done, answer = client.append(self._inbox.named(self._name), "(\\Seen)", None, raw)
            if done != "OK":
                # Somebody else may be making it at the same moment, so what counts is the second try.
                _, refused = client.create(self._inbox.named(self._name))
                done, answer = client.append(self._inbox.named(self._name), "(\\Seen)", None, raw)
                if done != "OK":
                    raise FolderRefusedError("; ".join(filter(None, (said(refused), said(answer)))))

    def entries(self) -> tuple[Entry, ...]:
        """Everything in the folder by ascending UID; nothing where there is no such folder. Raises MailServerError."""
        with self._inbox.bare() as client:
            if not self._select(client):
                return ()
            what = f"(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS ({self._header})])"
            _, answer = client.uid("FETCH", "1:*", what)
        found: dict[int, Entry] = {}
        for position, part in enumerate(answer):
            if not isinstance(part, tuple):
                continue
            # What stands behind the literal belongs to the same message: servers order the items as they like.
            rest = answer[position + 1] if position + 1 < len(answer) else b""
            line = bytes(part[0]) + (rest if isinstance(rest, bytes) else b"")
            if told := message_told(line):
                flags = _FLAGS.search(line.decode("ascii", "replace"))
                gone = flags is not None and "\\deleted" in flags[1].lower().split()
                found[told.uid] = Entry(told.uid, told.internal_date, self._note(bytes(part[1])), gone)
        return tuple(found[uid] for uid in sorted(found))

    def remove(self, uids: Collection[int], among: Collection[Entry]) -> None:
        """Take those messages away; `among` is what `entries` told just now on this connection, of which others than
        our own notes are never touched. Raises MailServerError.
        """
        ours = {entry.uid for entry in among if entry.note}  # so the folder that is looked at is ours
        wanted = ",".join(str(uid) for uid in sorted(ours & set(uids)))
        if not wanted:
            return
        with self._inbox.bare() as client:
            client.uid("STORE", wanted, "+FLAGS.SILENT", "(\\Deleted)")
            try:
                client.uid("EXPUNGE", wanted)
            except client.abort:
                raise
            except client.error:  # BAD: no UIDPLUS. Trying costs less than asking what the server can.
                if all(entry.note for entry in among):
                    client.expunge()

    def _select(self, client: Any) -> bool:
        """Whether the folder is there, has messages, and is looked at now."""
        done, answer = client.select(self._inbox.named(self._name))
        return bool(done == "OK" and answer and answer[-1] and int(answer[-1]))

    def _note(self, head: bytes) -> str:
        text = " ".join(head.decode("ascii", "replace").split())
        name, colon, value = text.partition(":")
        return value.strip() if colon and name.strip().lower() == self._header.lower() else ""
