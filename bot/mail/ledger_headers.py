"""What our own mails tell of themselves, for a database that must be made anew from the Sent folder.

`X-Thuky-About: kind=receipt; at=…; agency=stp; round=2023-q1; mail=17; sha256=…; received=…; box=INBOX; uid=1.17`
and `X-Thuky-Covers: KEY STEP ROUND, …` for the steps that a nudge speaks for. Values are percent-encoded, so that
neither blank nor semicolon stands in one. A copy of an older version without them is read by its key, as far as that
goes. Pure. What is not a mail of ours gives None.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from email.utils import getaddresses, parsedate_to_datetime
from urllib.parse import quote, unquote

from bot.domain.ledger import NOTE_PREFIX, Origin
from bot.domain.mail import MessageRef, NoticeKind, NudgeMark, OutgoingMail

_SAFE = "@:+./-"
_ANSWER_KEY = re.compile(r"(receipt|correction|closed):([^:]*):([^:]*):(\d+)(?::again)?")
_ORDER_KEY = re.compile(r"order:(\d+)")


@dataclass(frozen=True, slots=True)
class SentMail:
    """A copy in the Sent folder, read. `mail.raw` is empty; `at` is when it was composed; `origin` what it answers,
    as far as the copy says (`sha256` empty in an old one).
    """

    mail: OutgoingMail
    at: datetime
    origin: Origin | None

    @property
    def in_pass(self) -> bool:
        """Whether it was made while its mail was taken in, and not afterwards because it had come back."""
        return self.origin is not None and not self.mail.key.endswith(":again")


def about_header(
    kind: NoticeKind, at: datetime, agency: str | None, round_: str | None, origin: Origin | None = None
) -> str:
    """The value of X-Thuky-About. Times keep their microseconds and offset."""
    said = {"kind": kind.value, "at": at.isoformat(), "agency": agency or "", "round": round_ or ""}
    if origin is not None:
        said |= {
            "mail": str(origin.mail_id),
            "sha256": origin.sha256,
            "received": origin.received_at.isoformat(),
            "box": origin.ref.folder,
            "uid": f"{origin.ref.uidvalidity}.{origin.ref.uid}",
        }
    return "; ".join(f"{name}={quote(value, safe=_SAFE)}" for name, value in said.items() if value)


def covers_header(marks: Sequence[NudgeMark]) -> str:
    """The value of X-Thuky-Covers; empty when the mail speaks for no step."""
    return ", ".join(" ".join(quote(v, safe=_SAFE) for v in (m.key, m.step, m.round)) for m in marks)


def read_sent(raw: bytes, account: str, envelope_from: str) -> SentMail | None:
    """The mail of ours in those bytes; None for a mail that a person sent, a note, or one that cannot be read."""
    head = BytesParser(policy=default).parsebytes(raw, headersonly=True)
    assert isinstance(head, EmailMessage)
    key, message_id = _text(head, "X-Thuky-Key"), _text(head, "Message-ID")
    if not key or not message_id or key.startswith(NOTE_PREFIX):
        return None
    try:
        said = _fields(_text(head, "X-Thuky-About"))
        at = datetime.fromisoformat(said["at"]) if "at" in said else parsedate_to_datetime(_text(head, "Date"))
        kind = NoticeKind(said.get("kind") or _kind_of(key))
        origin = _origin(said, key, at, account)
        marks = tuple(_marks(_text(head, "X-Thuky-Covers")))
    except (KeyError, ValueError, TypeError):
        return None
    parts = key.split(":")
    of_key = _ANSWER_KEY.fullmatch(key) is not None or (len(parts) > 3 and kind is not NoticeKind.ALERT)
    agency = said.get("agency") or (parts[2] if of_key and not said else None)
    round_ = said.get("round") or (parts[1] if of_key and not said else None)
    mail = OutgoingMail(
        key=key,
        kind=kind,
        to=_addresses(head, "To"),
        cc=_addresses(head, "Cc"),
        subject=_text(head, "Subject"),
        message_id=message_id,
        envelope_from=envelope_from,
        raw=b"",
        in_reply_to=_text(head, "In-Reply-To"),
        agency=agency,
        round=round_,
        mail_id=origin.mail_id if origin else None,
        nudges=marks,
    )
    return SentMail(mail, at, origin)


def _kind_of(key: str) -> str:
    first = key.partition(":")[0]
    return NoticeKind.DECISION.value if first == "order" else first


def _origin(said: Mapping[str, str], key: str, at: datetime, account: str) -> Origin | None:
    if "mail" in said:
        validity, _, uid = said["uid"].partition(".")
        ref = MessageRef(account, said["box"], int(validity), int(uid))
        return Origin(int(said["mail"]), said.get("sha256", ""), ref, datetime.fromisoformat(said["received"]))
    old = _ANSWER_KEY.fullmatch(key) or _ORDER_KEY.fullmatch(key)
    if said or old is None:
        return None
    return Origin(int(old.groups()[-1]), "", MessageRef(account, "", 0, 0), at)


def _fields(value: str) -> dict[str, str]:
    pairs = (field.strip().partition("=") for field in value.split(";") if "=" in field)
    return {name: unquote(said.replace(" ", "")) for name, _, said in pairs}


def _marks(value: str) -> list[NudgeMark]:
    marks = []
    for entry in filter(None, (e.strip() for e in value.split(","))):
        key, step, round_ = (unquote(word) for word in entry.split())
        marks.append(NudgeMark(key, round_, step))
    return marks


def _text(head: EmailMessage, name: str) -> str:
    return " ".join(str(head.get(name, "")).split())


def _addresses(head: EmailMessage, name: str) -> tuple[str, ...]:
    return tuple(address for _, address in getaddresses([str(v) for v in head.get_all(name, [])]) if address)
