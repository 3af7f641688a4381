"""A document's texts in Unicode, whatever they were typed in.

Flow: all texts of the document → which old encoding they are in, if any → each text turned. Soft hyphens are dropped
only here: in TCVN3 that very character is the letter ư. A document without either is handed back as it is.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from bot.domain.document import Cell, TextDocument, Workbook
from bot.text.legacy_encoding import detect, to_unicode

SOFT_HYPHEN = "\xad"


def settle(document: TextDocument | Workbook) -> TextDocument | Workbook:
    """The document with texts that can be compared; `traits.encoding` says what they were typed in."""
    encoding = detect(_texts(document))
    if not encoding and not any(SOFT_HYPHEN in text for text in _texts(document)):
        return document

    def turned(text: str) -> str:
        return to_unicode(text, encoding).replace(SOFT_HYPHEN, "")

    traits = replace(document.traits, encoding=encoding)
    if isinstance(document, TextDocument):
        return replace(
            document,
            paragraphs=tuple(replace(p, text=turned(p.text)) for p in document.paragraphs),
            tables=tuple(tuple(tuple(map(turned, row)) for row in table) for table in document.tables),
            traits=traits,
        )
    return replace(
        document,
        # A sheet keeps its own name: it is how the file itself calls it when marks are to be put there.
        sheets=tuple(
            replace(sheet, cells={at: _settled(cell, turned) for at, cell in sheet.cells.items()})
            for sheet in document.sheets
        ),
        traits=traits,
    )


def _settled(cell: Cell, turned: Callable[[str], str]) -> Cell:
    if not isinstance(cell.value, str) or (text := turned(cell.value)) == cell.value:
        return cell
    return replace(cell, value=text)


def _texts(document: TextDocument | Workbook) -> Iterator[str]:
    if isinstance(document, TextDocument):
        yield from (p.text for p in document.paragraphs)
        return
    for sheet in document.sheets:
        yield from (cell.value for cell in sheet.cells.values() if isinstance(cell.value, str))
