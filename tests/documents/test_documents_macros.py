"""Copies without what runs: macros, controls and their signatures, and files within files."""

import io

import openpyxl
import pytest
from document_files import DOCX, R, S, content_types, docx, docx_parts, p, package, relationships, xlsx, xlsx_parts
from docx import Document
from lxml import etree
from rich_workbook import parts_of, with_parts

from bot.documents.annotate import annotate
from bot.documents.kinds import OLE_MAGIC
from bot.documents.limits import DEFAULT_LIMITS, Refused
from bot.documents.macros import without_macros
from bot.documents.reader import read_document
from bot.documents.sandbox import Sandbox
from bot.domain.document import Mark, TextDocument, Workbook

MS = "http://schemas.microsoft.com/office/2006/relationships"
XLSM = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
DOCM = "application/vnd.ms-word.document.macroEnabled.main+xml"
VBA = "application/vnd.ms-office.vbaProject"
TYPES = "[Content_Types].xml"
MARK = Mark("Xem.", sheet="Biểu", row=1, column=1, paragraph=1)


def relation(identity: str, kind: str, target: str, base: str = MS) -> str:
    return f'<Relationship Id="{identity}" Type="{base}/{kind}" Target="{target}"/></Relationships>'


def added(parts: dict[str, str | bytes], name: str, *more: str) -> None:
    text = str(parts.get(name, relationships()))
    for each in more:
        text = text.replace("</Relationships>", each)
    parts[name] = text


def xlsm_parts() -> dict[str, str | bytes]:
    parts = xlsx_parts('<row r="1"><c r="A1"><v>1</v></c></row>', content_type=XLSM)
    parts[TYPES] = str(parts[TYPES]).replace(
        "<Override", f'<Default Extension="bin" ContentType="{VBA}"/><Override', 1
    )  # fmt: skip
    added(parts, "xl/_rels/workbook.xml.rels", relation("v1", "vbaProject", "vbaProject.bin"))
    parts["xl/vbaProject.bin"] = OLE_MAGIC + b"macros"
    parts["xl/_rels/vbaProject.bin.rels"] = relationships().replace(
        "</Relationships>", relation("s1", "vbaProjectSignature", "vbaProjectSignature.bin")
    )
    parts["xl/vbaProjectSignature.bin"] = b"signed"
    added(parts, "_rels/.rels", relation("u1", "ui/extensibility", "customUI/customUI.xml"))
    parts["customUI/customUI.xml"] = '<customUI onLoad="Run"/>'
    return parts


def docm_parts() -> dict[str, str | bytes]:
    parts = docx_parts(p("Một"), content_type=DOCM)
    added(
        parts,
        "word/_rels/document.xml.rels",
        relation("v1", "vbaProject", "vbaProject.bin"),
        relation("k1", "keyMapCustomizations", "customizations.xml"),
    )
    parts["word/vbaProject.bin"] = OLE_MAGIC + b"macros"
    parts["word/_rels/vbaProject.bin.rels"] = relationships().replace(
        "</Relationships>", relation("d1", "wordVbaData", "vbaData.xml")
    )
    parts["word/vbaData.xml"] = "<vbaSuppData/>"
    parts["word/customizations.xml"] = "<tcg/>"
    return parts


def no_trace(payload: bytes) -> bool:
    everything = b"".join(name.encode() + content for name, content in parts_of(payload).items()).lower()
    return not any(word in everything for word in (b"vba", b"macro", b"customui", b"activex", b"customizations"))


@pytest.mark.parametrize("parts", [xlsm_parts(), docm_parts()], ids=["xlsm", "docm"])
def test_macros_are_gone_without_trace(parts: dict[str, str | bytes]) -> None:
    source = package(parts)
    before = read_document(source, DEFAULT_LIMITS)
    assert isinstance(before, Workbook | TextDocument)
    assert before.traits.macros
    out = without_macros(source, DEFAULT_LIMITS)
    assert no_trace(out)
    after = read_document(out, DEFAULT_LIMITS)
    assert isinstance(after, Workbook | TextDocument)
    assert not after.traits.macros
    for name in ("xl/worksheets/sheet1.xml", "word/document.xml", "xl/styles.xml", "word/styles.xml"):
        if name in parts:
            assert parts_of(out)[name] == str(parts[name]).encode()
    marked = annotate(source, [MARK], DEFAULT_LIMITS)
    assert no_trace(marked)


