"""Servers that refuse, are away, come back; configurations that are wrong."""

import socket
from datetime import datetime

from scene_office import COORDINATOR, SceneOffice, address, at, kind, reports, said


def closed_port() -> str:
    """A port of this machine on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        return str(holder.getsockname()[1])


def assert_refused(office: SceneOffice, when: datetime, code: str) -> None:
    """The run comes to its end, and says that something could not be sent."""
    done = office.thuky("once", "--at", when.isoformat())
    assert done.code == 1
    assert code in done.err
    assert "thuky outbox" in done.err
    assert done.out.startswith("Nhận 0 thư")
    office.servers.settle()


def test_refused_for_good_is_told_and_refused_for_now_is_tried_again(office: SceneOffice) -> None:
    office.edit("agencies.toml", '{ address = "stp@binhduong.example" }', '{ address = "refused@binhduong.example" }')
    office.edit("agencies.toml", '{ address = "ptth@binhduong.example" }', '{ address = "busy@binhduong.example" }')
    assert_refused(office, at(3, 2), "550")
    requests = {m["to"][0]: m for m in office.outbox("request")}
    refused, busy = requests.pop("refused@binhduong.example"), requests.pop("busy@binhduong.example")
    assert {m["state"] for m in requests.values()} == {"sent"}
    assert (refused["state"], refused["attempts"], refused["next_at"]) == ("failed", 1, None)
    assert "550" in refused["last_error"]
    assert (busy["state"], busy["attempts"]) == ("queued", 1)
    assert "451" in busy["last_error"]
    assert busy["next_at"] > "2023-03-02T08:00:00+07:00"
    (alert,) = (m for m in office.got(COORDINATOR) if kind(m) == "alert")
    assert "refused@binhduong.example" in said(alert)

    assert_refused(office, at(3, 2, 18), "451")
    (busy,) = (m for m in office.outbox("request") if m["state"] == "queued")
    assert busy["attempts"] == 2
    assert_refused(office, at(3, 13, 18), "451")  # ten days are over
    busy = next(m for m in office.outbox("request") if m["to"] == ["busy@binhduong.example"])
    assert busy["state"] == "failed"
    assert busy["last_error"].startswith("expired: not sent in ten days: 451")
    assert f"alert:outgoing_refused:{busy['key']}" in {m["key"] for m in office.outbox("alert")}


def test_a_sending_server_that_is_away_delays_answers_and_loses_none(office: SceneOffice) -> None:
    stp = address("stp")
    sent = office.send(stp, "Báo cáo quý I/2023", [("Báo cáo.docx", reports("stp").narrative())])
    office.servers.settle()
    office.extra["THUKY_SMTP__PORT"] = closed_port()
    away = office.thuky("once", "--at", at(3, 5, 9).isoformat())
    assert away.code == 1
    assert office.extra["THUKY_SMTP__PORT"] in away.err
    assert "Traceback" not in away.err
    assert office.mail(sent)["outcome"] == "accepted"
    (receipt,) = office.outbox()
    assert (receipt["state"], receipt["attempts"]) == ("queued", 1)

    del office.extra["THUKY_SMTP__PORT"]
    office.once(at(3, 5, 9, 1))
    office.once(at(3, 5, 9, 2))
    answer = office.answer_to(sent, stp)
    assert answer["Message-ID"] == receipt["message_id"]
    (receipt,) = office.outbox()
    assert (receipt["state"], receipt["next_at"]) == ("sent", None)


def test_nobody_is_reminded_while_the_mailbox_cannot_be_read(office: SceneOffice) -> None:
    good = office.extra.copy()
    for broken in ({"THUKY_IMAP__PORT": closed_port()}, {"THUKY_IMAP__PASSWORD": "sai"}):
        office.extra = good | broken
        away = office.process("once", "--at", at(3, 2).isoformat())
        assert away.code == 1
        assert "Máy chủ thư chưa làm được việc" in away.err
        assert "Traceback" not in away.err
        assert "sai" not in away.err.replace("sai mật", "")
    office.extra = good
    # The request tells nobody that anything is missing, and the coordinator's page goes out whatever happens.
    assert {m["kind"] for m in office.outbox()} <= {"request", "digest"}
    office.once(at(3, 2, 9))
    assert len(office.outbox("request")) == 15


def test_time_travel_must_be_allowed(office: SceneOffice) -> None:
    office.extra["THUKY_ALLOW_TIME_TRAVEL"] = "false"
    refused = office.process("once", "--at", "2023-03-02T08:00")
    assert (refused.code, refused.out) == (2, "")
    assert "allow_time_travel" in refused.err
    assert not office.data.exists() or not list(office.data.glob("*.db"))


def test_later_commands_stand_where_once_has_left_the_clock(office: SceneOffice) -> None:
    office.once(at(3, 3, 9))
    status = office.thuky("status", "--json").json
    assert (status["as_of"], status["totals"]["overdue"]) == ("2023-03-03T09:00:00+07:00", 0)
    extended = office.thuky("extend", "bb", "--until", "2023-03-15", "--why", "mất điện", "--json").json
    assert extended["at"] == "2023-03-03T09:00:00+07:00"
    # The clock moves on: after the old deadline the others are overdue, and this one is left alone until its new one.
    office.once(at(3, 10, 9))
    assert [kind(m) for m in office.got(address("bb"))] == ["request", "decision"]
    assert kind(office.got(address("dt"))[-1]) == "overdue"
    office.once(at(3, 16, 9))
    assert [kind(m) for m in office.got(address("bb"))] == ["request", "decision", "overdue"]
    # Without --at it is today again.
    office.once()
    assert office.thuky("status", "--json").json["as_of"] > "2026"


def test_a_wrong_configuration_is_refused_with_every_fault(office: SceneOffice) -> None:
    office.edit("office.toml", "max_attempts = 3", 'max_attempts = "ba"')
    office.edit("agencies.toml", '{ address = "bao@binhduong.example" }', '{ address = "bao-khong-co-mien" }')
    office.edit("rounds/2023-q1.toml", "day = 2023-03-10", "day = 2023-02-01")
    for command in ("run", "once", "status"):
        refused = office.process(command) if command == "run" else office.thuky(command)
        assert (refused.code, refused.out) == (2, "")
        for part in ("office.toml", "max_attempts", "agencies.toml", "bao-khong-co-mien", "2023-q1.toml", "deadline"):
            assert part in refused.err
    assert not office.data.exists()


def test_a_missing_password_is_named(office: SceneOffice) -> None:
    office.extra["THUKY_IMAP__PASSWORD"] = ""
    refused = office.thuky("once")
    assert refused.code == 2
    assert "THUKY_IMAP__PASSWORD" in refused.err
