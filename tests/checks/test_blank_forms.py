"""Blank forms and the checks: every form's blank is known as that form, is no report as it stands, and is accepted
without a word once it is filled in, also after LibreOffice has saved it in any format.
"""

import io
import random
import subprocess
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from blank_making import WINDOW, all_forms, blank, facts, words
from checks_reading import ROUND, check, grid, said
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.checks.outline import find_headings
from bot.checks.rows import RowKind
from bot.checks.spec import recognise
from bot.checks.table import read_table
from bot.decide.stated import read_stated
from bot.demo.figure_solving import Bounds, Relation, solve
from bot.demo.filling import filled, plan
from bot.documents.blank import BlankRow, make_blank
from bot.documents.limits import DEFAULT_LIMITS
from bot.documents.reader import read_document
from bot.domain.document import Cell, Document, FileKind, FormTag, PeriodStanding, TextDocument, Unreadable, Workbook
from bot.domain.form import Form
from bot.domain.submission import Finding
from bot.text.names import NameIndex

FORMS = sorted(all_forms())
NAMES = NameIndex([("tdm", "UBND thành phố Thủ Dầu Một"), ("snv", "Sở Nội vụ tỉnh Bình Dương")])
SEEDS = st.integers(0, 10**6)


def read(payload: bytes) -> Document:
    document = read_document(payload, DEFAULT_LIMITS)
    assert not isinstance(document, Unreadable), document
    return document


def findings(form: Form, document: Document, **options: object) -> tuple[Finding, ...]:
    return check(form, document, stated=read_stated(document, NAMES), **options)


@pytest.mark.parametrize("name", FORMS)
def test_a_blank_form_is_known_as_that_form_and_as_whose_it_is(name: str) -> None:
    form = all_forms()[name]
    document = read(blank(form))
    neighbours = {
        code: other for code, other in all_forms().items() if code.partition("/")[0] == name.partition("/")[0]
    }
    scores = recognise(document, neighbours.values())
    own = next(score for score in scores if score.form == form.code)
    # One outline may hold another of the same office whole, and stand level with it; the tag decides there.
    assert own.score >= 0.9
    assert own.score == scores[0].score
    assert not isinstance(document, Unreadable)
    assert document.traits.tag == FormTag("2023-q1", "tdm", form.code, form.version)
    stated = read_stated(document, NAMES)
    assert [code for code, _ in stated.agencies] == ["tdm"]
    assert stated.standing(ROUND.period, WINDOW) is PeriodStanding.FITS
    assert [(w.first, w.last) for w in stated.windows] == [(WINDOW.first, WINDOW.last)]


@pytest.mark.parametrize("name", FORMS)
def test_a_blank_form_is_no_report(name: str) -> None:
    form = all_forms()[name]
    found = findings(form, read(blank(form)))
    assert {f.code for f in found} & {"X110", "X105", "W102", "W105"}, said(found)
    assert {f.code for f in found} <= {"X110", "X105", "W102", "W105"}, said(found)


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=6, deadline=None)
@given(SEEDS)
def test_a_filled_form_is_accepted_without_a_word(name: str, seed: int) -> None:
    form = all_forms()[name]
    document = read(filled(form, blank(form), seed))
    assert said(findings(form, document)) == []
    assert document.traits.tag == FormTag("2023-q1", "tdm", form.code, form.version)


@pytest.mark.parametrize("name", FORMS)
def test_filling_fills(name: str) -> None:
    """So that the property above says something: what is filled in is no blank form, and seeds differ."""
    form = all_forms()[name]
    empty = blank(form)
    assert filled(form, empty, 1) != filled(form, empty, 2)
    if form.table is not None:
        assert len(plan(form, empty, 1)) >= 3
        assert {cell.key for cell in plan(form, empty, 1)} & {c.key for c in form.table.columns if c.required}


II06 = all_forms()["config/ii06"]
LAST = (
    BlankRow("Hộ tịch", figures={"6": Decimal(12)}),
    BlankRow("Đất đai"),
    BlankRow("Công chứng, chứng thực", figures={"6": Decimal(3)}),
)


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_what_is_filled_in_already_stays(seed: int) -> None:
    payload = filled(II06, blank(II06, rows=LAST), seed)
    assert said(findings(II06, read(payload))) == []
    sheet = openpyxl.load_workbook(io.BytesIO(payload)).worksheets[0]
    rows = [row for row in sheet.iter_rows(values_only=True) if row[1] in {known.label for known in LAST}]
    assert [row[5] or 0 for row in rows] == [12, 0, 3]


def test_last_periods_rows_alone_are_no_report() -> None:
    assert said(findings(II06, read(blank(II06, rows=tuple(replace(r, figures={}) for r in LAST))))) == [
        ("X110", "Biểu II.06")
    ]
    assert "X201" in {f.code for f in findings(II06, read(blank(II06, rows=LAST)))}


@pytest.mark.parametrize("value", [0, 0.0, None, ""])
def test_formulas_of_rows_that_nobody_fills_in_are_no_figures(value: float | str | None) -> None:
    """Whatever program has saved them: Excel keeps their noughts, others keep no value at all."""
    rows: list[list[object]] = [
        [1, "Hộ tịch", 5, 2, 3, 0, 4, 4, 0, 0, 1, 1, 0],
        [2, None],
        [3, "Đất đai"],
        [None, None],
    ]
    total = [None, "TỔNG CỘNG", 5, 2, 3, 0, 4, 4, 0, 0, 1, 1, 0]
    sheet = grid([[f"({n})" for n in range(1, 14)], *rows, total])
    for row in (3, 4, 5):
        for column in (3, 7, 11):
            sheet.cells[row, column] = Cell(row, column, value, "=SUM(D3:F3)")
    facts_read = read_table(Workbook((sheet,)), II06.table)  # type: ignore[arg-type]  # a table form
    assert [(r.row, r.kind) for r in facts_read.rows] == [
        (2, RowKind.DATA),
        (4, RowKind.HEADING),
        (6, RowKind.TOTAL),
    ]
    assert said(check(II06, Workbook((sheet,)))) == []


