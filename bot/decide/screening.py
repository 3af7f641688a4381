"""Screening: may we take in and answer this mail at all?

Flow: own mail → bounce → a stranger's in Spam → mailing list → automatic mail → who is it from → too big → the
coordinator's own. The first that holds decides; none means go on, and whose mail it is will be decided by matching.
What nobody typed (RFC 3834) is ignored and never answered, so that no loop can start; what a person may have meant is
held. Hard signs stand in headers that software sets; soft signs (an absence in the subject, an empty return path) count
only for mail that brings no documents, so that no report is lost to them. Pure; never fails.
"""

import re
from dataclasses import dataclass

from bot.decide.automatic import DAEMONS, automatic_words, bounce_words, plain_bounce
from bot.domain.mail import Attachment, InboundMail, Outcome, Reason
from bot.domain.office import Office
from bot.text.accents import fold

_POSTMASTER = "postmaster"
_LIST_HEADERS = ("list-id", "list-post", "list-unsubscribe")


@dataclass(frozen=True, slots=True)
class Screening:
    """`outcome` and `reason` are both None when the mail goes on. `why` names the sign, for whoever looks into it."""

    outcome: Outcome | None
    reason: Reason | None
    why: str


def screen(
    mail: InboundMail,
    *,
    office: Office,
    is_ours: bool,
    is_registered: bool,
    is_coordinator: bool,
    has_documents: bool,
    size: int,
    is_junk: bool = False,
) -> Screening:
    """Whether the mail is ignored, held, or goes on.

    `is_ours`: its Message-ID is one that we sent. `is_registered`: the From address is registered, `is_coordinator`:
    it is the coordinator's. `has_documents`: it brings files beside pictures of its text. `size` in bytes, as on the
    server. `is_junk`: it lies in Spam, and neither its sender nor anything else in it is known to us.
    """
    if sign := _own(mail, office, is_ours):
        return Screening(Outcome.IGNORED, Reason.OWN_MAIL, sign)
    # A person whom we know may write about undelivered mail; to a stranger nobody answers anyhow.
    anonymous = not (has_documents or is_registered or is_coordinator)
    if sign := _bounce(mail, anonymous=anonymous):
        return Screening(Outcome.IGNORED, Reason.BOUNCE, sign)
    if is_junk:
        return Screening(Outcome.IGNORED, Reason.JUNK, f"in Spam, from an unknown address, {mail.sender}")
    if sign := _mailing_list(mail):
        return Screening(Outcome.IGNORED, Reason.MAILING_LIST, sign)
    if sign := _automatic(mail) or ("" if has_documents else _soft_sign(mail)):
        return Screening(Outcome.IGNORED, Reason.AUTO_REPLY, sign)
    if sign := _nobody_named(mail):
        return Screening(Outcome.HELD, Reason.AMBIGUOUS_SENDER, sign)
    if size > office.max_mail_bytes:
        who = "a registered address" if is_registered else "an unknown address"
        return Screening(
            Outcome.HELD, Reason.TOO_BIG, f"{size} bytes from {who}, the limit is {office.max_mail_bytes} bytes"
        )
    if is_coordinator:
        outcome = Outcome.HELD if has_documents else Outcome.IGNORED
        return Screening(outcome, Reason.COORDINATOR_MAIL, f"from the coordinator, {mail.sender}")
    return Screening(None, None, "nothing speaks against it")


def _own(mail: InboundMail, office: Office, is_ours: bool) -> str:
    if is_ours:
        return f"we sent {mail.message_id}"
    if "x-thuky-key" in mail.headers:
        return f"X-Thuky-Key: {mail.header('X-Thuky-Key')}"
    own = office.own_addresses | {office.address}
    if mail.from_addresses and own.issuperset(mail.from_addresses):
        return f"From: {mail.from_addresses[0]}"
    return ""


def _bounce(mail: InboundMail, *, anonymous: bool) -> str:
    content_type = fold(f"{mail.content_type}; {mail.header('Content-Type')}")
    if "multipart/report" in content_type and "disposition-notification" not in content_type:
        return "multipart/report of a delivery (RFC 3464, RFC 6522)"
    for address in mail.from_addresses:
        local = address.partition("@")[0]
        if local in DAEMONS:
            return f"From: {address}"
        if local != _POSTMASTER:
            continue
        if _has_null_return_path(mail):
            return f"From: {address} with an empty return path"
        if "x-failed-recipients" in mail.headers:
            return f"From: {address} with X-Failed-Recipients"
        if bounce_words(mail.subject):
            return f"From: {address}, subject: {mail.subject}"
    return f"subject: {mail.subject}" if anonymous and plain_bounce(mail.subject) else ""


def _has_null_return_path(mail: InboundMail) -> bool:
    return mail.return_path is not None and mail.return_path.strip() in ("", "<>")


def _mailing_list(mail: InboundMail) -> str:
    for name in _LIST_HEADERS:
        if name in mail.headers:
            return f"{name}: {mail.header(name)}"
    return "Precedence: list" if "list" in _words_of(mail, "precedence") else ""


def _automatic(mail: InboundMail) -> str:
    """Signs that no person pressed a button: never answered, whatever the mail brings."""
    for word in _words_of(mail, "auto-submitted"):
        if word != "no":
            return f"Auto-Submitted: {word}"
    for word in _words_of(mail, "precedence"):
        if word in ("bulk", "junk", "auto_reply"):
            return f"Precedence: {word}"
    content_type = fold(f"{mail.content_type}; {mail.header('Content-Type')}")
    if "multipart/report" in content_type and "disposition-notification" in content_type:
        return "a read receipt (RFC 8098)"
    if mail.attachments and all(_is_calendar_reply(a) for a in mail.attachments):
        return "an answer to an invitation (RFC 5546)"
    return ""


def _is_calendar_reply(attachment: Attachment) -> bool:
    return attachment.content_type == "text/calendar" and b"METHOD:REPLY" in attachment.payload[:10_000].upper()


def _soft_sign(mail: InboundMail) -> str:
    """Signs that usually mean an automatic mail, but that mail with a report may carry as well."""
    for name in ("x-autoreply", "x-autorespond", "x-auto-response-suppress"):
        if name in mail.headers and fold(mail.header(name)) not in ("no", "none"):
            return f"{name}: {mail.header(name)}"
    if sign := automatic_words(mail.subject, mail.text):
        return sign
    return "an empty return path" if _has_null_return_path(mail) else ""


def _words_of(mail: InboundMail, header: str) -> tuple[str, ...]:
    """The first word of each value of a header, without parameters and comments (RFC 3834, 5)."""
    first = (re.split(r"[;( ]", fold(value), maxsplit=1)[0] for value in mail.headers.get(header, ()))
    return tuple(word for word in first if word)


def _nobody_named(mail: InboundMail) -> str:
    headers = len(mail.headers.get("from", ()))
    if headers > 1:
        return f"{headers} From headers"
    if not mail.from_addresses:
        return "no From address"
    if len(mail.from_addresses) > 1:
        return "From names " + ", ".join(mail.from_addresses)
    return ""
