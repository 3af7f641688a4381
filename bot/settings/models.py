"""The configuration files as pydantic models: their keys, types and defaults. `docs/configuration.md` tells what
each means.

Only what one value can be judged by is judged here; what lies between values and between files, the other modules
of this room judge.
"""

from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import Field

from bot.domain.agency import ContactRole
from bot.domain.form import Severity
from bot.domain.ladder import Need, Recipient, StepKind, StepUnit, Tone
from bot.domain.mail import Security
from bot.domain.office import Language
from bot.domain.round import DeadlineReading, PeriodKind
from bot.domain.trust import TrustPolicy
from bot.settings.values import (
    Clamd,
    Clock,
    Code,
    Count,
    DatabaseUrl,
    Day,
    Days,
    DnsServer,
    Domain,
    Domains,
    Email,
    Emails,
    Hours,
    LibreOffice,
    MaybeText,
    Moment,
    Port,
    QuietHours,
    Seconds,
    Table,
    Text,
    TimeZone,
    Tolerance,
    Whole,
)

# ---- office.toml -------------------------------------------------------------------------------------------


class OfficeTable(Table):
    name: Text
    address: Email
    bounce_address: Email | None = None
    own_addresses: Emails = ()
    superior: str = ""
    place: str = ""


class CoordinatorTable(Table):
    name: Text
    address: Email
    telephone: str = ""
    other_addresses: Emails = ()


class Auth(StrEnum):
    """How a server knows who logs in."""

    PASSWORD = "password"  # noqa: S105 - the name of a way to log in
    XOAUTH2 = "xoauth2"


class ImapTable(Table):
    host: Text
    port: Port | None = None
    security: Security = Security.TLS
    user: Text
    password_file: MaybeText = None
    ca_file: MaybeText = None
    timeout_seconds: Seconds | None = None
    auth: Auth = Auth.PASSWORD
    inbox_folder: Text = "INBOX"
    junk_folder: MaybeText = None
    read_junk: bool = True
    sent_folder: MaybeText = None
    lease_folder: str = "thuky"


class SmtpTable(Table):
    host: Text
    port: Port | None = None
    security: Security = Security.TLS
    user: str = ""
    password_file: MaybeText = None
    ca_file: MaybeText = None
    timeout_seconds: Seconds | None = None
    auth: Auth = Auth.PASSWORD


class OauthTable(Table):
    token_url: Text
    client_id: Text
    scope: str = ""
    client_secret_file: MaybeText = None
    refresh_token_file: MaybeText = None


class DigestTable(Table):
    at: Clock = time(8, 0)


class AlertsTable(Table):
    unreachable_minutes: Count = 60
    min_free_megabytes: Count = 1024


class GraceTable(Table):
    outage_minutes: Count = 60
    near_hours: Count = 24
    working_days: Count = 1


class SendingTable(Table):
    per_minute: Whole = Field(default=0, ge=0)
    per_day: Whole = Field(default=0, ge=0)
    reserved: Whole = Field(default=0, ge=0)


class LimitsTable(Table):
    max_answers_per_day: Count = 20
    max_mails_per_hour: Whole = Field(default=60, ge=0)
    max_mail_megabytes: Count = 50
    max_attempts: Count = 3


class DocumentLimitsTable(Table):
    """What one file may cost; the defaults are those of `bot.documents.limits`, in people's units."""

    file_megabytes: Whole = Field(default=30, ge=1, le=500)
    unpacked_megabytes: Whole = Field(default=200, ge=10, le=2_000)
    parts: Whole = Field(default=5_000, ge=100, le=50_000)
    ratio: Whole = Field(default=250, ge=100, le=1_000)
    sheets: Whole = Field(default=200, ge=1, le=2_000)
    cells: Whole = Field(default=300_000, ge=1_000, le=5_000_000)
    last_row: Whole = Field(default=50_000, ge=1_000, le=1_048_576)
    last_column: Whole = Field(default=1_000, ge=100, le=16_384)
    merges: Whole = Field(default=20_000, ge=100, le=500_000)
    merged_cells: Whole = Field(default=1_000_000, ge=10_000, le=20_000_000)
    paragraphs: Whole = Field(default=60_000, ge=1_000, le=1_000_000)
    characters: Whole = Field(default=6_000_000, ge=100_000, le=100_000_000)
    memory_megabytes: Whole = Field(default=320, ge=200, le=8_000)
    seconds: Whole = Field(default=20, ge=2, le=600)
    cpu_seconds: Whole = Field(default=15, ge=2, le=600)
    mail_seconds: Whole = Field(default=25, ge=2, le=3_600)
    convert_seconds: Whole = Field(default=30, ge=5, le=600)
    archive_files: Whole = Field(default=200, ge=1, le=10_000)
    archive_megabytes: Whole = Field(default=100, ge=1, le=2_000)
    containers: Whole = Field(default=30, ge=1, le=1_000)
    pdf_pages: Whole = Field(default=30, ge=1, le=1_000)


class DocumentsTable(Table):
    enclose_forms: bool = True
    libreoffice: LibreOffice = "auto"
    limits: DocumentLimitsTable = DocumentLimitsTable()


class AntivirusTable(Table):
    clamd: Clamd | None = None
    timeout_seconds: Seconds = 60


class OrdersTable(Table):
    code_days: Days = Field(default=14, ge=1)
    authenticated: bool = False


class AuthenticationTable(Table):
    policy: TrustPolicy = TrustPolicy.OFF
    authserv_id: MaybeText = None
    own_check: bool = True
    exempt_domains: Domains = ()
    dns_server: DnsServer | None = None


