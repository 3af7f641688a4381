"""The coordinator decides by answering links, over real servers: done, confirmed, undone; everything else refused."""

import re
from datetime import date, datetime
from email.message import EmailMessage
from urllib.parse import parse_qs, urlsplit

from scene_office import COORDINATOR, PRIVATE, ROUND, STRANGER, SceneOffice, address, all_three, at, body, reports, said

from bot.domain.decision import Action, Order, ReplyLink
from bot.flows.order_links import link_for
from bot.settings import load
from bot.wiring import open_services

NOW = at(3, 1, 7)
DAY = date(2023, 3, 15)


def links(office: SceneOffice, *orders: Order, when: datetime = NOW) -> list[ReplyLink]:
    """What a digest at that moment carries."""
    with open_services(load(office.folder / "config", office.env), will_write=False) as services:
        return [link_for(services, order, when) for order in orders]


def send(office: SceneOffice, href: str, *, reason: str = "", sender: str = COORDINATOR, **how) -> EmailMessage:
    """Opens the link as a mail program does, and sends."""
    fields = parse_qs(urlsplit(href).query, strict_parsing=True)
    return office.send(sender, fields["subject"][0], text=f"{fields['body'][0]}{reason}\n", **how)


def undo_of(answer: EmailMessage) -> str:
    found = re.search(r'href="(mailto:[^"]+)"', body(answer, "html"))
    assert found
    return found[1].replace("&amp;", "&")


def log(office: SceneOffice) -> list[tuple[str, str]]:
    return [(d["decision"], d["agency"]) for d in office.thuky("decisions", "--json").json]


def orders_told(office: SceneOffice) -> list[EmailMessage]:
    return [m for m in office.got(COORDINATOR) if str(m["X-Thuky-Key"]).startswith("order:")]


def told(office: SceneOffice, agency: str) -> list[str]:
    keys = [str(m["X-Thuky-Key"]) for m in office.got(address(agency))]
    return sorted(key.split(":")[1] for key in keys if key.startswith("decision:"))


def test_each_action_by_mail_with_its_confirmation_and_its_undo(office: SceneOffice) -> None:
    vpub = reports("vpub")
    office.send(
        address("vpub"), "Báo cáo", [("Báo cáo.docx", vpub.narrative()), ("II.06.xlsx", vpub.ii06({"C14": 99999}))]
    )
    held = office.send(PRIVATE, "Báo cáo quý I/2023", all_three("pg"))
    other = office.send(STRANGER, "Báo cáo quý I/2023", all_three("dt"))
    asks = office.send(address("bb"), "Xin gia hạn", text="Kính gửi, xin gia hạn đến ngày 15/3/2023 do mất điện.\n")
    third = office.send(STRANGER, "Báo cáo khác", all_three("tu"))
    office.once(NOW)
    number = {name: office.mail(m)["id"] for name, m in
              (("held", held), ("other", other), ("asks", asks), ("third", third))}  # fmt: skip
    undoable = links(
        office,
        Order(Action.EXTEND, ROUND, "stp", until=DAY),
        Order(Action.EXCUSE, ROUND, "stc"),
        Order(Action.ACCEPT, ROUND, "vpub", "ii06", 1),
        Order(Action.RETURN, ROUND, "vpub", "narrative", 1),
        Order(Action.GRACE, ROUND, until=DAY),
        Order(Action.MUTE, ROUND),
        Order(Action.BIND, mail_id=number["held"], whose="pg"),
    )
    lasting = links(
        office,
        Order(Action.RELEASE, mail_id=number["other"], whose="dt"),
        Order(Action.DONE, mail_id=number["third"]),
        Order(Action.DECLINE, ROUND, "bb", mail_id=number["asks"]),
    )
    mails = [send(office, link.href, reason="đã trao đổi") for link in (*undoable, *lasting)]
    office.once(at(3, 1, 7, 5))
    assert [office.mail(m)["reason"] for m in mails] == ["order"] * len(mails)
    kinds = [kind for kind, _ in log(office)]  # mails overtake each other on their way
    expected = ["extend", "excuse", "accept", "return", "grace", "mute", "bind", "release", "release", "decline"]
    assert sorted(kinds) == sorted(expected)
    assert office.statuses("vpub") == {"narrative": "correction_needed", "ii06": "fulfilled"}
    assert office.statuses("stc") == {"narrative": "excused"}
    assert set(office.statuses("pg").values()) == set(office.statuses("dt").values()) == {"fulfilled"}
    assert office.mail(third)["reason"] == office.mail(asks)["reason"] == "handled"
    assert (told(office, "stp"), told(office, "bb")) == (["extend", "grace"], ["decline", "grace"])
    declined = [
        m for m in office.answers_to(asks, address("bb")) if str(m["X-Thuky-Key"]).startswith("decision:decline")
    ]
    assert len(declined) == 1
    answers = [office.answer_to(m, COORDINATOR) for m in mails]
    assert all(answer["Auto-Submitted"] == "auto-replied" for answer in answers)
    assert all('href="mailto:' not in body(answer, "html") for answer in answers[len(undoable) :])

    undos = [send(office, undo_of(answer)) for answer in answers[: len(undoable)]]
    office.once(at(3, 1, 7, 10))
    assert [office.mail(m)["reason"] for m in undos] == ["order"] * len(undos)
    assert [kind for kind, _ in log(office)][len(mails) :] == ["undo"] * len(undos)
    assert office.statuses("vpub") == {"narrative": "fulfilled", "ii06": "correction_needed"}
    assert office.statuses("stc") == office.statuses("stp") == {"narrative": "open"}
    assert office.status("stp")["narrative"]["deadline"] == at(3, 10, 0).isoformat()
    assert told(office, "stp") == ["extend", "grace", "undo", "undo"]
    assert office.got(STRANGER) == []
    assert [str(m["X-Thuky-Key"]).split(":")[0] for m in office.got(PRIVATE)] == ["receipt"], "bound when it was read"


