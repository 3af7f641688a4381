"""Mail that comes back, on real servers: Postfix writes the reports itself, as it does for every office."""

from email import policy
from email.message import EmailMessage

from scene_office import BOX, COORDINATOR, ROUND, SceneOffice, address, at, kind, said

GONE = "khong-con@binhduong.example"  # Postfix takes it, Dovecot does not know it


def report(original: EmailMessage, recipient: str, status: str, words: str) -> bytes:
    """What another server writes when it could not deliver `original` (RFC 3464)."""
    lines = [
        "From: MAILER-DAEMON@noikhac.example",
        f"To: {BOX}",
        "Subject: Undelivered Mail Returned to Sender",
        f"Message-ID: <{status}.{recipient}@noikhac.example>",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "Could not be delivered.",
        "",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; noikhac.example",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        "Action: failed",
        f"Status: {status}",
        f"Diagnostic-Code: smtp; {words}",
        "",
        "--b",
        "Content-Type: message/rfc822",
        "",
        original.as_bytes(policy=policy.SMTP).decode("utf-8", "replace"),
        "--b--",
        "",
    ]
    return "\r\n".join(lines).encode()


def alerts(office: SceneOffice) -> list[EmailMessage]:
    return [m for m in office.got(COORDINATOR) if kind(m) == "alert"]


def test_what_bounces_goes_to_the_next_contact_and_the_coordinator_hears_of_it(office: SceneOffice) -> None:
    office.edit("agencies.toml", '{ address = "stp@binhduong.example" }', f'{{ address = "{GONE}" }}')
    office.once(at(3, 2, 8))  # the request is taken, and its report lies in our mailbox
    office.once(at(3, 2, 9))
    keys = {m["key"]: m for m in office.outbox("request") if ":stp" in m["key"]}
    assert list(keys) == [f"request:{ROUND}:stp", f"request:{ROUND}:stp:2"]
    assert keys[f"request:{ROUND}:stp:2"]["to"] == ["stp.ld@binhduong.example"]
    (request,) = office.got("stp.ld@binhduong.example")
    assert request["X-Thuky-Key"] == f"request:{ROUND}:stp:2"
    (alert,) = alerts(office)
    assert alert["X-Thuky-Key"] == f"alert:bounced:{GONE}"
    for part in ("Sở Tư pháp", "User doesn't exist", "sẽ được gửi tới stp.ld@binhduong.example"):
        assert part in said(alert)
    office.once(at(3, 7, 8))
    reminders = [m for m in office.outbox("reminder") if ":stp:" in m["key"]]
    assert {tuple(m["to"]) for m in reminders} <= {("stp.ld@binhduong.example",)}
    assert len(alerts(office)) == 1


def test_a_full_mailbox_is_kept_and_a_forged_report_changes_nothing(office: SceneOffice) -> None:
    office.once(at(3, 2, 8))
    (to_stc,) = office.got(address("stc"))
    (to_stp,) = office.got(address("stp"))
    office.servers.send(report(to_stc, address("stc"), "5.2.2", "552 5.2.2 Mailbox full"), "", [BOX])
    invented = EmailMessage(policy=policy.SMTP)
    invented["Message-ID"] = "<20230302.khong-co@binhduong.example>"
    invented.set_content("x")
    office.servers.send(report(invented, address("stp"), "5.1.1", "550 5.1.1 no such user"), "", [BOX])
    office.servers.send(report(to_stp, address("tdm"), "5.1.1", "550 5.1.1 no such user"), "", [BOX])
    office.once(at(3, 2, 9))
    assert [m["outcome"] for m in office.mails()] == ["ignored"] * 3
    (alert,) = alerts(office)
    assert alert["X-Thuky-Key"] == f"alert:bounced_once:{address('stc')}:{ROUND}"
    assert "Địa chỉ vẫn được giữ" in said(alert)
    assert not [m for m in office.outbox("request") if m["key"].endswith(":2")]
    office.once(at(3, 7, 8))
    reminded = {m["key"].split(":")[2]: m["to"] for m in office.outbox("reminder")}
    for agency in ("stc", "stp", "tdm"):
        assert reminded[agency] == [address(agency)]
