"""The agency's own Word file with comments at the paragraphs that are wrong."""

import io
import subprocess
from pathlib import Path
from typing import Any

import docx
import pytest
from document_files import DOCX, R, W, docx_parts, p, package, relationships
from lxml import etree
from rich_workbook import parts_of

from bot.documents.annotate import annotate
from bot.documents.limits import DEFAULT_LIMITS, Refused
from bot.documents.reader import read_document
from bot.domain.document import Mark, TextDocument

w = f"{{{W}}}"
MAIN = "word/document.xml"
COMMENTS = "word/comments.xml"
STRICT_W = "http://purl.oclc.org/ooxml/wordprocessingml/main"


def marked(payload: bytes, *marks: Mark) -> bytes:
    return annotate(payload, marks, DEFAULT_LIMITS)


def written(body: str) -> bytes:
    return package(docx_parts(body))


def real() -> bytes:
    """A document as Word writes it: a heading, text, an empty paragraph, a table, a comment of a person."""
    document = docx.Document()
    document.add_heading("I. Công tác chỉ đạo", 1)
    document.add_paragraph("Đã ban hành kế hoạch.")
    document.add_paragraph("")
    document.add_table(2, 2).cell(0, 0).text = "Trong bảng"
    document.add_heading("II. Kết quả", 1)
    document.add_comment(document.paragraphs[1].runs, text="Số này của ai?", author="Lê An", initials="LA")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def comments(payload: bytes) -> list[tuple[Any, ...]]:
    return [(c.author, c.initials, c.text) for c in docx.Document(io.BytesIO(payload)).comments]


def anchored(payload: bytes) -> dict[str, str]:
    """What text each of our comments is hung on, by the comment's text."""
    parts = parts_of(payload)
    root, listed = etree.fromstring(parts[MAIN]), etree.fromstring(parts[COMMENTS])
    found: dict[str, str] = {}
    for comment in listed:
        number = comment.get(f"{w}id")
        start = next(e for e in root.iter(f"{w}commentRangeStart") if e.get(f"{w}id") == number)
        end = next(e for e in root.iter(f"{w}commentRangeEnd") if e.get(f"{w}id") == number)
        assert [e for e in root.iter(f"{w}commentReference") if e.get(f"{w}id") == number]
        above = start.getparent()
        assert above is not None
        assert above is end.getparent()
        between = list(above)[list(above).index(start) + 1 : list(above).index(end)]
        said = " ".join("".join(t.text or "" for t in line.iter(f"{w}t")) for line in comment.iter(f"{w}p"))
        found[said] = "".join(t.text or "" for e in between for t in e.iter(f"{w}t", f"{w}delText"))
    return found


def test_a_paragraph_gets_a_comment_and_the_others_stay() -> None:
    out = marked(real(), Mark("Mục này còn thiếu. (W102)", paragraph=1))
    assert comments(out) == [("Lê An", "LA", "Số này của ai?"), ("Thư ký", "TK", "Mục này còn thiếu. (W102)")]
    assert anchored(out)["Mục này còn thiếu. (W102)"] == "I. Công tác chỉ đạo"


def test_only_what_carries_the_marks_is_written_anew() -> None:
    source = real()
    before, after = parts_of(source), parts_of(marked(source, Mark("x", paragraph=2)))
    assert list(after) == list(before)
    assert {name for name in before if before[name] != after[name]} == {MAIN, COMMENTS}
    plain = written(p("Một"))
    before, after = parts_of(plain), parts_of(marked(plain, Mark("x", paragraph=1)))
    assert [name for name in after if name not in before] == [COMMENTS]
    assert {name for name in before if before[name] != after[name]} == {
        MAIN,
        "[Content_Types].xml",
        "word/_rels/document.xml.rels",
    }


def test_the_text_differs_in_our_marks_alone() -> None:
    source = real()
    after = etree.fromstring(parts_of(marked(source, Mark("x", paragraph=1), Mark("y", paragraph=4)))[MAIN])
    for element in [e for e in after.iter() if e.get(f"{w}id") in ("1", "2")]:
        above = element.getparent()
        assert above is not None
        above.remove(element)
        if above.tag == f"{w}r":
            above.getparent().remove(above)  # type: ignore[union-attr]  # a run stands in a paragraph
    before = etree.fromstring(parts_of(source)[MAIN])
    assert etree.tostring(after, method="c14n") == etree.tostring(before, method="c14n")


