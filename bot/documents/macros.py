"""Copies of Office files without what runs: macros never go on to anybody with what this office hands on.

Flow: the relationships that lead to VBA projects, ActiveX controls, macro menus and key bindings are taken away, then
every part that only they led to; elements that name them go too; old macro sheets (XLM) become empty sheets, so that
nothing that counts sheets moves; the main part's content type becomes that of a plain document. A digital signature
does not hold for a changed file and is dropped with it. Workbooks and documents embedded in the file are treated the
same.

Failure policy: raises `Refused`, UNSUPPORTED where macros are in a kind that cannot be cleaned here (an old .doc or
.xls, also as an object in another file). Sources: ECMA-376 part 4; MS-OFFMACRO 2.2; MS-OFFMACRO2 2.2.
"""

from lxml import etree

from bot.documents import kinds
from bot.documents.limits import Limits, Refused
from bot.documents.markup import local
from bot.documents.neutral import drop_fetches, refuse_fetching
from bot.documents.opc import key_of, kind_of_relation, namespace_of, relation_attribute, rels_of, target_of
from bot.documents.outside import of_open_document
from bot.documents.package import Package
from bot.documents.parts import TYPES, Parts
from bot.domain.document import FileKind, UnreadableReason

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PLAIN_TYPES = {
    "application/vnd.ms-word.document.macroenabled.main+xml": f"{_WORD}.main+xml",
    "application/vnd.ms-word.template.macroenabledtemplate.main+xml": f"{_WORD}.main+xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml": f"{_WORD}.main+xml",
    "application/vnd.ms-excel.sheet.macroenabled.main+xml": f"{_EXCEL}.main+xml",
    "application/vnd.ms-excel.template.macroenabled.main+xml": f"{_EXCEL}.main+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml": f"{_EXCEL}.main+xml",
    # Of embedded files, and what is left of a project's own default.
    "application/vnd.ms-word.document.macroenabled.12": _WORD,
    "application/vnd.ms-word.template.macroenabledtemplate.12": _WORD,
    "application/vnd.ms-excel.sheet.macroenabled.12": _EXCEL,
    "application/vnd.ms-excel.template.macroenabled.12": _EXCEL,
    "application/vnd.ms-office.vbaproject": "application/octet-stream",
}
_RUNS = frozenset(
    (
        *("vbaProject", "wordVbaData", "vbaProjectSignature", "vbaProjectSignatureAgile", "vbaProjectSignatureV3"),
        *("control", "activeXControlBinary", "attachedToolbars", "keyMapCustomizations", "extensibility"),
    )
)
_SIGNATURES = frozenset(("origin", "signature"))
_MACRO_SHEETS = frozenset(("xlMacrosheet", "xlIntlMacrosheet"))
_WORKSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_TRUE = ("1", "true", "on")


def without_macros(payload: bytes, limits: Limits) -> bytes:
    """The file without macros, controls and what fetches something on opening; the very bytes that came when it has
    none of them. Raises `Refused`.
    """
    kind = kinds.kind_of(payload)
    if kind in (FileKind.DOC, FileKind.XLS, FileKind.RTF):
        _refuse_old(payload)
        refuse_fetching(payload)
        return payload
    if kind in (FileKind.ODT, FileKind.ODS) and any(of_open_document(Package(payload, limits))):
        raise Refused(UnreadableReason.UNSUPPORTED, "links of an OpenDocument file cannot be taken out")
    if kind not in (FileKind.DOCX, FileKind.XLSX, FileKind.XLSB):
        return payload
    parts = Parts(payload, limits)
    found = drop_macros(parts, limits)
    if not drop_fetches(parts) and not found:
        return payload
    drop_signatures(parts)
    make_plain(parts)
    return parts.to_bytes()


def drop_macros(parts: Parts, limits: Limits) -> bool:
    """Takes out what runs; whether there was any. Raises `Refused`."""
    before = parts.reachable()
    found = False
    for name in ("", *(part for part in parts.names if key_of(part) in before)):
        relations = parts.relations(name)
        for relation in relations:
            if kind_of_relation(relation) in _MACRO_SHEETS:
                _empty_sheet(parts, name, relation)
                found = True
        gone = [r for r in relations if kind_of_relation(r) in _RUNS]
        if gone:
            found = True
            if name and name.lower().endswith(".xml"):
                _drop_controls(parts, name, {r.get("Id") or "" for r in gone})
            parts.unrelate(name, gone)
    for name in [n for n in parts.names if "/embeddings/" in f"/{n.lower()}" and key_of(n) in before]:
        found = _clean_embedded(parts, name, limits) or found
    # Some programs leave a project in the package that nothing leads to any more.
    for name in [n for n in parts.names if n.lower().rpartition("/")[2] in ("vbaproject.bin", "vbadata.xml")]:
        parts.drop(name)
        found = True
    if found:
        parts.sweep(before)
    return found


