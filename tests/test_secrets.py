"""Passwords are nowhere but where they were put; logs name ids, never what people wrote."""

from __future__ import annotations

import os
import signal
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from embedded_office import BOX, STRANGER, Office, at, embedded_office

from bot.flows import cycle, intake
from bot.flows.services import Services

SUBJECT, BODY, NAME, BROKEN = "Zzchude", "Zznoidung", "Zztentep", "Zzhongmail"
SECRET = "mat-khau"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with embedded_office(tmp_path, at(3, 3)) as opened:
        yield opened


def run_until(office: Office, is_done: object) -> str:
    """`thuky run` in this thread, to its end by SIGTERM; what it wrote to standard error."""

    def end() -> None:
        limit = time.monotonic() + 30
        while not is_done() and time.monotonic() < limit:  # type: ignore[operator]
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)}
    threading.Thread(target=end, daemon=True).start()
    try:
        said = office.thuky("run", THUKY_POLL_SECONDS="1", THUKY_RETRY_SECONDS="1", THUKY_RETRY_MAX_SECONDS="1")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert said.code == 0, said.err
    return said.out + said.err


def test_no_secret_and_no_contents_in_logs(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.mail("stp", [(f"{NAME}.docx", office.cast("stp").narrative())], f"Báo cáo {SUBJECT}", text=f"{BODY}\n")
    office.mail(STRANGER, [(f"{NAME}.xyz", b"?")], f"Hỏi {SUBJECT}", text=f"{BODY}\n")
    office.mail("pg", (), BROKEN, text=f"{BODY}\n")
    take_in, write_board, failures = intake.take_in, cycle.write_board, [1]

    def breaks(services: Services, record: object) -> object:
        if BROKEN.encode() in services.vault.read(record.sha256):  # type: ignore[attr-defined]
            raise ValueError(f"{BROKEN} {BODY} {SECRET}")
        return take_in(services, record)  # type: ignore[arg-type]

    def fails_once(services: Services, now: object) -> None:
        if failures and failures.pop():
            raise RuntimeError(f"{SUBJECT} {SECRET}")
        write_board(services, now)  # type: ignore[arg-type]

    monkeypatch.setattr(intake, "take_in", breaks)
    monkeypatch.setattr(cycle, "write_board", fails_once)
    log = run_until(
        office, lambda: "parked" in (outcomes := [m.outcome.value for m in office.services.store.mails()])
        and "received" not in outcomes and office.got("stp")
    )  # fmt: skip
    assert "mail_broke_us" in log
    assert "turn_failed" in log
    assert "mail_finished" in log
    for word in (SECRET, SUBJECT, BODY, NAME, BROKEN):
        assert word not in log, word
    for command in (("doctor", "--json"), ("status", "--json"), ("mails", "--json"), ("outbox", "--json")):
        said = office.thuky(*command)
        assert SECRET not in said.out + said.err, command
    wrong = office.thuky("doctor", "--json", THUKY_IMAP__PASSWORD="Zzmatkhausai")
    assert "Zzmatkhausai" not in wrong.out + wrong.err
    assert SECRET not in repr((office.settings, office.services.imap))
    for raw in office.server.messages(BOX, "Sent"):
        assert SECRET.encode() not in raw


def test_secrets_in_the_file_are_a_fault_that_does_not_repeat_them(office: Office) -> None:
    file = office.config / "office.toml"
    text = file.read_text("utf-8")
    oauth = '\n[oauth2]\ntoken_url = "https://t.example/"\nclient_id = "x"\n'
    file.write_text(text + oauth + 'client_secret = "Zzbimat1"\nrefresh_token = "Zzbimat2"\n', "utf-8")
    said = office.thuky("status")
    assert said.code == 2
    assert "THUKY_OAUTH2__CLIENT_SECRET" in said.err
    assert "THUKY_OAUTH2__REFRESH_TOKEN" in said.err
    assert "Zzbimat" not in said.err + said.out


def test_what_lies_in_the_data_folder_is_ours_alone(office: Office) -> None:
    data = office.settings.data_dir
    data.chmod(0o755)
    said = office.thuky("doctor")
    assert f"chmod 700 {data}" in said.err + said.out
    assert office.thuky("once").code == 0
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert f"chmod 700 {data}" not in office.thuky("doctor").out
    for name in ("instance", "thuky.db", "thuky.lock"):
        assert not stat.S_IMODE((data / name).stat().st_mode) & 0o077, name
