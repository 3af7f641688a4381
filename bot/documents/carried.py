"""What an Office package carries beside its content: macros, links to other files, the mark in its properties.

Flow: `has_macros`, `tag_of` and `links_of` each look at the parts that tell, and only where the package has them.

Failure policy: raises `Refused` as `package` does. Sources: MS-OFFMACRO 2.2 and MS-OFFMACRO2 2.2 (macro parts);
ECMA-376 part 1, 22.3 (custom properties) and part 2 (external relationships).
"""

from collections.abc import Iterable

from bot.documents import markup, traits
from bot.documents.limits import Meter
from bot.documents.markup import clean, local
from bot.documents.package import Package
from bot.domain.document import FormTag

_MACRO_PARTS = ("vbaProject", "xlMacrosheet", "xlIntlMacrosheet")
_CUSTOM = "docprops/custom.xml"
_MOST_PROPERTIES = 1_000
_LONGEST = 1_000
# Every Word file may name the template it was begun with; Word's own says nothing.
_OWN_TEMPLATES = ("normal.dotm", "normal.dot")


def has_macros(package: Package) -> bool:
    """Whether it holds a VBA project or old macro sheets, under their usual names or another that the main part leads
    to. A .docm or .xlsm without any holds nothing that runs: its kind alone says nothing.
    """
    if any(name.endswith("vbaproject.bin") or _is_macro_sheet(package, name) for name in package.names):
        return True
    main = package.related("", "officeDocument")
    return main is not None and any(package.related(main, kind) is not None for kind in _MACRO_PARTS)


def _is_macro_sheet(package: Package, name: str) -> bool:
    """Whether a part stands among the macro sheets and is one: those that we have emptied are worksheets (`macros`)."""
    if not name.startswith("xl/macrosheets/") or name.endswith(".rels"):
        return False
    if not name.endswith(".xml"):
        return True
    return not any(e.getparent() is None for e in markup.stream(package.open(name), ("worksheet",)))


def tag_of(package: Package) -> FormTag | None:
    """The mark of a blank form in the custom properties."""
    part = package.related("", "custom-properties") or (_CUSTOM if _CUSTOM in package else None)
    if part is None:
        return None
    found: dict[str, str] = {}
    count = Meter("custom properties", _MOST_PROPERTIES)
    for element in markup.stream(package.open(part), ("property",)):
        count.add()
        name = element.get("name") or ""
        if name in traits.PROPERTIES and len(element):
            found[name] = (element[0].text or "")[:_LONGEST]
    return traits.hidden_tag(found)


def links_of(package: Package, parts: Iterable[str]) -> tuple[str, ...]:
    """The other files that these parts draw from, each once. Hyperlinks draw nothing."""
    found: dict[str, None] = {}
    for part in parts:
        for relation in package.external(part):
            from urllib.parse import unquote  # few files have links, and loading this takes time

            target = clean(unquote(relation.target[:_LONGEST]))
            name = target.replace("\\", "/").rpartition("/")[2].lower()
            if relation.type != "hyperlink" and target and name not in _OWN_TEMPLATES:
                found[target] = None
    return traits.clipped(found, traits.MAX_LINK)


def texts_of(package: Package, parts: Iterable[str], name: str) -> Iterable[str]:
    """The text of each element of that local name (a paragraph) in parts such as headers and footers."""
    for part in parts:
        for element in markup.stream(package.open(part), (name,)):
            yield clean("".join((t.text or "") if local(t) == "t" else "\t" for t in element.iter("{*}t", "{*}tab")))
