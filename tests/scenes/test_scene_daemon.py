"""`thuky run` as a process: mail comes in while it runs, the answer is waited for where the agency reads it."""

import email.utils
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from scene_office import BOX, SceneOffice, address, all_three, body, kind, reports, said, wait_until


def files_under(folder: Path) -> int:
    return sum(f.is_file() and not f.name.startswith(".") for f in folder.rglob("*")) if folder.exists() else 0


def closed_port() -> int:
    """A port of this machine on which nobody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as holder:
        return int(holder.getsockname()[1])


@contextmanager
def opened(port: int, server: tuple[str, int]) -> Iterator[None]:
    """Whoever connects to `port` reaches `server`, while the block runs."""

    class Passing(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(server) as other:
                back = threading.Thread(target=_pour, args=(other, self.request), daemon=True)
                back.start()
                _pour(self.request, other)
                back.join()

    class Gate(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    with Gate(("127.0.0.1", port), Passing) as gate:
        threading.Thread(target=gate.serve_forever, args=(0.05,), daemon=True).start()
        yield
        gate.shutdown()


def _pour(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        target.close()


def test_a_clean_submission_is_answered_while_the_daemon_runs(office: SceneOffice) -> None:
    office.move_round()
    da = address("da")
    with office.running():
        sent = office.send(da, "Báo cáo CCHC quý I/2023", all_three("da"))
        answer = office.answer_to(sent, da)
        # A second one, when the daemon has long been waiting in IDLE.
        stp = address("stp")
        other = office.send(stp, "Báo cáo quý I", [("Báo cáo.docx", reports("stp").narrative())])
        assert kind(office.answer_to(other, stp)) == "receipt"
        copy = office.servers.wait_for(BOX, lambda m: m["Message-ID"] == answer["Message-ID"], folder="Sent")
    assert copy.as_bytes().endswith(answer.as_bytes()[-2000:])

    assert answer["From"].endswith(f"<{BOX}>")
    assert answer["To"] == da
    assert answer["Subject"].endswith("Re: Báo cáo CCHC quý I/2023")
    assert answer["Message-ID"] not in (None, sent["Message-ID"])
    assert answer["In-Reply-To"] == sent["Message-ID"]
    assert answer["References"].split() == [sent["Message-ID"]]
    assert answer["Auto-Submitted"] == "auto-replied"
    assert answer["X-Auto-Response-Suppress"] == "All"
    assert answer["X-Thuky-Key"].startswith("receipt:2023-q1:da:")
    assert answer["Return-Path"] == f"<{BOX}>"
    assert email.utils.parsedate_to_datetime(answer["Date"]).utcoffset()
    assert answer.get_content_type() == "multipart/alternative"
    mail = office.mail(sent)
    for part in ("plain", "html"):
        text = body(answer, part)
        assert mail["submissions"][0]["receipt_number"] in text
    for name, payload in all_names(office, sent):
        assert name in said(answer)
        assert payload[:12] in body(answer).replace(" ", "")
    assert (mail["outcome"], mail["agency"], mail["round"]) == ("accepted", "da", "2023-q1")
    assert [r["state"] for r in mail["replies"]] == ["sent"]
    assert set(office.statuses("da").values()) == {"fulfilled"}

    stored = office.servers.stored(BOX)
    assert [m.message["Message-ID"] for m in stored] == [sent["Message-ID"], other["Message-ID"]]
    assert not any(m.flags & {"\\Seen", "\\Deleted"} for m in stored)
    assert all("$ThukyAccepted" in m.flags for m in stored)


def all_names(office: SceneOffice, sent) -> list[tuple[str, str]]:
    """Name and SHA-256 of each file in the mail, as recorded."""
    return [(f["name"], f["sha256"]) for s in office.mail(sent)["submissions"] for f in s["files"]]


def test_a_second_instance_leaves_the_folder_to_the_first(office: SceneOffice) -> None:
    office.move_round()
    with office.running() as daemon:
        for command in ("run", "once"):
            second = office.process(command) if command == "run" else office.thuky(command)
            assert (second.code, second.out) == (75, "")
            assert str(daemon.pid) in second.err
        assert daemon.poll() is None
        # Looking and deciding go on beside it.
        assert office.thuky("excuse", "ptth", "--why", "Không phát sinh").code == 0
        office.servers.wait_for(address("ptth"), lambda m: kind(m) == "decision")
    assert office.process("once").code == 0


def test_killed_twice_in_the_middle_it_answers_once(office: SceneOffice) -> None:
    """kill -9 as soon as the raw mail is kept, and again as soon as its files are: the third time it comes through."""
    office.move_round()
    tdm = address("tdm")
    with office.daemon() as daemon:
        sent = office.send(tdm, "Báo cáo CCHC quý I/2023", all_three("tdm"))
        wait_until(lambda: files_under(office.data / "vault"))
        daemon.kill()
    assert office.answers_to(sent, tdm) == []
    with office.daemon() as daemon:
        wait_until(lambda: files_under(office.data / "reports"))
        daemon.kill()
    with office.running():
        office.answer_to(sent, tdm)
    office.once()
    assert kind(office.answer_to(sent, tdm)) == "receipt"
    mail = office.mail(sent)
    assert (mail["outcome"], {s["version"] for s in mail["submissions"]}) == ("accepted", {1})
    assert {o["latest_version"] for o in office.status("tdm").values()} == {1}
    assert len([m for m in office.servers.inbox(BOX, "Sent") if m["In-Reply-To"] == sent["Message-ID"]]) == 1
    assert files_under(office.data / "reports" / "2023-q1" / "tdm") == 6  # three files, and three links in latest/


def test_servers_that_are_away_and_come_back(office: SceneOffice) -> None:
    """Neither server answers when the daemon starts; then the mailbox comes back, then the sending server."""
    office.move_round()
    imap, smtp = closed_port(), closed_port()
    ports, host = office.servers.ports, office.servers.host
    office.extra = {"THUKY_IMAP__PORT": str(imap), "THUKY_SMTP__PORT": str(smtp)}
    stp = address("stp")
    log = office.folder / "daemon.log"
    with office.running() as daemon:
        wait_until(lambda: "mailbox_unreachable" in log.read_text("utf-8"))
        sent = office.send(stp, "Báo cáo quý I/2023", [("Báo cáo.docx", reports("stp").narrative())])
        with opened(imap, (host, ports.imaps)):
            wait_until(lambda: "mail_not_sent" in log.read_text("utf-8"))
            (queued,) = office.mail(sent)["replies"]
            assert queued["state"] in ("queued", "sending")
            assert office.answers_to(sent, stp) == []
            with opened(smtp, (host, ports.submission)):
                answer = office.answer_to(sent, stp)
                office.servers.wait_for(BOX, lambda m: m["Message-ID"] == answer["Message-ID"], folder="Sent")
        assert daemon.poll() is None
    assert (answer["Message-ID"], kind(answer)) == (queued["message_id"], "receipt")
    assert "Traceback" not in log.read_text("utf-8")
