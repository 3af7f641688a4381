"""A whole round on a moved clock, with every mail that goes out in it."""

from collections.abc import Iterable
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime

from scene_office import BOX, COORDINATOR, VN, SceneOffice, address, all_three, at, kind, reports

Sent = tuple[str, str, tuple[str, ...]]


def mails_of_ours(office: SceneOffice) -> list[Sent]:
    """(day, kind, recipients) of every mail that lies in anybody's mailbox, each in all of its recipients' once."""
    found: dict[str, tuple[EmailMessage, list[str]]] = {}
    for account in office.accounts:
        if account == BOX:
            continue
        for mail in office.got(account):
            found.setdefault(mail["Message-ID"], (mail, []))[1].append(account)
    for mail, owners in found.values():
        named = [a for _, a in getaddresses([*mail.get_all("To", []), *mail.get_all("Cc", [])])]
        assert sorted(owners) == sorted(named), mail["X-Thuky-Key"]
    return sorted(
        (f"{parsedate_to_datetime(m['Date']).astimezone(VN):%d/%m %H:%M}", kind(m), tuple(sorted(owners)))
        for m, owners in found.values()
    )


def to(day: str, what: str, agencies: Iterable[str], *, leader: bool = False) -> list[Sent]:
    """One mail an agency, with its leader in copy where asked for."""
    leaders = {a: [f"{a}.ld@binhduong.example"] if leader else [] for a in agencies}
    return [(day, what, tuple(sorted([address(a), *copies]))) for a, copies in leaders.items()]


def digests(*days: str) -> list[Sent]:
    return [(f"{day} 08:00", "digest", (COORDINATOR,)) for day in days]


EVERYBODY = set(reports("stp").round.agencies)
MORNINGS = [at(3, day) for day in range(2, 14)]


def test_from_the_request_to_the_third_day_after(office: SceneOffice) -> None:
    """stp reports at once, tdm must mend, ta sends half, bao is late, bc is on leave; ten stay silent."""
    for morning in MORNINGS:
        office.once(morning)
        match morning.day:
            case 3:
                office.send(address("stp"), "Báo cáo quý I/2023", [("Báo cáo.docx", reports("stp").narrative())])
                office.once(morning.replace(hour=10))
            case 7:
                files = all_three("tdm")
                files[1] = ("II.06.xlsx", reports("tdm").ii06({"C14": 99999}))
                office.send(address("tdm"), "Báo cáo quý I/2023", files)
                office.once(morning.replace(hour=14))
            case 8:
                office.send(address("ta"), "Báo cáo quý I/2023", [("Báo cáo.docx", reports("ta").narrative())])
                office.once(morning.replace(hour=18))
            case 9:
                (correction,) = (m for m in office.got(address("tdm")) if kind(m) == "correction")
                mended = [("II.06 (sửa).xlsx", reports("tdm").ii06())]
                office.send(address("tdm"), "Re: đã sửa", mended, reply_to=correction)
                office.send(address("bc"), "Nghỉ phép", headers={"Auto-Submitted": "auto-replied"})
                office.once(morning.replace(hour=10))
            case 10:
                office.send(address("bao"), "Tin bài quý I", [("Tin bài.xlsx", reports("bao").articles())])
                office.once(morning.replace(hour=14))

    open_after_stp = EVERYBODY - {"stp"}
    overdue = open_after_stp - {"tdm"}
    expected = sorted(
        [
            *to("02/03 08:00", "request", EVERYBODY),
            *to("03/03 10:00", "receipt", ["stp"]),
            *to("06/03 08:00", "reminder", open_after_stp),
            *to("07/03 14:00", "correction", ["tdm"]),
            *to("08/03 08:00", "reminder", open_after_stp),
            *to("08/03 18:00", "receipt", ["ta"]),
            *to("09/03 08:00", "reminder", open_after_stp),
            *to("09/03 10:00", "receipt", ["tdm"]),
            *to("10/03 08:00", "overdue", overdue, leader=True),
            *to("10/03 14:00", "receipt", ["bao"]),
            # The third day after is a Sunday: the step waits for Monday.
            *to("13/03 08:00", "escalation", overdue - {"bao"}, leader=True),
            # It is the last one: the coordinator gets the draft of the letter.
            ("13/03 08:00", "escalation", (COORDINATOR,)),
            *digests("02/03", "03/03", "06/03", "07/03", "08/03", "09/03", "10/03", "13/03"),
        ]
    )
    assert mails_of_ours(office) == expected
    kept = office.servers.inbox(BOX, "Sent")
    copies = [m for m in kept if not str(m["X-Thuky-Key"]).startswith("ledger:")]  # notes of what no mail tells
    assert sorted(m["X-Thuky-Key"] for m in copies) == sorted(m["key"] for m in office.outbox())
    assert len(copies) == len(expected)

    for moment in (at(3, 2), at(3, 6), at(3, 9), at(3, 10), at(3, 13, 16, 30)):
        office.once(moment)
    assert office.process("once", "--at", at(3, 13, 16, 59).isoformat()).code == 0
    assert mails_of_ours(office) == expected


def test_after_three_days_of_down_time_only_the_latest_step_speaks(office: SceneOffice) -> None:
    office.once(at(3, 2))
    office.once(at(3, 9, 9))
    assert mails_of_ours(office) == sorted(
        [
            *to("02/03 08:00", "request", EVERYBODY),
            *to("09/03 09:00", "reminder", EVERYBODY),
            *digests("02/03"),
            ("09/03 09:00", "digest", (COORDINATOR,)),
        ]
    )
    assert {m["key"].split(":")[3] for m in office.outbox("reminder")} == {"t-0"}


def test_nobody_is_nudged_outside_office_hours(office: SceneOffice) -> None:
    """The opening's request waits for the office to open."""
    for moment in (at(3, 4), at(3, 5), at(3, 2, 7), at(3, 2, 17, 30)):
        office.once(moment)
    assert mails_of_ours(office) == []
