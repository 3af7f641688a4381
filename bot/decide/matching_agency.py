"""Whose mail it is.

Flow: address bound by the coordinator → registered address valid that day → domain of one agency alone → unknown. An
abolished agency's mail is its successor's. An address of several agencies is narrowed by the tag, by what the
documents say, then by names in subject, body and file names; where these disagree or do not suffice the coordinator
decides. Tags and documents that name another agency are recorded as evidence that does not agree: they never change
the sender's agency. Pure; never fails.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.decide.mail_words import own_text, tags_in, without_tags
from bot.decide.stated import agency_names
from bot.domain.agency import Agency, Registry
from bot.domain.document import Stated
from bot.domain.mail import Evidence, EvidenceSource, InboundMail, Reason


@dataclass(frozen=True, slots=True)
class AgencyMatch:
    """Whose mail it is, or why nothing may be decided. `candidates` are the agency codes that the sender's address
    leads to.
    """

    agency: Agency | None
    candidates: tuple[str, ...]
    reason: Reason | None
    why: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class _Sender:
    """What the sender's address leads to. `why` speaks when `codes` is empty."""

    codes: tuple[str, ...]
    source: EvidenceSource = EvidenceSource.SENDER_ADDRESS
    why: str = ""


def match_agency(
    mail: InboundMail,
    *,
    registry: Registry,
    bindings: Mapping[str, str],
    received_on: date,
    stated: Sequence[tuple[str, Stated]],
) -> AgencyMatch:
    """The agency that sent `mail`, received on the local day `received_on`.

    `bindings` leads from addresses (lower case) that the coordinator bound to agency codes; `stated` holds what each
    file, by name, says of itself. Reasons: unknown_sender, ambiguous_agency.
    """
    sender = _sender(mail.sender, registry, bindings, received_on)
    heard = _heard(mail, registry, received_on, stated)
    if not sender.codes:
        # Whom a stranger's mail names is no match, but whoever is named may have sent it: see `fairness`.
        named = tuple(e for e in _named(mail, registry, received_on) if e.source is not EvidenceSource.BODY)
        return AgencyMatch(None, (), Reason.UNKNOWN_SENDER, sender.why, (*heard, *named))
    by_address = tuple(Evidence("agency", code, sender.source, found=mail.sender) for code in sender.codes)
    if len(sender.codes) == 1:
        return _decided(registry.get(sender.codes[0]), sender, "", by_address, heard)
    named = _named(mail, registry, received_on)
    code, why = _narrow(frozenset(sender.codes), heard, named)
    if code:
        return _decided(registry.get(code), sender, why, by_address, (*heard, *named))
    return AgencyMatch(None, sender.codes, Reason.AMBIGUOUS_AGENCY, why, (*by_address, *heard, *named))


def agencies_of(address: str, registry: Registry, bindings: Mapping[str, str], day: date) -> tuple[str, ...]:
    """The agencies that an address (lower case) leads to on that local day: bound, registered, or by its domain."""
    return _sender(address, registry, bindings, day).codes


def _decided(
    agency: Agency, sender: _Sender, why: str, by_address: Sequence[Evidence], others: Sequence[Evidence]
) -> AgencyMatch:
    address = tuple(e for e in by_address if e.value == agency.code)
    rest = tuple(replace(e, agrees=e.value == agency.code) for e in others)
    return AgencyMatch(
        agency, sender.codes, None, why or f"{address[0].found} leads to {agency.code}", (*address, *rest)
    )


def _sender(address: str, registry: Registry, bindings: Mapping[str, str], day: date) -> _Sender:
    if not address:
        return _Sender((), why="the mail names no sender")
    bound = bindings.get(address)
    if bound is not None and bound in registry:
        return _living([bound], EvidenceSource.DECISION, address, registry, day)
    contacts = [(a, c) for a in registry for c in a.contacts if c.address == address]
    valid = [a.code for a, c in contacts if c.is_valid_on(day)]
    if valid:
        return _living(valid, EvidenceSource.SENDER_ADDRESS, address, registry, day)
    if contacts:
        agency, contact = contacts[0]
        return _Sender(
            (),
            why=f"{address} is registered for {agency.code} from {contact.valid_from or 'the beginning'}"
            f" to {contact.valid_to or 'now'}, which does not hold on {day}",
        )
    domain = address.rpartition("@")[2]
    owners = [a.code for a in registry if domain in a.domains]
    living = _living(owners, EvidenceSource.SENDER_DOMAIN, address, registry, day)
    if len(living.codes) == 1:
        return living
    return _Sender((), why=f"{address} is not registered, and its domain belongs to no one agency alone")


