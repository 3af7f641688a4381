"""OpenDocument spreadsheets: values, errors, repeated cells, what is hidden, what they carry."""

from datetime import date, datetime

import document_files as files
import odf_files as odf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.documents.limits import Limits
from bot.documents.reader import read_document
from bot.domain.document import (
    Cell,
    Document,
    FileKind,
    FormTag,
    Merge,
    Sheet,
    Traits,
    Unreadable,
    UnreadableReason,
    Workbook,
)


def read(rows: str, styles: str = "", **more: str) -> Document:
    return read_document(odf.ods(rows, styles, **more), Limits())


def only(document: Document) -> Sheet:
    assert isinstance(document, Workbook), document
    assert len(document.sheets) == 1
    return document.sheets[0]


def typed(kind: str, attribute: str, value: str, shown: str = "x") -> str:
    return (
        f'<table:table-cell office:value-type="{kind}" office:{attribute}="{value}"><text:p>{shown}</text:p>'
        "</table:table-cell>"
    )


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (odf.number(120), Cell(1, 1, 120)),
        (odf.number("12.5"), Cell(1, 1, 12.5)),
        (odf.number("0.30000000000000004"), Cell(1, 1, 0.3)),
        (typed("percentage", "value", "0.125", "12,5%"), Cell(1, 1, 0.125, percent=True)),
        (typed("currency", "value", "2544"), Cell(1, 1, 2544)),
        (typed("float", "value", "nhiều", "nhiều"), Cell(1, 1, "nhiều")),
        (typed("float", "value", "nan", "?"), Cell(1, 1, "?")),
        (typed("boolean", "boolean-value", "true"), Cell(1, 1, True)),
        (typed("date", "date-value", "2023-03-10"), Cell(1, 1, date(2023, 3, 10))),
        (typed("date", "date-value", "2023-03-10T16:30:00"), Cell(1, 1, datetime(2023, 3, 10, 16, 30))),
        (typed("date", "date-value", "2023-03-10T16:29:59.999999999"), Cell(1, 1, datetime(2023, 3, 10, 16, 30))),
        (typed("date", "date-value", "9999-12-31T23:59:59.9", "x"), Cell(1, 1, "x")),
        (typed("date", "date-value", "10/3/2023", "10/3/2023"), Cell(1, 1, "10/3/2023")),
        (typed("time", "time-value", "PT07H05M00S", "07:05"), Cell(1, 1, "7:05")),
        (typed("time", "time-value", "PT00H15M00S", "00:15:00"), Cell(1, 1, "0:15:00")),
        (typed("time", "time-value", "PT255H10M10.6S", "255:10"), Cell(1, 1, "255:10:11")),
        (typed("time", "time-value", "mai", "mai"), Cell(1, 1, "mai")),
        (typed("string", "string-value", "Hộ ti\u0323ch"), Cell(1, 1, "Hộ tịch")),
        (odf.cell("Hộ<text:s text:c='2'/>tịch<text:line-break/>xã"), Cell(1, 1, "Hộ  tịch\nxã")),
        (odf.cell("Hộ</text:p><text:p>tịch"), Cell(1, 1, "Hộ\ntịch")),
        (odf.number(102, more='table:formula="of:=SUM([.A2:.A3];2)"'), Cell(1, 1, 102, "=SUM(A2:A3,2)")),
        (odf.number(102, more="table:formula=\"of:=[$'Biểu 2'.$C$8]+1\""), Cell(1, 1, 102, "='Biểu 2'!$C$8+1")),
        (odf.number(1, "TRUE", more='table:formula="of:=TRUE()"'), Cell(1, 1, True, "=TRUE()")),
        (odf.cell("a;b", more='table:formula="of:=&quot;a;b&quot;"'), Cell(1, 1, "a;b", '="a;b"')),
        (odf.cell("#REF!", more='calcext:value-type="error"'), Cell(1, 1, None, error="#REF!")),
        (
            odf.cell("Err:502", more='table:formula="of:=X" calcext:value-type="error"'),
            Cell(1, 1, None, "=X", "Err:502"),
        ),
        (odf.cell("#DIV/0!", more='table:formula="msoxl:=1/0"'), Cell(1, 1, None, "=1/0", "#DIV/0!")),
        (odf.cell("#REF!"), Cell(1, 1, "#REF!")),
    ],
)
def test_one_cell(cell: str, expected: Cell) -> None:
    found = only(read(odf.row(cell))).cells[1, 1]
    assert found == expected
    assert type(found.value) is type(expected.value)


