"""Which round a mail is for.

Flow: the agency's open rounds are the candidates → what the documents say of their period decides; where they say
nothing, subject and file names, then the body → tag and thread narrow what is left, then the only open round. Words
that fit no candidate while one is left make WRONG_PERIOD, so that the correction can say which round it is about;
words that contradict each other leave the round open (AMBIGUOUS_ROUND). Everything heard is kept as evidence,
agreeing or not. Pure; never fails.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.decide.mail_words import Tag, tags_in
from bot.decide.matching_voices import Voice, of_documents, of_words
from bot.domain.agency import Agency
from bot.domain.document import PeriodClaim, Stated
from bot.domain.mail import Evidence, EvidenceSource, InboundMail, Reason
from bot.domain.round import Round


@dataclass(frozen=True, slots=True)
class RoundMatch:
    """Which round, or why nothing may be decided. With WRONG_PERIOD, `round` is the one that is left; with
    NO_OPEN_ROUND the closed one that the mail fits, if any. `claims` are the periods claimed by whatever was weighed:
    documents, or else words; `said` is what they say, the days of documents that name no period included."""

    round: Round | None
    reason: Reason | None
    why: str
    evidence: tuple[Evidence, ...]
    claims: tuple[PeriodClaim, ...]
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Rounds:
    """The agency's rounds. `pointed` are those that tag and thread point to, open or closed."""

    open: tuple[Round, ...]
    closed: tuple[Round, ...]
    pointed: tuple[Round, ...]


@dataclass(frozen=True, slots=True)
class _Choice:
    round: Round | None
    reason: Reason | None
    why: str
    by_elimination: bool = False


def match_round(
    mail: InboundMail,
    *,
    agency: Agency,
    rounds: Sequence[Round],
    stated: Sequence[tuple[str, Stated]],
    thread_round: str | None,
    received_at: datetime,
) -> RoundMatch:
    """The round that `agency`'s mail is for.

    `stated` holds what each file, by name, says of itself; `thread_round` the code of the round whose notice the mail
    answers; `received_at` is when the server got it. Reasons: wrong_period, ambiguous_round, no_open_round.
    """
    mine = [r for r in rounds if r.of(agency.code)]
    tags = [tag for text in (mail.subject, *(a.name for a in mail.attachments)) for tag in tags_in(text)]
    known = _Rounds(
        open=tuple(r for r in mine if r.is_open(received_at)),
        closed=tuple(r for r in mine if not r.is_open(received_at)),
        pointed=_pointed(mine, tags, thread_round),
    )
    documents = of_documents(stated, known.open, known.closed)
    words = of_words(mail, known.open, known.closed)
    choice, weighed = _choose(documents, words, known)
    return RoundMatch(
        choice.round,
        choice.reason,
        choice.why,
        _evidence(choice, [*documents, *words], tags, thread_round, known),
        tuple(dict.fromkeys(claim for voice in weighed for claim in voice.claims)),
        tuple(dict.fromkeys(found for voice in weighed for found in voice.said)),
    )


def _pointed(mine: Sequence[Round], tags: Sequence[Tag], thread_round: str | None) -> tuple[Round, ...]:
    by_tag = [r for r in mine if any(tag.period == r.period.code for tag in tags)]
    by_thread = [r for r in mine if r.code == thread_round]
    both = [r for r in by_tag if r in by_thread]
    return tuple(both or dict.fromkeys((*by_tag, *by_thread)))


def _choose(documents: list[Voice], words: list[Voice], known: _Rounds) -> tuple[_Choice, list[Voice]]:
    """The choice, and the voices that were weighed for it."""
    if documents:
        fitting = [r for r in known.open if any(v.fits(r) for v in documents)]
        return _by_claims(documents, fitting, words, known), documents
    subject = [v for v in words if v.source is EvidenceSource.SUBJECT]
    names = [v for v in words if v.source is EvidenceSource.FILE_NAME]
    spoken = [*subject, *names] or words
    fitting = [r for r in known.open if any(v.fits(r) for v in spoken)]
    if subject and names:
        both = [r for r in fitting if any(v.fits(r) for v in subject) and any(v.fits(r) for v in names)]
        if fitting and not both:
            contradiction = "subject and file names speak of different periods"
            return _Choice(None, Reason.AMBIGUOUS_ROUND, contradiction), spoken
        fitting = both
    if not spoken:
        return _unsaid(known), []
    pointed = [r for r in known.open if r in known.pointed]
    if fitting and pointed and not any(r in pointed for r in fitting):
        return _Choice(None, Reason.AMBIGUOUS_ROUND, "tag or thread and the words of the mail disagree"), spoken
    return _by_claims(spoken, fitting, words, known), spoken


