"""From the server into the vault: every new message is kept before anybody looks into it.

List new UIDs → peek the raw bytes → vault (fsync) → row `received`. A message over the size limit is recorded without
being fetched. A failure of the server ends the walk; what was recorded before stays, and the next walk goes on behind
it.
"""

from bot.domain.mail import ServerMessage
from bot.flows.services import Services
from bot.mail.inbox import Inbox


def fetch_new(services: Services, inbox: Inbox, folder: str) -> int:
    """Records every message of `folder` that is not recorded yet. Returns how many. Raises MailServerError."""
    last = services.store.last_uid(services.account, folder)
    uidvalidity, messages = inbox.list_messages(folder, last)
    if last and last[0] != uidvalidity:
        services.journal.warning("uidvalidity_changed", folder=folder, was=last[0], now=uidvalidity)
    for message in messages:
        _record(services, inbox, message)
        # Oldest first: what stands below the mark has been recorded, whatever ends the walk.
        ref = message.ref
        services.store.note_seen(ref.account, ref.folder, ref.uidvalidity, ref.uid)
    return len(messages)


def _record(services: Services, inbox: Inbox, message: ServerMessage) -> None:
    now = services.now()
    # A moved clock acts as if it were then: what is in the mailbox has been received by then.
    received_at = min(message.internal_date, now) if services.clock.travels else message.internal_date
    sha256 = ""
    if message.size <= services.office.max_mail_bytes:
        raw = inbox.fetch_raw(message.ref)
        if raw is None:  # moved or deleted by a person between listing and fetching
            services.journal.warning("message_gone", folder=message.ref.folder, uid=message.ref.uid)
            return
        sha256 = services.vault.save(raw)
    record = services.store.receive(message, sha256=sha256, received_at=received_at, now=now)
    services.journal.info("mail_received", mail=record.id, folder=message.ref.folder, uid=message.ref.uid)


def mark_finished(services: Services, inbox: Inbox) -> None:
    """Sets a keyword on messages whose records are finished: last and repeatable, for people who look into the
    mailbox.
    """
    for record in services.store.unmarked():
        inbox.mark_done(record.ref, f"$Thuky{record.outcome.value.capitalize()}")
        services.store.set_marked(record.id)
