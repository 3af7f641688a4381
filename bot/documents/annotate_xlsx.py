"""Faults marked in a workbook: each marked cell yellow, with a comment that says what is wrong and how to mend it.

Flow: what an earlier copy of ours left is taken out → marks are put to their cells (the top left one of a merged
range), several of one cell together → the cell gets a yellow twin of its own style (`xlsx_fill`) and a comment
(`xlsx_notes`). Rows and cells that do not exist are put in where they belong. Only these parts change: the sheets with
marks and their relationships, comments and VML, the styles, the content types.

Where a cell has a threaded comment, it turns yellow and our words stand at the next cell to the right that has none.

Failure policy: raises `Refused`. A mark for a sheet or a cell that there is not is left out. Source: ECMA-376 part 1,
18.3.
"""

from bisect import bisect_left
from collections.abc import Sequence

from lxml import etree

from bot.documents.formula import LAST_COLUMN, LAST_ROW, column_name, parse_range, parse_reference
from bot.documents.limits import corrupt
from bot.documents.markup import attribute, child, clean, local
from bot.documents.opc import kind_of_relation, namespace_of, relation_attribute, target_of
from bot.documents.parts import Parts
from bot.documents.xlsx_boxes import Boxes, whole
from bot.documents.xlsx_fill import Fills
from bot.documents.xlsx_notes import Notes
from bot.domain.document import Mark

_LONGEST = 4_000  # characters of one cell's comment
_TRUE = ("1", "true", "on")


def mark(parts: Parts, marks: Sequence[Mark]) -> int:
    """Puts the marks into the workbook; how many found their place. Raises `Refused`."""
    workbook = parts.main_part("xl/workbook.xml")
    sheets = _sheets(parts, workbook)
    notes = {part: Notes(parts, part) for part in sheets.values()}
    fills = Fills(parts, workbook)
    if any(n.has_ours() for n in notes.values()):
        for part, of_sheet in notes.items():
            of_sheet.remove_ours()
            _unmark(parts, part, fills)
    placed = 0
    for part in dict.fromkeys(sheets.values()):
        names = {name for name, target in sheets.items() if target == part}
        here = [m for m in marks if (clean(m.sheet) or next(iter(sheets))) in names and _is_cell(m.row, m.column)]
        if here:
            _Sheet(parts, part, fills, notes[part]).mark(here)
            placed += len(here)
    return placed


def _sheets(parts: Parts, workbook: str) -> dict[str, str]:
    """The worksheets' parts by their names, in their order; charts have no cells."""
    root = parts.look(workbook)
    id_attribute = relation_attribute(namespace_of(root))
    targets = {
        relation.get("Id"): target
        for relation in parts.relations(workbook)
        if kind_of_relation(relation) == "worksheet" and (target := target_of(workbook, relation)) is not None
    }
    found: dict[str, str] = {}
    for sheet in _children(root, "sheets"):
        target = targets.get(sheet.get(id_attribute) or attribute(sheet, "id") or "")
        if target is not None and target in parts:
            found.setdefault(clean(sheet.get("name") or ""), target)
    if not found:
        raise corrupt("no worksheet")
    return found


def _is_cell(row: int, column: int) -> bool:
    return 1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN


def _unmark(parts: Parts, part: str, fills: Fills) -> None:
    """Takes our yellow out of every cell of the sheet."""
    plain: dict[str, str | None] = {}
    for cell in parts.look(part).iter("{*}c"):
        style = cell.get("s")
        if style is not None:
            if style not in plain:
                plain[style] = fills.unmarked(style)
            if (other := plain[style]) is not None:
                cell.set("s", other)
                parts.changed(part)


