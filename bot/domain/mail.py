"""Mail as the house sees it: what came in, what goes out, and what became of each.

Words are those of RFC 5322, RFC 3501 and RFC 3834.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.submission import Finding, Submission


class Security(StrEnum):
    """How a connection is protected. NONE is for loopback only."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and how to log in to an IMAP or SMTP server. `timeout` in seconds, of each network step. `user` empty: no
    log-in. `token` is there where the log-in is XOAUTH2: it gives an access token, another one than it is told.
    """

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str | None = None
    timeout: float = 60.0
    token: Callable[[str], str] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, order=True)
class MessageRef:
    """A message's identity on its server (RFC 3501, 2.3.1.1)."""

    account: str
    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class ServerMessage:
    """What the server tells of a message before it is fetched. `internal_date` is INTERNALDATE, aware; `size`
    RFC822.SIZE in bytes.
    """

    ref: MessageRef
    internal_date: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """That a mail came: `sender` is its From address in lower case, `received_at` aware."""

    mail_id: int
    sender: str
    folder: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file of a mail, decoded. `name` is NFC and safe as a file name; `inline` when it is only a picture of the
    text (signature, logo).

    `nested_in` is the name of the attached mail that carried it, if any.
    """

    name: str
    content_type: str
    payload: bytes
    sha256: str
    inline: bool = False
    nested_in: str = ""

    @property
    def size(self) -> int:
        return len(self.payload)


@dataclass(frozen=True, slots=True)
class InboundMail:
    """One mail, parsed. Parsing never fails: what could not be read stands in `defects`.

    `from_addresses` holds every address of every From header, lower case: more than one means that nobody is named.
    `headers` maps lower-case names to all decoded values in order. `message_id`, `in_reply_to` and `references` keep
    their angle brackets. `forwarded_from` are From addresses of mails attached or quoted in it: evidence, never
    identity.
    """

    sha256: str
    size: int
    message_id: str
    from_addresses: tuple[str, ...]
    from_name: str
    to_addresses: tuple[str, ...]
    subject: str
    text: str
    attachments: tuple[Attachment, ...]
    headers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    return_path: str | None = None
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    content_type: str = "text/plain"
    defects: tuple[str, ...] = ()
    forwarded_from: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """The first value of that header, or an empty string."""
        return next(iter(self.headers.get(name.lower(), ())), "")

    @property
    def sender(self) -> str:
        """The one From address, or an empty string when there is none or more than one."""
        return self.from_addresses[0] if len(self.from_addresses) == 1 else ""


class Outcome(StrEnum):
    """What became of an inbound mail. The values are the contract's."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    CORRECTION = "correction"
    HELD = "held"
    IGNORED = "ignored"
    PARKED = "parked"


class Reason(StrEnum):
    """Stable words for why a mail has its outcome."""

    OK = "ok"
    FINDINGS = "findings"
    UNKNOWN_SENDER = "unknown_sender"
    AMBIGUOUS_SENDER = "ambiguous_sender"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    DUPLICATE = "duplicate"
    OWN_MAIL = "own_mail"
    MAILING_LIST = "mailing_list"
    UNAUTHENTICATED = "unauthenticated"
    NO_OPEN_ROUND = "no_open_round"
    AMBIGUOUS_ROUND = "ambiguous_round"
    AMBIGUOUS_AGENCY = "ambiguous_agency"
    WRONG_PERIOD = "wrong_period"
    WRONG_AGENCY = "wrong_agency"
    NOT_ASSIGNED = "not_assigned"
    NO_ATTACHMENT = "no_attachment"
    TOO_BIG = "too_big"
    COORDINATOR_MAIL = "coordinator_mail"
    BROKE_US = "broke_us"
    HANDLED = "handled"
    JUNK = "junk"
    ORDER = "order"
    ORDER_REFUSED = "order_refused"
    ASKS_EXTENSION = "asks_extension"
    NOTHING_TO_REPORT = "nothing_to_report"
    REPORTED_BY_OTHER = "reported_by_other"
    INFECTED = "infected"
    FLOOD = "flood"

    @property
    def is_ask(self) -> bool:
        """Whether an agency asks the coordinator for a decision: more time, nothing to report, another reports for
        it.
        """
        return self in (Reason.ASKS_EXTENSION, Reason.NOTHING_TO_REPORT, Reason.REPORTED_BY_OTHER)


