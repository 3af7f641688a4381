"""`config/forms/*.toml` → domain forms, with every fault of every file at once.

Each file is read (TOML), validated (pydantic, no unknown key), looked through for what pydantic cannot see
(`bot.settings.form_faults`), and turned into a frozen domain Form; a chain of comparisons becomes one rule each. Once
all are read, what a narrative says of another form's table is held against that form. A file with a fault yields its
faults and no form; the other files are not hindered.
"""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from bot.checks.rules import split_chain
from bot.domain.form import (
    ChildSums,
    Column,
    CountCheck,
    Form,
    LastPeriodRule,
    LeftBlank,
    Part,
    Prefill,
    Proof,
    Row,
    Rule,
    StatedFigure,
    TableSpec,
    Total,
)
from bot.settings.faults import Fault, faults_of, shown
from bot.settings.form_faults import figure_faults, form_faults
from bot.settings.form_models import FormModel, RuleModel, TableModel


def load_forms(folder: Path) -> tuple[dict[str, Form], list[Fault]]:
    """All forms of `folder/*.toml` by code, and every fault found on the way. Raises nothing for what the files hold.

    A code that two files claim is a fault of the later one, by file name.
    """
    models: dict[str, FormModel] = {}
    faults: list[Fault] = []
    claimed: dict[str, str] = {}
    unread: set[str] = set()
    for path in sorted(folder.glob("*.toml")):
        name = f"{folder.name}/{path.name}"
        model, wrong = _read(path, name, unread)
        if model is not None:
            wrong += form_faults(name, model)
            if model.code in claimed:
                wrong.append(Fault(name, "code", shown(model.code), f"a code of its own: {claimed[model.code]} has it"))
            claimed.setdefault(model.code, name)
            if not wrong:
                models[model.code] = model
        faults += wrong
    if not claimed and not faults:
        faults.append(Fault(str(folder), "", "no form", "one .toml file a form"))
    broken = unread | set(claimed) - set(models)
    for code, model in list(models.items()):
        if wrong := list(figure_faults(claimed[code], model, models, broken)):
            faults += wrong
            del models[code]
    return {code: _form_of(model) for code, model in models.items()}, faults


def _read(path: Path, name: str, unread: set[str]) -> tuple[FormModel | None, list[Fault]]:
    """The file's model, or its faults; then the code that it claims, if it can be told, goes to `unread`."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        return None, [Fault(name, "", f"bytes that are no UTF-8 ({error.reason})", "a text file in UTF-8")]
    except OSError as error:
        return None, [Fault(name, "", error.strerror or "an unreadable file", "a file that can be read")]
    except tomllib.TOMLDecodeError as error:
        return None, [Fault(name, "", str(error), "TOML")]
    try:
        return FormModel.model_validate(data), []
    except ValidationError as error:
        unread.add(str(data.get("code")))
        return None, faults_of(name, error)


def _form_of(model: FormModel) -> Form:
    parts = tuple(Part(**dict(part)) for part in model.parts)
    figures = tuple(StatedFigure(**dict(figure)) for figure in model.figures)
    table = None if model.table is None else _table_of(model.table)
    return Form(**(dict(model) | {"parts": parts, "table": table, "figures": figures}))


def _table_of(model: TableModel) -> TableSpec:
    made = {
        "columns": tuple(Column(**dict(c)) for c in model.columns),
        "rows": tuple(Row(**dict(r)) for r in model.rows),
        "rules": tuple(rule for r in model.rules for rule in _rules_of(r)),
        "total": Total(**dict(model.total)) if model.total else None,
        "count": CountCheck(**dict(model.count)) if model.count else None,
        "children": tuple(ChildSums(**dict(c)) for c in model.children),
        "proofs": tuple(Proof(**dict(p)) for p in model.proofs),
        "left_blank": tuple(LeftBlank(**dict(b)) for b in model.left_blank),
        "last_period": tuple(LastPeriodRule(**dict(r)) for r in model.last_period),
        "prefill": tuple(Prefill(**dict(p)) for p in model.prefill),
    }
    return TableSpec(**(dict(model) | made))


def _rules_of(model: RuleModel) -> list[Rule]:
    """One rule a comparison; each carries the severity, the tolerance and the words of the whole chain."""
    return [Rule(**(dict(model) | {"text": text})) for text in split_chain(model.text)]
