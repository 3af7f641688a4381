"""The tree of a mail's parts → its text and its files.

Flow: every part is visited once, nothing is skipped for want of a file name or a Content-ID. A part is a piece of the
text, a file, an attached mail (opened, its files marked with `nested_in`), or a machine's report. Of alternatives the
plain one is taken, of HTML its text. A multipart whose boundary is lost is split at the boundary its body uses.

Failure policy: stops at `MAX_PARTS` parts and `MAX_DEPTH` levels and says so among the defects; what is broken inside
one part leaves a defect and the rest is read all the same.
"""

import hashlib
import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any, Final, TypeAlias

from bot.domain.mail import Attachment
from bot.mail.charsets import clean_text, decode_bytes
from bot.mail.headers import decode_value, parse_addresses
from bot.mail.html_text import content_ids, html_to_text
from bot.mail.names import Names, guess_extension, safe_name
from bot.mail.parameters import parameters
from bot.mail.transfer import decode_transfer, raw_payload, transfer_encoding

MAX_PARTS: Final = 500
MAX_DEPTH: Final = 20
MAX_TEXT: Final = 1_000_000
"""Characters of text kept of one mail."""

Part: TypeAlias = "Message[Any, Any]"
_MAIL_TYPES: Final = frozenset({"message/rfc822", "message/global", "message/news"})
_PICTURES: Final = frozenset({".png", ".jpg", ".gif", ".tif", ".heic", ".webp"})
_LOST_BOUNDARY: Final = re.compile(rb"^--([^\r\n]{1,70}?)[ \t]*\r?\n(?=Content-)", re.MULTILINE | re.IGNORECASE)
_DEFECTS: Final = {
    "StartBoundaryNotFoundDefect": "missing_boundary",
    "NoBoundaryInMultipartDefect": "missing_boundary",
    "MultipartInvariantViolationDefect": "missing_boundary",
    "CloseBoundaryNotFoundDefect": "truncated",
}


@dataclass(frozen=True, slots=True)
class Chunk:
    """One piece of the mail's text; `is_html` when it was HTML before."""

    text: str
    is_html: bool = False


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    content_type: str
    payload: bytes
    content_id: str
    disposition: str
    in_related: bool
    nested_in: str


