"""F108, F109, F113, W106, W107 and X120: what a file carries beside its contents, and whether its name says what it is.

All of them read what the limited child found (`document.traits`).
"""

import re
from collections.abc import Iterator

from bot.checks.context import CheckContext
from bot.checks.file import wanted_kind
from bot.checks.registry import ALL, OUTLINES, TABLES, check
from bot.domain.document import FileKind, TextDocument, Traits, Workbook
from bot.domain.form import Severity
from bot.domain.submission import Finding, Place

# The endings by which a file of that kind opens in its program, the one to recommend first.
_ENDINGS = {
    FileKind.DOCX: ("docx", "docm", "dotx", "dotm"),
    FileKind.DOC: ("doc", "dot", "wps"),
    FileKind.ODT: ("odt", "ott"),
    FileKind.RTF: ("rtf", "doc"),  # Word itself saves RTF under .doc, and opens it so
    FileKind.XLSX: ("xlsx", "xlsm", "xltx", "xltm"),
    FileKind.XLS: ("xls", "xlt", "et"),
    FileKind.XLSB: ("xlsb",),
    FileKind.ODS: ("ods", "ots"),
    FileKind.PDF: ("pdf",),
}
_TEXTS = frozenset({FileKind.DOCX, FileKind.DOC, FileKind.ODT, FileKind.RTF})
_BOOKS = frozenset({FileKind.XLSX, FileKind.XLS, FileKind.XLSB, FileKind.ODS})
# Endings that send a double click to a program that opens nothing of ours.
_ELSEWHERE = frozenset(
    {"pdf", "jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp", "heic", "txt", "csv", "log", "htm", "html"}
    | {"xml", "json", "zip", "rar", "7z", "gz", "eml", "msg", "ppt", "pptx", "odp", "exe", "mp3", "mp4", "dat"}
)
_ENDING = re.compile(r"\.([^\W_]{1,5})\s*$")


def traits_of(context: CheckContext) -> Traits | None:
    """What the file carries; None where nothing could be read."""
    return context.document.traits if isinstance(context.document, (TextDocument, Workbook)) else None


@check("F108", Severity.ERROR, ALL)
def macros(context: CheckContext) -> Iterator[Finding]:
    """File carries macros.

    What it does:
        Reports Word and Excel files with macros inside, whatever their name ends in.
    Why it matters:
        Macros run on the computer of whoever opens the file and may do harm; the office takes over contents and
        figures, never macros.
    How to mend it:
        Open the file, choose Save As, take Word Document (.docx) or Excel Workbook (.xlsx), agree to lose the macros,
        send that file.
    Example:
        Form II.06 saved as .xlsm.
    """
    traits = traits_of(context)
    if traits is not None and traits.macros:
        params = {"kind": traits.kind.value, "reason": wanted_kind(context.form)}
        yield Finding("F108", Severity.ERROR, Place(file=context.file_name), dict(params))


@check("F109", Severity.REMARK, ALL)
def ending(context: CheckContext) -> Iterator[Finding]:
    """File name's ending does not fit its contents.

    What it does:
        Compares the ending of the name with what the file is by its contents. The file is read by its contents, and
        kept under the right ending.
    Why it matters:
        Computers choose the program by the ending; with the wrong one nobody can open the file by a double click.
    How to mend it:
        Nothing need be sent again for this; next time choose Save As with the right kind in Word or Excel.
    Example:
        An Excel file renamed to "Bieu 06.pdf".
    """
    traits = traits_of(context)
    if traits is None or traits.kind not in _ENDINGS:
        return
    match = _ENDING.search(context.file_name)
    actual = match[1].casefold() if match else ""
    fitting = _ENDINGS[traits.kind]
    if actual in fitting:
        return
    params = {"kind": traits.kind.value, "actual": f".{actual}" if actual else "", "ending": f".{fitting[0]}"}
    reason = _why(traits.kind, actual)
    yield Finding("F109", Severity.REMARK, Place(file=context.file_name), {**params, "reason": reason})


