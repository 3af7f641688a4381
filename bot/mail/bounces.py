"""Bounce reports → the addresses that do not work, why, and which mail of ours came back. Pure.

Flow: flufl.bounce finds the addresses in the reports of all usual servers (RFC 3464 and the free forms); status and the
server's own words come from the delivery-status part, the Message-ID from the returned mail or its headers.

Failure policy: never raises; what is no bounce, or one that nobody understands, gives an empty tuple. Only for mails
that screening has called bounces: the free forms are found by guessing.
"""

import logging
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from typing import Any, Final

from flufl.bounce import all_failures

from bot.domain.intake import Bounce
from bot.mail.headers import MAX_VALUE, decode_value, first_message_id, message_ids, parse_addresses

MAX_BYTES: Final = 2**20
"""A report longer than this is read up to here: the reasons stand in front of the returned mail."""
MAX_DIAGNOSTIC: Final = 500
_BODY_ID: Final = re.compile(r"^[ >\t]*Message-I[Dd]:[ \t]*(<[^<>\s]{1,900}>)", re.MULTILINE)

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it logs every detector that it tries


def bounced_addresses(raw: bytes) -> tuple[Bounce, ...]:
    """One `Bounce` an address, sorted by address; addresses are lower case.

    `permanent` only where the server gave up and its status is not of class 4 (full mailbox, unreachable for days).
    """
    try:
        report = message_from_bytes(raw[:MAX_BYTES])
        delayed, failed = all_failures(report)
        told = {address: (status, words) for address, status, words in _statuses(report)}
        original = _original_id(report)
    except Exception:  # the detectors fall over hostile input in many ways; the mail itself is kept all the same
        return ()
    bounces = []
    for address in sorted({a.decode("ascii", "replace").strip("<> ").lower() for a in delayed | failed}):
        status, words = told.get(address, ("", ""))
        gave_up = address.encode() in {a.strip(b"<> ").lower() for a in failed}
        bounces.append(Bounce(address, gave_up and not status.startswith("4."), words or status, original))
    return tuple(bounce for bounce in bounces if "@" in bounce.address)


def _statuses(report: "Message[Any, Any]") -> Iterator[tuple[str, str, str]]:
    """(address, status, diagnostic) of each recipient block of a delivery-status part."""
    for part in report.walk():
        recipient = part.get("Original-Recipient") or part.get("Final-Recipient")
        if recipient is None:
            continue
        status = decode_value(str(part.get("Status", ""))).partition(" ")[0]
        words = decode_value(str(part.get("Diagnostic-Code", "")))
        for name in ("Original-Recipient", "Final-Recipient"):
            for mailbox in parse_addresses(str(part.get(name, "")).rpartition(";")[2]):
                yield mailbox.address, status, words.removeprefix("smtp;").strip()[:MAX_DIAGNOSTIC]


def _original_id(report: "Message[Any, Any]") -> str:
    """The Message-ID of the mail that came back: of the returned part, or as the report quotes it, or what the report
    answers.
    """
    parts = list(report.walk())
    for part in parts:
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            for inner in part.walk():
                if inner is not part and (found := first_message_id(str(inner.get("Message-ID", "")))):
                    return found
        if part.get_content_type() == "text/rfc822-headers":
            quoted = message_from_bytes(_payload(part))
            if found := first_message_id(str(quoted.get("Message-ID", ""))):
                return found
    for part in parts:
        if part.get_content_maintype() == "text":
            found_line = _BODY_ID.search(_payload(part).decode("utf-8", "replace"))
            if found_line:
                return found_line[1]
    for name in ("X-Original-Message-ID", "In-Reply-To", "References"):
        if ids := message_ids(str(report.get(name, ""))[:MAX_VALUE]):
            return ids[-1]
    return ""


def _payload(part: "Message[Any, Any]") -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
