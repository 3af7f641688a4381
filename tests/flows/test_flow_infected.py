"""What the virus scanner names: told to agency and coordinator, kept, handed on to nobody; without it files wait."""

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from clamd_process import EICAR, MARK, Clamd, running_clamd
from embedded_office import COORDINATOR, STRANGER, Office, at, embedded_office

from bot.domain.mail import InboundRecord, Outcome
from bot.domain.submission import Verdict

pytestmark = pytest.mark.clamav


@pytest.fixture
def clamd(tmp_path: Path) -> Iterator[Clamd]:
    with running_clamd(tmp_path / "clamd") as running:
        yield running


@pytest.fixture
def office(tmp_path: Path, clamd: Clamd) -> Iterator[Office]:
    extra = {"THUKY_ANTIVIRUS__CLAMD": clamd.address}
    with embedded_office(tmp_path / "office", at(3, 1, 7), **extra) as running:
        yield running


def with_mark(report: bytes) -> bytes:
    """The same report with something in it that the scanner knows."""
    out = io.BytesIO(report)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_STORED) as package:
        package.writestr("docProps/thumbnail.bin", MARK)
    return out.getvalue()


def codes(record: InboundRecord) -> set[str]:
    return {f.code for s in record.submissions for f in s.findings} | {f.code for f in record.findings}


def alerts(office: Office) -> list[str]:
    return [r.mail.key.split(":")[1] for r in office.outbox("alert")]


def test_an_infected_report_is_a_correction_and_handed_on_to_nobody(office: Office) -> None:
    infected = with_mark(office.cast("stp").narrative())
    record = office.took("stp", [("Báo cáo.docx", infected)])
    assert (record.outcome, record.reason, codes(record)) == (Outcome.CORRECTION, "infected", {"F112"})
    assert [f.path for s in record.submissions for f in s.files] in ([], [""])
    published = [p.name for p in (office.settings.data_dir / "reports").rglob("*") if p.is_file()]
    assert published == []
    (_, sha256, _) = record.attachments[0]
    assert list(office.services.store.quarantined([sha256])) == [sha256]
    (message,) = [m for m in office.got("stp") if m["X-Thuky-Key"].startswith("correction")]
    assert "Xls.Macro.Test" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it has one
    assert [a.get_filename() for a in message.iter_attachments()] == [], "no marked copy of it goes back"
    (alert,) = [m for m in office.got(COORDINATOR) if "infected_file" in m["X-Thuky-Key"]]
    assert "Báo cáo.docx" in alert.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it has one


def test_the_clean_report_beside_an_infected_scan_counts_and_the_scan_is_told(office: Office) -> None:
    report = office.cast("stp").narrative()
    record = office.took("stp", [("Báo cáo.docx", report), ("Báo cáo.pdf", b"%PDF-1.4\n" + MARK)])
    assert [s.verdict for s in record.submissions] == [Verdict.ACCEPTED]
    assert [f.name for s in record.submissions for f in s.files] == ["Báo cáo.docx"]
    assert (record.outcome, codes(record)) == (Outcome.CORRECTION, {"F112"})
    assert office.owed("stp")["narrative"].status.is_settled


def test_inside_an_archive_it_is_found_as_well_and_the_archive_is_not_opened(office: Office) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Báo cáo.docx", office.cast("stp").narrative())
        archive.writestr("doc-them.exe", EICAR)
    record = office.took("stp", [("Báo cáo.zip", out.getvalue())])
    assert (record.outcome, record.reason, codes(record)) == (Outcome.CORRECTION, "infected", {"F112"})
    assert record.submissions == ()
    assert alerts(office) == ["infected_file"]


def test_what_strangers_send_is_held_marked_and_never_answered(office: Office) -> None:
    record = office.took(STRANGER, [("Báo cáo.docx", EICAR)])
    assert record.outcome is Outcome.HELD
    assert office.answers(record) == []
    (_, sha256, _) = record.attachments[0]
    assert office.services.store.quarantined([sha256])


def test_with_the_scanner_away_files_wait_others_go_on_and_nothing_is_lost(office: Office, clamd: Clamd) -> None:
    clamd.stop()
    waits = office.took("stp", [("Báo cáo.docx", office.cast("stp").narrative())])
    assert (waits.outcome, waits.attempts) == (Outcome.RECEIVED, 0)
    goes_on = office.took("stc", [])
    assert goes_on.outcome is Outcome.CORRECTION
    assert alerts(office) == []
    for _ in range(5):  # no mail is parked for what is not its fault
        office.once()
    office.clock.move_to(at(3, 1, 7) + timedelta(hours=2))
    office.once()
    assert alerts(office) == ["scanner_down"]
    said = office.thuky("doctor")
    assert said.code == 1
    assert clamd.address in said.out
    with running_clamd(office.folder / "again") as again:
        office.environ["THUKY_ANTIVIRUS__CLAMD"] = again.address
        office.reopen()
        office.once()
        assert office.services.store.mail(waits.id).outcome is Outcome.ACCEPTED
        assert alerts(office) == ["scanner_down", "scanner_down"]
