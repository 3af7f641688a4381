"""When a draft letter is due, and whom it names: by table, and over random rounds."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import DEADLINE, LADDER, WORKING_TIME, a_round, at

from bot.decide.escalating import LetterFacts, correction_letter_key, letter_due, letter_key
from bot.decide.fairness import Reading
from bot.domain.ladder import Ladder, LadderStep, Need, StepKind, StepUnit
from bot.domain.letter import Why
from bot.domain.round import Assignment, Deadline, ObligationState, ObligationStatus, Round, RoundState

S = ObligationStatus
# 09/3 is the last day, a Thursday; the last step is due three days later, a Sunday, so on Monday at 8.
DUE = at(3, 13, 8)


def owed(
    agency: str, status: ObligationStatus = S.OVERDUE, form: str = "narrative", **changes: object
) -> ObligationState:
    values: dict[str, object] = {"agency": agency, "form": form, "status": status, "deadline": Deadline(DEADLINE)}
    return ObligationState(**(values | changes))  # type: ignore[arg-type]  # a test's free choice of fields


def came(agency: str, status: ObligationStatus, form: str = "narrative", **changes: object) -> ObligationState:
    values: dict[str, object] = {"latest_version": 1, "version": 1, "first_received_at": at(3, 8)}
    return owed(agency, status, form, **(values | changes))


def round_of(*obligations: ObligationState, **changes: object) -> Round:
    return a_round(assignments=tuple(Assignment(o.agency, o.form) for o in obligations), **changes)


def judge(
    *obligations: ObligationState, now: datetime = DUE, round_: Round | None = None, **facts: object
) -> LetterFacts | Why:
    asked: dict[str, object] = {"reading": Reading(), "muted": "", "unreached": (), "sent": ()}
    state = RoundState(round_ or round_of(*obligations), now, obligations)
    return letter_due(state, now=now, working_time=WORKING_TIME, **(asked | facts))  # type: ignore[arg-type]


def lists(answer: LetterFacts | Why) -> tuple[list[str], list[str], list[str]]:
    assert isinstance(answer, LetterFacts), answer
    return tuple([m.agency for m in part] for part in (answer.silent, answer.unfinished, answer.unreached))  # type: ignore[return-value]


def test_three_lists_and_each_agency_in_one_of_them() -> None:
    answer = judge(
        owed("stp"),
        came("tdm", S.FULFILLED),
        owed("tdm", form="ii06"),
        came("stc", S.CORRECTION_NEEDED, mend_by=at(3, 13, 0)),
        owed("ptth"),
        came("bao", S.FULFILLED_LATE),
        owed("pg", S.EXCUSED),
        unreached={"ptth", "tdm"},
    )
    assert lists(answer) == (["stp"], ["tdm", "stc"], ["ptth"]), "who has sent something was reached all the same"
    assert isinstance(answer, LetterFacts)
    assert answer.key == "escalation:2023-q1:letter:2023-03-09"
    assert [o.form for o in answer.unfinished[0].owed] == ["ii06"], "what has come is not asked for"
    assert answer.answer_by == at(3, 15).date()


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (at(3, 9, 16), "letter_nobody_over"),
        (at(3, 10, 8), "letter_not_yet"),
        (at(3, 11, 8), "outside_hours"),
        (at(3, 12, 8), "outside_hours"),
        (DUE - timedelta(seconds=1), "letter_not_yet"),
        (DUE, ""),
        (at(3, 13, 16, 59), ""),
        (at(3, 13, 17), "outside_hours"),
        (at(3, 17, 9), ""),
        (at(3, 23, 8), "letter_stale"),
    ],
)
def test_it_comes_at_the_last_step_in_office_hours(now: datetime, code: str) -> None:
    status = S.OVERDUE if now >= DEADLINE else S.OPEN
    answer = judge(owed("stp", status), now=now)
    assert (answer.code if isinstance(answer, Why) else "") == code


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"muted": "đã gọi điện"}, "round_muted"),
        ({"reading": Reading(Why("reading_failed"))}, "reading_failed"),
        ({"reading": Reading(None, {"stp": Why("blocked_held")})}, "letter_nobody_over"),
        ({"reading": Reading(why_late=Why("reading_parked"))}, "reading_parked"),
        ({"reading": Reading(blocked_late={"stp": Why("blocked_named")})}, "letter_nobody_over"),
        ({"sent": {"escalation:2023-q1:letter:2023-03-09"}}, "letter_written"),
        ({"round_": round_of(owed("stp"), closes_at=at(3, 13, 7))}, "round_closed"),
        ({"round_": a_round(assignments=(Assignment("stp", "narrative", addressed=False),))}, "all_received"),
        ({"round_": round_of(owed("stp"), ladder=Ladder(LADDER[:4]))}, "letter_not_yet"),
        ({"round_": round_of(owed("stp"), ladder=Ladder())}, "letter_not_yet"),
    ],
)
def test_what_keeps_it_silent(facts: dict[str, object], code: str) -> None:
    answer = judge(owed("stp"), **facts)  # type: ignore[arg-type]  # a test's free choice of facts
    assert isinstance(answer, Why)
    assert answer.code == code


@pytest.mark.parametrize(
    "left_out",
    [
        came("tdm", S.FULFILLED),
        owed("tdm", S.EXCUSED),
        owed("tdm", S.OPEN, deadline=Deadline(at(3, 20, 0))),
        owed("tdm", S.HELD),
        came("tdm", S.HELD),
        came("tdm", S.CORRECTION_NEEDED, mend_by=at(3, 14, 0)),
        came("tdm", S.CORRECTION_NEEDED, deadline=Deadline(at(3, 20, 0))),
    ],
    ids=["fulfilled", "excused", "extended", "a mail waits", "a version waits", "mending", "extended correction"],
)
def test_who_is_not_named(left_out: ObligationState) -> None:
    assert lists(judge(owed("stp"), left_out)) == (["stp"], [], [])
    alone = judge(left_out)
    assert isinstance(alone, Why)


def test_whose_mail_waits_is_left_alone_with_all_that_it_owes() -> None:
    assert lists(judge(owed("stp"), owed("tdm", S.HELD), owed("tdm", S.OVERDUE, "ii06"))) == (["stp"], [], [])


def test_an_extension_that_ran_out_has_a_letter_of_its_own() -> None:
    longer = owed("tdm", deadline=Deadline(at(3, 16, 0)))
    first = letter_key(round_of(longer), Deadline(DEADLINE), WORKING_TIME)
    before = judge(owed("stp"), replace(longer, status=S.OPEN))
    assert lists(before) == (["stp"], [], [])
    between = judge(owed("stp"), longer, now=at(3, 17), sent={first})
    assert isinstance(between, Why)
    after = judge(owed("stp"), longer, now=at(3, 20), sent={first})
    assert isinstance(after, LetterFacts)
    assert after.key == "escalation:2023-q1:letter:2023-03-15"
    assert lists(after) == (["stp", "tdm"], [], [])
    nobody_new = judge(owed("stp"), now=at(3, 20), sent={first})
    assert isinstance(nobody_new, Why)
    assert nobody_new.code == "letter_written"


# As in the sample office: one working day, and three, after the day until which a correction is asked for.
MENDING = Ladder(
    LADDER,
    tuple(LadderStep(f"c+{n}", StepKind.OVERDUE, n, StepUnit.WORKING, needs=Need.CORRECTION) for n in (1, 3)),
)


@pytest.mark.parametrize(
    ("mend_by", "ended_on"),
    [
        pytest.param(None, at(3, 14, 8), id="until the deadline"),
        pytest.param(at(3, 10, 0), at(3, 14, 8), id="until the deadline, in so many words"),
        pytest.param(at(3, 11, 0), at(3, 15, 8), id="a day later"),
        pytest.param(at(3, 16, 0), at(3, 20, 8), id="asked after the letter"),
    ],
)
def test_who_has_only_corrections_open_is_left_out_until_their_own_ladder_ends(
    mend_by: datetime | None, ended_on: datetime
) -> None:
    silent, mending = owed("stp"), came("tdm", S.CORRECTION_NEEDED, mend_by=mend_by)
    round_ = round_of(silent, mending, ladder=MENDING)
    first = judge(silent, mending, round_=round_)
    assert lists(first) == (["stp"], [], [])
    sent = {"escalation:2023-q1:letter:2023-03-09"}
    before = judge(silent, mending, round_=round_, sent=sent, now=ended_on - timedelta(seconds=1))
    assert isinstance(before, Why)
    after = judge(silent, mending, round_=round_, sent=sent, now=ended_on)
    assert lists(after) == (["stp"], ["tdm"], [])
    assert isinstance(after, LetterFacts)
    assert after.key == f"escalation:2023-q1:letter:{ended_on.date().isoformat()}:correction"
    assert after.deadline == mending.deadline
    again = judge(silent, mending, round_=round_, sent={*sent, after.key}, now=ended_on + timedelta(hours=1))
    assert isinstance(again, Why)
    assert again.code == "letter_written"
    alone = judge(mending, round_=round_, now=DUE)
    assert isinstance(alone, Why)
    assert alone.code == ("letter_not_yet" if ended_on < at(3, 20) else "letter_nobody_over")


def test_what_is_missing_beside_a_correction_is_named_with_it_at_once() -> None:
    both = (owed("tdm", form="ii06"), came("tdm", S.CORRECTION_NEEDED, mend_by=at(3, 11, 0)))
    answer = judge(*both, round_=round_of(*both, ladder=MENDING))
    assert lists(answer) == ([], ["tdm"], [])
    assert isinstance(answer, LetterFacts)
    assert answer.key == "escalation:2023-q1:letter:2023-03-09"


@pytest.mark.parametrize(
    "ladder",
    [
        Ladder(LADDER, MENDING.correction[:1]),
        Ladder(LADDER, (LadderStep("c-0", StepKind.REMINDER, 0),)),
        Ladder(LADDER),
    ],
    ids=["it ends before the main one", "it says nothing behind its day", "none"],
)
def test_where_no_step_for_corrections_is_to_come_the_main_ladder_ends_for_them_too(ladder: Ladder) -> None:
    mending = came("tdm", S.CORRECTION_NEEDED, mend_by=at(3, 10, 0))
    answer = judge(owed("stp"), mending, round_=round_of(owed("stp"), mending, ladder=ladder))
    assert lists(answer) == (["stp"], ["tdm"], [])
    assert isinstance(answer, LetterFacts)
    assert answer.key == "escalation:2023-q1:letter:2023-03-09"


def test_an_extension_that_ends_when_the_corrections_do_has_a_letter_beside_theirs() -> None:
    round_ = round_of(owed("stp"), ladder=MENDING)
    keys = {letter_key(round_, Deadline(at(3, 15, 0)), WORKING_TIME), correction_letter_key(round_, at(3, 14).date())}
    assert len(keys) == 2


def test_whose_own_ladder_still_speaks_is_left_out_of_a_letter_that_comes_late() -> None:
    longer = owed("tdm", deadline=Deadline(at(3, 16, 0)))
    assert lists(judge(owed("stp"), longer, now=at(3, 17))) == (["stp"], [], [])


def test_the_day_in_the_key_is_the_offices_not_that_of_utc() -> None:
    instant = DEADLINE.astimezone(tz=datetime.fromisoformat("2023-01-01T00:00+00:00").tzinfo)
    assert letter_key(a_round(), Deadline(instant), WORKING_TIME) == "escalation:2023-q1:letter:2023-03-09"


def test_the_latest_step_counts_wherever_it_stands_in_the_ladder() -> None:
    steps = (LadderStep("late", StepKind.ESCALATION, 5), *LADDER)
    round_ = round_of(owed("stp"), ladder=Ladder(steps))
    assert isinstance(judge(owed("stp"), round_=round_), Why)
    assert isinstance(judge(owed("stp"), round_=round_, now=at(3, 14, 8)), LetterFacts)


@given(
    st.lists(st.tuples(st.sampled_from(list(S)), st.booleans(), st.booleans(), st.integers(-3, 12)), max_size=8),
    st.integers(0, 400),
)
def test_nobody_is_named_whose_time_still_runs_or_who_owes_nothing(
    rows: list[tuple[ObligationStatus, bool, bool, int]], hours: int
) -> None:
    now = DEADLINE + timedelta(hours=hours)
    obligations = [
        (came if has_come else owed)(f"a{at_}", status, deadline=Deadline(DEADLINE + timedelta(days=days)))
        for at_, (status, has_come, _, days) in enumerate(rows)
    ]
    unreached = {f"a{at_}" for at_, row in enumerate(rows) if row[2]}
    answer = judge(*obligations, now=now, unreached=unreached)
    if isinstance(answer, Why):
        return
    assert WORKING_TIME.is_open(now)
    by_code = {o.agency: o for o in obligations}
    for missing in answer.named:
        state = by_code[missing.agency]
        assert state.deadline.instant <= now
        assert state.status in (S.OVERDUE, S.CORRECTION_NEEDED)
    assert not {m.agency for m in answer.silent} & unreached
    codes = [m.agency for m in answer.named]
    assert len(codes) == len(set(codes))
