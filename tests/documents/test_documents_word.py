"""What is read from Word files; each test shows the markup it is about."""

import io

import document_files as files
import docx as python_docx
import pytest
from document_files import p

from bot.documents.limits import Limits
from bot.documents.numbering import format_number
from bot.documents.reader import read_document
from bot.domain.document import FileKind, Paragraph, TextDocument, Unreadable, UnreadableReason


def read(body: str, styles: str = "", numbering: str = "", limits: Limits | None = None) -> TextDocument:
    document = read_document(files.docx(body, styles, numbering), limits or Limits())
    assert isinstance(document, TextDocument), document
    return document


def texts(body: str) -> list[str]:
    return [paragraph.text for paragraph in read(body).paragraphs]


def style(style_id: str, name: str, inner: str = "", kind: str = "paragraph") -> str:
    return f'<w:style w:type="{kind}" w:styleId="{style_id}"><w:name w:val="{name}"/>{inner}</w:style>'


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r>", "a\tb\nc"),
        ("<w:r><w:t>Ca\u0309i ca\u0301ch</w:t></w:r>", "Cải cách"),
        ("<w:r><w:t>hành\u00ad chính\u200b\ufeff</w:t></w:r>", "hành chính"),
        ("<w:ins><w:r><w:t>thêm</w:t></w:r></w:ins><w:del><w:r><w:delText>bớt</w:delText></w:r></w:del>", "thêm"),
        ("<w:moveFrom><w:r><w:t>cũ</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>mới</w:t></w:r></w:moveTo>", "mới"),
        ("<w:hyperlink><w:r><w:t>liên kết</w:t></w:r></w:hyperlink>", "liên kết"),
        ("<w:sdt><w:sdtPr/><w:sdtContent><w:r><w:t>quý I</w:t></w:r></w:sdtContent></w:sdt>", "quý I"),
        (
            "<w:smartTag><w:r><w:t>Hà</w:t></w:r></w:smartTag><w:fldSimple><w:r><w:t> Nội</w:t></w:r></w:fldSimple>",
            "Hà Nội",
        ),
        ("<w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>7</w:t></w:r>", "7"),
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>ẩn</w:t></w:r><w:r><w:t>hiện</w:t></w:r>", "hiện"),
        ("<w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t><w:softHyphen/></w:r>", "a-b"),
        ("<w:r><w:t>trước<!-- lời bình -->sau</w:t></w:r>", "trướcsau"),
    ],
)
def test_text_of_a_paragraph(inside: str, text: str) -> None:
    assert texts(f"<w:p>{inside}</w:p>") == [text]


def test_a_content_control_that_shows_its_placeholder_is_empty() -> None:
    control = "<w:sdt><w:sdtPr>{}</w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
    waiting = "<w:showingPlcHdr/>"
    body = control.format(waiting, p("Bấm vào đây")) + control.format("", p("Đã điền"))
    inline = f"<w:p>{control.format(waiting, '<w:r><w:t>Bấm</w:t></w:r>')}</w:p>"
    mixed = f"<w:p>{control.format(waiting, '<w:r><w:t>Bấm</w:t></w:r>')}<w:r><w:t>12 văn bản</w:t></w:r></w:p>"
    assert "".join(texts(body + inline)) == "Đã điền"
    found = [(q.text, q.placeholder) for q in read(body + inline + mixed + p("Sau")).paragraphs]
    assert found == [("", "Bấm vào đây"), ("Đã điền", ""), ("", "Bấm"), ("12 văn bản", "Bấm"), ("Sau", "")]


