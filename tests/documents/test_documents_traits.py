"""What files carry beside their content: marks, macros, links, comments, changes, hidden rows, places of paragraphs."""

import io

import document_files as files
import odf_files as odf
import openpyxl
import pytest
import xlsb_files as xlsb
from lxml import etree
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty

from bot.documents import traits
from bot.documents.limits import Limits
from bot.documents.reader import read_document
from bot.documents.sandbox import Sandbox
from bot.domain.document import (
    FileKind,
    FormTag,
    Sheet,
    TextDocument,
    Traits,
    Unreadable,
    UnreadableReason,
    Workbook,
)

TAG = FormTag("2023-q1", "tdm", "ii06", 1)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MACRO_WORD = "application/vnd.ms-word.document.macroEnabled.main+xml"
MACRO_EXCEL = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


def outside(**targets: str) -> str:
    """Relationships that lead out of the package: `rId="type|target"`."""
    items = "".join(
        f'<Relationship Id="{key}" Type="{OFFICE}/{value.split("|")[0]}" Target="{value.split("|")[1]}" '
        'TargetMode="External"/>'
        for key, value in targets.items()
    )
    return f'<Relationships xmlns="{files.RELS}">{items}</Relationships>'


def word(body: str = "", **parts: str | bytes) -> Traits:
    document = text(body, **parts)
    assert isinstance(document, TextDocument), document
    return document.traits


def text(body: str = "", content_type: str = files.DOCX, **parts: str | bytes) -> TextDocument:
    made = files.docx_parts(body, content_type=content_type)
    document = read_document(files.package(made | parts), Limits())
    assert isinstance(document, TextDocument), document
    return document


def book(parts: dict[str, str | bytes]) -> Workbook:
    document = read_document(files.package(parts), Limits())
    assert isinstance(document, Workbook), document
    return document


def sheet(rows: str = "", after: str = "", before: str = "") -> Sheet:
    parts = files.xlsx_parts(rows, after=after)
    part = str(parts["xl/worksheets/sheet1.xml"]).replace("<sheetData>", f"{before}<sheetData>")
    return book(parts | {"xl/worksheets/sheet1.xml": part}).sheets[0]


# Marks


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("2023-q1/tdm/ii06/v1", TAG),
        ("  2023-q1/tdm/ii06/v1  ", TAG),
        ("Mã biểu: 2023-q1/tdm/ii06/v1", TAG),
        ("Mã biểu:2023-q1/tdm/ii06/v1\tTrang 1/2", TAG),
        ("Biểu II.06\nMã biểu: 2023-q1/tdm/ii06/v1", TAG),
        ("2023-q1/tdm/ii06/v12.", FormTag("2023-q1", "tdm", "ii06", 12)),
        ("2023-q1/tdm/ii06/v1.docx", None),
        ("2023-q1/tdm/ii06/v1/x", None),
        ("xem 2023-q1/tdm/ii06/v1", None),
        ("https://drive.example/a/b/v1", None),
        ("2023-Q1/TDM/ii06/v1", None),
        ("2023-q1/tdm/ii06/v", None),
        ("2023-q1/tdm/v1", None),
        ("2023-q1/tdm/ii06/v1234567", None),
        (f"{'a' * 65}/tdm/ii06/v1", None),
    ],
)
def test_the_printed_mark(line: str, found: FormTag | None) -> None:
    assert traits.visible_tag(["Kính gửi", line]) == found


def test_the_hidden_mark_needs_all_four() -> None:
    whole = {"thuky.round": "2023-q1", "thuky.agency": "tdm", "thuky.form": "ii06", "thuky.version": "1"}
    assert traits.hidden_tag(whole) == TAG
    for name in whole:
        assert traits.hidden_tag({key: value for key, value in whole.items() if key != name}) is None
    assert traits.hidden_tag(whole | {"thuky.version": "một"}) is None
    assert traits.hidden_tag(whole | {"thuky.agency": "../tdm"}) is None


