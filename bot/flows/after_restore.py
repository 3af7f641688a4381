"""After a restore: what went out since the backup does not go out again.

`thuky restore` leaves `restored.json`. The first time that mails are about to be sent after it, the Sent folder is
asked, once, which mails of ours it holds; those that the restored database does not know as sent went out after the
backup, and what they are known by is written into the mark. From then on every mail that waits is held against them:
the same Message-ID, an answer to the very same mail, or a nudge or page under the same key was sent already, and is
settled as sent. The mark stays, since a reminder may be made anew days later.

Failure policy: as long as the Sent folder cannot be asked nothing goes out (False); the next turn asks again.
"""

import json
from collections import defaultdict
from datetime import datetime
from typing import Any

from bot.domain.mail import NoticeKind, OutgoingMail, OutgoingRecord, OutgoingState
from bot.flows.services import Services
from bot.mail.inbox import SENT_NAMES, Inbox, MailServerError
from bot.mail.ledger_headers import read_sent
from bot.store.restoring import RESTORED
from bot.store.safeio import write_atomically

_FATE_OPEN = (OutgoingState.QUEUED, OutgoingState.SENDING, OutgoingState.UNKNOWN)
# Their keys say what they are whatever the database counts; the numbers in an answer's key may mean another mail now.
_BY_KEY = frozenset(k for k in NoticeKind if not k.may_repeat) | {NoticeKind.DIGEST}


def settle_sent(services: Services) -> bool:
    """Settles as sent what waits and has gone out since the backup. False when that cannot be known now, so that
    nothing may be sent; True at once where no backup was restored.
    """
    mark = services.vault.data_dir / RESTORED
    try:
        facts: dict[str, Any] = json.loads(mark.read_bytes())
    except FileNotFoundError:
        return True
    waiting = [r for state in _FATE_OPEN for r in services.store.outbox(state=state)]
    if not waiting:
        return True
    if "sent" not in facts:
        try:
            facts["sent"] = _sent_since(services)
        except MailServerError as error:
            services.journal.warning("sent_folder_not_asked", error=str(error))
            return False
        write_atomically(mark, json.dumps(facts).encode())
        services.journal.info("sent_folder_asked", sent_since_backup=len(facts["sent"]))
    by_id = {entry["message_id"]: entry for entry in facts["sent"]}
    by_key = {key: entry for entry in facts["sent"] for key in entry["keys"]}
    by_answered = {entry["answers"]: entry for entry in facts["sent"] if entry["answers"]}
    steps: defaultdict[int, list[str]] = defaultdict(list)
    for nudge in services.store.nudges():
        steps[nudge.outgoing.id].append(nudge.mark.key)
    for record in waiting:
        # A reminder twice is worse than a step that is left out: one of its steps is enough.
        keys = (record.mail.key, *steps[record.id]) if record.mail.kind in _BY_KEY else ()
        entry = by_id.get(record.mail.message_id) or next((by_key[key] for key in keys if key in by_key), None)
        if entry is None and record.mail.kind.is_answer and record.mail.mail_id is not None:
            # Read again in another order, mails have other numbers, by which their answers are known.
            entry = by_answered.get(services.store.mail(record.mail.mail_id).sha256)
        if entry is not None:
            _settle(services, record, datetime.fromisoformat(entry["at"]))
    return True


def _settle(services: Services, record: OutgoingRecord, at: datetime) -> None:
    services.store.take_as_sent(record.id, at)
    services.journal.warning("sent_before_restore", outgoing=record.id, key=record.mail.key)


def _sent_since(services: Services) -> list[dict[str, Any]]:
    """Message-ID, keys and time of every mail of ours in the Sent folder that the database does not hold as sent.

    Raises MailServerError.
    """
    known = {r.mail.message_id for r in services.store.outbox(state=OutgoingState.SENT)}
    with Inbox(services.imap, services.account) as inbox:
        folder = services.sent_folder or inbox.find_folder("\\Sent", SENT_NAMES)
        copies = inbox.heads(folder) if folder else ()
        return [
            {
                "message_id": sent.mail.message_id,
                "keys": _keys(sent.mail),
                "answers": sent.origin.sha256 if sent.origin and sent.mail.kind.is_answer else "",
                "at": at.isoformat(),
            }
            for at, head in copies
            if (sent := read_sent(head, services.account, "")) and sent.mail.message_id not in known
        ]


def _keys(mail: OutgoingMail) -> list[str]:
    """By what a copy can be known beside its Message-ID."""
    return [mail.key, *(mark.key for mark in mail.nudges)] if mail.kind in _BY_KEY else []
