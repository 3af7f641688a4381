"""The talk between child and parent: everything comes back as it was, and nothing else is believed."""

import json
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.documents.limits import Limits
from bot.documents.wire import Decoder, WireError, encode
from bot.domain.document import (
    Cell,
    CellValue,
    Document,
    FileKind,
    FormTag,
    Merge,
    Paragraph,
    Sheet,
    TextDocument,
    Traits,
    Unreadable,
    UnreadableReason,
    Workbook,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUE = st.one_of(
    st.none(),
    TEXT,
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes().map(lambda moment: moment.replace(fold=0)),
)
CELL = st.builds(Cell, st.integers(1, 9), st.integers(1, 9), VALUE, st.none() | TEXT, st.none() | TEXT, st.booleans())
SHEET = st.builds(
    lambda name, cells, *more: Sheet(name, {(c.row, c.column): c for c in cells}, *more),
    TEXT,
    st.lists(CELL, max_size=5),
    st.lists(
        st.builds(Merge, st.integers(1, 4), st.integers(1, 4), st.integers(4, 9), st.integers(4, 9)), max_size=3
    ).map(tuple),
    st.booleans(),
    st.frozensets(st.integers(1, 50_000)),
    st.frozensets(st.integers(1, 1_000)),
)
PARAGRAPH = st.builds(
    Paragraph,
    TEXT,
    st.none() | st.integers(1, 9),
    st.booleans(),
    TEXT,
    st.none() | st.integers(1, 99),
    st.integers(0, 10**6),
    TEXT,
)
CODE = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,10}", fullmatch=True)
TEXTS = st.lists(TEXT, max_size=4).map(tuple)
TRAITS = st.builds(
    Traits,
    st.sampled_from(FileKind),
    st.none() | st.builds(FormTag, CODE, CODE, CODE, st.integers(0, 999_999)),
    st.booleans(),
    TEXTS,
    TEXTS,
    TEXTS,
    st.sampled_from(["", "tcvn3", "vni"]),
    st.integers(0, 1_000),
    st.booleans(),
)
TABLE = st.lists(st.lists(TEXT, max_size=3).map(tuple), max_size=3).map(tuple)
DOCUMENT = st.one_of(
    st.builds(Workbook, st.lists(SHEET, max_size=3).map(tuple), TRAITS),
    st.builds(TextDocument, st.lists(PARAGRAPH, max_size=5).map(tuple), st.lists(TABLE, max_size=3).map(tuple), TRAITS),
    st.builds(Unreadable, st.sampled_from(UnreadableReason), st.sampled_from(FileKind), TEXT),
)


def decoded(lines: list[bytes], limits: Limits | None = None) -> Document | None:
    decoder = Decoder(limits or Limits())
    for line in lines:
        decoder.feed(line)
    return decoder.document


def in_words(document: Document | None) -> str:
    if not isinstance(document, Workbook):
        return repr(document)
    return repr([(sheet.name, sheet.cells, sheet.merges, sheet.hidden) for sheet in document.sheets])


@settings(max_examples=150, deadline=None)
@given(DOCUMENT)
def test_what_goes_in_comes_out(document: Document) -> None:
    lines = list(encode(document))
    assert all(line.endswith(b"\n") and b"\n" not in line[:-1] for line in lines)
    found = decoded([line[:-1] for line in lines])
    assert found == document
    assert in_words(found) == in_words(document)  # 1, 1.0 and True are equal, but not the same


def test_types_survive() -> None:
    values: list[CellValue] = [1, 1.0, True, "1", None, date(2023, 3, 10), datetime(2023, 3, 10, 16, 30)]
    sheet = Sheet("S", {(1, n): Cell(1, n, value) for n, value in enumerate(values, 1)})
    found = decoded([line[:-1] for line in encode(Workbook((sheet,)))])
    assert isinstance(found, Workbook)
    assert [type(cell.value) for cell in found.sheets[0].cells.values()] == [type(value) for value in values]


def test_ten_thousand_hidden_rows_are_one_line() -> None:
    sheet = Sheet("S", hidden_rows=frozenset(range(5, 10_005)))
    assert sum(b'"rows"' in line for line in encode(Workbook((sheet,)))) == 1


SHEET_LINE = ["sheet", "S", False]


def traits_line(**changed: object) -> list[object]:
    plain = {"kind": "xlsx", "tag": None, "macros": False, "links": [], "comments": [], "revisions": []}
    return ["traits", *(plain | {"encoding": "", "pages": 0, "has_text": True} | changed).values()]