@pytest.mark.parametrize(
    ("body", "ordinal", "text"),
    [
        (p("Một") + p("Hai"), 2, "Hai"),
        (p("Một") + p("Hai"), 0, "Một"),
        (p("") + p("Hai"), 0, "Hai"),
        (p("Một") + p("Hai"), 99, "Một"),
        (p("Một") + "<w:p/>", 2, ""),
        (f"<w:tbl><w:tr><w:tc>{p('Ô một')}</w:tc><w:tc>{p('Ô hai')}</w:tc></w:tr></w:tbl>", 2, "Ô hai"),
        (f"<w:sdt><w:sdtPr/><w:sdtContent>{p('Trong')}</w:sdtContent></w:sdt>", 1, "Trong"),
        (
            '<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:ins w:id="1"><w:r><w:t>Thêm</w:t></w:r></w:ins>'
            '<w:del w:id="2"><w:r><w:delText>Bỏ</w:delText></w:r></w:del></w:p>',
            1,
            "ThêmBỏ",
        ),
        (
            f"<w:p><w:r><w:t>Ngoài</w:t></w:r><w:r><w:pict><v:shape><v:textbox><w:txbxContent>{p('Trong khung')}"
            "</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>",
            2,
            "NgoàiTrong khung",
        ),
    ],
)
def test_where_a_comment_hangs(body: str, ordinal: int, text: str) -> None:
    assert anchored(marked(written(body), Mark("Xem.", paragraph=ordinal))) == {"Xem.": text}


def test_the_range_begins_after_the_properties_and_tracked_changes_stay() -> None:
    body = (
        '<w:p><w:pPr><w:rPr><w:ins w:id="5"/></w:rPr></w:pPr><w:ins w:id="6"><w:r><w:t>Thêm</w:t></w:r></w:ins></w:p>'
    )
    root = etree.fromstring(parts_of(marked(written(body), Mark("Xem.", paragraph=1)))[MAIN])
    paragraph = next(root.iter(f"{w}p"))
    assert [etree.QName(e).localname for e in paragraph] == ["pPr", "commentRangeStart", "ins", "commentRangeEnd", "r"]
    assert {e.get(f"{w}id") for e in root.iter(f"{w}ins")} == {"5", "6"}


def test_ordinals_are_the_readers() -> None:
    body = (
        p("Đầu")
        + "<w:p/>"
        + f"<w:tbl><w:tr><w:tc>{p('Ô')}</w:tc></w:tr></w:tbl>"
        + f"<w:p><w:r><w:pict><v:textbox><w:txbxContent>{p('Khung')}</w:txbxContent></v:textbox></w:pict></w:r></w:p>"
        + f"<w:sdt><w:sdtContent>{p('Điều khiển')}</w:sdtContent></w:sdt>"
        + p("Cuối")
    )
    source = written(body)
    document = read_document(source, DEFAULT_LIMITS)
    assert isinstance(document, TextDocument)
    assert len(document.paragraphs) == 5
    for paragraph in document.paragraphs:
        assert anchored(marked(source, Mark("Xem.", paragraph=paragraph.at))) == {"Xem.": paragraph.text}


def test_marks_of_one_paragraph_become_one_comment() -> None:
    out = marked(written(p("Một")), Mark("A.", paragraph=1), Mark("B.", paragraph=1), Mark("A.", paragraph=0))
    assert anchored(out) == {"A. B.": "Một"}


def test_numbers_are_new() -> None:
    body = '<w:p><w:commentRangeStart w:id="41"/><w:r><w:t>Một</w:t></w:r><w:commentRangeEnd w:id="41"/></w:p>'
    parts = docx_parts(body)
    parts[COMMENTS] = f'<w:comments xmlns:w="{W}"><w:comment w:id="7" w:author="A"><w:p/></w:comment></w:comments>'
    parts["word/_rels/document.xml.rels"] = relationships(c="comments:comments.xml")
    listed = etree.fromstring(parts_of(marked(package(parts), Mark("Xem.", paragraph=1)))[COMMENTS])
    assert [comment.get(f"{w}id") for comment in listed] == ["7", "42"]


def test_strict_files_stay_strict() -> None:
    parts = docx_parts(p("Một"))
    for name in list(parts):
        parts[name] = str(parts[name]).replace(W, STRICT_W).replace(
            R, "http://purl.oclc.org/ooxml/officeDocument/relationships"
        )  # fmt: skip
    out = parts_of(marked(package(parts), Mark("Xem.", paragraph=1)))
    assert etree.fromstring(out[COMMENTS]).tag == f"{{{STRICT_W}}}comments"
    assert b"purl.oclc.org/ooxml/officeDocument/relationships/comments" in out["word/_rels/document.xml.rels"]
    assert f"{{{STRICT_W}}}commentRangeStart" in {e.tag for e in etree.fromstring(out[MAIN]).iter()}


