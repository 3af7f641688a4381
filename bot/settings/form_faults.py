"""What is wrong in a form's file that its data model cannot see.

The flow: parts under parts that exist → a table where the kind wants one → every name of a column, a row or a part is
one of the form's → every rule follows the notation and speaks of what holds figures → at the end, when all forms are
read, figures that a narrative states name another form's table. Every fault is told, with file and key; nothing raises.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from bot.checks.rules import RuleSyntaxError, Side, parse_expression, parse_rule, split_chain
from bot.domain.form import CellType, FormKind
from bot.settings.faults import Fault, shown
from bot.settings.form_models import ColumnModel, FormModel, RowModel, TableModel, TypedModel

_COLUMN_FIGURES = {CellType.INTEGER, CellType.DECIMAL, CellType.PERCENT, CellType.MINUTES}
_ROW_FIGURES = _COLUMN_FIGURES | {CellType.SERIES, CellType.PARTS}


def form_faults(name: str, form: FormModel) -> list[Fault]:
    """The faults that one form's file shows by itself; `name` is the file's."""
    faults = list(_part_faults(name, form))
    wants_table = form.kind is not FormKind.OUTLINE
    if wants_table and form.table is None:
        faults.append(Fault(name, "table", "nothing", f"a table, since kind is {form.kind.value!r}"))
    if not wants_table and (form.table is not None or not form.parts):
        found = "a table" if form.table is not None else "no part"
        faults.append(Fault(name, "parts", found, "parts and no table, since kind is 'outline'"))
    if wants_table and form.parts:
        faults.append(Fault(name, "parts", "parts", f"no parts, since kind is {form.kind.value!r}"))
    if wants_table and form.figures:
        faults.append(Fault(name, "figures", "figures", f"no figures, since kind is {form.kind.value!r}"))
    if form.table is not None:
        faults += _table_faults(name, form.table)
    return faults


def figure_faults(
    name: str, form: FormModel, forms: Mapping[str, FormModel], broken: Collection[str]
) -> Iterator[Fault]:
    """The faults of `form.figures` against the other forms. Of a form that is `broken` itself nothing more is said."""
    parts = {part.code for part in form.parts}
    yield from _repeated(name, "figures[{}].key", [figure.key for figure in form.figures])
    for at, figure in enumerate(form.figures):
        if figure.part is not None and figure.part not in parts:
            yield Fault(name, f"figures[{at}].part", shown(figure.part), "the code of one of the parts")
        table = forms[figure.form].table if figure.form in forms else None
        if table is None and figure.form not in broken:
            yield Fault(name, f"figures[{at}].form", shown(figure.form), "the code of a form with a table")
        others = ((f"figures[{at}].also[{i}]", other) for i, other in enumerate(figure.also))
        for key, expression in ((f"figures[{at}].value", figure.value), *others):
            sides, faults = _parsed(name, key, expression, lambda text: [parse_expression(text)])
            yield from faults
            if table is not None:
                yield from _reference_faults(name, key, expression, sides, table)


def _part_faults(name: str, form: FormModel) -> Iterator[Fault]:
    yield from _repeated(name, "parts[{}].code", [part.code for part in form.parts])
    codes = {part.code for part in form.parts}
    parents = {part.code: part.parent for part in form.parts}
    for at, part in enumerate(form.parts):
        if part.parent is None:
            continue
        if part.parent not in codes:
            yield Fault(name, f"parts[{at}].parent", shown(part.parent), "the code of another part")
        elif _is_circular(part.code, parents):
            yield Fault(name, f"parts[{at}].parent", shown(part.parent), "a part that does not stand under this one")


def _is_circular(code: str, parents: dict[str, str | None]) -> bool:
    seen: set[str] = set()
    step: str | None = code
    while step is not None and step not in seen:
        seen.add(step)
        step = parents.get(step)
    return step == code


def _table_faults(name: str, table: TableModel) -> list[Fault]:
    faults = list(_repeated(name, "table.columns[{}].key", [c.key for c in table.columns]))
    faults += _repeated(name, "table.rows[{}].code", [r.code for r in table.rows])
    faults += _unknown_columns(name, table)
    if table.rows and table.value_column is None:
        faults.append(Fault(name, "table.value_column", "nothing", "the column in which the rows carry their figure"))
    if (table.rows or table.total) and table.label_column is None:
        faults.append(Fault(name, "table.label_column", "nothing", "the column by which a row is known"))
    for kind, fields in (("columns", table.columns), ("rows", table.rows)):
        faults += _field_faults(name, f"table.{kind}", fields)
    for at, rule in enumerate(table.rules):
        key = f"table.rules[{at}].text"
        sides, wrong = _parsed(name, key, rule.text, _sides)
        faults += [*wrong, *_reference_faults(name, key, rule.text, sides, table)]
    faults += _between_columns(name, table)
    faults += _level_faults(name, table)
    faults += _blank_form_faults(name, table)
    return faults


def _columns_named(table: TableModel) -> Iterator[tuple[str, str | None]]:
    """Every key of the file that names a column, with what it names."""
    for key in ("label_column", "code_column", "value_column", "note_column"):
        yield f"table.{key}", getattr(table, key)
    lists: list[tuple[str, Sequence[str]]] = [("unique", table.unique), ("computed", table.computed)]
    lists += [("total.columns", table.total.columns)] if table.total is not None else []
    lists += [(f"children[{at}].columns", child.columns) for at, child in enumerate(table.children)]
    lists += [(f"proofs[{at}].any_of", proof.any_of) for at, proof in enumerate(table.proofs)]
    lists += [(f"left_blank[{at}].columns", blank.columns) for at, blank in enumerate(table.left_blank)]
    for key, values in lists:
        yield from ((f"table.{key}[{at}]", value) for at, value in enumerate(values))
    for at, fill in enumerate(table.prefill):
        yield from ((f"table.prefill[{at}].column", fill.column), (f"table.prefill[{at}].last", fill.last))


def _unknown_columns(name: str, table: TableModel) -> Iterator[Fault]:
    keys = {c.key for c in table.columns}
    for key, value in _columns_named(table):
        if value is not None and value not in keys:
            yield Fault(name, key, shown(value), _one_of(table))


def _one_of(table: TableModel) -> str:
    return f"one of the columns {', '.join(sorted((c.key for c in table.columns), key=_by_number))}"


def _parsed(name: str, key: str, text: str, parse: Callable[[str], list[Side]]) -> tuple[list[Side], list[Fault]]:
    try:
        return parse(text), []
    except RuleSyntaxError as error:
        return [], [Fault(name, key, shown(text), str(error))]


def _sides(text: str) -> list[Side]:
    rules = [parse_rule(one) for one in split_chain(text)]
    return [side for rule in rules for side in (rule.left, rule.right)]


def _reference_faults(name: str, key: str, text: str, sides: Iterable[Side], table: TableModel) -> Iterator[Fault]:
    """References to columns or rows that are not there, or that never hold a figure."""
    named = dict.fromkeys((side.between_rows, reference) for side in sides for reference in side.references)
    columns: Mapping[str, TypedModel] = {column.key: column for column in table.columns}
    rows: Mapping[str, TypedModel] = {row.code: row for row in table.rows}
    for between_rows, reference in named:
        spec = (rows if between_rows else columns).get(reference)
        if spec is None:
            expected = "the code of one of the rows" if between_rows else _one_of(table)
            yield Fault(name, key, f"{reference} in {text!r}", expected)
        elif not _has_figure(spec):
            wanted = "a row" if between_rows else "a column"
            yield Fault(name, key, f"{reference}, which holds no figure, in {text!r}", f"{wanted} that holds a figure")


def _has_figure(spec: TypedModel) -> bool:
    return spec.type in (_ROW_FIGURES if isinstance(spec, RowModel) else _COLUMN_FIGURES)


def _between_columns(name: str, table: TableModel) -> Iterator[Fault]:
    """Rules that a row is held to by itself, or against last period's: of columns, or of rows where the form prints
    them.
    """
    texts = [(f"table.proofs[{at}].when", proof.when) for at, proof in enumerate(table.proofs)]
    asked = [(at, column.required_on_leaves) for at, column in enumerate(table.columns) if column.required_on_leaves]
    texts += [(f"table.columns[{at}].required_on_leaves", text) for at, text in asked]
    texts += [(f"table.last_period[{at}].text", rule.text) for at, rule in enumerate(table.last_period)]
    for key, text in texts:
        sides, faults = _parsed(name, key, text, lambda text: [parse_rule(text).left, parse_rule(text).right])
        yield from faults
        of_periods = "last_period" in key
        by_rows = of_periods and bool(table.rows)
        if of_periods and not all(side.references for side in sides):
            yield Fault(name, key, shown(text), "this period's figure, a comparison, last period's: (6)=(11)")
        elif any(side.between_rows is not by_rows for side in sides if side.references):
            yield Fault(
                name, key, shown(text), f"a rule of {'rows such as [1.1]' if by_rows else 'columns such as (4)'}"
            )
        else:
            yield from _reference_faults(name, key, text, sides, table)


def _level_faults(name: str, table: TableModel) -> Iterator[Fault]:
    """What asks for levels of rows, or for rows that the form does not print."""
    columns = {c.key: c for c in table.columns}
    on_leaves = [at for at, column in enumerate(table.columns) if column.required_on_leaves]
    levels = table.children or on_leaves or any(proof.leaves for proof in table.proofs)
    if levels and table.code_column is None:
        yield Fault(name, "table.code_column", "nothing", "the column of printed numbers that tell the levels")
    for at, child in enumerate(table.children):
        for n, key in enumerate(child.columns):
            column = columns.get(key)
            read = column is None or _has_figure(column) if not table.rows else key == table.value_column
            if not read:
                expected = "the value column" if table.rows else "a column that holds a figure"
                yield Fault(name, f"table.children[{at}].columns[{n}]", shown(key), expected)
    for at in on_leaves if table.rows else []:
        text = table.columns[at].required_on_leaves
        yield Fault(name, f"table.columns[{at}].required_on_leaves", shown(text), "filled = true in the printed rows")
    for key, given in (("unique", table.unique), ("labels", table.labels)):
        if given and table.rows:
            yield Fault(name, f"table.{key}", shown(given), "nothing here, since the form prints its rows")
    if table.labels and table.label_column is None:
        yield Fault(name, "table.label_column", "nothing", "the column by which a row is known")


def _blank_form_faults(name: str, table: TableModel) -> Iterator[Fault]:
    alone = set()
    for rule in table.rules:
        sides, _ = _parsed(
            name,
            "",
            rule.text,
            lambda text: [r.left for r in map(parse_rule, split_chain(text)) if r.comparison == "="],
        )
        alone |= {side.alone for side in sides if not side.between_rows}
    for at, key in enumerate(table.computed):
        if key in {c.key for c in table.columns} and key not in alone:
            expected = f"a column that a rule computes: ({key})=…"
            yield Fault(name, f"table.computed[{at}]", shown(key), expected)


def _field_faults(name: str, key: str, fields: Sequence[TypedModel]) -> Iterator[Fault]:
    for at, spec in enumerate(fields):
        if (spec.type is CellType.CHOICE) != bool(spec.choices):
            found = "no choices" if spec.type is CellType.CHOICE else f"choices with type {spec.type}"
            yield Fault(name, f"{key}[{at}].choices", found, "choices where type is 'choice', and only there")
        if spec.minimum is not None and spec.maximum is not None and spec.minimum > spec.maximum:
            yield Fault(name, f"{key}[{at}].minimum", str(spec.minimum), f"at most the maximum, {spec.maximum}")
        for told, given in (("cumulative", spec.cumulative), ("jump", spec.jump is not None)):
            if given and not _has_figure(spec):
                yield Fault(name, f"{key}[{at}].{told}", f"{told} with type {spec.type}", "a type that holds a figure")
        if isinstance(spec, ColumnModel) and spec.in_window and spec.type is not CellType.DATE:
            yield Fault(name, f"{key}[{at}].in_window", f"in_window with type {spec.type}", "type 'date'")


def _repeated(name: str, key: str, codes: list[str]) -> Iterator[Fault]:
    twice = {code for code, count in Counter(codes).items() if count > 1}
    for at, code in enumerate(codes):
        if code in twice and code in codes[:at]:
            yield Fault(
                name, key.format(at), shown(code), f"a value of its own: {key.format(codes.index(code))} has it"
            )


def _by_number(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdigit() else (10**6, key)