def test_blank_cells_are_left_out() -> None:
    assert (
        only(read(odf.row("<table:table-cell/>", odf.cell(" "), '<table:covered-table-cell text:x="1"/>'))).cells == {}
    )


def test_repeated_rows_and_cells() -> None:
    rows = odf.row("<table:table-cell/>", more='table:number-rows-repeated="1048570"')
    found = only(
        read(
            odf.row(
                '<table:table-cell table:number-columns-repeated="2"/>',
                odf.number(7, more='table:number-columns-repeated="2"'),
                more='table:number-rows-repeated="2"',
            )
            + f"<table:table-header-rows>{odf.row(odf.cell('a'))}</table:table-header-rows>"
            + rows
        )
    )
    assert [(*place, cell.value) for place, cell in found.cells.items()] == [
        (1, 3, 7), (1, 4, 7), (2, 3, 7), (2, 4, 7), (3, 1, "a"),
    ]  # fmt: skip


def test_merges() -> None:
    spanned = 'table:number-columns-spanned="2" table:number-rows-spanned="3"'
    assert only(read(odf.row(odf.cell("x", spanned), "<table:covered-table-cell/>"))).merges == (Merge(1, 1, 3, 2),)


HIDDEN = (
    '<style:style style:name="r0" style:family="table-row"><style:table-row-properties style:row-height="0.00cm"/>'
    '</style:style><style:style style:name="c0" style:family="table-column"><style:table-column-properties '
    'style:column-width="0in"/></style:style><style:style style:name="t0" style:family="table">'
    '<style:table-properties table:display="false"/></style:style>'
)


def test_rows_and_columns_that_nobody_sees() -> None:
    column = "<table:table-column {}/>"
    found = only(
        read(
            column.format("")
            + "<table:table-column-group>"
            + column.format('table:visibility="collapse" table:number-columns-repeated="2"')
            + "</table:table-column-group>"
            + column.format('table:style-name="c0"')
            + column.format('table:visibility="collapse" table:number-columns-repeated="16380"')
            + odf.row(*[odf.number(1)] * 5)
            + odf.row(odf.number(1), more='table:visibility="collapse"')
            + odf.row(odf.number(1), more='table:visibility="filter" table:number-rows-repeated="2"')
            + odf.row(odf.number(1), more='table:style-name="r0"')
            + odf.row(odf.number(1), more='table:visibility="visible"')
            + odf.row("<table:table-cell/>", more='table:visibility="collapse" table:number-rows-repeated="1048000"'),
            HIDDEN,
        )
    )
    assert found.hidden_columns == {2, 3, 4, 5}
    assert found.hidden_rows == {2, 3, 4, 5}


def test_hidden_sheets_and_what_another_file_lent() -> None:
    body = (
        f'<table:table table:name="Biểu">{odf.row(odf.number(1))}</table:table>'
        '<table:table table:name="\'file:///D:/cũ.ods\'#Biểu"><table:table-source xlink:href="../cũ.ods"/>'
        f"{odf.row(odf.number(2))}</table:table>"
        f'<table:table table:name="Ẩn" table:style-name="t0">{odf.row(odf.number(3))}</table:table>'
    )
    document = read_document(files.package(odf.sheet_parts(body, HIDDEN)), Limits())
    assert isinstance(document, Workbook)
    assert [(sheet.name, sheet.hidden, sheet.cells[1, 1].value) for sheet in document.sheets] == [
        ("Biểu", False, 1),
        ("Ẩn", True, 3),
    ]
    assert document.traits.links == ("../cũ.ods",)


def test_a_table_within_a_cell_is_no_sheet() -> None:
    inner = f"<table:table>{odf.row(odf.number(9))}</table:table>"
    assert [
        c.value
        for c in only(read(odf.row(f"<table:table-cell>{inner}</table:table-cell>", odf.number(1)))).cells.values()
    ] == [1]


