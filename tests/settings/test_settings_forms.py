"""Forms from TOML: the sample office's load, and every fault is told at once with file and key."""

from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from bot.domain.form import (
    CellType,
    ChildSums,
    FormKind,
    LastPeriodRule,
    LeftBlank,
    Prefill,
    Proof,
    Rule,
    Severity,
    StatedFigure,
)
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
JUMPS = ("cumulative", "jump")
CODED = TABLE.replace("[table]", '[table]\ncode_column = "1"')
ROWS = (
    TABLE.replace("[table]", '[table]\nvalue_column = "2"')
    + """
[[table.rows]]
code = "1.1"
label = "A"
type = "integer"
#
"""
)
FIGURE = """
[[figures]]
key = "f"
title = "F"
before = ['A']
form = "t"
value = "(2)"
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
        (TABLE + '[[table.rules]]\ntext = "0<=(2)>=1"', ["table.rules[0].text"]),
        (TABLE + '[[table.rules]]\ntext = "0<=(2)<=(9)"', ["table.rules[0].text"]),
        (TABLE + '[[table.rules]]\ntext = "(2)=(1)"', ["table.rules[0].text"]),
        (TABLE + '[[table.rules]]\ntext = "(2)>0"\nseverity = "hold"', ["table.rules[0].severity"]),
        (TABLE + '[[table.rules]]\ntext = "(2)>0"\ntolerance = -1', ["table.rules[0].tolerance"]),
        (TABLE + '[[table.rules]]\ntext = "(2)>0"\ntolerance = nan', ["table.rules[0].tolerance"]),
        (TABLE + '[table.total]\nlabels = ["A"]\ncolumns = ["2"]\nseverity = "hold"', ["table.total.severity"]),
        (TABLE + "jump = 1", ["table.columns[1].jump"]),
        (TABLE.replace('"integer"', '"date"\ncumulative = true\njump = 3'), [f"table.columns[1].{k}" for k in JUMPS]),
        (TABLE + "in_window = true", ["table.columns[1].in_window"]),
        (
            TABLE.replace("[table]", '[table]\nnote_column = "8"\nunique = ["1", "9"]'),
            ["table.note_column", "table.unique[1]"],
        ),
        (TABLE.replace("[table]", '[table]\ncomputed = ["2"]'), ["table.computed[0]"]),
        (TABLE.replace('label_column = "1"', 'labels = ["A"]'), ["table.label_column"]),
        (TABLE + '[[table.children]]\ncolumns = ["2"]', ["table.code_column"]),
        (
            CODED + '[[table.children]]\ncolumns = ["1", "7"]',
            ["table.children[0].columns[1]", "table.children[0].columns[0]"],
        ),
        (CODED + '[[table.proofs]]\nwhen = "(2)>0"\nany_of = ["4"]', ["table.proofs[0].any_of[0]"]),
        (CODED + '[[table.proofs]]\nwhen = "(2)"\nany_of = ["1"]', ["table.proofs[0].when"]),
        (CODED + '[[table.proofs]]\nwhen = "(5)>0"\nany_of = ["1"]', ["table.proofs[0].when"]),
        (CODED + '[[table.proofs]]\nwhen = "[1]>0"\nany_of = ["1"]', ["table.proofs[0].when"]),
        (CODED + 'required_on_leaves = "(2)"', ["table.columns[1].required_on_leaves"]),
        (CODED + 'required_on_leaves = "(9)>0"', ["table.columns[1].required_on_leaves"]),
        (CODED + 'required_on_leaves = "[1]>0"', ["table.columns[1].required_on_leaves"]),
        (TABLE + 'required_on_leaves = "(2)>0"', ["table.code_column"]),
        (
            ROWS.replace("[table]", '[table]\ncode_column = "1"').replace(
                'headers = ["Số"]', 'headers = ["Số"]\nrequired_on_leaves = "(2)>0"'
            ),
            ["table.columns[1].required_on_leaves"],
        ),
        (TABLE + '[[table.left_blank]]\nlabels = ["A"]\ncolumns = ["3"]', ["table.left_blank[0].columns[0]"]),
        (TABLE + '[[table.left_blank]]\nlabels = []\ncolumns = ["2"]', ["table.left_blank[0].labels"]),
        (TABLE + '[[table.last_period]]\ntext = "(2)=(4)"', ["table.last_period[0].text"]),
        (TABLE + '[[table.last_period]]\ntext = "(2)>0"', ["table.last_period[0].text"]),
        (TABLE + '[[table.last_period]]\ntext = "[2]=[2]"', ["table.last_period[0].text"]),
        (TABLE + '[[table.prefill]]\ncolumn = "4"\nlast = "5"', ["table.prefill[0].column", "table.prefill[0].last"]),
        (ROWS + '[[table.last_period]]\ntext = "(2)=(2)"', ["table.last_period[0].text"]),
        (ROWS.replace("[table]", '[table]\nunique = ["1"]\nlabels = ["A"]'), ["table.unique", "table.labels"]),
        (ROWS.replace('"integer"\n#', '"choice"\nchoices = ["a"]\njump = 2\n#'), ["table.rows[0].jump"]),
        (OUTLINE + "minimum_words = -1", ["parts[0].minimum_words"]),
        (OUTLINE + FIGURE, ["figures[0].form"]),
        (OUTLINE + FIGURE.replace('form = "t"', 'form = "o"'), ["figures[0].form"]),
        (OUTLINE + FIGURE.replace("before = ['A']", "before = []"), ["figures[0].before"]),
        (TABLE + FIGURE, ["figures"]),
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


@pytest.mark.parametrize(
    ("figure", "keys"),
    [
        (FIGURE, []),
        (FIGURE.replace("(2)", "(2)/((2)+1)*100"), []),
        (FIGURE.replace("(2)", "(1)"), ["figures[0].value"]),
        (FIGURE.replace("(2)", "(3)"), ["figures[0].value"]),
        (FIGURE.replace("(2)", "(2)>0"), ["figures[0].value"]),
        (FIGURE.replace("(2)", "100"), ["figures[0].value"]),
        (FIGURE.replace("(2)", "[1.1]"), ["figures[0].value"]),
        (FIGURE + 'part = "II"', ["figures[0].part"]),
        (FIGURE + FIGURE, ["figures[1].key"]),
        (FIGURE + 'severity = "hold"', ["figures[0].severity"]),
    ],
)
def test_figures_name_what_another_form_holds(tmp_path: Path, figure: str, keys: list[str]) -> None:
    (tmp_path / "a.toml").write_text(OUTLINE + figure, encoding="utf-8")  # read before the form that it names
    (tmp_path / "b.toml").write_text(TABLE, encoding="utf-8")
    forms, faults = load_forms(tmp_path)
    assert [(Path(fault.file).name, fault.key) for fault in faults] == [("a.toml", key) for key in keys]
    assert set(forms) == ({"t"} if keys else {"o", "t"})


def test_of_a_form_that_is_broken_itself_figures_say_nothing_more(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(OUTLINE + FIGURE, encoding="utf-8")
    (tmp_path / "b.toml").write_text(TABLE + "jump = 0", encoding="utf-8")
    forms, faults = load_forms(tmp_path)
    assert [fault.key for fault in faults] == ["table.columns[1].jump"]
    assert set(forms) <= {"o"}


def test_what_a_form_may_say_reaches_the_domain(tmp_path: Path) -> None:
    text = CODED.replace("[table]", '[table]\nnote_column = "1"\ncomputed = ["2"]\nlabels = ["A"]\nunique = ["1"]')
    text += """cumulative = true
