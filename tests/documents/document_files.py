"""Builders of test files: Office packages by hand, so that each test shows the very markup it is about."""

import io
import zipfile
from pathlib import Path

FILES = Path(__file__).parent / "files"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT_S = "http://purl.oclc.org/ooxml/spreadsheetml/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def package(parts: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def content_types(main: str, content_type: str) -> str:
    return f'<Types xmlns="{TYPES}"><Override PartName="/{main}" ContentType="{content_type}"/></Types>'


def relationships(**targets: str) -> str:
    """`rId1="styles:styles.xml"`: id = type:target."""
    items = "".join(
        f'<Relationship Id="{key}" Type="{R}/{value.split(":")[0]}" Target="{value.split(":")[1]}"/>'
        for key, value in targets.items()
    )
    return f'<Relationships xmlns="{RELS}">{items}</Relationships>'


def docx_parts(body: str, styles: str = "", numbering: str = "", content_type: str = DOCX) -> dict[str, str | bytes]:
    ns = f'xmlns:w="{W}" xmlns:mc="{MC}" xmlns:wps="wps" xmlns:v="v"'
    return {
        "[Content_Types].xml": content_types("word/document.xml", content_type),
        "_rels/.rels": relationships(r1="officeDocument:word/document.xml"),
        "word/_rels/document.xml.rels": relationships(a="styles:styles.xml", b="numbering:numbering.xml"),
        "word/document.xml": f"<w:document {ns}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {ns}>{styles}</w:styles>",
        "word/numbering.xml": f"<w:numbering {ns}>{numbering}</w:numbering>",
    }


def docx(body: str, styles: str = "", numbering: str = "", content_type: str = DOCX) -> bytes:
    return package(docx_parts(body, styles, numbering, content_type))


def p(text: str, properties: str = "", run: str = "") -> str:
    ppr = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    rpr = f"<w:rPr>{run}</w:rPr>" if run else ""
    return f"<w:p>{ppr}<w:r>{rpr}<w:t>{text}</w:t></w:r></w:p>"


def xlsx_parts(
    rows: str = "",
    *,
    after: str = "",
    strings: str = "",
    styles: str = "",
    workbook: str = "",
    namespace: str = S,
    content_type: str = XLSX,
) -> dict[str, str | bytes]:
    return {
        "[Content_Types].xml": content_types("xl/workbook.xml", content_type),
        "_rels/.rels": relationships(r1="officeDocument:xl/workbook.xml"),
        "xl/_rels/workbook.xml.rels": relationships(
            r1="worksheet:worksheets/sheet1.xml", r2="styles:styles.xml", r3="sharedStrings:sharedStrings.xml"
        ),
        "xl/workbook.xml": f'<workbook xmlns="{namespace}" xmlns:r="{R}">{workbook}'
        '<sheets><sheet name="Biểu" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{namespace}"><sheetData>{rows}</sheetData>{after}</worksheet>',
        "xl/styles.xml": f'<styleSheet xmlns="{namespace}">{styles}</styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{namespace}">{strings}</sst>',
    }


def xlsx(rows: str = "", **more: str) -> bytes:
    return package(xlsx_parts(rows, **more))


def zeros_part(payload: bytes, name: str, size: int, effort: int = 6) -> bytes:
    """The package with one more part of `size` zero bytes, written in pieces; `effort` is zlib's level."""
    buffer = io.BytesIO(payload)
    with (
        zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED, compresslevel=effort) as archive,
        archive.open(name, "w") as part,
    ):
        for _ in range(size // 1_048_576):
            part.write(bytes(1_048_576))
    return buffer.getvalue()
