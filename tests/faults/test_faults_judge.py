"""The judge of the faults, judged: where all is well it is content, and each fault it names in the right pile."""

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from judge import Judgement, Sent, judge

BOX, STP, STC = "baocao@binhduong.example", "stp@binhduong.example", "stc@binhduong.example"
REPORT, TABLE = b"report of the first quarter", b"table of the first quarter"
PLACE = "reports/2023-q1/stp/narrative/v1/report.docx"


@dataclass(frozen=True)
class Lying:
    """A mail in a folder."""

    raw: bytes
    flags: frozenset[str] = frozenset()

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)


def sha256(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


def mailed(message_id: str, text: str = "", **headers: str) -> Lying:
    """A mail of that Message-ID; `X_Thuky_Key` is the header X-Thuky-Key."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["Message-ID"] = message_id
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text or "Kính gửi.\n")
    return Lying(mail.as_bytes())


def record(number: int, mail: Lying, outcome: str, *files: bytes) -> dict[str, Any]:
    listed = [
        {"sha256": sha256(f), "path": PLACE if f == REPORT else "reports/2023-q1/stp/narrative/v1/table.xlsx"}
        for f in files
    ]
    return {
        "id": number,
        "message_id": str(mail.message["Message-ID"]),
        "sha256": sha256(mail.raw),
        "outcome": outcome,
        "reason": None,
        "round": "2023-q1",
        "agency": "stp",
        "submissions": [{"form": "narrative", "version": 1, "files": listed}] if files else [],
    }


def leaving(key: str, to: str, *, state: str = "sent", attempts: int = 1) -> dict[str, Any]:
    return {
        "key": key,
        "message_id": f"<{key.replace(':', '.')}@thuky>",
        "kind": key.partition(":")[0],
        "to": [to],
        "cc": [],
        "state": state,
        "attempts": attempts,
        "last_error": None,
    }


@dataclass
class Office:
    """Two mails that were answered, a stranger's that is held, a reminder; everything in its place."""

    data: Path
    box: str = BOX
    people: Sequence[str] = (STP, STC)
    folders: dict[tuple[str, str], list[Lying]] = field(default_factory=dict)
    written: list[dict[str, Any]] = field(default_factory=list)
    leaving: list[dict[str, Any]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)

    def folder(self, address: str, name: str = "INBOX") -> Sequence[Lying]:
        return self.folders.get((address, name), [])

    def records(self) -> list[dict[str, Any]]:
        return deepcopy(self.written)

    def outgoing(self) -> list[dict[str, Any]]:
        return deepcopy(self.leaving)

    @property
    def inbox(self) -> list[Lying]:
        return self.folders[BOX, "INBOX"]

    @property
    def copies(self) -> list[Lying]:
        return self.folders[BOX, "Sent"]

    def at(self, address: str) -> list[Lying]:
        return self.folders[address, "INBOX"]

    def vault(self, payload: bytes) -> Path:
        name = sha256(payload)
        return self.data / "vault" / name[:2] / name[2:]

    def keep(self, payload: bytes) -> None:
        self.vault(payload).parent.mkdir(parents=True, exist_ok=True)
        self.vault(payload).write_bytes(payload)

    def judged(self) -> Judgement:
        return judge(self, self.sent)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    good, poor, odd = mailed("<1@stp>"), mailed("<2@stc>"), mailed("<3@la>")
    made = Office(tmp_path)
    made.written = [
        record(1, good, "accepted", REPORT, TABLE),
        record(2, poor, "correction"),
        record(3, odd, "held"),
    ]
    made.leaving = [leaving("receipt:1", STP), leaving("correction:2", STC), leaving("reminder:stc", STC)]
    made.sent = [
        Sent("<1@stp>", STP, "accepted", 1, (REPORT, TABLE)),
        Sent("<2@stc>", STC, "correction", 1),
        Sent("<3@la>", "la@khac.example", "held", 0),
    ]
    one, two, three = (
        mailed(o["message_id"], X_Thuky_Key=o["key"], **({"In_Reply_To": reply} if reply else {}))
        for o, reply in zip(made.leaving, ("<1@stp>", "<2@stc>", ""), strict=True)
    )
    made.folders = {
        (BOX, "INBOX"): [good, poor, odd],
        (BOX, "Sent"): [one, two, three],
        (STP, "INBOX"): [one],
        (STC, "INBOX"): [two, three],
    }
    for payload in (good.raw, poor.raw, odd.raw, REPORT, TABLE):
        made.keep(payload)
    for file in made.written[0]["submissions"][0]["files"]:
        place = made.data / file["path"]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(REPORT if file["path"] == PLACE else TABLE)
    latest = made.data / "reports/2023-q1/stp/narrative/latest"
    latest.symlink_to("v1")
    with closing(sqlite3.connect(made.data / "thuky.db")) as connection:
        connection.executescript(
            "CREATE TABLE mail (id INTEGER PRIMARY KEY);"
            "CREATE TABLE finding (mail INTEGER REFERENCES mail (id));"
            "INSERT INTO mail VALUES (1);"
            "INSERT INTO finding VALUES (1);"
        )
    return made


def again(mail: Lying, **headers: str) -> Lying:
    """The same, with other headers."""
    message = mail.message
    for name, value in headers.items():
        del message[name.replace("_", "-")]
        message[name.replace("_", "-")] = value
    return Lying(message.as_bytes(policy=policy.SMTP))


def _unrecorded(office: Office) -> None:
    del office.written[2]


def _recorded_twice(office: Office) -> None:
    office.written.append({**office.written[2], "id": 4})


def _swallowed(office: Office) -> None:
    """Neither in the mailbox nor in a record, though it was mailed."""
    del office.inbox[2], office.written[2]


def _marked_read(office: Office) -> None:
    office.inbox[0] = Lying(office.inbox[0].raw, frozenset({r"\Seen"}))


def _not_finished(office: Office) -> None:
    office.written[1]["outcome"] = "received"


def _wrong_outcome(office: Office) -> None:
    office.written[2]["outcome"] = "ignored"


def _changed_byte(office: Office) -> None:
    office.vault(REPORT).write_bytes(REPORT[:-1] + b"!")


def _raw_gone(office: Office) -> None:
    office.vault(office.inbox[1].raw).unlink()


def _file_gone(office: Office) -> None:
    office.vault(TABLE).unlink()


def _foreign_bytes(office: Office) -> None:
    """A record whose bytes are no mail's."""
    office.keep(b"other")
    office.written[2]["sha256"] = sha256(b"other")


def _foreign_file(office: Office) -> None:
    """A submission with a file that was not in that mail."""
    office.sent[0] = Sent("<1@stp>", STP, "accepted", 1, (REPORT,))


def _attachment_left_out(office: Office) -> None:
    del office.written[0]["submissions"][0]["files"][1]
    (office.data / PLACE).with_name("table.xlsx").unlink()


def _version_left_out(office: Office) -> None:
    office.written[0]["submissions"][0]["version"] = 2


def _copy_gone(office: Office) -> None:
    (office.data / PLACE).unlink()


def _copy_changed(office: Office) -> None:
    (office.data / PLACE).write_bytes(REPORT[:5])


def _copy_of_nothing(office: Office) -> None:
    (office.data / PLACE).with_name("more.docx").write_bytes(b"?")


def _latest_astray(office: Office) -> None:
    latest = office.data / "reports/2023-q1/stp/narrative/latest"
    latest.unlink()
    latest.symlink_to("v9")


def _answer_missing(office: Office) -> None:
    """Never even queued, so that nothing but the missing answer tells."""
    del office.leaving[0], office.copies[0], office.at(STP)[0]


def _another_answer(office: Office) -> None:
    """The same mail answered twice, under two Message-IDs that the outbox knows both."""
    office.leaving.append(leaving("correction:1", STP))
    other = again(office.at(STP)[0], Message_ID="<correction.1@thuky>", X_Thuky_Key="correction:1")
    office.at(STP).append(other)
    office.copies.append(other)


def _answer_twice_tried_once(office: Office) -> None:
    office.at(STP).append(office.at(STP)[0])


def _answer_to_a_stranger(office: Office) -> None:
    """An answer where none is due."""
    office.sent[1] = Sent("<2@stc>", STC, "correction", 0)


def _unknown_mail(office: Office) -> None:
    office.at(STC).append(mailed("<9@thuky>", X_Thuky_Key="alert:9"))


def _reminded_twice(office: Office) -> None:
    """Even where it was tried twice."""
    office.leaving[2]["attempts"] = 2
    office.at(STC).append(office.at(STC)[1])


def _reminded_under_another_id(office: Office) -> None:
    """The same key once more under another Message-ID, which the outbox does not show."""
    office.leaving.append({**leaving("reminder:stp", STC), "message_id": "<again@thuky>"})
    other = again(office.at(STC)[1], Message_ID="<again@thuky>")
    office.at(STC).append(other)
    office.copies.append(other)


def _said_to_be_sent(office: Office) -> None:
    del office.at(STC)[1]


def _key_twice(office: Office) -> None:
    office.leaving.append({**office.leaving[2], "state": "cancelled"})


def _waiting(office: Office) -> None:
    office.leaving.append(leaving("digest:1", "dieuphoi@binhduong.example", state="queued"))


def _unknown_answer(office: Office) -> None:
    office.leaving[0]["state"] = "unknown"


def _failed(office: Office) -> None:
    office.leaving.append(leaving("digest:1", "dieuphoi@binhduong.example", state="failed"))


def _no_copy(office: Office) -> None:
    del office.copies[0]


def _two_copies(office: Office) -> None:
    office.copies.append(office.copies[0])


def _half_file(office: Office) -> None:
    (office.data / "vault" / ".3f2a.part").write_bytes(b"half")


def _half_copy(office: Office) -> None:
    (office.data / PLACE).with_name(".report.docx.part").write_bytes(b"half")


def _loose_row(office: Office) -> None:
    with closing(sqlite3.connect(office.data / "thuky.db", isolation_level=None)) as connection:
        connection.execute("INSERT INTO finding VALUES (99)")


def _torn_page(office: Office) -> None:
    """A row that its index does not have: SQLite's own check must say so."""
    with closing(sqlite3.connect(office.data / "thuky.db", isolation_level=None)) as connection:
        connection.executescript(
            "CREATE INDEX by_mail ON finding (mail);"
            "PRAGMA writable_schema = ON;"
            "UPDATE sqlite_schema SET sql = 'CREATE INDEX by_mail ON finding (mail) WHERE mail > 5' "
            "WHERE name = 'by_mail';"
        )


FAULTS: tuple[tuple[Callable[[Office], None], str, str], ...] = (
    (_unrecorded, "lost", "no record of ('<3@la>'"),
    (_recorded_twice, "doubled", "a record too many of ('<3@la>'"),
    (_swallowed, "lost", "<3@la> was mailed and has no record"),
    (_marked_read, "wrong", "<1@stp> was marked read or deleted"),
    (_not_finished, "wrong", "mail 2 is received"),
    (_wrong_outcome, "wrong", "<3@la> is ['ignored'], and must be ['held']"),
    (_changed_byte, "wrong", "has other bytes than its name says"),
    (_raw_gone, "lost", "the raw bytes of record 2 are not in the vault"),
    (_file_gone, "lost", "is not in the vault"),
    (_foreign_bytes, "wrong", "record 3 names bytes that were never mailed"),
    (_foreign_file, "wrong", "was not in that mail"),
    (_attachment_left_out, "lost", "is in no submission"),
    (_version_left_out, "wrong", "versions of 2023-q1/stp/narrative are [2]"),
    (_copy_gone, "lost", f"the copy {PLACE} is missing"),
    (_copy_changed, "wrong", f"{PLACE} has other bytes than recorded"),
    (_copy_of_nothing, "left", "a copy of nothing recorded"),
    (_latest_astray, "wrong", "latest leads nowhere"),
    (_answer_missing, "lost", f"0 of 1 answers to <1@stp> came to {STP}"),
    (_another_answer, "doubled", f"{STP} got 2 different answers to <1@stp>, 1 are due"),
    (_answer_twice_tried_once, "doubled", "<receipt.1@thuky> came 2 times, tried 1 times"),
    (_answer_to_a_stranger, "doubled", f"{STC} got 1 different answers to <2@stc>, 0 are due"),
    (_unknown_mail, "wrong", "<9@thuky>, which the outbox does not know"),
    (_reminded_twice, "doubled", f"reminder:stc came 2 times to {STC}"),
    (_reminded_under_another_id, "doubled", f"{STC} got reminder:stc 2 times"),
    (_said_to_be_sent, "lost", f"reminder:stc counts as sent and did not come to {STC}"),
    (_key_twice, "doubled", "the key reminder:stc stands 2 times"),
    (_waiting, "lost", "digest:1 is still queued"),
    (_unknown_answer, "lost", "receipt:1 is unknown and was not sent again"),
    (_failed, "wrong", "digest:1 failed"),
    (_no_copy, "lost", "Sent has no copy of receipt:1"),
    (_two_copies, "doubled", "Sent has 2 copies of <receipt.1@thuky>"),
    (_half_file, "left", "a half file: vault/.3f2a.part"),
    (_half_copy, "left", "a half file: reports/2023-q1/stp/narrative/v1/.report.docx.part"),
    (_loose_row, "wrong", "foreign_key_check"),
    (_torn_page, "wrong", "integrity_check"),
)


def test_where_all_is_well_it_is_content(office: Office) -> None:
    judgement = office.judged()
    assert judgement.complaints == []
    assert judgement.judged == 3
    assert judgement.repeated == 0


@pytest.mark.parametrize(("fault", "pile", "words"), FAULTS, ids=lambda value: getattr(value, "__name__", ""))
def test_each_fault_is_named(office: Office, fault: Callable[[Office], None], pile: str, words: str) -> None:
    fault(office)
    judgement = office.judged()
    assert any(words in one for one in getattr(judgement, pile)), judgement.complaints
    assert sum(judgement.figures) > 0


def test_an_answer_of_unknown_fate_may_come_twice_and_is_counted(office: Office) -> None:
    office.leaving[0]["attempts"] = 2
    office.at(STP).append(office.at(STP)[0])
    judgement = office.judged()
    assert judgement.complaints == []
    assert judgement.repeated == 1


def test_what_is_on_its_way_is_no_fault_before_all_is_at_rest(office: Office) -> None:
    office.written[1]["outcome"] = "received"
    office.leaving[1]["state"] = "queued"
    del office.at(STC)[0], office.copies[1]
    assert judge(office, office.sent, at_rest=False).complaints == []
    assert len(judge(office, office.sent).complaints) == 4
    office.vault(REPORT).write_bytes(b"")
    assert len(judge(office, office.sent, at_rest=False).wrong) == 1
