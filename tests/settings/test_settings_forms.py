"""Forms from TOML: the sample office's load, and every fault is told at once with file and key."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from bot.domain.form import CellType, FormKind
from bot.settings.faults import faults_of
from bot.settings.forms import load_forms

CONFIG = Path(__file__).parents[2] / "config" / "forms"

TABLE = """
code = "t"
title = "T"
short_title = "T"
kind = "table"
[table]
label_column = "1"
[[table.columns]]
key = "1"
headers = ["Tên"]
[[table.columns]]
key = "2"
headers = ["Số"]
type = "integer"
"""
OUTLINE = """
code = "o"
title = "O"
short_title = "O"
kind = "outline"
[[parts]]
code = "I"
headings = ["Một"]
"""


def test_the_sample_office_has_its_forms() -> None:
    forms, faults = load_forms(CONFIG)
    assert faults == []
    assert set(forms) == {"narrative", "ii06", "cchc_stats", "broadcasts", "articles", "selfscore"}
    assert all(form.code == code for code, form in forms.items())
    ii06 = forms["ii06"].table
    assert ii06 is not None
    assert [c.key for c in ii06.columns] == [str(n) for n in range(1, 14)]
    assert [r.text for r in ii06.rules] == ["(3)=(4)+(5)+(6)", "(7)=(8)+(9)+(10)", "(11)=(12)+(13)", "(3)=(7)+(11)"]
    stats = forms["cchc_stats"].table
    assert stats is not None
    assert len(stats.rows) == 76
    assert {r.type for r in stats.rows} >= {CellType.SERIES, CellType.CHOICE, CellType.PERCENT, CellType.DECIMAL, None}
    assert forms["narrative"].kind is FormKind.OUTLINE
    assert forms["narrative"].part("II.2").parent == "II"


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (TABLE + 'colour = "red"', ["table.columns[1].colour"]),
        (TABLE.replace('type = "integer"', 'type = "number"'), ["table.columns[1].type"]),
        (TABLE.replace('key = "2"', 'key = "1"'), ["table.columns[1].key"]),
        (TABLE.replace('label_column = "1"', 'label_column = "9"'), ["table.label_column"]),
        (TABLE.replace('title = "T"\n', "", 1), ["title"]),
        (TABLE + '[[table.rules]]\ntext = "(2)=(7)"', ["table.rules[0].text"]),
        (TABLE + '[[table.rules]]\ntext = "(2)=="', ["table.rules[0].text"]),
        (TABLE + '[[table.rules]]\ntext = "[1.1]=[1.2]"', ["table.rules[0].text", "table.rules[0].text"]),
        (TABLE + '[table.total]\nlabels = ["Cộng"]\ncolumns = ["5"]', ["table.total.columns[0]"]),
        (TABLE + '[[table.rows]]\ncode = "1"\nlabel = "A"', ["table.value_column"]),
        (TABLE.replace('"integer"', '"choice"'), ["table.columns[1].choices"]),
        (TABLE.replace('"integer"', '"integer"\nminimum = 5\nmaximum = 1'), ["table.columns[1].minimum"]),
        (TABLE.replace('kind = "table"', 'kind = "outline"'), ["parts"]),
        (OUTLINE.replace('kind = "outline"', 'kind = "list"'), ["table", "parts"]),
        (OUTLINE + '[[parts]]\ncode = "I"\nheadings = ["Hai"]', ["parts[1].code"]),
        (OUTLINE + '[[parts]]\ncode = "II.1"\nparent = "II"\nheadings = ["Hai"]', ["parts[1].parent"]),
        (OUTLINE.replace('code = "I"', 'code = "I"\nparent = "I"'), ["parts[0].parent"]),
        (OUTLINE.replace('headings = ["Một"]', "headings = []"), ["parts[0].headings"]),
        ("code = ", [""]),
    ],
)
def test_faults(tmp_path: Path, text: str, keys: list[str]) -> None:
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")
    forms, faults = load_forms(tmp_path)
    assert forms == {}
    assert [fault.key for fault in faults] == keys
    assert all(fault.file.endswith("bad.toml") and fault.found and fault.expected for fault in faults)


def test_all_faults_of_all_files_at_once_and_good_files_stay(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(TABLE + "x = 1\ny = 2", encoding="utf-8")
    (tmp_path / "b.toml").write_text(OUTLINE, encoding="utf-8")
    (tmp_path / "c.toml").write_bytes(b'code = "\xff"')
    (tmp_path / "d.toml").write_text(OUTLINE, encoding="utf-8")
    forms, faults = load_forms(tmp_path)
    assert set(forms) == {"o"}
    assert [(Path(f.file).name, f.key) for f in faults] == [
        ("a.toml", "table.columns[1].x"),
        ("a.toml", "table.columns[1].y"),
        ("c.toml", ""),
        ("d.toml", "code"),
    ]
    assert "b.toml" in faults[-1].expected


def test_no_form_at_all_is_a_fault(tmp_path: Path) -> None:
    assert [fault.found for fault in load_forms(tmp_path)[1]] == ["no form"]


def test_a_fault_never_shows_a_password() -> None:
    class Server(BaseModel):
        password: int

    with pytest.raises(ValidationError) as caught:
        Server.model_validate({"password": "hunter2"})
    (fault,) = faults_of("office.toml", caught.value)
    assert fault.key == "password"
    assert "hunter2" not in str(fault)