def test_a_cell_whose_content_control_shows_its_placeholder_is_empty() -> None:
    control = "<w:sdt><w:sdtPr>{}</w:sdtPr><w:sdtContent><w:tc>{}</w:tc></w:sdtContent></w:sdt>"
    cells = (
        f"<w:tc>{p('Số hồ sơ')}</w:tc>" + control.format("<w:showingPlcHdr/>", p("Bấm")) + control.format("", p("7"))
    )
    document = read(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>")
    assert document.tables == ((("Số hồ sơ", "", "7"),),)
    assert [(q.text, q.placeholder, q.table, q.at) for q in document.paragraphs] == [
        ("Số hồ sơ", "", 1, 1),
        ("", "Bấm", 1, 2),
        ("7", "", 1, 3),
    ]


def test_an_empty_content_control_shows_nothing() -> None:
    control = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
    assert read(control.format(p("   ")) + control.format("<w:p/>")).paragraphs == ()


def test_blank_paragraphs_are_left_out_and_order_is_kept() -> None:
    table = f"<w:tbl><w:tr><w:tc>{p('trong bảng')}</w:tc></w:tr></w:tbl>"
    assert texts(p("một") + p(" ") + "<w:p/>" + table + p("ba")) == ["một", "trong bảng", "ba"]


def test_a_deleted_paragraph_mark_joins_two_paragraphs() -> None:
    assert texts(p("Cải cách ", "<w:rPr><w:del/></w:rPr>") + p("hành chính")) == ["Cải cách hành chính"]


def test_text_box_is_read_once() -> None:
    box = f"<wps:txbx><w:txbxContent>{p('trong khung')}</w:txbxContent></wps:txbx>"
    again = f"<w:pict><v:textbox><w:txbxContent>{p('trong khung')}</w:txbxContent></v:textbox></w:pict>"
    both = (
        f"<mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback>{again}</mc:Fallback></mc:AlternateContent>"
    )
    assert texts(f"<w:p><w:r><w:t>thân</w:t>{both}</w:r></w:p>" + p("sau")) == ["thân", "trong khung", "sau"]
    assert texts(f"<w:p><w:r>{again}</w:r></w:p>") == ["trong khung"]


@pytest.mark.parametrize(
    ("properties", "styles", "level"),
    [
        ('<w:outlineLvl w:val="0"/>', "", 1),
        ('<w:outlineLvl w:val="9"/>', "", None),
        ('<w:pStyle w:val="Heading2"/>', "", 2),
        ('<w:pStyle w:val="u1"/>', style("u1", "heading 1"), 1),
        ('<w:pStyle w:val="u3"/>', "", 3),
        ('<w:pStyle w:val="X"/>', style("X", "Tiêu đề 2"), 2),
        ('<w:pStyle w:val="X"/>', style("X", "Mục", '<w:pPr><w:outlineLvl w:val="3"/></w:pPr>'), 4),
        ('<w:pStyle w:val="X"/>', style("X", "Mục lớn", '<w:basedOn w:val="u1"/>') + style("u1", "heading 1"), 1),
        (
            '<w:pStyle w:val="X"/>',
            style("X", "Thân", '<w:basedOn w:val="u1"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr>')
            + style("u1", "heading 1"),
            None,
        ),
        (
            '<w:pStyle w:val="A"/>',
            style("A", "a", '<w:basedOn w:val="B"/>') + style("B", "b", '<w:basedOn w:val="A"/>'),
            None,
        ),
        ('<w:pStyle w:val="Heading1"/><w:outlineLvl w:val="4"/>', "", 5),
        ('<w:pStyle w:val="Normal"/>', style("Normal", "Normal"), None),
        ("", "", None),
    ],
)
def test_outline_level(properties: str, styles: str, level: int | None) -> None:
    assert read(p("Mục", properties), styles).paragraphs[0].level == level


BOLD_STYLE = style("Dam", "Dam", "<w:rPr><w:b/></w:rPr>")
BOLD_RUN = style("Manh", "Strong", "<w:rPr><w:b/></w:rPr>", "character")


@pytest.mark.parametrize(
    ("body", "bold"),
    [
        (p("a", run="<w:b/>"), True),
        (p("a", run='<w:b w:val="0"/>'), False),
        (p("a", run='<w:b w:val="true"/>'), True),
        (p("a"), False),
        ("<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>a</w:t></w:r><w:r><w:t> </w:t></w:r></w:p>", True),
        ("<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>a</w:t></w:r><w:r><w:t>b</w:t></w:r></w:p>", False),
        (p("a", '<w:pStyle w:val="Dam"/>'), True),
        (p("a", '<w:pStyle w:val="Dam"/>', '<w:b w:val="false"/>'), False),
        (p("a", run='<w:rStyle w:val="Manh"/>'), True),
        (p("a", '<w:pStyle w:val="Dam"/>', '<w:rStyle w:val="Manh"/>'), False),  # 17.7.3: they cancel out
    ],
)
def test_bold(body: str, bold: bool) -> None:
    assert read(body, BOLD_STYLE + BOLD_RUN).paragraphs[0].bold is bold


def level(depth: int, form: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/>{more}</w:lvl>'
    )


def abstract(number: int, *levels: str) -> str:
    return f'<w:abstractNum w:abstractNumId="{number}">{"".join(levels)}</w:abstractNum>'


def num(number: int, of: int, more: str = "") -> str:
    return f'<w:num w:numId="{number}"><w:abstractNumId w:val="{of}"/>{more}</w:num>'


def item(number: int, depth: int, text: str = "x") -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>')


def numbers(body: str, numbering: str, styles: str = "") -> list[str]:
    return [paragraph.number for paragraph in read(body, styles, numbering).paragraphs]


OUTLINE = abstract(0, level(0, "upperRoman", "%1."), level(1, "decimal", "%2."), level(2, "lowerLetter", "%3)"))
LEGAL = abstract(1, level(0, "upperRoman", "%1."), level(1, "decimal", "%1.%2.", "<w:isLgl/>"))


def test_numbers_restart_after_a_higher_level() -> None:
    body = "".join(item(1, depth) for depth in (0, 1, 1, 2, 2, 1, 0, 1, 2))
    assert numbers(body, OUTLINE + num(1, 0)) == ["I.", "1.", "2.", "a)", "b)", "3.", "II.", "1.", "a)"]


def test_number_of_the_level_above_is_printed_in_digits_when_legal() -> None:
    assert numbers(item(1, 0) + item(1, 0) + item(1, 1), LEGAL + num(1, 1)) == ["I.", "II.", "2.1."]


def test_level_restart_rules() -> None:
    never = abstract(0, level(0, "decimal", "%1"), level(1, "decimal", "%2", '<w:lvlRestart w:val="0"/>'))
    body = item(1, 0) + item(1, 1) + item(1, 0) + item(1, 1)
    assert numbers(body, never + num(1, 0)) == ["1", "1", "2", "2"]


def test_lists_of_one_definition_count_on_unless_overridden() -> None:
    start = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    body = item(1, 0) + item(1, 0) + item(2, 0) + item(3, 0) + item(3, 0)
    assert numbers(body, OUTLINE + num(1, 0) + num(2, 0) + num(3, 0, start)) == ["I.", "II.", "III.", "I.", "II."]


def test_number_through_the_paragraph_style() -> None:
    linked = abstract(0, level(0, "upperRoman", "%1."), level(1, "decimal", "%2.", '<w:pStyle w:val="Muc2"/>'))
    styles = style("Muc1", "Muc1", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>')
    styles += style("Muc2", "Muc2", '<w:basedOn w:val="Muc1"/>')
    body = p("a", '<w:pStyle w:val="Muc1"/>') + p("b", '<w:pStyle w:val="Muc2"/>')
    off = p("c", '<w:pStyle w:val="Muc1"/><w:numPr><w:numId w:val="0"/></w:numPr>')
    assert numbers(body + off, linked + num(1, 0), styles) == ["I.", "1.", ""]


def test_a_blank_numbered_paragraph_counts_and_bullets_have_no_number() -> None:
    bullets = abstract(5, level(0, "bullet", "-"))
    body = item(1, 0) + item(1, 0, " ") + item(1, 0) + item(5, 0)
    assert numbers(body, OUTLINE + bullets + num(1, 0) + num(5, 5)) == ["I.", "III.", ""]


def test_a_list_that_borrows_its_levels_from_a_style() -> None:
    owner = abstract(0, '<w:styleLink w:val="Ds"/>', level(0, "upperLetter", "%1."))
    borrower = abstract(1, '<w:numStyleLink w:val="Ds"/>')
    assert numbers(item(2, 0) + item(2, 0), owner + borrower + num(1, 0) + num(2, 1)) == ["A.", "B."]


@pytest.mark.parametrize(
    ("value", "form", "printed"),
    [
        (4, "upperRoman", "IV"),
        (1994, "lowerRoman", "mcmxciv"),
        (27, "lowerLetter", "aa"),
        (26, "upperLetter", "Z"),
        (7, "decimalZero", "07"),
        (3, "none", ""),
        (0, "upperRoman", "0"),
        (12, "vietnameseCounting", "12"),
    ],
)
def test_number_formats(value: int, form: str, printed: str) -> None:
    assert format_number(value, form) == printed


def row(*cells: str, more: str = "") -> str:
    return f"<w:tr>{more}{''.join(f'<w:tc>{cell}</w:tc>' for cell in cells)}</w:tr>"


def test_tables_as_rows_and_nested_ones_in_order() -> None:
    inner = f"<w:tbl>{row(p('trong'))}</w:tbl>"
    wide = f'<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{p("gộp")}</w:tc>'
    outer = f"<w:tbl><w:tr>{wide}</w:tr>{row(p('a') + p('b'), inner + p('sau'))}</w:tbl>"
    document = read(outer + f"<w:tbl>{row(p('hai'))}</w:tbl>")
    assert document.tables == ((("gộp",), ("a\nb", "trong\nsau")), (("trong",),), (("hai",),))
    assert [(x.text, x.table) for x in document.paragraphs] == [
        ("gộp", 1), ("a", 1), ("b", 1), ("trong", 2), ("sau", 1), ("hai", 3),
    ]  # fmt: skip


def test_rows_in_content_controls_and_deleted_rows() -> None:
    control = f"<w:sdt><w:sdtContent>{row(p('lặp'))}</w:sdtContent></w:sdt>"
    gone = row(p("đã xóa"), more="<w:trPr><w:del/></w:trPr>")
    assert read(f"<w:tbl>{control}{gone}</w:tbl>").tables == ((("lặp",),),)


def test_a_cell_with_only_an_automatic_number_has_that_number() -> None:
    document = read(f"<w:tbl>{row(item(1, 0, ''), p('Hộ tịch'))}</w:tbl>", "", OUTLINE + num(1, 0))
    assert document.tables == ((("I.", "Hộ tịch"),),)


def test_no_text_at_all_is_an_empty_document() -> None:
    assert read("<w:p/>") == TextDocument(())


def test_limits_refuse_instead_of_cutting() -> None:
    for limits in (Limits(max_paragraphs=2), Limits(max_text_chars=5)):
        document = read_document(files.docx(p("một") + p("hai") + p("ba")), limits)
        assert isinstance(document, Unreadable)
        assert (document.reason, document.kind) == (UnreadableReason.TOO_BIG, FileKind.DOCX)


def test_python_docx_file() -> None:
    made = python_docx.Document()
    made.add_heading("I. Công tác chỉ đạo", 1)
    made.add_paragraph("Đã ban hành ").add_run("kế hoạch").bold = True
    made.add_table(1, 2).cell(0, 1).text = "Hộ tịch"
    buffer = io.BytesIO()
    made.save(buffer)
    document = read_document(buffer.getvalue(), Limits())
    assert document == TextDocument(
        (
            Paragraph("I. Công tác chỉ đạo", level=1, bold=True, at=1),
            Paragraph("Đã ban hành kế hoạch", at=2),
            Paragraph("Hộ tịch", table=1, at=4),
        ),
        ((("", "Hộ tịch"),),),
    )


def test_libreoffice_file() -> None:
    document = read_document((files.FILES / "libreoffice.docx").read_bytes(), Limits())
    assert isinstance(document, TextDocument)
    assert [(x.text, x.level, x.number) for x in document.paragraphs][:5] == [
        ("I. Công tác chỉ đạo", 1, ""),
        ("Đã ban hành kế hoạch", None, ""),
        ("Kết quả", 2, ""),
        ("Một", None, "1."),
        ("Hai", None, "2."),
    ]
    assert document.tables == ((("TT", "Lĩnh vực"), ("1", "Hộ tịch")),)
