from datetime import datetime

import pytest
from samples import VN, WORKING_TIME, a_decision, a_round, a_submission, at

from bot.decide.obligations import round_state
from bot.decide.places import AgencyPlace, place_of
from bot.domain.decision import DecisionKind
from bot.domain.submission import Verdict


@pytest.mark.parametrize(
    ("submissions", "decisions", "place"),
    [
        ([], [], "silent"),
        ([a_submission(form="narrative"), a_submission()], [], "done"),
        ([a_submission(form="narrative")], [a_decision(DecisionKind.EXCUSE, at(3, 3), form="ii06")], "done"),
        ([], [a_decision(DecisionKind.EXCUSE, at(3, 3))], "done"),
        ([a_submission(form="narrative")], [], "partial"),
        ([a_submission(form="narrative"), a_submission(verdict=Verdict.CORRECTION)], [], "fix"),
        ([a_submission(form="narrative"), a_submission(verdict=Verdict.HELD)], [], "held"),
        ([a_submission(form="narrative", verdict=Verdict.CORRECTION), a_submission(verdict=Verdict.HELD)], [], "fix"),
    ],
)
@pytest.mark.parametrize("unreached", [False, True])
def test_each_agency_has_one_place(submissions, decisions, place, unreached):
    now = datetime(2023, 3, 9, 9, tzinfo=VN)
    states = round_state(a_round(), submissions, decisions, now, working_time=WORKING_TIME).of("tdm")
    expected = "undelivered" if unreached and place == "silent" else place
    assert place_of(states, unreached) is AgencyPlace(expected)
