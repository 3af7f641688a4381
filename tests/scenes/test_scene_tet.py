"""The whole ladder over Tết 2024, on real servers: days off, a swapped day, and who stays silent gets each step that
the calendar allows.
"""

from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime

from scene_office import COORDINATOR, VN, SceneOffice, address, kind, reports

SWAP = """
[[swapped]]
off = 2024-02-15
worked = 2024-02-17
why = "Nghỉ nối Tết Giáp Thìn, làm bù thứ Bảy"

[[swapped]]
off = 2026-01-02
"""
TWO_AGENCIES = """
[[assignments]]
form = "narrative"
agency = "stp"
parts = ["II.1", "III", "IV", "V"]

[[assignments]]
form = "narrative"
agency = "pg"
"""


def tet_office(office: SceneOffice) -> None:
    """Due by the end of 16/2/2024, the first working day after Tết; 15/2 is off and Saturday 17/2 is worked instead."""
    office.move_round(opened=datetime(2024, 1, 29, 8, tzinfo=VN), deadline=datetime(2024, 2, 17, tzinfo=VN))
    office.edit("holidays.toml", "\n[[swapped]]\noff = 2026-01-02\n", SWAP)
    path = office.folder / "config/rounds/2023-q1.toml"
    text = path.read_text("utf-8")
    path.write_text(text[: text.index("[[assignments]]")] + TWO_AGENCIES, "utf-8")


def dated(office: SceneOffice, account: str) -> list[tuple[str, str]]:
    """(day and hour, kind) of what that account got from us."""
    return [
        (f"{parsedate_to_datetime(m['Date']).astimezone(VN):%d/%m %H:%M}", kind(m))
        for m in office.got(account)
        if m["X-Thuky-Key"]
    ]


def test_the_ladder_over_tet(office: SceneOffice) -> None:
    tet_office(office)
    day = date(2024, 1, 29)
    while day <= date(2024, 2, 21):
        office.once(datetime(day.year, day.month, day.day, 8, tzinfo=VN))
        if day == date(2024, 2, 11):  # the second day of Tết: nobody works, and what comes is answered all the same
            office.send(address("pg"), "Báo cáo quý I/2023", [("Báo cáo.docx", reports("pg").narrative())])
            office.once(datetime(2024, 2, 11, 21, 30, tzinfo=VN))
        day += timedelta(days=1)
    assert dated(office, address("stp")) == [
        ("29/01 08:00", "request"),
        # t-7 (9/2), t-3 (13/2) and t-1 (15/2) are all days off: they move to 7/2, and the latest of them speaks.
        ("07/02 08:00", "reminder"),
        ("16/02 08:00", "reminder"),
        # The day after is a Saturday that is worked.
        ("17/02 08:00", "overdue"),
        ("19/02 08:00", "escalation"),
    ]
    nudges = next(a for a in office.thuky("status", "--json").json["agencies"] if a["agency"] == "stp")["nudges"]
    assert [n["step"] for n in nudges] == ["request", "t-1", "t-0", "t+1", "t+3"]
    assert dated(office, address("pg")) == [
        ("29/01 08:00", "request"),
        ("07/02 08:00", "reminder"),
        ("11/02 21:30", "receipt"),
    ]
    # The coordinator's page comes on working days alone, the letter at the ladder's end once.
    pages = [at for at, what in dated(office, COORDINATOR) if what == "digest"]
    days = ["29/01", "30/01", "31/01", "01/02", "02/02", "05/02", "06/02", "07/02"]
    assert pages == [f"{d} 08:00" for d in (*days, "16/02", "17/02", "19/02", "20/02", "21/02")]
    assert [at for at, what in dated(office, COORDINATOR) if what == "escalation"] == ["19/02 08:00"]
