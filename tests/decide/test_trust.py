"""The whole table of what becomes of a mail, by the office's policy and what is known of its sender."""

from datetime import timedelta

import pytest

from bot.decide.trust import Step, judge_order, judge_trust
from bot.domain.mail import EvidenceSource
from bot.domain.trust import AuthenticationRules, Authenticity, TrustPolicy, Vouching, VouchingWhy

OFF, NOTE, HOLD = TrustPolicy.OFF, TrustPolicy.NOTE, TrustPolicy.HOLD
YES = Authenticity(Vouching.VOUCHED, VouchingWhy.SERVER_VOUCHES, "dmarc=pass")
NO = Authenticity(Vouching.REFUTED, VouchingWhy.SERVER_FAIL, "dmarc=fail")
NOTHING = Authenticity(Vouching.NONE, VouchingWhy.UNSIGNED)
AWAY = Authenticity(Vouching.NONE, VouchingWhy.DNS_DOWN, "timed out", is_transient=True)
SENDER, EXEMPT = "stp@binhduong.example", "tu@khong-ky.example"
SOON, LATE = timedelta(minutes=59), timedelta(hours=1)


def rules(policy: TrustPolicy) -> AuthenticationRules:
    return AuthenticationRules(policy, exempt_domains=frozenset({"khong-ky.example"}))


@pytest.mark.parametrize(
    ("policy", "found", "sender", "waited", "step"),
    [
        (OFF, YES, SENDER, SOON, Step.GO_ON),
        (OFF, NO, SENDER, SOON, Step.GO_ON),
        (OFF, NOTHING, SENDER, SOON, Step.GO_ON),
        (OFF, AWAY, SENDER, SOON, Step.GO_ON),
        (NOTE, YES, SENDER, SOON, Step.GO_ON),
        (NOTE, NO, SENDER, SOON, Step.HOLD),
        (NOTE, NOTHING, SENDER, SOON, Step.NOTE),
        (NOTE, AWAY, SENDER, SOON, Step.NOTE),
        (NOTE, NO, EXEMPT, SOON, Step.HOLD),
        (NOTE, NOTHING, EXEMPT, SOON, Step.NOTE),
        (HOLD, YES, SENDER, SOON, Step.GO_ON),
        (HOLD, NO, SENDER, SOON, Step.HOLD),
        (HOLD, NOTHING, SENDER, SOON, Step.HOLD),
        (HOLD, AWAY, SENDER, SOON, Step.WAIT),
        (HOLD, AWAY, SENDER, LATE, Step.HOLD),
        (HOLD, YES, EXEMPT, SOON, Step.GO_ON),
        (HOLD, NO, EXEMPT, SOON, Step.HOLD),
        (HOLD, NOTHING, EXEMPT, SOON, Step.NOTE),
        (HOLD, AWAY, EXEMPT, SOON, Step.NOTE),
        (HOLD, NOTHING, "tu@phong.khong-ky.example", SOON, Step.HOLD),
        (HOLD, NOTHING, "tu@khong-ky.example.noikhac.test", SOON, Step.HOLD),
        (HOLD, NOTHING, "khong-ky.example@noikhac.test", SOON, Step.HOLD),
    ],
)
def test_the_table(policy: TrustPolicy, found: Authenticity, sender: str, waited: timedelta, step: Step) -> None:
    judged = judge_trust(rules(policy), found, sender, waited)
    assert judged.step is step
    assert judged.why
    if policy is OFF or step is Step.WAIT:
        assert judged.evidence == ()
    else:
        (evidence,) = judged.evidence
        assert (evidence.about, evidence.value, evidence.source, evidence.found, evidence.agrees) == (
            "sender",
            found.why.value,
            EvidenceSource.AUTHENTICATION,
            found.detail,
            found is YES,
        )


@pytest.mark.parametrize(
    ("policy", "found", "sender", "waited", "needs_proof", "step"),
    [
        (OFF, NOTHING, SENDER, SOON, False, Step.GO_ON),
        (OFF, NO, SENDER, SOON, False, Step.GO_ON),
        (OFF, YES, SENDER, SOON, True, Step.GO_ON),
        (OFF, NO, SENDER, SOON, True, Step.HOLD),
        (OFF, NOTHING, SENDER, SOON, True, Step.HOLD),
        (OFF, AWAY, SENDER, SOON, True, Step.WAIT),
        (OFF, AWAY, SENDER, LATE, True, Step.HOLD),
        (NOTE, NO, SENDER, SOON, False, Step.HOLD),
        (NOTE, NOTHING, SENDER, SOON, False, Step.GO_ON),
        (NOTE, NOTHING, SENDER, SOON, True, Step.HOLD),
        (HOLD, YES, SENDER, SOON, False, Step.GO_ON),
        (HOLD, NOTHING, SENDER, SOON, False, Step.HOLD),
        (HOLD, AWAY, SENDER, SOON, False, Step.WAIT),
        (HOLD, NOTHING, EXEMPT, SOON, False, Step.GO_ON),
        (HOLD, NOTHING, EXEMPT, SOON, True, Step.HOLD),
    ],
)
def test_an_order_is_obeyed_refused_or_looked_at_again(
    policy: TrustPolicy, found: Authenticity, sender: str, waited: timedelta, needs_proof: bool, step: Step
) -> None:
    assert judge_order(rules(policy), found, sender, waited, needs_proof=needs_proof) is step
