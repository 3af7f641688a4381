"""A mail over a limit: what its sender is told, and who is told nothing."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from history_office import COORDINATOR, QUARTER, STRANGER, History, House, at
from hostile_mails import many_parts, nested

from bot.domain.mail import MessageRef, NoticeKind, Outcome, OutgoingRecord, ServerMessage
from bot.flows.fetch import record_message
from bot.flows.intake import process_pending
from bot.flows.oversize import with_left_out
from bot.flows.reading import MOST, Unfolded
from bot.mail.parse import parse
from bot.mail.parts import MAX_DEPTH, MAX_PARTS
from bot.store.vault import Vault

STP = "stp@binhduong.example"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("oversize"))
    yield made
    made.close()


@pytest.fixture
def office(house: House) -> Iterator[History]:
    with house.history() as history:
        history.services = replace(history.services, vault=Vault(history.folder, durable=False))
        history.clock.move_to(at(6, 9))
        yield history


class OnlyHeads:
    """A server that gives heads; the whole of a big mail is never asked for."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def fetch_head(self, _: object) -> bytes:
        return self._raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"

    def fetch_raw(self, _: object) -> bytes:
        raise AssertionError("60 MB were fetched")


def big(office: History, sender: str = STP, subject: str = "[BC 2023Q1 STP] Báo cáo", **headers: str) -> None:
    office.mail(sender, subject, **headers)
    ((_, raw),) = office.mailbox
    office.mailbox.clear()
    office.uid += 1
    ref = MessageRef(office.services.account, "INBOX", 1, office.uid)
    record_message(office.services, OnlyHeads(raw), ServerMessage(ref, office.now, 60 * 2**20))  # type: ignore[arg-type]  # what it needs of an inbox
    process_pending(office.services)


def answers(office: History) -> list[OutgoingRecord]:
    return [r for r in office.services.store.outbox() if r.mail.kind.is_answer]


def test_a_registered_agency_is_told_what_to_do_instead(office: History) -> None:
    big(office)
    (record,) = office.services.store.mails()
    assert (record.outcome, record.reason, record.sha256) == (Outcome.HELD, "too_big", "")
    assert (record.sender, record.agency, record.round) == (STP, "stp", QUARTER)
    assert [(f.code, f.params) for f in record.findings] == [("M108", {"size": 60, "limit": 50})]
    (told,) = answers(office)
    assert (told.mail.kind, told.mail.to) == (NoticeKind.CORRECTION, (STP,))
    assert told.mail.in_reply_to == record.message_id


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        (STRANGER, {}),
        (COORDINATOR, {}),
        (STP, {"Auto_Submitted": "auto-replied"}),
        (STP, {"List_Id": "<x.example>"}),
        (STP, {"Precedence": "bulk"}),
        (f"{STP}, {STRANGER}", {}),
    ],
)
def test_nobody_else_is_answered(office: History, sender: str, headers: dict[str, str]) -> None:
    big(office, sender, **headers)
    (record,) = office.services.store.mails()
    assert answers(office) == []
    assert record.outcome in (Outcome.HELD, Outcome.IGNORED)


def test_the_same_big_mail_by_two_ways_is_answered_once(office: History) -> None:
    big(office)
    first = office.services.store.mails()[0]
    raw = office.last_raw[STP]
    ref = MessageRef(office.services.account, "INBOX", 1, 9_000)
    record_message(office.services, OnlyHeads(raw), ServerMessage(ref, office.now, 60 * 2**20))  # type: ignore[arg-type]  # as above
    process_pending(office.services)
    second = office.services.store.mails()[1]
    assert (second.outcome, second.duplicate_of) == (Outcome.IGNORED, first.id)
    assert len(answers(office)) == 1


def test_a_mail_too_deep_is_answered_with_the_number(office: History) -> None:
    raw = nested(60).replace(b"Subject: ", b"Subject: [BC 2023Q1 STP] ", 1)
    office.mailbox.append((office.now, raw))
    office.turn()
    (record,) = office.services.store.mails()
    assert [(f.code, f.params) for f in record.findings] == [("M107", {"reason": "too_deep", "limit": 20})]
    assert record.outcome is Outcome.CORRECTION
    (told,) = answers(office)
    assert told.mail.kind is NoticeKind.CORRECTION


def test_what_is_left_out_of_a_mail_is_said() -> None:
    def said(raw: bytes, left_out: int = 0) -> list[object]:
        return [f.params for f in with_left_out(parse(raw), Unfolded((), left_out=left_out)).findings]

    assert said(many_parts(3)) == []
    assert said(many_parts(MAX_PARTS + 9)) == [{"reason": "too_many_parts", "limit": MAX_PARTS}]
    assert said(many_parts(3), 5) == [{"reason": "too_many_files", "limit": MOST}]
    assert said(nested(5_000)) == [{"reason": "unparsable", "limit": MAX_DEPTH}]
