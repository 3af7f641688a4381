"""`doctor`: configuration, mailbox, outgoing mail, database, disk, clock, helpers: what works, what doesn't, what to
do.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from bot.cli.changed_checks import changed_checks, say_changed
from bot.cli.context import WRONG, JsonOption, print_json, settings_of, store_words, system_words
from bot.cli.deep_doctor import deep_lines
from bot.cli.holding_words import examine_lease
from bot.cli.trust_examined import policy_in_words, seen_lines
from bot.documents import isolation
from bot.documents.antivirus import ScannerDownError
from bot.documents.archive import has_library
from bot.mail import inbox, smtp
from bot.mail.inbox import JUNK_NAMES, Inbox, MailServerError
from bot.screens import say
from bot.settings import ConfigurationError, Settings
from bot.store.errors import StoreError
from bot.store.store import Store
from bot.text.dates import say_instant
from bot.wiring import ORDERS_KEY, SystemClock, load_secret, make_converter, make_scanner

GIB = 2**30
MAX_SKEW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at. `ok` None: worth knowing, neither good nor bad."""

    name: str
    ok: bool | None
    message: str


def register(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(
    context: typer.Context,
    as_json: JsonOption = False,
    deep: Annotated[bool, typer.Option("--deep", help="Also hash every file of the vault anew.")] = False,
) -> None:
    """What works, what doesn't, what to do. Exit code 1 when something doesn't."""
    settings = settings_of(context)
    results = list(_examine(settings))
    if deep:
        results += [Examined(*line) for line in deep_lines(settings)]
    if as_json:
        print_json([{"name": r.name, "ok": r.ok, "message": r.message} for r in results])
    else:
        out = print
        for r in results:
            mark = say(settings.language, "doctor.note" if r.ok is None else "doctor.ok" if r.ok else "doctor.bad")
            out(f"{mark} {r.name}: {r.message}")
    if any(r.ok is False for r in results):
        raise typer.Exit(WRONG)


def _examine(settings: Settings) -> Iterator[Examined]:
    def words(key: str, **params: object) -> str:
        return say(settings.language, f"doctor.{key}", **params)

    yield Examined(
        words("configuration"),
        True,
        words(
            "configuration_ok",
            agencies=len(settings.registry.agencies),
            forms=len(settings.forms),
            rounds=len(settings.rounds),
        ),
    )
    for warning in settings.warnings:
        yield Examined(words("warning"), None, f"{warning.file}: {warning.key}: {warning.message}")
    for changed in changed_checks(settings):
        yield Examined(words("checks"), None, say_changed(settings, changed))
    yield _data(settings, words)
    if settings.data_dir.is_dir() and settings.data_dir.stat().st_mode & 0o077:
        yield Examined(words("data"), False, words("data_open", path=settings.data_dir))
    yield from _orders_key(settings, words)
    yield _database(settings, words)
    yield Examined(words("trust"), None, policy_in_words(settings, words))
    for is_seen, told in seen_lines(settings, words):
        yield Examined(words("trust"), True if is_seen else None, told)
    yield from _troubles(settings, words)
    yield from _servers(settings, words)
    yield _clock(settings, words)
    yield from _helpers(settings, words)


def _data(settings: Settings, words: Callable[..., str]) -> Examined:
    path = settings.data_dir
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = path / f".doctor-{os.getpid()}"
        probe.write_bytes(b"thuky")
        probe.unlink()
        free = shutil.disk_usage(path).free
    except OSError as error:
        return Examined(
            words("data"), False, words("data_bad", path=path, error=system_words(settings.language, error))
        )
    limit = settings.office.vigilance.min_free_bytes
    key = "data_ok" if free >= limit else "data_low"
    told = words(key, path=path, free=round(free / GIB, 1), limit=round(limit / GIB, 1))
    return Examined(words("data"), free >= limit, told)


def _orders_key(settings: Settings, words: Callable[..., str]) -> Iterator[Examined]:
    """Only what is wrong with it: without it neither an order can be read nor a digest written."""
    path = settings.data_dir / ORDERS_KEY
    if path.exists():
        try:
            load_secret(settings.data_dir)
        except OSError as error:
            told = words("orders_key_bad", path=path, error=system_words(settings.language, error))
            yield Examined(words("orders_key"), False, told)


def _database(settings: Settings, words: Callable[..., str]) -> Examined:
    try:
        with Store.open(settings.database_url) as store:
            return Examined(words("database"), True, words("database_ok", mails=len(store.mails())))
    except StoreError as error:
        return Examined(words("database"), False, words("database_bad", error=store_words(settings.language, error)))


def _servers(settings: Settings, words: Callable[..., str]) -> Iterator[Examined]:
    try:
        settings.require_mail()
    except ConfigurationError as error:
        for fault in error.faults:
            place = f"{fault.file}: {fault.key}" if fault.key else fault.file
            told = words("setting_bad", place=place, found=fault.found, expected=fault.expected)
            yield Examined(words("imap" if "imap" in fault.key else "smtp"), False, told)
        return
    for name, endpoint, check in (
        ("imap", settings.imap, inbox.check_login),
        ("smtp", settings.smtp, smtp.check_login),
    ):
        try:
            check(endpoint)
        except MailServerError as error:
            key = "server_untrusted" if error.untrusted else "server_bad"
            yield Examined(words(name), False, words(key, error=error))
        else:
            yield Examined(words(name), True, words(f"{name}_ok", host=endpoint.host, port=endpoint.port))
            if name == "imap":
                yield _junk(settings, words)
                yield Examined(words("lease"), *examine_lease(settings, SystemClock(), words))


def _junk(settings: Settings, words: Callable[..., str]) -> Examined:
    """Whether Spam is read: agencies' mail is taken for it now and then."""
    if not settings.read_junk:
        return Examined(words("junk"), None, words("junk_off"))
    folder = settings.junk_folder
    try:
        with Inbox(settings.imap, settings.account) as opened:
            folder = folder or opened.find_folder("\\Junk", JUNK_NAMES)
            if folder is None:
                return Examined(words("junk"), None, words("junk_none"))
            opened.facts(folder)
    except MailServerError as error:
        return Examined(words("junk"), False, words("junk_bad", folder=folder or "", error=error))
    return Examined(words("junk"), True, words("junk_ok", folder=folder))


def _troubles(settings: Settings, words: Callable[..., str]) -> Iterator[Examined]:
    """What has been wrong for a while, as the last turns saw it."""
    try:
        with Store.open(settings.database_url) as store:
            lasting = store.troubles()
    except StoreError:
        return  # the database's own line says so
    for trouble in lasting:
        since = say_instant(settings.working_time.local(trouble.since), settings.language.value)
        what = words(trouble.code, subject=trouble.subject)
        told = words("trouble_lasts", what=what, since=since, error=trouble.params.get("error", ""))
        # One that is too young to be told may pass by itself.
        yield Examined(words("trouble"), False if trouble.told_at else None, told.strip())


def _helpers(settings: Settings, words: Callable[..., str]) -> Iterator[Examined]:
    """Programs that the office can do without, and what it cannot do without them."""
    converter = make_converter(settings)
    if converter is None:
        key = "libreoffice_off" if settings.libreoffice == "off" else "libreoffice_missing"
        yield Examined(words("libreoffice"), None, words(key))
    elif not os.access(converter.program, os.X_OK):
        yield Examined(words("libreoffice"), False, words("libreoffice_bad", path=converter.program))
    else:
        key = "libreoffice_ok" if converter.has_isolation else "libreoffice_open"
        yield Examined(words("libreoffice"), None, words(key, path=converter.program))
    yield _isolation(words)
    yield Examined(words("libarchive"), None, words("libarchive_ok" if has_library() else "libarchive_missing"))
    yield _scanner(settings, words)


def _scanner(settings: Settings, words: Callable[..., str]) -> Examined:
    """Whether the virus scanner answers: with one that is set and silent, mails with files wait."""
    scanner = make_scanner(settings)
    if scanner is None:
        return Examined(words("clamd"), None, words("clamd_off"))
    try:
        return Examined(words("clamd"), True, words("clamd_ok", version=scanner.ping()))
    except ScannerDownError as error:
        return Examined(words("clamd"), False, words("clamd_bad", error=error))


def _isolation(words: Callable[..., str]) -> Examined:
    """Whether the process that reads agencies' files is cut off from all else here, as far as it can be tried."""
    found = isolation.examine()
    if not found.came_through:
        return Examined(words("isolation"), True, words("isolation_ok"))
    what = "; ".join(words(f"isolation_{group}") for group in found.open_groups)
    return Examined(words("isolation"), None, words("isolation_part", what=what))


def _clock(settings: Settings, words: Callable[..., str]) -> Examined:
    """The machine's clock, held against the last thing that was done by it: a clock that has gone back is seen."""
    now = datetime.now(UTC)
    working_time, lang = settings.office.working_time, settings.language.value
    shown = say_instant(working_time.local(now), lang)
    try:
        with Store.open(settings.database_url) as store:
            last = max((m.finished_at for m in store.mails() if m.finished_at), default=now)
    except StoreError:
        last = now
    if last - now > MAX_SKEW:
        return Examined(
            words("clock"), False, words("clock_bad", now=shown, last=say_instant(working_time.local(last), lang))
        )
    return Examined(words("clock"), True, words("clock_ok", now=shown))
