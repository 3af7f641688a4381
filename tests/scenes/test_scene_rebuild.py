"""The database is lost, and then the whole data folder: the mailbox and the Sent folder bring everything back, row by
row, and nothing is sent.
"""

import shutil

from ledger_rows import rows
from scene_office import (
    BOX,
    COORDINATOR,
    PRIVATE,
    ROUND,
    STRANGER,
    SceneOffice,
    address,
    at,
    reports,
)
from test_scene_bounces import report
from test_scene_junk import lying_in_spam
from test_scene_orders import links, send

from bot.domain.decision import Action, Order

WHY = ("--why", "đã trao đổi")
LATE = at(3, 7, 8, 5)


def test_the_mailbox_and_the_sent_folder_bring_everything_back(office: SceneOffice) -> None:
    _live(office)
    database = office.data / "thuky.db"
    before, told = rows(database), _told(office)
    delivered = office.servers.deliver_count()
    assert {"extend", "bind", "received", "excuse", "undo"} <= {dict(r)["kind"] for r in before["decision"]}
    assert {"accepted", "correction", "held", "ignored"} == {m["outcome"] for m in told["mails"]}

    refused = office.thuky("rebuild")
    assert refused.code == 2
    assert "--force" in refused.err
    (office.folder / "old").mkdir()
    for file in office.data.glob("thuky.db*"):
        file.rename(office.folder / "old" / file.name)
    _comes_back(office, before, told)

    shutil.rmtree(office.data)
    _comes_back(office, before, told)
    assert office.servers.deliver_count() == delivered


def _comes_back(office: SceneOffice, before: dict, told: dict) -> None:
    done = office.thuky("rebuild", "--json")
    assert (done.code, done.json["unmatched"], done.json["queued"], done.json["left"]) == (0, [], 0, 0), done.out
    after = rows(office.data / "thuky.db")
    for table in before:
        assert after[table] == before[table], table
    delivered = office.servers.deliver_count()
    office.once(LATE)
    assert office.servers.deliver_count() == delivered, "the next run repeats nothing"
    assert _told(office) == told


def _told(office: SceneOffice) -> dict:
    """What the commands print, without what no mail tells."""
    status = office.thuky("status", "--round", ROUND, "--json").json
    outbox = [{k: v for k, v in m.items() if k != "attempts"} for m in office.outbox()]
    return {"mails": office.mails(), "status": status, "outbox": sorted(outbox, key=lambda m: m["key"])}


def _live(office: SceneOffice) -> None:
    """Six days in which nearly everything happens."""
    office.extra["THUKY_DOCUMENTS__ENCLOSE_FORMS"] = "false"  # they take a second each, and are no part of this
    office.once(at(3, 2, 8))
    (request,) = office.got(address("stp"))
    stp = reports("stp")
    first = office.send(
        address("stp"),
        "Báo cáo",
        [("Báo cáo.docx", stp.narrative(missing=["III"]))],
        reply_to=request,
        received=at(3, 2, 9),
    )
    wrong = [("II.06.xlsx", reports("tdm").ii06({"C14": 99999}))]
    office.send(address("tdm"), "Báo cáo quý I/2023", wrong, received=at(3, 2, 9, 1))
    pg = office.send(
        PRIVATE, "Báo cáo quý I/2023", [("Báo cáo.docx", reports("pg").narrative())], received=at(3, 2, 9, 2)
    )
    away = {"Auto-Submitted": "auto-replied"}
    office.send(address("vpub"), "Vắng mặt", headers=away, received=at(3, 2, 9, 3))
    asks = office.send(
        address("bb"),
        "Xin gia hạn",
        text="Kính gửi, xin gia hạn đến ngày 15/3/2023 do mất điện.\n",
        received=at(3, 2, 9, 4),
    )
    (to_stc,) = office.got(address("stc"))
    came_back = report(to_stc, address("stc"), "5.2.2", "552 5.2.2 Mailbox full")
    office.servers.append(BOX, came_back, at(3, 2, 9, 5))
    lying_in_spam(office, address("stp"), "Báo cáo quý I/2023 (bản scan)", at(3, 2, 9, 6))
    lying_in_spam(office, STRANGER, "Trúng thưởng lớn", at(3, 2, 9, 7))
    office.send(STRANGER, "Hỏi thăm", text="Xin hỏi.\n", received=at(3, 2, 9, 8))
    office.once(at(3, 2, 10))

    number = {m["message_id"]: m["id"] for m in office.mails()}
    assert office.thuky("bind", PRIVATE, "pg", *WHY).code == 0
    extended = office.thuky(
        "extend", "bb", "--until", "2023-03-15", "--mail", str(number[asks["Message-ID"]]), *WHY, "--json"
    )
    assert extended.code == 0, extended.err
    handed_in = office.folder / "Phát sóng.xlsx"
    handed_in.write_bytes(reports("ptth").broadcasts())
    by_hand = office.thuky("received", "ptth", "--form", "broadcasts", "--file", str(handed_in), *WHY)
    assert by_hand.code == 0, by_hand.err
    (link,) = links(office, Order(Action.EXCUSE, ROUND, "dt"), when=at(3, 2, 10))
    send(office, link.href, reason="không phát sinh", received=at(3, 3, 8))
    (correction,) = office.answers_to(first, address("stp"))
    office.send(
        address("stp"),
        "Re: Báo cáo",
        [("Báo cáo.docx", stp.narrative())],
        reply_to=correction,
        received=at(3, 3, 8, 1),
    )
    office.servers.append(BOX, first.as_bytes(), at(3, 3, 8, 2))  # the very mail again
    office.once(at(3, 3, 9))
    log = office.thuky("decisions", "--json").json
    (mine,) = (d["id"] for d in log if d["decision"] == "extend")
    assert office.thuky("undo", str(mine), *WHY).code == 0
    forged = link.href.replace(link.code, link.code[:-1] + ("A" if link.code[-1] != "A" else "B"))
    send(office, forged, received=at(3, 6, 9))
    office.once(at(3, 7, 8))
    office.once(LATE)
    assert office.mail(pg)["outcome"] == "accepted"
    assert office.mail(asks)["reason"] == "handled"
    assert [m for m in office.got(COORDINATOR) if str(m["X-Thuky-Key"]).startswith("order:")]
