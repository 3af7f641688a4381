"""What becomes of a mail, by what is known of its sender.

| policy | vouched for | shown to be false | nobody says anything | the same, of an exempt domain |
|---|---|---|---|---|
| off | goes on | goes on | goes on | goes on |
| note | goes on | held | noted | noted |
| hold | goes on | held | held | noted |

An exemption is for domains that are known not to sign: it says nothing for a mail that is shown to be false. Where the
answer may change because DNS is away, a mail that would be held waits for `patience` first. Pure; never fails.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.domain.mail import Evidence, EvidenceSource, InboundRecord
from bot.domain.trust import AuthenticationRules, Authenticity, TrustPolicy, Vouching

ABOUT = "sender"
"""What such evidence is about; its value is the word of `VouchingWhy`."""


class Step(StrEnum):
    """What a mail does next. WAIT: it is looked at again at the next walk."""

    GO_ON = "go_on"
    NOTE = "note"
    HOLD = "hold"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Trust:
    """The step, why, and the evidence to keep with the mail."""

    step: Step
    why: str
    evidence: tuple[Evidence, ...] = ()


def judge_trust(rules: AuthenticationRules, found: Authenticity, sender: str, waited: timedelta) -> Trust:
    """The step of a mail from `sender` (lower case) that has been known here for `waited`."""
    if rules.policy is TrustPolicy.OFF:
        return Trust(Step.GO_ON, "the office asks for no proof")
    said = found.why.value + (f" ({found.detail})" if found.detail else "")
    evidence = (Evidence(ABOUT, found.why.value, EvidenceSource.AUTHENTICATION, found.detail, agrees=found.passed),)
    if found.passed:
        return Trust(Step.GO_ON, said, evidence)
    if found.vouching is Vouching.REFUTED:
        return Trust(Step.HOLD, said, evidence)
    if rules.policy is TrustPolicy.NOTE or sender.rpartition("@")[2] in rules.exempt_domains:
        return Trust(Step.NOTE, said, evidence)
    if found.is_transient and waited < rules.patience:
        return Trust(Step.WAIT, said)
    return Trust(Step.HOLD, said, evidence)


def judge_order(
    rules: AuthenticationRules, found: Authenticity, sender: str, waited: timedelta, *, needs_proof: bool
) -> Step:
    """Whether a coordinator's order is carried out (GO_ON), refused (HOLD) or looked at again (WAIT). `needs_proof`:
    the office asks for proof of orders whatever its policy is; no exemption counts then.
    """
    if needs_proof and not found.passed:
        return Step.WAIT if found.is_transient and waited < rules.patience else Step.HOLD
    step = judge_trust(rules, found, sender, waited).step
    return Step.GO_ON if step is Step.NOTE else step


def is_unproven(mail: InboundRecord) -> bool:
    """Whether that mail has gone on though nobody vouched for its sender."""
    return any(e.about == ABOUT and not e.agrees for e in mail.evidence)
