"""Reads and marks the files that a rehearsal has filled in itself, in this very process.

The office reads what comes by mail in limited children only (`documents.sandbox`), as nobody vouches for it. What a
rehearsal mails, the program has just made from its own forms, and starting a child for each would take most of the
time. The same readers give the same facts; what is no workbook and no Word file goes to the sandbox all the same.

Failure policy: that of `documents.reader`: nothing is raised for what a file holds. A file that cannot be marked is
None, as from the sandbox.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from bot.documents import kinds
from bot.documents.annotate import annotate
from bot.documents.budget import Budget
from bot.documents.limits import DEFAULT_LIMITS, Refused
from bot.documents.reader import read_document
from bot.documents.sandbox import Sandbox
from bot.domain.document import Document, FileKind, Mark

_OURS = frozenset({FileKind.XLSX, FileKind.DOCX})


class OwnFiles:
    """In the sandbox's place. `documents` keeps the facts by the files' SHA-256, for all behaviours."""

    def __init__(self, sandbox: Sandbox, documents: dict[str, Document]) -> None:
        self._sandbox = sandbox
        self._documents = documents

    def read(self, payload: bytes, name: str) -> Document:
        """The facts of one file, which is read once however often it is asked for."""
        key = sha256(payload).hexdigest()
        if key not in self._documents:
            is_ours = kinds.identify(payload).kind in _OURS
            document = read_document(payload, DEFAULT_LIMITS) if is_ours else self._sandbox.read(payload, name)
            self._documents[key] = document
        return self._documents[key]

    def read_many(self, files: Sequence[tuple[str, bytes]], _budget: Budget | None = None) -> tuple[Document, ...]:
        """The facts of files (name, bytes) in their order. Our own files cost nothing, so no budget is asked."""
        return tuple(self.read(payload, name) for name, payload in files)

    def annotate(self, payload: bytes, name: str, marks: Sequence[Mark]) -> bytes | None:
        """A copy with the marks in it; None when there can be none."""
        if kinds.identify(payload).kind not in _OURS:
            return self._sandbox.annotate(payload, name, marks)
        try:
            return annotate(payload, marks, DEFAULT_LIMITS)
        except Refused:
            return None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sandbox, name)
