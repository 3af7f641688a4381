"""The agency list as an Excel workbook."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from settings_folder import good_folder

from bot.domain.agency import ContactRole
from bot.settings import ConfigurationError, Settings, load

HEADINGS = (
    "TT",
    "Mã",
    "Tên cơ quan",
    "Nhóm",
    "Tên gọi khác",
    "Thư điện tử",
    "Lãnh đạo (thư điện tử)",
    "Tên miền",
    "Đến ngày",
)
STP = (1, "STP", "Sở Tư pháp", "Sở, ngành", "", "stp@sotuphap.example", "stp.ld@sotuphap.example", "sotuphap.example")
TDM = (
    2,
    "tdm",
    "UBND thành phố Thủ Dầu Một",
    "UBND cấp huyện",
    "Thành phố Thủ Dầu Một; TP. Thủ Dầu Một",
    "tdm@chung.example\ncu.tdm@chung.example (từ 01/01/2022 đến 31/12/2022)",
    "tdm.ld@chung.example",
)
BB = (3, "bb", "UBND huyện Bàu Bàng", "UBND cấp huyện", None, "bb@chung.example", "bb.ld@chung.example", None, None)


def write(folder: Path, *rows: Sequence[object], headings: Sequence[object] = HEADINGS) -> Path:
    """The list with a title above it, on the second sheet."""
    (folder / "agencies.toml").unlink(missing_ok=True)
    book = openpyxl.Workbook()
    book.active.title = "Ghi chú"
    book.active["A1"] = "Cập nhật tháng 2"
    sheet = book.create_sheet("Danh sách")
    for row in (("DANH SÁCH CƠ QUAN",), (), headings, *rows):
        sheet.append(row)
    book.save(folder / "agencies.xlsx")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = good_folder(tmp_path)
    path = folder / "rounds" / "2024-q1.toml"
    path.write_text(path.read_text().replace('group = "cap_huyen"', 'group = "UBND cấp huyện"'))
    return folder


def faults_of(folder: Path) -> list[tuple[str, str]]:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, {})
    assert {f.file for f in caught.value.faults} == {str(folder / "agencies.xlsx")}
    return [(f.key, f.found) for f in caught.value.faults]


def test_the_list(folder: Path) -> None:
    settings: Settings = load(write(folder, STP, TDM, (), BB, ("Ghi chú: đã xác nhận",)), {})
    assert [a.code for a in settings.registry] == ["stp", "tdm", "bb"]
    tdm = settings.registry.get("tdm")
    assert tdm.aliases == ("Thành phố Thủ Dầu Một", "TP. Thủ Dầu Một")
    assert [(c.address, c.role) for c in tdm.contacts] == [
        ("tdm@chung.example", ContactRole.CLERK),
        ("cu.tdm@chung.example", ContactRole.CLERK),
        ("tdm.ld@chung.example", ContactRole.LEADER),
    ]
    assert (tdm.contacts[1].valid_from, tdm.contacts[1].valid_to) == (date(2022, 1, 1), date(2022, 12, 31))
    assert tdm.group == "UBND cấp huyện"
    assert settings.registry.get("stp").domains == ("sotuphap.example",)
    assert settings.round("2024-q1").agencies == ("stp", "tdm", "bb")
    assert settings.groups == {"so_nganh": "Sở, ngành", "ubnd_cap_huyen": "UBND cấp huyện"}
    assert settings.warnings == ()


def test_dates_are_read_as_excel_or_people_write_them(folder: Path) -> None:
    write(folder, STP, (*TDM, None, datetime(2030, 6, 30)), (*BB[:8], "30/6/2031"))
    registry = load(folder, {}).registry
    assert [registry.get(code).valid_to for code in ("tdm", "bb")] == [date(2030, 6, 30), date(2031, 6, 30)]


def test_faults_name_sheet_and_cell(folder: Path) -> None:
    write(
        folder,
        STP,
        (2, "tdm", "UBND thành phố Thủ Dầu Một", "UBND cấp huyện", "", "tdm@chung.example; tdm", "tdm.ld@chung"),
        (3, "bb", "UBND huyện Bàu Bàng", None, "", "bb@chung.example", "", "sotuphap.example", "mai"),
        (4, "stp", "Sở Tài chính", "Sở, ngành"),
        (5, None, "Sở Xây dựng", "Sở, ngành"),
    )
    assert faults_of(folder) == [
        ("Danh sách!F5", '"tdm"'),
        ("Danh sách!G5", '"tdm.ld@chung"'),
        ("Danh sách!D6", "không có"),
        ("Danh sách!I6", '"mai"'),
        ("Danh sách!B8", "không có"),
        ("Danh sách!B7", '"stp", đã dùng ở "Sở Tư pháp"'),
    ]


def test_a_domain_of_two(folder: Path) -> None:
    write(folder, STP, (*TDM, "sotuphap.example"), BB)
    assert [key for key, _ in faults_of(folder)] == ["Danh sách!H5"]


def test_no_heading_row(folder: Path) -> None:
    write(folder, STP, headings=("TT", "Ký hiệu", "Tên cơ quan", "Nhóm"))
    assert faults_of(folder) == [("", "Ghi chú, Danh sách")]


def test_a_column_twice(folder: Path) -> None:
    write(folder, STP, TDM, BB, headings=(*HEADINGS[:4], "Nhóm", *HEADINGS[5:]))
    assert faults_of(folder) == [("Danh sách!E3", "“Nhóm”")]


def test_no_workbook(folder: Path) -> None:
    (folder / "agencies.toml").unlink()
    (folder / "agencies.xlsx").write_bytes(b"PK\x03\x04 nothing")
    assert faults_of(folder) == [("", "BadZipFile")]


def test_both_lists(folder: Path) -> None:
    text = (folder / "agencies.toml").read_text()
    write(folder, STP, TDM, BB)
    (folder / "agencies.toml").write_text(text)
    assert faults_of(folder) == [("", "cả agencies.toml và agencies.xlsx")]


def test_a_deputy_has_a_column(folder: Path) -> None:
    headings = (*HEADINGS[:7], "Cấp phó (thư điện tử)", *HEADINGS[7:])
    rows = [
        (*row[:7], deputy, *row[7:]) for row, deputy in ((STP, "stp.pgd@sotuphap.example"), (TDM, None), (BB, None))
    ]
    registry = load(write(folder, *rows, headings=headings), {}).registry
    roles = {c.address: c.role for c in registry.get("stp").contacts}
    assert roles["stp.pgd@sotuphap.example"] is ContactRole.DEPUTY
    assert roles["stp.ld@sotuphap.example"] is ContactRole.LEADER
