"""C codes: what a document says of itself against what was asked."""

from collections.abc import Iterator

from bot.checks.context import CheckContext
from bot.checks.registry import ALL, check
from bot.domain.form import Severity
from bot.domain.submission import Finding, Place


@check("C101", Severity.ERROR, ALL)
def wrong_period(context: CheckContext) -> Iterator[Finding]:
    """Wrong period.

    What it does:
        Compares the period that the document names in its head with the period of the round. Nothing is said when it
        names none.
    Why it matters:
        Last quarter's file with a new date is the most frequent slip, and its figures would be counted twice.
    How to mend it:
        If the wrong file was attached, send the right one; if only the heading is old, correct it and send again.
    Example:
        "Báo cáo … quý IV năm 2022" sent for the first quarter of 2023.
    """
    period, claims = context.round.period, context.stated.periods
    if claims and not any(claim.fits(period) for claim in claims):
        yield Finding(
            "C101",
            Severity.ERROR,
            Place(file=context.file_name),
            {
                "actual": claims[0].found,
                "period_kind": period.kind.value,
                "period_ordinal": period.ordinal,
                "period_year": period.year,
            },
        )


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