class EvidenceSource(StrEnum):
    """Where a piece of evidence was found, the strongest kinds first."""

    DECISION = "decision"
    SENDER_ADDRESS = "sender_address"
    SENDER_DOMAIN = "sender_domain"
    TAG = "tag"
    THREAD = "thread"
    DOCUMENT = "document"
    SUBJECT = "subject"
    FILE_NAME = "file_name"
    BODY = "body"
    OPEN_ROUND = "open_round"
    ELIMINATION = "elimination"
    AUTHENTICATION = "authentication"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a match. `about` is `agency`, `round` or `form` and `value` the code it speaks for; a letter's
    `number` and `day` are told too, and decide nothing. `found` are the words as they stood there; `file` which
    attachment it was found in, if any. `agrees` is False where it contradicts what was decided.
    """

    about: str
    value: str
    source: EvidenceSource
    found: str = ""
    file: str = ""
    agrees: bool = True


@dataclass(frozen=True, slots=True)
class InboundRecord:
    """One inbound mail as the store keeps it."""

    id: int
    ref: MessageRef
    message_id: str
    sha256: str
    size: int
    received_at: datetime
    sender: str = ""
    subject: str = ""
    outcome: Outcome = Outcome.RECEIVED
    reason: str = ""
    agency: str | None = None
    round: str | None = None
    duplicate_of: int | None = None
    attempts: int = 0
    last_error: str = ""
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    submissions: tuple[Submission, ...] = ()
    attachments: tuple[tuple[str, str, int], ...] = ()  # name, sha256, size in bytes
    finished_at: datetime | None = None
    recorded_at: datetime | None = None
    head_sha256: str = ""  # of the header alone, where the mail was too big to be fetched


class NoticeKind(StrEnum):
    """Kinds of outgoing mail. The values are the contract's."""

    REQUEST = "request"
    RECEIPT = "receipt"
    CORRECTION = "correction"
    REMINDER = "reminder"
    OVERDUE = "overdue"
    ESCALATION = "escalation"
    DIGEST = "digest"
    ALERT = "alert"
    DECISION = "decision"
    CLOSED = "closed"

    @property
    def is_answer(self) -> bool:
        """Whether it answers a mail (RFC 3834: `auto-replied`) or speaks by itself (`auto-generated`)."""
        return self in (NoticeKind.RECEIPT, NoticeKind.CORRECTION, NoticeKind.CLOSED)

    @property
    def may_repeat(self) -> bool:
        """Whether a mail whose fate is unknown is sent again under the same Message-ID. Nudges are not: twice is
        worse than never.
        """
        return self not in (NoticeKind.REQUEST, NoticeKind.REMINDER, NoticeKind.OVERDUE, NoticeKind.ESCALATION)


class OutgoingState(StrEnum):
    """Where an outgoing mail is. The values are the contract's."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class NudgeMark:
    """One step of a ladder that a mail speaks for: its key, unique for ever, and the round and step it is of."""

    key: str
    round: str
    step: str


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """One mail to send, with its final bytes. `key` is what it is (`reminder:2023-q1:stp:t-3`) and unique for ever.

    `raw` is the whole RFC 5322 message with CRLF line ends; `envelope_from` the bounce address for answers. `nudges`
    are the steps that it speaks for, of all rounds; it is queued only if none of them has been before.
    """

    key: str
    kind: NoticeKind
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    message_id: str
    envelope_from: str
    raw: bytes
    in_reply_to: str = ""
    agency: str | None = None
    round: str | None = None
    mail_id: int | None = None
    nudges: tuple[NudgeMark, ...] = ()

    @property
    def recipients(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.to, *self.cc)))


@dataclass(frozen=True, slots=True)
class OutgoingRecord:
    """One outgoing mail as the store keeps it. Times are UTC instants; `last_error` is what the server said."""

    id: int
    mail: OutgoingMail
    state: OutgoingState
    queued_at: datetime
    attempts: int = 0
    next_at: datetime | None = None
    sent_at: datetime | None = None
    last_error: str = ""
    in_sent_folder: bool = False


@dataclass(frozen=True, slots=True)
class NudgeRecord:
    """One step that was queued for an agency, with the mail that carries it (whose `raw` is empty)."""

    mark: NudgeMark
    agency: str
    outgoing: OutgoingRecord


class SendOutcome(StrEnum):
    """What one attempt came to. UNKNOWN: the connection broke after the data were given and before the answer."""

    SENT = "sent"
    TRANSIENT = "transient"
    PERMANENT = "permanent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SendResult:
    """The result of one attempt. `reply` is the server's text; `refused` maps refused recipients to theirs.

    `tried` False: nothing of this mail was sent (no connection, no log-in, the program is ending), so nothing was
    judged. `broke`: the connection broke over it. `log_in`: it is the log-in that was refused.
    """

    outcome: SendOutcome
    reply: str = ""
    refused: dict[str, str] = field(default_factory=dict)
    tried: bool = True
    broke: bool = False
    log_in: bool = False
