import pytest

from bot.decide.judging import judge, mail_outcome
from bot.domain.form import Severity
from bot.domain.mail import Outcome, Reason
from bot.domain.submission import Finding, Place, Verdict

ERROR = Finding("X201", Severity.ERROR, Place(sheet="II.06", cell="D14"))
REMARK = Finding("M103", Severity.REMARK, Place(file="thu.docx"))
NO_FILE = Finding("M101", Severity.ERROR, Place(file=None))


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        ((), Verdict.ACCEPTED),
        ((REMARK,), Verdict.ACCEPTED_WITH_REMARKS),
        ((ERROR,), Verdict.CORRECTION),
        ((REMARK, ERROR), Verdict.CORRECTION),
    ],
)
def test_verdict(findings, verdict):
    assert judge(findings) is verdict


@pytest.mark.parametrize(
    ("verdicts", "loose", "outcome", "reason"),
    [
        ([Verdict.ACCEPTED], (), Outcome.ACCEPTED, Reason.OK),
        ([Verdict.ACCEPTED_WITH_REMARKS], (REMARK,), Outcome.ACCEPTED, Reason.OK),
        ([Verdict.ACCEPTED, Verdict.CORRECTION], (), Outcome.CORRECTION, Reason.FINDINGS),
        ([Verdict.ACCEPTED], (ERROR,), Outcome.CORRECTION, Reason.FINDINGS),
        ([Verdict.ACCEPTED, Verdict.HELD], (), Outcome.HELD, Reason.FINDINGS),
        ([], (NO_FILE,), Outcome.CORRECTION, Reason.NO_ATTACHMENT),
        ([], (REMARK,), Outcome.HELD, Reason.NOT_ASSIGNED),
        ([Verdict.HELD], (REMARK,), Outcome.HELD, Reason.FINDINGS),
        ([], (), Outcome.HELD, Reason.FINDINGS),
    ],
)
def test_outcome_of_a_mail(verdicts, loose, outcome, reason):
    assert mail_outcome(verdicts, loose) == (outcome, reason)
