"""Steps in hours, to whom each step goes, quiet after a mail of theirs, and the provider's measure: on real servers."""

from email.utils import parsedate_to_datetime

import pytest
from scene_office import BOX, COORDINATOR, VN, SceneOffice, address, all_three, at, kind

DEPUTY, MAILBOX = "tdm.pho@binhduong.example", "tdm.chung@binhduong.example"
LADDER = """
quiet_hours = 4
correction_working_days = 1

[[steps]]
code = "h-10"
kind = "reminder"
hours_before = 10
to = ["agency"]
cc = ["deputy", "coordinator"]

[[steps]]
code = "t+1"
kind = "overdue"
offset_days = 1
at = 08:00:00
to = ["clerk", "agency"]
cc = ["leader", "deputy"]
needs = "nothing_received"
"""


def dated(office: SceneOffice, account: str, *kinds: str) -> list[str]:
    return [
        f"{parsedate_to_datetime(m['Date']).astimezone(VN):%d/%m %H:%M} {kind(m)}"
        for m in office.got(account)
        if kind(m) in kinds
    ]


def two_agencies(office: SceneOffice) -> None:
    path = office.folder / "config/rounds/2023-q1.toml"
    text = path.read_text("utf-8")
    duties = "".join(f'\n[[assignments]]\nform = "narrative"\nagency = "{a}"\n' for a in ("tdm", "pg"))
    path.write_text(text[: text.index("[[assignments]]")] + duties, "utf-8")


@pytest.fixture
def ladder(office: SceneOffice) -> SceneOffice:
    for account in (DEPUTY, MAILBOX):
        if account not in office.servers.accounts:
            office.servers.add_account(account)
        office.servers.clear(account)
    old = '{ address = "tdm@binhduong.example" },'
    new = f'{old}\n  {{ address = "{MAILBOX}", role = "agency" }},\n  {{ address = "{DEPUTY}", role = "deputy" }},'
    office.edit("agencies.toml", old, new)
    (office.folder / "config/ladder.toml").write_text(LADDER, "utf-8")
    two_agencies(office)
    return office


def test_a_step_in_hours_goes_to_whom_it_names(ladder: SceneOffice) -> None:
    office = ladder
    office.once(at(3, 2))
    # The deadline is midnight after 9/3: ten hours before it is 14:00.
    office.once(at(3, 9, 13, 59))
    assert dated(office, MAILBOX, "reminder") == []
    office.once(at(3, 9, 14))
    assert dated(office, MAILBOX, "reminder") == dated(office, DEPUTY, "reminder") == ["09/03 14:00 reminder"]
    assert "09/03 14:00 reminder" in dated(office, COORDINATOR, "reminder")
    assert dated(office, address("tdm"), "reminder") == []
    # Phú Giáo has no common mailbox: its next contact gets the step,.
    assert dated(office, address("pg"), "reminder") == ["09/03 14:00 reminder"]
    office.once(at(3, 10))
    for account in (address("tdm"), MAILBOX, DEPUTY, "tdm.ld@binhduong.example"):
        assert dated(office, account, "overdue") == ["10/03 08:00 overdue"], account


def test_quiet_for_some_hours_after_a_mail_of_theirs(ladder: SceneOffice) -> None:
    office = ladder
    office.once(at(3, 2))
    office.send(address("pg"), "Hỏi về biểu mẫu", text="Mẫu này điền thế nào ạ, nhờ Sở hướng dẫn.\n")
    office.once(at(3, 9, 11))
    office.once(at(3, 9, 14))
    assert dated(office, address("pg"), "reminder") == []
    assert dated(office, MAILBOX, "reminder") == ["09/03 14:00 reminder"]
    why = {a["agency"]: a["why"]["code"] for a in office.thuky("status", "--why", "--json").json["agencies"]}
    assert why["pg"] == "quiet"
    office.once(at(3, 9, 15, 1))
    assert dated(office, address("pg"), "reminder") == ["09/03 15:01 reminder"]


def test_the_providers_measure_answers_first_and_reminders_when_there_is_room(office: SceneOffice) -> None:
    office.extra |= {"THUKY_SENDING__PER_DAY": "12", "THUKY_SENDING__RESERVED": "5"}
    office.once(at(3, 2))
    first = len(office.outbox("request"))
    assert 0 < first <= 7
    assert [m for m in office.got(COORDINATOR) if kind(m) == "digest"]
    mail = office.send(address("tdm"), "Báo cáo quý I/2023", all_three("tdm"))
    office.once(at(3, 2, 10))
    assert kind(office.answer_to(mail, address("tdm"))) == "receipt"
    assert len(office.outbox("request")) == first
    office.once(at(3, 3, 10))
    assert len(office.outbox("request")) > first
    assert {m["state"] for m in office.outbox()} == {"sent"}
    assert office.got(BOX)
