"""What taking in one mail came to: everything that is committed in one transaction with its answers."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.mail import Evidence, Outcome
from bot.domain.submission import Finding, Submission

WAITS_FOR_SCANNER = "waits for the virus scanner: "
"""Before the last error of an unfinished mail that nothing is wrong with: its files wait for the scanner's verdict."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """One address that a bounce report names (RFC 3464).

    `permanent`: the server will never deliver there. `diagnostic` is the server's own text; `original_message_id`
    the mail of ours that came back, with its angle brackets, empty when the report does not say. `gave_up` False: the
    server goes on trying, this is only news of a delay.
    """

    address: str
    permanent: bool
    diagnostic: str = ""
    original_message_id: str = ""
    gave_up: bool = True


@dataclass(frozen=True, slots=True)
class BounceRecord:
    """One bounced address as the store keeps it.

    `at` is when the report reached our mailbox, or our own outgoing server refused the address (`mail_id` None then).
    `key` names the outgoing mail that came back; None when we know of none, or it never went to this address: such a
    report may be forged and counts for nothing.
    """

    address: str
    at: datetime
    permanent: bool
    diagnostic: str
    mail_id: int | None
    key: str | None = None
    gave_up: bool = True


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """The decision on one inbound mail. `outcome` is never `received`: this is the end of its way.

    `findings` are those that belong to no form; `attachments` hold name, sha256 and size in bytes, as parsed;
    `duplicate_of` is the id of the earlier mail with the same content. `infected` are sha256 and signature of the files
    that the virus scanner named.
    """

    mail_id: int
    outcome: Outcome
    reason: str
    message_id: str = ""
    sender: str = ""
    subject: str = ""
    agency: str | None = None
    round: str | None = None
    duplicate_of: int | None = None
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    attachments: tuple[tuple[str, str, int], ...] = ()
    submissions: tuple[Submission, ...] = ()
    bounces: tuple[Bounce, ...] = ()
    infected: tuple[tuple[str, str], ...] = ()
