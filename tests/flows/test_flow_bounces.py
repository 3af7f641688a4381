"""What follows when a mail of ours comes back: the alert, the next contact, the answer once more, and what a forged
report does not do.
"""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from embedded_office import COORDINATOR, ROUND, STRANGER, Office, at, embedded_office
from openpyxl import load_workbook

from bot.domain.mail import OutgoingRecord, OutgoingState
from bot.flows.daily import digest
from bot.flows.reach import reach

OPENING = at(3, 2, 8)
GONE, FULL = "550 5.1.1 User unknown", "552 5.2.2 Hộp thư đã đầy"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, OPENING) as running:
        yield running


def come_back(
    office: Office, original: OutgoingRecord | str, address: str, words: str = GONE, *, action: str = "failed"
) -> None:
    """The report of a foreign server lies in the mailbox, and the bot has seen it."""
    message_id = original if isinstance(original, str) else original.mail.message_id
    boundary = "ranh-gioi"
    report = EmailMessage(policy=policy.SMTP)
    report.set_content("x")
    lines = [
        "From: MAILER-DAEMON@noikhac.test",
        "To: baocao@binhduong.example",
        "Subject: Undelivered Mail Returned to Sender",
        f"Message-ID: <{len(office.services.store.mails())}.{hash((message_id, address, words))}@noikhac.test>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"',
        "",
        f"--{boundary}",
        "Content-Type: text/plain",
        "",
        "Could not be delivered.",
        "",
        f"--{boundary}",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; noikhac.test",
        "",
        f"Final-Recipient: rfc822; {address}",
        f"Action: {action}",
        f"Status: {words.split()[1]}",
        f"Diagnostic-Code: smtp; {words}",
        "",
        f"--{boundary}",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: {message_id}",
        "",
        f"--{boundary}--",
        "",
    ]
    office.server.deliver("\r\n".join(lines).encode(), "", ["baocao@binhduong.example"])
    office.once()


def request_of(office: Office, agency: str) -> OutgoingRecord:
    return next(r for r in office.outbox("request") if r.mail.key == f"request:{ROUND}:{agency}")


def alerts(office: Office) -> list[str]:
    return [r.mail.key for r in office.outbox("alert")]


def words_of(office: Office, key: str) -> str:
    raw = next(m for m in office.got(COORDINATOR) if m["X-Thuky-Key"] == key)
    part = raw.get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


def test_a_request_that_bounced_goes_to_the_next_contact(office: Office) -> None:
    office.once()
    assert request_of(office, "stp").mail.to == ("stp@binhduong.example",)
    come_back(office, request_of(office, "stp"), "stp@binhduong.example")
    office.once(at(3, 2, 9))
    again = next(r for r in office.outbox("request") if r.mail.key == f"request:{ROUND}:stp:2")
    assert (again.mail.to, again.state) == (("stp.ld@binhduong.example",), OutgoingState.SENT)
    assert alerts(office) == ["alert:bounced:stp@binhduong.example"]
    said = words_of(office, alerts(office)[0])
    for part in ("Sở Tư pháp", GONE, "sẽ được gửi tới stp.ld@binhduong.example"):
        assert part in said
    state = reach(office.services, office.clock.now())
    assert set(state.dead) == {"stp@binhduong.example"}
    assert not state.undelivered
    assert not state.unreachable(office.settings.registry.get("stp"))


def test_when_nobody_is_left_the_coordinator_is_asked_to_telephone(office: Office) -> None:
    office.once()
    come_back(office, request_of(office, "stp"), "stp@binhduong.example")
    office.once(at(3, 2, 9))
    again = next(r for r in office.outbox("request") if r.mail.key.endswith(":stp:2"))
    come_back(office, again, "stp.ld@binhduong.example")
    office.once(at(3, 2, 10))
    assert [r.mail.key for r in office.outbox("request") if ":stp" in r.mail.key] == [
        f"request:{ROUND}:stp",
        f"request:{ROUND}:stp:2",
    ]
    assert "gọi điện" in words_of(office, "alert:bounced:stp.ld@binhduong.example")
    state = reach(office.services, office.clock.now())
    assert state.unreachable(office.settings.registry.get("stp"))
    assert state.undelivered == {"stp"}
    assert state.is_undelivered("stp", ROUND)
    assert not state.is_undelivered("stc", ROUND)

    of = {row["agency"]: row["undelivered"] for row in office.thuky("status", "--json").json["agencies"]}
    assert [code for code, is_lost in of.items() if is_lost] == ["stp"]
    shown = office.thuky("status").out
    (row,) = [line for line in shown.splitlines() if "Sở Tư pháp" in line]
    assert "× Không gửi tới được" in row
    assert "× Không gửi tới được: 1 cơ quan" in shown
    (book,) = digest(office.services, office.clock.now()).enclosures
    sheet, totals = load_workbook(BytesIO(book.payload)).worksheets
    said = {str(row[1]): row[4] for row in sheet.iter_rows(min_row=4, values_only=True)}
    assert (said["stp"], said["stc"]) == ("× Không gửi tới được", "○ Chưa nhận")
    heads = [cell.value for cell in totals[1]]
    last = next(row for row in totals.iter_rows(min_row=2, values_only=True) if row[0] == "Tổng số")
    assert last[heads.index("× Không gửi tới được")] == len(office.owed("stp"))


def test_a_full_mailbox_is_alive(office: Office) -> None:
    office.once()
    come_back(office, request_of(office, "stp"), "stp@binhduong.example", FULL)
    office.once(at(3, 2, 9))
    assert [r for r in office.outbox("request") if r.mail.key.endswith(":2")] == []
    assert alerts(office) == [f"alert:bounced_once:stp@binhduong.example:{ROUND}"]
    said = words_of(office, alerts(office)[0])
    assert "Địa chỉ vẫn được giữ" in said
    assert FULL in said
    state = reach(office.services, office.clock.now())
    assert not state.dead
    assert state.undelivered == {"stp"}
    come_back(office, request_of(office, "stp"), "stp@binhduong.example", FULL + " again")
    assert len(alerts(office)) == 1, "once a round"


