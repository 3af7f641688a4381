"""Last quarter's report, noted by hand with its file, is what this quarter's is compared with."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from embedded_office import Office, at, embedded_office

from bot.demo import documents
from bot.domain.document import Unreadable, UnreadableReason
from bot.domain.mail import Outcome
from bot.domain.submission import Verdict
from bot.flows import decisions, history

LAST = "2022-q4"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, at(3, 1, 7)) as running:
        text = (running.config / "rounds" / "2023-q1.toml").read_text("utf-8")
        for old, new in (
            ("opens_at = 2023-03-02T08:00:00", "opens_at = 2022-12-05T08:00:00\ncloses_at = 2022-12-31T00:00:00"),
            ('code = "2023-q1"', f'code = "{LAST}"'),
            ("ordinal = 1", "ordinal = 4"),
            ("year = 2023", "year = 2022"),
            ("first = 2022-12-15", "first = 2022-09-15"),
            ("last = 2023-03-14", "last = 2022-12-10"),
            ("day = 2023-03-10", "day = 2022-12-16"),
        ):
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (running.config / "rounds" / f"{LAST}.toml").write_text(text, "utf-8")
        running.reopen()
        yield running


def note(office: Office, name: str, payload: bytes) -> None:
    """Last quarter's II.06 of vpub, as it lay in the document system."""
    aim = decisions.target(office.services, "vpub", LAST, "ii06")
    decisions.carry_out(
        office.services,
        decisions.received(
            office.services, aim, at=None, files=[(name, payload)], who="Minh Anh", why="đã có trên QLVB"
        ),
    )


def last_quarter() -> bytes:
    """All that was pending then is what this quarter's sample carries over."""
    rows = documents.ii06_rows(0)
    return documents.ii06("Văn phòng UBND tỉnh", "quý IV năm 2022", rows=rows)


def test_the_carry_over_is_held_against_last_quarter_s_pending_files(office: Office) -> None:
    note(office, "II.06 quý IV.xlsx", last_quarter())
    record = office.took("vpub", [("II.06.xlsx", office.cast("vpub").ii06())])
    assert record.outcome is Outcome.CORRECTION
    assert "C201" in {f.code for s in record.submissions for f in s.findings}


def test_without_last_quarter_s_report_nothing_is_compared(office: Office) -> None:
    assert office.took("vpub", [("II.06.xlsx", office.cast("vpub").ii06())]).outcome is Outcome.ACCEPTED


def test_a_report_of_last_quarter_that_cannot_be_read_holds_this_one_for_a_person(office: Office) -> None:
    note(office, "II.06 quý IV.xlsx", b"PK\x03\x04 torn")
    record = office.took("vpub", [("II.06.xlsx", office.cast("vpub").ii06())])
    assert record.outcome is Outcome.HELD
    (submission,) = record.submissions
    assert (submission.verdict, [f.code for f in submission.findings]) == (Verdict.HELD, ["C207"])


def test_what_was_not_accepted_then_is_no_yardstick(office: Office) -> None:
    note(office, "II.06 quý IV.xlsx", last_quarter())
    q1 = office.services.round("2023-q1")
    assert q1 is not None and q1.previous == LAST
    assert history.last_report(office.services, q1, "vpub", "ii06") is not None
    aim = decisions.target(office.services, "vpub", LAST, "ii06")
    decisions.carry_out(office.services, decisions.return_(office.services, aim, None, who="Minh Anh", why="gửi nhầm"))
    assert history.last_report(office.services, q1, "vpub", "ii06") is None
    assert history.last_report(office.services, replace(q1, previous=""), "vpub", "ii06") is None


def test_reading_it_again_is_what_the_sandbox_says(office: Office) -> None:
    note(office, "II.06 quý IV.xlsx", b"PK\x03\x04 torn")
    q1 = office.services.round("2023-q1")
    assert q1 is not None
    document = history.last_report(office.services, q1, "vpub", "ii06")
    assert isinstance(document, Unreadable) and document.reason is UnreadableReason.CORRUPT