@pytest.mark.parametrize(
    "lines",
    [
        [b""],
        [b"{}"],
        [b"[]"],
        [b"[1]"],
        [b'"p"'],
        [b'["p"'],
        [b"\xff"],
        [b"[" * 100_000],
        [b"9" * 10_000],
        [["nonsense"]],
        [["p", "a", 1, True, ""]],
        [["p", 1, 1, True, "", None, 0, ""]],
        [["p", "a", 0, True, "", None, 0, ""]],
        [["p", "a", 10, True, "", None, 0, ""]],
        [["p", "a", True, True, "", None, 0, ""]],
        [["p", "a", 1, 1, "", None, 0, ""]],
        [["p", "a", 1, True, None, None, 0, ""]],
        [["p", "a", 1, True, "", 0, 0, ""]],
        [["p", "a", 1, True, "", None, -1, ""]],
        [["p", "a", 1, True, "", None, 10**9, ""]],
        [["p", "a", 1, True, "", None, None, ""]],
        [["p", "a", 1, True, "", None, 0]],
        [["p", "a", 1, True, "", None, 0, None]],
        [["p", "a", 1, True, "", None, 0, True]],
        [["rows", 1, 2]],
        [SHEET_LINE, ["rows", 0, 2]],
        [SHEET_LINE, ["rows", 3, 2]],
        [SHEET_LINE, ["rows", 1, 50_001]],
        [SHEET_LINE, ["rows", 1, 2.0]],
        [SHEET_LINE, ["columns", 1, 1_001]],
        [SHEET_LINE, ["columns", "A", "B"]],
        [SHEET_LINE, *[["rows", 1, 50_000]] * 13],
        [traits_line(), traits_line()],
        [traits_line()[:-1]],
        [traits_line(kind="pptx")],
        [traits_line(kind=["xlsx"])],
        [traits_line(tag=["r", "a", "f"])],
        [traits_line(tag=["r", "a", "f", "1"])],
        [traits_line(tag=["r", "a", "f", True])],
        [traits_line(tag=["r", "a", "f", -1])],
        [traits_line(tag=["r", "A b", "f", 1])],
        [traits_line(tag=["r", "../a", "f", 1])],
        [traits_line(tag=["r", "a" * 65, "f", 1])],
        [traits_line(macros=1)],
        [traits_line(links="a")],
        [traits_line(links=[1])],
        [traits_line(links=["a"] * 21)],
        [traits_line(links=["a" * 301])],
        [traits_line(comments=["a" * 121])],
        [traits_line(revisions=[None])],
        [traits_line(encoding="utf-8")],
        [traits_line(encoding=[])],
        [traits_line(pages=-1)],
        [traits_line(pages=10**6)],
        [traits_line(has_text=None)],
        [["row", ["a"]]],
        [["table"], ["row", "a"]],
        [["table"], ["row", [1]]],
        [["c", 1, 1, 1, None, None, False]],
        [["m", 1, 1, 1, 1]],
        [SHEET_LINE, ["m", 2, 1, 1, 1]],
        [SHEET_LINE, ["m", 1, 1, 1, 10**6]],
        [SHEET_LINE, ["c", 0, 1, 1, None, None, False]],
        [SHEET_LINE, ["c", 1, 10**9, 1, None, None, False]],
        [SHEET_LINE, ["c", 1.0, 1, 1, None, None, False]],
        [SHEET_LINE, ["c", 1, 1, 10**30, None, None, False]],
        [SHEET_LINE, ["c", 1, 1, [], None, None, False]],
        [SHEET_LINE, ["c", 1, 1, {"d": "2023-13-01"}, None, None, False]],
        [SHEET_LINE, ["c", 1, 1, {"d": "20230101"}, None, None, False]],
        [SHEET_LINE, ["c", 1, 1, {"t": "2023-01-01T00:00:00+07:00"}, None, None, False]],
        [SHEET_LINE, ["c", 1, 1, {"t": "2023-01-01T00:00:00", "d": "2023-01-01"}, None, None, False]],
        [SHEET_LINE, ["c", 1, 1, {"x": "1"}, None, None, False]],
        [SHEET_LINE, b'["c",1,1,NaN,null,null,false]'],
        [SHEET_LINE, b'["c",1,1,Infinity,null,null,false]'],
        [SHEET_LINE, ["c", 1, 1, 1, 7, None, False]],
        [SHEET_LINE, ["c", 1, 1, 1, None, 7, False]],
        [SHEET_LINE, ["c", 1, 1, 1, None, None, 0]],
        [SHEET_LINE, ["text"]],
        [["table"], ["book"]],
        [["sheet", 1, False]],
        [["sheet", "S", None]],
        [["book"], ["book"]],
        [["unreadable", "lazy", "docx", ""]],
        [["unreadable", "corrupt", "pptx", ""]],
        [["unreadable", "corrupt", "docx", None]],
        [["unreadable", ["corrupt"], "docx", ""]],
    ],
)
def test_lies_are_not_believed(lines: list[bytes | list[object]]) -> None:
    with pytest.raises(WireError):
        decoded([line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines])


@pytest.mark.parametrize(
    ("limits", "line"),
    [
        (Limits(max_paragraphs=2), ["p", "a", None, False, "", None, 0, ""]),
        (Limits(max_sheets=2), SHEET_LINE),
        (Limits(max_cells=2), ["table"]),
        (Limits(max_text_chars=-999_998), ["p", "a", None, False, "", None, 0, ""]),
    ],
)
def test_limits_hold_for_the_parent_too(limits: Limits, line: list[object]) -> None:
    text = json.dumps(line).encode()
    assert decoded([text, text], limits) is None
    with pytest.raises(WireError):
        decoded([text, text, text], limits)


def test_an_infinite_number_reached_by_its_exponent_is_not_believed() -> None:
    with pytest.raises(WireError):
        decoded([json.dumps(SHEET_LINE).encode(), b'["c",1,1,1e999,null,null,false]'])
