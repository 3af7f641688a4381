"""`[documents.limits]`: the defaults are those of the readers, in people's units; out of bounds is said."""

import shutil
from pathlib import Path

import pytest

from bot.documents.limits import DEFAULT_LIMITS
from bot.settings import ConfigurationError, load
from bot.settings.models import DocumentLimitsTable
from bot.settings.office import document_limits
from bot.wiring import make_sandbox

ROOT = Path(__file__).resolve().parents[2]


def test_the_defaults_are_those_of_the_readers() -> None:
    assert document_limits(DocumentLimitsTable()) == DEFAULT_LIMITS


def test_each_setting_changes_one_thing() -> None:
    """None is forgotten on the way, and no two are mixed up."""
    seen = set()
    for name, field in DocumentLimitsTable.model_fields.items():
        changed = document_limits(DocumentLimitsTable(**{name: field.default + 1}))
        different = [key for key in DEFAULT_LIMITS.__slots__ if getattr(changed, key) != getattr(DEFAULT_LIMITS, key)]
        assert len(different) == 1, (name, different)
        seen.add(different[0])
    assert len(seen) == len(DocumentLimitsTable.model_fields)


def configured(tmp_path: Path, more: str) -> Path:
    shutil.copytree(ROOT / "config", tmp_path / "config")
    office = tmp_path / "config" / "office.toml"
    office.write_text(office.read_text("utf-8") + f"\n[documents.limits]\n{more}\n", "utf-8")
    return tmp_path / "config"


def test_it_reaches_the_sandbox_and_a_variable_stands_above_the_file(tmp_path: Path) -> None:
    folder = configured(tmp_path, "file_megabytes = 2\nparts = 700")
    settings = load(folder, {"THUKY_DOCUMENTS__LIMITS__PARTS": "800"})
    assert (settings.document_limits.file_bytes, settings.document_limits.parts) == (2 << 20, 800)
    document = make_sandbox(settings).read(b"PK\x03\x04" + bytes(3 << 20), "to.docx")
    assert "limit 2097152" in getattr(document, "detail", "")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("parts = 5", "100"),
        ("memory_megabytes = 10", "200"),
        ("last_row = 2000000", "1.048.576"),
        ("seconds = true", "documents.limits.seconds"),
        ("megabytes = 5", "documents.limits.megabytes"),
    ],
)
def test_what_is_out_of_bounds_is_said_with_the_bound(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load(configured(tmp_path, line), {})
    text = "\n".join(f"{f.file} {f.key} {f.found} {f.expected}" for f in refused.value.faults)
    assert "documents.limits" in text
    assert said.replace(".", "") in text.replace(".", "").replace("_", "") or said in text
