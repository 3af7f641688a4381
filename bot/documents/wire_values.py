"""The single values that go between child and parent: how they are packed, and what is believed when they come back.

Flow: `packed`, `spans` and `traits_words` make JSON of what Python has; `value_from`, `whole`, `flag`, `words_of` and
`traits_from` take it back.

Failure policy: what comes back is untrusted (see wire); anything unforeseen raises `WireError`.
"""

import json
import math
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, NoReturn

from bot.documents.traits import ENCODINGS, MAX_ITEMS, MAX_LINK, MAX_TEXT, form_tag
from bot.domain.document import CellValue, FileKind, FormTag, Traits

TRAITS = 9  # how many values the line of a file's traits has
_LARGEST = 10**15
_MOST_PAGES = 100_000

# Takes a text and counts it against the limit of a document.
TakeText = Callable[[object], str]


class WireError(ValueError):
    """The child said something that no reader of ours says."""


def words_of(line: bytes) -> list[Any]:
    """A line as a list that begins with its name. Raises `WireError`."""
    try:
        words = json.loads(line.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as fault:
        raise WireError(f"no JSON: {fault}") from fault
    if not isinstance(words, list) or not words or not isinstance(words[0], str):
        raise WireError("line out of place")
    return words


def packed(value: CellValue) -> Any:
    """A cell's value as JSON has it, dates in an object that says so."""
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if value is None or isinstance(value, str | int | float):
        return value
    return float(value)


def value_from(value: object, text_of: TakeText) -> CellValue:
    """What `packed` made. Raises `WireError`."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float) and math.isfinite(value):  # 1e999 is JSON, and infinite
        return value
    if isinstance(value, str):
        return text_of(value)
    if isinstance(value, int):
        return whole(value, -_LARGEST, _LARGEST)
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


def spans(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers in order as (first, last) of neighbours: thousands of hidden rows are a few spans."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def traits_words(traits: Traits) -> list[Any]:
    """A file's traits as the values of their line."""
    tag = traits.tag
    return [
        traits.kind.value,
        [tag.round, tag.agency, tag.form, tag.version] if tag else None,
        traits.macros,
        list(traits.links),
        list(traits.comments),
        list(traits.revisions),
        traits.encoding,
        traits.pages,
        traits.has_text,
    ]


def traits_from(words: Iterable[object], text_of: TakeText) -> Traits:
    """What `traits_words` made. Raises `WireError`."""
    kind, tag, macros, links, comments, revisions, encoding, pages, has_text = words
    if encoding not in ENCODINGS:
        raise WireError("unknown encoding")
    try:
        known = FileKind(text_of(kind))
    except ValueError as fault:
        raise WireError("unknown kind") from fault
    return Traits(
        known,
        None if tag is None else _tag(tag),
        flag(macros),
        _texts(links, MAX_LINK, text_of),
        _texts(comments, MAX_TEXT, text_of),
        _texts(revisions, MAX_TEXT, text_of),
        text_of(encoding),
        whole(pages, 0, _MOST_PAGES),
        flag(has_text),
    )


def _texts(values: object, longest: int, text_of: TakeText) -> tuple[str, ...]:
    if not isinstance(values, list) or len(values) > MAX_ITEMS:
        raise WireError("few texts expected")
    texts = tuple(text_of(value) for value in values)
    if any(len(text) > longest for text in texts):
        raise WireError("short texts expected")
    return texts


def _tag(value: object) -> FormTag:
    match value:
        case [str(round_), str(agency), str(form), version] if type(version) is int:
            tag = form_tag(round_, agency, form, str(version))
            if tag is not None:
                return tag
    raise WireError("no mark of a form")


def whole(value: object, least: int, most: int) -> int:
    """A whole number between the two, both inclusive. Raises `WireError`; true and 1.0 are none."""
    if type(value) is not int or not least <= value <= most:
        raise WireError("whole number out of range")
    return value


def flag(value: object) -> bool:
    """True or false. Raises `WireError`."""
    if type(value) is not bool:
        raise WireError("true or false expected")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise WireError(f"{name} is no JSON")
