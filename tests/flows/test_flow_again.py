"""A report taken up again: the cause of a difference comes later, a signed copy follows, last period is looked up."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from embedded_office import ROUND, Office, at, embedded_office

from bot.domain.mail import Outcome
from bot.domain.round import Reference
from bot.domain.submission import Verdict

CAUSE = "Chênh lệch so với hệ thống một cửa: nguyên nhân do 05 hồ sơ tiếp nhận ngày 14/3 chưa đồng bộ kịp.\n"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, at(3, 1, 7)) as running:
        yield running


def with_reference(office: Office, received: int) -> None:
    """The office has exported from its system that vpub received so many files."""
    reference = Reference("ii06", "Hệ thống một cửa", {"vpub": {"3": Decimal(received)}})
    rounds = [replace(r, references=(reference,)) if r.code == ROUND else r for r in office.services.rounds]
    office.services = replace(office.services, rounds=rounds)


def versions(office: Office, form: str) -> list[tuple[int, Verdict, list[str]]]:
    found = office.services.store.submissions(round=ROUND, agency="vpub")
    return [(s.version, s.verdict, [f.code for f in s.findings]) for s in found if s.form == form]


def test_a_cause_given_in_a_reply_without_a_file_settles_the_difference(office: Office) -> None:
    with_reference(office, 1)
    record = office.took("vpub", [("II.06.xlsx", office.cast("vpub").ii06())])
    assert record.outcome is Outcome.CORRECTION
    (notice,) = office.got("vpub")
    reply = office.took("vpub", text=CAUSE, answers=notice)
    assert reply.outcome is Outcome.ACCEPTED
    assert versions(office, "ii06") == [
        (1, Verdict.CORRECTION, ["C205"]),
        (2, Verdict.ACCEPTED_WITH_REMARKS, ["C206"]),
    ]
    (first, second) = office.services.store.submissions(round=ROUND, agency="vpub")
    assert first.files[0].sha256 == second.files[0].sha256


def test_a_reply_that_gives_no_cause_is_read_by_a_person(office: Office) -> None:
    with_reference(office, 1)
    office.took("vpub", [("II.06.xlsx", office.cast("vpub").ii06())])
    (notice,) = office.got("vpub")
    reply = office.took("vpub", text="Số liệu của chúng tôi là đúng.\n", answers=notice)
    assert reply.outcome is Outcome.HELD
    assert len(versions(office, "ii06")) == 1


def test_the_same_file_again_with_its_cause_is_a_new_version_and_without_one_a_repeat(office: Office) -> None:
    with_reference(office, 1)
    file = ("II.06.xlsx", office.cast("vpub").ii06())
    office.took("vpub", [file])
    assert office.took("vpub", [file]).reason == "duplicate"
    assert office.took("vpub", [file], text=CAUSE).outcome is Outcome.ACCEPTED
    assert [verdict.is_valid for _, verdict, _ in versions(office, "ii06")] == [False, True]


def test_a_cause_once_given_holds_for_the_next_file_of_the_round(office: Office) -> None:
    with_reference(office, 1)
    cast = office.cast("vpub")
    office.took("vpub", [("II.06.xlsx", cast.ii06({"C12": 1}))], text=CAUSE)
    assert office.took("vpub", [("II.06 sửa.xlsx", cast.ii06())]).outcome is Outcome.ACCEPTED
    assert versions(office, "ii06")[-1] == (2, Verdict.ACCEPTED_WITH_REMARKS, ["C206"])
