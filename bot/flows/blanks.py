"""The blank forms of one agency in one round: filled in with what is known, named, ready to enclose.

Form and duty → last period's rows, where the form builds on them → facts → the maker's bytes → a name that says form,
agency and period. Failure policy: last period's report that is gone from the vault, or can no longer be read, hinders
nothing: the form goes out without its rows, and the journal says so.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from bot.checks.rows import RowKind, is_total
from bot.checks.spec import Located
from bot.checks.table import TableFacts, read_table
from bot.documents.blank_facts import DOCX_TYPE, XLSX_TYPE, BlankFacts, BlankRow
from bot.domain.agency import Agency
from bot.domain.document import FormTag, Workbook
from bot.domain.form import Form, FormKind, TableSpec
from bot.domain.letter import Enclosure
from bot.domain.round import Round
from bot.flows.history import last_report
from bot.flows.services import Services
from bot.store.names import safe_component
from bot.store.vault import VaultError
from bot.text.accents import fold
from bot.text.dates import say_date
from bot.text.periods import say_period

MAX_BYTES = 5 * 2**20  # of all files enclosed with one mail
_LANGUAGE = "vi"  # of what the documents say, whatever the office's language


def blank_files(services: Services, round_: Round, agency: Agency, forms: Sequence[Form]) -> tuple[Enclosure, ...]:
    """The blank forms for that agency, in that order. The same facts give the same bytes and names."""
    return tuple(_file(services, round_, agency, form) for form in forms)


def within(files: Iterable[Enclosure], most: int = MAX_BYTES) -> tuple[Enclosure, ...]:
    """The first files that go together into so many bytes; one that is too large is left out."""
    kept: list[Enclosure] = []
    for file in files:
        if sum(len(k.payload) for k in kept) + len(file.payload) <= most:
            kept.append(file)
    return tuple(kept)


def _file(services: Services, round_: Round, agency: Agency, form: Form) -> Enclosure:
    period = say_period(round_.period.kind, round_.period.ordinal, round_.period.year, _LANGUAGE)
    duty = round_.assignment(agency.code, form.code)
    first, last = (say_date(day, _LANGUAGE) for day in (round_.window.first, round_.window.last))
    facts = BlankFacts(
        tag=FormTag(round_.code, agency.code, form.code, form.version),
        office=services.office.name,
        agency=agency.name,
        period=period,
        window=round_.window,
        window_words=f"từ ngày {first} đến hết ngày {last}",
        made_on=services.office.working_time.local(round_.opens_at).date(),
        parts=duty.parts if duty else (),
        annex=duty.annex if duty else "",
        rows=_rows(services, round_, agency, form),
    )
    kind, suffix = (XLSX_TYPE, "xlsx") if form.table is not None else (DOCX_TYPE, "docx")
    name = f"{form.short_title} – {agency.name} – {period}".replace("/", "-")
    return Enclosure(
        safe_component(f"{name}.{suffix}", f"{form.code}.{suffix}"), kind, services.make_blank(form, facts)
    )


def _rows(services: Services, round_: Round, agency: Agency, form: Form) -> tuple[BlankRow, ...]:
    """The rows to offer: the form's own, else last period's; and last period's figures where the form carries them
    over.
    """
    spec = form.table
    if spec is None or form.kind is not FormKind.TABLE:
        return ()
    last = _last_table(services, round_, agency, form, spec) if spec.prefill or not spec.rows else None
    carried = dict(_carried(last, spec)) if last is not None else {}
    if spec.rows:
        return tuple(BlankRow(row.label, row.code, carried.get(row.code, {})) for row in spec.rows)
    if spec.labels:
        return tuple(BlankRow(label, "", carried.get(fold(label), {}), fixed=True) for label in spec.labels)
    if last is None:
        return ()
    totals = spec.total.labels if spec.total else ()
    rows = last.of_kind(RowKind.DATA, RowKind.HEADING)
    named = [row for row in rows if row.label and not is_total(row.label, totals)]
    # Numbers that tell levels belong to their rows; others are counted anew.
    return tuple(
        BlankRow(row.label, row.code if spec.children else "", carried.get(fold(row.label), {})) for row in named
    )


def _last_table(services: Services, round_: Round, agency: Agency, form: Form, spec: TableSpec) -> TableFacts | None:
    try:
        document = last_report(services, round_, agency.code, form.code)
    except VaultError:
        services.journal.warning("last_report_missing", agency=agency.code, round=round_.previous, form=form.code)
        return None
    if not isinstance(document, Workbook):
        return None
    table = read_table(document, spec)
    return table if isinstance(table.located, Located) else None


def _carried(last: TableFacts, spec: TableSpec) -> Iterator[tuple[str, dict[str, Decimal]]]:
    """What each row carries over, by its code where rows are fixed, else by its folded label. Nought is left to whoever
    fills the form in: a form full of noughts would look like a report.
    """
    if spec.rows:
        columns = [p.column for p in spec.prefill if p.last == p.column == spec.value_column]
        for code, value in last.values.items():
            if value:
                yield code, dict.fromkeys(columns, value)
        return
    for row in last.of_kind(RowKind.DATA):
        yield fold(row.label), {p.column: f for p in spec.prefill if (f := row.figures.get(p.last))}
