"""The tables of office.toml that say who the office is → Office."""

from datetime import timedelta
from typing import Any

from bot.documents.limits import DEFAULT_LIMITS, MIB, Limits
from bot.domain.office import Coordinator, Office, OrderRules, Sending, Vigilance, WorkingTime
from bot.domain.round import CheckSetting
from bot.domain.trust import AuthenticationRules
from bot.settings.models import (
    AlertsTable,
    AuthenticationTable,
    CoordinatorTable,
    DocumentLimitsTable,
    DocumentsTable,
    GraceTable,
    LimitsTable,
    OfficeTable,
    OrdersTable,
    SendingTable,
)


def addresses(office: dict[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """The office's own addresses and the coordinators', as far as they are right."""
    table: OfficeTable | None = office.get("office")
    people: CoordinatorTable | None = office.get("coordinator")
    own = {table.address, *table.own_addresses, table.bounce_address or table.address} if table else set()
    return frozenset(own), frozenset({people.address, *people.other_addresses} if people else ())


def document_limits(table: DocumentLimitsTable) -> Limits:
    """What one file may cost, in the units of `bot.documents`."""
    return Limits(
        memory_bytes=table.memory_megabytes * MIB,
        cpu_seconds=table.cpu_seconds,
        wall_seconds=table.seconds,
        mail_seconds=table.mail_seconds,
        file_bytes=table.file_megabytes * MIB,
        uncompressed_bytes=table.unpacked_megabytes * MIB,
        parts=table.parts,
        ratio=table.ratio,
        max_sheets=table.sheets,
        max_cells=table.cells,
        max_row=table.last_row,
        max_column=table.last_column,
        max_merges=table.merges,
        max_merged_cells=table.merged_cells,
        max_paragraphs=table.paragraphs,
        max_text_chars=table.characters,
        output_bytes=max(DEFAULT_LIMITS.output_bytes, 120 * table.cells + 3 * table.characters),
        entries=table.archive_files,
        containers=table.containers,
        contained_bytes=table.archive_megabytes * MIB,
        convert_seconds=table.convert_seconds,
        pdf_pages=table.pdf_pages,
    )


def build_office(office: dict[str, Any], working_time: WorkingTime, checks: tuple[CheckSetting, ...] = ()) -> Office:
    table: OfficeTable = office["office"]
    people: CoordinatorTable = office["coordinator"]
    limits: LimitsTable = office["limits"]
    documents: DocumentsTable = office["documents"]
    alerts: AlertsTable = office["alerts"]
    grace: GraceTable = office["grace"]
    orders: OrdersTable = office["orders"]
    sending: SendingTable = office["sending"]
    authentication: AuthenticationTable = office["authentication"]
    own, coordinators = addresses(office)
    return Office(
        name=table.name,
        address=table.address,
        coordinator=Coordinator(people.name, people.address, people.telephone),
        working_time=working_time,
        language=office["language"],
        bounce_address=table.bounce_address or "",
        own_addresses=own,
        coordinator_addresses=coordinators,
        max_answers_per_day=limits.max_answers_per_day,
        max_mails_per_hour=limits.max_mails_per_hour,
        max_mail_bytes=limits.max_mail_megabytes * 2**20,
        checks=checks,
        enclose_forms=documents.enclose_forms,
        sending=Sending(sending.per_minute, sending.per_day, sending.reserved),
        superior=table.superior,
        place=table.place,
        orders=OrderRules(orders.code_days, orders.authenticated),
        authentication=AuthenticationRules(
            policy=authentication.policy,
            authserv_id=(authentication.authserv_id or "").strip().lower(),
            own_check=authentication.own_check,
            exempt_domains=frozenset(authentication.exempt_domains),
        ),
        vigilance=Vigilance(
            unreachable=timedelta(minutes=alerts.unreachable_minutes),
            min_free_bytes=alerts.min_free_megabytes * 2**20,
            outage=timedelta(minutes=grace.outage_minutes),
            near=timedelta(hours=grace.near_hours),
            grace_days=grace.working_days,
        ),
    )
