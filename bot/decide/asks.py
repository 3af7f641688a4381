"""What an agency asks the coordinator for in a mail: more time, to be believed that there is nothing, that another
agency reports for it.

Flow: the writer's own sentences (no quotation, greeting, signature) → the first that asks (`ask_time`) or says so
(`ask_nothing`) → the day and the form that it names, the other agency. The subject counts only where the writer wrote
it: not behind a reply mark, nor with a round's tag. Where words could mean both, nothing is read: a false ask would
keep back what is owed. Nothing is granted here. Pure; never fails.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.decide.ask_nothing import says_nothing, says_other, tells_of_merger
from bot.decide.ask_plainly import wants_time
from bot.decide.ask_time import Calendar, asks_for_time, day_asked, promised_day
from bot.decide.mail_words import tags_in
from bot.decide.own_sentences import Sentence, own_sentences
from bot.decide.stated import agency_names
from bot.domain.agency import Agency, Registry
from bot.domain.form import Form, FormKind
from bot.domain.mail import Evidence, EvidenceSource, InboundRecord, Outcome, Reason
from bot.domain.office import WorkingTime
from bot.domain.round import Deadline
from bot.text.accents import fold, squeeze

OTHER_CHANNEL = "other_channel"
LONGEST = 400  # words of its own that a mail or letter may have: what is longer is a report
SHORT = 2  # sentences of a mail that may say in half words that there is nothing
_ANSWER = re.compile(r"(?:re|fw|fwd|tl|ct|tra loi|chuyen tiep) ?(?:\[[0-9]+\])? ?:")
_ANNOUNCED = re.compile(
    r"\b(?:gui|nop|chuyen)\b[^;]{0,80}\b(?:bao cao|so lieu|bieu)\b[^;]{0,80}\b(?:dinh kem|kem theo|kem|file|tep)\b"
    r"|\b(?:bao cao|so lieu|bieu)\b[^;]{0,40}\b(?:dinh kem|kem theo)\b|\battached\b[^;]{0,40}\breport\b"
    r"|\breport\b[^;]{0,40}\battached\b"
)
_DAY_FOLLOWS = re.compile(
    r"\b(?:du kien|se|cham nhat|den|thoi gian|truoc|hoan thanh|xin|de nghi|until|by|cu the|ngay)\b"
)
_CHANNEL = re.compile(
    r"\b(?:da|duoc|vua)(?: (?:duoc|gui|nop|phat hanh|chuyen|bao cao|cap nhat|nhap|day|len|tren|bang|qua|ky so|va"
    r"|bao cao nay|so"
    r"|lieu|noi dung|file|van ban|cho|so noi vu|bc|quy|nam|[ivx]+|[0-9/]+|cchc|ngay|lien thong))* ?"
    r"(?:kenh khac|truc (?:lien thong|van ban)|lien thong|phan mem quan ly van ban|qlvb|ioffice|e-?office"
    r"|he thong (?:quan ly"
    r" van ban|bao cao|thong tin bao cao)|buu dien|ban giay|zalo|fax|duong van thu|truc tiep)"
    r"|\b(?:sent|submitted)\b[^.;]{0,40}\b(?:another channel|by post|document system|on paper|in person)"
)
_DENIED = re.compile(r"\b(?:chua|khong|ko|neu|se|not|if)(?: [a-z]+)? $")


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for. `until`: the day that the words name (local, counted in); `other`: the code of the agency that
    reports; `form`: the code of the only table that the sentence names; `found`: the sentence itself, in `source`.
    """

    reason: Reason
    until: date | None
    other: str | None
    found: str
    form: str | None = None
    source: EvidenceSource = EvidenceSource.BODY


def read_ask(
    subject: str,
    body: str,
    *,
    registry: Registry,
    agency: Agency,
    received_on: date,
    deadline: Deadline,
    working_time: WorkingTime,
    forms: Sequence[Form] = (),
) -> Ask | None:
    """What this agency asks for in a mail received on the local day `received_on`; None when it asks for none of it.

    Days are counted as `bot.text.near_days` says, from `deadline`, which holds for the agency now. `forms` are those
    that it owes. More time goes before the other two: it needs an answer first.
    """
    said = own_sentences(body)
    titled = _subject(subject)
    if sum(len(s.folded.split()) for s in said) > LONGEST:
        return None
    local = working_time.local(deadline.instant)
    calendar = Calendar(
        on=received_on,
        due=working_time.local(deadline.instant - timedelta(microseconds=1)).date(),
        timely=local.date() - timedelta(days=1),
        add_working_days=working_time.add_working_days,
    )
    for at, sentence in enumerate(said):
        if asks_for_time(sentence.folded, calendar) or wants_time(sentence.folded, calendar):
            return _for_time(sentence, said[at + 1 :], calendar, forms, EvidenceSource.BODY)
    if titled and (asks_for_time(titled.folded, calendar, heading=True) or wants_time(titled.folded, calendar)):
        return _for_time(titled, said, calendar, forms, EvidenceSource.SUBJECT)
    if any(_ANNOUNCED.search(s.folded) for s in said):
        return None  # the report was meant to be with it: these words describe it
    return _of_content(said, titled, registry, agency, forms)