def test_what_has_none_comes_back_as_it_came() -> None:
    for payload in (xlsx("<row/>"), docx(p("Một")), b"%PDF-1.7 x", b"abc", b"", OLE_MAGIC + b"\x00" * 600):
        assert without_macros(payload, DEFAULT_LIMITS) == payload


def _with_macros(payload: bytes, folder: str, main: str, content_type: str) -> bytes:
    """The file with a VBA project, as Office saves one."""
    rels = f"{folder}/_rels/{main}.xml.rels"
    plain = {"xl": "spreadsheetml.sheet.main+xml", "word": "wordprocessingml.document.main+xml"}[folder]
    return with_parts(
        payload,
        {
            TYPES: ((f"application/vnd.openxmlformats-officedocument.{plain}", content_type),),
            rels: (("</Relationships>", relation("v1", "vbaProject", "vbaProject.bin")),),
        },
        {f"{folder}/vbaProject.bin": OLE_MAGIC},
    )


def test_real_programs_open_what_is_left() -> None:
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    out = without_macros(_with_macros(stream.getvalue(), "xl", "workbook", XLSM), DEFAULT_LIMITS)
    assert no_trace(out)
    assert openpyxl.load_workbook(io.BytesIO(out)).sheetnames == ["Sheet"]
    document, stream = Document(), io.BytesIO()
    document.add_paragraph("Một")
    document.save(stream)
    out = without_macros(_with_macros(stream.getvalue(), "word", "document", DOCM), DEFAULT_LIMITS)
    assert [each.text for each in Document(io.BytesIO(out)).paragraphs] == ["Một"]


def test_controls_go_with_the_elements_that_name_them() -> None:
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    wrapped = (
        '<mc:AlternateContent><mc:Choice Requires="x14"><controls>{0}</controls></mc:Choice></mc:AlternateContent>'
    )
    one = (
        '<mc:AlternateContent><mc:Choice Requires="x14"><control shapeId="1" r:id="{0}"/></mc:Choice>'
        '<mc:Fallback><control shapeId="1" r:id="{0}"/></mc:Fallback></mc:AlternateContent>'
    )
    both = wrapped.format(one.format("c1") + one.format("f1"))
    for content, left in ((both, 1), (wrapped.format(one.format("c1")), 0)):
        parts = xlsx_parts("<row/>", after=content + "<tableParts/>")
        parts["xl/worksheets/sheet1.xml"] = str(parts["xl/worksheets/sheet1.xml"]).replace(
            "<worksheet ", f'<worksheet xmlns:r="{R}" xmlns:mc="{mc}" '
        )
        added(
            parts,
            "xl/worksheets/_rels/sheet1.xml.rels",
            relation("c1", "control", "../activeX/activeX1.xml", R),
            relation("f1", "ctrlProp", "../ctrlProps/ctrlProp1.xml", R),
        )
        parts["xl/activeX/activeX1.xml"] = "<ax/>"
        parts["xl/activeX/_rels/activeX1.xml.rels"] = relationships().replace(
            "</Relationships>", relation("b", "activeXControlBinary", "activeX1.bin")
        )
        parts["xl/activeX/activeX1.bin"] = b"x"
        parts["xl/ctrlProps/ctrlProp1.xml"] = "<formControlPr/>"
        out = parts_of(without_macros(package(parts), DEFAULT_LIMITS))
        assert not [name for name in out if "activex" in name.lower()]
        assert "xl/ctrlProps/ctrlProp1.xml" in out  # a check box of the sheet runs nothing
        root = etree.fromstring(out["xl/worksheets/sheet1.xml"])
        assert len(list(root.iter("{*}AlternateContent"))) == 2 * left
        assert {e.get(f"{{{R}}}id") for e in root.iter("{*}control")} == ({"f1"} if left else set())
        assert [etree.QName(e).localname for e in root][-1] == "tableParts"


def test_a_control_in_word_leaves_its_picture() -> None:
    parts = docm_parts()
    parts["word/document.xml"] = str(parts["word/document.xml"]).replace(
        "<w:t>Một</w:t>", f'<w:object><v:shape id="s"/><w:control xmlns:r="{R}" r:id="c1"/></w:object>'
    )
    added(parts, "word/_rels/document.xml.rels", relation("c1", "control", "activeX/activeX1.xml", R))
    parts["word/activeX/activeX1.xml"] = "<ax/>"
    out = parts_of(without_macros(package(parts), DEFAULT_LIMITS))
    assert b"control" not in out["word/document.xml"]
    assert b'id="s"' in out["word/document.xml"]
    assert "word/activeX/activeX1.xml" not in out


