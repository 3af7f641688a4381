"""The three example offices on real servers: each plays its letter's round, from the request to the first day after."""

from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest
from mail_servers import MailServers
from office_reports import Reports
from scene_office import ROOT, SceneOffice, at, kind, said

EXAMPLES = ROOT / "config" / "examples"
FIGURES = {
    "1.1": 866,
    "1.2": 640,
    "1.3": 850,
    "1.4": 841,
    "1.5": 98.9,
    "2.1": 9,
    "2.2": 0,
    "2.3": 4,
    "3.1": 0,
    "3.2": 12,
    "3.3": 4,
}


def play(servers: MailServers, folder: Path, name: str, *, blanks: bool = False) -> SceneOffice:
    """That office; without blank forms in its requests where the scene does not look at them, since they take time."""
    return SceneOffice(servers, folder, {"THUKY_DOCUMENTS__ENCLOSE_FORMS": str(blanks).lower()}, config=EXAMPLES / name)


def to_whom(office: SceneOffice, what: str, moment: str) -> set[str]:
    """Agencies that got a notice of that kind at that local time, by what lies in the outbox."""
    domain = office.box.partition("@")[2]
    return {
        m["to"][0].removesuffix(f"@{domain}")
        for m in office.outbox(what)
        if m["sent_at"] and m["sent_at"].startswith(moment)
    }


def newest(office: SceneOffice, agency: str) -> EmailMessage:
    """The newest mail that lies in that agency's mailbox."""
    return office.got(address(office, agency))[-1]


def address(office: SceneOffice, agency: str) -> str:
    return f"{agency}@{office.box.partition('@')[2]}"


def codes(office: SceneOffice, mail: EmailMessage, form: str) -> list[str]:
    """The findings of that form in that mail."""
    (found,) = (s for s in office.mail(mail)["submissions"] if s["form"] == form)
    return [f["code"] for f in found["findings"]]


def others(office: SceneOffice, *without: str) -> set[str]:
    return set(office.round.agencies) - set(without)


# ---- Sở Công Thương, quý I/2023: trước 16h30 ngày 10/3 ------------------------------------------------------


@pytest.fixture
def department(mail_servers: MailServers, tmp_path: Path) -> SceneOffice:
    return play(mail_servers, tmp_path, "so-cong-thuong", blanks=True)


def of_division(office: SceneOffice, agency: str) -> Reports:
    return Reports(office, agency, "Sở Công Thương", "Bình Dương")


def figures(
    office: SceneOffice, agency: str, notes: dict[str, str] | None = None, **changes: object
) -> tuple[str, bytes]:
    """What that division counts: as the province's system has it, but for `changes` (`c12` is row 1.2)."""
    (reference,) = office.round.references
    system = {code: float(value) for code, value in reference.figures[agency].items()}
    changed = {f"{key[1]}.{key[2]}": value for key, value in changes.items()}
    return of_division(office, agency).figures(FIGURES | system | changed, notes)


