"""The copy of a file that the coordinator browses: with an ending that opens it, without what runs or fetches.

The vault keeps what came; this is what is handed on. A file whose macros cannot be taken out (one that nobody could
read among them), or in which the virus scanner found something, is not handed on at all: its path stays empty, and the
vault still has it.
"""

from pathlib import PurePosixPath

from bot.documents.kinds import identify
from bot.domain.document import Document, FileKind, Unreadable
from bot.flows.infected import is_infected
from bot.flows.services import Services

# The endings under which the usual programs open a file of that kind, the first one when a name has none of them.
_ENDINGS = {
    FileKind.DOCX: (".docx",),
    FileKind.XLSX: (".xlsx",),
    FileKind.DOC: (".doc",),
    FileKind.XLS: (".xls",),
    FileKind.XLSB: (".xlsb",),
    FileKind.ODS: (".ods", ".ots"),
    FileKind.ODT: (".odt", ".ott"),
    FileKind.RTF: (".rtf", ".doc"),
    FileKind.PDF: (".pdf",),
}
_OLD = (FileKind.DOC, FileKind.XLS, FileKind.RTF)  # nothing tells what these fetch on opening: they are looked through
_HARMLESS = (FileKind.PDF, FileKind.IMAGE, FileKind.TEXT)
_CAN_BE = (FileKind.DOCX, FileKind.XLSX, FileKind.XLSB, FileKind.ODT, FileKind.ODS, *_OLD)


def publish(
    services: Services, where: tuple[str, str, str, int], name: str, sha256: str, document: Document | None
) -> str:
    """Puts the readable copy under `where` (round, agency, form, version); its path relative to the data folder, empty
    where none may be handed on. `document`: what is known of the file, None for what stands beside a report.
    """
    round_code, agency, form, version = where
    if is_infected(document) or services.store.quarantined([sha256]):
        services.journal.warning("infected_not_handed_on", agency=agency, form=form, version=version)
        return ""
    if document is None or isinstance(document, Unreadable):
        kind, is_doubtful = identify(services.vault.read(sha256)).kind, True  # nobody has looked inside
    else:
        kind = document.traits.kind
        is_doubtful = document.traits.macros or bool(document.traits.fetches) or kind in _OLD
    if is_doubtful and kind not in _HARMLESS:
        clean = services.sandbox.without_macros(services.vault.read(sha256), name) if kind in _CAN_BE else None
        if clean is None:
            services.journal.warning("macros_not_handed_on", agency=agency, form=form, version=version)
            return ""
        sha256 = services.vault.save(clean)
    return services.vault.publish(round_code, agency, form, version, readable_name(name, kind), sha256)


def readable_name(name: str, kind: FileKind) -> str:
    """The name with an ending that fits what the file is: `bao cao.xls` that is an .xlsx becomes `bao cao.xlsx`."""
    endings = _ENDINGS.get(kind)
    suffix = PurePosixPath(name).suffix
    if endings is None or suffix.lower() in endings:
        return name
    known = {ending for group in _ENDINGS.values() for ending in group} | {".docm", ".xlsm", ".dotx", ".xltx"}
    stem = name.removesuffix(suffix) if suffix.lower() in known else name
    return f"{stem.rstrip('. ') or 'tep'}{endings[0]}"