def _living(codes: Iterable[str], source: EvidenceSource, address: str, registry: Registry, day: date) -> _Sender:
    """The agencies that stand for `codes` on that day, without those not yet founded while another stands."""
    found = [agency for code in codes if (agency := _standing(code, registry, day))]
    founded = [agency for agency in found if agency.valid_from is None or agency.valid_from <= day]
    kept = tuple(dict.fromkeys(agency.code for agency in founded or found))
    return _Sender(kept, source, "" if kept else f"the agency of {address} is abolished and has no successor")


def _standing(code: str, registry: Registry, day: date) -> Agency | None:
    """The agency itself, or the one that took over when it was abolished before that day."""
    seen: set[str] = set()
    while code in registry and code not in seen:
        seen.add(code)
        agency = registry.get(code)
        if agency.valid_to is None or day <= agency.valid_to:
            return agency
        code = agency.successor or ""
    return None


def _heard(
    mail: InboundMail, registry: Registry, day: date, stated: Sequence[tuple[str, Stated]]
) -> tuple[Evidence, ...]:
    """What tags and documents say, each said once."""
    by_tag = {agency.tag: agency.code for agency in registry}
    places = [(mail.subject, ""), (own_text(mail.text), ""), *((a.name, a.name) for a in mail.attachments)]
    heard = [
        Evidence("agency", _code(by_tag[tag.agency], registry, day), EvidenceSource.TAG, found=tag.found, file=file)
        for text, file in places
        for tag in tags_in(text)
        if tag.agency in by_tag
    ]
    heard += [
        Evidence("agency", _code(code, registry, day), EvidenceSource.DOCUMENT, found=found, file=file)
        for file, own in stated
        for code, found in own.agencies
    ]
    return tuple(dict.fromkeys(heard))


def _named(mail: InboundMail, registry: Registry, day: date) -> tuple[Evidence, ...]:
    """Agencies named in subject, body and file names."""
    names = agency_names(registry)
    places = [
        (EvidenceSource.SUBJECT, without_tags(mail.subject), ""),
        *((EvidenceSource.FILE_NAME, a.name, a.name) for a in mail.attachments),
        (EvidenceSource.BODY, own_text(mail.text), ""),
    ]
    return tuple(
        dict.fromkeys(
            Evidence("agency", _code(hit.key, registry, day), source, found=hit.found, file=file)
            for source, text, file in places
            for hit in names.find(text)
        )
    )


def _code(code: str, registry: Registry, day: date) -> str:
    agency = _standing(code, registry, day)
    return agency.code if agency else code


def _narrow(candidates: frozenset[str], heard: Sequence[Evidence], named: Sequence[Evidence]) -> tuple[str, str]:
    """The one candidate that the mail speaks for and why, or an empty code and why not."""
    tags = {e.value for e in heard if e.source is EvidenceSource.TAG} & candidates
    documents = {e.value for e in heard if e.source is EvidenceSource.DOCUMENT}
    words = {e.value for e in named} & candidates
    listed = ", ".join(sorted(candidates))
    if len(documents & candidates) > 1:
        return "", f"the address is of {listed}, and the documents are of several of them"
    by_documents = documents if len(documents) == 1 and documents <= candidates else set()
    by_tag = tags if len(tags) == 1 else set()
    if by_documents and by_tag and by_documents != by_tag:
        return "", f"the address is of {listed}, and tag and documents disagree"
    for found, what in ((by_tag, "the tag"), (by_documents, "the documents"), (words, "the words of the mail")):
        if len(found) == 1:
            return next(iter(found)), f"the address is of {listed}; {what} decided"
    return "", f"the address is of {listed}, and nothing else in the mail names exactly one of them"
