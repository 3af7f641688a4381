"""Notes in the Sent folder: a small mail from ourselves to ourselves that is never sent, with words for people and the
same as JSON for `thuky rebuild`.

Its Message-ID is made from what it says, so that it is put there once, whatever comes between. Pure; the same note has
the same bytes. `read_note` gives None for what is none of ours.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default
from email.utils import format_datetime

from bot.domain.ledger import NOTE_PREFIX, Note
from bot.mail.compose_files import clean

FACTS = "thuky.json"


def note_id(note: Note, address: str) -> str:
    """The Message-ID of a note under the domain of `address`: of its facts, so that the first decision of another
    database has another one.
    """
    digest = hashlib.sha256(f"{note.about}\n{_json(note)}".encode()).hexdigest()[:24]
    return f"<ledger.{digest}@{address.rpartition('@')[2]}>"


def build_note(note: Note, *, name: str, address: str, date: datetime, subject: str, text: str) -> bytes:
    """The whole message. `date` is aware, in the time zone in which it is printed."""
    me = Address(clean(name), addr_spec=address)
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = me, me
    mail["Subject"] = clean(subject)
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = note_id(note, address)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["X-Thuky-Key"] = NOTE_PREFIX + note.about
    mail.set_content(text, charset="utf-8", cte="quoted-printable")
    mail.add_attachment(_json(note).encode(), "application", "json", filename=FACTS)
    for file, payload in note.files:
        mail.add_attachment(payload, "application", "octet-stream", filename=file)
    mail.set_boundary("=_thuky_" + hashlib.sha256(str(mail["Message-ID"]).encode()).hexdigest()[:24])
    return mail.as_bytes()


def read_note(raw: bytes) -> Note | None:
    """The note in these bytes; None when they are none, or it is damaged."""
    mail = BytesParser(policy=default).parsebytes(raw)
    assert isinstance(mail, EmailMessage)
    if not str(mail.get("X-Thuky-Key", "")).startswith(NOTE_PREFIX):
        return None
    parts = [(p.get_filename() or "", p.get_payload(decode=True)) for p in mail.iter_attachments()]
    files: Sequence[tuple[str, bytes]] = [(n, p) for n, p in parts if isinstance(p, bytes)]
    try:
        said = json.loads(next(p for n, p in files if n == FACTS))
        at = datetime.fromisoformat(said["at"])
        return Note(said["about"], at, said["facts"], tuple(f for f in files if f[0] != FACTS))
    except (StopIteration, ValueError, KeyError, TypeError):
        return None


def _json(note: Note) -> str:
    said = {"about": note.about, "at": note.at.isoformat(), "facts": dict(note.facts)}
    return json.dumps(said, ensure_ascii=False, sort_keys=True, indent=1)
