"""A configuration folder → Settings, or all its faults at once.

Flow: language (so that faults speak it) → office.toml under the environment → agencies → forms → rounds' files →
calendar → ladder → rounds. No step stops at a fault: each goes on with what is right, and at the end
ConfigurationError carries everything. Nothing is guessed, nothing is written.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.agency import Registry
from bot.domain.form import Form
from bot.domain.ladder import Ladder
from bot.domain.mail import Endpoint
from bot.domain.office import Language, WorkingTime
from bot.domain.round import Round
from bot.domain.trust import TrustPolicy
from bot.settings.agencies import AgencyList, build_registry, read_entries
from bot.settings.checks import build_checks
from bot.settings.environment import ENVIRONMENT, Layers
from bot.settings.faults import Fault
from bot.settings.forms import load_forms
from bot.settings.ladder import build_ladder
from bot.settings.mailbox import build_endpoint, build_token_source
from bot.settings.models import ImapTable, LadderFile, OfficeFile
from bot.settings.office import addresses, build_office, document_limits
from bot.settings.previous import link_previous
from bot.settings.report import ConfigurationError, Report
from bot.settings.rounds import RoundContext, build_round, check_together, years_of
from bot.settings.settings import Settings
from bot.settings.toml_files import read_toml, validate_fields
from bot.settings.working_time import build_working_time

SECRETS = (
    ("imap", "password"), ("smtp", "password"), ("oauth2", "client_secret"), ("oauth2", "refresh_token"),
)  # fmt: skip
DEFAULT_TIMEZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def load(folder: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of `folder` with the THUKY_* variables of `environ` over those of office.toml.

    Relative paths in office.toml start from the folder that holds `folder`. Raises ConfigurationError with every
    fault found; `file` of a fault begins with `folder` as it was given, or is `environment`.
    """
    report = Report(Language.VI)
    if not folder.is_dir():
        report = Report(_language({}, environ))
        report.fault(str(folder), "", report.say("no_folder"), "the_folder")
        raise ConfigurationError(report.faults, report.language)
    return _Loader(folder, environ).load()


