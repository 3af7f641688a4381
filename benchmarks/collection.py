"""How many files that plain programs open we call unreadable, over a folder of files from anywhere.

    .venv/bin/python benchmarks/collection.py FOLDER [--libreoffice] [--known FILE] [--traits] [--most N]

Flow: each file is opened by the plain program for its kind (openpyxl, python-docx; with `--libreoffice` LibreOffice
for what these leave, many files in one start) and read by our sandbox, .doc and .rtf many in one start of LibreOffice
too. What a plain program opens and we call unreadable is listed as it is found, with the reason and the detail; so is,
with `--traits`, what we read and what it carries. What asks for a password, or carries a DTD, must be refused, and
does not count. What is called a kind that this office does not read (Excel 4 and older, Word 2) is counted by itself.
Ends with 1 where more than 2 in 100 are called unreadable.

`--known FILE` keeps the plain programs' verdicts by the files' SHA-256, so that a second run asks only us.

Failure policy: a plain program that dies or takes longer than 30 seconds has not opened the file. A start of
LibreOffice that ends badly is tried again in halves, down to the one file that ends it.

The collection is not part of the project: any folder will do, for instance the test files of Apache POI.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import docx
import openpyxl

from bot.documents.converter import Converter, find_libreoffice
from bot.documents.kinds import sniff
from bot.documents.sandbox import Sandbox
from bot.domain.document import Document, FileKind, Unreadable, UnreadableReason

ALLOWED = 0.02
WORKERS = 2
_PLAIN: dict[str, Callable[[str], object]] = {
    ".xlsx": openpyxl.load_workbook,
    ".xlsm": openpyxl.load_workbook,
    ".docx": docx.Document,
}
_TO_BOOK = ("--convert-to", "csv")
_TO_TEXT = ("--convert-to", "txt:Text")
_TEXTS = (".doc", ".docx", ".docm", ".odt", ".rtf", ".dot", ".dotx")
_BATCH = 20
_OLD_BATCH = 6
_SECONDS = 30


def _open_all(pipe: Connection) -> None:
    """A worker's life: a name comes, whether openpyxl or python-docx opens it goes back."""
    warnings.simplefilter("ignore")
    while (name := pipe.recv()) is not None:
        try:
            _PLAIN[Path(name).suffix.lower()](name)
        except Exception:  # whatever it raises, it has not opened the file
            pipe.send(False)
        else:
            pipe.send(True)


def opened_plainly(paths: Sequence[Path]) -> set[Path]:
    """Those that openpyxl or python-docx opens, in a worker that is replaced when it hangs or dies."""
    found: set[Path] = set()
    context = get_context("fork")
    ours, worker = None, None
    for path in paths:
        if path.suffix.lower() not in _PLAIN:
            continue
        if ours is None or worker is None:
            ours, theirs = context.Pipe()
            worker = context.Process(target=_open_all, args=(theirs,), daemon=True)
            worker.start()
            theirs.close()
        ours.send(str(path))
        try:
            if not ours.poll(_SECONDS):
                raise EOFError
            if ours.recv():
                found.add(path)
        except (EOFError, ConnectionError):
            worker.kill()
            ours = worker = None
    return found


def opened_by_libreoffice(paths: Sequence[Path], program: Path) -> set[Path]:
    """Those that LibreOffice turns into text or comma-separated values."""
    opened: set[Path] = set()
    for wanted, to in ((True, _TO_TEXT), (False, _TO_BOOK)):
        some = [p for p in paths if (p.suffix.lower() in _TEXTS) is wanted]
        batches = [some[start : start + _BATCH] for start in range(0, len(some), _BATCH)]
        with ThreadPoolExecutor(WORKERS) as pool:
            for found in pool.map(lambda batch, to=to: _converted(batch, program, to), batches):
                opened |= found
                print(".", end="", flush=True)
    print()
    return opened


