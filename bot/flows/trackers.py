"""The tracker that goes with the coordinator's page: one workbook a round.

The round's page, its submissions and the decisions in force → rows in the order of the letter → `documents.tracker`.
Nothing of it is kept: it is made anew for each page from what the page was made from.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.documents.tracker_words import UNDELIVERED, TrackerWords
from bot.domain.decision import Decision, DecisionKind
from bot.domain.digest import DigestAgency, DigestNotice, DigestRound
from bot.domain.letter import Enclosure
from bot.domain.round import ObligationState, ObligationStatus
from bot.domain.submission import Submission
from bot.flows.services import Services
from bot.text.dates import say_date, say_instant
from bot.text.periods import say_period


def trackers(services: Services, notice: DigestNotice, decisions: Sequence[Decision]) -> tuple[Enclosure, ...]:
    """The workbook of each round in the page, the most urgent first. `decisions` are those in force. Raises
    TrackerWordsError, OSError.
    """
    if not notice.rounds:
        return ()
    words = TrackerWords.load(services.papers.templates / services.office.language)
    return tuple(_tracker(services, page, notice.at, decisions, words) for page in notice.rounds)


def _tracker(
    services: Services, page: DigestRound, at: datetime, decisions: Sequence[Decision], words: TrackerWords
) -> Enclosure:
    from bot.documents.tracker import XLSX_TYPE, Tracker, TrackerRow, make_tracker, tracker_name  # openpyxl is slow

    local, lang = services.office.working_time.local, services.office.language.value
    newest = {(s.agency, s.form, s.version): s for s in services.store.submissions(round=page.round.code)}
    reasons = _reasons(page, decisions)
    titles = {form.code: form.short_title for form in page.forms}

    def here(moment: datetime | None) -> datetime | None:
        return local(moment) if moment else None

    def row(agency: DigestAgency, owed: ObligationState) -> TrackerRow:
        code = agency.agency.code
        return TrackerRow(
            group=agency.agency.group,
            code=code,
            agency=agency.agency.name,
            form=titles[owed.form],
            status=UNDELIVERED if agency.undelivered and not owed.status.is_settled else owed.status.value,
            deadline=local(owed.deadline.instant),
            first_received=here(owed.first_received_at),
            first_valid=here(owed.first_valid_at),
            late=owed.status is ObligationStatus.FULFILLED_LATE,
            version=owed.latest_version,
            findings=owed.findings,
            nudges=agency.nudges,
            last_nudge=here(agency.last_nudge_at),
            delivered=True if agency.last_nudge_at else False if agency.undelivered else None,
            contact=agency.contact,
            reason=reasons.get((code, owed.form), ""),
            path=_path(newest.get((code, owed.form, owed.version or 0))),
        )

    period = say_period(page.round.period.kind, page.round.period.ordinal, page.round.period.year, lang)
    rows = [row(agency, owed) for agency in page.agencies for owed in agency.obligations]
    book = make_tracker(Tracker(period, say_instant(local(at), lang), local(at), rows), words)
    return Enclosure(tracker_name(period, say_date(local(at).date(), lang), words), XLSX_TYPE, book)


def _reasons(page: DigestRound, decisions: Sequence[Decision]) -> Mapping[tuple[str, str], str]:
    """Why an obligation has more time or is excused: the newest decision on it."""
    kinds = (DecisionKind.EXTEND, DecisionKind.EXCUSE)
    mine = sorted((d for d in decisions if d.round == page.round.code and d.kind in kinds), key=lambda d: d.at)
    duties = {row.agency.code: [o.form for o in row.obligations] for row in page.agencies}
    return {(d.agency, form): d.why for d in mine for form in ([d.form] if d.form else duties.get(d.agency, ()))}


def _path(submission: Submission | None) -> str:
    """The first file of the version that counts, as the coordinator browses it."""
    return next((f.path for f in submission.files if f.path), "") if submission else ""