@pytest.mark.parametrize("cell", [Cell(3, 3, 7, "=D3"), Cell(3, 3, None, "=D3", "#REF!"), Cell(3, 3, 0)])
def test_what_is_typed_or_comes_to_something_is_a_figure(cell: Cell) -> None:
    head: list[object] = [f"({n})" for n in range(1, 14)]
    sheet = grid([head, [1, "Hộ tịch", 0, 0], [2, "Đất đai"]])
    sheet.cells[3, 3] = cell
    rows = read_table(Workbook((sheet,)), II06.table).rows  # type: ignore[arg-type]  # a table form
    assert [row.kind for row in rows] == [RowKind.DATA, RowKind.DATA]


def test_a_total_row_is_its_formulas() -> None:
    head: list[object] = [f"({n})" for n in range(1, 14)]
    sheet = grid([head, [1, "Hộ tịch", *[0] * 11], [None, "TỔNG CỘNG"]])
    for column in range(3, 14):
        sheet.cells[3, column] = Cell(3, column, 0, "=SUM(C2:C2)")
    assert said(check(II06, Workbook((sheet,)))) == []


@pytest.mark.parametrize("name", [n for n in FORMS if not all_forms()[n].table])
def test_every_heading_of_a_blank_outline_is_found(name: str) -> None:
    form = all_forms()[name]
    document = read(blank(form))
    assert isinstance(document, TextDocument)
    assert [place.part.code for place in find_headings(document, form.parts)] == [part.code for part in form.parts]


def test_only_the_parts_owed_are_asked_for() -> None:
    form = all_forms()["config/narrative"]
    document = read(make_blank(form, facts(form, parts=("II.2", "III")), words()))
    assert isinstance(document, TextDocument)
    assert [p.part.code for p in find_headings(document, form.parts)] == ["II", "II.2", "III"]
    assert {f.place.part for f in findings(form, document, parts=("II.2", "III"))} == {"II.2", "III"}


def test_hints_stand_there_as_the_form_has_them() -> None:
    form = all_forms()["config/narrative"]
    document = read(blank(form))
    assert isinstance(document, TextDocument)
    texts = {paragraph.text for paragraph in document.paragraphs}
    assert {part.hint for part in form.parts if part.hint and not part.optional} <= texts


@pytest.mark.libreoffice
@pytest.mark.parametrize(
    ("kind", "suffix"),
    [
        (FileKind.XLSX, "xlsx"),
        (FileKind.XLS, "xls"),
        (FileKind.ODS, "ods"),
        (FileKind.DOCX, "docx"),
        (FileKind.ODT, "odt"),
    ],
)
def test_what_libreoffice_saves_again_still_matches_and_still_checks(
    kind: FileKind, suffix: str, tmp_path: Path
) -> None:
    """One call for all forms: each as it is filled in, and each blank."""
    is_table = kind not in (FileKind.DOCX, FileKind.ODT)
    chosen = {
        name.replace("/", "-"): form for name, form in all_forms().items() if (form.table is not None) is is_table
    }
    for name, form in chosen.items():
        empty = blank(form)
        (tmp_path / f"{name}.{'xlsx' if is_table else 'docx'}").write_bytes(filled(form, empty, 7))
        (tmp_path / f"{name}-blank.{'xlsx' if is_table else 'docx'}").write_bytes(empty)
    out = tmp_path / "out"
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", suffix,
         "--outdir", str(out), *map(str, sorted(tmp_path.glob("*.*x")))],
        check=True, capture_output=True, timeout=100,
    )  # fmt: skip
    for name, form in chosen.items():
        document = read((out / f"{name}.{suffix}").read_bytes())
        assert document.traits.kind is kind
        assert document.traits.tag == FormTag("2023-q1", "tdm", form.code, form.version), name
        assert recognise(document, [form])[0].score >= 0.9, name
        assert said(findings(form, document, file_name=f"{name}.{suffix}")) == [], name
        untouched = findings(form, read((out / f"{name}-blank.{suffix}").read_bytes()), file_name=f"{name}.{suffix}")
        assert {f.code for f in untouched} & {"X110", "X105", "W102", "W105"}, name


# ---- the solver ----------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_solved_figures_keep_the_rules(seed: int) -> None:
    texts = ["(3)=(4)+(5)+(6)", "(7)=(8)+(9)+(10)", "(11)=(12)+(13)", "(3)=(7)+(11)", "(5)<=(4)", "(14)=(8)/(7)*100"]
    relations = [Relation.of(text, Decimal("0.5") if "/" in text else Decimal(0)) for text in texts]
    bounds = {str(key): Bounds(True, Decimal(0)) for key in range(3, 14)} | {
        "14": Bounds(False, Decimal(0), Decimal(100))
    }
    found = solve(bounds, relations, {"6": Decimal(9)}, random.Random(seed))
    assert found["6"] == 9
    assert all(relation.rule.holds(found, relation.tolerance) for relation in relations)
    assert all(value >= 0 for value in found.values())


def test_rules_that_contradict_each_other_are_named() -> None:
    relations = [Relation.of("(3)=(4)+1"), Relation.of("(4)=(3)+1")]
    with pytest.raises(LookupError, match=r"\(3\)=\(4\)\+1"):
        solve({"3": Bounds(), "4": Bounds()}, relations, {}, random.Random(1))
