"""What Outlook packs files in: saved messages (.msg) by python-oxmsg, winmail.dat by tnefparse. Runs in the child.

Flow: attachments in their order with their long names. A message attached to a message comes out as a mail (.eml) of
its own, with its attachments in it; one in a winmail.dat as a winmail.dat of its own.

Failure policy: an attachment that cannot be had is given as `Refused`, and the next one is tried. Neither library
says what it raises for damaged files: whatever it is means CORRUPT.

Sources: MS-OXMSG 2.2.2, 2.4.1 (storages, property headers); MS-OXCMSG 2.2.2.9 (PidTagAttachMethod); MS-OXTNEF.
"""

from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING, Any, cast

from bot.documents.limits import Refused, corrupt, too_big
from bot.documents.quota import FullError, Quota
from bot.domain.document import ContainedFile, FileKind, UnreadableReason

if TYPE_CHECKING:
    from oxmsg.properties import Properties
    from oxmsg.storage import Storage

_DISPLAY_NAME, _SHORT_NAME, _LONG_NAME = 0x3001, 0x3704, 0x3707
_DATA, _METHOD = 0x3701, 0x3705
_SUBJECT, _BODY, _SENDER_NAME, _SENDER_ADDRESS = 0x0037, 0x1000, 0x0C1A, 0x5D01
_BY_VALUE, _EMBEDDED = 1, 5
_ATTACHMENT_HEADER, _EMBEDDED_HEADER = 8, 24
_EMBEDDED_STORAGE = "__substg1.0_3701000D"
_DEEPEST = 8


def contents(payload: bytes, kind: FileKind, quota: Quota) -> Iterator[ContainedFile | Refused]:
    """The attachments of a message by their names. Raises Refused."""
    yield from _message(payload, quota) if kind is FileKind.MSG else _winmail(payload, quota)


def _message(payload: bytes, quota: Quota) -> Iterator[ContainedFile | Refused]:
    from oxmsg.message import Message

    try:
        storages = [cast("Storage", attachment._storage) for attachment in Message.load(payload).attachments]
    except (MemoryError, RecursionError):
        raise
    except Exception as fault:
        raise corrupt(f"msg: {type(fault).__name__}: {fault}") from fault
    for number, storage in enumerate(storages, 1):
        try:
            name, attached = _attachment(storage, number, 1)
            yield ContainedFile(name, quota.collect(name, (attached,)))
        except FullError:
            raise
        except Refused as refusal:
            yield refusal


def _attachment(storage: "Storage", number: int, depth: int) -> tuple[str, bytes]:
    """An attachment's name and bytes. Raises Refused."""
    from oxmsg.properties import Properties

    try:
        properties = Properties(storage, _ATTACHMENT_HEADER)
        name = next((n for pid in (_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME) if (n := _text(properties, pid))), "")
        method = properties.int_prop_value(_METHOD) or _BY_VALUE
        if method == _BY_VALUE:
            data = properties.binary_prop_value(_DATA)
            return name or f"tep-{number}", b"" if data is None else data
        if method != _EMBEDDED:
            raise Refused(UnreadableReason.UNSUPPORTED, f"{name!r}: attachment method {method}: no file in it")
        if depth > _DEEPEST:
            raise too_big(f"{name!r}: messages nested too deeply", "depth", _DEEPEST)
        inner = next(s for s in storage.storages if s.name == _EMBEDDED_STORAGE)
        return _mail(inner, name, depth)
    except (Refused, MemoryError, RecursionError):
        raise
    except Exception as fault:
        raise corrupt(f"msg attachment {number}: {type(fault).__name__}: {fault}") from fault


def _mail(storage: "Storage", name: str, depth: int) -> tuple[str, bytes]:
    """A message within a message as a mail: subject, sender, text, attachments. Raises Refused."""
    from oxmsg.properties import Properties

    properties = Properties(storage, _EMBEDDED_HEADER)
    subject = _text(properties, _SUBJECT)
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = subject
    mail["From"] = f'"{_text(properties, _SENDER_NAME)}" <{_text(properties, _SENDER_ADDRESS)}>'
    mail.set_content(properties.str_prop_value(_BODY) or "")
    for number, inner in enumerate(storage.iter_attachment_storages(), 1):
        inner_name, payload = _attachment(inner, number, depth + 1)
        mail.add_attachment(payload, maintype="application", subtype="octet-stream", filename=inner_name)
    return f"{name or subject or 'thu'}.eml", mail.as_bytes()


def _text(properties: "Properties", pid: int) -> str:
    """A property's text on one line, fit for a header and a name; empty where there is none."""
    text = properties.str_prop_value(pid) or ""
    return " ".join(text.replace("\x00", " ").replace('"', "'").split())


def _winmail(payload: bytes, quota: Quota) -> Iterator[ContainedFile | Refused]:
    from tnefparse import TNEF

    try:
        attachments: list[Any] = TNEF(payload, do_checksum=False).attachments
    except (MemoryError, RecursionError):
        raise
    except Exception as fault:
        raise corrupt(f"tnef: {type(fault).__name__}: {fault}") from fault
    for number, attachment in enumerate(attachments, 1):
        name = _winmail_name(attachment) or f"tep-{number}"
        data = attachment.data
        if not isinstance(data, bytes) or not data:
            yield corrupt(f"{name!r}: no bytes in it")
            continue
        try:
            yield ContainedFile(name, quota.collect(name, (data,)))
        except FullError:
            raise
        except Refused as refusal:
            yield refusal


def _winmail_name(attachment: Any) -> str:
    """The long name where it is given, else the short one: text, or bytes of the sender's code page."""
    names = [a.data for a in attachment.mapi_attrs if a.name == _LONG_NAME]
    for name in (*names, attachment._name):
        if isinstance(name, bytes):
            try:
                name = name.decode("utf-8")
            except UnicodeDecodeError:
                name = name.decode("cp1258", "replace")
        if isinstance(name, str) and (plain := name.strip("\x00 ")):
            return plain
    return ""
