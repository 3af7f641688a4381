"""Archives: zip by zipfile, RAR, 7z, cab, tar and gz by libarchive, all from memory. Runs in the child.

Flow: the format by its first bytes → entries in their order → each regular file's bytes, counted as they come out.
Folders are passed over; so are links and devices, which have no contents of their own and are never followed.

Failure policy: an entry that cannot be had (encrypted, unknown compression, too big, damaged) is given as `Refused`
and the next one is tried; what makes going on useless is raised as `Refused`. libarchive opens neither encrypted
archives nor volumes nor solid RAR of the old format; without libarchive only zip is opened.

Sources: APPNOTE 6.3.10 (zip: 4.4.4 flags); libarchive-formats(5); RAR 5.0 archive format (rarlab technote).
"""

import ctypes
import io
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.documents.limits import Refused, corrupt
from bot.documents.quota import FullError, Quota
from bot.documents.zipnames import entry_name
from bot.domain.document import ContainedFile, UnreadableReason

if TYPE_CHECKING:
    from libarchive.entry import ArchiveEntry

LIBRARY = "libarchive.so.13"

_CHUNK = 262_144
_FORMATS = ((b"Rar!\x1a\x07\x01", "rar5"), (b"Rar!\x1a\x07", "rar"), (b"7z\xbc\xaf", "7zip"), (b"MSCF", "cab"))
_FILTERS = ("gzip", "bzip2", "xz")  # not `all`: some of them start programs
_VOLUME = re.compile(r"\.(part0*\d+\.rar|r\d\d|z\d\d|[a-z0-9]{2,4}\.\d{3}|\d{3})$", re.IGNORECASE)
_ENCRYPTED = re.compile(r"encrypt|crypto|password|passphrase", re.IGNORECASE)
_UNSUPPORTED = re.compile(r"support|unavailable|volume|unknown (compression|format)", re.IGNORECASE)


def has_library() -> bool:
    """Whether this machine has libarchive: without it only zip is opened."""
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        return False
    return True


def contents(payload: bytes, name: str, quota: Quota) -> Iterator[ContainedFile | Refused]:
    """The files of an archive by their own paths. `name` tells volumes, and what a lone .gz holds. Raises Refused."""
    found = _zip(payload, quota) if payload.startswith(b"PK") else _other(payload, name, quota)
    volume = bool(_VOLUME.search(name)) or _is_rar_volume(payload)
    try:
        for entry in found:
            yield _as_volume(entry) if volume and isinstance(entry, Refused) else entry
    except Refused as refusal:
        raise _as_volume(refusal) if volume else refusal from refusal
    if _is_rar_volume(payload):
        raise Refused(UnreadableReason.UNSUPPORTED, "one volume of several")


def _as_volume(refusal: Refused) -> Refused:
    """A volume of several breaks off at its end: that is no damage."""
    if refusal.reason is not UnreadableReason.CORRUPT:
        return refusal
    return Refused(UnreadableReason.UNSUPPORTED, f"one volume of several: {refusal.detail}")


def _zip(payload: bytes, quota: Quota) -> Iterator[ContainedFile | Refused]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(payload))
    except zipfile.BadZipFile as fault:
        raise _refusal(f"zip: {fault}") from fault
    except (ValueError, struct.error, OverflowError, IndexError, NotImplementedError) as fault:
        raise corrupt(f"zip: {type(fault).__name__}: {fault}") from fault
    with archive:
        files = [(info, path) for info in archive.infolist() if _is_file(info, path := entry_name(info))]
        quota.announce(len(files))
        for info, path in files:
            try:
                yield ContainedFile(path, _zip_entry(archive, info, path, quota))
            except FullError:
                raise
            except Refused as refusal:
                yield refusal


def _is_file(info: zipfile.ZipInfo, path: str) -> bool:
    mode = info.external_attr >> 16 if info.create_system == 3 else 0
    return not info.is_dir() and not path.endswith(("/", "\\")) and stat.S_IFMT(mode) in (0, stat.S_IFREG)


