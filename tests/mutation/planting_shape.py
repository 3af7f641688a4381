"""Plants in what a table is: rows, columns, header, hidden figures, formulas, counts, the head above it."""

from collections.abc import Iterator

from laid import Laid
from openpyxl.utils import get_column_letter
from plants import DeleteRow, Edit, Hide, Plant, Put, spread

from bot.checks.spec import needed_columns
from bot.domain.form import CellType

_WORDS = frozenset({CellType.TEXT, CellType.CHOICE, CellType.DATE})
NAMES_REMOVED = "column of the rows' names removed"
# With it go the total's words, and what was the total is then a row like any other: lacking evidence, one item more.
WITHOUT_NAMES = frozenset({"X105", "X116", "X301"})


def shape_plants(laid: Laid, *, own: bool) -> Iterator[Plant]:
    """`own`: the agency's own workbook, with figures where the blank form has formulas."""
    yield from _rows(laid)
    if own:
        yield from _columns(laid)
        yield from _count(laid)
    else:
        yield from _typed_over(laid)
    yield from _hidden(laid)
    yield from _head(laid)


def _rows(laid: Laid) -> Iterator[Plant]:
    spec = laid.spec
    required = [row for row in spec.rows if row.required and row.code in laid.facts.fixed]
    for row in spread(required, 5):
        yield Plant("row of the form removed", "X103", laid.sheet, (DeleteRow(laid.facts.fixed[row.code]),))
    if spec.total is not None and spec.total.required:
        cells = [place for place in laid.located.sheet.cells if place[0] in {t.row for t in laid.totals}]
        yield Plant("total row removed", "X203", laid.sheet, tuple(Put(*place, None) for place in sorted(cells)))
    if spec.min_rows:
        named = {laid.located.columns.get(key or "") for key in (spec.code_column, spec.label_column)}
        kept = named if spec.rows else {laid.located.columns.get(spec.code_column or "")}
        last = max((row.row for row in (*laid.data, *laid.totals)), default=0)
        emptied = range(laid.located.first_row, last + 1)
        cells = [p for p in laid.located.sheet.cells if p[0] in emptied and p[1] not in kept]
        yield Plant("table emptied", "X110", laid.sheet, tuple(Put(*place, None) for place in sorted(cells)))


def _columns(laid: Laid) -> Iterator[Plant]:
    located, header = laid.located, range(laid.located.header_top, laid.located.first_row)
    spanning = {(m.top, m.left) for m in located.sheet.merges if m.right > m.left}
    needed = needed_columns(laid.spec)
    # With fewer than half of its columns, or fewer than two, a table is none: docs/findings.md, X101.
    is_none = len(needed) - 1 < max(min(2, len(needed)), len(needed) / 2)
    for key in needed:
        if not laid.has(key):
            continue
        column = located.columns[key]
        # A heading that stands over several columns stays; so do the total's words.
        cells = [p for p in located.sheet.cells if p[1] == column and p[0] >= located.header_top and p not in spanning]
        edits = tuple(Put(*place, None) for place in sorted(cells))
        place = "" if is_none else laid.sheet
        if key == laid.spec.label_column:
            yield Plant(NAMES_REMOVED, "X101" if is_none else "X102", place, edits, also=WITHOUT_NAMES)
        else:
            yield Plant("column removed", "X101" if is_none else "X102", place, edits)
    cells = [p for p in located.sheet.cells if p[0] in header]
    yield Plant("header destroyed", "X101", "", tuple(Put(*place, None) for place in sorted(cells)))


def _count(laid: Laid) -> Iterator[Plant]:
    if laid.spec.count is None:
        return
    for row, column in counted(laid):
        for wrong in (len(laid.data) + 1, len(laid.data) - 1, len(laid.data) + 10):
            edit = Put(row, column, wrong)
            yield Plant("count wrong", "X301", _name(laid, row, column), (edit,))


def counted(laid: Laid) -> list[tuple[int, int]]:
    """Where the blank form states the count: beside its label, above the table."""
    assert laid.spec.count is not None
    cells = laid.located.sheet.cells
    labels = {label.casefold() for label in laid.spec.count.labels}
    above = [p for p, c in cells.items() if p[0] < laid.located.header_top and isinstance(c.value, str)]
    return [
        (row, column + 1)
        for row, column in sorted(above)
        if str(cells[row, column].value).strip(" :").casefold() in labels
    ]


def _name(laid: Laid, row: int, column: int) -> str:
    return f"{get_column_letter(column)}{row}"


def _typed_over(laid: Laid) -> Iterator[Plant]:
    """The right figure instead of the formula."""
    for row in (*laid.data, *laid.totals):
        for column in laid.spec.columns:
            if column.key in row.figures and laid.is_formula(row.row, column.key):
                edit = laid.put(row.row, column.key, row.figures[column.key])
                yield Plant("formula typed over", "X113", laid.at(row.row, column.key), (edit,))


def _hidden(laid: Laid) -> Iterator[Plant]:
    counted_keys = [c.key for c in laid.spec.columns if c.type not in _WORDS]
    if laid.spec.value_column is not None:
        counted_keys = [laid.spec.value_column]
    elif not counted_keys:
        counted_keys = [c.key for c in laid.spec.columns if c.key != laid.spec.code_column]
    counted_keys = [key for key in counted_keys if laid.has(key)]

    def says(row: int, key: str) -> bool:
        cell = laid.cell(row, key)
        value = None if cell is None else cell.value
        return value not in (None, "", 0) and not (isinstance(value, str) and value.strip("0/ ") == "")

    rows = [row.row for row in laid.data if any(says(row.row, key) for key in counted_keys)]
    for row in spread(rows):
        first = next(key for key in counted_keys if says(row, key))
        yield Plant("row hidden with figures", "X114", laid.at(row, first), (Hide(row=row),))
    for key in spread(counted_keys):
        hit = [row.row for row in laid.data if says(row.row, key)]
        if hit:
            yield Plant("column hidden with figures", "X114", laid.at(min(hit), key), (Hide(column=laid.column(key)),))


def _head(laid: Laid) -> Iterator[Plant]:
    """Whose figures of which period: what stands above the table."""
    for place, cell in sorted(laid.located.sheet.cells.items()):
        if place[0] >= laid.located.header_top or not isinstance(cell.value, str):
            continue
        text = cell.value

        def plant(kind: str, code: str, at: str, new: str, place: tuple[int, int] = place) -> Plant:
            edits: tuple[Edit, ...] = (Put(*place, new),)
            return Plant(kind, code, at, edits)

        if text.startswith("Đơn vị báo cáo:"):
            yield plant("another agency in the head", "C102", "", "Đơn vị báo cáo: Sở Tài chính")
            unfilled = "Đơn vị báo cáo: [tên cơ quan]"
            yield plant("placeholder left in the head", "X115", _name(laid, *place), unfilled)
        if text.startswith("Kỳ báo cáo:"):
            for words in ("quý IV/2022", "quý I/2022", "6 tháng đầu năm 2023"):
                yield plant("another period in the head", "C101", "", f"Kỳ báo cáo: {words}")
