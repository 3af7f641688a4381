"""What the coordinator decides by command: told to the agency by mail, and seen in the status."""

import shutil
from datetime import datetime, timedelta

from scene_office import PRIVATE, VN, SceneOffice, address, all_three, kind, reports, said

WHY = ("--why", "Đã trao đổi qua điện thoại", "--who", "Minh Anh")


def decided(office: SceneOffice, *words: str) -> dict:
    done = office.thuky(*words, *WHY, "--json")
    assert done.code == 0, done.err
    return done.json


def told(office: SceneOffice, agency: str) -> str:
    """The words of the one decision that this agency was told of, subject included."""
    (mail,) = (m for m in office.got(address(agency)) if kind(m) == "decision")
    assert mail["Auto-Submitted"] == "auto-generated"
    return f"{mail['Subject']} {said(mail)}"


def test_extend_and_excuse(office: SceneOffice) -> None:
    office.move_round()
    until = (datetime.now(VN) + timedelta(days=25)).date()
    decided(office, "extend", "stc", "--until", until.isoformat())
    decided(office, "excuse", "ptth")
    office.once()
    assert f"{until:%d/}{until.month}" in told(office, "stc")
    (narrative,) = office.status("stc").values()
    end = datetime.combine(until + timedelta(days=1), datetime.min.time(), VN)
    assert (narrative["status"], narrative["deadline"]) == ("open", end.isoformat())
    assert office.statuses("ptth") == {"broadcasts": "excused"}
    assert "miễn" in told(office, "ptth")
    assert "Đã trao đổi qua điện thoại" in told(office, "ptth")
    # Others keep their deadline.
    assert office.status("stp")["narrative"]["deadline"] != narrative["deadline"]


def test_accept_and_return(office: SceneOffice) -> None:
    office.move_round()
    vpub, cast = address("vpub"), reports("vpub")
    broken = cast.ii06({"C14": 99999})
    office.send(vpub, "Báo cáo quý I/2023", [("Báo cáo.docx", cast.narrative()), ("II.06.xlsx", broken)])
    office.send(address("stp"), "Báo cáo quý I/2023", [("Báo cáo.docx", reports("stp").narrative())])
    office.once()
    assert office.statuses("vpub")["ii06"] == "correction_needed"
    latest = office.data / "reports" / "2023-q1" / "vpub" / "latest"
    assert [f.name for f in latest.iterdir()] == ["Báo cáo.docx"]

    assert decided(office, "accept", "vpub", "--form", "ii06")["version"] == 1
    decided(office, "return", "stp", "--form", "narrative")
    office.once()
    assert office.statuses("vpub") == {"narrative": "fulfilled", "ii06": "fulfilled"}
    assert "chấp nhận" in told(office, "vpub").lower()
    assert (latest / "II.06.xlsx").read_bytes() == broken
    # What a crash or a careless hand took away is there again after the next start.
    shutil.rmtree(latest)
    office.once()
    assert sorted(f.name for f in latest.iterdir()) == ["Báo cáo.docx", "II.06.xlsx"]
    assert office.statuses("stp") == {"narrative": "correction_needed"}
    assert "trả lại" in told(office, "stp")
    assert list((office.data / "reports" / "2023-q1" / "stp" / "latest").iterdir()) == []


def test_received_by_another_channel(office: SceneOffice) -> None:
    office.move_round()
    paper = office.folder / "Báo cáo giấy.docx"
    paper.write_bytes(reports("stttt").narrative())
    when = (datetime.now(VN) - timedelta(days=1)).replace(microsecond=0)
    decided(office, "received", "stttt", "--file", str(paper), "--at", when.isoformat())
    office.once()
    (narrative,) = office.status("stttt").values()
    assert (narrative["status"], narrative["first_valid_at"]) == ("fulfilled", when.isoformat())
    assert "kênh khác" in told(office, "stttt")
    latest = office.data / "reports" / "2023-q1" / "stttt" / "latest" / "Báo cáo giấy.docx"
    assert latest.read_bytes() == paper.read_bytes()


def test_a_held_mail_is_released_for_an_agency(office: SceneOffice) -> None:
    """The answer goes to the registered address: who wrote is still nobody that we know."""
    office.move_round()
    sent = office.send(PRIVATE, "Báo cáo quý I/2023", all_three("pg"))
    office.once()
    held = office.mail(sent)
    assert held["outcome"] == "held"
    refused = office.thuky("release", str(held["id"]), *WHY)
    assert refused.code == 2
    assert "--agency" in refused.err

    decided(office, "release", str(held["id"]), "--agency", "pg")
    office.once()
    assert office.mail(sent)["outcome"] == "accepted"
    assert set(office.statuses("pg").values()) == {"fulfilled"}
    assert kind(office.answer_to(sent, address("pg"))) == "receipt"
    assert office.got(PRIVATE) == []


def test_decisions_that_make_no_sense_are_refused_with_what_would_do(office: SceneOffice) -> None:
    office.move_round()
    for words, expected in (
        (("extend", "stc", "--until", "2023-03-15"), "đã qua"),
        (("excuse", "khongco"), "stp"),
        (("accept", "stc", "--form", "narrative"), "stc"),
        (("excuse", "stc", "--form", "ii06"), "narrative"),
        (("release", "77"), "77"),
    ):
        done = office.thuky(*words, *WHY)
        assert (done.code, done.out) == (2, ""), words
        assert expected in done.err
    office.once()
    assert office.outbox("decision") == []


def test_an_extension_of_one_form_is_that_forms_deadline_in_every_answer(office: SceneOffice) -> None:
    """The round has ended; II.06 alone has been given more time."""
    now = datetime.now(VN)
    office.move_round(opened=now - timedelta(days=40), deadline=now - timedelta(days=15))
    until = (now + timedelta(days=5)).date()
    decided(office, "extend", "vpub", "--form", "ii06", "--until", until.isoformat())
    vpub, cast = address("vpub"), reports("vpub")
    broken = office.send(vpub, "Biểu II.06 quý I/2023", [("II.06.xlsx", cast.ii06({"C14": 99999}))])
    office.once()
    correction = office.answer_to(broken, vpub)
    assert f"ngày {until:%d/}{until.month}" in said(correction)

    figures = office.send(vpub, "Re: sửa", [("II.06.xlsx", cast.ii06())], reply_to=correction)
    words = office.send(vpub, "Báo cáo quý I/2023", [("Báo cáo.docx", cast.narrative())])
    office.once()
    assert office.statuses("vpub") == {"narrative": "fulfilled_late", "ii06": "fulfilled"}
    assert "sau hạn" not in said(office.answer_to(figures, vpub))
    assert "sau hạn" in said(office.answer_to(words, vpub))
