"""Fills in a blank form as a careful clerk would: `filled(form, blank, seed) -> bytes`, for any form, from its data.

What comes out breaks no rule of the form: it is read by nothing but the form's data and the blank file itself. Sums,
chains, sums over children, series, choices, dates in the window, evidence beside scores, cells to leave blank, items
that differ and stated counts are right by construction; the figures come from `figure_solving`. The same arguments give
the same bytes. What is filled in already (last period's figures) stays. The mutation test breaks such files one cell at
a time, and the property tests hold that none of them is ever refused.

`plan(form, blank, seed)` gives what would be written, cell by cell, for whoever wants to know what stands where.
"""

import io
import random
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import docx
import openpyxl
from figure_solving import Bounds, Relation, solve
from openpyxl.utils import get_column_letter

from bot.checks.headers import words
from bot.checks.levels import Node, level, tree
from bot.checks.rows import RowKind, TableRow, cell_text, code_text, is_total
from bot.checks.rules import parse_rule
from bot.checks.spec import Located, locate
from bot.checks.table import read_table
from bot.documents.limits import DEFAULT_LIMITS
from bot.documents.reader import read_document
from bot.domain.document import Workbook
from bot.domain.form import CellType, Column, Form, Row
from bot.text.dates import find_spans

Value = str | int | float | date
NUMBERS = frozenset({CellType.INTEGER, CellType.DECIMAL, CellType.PERCENT, CellType.MINUTES})
# Levels as offices number them: sections, criteria, their parts.
_CODES = ("I", "1", "1.1", "1.2", "2", "2.1", "2.2", "2.3", "II", "1", "1.1", "1.2", "1.3", "2", "2.1")
_LABELS = ("Hộ tịch", "Đất đai", "Xây dựng", "Công chứng", "Lao động", "Giáo dục", "Y tế", "Chứng thực", "Tư pháp")
_TEXTS = ("Quyết định số 12/QĐ-UBND", "Kế hoạch số 08/KH-UBND", "Báo cáo số 31/BC-UBND", "Kênh BTV1", "Kênh FM 92,5")
_SENTENCES = (
    "Cơ quan đã triển khai nhiệm vụ theo kế hoạch, phân công người chịu trách nhiệm và thời hạn hoàn thành cụ thể.",
    "Các phòng chuyên môn phối hợp chặt chẽ, thực hiện đúng tiến độ và chế độ thông tin trong toàn cơ quan.",
    "Việc kiểm tra được tiến hành thường xuyên, kịp thời chấn chỉnh những nơi làm chưa tốt.",
)


@dataclass(frozen=True)
class Cell:
    """One cell to write, and why: the row's code or label and the column's key."""

    row: int
    column: int
    value: Value
    key: str
    name: str

    @property
    def at(self) -> str:
        return f"{get_column_letter(self.column)}{self.row}"


def filled(form: Form, blank: bytes, seed: int = 0) -> bytes:
    """The blank form filled in; .xlsx for tables and lists, .docx for outlines. Raises LookupError where the form's
    rules cannot be satisfied.
    """
    if form.table is None:
        return _filled_outline(form, blank, random.Random(f"{form.code}{seed}"))
    book = openpyxl.load_workbook(io.BytesIO(blank))
    sheet = book.worksheets[0]
    for cell in plan(form, blank, seed):
        sheet.cell(cell.row, cell.column).value = cell.value
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def plan(form: Form, blank: bytes, seed: int = 0) -> tuple[Cell, ...]:
    """What `filled` writes into that blank table, cell by cell."""
    document = read_document(blank, DEFAULT_LIMITS)
    assert form.table is not None
    assert isinstance(document, Workbook), document
    located = locate(document, form.table)
    assert isinstance(located, Located), f"{form.code}: its own blank form is not found"
    filler = _Fixed if form.table.rows else _Repeating
    return tuple(filler(form, document, located, random.Random(f"{form.code}{seed}")).cells())