CUSTOM = "".join(
    f'<property fmtid="{{D5CDD505}}" pid="{pid}" name="{name}"><vt:lpwstr>{value}</vt:lpwstr></property>'
    for pid, (name, value) in enumerate(
        {"thuky.round": "2023-q1", "thuky.agency": "tdm", "thuky.form": "ii06", "thuky.version": "1", "x": "y"}.items(),
        2,
    )
)
CUSTOM = f'<Properties xmlns="c" xmlns:vt="v">{CUSTOM}</Properties>'


def test_the_mark_in_the_properties_stands_before_the_printed_one() -> None:
    other = files.p("Mã biểu: 2023-q1/stp/narrative/v2")
    assert word(other) == Traits(FileKind.DOCX, FormTag("2023-q1", "stp", "narrative", 2))
    assert word(other, **{"docProps/custom.xml": CUSTOM}).tag == TAG


def test_the_mark_in_a_footer() -> None:
    parts = files.docx_parts(files.p("Báo cáo"))
    footer = f'<w:ftr xmlns:w="{files.W}">{files.p("Mã biểu: 2023-q1/tdm/ii06/v1")}</w:ftr>'
    parts["word/_rels/document.xml.rels"] = files.relationships(f="footer:footer1.xml", s="styles:styles.xml")
    document = read_document(files.package(parts | {"word/footer1.xml": footer}), Limits())
    assert isinstance(document, TextDocument)
    assert document.traits.tag == TAG
    assert len(document.paragraphs) == 1


def test_a_mark_far_down_is_none_of_a_form() -> None:
    lines = "".join(files.p(f"Dòng {number}") for number in range(30))
    assert word(lines + files.p("2023-q1/tdm/ii06/v1")).tag is None


@pytest.mark.parametrize(("row", "tag"), [(2, TAG), (15, TAG), (16, None)])
def test_the_printed_mark_of_a_workbook_stands_in_its_head(row: int, tag: FormTag | None) -> None:
    made = openpyxl.Workbook()
    made.worksheets[0].cell(row, 3, "Mã biểu: 2023-q1/tdm/ii06/v1")
    assert saved(made).traits.tag == tag


def saved(made: openpyxl.Workbook) -> Workbook:
    buffer = io.BytesIO()
    made.save(buffer)
    document = read_document(buffer.getvalue(), Limits())
    assert isinstance(document, Workbook), document
    return document


def test_the_mark_in_a_page_footer_among_codes() -> None:
    made = openpyxl.Workbook()
    footer = made.worksheets[0].oddFooter
    footer.left.text, footer.left.size, footer.left.font = "Mã biểu: 2023-q1/tdm/ii06/v1", 8, "Times New Roman,Bold"
    footer.right.text = "Trang &P/&N"
    assert saved(made).traits.tag == TAG


def test_the_hidden_mark_of_a_workbook() -> None:
    made = openpyxl.Workbook()
    for name, value in (("round", "2023-q1"), ("agency", "tdm"), ("form", "ii06"), ("version", "1")):
        made.custom_doc_props.append(StringProperty(name=f"thuky.{name}", value=value))
    assert saved(made).traits.tag == TAG


# Macros and links


@pytest.mark.parametrize(
    ("parts", "macros"),
    [
        ({}, False),
        ({"word/vbaProject.bin": b"x"}, True),
        ({"word/VBAPROJECT.BIN": b"x"}, True),
    ],
)
def test_macros_of_a_word_file(parts: dict[str, bytes], macros: bool) -> None:
    assert word(files.p("a"), **parts).macros is macros


def test_a_docm_reads_like_a_docx_and_its_kind_alone_is_no_macro() -> None:
    plain, other = text(files.p("Báo cáo")), text(files.p("Báo cáo"), MACRO_WORD)
    assert other.paragraphs == plain.paragraphs
    assert (plain.traits.macros, other.traits.macros) == (False, False)


