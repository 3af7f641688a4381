"""Findings in words: codes and params → what people read, from `mail_templates/<language>/findings.toml`.

Parsing holds the text of the file against the catalogue: every code with title, found, expected and remedy, each
a text or a table of texts by the finding's `reason`. After that all is pure. A param that a stored finding lacks shows
as "…", so that old findings can always be said. Figures are written the Vietnamese way: 2.544.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.checks.catalogue import Page, pages
from bot.checks.registry import entries
from bot.domain.submission import Finding, ParamValue
from bot.domain.words import FindingWords
from bot.text.numbers import format_number
from bot.text.periods import say_period

FIELDS = ("found", "expected", "remedy")
_PAGE_FIELDS = ("what", "why", "mend", "example")
_WHERE = (
    "cell",
    "cell_row",
    "cell_on_sheet",
    "cell_row_on_sheet",
    "sheet",
    "part",
    "part_of_form",
    "file",
    "files",
    "mail",
    "column",
    "row",
)
_PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}")
# A side of a rule between rows, as the forms' configuration has it: [1.3.2]+[1.3.3].
_ROW_SIDE = re.compile(r"(?=.*\[)(?:\[[^\[\]]+\]|[-+*/()0-9])+")
_ROW = re.compile(r"\[([^\[\]]+)\]")
_SIGN = re.compile(r"(?<=[\])0-9])([-+*/])")
_LISTED = 8  # items of a list param that are printed


class WordsError(ValueError):
    """A findings.toml lacks words or holds some that cannot be used; the message names file and key."""


def placeholders(text: str) -> set[str]:
    """The names in braces of a text. ValueError when braces hold more than a name, or are not closed."""
    if set(_PLACEHOLDER.sub("", text)) & set("{}"):
        raise ValueError("braces may hold a plain name only")
    return set(_PLACEHOLDER.findall(text))


def _fill(text: str, params: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: params.get(match[1], "…"), text)


@dataclass(frozen=True)
class Words:
    """The words of one language. Made by `parse`; `say` and `page` are pure."""

    language: str
    _data: Mapping[str, Any]

    @classmethod
    def parse(cls, language: str, toml: str, source: str) -> "Words":
        """The words in the text of a findings.toml; `source` names the file in messages. Raises WordsError."""
        try:
            data = tomllib.loads(toml)
        except tomllib.TOMLDecodeError as error:
            raise WordsError(f"{source}: {error}") from error
        for key in _lacking(data):
            raise WordsError(f"{source}: {key}: found nothing, expected a text")
        for key, text in _texts("", data):
            try:
                placeholders(text)
            except ValueError as error:
                raise WordsError(f"{source}: {key}: {error}") from error
        return cls(language, data)

    def say(self, finding: Finding, form_title: str = "") -> FindingWords:
        """The finding in words. `form_title` is the form's short title (`Biểu II.06`), empty when there is no form.

        A stored finding whose code this version no longer knows is said by its place and code.
        """
        if finding.code not in self._data:
            where = self._where(finding, form_title)
            return FindingWords(where, "", "", finding.code, finding.code, finding.severity, finding.code)
        params = self._params(finding.params)
        params["file"] = finding.place.file or params.get("file", "")
        entry = self._data["more" if "more" in finding.params else finding.code]
        said = {field: _text(entry[field], finding.params.get("reason"), params) for field in FIELDS}
        if (message := finding.params.get("message")) and isinstance(message, str):
            said["remedy"] = message  # the office's own words for this rule, as its form has them
        title = _fill(self._data[finding.code]["title"], params)
        where = self._where(finding, form_title)
        of_mail = not (finding.place.file or finding.place.sheet or finding.place.part)
        return FindingWords(
            where=where, **said, code=finding.code, severity=finding.severity, title=title, of_mail=of_mail
        )

    def page(self, code: str) -> Page:
        """The page of a code in this language; the English one where this language has none. KeyError if unknown."""
        english = {page.code: page for page in pages()}[code]
        if "page" not in self._data[code]:
            return english
        texts = self._data[code]["page"]
        title = texts.get("title", self._data[code]["title"])
        return Page(code, english.severity, title, *(texts[field] for field in _PAGE_FIELDS))

    def _params(self, params: Mapping[str, ParamValue]) -> dict[str, str]:
        shown = {name: self._shown(value) for name, value in params.items()}
        for name in ("left", "expression"):
            side = params.get(name)
            if isinstance(side, str) and _ROW_SIDE.fullmatch(side):
                shown[name] = self._side(side)
        if "kind" in params:
            shown["kind"] = self._data["kinds"].get(params["kind"], shown["kind"])
        kind, ordinal, year = (params.get(name) for name in ("period_kind", "period_ordinal", "period_year"))
        if isinstance(kind, str) and isinstance(ordinal, int) and isinstance(year, int):
            shown["period"] = say_period(kind, ordinal, year, self.language)
        return shown

    def _shown(self, value: ParamValue) -> str:
        if isinstance(value, list):
            return "; ".join(value[:_LISTED]) + ("; …" if len(value) > _LISTED else "")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return format_number(value)
        return "" if value is None else str(value)

    def _side(self, side: str) -> str:
        """A side of a rule between rows, for people: `dòng 1.3.2 + dòng 1.3.3`."""
        spaced = _SIGN.sub(lambda sign: f" {sign[1]} ".replace("*", "×"), side)
        return _ROW.sub(lambda row: self._at("row", {"row": row[1]}), spaced)

    def _where(self, finding: Finding, form_title: str) -> str:
        place, params = finding.place, finding.params
        form = form_title or self._data["where"]["form"]
        known: dict[str, str] = {"form": form, "file": place.file or "", "sheet": place.sheet or ""}
        if place.part is not None:
            known |= {"part": place.part, "heading": place.heading or ""}
            return self._at("part_of_form" if form_title else "part", known)
        if (listed := params.get("listed")) and isinstance(listed, list):
            names = ", ".join(f'"{name}"' for name in listed)
            return self._at("files", known | {"listed": names, "others": self._shown(params.get("others"))})
        if place.sheet is None:
            return self._at("file" if place.file else "mail", known)
        if place.cell is None:
            return self._at("sheet", known)
        kind = "cell_row" if params.get("row") and params.get("column") else "cell"
        column = str(params.get("column") or "")
        quoted = column if column.startswith("(") else self._at("column", {"column": column})
        known |= {"cell": place.cell, "row": str(params.get("row") or ""), "column": quoted}
        return self._at(kind + ("_on_sheet" if "sheet" in params else ""), known)

    def _at(self, name: str, known: Mapping[str, str]) -> str:
        return _fill(self._data["where"][name], known)


def _text(entry: str | Mapping[str, str], reason: ParamValue, params: Mapping[str, str]) -> str:
    text = entry if isinstance(entry, str) else entry.get(str(reason), next(iter(entry.values()), ""))
    return _fill(text, params)


def _lacking(data: Mapping[str, Any]) -> list[str]:
    """The keys that must hold words and do not."""
    lacking = [f"where.{name}" for name in (*_WHERE, "form") if not isinstance(data.get("where", {}).get(name), str)]
    lacking += ["kinds"] if not isinstance(data.get("kinds"), dict) else []
    lacking += [f"more.{field}" for field in FIELDS if field not in data.get("more", {})]
    for code in sorted(entries()):
        entry = data.get(code, {})
        lacking += [f"{code}.{field}" for field in ("title", *FIELDS) if field not in entry]
        if "page" in entry:
            lacking += [f"{code}.page.{field}" for field in _PAGE_FIELDS if not entry["page"].get(field)]
    return lacking


def _texts(key: str, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in data.items():
        path = f"{key}.{name}" if key else name
        if isinstance(value, dict):
            found += _texts(path, value)
        elif isinstance(value, str):
            found.append((path, value))
    return found
