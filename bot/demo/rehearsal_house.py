"""The house of a rehearsed round: the office's services over a temporary folder, and what runs of it share.

The office's settings → another data folder and database, which need not outlive a power cut → services. The words of
mails, the blank forms and what was read of files are kept for the next run. No server is among them that anything would
be sent to.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from bot.demo.clock import StoryClock
from bot.demo.rehearsal_files import OwnFiles
from bot.documents.blank_facts import BlankFacts
from bot.documents.sandbox import Sandbox
from bot.domain.document import Document
from bot.domain.form import Form
from bot.flows.services import Services
from bot.settings import Settings
from bot.store.store import Store
from bot.wiring import open_services

_DATABASE = "thuky.db"


@dataclass
class Kept:
    """What one run makes and the next can use: the first run, with whose words all write; blank forms by code and
    facts; what was read of files by their bytes; the database in which nothing stands yet. All runs are of the same
    settings.
    """

    house: Services | None = None
    database: bytes = b""
    blanks: dict[tuple[str, str], bytes] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)


def _lay_out(own: Settings, path: Path, kept: Kept) -> None:
    """The empty database, whose tables are made once."""
    if kept.database:
        path.write_bytes(kept.database)
        return
    Store.open(own.database_url, durable=False).close()
    kept.database = path.read_bytes()  # all of it: SQLite empties its log into the file at the last closing


@contextmanager
def opened(settings: Settings, folder: Path, clock: StoryClock, kept: Kept) -> Iterator[Services]:
    """The office's services over `folder` instead of its own data."""
    own = replace(settings, data_dir=folder, database_url=f"sqlite:///{folder / _DATABASE}")
    _lay_out(own, folder / _DATABASE, kept)
    first = kept.house is None
    with open_services(own, clock, journal_level="error", will_write=first, durable=False) as services:
        words = kept.house = kept.house or services

        def make_blank(form: Form, facts: BlankFacts) -> bytes:
            key = form.code, repr(facts)
            if key not in kept.blanks:
                kept.blanks[key] = words.make_blank(form, facts)
            return kept.blanks[key]

        yield replace(
            services,
            composer=words.composer,
            say=words.say,
            papers=words.papers,
            make_blank=make_blank,
            sandbox=cast(Sandbox, OwnFiles(services.sandbox, kept.documents)),
        )
