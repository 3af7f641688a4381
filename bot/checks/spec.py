"""Finding a form in a document: which form a file is (`recognise`), and where its table stands (`locate`).

A table is sought on every visible sheet: a header is any block of up to five rows of texts, with merged cells spread
over what they cover, that fits the form's columns; a row of printed column numbers beneath it speaks for it too. The
best block wins. Only content counts, never a file's name. Nothing here fails: what is not found is Missing or scores 0.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.checks import outline
from bot.checks.grid import Grid
from bot.checks.headers import assign, words
from bot.checks.rules import parse_rule
from bot.domain.document import Document, FormScore, Sheet, TextDocument, Workbook
from bot.domain.form import Column, Form, FormKind, Severity, TableSpec


@dataclass(frozen=True, slots=True)
class Located:
    """Where a table stands. Rows and columns as Excel counts, from 1.

    `columns` maps column keys to columns of the sheet; `missing` are the keys of needed columns that are not there.
    `number_row` is the row of printed column numbers. Data may begin in `first_row`.
    """

    sheet: Sheet
    header_top: int
    header_bottom: int
    number_row: int | None
    first_row: int
    columns: dict[str, int]
    missing: tuple[str, ...] = ()
    fits: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Missing:
    """The table is nowhere. `columns` are the keys that were looked for."""

    columns: tuple[str, ...]


def needed_columns(spec: TableSpec) -> tuple[str, ...]:
    """The keys without which the table cannot be checked: required ones, and those that rules, total or rows use. A
    rule that only gives a remark needs none.
    """
    keys = {c.key for c in spec.columns if c.required}
    grave = [parse_rule(rule.text) for rule in spec.rules if rule.severity is Severity.ERROR]
    keys |= {reference for rule in grave if not rule.between_rows for reference in rule.references}
    keys |= set(spec.total.columns) if spec.total and spec.total.required else set()
    keys |= {key for key in (spec.label_column, spec.value_column) if key is not None}
    return tuple(c.key for c in spec.columns if c.key in keys)


def locate(workbook: Workbook, spec: TableSpec) -> Located | Missing:
    """Where the table stands, on whichever visible sheet; Missing when fewer than half of its needed columns, or
    fewer than two, are anywhere together.
    """
    needed = needed_columns(spec)
    best: tuple[float, Located] | None = None
    for sheet in workbook.sheets:
        if sheet.hidden:
            continue
        for candidate in _candidates(sheet, spec):
            score = _block_score(candidate)
            if best is None or score > best[0] + 1e-9:
                best = score, candidate
    if best is None:
        return Missing(needed)
    found = best[1]
    if sum(key in found.columns for key in needed) < max(min(2, len(needed)), len(needed) / 2):
        return Missing(needed)
    return found


def _block_score(found: Located) -> float:
    """How much speaks for this block: each column's fit, or the printed numbers where headers say nothing."""
    by_number = 0.6 if found.number_row else 0.0
    return sum(max(found.fits[key], by_number) for key in found.columns) + (0.5 if found.number_row else 0.0)


def _candidates(sheet: Sheet, spec: TableSpec) -> Iterator[Located]:
    """Every block that might be the header, top down."""
    grid = Grid(sheet)
    keys = {column.key for column in spec.columns}
    leaves = frozenset(words(header.split(">")[-1]) for column in spec.columns for header in column.headers)
    for row in grid.rows:
        numbers = grid.printed_numbers(row, keys)
        if not numbers and grid.count_like(row, leaves) < 2:
            continue
        bottom = row - 1 if numbers else row
        paths, top = grid.header_paths(bottom)
        for column in numbers:
            paths.setdefault(column, ())
        columns, fits = assign(spec.columns, paths, numbers)
        if columns:
            missing = tuple(key for key in needed_columns(spec) if key not in columns)
            yield Located(sheet, top, bottom, row if numbers else None, row + 1, columns, missing, fits)


def recognise(document: Document, forms: Iterable[Form]) -> tuple[FormScore, ...]:
    """How well the document's content fits each form, best first; equal scores by code. Forms of another kind of
    file score 0 and are left out.
    """
    scores: list[FormScore] = []
    for form in forms:
        if form.kind is FormKind.OUTLINE and isinstance(document, TextDocument):
            scores.append(outline.score(document, form))
        elif form.table is not None and isinstance(document, Workbook):
            scores.append(_table_score(document, form, form.table))
    return tuple(sorted((s for s in scores if s.score > 0), key=lambda s: (-s.score, s.form)))


def _table_score(workbook: Workbook, form: Form, spec: TableSpec) -> FormScore:
    """Headers count most, printed row codes with labels next; a title that names the form makes it that form even
    when its table is broken.
    """
    found = locate(workbook, spec)
    needed: tuple[Column, ...] = tuple(spec.column(key) for key in needed_columns(spec))
    score, evidence = 0.0, []
    if isinstance(found, Located):
        score = sum(found.fits.get(column.key, 0.0) for column in needed) / len(needed)
        evidence.append(
            f"{sum(c.key in found.columns for c in needed)}/{len(needed)} {found.sheet.name}!{found.header_bottom}"
        )
        if spec.rows:
            rows = _rows_found(found, spec)
            score = 0.5 * score + 0.6 * rows
            evidence.append(f"{round(rows * 100)} %")
    title = _title_found(workbook, form)
    if title:
        score = max(score + 0.1, 0.5)
        evidence.append(title)
    return FormScore(form.code, round(min(score, 1.0), 4), "; ".join(evidence))


def _rows_found(found: Located, spec: TableSpec) -> float:
    """The share of the form's fixed rows whose label stands in the label column."""
    column = found.columns.get(spec.label_column or "")
    labels = {words(str(cell.value)) for (_, c), cell in found.sheet.cells.items() if c == column and cell.value}
    return sum(words(row.label) in labels for row in spec.rows) / len(spec.rows)


def _title_found(workbook: Workbook, form: Form) -> str:
    hints = [words(hint) for hint in form.title_hints]
    for sheet in workbook.sheets:
        if sheet.hidden:
            continue
        early = sorted(key for key in sheet.cells if key[0] <= 15)
        for text in [sheet.name, *(str(sheet.cells[key].value) for key in early if sheet.cells[key].value)]:
            if any(f" {hint} " in f" {words(text)} " for hint in hints):
                return " ".join(text.split())[:80]
    return ""
