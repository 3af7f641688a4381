"""What the sheets of an Excel file share: number formats and strings.

Failure policy: raises `Refused` as `markup.stream` does, and TOO_BIG for too many strings. Source: ECMA-376 part 1,
18.8 (styles) and 18.4 (shared strings).
"""

from collections.abc import Iterator

from lxml import etree

from bot.documents import markup
from bot.documents.cellformat import Shape, shape_of
from bot.documents.grid import tidy
from bot.documents.limits import Limits, Meter
from bot.documents.markup import child, local
from bot.documents.package import Package


def number_shapes(package: Package, part: str) -> list[Shape]:
    """What the number format of each cell style shows."""
    codes: dict[int, str] = {}
    shapes: list[Shape] = []
    for element in markup.stream(package.open(part), ("numFmt", "xf")):
        format_id = element.get("numFmtId") or "0"
        if not format_id.isdecimal():
            continue
        if local(element) == "numFmt":
            codes[int(format_id)] = element.get("formatCode") or ""
        elif (above := element.getparent()) is not None and local(above) == "cellXfs":
            shapes.append(shape_of(int(format_id), codes.get(int(format_id))))
    return shapes


def shared_strings(package: Package, part: str, limits: Limits) -> Iterator[str]:
    count = Meter("shared strings", 2 * limits.max_cells, "texts")
    chars = Meter("shared characters", limits.max_text_chars, "characters")
    for element in markup.stream(package.open(part), ("si",), parent="sst"):
        text = rich_text(element)
        count.add()
        chars.add(len(text))
        yield text


def rich_text(element: etree._Element | None) -> str:
    """The text of a string item: its own or that of its runs, without phonetic hints."""
    parts: list[str] = []
    for item in element if element is not None else ():
        if local(item) == "t":
            parts.append(item.text or "")
        elif local(item) == "r":
            text = child(item, "t")
            parts.append((text.text or "") if text is not None else "")
    return tidy("".join(parts))
