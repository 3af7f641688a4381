"""Troubles on real servers: told once, told when they are over, and nobody is reminded meanwhile."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

from scene_office import COORDINATOR, ROUND, SceneOffice, address, at, kind, reports, said, settings_of
from test_scene_servers import closed_port

from bot.decide.downtime import grace_proposals
from bot.domain.watch import Outage
from bot.store.store import Store


def told(office: SceneOffice) -> list[str]:
    """The alerts that the coordinator has got: code, and whether it was over."""
    office.servers.settle()
    keys = [m["X-Thuky-Key"] for m in office.got(COORDINATOR) if kind(m) == "alert"]
    return [k.split(":")[1] + (" over" if k.endswith(":over") else "") for k in keys]


def blind(office: SceneOffice, when: datetime) -> None:
    """One run at that moment while the mailbox cannot be reached."""
    good = office.extra.copy()
    office.extra = good | {"THUKY_IMAP__PORT": closed_port()}
    away = office.thuky("once", "--at", when.isoformat())
    office.extra = good
    assert away.code == 1
    assert "Traceback" not in away.err


def outages(office: SceneOffice) -> tuple[Outage, ...]:
    with Store.open(f"sqlite:///{office.data / 'thuky.db'}") as store:
        return store.outages()


def nudges(office: SceneOffice) -> int:
    return len(office.outbox("reminder", "overdue", "escalation"))


def test_a_mailbox_away_for_an_hour_is_one_alert_and_one_when_it_is_back(office: SceneOffice) -> None:
    office.once(at(3, 2, 8))
    office.once(at(3, 9, 7, 30))
    before = nudges(office)
    office.once(at(3, 10, 7))
    for minutes in (0, 59, 60, 90, 240):
        blind(office, at(3, 10, 7, 30) + timedelta(minutes=minutes))
        assert told(office) == (["mailbox_unreachable"] if minutes >= 60 else [])
    assert nudges(office) == before, "nobody is told that a report is late while it may be lying there"
    digests = [m["key"] for m in office.outbox("digest")]
    assert "digest:2023-03-10" in digests, "the coordinator's page goes out all the same"

    # What came meanwhile counts from its receipt, and its agency is never told that it is late.
    office.send(
        address("stp"), "Báo cáo quý I", [("Báo cáo.docx", reports("stp").narrative())], received=at(3, 9, 23, 30)
    )
    office.once(at(3, 10, 11, 40))
    assert told(office) == ["mailbox_unreachable", "mailbox_unreachable over"]
    office.once(at(3, 10, 11, 45))
    assert len(told(office)) == 2
    assert nudges(office) > before
    assert "overdue" not in {kind(m) for m in office.got(address("stp"))}
    alert = next(m for m in office.got(COORDINATOR) if kind(m) == "alert")
    assert "127.0.0.1" in said(alert)
    assert outages(office)[-1].why, "the server's last word is kept"


def test_three_days_down_before_the_deadline_are_noted_and_a_grace_is_proposed(office: SceneOffice) -> None:
    """The machine was off from Monday evening to Friday morning; the deadline was the end of Thursday."""
    for day in (2, 3, 6):
        office.once(at(3, day, 8))
    office.once(at(3, 6, 18))
    office.once(at(3, 10, 9))
    last = outages(office)[-1]
    assert (last.began, last.ended, last.why) == (at(3, 6, 18), at(3, 10, 9), "")
    settings = settings_of(office.folder / "config")
    (proposal,) = grace_proposals(settings.rounds, outages(office), (), at(3, 10, 9), settings.office)
    assert (proposal.round.code, proposal.until) == (ROUND, at(3, 14, 0)), "to the end of Monday"
    with closing(sqlite3.connect(office.data / "thuky.db")) as database:
        assert database.execute("SELECT count(*) FROM trouble").fetchone() == (0,), "being off is no trouble that lasts"


def test_a_full_disk_and_a_parked_mail_are_seen_by_doctor(office: SceneOffice) -> None:
    office.edit("office.toml", "[limits]", "[alerts]\nmin_free_megabytes = 1000000\n\n[limits]")
    office.once(at(3, 2, 9))
    assert told(office) == ["disk_full"]
    shown = [e for e in office.thuky("doctor", "--json").json if e["ok"] is False]
    assert {"Thư mục dữ liệu", "Trục trặc kéo dài"} <= {e["name"] for e in shown}
    office.edit("office.toml", "min_free_megabytes = 1000000", "min_free_megabytes = 1")
    office.once(at(3, 2, 10))
    assert told(office) == ["disk_full", "disk_full over"]