def _subject(subject: str) -> Sentence | None:
    """The subject, where its writer wrote it: an answer carries ours."""
    folded = fold(subject)
    if not folded or tags_in(subject) or _ANSWER.match(folded):
        return None
    return Sentence(squeeze(subject), folded)


def _for_time(
    sentence: Sentence, after: Sequence[Sentence], calendar: Calendar, forms: Sequence[Form], source: EvidenceSource
) -> Ask:
    """More time; where the sentence names no day, one of the next few may."""
    until = day_asked(sentence.folded, calendar) or promised_day(sentence.folded, calendar)
    for following in after[:4] if until is None else ():
        if _DAY_FOLLOWS.search(following.folded) and (until := day_asked(following.folded, calendar)):
            break
    form = _form(sentence, forms)
    return Ask(Reason.ASKS_EXTENSION, until, None, _shown(sentence), form, source)


def _of_content(
    said: Sequence[Sentence], titled: Sentence | None, registry: Registry, agency: Agency, forms: Sequence[Form]
) -> Ask | None:
    names = agency_names(registry)
    sources = [(s, EvidenceSource.BODY) for s in said]
    sources += [(titled, EvidenceSource.SUBJECT)] if titled else []
    alone = len(said) <= SHORT

    def names_other(words: str) -> bool:
        return any(h.key != agency.code for h in names.find(words))

    merged: Sentence | None = None
    for sentence, source in sources:
        others = [h.key for h in names.find(sentence.text) if h.key != agency.code]
        if says_other(sentence.folded, others=bool(others), merged_before=merged is not None, names_other=names_other):
            named = others or [h.key for h in names.find(merged.text if merged else "") if h.key != agency.code]
            distinct = dict.fromkeys(named)
            other = next(iter(distinct)) if len(distinct) == 1 else None
            return Ask(Reason.REPORTED_BY_OTHER, None, other, _shown(sentence), _form(sentence, forms), source)
        merged = sentence if tells_of_merger(sentence.folded) else None
    for sentence, source in sources:
        if says_nothing(sentence.folded, alone=alone):
            return Ask(Reason.NOTHING_TO_REPORT, None, None, _shown(sentence), _form(sentence, forms), source)
    return None


def _form(sentence: Sentence, forms: Sequence[Form]) -> str | None:
    """The only table or list that the sentence names. A narrative is what clerks call the whole report."""
    text = f" {_spaced(sentence.folded)} "
    named = [f.code for f in forms if f.kind is not FormKind.OUTLINE and any(f" {n} " in text for n in _names(f))]
    return named[0] if len(named) == 1 else None


def _names(form: Form) -> list[str]:
    numbered = [hint for hint in form.name_hints if any(c.isdigit() for c in hint)]
    return [_spaced(fold(name)) for name in (form.title, form.short_title, *form.title_hints, *numbered)]


def _spaced(folded: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", folded).split())


def _shown(sentence: Sentence) -> str:
    return sentence.text if len(sentence.text) <= 300 else f"{sentence.text[:299]}…"


def other_channel(body: str) -> str:
    """The sentence that says that the report went another way (the document system, on paper), or nothing."""
    for sentence in own_sentences(body):
        match = _CHANNEL.search(sentence.folded)
        if match and not _DENIED.search(sentence.folded[: match.start()]) and not sentence.folded.endswith("?"):
            return _shown(sentence)
    return ""


def ask_evidence(ask: Ask, file: str = "") -> tuple[Evidence, ...]:
    """An ask as a mail's evidence: `ask` (its reason), `until` (ISO day), `other` (agency code), `form` (code)."""
    told = (
        ("ask", ask.reason.value),
        ("until", ask.until.isoformat() if ask.until else ""),
        ("other", ask.other or ""),
        ("form", ask.form or ""),
    )
    return tuple(Evidence(about, value, ask.source, found=ask.found, file=file) for about, value in told if value)


def pending_asks(mails: Iterable[InboundRecord]) -> tuple[InboundRecord, ...]:
    """The mails that ask for a decision and still wait for it, as they come."""
    return tuple(m for m in mails if m.outcome is Outcome.HELD and m.reason in _ASKS)


def noted_asks(mails: Iterable[InboundRecord]) -> tuple[InboundRecord, ...]:
    """The mails that were taken in as reports and ask for something beside: nothing waits, but a person should read
    it. Whether it has been answered since is for the caller to say.
    """
    taken = (Outcome.ACCEPTED, Outcome.CORRECTION)
    return tuple(
        m for m in mails if m.outcome in taken and any(e.about == "ask" and e.value in _ASKS for e in m.evidence)
    )


_ASKS = frozenset(r.value for r in Reason if r.is_ask)