def test_traits() -> None:
    note = "<table:table-cell><office:annotation><dc:creator>{}</dc:creator><text:p>{}</text:p></office:annotation>"
    notes = [f"{note.format(*one)}</table:table-cell>" for one in (("Lan", "Xem lại"), ("Thư ký", "sửa"))]
    mark = odf.row(odf.cell("Mã biểu: 2023-q1/tdm/ii06/v1"))
    parts = odf.sheet_parts(f'<table:table table:name="Biểu">{odf.row(*notes)}{mark}</table:table>')
    document = read_document(files.package(parts), Limits())
    assert isinstance(document, Workbook)
    assert document.traits == Traits(FileKind.ODS, FormTag("2023-q1", "tdm", "ii06", 1), comments=("Xem lại",))
    assert only(document).cells.keys() == {(2, 1)}


@pytest.mark.parametrize(
    ("names", "macros"),
    [
        (("Basic/Standard/Module1.xml",), True),
        (("Scripts/python/a.py",), True),
        (
            ("Basic/script-lc.xml", "Basic/Standard/script-lb.xml", "Dialogs/dialog-lc.xml", "Configurations2/x.xml"),
            False,
        ),
    ],
)
def test_macros(names: tuple[str, ...], macros: bool) -> None:
    document = read_document(files.package(odf.sheet_parts("") | dict.fromkeys(names, "<x/>")), Limits())
    assert isinstance(document, Workbook)
    assert document.traits.macros is macros


def test_the_mark_in_the_metadata() -> None:
    names = {"thuky.round": "2023-q1", "thuky.agency": "tdm", "thuky.form": "ii06", "thuky.version": "1", "x": "y"}
    entries = "".join(f'<meta:user-defined meta:name="{k}">{v}</meta:user-defined>' for k, v in names.items())
    document = read_document(files.package(odf.sheet_parts("") | {"meta.xml": odf.part(entries, "meta")}), Limits())
    assert isinstance(document, Workbook)
    assert document.traits.tag == FormTag("2023-q1", "tdm", "ii06", 1)


@pytest.mark.parametrize(
    ("rows", "limits", "reason"),
    [
        (odf.row(odf.number(1), more='table:number-rows-repeated="1048576"'), Limits(), UnreadableReason.TOO_BIG),
        (odf.row(odf.number(1, more='table:number-columns-repeated="16384"')), Limits(), UnreadableReason.TOO_BIG),
        (
            odf.row(odf.number(1, more='table:number-columns-repeated="900"'), more='table:number-rows-repeated="900"'),
            Limits(max_cells=1_000),
            UnreadableReason.TOO_BIG,
        ),
        (
            odf.row("<table:table-cell/>", more='table:number-rows-repeated="50000"') + odf.row(odf.number(1)),
            Limits(),
            UnreadableReason.TOO_BIG,
        ),
        ('<table:table-column table:visibility="collapse"/>' * 50_001, Limits(), UnreadableReason.TOO_BIG),
        (odf.row(odf.cell("dài" * 10)), Limits(max_text_chars=20), UnreadableReason.TOO_BIG),
        ("<table:table-row>", Limits(), UnreadableReason.CORRUPT),
    ],
)
def test_hostile_tables_are_refused(rows: str, limits: Limits, reason: UnreadableReason) -> None:
    document = read_document(odf.ods(rows), limits)
    assert isinstance(document, Unreadable)
    assert (document.reason, document.kind) == (reason, FileKind.ODS)


def test_more_hostile_ones() -> None:
    sheets = '<table:table table:name="S"/>' * 201
    bomb = odf.sheet_parts("") | {"content.xml": b" " * 40_000_000}
    doctype = odf.sheet_parts("") | {"content.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}
    missing = {name: part for name, part in odf.sheet_parts("").items() if name != "content.xml"}
    for parts, reason in (
        (odf.sheet_parts(sheets), UnreadableReason.TOO_BIG),
        (bomb, UnreadableReason.TOO_BIG),
        (doctype, UnreadableReason.CORRUPT),
        (missing, UnreadableReason.CORRUPT),
    ):
        document = read_document(files.package(parts), Limits())
        assert isinstance(document, Unreadable)
        assert document.reason is reason


SEED = odf.ods(odf.row(odf.number(12), odf.cell("a", 'table:number-columns-spanned="2"')), HIDDEN)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SEED) - 1), st.integers(0, 255)), max_size=4), st.integers(0, len(SEED)))
def test_broken_files_never_raise(changes: list[tuple[int, int]], length: int) -> None:
    data = bytearray(SEED)
    for at, byte in changes:
        data[at] = byte
    document = read_document(bytes(data[:length]), Limits())
    assert not (isinstance(document, Unreadable) and document.reason is UnreadableReason.CRASHED)
