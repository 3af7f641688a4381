"""Bytes of a mail → `InboundMail`.

Flow: the standard library takes the bytes apart (`compat32`: it keeps every header as it stood and forgives most),
`headers` decodes the fields, `parts` walks the tree for text and files, and what was odd is listed in `defects`.

Failure policy: never raises, whatever the bytes. A mail whose structure defeats the parser is read by its headers
only, with the defect `unparsable`; one that defeats even this comes back with nothing but its hash and size.

Defects (stable words): `unparsable`, `too_many_parts`, `too_deep`, `missing_boundary`, `truncated`, `bad_base64`,
`bad_encoding`, `wrong_charset`, `broken_structure`, `too_many_headers`, `header_too_long`, `no_from`, `several_from`,
`encoded_address`, `no_message_id`, `bad_date`.
"""

import hashlib
import re
from collections.abc import Iterable
from email import message_from_bytes
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parsedate_to_datetime
from typing import Final

from bot.domain.mail import InboundMail
from bot.mail.headers import (
    MAX_VALUE,
    Mailbox,
    decode_value,
    decode_words,
    first_message_id,
    message_ids,
    parse_addresses,
    unfold,
)
from bot.mail.parts import Contents, Part
from bot.text.legacy_encoding import repair

MAX_HEADERS: Final = 1_000
MAX_SUBJECT: Final = 998
MAX_FORWARDED: Final = 20
HEADER_BYTES: Final = 2**18
_QUOTED_FROM: Final = re.compile(
    r"^[ \t>*]{0,40}(?:From|Từ|Người gửi|Gửi từ)[ \t]?\*?[ \t]?:\*?(.{1,500})$", re.MULTILINE | re.IGNORECASE
)


def parse(raw: bytes) -> InboundMail:
    """The mail that these bytes are, as far as they are one.

    `raw` is what the server has, byte for byte; hash and size are taken of it. Addresses are in lower case, all text
    is in NFC, `to_addresses` holds those of To and Cc.
    """
    try:
        message = message_from_bytes(raw, policy=compat32)
        contents = Contents()
        contents.read(message)
        return _mail(raw, message, contents)
    except Exception:  # RecursionError among them: thousands of levels are no mail but an attack
        return _headers_only(raw)


def parse_head(raw: bytes) -> InboundMail:
    """The mail by its header alone, whose first `HEADER_BYTES` count: no text, no files. Hash and size are of `raw`."""
    return _by_head(raw, Contents())


def _headers_only(raw: bytes) -> InboundMail:
    return _by_head(raw, Contents(defects=["unparsable"]))


def _by_head(raw: bytes, contents: Contents) -> InboundMail:
    try:
        return _mail(raw, BytesHeaderParser(policy=compat32).parsebytes(_head(raw)), contents)
    except Exception:
        return InboundMail(
            sha256=hashlib.sha256(raw).hexdigest(),
            size=len(raw),
            message_id="",
            from_addresses=(),
            from_name="",
            to_addresses=(),
            subject="",
            text="",
            attachments=(),
            defects=("unparsable",),
        )


def _head(raw: bytes) -> bytes:
    return re.split(rb"\r?\n\r?\n", raw[:HEADER_BYTES], maxsplit=1)[0] + b"\r\n\r\n"


def _mail(raw: bytes, message: Part, contents: Contents) -> InboundMail:
    fields: dict[str, list[str]] = {}
    defects: list[str] = []
    for count, (name, value) in enumerate(message.raw_items()):
        if count >= MAX_HEADERS:
            defects.append("too_many_headers")
            break
        if not name.isascii():
            continue
        if len(str(value)) > MAX_VALUE:
            defects.append("header_too_long")
        fields.setdefault(name.lower(), []).append(str(value))
    senders = _mailboxes(fields.get("from", ()))
    if not senders and (senders := _encoded_mailboxes(fields.get("from", ()))):
        defects.append("encoded_address")
    if len(senders) != 1:
        defects.append("several_from" if senders else "no_from")
    elif len(fields["from"]) > 1:
        defects.append("several_from")
    message_id = first_message_id(next(iter(fields.get("message-id", ())), ""))
    if not message_id:
        defects.append("no_message_id")
    if not _is_date(next(iter(fields.get("date", ())), "")):
        defects.append("bad_date")
    text = repair(contents.text)
    forwarded = (*contents.forwarded_from, *_quoted_senders(text))
    return InboundMail(
        sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        message_id=message_id,
        from_addresses=_addresses(senders),
        from_name=next((m.name for m in senders if m.name), ""),
        to_addresses=_addresses(_mailboxes((*fields.get("to", ()), *fields.get("cc", ())))),
        subject=repair(decode_value(next(iter(fields.get("subject", ())), ""))[:MAX_SUBJECT]),
        text=text,
        attachments=contents.attachments(),
        headers={name: tuple(map(decode_value, values)) for name, values in fields.items()},
        return_path=_return_path(fields.get("return-path", ())),
        in_reply_to=first_message_id(next(iter(fields.get("in-reply-to", ())), "")),
        references=message_ids(" ".join(fields.get("references", ()))),
        reply_to=_addresses(_mailboxes(fields.get("reply-to", ()))),
        content_type=message.get_content_type(),
        defects=tuple(dict.fromkeys((*contents.defects, *defects))),
        forwarded_from=tuple(dict.fromkeys(forwarded))[:MAX_FORWARDED],
    )


def _mailboxes(values: Iterable[str]) -> list[Mailbox]:
    return [mailbox for value in values for mailbox in parse_addresses(value)]


def _encoded_mailboxes(values: Iterable[str]) -> list[Mailbox]:
    """Some programs encode the whole field, address and all: read only when nothing stands in clear."""
    return [mailbox for value in values for mailbox in parse_addresses(decode_words(unfold(value)))]


def _addresses(mailboxes: Iterable[Mailbox]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(m.address for m in mailboxes))


def _return_path(values: Iterable[str]) -> str | None:
    """The envelope sender as the last server wrote it: topmost first; empty for the null path of bounces."""
    for value in values:
        return next((m.address for m in parse_addresses(value)), "")
    return None


def _quoted_senders(text: str) -> list[str]:
    """Addresses in the `From:` and `Từ:` lines of mails quoted or forwarded in the text."""
    return [m.address for line in _QUOTED_FROM.findall(text)[:MAX_FORWARDED] for m in parse_addresses(line)]


def _is_date(value: str) -> bool:
    try:
        parsedate_to_datetime(decode_value(value))
    except (TypeError, ValueError, IndexError, OverflowError):
        return False
    return True
