"""What `check` takes a file for: whose it is, of which round and of which form, and what says so.

The options come first, then the tag that our blank forms carry inside. A round that nobody names is the only one there
is, else the only open one, else the one whose period the file names. A form that nobody names is recognised from the
contents. What is left open stays open: it is said and not checked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.cli.local_files import LocalDesk
from bot.decide.matching_forms import RECOGNISED
from bot.domain.document import FormScore, FormTag, PeriodStanding, Stated, Unreadable
from bot.domain.form import Form
from bot.domain.round import Round
from bot.flows.reading import ReadFile


class Source(StrEnum):
    """What says it. The values stand in `check --json`."""

    OPTION = "option"
    TAG = "tag"
    ONLY = "only"
    OPEN = "open"
    PERIOD = "period"
    CONTENTS = "contents"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options of the command say; None where they say nothing."""

    agency: str | None = None
    round: Round | None = None
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Meant:
    """What a file is taken for, each with its source; None where it is not known. `round_to_go_by` is the round, or
    else the newest one: duties and data window must be some round's.
    """

    agency: str | None
    agency_by: Source | None
    round: Round | None
    round_by: Source | None
    form: Form | None
    form_by: Source | None
    round_to_go_by: Round


def newest(rounds: Sequence[Round]) -> Round:
    """The round that opens last. ValueError where there is none."""
    return max(rounds, key=lambda r: r.opens_at)


def what_is_meant(desk: LocalDesk, file: ReadFile, asked: Asked, now: datetime) -> Meant:
    """What `file` is taken for. `now` decides which rounds are open. ValueError where there is no round at all."""
    document = file.facts.document
    tag = None if isinstance(document, Unreadable) else document.traits.tag
    agency, agency_by = _agency(desk, tag, asked)
    round_, round_by = _round(desk, tag, file.stated, asked, now)
    to_go_by = round_ or newest(desk.settings.rounds)
    owed = [duty.form for duty in to_go_by.of(agency or "")]
    form, form_by = _form(desk, tag, file.facts.scores, asked, owed)
    return Meant(agency, agency_by, round_, round_by, form, form_by, to_go_by)


def _agency(desk: LocalDesk, tag: FormTag | None, asked: Asked) -> tuple[str | None, Source | None]:
    if asked.agency is not None:
        return asked.agency, Source.OPTION
    if tag is not None and tag.agency in desk.registry:
        return tag.agency, Source.TAG
    return None, None


def _round(
    desk: LocalDesk, tag: FormTag | None, stated: Stated, asked: Asked, now: datetime
) -> tuple[Round | None, Source | None]:
    """A tag does not speak against the file's own words: an old form may have been filled in under a new title."""
    if asked.round is not None:
        return asked.round, Source.OPTION
    tagged = desk.round(tag.round) if tag is not None else None
    if tagged is not None and _standing(stated, tagged) is not PeriodStanding.OTHER:
        return tagged, Source.TAG
    rounds = desk.settings.rounds
    if len(rounds) == 1:
        return rounds[0], Source.ONLY
    opened = [r for r in rounds if r.opens_at <= now and r.is_open(now)]
    if len(opened) == 1:
        return opened[0], Source.OPEN
    named = [r for r in rounds if _standing(stated, r) is PeriodStanding.FITS]
    if len(named) == 1:
        return named[0], Source.PERIOD
    return (tagged, Source.TAG) if tagged is not None else (None, None)


def _standing(stated: Stated, round_: Round) -> PeriodStanding:
    return stated.standing(round_.period, round_.window)


def _form(
    desk: LocalDesk, tag: FormTag | None, scores: Sequence[FormScore], asked: Asked, owed: Sequence[str]
) -> tuple[Form | None, Source | None]:
    """The form that fits best among those the agency owes, or else among all, as for a file that comes by mail."""
    if asked.form is not None:
        return asked.form, Source.OPTION
    if tag is not None and tag.form in desk.forms:
        return desk.forms[tag.form], Source.TAG
    fitting = [s.form for s in scores if s.score >= RECOGNISED and s.form in desk.forms]
    best = next((code for code in fitting if code in owed), next(iter(fitting), None))
    return (desk.forms[best], Source.CONTENTS) if best is not None else (None, None)
