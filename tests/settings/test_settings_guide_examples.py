"""The examples of docs/configuration.md and docs/huong-dan.md are loaded as an office would copy them."""

import re
import shutil
from pathlib import Path

import pytest

from bot.domain.form import Form
from bot.settings import load

ROOT = Path(__file__).resolve().parents[2]


def example(page: str, begins: str) -> str:
    blocks = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / page).read_text("utf-8"), re.DOTALL)
    return str(next(block for block in blocks if block.startswith(begins)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(ROOT / "config", tmp_path / "config")


def form_of(folder: Path, kind: str, body: str) -> Form:
    head = f'code = "own"\ntitle = "Biểu của cơ quan"\nshort_title = "Biểu riêng"\nkind = "{kind}"\n'
    (folder / "forms/own.toml").write_text(head + body, "utf-8")
    return load(folder, {}).forms["own"]


def test_the_table_in_one_piece(folder: Path) -> None:
    table, columns = example("configuration.md", "[table]").split("[[table.columns]]", 1)
    others = "".join(
        f'[[table.columns]]\nkey = "{key}"\nheaders = ["Cột {key}"]\ntype = "{kind}"\n'
        for key, kind in zip("123458", ("text", "text", "integer", "decimal", "integer", "text"), strict=True)
    )
    spec = form_of(folder, "table", f"{table}{others}[[table.columns]]{columns}").table
    assert spec is not None
    assert spec.computed and spec.unique and spec.rules and spec.children and spec.proofs
    assert spec.left_blank and spec.last_period and spec.prefill


def test_a_part_and_a_figure_of_an_outline(folder: Path) -> None:
    parts = '[[parts]]\ncode = "II.2"\nheadings = ["Cải cách thủ tục hành chính"]\n'
    part, figure = example("configuration.md", "[[parts]]"), example("configuration.md", "[[figures]]")
    form = form_of(folder, "outline", parts + part + figure)
    assert form.parts[-1].minimum_words and form.parts[-1].hint and form.parts[-1].nil_allowed
    assert [f.value for f in form.figures] == ["(3)"]


@pytest.mark.parametrize("page", ["configuration.md", "huong-dan.md"])
def test_checks_and_documents(folder: Path, page: str) -> None:
    office = folder / "office.toml"
    own = re.sub(r"^\[documents\]\n(?:[^\[].*\n|\n)*", "", office.read_text("utf-8"), flags=re.MULTILINE)
    documents, checks = example("configuration.md", "[documents]"), example(page, "[checks")
    office.write_text(f"{own}\n{documents}\n{checks}", "utf-8")
    told = load(folder, {}).office
    assert not told.enclose_forms
    assert {setting.code: bool(setting.off) for setting in told.checks}["W107"]
