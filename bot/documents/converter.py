"""Old Word (.doc) and Rich Text (.rtf) → .docx, by LibreOffice where the machine has it.

Flow: a folder of its own with the files and a fresh profile (no macros, no links, no recovery) → one start of
LibreOffice for all of them, confined (`confine`): limits, its own folder only, no network → each result's bytes. Where
one start leaves some without a result, each of those gets a start of its own: one broken file must not take the others
of its mail with it.

Failure policy: never raises for what a file holds. A file without a result is `Unreadable` UNCONVERTED, whatever the
cause; nothing of LibreOffice is left running and nothing of its folder is left behind. A result is as untrusted as the
file was: it goes through the sandbox like any other. It is only read, never kept and never handed on, since LibreOffice
puts pictures into it that the file names by their paths on this machine.
"""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bot.documents import isolation
from bot.documents.children import child_command
from bot.documents.limits import DEFAULT_LIMITS, Limits
from bot.documents.talk import await_exit, end_group
from bot.domain.document import FileKind, Unreadable, UnreadableReason

ENDINGS = {FileKind.DOC: "doc", FileKind.RTF: "rtf"}

_PLACES = ("/usr/bin/soffice", "/usr/lib/libreoffice/program/soffice", "/opt/libreoffice/program/soffice")
_LEAST_SECONDS = 3.0
_AGAIN = (79, 81)  # it wants to be started again, as it always does with a new profile
_STARTS = 3
_ISOLATION = ("unshare", "--map-root-user", "--net", "--")
_SETTINGS = (
    ("Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Common/Misc", "FirstRun", "false"),
    ("Common/Misc", "CrashReport", "false"),
    ("Writer/Content/Update", "Link", "0"),  # never
    ("Writer/Content/Update", "Field", "false"),
    ("Recovery/RecoveryInfo", "Enabled", "false"),
    ("Recovery/AutoSave", "Enabled", "false"),
    ("Java/VirtualMachine", "Enable", "false"),
)
# Becomes LibreOffice in a process of its own: a `preexec_fn` may hang in a program with threads.
_START = "from bot.documents.confine import become_office; become_office(*sys.argv[2:])"


def find_libreoffice() -> Path | None:
    """LibreOffice's `soffice`, where this machine has it: on the PATH or in its usual places."""
    found = shutil.which("soffice")
    places = [Path(found)] if found else [Path(place) for place in _PLACES]
    return next((place for place in places if os.access(place, os.X_OK)), None)