def _by_claims(weighed: list[Voice], fitting: list[Round], words: list[Voice], known: _Rounds) -> _Choice:
    said = ", ".join(dict.fromkeys(found for voice in weighed for found in voice.said))
    if fitting:
        chosen = _one(fitting, known.pointed, words)
        if chosen:
            return _Choice(chosen, None, f"{said} fits {chosen.code}")
        return _Choice(None, Reason.AMBIGUOUS_ROUND, f"{said} fits {', '.join(r.code for r in fitting)}")
    past = [r for r in known.closed if any(v.fits(r) for v in weighed)]
    if past and (not known.open or any(r in known.pointed for r in past)):
        chosen = _one(past, known.pointed, words)
        return _Choice(chosen, Reason.NO_OPEN_ROUND, f"{said}: that round is closed")
    if not known.open:
        return _Choice(None, Reason.NO_OPEN_ROUND, f"{said}, and no round is open for the agency")
    left = _one(known.open, known.pointed, ())
    if left:
        why = f"{said} does not fit {left.code}, the round that is left"
        return _Choice(left, Reason.WRONG_PERIOD, why, by_elimination=left not in known.pointed)
    return _Choice(None, Reason.AMBIGUOUS_ROUND, f"{said} fits none of {', '.join(r.code for r in known.open)}")


def _unsaid(known: _Rounds) -> _Choice:
    """Nothing in the mail names a period: tag and thread decide, or the only open round."""
    if known.pointed:
        chosen = _one([r for r in known.open if r in known.pointed], (), ())
        if chosen:
            return _Choice(chosen, None, f"tag or thread points to {chosen.code}")
        if not any(r in known.open for r in known.pointed):
            past = _one(known.pointed, (), ())
            return _Choice(past, Reason.NO_OPEN_ROUND, "tag or thread points to a closed round")
    if len(known.open) == 1:
        return _Choice(known.open[0], None, f"{known.open[0].code} is the only open round", by_elimination=True)
    if known.open:
        codes = ", ".join(r.code for r in known.open)
        return _Choice(None, Reason.AMBIGUOUS_ROUND, f"nothing says which of {codes}")
    return _Choice(_one(known.closed, (), ()), Reason.NO_OPEN_ROUND, "no round is open for the agency")


def _one(options: Sequence[Round], pointed: Sequence[Round], words: Sequence[Voice]) -> Round | None:
    """The only option, or the only one that tag or thread, subject, file names, or body speak for, in that order."""
    if len(options) == 1:
        return options[0]
    by_voice = ([r for r in options if voice.fits(r)] for voice in words)
    for left in ([r for r in options if r in pointed], *by_voice):
        if len(left) == 1:
            return left[0]
    return None


def _evidence(
    choice: _Choice, voices: Iterable[Voice], tags: Sequence[Tag], thread_round: str | None, known: _Rounds
) -> tuple[Evidence, ...]:
    chosen = choice.round
    mine = (*known.open, *known.closed)
    heard: list[Evidence] = []
    for tag in tags:
        code = next((r.code for r in _first(chosen, mine) if r.period.code == tag.period), tag.period)
        agrees = chosen is None or tag.period == chosen.period.code
        heard.append(Evidence("round", code, EvidenceSource.TAG, found=tag.found, agrees=agrees))
    if thread_round:
        agrees = chosen is None or thread_round == chosen.code
        heard.append(Evidence("round", thread_round, EvidenceSource.THREAD, agrees=agrees))
    for voice in voices:
        agrees = chosen is None or voice.fits(chosen)
        for said in voice.sayings():
            if chosen is not None and agrees and not said.fits(chosen):
                continue
            code = next((r.code for r in _first(chosen, mine) if said.fits(r)), said.period)
            heard.append(Evidence("round", code, voice.source, found=said.found, file=voice.file, agrees=agrees))
    if chosen is not None and choice.by_elimination:
        heard.append(Evidence("round", chosen.code, EvidenceSource.OPEN_ROUND))
    return tuple(dict.fromkeys(heard))


def _first(chosen: Round | None, mine: Sequence[Round]) -> tuple[Round, ...]:
    return (chosen, *mine) if chosen else tuple(mine)
