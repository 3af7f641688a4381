"""The power goes at any instant: what lies on the disk then opens, is sound, and holds all that was promised.

Random operations on store and vault; at every instant at which something is forced to the disk or given its name, and
before and after every statement of the database, the folder is copied as a machine that stops there would leave it. The
log's end may be cut off besides, down to what the last commit had forced out. What this cannot show: renames that the
file system had not yet written down (that the forcing happens, and in which order, `test_faults_power` sees by strace).
"""

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event
from store_makers import HOUR, NOW, outgoing

from bot.domain.mail import MessageRef, NoticeKind, OutgoingState, ServerMessage
from bot.store.store import Store
from bot.store.vault import Vault, digest

COPIES = 12


class Machine:
    """One data folder, what was promised so far, and the copies of what a stop would leave."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.data, self.copies, self.rng = folder / "data", folder / "copies", rng
        self.vault = Vault(self.data)
        self.store = Store.open(f"sqlite:///{self.data / 'thuky.db'}")
        self.log = self.data / "thuky.db-wal"
        self.promised: dict[str, bytes] = {}
        self.sent: set[str] = set()
        self.forced = 0
        self.taken: list[tuple[Path, frozenset[str], frozenset[str]]] = []
        self.busy = False

    def instant(self, *_: object) -> None:
        """Here the machine may stop. Copying is itself no instant."""
        if self.busy or self.rng.random() > 0.04 or len(self.taken) >= COPIES:
            return
        self.busy = True
        copy = self.copies / str(len(self.taken))
        shutil.copytree(self.data, copy, ignore=shutil.ignore_patterns("*-shm"))
        log = copy / "thuky.db-wal"
        if log.exists() and log.stat().st_size > self.forced and self.rng.random() < 0.5:
            os.truncate(log, self.rng.randint(self.forced, log.stat().st_size))
        self.taken.append((copy, frozenset(self.promised), frozenset(self.sent)))
        self.busy = False

    def kept(self) -> None:
        """A call has come back: what it said is forced out."""
        self.forced = self.log.stat().st_size if self.log.exists() else 0

    def mail(self, uid: int) -> None:
        raw = self.rng.randbytes(self.rng.randint(1, 4000))
        sha256 = self.vault.save(raw)
        message = ServerMessage(MessageRef("baocao@binhduong.example", "INBOX", 7, uid), NOW, len(raw))
        self.store.receive(message, sha256=sha256, received_at=NOW, now=NOW + HOUR)
        self.kept()
        self.promised[sha256] = raw
        self.store.note_seen("baocao@binhduong.example", "INBOX", 7, uid)

    def notice(self, uid: int) -> None:
        self.store.enqueue([outgoing(f"reminder-{uid}", NoticeKind.REMINDER)], NOW)

    def send(self, _: int) -> None:
        for record in self.store.claim_due(NOW, 1):
            self.kept()
            self.store.settle(record.id, state=OutgoingState.SENT, error="", next_at=None, now=NOW)
            self.kept()
            self.sent.add(record.mail.key)


def test_what_a_stop_leaves_is_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    rng = random.Random(seed)
    machine = Machine(tmp_path, rng)
    for name in ("fsync", "link", "unlink"):
        real: Callable[..., object] = getattr(os, name)

        def watched(*words: object, real: Callable[..., object] = real, **more: object) -> object:
            machine.instant()
            done = real(*words, **more)
            machine.instant()
            return done

        monkeypatch.setattr(os, name, watched)
    for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(machine.store._engine, moment, machine.instant)
    for uid in range(1, 60):
        rng.choice((machine.mail, machine.notice, machine.send))(uid)
        machine.kept()
    machine.store.close()
    monkeypatch.undo()
    assert len(machine.taken) == COPIES
    for copy, promised, sent in machine.taken:
        _is_sound(copy, promised, sent, machine.promised)


def _is_sound(copy: Path, promised: frozenset[str], sent: frozenset[str], bytes_of: dict[str, bytes]) -> None:
    with closing(sqlite3.connect(copy / "thuky.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    vault = Vault(copy)
    vault.sweep()
    assert not list(copy.rglob("*.part"))
    with Store.open(f"sqlite:///{copy / 'thuky.db'}") as store:
        recorded = {record.sha256 for record in store.mails()}
        assert promised <= recorded, "a mail that was recorded is gone"
        for sha256 in recorded:
            assert digest(vault.read(sha256)) == sha256
            assert bytes_of.get(sha256, vault.read(sha256)) == vault.read(sha256)
        mark = store.last_uid("baocao@binhduong.example", "INBOX")
        if mark is not None:
            assert mark[1] in {record.ref.uid for record in store.mails()}, "the mark is ahead of the records"
        lost = {record.mail.key for record in store.recover(NOW + HOUR)}
        states = {record.mail.key: record.state for record in store.outbox()}
        assert {states[key] for key in sent} <= {OutgoingState.SENT}, "what was sent would be sent again"
        assert not lost & sent
        assert OutgoingState.SENDING not in states.values()