@dataclass(frozen=True)
class Converter:
    """Holds no state between calls and may be shared by threads. `program` is LibreOffice's `soffice`."""

    program: Path
    limits: Limits = DEFAULT_LIMITS
    _isolation: tuple[str, ...] = field(default=_ISOLATION, repr=False)
    _beside: tuple[str, ...] = field(default=(), repr=False)  # other folders that it may write in

    @property
    def has_isolation(self) -> bool:
        """Whether LibreOffice runs without a network: in a namespace without one, or refused the calls for it."""
        return self.has_namespace or "network" not in isolation.examine_office().open_groups

    @cached_property
    def has_namespace(self) -> bool:
        """Whether the system lets us make a network namespace."""
        try:
            tried = subprocess.run([*self._isolation, "true"], capture_output=True, timeout=10)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return tried.returncode == 0

    def convert(self, files: Sequence[tuple[FileKind, bytes]]) -> tuple[bytes | Unreadable, ...]:
        """The .docx of each file (kind, bytes) in their order, all within `limits.convert_seconds`."""
        end = time.monotonic() + self.limits.convert_seconds
        results = list(self._start(files, end))
        if len(files) > 1:
            for index, (result, file) in enumerate(zip(results, files, strict=True)):
                if isinstance(result, Unreadable):
                    (results[index],) = self._start((file,), end)
        return tuple(results)

    def _start(self, files: Sequence[tuple[FileKind, bytes]], end: float) -> tuple[bytes | Unreadable, ...]:
        """One start of LibreOffice for all the files; it may take half of the time that is left, when it is not alone
        with one file.
        """
        left = end - time.monotonic()
        seconds = left / 2 if len(files) > 1 else left
        if seconds < _LEAST_SECONDS:
            return tuple(_unconverted(kind, "the time was used up before its turn") for kind, _ in files)
        try:
            with tempfile.TemporaryDirectory(prefix="thuky-", ignore_cleanup_errors=True) as folder:
                return self._convert_in(Path(folder), files, seconds)
        except OSError as fault:
            return tuple(_unconverted(kind, f"{type(fault).__name__}: {fault}") for kind, _ in files)

    def _convert_in(
        self, folder: Path, files: Sequence[tuple[FileKind, bytes]], seconds: float
    ) -> tuple[bytes | Unreadable, ...]:
        (folder / "profile" / "user").mkdir(parents=True)
        (folder / "profile" / "user" / "registrymodifications.xcu").write_text(_registry(), encoding="utf-8")
        names = []
        for number, (kind, payload) in enumerate(files):
            names.append(f"{number}.{ENDINGS[kind]}")
            (folder / names[-1]).write_bytes(payload)
        said = self._run(folder, names, seconds)
        return tuple(
            self._result(folder / "out" / f"{number}.docx", kind, said) for number, (kind, _) in enumerate(files)
        )

    def _run(self, folder: Path, names: Sequence[str], seconds: float) -> str:
        """Runs LibreOffice to its end or its time; what is to be said where a result lacks."""
        deadline = time.monotonic() + seconds
        try:
            for _ in range(_STARTS):
                status = self._run_once(folder, names, deadline)
                if status not in _AGAIN:
                    break
        except TimeoutError:
            return f"LibreOffice took more than {seconds:.0f} s"
        return f"LibreOffice ended with {status} and without a result"

    def _run_once(self, folder: Path, names: Sequence[str], deadline: float) -> int:
        """Its exit status. Raises TimeoutError."""
        process = subprocess.Popen(
            [
                *self._wrapped(folder, str(_program_itself(self.program))),
                *("--headless", "--norestore", "--nologo", "--nodefault", "--nofirststartwizard", "--nolockcheck"),
                f"-env:UserInstallation={(folder / 'profile').as_uri()}",
                # Its socket: /tmp is not its to write in (see `seccomp`), and a whole path may be too long for one.
                "-env:OSL_SOCKET_PATH=.",
                *("--convert-to", "docx:MS Word 2007 XML", "--outdir", str(folder / "out"), *names),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "HOME": str(folder), "TMPDIR": str(folder)},
            cwd=folder,
            start_new_session=True,
        )
        try:
            return await_exit(process, deadline)
        finally:
            end_group(process)

    def _wrapped(self, folder: Path, program: str) -> tuple[str, ...]:
        """The command line that starts `program` as LibreOffice is started; its own arguments follow."""
        folders = json.dumps([str(folder), *self._beside])
        start = child_command(_START, json.dumps(self._rlimits()), folders, program)
        return (*(self._isolation if self.has_namespace else ()), *start)

    def _rlimits(self) -> dict[str, int]:
        return {
            "RLIMIT_AS": self.limits.convert_memory_bytes,
            "RLIMIT_CPU": int(self.limits.convert_seconds) * 2,  # of all its threads
            "RLIMIT_FSIZE": self.limits.uncompressed_bytes,
            "RLIMIT_CORE": 0,
            "RLIMIT_NOFILE": 512,
        }

    def _result(self, path: Path, kind: FileKind, said: str) -> bytes | Unreadable:
        """The result's bytes, if it is a plain file of a size that is read at all."""
        try:
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
                converted = stream.read(self.limits.file_bytes + 1)
        except OSError:
            return _unconverted(kind, said)
        if not converted or len(converted) > self.limits.file_bytes:
            return _unconverted(kind, f"a result of {len(converted)} bytes or more")
        return converted


def _program_itself(program: Path) -> Path:
    """What the script `soffice` starts in the end, where it lies beside it. The script's own helper takes a socket in
    /tmp and nowhere else.
    """
    beside = program.resolve().with_name("soffice.bin")
    return beside if os.access(beside, os.X_OK) else program


def _unconverted(kind: FileKind, detail: str) -> Unreadable:
    return Unreadable(UnreadableReason.UNCONVERTED, kind, detail)


def _registry() -> str:
    """The profile's settings, as LibreOffice keeps them."""
    items = "".join(
        f'<item oor:path="/org.openoffice.Office.{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value>'
        "</prop></item>"
        for path, name, value in _SETTINGS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry"'
        ' xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>"
    )
