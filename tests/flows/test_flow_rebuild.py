"""A lost database is made anew from the mailbox and the Sent folder: what comes back, what cannot, and what is left for
the next run. A mailbox in memory; the proof on real servers is `tests/scenes/test_scene_rebuild.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from history_office import COORDINATOR, HOW, QUARTER, STRANGER, House, at
from ledger_office import LedgerHistory
from ledger_rows import rows

from bot.domain.decision import Action, Order
from bot.domain.mail import Outcome, OutgoingState
from bot.flows import decisions
from bot.flows.ledger import write_notes


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house"))
    yield house
    house.close()


@pytest.fixture
def office(house: House, tmp_path: Path) -> Iterator[LedgerHistory]:
    with LedgerHistory(house, tmp_path / "o") as history:
        history.clock.move_to(at(2, 8))
        history.turn()
        yield history


def now(office: LedgerHistory, day: int, hour: int, minute: int = 0) -> None:
    office.clock.move_to(at(day, hour, minute))


def good(office: LedgerHistory, agency: str = "stp", what: str = "good") -> Any:
    return office.house.files(agency, QUARTER, what)


def old(office: LedgerHistory) -> dict[str, Any]:
    return rows(office.folder / "thuky.db")


def new(office: LedgerHistory, name: str = "new") -> dict[str, Any]:
    return rows(office.folder / name / "thuky.db")


def test_mails_decisions_and_reminders_come_back_row_by_row(office: LedgerHistory) -> None:
    office.mail("stp@binhduong.example", "Báo cáo", files=good(office, what="broken"))
    office.mail(STRANGER, "Báo cáo", files=good(office, "stc"))
    now(office, 2, 9)
    office.turn()
    (held,) = office.services.store.mails(outcome=Outcome.HELD)
    office.decide(decisions.bind(office.services, STRANGER, "stc", **HOW))
    now(office, 2, 10)
    office.turn()
    aim = decisions.target(office.services, "bao", QUARTER, None)
    extended = office.decide(decisions.extend(office.services, aim, at(20, 0), **HOW))
    assert extended is not None
    office.order(Order(Action.EXCUSE, QUARTER, "ptth"))
    now(office, 3, 9)
    office.turn()
    assert extended.id is not None
    office.decide(decisions.undo(office.services, extended.id, **HOW))
    office.bounce(office.services.store.outbox()[0], office.services.store.outbox()[0].mail.to[0], permanent=True)
    now(office, 3, 10)
    office.turn()
    now(office, 7, 9)
    office.turn(sends=False)
    now(office, 8, 9)
    office.turn()
    before = old(office)
    assert {dict(r)["kind"] for r in before["decision"]} == {"bind", "extend", "excuse", "undo"}
    assert office.services.store.mail(held.id).outcome is Outcome.ACCEPTED
    with office.anew() as (_, done):
        assert (done.unmatched, done.queued, done.left) == ([], 0, 0)
    after = new(office)
    for table in before:
        assert after[table] == before[table], table


def test_a_receipt_that_never_went_out_is_queued_under_the_message_id_that_it_had(office: LedgerHistory) -> None:
    office.mail("stp@binhduong.example", "Báo cáo", files=good(office))
    now(office, 2, 9)
    office.turn(sends=False)
    (waiting,) = (r for r in office.services.store.waiting() if r.mail.kind.value == "receipt")
    office.mail("bao@binhduong.example", "Báo cáo", files=good(office, "bao"))
    now(office, 2, 9, 1)
    office.turn()
    # The copy of the first is lost: nobody knows what became of it.
    sent = office.box.folders["Sent"]
    for uid in [u for u, (_, raw) in sent.items() if waiting.mail.message_id.encode() in raw]:
        del sent[uid]
    with office.anew() as (services, done):
        (again,) = services.store.waiting()
        assert (again.mail.key, again.mail.message_id) == (waiting.mail.key, waiting.mail.message_id)
        assert (done.queued, done.left, done.unmatched) == (1, 0, [])


def test_a_mail_after_the_last_sign_of_life_is_left_for_the_next_run(office: LedgerHistory) -> None:
    office.box.append("INBOX", _raw(office, "stp@binhduong.example", good(office)), at(2, 12))
    with office.anew() as (services, done):
        assert (done.left, done.queued) == (1, 0)
        assert [m.outcome for m in services.store.mails()] == [Outcome.RECEIVED]


def _raw(office: LedgerHistory, sender: str, files: Any) -> bytes:
    office.mail(sender, "Báo cáo", files=files)
    return office.mailbox.pop()[1]


def test_a_mail_over_the_limit_is_known_by_its_header_again(office: LedgerHistory) -> None:
    office.box.append("INBOX", _raw(office, STRANGER, good(office)), at(2, 8))
    office.mail("bao@binhduong.example", "Hỏi", "Xin hỏi.\n")
    now(office, 2, 9)
    office.turn()  # a sign of life after it
    office.services = replace(office.services, office=replace(office.services.office, max_mail_bytes=5_000))
    with office.anew() as (services, done):
        big = services.store.mails()[0]
        assert (big.outcome, big.reason, big.sender) == (Outcome.HELD, "too_big", STRANGER)
        assert b"Subject:" in services.vault.read(big.head_sha256)
        assert done.unmatched == []


def test_an_ignored_mail_that_was_deleted_leaves_the_others_their_ids(office: LedgerHistory) -> None:
    office.mail("bao@binhduong.example", "Vắng mặt", Auto_Submitted="auto-replied")
    now(office, 2, 9)
    office.turn()
    office.mail(STRANGER, "Hỏi", "Xin hỏi.\n")  # held: links name it by its id, and no answer does
    office.mail("stp@binhduong.example", "Báo cáo", files=good(office))
    now(office, 2, 10)
    office.turn()
    before = {m.message_id: m.id for m in office.services.store.mails()}
    inbox = office.box.folders["INBOX"]
    del inbox[min(inbox)]
    with office.anew() as (services, done):
        assert {m.message_id: m.id for m in services.store.mails()} == dict(list(before.items())[1:])
        assert done.unmatched == []


def test_an_answered_mail_that_is_gone_is_parked_and_told(office: LedgerHistory) -> None:
    office.mail("stp@binhduong.example", "Báo cáo", files=good(office))
    now(office, 2, 9)
    office.turn()
    office.box.folders["INBOX"].clear()
    with office.anew() as (services, done):
        (mail,) = services.store.mails()
        assert (mail.outcome, [u.code for u in done.unmatched]) == (Outcome.PARKED, ["mail_gone"])


def test_a_new_uidvalidity_keeps_ids_by_their_bytes(office: LedgerHistory) -> None:
    for agency in ("stp", "bao"):
        office.mail(f"{agency}@binhduong.example", "Báo cáo", files=good(office, agency))
        office.clock.move_to(office.now + timedelta(minutes=5))
        office.turn()
    before = {m.sha256: m.id for m in office.services.store.mails()}
    office.box.validity = 2
    inbox = office.box.folders["INBOX"]
    office.box.folders["INBOX"] = dict(zip((7, 9), (inbox[u] for u in sorted(inbox, reverse=True)), strict=True))
    with office.anew() as (services, done):
        assert {m.sha256: m.id for m in services.store.mails()} == before
        assert (done.unmatched, done.queued) == ([], 0)


def test_a_nudge_that_went_nowhere_is_noted_with_its_bytes_and_is_not_repeated(office: LedgerHistory) -> None:
    now(office, 7, 8)
    office.turn(sends=False)
    now(office, 8, 9)
    office.turn(sends=False)
    now(office, 9, 8)
    office.turn()
    lost = [r for r in office.services.store.outbox() if r.state is OutgoingState.FAILED]
    assert lost, "what was not sent on its day has failed"
    with office.anew() as (services, done):
        again = [r for r in services.store.outbox() if r.state is OutgoingState.FAILED]
        assert [r.mail.key for r in again] == [r.mail.key for r in lost]
        first = services.store.outgoing_mail(again[0].id).mail
        assert first.raw == office.services.store.outgoing_mail(lost[0].id).mail.raw
        assert done.unmatched == []
    assert new(office)["nudge"] == old(office)["nudge"]


def test_what_was_handed_in_by_hand_comes_back_with_its_bytes(office: LedgerHistory) -> None:
    aim = decisions.target(office.services, "ptth", QUARTER, "broadcasts")
    (file,) = good(office, "ptth")
    office.decide(decisions.received(office.services, aim, at=None, files=[file], **HOW))
    now(office, 2, 9)
    office.turn()
    with office.anew() as (services, done):
        (submission,) = services.store.submissions(round=QUARTER, agency="ptth")
        assert services.vault.read(submission.files[0].sha256) == file[1]
        assert (services.vault.data_dir / submission.files[0].path).read_bytes() == file[1]
        assert done.unmatched == []
    assert new(office)["decision"] == old(office)["decision"]


def test_what_a_decision_told_is_written_again_where_no_copy_has_it(office: LedgerHistory) -> None:
    aim = decisions.target(office.services, "stp", QUARTER, None)
    office.decide(decisions.extend(office.services, aim, at(20, 0), **HOW))
    now(office, 2, 9)
    office.turn()
    (told,) = (r for r in office.services.store.outbox() if r.mail.kind.value == "decision")
    sent = office.box.folders["Sent"]
    for uid in [u for u, (_, raw) in sent.items() if told.mail.message_id.encode() in raw]:
        del sent[uid]
    with office.anew() as (services, done):
        (again,) = services.store.waiting()
        assert (again.mail.key, again.mail.message_id) == (told.mail.key, told.mail.message_id)
        assert (done.queued, done.unmatched) == (1, [])


def test_an_order_holds_although_the_secret_is_lost(office: LedgerHistory) -> None:
    office.order(Order(Action.EXCUSE, QUARTER, "ptth"))
    now(office, 2, 9)
    office.turn()
    assert [d.agency for d in office.services.store.decisions()] == ["ptth"]
    office.services = _with_secret(office, b"y" * 32)
    with office.anew() as (services, done):
        assert [d.agency for d in services.store.decisions()] == ["ptth"]
        assert [m.reason for m in services.store.mails()] == ["order"]
        assert done.unmatched == []
    assert new(office)["used_code"] == old(office)["used_code"]


def _with_secret(office: LedgerHistory, secret: bytes) -> Any:
    from dataclasses import replace

    return replace(office.services, load_secret=lambda: secret)


def test_a_note_is_put_there_once_whatever_comes_between(office: LedgerHistory) -> None:
    aim = decisions.target(office.services, "stp", QUARTER, None)
    office.decide(decisions.excuse(office.services, aim, **HOW))
    store = office.services.store
    kept = type(store).set_noted
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(store), "set_noted", lambda *_: (_ for _ in ()).throw(OSError("power cut")))
        with pytest.raises(OSError, match="power cut"):
            write_notes(office.services, office.box)  # type: ignore[arg-type]  # a mailbox in memory
    assert type(store).set_noted is kept
    assert write_notes(office.services, office.box) == 1  # type: ignore[arg-type]  # a mailbox in memory
    notes = [raw for _, raw in office.box.folders["Sent"].values() if b"ledger:decision:1" in raw]
    assert len(notes) == 1
    assert COORDINATOR.encode() in notes[0]
