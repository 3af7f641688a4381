"""What in a mail speaks of a period: documents, subject, file names, body.

Documents that name no period speak by the days that they cover, unless these fit no round and are only off. Words that
name a longer or shorter period loosely say nothing. Pure; never fails.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.decide.mail_words import own_text, without_tags
from bot.decide.stated import own_periods
from bot.domain.document import PeriodClaim, PeriodStanding, Stated, WindowClaim
from bot.domain.mail import EvidenceSource, InboundMail
from bot.domain.round import PeriodKind, ReportingPeriod, Round


@dataclass(frozen=True, slots=True)
class Saying:
    """One period, named or by its days. `period` is its code (`2022Q4`), or its words where they name no year."""

    own: Stated
    period: str
    found: str

    def fits(self, round_: Round) -> bool:
        return self.own.standing(round_.period, round_.window) is PeriodStanding.FITS


@dataclass(frozen=True, slots=True)
class Voice:
    """One thing that speaks of a period. `windows` count only where `claims` is empty."""

    source: EvidenceSource
    claims: tuple[PeriodClaim, ...]
    file: str = ""
    windows: tuple[WindowClaim, ...] = ()

    def standing(self, round_: Round) -> PeriodStanding:
        return Stated(periods=self.claims, windows=self.windows).standing(round_.period, round_.window)

    def fits(self, round_: Round) -> bool:
        return self.standing(round_) is PeriodStanding.FITS

    def sayings(self) -> Iterator[Saying]:
        for claim in self.claims:
            yield Saying(Stated(periods=(claim,)), _period_code(claim), claim.found)
        for window in () if self.claims else self.windows:
            yield Saying(Stated(windows=(window,)), window.found, window.found)

    @property
    def said(self) -> tuple[str, ...]:
        """Its own words."""
        return tuple(saying.found for saying in self.sayings())


def of_documents(stated: Sequence[tuple[str, Stated]], opened: Sequence[Round], closed: Sequence[Round]) -> list[Voice]:
    """The documents that speak of a period. `stated` holds what each file, by name, says of itself."""
    voices = [Voice(EvidenceSource.DOCUMENT, own.periods, file, own.windows) for file, own in stated]
    return [voice for voice in voices if voice.claims or (voice.windows and _decides(voice, opened, closed))]


def _decides(voice: Voice, opened: Sequence[Round], closed: Sequence[Round]) -> bool:
    """Days that are a round's, or no open round's at all."""
    return any(voice.fits(r) for r in (*opened, *closed)) or all(
        voice.standing(r) is PeriodStanding.OTHER for r in opened
    )


def of_words(mail: InboundMail, opened: Sequence[Round], closed: Sequence[Round]) -> list[Voice]:
    """Subject, file names and body, in this order, as far as they name a period."""
    sentences = re.split(r"[\r\n]+|[.;!?](?=\s)", own_text(mail.text))
    voices = [
        Voice(EvidenceSource.SUBJECT, own_periods(without_tags(mail.subject))),
        *(
            Voice(EvidenceSource.FILE_NAME, own_periods(without_tags(a.name)), a.name)
            for a in mail.attachments
            if not a.inline
        ),
        Voice(EvidenceSource.BODY, tuple(claim for sentence in sentences for claim in own_periods(sentence))),
    ]
    telling = [Voice(v.source, tuple(c for c in v.claims if not _is_vague(c, opened, closed)), v.file) for v in voices]
    return [voice for voice in telling if voice.claims]


def _is_vague(claim: PeriodClaim, opened: Sequence[Round], closed: Sequence[Round]) -> bool:
    """A loose way of naming a longer or shorter period: "báo cáo năm 2023", "báo cáo tháng 3" for quý I/2023.

    Only in words, and only where the agency has no round of that kind.
    """
    if claim.kind not in (PeriodKind.YEAR, PeriodKind.MONTH):
        return False
    if any(r.period.kind is claim.kind for r in (*opened, *closed)):
        return False
    return any(
        claim.year in (None, r.period.year)
        and (claim.kind is PeriodKind.YEAR or r.period.months[0] <= claim.ordinal <= r.period.months[1])
        for r in opened
    )


def _period_code(claim: PeriodClaim) -> str:
    """`2022Q4`, or the claim's own words where it names no year."""
    return claim.found if claim.year is None else ReportingPeriod(claim.kind, claim.year, claim.ordinal).code
