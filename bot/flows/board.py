"""The board (`data/board/index.html`): one static page that shows where every round stands, for whoever opens it.

Flow: has anything changed since this process wrote it (the store's stamp, a deadline passed, a new day)? → load
(`board_facts`) → page → written atomically (0600), and only where it says something else than what stands there.

Nothing outside is loaded; style and script stand in the page and are named by their hashes in its Content-Security-
Policy, so that nothing that came by mail could ever run there. Failure policy: a full disk or a folder without
permission is logged and never stops mail; the next change tries again.
"""

import hashlib
import re
from base64 import b64encode
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.flows.board_facts import PLACES, Board, load_board
from bot.flows.papers import BoardMemory
from bot.flows.services import Services
from bot.store.safeio import make_folder, write_atomically
from bot.text.dates import say_instant

PAGE = Path("board") / "index.html"
_CONTENT = re.compile(rb'<meta name="thuky-content" content="([0-9a-f]{64})">')
_HEAD_BYTES = 4096
_UNSAFE = re.compile(r"[^A-Za-z0-9 .]")


def write_board(services: Services, now: datetime) -> bool:
    """Writes the page anew where it has changed. Returns whether it did. Called once a turn and after each decision."""
    boards = services.papers.boards
    stamp = services.store.stamp()
    if any(last.stamp == stamp and last.seen_at <= now < last.stale_at for last in boards):
        return False
    board = load_board(services, now)
    path = services.vault.data_dir / PAGE
    page = _page(services, board, now)
    try:
        written = _write(path, page)
    except OSError as error:
        services.journal.warning("board_not_written", error=error.strerror or str(error))
        return False
    boards[:] = [BoardMemory(stamp, now, board.stale_at)]
    return written


def _write(path: Path, page: bytes) -> bool:
    try:
        with path.open("rb") as file:
            there = _CONTENT.search(file.read(_HEAD_BYTES))
    except FileNotFoundError:
        there = None
    ours = _CONTENT.search(page[:_HEAD_BYTES])
    if there is not None and ours is not None and there[1] == ours[1]:
        return False
    make_folder(path.parent)
    write_atomically(path, page)
    return True


def _page(services: Services, board: Board, now: datetime) -> bytes:
    """The page; its head tells what it says apart from when it was written."""
    papers, office = services.papers, services.office
    style = papers.text("board.css") + "".join(
        _labels(at, (*r.forms, papers.screens["board"]["nudges"])) for at, r in enumerate(board.rounds)
    )
    script = papers.text("board.js")
    facts: dict[str, Any] = {
        "lang": office.language.value,
        "words": papers.screens["board"],
        "office": office.name,
        "board": board,
        "places": PLACES,
        "signs": {"ok": "✓", "fix": "!", "late": "×", "part": "◐", "wait": "…", "void": "○", "none": "–"},
        "style": style,
        "script": script,
        "style_hash": _hash(style),
        "script_hash": _hash(script),
    }
    said = {**facts, "board": (board.rounds, board.groups, board.waiting, board.hidden, board.reasons)}
    digest = hashlib.sha256(repr(said).encode()).hexdigest()
    written = say_instant(office.working_time.local(now), office.language)
    return papers.page("board.html", {**facts, "content": digest, "written": written}).encode()


def _labels(at: int, columns: tuple[str, ...]) -> str:
    """On a narrow screen cells stand one above the other; each is told apart by its column's name."""
    return "".join(
        f'#r{at} td:nth-child({place})::before{{content:"{_css(title)}: "}}' for place, title in enumerate(columns, 2)
    )


def _css(text: str) -> str:
    """`text` within a CSS string, where nothing can end the string or the element."""
    return _UNSAFE.sub(lambda match: f"\\{ord(match[0]):x} ", text)


def _hash(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
