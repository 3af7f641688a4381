"""The week in which the bot was down for three days near the deadline, on real servers: nobody is wronged by it."""

import re
from email.message import EmailMessage
from urllib.parse import parse_qs, urlsplit

from scene_office import COORDINATOR, ROUND, SceneOffice, address, at, body, kind, reports, said

GRACE_ENDS = at(3, 14, 0)  # the end of Monday: one working day more than the deadline, which was Thursday's end
LATE_STEPS = ("overdue", "escalation")


def narrative(agency: str) -> list[tuple[str, bytes]]:
    return [("Báo cáo.docx", reports(agency).narrative())]


def links(digest: EmailMessage) -> list[str]:
    """The orders that the coordinator may click in that page, by their prepared subjects."""
    found = [href.replace("&amp;", "&") for href in re.findall(r'href="(mailto:[^"]+)"', body(digest, "html"))]
    return [href for href in found if "subject=" in href]


def subject(href: str) -> str:
    return parse_qs(urlsplit(href).query, strict_parsing=True)["subject"][0]


def kinds_of(office: SceneOffice, agency: str) -> list[str]:
    office.servers.settle()
    return [kind(m) for m in office.got(address(agency))]


def nudges(office: SceneOffice, *kinds: str) -> set[str]:
    return {m["key"] for m in office.outbox(*kinds)}


def test_three_days_down_near_the_deadline(office: SceneOffice) -> None:
    for day in (2, 3, 6):
        office.once(at(3, day))
    office.once(at(3, 6, 18))
    before = nudges(office, "reminder", *LATE_STEPS)

    # From Monday evening to Friday morning nobody reads. What comes meanwhile lies in the mailbox.
    office.send(address("stp"), "Báo cáo quý I", narrative("stp"), received=at(3, 9, 16))
    office.send(address("stc"), "Báo cáo quý I", narrative("stc"), received=at(3, 10, 7))
    office.once(at(3, 10, 9))

    # Each is judged by when the server took it; neither is told that anything is missing.
    assert office.statuses("stp") == {"narrative": "fulfilled"}
    assert office.statuses("stc") == {"narrative": "fulfilled_late"}
    for agency in ("stp", "stc"):
        assert kinds_of(office, agency)[-1] == "receipt"
        assert not set(LATE_STEPS) & set(kinds_of(office, agency))
    # Of the four steps that fell into these days only the latest is spoken, once an agency.
    fresh = nudges(office, "reminder", *LATE_STEPS) - before
    assert {key.split(":")[3] for key in fresh} == {"t+1"}
    assert len(fresh) == len({key.split(":")[2] for key in fresh})
    assert f"overdue:{ROUND}:vpub:t+1:2023-03-09" in fresh

    # The page of that morning proposes the grace; the coordinator answers its link.
    digest = [m for m in office.got(COORDINATOR) if kind(m) == "digest"][-1]
    assert digest["X-Thuky-Key"] == "digest:2023-03-10"
    (href,) = [href for href in links(digest) if re.search(r"(?i)gia hạn chung", subject(href))]
    fields = parse_qs(urlsplit(href).query, strict_parsing=True)
    mailed = office.send(COORDINATOR, fields["subject"][0], text=f"{fields['body'][0]}máy chủ ngừng ba ngày\n")
    told_before = {agency: len(kinds_of(office, agency)) for agency in ("vpub", "stp")}
    office.once(at(3, 10, 9, 30))
    assert office.mail(mailed)["reason"] == "order"
    (decision,) = office.thuky("decisions", "--json").json
    assert (decision["decision"], decision["round"]) == ("grace", ROUND)
    assert said(office.answer_to(mailed, COORDINATOR))

    # Whoever still owes is told, with the new day for the calendar; who has reported is not.
    assert kinds_of(office, "vpub")[told_before["vpub"] :] == ["decision"]
    assert kinds_of(office, "stp")[told_before["stp"] :] == []
    notice = office.got(address("vpub"))[-1]
    (event,) = [p for p in notice.walk() if p.get_content_type() == "text/calendar"]
    assert "20230313" in event.get_content() or "20230314" in event.get_content()
    assert office.status("vpub")["narrative"]["deadline"] == GRACE_ENDS.isoformat()
    assert office.statuses("vpub")["narrative"] == "open"
    assert office.statuses("stc") == {"narrative": "fulfilled"}, "the grace is theirs too"

    # While it runs nobody is told that anything is late; the overdue steps count from its end.
    for moment in (at(3, 10, 16), at(3, 13), at(3, 13, 16)):
        office.once(moment)
        assert nudges(office, *LATE_STEPS) == {key for key in fresh if key.split(":")[0] in LATE_STEPS}
    office.once(at(3, 14))
    later = nudges(office, *LATE_STEPS) - fresh
    assert later == {key for key in later if key.endswith(":t+1:2023-03-13")}
    assert f"overdue:{ROUND}:vpub:t+1:2023-03-13" in later
    assert {key.split(":")[2] for key in later}.isdisjoint({"stp", "stc"})
    office.once(at(3, 16))
    assert any(key.endswith(":vpub:t+3:2023-03-13") for key in nudges(office, *LATE_STEPS))
