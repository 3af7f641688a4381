"""The agency's own file with its findings marked in it, to go with a correction.

Flow: findings → places in the file (a cell, or the paragraph of a heading) → marks in the office's words → the limited
child puts them in → a file whose name says that it is no report.

What speaks of a cell or of a part that is there stands exactly there; a part that is missing is told at the heading
after which it belongs (else before which), a sheet as a whole at its first cell. What speaks of the file as a whole is
told at the table's first cell or the first paragraph, but only beside another mark: alone it says no more than the
mail.

Failure policy: None wherever a file cannot be marked (.doc, .xls, PDF, a broken package, too large): the correction
goes without it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.checks.outline import find_headings
from bot.checks.spec import Located
from bot.checks.table import read_table
from bot.documents.blank_facts import DOCX_TYPE, XLSX_TYPE
from bot.documents.formula import parse_reference
from bot.domain.document import Document, FileKind, Mark, Sheet, TextDocument, Workbook
from bot.domain.form import Form, Severity
from bot.domain.letter import Enclosure
from bot.domain.notice import FormResult
from bot.domain.submission import Finding, Place, Verdict
from bot.flows.blanks import within
from bot.flows.services import Services
from bot.store.names import safe_component
from bot.store.vault import VaultError

MAX_BYTES = 8 * 2**20  # of all marked files of one mail: eleven in base64, and many servers take no more than twenty
_LONGEST_NAME = 90  # characters before the ending
_TYPES = {FileKind.XLSX: XLSX_TYPE, FileKind.DOCX: DOCX_TYPE}


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a finding is told. `exact`: the place says by itself what it is about. `whole`: it is about the file."""

    sheet: str = ""
    row: int = 0
    column: int = 0
    paragraph: int = 0
    exact: bool = False
    whole: bool = False


def with_marked_files(
    services: Services, results: Sequence[FormResult], documents: Mapping[str, Document]
) -> tuple[tuple[FormResult, ...], tuple[Enclosure, ...]]:
    """The results, each told in which enclosure its faults are marked, and the enclosures. Only what must be mended
    has one; a file that is gone from the vault is our trouble, told in the journal, and no reason to keep silent.
    `documents` are what has been read of this mail's files already, by sha256.
    """
    files: dict[str, Enclosure] = {}
    for result in results:
        if result.verdict is not Verdict.CORRECTION or not result.files:
            continue
        main = result.files[0]
        try:
            payload = services.vault.read(main.sha256)
        except VaultError:
            services.journal.warning("file_missing", form=result.form.code, sha256=main.sha256)
            continue
        document = documents.get(main.sha256) or services.sandbox.read(payload, main.name)
        file = marked_file(services, result.form, result.findings, main.name, payload, document)
        if file is not None:
            files[result.form.code] = file
    kept = within(files.values(), MAX_BYTES)
    names = {form: file.name for form, file in files.items() if file in kept}
    return tuple(replace(r, marked=names.get(r.form.code, "")) for r in results), kept


def marked_file(
    services: Services, form: Form, findings: Sequence[Finding], name: str, payload: bytes, document: Document
) -> Enclosure | None:
    """A copy of the file with its findings marked. `document` is what was read from `payload`, `name` the file's own
    name; None where nothing in it can be marked, or the copy has more than MAX_BYTES.
    """
    if not isinstance(document, TextDocument | Workbook) or document.traits.kind not in _TYPES:
        return None
    marks = _marks(services, form, findings, document)
    copy = services.sandbox.annotate(payload, name, marks) if marks else None
    if copy is None or len(copy) > MAX_BYTES:
        return None
    kind = document.traits.kind
    title = services.composer.marked_name(form)[:_LONGEST_NAME]
    return Enclosure(safe_component(f"{title.rstrip('. ')}.{kind}", f"{form.code}.{kind}"), _TYPES[kind], copy)


def _marks(
    services: Services, form: Form, findings: Sequence[Finding], document: TextDocument | Workbook
) -> list[Mark]:
    """A mark a finding, the errors before the remarks; none when only the file as a whole is spoken of."""
    asked = [f for f in findings if f.severity is Severity.ERROR] + [
        f for f in findings if f.severity is Severity.REMARK
    ]
    spots = _cells(form, asked, document) if isinstance(document, Workbook) else _paragraphs(form, asked, document)
    found = list(spots)
    if all(spot.whole for _, spot in found):
        return []
    return [
        Mark(
            text=services.composer.mark_text(services.say(finding, form.short_title), with_place=not spot.exact),
            sheet=spot.sheet,
            row=spot.row,
            column=spot.column,
            paragraph=spot.paragraph,
        )
        for finding, spot in found
    ]


def _cells(form: Form, findings: Sequence[Finding], workbook: Workbook) -> Iterator[tuple[Finding, _Spot]]:
    sheets = {sheet.name: sheet for sheet in workbook.sheets}
    facts = read_table(workbook, form.table) if form.table is not None else None
    located = facts.located if facts is not None and isinstance(facts.located, Located) else None
    corners = {name: _first_cell(sheet) for name, sheet in sheets.items()}
    if located is not None:
        corners[located.sheet.name] = located.header_top, min(located.columns.values(), default=1)
    shown = [s.name for s in workbook.sheets if not s.hidden] or list(sheets)
    home = located.sheet.name if located is not None else next(iter(shown), "")
    for finding in findings:
        sheet = finding.place.sheet
        if sheet is None:
            if home:
                yield finding, _Spot(home, *corners[home], whole=True)
        elif sheet in sheets:
            cell = parse_reference(finding.place.cell or "")
            yield finding, _Spot(sheet, *(cell or corners[sheet]), exact=cell is not None)


def _first_cell(sheet: Sheet) -> tuple[int, int]:
    return min(sheet.cells, default=(1, 1))


def _paragraphs(form: Form, findings: Sequence[Finding], document: TextDocument) -> Iterator[tuple[Finding, _Spot]]:
    headings = find_headings(document, form.parts)
    at: dict[str, int] = {}
    for heading in headings:  # of several headings of one part the first that is a heading in the text
        at.setdefault(heading.part.code, document.paragraphs[heading.index].at)
    codes = [part.code for part in form.parts]
    for finding in findings:
        part = _part(finding.place, codes)
        if part is None:
            yield finding, _Spot(whole=True)
        elif at.get(part):
            yield finding, _Spot(paragraph=at[part], exact=True)
        else:
            before = [at[code] for code in codes[: codes.index(part)] if at.get(code)]
            after = [at[code] for code in codes[codes.index(part) :] if at.get(code)]
            yield finding, _Spot(paragraph=(before[-1:] or after[:1] or [0])[0])


def _part(place: Place, codes: Sequence[str]) -> str | None:
    return place.part if place.part in codes else None