class _Loader:
    """One run over one folder; what the steps share."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.environ = environ
        self.base = folder.resolve().parent
        # The language must be known before anything is said: a file that cannot be read is read again in it.
        self.office_tables = read_toml(self._path("office.toml"), self._name("office.toml"), Report(Language.VI))
        self.report = Report(_language(self.office_tables or {}, environ))
        if self.office_tables is None:
            read_toml(self._path("office.toml"), self._name("office.toml"), self.report)

    def load(self) -> Settings:
        report, name = self.report, self._name
        tables = self.office_tables or {}
        for at, secret in SECRETS:
            table = tables.get(at)
            if isinstance(table, dict) and secret in table:
                del table[secret]
                words = {"variable": f"THUKY_{at.upper()}__{secret.upper()}", "credential": f"{at}_{secret}"}
                words["instead"] = f"{secret}_file"
                report.fault(name("office.toml"), f"{at}.{secret}", report.say("hidden"), "password_elsewhere", **words)
        self._moved(tables)
        layers = Layers(name("office.toml"), tables, self.environ, report)
        office = (
            {}
            if self.office_tables is None
            else validate_fields(OfficeFile, layers.data, name("office.toml"), report, layers.place)
        )
        endpoints, mail_faults = self._endpoints(office, layers)
        self.checks = build_checks(office.get("checks", {}), lambda code: layers.of("checks", code), report)
        timezone = ZoneInfo(office["timezone"]) if "timezone" in office else DEFAULT_TIMEZONE

        listed = self._agencies()
        own, people = addresses(office)
        registry = build_registry(listed, own, people, report)
        forms, broken_forms = self._forms()
        round_tables = self._round_tables()
        working_time = self._working_time(timezone, round_tables)
        ladder = self._ladder(working_time)
        context = RoundContext(timezone, listed, registry, forms, broken_forms, ladder, working_time, self.folder)
        rounds = self._rounds(round_tables, context)
        self._check_office(office, layers)
        if report.faults:
            raise ConfigurationError(report.faults, report.language)
        return self._settings(office, endpoints, mail_faults, working_time, registry, listed, forms, rounds)

    def _moved(self, tables: dict[str, Any]) -> None:
        """A key that stood elsewhere in earlier versions: who set it must not go on unprotected and unaware."""
        variable, orders = "THUKY_AUTHENTICATION__AUTHSERV_ID", tables.get("orders")
        if isinstance(orders, dict) and "authserv_id" in orders:
            found = self.report.shown(orders.pop("authserv_id"))
            self.report.fault(
                self._name("office.toml"), "orders.authserv_id", found, "authserv_id_moved", variable=variable
            )
        old = "THUKY_ORDERS__AUTHSERV_ID"
        if old in self.environ:
            found = self.report.shown(self.environ[old])
            self.report.fault(ENVIRONMENT, old, found, "authserv_id_moved", variable=variable)

    # ---- the files -----------------------------------------------------------------------------------------

    def _endpoints(self, office: dict[str, Any], layers: Layers) -> tuple[dict[str, Endpoint], list[Fault]]:
        endpoints: dict[str, Endpoint] = {}
        later: list[Fault] = []
        tokens = None
        if office.get("oauth2") is not None and "data_dir" in office:
            tokens, later = build_token_source(
                office["oauth2"],
                layers=layers,
                environ=self.environ,
                base=self.base,
                data_dir=self._data_dir(office),
                ca_file=None,
                report=self.report,
            )
        for server in ("imap", "smtp"):
            if server in office:
                endpoints[server], faults = build_endpoint(
                    server,
                    office[server],
                    layers=layers,
                    environ=self.environ,
                    base=self.base,
                    default_timeout=office.get("timeout_seconds", 60),
                    report=self.report,
                    other=endpoints.get("imap"),
                    tokens=tokens,
                )
                later += faults
        return endpoints, later

    def _agencies(self) -> AgencyList:
        toml, xlsx = self._path("agencies.toml"), self._path("agencies.xlsx")
        if xlsx.exists() and toml.exists():
            self.report.fault(self._name("agencies.xlsx"), "", self.report.say("both_files"), "one_agency_list")
        elif xlsx.exists():
            from bot.settings.agencies_xlsx import read_workbook  # openpyxl takes longer than all other loading

            return read_workbook(xlsx, self._name("agencies.xlsx"), self.report)
        tables = read_toml(toml, self._name("agencies.toml"), self.report)
        if tables is None:
            return AgencyList(self._name("agencies.toml"))
        return read_entries(tables, self._name("agencies.toml"), self.report)

    def _forms(self) -> tuple[dict[str, Form], frozenset[str]]:
        """The good forms, and the codes of those whose file has faults."""
        if not self._path("forms").is_dir():
            name = self._name("forms")
            self.report.fault(name, "", self.report.say("no_folder"), "the_file", name="forms/*.toml")
            return {}, frozenset()
        forms, faults = load_forms(self._path("forms"))
        for fault in faults:
            inside = fault.file.startswith("forms/")
            self.report.add(replace(fault, file=self._name(fault.file)) if inside else fault)
        return forms, frozenset(p.stem for p in self._path("forms").glob("*.toml") if p.stem not in forms)

    def _round_tables(self) -> dict[str, dict[str, Any]]:
        """The rounds' files by code, as far as they are TOML."""
        found: dict[str, dict[str, Any]] = {}
        for path in sorted(self._path("rounds").glob("*.toml")):
            if not path.name.startswith("."):
                tables = read_toml(path, self._name(f"rounds/{path.name}"), self.report)
                if tables is not None:
                    found[path.stem] = tables
        if not found and not self.report.faults:
            self.report.warn(self._name("rounds"), "", "w_no_rounds")
        return found

    def _working_time(self, timezone: ZoneInfo, rounds: Mapping[str, Mapping[str, Any]]) -> WorkingTime:
        name = self._name("holidays.toml")
        # Without the file the national calendar and the usual hours hold.
        tables = (
            read_toml(self._path("holidays.toml"), name, self.report) if self._path("holidays.toml").exists() else {}
        )
        return build_working_time(tables or {}, timezone, years_of(rounds), name, self.report)

    def _ladder(self, working_time: WorkingTime) -> Ladder:
        name = self._name("ladder.toml")
        tables = read_toml(self._path("ladder.toml"), name, self.report)
        if tables is None:
            return Ladder()
        return build_ladder(
            validate_fields(LadderFile, tables, name, self.report),
            name,
            "steps",
            working_time,
            self.report,
            raw=tables,
        )

    def _rounds(self, files: Mapping[str, dict[str, Any]], context: RoundContext) -> tuple[Round, ...]:
        built = (
            build_round(code, tables, self._name(f"rounds/{code}.toml"), context, self.report)
            for code, tables in files.items()
        )
        rounds = tuple(sorted((r for r in built if r is not None), key=lambda r: (r.opens_at, r.code)))
        rounds = link_previous(rounds, files, self.report, self._name("rounds"))
        check_together(rounds, context.registry, self.report, self._name("rounds"))
        return rounds

    # ---- the whole -----------------------------------------------------------------------------------------

    def _check_office(self, office: dict[str, Any], layers: Layers) -> None:
        table, coordinator = office.get("office"), office.get("coordinator")
        if table is not None and coordinator is not None and coordinator.address == table.address:
            self.report.warn(*layers.of("coordinator", "address"), "w_coordinator_is_office")
        sending = office.get("sending")
        if sending is not None and sending.reserved and sending.reserved >= sending.per_day:
            self.report.fault(*layers.of("sending", "reserved"), str(sending.reserved), "reserved_below_day")
        imap = office.get("imap")
        if imap is not None and imap.lease_folder.strip().casefold() in (
            (f or "").casefold() for f in ("INBOX", imap.inbox_folder, imap.junk_folder, imap.sent_folder) if f
        ):
            self.report.fault(*layers.of("imap", "lease_folder"), imap.lease_folder, "lease_folder_alone")
        self._check_vouching(office, layers)
        first, longest = office.get("retry_seconds", 1), office.get("retry_max_seconds", 1)
        if first > longest:
            self.report.warn(*layers.of("retry_seconds"), "w_retry", first=f"{first:g}", longest=f"{longest:g}")

    def _check_vouching(self, office: dict[str, Any], layers: Layers) -> None:
        """Proof is asked for, so somebody must be able to give it."""
        rules, orders = office.get("authentication"), office.get("orders")
        if rules is None or orders is None or rules.authserv_id or rules.own_check:
            return
        if rules.policy is not TrustPolicy.OFF:
            self.report.fault(*layers.of("authentication", "own_check"), "false", "somebody_vouches")
        elif orders.authenticated:
            self.report.fault(*layers.of("orders", "authenticated"), "true", "somebody_vouches")

    def _settings(
        self,
        office: dict[str, Any],
        endpoints: dict[str, Endpoint],
        mail_faults: list[Fault],
        working_time: WorkingTime,
        registry: Registry,
        listed: AgencyList,
        forms: dict[str, Form],
        rounds: tuple[Round, ...],
    ) -> Settings:
        imap: ImapTable = office["imap"]
        data_dir = self._data_dir(office)
        return Settings(
            folder=self.folder.resolve(),
            office=build_office(office, working_time, self.checks),
            imap=endpoints["imap"],
            smtp=endpoints["smtp"],
            account=f"{imap.user}@{imap.host}",
            inbox_folder=imap.inbox_folder,
            sent_folder=imap.sent_folder,
            lease_folder=imap.lease_folder.strip(),
            junk_folder=imap.junk_folder,
            read_junk=imap.read_junk,
            dns_server=office["authentication"].dns_server or "",
            poll_seconds=office["poll_seconds"],
            stuck_seconds=office["stuck_seconds"],
            retry_seconds=min(office["retry_seconds"], office["retry_max_seconds"]),
            retry_max_seconds=office["retry_max_seconds"],
            timeout_seconds=office["timeout_seconds"],
            data_dir=data_dir,
            database_url=office["database_url"] or f"sqlite:///{data_dir / 'thuky.db'}",
            allow_time_travel=office["allow_time_travel"],
            digest_at=office["digest"].at,
            max_attempts=office["limits"].max_attempts,
            libreoffice=office["documents"].libreoffice,
            document_limits=document_limits(office["documents"].limits),
            clamd=office["antivirus"].clamd,
            scan_seconds=office["antivirus"].timeout_seconds,
            registry=registry,
            groups=dict(listed.groups),
            forms=forms,
            rounds=rounds,
            warnings=self.report.warnings,
            mail_faults=tuple(mail_faults),
        )

    def _data_dir(self, office: dict[str, Any]) -> Path:
        return self.base / Path(office["data_dir"]).expanduser()

    def _path(self, name: str) -> Path:
        return self.folder / name

    def _name(self, name: str) -> str:
        return str(self.folder / name)


def _language(tables: Mapping[str, Any], environ: Mapping[str, str]) -> Language:
    """The office's language before anything is validated; Vietnamese where it cannot be known."""
    try:
        return Language(environ.get("THUKY_LANGUAGE") or tables.get("language", ""))
    except ValueError:
        return Language.VI
