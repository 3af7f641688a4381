"""The fonts that a Word or Excel file writes with: `.VnTime` and `VNI-Times` say that its letters are of an old kind.

Flow: the names in the runs and styles of a text, in the cell styles and rich texts of a workbook. Fonts of the theme
are left out: none of them is old.

Failure policy: raises `Refused` as `package` does. Source: ECMA-376 part 1, 17.3.2.26 (rFonts), 18.8.29 and 18.4.5
(names of fonts).
"""

from collections.abc import Iterator

from bot.documents import markup
from bot.documents.limits import Meter
from bot.documents.markup import attribute, clean, local
from bot.documents.package import Package

_WORD, _EXCEL = "word/document.xml", "xl/workbook.xml"
_SCRIPTS = ("ascii", "hAnsi", "cs", "eastAsia")
_LONGEST = 100
_MOST = 10_000  # of different names; a document has a dozen


def font_names(package: Package) -> frozenset[str]:
    """The names of the fonts in a package's runs, styles and cells; empty for a package of another kind."""
    names = _of_workbook(package) if _EXCEL in package else _of_text(package)
    found: set[str] = set()
    count = Meter("fonts", _MOST)
    for name in names:
        kept = clean(name[:_LONGEST]).strip()
        if kept and kept not in found:
            count.add()
            found.add(kept)
    return frozenset(found)


def _of_text(package: Package) -> Iterator[str]:
    part = package.main_part(_WORD)
    for one in (part, package.related(part, "styles")):
        if one is not None:
            for element in markup.stream(package.open(one), ("rFonts",)):
                yield from (attribute(element, script) or "" for script in _SCRIPTS)


def _of_workbook(package: Package) -> Iterator[str]:
    part = package.main_part(_EXCEL)
    for kind, name in (("styles", "name"), ("sharedStrings", "rFont")):
        one = package.related(part, kind)
        if one is not None:
            for element in markup.stream(package.open(one), (name,)):
                above = element.getparent()
                if above is not None and local(above) in ("font", "rPr"):
                    yield element.get("val") or ""
