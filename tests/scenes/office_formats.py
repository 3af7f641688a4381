"""Real .doc, .rtf, .odt, .xls and .ods of reports, saved by LibreOffice: one start a format, however many files."""

import subprocess
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.documents.converter import find_libreoffice

FILTERS = {
    "doc": "doc:MS Word 97",
    "rtf": "rtf:Rich Text Format",
    "odt": "odt:writer8",
    "xls": "xls:MS Excel 97",
    "ods": "ods:calc8",
}
File = tuple[str, str]
"""What a report is called among the others, and the ending that it is wanted with: ("k12", "doc")."""


def saved_as(reports: Mapping[File, bytes], folder: Path) -> dict[File, bytes]:
    """Each report in the format that its key names; `reports` are .docx and .xlsx. Needs LibreOffice."""
    wanted = sorted({ending for _, ending in reports})
    with ThreadPoolExecutor(2) as pool:  # starts are slow, and the machine has two cores
        done = pool.map(lambda e: _convert({n: p for (n, end), p in reports.items() if end == e}, e, folder), wanted)
    return {key: payload for part in done for key, payload in part}


def _convert(reports: Mapping[str, bytes], ending: str, folder: Path) -> Iterable[tuple[File, bytes]]:
    place = folder / ending
    place.mkdir(parents=True)
    source = "docx" if ending in ("doc", "rtf", "odt") else "xlsx"
    for name, payload in reports.items():
        (place / f"{name}.{source}").write_bytes(payload)
    subprocess.run(
        [
            *(str(find_libreoffice()), "--headless", "--norestore", "--nologo", "--nofirststartwizard"),
            f"-env:UserInstallation={(place / 'profile').as_uri()}",
            *("--convert-to", FILTERS[ending], "--outdir", str(place / "out")),
            *(str(place / f"{name}.{source}") for name in reports),
        ],
        check=True,
        capture_output=True,
        timeout=60,
        cwd=place,
    )
    return [((name, ending), (place / "out" / f"{name}.{ending}").read_bytes()) for name in reports]
