"""What a document says of itself, in its head: whose it is, and of which period.

Flow: the head's lines (see `bot.decide.heads`) → a labelled line (`Đơn vị báo cáo: …`, `Kỳ báo cáo: …`) decides; else
the agency is the issuer of the letterhead, and the period that of the title, by name or by its days. The superior that
a letterhead prints above the issuer, periods that are only looked forward to or compared with, and the years of plans
are not the document's own. What cannot be made out is left empty. Pure; never fails.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.decide.heads import LABEL, TITLE, Line, sheet_lines, word_lines
from bot.domain.agency import Registry
from bot.domain.document import Document, FormTag, PeriodClaim, Stated, TextDocument, WindowClaim, Workbook
from bot.domain.round import PeriodKind, Round
from bot.text.accents import fold, nfc
from bot.text.dates import find_spans
from bot.text.names import NameHit, NameIndex
from bot.text.periods import PeriodMention, find_periods

# After these words a title speaks of another period. The second group says so only after the title has named its own:
# "kết quả thực hiện nhiệm vụ quý I" is about quý I.
_ALWAYS_OTHER = re.compile(r"(?<![a-z])(?:phuong huong|so voi|cung ky|ky truoc|tiep theo)(?![a-z])")
_OTHER_AFTER_OWN = re.compile(r"(?<![a-z])(?:nhiem vu|ke hoach|giai phap|trong tam|du kien)(?![a-z])")
# A year after these words is that of a plan or an index, not the period reported on.
_PLANNED = re.compile(r"(?<![a-z])(?:ke hoach|chi so|nghi quyet|quyet dinh|chuong trinh|chi thi|nhiem vu)(?![a-z])")
# An agency after these words is one that the document was asked by or goes to.
_ASKED_BY = re.compile(r"(?<![a-z])(?:gui|theo|yeu cau|de nghi|cong van|huong dan)(?: [^ ]+){0,6} $")
# What plainly is an authority that issues letters; `TỈNH` is missing on purpose: the province is everyone's superior.
_AUTHORITY = re.compile(
    r"(?:so|ban(?! hanh)|van phong) [a-z]|(?:ubnd|uy ban nhan dan) (?:huyen|quan|thanh pho|thi xa|tp|tx|phuong|xa)[ .]"
)
_BROKEN = re.compile(r"(?:ubnd|uy ban nhan dan)$")
_LONGEST_NAME = 80  # letters; what is longer is a sentence

_Named = tuple[str, str]  # agency code, words found


def agency_names(registry: Registry) -> NameIndex:
    """All present, other and former names of the registry's agencies, by agency code."""
    return NameIndex((agency.code, name) for agency in registry for name in agency.all_names)


def read_stated(document: Document, names: NameIndex) -> Stated:
    """What `document` says of itself in its head; `names` leads from names to agency codes.

    Several agencies or periods only where the head names several as its own. Unreadable files say nothing.
    """
    if isinstance(document, TextDocument):
        heads: Sequence[Sequence[Line]] = [word_lines(document)]
    elif isinstance(document, Workbook):
        heads = [sheet_lines(sheet) for sheet in document.sheets if not sheet.hidden]
    else:
        return Stated()
    agencies: dict[str, str] = {}
    for code, found in (named for head in heads for named in _agencies(head, names)):
        agencies.setdefault(code, found)
    return Stated(
        tuple(agencies.items()),
        _distinct(claim for head in heads for claim in _periods(head)),
        tuple(dict.fromkeys(claim for head in heads for claim in _windows(head))),
        () if agencies else tuple(dict.fromkeys(name for head in heads for name in _strangers(head))),
    )


def _distinct(claims: Iterable[PeriodClaim]) -> tuple[PeriodClaim, ...]:
    first: dict[tuple[PeriodKind, int, int | None], PeriodClaim] = {}
    for claim in claims:
        first.setdefault((claim.kind, claim.ordinal, claim.year), claim)
    return tuple(first.values())


def _agencies(head: Sequence[Line], names: NameIndex) -> list[_Named]:
    labelled, letterhead, titles = _parted(head)
    if hits := [hit for line in labelled for hit in names.find(line.text)]:
        return _named(hits)
    if issuers := _issuers([line.text for line in letterhead], names):
        return issuers
    return _named(
        hit
        for line in titles
        for hit in names.find(line.text)
        if not _ASKED_BY.search(fold(line.text[: hit.position]) + " ")
    )


def _parted(head: Sequence[Line]) -> tuple[list[Line], list[Line], list[Line]]:
    """The lines that name the reporter after a label, those of the letterhead, and the title with what follows."""
    own = [line for line in head if not line.addressed]
    labelled = [line for line in own if LABEL.match(line.folded) and not TITLE.match(line.folded)]
    first_title = next((at for at, line in enumerate(own) if TITLE.match(line.folded)), len(own))
    return labelled, [line for line in own[:first_title] if line not in labelled], own[first_title:]


