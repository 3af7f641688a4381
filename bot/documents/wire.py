"""How the child tells the parent what it read: one JSON value a line, never pickle.

Flow: `encode` turns a document into lines; `Decoder.feed` takes them one by one and builds the document anew.

Failure policy: what the child says is untrusted, since whoever took it over may say anything. Every line is checked
for shape, types, order and the limits; the first one that does not fit raises `WireError`. Lines are small, so that
a hostile one cannot blow up the parent's memory.
"""

import json
import math
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, NoReturn

from bot.documents.limits import Limits, Meter, Refused
from bot.domain.document import (
    Cell,
    CellValue,
    Document,
    FileKind,
    Merge,
    Paragraph,
    Sheet,
    TextDocument,
    Unreadable,
    UnreadableReason,
    Workbook,
)

_LARGEST = 10**15


class WireError(ValueError):
    """The child said something that no reader of ours says."""


def encode(document: Document) -> Iterator[bytes]:
    """A document as lines, each with its newline."""
    for line in _values(document):
        text = json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        yield text.encode("utf-8", "replace") + b"\n"


def _values(document: Document) -> Iterator[list[Any]]:
    if isinstance(document, Unreadable):
        yield ["unreadable", document.reason.value, document.kind.value, document.detail[:500]]
        return
    if isinstance(document, TextDocument):
        for p in document.paragraphs:
            yield ["p", p.text, p.level, p.bold, p.number, p.table]
        for table in document.tables:
            yield ["table"]
            for row in table:
                yield ["row", list(row)]
        yield ["text"]
        return
    for sheet in document.sheets:
        yield ["sheet", sheet.name, sheet.hidden]
        for merge in sheet.merges:
            yield ["m", merge.top, merge.left, merge.bottom, merge.right]
        for c in sheet.cells.values():
            yield ["c", c.row, c.column, _packed(c.value), c.formula, c.error, c.percent]
    yield ["book"]


def _packed(value: CellValue) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if value is None or isinstance(value, str | int | float):
        return value
    return float(value)


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
            "m": Meter("merges", limits.max_merges),
            "c": Meter("cells", limits.max_cells),
            "chars": Meter("characters", limits.max_text_chars + 1_000_000),  # names, errors and numbers on top
        }
        self._takers: dict[str, tuple[Callable[..., None], int]] = {
            "p": (self._paragraph, 5),
            "table": (self._table, 0),
            "row": (self._row, 1),
            "text": (self._end_text, 0),
            "sheet": (self._sheet, 2),
            "m": (self._merge, 4),
            "c": (self._cell, 6),
            "book": (self._end_book, 0),
            "unreadable": (self._unreadable, 3),
        }
        self._paragraphs: list[Paragraph] = []
        self._tables: list[list[tuple[str, ...]]] = []
        self._sheets: list[tuple[str, bool, dict[tuple[int, int], Cell], list[Merge]]] = []
        self.document: Document | None = None

    def feed(self, line: bytes) -> None:
        """Takes one line without its newline. Raises `WireError`."""
        try:
            words = json.loads(line.decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as fault:
            raise WireError(f"no JSON: {fault}") from fault
        if self.document is not None or not isinstance(words, list) or not words or not isinstance(words[0], str):
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

    def _paragraph(self, text: object, level: object, bold: object, number: object, table: object) -> None:
        self._paragraphs.append(
            Paragraph(
                self._text(text),
                None if level is None else _whole(level, 1, 9),
                _flag(bold),
                self._text(number),
                None if table is None else _whole(table, 1, self._limits.max_cells),
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
        self.document = TextDocument(tuple(self._paragraphs), tuple(tuple(table) for table in self._tables))

    def _sheet(self, name: object, hidden: object) -> None:
        self._sheets.append((self._text(name), _flag(hidden), {}, []))

    def _merge(self, *bounds: object) -> None:
        rows, columns = self._limits.max_row, self._limits.max_column
        top, left = _whole(bounds[0], 1, rows), _whole(bounds[1], 1, columns)
        self._current()[3].append(Merge(top, left, _whole(bounds[2], top, rows), _whole(bounds[3], left, columns)))

    def _cell(
        self, row: object, column: object, value: object, formula: object, error: object, percent: object
    ) -> None:
        cell = Cell(
            _whole(row, 1, self._limits.max_row),
            _whole(column, 1, self._limits.max_column),
            self._value(value),
            None if formula is None else self._text(formula),
            None if error is None else self._text(error),
            _flag(percent),
        )
        self._current()[2][cell.row, cell.column] = cell

    def _value(self, value: object) -> CellValue:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, float) and math.isfinite(value):  # 1e999 is JSON, and infinite
            return value
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, int):
            return _whole(value, -_LARGEST, _LARGEST)
        if isinstance(value, dict) and len(value) == 1:
            ((kind, text),) = value.items()
            try:
                if kind == "d" and isinstance(text, str) and len(text) == 10:
                    return date.fromisoformat(text)
                if kind == "t" and isinstance(text, str) and 19 <= len(text) <= 26:
                    moment = datetime.fromisoformat(text)
                    if moment.tzinfo is None:
                        return moment
            except ValueError as fault:
                raise WireError("no date") from fault
        raise WireError("unknown value")

    def _current(self) -> tuple[str, bool, dict[tuple[int, int], Cell], list[Merge]]:
        if not self._sheets:
            raise WireError("cell outside of a sheet")
        return self._sheets[-1]

    def _end_book(self) -> None:
        if self._paragraphs or self._tables:
            raise WireError("a workbook with paragraphs")
        self.document = Workbook(tuple(Sheet(name, cells, tuple(m), hidden) for name, hidden, cells, m in self._sheets))

    def _unreadable(self, reason: object, kind: object, detail: object) -> None:
        try:
            self.document = Unreadable(
                UnreadableReason(self._text(reason)), FileKind(self._text(kind)), self._text(detail)[:500]
            )
        except ValueError as fault:
            raise WireError(f"no reason or kind: {fault}") from fault


def _whole(value: object, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise WireError("whole number out of range")
    return value


def _flag(value: object) -> bool:
    if type(value) is not bool:
        raise WireError("true or false expected")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise WireError(f"{name} is no JSON")
