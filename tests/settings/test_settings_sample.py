"""The sample office as it is shipped: Bình Dương, quý I/2023."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from settings_folder import SAMPLE

from bot.domain.agency import ContactRole
from bot.domain.ladder import Need, Recipient, StepKind, StepUnit, Tone
from bot.domain.round import PeriodKind
from bot.settings import ConfigurationError, Settings, load

DAY = date(2023, 3, 2)
DISTRICTS = ("tdm", "ta", "da", "bc", "tu", "btu", "bb", "dt", "pg")
OWED = {
    "vpub": {"narrative": ("II.2", "III", "IV", "V"), "ii06": ()},
    "stp": {"narrative": ("II.1", "III", "IV", "V")},
    "stc": {"narrative": ("II.5", "III", "IV", "V")},
    "stttt": {"narrative": ("II.6", "III", "IV", "V")},
    "ptth": {"broadcasts": ()},
    "bao": {"articles": ()},
    **{code: {"narrative": (), "ii06": (), "cchc_stats": ()} for code in DISTRICTS},
}


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load(SAMPLE, {})


def test_it_loads_without_passwords_and_says_when_they_are_needed(settings: Settings) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings.require_mail()
    assert {f.key for f in caught.value.faults} == {"imap.password", "smtp.password"}
    load(SAMPLE, {"THUKY_IMAP__PASSWORD": "x", "THUKY_SMTP__PASSWORD": "y"}).require_mail()


def test_the_office(settings: Settings) -> None:
    office = settings.office
    assert (office.address, office.coordinator.address) == ("baocao@binhduong.example", "dieuphoi@binhduong.example")
    assert settings.data_dir == SAMPLE.parent / "data"
    assert settings.database_url == f"sqlite:///{SAMPLE.parent / 'data' / 'thuky.db'}"
    assert not settings.allow_time_travel


def test_addresses_are_those_of_the_contract(settings: Settings) -> None:
    assert {a.code for a in settings.registry} == set(OWED)
    for agency in settings.registry:
        assert agency.contacts[0].address == f"{agency.code}@binhduong.example"
        assert agency.notice_addresses(DAY)[0] == f"{agency.code}@binhduong.example"
        assert agency.addresses(DAY, ContactRole.LEADER) == (f"{agency.code}.ld@binhduong.example",)
        assert agency.domains == ()
        assert all(c.address.endswith((".example", ".test")) for c in agency.contacts)
    assert [a.code for a in settings.registry if a.group == "UBND cấp huyện"] == list(DISTRICTS)


def test_what_each_agency_owes(settings: Settings) -> None:
    round_ = settings.round("2023-q1")
    assert {code: {a.form: a.parts for a in round_.of(code)} for code in round_.agencies} == OWED
    assert round_.agencies == tuple(agency.code for agency in settings.registry)


def test_the_round_is_the_letter(settings: Settings) -> None:
    round_ = settings.round("2023-q1")
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    assert (round_.period.kind, round_.period.code) == (PeriodKind.QUARTER, "2023Q1")
    assert (round_.window.first, round_.window.last) == (date(2022, 12, 15), date(2023, 3, 14))
    assert round_.deadline.instant == datetime(2023, 3, 10, tzinfo=zone)
    assert round_.deadline.last_day == date(2023, 3, 9)
    assert round_.deadline.printed == "trước ngày 10/3/2023"
    assert round_.opens_at == datetime(2023, 3, 2, 8, tzinfo=zone)
    assert round_.closes_at is None
    for number in ("388/SNV-XDCQ-CCHC-CTTN", "922/UBND-NC", "581/BNV-CCHC"):
        assert number in round_.legal_basis
    with pytest.raises(KeyError):
        settings.round("2023-q2")


def test_the_ladder(settings: Settings) -> None:
    ladder = settings.round("2023-q1").ladder
    assert [(s.code, s.offset) for s in ladder.steps] == [
        ("t-7", -7),
        ("t-3", -3),
        ("t-1", -1),
        ("t-0", 0),
        ("t+1", 1),
        ("t+3", 3),
    ]
    assert [s.copies_leader for s in ladder.steps] == [False] * 4 + [True] * 2
    assert [s.kind for s in ladder.steps] == [StepKind.REMINDER] * 4 + [StepKind.OVERDUE, StepKind.ESCALATION]
    assert [s.tone for s in ladder.steps] == [Tone.GENTLE, Tone.PLAIN, Tone.PLAIN, Tone.FIRM, Tone.PLAIN, Tone.FIRM]
    assert {s.needs for s in ladder.steps} == {Need.MISSING}
    assert all((s.hour, s.minute) == (8, 0) for s in ladder.all_steps)
    assert (ladder.quiet_hours, ladder.correction_days) == (4, 1)


def test_the_ladder_of_corrections(settings: Settings) -> None:
    ladder = settings.round("2023-q1").ladder
    assert [(s.code, s.kind, s.offset, s.unit) for s in ladder.correction] == [
        ("c-1", StepKind.REMINDER, -1, StepUnit.WORKING),
        ("c-0", StepKind.REMINDER, 0, StepUnit.CALENDAR),
        ("c+1", StepKind.OVERDUE, 1, StepUnit.WORKING),
        ("c+3", StepKind.OVERDUE, 3, StepUnit.WORKING),
    ]
    assert {s.needs for s in ladder.correction} == {Need.CORRECTION}
    assert [(s.cc, s.tone) for s in ladder.correction][-1] == ((Recipient.LEADER,), Tone.FIRM)


def test_the_only_warning_is_the_letters_own(settings: Settings) -> None:
    assert [w.key for w in settings.warnings] == ["deadline.day"]
    assert "14/3/2023" in settings.warnings[0].message


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2023, 1, 20), False),  # 29 Tết
        (date(2023, 1, 26), False),
        (date(2023, 1, 27), True),
        (date(2023, 3, 10), True),
        (date(2023, 3, 11), False),  # Saturday
        (date(2023, 5, 3), False),  # in lieu
        (date(2024, 4, 29), False),  # swapped, nationally
        (date(2024, 5, 4), True),
        (date(2026, 1, 2), False),  # swapped, by holidays.toml
        (date(2026, 1, 10), True),
        (date(2026, 11, 24), False),  # Ngày Văn hóa Việt Nam
    ],
)
def test_working_days(settings: Settings, day: date, works: bool) -> None:
    assert settings.working_time.is_working_day(day) is works
