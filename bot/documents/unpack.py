"""What a container holds, one level deep, as bytes with paths of plain text. Runs in the child.

Flow: kind by the bytes → `archive` for zip, RAR, 7z, tar and gz, `outlook` for .msg and winmail.dat → what programs
leave behind for themselves is left out → files, and at the end why some are missing.

Failure policy: never raises for what a file holds. What could be had is given, with an `Unreadable` for the first part
that could not. An archive without any file in it is EMPTY; a mail without attachments is none.
"""

import re
import unicodedata
from collections.abc import Iterator

from bot.documents import kinds
from bot.documents.limits import Limits, Refused, megabytes
from bot.documents.quota import Quota
from bot.documents.wire_files import NAME_CHARS, PATH_CHARS
from bot.domain.document import ContainedFile, Excess, FileKind, Unreadable, UnreadableReason

_MAILS = (FileKind.MSG, FileKind.TNEF)
_LEFT_BEHIND = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|~\$|\._)", re.IGNORECASE)


def unpack(payload: bytes, name: str, limits: Limits) -> Iterator[ContainedFile | Unreadable]:
    """The files in their order, and where some could not be had, one `Unreadable` at the end."""
    kind = FileKind.OTHER
    fault: Unreadable | None = None
    count = 0
    try:
        kind = kinds.identify(payload).kind
        for found in _contents(payload, name, kind, Quota(limits, len(payload))):
            if isinstance(found, Refused):
                fault = fault or Unreadable(found.reason, kind, found.detail, found.over)
                continue
            path = plain_path(found.path)
            if _LEFT_BEHIND.search(path):
                continue
            count += 1
            yield ContainedFile(path or f"tep-{count}", found.payload)
    except Refused as refusal:
        fault = fault or Unreadable(refusal.reason, kind, refusal.detail, refusal.over)
    except MemoryError:
        over = Excess("memory", megabytes(limits.memory_bytes))
        detail = f"needs more than {limits.memory_bytes} bytes"
        fault = fault or Unreadable(UnreadableReason.TOO_BIG, kind, detail, over)
    except RecursionError:
        fault = fault or Unreadable(UnreadableReason.CORRUPT, kind, "nested too deeply")
    except Exception as gap:  # a gap in a reader: the mail must go on, and the detail names the gap
        fault = fault or Unreadable(UnreadableReason.CRASHED, kind, f"{type(gap).__name__}: {gap}"[:500])
    if fault is None and count == 0 and kind not in _MAILS:
        fault = Unreadable(UnreadableReason.EMPTY, kind, "no files in it")
    if fault is not None:
        yield fault


def _contents(payload: bytes, name: str, kind: FileKind, quota: Quota) -> Iterator[ContainedFile | Refused]:
    if kind not in (FileKind.ARCHIVE, *_MAILS):
        raise Refused(UnreadableReason.UNSUPPORTED, "no container")
    # Imported here: each parser costs memory and time, and a container needs one of them.
    if kind in _MAILS:
        from bot.documents import outlook

        return outlook.contents(payload, kind, quota)
    from bot.documents import archive

    return archive.contents(payload, name, quota)


def plain_path(path: str) -> str:
    """A path as text to show and to sort by: relative, composed (NFC), without steps up, drive letters and what is
    invisible; too long a name keeps its ending, too deep a path its last folders.
    """
    path = re.sub(r"^[A-Za-z]:", "", unicodedata.normalize("NFC", path).replace("\\", "/"))
    visible = "".join(c for c in path if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    parts = [_short(part) for part in (p.strip() for p in visible.split("/")) if part not in ("", ".", "..")]
    while len("/".join(parts)) > PATH_CHARS:
        parts = parts[1:]
    return "/".join(parts)


def _short(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if len(name) <= NAME_CHARS or len(ending) > 10:
        return name[:NAME_CHARS]
    return stem[: NAME_CHARS - len(ending) - 1] + dot + ending
