"""Notices into mails: the facts of a notice become words, and the words the final bytes.

Flow: notice → view (`compose_views`, `compose_digest`: sorted and counted) → words (`rendering`: the office's
templates) → subject (tag, verdict, and for an answer the sender's own subject) → bytes (`compose_message`).

Reads no clock: the caller says when it is. Failure: a broken template raises jinja2.TemplateError, an address that is
none ValueError; both are the installation's faults and nothing is sent. Foreign values never fail: they are cleaned
and cut.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.domain.agency import Agency
from bot.domain.decision import Decision
from bot.domain.digest import DigestNotice
from bot.domain.form import Form, Severity
from bot.domain.ledger import Origin
from bot.domain.letter import Enclosure
from bot.domain.mail import OutgoingMail
from bot.domain.notice import (
    AlertNotice,
    AnswerNotice,
    AskNotice,
    ClosedNotice,
    DecisionNotice,
    EscalationLetter,
    Notice,
    NudgeNotice,
    OrderNotice,
)
from bot.domain.office import Office
from bot.domain.round import Deadline, ReportingPeriod, Round
from bot.domain.words import FindingWords
from bot.mail.compose_digest import WHOLE, digest_view
from bot.mail.compose_files import clean
from bot.mail.compose_message import Envelope, build, lasting_message_id, message_ids, new_message_id
from bot.mail.compose_views import MAX_FILES, Say, answer_view, clip, decision_findings, nudge_view
from bot.mail.ledger_headers import about_header, covers_header
from bot.mail.rendering import Renderer
from bot.text.dates import say_date, say_day, say_deadline, say_instant
from bot.text.numbers import format_number
from bot.text.periods import say_period

MAX_SUBJECT = 180
_SEPARATOR = " – Re: "
# Marks that mail programs put before a subject, Vietnamese ones included (trả lời, chuyển tiếp).
_REPLY_MARK = re.compile(
    r"^(?:(?:re|fw|fwd|tl|ct|trả lời|chuyển tiếp)\s*(?:\[\d+\])?\s*[::]\s*|\[BC [^\]]{1,40}\]\s*)+", re.I
)
# An address that can stand in a command line as it is, in any shell.
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*@[A-Za-z0-9.-]+")


class Composer:
    """Writes the office's notices in its language. `templates` is the folder `mail_templates`; `say` puts a finding
    into words, given the short title of its form (empty when it belongs to none).
    """

    def __init__(self, templates: Path, office: Office, say: Say) -> None:
        self._office = office
        self._say = say
        self._renderer = Renderer(templates, office.language, self._filters())

    def compose(
        self, notice: Notice, *, at: datetime, message_id: str | None = None, origin: Origin | None = None
    ) -> OutgoingMail:
        """The mail with its final bytes. `at` is aware and becomes the Date; `origin` is the inbound mail that it
        answers. `message_id`, with angle brackets, is made unless given: of key and `origin`, of a nudge's key alone,
        or of key and time. ValueError when a recipient is no mail address.
        """
        office = self._office
        facts = self._facts(notice, at)
        words = self._renderer.render(template_of(notice), facts)
        thread = None if isinstance(notice, _WITHOUT_THREAD) else notice.thread
        subject = subject_line(facts["tag"], words.headline, thread.subject if thread else None)
        message_id = message_id or _message_id(notice, at, office.address, origin)
        to, cc = self._recipients(notice)
        agency, round_ = _agency_of(notice), _round_of(notice)
        nudges = notice.marks if isinstance(notice, NudgeNotice) else ()
        envelope = Envelope(
            sender_name=office.name,
            sender_address=office.address,
            to=to,
            cc=cc,
            date=office.working_time.local(at),
            message_id=message_id,
            key=notice.key,
            is_answer=thread is not None,
            thread=thread,
            about=about_header(
                notice.kind, at, agency.code if agency else None, round_.code if round_ else None, origin
            ),
            covers=covers_header(nudges),
        )
        return OutgoingMail(
            key=notice.key,
            kind=notice.kind,
            to=to,
            cc=cc,
            subject=subject,
            message_id=message_id,
            envelope_from=office.envelope_from,
            raw=build(
                envelope, subject, words.text, words.html, (*_enclosures_of(notice), *self._full_page(notice, facts))
            ),
            in_reply_to=next(iter(message_ids([thread.message_id])), "") if thread else "",
            agency=agency.code if agency else None,
            round=round_.code if round_ else None,
            mail_id=notice.mail_id if isinstance(notice, _OF_A_MAIL) else None,
            nudges=nudges,
        )

    def digest_html(self, notice: DigestNotice) -> str:
        """The digest's HTML page alone and in full, without the limits of a mail."""
        facts = self._facts(notice, notice.at) | {"v": digest_view(notice, self._say, WHOLE), "full_page": ""}
        return self._renderer.render(notice.kind, facts).html

    def digest_text(self, notice: DigestNotice) -> str:
        """The digest's plain text alone, as it stands in the mail."""
        return self._renderer.render(notice.kind, self._facts(notice, notice.at)).text

    def marked_name(self, form: Form) -> str:
        """What a file in which the faults of that form are marked is called, without an ending."""
        return self._renderer.word("marked_name", form.short_title)

    def mark_text(self, words: FindingWords, *, with_place: bool) -> str:
        """A finding as it stands in a comment of the file itself, in lines; `with_place` where the comment does not
        hang at the very place.
        """
        said = self._renderer.word("mark", words, with_place, words.severity is Severity.REMARK)
        return "\n".join(" ".join(line.split()) for line in said.splitlines() if line.strip())

    def _full_page(self, notice: Notice, facts: Mapping[str, Any]) -> tuple[Enclosure, ...]:
        """The whole digest as a file, where the mail holds a part of it."""
        if not isinstance(notice, DigestNotice) or not facts["full_page"]:
            return ()
        return (Enclosure(facts["full_page"], "text/html", self.digest_html(notice).encode()),)

    def _recipients(self, notice: Notice) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """To and Cc, no address twice. An alert goes to the coordinator."""
        to = (self._office.coordinator.address,) if isinstance(notice, AlertNotice) else notice.to
        cc = notice.cc if isinstance(notice, NudgeNotice | DecisionNotice) else ()
        return tuple(dict.fromkeys(to)), tuple(a for a in dict.fromkeys(cc) if a not in to)

    def _facts(self, notice: Notice, at: datetime) -> dict[str, Any]:
        """What every template may name: `n` the notice, `v` its view, and the round's tag, period and deadline in words
        (empty where there is none)."""
        office = self._office
        facts: dict[str, Any] = {
            "n": notice,
            "office": office,
            "max_files": MAX_FILES,
            **dict.fromkeys(("tag", "period", "due", "due_short", "due_day", "printed", "until"), ""),
        }
        agency, round_ = _agency_of(notice), _round_of(notice)
        to_agency = agency and not isinstance(notice, OrderNotice)
        facts["addressee"] = agency.name if agency and to_agency else office.coordinator.name
        if round_:
            facts["period"] = self._period(round_.period)
            facts["tag"] = round_.tag(agency.tag) if agency and to_agency else ""
        match notice:
            case AnswerNotice():
                facts |= {"v": answer_view(notice, self._say, at), **self._due(notice.deadline)}
                mend = self._due(Deadline(notice.mend_by)) if notice.mend_by else {}
                facts |= {"mend_due": mend.get("due", ""), "mend_short": mend.get("due_short", "")}
            case NudgeNotice():
                facts |= {"v": nudge_view(notice), **self._due(notice.deadline), "others": self._others(notice)}
            case DecisionNotice():
                view = {
                    "findings": decision_findings(notice, self._say),
                    "deadline_passed": at >= notice.deadline.instant,
                }
                facts |= {"v": view, **self._due(notice.deadline)}
            case AskNotice():
                facts |= self._due(notice.deadline)
            case OrderNotice(decision=Decision(until=datetime() as until)):
                facts["until"] = self._deadline(Deadline(until))
            case EscalationLetter():
                facts |= self._due(notice.round.deadline)
            case DigestNotice():
                page = digest_view(notice, self._say)
                day = say_date(office.working_time.local(notice.at).date(), office.language).replace("/", "-")
                facts |= {"v": page, "full_page": self._renderer.word("full_page", day) if page.is_cut else ""}
        return facts

    def _others(self, notice: NudgeNotice) -> list[dict[str, Any]]:
        """The other rounds of a nudge, each with the names that the leading one has: `n`, `v`, `period`, `due` …"""
        return [
            {
                "n": section,
                "v": nudge_view(section),
                "period": self._period(section.round.period),
                "tag": section.round.tag(notice.agency.tag),
                **self._due(section.deadline),
            }
            for section in notice.others
        ]

    def _due(self, deadline: Deadline | None) -> Mapping[str, Any]:
        if deadline is None:
            return {}
        last_day = self._last_day(deadline)
        return {
            "due": self._deadline(deadline),
            "due_day": last_day,
            "due_short": self._short(last_day),
            "printed": deadline.printed,
        }

    def _last_day(self, deadline: Deadline) -> date:
        return (self._office.working_time.local(deadline.instant) - timedelta(microseconds=1)).date()

    def _local(self, moment: date | datetime) -> date | datetime:
        return self._office.working_time.local(moment) if isinstance(moment, datetime) else moment

    def _deadline(self, deadline: Deadline) -> str:
        return say_deadline(self._office.working_time.local(deadline.instant), self._office.language)

    def _period(self, period: ReportingPeriod) -> str:
        return say_period(period.kind, period.ordinal, period.year, self._office.language)

    def _short(self, day: date) -> str:
        """A date without its year: `09/3`, `9 March`."""
        return say_date(day, self._office.language).removesuffix(str(day.year)).rstrip("/ ")

    def _filters(self) -> dict[str, Callable[..., Any]]:
        """The filters of the templates; moments are printed in the office's time zone and language."""
        language = self._office.language
        return {
            "instant": lambda moment: say_instant(self._office.working_time.local(moment), language),
            "day": lambda day: say_day(self._local(day), language),
            "date": lambda day: say_date(self._local(day), language),
            "short": lambda day: self._short(self._local(day)),
            "clock": lambda moment: f"{self._office.working_time.local(moment):%H:%M}",
            "due": self._deadline,
            "last_day": self._last_day,
            "until": lambda instant: self._deadline(Deadline(instant)),
            "period": self._period,
            "number": lambda value: _number(value, language),
            "size": lambda size: _size(size, language),
            "titles": lambda entries: [getattr(e, "form", e).short_title for e in entries],
            "listing": _listing,
            "upfirst": lambda text: text[:1].upper() + text[1:],
            "clip": clip,
            "plain_address": lambda text: text if _PLAIN_ADDRESS.fullmatch(text) else "",
        }