class CheckSeverity(StrEnum):
    """What a finding may be made: never held, which says that nobody could judge."""

    ERROR = Severity.ERROR.value
    REMARK = Severity.REMARK.value


class CheckTable(Table):
    severity: CheckSeverity | None = None
    off: Text | None = None


class OfficeFile(Table):
    office: OfficeTable
    coordinator: CoordinatorTable
    imap: ImapTable
    smtp: SmtpTable
    oauth2: OauthTable | None = None
    language: Language = Language.VI
    timezone: TimeZone = "Asia/Ho_Chi_Minh"
    data_dir: Text = "data"
    database_url: DatabaseUrl | None = None
    poll_seconds: Seconds = 60
    stuck_seconds: Seconds = 900
    timeout_seconds: Seconds = 60
    retry_seconds: Seconds = 60
    retry_max_seconds: Seconds = 3600
    allow_time_travel: bool = False
    digest: DigestTable = DigestTable()
    limits: LimitsTable = LimitsTable()
    sending: SendingTable = SendingTable()
    alerts: AlertsTable = AlertsTable()
    grace: GraceTable = GraceTable()
    checks: dict[str, CheckTable] = Field(default_factory=dict)
    documents: DocumentsTable = DocumentsTable()
    antivirus: AntivirusTable = AntivirusTable()
    orders: OrdersTable = OrdersTable()
    authentication: AuthenticationTable = AuthenticationTable()


# ---- agencies.toml, and one row of agencies.xlsx -----------------------------------------------------------


class ContactTable(Table):
    address: Email
    role: ContactRole = ContactRole.CLERK
    name: str = ""
    valid_from: Day | None = None
    valid_to: Day | None = None


class AgencyTable(Table):
    code: Code
    name: Text
    group: Text
    aliases: tuple[Text, ...] = ()
    former_names: tuple[Text, ...] = ()
    domains: tuple[Domain, ...] = ()
    valid_from: Day | None = None
    valid_to: Day | None = None
    successor: Code | None = None
    contacts: tuple[ContactTable, ...] = ()


class AgenciesFile(Table):
    groups: dict[Code, Text] = Field(min_length=1)
    # Each entry is an AgencyTable, judged by itself: one wrong entry must not hide what is wrong with the others.
    agencies: tuple[dict[str, Any], ...] = Field(min_length=1)


# ---- ladder.toml -------------------------------------------------------------------------------------------


class DayUnit(StrEnum):
    """How a step's days count. A step in hours has no such choice."""

    CALENDAR = StepUnit.CALENDAR.value
    WORKING = StepUnit.WORKING.value


class StepTable(Table):
    code: Text
    kind: StepKind
    offset_days: Days | None = None
    unit: DayUnit = DayUnit.CALENDAR
    at: Clock = time(8, 0)
    hours_before: Hours | None = None
    to: tuple[Recipient, ...] = (Recipient.CLERK, Recipient.AGENCY)
    cc: tuple[Recipient, ...] = ()
    tone: Tone = Tone.PLAIN
    needs: Need | None = None
    template: Code | None = None


class LadderFile(Table):
    quiet_hours: QuietHours = 4
    correction_working_days: Count = 1
    steps: tuple[StepTable, ...] = ()
    correction: tuple[StepTable, ...] = ()


# ---- holidays.toml -----------------------------------------------------------------------------------------


class HoursTable(Table):
    opens: Clock = time(7, 30)
    closes: Clock = time(17, 0)


class DaysTable(Table):
    day: Day | None = None
    first: Day | None = None
    last: Day | None = None
    why: Text


class SwapTable(Table):
    off: Day
    worked: Day
    why: Text


class HolidaysFile(Table):
    national: bool = True
    hours: HoursTable = HoursTable()
    off: tuple[DaysTable, ...] = ()
    worked: tuple[DaysTable, ...] = ()
    swapped: tuple[SwapTable, ...] = ()


# ---- rounds/*.toml -----------------------------------------------------------------------------------------


class PeriodTable(Table):
    kind: PeriodKind
    year: Whole = Field(ge=2000, le=2100)
    ordinal: Whole = 1


class WindowTable(Table):
    first: Day
    last: Day


class DeadlineTable(Table):
    printed: Text
    day: Day
    time: Clock | None = None
    reading: DeadlineReading = DeadlineReading.BEFORE


class AssignmentTable(Table):
    form: Text
    agency: Text | None = None
    agencies: tuple[Text, ...] = ()
    group: Text | None = None
    parts: tuple[Text, ...] = ()
    annex: str = ""
    partners: tuple[Text, ...] = ()
    partner_parts: tuple[Text, ...] = ()
    addressed: bool = True


class ReferenceTable(Table):
    form: Text
    title: Text
    file: Text
    agency_column: Text = "Đơn vị"
    columns: dict[Text, Text] = Field(min_length=1)
    tolerance: Tolerance = Decimal(0)


class RoundFile(Table):
    code: Code | None = None
    title: Text
    legal_basis: str = ""
    opens_at: Moment
    closes_at: Moment | None = None
    period: PeriodTable
    window: WindowTable
    deadline: DeadlineTable
    assignments: tuple[AssignmentTable, ...] = Field(min_length=1)
    previous: Code | None = None
    references: tuple[ReferenceTable, ...] = ()
    ladder: tuple[StepTable, ...] | None = None
    correction: tuple[StepTable, ...] | None = None
    quiet_hours: QuietHours | None = None
    correction_working_days: Count | None = None
    checks: dict[str, CheckTable] = Field(default_factory=dict)
