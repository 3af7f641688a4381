"""What the words of a mail say beside its files: findings of a period that subject, file names or text name.

The documents decide; what the mail says besides is told and changes nothing. Pure; never fails.
"""

from collections.abc import Collection

from bot.checks.mail import mail_finding
from bot.decide.matching import RoundMatch
from bot.domain.mail import EvidenceSource
from bot.domain.round import Round
from bot.domain.submission import Finding


def mail_beside_files(match: RoundMatch, round_: Round, aside: Collection[str]) -> list[Finding]:
    """M105 for the words of the mail that name another period than the documents, which decided: the subject, else
    file names (but for those of files put `aside`), else the body.
    """
    heard = [e for e in match.evidence if e.about == "round"]
    if match.reason or not any(e.agrees and e.source is EvidenceSource.DOCUMENT for e in heard):
        return []
    for source in (EvidenceSource.SUBJECT, EvidenceSource.FILE_NAME, EvidenceSource.BODY):
        words = [e for e in heard if e.source is source and e.file not in aside]
        if said := [e for e in words if not e.agrees]:
            return [beside("M105", e.file, source.value, e.found, round_) for e in said]
        if words:
            return []
    return []


def wrong_period_finding(match: RoundMatch, file_name: str, round_: Round) -> Finding:
    """C101 for a mail whose words, not whose file, speak of another period; `file_name` empty: the mail itself."""
    return beside("C101", file_name, "mail", ", ".join(match.said), round_)


def beside(code: str, file_name: str, reason: str, actual: str, round_: Round) -> Finding:
    """What `actual`, the mail's own words, say against the round's period."""
    period = round_.period
    return mail_finding(
        code,
        file_name,
        reason=reason,
        actual=actual,
        period_kind=period.kind.value,
        period_ordinal=period.ordinal,
        period_year=period.year,
    )
