"""`thuky check` in the example offices, on files of their agencies: no mail, no server."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.demo import documents
from bot.demo.samples import Article
from bot.settings import load

CONFIG = Path(__file__).resolve().parents[2] / "config"
EXAMPLES = CONFIG / "examples"
COMMUNE = "UBND xã Hồng Phong"


def check(config: Path, file: Path, *options: str) -> Any:
    """What `thuky check --json` says of one file."""
    words = ["--config", str(config), "check", str(file), "--json", *options]
    done = CliRunner().invoke(app, words, env={"THUKY_DATA_DIR": str(file.parent / "data"), "THUKY_CONFIG": None})
    (result,) = json.loads(done.stdout)
    return result


@pytest.mark.parametrize(("agency", "form"), [("pvhtt", "division"), ("hongphong", "commune")])
def test_of_two_outlines_alike_the_agencys_own_is_meant(agency: str, form: str, tmp_path: Path) -> None:
    """The seven parts are those of both outlines: what the agency owes decides."""
    settings = load(EXAMPLES / "cao-loc", {})
    parts = [p for p in settings.forms["commune"].parts if not p.optional]
    name = settings.registry.get(agency).name
    file = tmp_path / "bao cao.docx"
    file.write_bytes(documents.narrative(name, "", "quý I năm 2024", parts, place="Cao Lộc"))
    result = check(EXAMPLES / "cao-loc", file, "--agency", agency)
    assert (result["form"], result["verdict"], result["findings"]) == (form, "accepted", [])


def test_the_29th_of_february_lies_outside_the_districts_window(tmp_path: Path) -> None:
    """A district that also asks for a list of articles: those of 01/12 and 28/02 count, one of 29/02 does not."""
    config = tmp_path / "config"
    shutil.copytree(EXAMPLES / "cao-loc", config)
    shutil.copy(CONFIG / "forms" / "articles.toml", config / "forms")
    round_ = config / "rounds" / "2024-q1.toml"
    duty = '\n[[assignments]]\nform = "articles"\nagency = "pvhtt"\n'
    round_.write_text(round_.read_text("utf-8") + duty, "utf-8")
    days = (date(2023, 12, 1), date(2024, 2, 28), date(2024, 2, 29))
    items = [Article(f"Bài viết số {at} về cải cách hành chính", day) for at, day in enumerate(days, 1)]
    file = tmp_path / "tin bai.xlsx"
    file.write_bytes(documents.articles("Phòng Văn hóa và Thông tin", "quý I năm 2024", items))
    result = check(config, file, "--agency", "pvhtt")
    (found,) = result["findings"]
    row = documents.LIST_FIRST_ROW + 2
    assert (found["code"], found["place"]["cell"]) == ("X118", f"C{row}")
    assert "28/02/2024" in found["message"] or "28/2/2024" in found["message"]