def test_a_department_and_its_divisions_until_half_past_four(department: SceneOffice) -> None:
    office = department
    office.once(at(3, 8))
    assert to_whom(office, "request", "2023-03-08T08:00") == others(office)
    request = newest(office, "qltm")
    assert "trước 16h30 ngày 10/3/2023 (chậm nhất 16 giờ 30 thứ Sáu ngày 10/3/2023)" in said(request)
    assert "Báo cáo CCHC và Biểu số liệu thống kê" in said(request)
    assert "từ ngày 15/12/2022 đến hết ngày 14/3/2023" in said(request)
    enclosed = [str(part.get_filename()) for part in request.iter_attachments()]
    # Word and Excel, as the letter asks, and the deadline for the calendar.
    assert sorted(Path(name).suffix for name in enclosed) == [".docx", ".ics", ".xlsx"]

    # Both files in one answer; Excel alone; figures that cannot be, mended by a reply; one by the document system.
    whole, wrong = of_division(office, "qltm"), of_division(office, "ttkc")
    files = [whole.word("narrative"), figures(office, "qltm")]
    good = office.send(address(office, "qltm"), "Báo cáo", files, reply_to=request)
    excel = office.send(address(office, "ktat"), "Số liệu CCHC quý I", [figures(office, "ktat")])
    files = [wrong.word("narrative"), figures(office, "ttkc", c12=900)]
    broken = office.send(address(office, "ttkc"), "Báo cáo CCHC quý I", files)
    office.once(at(3, 8, 15))
    assert "đã nhận đủ" in said(office.answer_to(good, address(office, "qltm"))).lower()
    assert "còn thiếu Báo cáo CCHC" in " ".join(office.answer_to(excel, address(office, "ktat"))["Subject"].split())
    correction = office.answer_to(broken, address(office, "ttkc"))
    assert (kind(correction), codes(office, broken, "stats")) == ("correction", ["X204"])
    mended = [figures(office, "ttkc")]
    office.send(address(office, "ttkc"), "Re: đã sửa", mended, reply_to=correction)
    why = ("--why", "Phần mềm QLVB", "--at", at(3, 8, 14).isoformat())
    for form in ("narrative", "stats"):
        assert office.thuky("received", "ttra", "--form", form, *why).code == 0

    office.once(at(3, 9))
    assert set(office.statuses("ttkc").values()) == set(office.statuses("ttra").values()) == {"fulfilled"}
    assert to_whom(office, "reminder", "2023-03-09T08:00") == others(office, "qltm", "ttkc", "ttra")

    # The last second before the time of day that the letter names, and the first one that is late.
    for agency, moment in (("qlcn", at(3, 10, 16, 29, 59)), ("khtc", at(3, 10, 16, 30))):
        report = of_division(office, agency)
        files = [report.word("narrative"), figures(office, agency)]
        office.send(address(office, agency), "Báo cáo CCHC quý I/2023", files, received=moment)
    office.once(at(3, 10, 16, 45))
    assert set(office.statuses("qlcn").values()) == {"fulfilled"}
    assert set(office.statuses("khtc").values()) == {"fulfilled_late"}
    assert "sau hạn" in said(newest(office, "khtc"))
    assert "sau hạn" not in said(newest(office, "qlcn"))

    office.once(at(3, 13))
    silent = others(office, "qltm", "ttkc", "ttra", "qlcn", "khtc")
    assert to_whom(office, "overdue", "2023-03-13T08:00") == silent
    assert all(
        m["cc"] == [address(office, f"{a}.ld")] for a in silent for m in office.outbox("overdue") if a in m["key"]
    )
    assert office.statuses("ktat") == {"narrative": "overdue", "stats": "fulfilled"}


def test_a_difference_from_the_provinces_system_needs_its_cause(department: SceneOffice) -> None:
    """Asked for, it may be given by a reply without any file; given beforehand, nothing is asked."""
    office = department
    office.once(at(3, 8))
    sender, report = address(office, "qlnl"), of_division(office, "qlnl")
    files = [report.word("narrative"), figures(office, "qlnl", c12=330)]
    sent = office.send(sender, "Báo cáo CCHC quý I/2023", files)
    cause = "Số liệu khác với hệ thống của tỉnh do 11 hồ sơ trực tuyến nộp ngày 09/3 chưa đồng bộ."
    files = [of_division(office, "qlcn").word("narrative"), figures(office, "qlcn", {"1.2": cause}, c12=201)]
    told = office.send(address(office, "qlcn"), "Báo cáo CCHC quý I/2023", files)
    office.once(at(3, 8, 14))
    assert (codes(office, sent, "stats"), office.mail(sent)["outcome"]) == (["C205"], "correction")
    assert (codes(office, told, "stats"), office.mail(told)["outcome"]) == (["C206"], "accepted")
    correction = office.answer_to(sent, sender)
    assert "330" in said(correction)
    assert "341" in said(correction)
    reply = office.send(sender, "Re: giải trình", text=cause + "\n", reply_to=correction)
    office.once(at(3, 8, 16))
    assert (codes(office, reply, "stats"), office.mail(reply)["outcome"]) == (["C206"], "accepted")
    assert kind(office.answer_to(reply, sender)) == "receipt"
    assert office.statuses("qlnl") == office.statuses("qlcn") == {"narrative": "fulfilled", "stats": "fulfilled"}


# ---- UBND huyện Cao Lộc, quý I/2024: 01/12 đến 28/02, trước ngày 01/3 ---------------------------------------


