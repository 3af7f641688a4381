"""OpenDocument texts: paragraphs, printed numbers, tables, changes, comments, as a .docx of the same text has them."""

import document_files as files
import odf_files as odf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.documents.limits import Limits
from bot.documents.reader import read_document
from bot.domain.document import FileKind, FormTag, Paragraph, TextDocument, Unreadable, UnreadableReason

STYLES = (
    '<style:style style:name="B" style:family="paragraph"><style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="B2" style:family="paragraph" style:parent-style-name="B"/>'
    '<style:style style:name="loop" style:family="paragraph" style:parent-style-name="loop"/>'
    '<style:style style:name="b" style:family="text"><style:text-properties fo:font-weight="700"/></style:style>'
    '<style:style style:name="n" style:family="text"><style:text-properties fo:font-weight="normal"/></style:style>'
    '<style:style style:name="h" style:family="text"><style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="L" style:family="paragraph" style:list-style-name="one"/>'
    '<style:style style:name="off" style:family="paragraph" style:list-style-name=""/>'
    '<text:list-style style:name="one"><text:list-level-style-number text:level="1" style:num-format="I" '
    'style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="1" style:num-suffix=")" '
    'text:display-levels="2" text:start-value="3"/></text:list-style>'
    '<text:list-style style:name="two"><text:list-level-style-number text:level="1" style:num-format="a" '
    'loext:num-list-format="Điều %1%:"/><text:list-level-style-bullet text:level="2" text:bullet-char="-"/>'
    "</text:list-style>"
)
OUTLINE = odf.part(
    '<office:styles><text:outline-style style:name="Outline"><text:outline-level-style text:level="1" '
    'style:num-format="I" style:num-suffix="."/><text:outline-level-style text:level="2" style:num-format="1" '
    'text:display-levels="2"/><text:outline-level-style text:level="3" style:num-format=""/></text:outline-style>'
    "</office:styles>",
    "document-styles",
)


def read(body: str, **parts: str | bytes) -> TextDocument:
    document = read_document(files.package(odf.text_parts(body, STYLES) | parts), Limits())
    assert isinstance(document, TextDocument), document
    return document


def paragraphs(body: str, **parts: str | bytes) -> tuple[Paragraph, ...]:
    return read(body, **parts).paragraphs


def span(words: str, style: str = "b") -> str:
    return f'<text:span text:style-name="{style}">{words}</text:span>'


def items(*blocks: str, more: str = 'text:style-name="one"') -> str:
    inner = "".join(f"<text:list-item>{block}</text:list-item>" for block in blocks)
    return f"<text:list {more}>{inner}</text:list>"


def h(words: str, level: int, more: str = "") -> str:
    return f'<text:h text:outline-level="{level}" {more}>{words}</text:h>'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (odf.p("Đã ban hành"), Paragraph("Đã ban hành")),
        (odf.p("Hộ ti\u0323ch"), Paragraph("Hộ tịch")),
        (odf.p("  a\n   b<text:s/><text:s text:c='2'/>c<text:tab/>d<text:line-break/>e"), Paragraph("a b   c\td\ne")),
        (odf.p("đậm", "B"), Paragraph("đậm", bold=True)),
        (odf.p("đậm", "B2"), Paragraph("đậm", bold=True)),
        (odf.p("a", "loop"), Paragraph("a")),
        (odf.p(span("đậm") + " "), Paragraph("đậm ", bold=True)),
        (odf.p(span("đậm") + "không"), Paragraph("đậmkhông")),
        (odf.p("đậm" + span("không", "n"), "B"), Paragraph("đậmkhông")),
        (odf.p("a" + span("ẩn", "h") + "b"), Paragraph("ab")),
        (odf.p('a<text:a xlink:href="https://x.example">b</text:a>'), Paragraph("ab")),
        (odf.p(f"a<text:note><text:note-citation>1</text:note-citation>{odf.p('chú')}</text:note>b"), Paragraph("ab")),
        (odf.p("<text:s text:c='2'/>a"), Paragraph("  a")),
        (odf.p("<text:ruby>a<text:ruby-text>b</text:ruby-text></text:ruby>"), Paragraph("a")),
        (h("Kết quả", 2), Paragraph("Kết quả", level=2)),
        (h("Sâu", 12), Paragraph("Sâu")),
        (f"<text:section>{odf.p('trong')}</text:section>", Paragraph("trong")),
    ],
)  # fmt: skip
def test_one_paragraph(body: str, expected: Paragraph) -> None:
    assert paragraphs(body) == (expected,)


def test_what_is_not_shown() -> None:
    hidden = f'<text:section text:display="none">{odf.p("ẩn")}</text:section>'
    source = "<text:table-of-content><text:table-of-content-source><text:index-title-template>Mục lục"
    source += f"</text:index-title-template></text:table-of-content-source><text:index-body>{odf.p('I. Một 1')}"
    assert read(hidden + odf.p(" ") + source + "</text:index-body></text:table-of-content>").text == "I. Một 1"


