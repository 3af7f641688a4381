"""`thuky rehearse` as a command: what is wrong is a sentence and exit code 2, and nothing is done before."""

import shutil
from pathlib import Path

import pytest
from embedded_office import ROOT, Said, environment
from typer.testing import CliRunner

from bot import cli


class Desk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "config", folder / "config")
        self.environ = environment(folder, None) | {"THUKY_CONFIG": str(folder / "config")}

    def rehearse(self, *words: str) -> Said:
        done = CliRunner().invoke(cli.app, ["rehearse", *words], env=self.environ)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Said(done.exit_code, done.stdout, done.stderr)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--round", "2024-q1"), ("2024-q1", "2023-q1")),
        (("--round", "2023-q1", "--agency", "khong-co"), ("khong-co", "stp, ")),
        (("--round", "2023-q1", "--lang", "fr"), ("fr",)),
    ],
)
def test_misuse_is_told_before_anything_is_done(desk: Desk, words: tuple[str, ...], says: tuple[str, ...]) -> None:
    said = desk.rehearse(*words, "--out", str(desk.folder / "out"))
    assert said.code == 2
    assert all(text in said.err for text in says)
    assert said.out == ""
    assert {p.name for p in desk.folder.iterdir()} == {"config"}


def test_a_folder_of_other_things_is_refused(desk: Desk) -> None:
    out = desk.folder / "out"
    out.mkdir()
    (out / "quan trọng.txt").write_text("giữ lại")
    said = desk.rehearse("--round", "2023-q1", "--out", str(out))
    assert said.code == 2
    assert str(out) in said.err
    assert [p.name for p in out.iterdir()] == ["quan trọng.txt"]


@pytest.mark.parametrize("out", ["a-file", "a-file/below"])
def test_a_folder_that_cannot_be_written_is_a_sentence(desk: Desk, out: str) -> None:
    (desk.folder / "a-file").write_text("tệp")
    said = desk.rehearse("--round", "2023-q1", "--out", str(desk.folder / out))
    assert said.code == 2
    assert "Không ghi được" in said.err
    assert (desk.folder / "a-file").read_text() == "tệp"


def test_without_a_round_the_only_one_is_meant(desk: Desk) -> None:
    shutil.copy(desk.folder / "config/rounds/2023-q1.toml", desk.folder / "config/rounds/2023-q2.toml")
    other = desk.folder / "config/rounds/2023-q2.toml"
    text = other.read_text("utf-8").replace('"2023-q1"', '"2023-q2"').replace("ordinal = 1", "ordinal = 2")
    other.write_text(text, "utf-8")
    said = desk.rehearse("--out", str(desk.folder / "out"))
    assert said.code == 2
    assert "2023-q1, 2023-q2" in said.err