_WITHOUT_THREAD = (NudgeNotice, EscalationLetter, AlertNotice, DigestNotice)
_OF_A_MAIL = (AnswerNotice, ClosedNotice, AskNotice, OrderNotice)


def _message_id(notice: Notice, at: datetime, address: str, origin: Origin | None) -> str:
    if origin is not None:
        return lasting_message_id(notice.key, address, origin.sha256, origin.received_at)
    if isinstance(notice, NudgeNotice):
        return lasting_message_id(notice.key, address)
    return new_message_id(notice.key, at, address)


def template_of(notice: Notice) -> str:
    """The template that holds the notice's words: the kind's own, but for those that share a kind."""
    match notice:
        case NudgeNotice(template=template) if template:
            return template
        case AskNotice():
            return "ask"
        case OrderNotice():
            return "order"
        case EscalationLetter():
            return "letter"
    return notice.kind.value


def _agency_of(notice: Notice) -> Agency | None:
    return None if isinstance(notice, AlertNotice | DigestNotice | EscalationLetter) else notice.agency


def _round_of(notice: Notice) -> Round | None:
    return None if isinstance(notice, AlertNotice | DigestNotice) else notice.round


def _enclosures_of(notice: Notice) -> tuple[Enclosure, ...]:
    return () if isinstance(notice, AlertNotice | ClosedNotice | AskNotice | OrderNotice) else notice.enclosures


