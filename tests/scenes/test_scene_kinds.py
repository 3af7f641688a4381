"""Every kind of file that agencies send, through Postfix and Dovecot: what is taken, what is asked, what is kept."""

import io
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest
from file_kinds import BROKEN, KINDS, MISSING, Kind
from kinds_run import Row, accounts, answers_of, office_of, run
from kinds_table import TARGET, render
from mail_servers import MailServers
from scene_office import said

from bot import wiring
from bot.documents.converter import Converter, find_libreoffice
from bot.documents.limits import DEFAULT_LIMITS

pytestmark = pytest.mark.servers

EACH = [pytest.param(kind, id=kind.code, marks=[getattr(pytest.mark, name) for name in kind.needs()]) for kind in KINDS]


@pytest.fixture(scope="module")
def servers(mail_servers: MailServers) -> Iterator[MailServers]:
    """Servers of our own, for an agency a kind. `mail_servers` is asked for so that they can run here at all."""
    with MailServers(accounts()) as running:
        yield running


@pytest.fixture(scope="module")
def rows(servers: MailServers, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    return run(servers, tmp_path_factory.mktemp("kinds"))


@pytest.mark.timeout(300)  # the first one waits for the whole run
@pytest.mark.parametrize("kind", EACH)
def test_what_comes_of_a_right_report(rows: dict[str, Row], kind: Kind) -> None:
    good = rows[kind.code].good
    assert (good.outcome, good.codes) == (kind.outcome, tuple(sorted(kind.codes)))
    assert good.answer is not None
    assert tuple(p.suffix for p in good.kept) == kind.kept


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", [p for p in EACH if p.values[0].twin])
def test_the_planted_fault_is_found_in_it_and_marked_where_it_can_be(rows: dict[str, Row], kind: Kind) -> None:
    """The twin without the fault has not got its code, so it is the fault that is found."""
    twin = rows[kind.code].twin
    assert twin is not None
    assert twin.outcome == "correction"
    assert set(twin.codes) - set(rows[kind.code].good.codes) == {kind.twin}
    assert twin.places == ((kind.twin, MISSING if kind.form == "narrative" else next(iter(BROKEN))),)
    assert bool(twin.enclosed) == kind.marked


@pytest.mark.timeout(300)
def test_what_is_kept_for_people_opens_and_runs_nothing(rows: dict[str, Row]) -> None:
    kept = [path for row in rows.values() for came in (row.good, row.twin) if came for path in came.kept]
    assert len(kept) >= len(KINDS) // 2
    for path in kept:
        payload = path.read_bytes()
        if path.suffix in (".docx", ".xlsx") and zipfile.is_zipfile(path) and path.stat().st_size:
            names = zipfile.ZipFile(path).namelist()
            assert not any("vba" in name.lower() for name in names), path
            if path.suffix == ".docx":
                assert docx.Document(io.BytesIO(payload)).paragraphs
            else:
                assert openpyxl.load_workbook(io.BytesIO(payload)).worksheets
        elif path.suffix in (".doc", ".xls"):
            assert "_VBA_PROJECT".encode("utf-16-le") not in payload, path


@pytest.mark.libreoffice
@pytest.mark.timeout(300)
def test_the_guide_s_table_is_what_came(rows: dict[str, Row]) -> None:
    """`tools/kinds` writes it anew."""
    assert TARGET.read_text("utf-8") == render(rows)


OLD = ("doc", "rtf", "odt", "docx")


@pytest.mark.libreoffice
@pytest.mark.timeout(120)
def test_without_libreoffice_old_word_files_are_asked_for_as_docx_and_never_accepted(
    servers: MailServers, tmp_path: Path
) -> None:
    office = office_of(servers, tmp_path, OLD)
    office.edit("office.toml", 'libreoffice = "auto"', 'libreoffice = "off"')
    answers = answers_of(office, OLD, tmp_path / "made")
    found = {code: (came.outcome, came.codes) for code, came in answers.items()}
    asked = ("correction", ("F107",))
    assert found == {"doc": asked, "rtf": asked, "odt": ("accepted", ()), "docx": ("accepted", ())}
    for code in ("doc", "rtf"):
        answer = answers[code].answer
        assert answer is not None
        assert "chọn loại Word Document (.docx) rồi gửi lại" in said(answer)


@pytest.mark.libreoffice
@pytest.mark.timeout(120)
def test_a_converter_that_hangs_accepts_nothing_and_holds_up_nobody(
    servers: MailServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_libreoffice()
    office = office_of(servers, tmp_path, OLD)
    hangs = tmp_path / "soffice"
    hangs.write_text("#!/bin/sh\nsleep 600\n", "utf-8")
    hangs.chmod(0o755)
    office.edit("office.toml", 'libreoffice = "auto"', f'libreoffice = "{hangs}"')
    limits = replace(DEFAULT_LIMITS, convert_seconds=3.2)  # as is: 30
    monkeypatch.setattr(wiring, "make_converter", lambda s: Converter(Path(s.libreoffice), limits))
    began = time.monotonic()
    answers = answers_of(office, OLD, tmp_path / "made")
    assert time.monotonic() - began < 100  # two conversions that hang would be 1,200 s
    assert {code: came.outcome for code, came in answers.items()} == {
        "doc": "correction",
        "rtf": "correction",
        "odt": "accepted",
        "docx": "accepted",
    }
    assert [answers[code].codes for code in ("doc", "rtf")] == [("F107",), ("F107",)]