@pytest.mark.parametrize(
    ("message_id", "address"),
    [
        pytest.param("<khong-co@binhduong.example>", "stp@binhduong.example", id="names no mail of ours"),
        pytest.param("", "stc@binhduong.example", id="names our mail to somebody else"),
    ],
)
def test_a_forged_report_changes_nothing(office: Office, message_id: str, address: str) -> None:
    office.once()
    before = {r.mail.key for r in office.outbox()}
    come_back(office, message_id or request_of(office, "stp"), address)
    office.once(at(3, 2, 9))
    assert {r.mail.key for r in office.outbox()} == before
    (listed,) = office.services.store.bounces()
    assert (listed.address, listed.key) == (address, None)
    state = reach(office.services, office.clock.now())
    assert (state.dead, state.void, state.undelivered, state.returned) == ({}, frozenset(), frozenset(), ())


def test_a_delay_is_not_told(office: Office) -> None:
    office.once()
    come_back(office, request_of(office, "stp"), "stp@binhduong.example", "451 4.4.1 timed out", action="delayed")
    assert alerts(office) == []
    assert not reach(office.services, office.clock.now()).undelivered


def test_an_address_that_writes_lives_again_and_may_die_again(office: Office) -> None:
    office.once()
    come_back(office, request_of(office, "stp"), "stp@binhduong.example")
    office.mail("stp", [("Báo cáo.docx", office.cast("stp").narrative())], moment=at(3, 3, 8))
    office.once()
    assert not reach(office.services, office.clock.now()).dead
    (receipt,) = office.outbox("receipt")
    office.clock.move_to(at(3, 3, 9))
    come_back(office, receipt, "stp@binhduong.example")
    assert set(reach(office.services, office.clock.now()).dead) == {"stp@binhduong.example"}
    assert alerts(office) == ["alert:bounced:stp@binhduong.example", "alert:bounced:stp@binhduong.example:2023-03-03"]


def test_an_answer_that_came_back_goes_to_the_agencys_other_address(office: Office) -> None:
    path = office.config / "agencies.toml"
    text = path.read_text("utf-8")
    leader = '"stp.ld@binhduong.example", role = "leader"'
    assert leader in text
    path.write_text(text.replace(leader, leader.replace('"leader"', '"agency"')), "utf-8")
    office.reopen()
    sent = office.mail("stp", [("Báo cáo.docx", office.cast("stp").narrative())])
    office.once()
    (receipt,) = office.outbox("receipt")
    come_back(office, receipt, "stp@binhduong.example")
    office.once()
    again = office.outbox("receipt")[-1]
    assert again.mail.key == receipt.mail.key + ":again"
    assert (again.mail.to, again.mail.cc, again.state) == (("stp.ld@binhduong.example",), (), OutgoingState.SENT)
    assert again.mail.message_id != receipt.mail.message_id
    first, second = (
        message_from_bytes(office.services.store.outgoing_mail(r.id).mail.raw, policy=policy.default)
        for r in (receipt, again)
    )
    assert second["In-Reply-To"] == sent["Message-ID"]
    assert (second["To"], second["Message-ID"]) == ("stp.ld@binhduong.example", again.mail.message_id)
    assert second["X-Thuky-Key"] == again.mail.key
    assert second["Subject"] == first["Subject"]
    assert [p.get_content() for p in second.walk() if not p.is_multipart()] == [
        p.get_content() for p in first.walk() if not p.is_multipart()
    ]
    assert "đã được gửi lại tới stp.ld@binhduong.example" in words_of(office, "alert:bounced:stp@binhduong.example")
    come_back(office, again, "stp.ld@binhduong.example")
    assert len(office.outbox("receipt")) == 2, "once more, not for ever"
    assert "gọi điện" in words_of(office, "alert:bounced:stp.ld@binhduong.example")


def test_what_bounces_from_the_coordinator_goes_round_no_further(office: Office) -> None:
    office.once(at(3, 3, 8))
    (digest,) = office.outbox("digest")
    come_back(office, digest, COORDINATOR)
    assert alerts(office) == []


def test_a_stranger_with_our_message_id_cannot_name_other_recipients(office: Office) -> None:
    office.once()
    come_back(office, request_of(office, "stp"), STRANGER)
    assert alerts(office) == []


def test_a_hundred_reports_of_one_address_are_told_once(office: Office) -> None:
    office.once()
    request = request_of(office, "stp")
    for _ in range(30):
        come_back(office, request, "stp@binhduong.example")
    assert alerts(office) == ["alert:bounced:stp@binhduong.example"]


def test_what_comes_back_from_the_coordinator_and_what_its_mailbox_says_by_itself_begets_no_mail(
    office: Office,
) -> None:
    office.once(at(3, 3, 8))
    come_back(office, request_of(office, "stp"), "stp@binhduong.example")
    queued = len(office.outbox())
    for record in office.outbox("digest", "alert"):
        come_back(office, record, COORDINATOR)
    for mail in office.got(COORDINATOR):
        office.took(COORDINATOR, subject=f"Re: {mail['Subject']}", text="Tôi đang nghỉ phép.\n", answers=mail)
    assert len(office.outbox()) == queued
    # It is still written to: there is nobody else to turn to.
    office.once(at(3, 6, 8))
    assert [r for r in office.outbox("digest") if r.mail.key.endswith("2023-03-06")]
