"""The coordinator's daily page, before there are words for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.agency import Agency
from bot.domain.decision import ReplyLink
from bot.domain.form import Form
from bot.domain.letter import Enclosure, Why
from bot.domain.mail import NoticeKind
from bot.domain.round import ObligationState, Round
from bot.domain.submission import Finding
from bot.domain.watch import Reconciliation, Trouble


@dataclass(frozen=True, slots=True)
class DigestMail:
    """One inbound mail in the digest: waiting for a person, from somebody unknown, or ignored."""

    mail_id: int
    received_at: datetime
    sender: str
    subject: str
    outcome: str
    reason: str
    agency: Agency | None = None


@dataclass(frozen=True, slots=True)
class DigestBounce:
    """An address that mail could not be delivered to, and what the server said. `permanent` False: a full mailbox or
    the like, that is written to again. `instead` are the agency's other addresses, to which its mail goes now.
    """

    address: str
    agency: Agency | None
    at: datetime
    error: str
    permanent: bool = True
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DigestUnsent:
    """A mail of ours that has not gone out, or whose fate is unknown. `state` is the outbox's word."""

    key: str
    state: str
    error: str
    subject: str = ""
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DigestAgency:
    """One agency's row in the digest. `undelivered`: nothing has come and nothing of ours reaches it, so it is not
    silent. `why` is why it is or is not nudged now; `links` the decisions that may be taken on it. `nudges` counts
    the reminders (the request is none) that were sent and did not come back, `last_nudge` is the newest mail of either
    kind; `contact` is where the next one would go, empty
    when nowhere.
    """

    agency: Agency
    obligations: tuple[ObligationState, ...]
    done: bool
    needs_correction: bool
    silent: bool
    late: bool
    overdue: bool
    held: bool
    last_nudge: str = ""
    last_nudge_at: datetime | None = None
    undelivered: bool = False
    why: Why | None = None
    links: tuple[ReplyLink, ...] = ()
    nudges: int = 0
    contact: str = ""


@dataclass(frozen=True, slots=True)
class DigestGroup:
    """Progress of one group of agencies. `waiting` are all that are neither done nor need mending; of them `silent`
    have sent nothing and `undelivered` are reached by nothing, `held` wait for a person.
    """

    name: str
    done: int
    needs_correction: int
    waiting: int
    total: int
    silent: int = 0
    undelivered: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class DigestChange:
    """Something that happened since the last digest. `what` is a submission's verdict or a decision's kind.

    `agency` is None for a decision on a whole round. `mail_id` is the mail that brought it; `who` decided, for the
    reason `detail`, perhaps `until` a new deadline, on `address`. `undone`: that decision was taken back since;
    `undoes` is the kind of the older decision that an undo took back. `links` is what may be decided on it still.
    """

    at: datetime
    what: str
    agency: Agency | None
    form: Form | None = None
    version: int | None = None
    detail: str = ""
    mail_id: int | None = None
    late: bool = False
    who: str = ""
    until: datetime | None = None
    address: str = ""
    undone: bool = False
    undoes: str = ""
    links: tuple[ReplyLink, ...] = ()


@dataclass(frozen=True, slots=True)
class DigestMending:
    """An open correction: that agency has been asked since `since` to mend version `version` of that form, until
    `until` (the first instant that is late). `places` counts the errors, 0 where a person returned it.
    """

    agency: Agency
    form: Form
    version: int
    places: int
    since: datetime | None
    until: datetime
    links: tuple[ReplyLink, ...] = ()


@dataclass(frozen=True, slots=True)
class DigestRound:
    """One round's page. Counts are of agencies, each in exactly one of done, needs_correction, held, partial, silent,
    undelivered. `links` are decisions on the whole round; `muted` why nobody is nudged in it, empty when they are, by
    `muted_by`. `mending` are the open corrections, the one that is due first in front.
    """

    round: Round
    forms: tuple[Form, ...]
    agencies: tuple[DigestAgency, ...]
    groups: tuple[DigestGroup, ...]
    changes: tuple[DigestChange, ...]
    done: int
    needs_correction: int
    partial: int
    silent: int
    held: int
    total: int
    days_left: int
    working_days_left: int
    overdue: bool
    undelivered: int = 0
    links: tuple[ReplyLink, ...] = ()
    muted: str = ""
    muted_by: str = ""
    mending: tuple[DigestMending, ...] = ()


@dataclass(frozen=True, slots=True)
class DigestItem:
    """One thing that waits for a decision. `what` is a stable word: `mail` (held or parked), `sender` (from an unknown
    address), `ask` (an agency asks for something), `version` (a submission that could not be judged), `grace`
    (down-time near a deadline), `flood` (what one address sent beyond all measure; `mail` is the newest of it),
    `unread` (nobody is reminded: the mailbox could not be read to its end).

    `params` hold what the words need (`until`, `found`, `from`, `to` …; `name.CODE` is what an agency is called that a
    link proposes); `links` the answers, the likeliest first.
    """

    what: str
    links: tuple[ReplyLink, ...] = ()
    mail: DigestMail | None = None
    round: Round | None = None
    agency: Agency | None = None
    form: Form | None = None
    version: int | None = None
    findings: tuple[Finding, ...] = ()
    params: Mapping[str, str | int | datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DigestNotice:
    """The coordinator's daily page. `since` is when the last digest went out, None for the first. `items` wait for a
    decision; `changes` are decisions that are of no round; `rescued` mails were taken in from Spam; `troubles` last.
    `unproven` are the numbers of mails taken in since then though nobody vouched for their sender.
    `counts` is how mailbox and records agreed when they were last compared, the inbox first.
    """

    key: str
    to: tuple[str, ...]
    at: datetime
    since: datetime | None
    rounds: tuple[DigestRound, ...]
    items: tuple[DigestItem, ...] = ()
    ignored: tuple[DigestMail, ...] = ()
    bounces: tuple[DigestBounce, ...] = ()
    unsent: tuple[DigestUnsent, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    changes: tuple[DigestChange, ...] = ()
    rescued: tuple[DigestMail, ...] = ()
    counts: tuple[Reconciliation, ...] = ()
    unproven: tuple[int, ...] = ()
    kind: NoticeKind = NoticeKind.DIGEST
