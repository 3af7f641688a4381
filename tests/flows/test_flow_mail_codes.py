"""Codes that are found before any form is: what is wrong with a mail as a whole (M), or with what files came in (F110).
Each has its bad mail and, beside it, a good one that lacks the finding.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import docx
import pytest
from embedded_office import Office, at, embedded_office

from bot.checks.catalogue import pages
from bot.domain.form import Severity
from bot.domain.mail import Outcome
from bot.domain.round import CheckSetting

Files = list[tuple[str, bytes]]
LINK = "Kính gửi Sở Nội vụ, báo cáo ở đây: https://drive.google.com/drive/folders/1a2b3c4d5e\n"


@dataclass(frozen=True)
class Mail:
    """What one agency sends: files made for it, and how the mail is written."""

    agency: str
    files: Callable[[Office], Files]
    options: dict[str, str] = field(default_factory=dict)


def letter() -> bytes:
    """The coordinator's own letter, sent back."""
    out = io.BytesIO()
    document = docx.Document()
    for line in (
        *("SỞ NỘI VỤ", "V/v báo cáo công tác cải cách hành chính quý I năm 2023", "Kính gửi: Các sở, ngành."),
        *("1. Sở Tư pháp: Báo cáo cải cách thể chế.", "2. Văn phòng UBND tỉnh: Báo cáo cải cách thủ tục hành chính."),
        "3. Sở Tài chính: Báo cáo cải cách tài chính công.",
    ):
        document.add_paragraph(line)
    document.save(out)
    return out.getvalue()


def zipped(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, payload in files:
            archive.writestr(name, payload)
    return out.getvalue()


def nothing(office: Office) -> Files:
    return []


def narrative(agency: str) -> Callable[[Office], Files]:
    return lambda office: [("Báo cáo.docx", office.cast(agency).narrative())]


def ii06(agency: str) -> Callable[[Office], Files]:
    return lambda office: [("II.06.xlsx", office.cast(agency).ii06())]


def archived(agency: str) -> Callable[[Office], Files]:
    return lambda office: [("bc.zip", zipped(*narrative(agency)(office)))]


# code: the bad mail, the good one
CASES = {
    "M101": (Mail("stp", nothing), Mail("stp", narrative("stp"))),
    "M106": (Mail("stc", nothing, {"text": LINK}), Mail("stc", narrative("stc"), {"text": LINK})),
    "M102": (Mail("tdm", lambda office: [("Công văn.docx", letter())]), Mail("tdm", narrative("tdm"))),
    "M103": (Mail("stttt", ii06("vpub")), Mail("ta", ii06("ta"))),
    "M104": (
        Mail(
            "vpub",
            lambda office: [*ii06("vpub")(office), ("II.06 mới.xlsx", office.cast("vpub").ii06({"B11": "Thú y"}))],
        ),
        Mail("da", ii06("da")),
    ),
    "M105": (
        Mail("bc", narrative("bc"), {"subject": "Báo cáo quý IV năm 2022"}),
        Mail("tu", narrative("tu"), {"subject": "Báo cáo quý I năm 2023"}),
    ),
    "F110": (Mail("btu", lambda office: [("bc.zip", zipped())]), Mail("bb", archived("bb"))),
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with embedded_office(tmp_path_factory.mktemp("codes"), at(3, 1, 7)) as running:
        yield running


def codes(office: Office, mail: Mail) -> list[str]:
    record = office.took(mail.agency, mail.files(office), **mail.options)  # type: ignore[arg-type]  # texts by name
    assert record.outcome != "ignored"  # else nothing was looked at
    return [finding.code for finding in record.findings]


@pytest.mark.parametrize("code", CASES)
def test_the_bad_mail_has_its_finding_and_the_good_one_has_not(office: Office, code: str) -> None:
    bad, good = CASES[code]
    assert codes(office, bad) == [code]
    assert code not in codes(office, good)


def test_every_code_of_mails_has_a_good_and_a_bad_one() -> None:
    elsewhere = {"M107", "M108"}  # `test_flow_oversize`: of structure and size, not of files
    assert set(CASES) == {page.code for page in pages() if page.code.startswith("M")} - elsewhere | {"F110"}


@pytest.mark.parametrize(
    ("agency", "setting", "codes", "outcome"),
    [
        ("pg", CheckSetting("M104", Severity.REMARK), [("M104", "remark")], Outcome.ACCEPTED),
        ("dt", CheckSetting("M104", off="gửi nhiều bản là thường"), [], Outcome.ACCEPTED),
        ("bb", None, [("M104", "error")], Outcome.CORRECTION),
    ],
)
def test_a_setting_of_the_office_counts_for_findings_of_the_mail_too(
    office: Office,
    agency: str,
    setting: CheckSetting | None,
    codes: list[tuple[str, str]],
    outcome: Outcome,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = (setting,) if setting else ()
    with_setting = replace(office.services, office=replace(office.services.office, checks=settings))
    monkeypatch.setattr(office, "services", with_setting)
    sender = office.cast(agency)
    files = [
        ("Báo cáo.docx", sender.narrative()),
        ("Báo cáo 2.docx", sender.narrative(name=sender.agency.name.upper())),
    ]
    record = office.took(agency, files)
    assert [(f.code, f.severity.value) for f in record.findings] == codes
    assert record.outcome is outcome
