"""Findings → the verdict on one submission; verdicts → the outcome of the mail that brought them."""

from collections.abc import Sequence

from bot.domain.form import Severity
from bot.domain.mail import Outcome, Reason
from bot.domain.submission import Finding, Verdict


def judge(findings: Sequence[Finding]) -> Verdict:
    """One error asks for a correction; what could not be judged is held for a person, never accepted; remarks alone
    are said and accepted.
    """
    severities = {f.severity for f in findings}
    if Severity.ERROR in severities:
        return Verdict.CORRECTION
    if Severity.HOLD in severities:
        return Verdict.HELD
    return Verdict.ACCEPTED_WITH_REMARKS if findings else Verdict.ACCEPTED


def mail_outcome(verdicts: Sequence[Verdict], loose: Sequence[Finding]) -> tuple[Outcome, Reason]:
    """What a mail came to: `verdicts` of its submissions, `loose` findings that belong to no form.

    Correction before held: the agency can act at once. Nothing at all is held, because nobody decided anything, and so
    is a file that could not be judged.
    """
    codes = {f.code for f in loose if f.severity is Severity.ERROR}
    if Verdict.CORRECTION in verdicts or codes:
        return Outcome.CORRECTION, Reason.NO_ATTACHMENT if codes == {"M101"} and not verdicts else Reason.FINDINGS
    if not verdicts and any(f.code == "M103" for f in loose):
        return Outcome.HELD, Reason.NOT_ASSIGNED
    if Verdict.HELD in verdicts or not verdicts or any(f.severity is Severity.HOLD for f in loose):
        return Outcome.HELD, Reason.FINDINGS
    return Outcome.ACCEPTED, Reason.OK
