"""Files that are missing, unreadable or oddly saved, and words in both languages."""

import string
import unicodedata
from datetime import datetime, timedelta, timezone
from pathlib import Path

import holidays
import pytest
from settings_folder import edit, good_folder

from bot.domain.round import DeadlineReading
from bot.settings import ConfigurationError, load
from bot.settings.words import SENTENCES
from bot.settings.working_time import national_days


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return good_folder(tmp_path)


def faults_of(folder: Path, environ: dict[str, str] | None = None) -> list[tuple[str, str]]:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, environ or {})
    return [(f.file, f.key) for f in caught.value.faults]


def test_no_folder(tmp_path: Path) -> None:
    assert faults_of(tmp_path / "none") == [(str(tmp_path / "none"), "")]


@pytest.mark.parametrize("name", ["office.toml", "agencies.toml", "ladder.toml"])
def test_a_missing_file_is_one_fault(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert faults_of(folder) == [(str(folder / name), "")]


def test_all_missing_files_at_once(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    assert {Path(file).name for file, _ in faults_of(tmp_path / "config")} == {
        "office.toml",
        "agencies.toml",
        "ladder.toml",
        "forms",
    }


def test_holidays_and_rounds_may_be_absent(folder: Path) -> None:
    (folder / "holidays.toml").unlink()
    (folder / "rounds" / "2024-q1.toml").unlink()
    settings = load(folder, {})
    assert settings.rounds == ()
    assert [Path(w.file).name for w in settings.warnings] == ["rounds"]


def test_a_windows_byte_order_mark_is_forgiven(folder: Path) -> None:
    path = folder / "agencies.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(folder, {}).registry.get("stp").name == "Sở Tư pháp"


def test_decomposed_accents_are_composed(folder: Path) -> None:
    path = folder / "agencies.toml"
    path.write_text(unicodedata.normalize("NFD", path.read_text()))
    assert load(folder, {}).registry.get("stp").name == unicodedata.normalize("NFC", "Sở Tư pháp")


def test_another_encoding_is_told_with_its_line(folder: Path) -> None:
    path = folder / "ladder.toml"
    path.write_bytes(b"# one\n# two\n# th\xe0nh ph\xf4\n" + path.read_bytes())
    assert faults_of(folder) == [(str(path), "line 3")]


def test_a_folder_in_place_of_a_file(folder: Path) -> None:
    (folder / "ladder.toml").unlink()
    (folder / "ladder.toml").mkdir()
    assert faults_of(folder) == [(str(folder / "ladder.toml"), "")]


def test_an_empty_file(folder: Path) -> None:
    (folder / "agencies.toml").write_text("")
    assert faults_of(folder) == [(str(folder / "agencies.toml"), "groups"), (str(folder / "agencies.toml"), "agencies")]


def test_an_unfinished_file_is_told_with_its_last_line(folder: Path) -> None:
    (folder / "ladder.toml").write_text("steps = [\n")
    assert faults_of(folder)[0] == (str(folder / "ladder.toml"), "line 2")


def test_faults_speak_the_offices_language(folder: Path) -> None:
    edit(folder / "office.toml", ("[imap]\n", "[imap]\nport = 0\n"))
    with pytest.raises(ConfigurationError) as vietnamese:
        load(folder, {})
    with pytest.raises(ConfigurationError) as english:
        load(folder, {"THUKY_LANGUAGE": "en"})
    assert vietnamese.value.faults[0].expected == "một cổng từ 1 đến 65535"
    assert english.value.faults[0].expected == "a port from 1 to 65535"


@pytest.mark.parametrize("key", SENTENCES)
def test_both_languages_take_the_same_parameters(key: str) -> None:
    fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in SENTENCES[key]]
    assert fields[0] == fields[1]


def test_paths_start_beside_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(Path("config"), {"THUKY_DATA_DIR": "kho"})
    assert settings.folder == folder
    assert settings.data_dir == tmp_path / "kho"


@pytest.mark.parametrize(
    ("lines", "instant", "last_day"),
    [
        ("day = 2024-03-20", "2024-03-20T00:00+07:00", 19),
        ('day = 2024-03-20\nreading = "on"', "2024-03-21T00:00+07:00", 20),
        ("day = 2024-03-20\ntime = 16:30:00", "2024-03-20T16:30+07:00", 20),
        ('day = 2024-03-20\ntime = "16:30"\nreading = "on"', "2024-03-20T16:30+07:00", 20),
    ],
)
def test_the_deadlines_instant(folder: Path, lines: str, instant: str, last_day: int) -> None:
    edit(folder / "rounds" / "2024-q1.toml", ("day = 2024-03-20\ntime = 16:30:00", lines))
    deadline = load(folder, {}).round("2024-q1").deadline
    assert deadline.instant == datetime.fromisoformat(instant)
    assert deadline.last_day.day == last_day
    assert deadline.reading is (DeadlineReading.ON if "on" in lines.split('"') else DeadlineReading.BEFORE)


def test_an_opening_with_its_own_offset(folder: Path) -> None:
    edit(folder / "rounds" / "2024-q1.toml", ("2024-03-01T08:00:00", "2024-03-01T01:00:00Z"))
    opens = load(folder, {}).round("2024-q1").opens_at
    assert opens == datetime(2024, 3, 1, 8, tzinfo=timezone(timedelta(hours=7)))
    assert opens.hour == 8


def test_a_rounds_own_ladder(folder: Path) -> None:
    path = folder / "rounds" / "2024-q1.toml"
    path.write_text(
        path.read_text() + '\n[[ladder]]\ncode = "x"\nkind = "reminder"\noffset_days = -2\nunit = "working"\n'
    )
    assert [s.code for s in load(folder, {}).round("2024-q1").ladder.steps] == ["x"]


def test_two_rounds_of_one_period_are_warned_of(folder: Path) -> None:
    text = (folder / "rounds" / "2024-q1.toml").read_text()
    (folder / "rounds" / "2024-q1-bis.toml").write_text(text)
    assert [(Path(w.file).name, w.key) for w in load(folder, {}).warnings] in (
        [("2024-q1.toml", "period")],
        [("2024-q1-bis.toml", "period")],
    )


def test_an_address_of_two_agencies_is_allowed(folder: Path) -> None:
    edit(folder / "agencies.toml", ('"bb@chung.example"', '"TDM@chung.example"'))
    registry = load(folder, {}).registry
    assert registry.get("bb").contacts[0] == registry.get("tdm").contacts[0]


def test_holidays_of_the_office(folder: Path) -> None:
    (folder / "holidays.toml").write_text(
        '[[off]]\nfirst = 2024-03-14\nlast = 2024-03-18\nwhy = "a"\n'
        '[[worked]]\nday = 2024-04-18\nwhy = "b"\n'
        '[[swapped]]\noff = 2024-06-07\nworked = 2024-06-08\nwhy = "c"\n'
    )
    settings = load(folder, {})
    working = {d.isoformat(): settings.working_time.is_working_day(d) for d in days("2024-03-13", "2024-03-19")}
    assert [day for day, works in working.items() if works] == ["2024-03-13", "2024-03-19"]
    assert settings.working_time.is_working_day(datetime(2024, 4, 18).date())  # Giỗ Tổ, worked here
    assert datetime(2024, 4, 18).date() not in settings.working_time.days_off
    assert not settings.working_time.is_working_day(datetime(2024, 6, 7).date())
    assert settings.working_time.is_working_day(datetime(2024, 6, 8).date())
    # Tuesday 19 and Wednesday 20 March are left between the data and the deadline.
    assert settings.warnings == ()


def test_without_the_national_calendar(folder: Path) -> None:
    (folder / "holidays.toml").write_text("national = false\n")
    assert load(folder, {}).working_time.is_working_day(datetime(2024, 4, 30).date())


def test_rounds_far_ahead_have_their_holidays(folder: Path) -> None:
    edit(folder / "rounds" / "2024-q1.toml", ("year = 2024", "year = 2041"))
    (folder / "rounds" / "2024-q1.toml").rename(folder / "rounds" / "far.toml")
    assert not load(folder, {}).working_time.is_working_day(datetime(2042, 4, 30).date())


def days(first: str, last: str) -> list:
    start, end = datetime.fromisoformat(first).date(), datetime.fromisoformat(last).date()
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def test_the_national_calendar_is_the_package_s_own() -> None:
    """It is taken from the country's file alone; the long way must give the same days."""
    off, worked = national_days(2020, 2035)
    calendar = holidays.country_holidays("VN", years=range(2020, 2036))
    assert off == frozenset(calendar)
    assert worked == frozenset(day for day in calendar.weekend_workdays if 2020 <= day.year <= 2035)
    assert worked
