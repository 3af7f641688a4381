"""The judge: what must hold after any fault, whatever broke on the way. One for all faults.

It is written from the contract and reads what anybody outside can read: the mailbox, the agencies' mailboxes and the
Sent folder by IMAP, `thuky mails --json` and `thuky outbox --json`, the data folder, the database file by SQLite's own
check. It imports nothing of the bot, so that a fault of the code is not a fault of its judge.

Flow: `judge(scene, sent)` → `Judgement` with the complaints in four piles: lost, doubled, wrong, left (files that
nobody needs). `sent` says what was mailed and what must come of it. Failure policy: a fault is a complaint, never an
exception; what cannot be read at all (a JSON document that is none) fails as it does.
"""

import hashlib
import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol

FINAL = {"accepted", "correction", "held", "ignored"}
NEVER_TWICE = {"request", "reminder", "overdue", "escalation"}
ANSWERED = {"accepted", "correction"}


class StoredMail(Protocol):
    """One mail as it lies in a folder of the server."""

    raw: bytes
    flags: frozenset[str]

    @property
    def message(self) -> EmailMessage: ...


class Scene(Protocol):
    """What the judge looks at: the servers' mailboxes, the JSON documents, the data folder."""

    @property
    def data(self) -> Path: ...

    def folder(self, address: str, name: str = "INBOX") -> Sequence[StoredMail]:
        """What lies there; nothing where there is no such folder."""

    def records(self) -> list[dict[str, Any]]:
        """`thuky mails --json`."""

    def outgoing(self) -> list[dict[str, Any]]:
        """`thuky outbox --json`."""

    @property
    def box(self) -> str: ...

    @property
    def people(self) -> Sequence[str]:
        """Every mailbox but the office's own."""


@dataclass(frozen=True)
class Sent:
    """One mail to the office, its files as they were attached, and what must become of it.

    `outcome` is the contract's word; `answers` how many answers are due to `sender` (0 or 1).
    """

    message_id: str
    sender: str
    outcome: str
    answers: int
    files: tuple[bytes, ...] = ()


