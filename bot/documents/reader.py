"""One file's bytes → its facts. Runs in the child; tests call it in their own process too.

Flow: kind by the bytes → encrypted and broken containers are named → the reader of that kind → old Vietnamese
encodings turned into Unicode.
Failure policy: never raises for what a file holds. What no reader foresaw becomes CRASHED with the fault's name.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.documents import kinds
from bot.documents.limits import Limits, Refused, megabytes
from bot.documents.old_text import settle
from bot.domain.document import Document, Excess, FileKind, TextDocument, Unreadable, UnreadableReason, Workbook

if TYPE_CHECKING:
    from bot.documents.package import Package

_READ = frozenset({FileKind.DOCX, FileKind.XLSX, FileKind.XLS, FileKind.XLSB, FileKind.ODS, FileKind.ODT, FileKind.PDF})


def read_document(payload: bytes, limits: Limits) -> Document:
    """The facts of one file; `Unreadable` for kinds that no reader takes and for everything that goes wrong."""
    kind = FileKind.OTHER
    try:
        identity = kinds.identify(payload)
        kind = identity.kind
        if identity.encrypted:
            return Unreadable(UnreadableReason.ENCRYPTED, kind)
        if kind not in _READ:
            reason = UnreadableReason.CORRUPT if identity.broken else UnreadableReason.UNSUPPORTED
            return Unreadable(reason, kind, identity.broken)
        return settle(_read(payload, kind, limits))
    except Refused as refusal:
        return Unreadable(refusal.reason, kind, refusal.detail, over=refusal.over)
    except MemoryError:
        detail = f"needs more than {limits.memory_bytes} bytes of memory"
        over = Excess("memory", megabytes(limits.memory_bytes))
        return Unreadable(UnreadableReason.TOO_BIG, kind, detail, over=over)
    except RecursionError:
        return Unreadable(UnreadableReason.CORRUPT, kind, "nested too deeply")
    except Exception as fault:  # a gap in a reader: the mail must go on, and the detail names the gap
        return Unreadable(UnreadableReason.CRASHED, kind, f"{type(fault).__name__}: {fault}"[:500])


def _read(payload: bytes, kind: FileKind, limits: Limits) -> TextDocument | Workbook:
    # Imported here: each parser costs memory and time, and a file needs one of them.
    if kind is FileKind.PDF:
        from bot.documents import pdf

        return pdf.read(payload, limits)
    if kind is FileKind.XLS:
        from bot.documents import legacy

        return legacy.read(payload, limits)
    from bot.documents import outside
    from bot.documents.package import Package

    package = Package(payload, limits)
    document = _read_package(package, kind, limits)
    fetches = outside.fetches(package, document)
    return replace(document, traits=replace(document.traits, fetches=fetches)) if fetches else document


def _read_package(package: "Package", kind: FileKind, limits: Limits) -> TextDocument | Workbook:
    if kind is FileKind.XLSX:
        from bot.documents import excel

        return excel.read(package, limits)
    if kind is FileKind.XLSB:
        from bot.documents import binary

        return binary.read(package, limits)
    if kind is FileKind.ODS:
        from bot.documents import opensheet

        return opensheet.read(package, limits)
    if kind is FileKind.ODT:
        from bot.documents import opendocument

        return opendocument.read(package, limits)
    from bot.documents import word

    return word.read(package, limits)
