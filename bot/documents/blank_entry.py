"""What may be typed into the cells of a blank table: number format, validation and the words that help.

Flow: a column or fixed row of the form → `Entry`, which the sheet lays over its cells. A cell whose contents Excel
would turn into something else (12/3 into a date) is text. Nothing here fails.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from openpyxl.worksheet.datavalidation import DataValidation

from bot.documents.blank_facts import BlankFacts
from bot.documents.blank_words import BlankWords
from bot.domain.form import CellType, Column, Row

_TITLE, _TEXT, _LIST = 32, 255, 255  # Excel's own limits, letters
_FIRST_SERIAL = date(1899, 12, 30)
_EARLIEST = date(2000, 1, 1)
_LATEST = date(2100, 12, 31)
_FORMATS = {
    CellType.INTEGER: "#,##0",
    CellType.DECIMAL: "#,##0.00",
    CellType.DATE: "dd/mm/yyyy",
    CellType.SERIES: "@",
    CellType.PARTS: "@",
    CellType.PERCENTS: "@",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What a cell takes. `kind` and the rest are as Excel's data validation has them; `kind` None: anything."""

    number_format: str
    title: str
    prompt: str
    kind: Literal["whole", "decimal", "date", "list"] | None = None
    operator: Literal["between", "lessThanOrEqual", "greaterThanOrEqual"] | None = None
    first: str | None = None
    second: str | None = None
    error: str = ""
    error_title: str = ""

    def validation(self) -> DataValidation:
        """As openpyxl puts it onto a sheet."""
        return DataValidation(
            type=self.kind,
            operator=self.operator,
            formula1=self.first,
            formula2=self.second,
            allow_blank=True,
            showInputMessage=True,
            showErrorMessage=self.kind is not None,
            promptTitle=_cut(self.title, _TITLE),
            prompt=_cut(self.prompt, _TEXT),
            errorTitle=_cut(self.error_title, _TITLE) if self.kind else None,
            error=_cut(self.error, _TEXT) if self.kind else None,
        )


def entry_for(spec: Column | Row, title: str, note: str, facts: BlankFacts, words: BlankWords) -> Entry:
    """What a cell of that column or fixed row takes. `title` names it to people, `note` goes before the rest."""
    kind = spec.type or CellType.TEXT
    said = [note, _says(spec, kind, facts, words)]
    if isinstance(spec, Row):
        if spec.unit:
            said.append(words.say("entry.unit", unit=spec.unit))
        if spec.figures:
            said.append(words.say("entry.figures", figures=spec.figures))
    limits = _limits(spec, words)
    if limits and kind in (CellType.INTEGER, CellType.DECIMAL, CellType.MINUTES):
        said.append(limits)
    if spec.filled if isinstance(spec, Row) else spec.required:
        said.append(words.say("entry.required"))
    rule = _rule(spec, kind, facts)
    error = ""
    if rule is not None:
        name = "window" if _in_window(spec) else kind.value
        error = words.say(f"entry.wrong_{name}", limits=limits, **_dates(facts)).strip()
    return Entry(
        number_format=_FORMATS.get(kind, "General"),
        title=title,
        prompt=" ".join(filter(None, said)),
        error=error,
        error_title=words.say("entry.wrong"),
        **(rule or {}),
    )


def _says(spec: Column | Row, kind: CellType, facts: BlankFacts, words: BlankWords) -> str:
    if _in_window(spec):
        return words.say("entry.window", **_dates(facts))
    figures = spec.figures if isinstance(spec, Row) and spec.figures else 3
    examples = {CellType.SERIES: (120, 30, 28, 20, 10), CellType.PARTS: (12, 30, 8, 5, 4)}
    shown = examples.get(kind, ("95,5", "80", "75", "60", "50"))
    example = "/".join(map(str, shown[:figures])) if kind is not CellType.DATE else _dates(facts)["example"]
    return words.say(f"entry.{kind.value}", example=example, choices=", ".join(_choices(spec)))


def _dates(facts: BlankFacts) -> dict[str, str]:
    first, last = facts.window.first, facts.window.last
    return {"first": f"{first:%d/%m/%Y}", "last": f"{last:%d/%m/%Y}", "example": f"{last:%d/%m/%Y}"}


def _limits(spec: Column | Row, words: BlankWords) -> str:
    least = None if spec.minimum is None else _shown(spec.minimum)
    most = None if spec.maximum is None else _shown(spec.maximum)
    if least is not None and most is not None:
        return words.say("entry.both", minimum=least, maximum=most)
    if least is not None:
        return words.say("entry.minimum", minimum=least)
    return "" if most is None else words.say("entry.maximum", maximum=most)


def _shown(value: Decimal) -> str:
    return f"{value.normalize():f}".replace(".", ",")


def _rule(spec: Column | Row, kind: CellType, facts: BlankFacts) -> dict[str, Any] | None:
    """Excel's validation, None where anything may be typed."""
    match kind:
        case CellType.INTEGER:
            return _between("whole", spec.minimum, spec.maximum)
        case CellType.DECIMAL:
            return _between("decimal", spec.minimum, spec.maximum)
        case CellType.PERCENT:
            return _between("decimal", max(spec.minimum or Decimal(0), Decimal(0)), Decimal(100))
        case CellType.DATE:
            first, last = (facts.window.first, facts.window.last) if _in_window(spec) else (_EARLIEST, _LATEST)
            return _operands("date", "between", _serial(first), _serial(last))
        case CellType.CHOICE:
            shown = ",".join(_choices(spec))
            fits = len(shown) + 2 <= _LIST and not any("," in choice or '"' in choice for choice in spec.choices)
            return {"kind": "list", "first": f'"{shown}"'} if fits else None
    return None


def _between(kind: str, least: Decimal | None, most: Decimal | None) -> dict[str, Any]:
    if least is not None and most is not None:
        return _operands(kind, "between", f"{least:f}", f"{most:f}")
    if most is not None:
        return _operands(kind, "lessThanOrEqual", f"{most:f}")
    return _operands(kind, "greaterThanOrEqual", f"{least:f}" if least is not None else "-999999999999")


def _operands(kind: str, operator: str, first: str, second: str | None = None) -> dict[str, Any]:
    found = {"kind": kind, "operator": operator, "first": first}
    return found if second is None else {**found, "second": second}


def _serial(day: date) -> str:
    return str((day - _FIRST_SERIAL).days)


def _choices(spec: Column | Row) -> tuple[str, ...]:
    """The choices to offer: one that is part of an earlier one ("Giấy" of "Báo giấy") only says the same again."""
    kept: list[str] = []
    for choice in spec.choices:
        if not any(f" {choice} ".casefold() in f" {other} ".casefold() for other in kept):
            kept.append(choice)
    return tuple(kept)


def _in_window(spec: Column | Row) -> bool:
    return isinstance(spec, Column) and spec.in_window and spec.type is CellType.DATE


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