def test_an_xlsm_reads_like_an_xlsx_and_its_kind_alone_is_no_macro() -> None:
    rows = '<row r="1"><c r="A1"><v>5</v></c></row>'
    parts = files.xlsx_parts(rows, content_type=MACRO_EXCEL)
    plain, other = book(files.xlsx_parts(rows)), book(parts)
    assert other.sheets == plain.sheets
    assert (plain.traits.macros, other.traits.macros) == (False, False)
    assert book(parts | {"xl/macrosheets/sheet1.xml": "<x/>"}).traits.macros
    assert book(files.xlsx_parts(rows) | {"xl/vbaProject.bin": b"x"}).traits.macros


@pytest.mark.parametrize("kind", ["vbaProject", "xlMacrosheet", "xlIntlMacrosheet"])
def test_macros_under_another_name_are_found_by_their_relationship(kind: str) -> None:
    parts = files.xlsx_parts('<row r="1"><c r="A1"><v>5</v></c></row>')
    rels = "xl/_rels/workbook.xml.rels"
    more = f'<Relationship Id="m1" Type="http://x.example/{kind}" Target="thing.dat"/></Relationships>'
    parts[rels] = str(parts[rels]).replace("</Relationships>", more)
    assert not book(parts).traits.macros  # it leads nowhere
    assert book(parts | {"xl/thing.dat": b"x"}).traits.macros


def test_links_of_a_word_file() -> None:
    parts = files.docx_parts(files.p("a"))
    links = outside(
        a="image|http://drive.example/anh.png",
        b="oleObject|file:///D:\\S%E1%BB%91%20li%E1%BB%87u.xlsx",
        c="hyperlink|https://binhduong.example",
        d="image|http://drive.example/anh.png",
    )
    inner = str(parts["word/_rels/document.xml.rels"]).replace("</Relationships>", "").replace('"b"', '"n"')
    parts["word/_rels/document.xml.rels"] = inner + links.partition(">")[2]
    parts["word/_rels/styles.xml.rels"] = outside(
        e="attachedTemplate|file:///C:/Users/lan/Normal.dotm", f="attachedTemplate|M:\\mau.dotx"
    )
    document = read_document(files.package(parts), Limits())
    assert isinstance(document, TextDocument)
    assert document.traits.links == ("http://drive.example/anh.png", "file:///D:\\Số liệu.xlsx", "M:\\mau.dotx")


def test_links_of_a_workbook() -> None:
    parts = files.xlsx_parts()
    parts["xl/_rels/workbook.xml.rels"] = files.relationships(
        r1="worksheet:worksheets/sheet1.xml", e="externalLink:externalLinks/externalLink1.xml"
    )
    parts["xl/externalLinks/externalLink1.xml"] = "<externalLink/>"
    parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = outside(r="externalLinkPath|Quý%20IV.xlsx")
    assert book(parts).traits.links == ("Quý IV.xlsx",)


# Comments and changes


def test_comments_of_a_word_file_without_ours() -> None:
    def comment(author: str, *lines: str) -> str:
        return f'<w:comment w:author="{author}">{"".join(files.p(line) for line in lines)}</w:comment>'

    comments = (
        comment("Lan", "Xem", "lại")
        + comment("Thư ký", "cần sửa")
        + comment("Thu\u031b ky\u0301", "NFD")
        + comment("Minh", "")
    )
    parts = files.docx_parts(files.p("a"))
    parts["word/_rels/document.xml.rels"] = files.relationships(c="comments:comments.xml")
    parts["word/comments.xml"] = f'<w:comments xmlns:w="{files.W}">{comments}</w:comments>'
    document = read_document(files.package(parts), Limits())
    assert isinstance(document, TextDocument)
    assert document.traits.comments == ("Xem lại",)


@pytest.mark.parametrize(
    ("author", "words", "theirs"),
    [
        ("Lan", "Xem lại", "Xem lại"),
        ("Thư ký", "cần bằng 102", ""),
        ("", "Thư ký: cần bằng 102", ""),
        ("Th? ký", "cần bằng 102", ""),  # by way of RTF, in a code page without ư
        ("Th? k?", "cần bằng 102", ""),
        ("", "Th? k?: cần bằng 102", ""),
        ("Lan", "Xem lại\nTh? ký: cần bằng 102", "Xem lại\n"),
        ("Thu ký", "cần xem", "cần xem"),
        ("Thủ kỷ", "cần xem", "cần xem"),
        ("Th?? ký", "cần xem", "cần xem"),
        ("Lan", "Xem lại\nThư ký: cần bằng 102", "Xem lại\n"),
        ("Lan", "Nhờ Thư ký: xem", "Nhờ Thư ký: xem"),
    ],
)
def test_whose_a_comment_is(author: str, words: str, theirs: str) -> None:
    assert traits.theirs(author, words) == theirs