jump = 2.5
note = "N"
[[table.rules]]
text = "0 <= (2) ≤ 2*(2)"
severity = "remark"
tolerance = 0.5
message = "M"
[[table.rules]]
text = "(2)=(2)"
[table.total]
labels = ["C"]
columns = ["2"]
severity = "remark"
[[table.children]]
columns = ["2"]
tolerance = 0.1
[[table.proofs]]
when = "(2)>0"
any_of = ["1"]
leaves = false
[[table.left_blank]]
labels = ["K"]
columns = ["2"]
message = "L"
[[table.last_period]]
text = "(2)=(2)"
[[table.prefill]]
column = "1"
last = "2"
"""
    (tmp_path / "t.toml").write_text(text, encoding="utf-8")
    (tmp_path / "o.toml").write_text(OUTLINE + 'hint = "H"\nminimum_words = 3\n' + FIGURE, encoding="utf-8")
    forms, faults = load_forms(tmp_path)
    assert faults == []
    table, outline = forms["t"].table, forms["o"]
    assert table is not None
    chain = [Rule(rule, Severity.REMARK, Decimal("0.5"), "M") for rule in ("0<=(2)", "(2)<=2*(2)")]
    assert table.rules == (*chain, Rule("(2)=(2)"))
    column = table.column("2")
    assert (column.cumulative, column.jump, column.note) == (True, Decimal("2.5"), "N")
    assert table.total is not None
    assert table.total.severity is Severity.REMARK
    assert table.children == (ChildSums(("2",), tolerance=Decimal("0.1")),)
    assert table.proofs == (Proof("(2)>0", ("1",), leaves=False),)
    assert table.left_blank == (LeftBlank(("K",), ("2",), message="L"),)
    assert table.last_period == (LastPeriodRule("(2)=(2)"),)
    assert table.prefill == (Prefill("1", "2"),)
    assert (table.unique, table.note_column, table.computed, table.labels) == (("1",), "1", ("2",), ("A",))
    assert (outline.parts[0].hint, outline.parts[0].minimum_words) == ("H", 3)
    assert outline.figures == (StatedFigure("f", "F", ("A",), "t", "(2)"),)
