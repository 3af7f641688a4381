"""OpenDocument files by hand."""

import document_files as files

_NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"), ("draw", "drawing"),
        ("meta", "meta"), ("fo", "xsl-fo-compatible"), ("number", "datastyle"),
    )
)  # fmt: skip
_NAMES += (
    ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    ' xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"'
)


def part(inner: str, root: str = "document-content") -> str:
    return f"<office:{root} {_NAMES}>{inner}</office:{root}>"


def _parts(kind: str, styles: str, body: str) -> dict[str, str | bytes]:
    automatic = f"<office:automatic-styles>{styles}</office:automatic-styles>"
    return {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": part(f"{automatic}<office:body>{body}</office:body>"),
    }


def text_parts(body: str, styles: str = "") -> dict[str, str | bytes]:
    return _parts("text", styles, f"<office:text>{body}</office:text>")


def sheet_parts(body: str, styles: str = "") -> dict[str, str | bytes]:
    return _parts("spreadsheet", styles, f"<office:spreadsheet>{body}</office:spreadsheet>")


def odt(body: str, styles: str = "") -> bytes:
    return files.package(text_parts(body, styles))


def ods(rows: str, styles: str = "", *, before: str = "") -> bytes:
    """One sheet "Biểu" with these rows."""
    return files.package(sheet_parts(f'{before}<table:table table:name="Biểu">{rows}</table:table>', styles))


def cell(words: str = "", more: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {more}><text:p>{words}</text:p></table:table-cell>'


def number(value: object, shown: str = "", more: str = "") -> str:
    stored = f'office:value-type="float" office:value="{value}"'
    return f"<table:table-cell {stored} {more}><text:p>{shown or value}</text:p></table:table-cell>"


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def p(words: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{words}</text:p>'