def test_numbers_of_lists() -> None:
    body = items(
        odf.p("một") + odf.p("tiếp"),
        odf.p("hai") + items(odf.p("hai ba"), odf.p("hai bốn"), more=""),
        odf.p("ba") + items(odf.p("ba ba"), more=""),
    )
    assert [(p.number, p.text) for p in paragraphs(body)] == [
        ("I.", "một"), ("", "tiếp"), ("II.", "hai"), ("II.3)", "hai ba"), ("II.4)", "hai bốn"), ("III.", "ba"),
        ("III.3)", "ba ba"),
    ]  # fmt: skip


def test_lists_begin_anew_unless_they_continue() -> None:
    one, again = 'text:style-name="one" xml:id="x"', 'text:style-name="one"'
    body = (
        items(odf.p("a"), more=one)
        + items(odf.p("b"), more=again)
        + items(odf.p("c"), more=f'{again} text:continue-numbering="true"')
        + items(odf.p("d"), more=f'{again} text:continue-list="x"')
        + items(odf.p("e"), more=f'{again} text:continue-list="none"')
    )
    assert [p.number for p in paragraphs(body)] == ["I.", "I.", "II.", "II.", "I."]


def test_other_ways_of_numbering() -> None:
    start = '<text:list text:style-name="two"><text:list-header><text:p>đầu</text:p></text:list-header>'
    start += '<text:list-item text:start-value="5"><text:p>năm</text:p></text:list-item>'
    start += f"<text:list-item><text:p>sáu</text:p>{items(odf.p('gạch'), more='')}</text:list-item></text:list>"
    assert [p.number for p in paragraphs(start)] == ["", "Điều e:", "Điều f:", ""]
    assert [p.number for p in paragraphs(items(odf.p("của đoạn", "L"), more=""))] == ["I."]
    assert [p.number for p in paragraphs(items(odf.p("lạ"), more='text:style-name="unknown"'))] == [""]


def test_headings_count_in_the_outline() -> None:
    body = (
        h("Một", 1)
        + h("Một một", 2)
        + h("Một hai", 2)
        + h("Sâu", 3)
        + h("Hai", 1)
        + h("Hai một", 2)
        + h("Không số", 1, 'text:style-name="off"')
        + h("Đầu", 1, 'text:is-list-header="true"')
        + h("Bảy", 1, 'text:restart-numbering="true" text:start-value="7"')
    )
    found = [p.number for p in paragraphs(body, **{"styles.xml": OUTLINE})]
    assert found == ["I.", "I.1", "I.2", "", "II.", "II.1", "", "", "VII."]
    assert {p.number for p in paragraphs(body)} == {""}


def table(*rows: str) -> str:
    return f'<table:table><table:table-column table:number-columns-repeated="3"/>{"".join(rows)}</table:table>'


FEW = Limits(max_cells=9)
COVERED = "<table:covered-table-cell/>"


def test_tables_as_word_has_them() -> None:
    wide = 'table:number-columns-spanned="2"'
    block = 'table:number-columns-spanned="2" table:number-rows-spanned="2"'
    body = (
        odf.p("trước")
        + table(
            f"<table:table-rows>{odf.row(odf.cell('TT', wide), COVERED, odf.cell('Số'))}</table:table-rows>",
            odf.row(odf.cell("a", block), COVERED, odf.cell("1")),
            odf.row(COVERED, COVERED, odf.cell("2</text:p><text:p>3")),
            odf.row(odf.cell("b"), odf.cell("c"), "<table:table-cell/>"),
        )
        + odf.p("sau")
    )
    document = read(body)
    assert document.tables == ((("TT", "Số"), ("a", "1"), ("", "2\n3"), ("b", "c", "")),)
    assert [(p.text, p.table) for p in document.paragraphs][:3] == [("trước", None), ("TT", 1), ("Số", 1)]
    assert document.paragraphs[-1] == Paragraph("sau")


def test_nested_tables_and_numbers_in_cells() -> None:
    inner = table(odf.row(odf.cell("trong")))
    outer = table(
        odf.row(
            f"<table:table-cell>{items(odf.p(''))}</table:table-cell>",
            f"<table:table-cell>{odf.p('a')}{inner}</table:table-cell>",
        )
    )
    document = read(outer)
    assert document.tables == ((("I.", "a\ntrong"),), (("trong",),))
    assert [(p.text, p.table) for p in document.paragraphs] == [("a", 1), ("trong", 2)]


def test_text_boxes_stand_after_their_paragraph() -> None:
    box = f"<draw:text-box>{odf.p('trong khung')}</draw:text-box><svg:title xmlns:svg='s'>tên</svg:title>"
    box = f"<draw:frame>{box}</draw:frame>"
    shape = f"<draw:g><draw:custom-shape>{odf.p('trong hình')}</draw:custom-shape></draw:g>"
    assert read(odf.p(f"a{box}b{shape}") + box).text == "ab\ntrong khung\ntrong hình\ntrong khung"


