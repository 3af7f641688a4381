"""Values that the store's tests hand in: small, valid, and different wherever that matters."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.form import Severity
from bot.domain.intake import IntakeResult
from bot.domain.mail import InboundRecord, MessageRef, NoticeKind, Outcome, OutgoingMail, ServerMessage
from bot.domain.submission import Finding, Place, StoredFile, Submission, Verdict
from bot.store.store import Store

NOW = datetime(2023, 3, 8, 7, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


@contextmanager
def direct(database: Path) -> Iterator[sqlite3.Connection]:
    """The file as any other program would see it, foreign keys checked."""
    connection = sqlite3.connect(database)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        with connection:
            yield connection
    finally:
        connection.close()


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def received(store: Store, uid: int = 1, *, content: str | None = None, at: datetime = NOW) -> InboundRecord:
    ref = MessageRef("baocao@binhduong.example", "INBOX", 7, uid)
    digest = sha(content or f"mail {uid}")
    return store.receive(ServerMessage(ref, at, 1000 + uid), sha256=digest, received_at=at, now=NOW + HOUR)


def error(code: str = "X201", cell: str = "D14") -> Finding:
    return Finding(code, Severity.ERROR, Place(sheet="Biểu II.06", cell=cell), {"found": "120", "expected": 102})


def stored(name: str) -> StoredFile:
    return StoredFile(name, sha(name), len(name), f"reports/2023-q1/stp/{name}")


def submission(form: str = "ii06", version: int = 1, agency: str = "stp", **changes: Any) -> Submission:
    values: dict[str, Any] = {
        "agency": agency,
        "round": "2023-q1",
        "form": form,
        "version": version,
        "received_at": NOW,
        "verdict": Verdict.ACCEPTED,
        "files": (stored(f"{form}-{version}.xlsx"),),
        "receipt_number": f"2023Q1-{agency}-{version}",
    }
    return Submission(**{**values, **changes})


def outgoing(key: str, kind: NoticeKind = NoticeKind.RECEIPT, **changes: Any) -> OutgoingMail:
    values: dict[str, Any] = {
        "key": key,
        "kind": kind,
        "to": ("stp@binhduong.example",),
        "cc": (),
        "subject": f"[BC 2023Q1 STP] Đã nhận {key}",
        "message_id": f"<{key}@binhduong.example>",
        "envelope_from": "bounce@binhduong.example",
        "raw": f"Subject: {key}\r\n\r\nKính gửi".encode(),
        "agency": "stp",
        "round": "2023-q1",
    }
    return OutgoingMail(**{**values, **changes})


def finished(store: Store, mail_id: int, outcome: Outcome = Outcome.ACCEPTED, **changes: Any) -> None:
    values: dict[str, Any] = {"mail_id": mail_id, "outcome": outcome, "reason": "ok"}
    mails = changes.pop("outgoing", ())
    result = IntakeResult(**{**values, **changes})
    store.finish(result, outgoing=mails, now=NOW + 2 * HOUR)
