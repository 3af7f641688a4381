"""What a file would have its program fetch from elsewhere when somebody opens it: found, in the child.

Flow: every relationship of a package that leads to another machine, but for hyperlinks, which wait for a click; links
of an OpenDocument file that load by themselves; fields and formulas that fetch.

Failure policy: raises `Refused` as `package` does. Sources: ECMA-376 part 1, 15 (relationships), 17.16.5 (fields);
MS-XLSX 2.2.2 (WEBSERVICE and other functions); OpenDocument 1.3 part 3, 19.918 (xlink:actuate).
"""

import re
from collections.abc import Iterator

from bot.documents import markup, traits
from bot.documents.limits import Meter
from bot.documents.markup import attribute, clean, local
from bot.documents.package import Package
from bot.domain.document import FileKind, TextDocument, Workbook

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:")
_MOST = 20_000
_LONGEST = 300
FETCHING_FIELDS = frozenset(
    ("INCLUDEPICTURE", "INCLUDETEXT", "INCLUDE", "IMPORT", "DDE", "DDEAUTO", "LINK", "DATABASE", "RD")
)
# Functions that ask another machine or start a program, and the notation of a DDE link: program|'topic'!item.
FETCHING_FORMULA = re.compile(
    r"\b(?:_xlfn\.|_xludf\.|com\.sun\.star\.sheet\.addin\.)*"
    r"(WEBSERVICE|IMAGE|RTD|STOCKHISTORY|IMPORT(?:XML|DATA|HTML|FEED|RANGE)|DDE|CALL|REGISTER(?:\.ID)?)\s*\("
    r"|[a-z0-9_.]+\|\s*'",
    re.IGNORECASE,
)
_FIRST_WORD = re.compile(r"\s*\\?\s*([A-Za-z]+)")
_ODF_PARTS = ("content.xml", "styles.xml", "settings.xml", "meta.xml")
_ODF_LINKS = ("image", "object", "object-ole", "plugin", "applet", "floating-frame", "section-source", "fill-image",
              "background-image", "template", "auto-reload", "event-listener", "table-source", "cell-range-source",
              "sound", "font-face-uri", "dde-source")  # fmt: skip


def is_remote(target: str) -> bool:
    """Whether opening that address reaches another machine: any scheme but a plain `file:`, and `\\\\server\\share`."""
    from urllib.parse import unquote

    text = unquote(target).strip().replace("\\", "/").lower()
    if text.startswith("//"):
        return True
    if _SCHEME.match(text) is None:
        return False
    if not text.startswith("file:"):
        return not text.startswith("urn:") and not text.startswith("about:")
    rest = text[5:]
    return rest.startswith("//") and (not rest.startswith("///") or rest.startswith("////"))


def fetches(package: Package, document: TextDocument | Workbook) -> tuple[str, ...]:
    """What opening the file would ask elsewhere, each once: addresses, fields and functions by name."""
    kind = document.traits.kind
    found = of_open_document(package) if kind in (FileKind.ODT, FileKind.ODS) else _of_relations(package)
    texts = _of_fields(package) if kind is FileKind.DOCX else ()
    formulas = _of_cells(document) if isinstance(document, Workbook) else ()
    return traits.clipped(dict.fromkeys((*found, *texts, *formulas)), traits.MAX_LINK)


def _of_relations(package: Package) -> Iterator[str]:
    count = Meter("relationships", _MOST)
    for name in package.names:
        if name.endswith(".rels"):
            for element in markup.stream(package.open(name), ("Relationship",)):
                count.add()
                target = element.get("Target") or ""
                kind = (element.get("Type") or "").rstrip("/").rpartition("/")[2]
                if element.get("TargetMode") == "External" and kind != "hyperlink" and is_remote(target):
                    yield clean(target[:_LONGEST])


def of_open_document(package: Package) -> Iterator[str]:
    """Of an OpenDocument file: what loads by itself."""
    for name in _ODF_PARTS:
        if name in package:
            for element in markup.stream(package.open(name), _ODF_LINKS):
                target = attribute(element, "href") or ""
                if local(element) == "dde-source":
                    yield "DDE"
                elif is_remote(target):
                    yield clean(target[:_LONGEST])


def _of_fields(package: Package) -> Iterator[str]:
    """Field codes in any part of the text; one whose name is cut into pieces is put together again."""
    for name in package.names:
        if not (name.startswith("word/") and name.endswith(".xml") and name.count("/") == 1):
            continue
        pieces: list[str] = []
        for element in markup.stream(package.open(name), ("instrText", "fldSimple", "fldChar")):
            if local(element) == "instrText":
                pieces.append(element.text or "")
                continue
            if local(element) == "fldSimple":
                yield from _fetching(attribute(element, "instr") or "")
            yield from _fetching("".join(pieces))
            pieces = []


def _fetching(instruction: str) -> Iterator[str]:
    word = _FIRST_WORD.match(instruction)
    if word is not None and word[1].upper() in FETCHING_FIELDS:
        yield word[1].upper()


def _of_cells(workbook: Workbook) -> Iterator[str]:
    for sheet in workbook.sheets:
        for cell in sheet.cells.values():
            if cell.formula and (found := FETCHING_FORMULA.search(cell.formula)):
                yield (found[1] or "DDE").upper()
