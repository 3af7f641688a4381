"""From the server into the vault: every new message is kept before anybody looks into it.

Inbox and Spam, folder by folder: list new UIDs → peek the raw bytes → vault (fsync) → row `received` with the sender
and subject of its header. Of a message over the size limit only the header is fetched. A failure of the server ends the
walk; what was recorded before stays, and the next walk goes on behind it.
"""

from bot.domain.mail import ServerMessage
from bot.flows.services import Services
from bot.mail.inbox import JUNK_NAMES, Inbox
from bot.mail.parse import parse_head


def fetch_new(services: Services, inbox: Inbox, folder: str) -> int:
    """Records every message of `folder` that is not recorded yet. Returns how many. Raises MailServerError."""
    last = services.store.last_uid(services.account, folder)
    uidvalidity, messages = inbox.list_messages(folder, last)
    if last and last[0] != uidvalidity:
        services.journal.warning("uidvalidity_changed", folder=folder, was=last[0], now=uidvalidity)
    for message in messages:
        record_message(services, inbox, message)
        # Oldest first: what stands below the mark has been recorded, whatever ends the walk.
        ref = message.ref
        services.store.note_seen(ref.account, ref.folder, ref.uidvalidity, ref.uid)
    return len(messages)


def fetch_junk(services: Services, inbox: Inbox) -> int:
    """The same for Spam, where the office has it read and the server has such a folder. Raises MailServerError."""
    folder = junk_folder(services, inbox)
    return fetch_new(services, inbox, folder) if folder else 0


def junk_folder(services: Services, inbox: Inbox) -> str | None:
    """The folder that is read as Spam: the one that the settings name, or that the server marks (`\\Junk`, RFC 6154),
    or that is called so; None when it is not read or there is none. Raises MailServerError.
    """
    if not services.read_junk:
        return None
    folder = services.junk_folder or inbox.find_folder("\\Junk", JUNK_NAMES)
    return None if folder == services.inbox_folder else folder


def record_message(services: Services, inbox: Inbox, message: ServerMessage) -> None:
    """Keeps one message: its bytes, or only its header where it is too big. Raises MailServerError, OSError."""
    now = services.now()
    # A moved clock acts as if it were then: what is in the mailbox has been received by then.
    received_at = min(message.internal_date, now) if services.clock.travels else message.internal_date
    too_big = message.size > services.office.max_mail_bytes
    raw = inbox.fetch_head(message.ref) if too_big else inbox.fetch_raw(message.ref)
    if raw is None:  # moved or deleted by a person between listing and fetching
        services.journal.warning("message_gone", folder=message.ref.folder, uid=message.ref.uid)
        return
    if not too_big and len(raw) != message.size:  # some servers only guess; the body came whole, as it was announced
        services.journal.info(
            "size_differs", folder=message.ref.folder, uid=message.ref.uid, told=message.size, got=len(raw)
        )
    sender, subject = head_of(raw)
    saved = services.vault.save(raw)
    record = services.store.receive(
        message,
        sha256="" if too_big else saved,
        head_sha256=saved if too_big else "",
        received_at=received_at,
        now=now,
        sender=sender,
        subject=subject,
    )
    services.journal.info("mail_received", mail=record.id, folder=message.ref.folder, uid=message.ref.uid)


def head_of(raw: bytes) -> tuple[str, str]:
    """Sender (several with a comma and a blank between) and subject of a mail by its header alone."""
    mail = parse_head(raw)
    return mail.sender or ", ".join(mail.from_addresses), mail.subject


def mark_finished(services: Services, inbox: Inbox) -> None:
    """Sets a keyword on messages whose records are finished: last and repeatable, for people who look into the
    mailbox.
    """
    for record in services.store.unmarked():
        inbox.mark_done(record.ref, f"$Thuky{record.outcome.value.capitalize()}")
        services.store.set_marked(record.id)
