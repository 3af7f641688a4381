"""The small office of the histories with a mailbox in memory: what lies in it is all that is left when the database is
lost. No server, no socket.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from history_office import History, House

from bot.domain.mail import MessageRef, ServerMessage
from bot.flows.dispatch import copy_to_sent
from bot.flows.ledger import write_notes
from bot.flows.rebuild_plan import plan
from bot.flows.rebuild_replay import ReplayClock, Replayed, replay
from bot.flows.rebuild_scan import scan
from bot.flows.services import Services
from bot.mail.inbox import Inbox
from bot.mail.parse import parse
from bot.store.store import Store
from bot.store.vault import Vault


class Box:
    """A mailbox: folder → UID → when it came, and its bytes."""

    def __init__(self) -> None:
        self.folders: dict[str, dict[int, tuple[datetime, bytes]]] = {"INBOX": {}, "Sent": {}}
        self.validity = 1

    def find_folder(self, use: str, names: Sequence[str] = ()) -> str | None:
        wanted = {"\\Sent": "Sent", "\\Junk": "Junk"}.get(use, "")
        return wanted if wanted in self.folders else None

    def list_messages(self, folder: str, after: object = None) -> tuple[int, tuple[ServerMessage, ...]]:
        found = sorted(self.folders[folder].items())
        return self.validity, tuple(
            ServerMessage(MessageRef("", folder, self.validity, uid), at, len(raw)) for uid, (at, raw) in found
        )

    def fetch_head(self, ref: MessageRef) -> bytes | None:
        raw = self.fetch_raw(ref)
        return raw and raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"

    def fetch_raw(self, ref: MessageRef) -> bytes | None:
        return self.folders[ref.folder][ref.uid][1]

    def append(self, folder: str, raw: bytes, at: datetime, *, seen: bool = True) -> None:
        lying = self.folders[folder]
        lying[max(lying, default=0) + 1] = (at.replace(microsecond=0), raw)

    def has_message_id(self, folder: str, message_id: str) -> bool:
        return any(parse(raw).message_id == message_id for _, raw in self.folders[folder].values())


class LedgerHistory(History):
    """A history whose mails lie in `box`, and whose copies and notes go there after each turn."""

    def __init__(self, house: House, folder: Path) -> None:
        super().__init__(house, folder)
        self.box = Box()
        self.services = replace(self.services, account="")

    def turn(self, *, trouble: str = "", sends: bool = True) -> None:
        for received, raw in self.mailbox:
            self.box.folders["INBOX"][self.uid + 1] = (received, raw)
            self.uid += 1
        super().turn(trouble=trouble, sends=sends)
        copy_to_sent(self.services, cast(Inbox, self.box))
        write_notes(self.services, cast(Inbox, self.box))

    def _fetch(self) -> None:
        services, inbox = self.services, self.box.folders["INBOX"]
        last = services.store.last_uid("", "INBOX")
        for uid in sorted(inbox):
            if last and uid <= last[1]:
                continue
            received, raw = inbox[uid]
            message = ServerMessage(MessageRef("", "INBOX", 1, uid), received, len(raw))
            sha256 = services.vault.save(raw)
            services.store.receive(message, sha256=sha256, received_at=received, now=self.now)
            services.store.note_seen("", "INBOX", 1, uid)
        for record in services.store.unmarked():
            services.store.set_marked(record.id)
        self.mailbox.clear()

    @contextmanager
    def anew(self, name: str = "new") -> Iterator[tuple[Services, Replayed]]:
        """The office with a database and a vault made anew from the box."""
        folder = self.folder / name
        clock = ReplayClock(self.now)
        with Store.open(f"sqlite:///{folder / 'thuky.db'}", durable=False) as store:
            services = replace(self.services, store=store, vault=Vault(folder, durable=False), clock=clock)
            spool = Vault(folder / "sent", durable=False)
            found = scan(services, cast(Inbox, self.box), spool, _quietly)
            made = plan(found, "", "INBOX")
            done = replay(services, clock, found, made, spool, _quietly)
            done.unmatched[:0] = found.unmatched
            for record in store.unmarked():
                store.set_marked(record.id)
            yield services, done


def _quietly(*_: Any) -> None:
    """Nobody is watching."""
