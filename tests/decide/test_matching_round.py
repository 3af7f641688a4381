"""Which round a mail is for."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from samples import a_round, at

from bot.decide.matching import RoundMatch, match_round
from bot.decide.stated import own_periods
from bot.domain.agency import Agency
from bot.domain.document import PeriodStanding, Stated, WindowClaim
from bot.domain.mail import Attachment, EvidenceSource, InboundMail, Reason
from bot.domain.round import Assignment, DataWindow, PeriodKind, ReportingPeriod, Round

STP = Agency("stp", "Sở Tư pháp", "so", ())
NOW = at(3, 8)


def quarter(ordinal: int, year: int = 2023, *, closes_at: datetime | None = None, code: str = "") -> Round:
    return a_round(
        code=code or f"{year}-q{ordinal}",
        period=ReportingPeriod(PeriodKind.QUARTER, year, ordinal),
        closes_at=closes_at,
    )


Q1 = quarter(1)
Q2 = quarter(2)
CLOSED_Q4 = quarter(4, 2022, closes_at=at(1, 15))
HALF = replace(Q1, code="2023-h1", period=ReportingPeriod(PeriodKind.HALF, 2023, 1))
YEAR = replace(Q1, code="2023-nam", period=ReportingPeriod(PeriodKind.YEAR, 2023))
NOT_MINE = replace(Q1, code="khac", assignments=(Assignment("tdm", "narrative"),))
TAG_Q1, TAG_Q2, TAG_Q4 = "[BC 2023Q1 STP]", "[BC 2023Q2 STP]", "[BC 2022Q4 STP]"


def which(
    *documents: str,
    subject: str = "",
    body: str = "",
    names: tuple[str, ...] = (),
    thread: str | None = None,
    rounds: tuple[Round, ...] = (Q1, CLOSED_Q4),
    now: datetime = NOW,
) -> RoundMatch:
    """`documents` are titles of documents, in order."""
    files = tuple(Attachment(name, "application/octet-stream", b"x", "0" * 64) for name in names)
    return match_round(
        InboundMail("0" * 64, 1, "<1@x.example>", ("stp@x.example",), "", (), subject, body, files),
        agency=STP,
        rounds=rounds,
        stated=[(f"{at_}.docx", Stated(periods=own_periods(title))) for at_, title in enumerate(documents)],
        thread_round=thread,
        received_at=now,
    )


OPEN = (Q1, Q2, CLOSED_Q4)


@pytest.mark.parametrize(
    ("match", "code"),
    [
        pytest.param(which("quý I/2023", rounds=OPEN), "2023-q1", id="what the document says"),
        pytest.param(which("quý I", rounds=OPEN), "2023-q1", id="a claim without a year"),
        pytest.param(
            which("quý I/2023", subject="Báo cáo quý II/2023", rounds=OPEN), "2023-q1", id="document before subject"
        ),
        pytest.param(which("quý I/2023", subject=TAG_Q2, rounds=OPEN), "2023-q1", id="document before tag"),
        pytest.param(
            which("quý I/2023", thread="2022-q4"), "2023-q1", id="document before the thread of a closed round"
        ),
        pytest.param(which("quý IV/2022", "quý I/2023"), "2023-q1", id="one document of several fits"),
        pytest.param(
            which("quý I/2023", "quý II/2023", subject=TAG_Q2, rounds=OPEN),
            "2023-q2",
            id="documents of two, tag narrows",
        ),
        pytest.param(
            which("quý I/2023", "quý II/2023", subject="báo cáo quý II", rounds=OPEN),
            "2023-q2",
            id="the subject narrows",
        ),
        pytest.param(
            which("quý I/2023", "quý II/2023", names=("a.docx", "quy1.xlsx"), rounds=OPEN),
            "2023-q1",
            id="a name narrows",
        ),
        pytest.param(
            which("quý II và 6 tháng đầu năm 2023", rounds=(HALF,)), "2023-h1", id="any of a document's periods"
        ),
        pytest.param(which("Báo cáo", subject=TAG_Q2, rounds=OPEN), "2023-q2", id="a silent document, the tag decides"),
        pytest.param(which(names=(f"{TAG_Q2}.xlsx",), rounds=OPEN), "2023-q2", id="a tag in a file's name"),
        pytest.param(which(thread="2023-q2", rounds=OPEN), "2023-q2", id="the thread decides"),
        pytest.param(which(subject="Báo cáo quý II năm 2023", rounds=OPEN), "2023-q2", id="the subject decides"),
        pytest.param(which(names=("BC_quy2.docx",), rounds=OPEN), "2023-q2", id="a file's name decides"),
        pytest.param(
            which(names=("quy4_2022.docx", "quy1_2023.docx")), "2023-q1", id="one file's name of several fits"
        ),
        pytest.param(which(body="Gửi báo cáo quý II/2023.", rounds=OPEN), "2023-q2", id="the body decides"),
        pytest.param(which(subject="Báo cáo quý I", body="quý II", rounds=OPEN), "2023-q1", id="subject before body"),
        pytest.param(
            which(subject="báo cáo quý I và phương hướng quý II", rounds=OPEN),
            "2023-q1",
            id="the outlook does not count",
        ),
        pytest.param(
            which(body="Gửi báo cáo quý I.\n> hạn quý II/2023\n", rounds=OPEN), "2023-q1", id="quotations do not count"
        ),
        pytest.param(which(body="> báo cáo quý IV/2022"), "2023-q1", id="a body of quotations says nothing"),
        pytest.param(which(), "2023-q1", id="nothing said and one round open"),
        pytest.param(which(rounds=(Q1, NOT_MINE)), "2023-q1", id="rounds that ask nothing of the agency do not count"),
        pytest.param(which(subject="Báo cáo CCHC năm 2023"), "2023-q1", id="a year loosely said"),
        pytest.param(which(names=("BC T3.2023.docx",)), "2023-q1", id="a month loosely said"),
        pytest.param(
            which(subject="Báo cáo năm 2023", rounds=(Q1, YEAR)), "2023-nam", id="a year where years are asked"
        ),
        pytest.param(
            which("quý I", thread="dot-b", rounds=(Q1, replace(Q1, code="dot-b"))),
            "dot-b",
            id="two rounds of one period",
        ),
        pytest.param(
            which(subject=TAG_Q1, thread="dot-b", rounds=(Q1, replace(Q1, code="dot-b"))),
            "dot-b",
            id="tag and thread together",
        ),
    ],
)
def test_the_round_is_found(match: RoundMatch, code: str) -> None:
    assert match.round is not None
    assert (match.round.code, match.reason) == (code, None)
    assert match.why


@pytest.mark.parametrize(
    ("match", "reason", "code"),
    [
        pytest.param(which("quý IV/2022"), Reason.WRONG_PERIOD, "2023-q1", id="a document of last quarter"),
        pytest.param(
            which("quý III/2021", "quý IV/2022"), Reason.WRONG_PERIOD, "2023-q1", id="documents none of which fits"
        ),
        pytest.param(which("tháng 3 năm 2023"), Reason.WRONG_PERIOD, "2023-q1", id="documents are taken at their word"),
        pytest.param(
            which("quý IV/2022", subject=TAG_Q2, rounds=OPEN),
            Reason.WRONG_PERIOD,
            "2023-q2",
            id="the tag says which is left",
        ),
        pytest.param(which("quý IV/2022", rounds=OPEN), Reason.AMBIGUOUS_ROUND, None, id="none left alone"),
        pytest.param(
            which("quý IV/2022", thread="2022-q4"),
            Reason.NO_OPEN_ROUND,
            "2022-q4",
            id="document and thread of a closed round",
        ),
        pytest.param(
            which("quý I/2023", "quý II/2023", rounds=OPEN), Reason.AMBIGUOUS_ROUND, None, id="documents of two rounds"
        ),
        pytest.param(
            which(subject="Báo cáo quý IV năm 2022"), Reason.WRONG_PERIOD, "2023-q1", id="a subject that fits none"
        ),
        pytest.param(
            which(names=("quy4_2022.docx",)), Reason.WRONG_PERIOD, "2023-q1", id="a file's name that fits none"
        ),
        pytest.param(
            which(body="Gửi báo cáo quý IV/2022."), Reason.WRONG_PERIOD, "2023-q1", id="a body that fits none"
        ),
        pytest.param(which(subject="Báo cáo năm 2022"), Reason.WRONG_PERIOD, "2023-q1", id="another year"),
        pytest.param(
            which(subject="quý IV/2022", names=("quy3_2022.docx",)),
            Reason.WRONG_PERIOD,
            "2023-q1",
            id="two that fit none",
        ),
        pytest.param(
            which(subject="quý I/2023", names=("quy4_2022.docx",)),
            Reason.AMBIGUOUS_ROUND,
            None,
            id="subject against name",
        ),
        pytest.param(
            which(subject="quý IV/2022", names=("quy1_2023.docx",)),
            Reason.AMBIGUOUS_ROUND,
            None,
            id="name against subject",
        ),
        pytest.param(
            which(subject="quý I/2023", names=("quy2_2023.docx",), rounds=OPEN),
            Reason.AMBIGUOUS_ROUND,
            None,
            id="subject and name of two open rounds",
        ),
        pytest.param(
            which(subject=f"{TAG_Q1} báo cáo quý II", rounds=OPEN),
            Reason.AMBIGUOUS_ROUND,
            None,
            id="tag against subject",
        ),
        pytest.param(which(rounds=OPEN), Reason.AMBIGUOUS_ROUND, None, id="nothing said and two open"),
        pytest.param(
            which(subject=TAG_Q1, thread="2023-q2", rounds=OPEN), Reason.AMBIGUOUS_ROUND, None, id="tag against thread"
        ),
        pytest.param(which(thread="2022-q4"), Reason.NO_OPEN_ROUND, "2022-q4", id="only the thread, of a closed round"),
        pytest.param(which(subject=TAG_Q4), Reason.NO_OPEN_ROUND, "2022-q4", id="only the tag, of a closed round"),
        pytest.param(
            which("quý IV/2022", rounds=(CLOSED_Q4,)), Reason.NO_OPEN_ROUND, "2022-q4", id="a closed round it fits"
        ),
        pytest.param(which("quý I/2023", rounds=(CLOSED_Q4,)), Reason.NO_OPEN_ROUND, None, id="no round that it fits"),
        pytest.param(
            which(rounds=(CLOSED_Q4,)), Reason.NO_OPEN_ROUND, "2022-q4", id="nothing said, the only closed one"
        ),
        pytest.param(which(rounds=(NOT_MINE,)), Reason.NO_OPEN_ROUND, None, id="the agency is asked for nothing"),
    ],
)
def test_nothing_is_guessed(match: RoundMatch, reason: Reason, code: str | None) -> None:
    assert match.reason is reason
    assert (match.round.code if match.round else None) == code
    assert match.why


def test_a_round_closes_at_its_instant() -> None:
    rounds = (quarter(1, closes_at=at(3, 20, 0)),)
    assert which("quý I", rounds=rounds, now=at(3, 19, 23, 59)).reason is None
    assert which("quý I", rounds=rounds, now=at(3, 20, 0, 0)).reason is Reason.NO_OPEN_ROUND


def test_evidence_keeps_what_agrees_and_what_does_not() -> None:
    match = which(
        "quý I năm 2023",
        "quý IV/2022",
        subject=f"{TAG_Q2} báo cáo quý II/2023",
        names=("quy1.docx",),
        thread="2022-q4",
        rounds=OPEN,
    )
    assert [(e.source.value, e.value, e.found, e.file, e.agrees) for e in match.evidence] == [
        ("tag", "2023-q2", TAG_Q2, "", False),
        ("thread", "2022-q4", "", "", False),
        ("document", "2023-q1", "quý I năm 2023", "0.docx", True),
        ("document", "2022-q4", "quý IV/2022", "1.docx", False),
        ("subject", "2023-q2", "quý II/2023", "", False),
        ("file_name", "2023-q1", "quy1", "quy1.docx", True),
    ]
    assert {e.about for e in match.evidence} == {"round"}


def test_the_only_open_round_is_evidence_itself() -> None:
    (evidence,) = which().evidence
    assert (evidence.source, evidence.value, evidence.agrees) == (EvidenceSource.OPEN_ROUND, "2023-q1", True)


def test_a_wrong_period_says_what_was_claimed_and_which_round_was_left() -> None:
    match = which("quý III năm 2021")
    assert [(c.kind, c.ordinal, c.year) for c in match.claims] == [(PeriodKind.QUARTER, 3, 2021)]
    claimed, left = match.evidence
    assert (claimed.source, claimed.value, claimed.agrees) == (EvidenceSource.DOCUMENT, "2021Q3", False)
    assert (left.source, left.value) == (EvidenceSource.OPEN_ROUND, "2023-q1")


def test_where_the_tag_left_the_round_the_tag_is_the_evidence() -> None:
    match = which("quý III năm 2021", subject=TAG_Q2, rounds=OPEN)
    assert [(e.source.value, e.agrees) for e in match.evidence] == [("tag", True), ("document", False)]


def test_claims_are_those_of_the_words_where_documents_are_silent() -> None:
    assert [c.found for c in which(subject="quý IV/2022", body="quý I").claims] == ["quý IV/2022"]
    assert which().claims == ()


def days(first: date, last: date) -> Stated:
    return Stated(windows=(WindowClaim(first, last, f"từ {first} đến {last}"),))


Q1_DAYS, Q4_DAYS = days(date(2022, 12, 15), date(2023, 3, 14)), days(date(2022, 9, 15), date(2022, 12, 14))


@pytest.mark.parametrize(
    ("own", "standing"),
    [
        pytest.param(Q1_DAYS, PeriodStanding.FITS, id="the round's very days"),
        pytest.param(days(date(2023, 1, 1), date(2023, 3, 31)), PeriodStanding.FITS, id="its calendar quarter"),
        pytest.param(days(date(2022, 12, 15), date(2023, 2, 28)), PeriodStanding.FITS, id="most of its days"),
        pytest.param(Q4_DAYS, PeriodStanding.OTHER, id="the days before"),
        pytest.param(days(date(2022, 9, 15), date(2022, 12, 15)), PeriodStanding.OFF, id="one day shared"),
        pytest.param(
            days(date(2022, 10, 1), date(2022, 12, 31)), PeriodStanding.OTHER, id="the calendar quarter before"
        ),
        pytest.param(days(date(2023, 4, 1), date(2023, 6, 30)), PeriodStanding.OTHER, id="the calendar quarter after"),
        pytest.param(days(date(2022, 1, 1), date(2022, 12, 31)), PeriodStanding.OFF, id="a year that shares few days"),
        pytest.param(days(date(2021, 12, 15), date(2022, 3, 14)), PeriodStanding.OTHER, id="the year before"),
        pytest.param(Stated(), PeriodStanding.SILENT, id="nothing"),
        pytest.param(replace(Q4_DAYS, periods=own_periods("quý I/2023")), PeriodStanding.FITS, id="the name is first"),
        pytest.param(
            replace(Q1_DAYS, periods=own_periods("quý IV/2022")), PeriodStanding.OTHER, id="whatever the days"
        ),
        pytest.param(replace(Q4_DAYS, windows=Q4_DAYS.windows + Q1_DAYS.windows), PeriodStanding.FITS, id="the best"),
    ],
)
def test_what_a_document_s_words_mean_for_a_round(own: Stated, standing: PeriodStanding) -> None:
    assert own.standing(Q1.period, Q1.window) is standing


Q4 = replace(quarter(4, 2022), window=DataWindow(date(2022, 9, 15), date(2022, 12, 14)))


def by_days(*documents: Stated, rounds: tuple[Round, ...], subject: str = "") -> RoundMatch:
    return match_round(
        InboundMail("0" * 64, 1, "<1@x.example>", ("stp@x.example",), "", (), subject, "", ()),
        agency=STP,
        rounds=rounds,
        stated=[(f"{at_}.xlsx", own) for at_, own in enumerate(documents)],
        thread_round=None,
        received_at=NOW,
    )


def test_the_days_of_a_document_lead_to_its_round() -> None:
    match = by_days(Q4_DAYS, rounds=(Q1, Q4))
    assert (match.round, match.reason) == (Q4, None)
    assert [(e.value, e.source, e.agrees) for e in match.evidence] == [("2022-q4", EvidenceSource.DOCUMENT, True)]
    assert by_days(Q1_DAYS, rounds=(Q1, Q4), subject="quý IV/2022").round == Q1


def test_days_of_another_period_are_a_wrong_period_and_are_quoted() -> None:
    match = by_days(Q4_DAYS, rounds=(Q1, replace(Q4, closes_at=at(1, 15))))
    assert (match.round, match.reason) == (Q1, Reason.WRONG_PERIOD)
    assert match.said == ("từ 2022-09-15 đến 2022-12-14",)
    assert next((e.value, e.found, e.agrees) for e in match.evidence) == ("2022-q4", match.said[0], False)


def test_days_that_are_only_off_decide_nothing() -> None:
    off = days(date(2022, 9, 15), date(2022, 12, 15))
    assert by_days(off, rounds=(Q1,)).reason is None
    assert by_days(off, rounds=(Q1, Q4), subject="quý I/2023").round == Q4
    assert by_days(off, rounds=(Q1, quarter(2)), subject="quý I/2023").round == Q1