def test_macro_sheets_become_empty_ones_in_their_place() -> None:
    parts = xlsm_parts()
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace(
        "</sheets>",
        '<sheet name="Lệnh" sheetId="2" r:id="m1"/><sheet name="Sau" sheetId="3" r:id="r4"/></sheets><definedNames>'
        '<definedName name="_xlnm.Auto_Open" xlm="1" hidden="1">Lệnh!$A$1</definedName>'
        '<definedName name="Vùng">Biểu!$A$1</definedName></definedNames>',
    )
    added(
        parts,
        "xl/_rels/workbook.xml.rels",
        relation("m1", "xlMacrosheet", "macrosheets/sheet1.xml"),
        relation("r4", "worksheet", "worksheets/sheet4.xml", R),
    )
    parts["xl/macrosheets/sheet1.xml"] = (
        f'<xm:macrosheet xmlns:xm="x" xmlns="{S}"><sheetData>EXEC</sheetData></xm:macrosheet>'
    )
    parts["xl/worksheets/sheet4.xml"] = f'<worksheet xmlns="{S}"><sheetData/></worksheet>'
    out = without_macros(package(parts), DEFAULT_LIMITS)
    assert b"EXEC" not in b"".join(parts_of(out).values())
    read = read_document(out, DEFAULT_LIMITS)
    assert isinstance(read, Workbook)
    assert [sheet.name for sheet in read.sheets] == ["Biểu", "Lệnh", "Sau"]
    assert parts_of(out)["xl/workbook.xml"].count(b"<definedName ") == 1


def test_files_within_files() -> None:
    inner = package(xlsm_parts())
    parts = docx_parts(p("Một"))
    added(parts, "word/_rels/document.xml.rels", relation("e1", "package", "embeddings/book.xlsm", R))
    parts["word/embeddings/book.xlsm"] = inner
    out = parts_of(without_macros(package(parts), DEFAULT_LIMITS))
    assert no_trace(out["word/embeddings/book.xlsm"])
    parts["word/embeddings/book.xlsm"] = OLE_MAGIC + "_VBA_PROJECT".encode("utf-16-le")
    with pytest.raises(Refused, match="old file or object"):
        without_macros(package(parts), DEFAULT_LIMITS)


def test_an_old_file_with_macros_is_refused() -> None:
    old = OLE_MAGIC + b"\x00" * 600 + "WordDocument".encode("utf-16-le") + "_VBA_PROJECT".encode("utf-16-le")
    with pytest.raises(Refused, match="old file"):
        without_macros(old, DEFAULT_LIMITS)


def test_a_signature_does_not_outlive_a_change() -> None:
    base = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature"
    parts = docx_parts(p("Một"), content_type=DOCX)
    added(parts, "_rels/.rels", relation("g1", "origin", "_xmlsignatures/origin.sigs", base))
    parts["_xmlsignatures/origin.sigs"] = ""
    added(parts, "_xmlsignatures/_rels/origin.sigs.rels", relation("g2", "signature", "sig1.xml", base))
    parts["_xmlsignatures/sig1.xml"] = "<Signature/>"
    parts[TYPES] = content_types("word/document.xml", DOCX).replace(
        "<Override", '<Override PartName="/_xmlsignatures/sig1.xml" ContentType="x"/><Override', 1
    )
    out = parts_of(annotate(package(parts), [MARK], DEFAULT_LIMITS))
    assert not [name for name in out if "_xmlsignatures" in name]
    assert b"_xmlsignatures" not in out[TYPES] + out["_rels/.rels"]
    assert without_macros(package(parts), DEFAULT_LIMITS) == package(parts)  # nothing changed: it still holds
    parts["word/vbaProject.bin"] = OLE_MAGIC
    added(parts, "word/_rels/document.xml.rels", relation("v1", "vbaProject", "vbaProject.bin"))
    assert not [name for name in parts_of(without_macros(package(parts), DEFAULT_LIMITS)) if "_xmlsignatures" in name]


def test_the_sandbox_cleans_and_marks() -> None:
    sandbox, source = Sandbox(), package(xlsm_parts())
    assert sandbox.without_macros(source, "a.xlsm") == without_macros(source, DEFAULT_LIMITS)
    assert sandbox.annotate(source, "a.xlsm", [MARK]) == annotate(source, [MARK], DEFAULT_LIMITS)
    torn = source[: len(source) // 2]
    assert sandbox.without_macros(torn, "a.xlsm") is None
    assert sandbox.annotate(torn, "a.xlsm", [MARK]) is None