def test_forged_expired_replayed_garbled_and_foreign_ones_change_nothing(office: SceneOffice) -> None:
    office.once(NOW)
    extend, excuse = links(office, Order(Action.EXTEND, ROUND, "stp", until=DAY), Order(Action.EXCUSE, ROUND, "stc"))
    send(office, excuse.href)
    office.once(at(3, 1, 7, 5))
    assert log(office) == [("excuse", "stc")]
    count = len(orders_told(office))
    refused = [
        (office.send(COORDINATOR, extend.subject.replace("/stp", "/stc")), "không khớp"),
        (office.send(COORDINATOR, extend.subject.replace(extend.code, excuse.code)), "không khớp"),
        (office.send(COORDINATOR, extend.subject[:-5]), "không còn nguyên vẹn"),
        (office.send(COORDINATOR, extend.subject.replace("15/3/2023", "ngày kia")), "Chưa đọc được ngày"),
        (send(office, excuse.href), "quyết định số 1"),
        (office.send(COORDINATOR, f"Fwd: {extend.subject}"), "chuyển tiếp"),
    ]
    strange = [send(office, extend.href, sender=address("stp")), send(office, extend.href, sender=STRANGER)]
    twice = EmailMessage()
    twice["To"], twice["Subject"], twice["Message-ID"] = office.box, extend.subject, "<hai@noikhac.example>"
    twice.set_content("Lý do: x\n")
    raw = f"From: {STRANGER}\r\nFrom: {COORDINATOR}\r\n".encode() + twice.as_bytes()
    office.servers.append(office.box, raw, at(3, 1, 7, 6))
    vacation = send(office, extend.href, headers={"Auto-Submitted": "auto-replied"})
    office.once(at(3, 1, 7, 10))
    for mail, words in refused:
        assert office.mail(mail)["reason"] == "order_refused"
        assert words in said(office.answer_to(mail, COORDINATOR))
    for mail in (*strange, twice):
        assert office.mail(mail)["reason"] == "order_refused"
        assert office.answers_to(mail, COORDINATOR) == []
    fresh = orders_told(office)[count:]
    assert len(fresh) == len(refused) + len(strange) + 1
    assert office.got(STRANGER) == []
    assert office.mail(vacation)["reason"] == "auto_reply"
    late = send(office, extend.href)
    office.once(at(3, 20, 7))
    assert "dùng được đến hết" in said(office.answer_to(late, COORDINATOR))
    assert log(office) == [("excuse", "stc")]
    assert told(office, "stp") == []


def test_with_authentication_a_forged_line_of_another_server_does_not_count(office: SceneOffice) -> None:
    office.extra = {"THUKY_ORDERS__AUTHENTICATED": "true", "THUKY_AUTHENTICATION__AUTHSERV_ID": "mx.binhduong.example"}
    office.once(NOW)
    (excuse,) = links(office, Order(Action.EXCUSE, ROUND, "stc"))
    good = "dmarc=pass header.from=binhduong.example"
    forged = [
        send(office, excuse.href, headers={"Authentication-Results": f"mx.noikhac.test; {good}"}),
        send(office, excuse.href),
    ]
    office.once(at(3, 1, 7, 5))
    for mail in forged:
        assert office.mail(mail)["reason"] == "order_refused"
        assert office.answers_to(mail, COORDINATOR) == []
    assert sum("không xác nhận được người gửi" in said(m) for m in orders_told(office)) == 2
    true = send(office, excuse.href, headers={"Authentication-Results": f"mx.binhduong.example; {good}"})
    office.once(at(3, 1, 7, 10))
    assert office.mail(true)["reason"] == "order"
    assert log(office) == [("excuse", "stc")]
