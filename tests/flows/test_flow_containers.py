"""Files come out of archives and mails; links, signed copies and what could not be judged have each their answer."""

import io
import zipfile
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from embedded_office import Office, at, embedded_office

from bot.documents.sandbox import Sandbox
from bot.domain.document import Unreadable, UnreadableReason
from bot.domain.mail import NoticeKind, Outcome
from bot.domain.submission import Verdict


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, at(3, 1, 7)) as running:
        yield running


def zipped(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, payload in files:
            archive.writestr(name, payload)
    return out.getvalue()


def mailed(*files: tuple[str, bytes]) -> bytes:
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = "stp@binhduong.example", "ai@noikhac.test", "Báo cáo"
    mail["Message-ID"], mail["Date"] = "<cu@noikhac.test>", "Wed, 01 Mar 2023 08:00:00 +0700"
    mail.set_content("Gửi kèm báo cáo.\n")
    for name, payload in files:
        mail.add_attachment(payload, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def test_files_in_folders_of_an_archive_are_taken_like_attached_ones(office: Office) -> None:
    vpub = office.cast("vpub")
    archive = zipped(("Báo cáo quý I/Báo cáo.docx", vpub.narrative()), ("Báo cáo quý I/Biểu/II.06.xlsx", vpub.ii06()))
    record = office.took("vpub", [("Bao cao.zip", archive)])
    assert record.outcome is Outcome.ACCEPTED
    assert {s.form: s.files[0].name for s in record.submissions} == {"narrative": "Báo cáo.docx", "ii06": "II.06.xlsx"}


def test_an_archive_in_a_mail_in_an_archive_is_opened(office: Office) -> None:
    inner = mailed(("trong.zip", zipped(("Báo cáo.docx", office.cast("stp").narrative()))))
    record = office.took("stp", [("ngoài.zip", zipped(("thư.eml", inner)))])
    assert record.outcome is Outcome.ACCEPTED
    assert [s.form for s in record.submissions] == ["narrative"]


def test_a_nest_without_end_is_refused_and_said(office: Office) -> None:
    nest = zipped(("Báo cáo.docx", office.cast("stp").narrative()))
    for depth in range(6):
        nest = zipped((f"{depth}.zip", nest))
    record = office.took("stp", [("nest.zip", nest)])
    assert (record.outcome, [f.code for f in record.findings]) == (Outcome.CORRECTION, ["F110"])


@pytest.mark.parametrize("payload", [zipped(), zipped(("__MACOSX/._a", b"x"))], ids=["nothing", "nothing of ours"])
def test_an_archive_without_a_file_is_a_correction(office: Office, payload: bytes) -> None:
    record = office.took("stp", [("rỗng.zip", payload)])
    assert (record.outcome, [f.code for f in record.findings]) == (Outcome.CORRECTION, ["F110"])


def test_a_note_attached_as_a_mail_is_no_file(office: Office) -> None:
    record = office.took("stp", [("lời nhắn.eml", mailed())])
    assert (record.outcome, [f.code for f in record.findings]) == (Outcome.CORRECTION, ["M101"])
    record = office.took("stp", [("Báo cáo.docx", office.cast("stp").narrative()), ("lời nhắn.eml", mailed())])
    assert (record.outcome, record.findings) == (Outcome.ACCEPTED, ())


def test_a_link_instead_of_the_files_is_asked_for_the_files(office: Office) -> None:
    link = "https://drive.google.com/drive/folders/1AbC?usp=sharing"
    record = office.took("stp", text=f"Kính gửi Sở, báo cáo của đơn vị tại: {link}\n")
    assert (record.outcome, record.reason) == (Outcome.CORRECTION, "no_attachment")
    (finding,) = record.findings
    assert (finding.code, finding.params["links"]) == ("M106", [link])
    (answer,) = office.got("stp")
    assert "đính kèm chính các tệp đó" in " ".join(answer.get_body(("plain",)).get_content().split())


def test_a_link_in_the_quoted_notice_is_nobody_s_report(office: Office) -> None:
    text = "Đơn vị xin gia hạn.\n> https://drive.google.com/file/d/1\n"
    record = office.took("stp", text=text)
    assert (record.outcome, record.findings) == (Outcome.HELD, ())


def test_what_our_reader_failed_at_waits_for_a_person_and_nothing_is_asked(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader dies over one file: the child is made to, everything else is as it is."""
    whole = Sandbox.read_many

    def dies(self: Sandbox, files, budget=None):  # type: ignore[no-untyped-def]
        return tuple(Unreadable(UnreadableReason.CRASHED, d.traits.kind, "boom") for d in whole(self, files))

    monkeypatch.setattr(Sandbox, "read_many", dies)
    record = office.took("stp", [("Báo cáo.docx", office.cast("stp").narrative())])
    assert record.outcome is Outcome.HELD
    (submission,) = record.submissions
    assert (submission.verdict, [f.code for f in submission.findings]) == (Verdict.HELD, ["F111"])
    (answer,) = office.answers(record)
    assert answer.mail.kind is NoticeKind.RECEIPT
    (letter,) = office.got("stp")
    assert "đang chờ cán bộ đầu mối xem xét" in " ".join(letter.get_body(("plain",)).get_content().split())


def test_a_file_under_a_wrong_ending_is_browsed_under_the_right_one(office: Office) -> None:
    vpub = office.cast("vpub")
    record = office.took("vpub", [("Báo cáo.doc", vpub.narrative()), ("II.06.xls", vpub.ii06())])
    assert record.outcome is Outcome.ACCEPTED
    paths = sorted(Path(s.files[0].path).name for s in record.submissions)
    assert paths == ["Báo cáo.docx", "II.06.xlsx"]


def test_a_heap_of_files_over_the_limit_is_one_finding(office: Office) -> None:
    heap = zipped(*((f"{number}.tmp", b"%d" % number) for number in range(1000)))
    record = office.took("stp", [("đống.zip", heap)])
    assert (record.outcome, [f.code for f in record.findings]) == (Outcome.CORRECTION, ["F110"])


def test_a_mail_full_of_rubbish_is_one_row_in_the_answer_and_all_of_it_in_the_record(office: Office) -> None:
    record = office.took("stp", [(f"f{number}.txt", b"%d" % number) for number in range(14)])
    assert record.outcome is Outcome.CORRECTION
    assert sorted(f.place.file or "" for f in record.findings) == sorted(f"f{number}.txt" for number in range(14))
    (letter,) = office.got("stp")
    said = " ".join(letter.get_body(("plain",)).get_content().split())
    assert "và 9 tệp khác" in said
    assert said.count("Cách sửa") == 1
