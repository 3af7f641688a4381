"""What the tests of the ladder share: one agency's rounds as the flow would hand them over, and mails it has had."""

from samples import LADDER, WORKING_TIME, at

from bot.decide.fairness import Reading
from bot.decide.obligations import deadline_set_at, round_state
from bot.decide.reminding import AgencyStanding, RoundStanding, decide_nudges
from bot.domain.decision import DecisionKind
from bot.domain.ladder import Ladder, LadderStep, Need, Recipient, StepKind, StepUnit, Tone
from bot.domain.mail import NoticeKind, NudgeMark, NudgeRecord, OutgoingMail, OutgoingRecord, OutgoingState

CORRECTION = (
    LadderStep("c-1", StepKind.REMINDER, -1, StepUnit.WORKING, needs=Need.CORRECTION),
    LadderStep("c-0", StepKind.REMINDER, 0, needs=Need.CORRECTION),
    LadderStep("c+1", StepKind.OVERDUE, 1, StepUnit.WORKING, needs=Need.CORRECTION),
    LadderStep(
        "c+3",
        StepKind.OVERDUE,
        3,
        StepUnit.WORKING,
        cc=(Recipient.LEADER,),
        tone=Tone.FIRM,
        needs=Need.CORRECTION,
    ),
)
BOTH = Ladder(LADDER, CORRECTION)


LONG_AGO = at(3, 1)


def a_record(key, when=LONG_AGO, agency="tdm"):
    """The step of that key, queued at `when`."""
    words = key.split(":")
    step = words[3] if len(words) > 4 else "request"
    mail = OutgoingMail(key, NoticeKind(words[0]), (), (), "", f"<{key}@x.example>", "", b"", agency=agency)
    outgoing = OutgoingRecord(1, mail, OutgoingState.SENT, when, sent_at=when)
    return NudgeRecord(NudgeMark(key, words[1], step), agency, outgoing)


def standing_in(round_, now, submissions=(), decisions=(), held=(), working_time=WORKING_TIME, **facts):
    """How tdm stands in that round at `now`, from what came and was decided until then."""
    told = [d for d in decisions if d.at <= now]
    came = [s for s in submissions if s.received_at <= now]
    states = round_state(round_, came, told, now, held, working_time=working_time).of("tdm")
    muted = next((d.why for d in told if d.kind is DecisionKind.MUTE and d.round == round_.code), "")
    return RoundStanding(round_, states, deadline_set_at(round_, told, "tdm"), muted=muted, **facts)


def decide(now, *standings, last=None, mail_at=None, reading=None, working_time=WORKING_TIME):
    whole = AgencyStanding("tdm", standings, last, mail_at)
    return decide_nudges(whole, reading or Reading(), now=now, working_time=working_time)
