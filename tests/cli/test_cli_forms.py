"""`thuky forms`: one folder an agency, never over a file that somebody has changed, faults as sentences."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from embedded_office import ROOT, ROUND, Said, environment
from typer.testing import CliRunner

from bot import cli
from bot.settings.working_time import national_days

TDM = "Biểu II.06 – UBND thành phố Thủ Dầu Một – quý I-2023.xlsx"


class Desk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "config", folder / "config")
        self.environ = environment(folder, None) | {"THUKY_CONFIG": str(folder / "config"), "COLUMNS": "200"}

    def forms(self, *words: str, **extra: str) -> Said:
        done = CliRunner().invoke(cli.app, ["forms", *words], env=self.environ | extra)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Said(done.exit_code, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    national_days(2020, 2035)
    yield Desk(tmp_path_factory.mktemp("desk"))


def test_every_agency_gets_its_own_forms(desk: Desk, tmp_path: Path) -> None:
    said = desk.forms("--round", ROUND, "--out", str(tmp_path), "--json")
    assert said.code == 0, said.err
    rows = said.json
    assert {(r["agency"], r["form"]) for r in rows} >= {
        ("tdm", "ii06"),
        ("tdm", "narrative"),
        ("tdm", "cchc_stats"),
        ("stp", "narrative"),
        ("bao", "articles"),
        ("ptth", "broadcasts"),
    }
    assert {r["state"] for r in rows} == {"written"}
    on_disk = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert on_disk == {r["file"] for r in rows}
    assert f"tdm/{TDM}" in on_disk


def test_what_somebody_has_changed_stays(desk: Desk, tmp_path: Path) -> None:
    words = ("--round", ROUND, "--out", str(tmp_path), "--agency", "tdm")
    assert desk.forms(*words).code == 0
    changed = tmp_path / "tdm" / TDM
    made = changed.read_bytes()
    changed.write_bytes(b"filled in")
    said = desk.forms(*words, "--json")
    assert said.code == 1
    assert {r["state"] for r in said.json} == {"unchanged", "kept"}
    assert changed.read_bytes() == b"filled in"
    for language, force in (("vi", "để nguyên"), ("en", "left as")):
        told = desk.forms(*words, THUKY_LANGUAGE=language)
        assert told.code == 1
        assert force in told.out and "--force" in told.out and "{" not in told.out
    assert [r["state"] for r in desk.forms(*words, "--force", "--json").json].count("replaced") == 1
    assert changed.read_bytes() == made


def test_one_agency_alone(desk: Desk, tmp_path: Path) -> None:
    said = desk.forms("--out", str(tmp_path), "--agency", "stp")
    assert said.code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["stp"]
    assert "Sở Tư pháp" in said.out


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--round", "2099-q1", "--out", "x"), ROUND),
        (("--round", ROUND, "--out", "x", "--agency", "zz"), "stp"),
        (("--round", ROUND, "--out", "/dev/null"), "/dev/null"),
        (("--round", ROUND), "--out"),
    ],
)
def test_faults_are_sentences(desk: Desk, words: tuple[str, ...], part: str, language: str) -> None:
    said = desk.forms(*words, THUKY_LANGUAGE=language)
    assert said.code == 2
    assert said.out == ""
    assert part in said.err
    assert "Traceback" not in said.err


def test_an_agency_that_owes_nothing_is_told_so(desk: Desk, tmp_path: Path) -> None:
    round_file = desk.folder / "config" / "rounds" / f"{ROUND}.toml"
    text = round_file.read_text("utf-8")
    head, mark, tail = text.rpartition('[[assignments]]\nform = "articles"')
    assert mark
    round_file.write_text(head + tail.partition("\n[[")[1] + tail.partition("\n[[")[2], "utf-8")
    try:
        said = desk.forms("--round", ROUND, "--out", str(tmp_path), "--agency", "bao")
    finally:
        round_file.write_text(text, "utf-8")
    assert said.code == 2
    assert "Báo Bình Dương" in said.err
