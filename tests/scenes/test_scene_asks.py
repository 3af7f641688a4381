"""Agencies ask the coordinator: read, acknowledged at once, put before a person, granted by nobody."""

import pytest
from pdf_files import pdf
from scene_office import SceneOffice, address, all_three, at, kind, reports, said

SUNDAY = at(3, 5, 9)  # nobody is reminded on a Sunday: what goes out are answers
LETTER = """UBND THÀNH PHỐ THỦ DẦU MỘT
Số: 112/UBND-NV
V/v xin gia hạn thời gian gửi báo cáo
Kính gửi: Sở Nội vụ
UBND thành phố kính đề nghị Sở Nội vụ cho phép lùi thời hạn gửi báo cáo đến ngày 15/3/2023.
"""


@pytest.mark.parametrize(
    ("agency", "text", "files", "evidence", "words"),
    [
        (
            "tdm",
            "Kính gửi Sở Nội vụ,\n\nĐơn vị gửi kèm công văn đã ký, rất mong Sở quan tâm.\n\nTrân trọng.\n",
            [("Công văn xin gia hạn.pdf", pdf(LETTER))],
            {"ask": "asks_extension", "until": "2023-03-15"},
            "đề nghị gia hạn gửi báo cáo quý I/2023 đến hết thứ Tư ngày 15/3/2023",
        ),
        (
            "ptth",
            "Kinh gui So Noi vu, quy nay Dai ko phat sinh noi dung bao cao a.\n",
            [],
            {"ask": "nothing_to_report"},
            "không có nội dung phát sinh",
        ),
        (
            "stp",
            "Nội dung này do Sở Tài chính tổng hợp, báo cáo.\n",
            [],
            {"ask": "reported_by_other", "other": "stc"},
            "do Sở Tài chính tổng hợp, gửi",
        ),
    ],
    ids=["more time", "nothing", "another"],
)
def test_an_ask_waits_for_the_coordinator(
    office: SceneOffice,
    agency: str,
    text: str,
    files: list[tuple[str, bytes]],
    evidence: dict[str, str],
    words: str,
) -> None:
    sent = office.send(address(agency), "Báo cáo CCHC quý I/2023", files, text=text, received=at(3, 5, 8))
    before = office.status(agency)
    office.once(SUNDAY)
    mail = office.mail(sent)
    assert (mail["outcome"], mail["reason"], mail["agency"], mail["round"]) == (
        "held",
        evidence["ask"],
        agency,
        "2023-q1",
    )
    shown = office.thuky("show", str(mail["id"]), "--json").json
    assert {e["about"]: e["value"] for e in shown["evidence"] if e["about"] in ("ask", "until", "other")} == evidence
    answer = office.answer_to(sent, address(agency))
    assert kind(answer) == "receipt"
    assert words in said(answer)
    assert "hạn gửi vẫn là 24 giờ 00 thứ Năm ngày 09/3/2023" in said(answer)
    # The deadline stands.
    assert {f: o["deadline"] for f, o in office.status(agency).items()} == {f: o["deadline"] for f, o in before.items()}


def test_the_report_that_follows_an_ask_is_taken_as_always(office: SceneOffice) -> None:
    tdm = address("tdm")
    asked = office.send(tdm, "Xin gia hạn", text="Đơn vị xin gia hạn đến ngày 15/3/2023.\n", received=at(3, 5, 8))
    office.once(SUNDAY)
    answer = office.answer_to(asked, tdm)
    report = office.send(tdm, f"Re: {answer['Subject']}", all_three("tdm"), reply_to=answer, received=at(3, 5, 10))
    office.once(at(3, 5, 11))
    assert office.mail(report)["outcome"] == "accepted"
    assert set(office.statuses("tdm").values()) == {"fulfilled"}


def test_an_ask_beside_a_report_keeps_nothing_back(office: SceneOffice) -> None:
    vpub = address("vpub")
    text = "Xin gửi báo cáo, riêng Biểu II.06 xin gia hạn đến 15/3.\n"
    files = [("Báo cáo.docx", reports("vpub").narrative())]
    sent = office.send(vpub, "Báo cáo quý I/2023", files, text=text, received=at(3, 5, 8))
    office.once(SUNDAY)
    mail = office.mail(sent)
    assert mail["outcome"] == "accepted"
    shown = office.thuky("show", str(mail["id"]), "--json").json
    assert ("ask", "asks_extension") in [(e["about"], e["value"]) for e in shown["evidence"]]
    assert office.statuses("vpub") == {"narrative": "fulfilled", "ii06": "open"}
