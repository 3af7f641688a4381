"""F codes: files that cannot be read, or are of another kind than the form.

They are found from what the limited child reports, before any other check; a file with an F finding has no other.
"""

from dataclasses import replace

from bot.checks.registry import declare
from bot.domain.document import Document, Excess, FileKind, Unreadable, UnreadableReason, Workbook
from bot.domain.form import Form, FormKind, Severity
from bot.domain.submission import Finding, ParamValue, Place

_CODES = {
    UnreadableReason.CORRUPT: "F101",
    UnreadableReason.EMPTY: "F102",
    UnreadableReason.ENCRYPTED: "F104",
    UnreadableReason.TOO_BIG: "F105",
    UnreadableReason.TIMEOUT: "F106",
    UnreadableReason.INFECTED: "F112",
}
_OLD = {
    FileKind.DOC: "docx",
    FileKind.RTF: "docx",
    FileKind.ODT: "docx",
    FileKind.XLS: "xlsx",
    FileKind.XLSB: "xlsx",
    FileKind.ODS: "xlsx",
}
_CONTAINER_REASONS = {
    UnreadableReason.ENCRYPTED: "encrypted",
    UnreadableReason.CORRUPT: "broken",
    UnreadableReason.UNSUPPORTED: "unsupported",
    UnreadableReason.UNCONVERTED: "unsupported",
    UnreadableReason.TOO_BIG: "too_big",
    UnreadableReason.TIMEOUT: "too_big",
    UnreadableReason.EMPTY: "empty",
}


def wanted_kind(form: Form | None) -> str:
    """`docx`, `xlsx`, or `any` when the form is not known."""
    if form is None:
        return "any"
    return "docx" if form.kind is FormKind.OUTLINE else "xlsx"


def file_finding(document: Document, file_name: str, form: Form | None = None) -> Finding | None:
    """The F finding of a file, or None when it can be read and is of the form's kind."""
    wanted = wanted_kind(form)
    if isinstance(document, Unreadable):
        return _unreadable(document, file_name, wanted)
    kind = document.traits.kind
    fits = wanted == "any" or isinstance(document, Workbook) == (wanted == "xlsx")
    return None if fits and kind is not FileKind.PDF else _finding("F103", file_name, kind, wanted)


def container_finding(fault: Unreadable, file_name: str) -> Finding:
    """The finding of an archive, an attached mail or a winmail.dat whose files could not all be had, for `fault`."""
    if fault.reason is UnreadableReason.CRASHED:
        return _unjudged(fault, file_name, "any")
    if fault.reason is UnreadableReason.INFECTED:
        return _unreadable(fault, file_name, "any")
    found = _finding("F110", file_name, fault.kind, _CONTAINER_REASONS[fault.reason])
    if fault.over is None or found.params["reason"] != "too_big":
        return found
    told = _numbers(fault.over)
    return replace(found, params=found.params | told | {"reason": f"too_big_{told['reason']}"})


def _unreadable(document: Unreadable, file_name: str, wanted: str) -> Finding:
    if document.reason is UnreadableReason.CRASHED:
        return _unjudged(document, file_name, wanted)
    if document.reason in (UnreadableReason.UNSUPPORTED, UnreadableReason.UNCONVERTED):
        # What it can be saved as is said where that is what the form asks for, or where nobody knows the form.
        newer = wanted if document.kind is FileKind.TEXT else _OLD.get(document.kind)
        if newer is not None and wanted in (newer, "any"):
            return _finding("F107", file_name, document.kind, newer)
        return _finding("F103", file_name, document.kind, wanted)
    found = _finding(_CODES[document.reason], file_name, document.kind, wanted)
    if document.reason is UnreadableReason.INFECTED:
        return replace(found, params=found.params | {"signature": document.detail})
    if document.reason is not UnreadableReason.TOO_BIG:
        return found
    over = document.over
    if over is None:
        return replace(found, params=found.params | {"reason": "contents"})
    return replace(found, params=found.params | _numbers(over))


def _numbers(over: Excess) -> dict[str, ParamValue]:
    """What there is too much of, and how much. What was not counted to its end has no figure of its own."""
    told: dict[str, ParamValue] = {"reason": over.what if over.actual else f"{over.what}_over"}
    told["limit"] = _plain(over.limit)
    return told | ({"actual": _plain(over.actual)} if over.actual else {})


def _plain(number: float) -> int | float:
    return int(number) if float(number).is_integer() else number


def _unjudged(document: Unreadable, file_name: str, wanted: str) -> Finding:
    """Our own reader failed: that is nobody's fault but ours, so a person looks."""
    return replace(_finding("F111", file_name, document.kind, wanted), severity=Severity.HOLD)


def _finding(code: str, file_name: str, kind: FileKind, wanted: str) -> Finding:
    return Finding(code, Severity.ERROR, Place(file=file_name), {"kind": kind.value, "reason": wanted})


