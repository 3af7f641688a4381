"""`doctor`, `explain` and `check` say and mind what the office changes of single codes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from embedded_office import ROOT, ROUND, environment
from typer.testing import CliRunner

from bot import cli
from bot.demo import documents
from bot.settings.working_time import national_days

OFFICE = '[checks.X201]\nseverity = "remark"\n\n[checks.W107]\noff = "chưa xét trong đợt thí điểm"\n'
ROUND_FILE = '[checks.X201]\noff = "biểu đang sửa"\n'


class Desk:
    """The command line on the sample office with texts added to its files."""

    def __init__(self, folder: Path, office: str = "", round_: str = "") -> None:
        config = folder / "config"
        for source in sorted((ROOT / "config").rglob("*.toml")):
            target = config / source.relative_to(ROOT / "config")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(source.read_text("utf-8"), "utf-8")
        for name, text in (("office.toml", office), (f"rounds/{ROUND}.toml", round_)):
            path = config / name
            path.write_text(path.read_text("utf-8").rstrip("\n") + "\n\n" + text, "utf-8")
        self.environ = environment(folder, None) | {"THUKY_CONFIG": str(config), "COLUMNS": "200"}

    def thuky(self, *words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli.app, list(words), env=self.environ)
        return done.exit_code, done.stdout


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    national_days(2020, 2035)
    yield Desk(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    national_days(2020, 2035)
    yield Desk(tmp_path_factory.mktemp("changed"), OFFICE, ROUND_FILE)


def test_doctor_lists_what_is_changed_and_why(plain: Desk, changed: Desk) -> None:
    said = changed.thuky("doctor")[1]
    assert "X201 được tính là lưu ý, theo office.toml" in said
    assert "W107 đã tắt trong office.toml. Lý do: chưa xét trong đợt thí điểm" in said
    assert f"X201 đã tắt trong rounds/{ROUND}.toml. Lý do: biểu đang sửa" in said
    assert "đã tắt trong" not in plain.thuky("doctor")[1]


@pytest.mark.parametrize("command", [("doctor",), ("explain", "X201")])
def test_of_an_office_and_a_round_it_is_said_which_counts(
    command: tuple[str, ...], changed: Desk, tmp_path: Path
) -> None:
    said = changed.thuky(*command)[1]
    assert f"theo office.toml. Không áp dụng trong đợt có mục riêng: {ROUND}" in said
    assert f"biểu đang sửa. Trong đợt {ROUND}, mục này được áp dụng thay cho mục trong office.toml" in said
    for office, round_ in ((OFFICE, ""), ("", ROUND_FILE)):
        alone = Desk(tmp_path / ("office" if office else "round"), office, round_).thuky(*command)[1]
        assert "X201" in alone
        assert "áp dụng" not in alone


def test_explain_says_it_of_one_code(plain: Desk, changed: Desk) -> None:
    code, said = changed.thuky("explain", "X201")
    assert code == 0
    assert "X201 được tính là lưu ý, theo office.toml" in said
    assert "biểu đang sửa" in said
    assert "W107" not in said
    assert "office.toml" not in plain.thuky("explain", "X201")[1]
    assert json.loads(changed.thuky("explain", "W107", "--json")[1])["changed"] == [
        {"file": "office.toml", "code": "W107", "severity": None, "off": "chưa xét trong đợt thí điểm"}
    ]
    assert json.loads(plain.thuky("explain", "W107", "--json")[1]).get("changed") is None


def test_check_minds_the_round_before_the_office(plain: Desk, tmp_path: Path) -> None:
    file = tmp_path / "II.06.xlsx"
    file.write_bytes(documents.ii06("UBND huyện", "Quý I/2023", break_cell={"C12": 1}))

    def findings(desk: Desk) -> list[tuple[str, str]]:
        found = json.loads(desk.thuky("check", str(file), "--form", "ii06", "--json")[1])[0]["findings"]
        return [(f["code"], f["severity"]) for f in found if f["code"] == "X201"]

    assert findings(plain) == [("X201", "error")]
    assert findings(Desk(tmp_path / "soft", OFFICE)) == [("X201", "remark")]
    assert findings(Desk(tmp_path / "off", OFFICE, ROUND_FILE)) == []