class _Filler:
    """What both kinds of table share."""

    def __init__(self, form: Form, document: Workbook, located: Located, chance: random.Random) -> None:
        assert form.table is not None
        self.form, self.spec, self.document, self.located, self.chance = form, form.table, document, located, chance
        heads = [str(c.value) for (r, _), c in sorted(located.sheet.cells.items()) if r < located.header_top]
        spans = [span for text in heads for span in find_spans(text)]
        self.days = (spans[0].first, spans[0].last) if spans else (date(2023, 1, 1), date(2023, 3, 31))
        self.serial = 0

    def cell(self, row: int, key: str, value: Value | Decimal, name: str) -> Cell:
        if isinstance(value, Decimal):
            value = int(value) if value == value.to_integral_value() else float(value)
        return Cell(row, self.located.columns[key], value, key, name)

    def known(self, row: int, key: str) -> Any:
        """What stands there already: a value, a formula's text, or None."""
        cell = self.located.sheet.cells.get((row, self.located.columns.get(key, 0)))
        return None if cell is None else cell.formula or cell.value

    def bounds(self, spec: Column | Row) -> Bounds:
        whole = spec.type in (CellType.INTEGER, CellType.SERIES, CellType.PARTS)
        least, most = spec.minimum, spec.maximum
        if spec.type is CellType.PERCENT:
            least, most = max(least or Decimal(0), Decimal(0)), min(most or Decimal(100), Decimal(100))
        return Bounds(whole, least, most)

    def value(self, spec: Column | Row) -> Value:
        """Something that stands there by itself: no figure that a rule speaks of."""
        self.serial += 1
        match spec.type:
            case CellType.DATE:
                first, last = self.days
                return first + timedelta(days=self.chance.randint(0, (last - first).days))
            case CellType.CHOICE:
                return self.chance.choice(spec.choices)
            case CellType.PERCENTS:
                count = (spec.figures if isinstance(spec, Row) else 0) or 2
                return "/".join(str(self.chance.randint(0, 100)) for _ in range(count))
            case CellType.MINUTES:
                least, most = int(spec.minimum or 0), int(spec.maximum or 60)
                return self.chance.randint(least, most)
        return f"{self.chance.choice(_TEXTS)} ({self.serial})"

    def several(self, spec: Row | Column, figure: Decimal) -> str:
        """A series that begins with the figure, or parts that come to it."""
        count = (spec.figures if isinstance(spec, Row) else 0) or 3
        steps = sorted((self.chance.randint(0, int(figure)) for _ in range(count - 1)), reverse=True)
        if spec.type is CellType.SERIES:
            return "/".join(str(step) for step in (int(figure), *steps))
        edges = [int(figure), *steps, 0]
        return "/".join(str(high - low) for high, low in pairwise(edges))


class _Fixed(_Filler):
    """Coded rows: one figure each, in the value column."""

    def cells(self) -> list[Cell]:
        spec, key = self.spec, self.spec.value_column or ""
        at = read_table(self.document, spec).fixed
        rows = [row for row in spec.rows if row.type is not None]
        # Rows that nobody must fill in are left out now and then, all that a rule ties together at once.
        figured = [r for r in rows if r.type in NUMBERS | {CellType.SERIES, CellType.PARTS}]
        known = {r.code: Decimal(str(v)) for r in figured if isinstance(v := self.known(at[r.code], key), int | float)}
        relations = [Relation.of(rule.text, rule.tolerance) for rule in spec.rules if "[" in rule.text]
        relations += self._children(rows)
        figures = solve({row.code: self.bounds(row) for row in figured}, relations, known, self.chance)
        tied = {code for relation in relations for code in relation.rule.references}
        made = []
        for row in rows:
            if self.known(at[row.code], key) is not None:
                continue
            if not row.filled and row.code not in tied and self.chance.random() < 0.1:
                continue
            value: Value | Decimal = figures[row.code] if row in figured else self.value(row)
            if row.type in (CellType.SERIES, CellType.PARTS):
                value = self.several(row, figures[row.code])
            made.append(self.cell(at[row.code], key, value, row.code))
        made += [cell for row in rows for cell in self._beside(row, at[row.code], figures)]
        return made

    def _children(self, rows: list[Row]) -> list[Relation]:
        if not any(self.spec.value_column in rule.columns for rule in self.spec.children):
            return []
        root = tree([TableRow(n, RowKind.DATA, r.code, r.label) for n, r in enumerate(rows)], strict=True)
        return [
            Relation.of(f"[{node.row.code}]=" + "+".join(f"[{c.row.code}]" for c in node.children if c.row))
            for node in root.beneath()
            if node.row and node.children
        ]

    def _beside(self, row: Row, at: int, figures: dict[str, Decimal]) -> list[Cell]:
        """Evidence where the form asks for it, and a remark here and there."""
        made = []
        for proof in self.spec.proofs:
            rule = parse_rule(proof.when)
            if row.code in figures and rule.holds({self.spec.value_column or "": figures[row.code]}):
                made.append(self.cell(at, self.chance.choice(proof.any_of), self.chance.choice(_TEXTS), row.code))
        return made


