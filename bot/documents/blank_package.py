"""The package around a blank form: the same facts give the same bytes, and the tag stands in its custom properties.

Programs that write OOXML put the time of writing into the archive and into docProps/core.xml; both are set to the
form's own date here. Failure policy: the packages are our own, so what is wrong with one is raised (zipfile.BadZipFile,
KeyError).
"""

import io
import re
import zipfile
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from bot.domain.document import FormTag

_STAMP = re.compile(rb"(<dcterms:(?:created|modified)\b[^>]*>)[^<]*(</dcterms:)")
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # of all custom properties: MS-OLEPS 2.18.2


def tag_properties(tag: FormTag) -> dict[str, str]:
    """The custom properties that hold the tag, by name."""
    return {
        "thuky.round": tag.round,
        "thuky.agency": tag.agency,
        "thuky.form": tag.form,
        "thuky.version": str(tag.version),
    }


def custom_properties(tag: FormTag) -> bytes:
    """docProps/custom.xml with the tag (ECMA-376 part 1, 22.3)."""
    properties = "".join(
        f'<property fmtid="{_FORMAT_ID}" pid="{at}" name={quoteattr(name)}>'
        f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
        for at, (name, value) in enumerate(tag_properties(tag).items(), 2)
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f'{head}<Properties xmlns="{_CUSTOM}" xmlns:vt="{_TYPES}">{properties}</Properties>'.encode()


def settled(payload: bytes, day: date) -> bytes:
    """The package with every time in it set to that day, its entries in the order of their names after the first."""
    moment = (max(day.year, 1980), day.month, day.day, 0, 0, 0)
    stamp = f"{day:%Y-%m-%d}T00:00:00Z".encode()
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(payload)) as old, zipfile.ZipFile(output, "w") as new:
        # Word and Excel want [Content_Types].xml first; no name sorts before "[" but those of folders.
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            body = old.read(name)
            if name == "docProps/core.xml":
                body = _STAMP.sub(rb"\g<1>" + stamp + rb"\g<2>", body)
            entry = zipfile.ZipInfo(name, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, body)
    return output.getvalue()
