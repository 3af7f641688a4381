"""`config/forms/*.toml` → domain forms, with every fault of every file at once.

Each file is read (TOML), validated (pydantic, no unknown key), looked through for what pydantic cannot see (a rule of
a column that does not exist, a code given twice, a part under no part), and turned into a frozen domain Form. A file
with a fault yields its faults and no form; the other files are not hindered.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from bot.checks.rules import RuleSyntaxError, parse_rule
from bot.domain.form import CellType, Column, CountCheck, Form, FormKind, Part, Row, Rule, TableSpec, Total
from bot.settings.faults import Fault, faults_of, shown
from bot.settings.form_models import FormModel, TableModel, TypedModel


def load_forms(folder: Path) -> tuple[dict[str, Form], list[Fault]]:
    """All forms of `folder/*.toml` by code, and every fault found on the way. Raises nothing for what the files hold.

    A code that two files claim is a fault of the later one, by file name.
    """
    forms: dict[str, Form] = {}
    faults: list[Fault] = []
    claimed: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        name = f"{folder.name}/{path.name}"
        model, wrong = _read(path, name)
        if model is not None:
            wrong += _semantic_faults(name, model)
            if model.code in claimed:
                wrong.append(Fault(name, "code", shown(model.code), f"a code of its own: {claimed[model.code]} has it"))
            claimed.setdefault(model.code, name)
            if not wrong:
                forms[model.code] = _form_of(model)
        faults += wrong
    if not claimed and not faults:
        faults.append(Fault(str(folder), "", "no form", "one .toml file a form"))
    return forms, faults


def _read(path: Path, name: str) -> tuple[FormModel | None, list[Fault]]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return FormModel.model_validate(data), []
    except UnicodeDecodeError as error:
        return None, [Fault(name, "", f"bytes that are no UTF-8 ({error.reason})", "a text file in UTF-8")]
    except OSError as error:
        return None, [Fault(name, "", error.strerror or "an unreadable file", "a file that can be read")]
    except tomllib.TOMLDecodeError as error:
        return None, [Fault(name, "", str(error), "TOML")]
    except ValidationError as error:
        return None, faults_of(name, error)


def _semantic_faults(name: str, form: FormModel) -> list[Fault]:
    faults = list(_part_faults(name, form))
    wants_table = form.kind is not FormKind.OUTLINE
    if wants_table and form.table is None:
        faults.append(Fault(name, "table", "nothing", f"a table, since kind is {form.kind.value!r}"))
    if not wants_table and (form.table is not None or not form.parts):
        found = "a table" if form.table is not None else "no part"
        faults.append(Fault(name, "parts", found, "parts and no table, since kind is 'outline'"))
    if wants_table and form.parts:
        faults.append(Fault(name, "parts", "parts", f"no parts, since kind is {form.kind.value!r}"))
    if form.table is not None:
        faults += _table_faults(name, form.table)
    return faults


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
    keys, codes = {c.key for c in table.columns}, {r.code for r in table.rows}
    column, row = f"one of the columns {', '.join(sorted(keys, key=_by_number))}", "the code of one of the rows"
    faults = list(_repeated(name, "table.columns[{}].key", [c.key for c in table.columns]))
    faults += _repeated(name, "table.rows[{}].code", [r.code for r in table.rows])
    named = [(f"table.{key}", getattr(table, key)) for key in ("label_column", "code_column", "value_column")]
    if table.total is not None:
        named += [(f"table.total.columns[{at}]", key) for at, key in enumerate(table.total.columns)]
    faults += [
        Fault(name, key, shown(value), column) for key, value in named if value is not None and value not in keys
    ]
    if table.rows and table.value_column is None:
        faults.append(Fault(name, "table.value_column", "nothing", "the column in which the rows carry their figure"))
    if (table.rows or table.total) and table.label_column is None:
        faults.append(Fault(name, "table.label_column", "nothing", "the column by which a row is known"))
    for kind, fields in (("columns", table.columns), ("rows", table.rows)):
        faults += _field_faults(name, f"table.{kind}", fields)
    for at, rule in enumerate(table.rules):
        try:
            parsed = parse_rule(rule.text)
        except RuleSyntaxError as error:
            faults.append(Fault(name, f"table.rules[{at}].text", shown(rule.text), str(error)))
            continue
        known, expected = (codes, row) if parsed.between_rows else (keys, column)
        unknown = [reference for reference in parsed.references if reference not in known]
        faults += [Fault(name, f"table.rules[{at}].text", f"{ref} in {rule.text!r}", expected) for ref in unknown]
    return faults


def _field_faults(name: str, key: str, fields: Sequence[TypedModel]) -> Iterator[Fault]:
    for at, spec in enumerate(fields):
        if (spec.type is CellType.CHOICE) != bool(spec.choices):
            found = "no choices" if spec.type is CellType.CHOICE else f"choices with type {spec.type}"
            yield Fault(name, f"{key}[{at}].choices", found, "choices where type is 'choice', and only there")
        if spec.minimum is not None and spec.maximum is not None and spec.minimum > spec.maximum:
            yield Fault(name, f"{key}[{at}].minimum", str(spec.minimum), f"at most the maximum, {spec.maximum}")


def _repeated(name: str, key: str, codes: list[str]) -> Iterator[Fault]:
    twice = {code for code, count in Counter(codes).items() if count > 1}
    for at, code in enumerate(codes):
        if code in twice and code in codes[:at]:
            yield Fault(
                name, key.format(at), shown(code), f"a value of its own: {key.format(codes.index(code))} has it"
            )


def _by_number(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdigit() else (10**6, key)


def _form_of(model: FormModel) -> Form:
    table = None
    if (found := model.table) is not None:
        table = TableSpec(
            columns=tuple(Column(**dict(c)) for c in found.columns),
            rows=tuple(Row(**dict(r)) for r in found.rows),
            rules=tuple(Rule(**dict(r)) for r in found.rules),
            total=Total(**dict(found.total)) if found.total else None,
            count=CountCheck(**dict(found.count)) if found.count else None,
            **found.model_dump(include={"label_column", "code_column", "value_column", "min_rows"}),
        )
    parts = tuple(Part(**dict(part)) for part in model.parts)
    return Form(**(dict(model) | {"parts": parts, "table": table}))
