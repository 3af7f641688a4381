"""Agencies (cơ quan, đơn vị): who owes reports, and under which addresses and names they are known."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class ContactRole(StrEnum):
    """What an address is to its agency: văn thư, hộp thư chung, cấp phó, lãnh đạo. A SENDER is only recognised: it gets
    answers to its own mails and nothing else.
    """

    CLERK = "clerk"
    AGENCY = "agency"
    DEPUTY = "deputy"
    LEADER = "leader"
    SENDER = "sender"


@dataclass(frozen=True, slots=True)
class Contact:
    """One registered address of an agency.

    `address` is lower case. `valid_from` and `valid_to` are both inclusive dates; a mail counts as
    the agency's when its day of receipt lies between them.
    """

    address: str
    role: ContactRole = ContactRole.CLERK
    name: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def is_valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency of the registry.

    `aliases` are other present names and `former_names` names before a rename or merger; both are
    matched in documents like `name`. `domains` are mail domains that belong to this agency alone.
    """

    code: str
    name: str
    group: str
    contacts: tuple[Contact, ...]
    aliases: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None

    @property
    def tag(self) -> str:
        """The code as it stands in subject tags: `STP`."""
        return self.code.upper()

    @property
    def all_names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases, *self.former_names)

    def addresses(self, day: date, *roles: ContactRole) -> tuple[str, ...]:
        """The addresses valid on `day` with one of `roles` (all roles when none is given), in order."""
        return tuple(c.address for c in self.contacts if c.is_valid_on(day) and (not roles or c.role in roles))

    def notice_addresses(self, day: date) -> tuple[str, ...]:
        """Whom the bot writes to: clerks and agency mailboxes, never the leader alone."""
        return self.addresses(day, ContactRole.CLERK, ContactRole.AGENCY)


@dataclass(frozen=True, slots=True)
class Registry:
    """All agencies of the office, by code."""

    agencies: tuple[Agency, ...]
    _by_code: dict[str, Agency] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", {a.code: a for a in self.agencies})

    def __iter__(self) -> Iterator[Agency]:
        return iter(self.agencies)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def get(self, code: str) -> Agency:
        """The agency with that code; KeyError when there is none."""
        return self._by_code[code]

    def select(self, codes: Iterable[str]) -> tuple[Agency, ...]:
        wanted = set(codes)
        return tuple(a for a in self.agencies if a.code in wanted)
