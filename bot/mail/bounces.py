"""Bounce reports → the addresses that do not work, why, and which mail of ours came back. Pure.

Flow: flufl.bounce finds the addresses in the reports of all usual servers (RFC 3464 and the free forms); status and the
server's own words come from the delivery-status part, or from the lines behind the address in a free form; the
Message-ID from the returned mail or its headers.

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
from bot.mail.refusals import is_for_good

MAX_BYTES: Final = 2**20
"""A report longer than this is read up to here: the reasons stand in front of the returned mail."""
MAX_LINES: Final = 20_000
"""The detectors try each of theirs on each line."""
MAX_DIAGNOSTIC: Final = 500
MAX_ADDRESSES: Final = 200
"""No mail of ours goes to more. Anybody can write a report that names thousands: the others are left out."""
_BODY_ID: Final = re.compile(r"^[ >\t]*Message-I[Dd]:[ \t]*(<[^<>\s]{1,900}>)", re.MULTILINE)

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it logs every detector that it tries


def bounced_addresses(raw: bytes) -> tuple[Bounce, ...]:
    """One `Bounce` an address, sorted by address; addresses are lower case.

    `permanent` only where the server gave up, its status is of class 5, and the trouble lies with the address: not with
    a mailbox that is full (5.2.2, or in whatever words), with this mail (too big, refused by a policy), or with a limit
    of our provider. A class 4 after days of trying (4.4.7) is not for ever either.

    A report comes with the null return path (RFC 3464, 2; RFC 5321, 4.5.5): one for which the receiving server noted a
    sender is somebody's letter, however it looks, and names nobody.
    """
    try:
        report = message_from_bytes(b"\n".join(raw[:MAX_BYTES].split(b"\n", MAX_LINES)[:MAX_LINES]))
        sender = report.get("Return-Path")
        if sender is not None and str(sender).strip() not in ("", "<>"):
            return ()
        delayed, failed = all_failures(report)
        told = {address: (status, words) for address, status, words in _statuses(report)}
        original = _original_id(report)
    except Exception:  # the detectors fall over hostile input in many ways; the mail itself is kept all the same
        return ()
    bounces = []
    lost = {_plain(a) for a in failed}
    for address in sorted(lost | {_plain(a) for a in delayed})[:MAX_ADDRESSES]:
        status, words = told.get(address) or ("", _said_of(report, address))
        gave_up = address in lost
        for_good = is_for_good(words, status)
        bounces.append(Bounce(address, gave_up and for_good, words or status, original, gave_up))
    return tuple(bounce for bounce in bounces if "@" in bounce.address)


def _plain(address: bytes) -> str:
    return address.decode("ascii", "replace").strip("<> ").lower()


def _statuses(report: "Message[Any, Any]") -> Iterator[tuple[str, str, str]]:
    """(address, status, diagnostic) of each recipient block of a delivery-status part."""
    for part in report.walk():
        recipient = part.get("Original-Recipient") or part.get("Final-Recipient")
        if recipient is None:
            continue
        status = decode_value(str(part.get("Status", ""))).partition(" ")[0]
        words = decode_value(_eight_bit(part, "Diagnostic-Code"))
        for name in ("Original-Recipient", "Final-Recipient"):
            for mailbox in parse_addresses(str(part.get(name, "")).rpartition(";")[2]):
                yield mailbox.address, status, words.removeprefix("smtp;").strip()[:MAX_DIAGNOSTIC]


def _eight_bit(part: "Message[Any, Any]", name: str) -> str:
    """A header's value with the letters that a server wrote there against the rules, as UTF-8; `get` loses them."""
    value = next((str(v) for k, v in part.raw_items() if k.lower() == name.lower()), "")
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _said_of(report: "Message[Any, Any]", address: str) -> str:
    """In a report of free form: what stands behind the address, up to the next blank line (qmail and its kin)."""
    for part in report.walk():
        if part.get_content_type() == "text/plain":
            text = _payload(part).decode("utf-8", "replace")
            found = re.search(
                re.escape(address) + r"[>:\s]*(.+?)(?:\r?\n[ \t]*\r?\n|\Z)", text, re.IGNORECASE | re.DOTALL
            )
            if found:
                return " ".join(found[1].split())[:MAX_DIAGNOSTIC]
    return ""


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
