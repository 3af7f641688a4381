"""The yellow of a marked cell: each style that a marked cell has gets a twin that differs in its fill only.

Flow: styles.xml is looked up once; `marked` gives the twin of a style, `unmarked` the style without our fill, for a
file that comes back. Number format, font, border, alignment and protection stay, since the twin is a copy.

Failure policy: a style that the file does not have counts as its style 0, as in Excel. A workbook without styles gets
the least that Excel needs. Source: ECMA-376 part 1, 18.8.
"""

import copy

from lxml import etree

from bot.documents.markup import child, local
from bot.documents.opc import is_strict, namespace_of
from bot.documents.parts import Parts

# Lighter than the yellow of Excel's palette, which people use themselves: by it we know our own again.
COLOUR = "FFFFFF66"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_ORDER = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles")
_LEAST = {
    "fonts": "<font/>",
    "fills": '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>',
    "borders": "<border/>",
    "cellStyleXfs": '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>',
    "cellXfs": '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',
}


class Fills:
    """The styles of one workbook. `workbook` is its main part."""

    def __init__(self, parts: Parts, workbook: str) -> None:
        self._parts = parts
        self._part = parts.related(workbook, "styles") or _new_styles(parts, workbook)
        self._root = parts.look(self._part)
        self._twins: dict[tuple[int, int], int] = {}

    def marked(self, style: str | None) -> str:
        """The number of that style's twin with our fill."""
        fills = self._table("fills")
        ours = next((n for n, fill in enumerate(fills) if _is_ours(fill)), None)
        if ours is None:
            namespace = namespace_of(self._root)
            pattern = etree.SubElement(etree.SubElement(fills, f"{{{namespace}}}fill"), f"{{{namespace}}}patternFill")
            pattern.set("patternType", "solid")
            etree.SubElement(pattern, f"{{{namespace}}}fgColor").set("rgb", COLOUR)
            etree.SubElement(pattern, f"{{{namespace}}}bgColor").set("indexed", "64")
            ours = len(fills) - 1
            self._counted(fills)
        return str(self._twin(_index(style), ours))

    def unmarked(self, style: str | None) -> str | None:
        """The number of the style without our fill; None where it has another."""
        fills, formats = child(self._root, "fills"), child(self._root, "cellXfs")
        index = _index(style)
        if fills is None or formats is None or index >= len(formats):
            return None
        fill = _index(formats[index].get("fillId"))
        return str(self._twin(index, 0)) if fill < len(fills) and _is_ours(fills[fill]) else None

    def _twin(self, index: int, fill: int) -> int:
        formats = self._table("cellXfs")
        index = index if index < len(formats) else 0
        if (index, fill) not in self._twins:
            twin = copy.deepcopy(formats[index])
            twin.set("fillId", str(fill))
            twin.set("applyFill", "1")
            formats.append(twin)
            self._counted(formats)
            self._twins[index, fill] = len(formats) - 1
        return self._twins[index, fill]

    def _table(self, name: str) -> etree._Element:
        """A table of the stylesheet, made where it is missing, with the least that it must hold."""
        found = child(self._root, name)
        if found is None:
            namespace = namespace_of(self._root)
            found = etree.fromstring(f'<{name} xmlns="{namespace}">{_LEAST[name]}</{name}>')
            before = _ORDER[: _ORDER.index(name)]
            place = max((n for n, e in enumerate(self._root, 1) if local(e) in before), default=0)
            self._root.insert(place, found)
            self._counted(found)
        return found

    def _counted(self, table: etree._Element) -> None:
        table.set("count", str(len(table)))
        self._parts.changed(self._part)


def _is_ours(fill: etree._Element) -> bool:
    colour = child(child(fill, "patternFill"), "fgColor")
    return colour is not None and (colour.get("rgb") or "").upper() == COLOUR


def _index(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) <= 6 else 0


def _new_styles(parts: Parts, workbook: str) -> str:
    namespace = namespace_of(parts.look(workbook))
    tables = "".join(f"<{name}>{_LEAST[name]}</{name}>" for name in _ORDER if name in _LEAST)
    name = parts.free_name("xl/styles{}.xml") if "xl/styles.xml" in parts else "xl/styles.xml"
    parts.put(name, f'<styleSheet xmlns="{namespace}">{tables}</styleSheet>'.encode())
    parts.set_type(name, _TYPE)
    parts.relate(workbook, "styles", name, strict=is_strict(namespace))
    return name
