"""Plants faults in valid files and tells how each was caught, the real way: bytes, reader, what the document says of
itself, catalogue. Valid files are measured too: none may have any finding.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from blank_making import WINDOW, all_forms, blank
from checks_reading import ROUND, context
from editing import edited, flattened
from laid import Laid
from planting import plants
from planting_beside import valid_last
from planting_parts import stated_plants
from planting_shape import counted
from plants import Plant, Surroundings, spread

from bot.checks.catalogue import run
from bot.decide.stated import read_stated
from bot.demo.filling import filled
from bot.documents.limits import DEFAULT_LIMITS
from bot.documents.reader import read_document
from bot.domain.document import Document, TextDocument, Unreadable, Workbook
from bot.domain.form import Form
from bot.domain.round import PeriodKind, ReportingPeriod
from bot.domain.submission import Finding
from bot.text.names import NameIndex

NAMES = NameIndex(
    [("tdm", "UBND thành phố Thủ Dầu Một"), ("snv", "Sở Nội vụ tỉnh Bình Dương"), ("stc", "Sở Tài chính")]
)
BEFORE = ReportingPeriod(PeriodKind.MONTH, 2023, 1)  # of the same year, so that cumulative figures are compared


class Caught(StrEnum):
    """EXACT: the finding stands at the very cell, part or sheet. RULE: where the same slip may be mended as well.
    ELSEWHERE: another place or another code. MISSED: nothing was said.
    """

    EXACT = "exact"
    RULE = "rule"
    ELSEWHERE = "elsewhere"
    MISSED = "missed"


@dataclass(frozen=True)
class Valid:
    """A valid file: its form (`office/code`), whether it is the agency's own workbook, its bytes, and as it is read."""

    name: str
    seed: int
    form: Form
    own: bool
    payload: bytes
    document: Document


@dataclass(frozen=True)
class Measured:
    """One plant and what was said of it. `extra`: findings besides the planted one, by code and place; `besides`: how
    many there are of those that are so by design.
    """

    valid: Valid
    plant: Plant
    caught: Caught
    extra: tuple[tuple[str, str], ...]
    besides: int
    said: tuple[Finding, ...]


def read(payload: bytes) -> Document:
    document = read_document(payload, DEFAULT_LIMITS)
    assert not isinstance(document, Unreadable), document
    return document


@cache
def valid_files(name: str, seed: int) -> tuple[Valid, ...]:
    """The form filled in, and the same figures in a workbook of the agency's own."""
    form = all_forms()[name]
    payload = filled(form, blank(form), seed)
    document = read(payload)
    found = [Valid(name, seed, form, False, payload, document)]
    if isinstance(document, Workbook):
        laid = Laid(form, document)
        counts = dict.fromkeys(counted(laid), len(laid.data)) if form.table and form.table.count else {}
        own = flattened(payload, document, counts)
        found.append(Valid(name, seed, form, True, own, read(own)))
    return tuple(found)


def findings(valid: Valid, document: Document, beside: Surroundings) -> tuple[Finding, ...]:
    """All that the catalogue says of the document, with those surroundings."""
    form = replace(valid.form, version=valid.form.version + beside.version)
    office = valid.name.partition("/")[0]
    others = {beside.beside: valid_files(f"{office}/{beside.beside}", valid.seed)[0].document} if beside.beside else {}
    forms = {f.code: f for name, f in all_forms().items() if name.startswith(f"{office}/")}
    last = None if beside.last is None else read(edited(valid.payload, beside.last))
    made = context(
        form,
        document,
        stated=read_stated(document, NAMES),
        file_name=beside.file_name,
        last=last,
        last_period=None if last is None else BEFORE,
        forms=forms,
        beside=others,
        round=replace(ROUND, references=beside.references),
    )
    return run(replace(made, assignment=replace(made.assignment, annex=beside.annex)))


def false_findings(valid: Valid) -> tuple[Finding, ...]:
    """What is said of a valid file, alone and beside the last period that goes before it: nothing may be."""
    said = findings(valid, valid.document, Surroundings())
    if isinstance(valid.document, Workbook):
        last = valid_last(Laid(valid.form, valid.document))
        if last is not None:
            said += findings(valid, valid.document, Surroundings(last=last))
    elif isinstance(valid.document, TextDocument):
        for right in stated_plants(valid.form, valid.document, _tables(valid), off=False):
            said += findings(valid, read(edited(valid.payload, right.edits)), right.surroundings)
    return said


def _tables(valid: Valid) -> dict[str, Laid]:
    """The valid tables of the same office and seed whose figures this outline states too."""
    found = {}
    for code in {figure.form for figure in valid.form.figures}:
        other = valid_files(f"{valid.name.partition('/')[0]}/{code}", valid.seed)[0]
        assert isinstance(other.document, Workbook)
        found[code] = Laid(other.form, other.document)
    return found


def measured(valid: Valid, most: int = 10**6) -> Iterator[Measured]:
    """The plants of that file, each planted by itself; at most so many of a kind, spread over the file."""
    kinds: dict[tuple[str, str], list[Plant]] = defaultdict(list)
    for plant in plants(valid.form, valid.document, WINDOW, _tables(valid), own=valid.own):
        kinds[plant.kind, plant.code].append(plant)
    for plant in (one for found in kinds.values() for one in spread(found, most)):
        document = read(edited(valid.payload, plant.edits)) if plant.edits else valid.document
        said = findings(valid, document, plant.surroundings)
        yield judge(valid, plant, said)


def judge(valid: Valid, plant: Plant, said: tuple[Finding, ...]) -> Measured:
    """How the plant was caught."""
    places = [(f.code, place(f)) for f in said]
    rest = [one for one in places if one[0] not in plant.also]
    if (plant.code, plant.at) in places:
        caught, hit = Caught.EXACT, (plant.code, plant.at)
    elif at_rule := [one for one in places if one[0] == plant.code and one[1] in plant.rule]:
        caught, hit = Caught.RULE, at_rule[0]
    elif rest:
        caught = Caught.ELSEWHERE
        hit = next((one for one in rest if one[0] == plant.code), rest[0])
    else:
        return Measured(valid, plant, Caught.MISSED, (), len(places), said)
    if hit in rest:
        rest.remove(hit)
    besides = sum(code in plant.also for code, _ in places)
    return Measured(valid, plant, caught, tuple(rest), besides, said)


def place(finding: Finding) -> str:
    """The cell, part or sheet of a finding; empty for the file itself."""
    return finding.place.cell or finding.place.part or finding.place.sheet or ""
