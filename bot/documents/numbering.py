"""Automatic list numbers of a Word file, counted as Word counts them.

Flow: `read_numbering` takes word/numbering.xml into levels; `Numbering.next` is called once for each numbered
paragraph in reading order and gives the printed number ("II.", "1.2.").

Rules (ECMA-376 part 1, 17.9): lists with the same abstract definition count on together; a start override begins anew
once for each list; a level starts again after any higher level unless lvlRestart says otherwise.
Failure policy: a reference that leads nowhere gives no number. Bullets are no numbers.
"""

from dataclasses import dataclass, field
from dataclasses import replace as with_changes

from lxml import etree

from bot.documents import markup
from bot.documents.markup import attribute, child, local
from bot.documents.package import Package
from bot.documents.styles import ListPlace, number, toggle

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_HIGHEST = 32_767
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list. `restart` None: after any higher level; 0: never; n: after level n (from 1) or higher."""

    format: str = "decimal"
    text: str = ""
    start: int = 1
    restart: int | None = None
    legal: bool = False
    style: str | None = None


@dataclass(slots=True)
class _List:
    abstract: str
    overrides: dict[int, int] = field(default_factory=dict)
    levels: dict[int, Level] = field(default_factory=dict)


@dataclass(slots=True)
class Numbering:
    """The lists of one document and how far each has counted."""

    lists: dict[str, _List] = field(default_factory=dict)
    abstracts: dict[str, dict[int, Level]] = field(default_factory=dict)
    _counters: dict[str, dict[int, int]] = field(default_factory=dict)
    _started: set[tuple[str, int]] = field(default_factory=set)

    def add(self, key: str, levels: dict[int, Level]) -> None:
        """A list with a counter of its own."""
        self.lists[key], self.abstracts[key] = _List(key), levels

    def restart(self, key: str, depth: int, start: int) -> None:
        """The next paragraph of that depth gets that number."""
        self._counters.setdefault(self.lists[key].abstract, {})[depth] = start - 1

    def next(self, place: ListPlace, style_id: str | None = None) -> str:
        """Counts one paragraph and gives its number as printed, "" for bullets and for no list.

        `style_id` is the paragraph's style, which may be tied to one level of the list.
        """
        found = self.lists.get(place.num_id or "")
        if found is None:
            return ""
        levels = {**self.abstracts.get(found.abstract, {}), **found.levels}
        depth = place.level
        if depth is None:
            depth = next((d for d, level in levels.items() if style_id and level.style == style_id), 0)
        level = levels.get(depth)
        if level is None:
            return ""
        counters = self._counters.setdefault(found.abstract, {})
        self._count(place.num_id or "", found, depth, level, counters)
        for deeper, other in levels.items():
            if deeper > depth and (other.restart is None or depth < other.restart):
                counters.pop(deeper, None)
        return "" if level.format == "bullet" else _printed(level, levels, counters)

    def _count(self, num_id: str, found: _List, depth: int, level: Level, counters: dict[int, int]) -> None:
        override = found.overrides.get(depth)
        if override is not None and (num_id, depth) not in self._started:
            self._started.add((num_id, depth))
            counters[depth] = override
        else:
            first = level.start if override is None else override
            counters[depth] = counters[depth] + 1 if depth in counters else first


def read_numbering(package: Package, document_part: str) -> Numbering:
    """The lists of the document. Raises `Refused` for a broken part."""
    part = package.related(document_part, "numbering")
    numbering = Numbering()
    if part is None:
        return numbering
    links: dict[str, str] = {}
    defined_by: dict[str, str] = {}
    for element in markup.stream(package.open(part), ("abstractNum", "num"), parent="numbering"):
        if local(element) == "num":
            numbering.lists[attribute(element, "numId") or ""] = _list(element)
            continue
        key = attribute(element, "abstractNumId") or ""
        numbering.abstracts[key] = _levels(element)
        link, style = child(element, "numStyleLink"), child(element, "styleLink")
        if link is not None:
            links[key] = attribute(link, "val") or ""
        if style is not None:
            defined_by[attribute(style, "val") or ""] = key
    for key, style_name in links.items():  # a list that borrows its levels from a numbering style
        if style_name in defined_by:
            numbering.abstracts[key] = numbering.abstracts[defined_by[style_name]]
    return numbering


def _list(element: etree._Element) -> _List:
    abstract = child(element, "abstractNumId")
    found = _List((attribute(abstract, "val") or "") if abstract is not None else "")
    for override in element:
        depth = attribute(override, "ilvl") or ""
        if local(override) != "lvlOverride" or not depth.isdecimal() or len(depth) > 1:
            continue
        start = number(child(override, "startOverride"))
        if start is not None:
            found.overrides[int(depth)] = start
        levels = _levels(override)
        if int(depth) in levels:
            found.levels[int(depth)] = levels[int(depth)]
    return found


def _levels(element: etree._Element) -> dict[int, Level]:
    levels: dict[int, Level] = {}
    for item in element:
        depth = attribute(item, "ilvl") or ""
        if local(item) != "lvl" or not depth.isdecimal() or len(depth) > 1:
            continue
        format_, text, style = child(item, "numFmt"), child(item, "lvlText"), child(item, "pStyle")
        start = number(child(item, "start"))
        levels[int(depth)] = Level(
            format=(attribute(format_, "val") or "decimal") if format_ is not None else "decimal",
            text=(attribute(text, "val") or "")[:_LONGEST] if text is not None else "",
            start=0 if start is None else start,  # 17.9.25: zero when it is left out
            restart=number(child(item, "lvlRestart")),
            legal=toggle(child(item, "isLgl")) or False,
            style=attribute(style, "val") if style is not None else None,
        )
    return levels


def _printed(level: Level, levels: dict[int, Level], counters: dict[int, int]) -> str:
    printed = level.text
    for depth in range(9):
        mark = f"%{depth + 1}"
        if mark in printed:
            other = levels.get(depth, Level())
            shown = with_changes(other, format="decimal") if level.legal else other
            printed = printed.replace(mark, format_number(counters.get(depth, other.start), shown.format))
    return markup.clean(printed[:_LONGEST]).strip()


def format_number(value: int, form: str) -> str:
    """A count in one of Word's number formats; decimal for those that no report uses."""
    if not 0 < value <= _HIGHEST:
        return "" if form == "none" else str(value)
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman"):
        roman = ""
        for size, sign in _ROMAN:
            times, value = divmod(value, size)
            roman += sign * times
        return roman.upper() if form == "upperRoman" else roman
    if form == "decimalZero":
        return f"{value:02d}"
    return "" if form == "none" else str(value)