def _zip_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: str, quota: Quota) -> bytes:
    if info.flag_bits & 0x1:
        raise Refused(UnreadableReason.ENCRYPTED, repr(path))
    try:
        with archive.open(info) as stream:
            return quota.collect(path, iter(lambda: stream.read(_CHUNK), b""))
    except NotImplementedError as fault:  # Deflate64, PPMd and the like
        raise Refused(UnreadableReason.UNSUPPORTED, f"{path!r}: {fault}") from fault
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error) as fault:
        raise corrupt(f"{path!r}: {type(fault).__name__}: {fault}") from fault


def _other(payload: bytes, name: str, quota: Quota) -> Iterator[ContainedFile | Refused]:
    # libarchive-c looks for the library by starting programs, which the child may not, unless it is named.
    os.environ["LIBARCHIVE"] = LIBRARY
    try:
        from libarchive import ffi
        from libarchive.exception import ArchiveError
        from libarchive.read import ArchiveRead
    except (ImportError, OSError, AttributeError) as fault:
        raise Refused(UnreadableReason.UNSUPPORTED, f"no {LIBRARY} on this machine: {fault}") from fault

    form = next((form for magic, form in _FORMATS if payload.startswith(magic)), None)
    pointer = ffi.read_new()
    try:
        for filter_name in () if form else _FILTERS:
            ffi.get_read_filter_function(filter_name)(pointer)
        for format_name in (form,) if form else ("tar", "raw"):
            ffi.get_read_format_function(format_name)(pointer)
        ffi.read_open_memory(pointer, payload, len(payload))
        for entry in ArchiveRead(pointer):
            # 0: RAR packers on some systems do not say what an entry is.
            if stat.S_IFMT(entry.filetype) not in (0, stat.S_IFREG) or entry.islnk:
                continue
            raw = ffi.format_name(pointer) == b"raw"
            path = _gz_name(payload, name) if raw else str(entry.pathname or "")
            try:
                yield ContainedFile(path, quota.collect(path, _blocks(entry)))
            except FullError:
                raise
            except Refused as refusal:
                yield refusal
            except ArchiveError as fault:
                yield _refusal(f"{path!r}: {fault.msg}")
    except ArchiveError as fault:
        raise _refusal(f"{form or 'tar'}: {fault.msg}") from fault
    finally:
        ffi.read_free(pointer)


def _is_rar_volume(payload: bytes) -> bool:
    """The main header says whether a RAR is one of several, and a volume may hold whole files without saying so."""
    head = payload[:64]
    if head.startswith(b"Rar!\x1a\x07\x00"):
        return len(head) >= 12 and head[9] == 0x73 and bool(head[10] & 0x01)
    if not head.startswith(b"Rar!\x1a\x07\x01\x00"):
        return False
    try:
        numbers = _variable_numbers(head[12:])
        _size, kind, flags = next(numbers), next(numbers), next(numbers)
        for _ in range(bool(flags & 1) + bool(flags & 2)):
            next(numbers)
        return kind == 1 and bool(next(numbers) & 1)
    except StopIteration:
        return False


def _variable_numbers(data: bytes) -> Iterator[int]:
    """RAR5's numbers: seven bits a byte, the eighth says that more follow."""
    number = shift = 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            yield number
            number = shift = 0


def _blocks(entry: "ArchiveEntry") -> Iterator[bytes]:
    for block in entry.get_blocks():
        yield bytes(block)


def _gz_name(payload: bytes, name: str) -> str:
    """What a compressed single file is called: as its gzip header says (RFC 1952, FNAME), else the archive's name."""
    if payload.startswith(b"\x1f\x8b\x08") and payload[3] & 0x1C == 0x08:
        own = payload[10 : 10 + 1_024].split(b"\x00")[0]
        try:
            return own.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return re.sub(r"\.(gz|bz2|xz)$", "", name, flags=re.IGNORECASE)


def _refusal(said: str) -> Refused:
    """The reason in what zipfile or libarchive says, for both say it in words only."""
    if _ENCRYPTED.search(said):
        return Refused(UnreadableReason.ENCRYPTED, said)
    unsupported = _UNSUPPORTED.search(said) or "multiple disks" in said
    return Refused(UnreadableReason.UNSUPPORTED if unsupported else UnreadableReason.CORRUPT, said)
