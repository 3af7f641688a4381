"""Every mail of `tests/mails/`: what must be read out of it stands beside it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot.domain.mail import InboundMail
from bot.mail.bounces import bounced_addresses
from bot.mail.parse import parse

MAILS = sorted((Path(__file__).parent.parent / "mails").glob("*.eml"))


def expected(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.with_suffix(".toml").read_text("utf-8"))


def optional(mail: InboundMail) -> dict[str, Any]:
    """What only some expectations name."""
    return {
        "from_name": mail.from_name,
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "return_path": mail.return_path,
        "to": list(mail.to_addresses),
        "last_reference": mail.references[-1] if mail.references else "",
    }


def test_there_are_enough() -> None:
    assert len(MAILS) >= 45


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_mail(path: Path) -> None:
    want = expected(path)
    mail = parse(path.read_bytes())
    assert list(mail.from_addresses) == want["from"]
    assert mail.subject == want["subject"]
    assert [
        {"name": a.name, "inline": a.inline} | ({"nested_in": a.nested_in} if a.nested_in else {})
        for a in mail.attachments
    ] == want.get("attachments", [])
    assert list(mail.defects) == want["defects"]
    assert list(mail.forwarded_from) == want.get("forwarded_from", [])
    for words in want["text_contains"]:
        assert words in mail.text
    for words in want.get("lacks", []):
        assert words not in mail.text
    found = optional(mail)
    assert {key: found[key] for key in found if key in want} == {key: want[key] for key in found if key in want}


@pytest.mark.parametrize("path", [p for p in MAILS if "bounced" in expected(p)], ids=lambda path: path.stem)
def test_bounce(path: Path) -> None:
    want = expected(path)
    bounces = bounced_addresses(path.read_bytes())
    assert [b.address for b in bounces if b.permanent] == want["bounced"]
    assert [b.address for b in bounces if not b.permanent] == want.get("bounced_for_now", [])
    assert {b.original_message_id for b in bounces} == {want["original"]}
    assert all(b.diagnostic[:1] in "45" for b in bounces)


def test_what_is_no_bounce_gives_none() -> None:
    assert bounced_addresses(b"") == ()
    assert bounced_addresses(MAILS[0].read_bytes()) == ()
