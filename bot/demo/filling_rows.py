"""The cells of a table whose rows repeat as a careful clerk would fill them in: levels, children, totals.

As `filling_cells`, which holds what all tables share.
"""

from decimal import Decimal

from bot.checks.headers import words
from bot.checks.levels import Node, level, tree
from bot.checks.rows import RowKind, TableRow, cell_text, code_text, is_total
from bot.checks.rules import parse_rule
from bot.demo.figure_solving import Relation, solve
from bot.demo.filling_cells import NUMBERS, Cell, Filler, Value
from bot.domain.form import Column

# Levels as offices number them: sections, criteria, their parts.
_CODES = ("I", "1", "1.1", "1.2", "2", "2.1", "2.2", "2.3", "II", "1", "1.1", "1.2", "1.3", "2", "2.1")
_LABELS = ("Hộ tịch", "Đất đai", "Xây dựng", "Công chứng", "Lao động", "Giáo dục", "Y tế", "Chứng thực", "Tư pháp")


class Repeating(Filler):
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
