"""The example offices as they are shipped: each loads whole, and says what its letter says."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from settings_folder import SAMPLE
from typer.testing import CliRunner

from bot.cli import app
from bot.domain.agency import ContactRole
from bot.domain.form import FormKind
from bot.domain.round import DataWindow, PeriodKind, Round
from bot.settings import Settings, load

EXAMPLES = SAMPLE / "examples"
VN = ZoneInfo("Asia/Ho_Chi_Minh")
SIZES = {"so-cong-thuong": 9, "cao-loc": 27, "hung-yen": 17}
WARNINGS = {
    "so-cong-thuong": [("deadline.day", "trước ngày chốt số liệu 14/3/2023")],
    "cao-loc": [],
    "hung-yen": [
        (
            "assignments[17].annex",
            "Phụ lục XII (selfscore) được giao cho nhiều cơ quan: Sở Lao động, Thương binh và Xã hội, Thanh tra tỉnh.",
        )
    ],
}
SEVEN = ("I", "II.1", "II.2", "II.3", "II.4", "II.5", "III", "IV", "V", "VI")


def office(folder: str) -> Settings:
    return load(EXAMPLES / folder, {})


def round_of(folder: str) -> Round:
    (round_,) = office(folder).rounds
    return round_


def test_no_folder_is_left_out() -> None:
    assert {f.name for f in EXAMPLES.iterdir() if f.is_dir()} == set(SIZES)
    told = (EXAMPLES / "README.md").read_text("utf-8")
    assert all(f"## `{folder}`" in told for folder in SIZES)


@pytest.mark.parametrize("folder", SIZES)
def test_it_loads_with_the_letters_own_warnings_alone(folder: str) -> None:
    settings = office(folder)
    assert len(settings.registry.agencies) == SIZES[folder]
    told = [(w.key, w.message) for w in settings.warnings]
    assert len(told) == len(WARNINGS[folder]), told
    for (key, words), (found_key, message) in zip(WARNINGS[folder], told, strict=True):
        assert key == found_key
        assert words in message
    # Every form is asked of somebody, and everybody is asked for something.
    (round_,) = settings.rounds
    assert {a.form for a in round_.assignments} == set(settings.forms)
    assert set(round_.agencies) == {a.code for a in settings.registry}


@pytest.mark.parametrize("folder", SIZES)
def test_every_address_is_made_up_and_no_two_are_alike(folder: str) -> None:
    settings = office(folder)
    domain = settings.office.address.partition("@")[2]
    assert domain.endswith(".example")
    assert settings.imap.host.endswith(f".{domain}")
    assert settings.smtp.host.endswith(f".{domain}")
    day = settings.rounds[0].opens_at.date()
    for agency in settings.registry:
        assert agency.notice_addresses(day) == (f"{agency.code}@{domain}",)
        assert agency.addresses(day, ContactRole.LEADER) == (f"{agency.code}.ld@{domain}",)


def test_each_has_a_data_folder_of_its_own() -> None:
    folders = {office(name).data_dir.resolve() for name in SIZES}
    assert len(folders) == len(SIZES)
    assert load(SAMPLE, {}).data_dir.resolve() not in folders


@pytest.mark.parametrize("folder", SIZES)
def test_doctor_reads_it_and_tells_its_warnings(folder: str, tmp_path: Path) -> None:
    words = ["--config", str(EXAMPLES / folder), "doctor"]
    done = CliRunner().invoke(app, words, env={"THUKY_DATA_DIR": str(tmp_path), "THUKY_CONFIG": None})
    assert done.exit_code == 1  # there is no password: the rest is looked at all the same
    assert f"{SIZES[folder]} cơ quan" in done.stdout
    for _, message in WARNINGS[folder]:
        assert message in done.stdout


def test_the_department_letter() -> None:
    round_ = round_of("so-cong-thuong")
    assert (round_.period.code, round_.deadline.printed) == ("2023Q1", "trước 16h30 ngày 10/3/2023")
    assert round_.deadline.instant == datetime(2023, 3, 10, 16, 30, tzinfo=VN)
    assert round_.window == DataWindow(date(2022, 12, 15), date(2023, 3, 14))
    assert all({a.form for a in round_.of(code)} == {"narrative", "stats"} for code in round_.agencies)
    (reference,) = round_.references
    assert reference.form == "stats"
    assert set(reference.figures) == set(round_.agencies)
    assert {key for known in reference.figures.values() for key in known} == {"1.2", "1.5", "2.1", "2.2"}
    forms = office("so-cong-thuong").forms
    assert (forms["narrative"].kind, forms["stats"].kind) == (FormKind.OUTLINE, FormKind.TABLE)


def test_the_district_letter() -> None:
    round_ = round_of("cao-loc")
    forms = office("cao-loc").forms
    assert (round_.period.code, round_.deadline.printed) == ("2024Q1", "trước ngày 01/3/2024")
    assert round_.deadline.instant == datetime(2024, 3, 1, tzinfo=VN)
    assert round_.window == DataWindow(date(2023, 12, 1), date(2024, 2, 28))  # 2024 has a 29th: it lies outside
    owed = {code: {a.form: a.parts for a in round_.of(code)} for code in round_.agencies}
    communes = [code for code, forms_ in owed.items() if "commune" in forms_]
    assert len(communes) == 22
    assert all(owed[code] == {"commune": ()} for code in communes)
    assert {code: duty for code, duty in owed.items() if code not in communes} == {
        "pnv": {"division": (*SEVEN, "VIII.1", "VIII.4", "VIII.5"), "selfscore": ()},
        "ptckh": {"division": (*SEVEN, "VIII.6", "VIII.8"), "selfscore": ()},
        "ptp": {"division": (*SEVEN, "VIII.2"), "selfscore": ()},
        "vp": {"division": (*SEVEN, "VIII.3", "VIII.7"), "selfscore": ()},
        "pvhtt": {"division": SEVEN},
    }
    commune = forms["commune"]
    assert [p.code for p in commune.parts if p.parent is None] == ["I", "II", "III", "IV", "V", "VI", "VII"]
    assert len([p for p in commune.parts if p.parent == "II"]) == 5
    assert [p.code for p in commune.parts if p.optional] == ["VII"]
    assert {p.code for p in forms["division"].parts if not p.optional} == {*SEVEN, "II"}
    lead = round_.assignment("vp", "division")
    assert lead is not None
    assert (lead.partners, lead.partner_parts) == (("pvhtt",), ("VIII.7",))
    assert [a.agency for a in round_.assignments if a.partners] == ["vp", "vp"]


def test_the_province_letter() -> None:
    round_ = round_of("hung-yen")
    assert (round_.period.kind, round_.period.code) == (PeriodKind.NINE_MONTHS, "20239M")
    assert round_.deadline.instant == datetime(2023, 9, 15, tzinfo=VN)
    assert round_.window.last == date(2023, 9, 10)
    annexes = {a.agency: a.annex for a in round_.assignments if a.form == "selfscore"}
    assert list(annexes.values()) == [
        *("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XII")
    ]
    assert {code for code, annex in annexes.items() if annex == "XII"} == {"sldtbxh", "tttinh"}
    assert [a.agency for a in round_.assignments if not a.addressed] == ["snv"]
    assert {a.form for a in round_.of("snv")} == {"selfscore"}
    assert len([a for a in round_.assignments if a.form == "shortcomings"]) == 16
