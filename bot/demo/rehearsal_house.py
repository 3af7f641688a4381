"""The house of a rehearsed round: the office's services over a temporary folder, and what runs of it share.

The office's settings → another data folder and database → services, of which blank forms and what was read of files are
kept for the next run. No server is among them that anything would be sent to.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from bot.demo.clock import StoryClock
from bot.documents.blank_facts import BlankFacts
from bot.documents.sandbox import Sandbox
from bot.domain.document import Document
from bot.domain.form import Form
from bot.flows.services import Services
from bot.settings import Settings
from bot.wiring import open_services

ReadAhead = Callable[[Sequence[tuple[str, bytes]]], None]


@dataclass
class Kept:
    """What one run makes and the next can use: blank forms by code and facts, what was read of files by their bytes and
    names.
    """

    blanks: dict[tuple[str, str], bytes] = field(default_factory=dict)
    documents: dict[tuple[str, str], Document] = field(default_factory=dict)


@dataclass
class _Remembering:
    """The sandbox, which reads the same file under the same name once."""

    sandbox: Sandbox
    documents: dict[tuple[str, str], Document]

    def read(self, payload: bytes, name: str) -> Document:
        return self.read_many(((name, payload),))[0]

    def read_many(self, files: Sequence[tuple[str, bytes]]) -> tuple[Document, ...]:
        keys = [(sha256(payload).hexdigest(), name) for name, payload in files]
        fresh = {key: file for key, file in zip(keys, files, strict=True) if key not in self.documents}
        if fresh:
            self.documents.update(zip(fresh, self.sandbox.read_many(list(fresh.values())), strict=True))
        return tuple(self.documents[key] for key in keys)

    def read_ahead(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Reads many at once, one for each processor: each has a child process of its own anyway."""
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            list(pool.map(lambda file: self.read_many([file]), files))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sandbox, name)


@contextmanager
def opened(settings: Settings, folder: Path, clock: StoryClock, kept: Kept) -> Iterator[tuple[Services, ReadAhead]]:
    """The office's services over `folder` instead of its own data, and how to read many files ahead."""
    own = replace(settings, data_dir=folder, database_url=f"sqlite:///{folder / 'thuky.db'}")
    with open_services(own, clock, journal_level="error") as services:

        def make_blank(form: Form, facts: BlankFacts) -> bytes:
            key = form.code, repr(facts)
            if key not in kept.blanks:
                kept.blanks[key] = services.make_blank(form, facts)
            return kept.blanks[key]

        sandbox = _Remembering(services.sandbox, kept.documents)
        yield replace(services, make_blank=make_blank, sandbox=cast(Sandbox, sandbox)), sandbox.read_ahead
