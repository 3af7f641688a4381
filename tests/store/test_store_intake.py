"""Finishing a mail is one transaction: all of it or nothing."""

from pathlib import Path
from typing import Any

import pytest
from store_makers import HOUR, NOW, direct, error, finished, outgoing, received, sha, stored, submission

from bot.domain.form import Severity
from bot.domain.intake import Bounce, BounceRecord
from bot.domain.mail import Evidence, EvidenceSource, NoticeKind, Outcome, OutgoingState
from bot.domain.submission import Finding, Place, Verdict
from bot.store import intake
from bot.store.errors import StoreConflictError
from bot.store.store import Store

EVIDENCE = (
    Evidence("agency", "stp", EvidenceSource.SENDER_ADDRESS, "stp@binhduong.example"),
    Evidence("round", "2022-q4", EvidenceSource.DOCUMENT, "quý IV/2022", "Báo cáo.docx", agrees=False),
)
FINDINGS = (
    Finding("F101", Severity.ERROR, Place(file="scan_0001.pdf")),
    Finding("W201", Severity.REMARK, Place(part="II.2", heading="Cải cách thủ tục hành chính"), {"n": 2, "x": None}),
    Finding("X201", Severity.ERROR, Place("a.xlsx", "Biểu II.06", "D14"), {"rows": ["12", "13"], "ok": True, "v": 2.5}),
)
ATTACHMENTS = (("Báo cáo.docx", sha("docx"), 7), ("Báo cáo.docx", sha("other"), 0))
BOUNCES = (Bounce("stc@binhduong.example", True, "550 no such user", "<reminder@binhduong.example>"),)


def everything() -> dict[str, Any]:
    return {
        "reason": "findings",
        "message_id": "<1@stp.example>",
        "sender": "stp@binhduong.example",
        "subject": "Báo cáo quý I",
        "agency": "stp",
        "round": "2023-q1",
        "evidence": EVIDENCE,
        "findings": FINDINGS,
        "attachments": ATTACHMENTS,
        "submissions": (
            submission("narrative", files=(stored("b.docx"), stored("a.pdf"))),
            submission("ii06", verdict=Verdict.CORRECTION, findings=(error(), error("X202", "E3"))),
        ),
        "bounces": BOUNCES,
        "outgoing": (outgoing("correction:1", NoticeKind.CORRECTION, mail_id=2),),
    }


def rows(database: Path) -> dict[str, int]:
    with direct(database) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


def test_everything_comes_back_as_it_went_in(store: Store) -> None:
    received(store, 1)
    received(store, 2)
    given = everything()
    finished(store, 2, Outcome.CORRECTION, duplicate_of=1, **given)
    mail = store.mail(2)
    for name in ("reason", "message_id", "sender", "subject", "agency", "round", "evidence", "findings", "attachments"):
        assert getattr(mail, name) == given["findings" if name == "findings" else name], name
    assert (mail.outcome, mail.duplicate_of, mail.finished_at) == (Outcome.CORRECTION, 1, NOW + 2 * HOUR)
    by_form = {s.form: s for s in mail.submissions}
    assert by_form["narrative"] == submission("narrative", mail_id=2, files=(stored("b.docx"), stored("a.pdf")))
    assert by_form["ii06"].findings == (error(), error("X202", "E3"))
    (answer,) = store.replies(2)
    assert (answer.mail.key, answer.state) == ("correction:1", OutgoingState.QUEUED)
    assert store.mail(1).submissions == ()


@pytest.mark.parametrize("step", ["evidence_row", "finding_row", "bounce_row", "insert_submissions", "queue_mails"])
def test_a_crash_within_leaves_nothing(
    store: Store, database: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    received(store, 1)
    mail = received(store, 2)
    before = rows(database)

    def crash(*_args: object, **_kw: object) -> None:
        raise RuntimeError("crash")

    monkeypatch.setattr(intake, step, crash)
    with pytest.raises(RuntimeError, match="crash"):
        finished(store, 2, Outcome.CORRECTION, **everything())
    assert rows(database) == before
    assert store.mail(2) == mail
    monkeypatch.undo()
    finished(store, 2, Outcome.CORRECTION, **everything())
    assert store.mail(2).outcome is Outcome.CORRECTION


def test_a_crash_after_queueing_leaves_nothing(store: Store, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    received(store, 1)
    received(store, 2)
    before = rows(database)
    queue = intake.queue_mails

    def queue_then_crash(*args: Any) -> None:
        assert queue(*args) == 1
        raise KeyboardInterrupt

    monkeypatch.setattr(intake, "queue_mails", queue_then_crash)
    with pytest.raises(KeyboardInterrupt):
        finished(store, 2, **everything())
    assert rows(database) == before


def test_a_mail_is_finished_once(store: Store) -> None:
    received(store)
    finished(store, 1)
    with pytest.raises(StoreConflictError, match="mail 1 is finished already, as accepted"):
        finished(store, 1, outgoing=(outgoing("receipt:1"),))
    assert store.outbox() == ()


def test_received_is_no_end(store: Store) -> None:
    received(store)
    with pytest.raises(ValueError, match="other than `received`"):
        finished(store, 1, Outcome.RECEIVED)


def test_a_version_that_exists_undoes_the_whole_mail(store: Store) -> None:
    received(store, 1)
    received(store, 2)
    finished(store, 1, submissions=(submission(),))
    with pytest.raises(StoreConflictError, match="UNIQUE"):
        finished(store, 2, submissions=(submission(),), outgoing=(outgoing("receipt:2"),))
    assert store.mail(2).outcome is Outcome.RECEIVED
    assert store.outbox() == ()


def test_a_duplicate_of_a_later_mail_is_refused(store: Store) -> None:
    received(store, 1)
    received(store, 2)
    with pytest.raises(StoreConflictError, match="duplicate_of_earlier"):
        finished(store, 1, duplicate_of=2)


def test_finishing_a_released_mail_replaces_what_was_found_before(store: Store) -> None:
    received(store, 1)
    received(store, 2)
    finished(store, 2, Outcome.HELD, **{**everything(), "outgoing": ()})
    store.reopen(2, NOW)
    assert store.mail(2).evidence == EVIDENCE  # known until it is finished anew
    finished(store, 2, Outcome.ACCEPTED, evidence=EVIDENCE[:1], submissions=(submission("ii06", 2),))
    mail = store.mail(2)
    assert (mail.evidence, mail.findings, mail.attachments) == (EVIDENCE[:1], (), ())
    assert store.bounces() == ()
    assert [(s.form, s.version) for s in mail.submissions] == [("ii06", 1), ("ii06", 2), ("narrative", 1)]


def test_bounces_know_which_mail_came_back(store: Store) -> None:
    for uid in (1, 2):
        received(store, uid, at=NOW + uid * HOUR)
    store.enqueue([outgoing("reminder", NoticeKind.REMINDER, cc=("STC@binhduong.example",))], NOW)
    soft = Bounce("x@stp.example", False, "452 full")
    finished(store, 2, Outcome.IGNORED, bounces=BOUNCES)
    finished(store, 1, Outcome.IGNORED, bounces=(soft,))
    first = BounceRecord("x@stp.example", NOW + HOUR, False, "452 full", 1, None)
    second = BounceRecord("stc@binhduong.example", NOW + 2 * HOUR, True, "550 no such user", 2, "reminder")
    assert store.bounces() == (first, second)
    assert store.bounces(NOW + 2 * HOUR) == (second,)
    assert store.bounces(NOW + 3 * HOUR) == ()