@dataclass
class Judgement:
    """Complaints, each a sentence that names the mail or file; all empty when everything holds."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    judged: int = 0
    repeated: int = 0
    """Answers that went out twice because their fate was unknown, under the same Message-ID: allowed, and counted."""

    @property
    def complaints(self) -> list[str]:
        return [f"{pile}: {one}" for pile in ("lost", "doubled", "wrong", "left") for one in getattr(self, pile)]

    @property
    def figures(self) -> tuple[int, int, int]:
        """Lost, doubled, wrong; what was left behind counts as wrong."""
        return len(self.lost), len(self.doubled), len(self.wrong) + len(self.left)


def judge(scene: Scene, sent: Sequence[Sent], *, at_rest: bool = True) -> Judgement:
    """Everything at once. `at_rest` False: outcomes and answers may still be on their way, the rest holds always."""
    said = Judgement(judged=len(sent))
    records, outgoing = scene.records(), scene.outgoing()
    lying = scene.folder(scene.box)
    _records(said, lying, records, at_rest=at_rest)
    _outcomes(said, sent, records, at_rest=at_rest)
    _vault(said, scene.data, lying, sent, records)
    _reports(said, scene.data, records)
    inboxes = {address: scene.folder(address) for address in scene.people}
    _answers(said, sent, inboxes, outgoing, at_rest=at_rest)
    _outbox(said, inboxes, outgoing, at_rest=at_rest)
    _copies(said, scene.folder(scene.box, "Sent"), outgoing, at_rest=at_rest)
    _database(said, scene.data)
    said.left += [f"a half file: {p.relative_to(scene.data)}" for p in _walk(scene.data) if p.name.endswith(".part")]
    return said


def _walk(folder: Path) -> Iterable[Path]:
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            yield Path(root) / name


def _sha256(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


def _identity(mail: StoredMail) -> tuple[str, str]:
    return str(mail.message["Message-ID"] or "").strip(), _sha256(mail.raw)


def _records(
    said: Judgement, lying: Sequence[StoredMail], records: Sequence[Mapping[str, Any]], *, at_rest: bool
) -> None:
    """Each mail in the mailbox has one record with one outcome, found by Message-ID and bytes."""
    there = Counter(_identity(mail) for mail in lying)
    written = Counter((r["message_id"], r["sha256"]) for r in records)
    if not at_rest:  # a mail that is not finished may not have been parsed: its Message-ID is not yet known
        there, written = Counter(s for _, s in there.elements()), Counter(s for _, s in written.elements())  # type: ignore[assignment]
    said.lost += [f"no record of {mail}" for mail in (there - written).elements()]
    said.doubled += [f"a record too many of {mail}" for mail in (written - there).elements()]
    touched = [_identity(m)[0] for m in lying if {r"\Seen", r"\Deleted"} & m.flags]
    said.wrong += [f"{mail} was marked read or deleted" for mail in touched]


def _outcomes(said: Judgement, sent: Sequence[Sent], records: Sequence[Mapping[str, Any]], *, at_rest: bool) -> None:
    """Finished, and with the outcome that is due. Of one Message-ID that came twice, one is a duplicate."""
    by_id: dict[str, list[str]] = {}
    for record in records:
        by_id.setdefault(record["message_id"], []).append(record["outcome"])
        if at_rest and record["outcome"] not in FINAL:
            said.wrong.append(f"mail {record['id']} is {record['outcome']}: {record['reason']}")
    due: dict[str, list[str]] = {}
    for mail in sent:
        due.setdefault(mail.message_id, []).append(mail.outcome)
    for message_id, outcomes in due.items():
        found = by_id.get(message_id, [])
        if at_rest and not found:
            said.lost.append(f"{message_id} was mailed and has no record")
        elif at_rest and sorted(found) != sorted(outcomes):
            said.wrong.append(f"{message_id} is {found}, and must be {outcomes}")


def _vault(
    said: Judgement,
    data: Path,
    lying: Sequence[StoredMail],
    sent: Sequence[Sent],
    records: Sequence[Mapping[str, Any]],
) -> None:
    """Every file has the bytes of its name; every recorded mail and file lies there with the bytes that were mailed."""
    kept: set[str] = set()
    for path in _walk(data / "vault"):
        if path.is_dir() or path.name.endswith(".part"):
            continue
        name = path.parent.name + path.name
        kept.add(name)
        if _sha256(path.read_bytes()) != name:
            said.wrong.append(f"vault file {name} has other bytes than its name says")
    bytes_of = {_sha256(mail.raw) for mail in lying}
    said.wrong += [
        f"record {r['id']} names bytes that were never mailed" for r in records if r["sha256"] not in bytes_of
    ]
    said.lost += [f"the raw bytes of record {r['id']} are not in the vault" for r in records if r["sha256"] not in kept]
    mailed = {m.message_id: {_sha256(f) for f in m.files} for m in sent}
    for record in records:
        named = {f["sha256"] for s in record["submissions"] for f in s["files"]}
        said.lost += [f"record {record['id']}: file {f} is not in the vault" for f in named - kept]
        if record["message_id"] in mailed:
            said.wrong += [
                f"record {record['id']}: file {f} was not in that mail" for f in named - mailed[record["message_id"]]
            ]
            if record["outcome"] in ANSWERED:
                said.lost += [
                    f"record {record['id']}: attachment {f} is in no submission"
                    for f in mailed[record["message_id"]] - named
                ]


def _reports(said: Judgement, data: Path, records: Sequence[Mapping[str, Any]]) -> None:
    """The readable copies are those that are recorded, whole; versions count 1, 2, 3; `latest/` leads somewhere."""
    named: dict[str, str] = {}
    versions: dict[tuple[str, str, str], list[int]] = {}
    for record in records:
        for one in record["submissions"]:
            if one["form"] is None:
                continue
            versions.setdefault((record["round"], record["agency"], one["form"]), []).append(one["version"])
            named |= {f["path"]: f["sha256"] for f in one["files"] if f["path"]}
    for where, numbers in versions.items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            said.wrong.append(f"versions of {'/'.join(where)} are {sorted(numbers)}")
    found = [p for p in _walk(data / "reports") if p.is_file() or p.is_symlink()]
    for path in found:
        place = path.relative_to(data).as_posix()
        if path.is_symlink():
            if not path.exists():
                said.wrong.append(f"{place} leads nowhere")
        elif place not in named:
            if not place.endswith(".part"):
                said.left.append(f"a copy of nothing recorded: {place}")
        elif _sha256(path.read_bytes()) != named[place]:
            said.wrong.append(f"{place} has other bytes than recorded")
    said.lost += [f"the copy {place} is missing" for place in named if not (data / place).is_file()]


def _answers(
    said: Judgement,
    sent: Sequence[Sent],
    inboxes: Mapping[str, Sequence[StoredMail]],
    outgoing: Sequence[Mapping[str, Any]],
    *,
    at_rest: bool,
) -> None:
    """Each mail's answers at its sender: as many as are due; a repeat only under one Message-ID and of unknown fate."""
    tried = {o["message_id"]: o["attempts"] for o in outgoing}
    due: Counter[tuple[str, str]] = Counter()
    for mail in sent:
        due[mail.sender, mail.message_id] += mail.answers
    came: dict[tuple[str, str], list[str]] = {}
    for address, mails in inboxes.items():
        for mail in mails:
            if mail.message["In-Reply-To"] and mail.message["X-Thuky-Key"]:
                identity = address, str(mail.message["In-Reply-To"]).strip()
                came.setdefault(identity, []).append(str(mail.message["Message-ID"]).strip())
    for identity, count in due.items():
        answers = Counter(came.get(identity, []))
        if len(answers) < count and at_rest:
            said.lost.append(f"{len(answers)} of {count} answers to {identity[1]} came to {identity[0]}")
        if len(answers) > count:
            said.doubled.append(f"{identity[0]} got {len(answers)} different answers to {identity[1]}, {count} are due")
        for message_id, times in answers.items():
            if times > 1:
                said.repeated += times - 1
                if tried.get(message_id, 0) < times:
                    said.doubled.append(f"{message_id} came {times} times, tried {tried.get(message_id, 0)} times")