def test_texts_are_clipped() -> None:
    assert traits.clipped(["", " a \n b ", *["c" * 200] * 30]) == ("a b", *["c" * 119 + "…"] * 19)


def test_notes_and_threads_of_a_workbook() -> None:
    made = openpyxl.Workbook()
    first, second = made.worksheets[0], made.create_sheet("S2")
    first["A1"].comment, first["A2"].comment = Comment("Xem lại", "Lan"), Comment("cần bằng 3", "Thư ký")
    second["A1"].comment = Comment("[Threaded comment] Đã rõ", "tc={1}")
    assert saved(made).traits.comments == ("Xem lại",)

    parts = files.xlsx_parts()
    parts["xl/_rels/workbook.xml.rels"] = files.relationships(
        r1="worksheet:worksheets/sheet1.xml", p="person:persons/person.xml"
    )
    parts["xl/persons/person.xml"] = '<personList xmlns="t"><person displayName="Lan" id="{1}"/></personList>'
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = files.relationships(t="threadedComment:../threads.xml")
    parts["xl/threads.xml"] = (
        '<ThreadedComments xmlns="t"><threadedComment personId="{1}"><text>Đã rõ</text></threadedComment>'
        '<threadedComment personId="{2}"><text>Thư ký: sửa</text></threadedComment></ThreadedComments>'
    )
    assert book(parts).traits.comments == ("Đã rõ",)


def test_tracked_changes() -> None:
    def change(name: str, inner: str) -> str:
        return f'<w:{name} w:author="Lan">{inner}</w:{name}>'

    def run(words: str, tag: str = "t") -> str:
        return f"<w:r><w:{tag}>{words}</w:{tag}></w:r>"

    body = (
        f"<w:p>{run('Có ')}{change('ins', run('120') + change('del', run('cũ', 'delText')))}"
        f"{change('del', run('98', 'delText'))}</w:p>"
        f"<w:p>{change('moveFrom', run('đi'))}{change('moveTo', run('đến'))}</w:p>"
        f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>{files.p('hàng bỏ')}</w:tc></w:tr></w:tbl>"
        f"<w:p><w:pPr><w:rPr><w:ins/></w:rPr></w:pPr>{change('ins', run(' '))}</w:p>"
    )
    document = text(body)
    assert document.text == "Có 120\nđến"
    assert document.traits.revisions == ("120", "cũ", "98", "đi", "đến", "hàng bỏ")


# Places


