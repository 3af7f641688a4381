"""Timely or late: by when the server received the mail, whatever the mail says of itself.

The clock stands after office hours, when nobody is reminded and what goes out are answers.
"""

from scene_office import SceneOffice, address, at, kind, reports, said

DEADLINE = at(3, 10, 0)  # "trước ngày 10/3": the first instant that is late


def test_the_servers_time_decides_and_not_the_date_header(office: SceneOffice) -> None:
    stp, stc = address("stp"), address("stc")
    late = office.send(
        stp,
        "Báo cáo quý I/2023",
        [("Báo cáo.docx", reports("stp").narrative())],
        date=at(3, 9, 16, 30),
        received=DEADLINE,
    )
    timely = office.send(
        stc,
        "Báo cáo quý I/2023",
        [("Báo cáo.docx", reports("stc").narrative())],
        date=at(3, 10, 9),
        received=at(3, 9, 23, 59),
    )
    office.once(at(3, 10, 18))
    assert office.mail(late)["received_at"] == "2023-03-10T00:00:00+07:00"
    assert "sau hạn" in said(office.answer_to(late, stp))
    assert "sau hạn" not in said(office.answer_to(timely, stc))
    assert office.statuses("stp") == {"narrative": "fulfilled_late"}
    assert office.status("stp")["narrative"]["late"] is True
    assert office.statuses("stc") == {"narrative": "fulfilled"}


def test_late_is_late_even_when_the_bot_was_away(office: SceneOffice) -> None:
    """A mail in time that is read days after the deadline was in time."""
    stc = address("stc")
    sent = office.send(
        stc, "Báo cáo quý I/2023", [("Báo cáo.docx", reports("stc").narrative())], received=at(3, 9, 16, 59)
    )
    office.once(at(3, 14, 18))
    assert office.statuses("stc") == {"narrative": "fulfilled"}
    assert "sau hạn" not in said(office.answer_to(sent, stc))


def test_a_broken_resend_does_not_unseat_the_accepted_version(office: SceneOffice) -> None:
    vpub, cast = address("vpub"), reports("vpub")
    accepted = cast.ii06()
    good = office.send(
        vpub,
        "Báo cáo quý I/2023",
        [("Báo cáo.docx", cast.narrative()), ("II.06.xlsx", accepted)],
        received=at(3, 9, 10),
    )
    office.once(at(3, 9, 18))
    assert kind(office.answer_to(good, vpub)) == "receipt"
    worse = office.send(vpub, "Gửi lại biểu", [("II.06 moi.xlsx", cast.ii06({"C14": 99999}))], received=at(3, 13, 9))
    office.once(at(3, 13, 18))
    answer = office.answer_to(worse, vpub)
    assert kind(answer) == "correction"
    assert "lần nộp 1" in said(answer)
    ii06 = office.status("vpub")["ii06"]
    assert (ii06["status"], ii06["version"], ii06["latest_version"], ii06["late"]) == ("fulfilled", 1, 2, False)
    latest = office.data / "reports" / "2023-q1" / "vpub" / "latest" / "II.06.xlsx"
    assert latest.read_bytes() == accepted


def test_a_broken_report_in_time_mended_after_the_deadline_is_late(office: SceneOffice) -> None:
    """First received in time, first valid late: both are kept."""
    bao, cast = address("bao"), reports("bao")
    office.send(bao, "Tin bài quý I/2023", [("Tin bài.xlsx", cast.articles(count=9))], received=at(3, 9, 16))
    office.once(at(3, 9, 18))
    office.send(bao, "Tin bài quý I/2023 (sửa)", [("Tin bài.xlsx", cast.articles())], received=at(3, 10, 8))
    office.once(at(3, 10, 18))
    articles = office.status("bao")["articles"]
    assert articles["status"] == "fulfilled_late"
    assert articles["first_received_at"] == "2023-03-09T16:00:00+07:00"
    assert articles["first_valid_at"] == "2023-03-10T08:00:00+07:00"


def test_a_report_for_a_closed_round_is_told_so_and_waits(office: SceneOffice) -> None:
    office.edit("rounds/2023-q1.toml", "\n[period]", "closes_at = 2023-03-20T17:00:00\n\n[period]")
    stc = address("stc")
    sent = office.send(
        stc, "Báo cáo quý I/2023", [("Báo cáo.docx", reports("stc").narrative())], received=at(3, 20, 17)
    )
    office.once(at(3, 20, 18))
    mail = office.mail(sent)
    assert (mail["outcome"], mail["reason"], mail["round"]) == ("held", "no_open_round", "2023-q1")
    assert kind(office.answer_to(sent, stc)) == "closed"
    released = office.thuky("release", str(mail["id"]), "--round", "2023-q1", "--why", "Cho nhận muộn")
    assert released.code == 0, released.err
    office.once(at(3, 20, 19))
    assert office.mail(sent)["outcome"] == "accepted"
    assert office.statuses("stc") == {"narrative": "fulfilled_late"}
    assert [kind(m) for m in office.answers_to(sent, stc)] == ["closed", "receipt"]
