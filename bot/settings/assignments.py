"""The `[[assignments]]` of a round: who owes which form, by agency or by group, in the order of the agency list."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from bot.domain.agency import ContactRole, Registry
from bot.domain.form import Form, FormKind
from bot.domain.round import Assignment
from bot.settings.agencies import AgencyList
from bot.settings.models import AssignmentTable
from bot.settings.report import Report


class Assigner:
    """Spells out the assignments of one round file, and reports what they refer to in vain.

    `broken_forms` are forms whose own file has faults: named rightly here, so no second fault.
    """

    def __init__(
        self,
        file: str,
        listed: AgencyList,
        registry: Registry,
        forms: Mapping[str, Form],
        broken_forms: frozenset[str],
        report: Report,
    ) -> None:
        self._file = file
        self._listed = listed
        self._registry = registry
        self._forms = forms
        self._broken_forms = broken_forms
        self._report = report
        self._agencies: dict[str, str] = {}
        self._addressed: set[str] = set()

    def assign(self, tables: Sequence[AssignmentTable]) -> tuple[Assignment, ...]:
        """One Assignment for each agency and form, agencies in the order of the list."""
        found: dict[tuple[str, str], Assignment] = {}
        places: dict[tuple[str, str], str] = {}
        for index, table in enumerate(tables):
            place = f"assignments[{index}]"
            self._check_form(table, place)
            partners = self._partners(table, place)
            for agency in self._targets(table, place):
                key = agency, table.form
                if key in found:
                    shown = self._report.say("twice", value=f"{agency}, {table.form}", other=places[key])
                    self._report.fault(self._file, place, shown, "assigned_once")
                if agency in partners:
                    shown = self._report.shown(agency)
                    self._report.fault(self._file, f"{place}.partners", shown, "other_agency")
                duty = Assignment(
                    agency,
                    table.form,
                    table.parts,
                    annex=table.annex.strip(),
                    partners=partners,
                    addressed=table.addressed,
                    partner_parts=table.partner_parts,
                )
                found.setdefault(key, duty)
                places.setdefault(key, place)
                self._agencies.setdefault(agency, place)
                if table.addressed:
                    self._addressed.add(agency)
        self._check_annexes(found.values(), places)
        order = {agency.code: number for number, agency in enumerate(self._registry)}
        # The sort is stable: within an agency the forms keep the order of the file.
        return tuple(sorted(found.values(), key=lambda a: order.get(a.agency, len(order))))

    def check_agencies(self, opening: date, copies_leader: bool) -> None:
        """Warns of agencies that are not in being, or cannot be written to, on the opening day. Whom the letter does
        not address needs no address.
        """
        leaderless = []
        for agency in self._registry.select(self._agencies):
            place = self._agencies[agency.code]
            words = {"agency": agency.name, "day": opening.isoformat()}
            if (agency.valid_from or date.min) > opening or (agency.valid_to or date.max) < opening:
                self._report.warn(self._file, place, "w_not_valid", **words)
            if agency.code not in self._addressed:
                continue
            if not agency.notice_addresses(opening):
                self._report.warn(self._file, place, "w_no_address", **words)
            if not agency.addresses(opening, ContactRole.LEADER):
                leaderless.append(agency.name)
        if copies_leader and leaderless:
            self._report.warn(self._file, "assignments", "w_no_leader", agencies=", ".join(leaderless))

    def _targets(self, table: AssignmentTable, place: str) -> tuple[str, ...]:
        given = [name for name in ("agency", "agencies", "group") if getattr(table, name)]
        if len(given) != 1:
            self._report.fault(self._file, place, ", ".join(given) or self._report.say("nothing"), "one_target")
            return ()
        if table.group is not None:
            return self._members(table.group, place)
        named = [(f"{place}.agency", table.agency)] if table.agency else []
        named += [(f"{place}.agencies[{index}]", code) for index, code in enumerate(table.agencies)]
        targets = []
        for key, code in named:
            if code in self._listed.codes:
                targets.append(code)
            elif self._listed.codes:  # with no list at all, that is the fault
                codes = ", ".join(sorted(self._listed.codes))
                self._report.fault(self._file, key, self._report.shown(code), "known_agency", codes=codes)
        return tuple(targets)

    def _members(self, group: str, place: str) -> tuple[str, ...]:
        code = self._listed.group_code(group)
        if code is None:
            if self._listed.groups:
                groups = ", ".join(self._listed.groups)
                self._report.fault(
                    self._file, f"{place}.group", self._report.shown(group), "known_group", groups=groups
                )
            return ()
        group_of = self._listed.group_code
        members = dict.fromkeys(e.table.code for e in self._listed.entries if group_of(e.table.group) == code)
        if not members and len(self._listed.entries) == len(self._listed.codes):
            self._report.fault(self._file, f"{place}.group", self._report.shown(group), "group_members")
        return tuple(members)

    def _partners(self, table: AssignmentTable, place: str) -> tuple[str, ...]:
        """The partners that are in the list, each once; a lead's own place among them is its agency's fault."""
        known = []
        for index, code in enumerate(table.partners):
            if code in self._listed.codes:
                known.append(code)
            elif self._listed.codes:
                codes = ", ".join(sorted(self._listed.codes))
                key, shown = f"{place}.partners[{index}]", self._report.shown(code)
                self._report.fault(self._file, key, shown, "known_agency", codes=codes)
        if table.partner_parts and not table.partners:
            self._report.fault(self._file, f"{place}.partners", self._report.say("nothing"), "partners_of_parts")
        return tuple(dict.fromkeys(known))

    def _check_annexes(self, duties: Iterable[Assignment], places: Mapping[tuple[str, str], str]) -> None:
        """Warns of an annex that two entries give away: a slip of the letter, or meant; the office knows. One entry
        that gives it to several agencies says so on purpose.
        """
        given: dict[tuple[str, str], dict[str, list[str]]] = {}
        names = {agency.code: agency.name for agency in self._registry}
        for duty in duties:
            if duty.annex:
                place = places[duty.agency, duty.form]
                named = names.get(duty.agency, duty.agency)
                given.setdefault((duty.form, duty.annex), {}).setdefault(place, []).append(named)
        for (form, annex), entries in given.items():
            if len(entries) > 1:
                agencies = ", ".join(name for named in entries.values() for name in named)
                place = list(entries)[-1]
                self._report.warn(
                    self._file, f"{place}.annex", "w_annex_twice", annex=annex, form=form, agencies=agencies
                )

    def _check_form(self, table: AssignmentTable, place: str) -> None:
        form = self._forms.get(table.form)
        if form is None:
            if table.form not in self._broken_forms:
                forms = ", ".join(sorted(self._forms))
                shown = self._report.shown(table.form)
                self._report.fault(self._file, f"{place}.form", shown, "known_form", forms=forms)
            return
        for name, given in (("parts", table.parts), ("partner_parts", table.partner_parts)):
            if form.kind is not FormKind.OUTLINE and given:
                shown = self._report.shown(", ".join(given))
                self._report.fault(self._file, f"{place}.{name}", shown, "no_parts", form=form.code)
                continue
            known = [part.code for part in form.parts]
            if name == "partner_parts" and table.parts:
                known = [code for code in known if code in table.parts]
            for index, code in enumerate(given):
                if code not in known:
                    key, shown = f"{place}.{name}[{index}]", self._report.shown(code)
                    parts = ", ".join(known)
                    self._report.fault(self._file, key, shown, "known_part", form=form.code, parts=parts)