class _Repeating(_Filler):
    """Rows that repeat: some of the rows that the blank form offers, with levels where figures sum over children."""

    def cells(self) -> list[Cell]:
        spec = self.spec
        lines = self._lines()
        root = tree([TableRow(at, RowKind.DATA, code, label) for at, code, label in lines], strict=bool(spec.children))
        nodes = list(root.beneath()) if spec.children else []
        parents = {node.row.row: node for node in nodes if node.row and node.children}
        left = self._left_blank(lines, nodes)
        optional = {c.key for c in spec.columns if not self._is_needed(c) and self.chance.random() < 0.5}
        columns = [c for c in spec.columns if c.key in self.located.columns and c.key not in optional]
        figures: dict[int, dict[str, Decimal]] = {}
        order = [at for at, _, _ in lines if at not in parents]
        order += [node.row.row for node in reversed(nodes) if node.row and node.children]
        for at in order:
            figures[at] = self._figures(at, columns, left.get(at, frozenset()), parents.get(at), figures)
        made: list[Cell] = []
        for at, code, label in lines:
            made += self._row(at, code, label, columns, figures[at], left.get(at, frozenset()), at in parents)
        return made + self._total(lines, root, figures)

    def _is_needed(self, column: Column) -> bool:
        spec = self.spec
        keys = {spec.label_column, spec.code_column, *spec.unique}
        keys |= {key for rule in spec.children for key in rule.columns}
        keys |= {key for proof in spec.proofs for key in (*proof.any_of, *parse_rule(proof.when).references)}
        keys |= set(spec.total.columns) if spec.total else set()
        return column.required or column.key in keys

    def _lines(self) -> list[tuple[int, str, str]]:
        """Row, code and label of the lines that are filled in: those that the form names, and some to spare."""
        spec, cells = self.spec, self.located.sheet.cells
        code_at, label_at = (self.located.columns.get(k or "", 0) for k in (spec.code_column, spec.label_column))
        offered = []
        for row in range(self.located.first_row, self.located.sheet.last_row + 1):
            label = cell_text(cells.get((row, label_at)))
            code = code_text(cells.get((row, code_at)))
            if spec.total is not None and is_total(label or code, spec.total.labels):
                break
            formulas = any(cells.get((row, c)) and cells[row, c].formula for c in self.located.columns.values())
            if not (label or code or formulas or spec.children):
                break
            offered.append((row, code, label))
        named = [line for line in offered if line[2]]
        spare = [line for line in offered if not line[2]]
        if spec.children and not named:
            count = self.chance.choice((5, 8, len(_CODES)))
            return [(row, code, f"Tiêu chí {code}") for (row, _, _), code in zip(spare, _CODES[:count], strict=False)]
        wanted = max(spec.min_rows - len(named), 0 if named else self.chance.randint(1, 7))
        added = [(row, code, self._label(n)) for n, (row, code, _) in enumerate(spare[:wanted], 1)]
        return named + ([] if spec.children else added)

    def _label(self, number: int) -> str:
        name = self.chance.choice(_LABELS)
        return f"{name} {number}" if self.form.table and not self.form.table.unique else f"{name}: việc thứ {number}"

    def _left_blank(self, lines: list[tuple[int, str, str]], nodes: list[Node]) -> dict[int, frozenset[str]]:
        """The columns that each row leaves blank: by its label, or because a row above it says so."""
        left: dict[int, frozenset[str]] = {}
        for rule in self.spec.left_blank:
            meant = {at for at, _, label in lines if any(words(p) in words(label) for p in rule.labels)}
            leaves = [node.row for node in nodes if node.row and not node.children and level(node.row.code) > 2]
            free = [row.row for row in leaves if not self.known(row.row, self.spec.label_column or "")]
            if not meant and free:
                meant = {self.chance.choice(free)}
                self._surveyed = (meant, rule.labels[0])
            for node in nodes:
                if node.row and node.row.row in meant:
                    meant = meant | {b.row.row for b in node.beneath() if b.row}
            left |= {at: left.get(at, frozenset()) | frozenset(rule.columns) for at in meant}
        return left

    _surveyed: tuple[set[int], str] = (set(), "")

    def _figures(
        self,
        at: int,
        columns: list[Column],
        left: frozenset[str],
        parent: Node | None,
        figures: dict[int, dict[str, Decimal]],
    ) -> dict[str, Decimal]:
        spec = self.spec
        bounds = {c.key: self.bounds(c) for c in columns if c.type in NUMBERS and c.key not in left}
        known: dict[str, Decimal] = {}
        carried = {p.column for p in spec.prefill}
        for key in bounds:
            value = self.known(at, key)
            if isinstance(value, int | float) and not isinstance(value, bool):
                known[key] = Decimal(str(value))
            elif key in carried and self._is_carried(key):
                known[key] = Decimal(0)  # last period had none here
        if parent is not None:
            for key in {key for rule in spec.children for key in rule.columns} & set(bounds):
                beneath = [figures[child.row.row] for child in parent.children if child.row]
                known[key] = sum((of_child.get(key, Decimal(0)) for of_child in beneath), Decimal(0))
        relations = [Relation.of(rule.text, rule.tolerance) for rule in spec.rules if "[" not in rule.text]
        return solve(bounds, relations, known, self.chance)

    def _is_carried(self, key: str) -> bool:
        rows = range(self.located.first_row, self.located.sheet.last_row + 1)
        return any(isinstance(self.known(row, key), int | float) for row in rows)

    def _row(
        self,
        at: int,
        code: str,
        label: str,
        columns: list[Column],
        figures: dict[str, Decimal],
        left: frozenset[str],
        is_parent: bool,
    ) -> list[Cell]:
        made = []
        meant, phrase = self._surveyed
        for column in columns:
            key = column.key
            if key == self.spec.code_column:
                value: Value | Decimal | None = code if self.spec.children else None
            elif key == self.spec.label_column:
                value = f"{label} ({phrase})" if at in meant else label
            elif key in left:
                value = None
            elif column.type in NUMBERS:
                is_left_out = figures[key] == 0 and column.blank_is_zero and self.chance.random() < 0.5
                value = None if is_left_out else figures[key]
            elif is_parent and not column.required:
                value = None
            else:
                value = self.value(column)
            if value is not None and self.known(at, key) is None:
                made.append(self.cell(at, key, value, code or label))
        return made

    def _total(
        self, lines: list[tuple[int, str, str]], root: Node, figures: dict[int, dict[str, Decimal]]
    ) -> list[Cell]:
        """The totals that the blank form leaves open, because they do not sum every row."""
        spec, cells = self.spec, self.located.sheet.cells
        if spec.total is None:
            return []
        label_at = self.located.columns.get(spec.label_column or "", 0)
        after = range(lines[-1][0] + 1, self.located.sheet.last_row + 1)
        row = next((r for r in after if is_total(cell_text(cells.get((r, label_at))), spec.total.labels)), 0)
        made = []
        for key in spec.total.columns:
            if row and self.known(row, key) is None:
                tops = [node.row.row for node in root.children if node.row]
                total = sum((figures[at].get(key, Decimal(0)) for at in tops), Decimal(0))
                made.append(self.cell(row, key, total, "total"))
        return made


