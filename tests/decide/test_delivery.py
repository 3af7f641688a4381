"""Whom our mail reaches: dead addresses, nudges in vain, the next contact."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from samples import WORKING_TIME, at

from bot.decide.delivery import (
    Recipients,
    dead_addresses,
    next_contact,
    recipients,
    undelivered,
    void_nudges,
)
from bot.decide.retrying import EXPIRED, GIVEN_UP
from bot.domain.agency import Agency, Contact, ContactRole
from bot.domain.intake import BounceRecord
from bot.domain.ladder import LadderStep, Recipient, StepKind
from bot.domain.mail import NoticeKind, NudgeMark, NudgeRecord, OutgoingMail, OutgoingRecord, OutgoingState
from bot.domain.office import Coordinator, Office

A, B, C, D, BOX, ME = (f"{name}@stp.example" for name in ("a", "b", "pho", "ld", "hopthu", "nguoigui"))
OFFICE = Office("Sở Nội vụ", "baocao@snv.example", Coordinator("bà An", "an@snv.example"), WORKING_TIME)
AGENCY = Agency(
    "stp",
    "Sở Tư pháp",
    "Sở",
    (
        Contact(ME, ContactRole.SENDER),
        Contact(D, ContactRole.LEADER),
        Contact(A, ContactRole.CLERK),
        Contact(B, ContactRole.CLERK, valid_to=date(2023, 3, 9)),
        Contact(BOX, ContactRole.AGENCY),
        Contact(C, ContactRole.DEPUTY),
    ),
)
DAY = date(2023, 3, 8)
CLERK, MAILBOX, DEPUTY, LEADER, COORDINATOR = (
    Recipient.CLERK,
    Recipient.AGENCY,
    Recipient.DEPUTY,
    Recipient.LEADER,
    Recipient.COORDINATOR,
)


BACK = at(3, 8)


def bounce(address=A, *, when=BACK, permanent=True, key="m1", gave_up=True):
    return BounceRecord(address, when, permanent, "550 5.1.1", 1, key, gave_up)


def nudge(key="reminder:q1:stp:t-3:2023-03-07", *, to=(A,), cc=(), state=OutgoingState.SENT, error="", mail_key="m1"):
    mail = OutgoingMail(mail_key, NoticeKind.REMINDER, to, cc, "", f"<{mail_key}@x>", "", b"", agency="stp", round="q1")
    sent_at = at(3, 7) if state is OutgoingState.SENT else None
    record = OutgoingRecord(1, mail, state, at(3, 7), sent_at=sent_at, last_error=error)
    return NudgeRecord(NudgeMark(key, "q1", "t-3"), "stp", record)


@pytest.mark.parametrize(
    ("bounces", "heard", "dead"),
    [
        pytest.param([bounce()], {}, {A}, id="gone"),
        pytest.param([bounce(permanent=False)], {}, set(), id="a full mailbox lives"),
        pytest.param([bounce(key=None)], {}, set(), id="a report that names no mail of ours to it"),
        pytest.param([bounce()], {A: at(3, 8, 9)}, set(), id="heard after it"),
        pytest.param([bounce()], {A: at(3, 8)}, {A}, id="heard at that very moment is not after"),
        pytest.param([bounce()], {A: at(3, 7)}, {A}, id="heard before it"),
        pytest.param([bounce()], {B: at(3, 9)}, {A}, id="somebody else was heard"),
        pytest.param([bounce(when=at(3, 9)), bounce()], {A: at(3, 8, 9)}, {A}, id="heard, and gone again"),
        pytest.param([bounce(), bounce(when=at(3, 9), permanent=False)], {}, {A}, id="full later does not revive"),
        pytest.param([bounce(), bounce(B)], {}, {A, B}, id="two"),
    ],
)
def test_dead_addresses(bounces, heard, dead):
    assert set(dead_addresses(bounces, heard)) == dead


def test_a_dead_address_shows_its_last_bounce():
    later = bounce(when=at(3, 9))
    assert dead_addresses([later, bounce()], {}) == {A: later}


EXPIRED_NUDGE = {"state": OutgoingState.FAILED, "error": EXPIRED}


@pytest.mark.parametrize(
    ("record", "bounces", "is_void"),
    [
        pytest.param(nudge(), [], False, id="sent"),
        pytest.param(nudge(), [bounce()], True, id="its only recipient is gone"),
        pytest.param(nudge(to=("A@stp.example",)), [bounce()], True, id="case does not matter"),
        pytest.param(nudge(), [bounce(permanent=False)], False, id="a full mailbox"),
        pytest.param(nudge(), [bounce(key="m2")], False, id="another mail came back"),
        pytest.param(nudge(), [bounce(key=None)], False, id="forged"),
        pytest.param(nudge(to=(A, B)), [bounce()], False, id="one of two"),
        pytest.param(nudge(to=(A, B)), [bounce(), bounce(B)], True, id="both"),
        pytest.param(nudge(to=(A,), cc=(D,)), [bounce()], True, id="the copy does not count"),
        pytest.param(nudge(to=(A,), cc=(D,)), [bounce(D)], False, id="only the copy came back"),
        pytest.param(nudge(**EXPIRED_NUDGE), [], True, id="given up at the end of its day"),
        pytest.param(nudge(state=OutgoingState.FAILED, error=GIVEN_UP + ": 451"), [], True, id="after ten days"),
        pytest.param(nudge(state=OutgoingState.FAILED, error="554 5.7.1 spam"), [], False, id="refused for what it is"),
        pytest.param(nudge(state=OutgoingState.FAILED, error="550 5.1.1"), [bounce()], True, id="refused at RCPT"),
        pytest.param(nudge(state=OutgoingState.UNKNOWN, error="cut"), [], False, id="fate unknown"),
        pytest.param(nudge(state=OutgoingState.QUEUED), [], False, id="still queued"),
        pytest.param(nudge(to=()), [bounce()], False, id="to nobody"),
    ],
)
def test_void_nudges(record, bounces, is_void):
    assert void_nudges([record], bounces) == ({record.mark.key} if is_void else set())


@pytest.mark.parametrize(
    ("records", "bounces", "found"),
    [
        pytest.param([nudge()], [], False, id="reached"),
        pytest.param([nudge()], [bounce()], True, id="gone"),
        pytest.param([nudge()], [bounce(permanent=False)], True, id="full: not told either"),
        pytest.param([nudge()], [bounce(permanent=False, gave_up=False)], False, id="only late so far"),
        pytest.param([nudge()], [bounce(key=None)], False, id="forged"),
        pytest.param([nudge(), nudge("k2", mail_key="m2")], [bounce()], False, id="another one reached"),
        pytest.param(
            [nudge(), nudge("k2", mail_key="m2")], [bounce(), bounce(permanent=False, key="m2")], True, id="neither"
        ),
        pytest.param([nudge(to=(A, B))], [bounce()], False, id="one of two got it"),
        pytest.param([nudge(**EXPIRED_NUDGE)], [], False, id="never sent is our matter, not theirs"),
        pytest.param(
            [nudge(), nudge("k2", mail_key="m2", state=OutgoingState.UNKNOWN)], [bounce()], False, id="may have reached"
        ),
        pytest.param([], [], False, id="nothing"),
    ],
)
def test_undelivered_is_not_silent(records, bounces, found):
    assert undelivered(records, bounces) == ({("q1", "stp")} if found else set())


def test_undelivered_is_told_round_by_round():
    other = replace(nudge("k2", mail_key="m2"), mark=NudgeMark("k2", "q2", "t-3"))
    assert undelivered([nudge(), other], [bounce()]) == {("q1", "stp")}


def step(to=(CLERK, MAILBOX), cc=()):
    return LadderStep("t-3", StepKind.REMINDER, -3, to=to, cc=cc)


@pytest.mark.parametrize(
    ("asked", "dead", "to", "cc"),
    [
        pytest.param(step(), (), (A, B, BOX), (), id="roles in order"),
        pytest.param(step(), (A,), (B, BOX), (), id="a dead one is left out"),
        pytest.param(step((CLERK,)), (A, B), (BOX,), (), id="no clerk: the mailbox"),
        pytest.param(step(), (A, B, BOX), (C,), (), id="then the deputy"),
        pytest.param(step(), (A, B, BOX, C), (D,), (), id="then the leader"),
        pytest.param(step(), (A, B, BOX, C, D), (), (), id="never who only sends"),
        pytest.param(step((LEADER,)), (D,), (A, B), (), id="a dead leader: the clerks"),
        pytest.param(step(cc=(LEADER,)), (), (A, B, BOX), (D,), id="copy"),
        pytest.param(step(cc=(LEADER,)), (A, B, BOX, C), (D,), (), id="copied is not named twice"),
        pytest.param(step(cc=(LEADER, CLERK)), (D, A), (B, BOX), (), id="a dead copy is left out"),
        pytest.param(step((COORDINATOR,)), (A,), ("an@snv.example",), (), id="for the coordinator alone"),
        pytest.param(step((CLERK, COORDINATOR)), (A, B), (BOX, "an@snv.example"), (), id="agency first"),
        pytest.param(step((CLERK, COORDINATOR), (LEADER,)), (A, B, BOX, C, D), (), (), id="nobody of the agency"),
        pytest.param(step((COORDINATOR,)), ("an@snv.example",), ("an@snv.example",), (), id="whatever came back"),
        pytest.param(step(cc=(COORDINATOR,)), (), (A, B, BOX), ("an@snv.example",), id="coordinator in copy"),
    ],
)
def test_recipients(asked, dead, to, cc):
    assert recipients(AGENCY, asked, DAY, frozenset(dead), OFFICE) == Recipients(to, cc)


def test_an_address_that_is_no_longer_valid_is_nobodys():
    assert recipients(AGENCY, step((CLERK,)), DAY + timedelta(days=2), (), OFFICE).to == (A,)
    assert next_contact(AGENCY, DAY + timedelta(days=2), {A}) == (BOX,)


def test_an_entry_that_the_office_changed_is_another_address():
    mended = replace(AGENCY, contacts=(Contact("moi@stp.example"),))
    assert recipients(mended, step(), DAY, dead_addresses([bounce()], {}), OFFICE).to == ("moi@stp.example",)
