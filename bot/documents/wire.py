"""How the child tells the parent what it read: one JSON value a line, never pickle.

Flow: `encode` turns a document into lines; `Decoder.feed` takes them one by one and builds the document anew.

Failure policy: what the child says is untrusted, since whoever took it over may say anything. Every line is checked
for shape, types, order and the limits; the first one that does not fit raises `WireError`. Lines are small, so that
a hostile one cannot blow up the parent's memory.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from bot.documents.limits import Limits, Meter, Refused
from bot.documents.traits import MAX_ITEMS, MAX_LINK
from bot.documents.wire_values import (
    TRAITS,
    WireError,
    flag,
    packed,
    spans,
    traits_from,
    traits_words,
    value_from,
    whole,
    words_of,
)
from bot.domain.document import (
    Cell,
    Document,
    Excess,
    FileKind,
    Merge,
    Paragraph,
    Sheet,
    TextDocument,
    Traits,
    Unreadable,
    UnreadableReason,
    Workbook,
)

_LAST_PARAGRAPH = 10_000_000  # paragraphs that are not read count too
_MOST_OVER = 10**12
OVER = frozenset(
    (
        *("parts", "unpacked", "ratio", "sheets", "cells", "texts", "row", "column", "merges", "merged"),
        *("paragraphs", "rows", "characters", "span", "memory"),
    )
)
"""What a child may say that a file has too much of; each has its words in F105."""

__all__ = ["OVER", "Decoder", "WireError", "encode"]


def excess(what: object, limit: object, actual: object, known: frozenset[str]) -> Excess:
    """What the child says there is too much of, one of the `known`. Raises WireError."""
    numbers = [float(n) for n in (limit, actual) if isinstance(n, int | float) and not isinstance(n, bool)]
    if len(numbers) != 2 or not all(0 <= n <= _MOST_OVER for n in numbers) or what not in known:
        raise WireError("no excess")
    return Excess(str(what), *numbers)


def encode(document: Document) -> Iterator[bytes]:
    """A document as lines, each with its newline."""
    for line in _values(document):
        text = json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        yield text.encode("utf-8", "replace") + b"\n"


def _values(document: Document) -> Iterator[list[Any]]:
    if isinstance(document, Unreadable):
        if document.over is not None:
            yield ["over", document.over.what, document.over.limit, document.over.actual]
        yield ["unreadable", document.reason.value, document.kind.value, document.detail[:500]]
        return
    if document.traits.fetches:
        yield ["fetches", list(document.traits.fetches)]
    if isinstance(document, TextDocument):
        for p in document.paragraphs:
            yield ["p", p.text, p.level, p.bold, p.number, p.table, p.at, p.placeholder]
        for table in document.tables:
            yield ["table"]
            for row in table:
                yield ["row", list(row)]
        yield ["traits", *traits_words(document.traits)]
        yield ["text"]
        return
    for sheet in document.sheets:
        yield ["sheet", sheet.name, sheet.hidden]
        yield from (["rows", *span] for span in spans(sheet.hidden_rows))
        yield from (["columns", *span] for span in spans(sheet.hidden_columns))
        for merge in sheet.merges:
            yield ["m", merge.top, merge.left, merge.bottom, merge.right]
        for c in sheet.cells.values():
            yield ["c", c.row, c.column, packed(c.value), c.formula, c.error, c.percent]
    yield ["traits", *traits_words(document.traits)]
    yield ["book"]


@dataclass(slots=True)
class _Sheet:
    """One sheet while its lines come in."""

    name: str
    hidden: bool
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

    def whole(self) -> Sheet:
        rows, columns = frozenset(self.hidden_rows), frozenset(self.hidden_columns)
        return Sheet(self.name, self.cells, tuple(self.merges), self.hidden, rows, columns)


class Decoder:
    """Builds one document from lines. `document` is None until the last line has come."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._counts = {
            "p": Meter("paragraphs", limits.max_paragraphs),
            "table": Meter("tables", limits.max_cells),
            "row": Meter("rows", limits.max_cells),
            "cells": Meter("table cells", limits.max_cells),
            "sheet": Meter("sheets", limits.max_sheets),
            "hidden": Meter("hidden rows and columns", 2 * limits.max_cells),
            "m": Meter("merges", limits.max_merges),
            "c": Meter("cells", limits.max_cells),
            "chars": Meter("characters", limits.max_text_chars + 1_000_000),  # names, errors and numbers on top
        }
        self._takers: dict[str, tuple[Callable[..., None], int]] = {
            "p": (self._paragraph, 7),
            "table": (self._table, 0),
            "row": (self._row, 1),
            "text": (self._end_text, 0),
            "sheet": (self._sheet, 2),
            "rows": (self._hidden_rows, 2),
            "columns": (self._hidden_columns, 2),
            "m": (self._merge, 4),
            "c": (self._cell, 6),
            "traits": (self._take_traits, TRAITS),
            "book": (self._end_book, 0),
            "unreadable": (self._unreadable, 3),
            "over": (self._take_over, 3),
            "fetches": (self._take_fetches, 1),
        }
        self._paragraphs: list[Paragraph] = []
        self._tables: list[list[tuple[str, ...]]] = []
        self._sheets: list[_Sheet] = []
        self._traits: Traits | None = None
        self._over: Excess | None = None
        self._fetches: tuple[str, ...] = ()
        self.document: Document | None = None

    def feed(self, line: bytes) -> None:
        """Takes one line without its newline. Raises `WireError`."""
        words = words_of(line)
        if self.document is not None:
            raise WireError("line out of place")
        taker, count = self._takers.get(words[0], (None, 0))
        if taker is None or len(words) != count + 1:
            raise WireError(f"unknown line {words[0][:20]!r}")
        try:
            if words[0] in self._counts:
                self._counts[words[0]].add()
            taker(*words[1:])
        except Refused as refusal:
            raise WireError(refusal.detail) from refusal

    def _text(self, value: object) -> str:
        if not isinstance(value, str):
            raise WireError("text expected")
        self._counts["chars"].add(len(value))
        return value

    def _paragraph(
        self,
        text: object,
        level: object,
        bold: object,
        number: object,
        table: object,
        at: object,
        placeholder: object,
    ) -> None:
        self._paragraphs.append(
            Paragraph(
                self._text(text),
                None if level is None else whole(level, 1, 9),
                flag(bold),
                self._text(number),
                None if table is None else whole(table, 1, self._limits.max_cells),
                whole(at, 0, _LAST_PARAGRAPH),
                self._text(placeholder),
            )
        )

    def _table(self) -> None:
        self._tables.append([])

    def _row(self, cells: object) -> None:
        if not self._tables or not isinstance(cells, list):
            raise WireError("row outside of a table")
        self._counts["cells"].add(len(cells))
        self._tables[-1].append(tuple(self._text(cell) for cell in cells))

    def _end_text(self) -> None:
        if self._sheets:
            raise WireError("a text with sheets")
        traits = self._traits or Traits(FileKind.DOCX)
        self.document = TextDocument(tuple(self._paragraphs), tuple(tuple(table) for table in self._tables), traits)

    def _sheet(self, name: object, hidden: object) -> None:
        self._sheets.append(_Sheet(self._text(name), flag(hidden)))

    def _hidden_rows(self, first: object, last: object) -> None:
        self._current().hidden_rows.update(self._span(first, last, self._limits.max_row))

    def _hidden_columns(self, first: object, last: object) -> None:
        self._current().hidden_columns.update(self._span(first, last, self._limits.max_column))

    def _span(self, first: object, last: object, most: int) -> range:
        start = whole(first, 1, most)
        span = range(start, whole(last, start, most) + 1)
        self._counts["hidden"].add(len(span))
        return span

    def _merge(self, *bounds: object) -> None:
        rows, columns = self._limits.max_row, self._limits.max_column
        top, left = whole(bounds[0], 1, rows), whole(bounds[1], 1, columns)
        self._current().merges.append(Merge(top, left, whole(bounds[2], top, rows), whole(bounds[3], left, columns)))

    def _cell(
        self, row: object, column: object, value: object, formula: object, error: object, percent: object
    ) -> None:
        cell = Cell(
            whole(row, 1, self._limits.max_row),
            whole(column, 1, self._limits.max_column),
            value_from(value, self._text),
            None if formula is None else self._text(formula),
            None if error is None else self._text(error),
            flag(percent),
        )
        self._current().cells[cell.row, cell.column] = cell

    def _current(self) -> _Sheet:
        if not self._sheets:
            raise WireError("cell outside of a sheet")
        return self._sheets[-1]

    def _end_book(self) -> None:
        if self._paragraphs or self._tables:
            raise WireError("a workbook with paragraphs")
        sheets = tuple(sheet.whole() for sheet in self._sheets)
        self.document = Workbook(sheets, self._traits or Traits(FileKind.XLSX))

    def _take_traits(self, *words: object) -> None:
        if self._traits is not None:
            raise WireError("traits twice")
        self._traits = replace(traits_from(words, self._text), fetches=self._fetches)

    def _take_fetches(self, found: object) -> None:
        if not isinstance(found, list) or len(found) > MAX_ITEMS:
            raise WireError("no list of what is fetched")
        self._fetches = tuple(self._text(one)[:MAX_LINK] for one in found)

    def _take_over(self, what: object, limit: object, actual: object) -> None:
        self._over = excess(what, limit, actual, OVER)

    def _unreadable(self, reason: object, kind: object, detail: object) -> None:
        try:
            self.document = Unreadable(
                UnreadableReason(self._text(reason)),
                FileKind(self._text(kind)),
                self._text(detail)[:500],
                over=self._over,
            )
        except ValueError as fault:
            raise WireError(f"no reason or kind: {fault}") from fault