def test_places_count_each_paragraph_of_the_part() -> None:
    box = (
        "<w:r><mc:AlternateContent><mc:Choice><w:drawing><a:p xmlns:a='a'/><w:txbxContent>{}</w:txbxContent>"
        "</w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>{}</w:txbxContent></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    inner = files.p("trong khung")
    body = (
        files.p("một")
        + "<w:p/>"
        + "<w:del><w:p/></w:del>"
        + f"<w:p>{box.format(inner, inner)}<w:r><w:t>ngoài</w:t></w:r></w:p>"
        + f"<w:tbl><w:tr><w:tc><w:p/>{files.p('ô')}</w:tc></w:tr></w:tbl>"
        + f"<w:unknown>{files.p('lạ')}</w:unknown>"
        + f"<w:sdt><w:sdtContent>{files.p('trong ô chọn')}</w:sdtContent></w:sdt>"
        + files.p("cuối")
    )
    root = etree.fromstring(files.docx_parts(body)["word/document.xml"])
    every = ["".join(p.itertext(f"{{{files.W}}}t")) for p in root.iter(f"{{{files.W}}}p")]
    found = text(body).paragraphs
    assert [paragraph.text for paragraph in found] == ["một", "ngoài", "trong khung", "ô", "trong ô chọn", "cuối"]
    for paragraph in found:
        assert paragraph.text in every[paragraph.at - 1]
    assert [paragraph.at for paragraph in found] == [1, 4, 5, 8, 10, 11]


# Hidden rows and columns


def cells(*names: str, more: str = "") -> str:
    number = names[0].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f'<row r="{number}" {more}>' + "".join(f'<c r="{name}"><v>1</v></c>' for name in names) + "</row>"


def test_rows_that_nobody_sees() -> None:
    found = sheet(
        cells("A1")
        + cells("A2", more='hidden="1"')
        + cells("A3", more='hidden="true"')
        + cells("A4", more='ht="0" customHeight="1"')
        + cells("A5", more='hidden="0" collapsed="1"')
        + cells("A6", more='ht="15"')
        + '<row r="7" hidden="1"/>'
        + cells("A8", more='ht="0.75"')
        + cells("A9", more='ht="1" customHeight="1"')
        + cells("A10", more='customHeight="1"'),  # as openpyxl writes a height of 0: Excel and LibreOffice show it
        after='<autoFilter ref="A1:A7"/>',
    )
    assert found.hidden_rows == {2, 3, 4, 8}


def test_columns_that_nobody_sees() -> None:
    columns = '<col min="2" max="3" hidden="1"/><col min="4" max="4" width="0"/><col min="5" max="5" width="9"/>'
    columns += '<col min="7" max="16384" hidden="1"/><col hidden="1"/>'
    found = sheet(cells("A1", "B1", "D1", "E1", "G1"), before=f"<cols>{columns}</cols>")
    assert found.hidden_columns == {2, 4, 7}


def test_a_million_hidden_columns_or_rows_cost_little() -> None:
    wide = sheet(cells("A1"), before='<cols><col min="1" max="99999999" hidden="1"/></cols>')
    assert wide.hidden_columns == {1}
    long = sheet("".join(f'<row r="{number}" hidden="1"/>' for number in range(1, 100_000)) + cells("A1"))
    assert long.hidden_rows == {1}


def test_endless_spans_of_columns_are_refused() -> None:
    parts = files.xlsx_parts()
    columns = '<col min="1" max="1000" hidden="1"/>' * 50_001
    parts["xl/worksheets/sheet1.xml"] = f'<worksheet xmlns="{files.S}"><cols>{columns}</cols><sheetData/></worksheet>'
    document = read_document(files.package(parts), Limits())
    assert isinstance(document, Unreadable)
    assert document.reason is UnreadableReason.TOO_BIG


@pytest.mark.parametrize("name", ["docProps/custom.xml", "word/comments.xml", "word/header1.xml"])
def test_a_doctype_in_any_part_is_refused(name: str) -> None:
    parts = files.docx_parts(files.p("a"))
    parts["word/_rels/document.xml.rels"] = files.relationships(c="comments:comments.xml", h="header:header1.xml")
    document = read_document(files.package(parts | {name: '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}), Limits())
    assert isinstance(document, Unreadable)
    assert document.reason is UnreadableReason.CORRUPT


def test_all_of_it_comes_through_the_child() -> None:
    lines = files.p("Mã biểu: 2023-q1/tdm/ii06/v1") + "<w:p><w:del><w:r><w:delText>98</w:delText></w:r></w:del></w:p>"
    for payload in (
        files.docx(lines, content_type=MACRO_WORD),
        files.xlsx(cells("A1", "B1") + cells("A2", more='hidden="1"')),
        files.package(xlsb.parts(xlsb.sheet(xlsb.row(1), xlsb.cell(6, 1, xlsb.text("2023-q1/tdm/ii06/v1"))))),
        odf.ods(odf.row(odf.number(1), more='table:visibility="collapse"')),
        odf.odt(odf.p("2023-q1/tdm/ii06/v1")),
        (files.FILES / "libreoffice.xls").read_bytes(),
    ):
        direct = read_document(payload, Limits())
        assert not isinstance(direct, Unreadable)
        assert Sandbox().read(payload, "sai tên.pdf") == direct
