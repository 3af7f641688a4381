"""Which round is the one of the period before: as the round's file says, or else found.

Found is, among the rounds that give the same forms to the same agencies, the one with the latest period that ends
before this one begins; of several the one that shares most duties. Where there is none, nothing is compared.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.domain.round import Round
from bot.settings.report import Report


def link_previous(rounds: Sequence[Round], codes: Collection[str], report: Report, folder: str) -> tuple[Round, ...]:
    """The rounds, each with its `previous`. `codes` are those of all files, of broken ones too: naming one of these is
    right.
    """
    by_code = {round_.code: round_ for round_ in rounds}
    linked = []
    for round_ in rounds:
        file = f"{folder}/{round_.code}.toml"
        if not round_.previous:
            linked.append(replace(round_, previous=_found(round_, rounds)))
            continue
        other = by_code.get(round_.previous)
        if round_.previous not in codes or round_.previous == round_.code:
            known = ", ".join(code for code in sorted(codes) if code != round_.code) or report.say("nothing")
            report.fault(file, "previous", report.shown(round_.previous), "other_round", rounds=known)
        elif other is not None and other.period.last_day >= round_.period.last_day:
            period = other.period.code
            report.warn(
                file, "previous", "w_previous_not_before", other=other.code, period=period, own=round_.period.code
            )
        linked.append(round_)
    return tuple(linked)


def _found(round_: Round, rounds: Sequence[Round]) -> str:
    duties = _duties(round_)
    before = [r for r in rounds if r.period.last_day < round_.period.first_day and _duties(r) & duties]
    newest = max(before, key=lambda r: (r.period.last_day, len(_duties(r) & duties), r.code), default=None)
    return newest.code if newest is not None else ""


def _duties(round_: Round) -> set[tuple[str, str]]:
    return {(assignment.agency, assignment.form) for assignment in round_.assignments}
