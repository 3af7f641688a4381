"""Copies of Office files that fetch nothing when somebody opens them: what this office hands on asks no other machine.

Flow: relationships that lead to another machine (but for hyperlinks) are turned to a place that does not exist, links
to workbooks to the bare name of the file; fields that fetch lose their code and keep their result; formulas that
fetch lose theirs and keep their value; connections are not refreshed on opening.

Failure policy: raises `Refused`, UNSUPPORTED for a kind in which such a thing cannot be taken out (.doc, .rtf,
OpenDocument) and for a Word file that imports pages of another kind (altChunk). Sources: as `outside`; ECMA-376 part 1,
11.3.1.
"""

import re
from collections.abc import Callable, Iterator

from lxml import etree

from bot.documents.limits import Refused
from bot.documents.markup import attribute, local
from bot.documents.opc import kind_of_relation
from bot.documents.outside import FETCHING_FIELDS, FETCHING_FORMULA, is_remote
from bot.documents.parts import Parts
from bot.domain.document import UnreadableReason

_NOWHERE = "file:///C:/thuky/khong-co"
_WORKBOOKS = ("externallink", "xlpath", "xlstartup", "xllibrary", "xlalternate")
_FIELDS = re.compile(rb"instrText|fldSimple")
_FORMULAS = re.compile(rb"webservice|image|rtd|stockhistory|import|dde|call|register|\||&#", re.IGNORECASE)
_FORMULA_HOLDERS = ("f", "definedName", "formula", "formula1", "formula2", "calculatedColumnFormula")
_IN_OLD = re.compile(
    rb"INCLUDE ?PICTURE|INCLUDE ?TEXT|DDE ?AUTO|\x13 ?(?:DDE|LINK|IMPORT|INCLUDE|DATABASE)|WEBSERVICE"
    rb"|\\objautlink|\\objlink|\\objupdate|\\\*\\template\s+[^}]*(?:https?:|\\\\\\\\)",
    re.IGNORECASE,
)
_IN_TEXT = re.compile(
    r"\{\\\*\\fldinst[^{}]*(?:\{[^{}]*?)?\b(?:" + "|".join(sorted(FETCHING_FIELDS)) + r")\b", re.IGNORECASE
)


def drop_fetches(parts: Parts) -> bool:
    """Takes out what fetches from an Office package; whether there was any."""
    found = False
    for name in parts.names:
        key = name.lower()
        if key.endswith(".rels"):
            found = _relations(parts, name) or found
        elif key.endswith(".xml"):
            found = _part(parts, name, key.replace("\\", "/").lstrip("/")) or found
    return found


def refuse_fetching(payload: bytes) -> None:
    """For kinds that are not changed here (.doc, .rtf): raises `Refused` when something in the file would fetch."""
    wide = payload.replace(b"\x00", b"")  # names in UTF-16 without their zero bytes
    text = payload.decode("latin-1") if payload.startswith(b"{\\rt") else ""
    if _IN_OLD.search(payload) or _IN_OLD.search(wide) or _IN_TEXT.search(text):
        raise Refused(UnreadableReason.UNSUPPORTED, "what it fetches cannot be taken out of an old file")


def _relations(parts: Parts, name: str) -> bool:
    changed = False
    for relation in parts.look(name):
        target = relation.get("Target") or ""
        kind = kind_of_relation(relation) if local(relation) == "Relationship" else "hyperlink"
        if kind.lower() == "afchunk":
            raise Refused(UnreadableReason.UNSUPPORTED, "an imported page may fetch anything, and is not looked into")
        if relation.get("TargetMode") == "External" and kind != "hyperlink" and is_remote(target):
            bare = re.split(r"[/\\]", target.rstrip("/\\"))[-1]
            of_workbook = kind.lower().startswith(_WORKBOOKS) and bare and not is_remote(bare)
            relation.set("Target", bare if of_workbook else _NOWHERE)
            changed = True
    if changed:
        parts.changed(name)
    return changed


def _part(parts: Parts, name: str, key: str) -> bool:
    change: Callable[[etree._Element], bool] | None = None
    if key.startswith("word/"):
        change = _fields if _FIELDS.search(parts.content(name)) else None
    elif key.startswith("xl/externallinks/"):
        change = _dde
    elif key == "xl/connections.xml" or key.startswith("xl/querytables/"):
        change = _connections
    elif key.startswith("xl/"):
        change = _formulas if _FORMULAS.search(parts.content(name)) else None
    if change is None or not change(parts.look(name)):
        return False
    parts.changed(name)
    return True


def _fields(root: etree._Element) -> bool:
    """Complex fields lose their marks and code, simple ones get a code that says nothing. Results stay."""
    changed = False
    for element, word in _simple(root):
        if word in FETCHING_FIELDS:
            key = next(k for k in element.attrib if str(k).endswith("}instr"))
            element.set(key, ' QUOTE "" ')
            changed = True
    stack: list[list[etree._Element]] = []
    for element in list(root.iter("{*}fldChar", "{*}instrText")):
        kind = attribute(element, "fldCharType")
        if local(element) == "instrText":
            if stack:
                stack[-1].append(element)
            continue
        if kind == "begin":
            stack.append([element])
        elif stack:
            stack[-1].append(element)
            if kind == "end":
                changed = _without_field(stack.pop()) or changed
    for rest in stack:  # one that nobody ended
        changed = _without_field(rest) or changed
    return changed


def _without_field(marks: list[etree._Element]) -> bool:
    code = "".join(e.text or "" for e in marks if local(e) == "instrText")
    if _first_word(code) not in FETCHING_FIELDS:
        return False
    for element in marks:
        above = element.getparent()
        if above is not None:
            above.remove(element)
    return True


def _simple(root: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    for element in root.iter("{*}fldSimple"):
        yield element, _first_word(attribute(element, "instr") or "")


def _first_word(code: str) -> str:
    word = re.match(r"\s*\\?\s*([A-Za-z]+)", code)
    return word[1].upper() if word else ""


def _formulas(root: etree._Element) -> bool:
    changed = False
    for element in [e for e in root.iter() if local(e) in _FORMULA_HOLDERS]:
        if not FETCHING_FORMULA.search(element.text or ""):
            continue
        above = element.getparent()
        if local(element) == "f" and element.get("t") is None and above is not None and local(above) == "c":
            above.remove(element)  # the value that was saved stays
        else:
            element.text = '""'
        changed = True
    return changed


def _dde(root: etree._Element) -> bool:
    changed = False
    for element in root.iter("{*}ddeLink"):
        element.set("ddeService", "khong-co")
        element.set("ddeTopic", "khong-co")
        changed = True
    return changed


def _connections(root: etree._Element) -> bool:
    changed = False
    for element in root.iter():
        for name in ("refreshOnLoad", "url", "connection", "sourceFile", "odcFile", "interval"):
            if isinstance(element.tag, str) and element.get(name) not in (None, "0", ""):
                element.set(name, "0" if name in ("refreshOnLoad", "interval") else "")
                changed = True
    return changed