declare(
    "F101",
    Severity.ERROR,
    """File cannot be read.

    What it does:
        Reports a file that is not what its name says, or whose contents are damaged.
    Why it matters:
        Nothing in such a file can be checked or counted, so the report has not arrived.
    How to mend it:
        Open the file on your own computer. If it opens, save it under a new name and send that one; if it does not,
        go back to the copy it was made from.
    Example:
        A .docx that broke off in the middle of an upload.
    """,
)
declare(
    "F102",
    Severity.ERROR,
    """File is empty.

    What it does:
        Reports a file of zero bytes.
    Why it matters:
        The mail program sent the name without the contents.
    How to mend it:
        Close the file in Word or Excel, attach it again, and look at its size before sending.
    Example:
        bao-cao.docx, 0 bytes, sent while it was still being saved.
    """,
)
declare(
    "F103",
    Severity.ERROR,
    """File is of the wrong kind.

    What it does:
        Compares what the file is, by its contents, with what the form asks for: Word for a narrative, Excel for a
        table or a list.
    Why it matters:
        Figures cannot be taken from a scan or a picture, and a table in Word cannot be added up.
    How to mend it:
        Send the Word or Excel file itself. A signed scan may come with it, never instead of it.
    Example:
        A scanned PDF where the II.06 workbook is due.
    """,
)
declare(
    "F104",
    Severity.ERROR,
    """File asks for a password.

    What it does:
        Reports a file that is encrypted.
    Why it matters:
        Nobody at the receiving office can open it, and passwords must not go by mail.
    How to mend it:
        Remove the password (File, Info, Protect Document, Encrypt with Password, leave it blank), save, send again.
    Example:
        A workbook protected with "Encrypt with Password".
    """,
)
declare(
    "F105",
    Severity.ERROR,
    """File is too big.

    What it does:
        Reports a file that holds more than the office reads, and says of what: its size, packed or unpacked, its
        parts, sheets, filled cells, the last row or column in use, merged cells, paragraphs, characters.
    Why it matters:
        Such a file is nearly always a report with full-size photographs, or a sheet formatted down to its last row.
    How to mend it:
        Compress or remove the pictures, or copy the table alone into a new workbook, and send that.
    Example:
        A 60 MB report with forty photographs.
    """,
)
declare(
    "F106",
    Severity.ERROR,
    """File could not be read within limits.

    What it does:
        Reports a file whose reading took too long or too much memory and was stopped.
    Why it matters:
        A form of a few pages is read in a moment; something in this file is far larger than the form.
    How to mend it:
        Copy the form's contents into the blank form that the office sent, save, send again.
    Example:
        A sheet with formatting in a million rows.
    """,
)
declare(
    "F107",
    Severity.ERROR,
    """File is in an old or foreign format.

    What it does:
        Reports .doc, .rtf, .xls and other formats beside .docx and .xlsx where the office cannot read them.
    Why it matters:
        These formats need another program to be read, which the office does not have or which did not open this file.
    How to mend it:
        Open the file, choose Save As, take Word Document (.docx) or Excel Workbook (.xlsx), send that file.
    Example:
        bao-cao.doc from Word 2003.
    """,
)
declare(
    "F110",
    Severity.ERROR,
    """Archive cannot be opened.

    What it does:
        Reports a compressed file (.zip, .rar, .7z), an attached mail or a winmail.dat whose files cannot all be taken
        out: it asks for a password, is damaged, is one volume of several or of an unknown kind, holds nothing, or
        holds too much, and says of what and what the limit is: files, bytes, or what all archives of a mail together
        may have (archives in archives, bytes, levels, time).
    Why it matters:
        What is not taken out is not checked, and a report in it has not arrived.
    How to mend it:
        Attach the report's Word and Excel files themselves, without compressing them.
    Example:
        bao-cao.rar with a password.
    """,
)
declare(
    "F111",
    Severity.HOLD,
    """File could not be judged.

    What it does:
        Reports a file on which the office's own reader failed, for a reason that does not lie with the sender.
    Why it matters:
        Nothing is accepted because a check could not run, and nothing is asked of the agency for our own fault: an
        officer opens the file and decides.
    How to mend it:
        Nothing is to be done by the agency. The officer accepts the report or sends it back by hand.
    Example:
        A workbook with a feature that the reader has never met.
    """,
)
declare(
    "F112",
    Severity.ERROR,
    """File carries malicious code.

    What it does:
        Reports a file in which the office's virus scanner found malicious code. It is not opened and handed on to
        nobody.
    Why it matters:
        Opening it may harm the computers of both offices, and the computer that it comes from is probably infected.
    How to mend it:
        Have that computer examined first; then make the file anew from a clean copy and send that one.
    Example:
        A workbook in which the scanner recognises a known macro virus.
    """,
)
