"""Reports that come whole, in halves, broken and mended, and twice."""

from scene_office import SceneOffice, address, all_three, at, kind, reports, said

SUNDAY = at(3, 5, 9)  # nobody is reminded on a Sunday: what goes out are answers


def test_word_and_excel_in_two_mails_each_count_for_their_half(office: SceneOffice) -> None:
    """Every receipt says what is still missing; the last one that nothing is."""
    ta, cast = address("ta"), reports("ta")
    word = office.send(ta, "Báo cáo CCHC quý I/2023", [("bao cao.docx", cast.narrative())])
    office.once(SUNDAY)
    first = office.answer_to(word, ta)
    assert kind(first) == "receipt"
    assert "còn thiếu Biểu II.06 và Biểu thống kê CCHC" in " ".join(first["Subject"].split() + said(first).split())
    assert {form: o["version"] for form, o in office.status("ta").items()} == {
        "narrative": 1,
        "ii06": None,
        "cchc_stats": None,
    }
    assert office.statuses("ta")["narrative"] == "fulfilled"

    figures = [("II.06.xlsx", cast.ii06()), ("Thong ke.xlsx", cast.stats())]
    excel = office.send(ta, "Re: số liệu", figures, reply_to=first)
    office.once(at(3, 5, 18))
    last = office.answer_to(excel, ta)
    assert kind(last) == "receipt"
    assert "đã nhận đủ" in said(last).lower()
    assert "còn thiếu" not in said(last).lower()
    assert set(office.statuses("ta").values()) == {"fulfilled"}
    assert office.status("ta")["narrative"]["first_received_at"] == "2023-03-05T09:00:00+07:00"
    assert office.status("ta")["ii06"]["first_received_at"] == "2023-03-05T18:00:00+07:00"


def test_a_broken_ii06_is_mended_by_a_reply(office: SceneOffice) -> None:
    """The correction names the cell; the reply with the mended file is enough."""
    tdm, cast = address("tdm"), reports("tdm")
    files = [
        ("Báo cáo.docx", cast.narrative()),
        ("Biểu II.06.xlsx", cast.ii06({"D14": "hai trăm"})),
        ("Thống kê.xlsx", cast.stats()),
    ]
    sent = office.send(tdm, "Báo cáo CCHC quý I/2023", files)
    office.once(SUNDAY)
    correction = office.answer_to(sent, tdm)
    assert kind(correction) == "correction"
    assert "D14" in said(correction)
    assert "hai trăm" in said(correction)
    broken = office.status("tdm")["ii06"]
    assert (broken["status"], broken["first_valid_at"]) == ("correction_needed", None)
    assert "D14" in [f["place"]["cell"] for f in broken["findings"]]
    assert office.statuses("tdm")["narrative"] == "fulfilled"

    mended = cast.ii06()
    reply = office.send(tdm, "Re: sửa biểu", [("Biểu II.06 (sửa).xlsx", mended)], reply_to=correction)
    office.once(at(3, 5, 18))
    receipt = office.answer_to(reply, tdm)
    assert kind(receipt) == "receipt"
    assert correction["Message-ID"] in receipt["References"]
    now = office.status("tdm")["ii06"]
    assert (now["status"], now["version"], now["late"]) == ("fulfilled", 2, False)
    assert now["first_received_at"] == "2023-03-05T09:00:00+07:00"
    assert now["first_valid_at"] == "2023-03-05T18:00:00+07:00"
    versions = [(s["version"], s["verdict"]) for m in office.mails() for s in m["submissions"] if s["form"] == "ii06"]
    assert versions == [(1, "correction"), (2, "accepted")]
    folder = office.data / "reports" / "2023-q1" / "tdm"
    latest = [f.read_bytes() for f in (folder / "latest").rglob("*.xlsx") if "II.06" in f.name]
    assert latest == [mended]
    assert [f.read_bytes() for f in (folder / "ii06" / "v1").iterdir()] == [files[1][1]]
    assert [f.read_bytes() for f in (folder / "ii06" / "v2").iterdir()] == [mended]