def test_what_was_ours_goes_before_new_marks() -> None:
    first = marked(real(), Mark("Cũ.", paragraph=1), Mark("Cũ nữa.", paragraph=3))
    second = marked(first, Mark("Mới.", paragraph=2))
    assert comments(second) == [("Lê An", "LA", "Số này của ai?"), ("Thư ký", "TK", "Mới.")]
    root = etree.fromstring(parts_of(second)[MAIN])
    assert len(list(root.iter(f"{w}commentReference"))) == 2
    assert anchored(second)["Mới."] == "Đã ban hành kế hoạch."
    assert marked(second, Mark("Mới.", paragraph=2)) == second


def test_what_somebody_answered_stays() -> None:
    w14 = "http://schemas.microsoft.com/office/word/2010/wordml"
    w15 = "http://schemas.microsoft.com/office/word/2012/wordml"
    body = "".join(
        f'<w:p><w:commentRangeStart w:id="{n}"/><w:r><w:t>x{n}</w:t></w:r><w:commentRangeEnd w:id="{n}"/>'
        f'<w:r><w:commentReference w:id="{n}"/></w:r></w:p>'
        for n in range(3)
    )
    parts = docx_parts(body)
    parts[COMMENTS] = (
        f'<w:comments xmlns:w="{W}" xmlns:w14="{w14}">'
        + "".join(
            f'<w:comment w:id="{n}" w:author="{author}"><w:p w14:paraId="0000000{n}"><w:r><w:t>c{n}</w:t></w:r></w:p>'
            "</w:comment>"
            for n, author in enumerate(("Thư ký", "Lê An", "Thư ký"))
        )
        + "</w:comments>"
    )
    parts["word/commentsExtended.xml"] = (
        f'<w15:commentsEx xmlns:w15="{w15}"><w15:commentEx w15:paraId="00000000"/>'
        '<w15:commentEx w15:paraId="00000001" w15:paraIdParent="00000000"/><w15:commentEx w15:paraId="00000002"/>'
        "</w15:commentsEx>"
    )
    parts["word/_rels/document.xml.rels"] = relationships(
        c="comments:comments.xml", e="commentsExtended:commentsExtended.xml"
    )
    out = parts_of(marked(package(parts), Mark("Mới.", paragraph=1)))
    assert [c.get(f"{w}id") for c in etree.fromstring(out[COMMENTS])] == ["0", "1", "2"]
    assert b"c2" not in out[COMMENTS]
    assert b"c0" in out[COMMENTS]
    assert b"00000002" not in out["word/commentsExtended.xml"]


def test_no_date_and_the_same_bytes() -> None:
    source = written(p("Một"))
    assert marked(source, Mark("a\x00b\x0b", paragraph=1)) == marked(source, Mark("ab", paragraph=1))
    assert b"w:date" not in parts_of(marked(source, Mark("x", paragraph=1)))[COMMENTS]


def test_nothing_to_mark_is_said() -> None:
    for source, marks in ((written(p("Một")), ()), (written("<w:tbl/>"), (Mark("x"),))):
        with pytest.raises(Refused, match="no mark"):
            marked(source, *marks)


def test_our_comments_are_none_of_the_documents() -> None:
    source = written(p("Một"))
    read = read_document(marked(source, Mark("Xem.", paragraph=1)), DEFAULT_LIMITS)
    assert read == read_document(source, DEFAULT_LIMITS)


def test_a_template_becomes_a_document() -> None:
    parts = docx_parts(p("Một"), content_type=DOCX.replace("document.main", "template.main"))
    out = parts_of(marked(package(parts), Mark("x", paragraph=1)))
    assert DOCX.encode() in out["[Content_Types].xml"]


@pytest.mark.libreoffice
def test_libreoffice_opens_it_and_keeps_the_comments(tmp_path: Path) -> None:
    source = tmp_path / "marked.docx"
    source.write_bytes(marked(real(), Mark("Thiếu. (W101)", paragraph=1), Mark("Trống.", paragraph=3)))
    for suffix in ("pdf", "docx"):
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", suffix,
             "--outdir", str(tmp_path / "out"), str(source)],
            check=True, capture_output=True, timeout=90,
        )  # fmt: skip
    assert (tmp_path / "out" / "marked.pdf").read_bytes().startswith(b"%PDF")
    saved = comments((tmp_path / "out" / "marked.docx").read_bytes())
    assert {(author, text) for author, _, text in saved} == {
        ("Lê An", "Số này của ai?"),
        ("Thư ký", "Thiếu. (W101)"),
        ("Thư ký", "Trống."),
    }