@pytest.fixture
def district(mail_servers: MailServers, tmp_path: Path) -> SceneOffice:
    return play(mail_servers, tmp_path, "cao-loc")


def of_commune(office: SceneOffice, agency: str) -> Reports:
    return Reports(office, agency, day=date(2024, 2, 27))


def of_office(office: SceneOffice, agency: str) -> Reports:
    return Reports(office, agency, "UBND huyện Cao Lộc", "Cao Lộc", day=date(2024, 2, 27))


def test_a_district_with_its_communes_leads_and_partners(district: SceneOffice) -> None:
    office = district
    office.once(at(2, 21, year=2024))
    assert to_whom(office, "request", "2024-02-21T08:00") == others(office)
    lead, partner, commune = (said(newest(office, code)) for code in ("vp", "pvhtt", "hongphong"))
    egov = "Xây dựng và phát triển chính quyền điện tử, chính quyền số trên địa bàn huyện"
    assert f"chủ trì; phối hợp: Phòng Văn hóa và Thông tin, về phần {egov}" in lead
    assert f"phối hợp với Văn phòng HĐND và UBND huyện về Báo cáo CCHC, phần {egov}" in partner
    assert "phối hợp với Văn phòng HĐND và UBND huyện về Bảng tự chấm điểm" in partner
    assert "phối hợp" not in commune
    assert "từ ngày 01/12/2023 đến hết ngày 28/02/2024" in commune
    assert "trước ngày 01/3/2024 (chậm nhất 24 giờ 00 thứ Năm ngày 29/02/2024)" in commune

    # Without the last part, which is asked for only where there is something; with it; and one part short.
    hongphong, dongdang, baolam = (of_commune(office, c) for c in ("hongphong", "ttdongdang", "baolam"))
    seven = hongphong.word("commune")
    plain = office.send(address(office, "hongphong"), "Báo cáo CCHC quý I", [seven])
    more = office.send(address(office, "ttdongdang"), "Báo cáo CCHC quý I", [dongdang.word("commune", more=["VII"])])
    short = office.send(address(office, "baolam"), "Báo cáo CCHC quý I", [baolam.word("commune", missing=["V"])])
    # A division with its criteria and its scores; the lead without the part that it leads with a partner.
    justice, head, culture = (of_office(office, c) for c in ("ptp", "vp", "pvhtt"))
    files = [justice.word("division"), justice.scores("Cải cách thể chế")]
    whole = office.send(address(office, "ptp"), "Báo cáo CCHC quý I", files)
    files = [head.word("division", missing=["VIII.7"]), head.scores("Cải cách thủ tục hành chính")]
    without = office.send(address(office, "vp"), "Báo cáo CCHC quý I", files)
    # The partner sends the lead's table along with its own report.
    files = [culture.word("division"), culture.scores("Chính quyền điện tử, chính quyền số")]
    beside = office.send(address(office, "pvhtt"), "Báo cáo CCHC quý I", files)
    office.once(at(2, 22, 9, year=2024))
    for mail in (plain, more, whole, beside):
        assert office.mail(mail)["outcome"] == "accepted", mail["From"]
    assert (codes(office, plain, "commune"), codes(office, more, "commune")) == ([], [])
    assert codes(office, short, "commune") == codes(office, without, "division") == ["W101"]
    assert egov in said(newest(office, "vp"))
    assert "tác động" in said(newest(office, "baolam")).lower()
    told = said(office.answer_to(beside, address(office, "pvhtt")))
    assert "biểu mẫu này do Văn phòng HĐND và UBND huyện chủ trì gửi" in told
    assert office.statuses("pvhtt") == {"division": "fulfilled"}

    office.send(address(office, "vp"), "Re: bổ sung", [head.word("division")], reply_to=newest(office, "vp"))
    office.once(at(2, 26, year=2024))
    done = ("hongphong", "ttdongdang", "ptp", "vp", "pvhtt")
    # Who must mend what came is reminded by the correction's own ladder, nearer to the day.
    assert to_whom(office, "reminder", "2024-02-26T08:00") == others(office, *done, "baolam")
    office.once(at(2, 28, year=2024))
    assert "chờ bản sửa" in said(newest(office, "baolam"))

    # 29/02 is the last day for reports, though no day of their figures.
    for agency, moment in (("giacat", at(2, 29, 23, 59, 59, year=2024)), ("phuxa", at(3, 1, 0, year=2024))):
        files = [of_commune(office, agency).word("commune")]
        office.send(address(office, agency), "Báo cáo CCHC quý I/2024", files, received=moment)
    office.once(at(3, 1, year=2024))
    assert office.statuses("giacat") == {"commune": "fulfilled"}
    assert office.statuses("phuxa") == {"commune": "fulfilled_late"}
    assert to_whom(office, "overdue", "2024-03-01T08:00") == others(office, *done, "giacat", "phuxa")


