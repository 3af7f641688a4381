"""C codes: what a document says of itself against what was asked."""

from collections.abc import Iterator
from dataclasses import replace

from bot.checks.annexes import annex_number, named_annexes
from bot.checks.context import CheckContext
from bot.checks.registry import ALL, check
from bot.domain.document import PeriodStanding, Unreadable
from bot.domain.form import Severity
from bot.domain.submission import Finding, ParamValue, Place
from bot.text.dates import say_date
from bot.text.names import NameIndex


@check("C101", Severity.ERROR, ALL)
def wrong_period(context: CheckContext) -> Iterator[Finding]:
    """Wrong period.

    What it does:
        Compares the period that the document names in its head with the period of the round; where it names none,
        the days that it says its figures cover. Days that share none with the round's, or are another quarter's, are
        an error; days that are only off, or stand beside the right period, are a remark.
    Why it matters:
        Last quarter's file with a new date is the most frequent slip, and its figures would be counted twice.
    How to mend it:
        If the wrong file was attached, send the right one; if only the heading is old, correct it and send again.
    Example:
        "Báo cáo … quý IV năm 2022" sent for the first quarter of 2023.
    """
    stated, period, window = context.stated, context.round.period, context.round.window
    standing = stated.standing(period, window)
    by_days = replace(stated, periods=()).standing(period, window)
    if standing is PeriodStanding.OTHER:
        yield _period_finding(context, Severity.ERROR, "file" if stated.periods else "days")
    elif by_days in (PeriodStanding.OFF, PeriodStanding.OTHER):
        yield _period_finding(context, Severity.REMARK, "days_off")


def _period_finding(context: CheckContext, severity: Severity, reason: str) -> Finding:
    stated, period, window = context.stated, context.round.period, context.round.window
    params: dict[str, ParamValue] = {
        "reason": reason,
        "actual": (stated.periods if reason == "file" else stated.windows)[0].found,
        "first": say_date(window.first, "vi"),
        "last": say_date(window.last, "vi"),
        "period_kind": period.kind.value,
        "period_ordinal": period.ordinal,
        "period_year": period.year,
    }
    return Finding("C101", severity, Place(file=context.file_name), params)


@check("C102", Severity.ERROR, ALL)
def wrong_agency(context: CheckContext) -> Iterator[Finding]:
    """Wrong agency.

    What it does:
        Compares the agency that the document names as its author with the agency that sent the mail. Nothing is said
        when it names none that is registered.
    Why it matters:
        Otherwise one agency's figures would stand under another's name.
    How to mend it:
        Send your own agency's file. If you send for another agency, let that agency register your address.
    Example:
        The Department of Justice sends a report headed "Sở Tài chính".
    """
    named = context.stated.agencies
    if named and context.agency.code not in {code for code, _ in named}:
        code, found = named[0]
        yield Finding(
            "C102",
            Severity.ERROR,
            Place(file=context.file_name),
            {"actual": found, "named": context.agency_names.get(code, code), "expected": context.agency.name},
        )


@check("C103", Severity.REMARK, ALL)
def unknown_issuer(context: CheckContext) -> Iterator[Finding]:
    """Letterhead of an authority that is not in the registry.

    What it does:
        Reads who issued the document. Says so when its letterhead names a department, board, office or people's
        committee that no name in the registry fits, and no line of it names a registered agency.
    Why it matters:
        It may be another agency's file, or a name that the registry does not have yet; a person sees which.
    How to mend it:
        If the wrong file was attached, send the right one. If the name is your agency's, nothing need be done.
    Example:
        The Department of Finance sends a report headed "SỞ XÂY DỰNG".
    """
    if context.stated.agencies:
        return
    for stranger in context.stated.strangers[:1]:
        if not any(_begins(name, stranger) for name in context.agency.all_names):
            yield Finding(
                "C103",
                Severity.REMARK,
                Place(file=context.file_name),
                {"actual": stranger, "expected": context.agency.name},
            )


def _begins(name: str, stranger: str) -> bool:
    """Whether a letterhead's line is how that name begins: `VĂN PHÒNG UBND` of the `Văn phòng UBND tỉnh`."""
    return any(hit.position == 0 for hit in NameIndex([("", stranger)]).find(name))


@check("C104", Severity.ERROR, ALL)
def wrong_annex(context: CheckContext) -> Iterator[Finding]:
    """Wrong annex.

    What it does:
        Reads which annex the head of the document names, and compares it with the one that the letter gives the
        agency; Roman and Arabic numbers are equal. Nothing is said when it names none, or the right one too. Only a
        remark where the letter gives the same annex to several agencies, for then the letter may be wrong.
    Why it matters:
        Each annex has its own criteria; figures of another annex cannot be merged with those asked for.
    How to mend it:
        Send the annex that the letter gives your agency; if only the heading is wrong, correct it and send again.
    Example:
        "PHỤ LỤC SỐ 05" sent by an agency that was given annex XII.
    """
    own, named = annex_number(context.assignment.annex), named_annexes(context.document)
    if own is None or not named or own in {number for number, _ in named}:
        return
    given = {a.agency for a in context.round.assignments if annex_number(a.annex) == own} | {context.agency.code}
    severity = Severity.REMARK if len(given) > 1 else Severity.ERROR
    reason = "several" if len(given) > 1 else "one"
    params: dict[str, ParamValue] = {"reason": reason, "actual": named[0][1], "expected": context.assignment.annex}
    yield Finding("C104", severity, Place(file=context.file_name), params)


@check("C105", Severity.REMARK, ALL)
def old_version(context: CheckContext) -> Iterator[Finding]:
    """Old version of the form.

    What it does:
        Reads the version that a blank form of ours carries inside, and compares it with the one now in use.
    Why it matters:
        Rows or columns may have been added since, which the older form cannot hold.
    How to mend it:
        Fill in the form that came with the request. Where nothing is missing, the report counts as it is.
    Example:
        Version 1 of II.06, filled in again after version 2 was sent round.
    """
    tag = None if isinstance(context.document, Unreadable) else context.document.traits.tag
    if tag is not None and tag.form == context.form.code and tag.version < context.form.version:
        params: dict[str, ParamValue] = {"actual": tag.version, "expected": context.form.version}
        yield Finding("C105", Severity.REMARK, Place(file=context.file_name), params)


def put_aside(context: CheckContext, other: str) -> tuple[Finding, ...]:
    """What the document says of another period or agency, as remarks on a file that is not used because `other`, of
    the same mail, fits. Empty where it says nothing of the kind.
    """
    wrong = (*wrong_period(context), *wrong_agency(context))
    aside: dict[str, ParamValue] = {"reason": "aside", "other": other, "form": context.form.short_title}
    return tuple(
        replace(finding, severity=Severity.REMARK, params=finding.params | aside)
        for finding in wrong
        if finding.severity is Severity.ERROR
    )
