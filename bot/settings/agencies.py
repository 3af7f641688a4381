"""agencies.toml or agencies.xlsx → the registry, and what its entries say against each other.

Flow: each entry is judged by itself, then all together: codes and names used twice, unknown groups and successors,
addresses, domains. An address may be registered for several agencies (one person sends for two); a domain may not.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.domain.agency import Agency, Contact, Registry
from bot.settings.models import AgenciesFile, AgencyTable, ContactTable
from bot.settings.report import Report
from bot.settings.toml_files import Location, named_key, validate, validate_fields
from bot.text.accents import fold

# Mail services that anybody can have an address of.
PUBLIC_DOMAINS = frozenset(
    {
        "gmail.com",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mail.ru",
        "outlook.com",
        "proton.me",
        "yahoo.com",
        "yahoo.com.vn",
        "zoho.com",
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One agency as configured. `place` maps a key within the entry to what a person looks for: a TOML key or a
    cell.
    """

    table: AgencyTable
    place: Callable[[Location], str]


@dataclass(slots=True)
class AgencyList:
    """What the agency list holds. `codes` names also the entries with faults, so that a reference to one is no
    second fault.
    """

    file: str
    groups: dict[str, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)

    def take(self, item: dict[str, Any], place: Callable[[Location], str], report: Report) -> AgencyTable | None:
        """Adds one entry, or reports its faults and gives None."""
        if isinstance(item.get("code"), str):
            self.codes.add(item["code"])
        table = validate(AgencyTable, item, self.file, report, lambda location: (self.file, place(location)))
        if table is not None:
            self.entries.append(Entry(table, place))
        return table

    def group_code(self, text: str) -> str | None:
        """The code of the group that `text` names, by its code or by the name that people see."""
        if text in self.groups:
            return text
        return next((code for code, name in self.groups.items() if fold(name) == fold(text)), None)


def read_entries(tables: dict[str, Any], file: str, report: Report) -> AgencyList:
    """The entries of agencies.toml."""
    good = validate_fields(AgenciesFile, tables, file, report)
    result = AgencyList(file, groups=good.get("groups", {}))
    for index, item in enumerate(good.get("agencies", ())):

        def place(location: Location, index: int = index) -> str:
            return named_key(tables, ("agencies", index, *location))

        result.take(item, place, report)
    return result


def build_registry(
    listed: AgencyList, own_addresses: Iterable[str], coordinators: Iterable[str], report: Report
) -> Registry:
    """The registry of all entries, after what they say against each other has been reported."""
    own, people = frozenset(own_addresses), frozenset(coordinators)
    _check_codes(listed, report)
    _check_names(listed, report)
    _check_domains(listed, report)
    for entry in listed.entries:
        _check_contacts(listed.file, entry, own, people, report)
    return Registry(tuple(_agency(entry.table, listed) for entry in listed.entries))


def _agency(table: AgencyTable, listed: AgencyList) -> Agency:
    code = listed.group_code(table.group)
    return Agency(
        code=table.code,
        name=table.name,
        group=listed.groups[code] if code else table.group,
        contacts=tuple(Contact(c.address, c.role, c.name, c.valid_from, c.valid_to) for c in table.contacts),
        aliases=table.aliases,
        former_names=table.former_names,
        domains=table.domains,
        valid_from=table.valid_from,
        valid_to=table.valid_to,
        successor=table.successor,
    )


def _check_codes(listed: AgencyList, report: Report) -> None:
    file, seen = listed.file, dict[str, Entry]()
    for entry in listed.entries:
        table = entry.table
        if table.code in seen:
            found = report.say("twice", value=report.shown(table.code), other=report.shown(seen[table.code].table.name))
            report.fault(file, entry.place(("code",)), found, "unique")
        seen.setdefault(table.code, entry)
        if listed.groups and listed.group_code(table.group) is None:
            groups = ", ".join(listed.groups)
            report.fault(file, entry.place(("group",)), report.shown(table.group), "known_group", groups=groups)
        _check_range(file, entry, (), table.valid_from, table.valid_to, report)
        if table.successor == table.code:
            report.fault(file, entry.place(("successor",)), report.shown(table.successor), "other_agency")
        elif table.successor is not None and table.successor not in listed.codes:
            codes = ", ".join(sorted(listed.codes))
            report.fault(file, entry.place(("successor",)), report.shown(table.successor), "known_agency", codes=codes)


def _check_names(listed: AgencyList, report: Report) -> None:
    """A present name must lead to one agency. A former one may be shared: districts merge."""
    seen: dict[str, Entry] = {}
    for entry in listed.entries:
        keyed: list[tuple[Location, str]] = [(("name",), entry.table.name)]
        keyed += [(("aliases", index), alias) for index, alias in enumerate(entry.table.aliases)]
        for location, name in keyed:
            other = seen.setdefault(fold(name), entry)
            if other is not entry and _overlap(entry.table, other.table):
                found = report.say("twice", value=report.shown(name), other=f"[{other.table.code}]")
                report.fault(listed.file, entry.place(location), found, "unique")


def _check_domains(listed: AgencyList, report: Report) -> None:
    owners: dict[str, Entry] = {}
    for entry in listed.entries:
        for index, domain in enumerate(entry.table.domains):
            place = entry.place(("domains", index))
            other = owners.setdefault(domain, entry)
            strangers = [
                e.table.code
                for e in listed.entries
                if e is not entry and any(c.address.endswith(f"@{domain}") for c in e.table.contacts)
            ]
            if other is not entry:
                strangers.append(other.table.code)
            if domain in PUBLIC_DOMAINS:
                report.fault(listed.file, place, report.shown(domain), "own_domain")
            elif strangers:
                names = ", ".join(dict.fromkeys(strangers))
                found = report.say("twice", value=report.shown(domain), other=f"[{names}]")
                report.fault(listed.file, place, found, "own_domain")


def _check_contacts(file: str, entry: Entry, own: frozenset[str], people: frozenset[str], report: Report) -> None:
    seen: list[ContactTable] = []
    for index, contact in enumerate(entry.table.contacts):
        place = entry.place(("contacts", index, "address"))
        if contact.address in own:
            report.fault(file, place, report.shown(contact.address), "not_own_address")
        if contact.address in people:
            report.warn(file, place, "w_coordinator_is_agency", address=contact.address, agency=entry.table.name)
        if any(c.address == contact.address and c.role is contact.role and _overlap(c, contact) for c in seen):
            found = report.say("twice", value=report.shown(contact.address), other=f"[{entry.table.code}]")
            report.fault(file, place, found, "unique")
        _check_range(file, entry, ("contacts", index), contact.valid_from, contact.valid_to, report)
        seen.append(contact)


def _check_range(
    file: str, entry: Entry, within: Location, first: date | None, last: date | None, report: Report
) -> None:
    if first is not None and last is not None and last < first:
        place = entry.place((*within, "valid_to"))
        report.fault(file, place, last.isoformat(), "range", first=first.isoformat())


def _overlap(one: AgencyTable | ContactTable, other: AgencyTable | ContactTable) -> bool:
    """Whether there is a day on which both are valid."""
    return (one.valid_from or date.min) <= (other.valid_to or date.max) and (other.valid_from or date.min) <= (
        one.valid_to or date.max
    )
