"""What a workbook carries beside its cells: macros, links to other workbooks, comments, the mark of our form.

Flow: the package's own declarations first; the printed mark is looked for only where the properties have none.

Failure policy: raises `Refused` for broken parts. Sources: ECMA-376 part 1, 18.14 (external links) and 18.3.1.46
(codes in headers and footers).
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.documents import carried, traits
from bot.documents.limits import Limits
from bot.documents.notes import people_of, sheet_comments
from bot.documents.package import Package
from bot.domain.document import FileKind, FormTag, Sheet, Traits

# Font, size, colour and styles in a page header: &"Arial,Bold" &12 &K0000FF &B; &L, &C and &R begin its three parts.
_PAGE_PART = re.compile("&[LCR]")
_PAGE_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|[0-9]{1,3}|[A-Z])')


def read_traits(
    package: Package, part: str, parts: Sequence[str], sheets: Sequence[Sheet], pages: Iterable[str], limits: Limits
) -> Traits:
    """The traits of an .xlsx file. `part` is its workbook part, `parts` its worksheets' parts, `pages` the texts of
    their page headers and footers. Raises `Refused`.
    """
    linked = [r.target for r in package.relationships(part) if r.type == "externalLink"]
    people = people_of(package, part, limits)
    comments = (text for one in parts for text in sheet_comments(package, one, people, limits))
    return Traits(
        FileKind.XLSX,
        tag=carried.tag_of(package) or printed_tag(sheets, pages),
        macros=carried.has_macros(package),
        links=carried.links_of(package, linked),
        comments=traits.clipped(comments),
    )


def printed_tag(sheets: Sequence[Sheet], pages: Iterable[str] = ()) -> FormTag | None:
    """The mark that is printed in the first rows of a sheet, or in a page header or footer (with Excel's codes)."""
    return traits.visible_tag(_head_texts(sheets)) or traits.visible_tag(
        _PAGE_CODE.sub("", piece) for text in pages for piece in _PAGE_PART.split(text)
    )


def _head_texts(sheets: Sequence[Sheet]) -> Iterator[str]:
    for sheet in sheets:
        for (row, _), cell in sheet.cells.items():
            if row <= traits.HEAD_ROWS and isinstance(cell.value, str):
                yield cell.value