def _why(kind: FileKind, actual: str) -> str:
    """Why an ending does not fit."""
    if not actual:
        return "none"
    meant = next((other for other, endings in _ENDINGS.items() if actual in endings), None)
    if any(kind in family and meant in family for family in (_TEXTS, _BOOKS)):
        return "family"
    if meant is not None or actual in _ELSEWHERE:
        return "other"
    return "unknown"


@check("F113", Severity.REMARK, ALL)
def fetches(context: CheckContext) -> Iterator[Finding]:
    """File draws from elsewhere when it is opened.

    What it does:
        Names what Word or Excel would fetch from another machine when the file is opened: linked pictures, a template
        at an address, linked objects, fields and functions such as INCLUDEPICTURE or WEBSERVICE. Hyperlinks are none.
    Why it matters:
        The reader's program would ask that machine, which then knows who reads it and when, and may answer anything.
        The office fetches nothing: it reads what is in the file, and hands on a copy without these links.
    How to mend it:
        Nothing need be sent again for this; next time put the pictures themselves into the file (Insert, Pictures,
        This Device) and replace formulas that fetch by their values.
    Example:
        A letterhead picture that is linked to http://intranet/logo.png.
    """
    traits = traits_of(context)
    if traits is not None and traits.fetches:
        names = list(dict.fromkeys(_cut(one) for one in traits.fetches))
        yield Finding("F113", Severity.REMARK, Place(file=context.file_name), {"links": list(names)})


@check("W106", Severity.REMARK, OUTLINES)
def tracked_changes(context: CheckContext) -> Iterator[Finding]:
    """Tracked changes left in.

    What it does:
        Says that the Word file holds tracked changes that were neither accepted nor rejected, and quotes the first.
    Why it matters:
        The reader sees old and new words and cannot tell which are meant. Inserted words are counted, deleted ones
        are not.
    How to mend it:
        In Word: Review, Accept, Accept All Changes, save. Send it again only where what was counted is not meant.
    Example:
        "đạt 95%" was inserted and never accepted.
    """
    traits = traits_of(context)
    if traits is not None and traits.revisions:
        yield Finding("W106", Severity.REMARK, Place(file=context.file_name), {"actual": _cut(traits.revisions[0])})


@check("W107", Severity.REMARK, OUTLINES)
def comments(context: CheckContext) -> Iterator[Finding]:
    """Comments left in.

    What it does:
        Says that the Word file holds comments in its margin, and quotes the first. The marks that the office's
        secretary made in an earlier answer do not count.
    Why it matters:
        Comments are mostly talk within the agency and not meant for the reader.
    How to mend it:
        Nothing need be sent again for this; next time: Review, Delete, Delete All Comments.
    Example:
        "chị Hoa xem lại số này" stands in the margin.
    """
    traits = traits_of(context)
    if traits is not None and traits.comments:
        yield Finding("W107", Severity.REMARK, Place(file=context.file_name), {"actual": _cut(traits.comments[0])})


@check("X120", Severity.REMARK, TABLES)
def linked_workbooks(context: CheckContext) -> Iterator[Finding]:
    """Links to other workbooks.

    What it does:
        Says that formulas of the workbook draw figures from other files, and names these.
    Why it matters:
        The receiving office does not have those files; Excel may show an error or old figures when it opens this one.
    How to mend it:
        In Excel: Data, Edit Links, Break Link, save. Send it again only where the saved figures are wrong.
    Example:
        A cell that computes ='[Theo doi 2023.xlsx]Quy 1'!C12.
    """
    traits = traits_of(context)
    if traits is not None and traits.links:
        names = list(dict.fromkeys(_base_name(link) for link in traits.links))
        yield Finding("X120", Severity.REMARK, Place(file=context.file_name), {"links": list(names)})


def _base_name(link: str) -> str:
    """The file's name alone: folders of somebody's computer concern nobody else."""
    return _cut(re.split(r"[\\/]", link.rstrip("\\/"))[-1] or link)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else line[:79] + "…"
