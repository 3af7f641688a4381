"""The JSON of every command that shows something, key by key against the contract, on an office that has seen a bit
of everything.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from embedded_office import COORDINATOR, ROUND, STRANGER, Office, at, embedded_office

from bot.domain.mail import NoticeKind, Outcome, OutgoingState, Reason
from bot.domain.office import Language
from bot.domain.round import ObligationStatus
from bot.screens import say

MAIL = {"id", "message_id", "sha256", "received_at", "from", "subject", "outcome", "reason", "agency", "round"} | {
    "duplicate_of",
    "submissions",
    "replies",
}
SUBMISSION = {"form", "version", "verdict", "findings", "files"}
FINDING = {"code", "severity", "place", "params"}
OBLIGATION = {"form", "status", "version", "first_received_at", "first_valid_at", "late", "findings", "deadline"}
OUTGOING = {"key", "kind", "to", "cc", "subject", "message_id", "in_reply_to", "state", "attempts", "next_at"} | {
    "sent_at",
    "last_error",
}
PLACES = [{"sheet", "cell"}, {"part", "heading"}, {"file"}, {"sheet"}, {"part"}, set()]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with embedded_office(tmp_path_factory.mktemp("office"), at(3, 2, 8)) as running:
        running.once()
        vpub, good = running.cast("vpub"), [("Báo cáo.docx", running.cast("stp").narrative())]
        running.took("stp", good)
        running.took("stp", good, subject="Gửi lại")
        running.took("vpub", [("Báo cáo.docx", vpub.narrative(empty=["III"])), ("II.06.xlsx", vpub.ii06({"C14": 120}))])
        running.took("stc", subject="Quên tệp")
        running.took(STRANGER, good, subject="[/b] :smile: [red]")
        running.took("bc", headers={"Auto-Submitted": "auto-replied"})
        running.once(at(3, 10, 8))
        yield running


def moments(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text that looks like a time, wherever it stands."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from moments(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from moments(inner, key)
    elif isinstance(value, str) and (key.endswith("_at") or key in {"at", "as_of", "deadline", "until", "since"}):
        yield key, value


def check_findings(findings: list[dict[str, Any]], *, more: frozenset[str] = frozenset()) -> None:
    for finding in findings:
        assert set(finding) == FINDING | more
        assert finding["severity"] in {"error", "remark"}
        assert set(finding["place"]) in PLACES, finding
        assert isinstance(finding["params"], dict)


LOOKS = [
    ("status",),
    ("status", "--round", ROUND),
    ("status", "--why"),
    ("mails",),
    ("mails", "--outcome", "held"),
    ("outbox",),
    ("outbox", "--state", "sent"),
    ("show", "1"),
    ("show", "3"),
    ("digest",),
    ("explain",),
    ("explain", "X201"),
    ("doctor",),
]


@pytest.mark.parametrize("words", LOOKS, ids=" ".join)
def test_one_document_on_standard_output_and_times_with_their_offset(office: Office, words: tuple[str, ...]) -> None:
    said = office.thuky(*words, "--json")
    assert said.code == 0, said.err
    document = said.json
    assert said.out.count("\n") >= 1 and said.out.endswith("\n")
    for key, text in moments(document):
        assert datetime.fromisoformat(text).utcoffset() is not None, (key, text)


@pytest.mark.parametrize("words", LOOKS, ids=" ".join)
def test_for_people_it_says_something_and_no_placeholder_is_left(office: Office, words: tuple[str, ...]) -> None:
    for language in ("vi", "en"):
        said = office.thuky(*words, THUKY_LANGUAGE=language)
        assert said.code == 0, said.err
        assert said.out.strip()
        assert "{" not in said.out


def test_mails(office: Office) -> None:
    mails = office.thuky("mails", "--json").json
    assert len(mails) == 6
    for mail in mails:
        assert set(mail) >= MAIL
        assert mail["outcome"] in {o.value for o in Outcome}
        assert mail["reason"] in {r.value for r in Reason}
        for submission in mail["submissions"]:
            assert set(submission) >= SUBMISSION
            check_findings(submission["findings"])
            for file in submission["files"]:
                assert set(file) == {"name", "sha256", "size", "path"}
                assert not Path(file["path"]).is_absolute()
                assert (office.settings.data_dir / file["path"]).stat().st_size == file["size"]
        for reply in mail["replies"]:
            assert set(reply) == {"message_id", "kind", "state"}
    told = [(m["outcome"], m["reason"], m["agency"], [r["kind"] for r in m["replies"]]) for m in mails]
    assert told == [
        ("accepted", "ok", "stp", ["receipt"]),
        ("ignored", "duplicate", "stp", ["receipt"]),
        ("correction", "findings", "vpub", ["correction"]),
        ("correction", "no_attachment", "stc", ["correction"]),
        ("held", "unknown_sender", None, []),
        ("ignored", "auto_reply", None, []),
    ]
    assert mails[1]["duplicate_of"] == mails[0]["id"]
    assert {s["form"]: s["verdict"] for s in mails[2]["submissions"]} == {
        "narrative": "correction",
        "ii06": "correction",
    }
    assert [f["code"] for s in mails[3]["submissions"] if s["form"] is None for f in s["findings"]] == ["M101"]


def test_mails_of_one_outcome(office: Office) -> None:
    assert [m["reason"] for m in office.thuky("mails", "--outcome", "held", "--json").json] == ["unknown_sender"]
    assert office.thuky("mails", "--outcome", "parked", "--json").json == []


def test_status(office: Office) -> None:
    status = office.thuky("status", "--json").json
    assert set(status) >= {"round", "period", "deadline", "as_of", "totals", "agencies"}
    assert (status["round"], status["period"], status["deadline"]) == (ROUND, "2023Q1", "2023-03-10T00:00:00+07:00")
    assert set(status["totals"]) == {s.value for s in ObligationStatus}
    obligations = [o for a in status["agencies"] for o in a["obligations"]]
    assert sum(status["totals"].values()) == len(obligations)
    for agency in status["agencies"]:
        assert set(agency) >= {"agency", "name", "obligations", "nudges"}
        for nudge in agency["nudges"]:
            assert set(nudge) == {"step", "sent_at", "state", "kind", "key", "delivered"}
            assert nudge["key"].startswith(f"{nudge['kind']}:{ROUND}:{agency['agency']}")
            assert nudge["delivered"] is True
        assert "why" not in agency
    for obligation in obligations:
        assert set(obligation) >= OBLIGATION
        check_findings(obligation["findings"])
    of = {a["agency"]: a for a in status["agencies"]}
    (stp,) = of["stp"]["obligations"]
    assert (stp["status"], stp["version"], stp["late"], stp["findings"]) == ("fulfilled", 1, False, [])
    assert stp["first_valid_at"] == stp["first_received_at"] == "2023-03-02T08:00:00+07:00"
    assert {o["form"]: o["status"] for o in of["vpub"]["obligations"]} == {
        "narrative": "correction_needed",
        "ii06": "correction_needed",
    }
    assert [n["step"] for n in of["stp"]["nudges"]] == ["request"]
    assert [n["step"] for n in of["pg"]["nudges"]] == ["request", "t+1"]
    assert {n["state"] for n in of["pg"]["nudges"]} == {"sent"}


def test_status_tells_why(office: Office) -> None:
    of = {a["agency"]: a["why"] for a in office.thuky("status", "--why", "--json").json["agencies"]}
    assert all(set(why) == {"code", "params", "says"} for why in of.values())
    assert of["stp"]["code"] == "settled"
    assert of["stp"]["says"] == say(Language.VI, "why.settled")
    # by the clock on the wall the round is years ago: its last step is not made up for
    assert of["pg"]["code"] == "stale"
    assert of["pg"]["params"] == {"step": "t+3", "at": "2023-03-13T08:00:00+07:00", "days": 10}
    said = office.thuky("status", "--why").out
    assert say(Language.VI, "status.why") in said


def test_outbox(office: Office) -> None:
    outbox = office.thuky("outbox", "--json").json
    for mail in outbox:
        assert set(mail) >= OUTGOING
        assert mail["kind"] in {k.value for k in NoticeKind}
        assert mail["state"] in {s.value for s in OutgoingState}
        assert mail["sent_at"] is not None and mail["next_at"] is None and mail["attempts"] == 1
    assert len({m["key"] for m in outbox}) == len({m["message_id"] for m in outbox}) == len(outbox)
    (receipt, again) = [m for m in outbox if m["kind"] == "receipt"]
    assert receipt["in_reply_to"] != again["in_reply_to"]
    assert receipt["to"] == ["stp@binhduong.example"]
    overdue = next(m for m in outbox if m["key"] == f"overdue:{ROUND}:pg:t+1:2023-03-09")
    assert overdue["cc"] == ["pg.ld@binhduong.example"]
    assert office.thuky("outbox", "--state", "queued", "--json").json == []


def test_show_is_the_mail_with_its_evidence(office: Office) -> None:
    listed = office.thuky("mails", "--json").json[2]
    shown = office.thuky("show", "3", "--json").json
    assert {key: shown[key] for key in listed} == listed
    assert {e["about"] for e in shown["evidence"]} >= {"agency", "round", "form"}
    assert all(set(e) == {"about", "value", "source", "found", "file", "agrees"} for e in shown["evidence"])
    assert [set(a) for a in shown["attachments"]] == [{"name", "sha256", "size"}] * 2
    assert (office.settings.data_dir / shown["raw_path"]).read_bytes().endswith(b"--\r\n")


def test_digest_and_its_preview(office: Office, tmp_path: Path) -> None:
    page = tmp_path / "trang tin.html"
    said = office.thuky("digest", "--preview", str(page), "--json")
    digest = said.json
    assert set(digest) >= {"rounds", "waiting", "unknown_senders", "ignored", "bounces", "unsent"}
    assert digest["to"] == [COORDINATOR]
    assert [m["from"] for m in digest["unknown_senders"]] == [STRANGER]
    assert page.read_text("utf-8").lstrip().lower().startswith("<!doctype html")
    assert str(page) in office.thuky("digest", "--preview", str(page)).out


def test_explain_has_every_page(office: Office) -> None:
    pages = office.thuky("explain", "--json").json
    keys = {"code", "severity", "title", "what", "why", "mend", "example"}
    assert all(set(p) == keys and all(p.values()) for p in pages)
    assert office.thuky("explain", "x201", "--json").json == next(p for p in pages if p["code"] == "X201")


def test_check_says_the_same_as_the_mail(office: Office, tmp_path: Path) -> None:
    good, bad = tmp_path / "tốt.xlsx", tmp_path / "hỏng [b].xlsx"
    good.write_bytes(office.cast("vpub").ii06())
    bad.write_bytes(office.cast("vpub").ii06({"C14": 120}))
    said = office.thuky("check", str(good), str(bad), "--form", "ii06", "--agency", "vpub", "--json")
    assert said.code == 1
    first, second = said.json
    assert set(first) == {"file", "form", "verdict", "findings", "agency", "round", "taken_from"}
    assert (first["file"], first["form"], first["verdict"], first["findings"]) == (str(good), "ii06", "accepted", [])
    assert second["verdict"] == "correction"
    check_findings(second["findings"], more=frozenset({"message"}))
    assert any(f["place"] == {"sheet": "II.06", "cell": "C14"} for f in second["findings"])
    assert all(f["message"] for f in second["findings"])
    assert office.thuky("check", str(good), "--form", "ii06", "--json").code == 0
    assert "[b]" in office.thuky("check", str(bad)).out


def test_a_subject_with_markup_is_shown_as_it_is(office: Office) -> None:
    for words in (("mails",), ("show", "5")):
        assert "[/b] :smile: [red]" in office.thuky(*words).out


def test_doctor(office: Office) -> None:
    looked = office.thuky("doctor", "--json").json
    assert all(set(entry) == {"name", "ok", "message"} for entry in looked)
    assert [e["ok"] for e in looked if e["ok"] is not None] == [True] * 9, looked


def test_an_empty_database_gives_empty_documents(tmp_path: Path, office: Office) -> None:
    empty = {"THUKY_DATA_DIR": str(tmp_path / "neu")}
    for words, expected in ((("mails",), []), (("outbox",), [])):
        said = office.thuky(*words, "--json", **empty)
        assert (said.code, said.json) == (0, expected)
    status = office.thuky("status", "--json", **empty).json
    assert {o["version"] for a in status["agencies"] for o in a["obligations"]} == {None}
    assert office.thuky("digest", "--json", **empty).json["unknown_senders"] == []
    for words in (("mails",), ("outbox",), ("status",), ("digest",)):
        said = office.thuky(*words, **empty)
        assert said.code == 0 and said.out.strip()


def test_decisions_as_json(office: Office, tmp_path: Path) -> None:
    """Last: they change what the others look at. Each prints the one decision that it took."""
    report = tmp_path / "báo cáo.docx"
    report.write_bytes(office.cast("dt").narrative())
    why = ("--why", "Đã gọi điện", "--who", "Anh", "--json")
    taken = [
        ("extend", "pg", "--until", "2999-01-04"),
        ("extend", "pg", "--form", "ii06", "--until", "2999-01-04T16:30"),
        ("excuse", "btu"),
        ("accept", "vpub", "--form", "ii06"),
        ("return", "stp", "--form", "narrative", "--version", "1"),
        ("received", "dt", "--form", "narrative", "--at", "2023-03-09T10:00", "--file", str(report)),
        ("bind", STRANGER, "stc"),
    ]
    keys = {"decision", "at", "who", "why", "round", "agency", "form", "version", "until", "address", "mail"}
    said = {}
    for words in taken:
        done = office.thuky(*words, *why)
        assert done.code == 0, done.err
        document = done.json
        assert set(document) >= keys
        assert (document["decision"], document["who"], document["why"]) == (words[0], "Anh", "Đã gọi điện")
        for _, text in moments(document):
            assert datetime.fromisoformat(text).utcoffset() is not None
        said[words[0], document["form"]] = document
    assert said["extend", None]["until"] == "2999-01-05T00:00:00+07:00", "a day counts to its end"
    assert said["extend", "ii06"]["until"] == "2999-01-04T16:30:00+07:00"
    assert said["accept", "ii06"]["version"] == 1
    assert office.thuky("mails", "--outcome", "received", "--json").json[0]["from"] == STRANGER
    of = {a["agency"]: a["obligations"] for a in office.thuky("status", "--json").json["agencies"]}
    assert {o["form"]: o["deadline"] for o in of["pg"]}["ii06"] == "2999-01-04T16:30:00+07:00"
    assert {o["status"] for o in of["btu"]} == {"excused"}
    assert [o["status"] for o in of["vpub"] if o["form"] == "ii06"] == ["fulfilled"]
    assert [o["status"] for o in of["stp"]] == ["correction_needed"]
    queued = [m for m in office.thuky("outbox", "--state", "queued", "--json").json if m["kind"] == "decision"]
    assert len(queued) == 6
    assert all(json.dumps(m["key"]) and m["next_at"] for m in queued)
