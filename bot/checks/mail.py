"""M codes: what is wrong with a mail as a whole. The flow finds them; here they get their shape and their pages."""

from bot.checks.registry import declare, entries
from bot.domain.form import Severity
from bot.domain.submission import Finding, ParamValue, Place


def mail_finding(code: str, file_name: str = "", *, severity: Severity | None = None, **params: ParamValue) -> Finding:
    """The finding of that M code for that file, empty when the mail itself is meant. `severity` None: the code's own.

    Params that words use: M103 `form` (title), and where the agency is a partner `reason` `lead` with `lead` (who
    leads); M104 `form` (title) and `other` (the other file's name); M105 `actual` (the mail's words), the round's
    period, and `reason`: `subject`, `file_name` or `body`. KeyError for an unknown code.
    """
    entry = entries()[code]
    return Finding(code, severity or entry.severity, Place(file=file_name), dict(params))


declare(
    "M101",
    Severity.ERROR,
    """No file attached.

    What it does:
        Reports a mail from an agency that carries no file to check.
    Why it matters:
        A report counts when its files arrive; a link to a shared folder or a text in the mail is no report.
    How to mend it:
        Answer the notice and attach the Word and Excel files themselves.
    Example:
        "Please find the report attached", and nothing is.
    """,
)
declare(
    "M106",
    Severity.ERROR,
    """A link instead of the file.

    What it does:
        Reports a mail without a file whose text links to a shared folder or document (Google Drive, OneDrive …).
    Why it matters:
        What stands behind a link can change or disappear, and is not opened from here; a report counts when its files
        arrive.
    How to mend it:
        Download the Word and Excel files from the shared folder, answer the notice and attach them.
    Example:
        "Please find our report at https://drive.google.com/…", and nothing is attached.
    """,
)
declare(
    "M102",
    Severity.ERROR,
    """File is none of the forms.

    What it does:
        Reports a file whose contents fit none of the forms of the round.
    Why it matters:
        Nobody can say which duty the file is meant to fulfil, so none is fulfilled by it.
    How to mend it:
        Put the contents into the form that the office sent, with its headings and column titles, and send that.
    Example:
        A work plan attached instead of the report.
    """,
)
declare(
    "M103",
    Severity.REMARK,
    """Form not asked of this agency.

    What it does:
        Says that a file is a form which this agency does not owe in this round.
    Why it matters:
        The file is kept, and nothing counts on it; perhaps another agency's file was attached by mistake.
    How to mend it:
        Nothing need be done unless it was sent by mistake.
    Example:
        A division sends the II.06 table that only districts owe.
    """,
)
declare(
    "M104",
    Severity.ERROR,
    """Two different files for one form.

    What it does:
        Reports a mail with two files of the same form whose contents differ.
    Why it matters:
        Which of the two is meant cannot be guessed.
    How to mend it:
        Answer with the one right file attached.
    Example:
        II.06 final.xlsx and II.06 final (2).xlsx in one mail.
    """,
)
declare(
    "M105",
    Severity.REMARK,
    """Mail names another period than its files.

    What it does:
        Says that the subject, a file name or the text of the mail names another period than the files themselves.
    Why it matters:
        The files count, by what they say themselves; but perhaps the wrong ones were attached.
    How to mend it:
        Nothing need be done unless the wrong file was attached; then send the right one.
    Example:
        Subject "Báo cáo quý IV năm 2022", and the report attached is for the first quarter of 2023.
    """,
)
declare(
    "M107",
    Severity.ERROR,
    """Not everything in the mail was taken in.

    What it does:
        Reports a mail with more parts, files or levels (mails in mails) than are taken in; says how many are.
    Why it matters:
        What lies beyond has not been read, so a report that is in it has not arrived.
    How to mend it:
        Send the files in several mails, each with its Word and Excel files attached directly.
    Example:
        A mail with 600 files, or one that was forwarded as an attachment thirty times.
    """,
)
declare(
    "M108",
    Severity.ERROR,
    """Mail is too big to be taken in.

    What it does:
        Reports a mail that is bigger than the office's limit; says its size and the limit. Only its header was fetched.
    Why it matters:
        None of its files has been read, so the report has not arrived.
    How to mend it:
        Send the Word and Excel files without scans and pictures, or in several mails.
    Example:
        A mail of 60 MB with the signed pages scanned as pictures; the limit is 50 MB.
    """,
)
