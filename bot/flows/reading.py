"""The files of a mail, out of whatever they came in, each with what is known of it before any form is.

Flow: attachments → archives, Outlook mails, winmail.dat opened in the limited child, attached mails parsed, as deep as
DEEPEST → every file read once → what its content and its head say. A container that cannot be opened is a finding;
what could be had of it goes on all the same. Never raises for what a file holds.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Protocol

from bot.checks import spec
from bot.checks.file import container_finding
from bot.checks.letters import is_request
from bot.decide.matching import FileFacts
from bot.decide.stated import agency_names, read_stated, with_tag
from bot.documents.kinds import identify
from bot.documents.sandbox import Sandbox
from bot.domain.agency import Registry
from bot.domain.document import Document, FileKind, FormScore, Stated, TextDocument, Unreadable, UnreadableReason
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
    that the virus scanner named: they were not opened. `left_out` files were more than `MOST`.
    """

    files: tuple[Attachment, ...]
    findings: tuple[Finding, ...] = ()
    infected: tuple[Infected, ...] = ()
    left_out: int = 0


def unfold(desk: Desk, attachments: Iterable[Attachment]) -> Unfolded:
    """Every file that a mail brought, containers opened."""
    files: list[Attachment] = []
    findings: list[Finding] = []
    infected: list[Infected] = []
    for attachment in attachments:
        _unfold(desk, attachment, files, findings, infected, depth=0)
    return Unfolded(tuple(files[:MOST]), tuple(findings), tuple(infected), max(0, len(files) - MOST))


def _unfold(
    desk: Desk,
    attachment: Attachment,
    files: list[Attachment],
    findings: list[Finding],
    infected: list[Infected],
    *,
    depth: int,
) -> None:
    identity = identify(attachment.payload)
    kind = identity.kind
    if kind is FileKind.MAIL:
        inner = [a for a in parse(attachment.payload).attachments if not a.inline]
        fault = None
    elif kind in _OPENED and not identity.broken:  # a torn file is told as what it is
        unpacked = desk.sandbox.unpack(attachment.payload, attachment.name)
        inner, fault = [_contained(f.path, f.payload, attachment.name) for f in unpacked.files], unpacked.fault
    else:
        files.append(attachment)
        return
    if depth >= DEEPEST or len(files) + len(inner) > MOST:
        inner, fault = [], Unreadable(UnreadableReason.TOO_BIG, kind, "nested too deeply or too many files")
    elif fault is not None and fault.reason is UnreadableReason.TOO_BIG and len(inner) > _PLENTY:
        inner = []  # no report has so many files: one word about all of them is enough
    elif kind is FileKind.ARCHIVE and not inner and fault is None:  # an attached mail may well have no file
        fault = Unreadable(UnreadableReason.EMPTY, kind, "no file in it")
    if fault is not None:
        findings.append(container_finding(fault, attachment.name))
        infected += infected_of([(attachment.name, attachment.sha256, fault)])
    for file in inner:
        _unfold(desk, replace(file, nested_in=attachment.name), files, findings, infected, depth=depth + 1)


def _contained(path: str, payload: bytes, container: str) -> Attachment:
    name = PurePosixPath(path.replace("\\", "/")).name or "tep"
    return Attachment(
        name, "application/octet-stream", payload, hashlib.sha256(payload).hexdigest(), nested_in=container
    )


def read_files(desk: Desk, attachments: Sequence[Attachment]) -> tuple[ReadFile, ...]:
    """Reads every file once. Never raises for what a file holds."""
    names = agency_names(desk.registry)
    documents = desk.sandbox.read_many([(a.name, a.payload) for a in attachments])
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