def _filled_outline(form: Form, blank: bytes, chance: random.Random) -> bytes:
    """Sentences for the dots, hints taken out, number and date of the paper filled in."""
    document = docx.Document(io.BytesIO(blank))
    least = max(part.minimum_words for part in form.parts) + 20
    current = None
    for paragraph in list(document.paragraphs):
        text = paragraph.text.strip()
        if paragraph.style.name.startswith("Heading"):
            titles = [part for part in form.parts if part.title.casefold() in text.casefold()]
            current = max(titles, key=lambda part: len(part.title), default=None)
        elif paragraph.style.name == "Gợi ý":
            paragraph._element.getparent().remove(paragraph._element)
        elif text and not text.strip("…"):
            is_nil = current is not None and current.nil_allowed and chance.random() < 0.5
            paragraph.runs[0].text = "Không có." if is_nil else _sentences(least, chance)
    for table in document.tables:
        for paragraph in (p for row in table.rows for cell in row.cells for p in cell.paragraphs):
            for run in paragraph.runs:
                run.text = re.sub(r"Số:\s+/BC-…", "Số: 45/BC-UBND", run.text)
                run.text = re.sub(r"^…, ngày … tháng …", "Thủ Dầu Một, ngày 08 tháng 3", run.text)
    output = io.BytesIO()
    document.save(output)
    return output.getvalue()


def _sentences(least: int, chance: random.Random) -> str:
    said: list[str] = []
    while sum(len(sentence.split()) for sentence in said) < least:
        said.append(chance.choice(_SENTENCES))
    return " ".join(said)