def drop_signatures(parts: Parts) -> None:
    """Takes out digital signatures, which do not hold for a changed file."""
    before = parts.reachable()
    gone = [r for r in parts.relations("") if kind_of_relation(r) in _SIGNATURES]
    if gone:
        parts.unrelate("", gone)
        parts.sweep(before)


def make_plain(parts: Parts) -> None:
    """Declares the main part, and what else carries such a type, a plain document: no macros, no template."""
    for element in parts.look(TYPES):
        declared = (element.get("ContentType") or "").lower()
        plain = _PLAIN_TYPES.get(declared)
        if plain is not None:
            element.set("ContentType", plain)
            parts.changed(TYPES)


def _drop_controls(parts: Parts, name: str, ids: set[str]) -> None:
    """Takes the elements away that name a control by its relationship; what then holds nothing goes with them."""
    root = parts.look(name)
    attribute = relation_attribute(namespace_of(root))
    for control in [e for e in root.iter() if local(e) == "control" and e.get(attribute) in ids]:
        element = control
        while (above := element.getparent()) is not None:
            above.remove(element)
            parts.changed(name)
            # Excel wraps each control, and all of them together, in mc:AlternateContent.
            empty = not len(above) and local(above) in ("Choice", "Fallback", "controls")
            spent = local(above) == "AlternateContent" and not any(len(branch) for branch in above)
            if not (empty or spent):
                break
            element = above


def _empty_sheet(parts: Parts, name: str, relation: etree._Element) -> None:
    """An XLM macro sheet becomes an empty worksheet in its place; defined names that run something go."""
    if not name.lower().endswith(".xml"):
        raise Refused(UnreadableReason.UNSUPPORTED, "macro sheets in a binary workbook")
    workbook = parts.look(name)
    namespace = namespace_of(workbook)
    target = target_of(name, relation)
    if target is not None and target in parts:
        if inner := parts.relations(target):
            parts.unrelate(target, inner)
        parts.put(target, f'<worksheet xmlns="{namespace}"><sheetData/></worksheet>'.encode())
        parts.set_type(target, _WORKSHEET)
    relation.set("Type", relation_attribute(namespace)[1:].partition("}")[0] + "/worksheet")
    parts.changed(rels_of(name))
    for element in [e for e in workbook.iter() if local(e) == "definedName"]:
        runs = any(element.get(flag) in _TRUE for flag in ("xlm", "vbProcedure"))
        if runs or (element.get("name") or "").lower().startswith("_xlnm.auto_"):
            above = element.getparent()
            assert above is not None  # it stands in definedNames
            above.remove(element)
            around = above.getparent()
            if not len(above) and around is not None:
                around.remove(above)
            parts.changed(name)


def _clean_embedded(parts: Parts, name: str, limits: Limits) -> bool:
    """A file within the file, treated the same; whether it had macros. Deeper ones are refused: nobody needs them."""
    content = parts.content(name)
    if content.startswith(kinds.OLE_MAGIC):
        _refuse_old(content)
        return False
    if not content.startswith(b"PK"):
        return False
    inner = Parts(content, limits)
    if any("/embeddings/" in f"/{deeper.lower()}" for deeper in inner.names):
        raise Refused(UnreadableReason.UNSUPPORTED, f"{name}: files within files within files")
    found = drop_macros(inner, limits)
    if not drop_fetches(inner) and not found:
        return False
    drop_signatures(inner)
    make_plain(inner)
    parts.put(name, inner.to_bytes())
    return True


def _refuse_old(payload: bytes) -> None:
    """Old files keep macros in a storage whose name stands in the clear in the directory (MS-OVBA 2.2.1)."""
    if _OLE_MACROS in payload:
        raise Refused(UnreadableReason.UNSUPPORTED, "macros in an old file or object cannot be taken out")