class _Sheet:
    """One worksheet in which cells are marked."""

    def __init__(self, parts: Parts, part: str, fills: Fills, notes: Notes) -> None:
        self._fills = fills
        self._notes = notes
        self._root = parts.look(part)
        parts.changed(part)
        data = child(self._root, "sheetData")
        if data is None:
            raise corrupt(f"part {part}: no sheetData")
        self._data = data
        self._rows = [row for row in data if local(row) == "row"]
        self._numbers = _numbered(self._rows)
        ranges = (parse_range(e.get("ref") or "") for e in _children(self._root, "mergeCells"))
        self._merges = [found for found in ranges if found is not None]
        self._boxes = Boxes(_children(self._root, "cols"), self._rows, self._numbers)

    def mark(self, marks: Sequence[Mark]) -> None:
        """Marks the cells; several marks of one cell become one comment."""
        texts: dict[tuple[int, int], list[str]] = {}
        for each in marks:
            row, column, *_ = self._merge_at(each.row, each.column) or (each.row, each.column)
            texts.setdefault((row, column), []).append(each.text)
        said: dict[tuple[int, int], list[str]] = {}
        for (row, column), words in texts.items():
            cell = self._cell(row, column)
            cell.set("s", self._fills.marked(cell.get("s")))
            at = self._speaker(row, column)
            prefix = "" if at == (row, column) else f"{column_name(column)}{row}: "
            said.setdefault(at, []).extend(prefix + text for text in dict.fromkeys(words))
        for (row, column), words in said.items():
            text = "\n\n".join(words)
            text = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
            self._notes.add(f"{column_name(column)}{row}", text, self._boxes.beside(row, column, text))
        self._notes.draw()

    def _merge_at(self, row: int, column: int) -> tuple[int, int, int, int] | None:
        return next((m for m in self._merges if m[0] <= row <= m[2] and m[1] <= column <= m[3]), None)

    def _speaker(self, row: int, column: int) -> tuple[int, int]:
        """The cell that can carry our words for this one: itself, or the next to the right without a thread."""
        for at in range(column, LAST_COLUMN + 1):
            merge = self._merge_at(row, at)
            covered = merge is not None and merge[:2] != (row, at)
            if not covered and f"{column_name(at)}{row}" not in self._notes.threaded:
                return row, at
        return row, column

    def _cell(self, row: int, column: int) -> etree._Element:
        """The cell's element, put in where there is none yet, with the style that its row or column gives it."""
        line = self._row(row)
        cells = [cell for cell in line if local(cell) == "c"]
        places = _placed(cells, row)
        at = bisect_left(places, column)
        if at < len(cells) and places[at] == column:
            return cells[at]
        cell = etree.Element(f"{{{namespace_of(line)}}}c", {"r": f"{column_name(column)}{row}"})
        style = line.get("s") if line.get("customFormat") in _TRUE else self._column_style(column)
        if style is not None:
            cell.set("s", style)
        if at < len(cells):
            cells[at].addprevious(cell)
        elif cells:
            cells[-1].addnext(cell)
        else:
            line.insert(0, cell)
        if "spans" in line.attrib:  # a hint for reading faster, wrong now and optional
            del line.attrib["spans"]
        return cell

    def _row(self, number: int) -> etree._Element:
        at = bisect_left(self._numbers, number)
        if at < len(self._rows) and self._numbers[at] == number:
            return self._rows[at]
        row = etree.Element(f"{{{namespace_of(self._data)}}}row", {"r": str(number)})
        if at < len(self._rows):
            self._rows[at].addprevious(row)
        else:
            self._data.append(row)
        self._rows.insert(at, row)
        self._numbers.insert(at, number)
        return row

    def _column_style(self, column: int) -> str | None:
        for element in _children(self._root, "cols"):
            if whole(element.get("min")) <= column <= whole(element.get("max")):
                return element.get("style")
        return None


def _children(root: etree._Element, name: str) -> list[etree._Element]:
    """The elements in the first child of that name; none where it is missing."""
    found = child(root, name)
    return [] if found is None else [e for e in found if isinstance(e.tag, str)]


def _numbered(rows: Sequence[etree._Element]) -> list[int]:
    """The rows' numbers. One that says none follows the one before it: it is given its number, since another row may
    come before it now.
    """
    numbers: list[int] = []
    for row in rows:
        number = whole(row.get("r")) or (numbers[-1] if numbers else 0) + 1
        if numbers and number <= numbers[-1]:
            raise corrupt(f"row {number} after row {numbers[-1]}")
        numbers.append(number)
        row.set("r", str(number))
    return numbers


def _placed(cells: Sequence[etree._Element], row: int) -> list[int]:
    """The cells' columns; one that says none is given its name, as `_numbered` does."""
    columns: list[int] = []
    for cell in cells:
        place = parse_reference(cell.get("r") or "")
        column = place[1] if place is not None else (columns[-1] if columns else 0) + 1
        if columns and column <= columns[-1]:
            raise corrupt(f"column {column} after column {columns[-1]} in row {row}")
        columns.append(column)
        cell.set("r", f"{column_name(column)}{row}")
    return columns
