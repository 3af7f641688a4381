"""The text of a PDF: what it says of its agency, number, date and period. Runs in the child.

Flow: pypdf over the first pages → their lines, composed (NFC), as paragraphs → how many pages there are and whether
they hold text at all: a scan holds none.

Failure policy: a page whose text cannot be had counts as one without text, for the rest may say enough; a file without
pages is CORRUPT, one that asks for a password to be opened ENCRYPTED. Only the head of a PDF is ever asked, so pages
and characters beyond the limits are left out, and that is no fault.
"""

import io
import logging
import unicodedata
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.errors import LimitReachedError

from bot.documents.limits import Limits, Refused, corrupt, too_big
from bot.domain.document import FileKind, Paragraph, TextDocument, Traits, UnreadableReason

LETTERS_A_PAGE = 20
"""A scan with a stamped date or a page number has fewer letters on a page."""


def read(payload: bytes, limits: Limits) -> TextDocument:
    """The first `limits.pdf_pages` pages as text. Raises `Refused`."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it has a word for each irregular byte
    reader, pages = _opened(payload)
    lines: list[str] = []
    chars = letters = read_pages = 0
    for number in range(min(pages, limits.pdf_pages)):
        read_pages += 1
        for line in _lines(reader, number):
            chars += len(line)
            if chars > limits.pdf_chars:
                break
            letters += sum(map(str.isalpha, line))
            lines.append(line)
        if chars > limits.pdf_chars:
            break
    has_text = chars > limits.pdf_chars or letters >= LETTERS_A_PAGE * read_pages
    traits = Traits(FileKind.PDF, pages=pages, has_text=has_text)
    return TextDocument(tuple(Paragraph(line) for line in lines), traits=traits)


def _opened(payload: bytes) -> tuple[PdfReader, int]:
    """The reader and the number of its pages. pypdf raises a dozen types over a damaged file; each means the same."""
    try:
        reader = PdfReader(io.BytesIO(payload))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refused(UnreadableReason.ENCRYPTED, "pdf: opens with a password only")
        pages = len(reader.pages)
    except (Refused, MemoryError, RecursionError):
        raise
    except LimitReachedError as fault:
        raise too_big(f"pdf: {fault}") from fault
    except Exception as fault:
        raise corrupt(f"pdf: {type(fault).__name__}: {fault}") from fault
    if pages == 0:
        raise corrupt("pdf: no pages")
    return reader, pages


def _lines(reader: PdfReader, number: int) -> Iterator[str]:
    try:
        text = reader.pages[number].extract_text()
    except MemoryError:
        raise
    except Exception:  # any fault of one page means that this page has no text for us
        return
    for line in unicodedata.normalize("NFC", text).splitlines():
        if plain := " ".join("".join(c for c in line if c == "\t" or unicodedata.category(c) != "Cc").split()):
            yield plain
