from datetime import datetime, time, timedelta

import pytest
from samples import VN, WORKING_TIME, a_decision, a_round, a_submission, at

from bot.decide.digesting import DigestFacts, build_digest, digest_due, digest_key, is_worth_sending
from bot.decide.obligations import round_state
from bot.domain.agency import Agency, Contact, Registry
from bot.domain.decision import DecisionKind
from bot.domain.digest import DigestBounce
from bot.domain.form import Form, FormKind
from bot.domain.mail import (
    InboundRecord,
    MessageRef,
    NoticeKind,
    Outcome,
    OutgoingMail,
    OutgoingRecord,
    OutgoingState,
)
from bot.domain.office import Coordinator, Office
from bot.domain.submission import Verdict

AGENCIES = Registry(
    (
        Agency("tdm", "UBND thành phố Thủ Dầu Một", "Cấp huyện", (Contact("tdm@binhduong.example"),)),
        Agency("stp", "Sở Tư pháp", "Sở, ngành", (Contact("stp@binhduong.example"),)),
    )
)
FORMS = {
    "narrative": Form("narrative", "Báo cáo", "Báo cáo Word", FormKind.OUTLINE),
    "ii06": Form("ii06", "Biểu II.06", "Biểu II.06", FormKind.TABLE),
}
OFFICE = Office(
    "Sở Nội vụ",
    "baocao@binhduong.example",
    Coordinator("Điều phối", "dieuphoi@binhduong.example"),
    WORKING_TIME,
    coordinator_addresses=frozenset({"dieuphoi@binhduong.example"}),
)
NOW, SINCE, BETWEEN = at(3, 9), at(3, 8), at(3, 8, 15)


def a_mail(number, outcome, reason="ok", finished=BETWEEN, agency=None, submissions=()):
    return InboundRecord(
        id=number,
        ref=MessageRef("box", "INBOX", 1, number),
        message_id=f"<{number}@binhduong.example>",
        sha256=f"{number:064d}",
        size=1000,
        received_at=finished,
        sender="ai@noikhac.example",
        subject=f"Thư {number}",
        outcome=outcome,
        reason=reason,
        agency=agency,
        finished_at=finished,
        submissions=tuple(submissions),
    )


def an_outgoing(key, state, kind=NoticeKind.REMINDER, attempts=1, agency="tdm"):
    mail = OutgoingMail(
        key, kind, ("tdm@binhduong.example",), (), "Nhắc", "<x@y>", "", b"", agency=agency, round="2023-q1"
    )
    return OutgoingRecord(1, mail, state, at(3, 8), attempts, sent_at=at(3, 8), last_error="550 no such user")


def page(submissions=(), mails=(), decisions=(), outbox=(), bounces=(), now=NOW, since=SINCE, held=()):
    round_ = a_round()
    return build_digest(
        DigestFacts(
            office=OFFICE,
            registry=AGENCIES,
            forms=FORMS,
            states=[round_state(round_, submissions, decisions, now, held, working_time=OFFICE.working_time)],
            mails=mails,
            decisions=decisions,
            outbox=outbox,
            bounces=bounces,
            since=since,
            now=now,
        )
    )


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (at(3, 9, 7, 59), False),
        (at(3, 9, 8, 0), True),
        (at(3, 9, 16, 59), True),
        (at(3, 9, 17, 0), False),
        (at(3, 11, 9), False),  # a Saturday
    ],
)
def test_due_on_working_days_from_its_hour(now, due):
    assert digest_due(now, time(8, 0), WORKING_TIME) is due


def test_key_is_the_local_day():
    late_in_utc = datetime(2023, 3, 8, 18, 0, tzinfo=VN).astimezone(tz=None)
    assert digest_key(late_in_utc, WORKING_TIME) == "digest:2023-03-08"


def test_each_agency_counts_once():
    broken = a_submission(verdict=Verdict.CORRECTION)
    (round_page,) = page([broken, a_submission(form="narrative", agency="stp")]).rounds
    assert (round_page.done, round_page.needs_correction, round_page.silent, round_page.partial) == (1, 1, 0, 0)
    assert round_page.total == 2
    assert {g.name: (g.done, g.total) for g in round_page.groups} == {"Cấp huyện": (0, 1), "Sở, ngành": (1, 1)}