def _converted(paths: Sequence[Path], program: Path, to: tuple[str, ...]) -> set[Path]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        copies = {folder / f"{number}{path.suffix.lower()}": path for number, path in enumerate(paths)}
        for copy, path in copies.items():
            shutil.copyfile(path, copy)
        command = [str(program), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
        command += [*to, "--outdir", str(folder / "out"), *map(str, copies)]
        try:
            whole = subprocess.run(command, capture_output=True, timeout=_SECONDS + len(paths)).returncode == 0
        except subprocess.TimeoutExpired:
            whole = False
        opened = {path for copy, path in copies.items() if any((folder / "out").glob(f"{copy.stem}.*"))}
    rest = [p for p in paths if p not in opened]
    if whole or len(paths) == 1 or not rest:
        return opened
    half = (len(rest) + 1) // 2
    return opened | _converted(rest[:half], program, to) | _converted(rest[half:], program, to)


def read_by_us(paths: Sequence[Path], sandbox: Sandbox) -> Iterator[tuple[Path, Document]]:
    """Each file's facts as the sandbox has them. What must be converted goes in batches; what ran out of time there,
    or because this machine was busy, is read once more by itself, as a mail with that one file would be.
    """
    old = [p for p in paths if sniff(p.read_bytes()) is FileKind.RTF or p.suffix.lower() in (".doc", ".dot")]
    batches = [[p] for p in paths if p not in set(old)]
    batches += [old[start : start + _OLD_BATCH] for start in range(0, len(old), _OLD_BATCH)]

    def read(batch: list[Path]) -> list[tuple[Path, Document]]:
        found = sandbox.read_many([(p.name, p.read_bytes()) for p in batch])
        late = (UnreadableReason.TIMEOUT, UnreadableReason.UNCONVERTED)
        return [
            (p, sandbox.read(p.read_bytes(), p.name)) if isinstance(d, Unreadable) and d.reason in late else (p, d)
            for p, d in zip(batch, found, strict=True)
        ]

    with ThreadPoolExecutor(WORKERS) as pool:
        for several in pool.map(read, batches):
            yield from several


def opened(paths: Sequence[Path], known: dict[str, bool], program: Path | None) -> set[Path]:
    """Those that some plain program opens; `known` by SHA-256 spares asking, and takes in what is found."""
    keys = {p: hashlib.sha256(p.read_bytes()).hexdigest() + p.suffix.lower() for p in paths}
    asked = [p for p in paths if keys[p] not in known]
    found = opened_plainly(asked)
    if program is not None:
        found |= opened_by_libreoffice([p for p in asked if p not in found], program)
    known.update({keys[p]: p in found for p in asked})
    return {p for p in paths if known[keys[p]]}


def _must_be_refused(document: Unreadable) -> bool:
    """A password or a DTD: whoever opens it all the same."""
    return document.reason is UnreadableReason.ENCRYPTED or "DOCTYPE" in document.detail


def _carried(document: Document) -> str:
    """What a file that was read carries, in a word each; empty where it is plain."""
    if isinstance(document, Unreadable):
        return ""
    traits = document.traits
    return " ".join(
        word
        for word, there in (
            ("macros", traits.macros),
            (f"fetches={','.join(traits.fetches)[:80]}", bool(traits.fetches)),
            ("links", bool(traits.links)),
        )
        if there
    )


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("folder", type=Path)
    words.add_argument("--libreoffice", action="store_true")
    words.add_argument("--known", type=Path)
    words.add_argument("--traits", action="store_true")
    words.add_argument("--most", type=int, default=0)
    told = words.parse_args()
    paths = sorted(p for p in told.folder.rglob("*") if p.is_file())[: told.most or None]
    office = find_libreoffice()
    known = json.loads(told.known.read_text()) if told.known is not None and told.known.exists() else {}
    plain = opened(paths, known, office if told.libreoffice else None)
    if told.known is not None:
        told.known.write_text(json.dumps(known))
    sandbox = Sandbox(converter=Converter(office) if office else None)
    counted, alone, barred, reasons = 0, 0, 0, Counter[str]()
    for path, document in read_by_us(paths, sandbox):
        place = path.relative_to(told.folder)
        if told.traits and (carried := _carried(document)):
            print(f"carries      {place}  {carried}", flush=True)
        if path not in plain:
            alone += not isinstance(document, Unreadable)
            if told.traits and not isinstance(document, Unreadable):
                print(f"ours alone   {place}", flush=True)
        elif not isinstance(document, Unreadable):
            counted += 1
        elif not _must_be_refused(document):
            counted += 1
            reasons[document.reason.value] += 1
            print(f"{document.reason.value:12} {place}  {document.detail[:150]}", flush=True)
        else:
            barred += 1
    foreign = reasons.pop(UnreadableReason.UNSUPPORTED.value, 0)
    share = reasons.total() / counted if counted else 0.0
    print(f"{len(paths)} files, {counted} of them opened by plain programs; {barred} more have a password or a DTD")
    print(f"called unreadable: {reasons.total()} ({share:.1%}): {dict(reasons)}")
    print(f"called a kind that is not read: {foreign}; read by us alone: {alone}")
    return int(share > ALLOWED)


if __name__ == "__main__":
    sys.exit(main())
