"""Every alert has its own words in every language: what is so, what to do, and in the end that it is over."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.decide.alerting import SINGLE, TROUBLES
from bot.domain.notice import AlertNotice
from bot.domain.office import Coordinator, Language, Office, WorkingTime
from bot.mail.compose import Composer

TEMPLATES = Path(__file__).resolve().parents[2] / "mail_templates"
NOW = datetime(2023, 3, 9, 2, 30, tzinfo=UTC)
OFFICE = Office(
    "Sở Nội vụ",
    "baocao@a.example",
    Coordinator("bà A", "dieuphoi@a.example"),
    WorkingTime(ZoneInfo("Asia/Ho_Chi_Minh")),
)
FACTS = {
    "mail_parked": {"mail_id": "12", "sender": "bb@a.example", "error": "ValueError", "attempts": "3"},
    "mailbox_unreachable": {"host": "imap.a.example", "error": "timed out"},
    "sending_refused": {"host": "smtp.a.example", "error": "535 no"},
    "disk_full": {"free": str(734 * 2**20), "limit": str(2**30)},
    "reading_incomplete": {"mail_id": "12", "error": "ValueError"},
    "counts_differ": {"folder": "INBOX", "count": "2", "fetched": "2"},
    "found_in_junk": {"count": "2", "folder": "Thư rác", "sender": "bb@a.example, dt@a.example"},
    "outgoing_refused": {"to": "dt@a.example", "error": "550 5.1.1"},
    "outgoing_refused_many": {"count": "6", "to": "dt@a.example", "error": "554 5.7.1"},
    "nudge_unknown": {"to": "dt@a.example"},
    "flood": {"sender": "nguoila@noikhac.test", "count": "440", "first": "2023-03-09T08:00+07:00", "most": "60"},
    "answers_capped": {"agency": "dt", "address": "dt@a.example", "count": "20"},
    "scanner_down": {"count": "4", "error": "ClamAV 127.0.0.1:3310: Connection refused"},
    "infected_file": {"mail_id": "12", "sender": "dt@a.example", "files": "II.06.xlsx", "error": "Xls.Macro.Laroux"},
}
CASES = [(code, over) for code in TROUBLES for over in (False, True)] + [(code, False) for code in SINGLE]
Say = Callable[[AlertNotice], tuple[str, str]]


@pytest.fixture(params=list(Language))
def say(request: pytest.FixtureRequest) -> Say:
    composer = Composer(TEMPLATES, replace(OFFICE, language=request.param), lambda *_: None)  # type: ignore[arg-type,return-value]  # an alert has no findings

    def said(notice: AlertNotice) -> tuple[str, str]:
        mail = message_from_bytes(composer.compose(notice, at=NOW).raw, policy=policy.default)
        part = mail.get_body(("plain",))
        assert part is not None
        return str(mail["Subject"]), " ".join(part.get_content().split())

    return said


def notice(code: str, over: bool, facts: dict[str, str]) -> AlertNotice:
    lasting = code in TROUBLES
    return AlertNotice(
        f"alert:{code}", code, facts, NOW, over=over, since=NOW - timedelta(minutes=90) if lasting else None
    )


def test_every_code_is_tried() -> None:
    assert set(FACTS) == {code for code, _ in CASES}


def test_each_has_words_of_its_own_and_not_the_general_ones(say: Say) -> None:
    general = say(notice("khac", False, {}))
    said = {case: say(notice(*case, FACTS[case[0]])) for case in CASES}
    assert len({subject for subject, _ in said.values()}) == len(CASES)
    for (code, _), (subject, _) in said.items():
        assert code not in subject
        assert subject != general[0]


@pytest.mark.parametrize(("code", "over"), CASES)
def test_facts_stand_in_it_and_those_that_lack_are_left_out(say: Say, code: str, over: bool) -> None:
    _, body = say(notice(code, over, FACTS[code]))
    raw = {"free", "limit"}
    assert all(value in body for name, value in FACTS[code].items() if name not in raw)
    if code == "disk_full":
        assert ("734 MB" in body) is not over, "what was free then says nothing now"
        assert str(2**30) not in body
    if code in TROUBLES:
        assert "8 giờ 00" in body or "08:00" in body, "since when, in the office's time"
    subject, bare = say(notice(code, over, {}))
    assert "None" not in subject + bare


@pytest.mark.parametrize("over", [False, True])
def test_spam_that_cannot_be_read_has_words_beside_the_unfinished_mail(say: Say, over: bool) -> None:
    mail, spam = (say(notice("reading_incomplete", over, f)) for f in (FACTS["reading_incomplete"], {"error": "no"}))
    assert mail[0] != spam[0]
    assert "thuky show" not in spam[1]
