"""The files of a mail, out of whatever they came in, each with what is known of it before any form is.

Flow: attachments → archives, Outlook mails, winmail.dat opened in the limited child, attached mails parsed, as deep as
DEEPEST and within one budget for the mail → every file read once → what its content and its head say. A container that
cannot be opened is a finding; what could be had of it goes on all the same. Never raises for what a file holds.
"""

import hashlib
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Protocol

from bot.checks import spec
from bot.checks.file import container_finding
from bot.checks.letters import is_request
from bot.decide.matching import FileFacts
from bot.decide.stated import agency_names, read_stated, with_tag
from bot.documents.budget import Budget
from bot.documents.kinds import identify
from bot.documents.sandbox import Sandbox
from bot.domain.agency import Registry
from bot.domain.document import (
    Document,
    Excess,
    FileKind,
    FormScore,
    Stated,
    TextDocument,
    Unreadable,
    UnreadableReason,
)
from bot.domain.form import Form
from bot.domain.mail import Attachment
from bot.domain.round import Round
from bot.domain.submission import Finding
from bot.flows.infected import Infected, infected_of
from bot.mail.parse import parse
from bot.text.names import NameIndex

DEEPEST = 3  # an archive in an archive in a mail: deeper nests nobody but an attacker
MOST = 200  # files of one mail, all containers together
_OPENED = (FileKind.ARCHIVE, FileKind.MSG, FileKind.TNEF)
_PLENTY = 30  # files of an archive that is over a limit, beyond which none of them is looked at
_OF_MAIL = frozenset(("depth", "containers", "contained", "mail_files", "seconds"))
"""Limits of the mail as a whole rather than of one archive in it."""
_SURE = 0.9  # how well a file fits the form that it names inside


class Desk(Protocol):
    """What reading needs: `Services`, or what a command has that works without mailbox and database."""

    @property
    def registry(self) -> Registry: ...

    @property
    def forms(self) -> Mapping[str, Form]: ...

    @property
    def sandbox(self) -> Sandbox: ...

    def round(self, code: str) -> Round | None: ...


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file with what is known of it before any form is."""

    attachment: Attachment
    facts: FileFacts
    stated: Stated


@dataclass(frozen=True, slots=True)
class Unfolded:
    """The files of a mail without their containers, and what is wrong with containers. `infected` are those of them
    that the virus scanner named: they were not opened. `left_out` files were more than `MOST`; `budget` is what is
    left of the mail's time.
    """

    files: tuple[Attachment, ...]
    findings: tuple[Finding, ...] = ()
    infected: tuple[Infected, ...] = ()
    left_out: int = 0
    budget: Budget | None = None


def unfold(desk: Desk, attachments: Iterable[Attachment]) -> Unfolded:
    """Every file that a mail brought, containers opened: the outer ones first, so that a nest without end takes
    nothing from the report beside it.
    """
    unfolding = _Unfolding(desk, desk.sandbox.budget())
    for at, attachment in enumerate(attachments):
        unfolding.waiting.append(_Waiting(attachment, (at,), attachment.name))
    while unfolding.waiting:
        unfolding.take(unfolding.waiting.popleft())
    files = [file for _, file in sorted(unfolding.files, key=lambda found: found[0])]
    left_out = max(0, len(files) - MOST)
    findings, infected = tuple(unfolding.findings), tuple(unfolding.infected)
    return Unfolded(tuple(files[:MOST]), findings, infected, left_out, unfolding.budget)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A file that may be a container. `at` is its place in the mail, level by level; `within` names the attachment
    that it came in.
    """

    file: Attachment
    at: tuple[int, ...]
    within: str


