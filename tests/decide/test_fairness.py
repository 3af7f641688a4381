"""Whom nobody may remind, because the report may be lying in the mailbox."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import WORKING_TIME, at

from bot.decide.fairness import Reading, judge_reading, may_hold_more
from bot.domain.form import Severity
from bot.domain.mail import Evidence, EvidenceSource, InboundRecord, MessageRef, Outcome, Reason
from bot.domain.submission import Finding, Place

OPEN = "2023-q1"
NOW = at(3, 8, 15)  # a Wednesday, the day on which all these mails came
OWNERS = {"stp@a.example": {"stp"}, "hai@a.example": {"stp", "stc"}}
FILE = (("Báo cáo.docx", "0" * 64, 100),)


def record(
    outcome: Outcome, reason: str = "", *, number: int = 7, folder: str = "INBOX", **more: object
) -> InboundRecord:
    ref = MessageRef("baocao", folder, 1, number)
    facts = {"outcome": outcome, "reason": reason, "attachments": FILE} | more
    received = facts.pop("received_at", at(3, 8))
    return InboundRecord(number, ref, "<1@a.example>", "0" * 64, 100, received, **facts)  # type: ignore[arg-type]  # a test's free choice of fields


def judged(*mails: InboundRecord, trouble: str = "", now: datetime = NOW) -> Reading:
    return judge_reading(
        mails,
        whose=lambda m: {code for address in m.sender.split(", ") for code in OWNERS.get(address, ())},
        open_rounds={OPEN},
        inbox_folder="INBOX",
        now=now,
        working_time=WORKING_TIME,
        trouble=trouble,
    )


def named(source: EvidenceSource, code: str = "pg", about: str = "agency") -> tuple[Evidence, ...]:
    return (Evidence(about, code, source, found="huyện Phú Giáo"),)


def held(reason: Reason, **more: object) -> InboundRecord:
    return record(Outcome.HELD, reason, **more)


def parked(**more: object) -> InboundRecord:
    return record(Outcome.PARKED, "broke_us", attachments=(), **more)


def finding(severity: Severity) -> Finding:
    return Finding("X201", severity, Place(), {})


def test_a_mailbox_read_to_its_end_with_nothing_waiting_silences_nobody() -> None:
    assert judged() == Reading()


@pytest.mark.parametrize(
    ("reading", "code"),
    [
        pytest.param(judged(trouble="no connection"), "reading_failed", id="not read to its end"),
        pytest.param(judged(record(Outcome.RECEIVED)), "reading_unfinished", id="a mail lies unfinished"),
        pytest.param(judged(record(Outcome.RECEIVED, folder="Junk")), "reading_unfinished", id="one in Spam, too"),
        pytest.param(judged(parked()), "reading_parked", id="parked, and nobody knows whose"),
        pytest.param(judged(parked(sender="la@b.example")), "reading_parked", id="parked, from a stranger"),
        pytest.param(judged(parked(folder="Junk")), "reading_parked", id="parked in Spam, and not even a sender"),
        pytest.param(judged(parked(sender="la@b.example", folder="Junk")), None, id="a stranger's, parked in Spam"),
        pytest.param(judged(parked(sender="stp@a.example")), None, id="parked, from a registered address"),
        pytest.param(judged(parked(agency="stp")), None, id="parked, and known from an earlier pass"),
        pytest.param(judged(held(Reason.UNKNOWN_SENDER)), None, id="held is no reason for all"),
    ],
)
def test_when_nobody_may_be_reminded(reading: Reading, code: str | None) -> None:
    assert (reading.why.code if reading.why else None) == code


@pytest.mark.parametrize(
    ("mail", "blocked"),
    [
        pytest.param(parked(sender="stp@a.example"), {"stp": "blocked_parked"}, id="its own parked mail"),
        pytest.param(
            parked(sender="hai@a.example"), {"stp": "blocked_parked", "stc": "blocked_parked"}, id="one address, two"
        ),
        pytest.param(held(Reason.AMBIGUOUS_ROUND, agency="stp"), {"stp": "blocked_held"}, id="its own held mail"),
        pytest.param(held(Reason.FINDINGS, agency="stp", round=OPEN), {}, id="all its files are known"),
        pytest.param(
            held(Reason.FINDINGS, agency="stp", round=OPEN, findings=(finding(Severity.HOLD),)),
            {"stp": "blocked_held"},
            id="a file that nobody could judge",
        ),
        pytest.param(held(Reason.NO_OPEN_ROUND, agency="stp", round="2022-q4"), {}, id="for a round that is closed"),
        pytest.param(held(Reason.NO_ATTACHMENT, agency="stp", round=OPEN), {}, id="a letter without a file"),
        pytest.param(held(Reason.ASKS_EXTENSION, agency="stp", round=OPEN), {}, id="a question"),
        pytest.param(
            held(Reason.UNKNOWN_SENDER, evidence=named(EvidenceSource.DOCUMENT)), {"pg": "blocked_named"}, id="document"
        ),
        pytest.param(
            held(Reason.UNKNOWN_SENDER, evidence=named(EvidenceSource.TAG)), {"pg": "blocked_named"}, id="tag"
        ),
        pytest.param(
            held(Reason.UNKNOWN_SENDER, evidence=named(EvidenceSource.SUBJECT)), {"pg": "blocked_named"}, id="subject"
        ),
        pytest.param(
            held(Reason.UNKNOWN_SENDER, evidence=named(EvidenceSource.FILE_NAME)), {"pg": "blocked_named"}, id="name"
        ),
        pytest.param(held(Reason.UNKNOWN_SENDER, evidence=named(EvidenceSource.BODY)), {}, id="the body names anybody"),
        pytest.param(
            held(Reason.UNKNOWN_SENDER, evidence=named(EvidenceSource.SUBJECT, OPEN, "round")), {}, id="a round's name"
        ),
        pytest.param(
            held(Reason.UNKNOWN_SENDER, attachments=(), evidence=named(EvidenceSource.SUBJECT)),
            {},
            id="a stranger's letter without a file",
        ),
        pytest.param(
            held(Reason.AMBIGUOUS_SENDER, sender="stp@a.example, la@b.example"), {"stp": "blocked_held"}, id="two From"
        ),
        pytest.param(
            held(Reason.TOO_BIG, sender="stp@a.example", attachments=()), {"stp": "blocked_held"}, id="too big"
        ),
        pytest.param(record(Outcome.ACCEPTED, "ok", agency="stp"), {}, id="what is done waits no longer"),
        pytest.param(record(Outcome.IGNORED, "junk", sender="stp@a.example"), {}, id="nor what is ignored"),
    ],
)
def test_whose_report_may_lie_in_a_waiting_mail(mail: InboundRecord, blocked: dict[str, str]) -> None:
    reading = judged(mail)
    assert {agency: why.code for agency, why in reading.blocked.items()} == blocked
    assert all(why.params["mail"] == mail.id for why in reading.blocked.values())


def test_a_stranger_who_names_one_says_how() -> None:
    reading = judged(held(Reason.UNKNOWN_SENDER, evidence=named(EvidenceSource.SUBJECT)))
    assert reading.blocked["pg"].params["found"] == "huyện Phú Giáo"


@pytest.mark.parametrize("reason", [r for r in Reason if r.is_ask])
def test_no_question_holds_a_report(reason: Reason) -> None:
    assert not may_hold_more(held(reason))


def stranger(number: int = 7, **more: object) -> InboundRecord:
    return held(Reason.UNKNOWN_SENDER, number=number, evidence=named(EvidenceSource.SUBJECT), **more)


@pytest.mark.parametrize(
    ("now", "mails", "reminded"),
    [
        pytest.param(at(3, 8, 15), [stranger()], False, id="the same day"),
        pytest.param(at(3, 10, 17), [stranger()], False, id="two working days later"),
        pytest.param(at(3, 13, 8), [stranger()], True, id="the third"),
        pytest.param(at(3, 12, 8), [stranger()], True, id="Sunday: Friday was the second"),
        pytest.param(
            at(3, 13, 8),
            [stranger(), stranger(8, received_at=at(3, 13, 7))],
            True,
            id="another one begins nothing anew",
        ),
        pytest.param(at(3, 13, 8), [stranger(received_at=at(3, 13, 7))], False, id="but the first one does"),
        pytest.param(
            at(3, 20, 8), [stranger(), held(Reason.AMBIGUOUS_ROUND, agency="pg")], False, id="its own mail has no end"
        ),
    ],
)
def test_a_stranger_s_mail_holds_reminders_back_for_two_working_days_and_lateness_until_it_is_decided(
    now: datetime, mails: list[InboundRecord], reminded: bool
) -> None:
    reading = judged(*mails, now=now)
    assert (reading.silence("pg", late=False) is None) is reminded
    assert reading.silence("pg", late=True) is not None
    assert reading.silence("bb", late=True) is None, "nobody else"


@pytest.mark.parametrize("sender", ["", "la@b.example"])
def test_so_does_a_parked_one_for_everybody(sender: str) -> None:
    mails = parked(sender=sender), parked(sender=sender, number=8, received_at=at(3, 13, 7))
    for now, reminded in ((at(3, 10, 17), False), (at(3, 13, 8), True)):
        reading = judged(*mails, now=now)
        assert (reading.why is None) is reminded
        for agency in ("pg", "bb"):
            assert (reading.silence(agency, late=False) is None) is reminded
            assert reading.silence(agency, late=True) == reading.why_late is not None
    assert judged(*mails, trouble="x", now=at(3, 13, 8)).silence("pg", late=False) is not None


OUTCOMES = st.sampled_from([Outcome.RECEIVED, Outcome.HELD, Outcome.PARKED, Outcome.ACCEPTED, Outcome.IGNORED])
MAILS = st.builds(
    lambda outcome, reason, agency, sender: record(outcome, reason, agency=agency, sender=sender),
    OUTCOMES,
    st.sampled_from(list(Reason)),
    st.sampled_from([None, "stp", "stc"]),
    st.sampled_from(["", "stp@a.example", "hai@a.example", "la@b.example"]),
)


@given(st.lists(MAILS, max_size=5), MAILS)
def test_another_waiting_mail_never_lets_anybody_be_reminded_who_was_not(
    mails: list[InboundRecord], one: InboundRecord
) -> None:
    before, after = judged(*mails), judged(*mails, one)
    for agency in ("stp", "stc", "pg"):
        for late in (True, False):
            assert before.silence(agency, late=late) is None or after.silence(agency, late=late) is not None