def test_the_same_files_again_keep_their_number_and_make_no_version(office: SceneOffice) -> None:
    da = address("da")
    files = all_three("da")
    first = office.send(da, "Báo cáo CCHC quý I/2023", files)
    office.once(SUNDAY)
    again = office.send(da, "Báo cáo CCHC quý I/2023", files)
    office.once(at(3, 5, 18))
    mails = office.mail(first), office.mail(again)
    number = mails[0]["submissions"][0]["receipt_number"]
    assert number
    assert number in said(office.answer_to(first, da))
    assert number in said(office.answer_to(again, da))
    assert (mails[1]["outcome"], mails[1]["reason"], mails[1]["duplicate_of"]) == (
        "ignored",
        "duplicate",
        mails[0]["id"],
    )
    assert mails[1]["submissions"] == []
    assert {o["latest_version"] for o in office.status("da").values()} == {1}


def test_the_very_mail_delivered_twice_is_answered_once(office: SceneOffice) -> None:
    da = address("da")
    sent = office.send(da, "Báo cáo CCHC quý I/2023", all_three("da"))
    office.once(SUNDAY)
    (stored,) = office.servers.stored("baocao@binhduong.example")
    office.servers.append("baocao@binhduong.example", stored.raw, stored.internal_date)
    office.once(at(3, 5, 18))
    assert [(m["outcome"], m["reason"]) for m in office.mails()] == [("accepted", "ok"), ("ignored", "duplicate")]
    assert len(office.answers_to(sent, da)) == 1
    assert {o["latest_version"] for o in office.status("da").values()} == {1}


def test_the_very_mail_twice_in_one_walk(office: SceneOffice) -> None:
    """Sent to the mailbox twice over, as by To and Cc, before anybody has looked."""
    da = address("da")
    sent = office.send(da, "Báo cáo CCHC quý I/2023", all_three("da"))
    office.servers.send(sent, da, ["baocao@binhduong.example"])
    office.once(SUNDAY)
    assert [(m["outcome"], m["reason"]) for m in office.mails()] == [("accepted", "ok"), ("ignored", "duplicate")]
    assert len(office.answers_to(sent, da)) == 1


def test_all_files_again_with_one_of_them_mended(office: SceneOffice) -> None:
    """Clerks send the whole folder again: only what changed is a new version."""
    tdm, cast = address("tdm"), reports("tdm")
    files = all_three("tdm")
    office.send(tdm, "Báo cáo quý I/2023", [files[0], ("II.06.xlsx", cast.ii06({"C14": 99999})), files[2]])
    office.once(SUNDAY)
    whole = office.send(tdm, "Gửi lại toàn bộ", files)
    office.once(at(3, 5, 18))
    mail = office.mail(whole)
    assert mail["outcome"] == "accepted"
    assert [(s["form"], s["version"]) for s in mail["submissions"]] == [("ii06", 2)]
    assert "đã nhận đủ" in said(office.answer_to(whole, tdm)).lower()
    assert {f: o["version"] for f, o in office.status("tdm").items()} == {"narrative": 1, "ii06": 2, "cchc_stats": 1}


def test_two_halves_found_in_one_walk(office: SceneOffice) -> None:
    """The first receipt speaks of the moment before the second mail; the last word is right."""
    vpub, cast = address("vpub"), reports("vpub")
    word = office.send(vpub, "Phần lời quý I", [("Báo cáo.docx", cast.narrative())])
    office.servers.settle()
    excel = office.send(vpub, "Số liệu quý I", [("II.06.xlsx", cast.ii06())])
    office.once(SUNDAY)
    assert "còn thiếu Biểu II.06" in " ".join(office.answer_to(word, vpub)["Subject"].split())
    assert "đã nhận đủ" in said(office.answer_to(excel, vpub)).lower()
