"""Who vouches for the sender of a mail, and what an office makes of mail for whose sender nobody does.

Words are those of RFC 8601 (Authentication-Results), RFC 6376 (DKIM) and RFC 7489 (DMARC).
"""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class TrustPolicy(StrEnum):
    """What the office does: OFF looks at nothing; NOTE holds what is shown to be false and notes what is not proven;
    HOLD holds whatever is not proven.
    """

    OFF = "off"
    NOTE = "note"
    HOLD = "hold"


class Vouching(StrEnum):
    """VOUCHED: somebody vouches for the From address. REFUTED: it is shown to be false, or the mail was changed
    underway. NONE: nobody says anything that counts.
    """

    VOUCHED = "pass"
    REFUTED = "fail"
    NONE = "none"


class VouchingWhy(StrEnum):
    """How it was found. The values are stable words; people read those of the templates."""

    SERVER_VOUCHES = "server_vouches"  # the office's server vouches
    SERVER_FAIL = "server_fail"  # it says that the checks failed
    OTHER_SENDER = "other_sender"  # it vouches for somebody else than From names
    SERVER_SILENT = "server_silent"  # its line says nothing of the From domain
    NO_LINE = "no_line"  # it has written no line, and we check nothing ourselves
    SIGNATURE_HOLDS = "signature_holds"  # a DKIM signature of the From domain holds
    SIGNATURE_FAIL = "signature_fail"  # one is there, and the mail is not what was signed
    SIGNATURE_UNUSABLE = "signature_unusable"  # expired, malformed, without a key, or not over the whole mail
    UNSIGNED = "unsigned"  # none of the From domain
    DNS_DOWN = "dns_down"  # the key could not be asked for


@dataclass(frozen=True, slots=True)
class Authenticity:
    """What is known of a mail's sender. `detail` is for whoever looks into it (`dmarc=fail`). `is_transient`: asking
    again later may give another answer.
    """

    vouching: Vouching
    why: VouchingWhy
    detail: str = ""
    is_transient: bool = False

    @property
    def passed(self) -> bool:
        return self.vouching is Vouching.VOUCHED


EXCHANGE_ONLINE = "exchange-online"
"""Stands for the server that writes its line without a name (Microsoft 365)."""


@dataclass(frozen=True, slots=True)
class AuthenticationRules:
    """The office's rules. `authserv_id`: how its own mail server names itself, empty where that writes no line.
    `own_check`: DKIM is checked here where there is no such line. `exempt_domains` (lower case, exact) are known not to
    sign. For `patience` a mail waits for a DNS that does not answer.
    """

    policy: TrustPolicy = TrustPolicy.OFF
    authserv_id: str = ""
    own_check: bool = True
    exempt_domains: frozenset[str] = field(default_factory=frozenset)
    patience: timedelta = timedelta(hours=1)
