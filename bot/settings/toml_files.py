"""A TOML file → a validated pydantic model, and every fault on the way told with file and key.

Flow: bytes → UTF-8 text (a Windows byte order mark is forgiven) → TOML → NFC → model. A fault never raises: it goes
into the report, and None comes back.
"""

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError, create_model
from pydantic_core import ErrorDetails

from bot.settings.faults import Fault, key_of
from bot.settings.report import Report

Location = tuple[int | str, ...]
Place = tuple[str, str]  # file and key
ModelT = TypeVar("ModelT", bound=BaseModel)
# Values of these keys never stand in a message.
SECRET_KEYS = frozenset({"password", "database_url"})


def read_toml(path: Path, file: str, report: Report) -> dict[str, Any] | None:
    """The tables of `path`, all text NFC; None after a fault. `file` is its name in messages."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        report.fault(file, "", report.say("no_file"), "the_file", name=path.name)
        return None
    except OSError as error:
        report.fault(file, "", error.strerror or str(error), "readable_file")
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        report.fault(file, f"line {line}", repr(raw[error.start : error.start + 8]), "utf8")
        return None
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, reason = _line_of(error, text)
        lines = text.splitlines()
        found = lines[line - 1].strip() if line <= len(lines) else ""
        report.fault(file, f"line {line}", report.shown(found), "toml", reason=reason)
        return None
    result: dict[str, Any] = _nfc(tables)
    return result


def validate(
    model: type[ModelT],
    data: Any,
    file: str,
    report: Report,
    place: Callable[[Location], Place] | None = None,
) -> ModelT | None:
    """`data` as a `model`, or None after faults. `place` maps an error's location to (file, key) where that is not
    the TOML key.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            where = place(detail["loc"]) if place else (file, named_key(data, detail["loc"]))
            found, sentence, params = _explain(model, detail, report)
            if sentence in report.words:
                report.add(Fault(*where, found, report.words.say(sentence, **params)))
            else:
                report.fault(*where, found, "toml", reason=detail["msg"])
    return None


def validate_fields(
    model: type[BaseModel],
    data: Mapping[str, Any],
    file: str,
    report: Report,
    place: Callable[[Location], Place] | None = None,
) -> dict[str, Any]:
    """Like `validate`, but what is right stays usable beside what is wrong: the good top-level fields by name,
    defaults included.
    """
    whole = validate(model, data, file, report, place)
    if whole is not None:
        return {name: getattr(whole, name) for name in model.model_fields}
    return good_fields(model, data)


def good_fields(model: type[BaseModel], data: Mapping[str, Any]) -> dict[str, Any]:
    """The top-level fields that are right, each judged alone and told of to nobody, by name; defaults included."""
    good: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        single = create_model("Single", **{name: (field.annotation, field)})  # type: ignore[call-overload]  # names are data
        try:
            good[name] = getattr(single.model_validate({k: v for k, v in data.items() if k == name}), name)
        except ValidationError:
            continue
    return good


def named_key(data: Any, location: Location) -> str:
    """The key of a location as a person finds it: list items by their `code` where they have one
    (`agencies[stp].name`).
    """
    named = ""
    steps: list[int | str] = []
    for step in location:
        steps.append(step)
        data = _inside(data, step)
        code = data.get("code") if isinstance(step, int) and isinstance(data, Mapping) else None
        if isinstance(code, str):
            named, steps = f"{_join(named, steps[:-1])}[{code}]", []
    return _join(named, steps)


def submodel(model: type[BaseModel], location: Location) -> type[BaseModel] | None:
    """The model that stands at `location` within `model`, or None where there is none. In a table of tables
    (`checks.X112.off`) one step of the location is the key under which the inner table stands.
    """
    current: type[BaseModel] | None = model
    has_keys = False
    for step in location:
        if has_keys:
            has_keys = False
        elif isinstance(step, str):
            field = current.model_fields.get(step) if current else None
            current = _model_in(field.annotation) if field else None
            has_keys = current is not None and field is not None and get_origin(field.annotation) is dict
    return current


def _explain(model: type[BaseModel], detail: ErrorDetails, report: Report) -> tuple[str, str, dict[str, object]]:
    """What was found, the key of the expectation's sentence, and its parameters."""
    kind, location = detail["type"], detail["loc"]
    last = location[-1] if location else ""
    if kind == "missing":
        return report.say("nothing"), kind, {}
    if kind == "extra_forbidden":
        owner = submodel(model, location[:-1])
        allowed = list(owner.model_fields) if owner else []
        guess = difflib.get_close_matches(str(last), allowed, n=1)
        names: dict[str, object] = {"allowed": ", ".join(allowed)}
        if guess:
            return str(last), "did_you_mean", {"guess": guess[0], **names}
        return str(last), kind, names
    found = report.say("hidden") if last in SECRET_KEYS else report.shown(detail["input"])
    params: dict[str, object] = dict(detail.get("ctx", {}))
    if kind == "enum":  # pydantic lists the values in English
        params["expected"] = str(params["expected"]).replace(" or ", ", ")
    return found, kind, params


def _join(named: str, steps: list[int | str]) -> str:
    return key_of((named, *steps) if named else tuple(steps))


def _inside(data: Any, step: int | str) -> Any:
    if isinstance(step, str):
        return data.get(step) if isinstance(data, Mapping) else None
    return data[step] if isinstance(data, list | tuple) and step < len(data) else None


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and not get_args(annotation) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, UnionType, tuple, list, dict):
        return next((m for a in get_args(annotation) if (m := _model_in(a))), None)
    return None


def _line_of(error: tomllib.TOMLDecodeError, text: str) -> tuple[int, str]:
    """The line from 1 and the bare reason: Python tells the place only within the message before 3.14."""
    match = re.fullmatch(r"(.*) \(at line (\d+), column \d+\)", str(error), re.DOTALL)
    if match:
        return int(match[2]), match[1]
    return text.count("\n") + 1, re.sub(r" \(at end of document\)$", "", str(error))


def _nfc(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {unicodedata.normalize("NFC", k): _nfc(v) for k, v in value.items()}
    return [_nfc(v) for v in value] if isinstance(value, list) else value
