"""Blank forms of every form of every office in the repository, for the tests."""

from datetime import date
from functools import cache
from pathlib import Path

from bot.documents.blank import BlankFacts, BlankRow, BlankWords, make_blank
from bot.domain.document import FormTag
from bot.domain.form import Form
from bot.domain.round import DataWindow
from bot.settings.forms import load_forms

ROOT = Path(__file__).parents[2]
WINDOW = DataWindow(date(2022, 12, 15), date(2023, 3, 14))


@cache
def all_forms() -> dict[str, Form]:
    """Every form, as `office/code`."""
    found: dict[str, Form] = {}
    for folder in (ROOT / "config/forms", *sorted((ROOT / "config/examples").glob("*/forms"))):
        forms, faults = load_forms(folder)
        assert not faults
        found |= {f"{folder.parent.name}/{code}": form for code, form in forms.items()}
    return found


@cache
def words(language: str = "vi") -> BlankWords:
    return BlankWords.load(ROOT / "mail_templates" / language)


def facts(form: Form, *, rows: tuple[BlankRow, ...] = (), parts: tuple[str, ...] = (), annex: str = "") -> BlankFacts:
    return BlankFacts(
        tag=FormTag("2023-q1", "tdm", form.code, form.version),
        office="Sở Nội vụ tỉnh Bình Dương",
        agency="UBND thành phố Thủ Dầu Một",
        period="quý I/2023",
        window=WINDOW,
        window_words="từ ngày 15/12/2022 đến hết ngày 14/3/2023",
        made_on=date(2023, 3, 2),
        parts=parts,
        annex=annex,
        rows=rows,
    )


def blank(form: Form, language: str = "vi", **known: object) -> bytes:
    return make_blank(form, facts(form, **known), words(language))  # type: ignore[arg-type]  # fields of BlankFacts
