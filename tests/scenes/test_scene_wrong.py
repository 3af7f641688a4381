"""Reports of another period, of another agency, and files that nobody can read."""

import io

import msoffcrypto
import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from scene_office import SceneOffice, address, all_three, at, kind, reports, said

SUNDAY = at(3, 5, 9)  # nobody is reminded on a Sunday: what goes out are answers


def locked(payload: bytes) -> bytes:
    """The same file behind a password."""
    out = io.BytesIO()
    book = msoffcrypto.OfficeFile(io.BytesIO(payload))
    assert isinstance(book, OOXMLFile)
    book.encrypt("mat-khau", out)
    return out.getvalue()


def codes(mail: dict) -> list[tuple[str | None, str]]:
    return [(s["form"], f["code"]) for s in mail["submissions"] for f in s["findings"] if f["severity"] == "error"]


def test_the_report_of_last_quarter_is_sent_back(office: SceneOffice) -> None:
    stc = address("stc")
    sent = office.send(stc, "Báo cáo CCHC", [("Bao cao.docx", reports("stc").narrative(period="quý IV năm 2022"))])
    office.once(SUNDAY)
    mail = office.mail(sent)
    assert (mail["outcome"], mail["reason"], mail["agency"]) == ("correction", "wrong_period", "stc")
    answer = office.answer_to(sent, stc)
    assert kind(answer) == "correction"
    assert "quý IV năm 2022" in said(answer)
    assert office.statuses("stc") == {"narrative": "correction_needed"}

    mended = office.send(stc, "Re: gửi lại", [("Bao cao.docx", reports("stc").narrative())], reply_to=answer)
    office.once(at(3, 6, 6))
    assert kind(office.answer_to(mended, stc)) == "receipt"
    assert office.statuses("stc") == {"narrative": "fulfilled"}


def test_what_the_document_says_outweighs_the_subject(office: SceneOffice) -> None:
    """Last quarter's mail written over, with this quarter's list in it."""
    ptth = address("ptth")
    sent = office.send(ptth, "Danh mục phát sóng quý IV/2022", [("ds.xlsx", reports("ptth").broadcasts())])
    office.once(SUNDAY)
    mail = office.mail(sent)
    assert (mail["outcome"], mail["agency"], mail["round"]) == ("accepted", "ptth", "2023-q1")
    shown = office.thuky("show", str(mail["id"]), "--json").json
    said_of_round = {e["source"]: e["agrees"] for e in shown["evidence"] if e["about"] == "round"}
    assert (said_of_round["document"], said_of_round["subject"]) == (True, False)
    assert kind(office.answer_to(sent, ptth)) == "receipt"


def test_the_letterhead_of_another_agency_is_sent_back(office: SceneOffice) -> None:
    stttt = address("stttt")
    sent = office.send(stttt, "Báo cáo quý I/2023", [("Bao cao.docx", reports("stttt").narrative(name="Sở Tài chính"))])
    office.once(SUNDAY)
    mail = office.mail(sent)
    assert (mail["outcome"], mail["reason"], mail["agency"]) == ("correction", "wrong_agency", "stttt")
    assert "Sở Tài chính" in said(office.answer_to(sent, stttt)).replace("SỞ TÀI CHÍNH", "Sở Tài chính")
    assert office.got(address("stc")) == []
    shown = office.thuky("show", str(mail["id"]), "--json").json
    assert ("stc", False) in [(e["value"], e["agrees"]) for e in shown["evidence"] if e["about"] == "agency"]
    assert office.statuses("stc") == {"narrative": "open"}


@pytest.mark.parametrize(
    ("agency", "name", "make", "code"),
    [
        ("vpub", "II.06.xlsx", lambda: locked(reports("vpub").ii06()), "F104"),
        ("vpub", "II.06.xlsx", lambda: reports("vpub").ii06()[:2000], "F101"),
        ("vpub", "Biểu II.06.xlsx", lambda: b"", "F102"),
    ],
    ids=["behind a password", "cut off", "empty"],
)
def test_a_file_that_cannot_be_read(office: SceneOffice, agency: str, name: str, make, code: str) -> None:
    """The good file of the same mail counts; the other is named with what to do."""
    sender = address(agency)
    files = [("Báo cáo.docx", reports(agency).narrative()), (name, make())]
    sent = office.send(sender, "Báo cáo quý I/2023", files)
    office.once(SUNDAY)
    mail = office.mail(sent)
    assert mail["outcome"] == "correction"
    assert [found for _, found in codes(mail)] == [code]
    answer = office.answer_to(sent, sender)
    assert kind(answer) == "correction"
    assert name in said(answer)
    assert code in said(answer)
    assert office.statuses(agency)["narrative"] == "fulfilled"
    assert not office.statuses(agency)["ii06"].startswith("fulfilled")


def test_a_scan_alone_no_file_at_all_and_two_forms_one_broken(office: SceneOffice) -> None:
    """Three mails in one walk, each with its own answer."""
    stp, bao, tdm = address("stp"), address("bao"), address("tdm")
    pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    scan = office.send(stp, "Báo cáo quý I/2023 có chữ ký", [("scan_0001.pdf", pdf)])
    nothing = office.send(bao, "Gửi danh mục tin bài quý I/2023")
    files = all_three("tdm")
    files[1] = ("II.06.xlsx", reports("tdm").ii06({"C14": 99999}))
    broken = office.send(tdm, "Báo cáo quý I/2023", files)
    office.once(SUNDAY)

    assert office.mail(scan)["outcome"] == "correction"
    assert kind(office.answer_to(scan, stp)) == "correction"
    assert "scan_0001.pdf" in said(office.answer_to(scan, stp))
    assert (office.mail(nothing)["outcome"], office.mail(nothing)["reason"]) == ("correction", "no_attachment")
    assert "M101" in said(office.answer_to(nothing, bao))
    assert {form for form, _ in codes(office.mail(broken))} == {"ii06"}
    answer = office.answer_to(broken, tdm)
    assert kind(answer) == "correction"
    assert "C14" in said(answer)
    assert office.statuses("tdm") == {
        "narrative": "fulfilled",
        "ii06": "correction_needed",
        "cchc_stats": "fulfilled",
    }