def _strangers(head: Sequence[Line]) -> list[str]:
    """The authorities that a head plainly names as its issuer. Asked only where it names no registered agency."""
    labelled, letterhead, titles = _parted(head)
    reporters = [nfc(line.text).partition(":")[2].strip() for line in labelled]
    lines = [nfc(line.text) for line in letterhead] if titles else []
    # An office broken over two lines: `ỦY BAN NHÂN DÂN`, `HUYỆN CỦ CHI`.
    pairs = zip(lines, [*lines, ""][1:], strict=True)
    whole = [f"{line} {below}" if _BROKEN.match(fold(line)) else line for line, below in pairs]
    return [name for name in (*reporters, *whole) if _is_authority(name)]


def _is_authority(name: str) -> bool:
    if len(name) > _LONGEST_NAME or not _AUTHORITY.match(fold(name)):
        return False
    # `sổ theo dõi`, `bàn giao` and `bản tin` fold to the same letters.
    return name.isascii() or name.lower().startswith(("sở ", "ban ", "văn phòng ", "ubnd ", "ủy ban ", "uỷ ban "))


def with_tag(stated: Stated, tag: FormTag | None, round_: Round | None, *, is_registered: bool) -> Stated:
    """`stated`, completed by what our blank form says inside: its agency and its round's period, each only where the
    document itself names none (a clerk may fill in an old form under a new title).

    `round_` is the tag's round, None where there is no such round; `is_registered`: its agency is in the registry.
    """
    if tag is None:
        return stated
    words = f"{tag.round}/{tag.agency}/{tag.form}/v{tag.version}"
    if not stated.agencies and is_registered:
        stated = replace(stated, agencies=((tag.agency, words),))
    if not stated.periods and not stated.windows and round_ is not None:
        period = round_.period
        stated = replace(stated, periods=(PeriodClaim(period.kind, period.ordinal, period.year, words),))
    return stated


def _named(hits: Iterable[NameHit]) -> list[_Named]:
    return [(hit.key, hit.found) for hit in hits]


def _issuers(letterhead: Sequence[str], names: NameIndex) -> list[_Named]:
    """The agencies that a letterhead names, without one that only stands right above the next as its superior.

    A name may be broken over two lines, and an office may stand below its owner: `UBND TỈNH BÌNH DƯƠNG`, `VĂN PHÒNG`.
    """
    named: list[tuple[int, _Named]] = []
    for at, line in enumerate(letterhead):
        above = letterhead[at - 1] if at else ""
        hits = names.find(line)
        if not hits and above:
            hits = _across(above, line, names) or _across(line, above, names)
        if hits:
            named = [(where, name) for where, name in named if where != at - 1]
            named.extend((at, (hit.key, hit.found)) for hit in hits)
    return [name for _, name in named]


def _across(first: str, second: str, names: NameIndex) -> tuple[NameHit, ...]:
    """Names that begin in one line and end in the other."""
    hits = names.find(f"{first} {second}")
    return tuple(hit for hit in hits if hit.position < len(first) < hit.position + len(hit.found))


def _periods(head: Sequence[Line]) -> tuple[PeriodClaim, ...]:
    return own_periods(" ".join(_period_lines(head))) or own_periods(" ".join(line.text for line in head))


def _windows(head: Sequence[Line]) -> tuple[WindowClaim, ...]:
    """The days that the head says its figures cover; those of the labelled line before all others."""
    return _own_spans(" ".join(_period_lines(head))) or _own_spans(" ".join(line.text for line in head))


def _own_spans(text: str) -> tuple[WindowClaim, ...]:
    text = nfc(text)
    spans = (s for s in find_spans(text) if not _ALWAYS_OTHER.search(fold(text[: s.position])))
    return tuple(WindowClaim(s.first, s.last, s.found) for s in spans)


def _period_lines(head: Sequence[Line]) -> list[str]:
    return [line.text for line in head if line.folded.lstrip("-+*• ").startswith(("ky bao cao", "ky du lieu"))]


def own_periods(text: str) -> tuple[PeriodClaim, ...]:
    """The periods that a title, subject or sentence says it is about, without those it looks forward to or compares
    with.

    A year that stands apart completes a period without one (`quý I … năm 2024`); a bare year counts as a period only
    where no finer one is named.
    """
    text = nfc(text)
    own: list[PeriodMention] = []
    for mention in find_periods(text):
        before = fold(text[: mention.position])
        finer_named = any(m.kind != "year" for m in own)
        if _ALWAYS_OTHER.search(before) or (finer_named and _looks_on(text, own, before)):
            break
        if mention.kind != "year" or not _PLANNED.search(before):
            own.append(mention)
    finer = [m for m in own if m.kind != "year"]
    years = {m.year for m in own if m.kind == "year"}
    apart = next(iter(years)) if len(years) == 1 else None
    return _distinct(
        PeriodClaim(PeriodKind(m.kind), m.ordinal, m.year if m.year is not None else apart, m.found)
        for m in finer or own
    )


def _looks_on(text: str, own: Sequence[PeriodMention], before: str) -> bool:
    """Whether words that look forward stand between the first own period and here."""
    first = next(m for m in own if m.kind != "year")
    start = len(fold(text[: first.position + len(first.found)]))
    return _OTHER_AFTER_OWN.search(before, start) is not None
