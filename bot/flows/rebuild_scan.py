"""The first half of `rebuild`: everything that the mailbox tells, read once.

Inbox and Spam, mail by mail: bytes into the vault, and what names the mail. Sent folder: copies of ours are read by
their header and set aside by their bytes (`spool`), notes are read whole; what persons sent is passed over. Nothing is
changed on the server. Raises MailServerError, OSError.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.ledger import NOTE_PREFIX, Note
from bot.domain.mail import ServerMessage
from bot.flows.fetch import head_of, junk_folder
from bot.flows.holding import hold, hold_on
from bot.flows.ledger import sent_folder
from bot.flows.services import Services
from bot.mail.inbox import Inbox
from bot.mail.ledger_headers import SentMail, read_sent
from bot.mail.ledger_note import note_id, read_note
from bot.mail.parse import parse_head
from bot.store.vault import Vault

Progress = Callable[[str, int, int], None]
"""Told on the way: which folder, how many are done, of how many. Empty folder: the second half."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """What could not be matched. `code` names the sentence (screens.toml, [rebuild]), `params` fill it."""

    code: str
    params: dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Found:
    """A mail in Inbox or Spam. `sha256` empty: over the limit, only its head was read, which is `head_sha256`."""

    message: ServerMessage
    sha256: str
    message_id: str
    sender: str = ""
    subject: str = ""
    head_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of ours in the Sent folder: its header, where its bytes are, and when the server took it."""

    sent: SentMail
    spooled: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class NoteFound:
    """A note, its Message-ID, when it was put there, and its files by the digests of their bytes in the spool."""

    note: Note
    message_id: str
    noted_at: datetime
    files: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Scan:
    """All that was found. `marks`: folder → UIDVALIDITY and highest UID."""

    mails: list[Found] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    notes: list[NoteFound] = field(default_factory=list)
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)
    unmatched: list[Unmatched] = field(default_factory=list)


def scan(services: Services, inbox: Inbox, spool: Vault, progress: Progress) -> Scan:
    """Reads the mailbox. `spool` keeps bytes until they are used."""
    hold(services, inbox)
    found = Scan()
    junk = junk_folder(services, inbox)
    for folder in filter(None, (services.inbox_folder, junk)):
        uidvalidity, messages = inbox.list_messages(folder)
        if messages:
            found.marks[folder] = (uidvalidity, messages[-1].ref.uid)
        for done, message in enumerate(messages, 1):
            mail = _inbound(services, inbox, message)
            if mail is not None:
                found.mails.append(mail)
            progress(folder, done, len(messages))
            hold_on(services, inbox)
    folder = sent_folder(services, inbox)
    if inbox.find_folder("\\Sent", (folder,)) is None and services.sent_folder is None:
        return found
    _, messages = inbox.list_messages(folder)
    for done, message in enumerate(messages, 1):
        _sent(services, inbox, message, spool, found)
        progress(folder, done, len(messages))
        hold_on(services, inbox)
    return found


def _inbound(services: Services, inbox: Inbox, message: ServerMessage) -> Found | None:
    if message.size > services.office.max_mail_bytes:
        head = inbox.fetch_head(message.ref)
        if head is None:
            return None
        return Found(message, "", parse_head(head).message_id, *head_of(head), services.vault.save(head))
    raw = inbox.fetch_raw(message.ref)
    if raw is None:
        return None
    return Found(message, services.vault.save(raw), parse_head(raw).message_id, *head_of(raw))


def _sent(services: Services, inbox: Inbox, message: ServerMessage, spool: Vault, found: Scan) -> None:
    raw = inbox.fetch_raw(message.ref)
    if raw is None:
        return
    at = message.internal_date
    key = parse_head(raw).header("X-Thuky-Key")
    if not key:
        return  # a person's
    if key.startswith(NOTE_PREFIX):
        note = read_note(raw)
        if note is not None:
            files = tuple((name, spool.save(payload)) for name, payload in note.files)
            bare = Note(note.about, note.at, note.facts)
            found.notes.append(NoteFound(bare, note_id(note, services.office.address), at, files))
            return
    else:
        sent = read_sent(raw, services.account, services.office.envelope_from)
        if sent is not None:
            found.copies.append(Copy(sent, spool.save(raw), at))
            return
    found.unmatched.append(Unmatched("copy_unreadable", {"uid": message.ref.uid, "folder": message.ref.folder}))
