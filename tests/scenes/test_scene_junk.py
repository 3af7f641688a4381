"""Good mail in Spam on a real server: taken in, answered, told; a stranger's spam is left alone."""

from datetime import datetime
from email.message import EmailMessage

from scene_office import BOX, COORDINATOR, STRANGER, SceneOffice, address, at, kind, reports, said


def lying_in_spam(
    office: SceneOffice, sender: str, subject: str, received: datetime, *, folder: str = "Junk"
) -> EmailMessage:
    """A mail with a report that the server has put into a folder, as it came at that time."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, BOX, subject
    mail["Message-ID"] = f"<{received.timestamp():.0f}.{sender}>"
    mail.set_content("Kính gửi Sở Nội vụ, xin gửi báo cáo.\n")
    payload = reports("stp").narrative()
    mail.add_attachment(payload, maintype="application", subtype="octet-stream", filename="Báo cáo.docx")
    office.servers.append(BOX, mail.as_bytes(), received, folder)
    return mail


def test_an_agency_s_report_in_spam_counts_from_its_receipt_and_the_coordinator_is_told(office: SceneOffice) -> None:
    stp = address("stp")
    sent = lying_in_spam(office, stp, "Báo cáo quý I/2023", at(3, 9, 23, 50))
    spam = lying_in_spam(office, STRANGER, "Trúng thưởng lớn", at(3, 9, 23, 55))
    office.once(at(3, 10, 9))

    answer = office.answer_to(sent, stp)
    assert kind(answer) == "receipt"
    mail = office.mail(sent)
    assert (mail["outcome"], mail["agency"], mail["received_at"]) == ("accepted", "stp", "2023-03-09T23:50:00+07:00")
    assert office.statuses("stp")["narrative"] == "fulfilled", "in time, although it was read after the deadline"
    (alert,) = (m for m in office.got(COORDINATOR) if kind(m) == "alert")
    assert alert["X-Thuky-Key"] == "alert:found_in_junk:2023-03-10"
    assert stp in said(alert)
    assert STRANGER not in said(alert)

    ignored = office.mail(spam)
    assert (ignored["outcome"], ignored["reason"], ignored["submissions"]) == ("ignored", "junk", [])
    assert office.got(STRANGER) == []
    stored = {m.message["From"]: m.flags for m in office.servers.stored(BOX, "Junk")}
    assert "$ThukyAccepted" in stored[stp]
    assert "$ThukyIgnored" in stored[STRANGER]
    assert not any("\\Seen" in flags or "\\Deleted" in flags for flags in stored.values())

    # A person moves the stranger's mail to the inbox: it is looked into now.
    moved = lying_in_spam(office, STRANGER, "Trúng thưởng lớn", at(3, 9, 23, 55), folder="INBOX")
    assert moved["Message-ID"] == spam["Message-ID"]
    office.once(at(3, 10, 10))
    found = [m for m in office.mails() if m["message_id"] == spam["Message-ID"]]
    assert [(m["outcome"], m["reason"]) for m in found] == [("ignored", "junk"), ("held", "unknown_sender")]


def test_doctor_names_the_spam_folder(office: SceneOffice) -> None:
    said_by = {e["name"]: e for e in office.thuky("doctor", "--json").json}
    assert said_by["Thư mục thư rác"]["ok"] is True
    assert "Junk" in said_by["Thư mục thư rác"]["message"]
    office.extra["THUKY_IMAP__JUNK_FOLDER"] = "Không có"
    said_by = {e["name"]: e for e in office.thuky("doctor", "--json").json}
    assert said_by["Thư mục thư rác"]["ok"] is False
