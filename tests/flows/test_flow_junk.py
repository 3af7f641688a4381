"""The Spam folder: agencies' mail in it is taken in, strangers' is not looked into; what a person moves is read."""

from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from embedded_office import BOX, COORDINATOR, STRANGER, Office, at, embedded_office

from bot.daemon import once
from bot.domain.decision import DecisionKind
from bot.domain.mail import InboundRecord, Outcome
from bot.mail.inbox import Inbox

BEFORE = at(3, 1, 7)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, BEFORE) as running:
        yield running


def report(office: Office, agency: str = "stp") -> list[tuple[str, bytes]]:
    return [("Báo cáo.docx", office.cast(agency).narrative())]


def put(office: Office, raw: bytes, folder: str = "Junk") -> None:
    with Inbox(office.services.imap, office.services.account) as inbox:
        inbox.append(folder, raw, office.clock.now(), seen=False)


class Elsewhere:
    """A mail made without being delivered."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def __call__(self, sender: str, subject: str = "Báo cáo", files: bool = True, **headers: str) -> bytes:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, BOX, subject
        mail["Message-ID"] = f"<{abs(hash((sender, subject, files)))}@x.example>"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content("Kính gửi Sở Nội vụ, xin gửi báo cáo.\n")
        if files:
            kind = {"maintype": "application", "subtype": "octet-stream", "filename": "Báo cáo.docx"}
            mail.add_attachment(report(self._office)[0][1], **kind)
        return mail.as_bytes()


@pytest.fixture
def make(office: Office) -> Elsewhere:
    return Elsewhere(office)


def only(office: Office) -> InboundRecord:
    (record,) = office.services.store.mails()
    return record


def found(office: Office) -> list[str]:
    return [r.mail.key for r in office.outbox("alert") if "found_in_junk" in r.mail.key]


def test_an_agency_s_report_in_spam_is_taken_in_answered_and_told(office: Office, make: Elsewhere) -> None:
    put(office, make("stp@binhduong.example"))
    office.clock.move_to(at(3, 1, 7, 30))
    office.once()
    record = only(office)
    assert (record.ref.folder, record.outcome, record.agency) == ("Junk", Outcome.ACCEPTED, "stp")
    assert record.received_at == BEFORE, "the server's time of receipt counts there as well"
    assert office.got("stp")[-1]["X-Thuky-Key"].startswith("receipt:")
    assert found(office) == ["alert:found_in_junk:2023-03-01"]
    body = office.got(COORDINATOR)[-1].get_body(("plain",)).get_content()
    assert "stp@binhduong.example" in body
    assert "Junk" in body


def test_it_is_told_once_a_day(office: Office, make: Elsewhere) -> None:
    put(office, make("stp@binhduong.example"))
    office.once()
    put(office, make("stc@binhduong.example"))
    office.once()
    assert len(found(office)) == 1
    office.clock.move_to(at(3, 2, 6))
    put(office, make("da@binhduong.example"))
    office.once()
    assert len(found(office)) == 2


def test_a_stranger_s_spam_is_ignored_in_one_line_and_never_answered(office: Office, make: Elsewhere) -> None:
    put(office, make(STRANGER, "Trúng thưởng"))
    office.once()
    record = only(office)
    assert (record.outcome, record.reason, record.sender) == (Outcome.IGNORED, "junk", STRANGER)
    assert record.subject == "Trúng thưởng"
    assert office.outbox() == []
    assert office.got(STRANGER) == []


def test_attachments_of_a_stranger_in_spam_are_never_read(office: Office, make: Elsewhere) -> None:
    class Never:
        def __getattr__(self, name: str) -> object:
            raise AssertionError(f"the sandbox was asked to {name}")

    put(office, make(STRANGER))
    once(replace(office.services, sandbox=Never()))  # type: ignore[arg-type]  # any use of it fails
    assert only(office).reason == "junk"


def test_moved_to_the_inbox_by_a_person_it_is_taken_in(office: Office, make: Elsewhere) -> None:
    raw = make(STRANGER)
    put(office, raw)
    office.once()
    put(office, raw, "INBOX")
    office.once()
    first, second = office.services.store.mails()
    assert (first.outcome, first.reason) == (Outcome.IGNORED, "junk")
    assert (second.outcome, second.reason, second.duplicate_of) == (Outcome.HELD, "unknown_sender", None)


def test_one_that_was_taken_in_from_spam_is_a_duplicate_in_the_inbox(office: Office, make: Elsewhere) -> None:
    raw = make("stp@binhduong.example")
    put(office, raw)
    office.once()
    put(office, raw, "INBOX")
    office.once()
    first, second = office.services.store.mails()
    assert (second.outcome, second.reason, second.duplicate_of) == (Outcome.IGNORED, "duplicate", first.id)
    assert len(office.outbox("receipt")) == 1


def test_the_second_reading_in_the_inbox_is_a_duplicate_of_the_first_there(office: Office, make: Elsewhere) -> None:
    raw = make(STRANGER)
    for folder in ("Junk", "INBOX", "INBOX"):
        put(office, raw, folder)
        office.once()
    _, first, second = office.services.store.mails()
    assert (second.reason, second.duplicate_of) == ("duplicate", first.id)


def test_a_bound_address_a_tag_and_the_coordinator_are_ours(office: Office, make: Elsewhere) -> None:
    put(office, make("canbo@hopthu.test", "Fwd: [BC 2023Q1 STP] Báo cáo"))
    put(office, make(COORDINATOR, "Xin chuyển"))
    office.once()
    tagged, coordinator = office.services.store.mails()
    assert (tagged.outcome, tagged.reason) == (Outcome.HELD, "unknown_sender")
    assert coordinator.reason == "coordinator_mail"
    office.thuky("bind", "canbo@hopthu.test", "stp", "--why", "điện thoại")
    put(office, make("canbo@hopthu.test", "Báo cáo"))
    office.once()
    assert office.services.store.mails()[-1].agency == "stp"


def test_an_answer_to_a_mail_of_ours_is_ours_whoever_sends_it(office: Office, make: Elsewhere) -> None:
    office.once(at(3, 2, 8))
    (request,) = office.got("pg")
    put(office, make("rieng@hopthu.test", "Re: bao cao", In_Reply_To=request["Message-ID"]))
    office.once()
    assert only(office).reason == "unknown_sender"


def test_spam_may_be_left_unread(tmp_path: Path) -> None:
    with embedded_office(tmp_path, BEFORE, THUKY_IMAP__READ_JUNK="false") as office:
        put(office, Elsewhere(office)("stp@binhduong.example"))
        office.once()
        assert office.services.store.mails() == ()


def test_another_folder_may_be_named(tmp_path: Path) -> None:
    with embedded_office(tmp_path, BEFORE, THUKY_IMAP__JUNK_FOLDER="Rác") as office:
        put(office, Elsewhere(office)("stp@binhduong.example"), "Rác")
        put(office, Elsewhere(office)("stc@binhduong.example"), "Junk")
        office.once()
        assert [m.agency for m in office.services.store.mails()] == ["stp"]


@pytest.mark.parametrize(("sender", "reason"), [("stp@binhduong.example", "too_big"), (STRANGER, "junk")])
def test_one_that_is_too_big_is_judged_by_its_head(tmp_path: Path, sender: str, reason: str) -> None:
    with embedded_office(tmp_path, BEFORE, THUKY_LIMITS__MAX_MAIL_MEGABYTES="1") as office:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, BOX, "Báo cáo lớn"
        mail.set_content("x" * 70 + "\n")
        mail.add_attachment(bytes(1_200_000), maintype="application", subtype="zip", filename="a.zip")
        put(office, mail.as_bytes())
        office.once()
        record = only(office)
        assert (record.reason, record.sender, record.subject, record.sha256) == (reason, sender, "Báo cáo lớn", "")


def test_binding_an_address_takes_in_what_it_sent_to_spam(office: Office, make: Elsewhere) -> None:
    put(office, make("canbo@hopthu.test"))
    office.once()
    assert only(office).reason == "junk"
    said = office.thuky("bind", "canbo@hopthu.test", "stp", "--why", "điện thoại")
    assert said.code == 0, said.err
    assert office.services.store.decisions()[-1].kind is DecisionKind.BIND
    office.once()
    assert (only(office).outcome, only(office).agency) == (Outcome.ACCEPTED, "stp")