@dataclass(slots=True)
class _Unfolding:
    """One mail's, as far as it has come."""

    desk: Desk
    budget: Budget
    waiting: deque[_Waiting] = field(default_factory=deque)
    files: list[tuple[tuple[int, ...], Attachment]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    infected: list[Infected] = field(default_factory=list)
    taken_out: int = 0
    refused: set[int] = field(default_factory=set)

    def take(self, one: _Waiting) -> None:
        """Keeps the file, or opens it and has what is in it wait its turn."""
        identity = identify(one.file.payload)
        kind = identity.kind
        if kind is not FileKind.MAIL and (kind not in _OPENED or identity.broken):
            self.files.append((one.at, one.file))  # a torn file is told as what it is
            return
        inner, fault = self._opened(one, kind)
        if fault is not None and fault.over is not None and fault.over.what in _OF_MAIL:
            # Said once of each attachment: a nest of thousands would else be told of thousands of times.
            if one.at[0] not in self.refused:
                self.refused.add(one.at[0])
                self.findings.append(container_finding(fault, one.within))
        elif fault is not None:
            self.findings.append(container_finding(fault, one.file.name))
            self.infected += infected_of([(one.file.name, one.file.sha256, fault)])
        self.taken_out += len(inner)
        for number, file in enumerate(inner):
            nested = replace(file, nested_in=one.file.name)
            self.waiting.append(_Waiting(nested, (*one.at, number), one.within))

    def _opened(self, one: _Waiting, kind: FileKind) -> tuple[list[Attachment], Unreadable | None]:
        """What is in the container, as far as it may be looked at, and why not all is."""
        if len(one.at) > DEEPEST:
            return [], _too_big(kind, Excess("depth", DEEPEST))
        inner, fault = self._parsed(one.file) if kind is FileKind.MAIL else self._unpacked(one.file)
        if self.taken_out + len(inner) > MOST:
            return [], _too_big(kind, Excess("mail_files", MOST))
        if fault is not None and fault.reason is UnreadableReason.TOO_BIG and len(inner) > _PLENTY:
            return [], fault  # no report has so many files: one word about all of them is enough
        if kind is FileKind.ARCHIVE and not inner and fault is None:  # an attached mail may well have no file
            return [], Unreadable(UnreadableReason.EMPTY, kind, "no file in it")
        return inner, fault

    def _parsed(self, file: Attachment) -> tuple[list[Attachment], Unreadable | None]:
        if over := self.budget.open_one():
            return [], _too_big(FileKind.MAIL, over)
        return [a for a in parse(file.payload).attachments if not a.inline], None

    def _unpacked(self, file: Attachment) -> tuple[list[Attachment], Unreadable | None]:
        unpacked = self.desk.sandbox.unpack(file.payload, file.name, self.budget)
        return [_contained(f.path, f.payload, file.name) for f in unpacked.files], unpacked.fault


def _too_big(kind: FileKind, over: Excess) -> Unreadable:
    return Unreadable(UnreadableReason.TOO_BIG, kind, f"{over.what}: more than {over.limit}", over)


def _contained(path: str, payload: bytes, container: str) -> Attachment:
    name = PurePosixPath(path.replace("\\", "/")).name or "tep"
    return Attachment(
        name, "application/octet-stream", payload, hashlib.sha256(payload).hexdigest(), nested_in=container
    )


def read_files(desk: Desk, attachments: Sequence[Attachment], budget: Budget | None = None) -> tuple[ReadFile, ...]:
    """Reads every file once, within what unfolding left of the `budget`. Never raises for what a file holds."""
    names = agency_names(desk.registry)
    documents = desk.sandbox.read_many([(a.name, a.payload) for a in attachments], budget)
    forms = tuple(desk.forms.values())
    return tuple(_facts(desk, a, d, names, forms) for a, d in zip(attachments, documents, strict=True))


def _facts(desk: Desk, attachment: Attachment, document: Document, names: NameIndex, forms: Sequence[Form]) -> ReadFile:
    stated = tagged(desk, document, read_stated(document, names))
    facts = FileFacts(
        name=attachment.name,
        kind=document.kind if isinstance(document, Unreadable) else document.traits.kind,
        document=document,
        scores=_scores(document, spec.recognise(document, forms)),
        sha256=attachment.sha256,
        asks=isinstance(document, TextDocument) and is_request(document),
        stated=stated,
    )
    return ReadFile(attachment, facts, stated)


def _scores(document: Document, scores: tuple[FormScore, ...]) -> tuple[FormScore, ...]:
    """What the contents say, and what the blank form that was filled in says inside, which is surer."""
    tag = None if isinstance(document, Unreadable) else document.traits.tag
    if tag is None:
        return scores
    own = next((s for s in scores if s.form == tag.form), FormScore(tag.form, 0.0))
    named = FormScore(tag.form, max(_SURE, own.score), f"{tag.round}/{tag.agency}/{tag.form}/v{tag.version}")
    return (named, *(s for s in scores if s.form != tag.form))


def tagged(desk: Desk, document: Document, stated: Stated) -> Stated:
    """What a document says of itself, the tag of our blank form included."""
    if isinstance(document, Unreadable) or (tag := document.traits.tag) is None:
        return stated
    return with_tag(stated, tag, desk.round(tag.round), is_registered=tag.agency in desk.registry)