def test_half_a_report_is_neither_silent_nor_done():
    (round_page,) = page([a_submission(form="narrative")]).rounds
    tdm = round_page.agencies[0]
    assert not (tdm.done or tdm.silent or tdm.needs_correction or tdm.held)
    assert round_page.partial == 1


@pytest.mark.parametrize(
    ("record", "where"),
    [
        (a_mail(1, Outcome.HELD, "unknown_sender"), "sender"),
        (a_mail(2, Outcome.HELD, "ambiguous_round"), "mail"),
        (a_mail(3, Outcome.PARKED, "broke_us"), "mail"),
        (a_mail(4, Outcome.HELD, "unknown_sender", finished=at(2, 1)), "sender"),
        (a_mail(5, Outcome.IGNORED, "auto_reply"), "ignored"),
    ],
    ids=["unknown sender", "held", "parked", "still held since long", "ignored"],
)
def test_every_mail_stands_in_exactly_one_list(record, where):
    notice = page(mails=[record])
    lists = {what: [i.mail.mail_id for i in notice.items if i.what == what] for what in ("mail", "sender")}
    lists["ignored"] = [m.mail_id for m in notice.ignored]
    assert lists == {name: [record.id] if name == where else [] for name in lists}


def test_ignored_mail_is_told_once():
    assert not page(mails=[a_mail(5, Outcome.IGNORED, "auto_reply", finished=SINCE)]).ignored


def test_changes_since_the_last_page():
    sent = a_submission(received_at=at(3, 8, 14))
    old = a_submission(form="narrative")
    decision = a_decision(DecisionKind.EXTEND, at(3, 8, 16), until=at(3, 15))
    notice = page(
        [sent, old],
        [
            a_mail(1, Outcome.ACCEPTED, agency="tdm", submissions=[sent]),
            a_mail(2, Outcome.ACCEPTED, finished=at(3, 7), agency="tdm", submissions=[old]),
        ],
        [decision, a_decision(DecisionKind.EXCUSE, at(3, 7), agency="stp")],
    )
    assert [(c.what, c.agency.code) for c in notice.rounds[0].changes] == [("accepted", "tdm"), ("extend", "tdm")]


def test_unsent_and_bounced_are_shown():
    notice = page(
        outbox=[
            an_outgoing("reminder:a", OutgoingState.FAILED),
            an_outgoing("reminder:b", OutgoingState.UNKNOWN),
            an_outgoing("receipt:c", OutgoingState.QUEUED),
            an_outgoing("receipt:d", OutgoingState.QUEUED, attempts=0),
            an_outgoing("reminder:e", OutgoingState.SENT),
        ],
        bounces=[DigestBounce("cu@noikhac.example", None, NOW, "550")],
    )
    assert [key for key, *_ in notice.unsent] == ["reminder:a", "reminder:b", "receipt:c"]
    assert notice.bounces[0].address == "cu@noikhac.example"
    assert notice.rounds[0].agencies[0].last_nudge == "reminder"


def test_days_left_turn_negative_after_the_deadline():
    (before,) = page().rounds
    (after,) = page(now=at(3, 13)).rounds
    assert (before.days_left, before.working_days_left, before.overdue) == (0, 0, False)
    assert (after.days_left, after.working_days_left, after.overdue) == (-4, -2, True)


ALL_DONE = [a_submission(), a_submission(form="narrative"), a_submission(form="narrative", agency="stp")]


@pytest.mark.parametrize(
    ("case", "kwargs", "worth"),
    [
        ("a round under way", {}, True),
        ("all done and nothing new", {"submissions": ALL_DONE}, False),
        ("all done but a mail waits", {"submissions": ALL_DONE, "mails": [a_mail(1, Outcome.HELD)]}, True),
        ("overdue since a week", {"now": at(3, 16)}, True),
        ("overdue since weeks", {"now": at(3, 28)}, False),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_whether_there_is_a_page_at_all(case, kwargs, worth):
    assert is_worth_sending(page(**kwargs)) is worth


def test_first_page_tells_all():
    assert page(mails=[a_mail(5, Outcome.IGNORED, finished=NOW - timedelta(days=99))], since=None).ignored