@dataclass(slots=True)
class Contents:
    """What a walk has found so far. `read` fills it; `text` and `attachments` are for afterwards."""

    chunks: list[Chunk] = field(default_factory=list)
    nested_chunks: list[Chunk] = field(default_factory=list)
    forwarded_from: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    _files: list[_File] = field(default_factory=list)
    _shown: set[str] = field(default_factory=set)
    _names: Names = field(default_factory=Names)
    _count: int = 0

    def read(self, mail: Part) -> None:
        """Walk the whole mail."""
        self.chunks += self._part(mail, 0, "", "")

    @property
    def text(self) -> str:
        """The mail's own text; that of attached mails only where it has none itself."""
        own = clean_text("\n\n".join(c.text for c in self.chunks))
        return (own or clean_text("\n\n".join(c.text for c in self.nested_chunks)))[:MAX_TEXT]

    def attachments(self) -> tuple[Attachment, ...]:
        """All files in order, with names that are unique within the mail."""
        return tuple(
            Attachment(
                name=self._names.take(f.name) if f.name else self._names.make(_extension(f)),
                content_type=f.content_type,
                payload=f.payload,
                sha256=hashlib.sha256(f.payload).hexdigest(),
                inline=self._is_inline(f),
                nested_in=f.nested_in,
            )
            for f in self._files
        )

    def _is_inline(self, file: _File) -> bool:
        if not file.content_type.startswith("image/") and _extension(file) not in _PICTURES:
            return False
        if file.content_id and file.content_id in self._shown:
            return True
        return file.disposition == "inline" or (file.in_related and file.disposition != "attachment")

    def _defect(self, word: str) -> None:
        if word not in self.defects:
            self.defects.append(word)

    def _part(self, part: Part, depth: int, parent: str, nested_in: str) -> list[Chunk]:
        self._count += 1
        if self._count > MAX_PARTS:
            self._defect("too_many_parts")
            return []
        if depth > MAX_DEPTH:
            self._defect("too_deep")
            return []
        for defect in part.defects:
            self._defect(_DEFECTS.get(type(defect).__name__, "broken_structure"))
        kind = part.get_content_type()
        if kind.startswith("multipart/"):
            return self._multipart(part, kind, depth, nested_in)
        if kind in _MAIL_TYPES and part.is_multipart():
            return self._attached_mail(part, depth)
        if parent == "multipart/report" and (part.is_multipart() or kind == "text/rfc822-headers"):
            return []  # a delivery or reading report: for machines, no file
        return self._leaf(part, kind, depth, parent, nested_in)

    def _multipart(self, part: Part, kind: str, depth: int, nested_in: str) -> list[Chunk]:
        children = _children(part) or self._split_again(part)
        groups = [self._part(child, depth + 1, kind, nested_in) for child in children[: MAX_PARTS + 1]]
        if kind != "multipart/alternative":
            return [chunk for group in groups for chunk in group]
        filled = [group for group in groups if any(c.text.strip() for c in group)]
        plain = [group for group in filled if not any(c.is_html for c in group)]
        return next(iter(plain or filled), [])

    def _split_again(self, part: Part) -> list[Part]:
        """The parts of a multipart whose header does not name the boundary that its body uses."""
        self._defect("missing_boundary")
        body = raw_payload(part)
        found = _LOST_BOUNDARY.search(body)
        if found is None:
            return [message_from_bytes(b"\n" + body)] if body.strip() else []
        boundary = found[1].replace(b"\\", b"\\\\").replace(b'"', b'\\"')
        return _children(message_from_bytes(b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\n\n' + body))

    def _attached_mail(self, part: Part, depth: int) -> list[Chunk]:
        for inner in _children(part)[:1]:
            mail = inner
            if transfer_encoding(part) == "base64" and not inner.is_multipart():
                # Forbidden, and done: the email package took the base64 letters for the mail's body.
                mail = message_from_bytes(decode_transfer(raw_payload(inner), "base64")[0])
            self._open_mail(mail, _file_name(part), depth)
        return []

    def _open_mail(self, mail: Part, name: str, depth: int) -> None:
        self.forwarded_from += [m.address for m in parse_addresses(_raw(mail, "from"))]
        subject = decode_value(_raw(mail, "subject"))
        name = name or safe_name(f"{subject}.eml" if subject else "") or "thu-dinh-kem.eml"
        self.nested_chunks += self._part(mail, depth + 1, "message/rfc822", self._names.take(name))

    def _leaf(self, part: Part, kind: str, depth: int, parent: str, nested_in: str) -> list[Chunk]:
        name, disposition = _file_name(part), _disposition(part)
        declared = parameters(_raw(part, "content-type"))
        encoding = transfer_encoding(part)
        content_id = _raw(part, "content-id").strip().strip("<>").lower()
        payload, sound = decode_transfer(raw_payload(part), encoding)
        if not sound:
            self._defect("bad_base64" if encoding == "base64" else "bad_encoding")
        is_body = kind in ("text/plain", "text/html") and disposition != "attachment" and (not name or depth == 0)
        if is_body:
            text, as_declared = decode_bytes(payload[: 4 * MAX_TEXT], declared.get("charset", ""))
            if not as_declared:
                self._defect("wrong_charset")
            if kind == "text/plain":
                return [Chunk(text[:MAX_TEXT])]
            self._shown |= content_ids(text)
            return [Chunk(html_to_text(text)[:MAX_TEXT], is_html=True)]
        if name.lower().endswith(".eml") or kind in _MAIL_TYPES:
            mail = message_from_bytes(payload)
            if "from" in mail or "received" in mail:
                self._open_mail(mail, name, depth)
                return []
        self._files.append(
            _File(name, kind, payload, content_id, disposition, parent == "multipart/related", nested_in)
        )
        return []


def _extension(file: _File) -> str:
    return guess_extension(file.payload, file.content_type)


def _children(part: Part) -> list[Part]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _raw(part: Part, name: str) -> str:
    return next((str(value) for key, value in part.raw_items() if key.lower() == name), "")


def _disposition(part: Part) -> str:
    return _raw(part, "content-disposition").partition(";")[0].strip().lower()


def _file_name(part: Part) -> str:
    """The name that the sender's program gave, made safe; Content-Disposition before Content-Type."""
    for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        name = safe_name(parameters(_raw(part, header)).get(parameter, ""))
        if name:
            return name
    return ""
