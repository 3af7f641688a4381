"""The decision on one agency's nudges, by table: each rule with the moment on either side of it."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from samples import LADDER, VN, WORKING_TIME, a_decision, a_round, a_submission, at
from standings import BOTH, a_record, decide, standing_in

from bot.decide.fairness import Reading
from bot.decide.obligations import round_state
from bot.decide.reminding import AgencyStanding, NudgeReason, decide_nudges, nudge_key, partners_to_tell
from bot.decide.round_steps import MAX_TURNS
from bot.domain.decision import DecisionKind
from bot.domain.ladder import Ladder, LadderStep, Need, StepKind, StepUnit
from bot.domain.letter import Why
from bot.domain.office import Language
from bot.domain.round import Assignment, Deadline
from bot.domain.submission import Verdict
from bot.screens import say_why, section

ROUND = a_round(opens_at=at(2, 20), ladder=BOTH)
REQUEST = "request:2023-q1:tdm"
HELD_AND_DONE = [a_submission(form="ii06", verdict=Verdict.HELD), a_submission(form="narrative")]
ALL_DONE = [a_submission(form="ii06"), a_submission(form="narrative")]
BROKEN = a_submission(form="ii06", verdict=Verdict.CORRECTION, received_at=at(3, 6, 9))
GOOD = a_submission(form="narrative", received_at=at(3, 6, 9))


def ask(now, submissions=(), decisions=(), sent=(), void=(), round_=ROUND, held=(), **day):
    """The one nudge of that round, or the reason why there is none."""
    records = tuple(a_record(key) if isinstance(key, str) else key for key in (*sent, *void))
    in_vain = frozenset(key if isinstance(key, str) else key.mark.key for key in void)
    standing = standing_in(round_, now, submissions, decisions, held, records=records, void=in_vain)
    verdict = decide(now, standing, **day)
    assert (len(verdict.nudges) == 1) is not (round_.code in verdict.silences)
    return verdict.nudges[0] if verdict.nudges else verdict.silences[round_.code]


def code(answer):
    return answer.code if isinstance(answer, Why) else answer.step.code


@pytest.mark.parametrize(
    ("case", "now", "step"),
    [
        ("opening", at(2, 20, 8), "request"),
        ("T-7 is a Thursday", at(3, 2, 8), "t-7"),
        ("T-3", at(3, 6, 8), "t-3"),
        ("T-1", at(3, 8, 8), "t-1"),
        ("the day itself", at(3, 9, 8), "t-0"),
        ("first day after", at(3, 10, 8), "t+1"),
        ("third day after is a Sunday: Monday", at(3, 13, 8), "t+3"),
        ("after down-time only the latest step", at(3, 7, 15), "t-3"),
        ("what was left over gives way to the step of today", at(3, 9, 7, 45), NudgeReason.NOT_DUE),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_step_of_the_day(case, now, step):
    answer = ask(now)
    assert code(answer) == step


@pytest.mark.parametrize(
    ("reason", "now", "facts"),
    [
        (NudgeReason.SETTLED, at(3, 9), {"submissions": ALL_DONE}),
        (NudgeReason.SETTLED, at(3, 6), {"decisions": [a_decision(DecisionKind.EXCUSE, at(3, 3))]}),
        (NudgeReason.OUTSIDE_HOURS, at(3, 5, 7, 29), {}),
        (NudgeReason.OUTSIDE_HOURS, at(3, 6, 17, 0), {}),
        (NudgeReason.OUTSIDE_HOURS, at(3, 5, 9), {}),
        (NudgeReason.ONCE_A_DAY, at(3, 6, 9), {"last": date(2023, 3, 6)}),
        (NudgeReason.HELD, at(3, 6), {"held": ("tdm",)}),
        (NudgeReason.HELD_REST, at(3, 9), {"submissions": HELD_AND_DONE}),
        (NudgeReason.NOT_DUE, at(2, 17, 9), {}),
        (NudgeReason.STALE, at(3, 23, 9), {}),
        (NudgeReason.CLOSED, at(3, 13, 9), {"round_": replace(ROUND, closes_at=at(3, 11))}),
        (NudgeReason.SPOKEN, at(3, 6, 9), {"sent": ["reminder:2023-q1:tdm:t-3:2023-03-09"]}),
        (NudgeReason.SPOKEN, at(3, 13, 9), {"sent": ["overdue:2023-q1:tdm:t+3:2023-03-09"]}),
        (NudgeReason.MUTED, at(3, 6, 9), {"decisions": [a_decision(DecisionKind.MUTE, at(3, 3), agency="")]}),
        (NudgeReason.QUIET, at(3, 6, 9), {"mail_at": at(3, 6, 5, 1)}),
        (NudgeReason.NO_STEP, at(3, 6, 9), {"round_": replace(ROUND, ladder=Ladder()), "sent": [REQUEST]}),
        (
            NudgeReason.PASSED,
            at(3, 10, 7, 45),
            {"round_": replace(ROUND, ladder=Ladder(LADDER[:4]))},
        ),
        ("reading_failed", at(3, 6, 9), {"reading": Reading(Why("reading_failed", {"error": "x"}))}),
        (
            "blocked_named",
            at(3, 14, 9),
            {"reading": Reading(blocked_late={"tdm": Why("blocked_named", {"mail": 7, "found": "x"})})},
        ),
        ("reading_parked", at(3, 14, 9), {"reading": Reading(why_late=Why("reading_parked", {"mail": 7}))}),
        ("blocked_held", at(3, 6, 9), {"reading": Reading(None, {"tdm": Why("blocked_held", {"mail": 7})})}),
    ],
)
def test_silence_says_why(reason, now, facts):
    silence = ask(now, **facts)
    assert isinstance(silence, Why), silence
    assert silence.code == reason
    for language in Language:
        assert "{" not in say_why(language, silence, WORKING_TIME)


@pytest.mark.parametrize(
    ("case", "now", "facts", "step"),
    [
        ("quiet hours are over", at(3, 6, 9), {"mail_at": at(3, 6, 5)}, "t-3"),
        ("a mail of tomorrow's clock is no mail yet", at(3, 6, 9), {"mail_at": at(3, 6, 9, 1)}, "t-3"),
        ("yesterday's mail of the day", at(3, 6, 9), {"last": date(2023, 3, 5)}, "t-3"),
        ("another agency's mail waits", at(3, 6, 9), {"reading": Reading(None, {"stp": Why("blocked_held")})}, "t-3"),
        ("nothing is late yet", at(3, 6, 9), {"reading": Reading(None, {}, Why("x"), {"tdm": Why("x")})}, "t-3"),
        ("a request is no reproach", at(2, 20, 9), {"reading": Reading(Why("reading_failed"))}, "request"),
        ("nor while a mail may hold it", at(2, 20, 9), {"reading": Reading(None, {"tdm": Why("x")})}, "request"),
        ("nine days late", at(3, 22, 9), {}, "t+3"),
        (
            "a request goes out although there is more time",
            at(2, 21, 9),
            {"decisions": [a_decision(DecisionKind.EXTEND, at(2, 20, 9), until=at(3, 20, 0))]},
            "request",
        ),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_speaks_all_the_same(case, now, facts, step):
    assert code(ask(now, **facts)) == step


# ---- what is owed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("now", [at(3, 8), at(3, 10)], ids=["reminder", "overdue"])
def test_a_form_that_waits_for_a_person_does_not_silence_the_others(now):
    nudge = ask(now, [a_submission(form="ii06", verdict=Verdict.HELD, received_at=at(3, 7))])
    assert [o.form for o in nudge.owed] == ["narrative"]
    assert [o.form for o in nudge.obligations] == ["narrative", "ii06"]


@pytest.mark.parametrize(
    ("case", "unaddressed", "submissions", "expected"),
    [
        ("all are addressed", (), [], ["narrative", "ii06"]),
        ("one is not: neither asked for nor named", ("ii06",), [], ["narrative"]),
        ("none is", ("ii06", "narrative"), [], NudgeReason.NOT_ADDRESSED),
        (
            "what is not asked for is all that lacks",
            ("ii06",),
            [a_submission(form="narrative", received_at=at(2, 18))],
            NudgeReason.SETTLED,
        ),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
@pytest.mark.parametrize("now", [at(2, 20, 8), at(3, 8), at(3, 10)], ids=["request", "reminder", "overdue"])
def test_what_the_letter_does_not_address_is_never_nudged_for(case, unaddressed, submissions, expected, now):
    duties = [Assignment("tdm", form, addressed=form not in unaddressed) for form in ("narrative", "ii06")]
    answer = ask(now, submissions, round_=replace(ROUND, assignments=tuple(duties)))
    if isinstance(expected, NudgeReason):
        assert code(answer) == expected
    else:
        assert [o.form for o in answer.obligations] == [o.form for o in answer.owed] == expected


@pytest.mark.parametrize(
    ("case", "partner", "submissions", "told"),
    [
        ("a partner with a duty of its own reads of it in its own request", Assignment("stp", "narrative"), [], ()),
        ("a partner that owes nothing", None, [], ("stp",)),
        ("one that the letter does not address", Assignment("stp", "narrative", addressed=False), [], ("stp",)),
        (
            "one that has sent everything",
            Assignment("stp", "narrative"),
            [a_submission(agency="stp", form="narrative")],
            ("stp",),
        ),
        ("the lead has sent it", None, [a_submission(form="ii06")], ()),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_partners_that_only_the_leads_request_can_tell(case, partner, submissions, told):
    duties = (Assignment("tdm", "narrative"), Assignment("tdm", "ii06", partners=("stp",)))
    round_ = a_round(assignments=(*duties, *([partner] if partner else [])))
    assert partners_to_tell(round_state(round_, submissions, [], at(3, 2), working_time=WORKING_TIME), "tdm") == told


@pytest.mark.parametrize(
    ("need", "nothing_came", "one_came", "one_to_mend"),
    [
        (Need.MISSING, True, True, True),
        (Need.NOTHING, True, False, False),
        (Need.UNSETTLED, True, True, True),
        (Need.CORRECTION, False, False, True),
    ],
)
def test_needs(need, nothing_came, one_came, one_to_mend):
    # without a ladder of their own, corrections hang on the deadline as well
    round_ = replace(ROUND, ladder=Ladder((replace(LADDER[2], needs=need),)))
    cases = (nothing_came, []), (one_came, [GOOD]), (one_to_mend, [BROKEN])
    for speaks, submissions in cases:
        answer = ask(at(3, 8), submissions, round_=round_, sent=[REQUEST])
        assert code(answer) == ("t-1" if speaks else NudgeReason.NO_STEP), (need, submissions)


@pytest.mark.parametrize(
    ("ladder", "step"),
    [
        (Ladder((replace(LADDER[2], needs=Need.UNSETTLED),)), "t-1"),
        (Ladder((replace(LADDER[2], needs=Need.UNSETTLED),), BOTH.correction), "c-1"),
        (Ladder((LADDER[2],)), NudgeReason.NO_STEP),
    ],
    ids=["no ladder of its own", "its own alone", "nobody speaks of it"],
)
def test_who_speaks_of_a_correction_alone(ladder, step):
    answer = ask(at(3, 8), [GOOD, BROKEN], round_=replace(ROUND, ladder=ladder), sent=[REQUEST])
    assert code(answer) == step


# ---- corrections -------------------------------------------------------------------------------------------


START = at(2, 19, 0)


def walk(until, round_=ROUND, start=START, submissions=(), decisions=(), **facts):
    """What goes out, and when, in a house that looks every half hour."""
    records, last, found, now = [], None, [], start
    while now < until:
        answer = ask(now, submissions, decisions, sent=records, last=last, round_=round_, **facts)
        if not isinstance(answer, Why):
            records += [a_record(mark.key, now) for mark in answer.marks]
            last = now.date()
            found.append((f"{now:%d/%m %H:%M}", *(mark.step for mark in answer.marks)))
        now += timedelta(minutes=30)
    return found


def test_a_correction_has_its_own_days():
    late = a_submission(form="ii06", verdict=Verdict.CORRECTION, received_at=at(3, 14, 16, 59))
    early = a_submission(form="narrative", received_at=at(2, 19))
    slow = replace(ROUND, ladder=replace(BOTH, correction_days=2))
    assert walk(at(3, 30), slow, at(3, 14, 12), [late, early])[1:] == [
        ("15/03 08:00", "c-1"),
        ("16/03 08:00", "c-0"),
        ("17/03 08:00", "c+1"),
        ("21/03 08:00", "c+3"),
    ]


def test_what_is_missing_and_what_must_be_mended_is_one_mail_with_two_marks():
    days = walk(at(3, 30), submissions=[BROKEN])
    assert days == [
        ("20/02 08:00", "request"),
        ("02/03 08:00", "t-7"),
        ("06/03 08:00", "t-3"),
        ("08/03 08:00", "t-1", "c-1"),
        ("09/03 08:00", "t-0", "c-0"),
        ("10/03 08:00", "t+1", "c+1"),
        ("13/03 08:00", "t+3"),
        ("14/03 08:00", "c+3"),
    ]
    nudge = ask(at(3, 8), [BROKEN])
    assert (nudge.key, nudge.marks[0].key) == ("reminder:2023-q1:tdm:t-1:2023-03-09",) * 2
    assert [o.form for o in nudge.owed] == ["narrative", "ii06"]


def test_a_correction_is_counted_to_its_own_last_day():
    late = a_submission(form="ii06", verdict=Verdict.CORRECTION, received_at=at(3, 13, 9))
    nudge = ask(at(3, 14, 8), [GOOD, late])
    assert (nudge.step.code, nudge.deadline.instant, nudge.deadline.printed) == ("c-0", at(3, 15, 0), "")
    assert (nudge.days, nudge.key) == (0, "reminder:2023-q1:tdm:c-0:2023-03-14")
    assert [o.form for o in nudge.owed] == ["ii06"]
    with_it = ask(at(3, 8), [GOOD, BROKEN])
    assert with_it.deadline == ROUND.deadline  # due with the deadline: its own words


def test_lateness_leads_before_a_reminder_of_the_same_round():
    late = a_submission(form="ii06", verdict=Verdict.CORRECTION, received_at=at(3, 10, 9))
    nudge = ask(at(3, 13, 8), [late])
    assert [m.step for m in nudge.marks] == ["t+3", "c-0"]
    assert nudge.deadline == ROUND.deadline


# ---- more time ---------------------------------------------------------------------------------------------

EXTENDED = a_decision(DecisionKind.EXTEND, at(3, 7, 10), until=datetime(2023, 3, 15, tzinfo=VN))
GRACED = a_decision(DecisionKind.GRACE, at(3, 7, 10), until=datetime(2023, 3, 15, tzinfo=VN), agency="")


@pytest.mark.parametrize("decision", [EXTENDED, GRACED], ids=["extension", "grace"])
def test_silence_while_more_time_runs_and_lateness_from_the_new_day(decision):
    assert walk(at(4, 10), decisions=[decision])[3:] == [("15/03 08:00", "t+1"), ("17/03 08:00", "t+3")]
    silence = ask(at(3, 14, 9), decisions=[decision], sent=[REQUEST])
    assert silence.code == NudgeReason.EXTENDED
    assert silence.params["deadline"] == at(3, 15, 0)
    assert (silence.params["next"], silence.params["next_at"]) == ("t+1", at(3, 15))


def test_more_time_for_one_form_says_nothing_of_the_other():
    one = replace(EXTENDED, form="ii06")
    nudge = ask(at(3, 10), decisions=[one])
    assert (nudge.step.code, [o.form for o in nudge.owed], [o.form for o in nudge.obligations]) == (
        "t+1",
        ["narrative"],
        ["narrative"],
    )
    assert walk(at(4, 10), decisions=[one])[3:] == [
        ("08/03 08:00", "t-1"),
        ("09/03 08:00", "t-0"),
        ("10/03 08:00", "t+1"),
        ("13/03 08:00", "t+3"),
        ("15/03 08:00", "t+1"),
        ("17/03 08:00", "t+3"),
    ]


def test_who_can_be_reached_by_nothing_is_not_written_to():
    standing = standing_in(a_round(opens_at=at(2, 20)), at(3, 6, 9), records=(a_record(REQUEST, at(2, 20)),))
    whole = AgencyStanding("tdm", (standing,), is_reachable=False)
    verdict = decide_nudges(whole, Reading(), now=at(3, 6, 9), working_time=WORKING_TIME)
    assert verdict.nudges == ()
    assert verdict.silences["2023-q1"] == Why(NudgeReason.NO_ADDRESS, {"step": "t-3"})


# ---- what has been said, and what came back ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "sent", "void", "expected"),
    [
        ("came back: again, the same day", [], ["reminder:2023-q1:tdm:t-3:2023-03-09"], "t-3:2023-03-09:2"),
        (
            "came back twice",
            [],
            ["reminder:2023-q1:tdm:t-3:2023-03-09", "reminder:2023-q1:tdm:t-3:2023-03-09:2"],
            "t-3:2023-03-09:3",
        ),
        (
            "the second arrived",
            ["reminder:2023-q1:tdm:t-3:2023-03-09:2"],
            ["reminder:2023-q1:tdm:t-3:2023-03-09"],
            NudgeReason.SPOKEN,
        ),
        (
            "no end of it",
            [],
            [f"reminder:2023-q1:tdm:t-3:2023-03-09{turn}" for turn in ("", ":2", ":3", ":4")],
            NudgeReason.UNREACHED,
        ),
        ("said for another deadline", ["reminder:2023-q1:tdm:t-3:2023-03-14"], [], "t-3:2023-03-09"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_turns(case, sent, void, expected):
    answer = ask(at(3, 6, 9), sent=[REQUEST, *sent], void=[a_record(key, at(3, 6, 8)) for key in void])
    if isinstance(expected, NudgeReason):
        assert code(answer) == expected
    else:
        assert answer.key == f"reminder:2023-q1:tdm:{expected}"
        assert answer.why.code == (NudgeReason.AGAIN if void else NudgeReason.DUE)
    assert MAX_TURNS == 4


def test_a_request_that_came_back_is_asked_again():
    assert ask(at(2, 21, 9), void=[REQUEST]).key == f"{REQUEST}:2"


def test_of_two_steps_on_one_day_the_first_speaks_and_the_second_never():
    noon = replace(LADDER[1], code="t-3b", hour=12)
    assert walk(at(3, 8), replace(ROUND, ladder=Ladder((LADDER[1], noon))))[1:] == [("06/03 08:00", "t-3")]


def test_the_request_has_said_what_a_step_of_its_day_would_say():
    opened_at_night = replace(ROUND, opens_at=at(3, 3, 20))
    assert walk(at(3, 9), opened_at_night) == [("06/03 07:30", "request"), ("08/03 08:00", "t-1")]


def test_no_step_on_the_day_on_which_the_deadline_became_known():
    opened_on_t_minus_7 = replace(ROUND, opens_at=at(3, 2))
    assert code(ask(at(3, 2), round_=opened_on_t_minus_7)) == "request"
    answer = ask(at(3, 3), round_=opened_on_t_minus_7, sent=[REQUEST])
    assert (answer.code, answer.params["step"], answer.params["at"]) == (NudgeReason.NOT_DUE, "t-3", at(3, 6))


def test_days_are_counted_both_ways():
    before, after = ask(at(3, 6)), ask(at(3, 13))
    assert (before.days, before.working_days) == (3, 3)
    assert (after.days, after.working_days) == (4, 2)
    assert before.upcoming.step.code == "t-1"
    assert after.upcoming is None


def test_hours_before_the_deadline():
    hours = LadderStep("h-4", StepKind.REMINDER, -4, StepUnit.HOURS)
    assert walk(at(3, 20), replace(ROUND, ladder=Ladder((hours,))))[1:] == [("09/03 16:00", "h-4")]


# ---- several rounds ----------------------------------------------------------------------------------------

OTHER = replace(ROUND, code="2023-m02", deadline=Deadline(datetime(2023, 3, 7, tzinfo=VN)), opens_at=at(2, 21))
EARLY = tuple(replace(step, hour=7, minute=30) for step in LADDER)


def both(now, one=ROUND, other=OTHER, sent=(), **day):
    standings = [
        standing_in(r, now, records=tuple(a_record(k) for k in sent if k.split(":")[1] == r.code)) for r in (one, other)
    ]
    return decide(now, *standings, **day)


def test_what_falls_due_later_today_rides_along_and_lateness_leads():
    early = replace(ROUND, ladder=Ladder(EARLY))
    verdict = both(at(3, 6, 7, 30), early)  # t-3 here at 7:30, t-0 there at 8:00
    assert [(n.round.code, n.step.code, n.why.code) for n in verdict.nudges] == [
        ("2023-m02", "t-0", NudgeReason.PULLED),
        ("2023-q1", "t-3", NudgeReason.DUE),
    ]
    assert verdict.silences == {}
    late = both(at(3, 7, 9), early)  # t+1 there; here t-3 was left over, and t-1 is tomorrow
    assert [(n.round.code, n.step.code) for n in late.nudges] == [("2023-m02", "t+1"), ("2023-q1", "t-3")]


def test_of_two_steps_at_one_time_the_later_one_rides_along_too():
    # t+1 and t+3 there fall on Monday 13/3 at 8:00, as the deadline was Friday; here a mail goes out at 7:30
    friday = replace(OTHER, deadline=Deadline(at(3, 11, 0)))
    here = replace(ROUND, deadline=Deadline(at(3, 17, 0)), ladder=Ladder(EARLY))
    verdict = both(at(3, 13, 7, 30), here, friday)
    assert [(n.round.code, n.step.code) for n in verdict.nudges] == [("2023-m02", "t+3"), ("2023-q1", "t-3")]


def test_what_was_to_mend_before_the_opening_is_no_reason_to_speak_on_its_day():
    early = a_submission(form="ii06", verdict=Verdict.CORRECTION, received_at=at(2, 17, 9))
    opened_on_c_minus_1 = replace(ROUND, opens_at=at(3, 8, 7, 30))
    assert code(ask(at(3, 8, 9), [early, GOOD], round_=opened_on_c_minus_1)) == "request"


def test_nothing_starts_a_mail_before_its_own_time():
    verdict = both(at(3, 6, 7, 45))
    assert verdict.nudges == ()
    assert {why.code for why in verdict.silences.values()} == {NudgeReason.NOT_DUE}


def test_a_request_comes_last_and_never_before_the_opening():
    opening = replace(OTHER, deadline=Deadline(at(3, 20, 0)), opens_at=at(3, 6, 10))
    before = both(at(3, 6, 8), other=opening)
    assert [n.step.code for n in before.nudges] == ["t-3"]
    assert before.silences["2023-m02"].params == {"step": "request", "at": at(3, 6, 10)}
    after = both(at(3, 6, 10), other=opening)
    assert [n.step.code for n in after.nudges] == ["t-3", "request"]


def test_while_the_mailbox_is_unread_only_the_request_goes():
    opening = replace(OTHER, deadline=Deadline(at(3, 20, 0)), opens_at=at(3, 6, 8))
    verdict = both(at(3, 6, 8), other=opening, reading=Reading(Why("reading_failed", {"error": "x"})))
    assert [n.step.code for n in verdict.nudges] == ["request"]
    assert verdict.silences["2023-q1"].code == "reading_failed"


def test_the_strictest_quiet_hours_hold_for_all():
    strict = replace(OTHER, ladder=replace(BOTH, quiet_hours=20), deadline=Deadline(at(4, 30, 0)))
    verdict = both(at(3, 6, 9), other=strict, sent=["request:2023-m02:tdm"], mail_at=at(3, 5, 16))
    assert verdict.nudges == ()
    assert verdict.silences["2023-q1"].params["until"] == at(3, 6, 12)


def test_keys():
    step = LADDER[0]
    assert nudge_key(ROUND, "tdm", step, ROUND.deadline) == "reminder:2023-q1:tdm:t-7:2023-03-09"
    assert nudge_key(ROUND, "tdm", step, ROUND.deadline, 2) == "reminder:2023-q1:tdm:t-7:2023-03-09:2"


# ---- the words ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", list(Language))
def test_every_reason_has_its_words(language):
    known = section(language, "why")
    assert {reason.value for reason in NudgeReason} <= set(known)
    assert "next" in known


def test_a_reason_is_said_with_what_comes_next():
    silence = ask(at(3, 6, 9), sent=["reminder:2023-q1:tdm:t-3:2023-03-09"])
    assert say_why(Language.EN, silence, WORKING_TIME) == (
        "Step t-3, due at 08:00 on 6 March 2023, has been spoken; the next step is t-1, at 08:00 on 8 March 2023"
    )
    assert say_why(Language.VI, silence, WORKING_TIME).endswith("bước tiếp theo là t-1, lúc 8 giờ 00 ngày 08/3/2023")
    graced = say_why(Language.EN, ask(at(3, 14), decisions=[GRACED], sent=[REQUEST]), WORKING_TIME)
    assert graced.startswith(
        "It has more time, until midnight at the end of Tuesday 14 March 2023; the next step is t+1"
    )
