"""The coordinator's decisions and the clock: what each does to status, mail and files, and what is refused."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from embedded_office import COORDINATOR, ROUND, STRANGER, Office, at, embedded_office

from bot.daemon import once
from bot.domain.decision import DecisionKind
from bot.domain.document import Workbook
from bot.domain.mail import Outcome
from bot.flows import decisions
from bot.flows.decisions import DecisionError
from bot.flows.history import last_report
from bot.flows.intake import process_pending

BEFORE = at(3, 1, 7)
HOW = {"who": "test", "why": "đã gọi điện"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, BEFORE) as running:
        yield running


def aim(office: Office, agency: str, form: str | None = None) -> decisions.Target:
    return decisions.target(office.services, agency, ROUND, form)


def narrative(office: Office, agency: str = "stp") -> list[tuple[str, bytes]]:
    return [("Báo cáo.docx", office.cast(agency).narrative())]


def decision_mails(office: Office, agency: str) -> list[str]:
    return [m["X-Thuky-Key"].split(":")[1] for m in office.got(agency) if m["X-Thuky-Key"].startswith("decision:")]


def test_an_extension_moves_the_deadline_of_one_and_is_told(office: Office) -> None:
    decisions.carry_out(office.services, decisions.extend(office.services, aim(office, "pg"), at(3, 16, 0), **HOW))
    office.once()
    office.clock.move_to(at(3, 12))
    assert {o.status.value for o in office.owed("pg").values()} == {"open"}
    assert {o.deadline.instant for o in office.owed("pg").values()} == {at(3, 16, 0)}
    assert {o.status.value for o in office.owed("bb").values()} == {"overdue"}
    assert decision_mails(office, "pg") == ["extend"]


def test_an_excused_agency_owes_nothing_and_is_not_nudged(office: Office) -> None:
    decisions.carry_out(office.services, decisions.excuse(office.services, aim(office, "pg"), **HOW))
    office.once(at(3, 9, 8))
    assert {o.status.value for o in office.owed("pg").values()} == {"excused"}
    assert decision_mails(office, "pg") == ["excuse"]
    assert not [r for r in office.outbox("request", "reminder") if r.mail.agency == "pg"]


def test_accepted_despite_its_findings_and_sent_back_although_it_passed(office: Office) -> None:
    bad = office.cast("vpub").ii06({"C14": 120})
    office.took("vpub", [*narrative(office, "vpub"), ("II.06.xlsx", bad)])
    decisions.carry_out(office.services, decisions.accept(office.services, aim(office, "vpub", "ii06"), None, **HOW))
    office.clock.move_to(at(3, 1, 7, 1))
    decisions.carry_out(office.services, decisions.return_(office.services, aim(office, "vpub", "narrative"), 1, **HOW))
    office.once()
    assert office.owed("vpub")["ii06"].status.value == "fulfilled"
    assert office.owed("vpub")["narrative"].status.value == "correction_needed"
    assert decision_mails(office, "vpub") == ["accept", "return"]


def test_received_by_another_channel_is_kept_and_counts_from_then(office: Office) -> None:
    office.clock.move_to(at(3, 11))
    files = [("Báo cáo ../../x.docx", "gửi qua trục".encode())]
    decisions.carry_out(
        office.services, decisions.received(office.services, aim(office, "stp"), at=at(3, 9, 16), files=files, **HOW)
    )
    owed = office.owed("stp")["narrative"]
    assert (owed.status.value, owed.first_valid_at) == ("fulfilled", at(3, 9, 16))
    (submission,) = office.services.store.submissions(agency="stp")
    kept = office.settings.data_dir / submission.files[0].path
    assert kept.read_bytes() == "gửi qua trục".encode()
    assert kept.resolve().is_relative_to(office.settings.data_dir / "reports" / ROUND / "stp")


def close_round(office: Office, moment: datetime) -> Office:
    rounds = tuple(replace(r, closes_at=moment) for r in office.services.rounds)
    office.services = replace(office.services, rounds=rounds)
    office.clock.move_to(moment + timedelta(days=30))
    return office


def test_a_closed_round_takes_what_the_coordinator_hands_in_and_later_rounds_can_read_it(office: Office) -> None:
    close_round(office, at(3, 20))
    scan, book = b"%PDF-1.4 scan", office.cast("vpub").ii06({})
    files = [("Ban quet.pdf", scan), ("II.06.xlsx", book)]
    taken = decisions.carry_out(
        office.services,
        decisions.received(office.services, aim(office, "vpub", "ii06"), at=at(3, 9, 16), files=files, **HOW),
    )
    assert (taken.kind, taken.version) == (DecisionKind.RECEIVED, 1)
    (submission,) = office.services.store.submissions(round=ROUND, agency="vpub")
    assert [f.name for f in submission.files] == ["II.06.xlsx", "Ban quet.pdf"], "the form is read from the first"
    for file, payload in zip(submission.files, (book, scan), strict=True):
        assert office.services.vault.read(file.sha256) == payload
        assert (office.settings.data_dir / file.path).read_bytes() == payload
    following = replace(office.services.rounds[0], code="2023-q2", previous=ROUND)
    assert isinstance(last_report(office.services, following, "vpub", "ii06"), Workbook)


def test_a_file_that_is_empty_or_over_the_limit_is_not_noted(tmp_path: Path) -> None:
    with embedded_office(tmp_path, BEFORE, THUKY_LIMITS__MAX_MAIL_MEGABYTES="1") as office:
        for code, payload in (("file_empty", b""), ("file_too_big", bytes(2**20 + 1))):
            files = [("tốt.docx", b"x"), ("a.docx", payload)]
            with pytest.raises(DecisionError) as refused:
                decisions.carry_out(
                    office.services,
                    decisions.received(office.services, aim(office, "stp"), at=None, files=files, **HOW),
                )
            assert (refused.value.code, refused.value.params["file"]) == (code, "a.docx")
        assert office.services.store.submissions() == ()
        assert not list((office.settings.data_dir / "reports").rglob("*.docx"))


def test_bound_for_good_the_next_mail_goes_straight_through(office: Office) -> None:
    decisions.carry_out(office.services, decisions.bind(office.services, STRANGER, "stp", **HOW))
    assert office.took(STRANGER, narrative(office)).outcome is Outcome.ACCEPTED


def test_a_stranger_s_mail_is_released_as_somebody_s_and_answered_at_the_registered_address(office: Office) -> None:
    held = office.took(STRANGER, narrative(office))
    with pytest.raises(DecisionError) as refused:
        decisions.carry_out(office.services, decisions.release(office.services, held.id, None, None, **HOW))
    assert refused.value.code == "whose"
    decisions.carry_out(office.services, decisions.release(office.services, held.id, "stp", None, **HOW))
    office.once()
    record = office.services.store.mail(held.id)
    assert (record.outcome, record.agency) == (Outcome.ACCEPTED, "stp")
    assert [r.mail.to for r in office.answers(record)] == [("stp@binhduong.example",)]
    assert office.got(STRANGER) == []
    assert "decision" in {e.source.value for e in record.evidence}


def test_dealt_with_by_hand_a_held_mail_no_longer_waits(office: Office) -> None:
    held = office.took(STRANGER, narrative(office))
    decisions.carry_out(office.services, decisions.dismiss(office.services, held.id, **HOW))
    office.once()
    record = office.services.store.mail(held.id)
    assert (record.outcome, record.reason) == (Outcome.IGNORED, "handled")
    with pytest.raises(DecisionError) as refused:
        decisions.carry_out(office.services, decisions.release(office.services, held.id, "stp", None, **HOW))
    assert refused.value.code == "not_waiting"


def test_what_is_over_the_limit_cannot_be_released(tmp_path: Path) -> None:
    with embedded_office(tmp_path, BEFORE, THUKY_LIMITS__MAX_MAIL_MEGABYTES="1") as office:
        held = office.took("stp", [("lớn.docx", bytes(1_100_000))])
        with pytest.raises(DecisionError) as refused:
            decisions.carry_out(office.services, decisions.release(office.services, held.id, None, None, **HOW))
        assert refused.value.code == "too_big"


def test_every_decision_is_kept_with_who_when_and_why(office: Office) -> None:
    decisions.carry_out(
        office.services,
        decisions.extend(office.services, aim(office, "pg"), at(3, 16, 0), who="Anh", why="  mất\n điện "),
    )
    (decision,) = office.services.store.decisions()
    assert (decision.kind, decision.who, decision.why, decision.at) == (DecisionKind.EXTEND, "Anh", "mất điện", BEFORE)


@pytest.mark.parametrize("why", ["", " ", "\n\t"])
def test_no_decision_without_a_reason(office: Office, why: str) -> None:
    held = office.took(STRANGER, narrative(office))
    how = {"who": "test", "why": why}
    takes = [
        lambda: decisions.extend(office.services, aim(office, "pg"), at(3, 16, 0), **how),
        lambda: decisions.excuse(office.services, aim(office, "pg"), **how),
        lambda: decisions.received(office.services, aim(office, "stp"), at=None, files=[("a.docx", b"a")], **how),
        lambda: decisions.bind(office.services, STRANGER, "stp", **how),
        lambda: decisions.release(office.services, held.id, "stp", None, **how),
        lambda: decisions.dismiss(office.services, held.id, **how),
    ]
    for take in takes:
        with pytest.raises(DecisionError) as refused:
            take()
        assert refused.value.code == "no_reason"
    assert office.services.store.decisions() == ()
    assert not list((office.settings.data_dir / "reports").rglob("a.docx"))
    assert office.services.store.mail(held.id).outcome is Outcome.HELD


def test_a_version_taken_meanwhile_by_hand_makes_the_mail_the_next_one(office: Office) -> None:
    """Between assessing and committing the coordinator was quicker: the mail is taken in anew, not lost, not parked."""

    class Composing:
        """Writes as the real one, and notes the report by hand before the first answer is done."""

        def __init__(self) -> None:
            self.quick = True

        def compose(self, notice, **how):  # type: ignore[no-untyped-def]
            if self.quick:
                self.quick = False
                decisions.carry_out(
                    office.services, decisions.received(office.services, aim(office, "stp"), at=None, files=[], **HOW)
                )
            return office.services.composer.compose(notice, **how)

    office.mail("stp", narrative(office))
    services = replace(office.services, composer=Composing())
    once(services)
    process_pending(services)
    (record,) = office.services.store.mails()
    assert record.outcome is Outcome.ACCEPTED
    assert [s.version for s in record.submissions] == [2]
    assert len(office.outbox("receipt")) == 1


def test_the_ladder_speaks_once_a_step_to_those_who_owe(office: Office) -> None:
    for day, hour in ((2, 8), (2, 12), (6, 8), (6, 16), (8, 8), (9, 8), (10, 8), (13, 8), (14, 8)):
        office.once(at(3, day, hour))
    steps = [m["X-Thuky-Key"].split(":")[3] for m in office.got("pg") if m["X-Thuky-Key"].count(":") > 2]
    assert steps == ["t-3", "t-1", "t-0", "t+1", "t+3"]
    assert len(office.got("pg.ld")) == 2, "the leader reads of what is overdue, and of nothing before"


def test_whoever_has_sent_everything_hears_nothing_more(office: Office) -> None:
    office.took("stp", narrative(office))
    for day in (2, 6, 8, 9, 10, 13):
        office.once(at(3, day, 8))
    assert not [r for r in office.outbox("request", "reminder", "overdue") if r.mail.agency == "stp"]


def test_after_down_time_the_latest_step_speaks_once(office: Office) -> None:
    office.once(at(3, 2, 8))
    office.once(at(3, 9, 10))
    office.once(at(3, 9, 15))
    assert [m["X-Thuky-Key"].split(":")[0] for m in office.got("pg")] == ["request", "reminder"]


def test_one_digest_a_working_day_names_what_waits(office: Office) -> None:
    office.mail(STRANGER, narrative(office), moment=at(3, 3, 6))
    for day, hour in ((3, 7), (3, 8), (3, 17), (4, 8), (5, 8), (6, 8)):  # the fourth and fifth are a week-end
        office.once(at(3, day, hour))
    keys = [m["X-Thuky-Key"] for m in office.got(COORDINATOR) if m["X-Thuky-Key"].startswith("digest:")]
    assert keys == ["digest:2023-03-03", "digest:2023-03-06"]
    assert STRANGER in office.got(COORDINATOR)[0].get_body(("plain",)).get_content()