def _outbox(
    said: Judgement,
    inboxes: Mapping[str, Sequence[StoredMail]],
    outgoing: Sequence[Mapping[str, Any]],
    *,
    at_rest: bool,
) -> None:
    """What counts as sent arrived; nudges never twice; nothing arrived that the outbox does not know."""
    arrived = Counter(
        (address, str(mail.message["Message-ID"]).strip())
        for address, mails in inboxes.items()
        for mail in mails
        if mail.message["X-Thuky-Key"]
    )
    known = {o["message_id"] for o in outgoing}
    said.wrong += [f"{who} got {mid}, which the outbox does not know" for who, mid in arrived if mid not in known]
    keys = Counter(o["key"] for o in outgoing)
    said.doubled += [f"the key {key} stands {n} times in the outbox" for key, n in keys.items() if n > 1]
    for mail in outgoing:
        for who in {*mail["to"], *mail["cc"]} & inboxes.keys():
            times = arrived[who, mail["message_id"]]
            if mail["state"] == "sent" and not times:
                said.lost.append(f"{mail['key']} counts as sent and did not come to {who}")
            if times > 1 and (mail["kind"] in NEVER_TWICE or mail["attempts"] < times):
                said.doubled.append(f"{mail['key']} came {times} times to {who}")
        if at_rest and mail["state"] in ("queued", "sending"):
            said.lost.append(f"{mail['key']} is still {mail['state']}: {mail['last_error']}")
        if mail["state"] == "unknown" and mail["kind"] not in NEVER_TWICE:
            said.lost.append(f"{mail['key']} is unknown and was not sent again")
        if mail["state"] == "failed":
            said.wrong.append(f"{mail['key']} failed: {mail['last_error']}")
    spoken = Counter(
        (address, str(mail.message["X-Thuky-Key"]))
        for address, mails in inboxes.items()
        for mail in mails
        if str(mail.message["X-Thuky-Key"]).partition(":")[0] in NEVER_TWICE
    )
    said.doubled += [f"{who} got {key} {times} times" for (who, key), times in spoken.items() if times > 1]


def _copies(
    said: Judgement, copies: Sequence[StoredMail], outgoing: Sequence[Mapping[str, Any]], *, at_rest: bool
) -> None:
    """Sent has one copy of each mail that was sent."""
    there = Counter(str(mail.message["Message-ID"]).strip() for mail in copies if mail.message["X-Thuky-Key"])
    said.doubled += [f"Sent has {n} copies of {mid}" for mid, n in there.items() if n > 1]
    if at_rest:
        said.lost += [
            f"Sent has no copy of {o['key']}" for o in outgoing if o["state"] == "sent" and not there[o["message_id"]]
        ]


def _database(said: Judgement, data: Path) -> None:
    with closing(sqlite3.connect(f"file:{data / 'thuky.db'}?mode=ro", uri=True)) as connection:
        words = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        if words != ["ok"]:
            said.wrong.append(f"integrity_check: {words[:3]}")
        loose = connection.execute("PRAGMA foreign_key_check").fetchall()
        if loose:
            said.wrong.append(f"foreign_key_check: {loose[:3]}")
