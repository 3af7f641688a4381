"""`make torture` ends well only where every row and program was run and none complains."""

import time
from pathlib import Path

import pytest
import torture
from kill_torture import Figures

NEVER = float("inf")


def complaining() -> Figures:
    figures = Figures("disk")
    figures.complain("a half file")
    return figures


@pytest.mark.parametrize(
    ("figures", "failed", "left_out", "code"),
    [
        ([Figures("disk", tried=3)], [], [], 0),
        ([complaining()], [], [], 1),
        ([Figures("disk")], ["fuzz.py"], [], 1),
        ([Figures("disk")], [], ["kill -9: no time was left"], 1),
        ([Figures("disk")], [], ["fuzz.py: not there"], 1),
    ],
)
def test_how_it_ends(
    figures: list[Figures], failed: list[str], left_out: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert torture.conclude(figures, failed, left_out) == code
    said = capsys.readouterr().out
    assert all(word in said for word in ("fault", "disk", *failed, *left_out))


def test_programs_that_fail_and_those_that_are_not_there_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    programs = {name: (["--whole", "--minutes", "60"], ["--minutes", "1"]) for name in ("good.py", "bad.py", "gone.py")}
    monkeypatch.setattr(torture, "EXTERNAL", programs)
    (tmp_path / "good.py").write_text("import sys; print(sys.argv[1:])\n", "utf-8")
    (tmp_path / "bad.py").write_text("raise SystemExit(1)\n", "utf-8")
    assert torture.external(whole=True, until=NEVER, folder=tmp_path) == (["bad.py"], ["gone.py: not there"])
    assert "['--whole', '--minutes', '60.0']" in capfd.readouterr().out
    assert torture.external(whole=False, until=time.monotonic() - 1, folder=tmp_path) == (
        [],
        ["good.py: no time was left", "bad.py: no time was left", "gone.py: not there"],
    )


def test_every_program_is_there() -> None:
    assert [name for name in torture.EXTERNAL if not Path(torture.__file__).with_name(name).is_file()] == []