def subject_line(tag: str, verdict: str, answered: str | None = None) -> str:
    """Tag and verdict first; behind them the subject that is answered, without its reply marks and tags. At most 180
    characters.

    In a longer exchange only the sender's own words are carried along, not our earlier verdicts.
    """
    ours = clip(clean(f"{tag} {verdict}"), MAX_SUBJECT)
    theirs = _REPLY_MARK.sub("", clean(answered or "").rpartition(_SEPARATOR)[2])
    room = MAX_SUBJECT - len(ours) - len(_SEPARATOR)
    return ours + _SEPARATOR + clip(theirs, room) if theirs and room >= min(len(theirs), 12) else ours


def _listing(words: list[str], conjunction: str) -> str:
    """`a, b và c`, each once, in order."""
    words = list(dict.fromkeys(words))
    return f" {conjunction} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _number(value: int | Decimal, language: str) -> str:
    said = format_number(value)
    return said if language == "vi" else said.translate(str.maketrans(".,", ",."))


def _size(size: int, language: str) -> str:
    """A file's size in bytes as people read it: `812 byte`, `24,5 KB`, `3,2 MB` (powers of 1,024)."""
    if size < 1024:
        return f"{_number(size, language)} byte"
    unit, divisor = ("KB", 1024) if size < 1024**2 else ("MB", 1024**2)
    return f"{_number(round(Decimal(size) / divisor, 1), language)} {unit}"
