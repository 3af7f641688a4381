"""Files changed by chance: every reader answers with a document or a refusal, whatever the change.

The long run is `tests/faults/fuzz_documents.py`, part of `make torture`. Each file in `fuzz/` once made a reader fail.
"""

import math
import random
import sys
from pathlib import Path

import document_files
import olefile
import pytest
from fuzz_mutations import mutated
from fuzz_seeds import seeds

from bot.documents import macros
from bot.documents.limits import Limits, Refused
from bot.documents.reader import read_document
from bot.domain.document import TextDocument, Unreadable, UnreadableReason, Workbook

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "faults"))

import fuzz_documents as fuzzing

KEPT = Path(__file__).with_name("fuzz")
CASES = 100


def test_files_changed_by_chance_are_answered() -> None:
    tally = fuzzing.fuzz(20230310, most=CASES, sandboxed=False)
    assert [(kind, words) for kind, words, _ in tally.complaints] == []
    assert tally.cases == CASES
    words = {word for counter in tally.outcomes.values() for word in counter}
    assert {"read", "corrupt", "unpacked"} <= words  # both the changed and the broken get through


@pytest.mark.parametrize("path", sorted(KEPT.glob("*.bin")), ids=lambda path: path.name)
@pytest.mark.parametrize("task", fuzzing.TASKS)
def test_what_once_made_a_reader_fail_is_answered(path: Path, task: str) -> None:
    assert fuzzing.attempt(task, path.read_bytes())[1] == ""


def test_a_number_that_is_none_is_an_error_in_its_cell() -> None:
    workbook = read_document((KEPT / "xls-read-not-a-number.bin").read_bytes(), Limits())
    assert isinstance(workbook, Workbook)
    cells = [cell for sheet in workbook.sheets for cell in sheet.cells.values()]
    assert [cell.error for cell in cells if cell.error].count("#NUM!") >= 3
    assert all(math.isfinite(cell.value) for cell in cells if isinstance(cell.value, float))


def test_what_was_cleaned_carries_no_macros_when_it_comes_back() -> None:
    with_macros = [payload for kind, payload, _ in seeds() if kind in ("xlsm", "docm")]
    assert len(with_macros) == 3
    for payload in with_macros:
        before, after = (read_document(p, Limits()) for p in (payload, macros.without_macros(payload, Limits())))
        assert not isinstance(before, Unreadable)
        assert not isinstance(after, Unreadable)
        assert (before.traits.macros, after.traits.macros) == (True, False)


def test_a_run_can_be_repeated() -> None:
    payload = seeds()[3][1]
    again = [mutated(payload, random.Random(7)) for _ in range(2)]
    assert again[0] == again[1] != payload


@pytest.mark.parametrize(
    ("fault", "words"), [(ValueError("lỗ hổng"), "ValueError"), (None, "still carries")], ids=["raises", "keeps macros"]
)
def test_a_reader_that_fails_is_noticed(monkeypatch: pytest.MonkeyPatch, fault: Exception | None, words: str) -> None:
    def broken(payload: bytes, limits: Limits) -> bytes:
        if fault is not None:
            raise fault
        return payload + b" "  # another file, with everything that was in it

    monkeypatch.setattr(fuzzing, "without_macros", broken)
    payload = next(payload for kind, payload, _ in seeds() if kind == "xlsm")
    worker = fuzzing.Worker()
    try:
        assert words in worker.do("clean", payload)[1]
    finally:
        worker.end()


def test_a_worker_that_dies_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setattr(fuzzing.reader, "read_document", lambda payload, limits: os._exit(3))
    worker = fuzzing.Worker()
    try:
        assert worker.do("read", b"x") == ("died", "the child ended with 3")
    finally:
        worker.end()


PAGE = "<!DOCTYPE html><html><body><img src='http://xau.test/x.png'></body></html>"


def _importing(target: str, page: str) -> bytes:
    """A Word file that imports that page (altChunk)."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk"
    relation = f'<Relationship Id="page" Type="{kind}" Target="{target}"/></Relationships>'
    parts = {f"word/{target}": page}
    docx = document_files.docx_parts(document_files.p("Kính gửi"))
    rels = "word/_rels/document.xml.rels"
    empty = document_files.relationships()
    docx[rels] = str(docx.get(rels, empty)).replace("</Relationships>", relation)
    return document_files.package({**docx, **parts})


def test_a_page_that_a_word_file_imports_may_say_what_it_is_but_nothing_is_handed_on_with_it() -> None:
    payload = _importing("page.htm", PAGE)
    assert isinstance(read_document(payload, Limits()), TextDocument)
    with pytest.raises(Refused, match="imported page"):
        macros.without_macros(payload, Limits())


def test_a_page_by_another_name_is_xml_with_a_dtd() -> None:
    refused = read_document(_importing("page.xml", PAGE), Limits())
    assert isinstance(refused, Unreadable)
    assert refused.reason is UnreadableReason.CORRUPT


def test_a_main_part_that_calls_itself_a_page_is_refused_with_its_dtd() -> None:
    parts = document_files.docx_parts(document_files.p("Kính gửi"))
    main = str(parts.pop("word/document.xml"))
    parts["word/document.htm"] = '<!DOCTYPE a [<!ENTITY x "y">]>' + main[main.index("<w:document") :]
    parts["_rels/.rels"] = str(parts["_rels/.rels"]).replace("word/document.xml", "word/document.htm")
    refused = read_document(document_files.package(parts), Limits())
    assert isinstance(refused, Unreadable)
    assert refused.reason is UnreadableReason.CORRUPT


def test_an_old_file_with_the_right_extents_is_not_written_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """olefile refuses to write where a chain of sectors has no proper end, which Excel does not mind."""

    mended: list[bytes] = []
    write = olefile.OleFileIO.write_stream

    def keeps(ole: olefile.OleFileIO, name: str, data: bytes) -> None:
        write(ole, name, data)
        mended.append(ole.fp.getvalue())

    def refuses(*_: object) -> None:
        raise OSError("incorrect last sector index in OLE stream")

    monkeypatch.setattr(olefile.OleFileIO, "write_stream", keeps)
    workbook = read_document((KEPT.with_name("files") / "libreoffice.xls").read_bytes(), Limits())
    assert isinstance(workbook, Workbook)
    monkeypatch.setattr(olefile.OleFileIO, "write_stream", refuses)
    assert read_document(mended[0], Limits()) == workbook