def test_tracked_changes() -> None:
    info = "<office:change-info><dc:creator>Lan</dc:creator></office:change-info>"
    regions = {"c1": "insertion", "c2": "deletion", "c3": "insertion", "c4": "format-change"}
    listed = "".join(
        f'<text:changed-region xml:id="{key}"><text:{kind}>{info}{odf.p("đã bỏ") if kind == "deletion" else ""}'
        f"</text:{kind}></text:changed-region>"
        for key, kind in regions.items()
    )
    start, end = '<text:change-start text:change-id="{}"/>', '<text:change-end text:change-id="{}"/>'
    body = (
        f"<text:tracked-changes>{listed}</text:tracked-changes>"
        + odf.p(
            f"Có {start.format('c1')}102{end.format('c1')} {start.format('c4')}hồ{end.format('c4')}"
            '<text:change text:change-id="c2"/> sơ'
        )
        + start.format("c3")
        + odf.p("cả đoạn")
        + end.format("c3")
        + end.format("c9")
    )
    document = read(body)
    assert document.text == "Có 102 hồ sơ\ncả đoạn"
    assert document.traits.revisions == ("đã bỏ", "102", "cả đoạn")


def test_traits() -> None:
    note = "<office:annotation><dc:creator>{}</dc:creator><text:p>{}</text:p></office:annotation>"
    image = '<draw:frame><draw:image xlink:href="{}"/></draw:frame>'
    document = read(
        odf.p(f"a{note.format('Lan', 'Xem lại')}{note.format('Thư ký', 'sửa')}b<office:annotation-end/>")
        + odf.p("Mã biểu: 2023-q1/tdm/narrative/v2")
        + odf.p(image.format("Pictures/1.png") + image.format("file:///D:/anh.png"))
        + '<text:section><text:section-source xlink:href="../phụ lục.odt"/></text:section>',
        **{"Basic/Standard/M.xml": "<x/>"},
    )
    traits = document.traits
    assert (traits.kind, traits.tag) == (FileKind.ODT, FormTag("2023-q1", "tdm", "narrative", 2))
    assert traits.comments == ("Xem lại",)
    assert traits.links == ("file:///D:/anh.png", "../phụ lục.odt")
    assert traits.macros
    assert document.paragraphs[0].text == "ab"


def test_the_mark_in_a_footer() -> None:
    footer = f"<office:master-styles><style:master-page><style:footer>{odf.p('2023-q1/tdm/ii06/v1')}</style:footer>"
    styles = odf.part(f"{footer}</style:master-page></office:master-styles>", "document-styles")
    document = read(odf.p("a"), **{"styles.xml": styles})
    assert document.traits.tag == FormTag("2023-q1", "tdm", "ii06", 1)
    assert document.text == "a"


@pytest.mark.parametrize(
    ("body", "limits", "reason"),
    [
        (odf.p("a") * 3, Limits(max_paragraphs=2), UnreadableReason.TOO_BIG),
        (odf.p("dài" * 10), Limits(max_text_chars=20), UnreadableReason.TOO_BIG),
        (table(odf.row(more='table:number-rows-repeated="9999999"')), FEW, UnreadableReason.TOO_BIG),
        (
            table(odf.row("<table:table-cell table:number-columns-repeated='9999999'/>")),
            FEW,
            UnreadableReason.TOO_BIG,
        ),
        (odf.p("<text:s text:c='9999999'/>a") * 10, Limits(max_text_chars=5_000), UnreadableReason.TOO_BIG),
        ("<text:p>", Limits(), UnreadableReason.CORRUPT),
        ("<text:span>" * 300 + "</text:span>" * 300, Limits(), UnreadableReason.CORRUPT),
    ],
)
def test_hostile_texts_are_refused(body: str, limits: Limits, reason: UnreadableReason) -> None:
    document = read_document(odf.odt(body, STYLES), limits)
    assert isinstance(document, Unreadable)
    assert (document.reason, document.kind) == (reason, FileKind.ODT)


def test_a_doctype_is_refused() -> None:
    for name in ("content.xml", "styles.xml", "meta.xml"):
        parts = odf.text_parts(odf.p("a")) | {
            name: '<!DOCTYPE a [<!ENTITY b "c">]><a><style:s xmlns:style="s">&b;</style:s></a>'
        }
        document = read_document(files.package(parts), Limits())
        assert isinstance(document, Unreadable), name
        assert document.reason is UnreadableReason.CORRUPT


SEED = odf.odt(items(odf.p("a", "L"), odf.p("b")) + table(odf.row(odf.cell("c"))) + h("d", 1), STYLES)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SEED) - 1), st.integers(0, 255)), max_size=4), st.integers(0, len(SEED)))
def test_broken_files_never_raise(changes: list[tuple[int, int]], length: int) -> None:
    data = bytearray(SEED)
    for at, byte in changes:
        data[at] = byte
    document = read_document(bytes(data[:length]), Limits())
    assert not (isinstance(document, Unreadable) and document.reason is UnreadableReason.CRASHED)