# ---- Sở Nội vụ Hưng Yên, 9 tháng 2023: mười sáu phụ lục, trước ngày 15/9 ------------------------------------


@pytest.fixture
def province(mail_servers: MailServers, tmp_path: Path) -> SceneOffice:
    return play(mail_servers, tmp_path, "hung-yen")


def of_province(office: SceneOffice, agency: str) -> Reports:
    subject = "Tồn tại, hạn chế và nguyên nhân trong thực hiện nhiệm vụ cải cách hành chính"
    return Reports(office, agency, "UBND tỉnh Hưng Yên", "Hưng Yên", subject, date(2023, 9, 11))


def test_a_province_by_annexes_with_the_letters_slip(province: SceneOffice) -> None:
    office = province
    (slip,) = (r for r in office.thuky("doctor", "--json").json if "Phụ lục XII" in r["message"])
    assert slip["ok"] is None
    assert "Sở Lao động, Thương binh và Xã hội, Thanh tra tỉnh" in slip["message"]

    office.once(at(9, 6))
    assert to_whom(office, "request", "2023-09-06T08:00") == others(office, "snv")
    assert "theo Phụ lục X)" in said(newest(office, "syt"))
    assert "theo Phụ lục XII)" in said(newest(office, "sldtbxh"))
    assert "theo Phụ lục XII)" in said(newest(office, "tttinh"))
    assert "đến hết ngày 10/9/2023" in said(newest(office, "syt"))

    # Both that were given annex XII send their own; each is taken as it is.
    sent = {}
    for agency, annex, broken in (
        ("sldtbxh", "XII", None),
        ("tttinh", "XII", None),
        ("syt", "X", {"D9": 50}),
        ("stp", "IV", None),
    ):
        report = of_province(office, agency)
        files = [report.word("shortcomings"), report.scores(report.name, annex, broken)]
        sent[agency] = office.send(address(office, agency), "Báo cáo CCHC 9 tháng năm 2023", files)
    office.once(at(9, 11, 9))
    for agency in ("sldtbxh", "tttinh"):
        assert office.mail(sent[agency])["outcome"] == "accepted", agency
        assert set(office.statuses(agency).values()) == {"fulfilled"}
    assert (
        office.statuses("syt")
        == office.statuses("stp")
        == {
            "shortcomings": "fulfilled",
            "selfscore": "correction_needed",
        }
    )
    correction = office.answer_to(sent["syt"], address(office, "syt"))
    assert "D9" in said(correction)
    assert "C104" in codes(office, sent["stp"], "selfscore")
    mended = of_province(office, "syt")
    files = [mended.scores(mended.name, "X")]
    office.send(address(office, "syt"), "Re: sửa bảng điểm", files, reply_to=correction)

    office.once(at(9, 14))
    done = ("sldtbxh", "tttinh", "syt")
    assert set(office.statuses("syt").values()) == {"fulfilled"}
    assert to_whom(office, "reminder", "2023-09-14T08:00") == others(office, "snv", *done)
    office.once(at(9, 15))
    assert to_whom(office, "overdue", "2023-09-15T08:00") == others(office, "snv", *done)
    # The issuer owes its annex, stands in status, and is written to by nobody.
    assert office.statuses("snv") == {"selfscore": "overdue"}
    assert office.got(address(office, "snv")) == office.got(address(office, "snv.ld")) == []
    assert not [m for m in office.outbox() if address(office, "snv") in (*m["to"], *m["cc"])]
