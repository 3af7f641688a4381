"""What Word wraps around paragraphs, rows and cells: content controls, custom markup, alternate content, text boxes.

Pure: from one element to those within it that are read. Nothing here fails.

Source: ECMA-376 part 1, 17.5 (custom markup, content controls); part 3 (alternate content).
"""

from collections.abc import Iterable, Iterator

from lxml import etree

from bot.documents.markup import child, choice, local
from bot.documents.styles import toggle


def inside(element: etree._Element) -> Iterable[etree._Element]:
    """The children that are read: of a content control its contents, of alternate content the first branch."""
    name = local(element)
    if name == "AlternateContent":
        return choice(element)
    content = child(element, "sdtContent") if name == "sdt" else element
    return () if content is None else content


def waits(control: etree._Element) -> bool:
    """Whether a content control shows its placeholder ("Click here to enter text"), 17.5.2.39."""
    return toggle(child(child(control, "sdtPr"), "showingPlcHdr")) is True


def control_of(cell: etree._Element) -> etree._Element:
    """The content control around a cell; the cell itself where there is none."""
    content = cell.getparent()
    around = content.getparent() if content is not None and local(content) == "sdtContent" else None
    return cell if around is None else around


def members(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Rows of a table or cells of a row, also those wrapped in content controls or custom markup."""
    for item in element:
        if local(item) == name:
            yield item
        elif local(item) in ("sdt", "sdtContent", "customXml", "ins", "AlternateContent"):
            yield from members(item if local(item) != "AlternateContent" else choice(item), name)


def text_boxes(element: etree._Element) -> Iterator[etree._Element]:
    """The contents of the text boxes in a picture."""
    for item in element:
        if local(item) == "txbxContent":
            yield item
        else:
            yield from text_boxes(choice(item) if local(item) == "AlternateContent" else item)
