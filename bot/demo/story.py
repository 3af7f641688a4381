"""One round on an embedded mail server: sample agencies mail good, bad and odd reports while the clock runs from the
request to the third day after the deadline.

The office is the configuration that the command was given; only its servers, its data folder and its clock are the
demo's. What happens is done by the same flows as in `thuky run`, mail for mail over SMTP and IMAP.
"""

import os
import re
import shutil
import smtplib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bot.daemon import once
from bot.demo.clock import StoryClock
from bot.demo.index import write_index
from bot.demo.scenes import Act, Cast, File, acts
from bot.demo.server import EmbeddedMailServer
from bot.domain.decision import Action, Order
from bot.domain.mail import Outcome
from bot.domain.round import Round, RoundState
from bot.flows import decisions
from bot.flows.order_links import link_for
from bot.flows.services import Services
from bot.flows.snapshot import load_states
from bot.mail.parse import parse
from bot.settings import Settings, load
from bot.text.dates import say_date
from bot.wiring import open_services

PASSWORD = "demo"  # noqa: S105  of a server that lives in this process only
MARKER = ".thuky-demo"
DAYS_AFTER = 4
DAYS_GRANTED = 4
OFFICE_TYPES = {
    "docx": "vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class DemoError(Exception):
    """The demo cannot be played; the message names the folder that is in the way."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened, for whoever watches. `sent` counts mails that the bot sent at that moment."""

    at: datetime
    agency: str = ""
    subject: str = ""
    sent: int = 0


@dataclass(frozen=True, slots=True)
class Played:
    """The end of the story: the services are still open while the block runs."""

    services: Services
    state: RoundState
    page: Path


@dataclass
class _Stage:
    """The running server, the clock and what each address mailed last."""

    settings: Settings
    services: Services
    server: EmbeddedMailServer
    clock: StoryClock
    round: Round
    last_files: dict[str, list[File]] = field(default_factory=dict)


@contextmanager
def play(config: Path, keep: Path | None, watch: Callable[[Told], None]) -> Iterator[Played]:
    """Plays the whole round; `keep` is where everything is left (a new temporary folder when None).

    Raises DemoError when `keep` holds something that is not an earlier demo, ConfigurationError and
    EmbeddedServerError.
    """
    folder = _empty_folder(keep)
    plain = load(config, _environment(os.environ, folder, "127.0.0.1", 1, 1))
    round_ = min(plain.rounds, key=lambda r: r.opens_at)
    clock = StoryClock(round_.opens_at - timedelta(minutes=5))
    people = [*plain.office.coordinator_addresses, plain.office.address]
    people += [c.address for a in plain.registry for c in a.contacts] + [a.sender for a in acts() if a.sender]
    with EmbeddedMailServer(dict.fromkeys(people, PASSWORD), clock=clock.now) as server:
        settings = load(config, _environment(os.environ, folder, server.host, server.imap_port, server.smtp_port))
        with open_services(settings, clock, journal_level="error") as services:
            stage = _Stage(settings, services, server, clock, round_)
            _play_all(stage, watch)
            (state,) = load_states(services, (round_,), clock.now())
            yield Played(services, state, write_index(folder, services, state))


def _empty_folder(keep: Path | None) -> Path:
    """A folder of our own: a new one, or the last demo's emptied. Nothing else is ever removed."""
    if keep is None:
        folder = Path(tempfile.mkdtemp(prefix="thuky-demo-"))
    else:
        folder = keep.resolve()
        if folder.exists() and any(folder.iterdir()):
            if not (folder / MARKER).exists():
                raise DemoError(str(folder))
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).write_text("made by thuky demo, which may empty this folder\n", "utf-8")
    return folder


def _environment(base: Mapping[str, str], folder: Path, host: str, imap: int, smtp: int) -> dict[str, str]:
    """The settings of the demo over those of the office: its own servers on loopback and its own data folder."""
    kept = {k: v for k, v in base.items() if not k.startswith("THUKY_") or k == "THUKY_LANGUAGE"}
    servers = {
        f"THUKY_{kind}__{name}": value
        for kind, port in (("IMAP", imap), ("SMTP", smtp))
        for name, value in (("HOST", host), ("PORT", str(port)), ("SECURITY", "none"), ("PASSWORD", PASSWORD))
    }
    return kept | servers | {"THUKY_DATA_DIR": str(folder / "data"), "THUKY_ALLOW_TIME_TRAVEL": "true"}


def _play_all(stage: _Stage, watch: Callable[[Told], None]) -> None:
    """Every act at its hour, and the clock at the office's hours in between."""
    working_time = stage.services.office.working_time
    last_day = stage.round.deadline.last_day

    def moment(day: int, hour: int, minute: int) -> datetime:
        return datetime.combine(last_day + timedelta(days=day), time(hour, minute), working_time.timezone)

    story = [(moment(a.day, a.hour, a.minute), a) for a in acts()]
    first = working_time.local(stage.round.opens_at).date()
    days = (last_day - first).days + DAYS_AFTER
    ticks = [datetime.combine(first + timedelta(days=d), time(8), working_time.timezone) for d in range(days + 1)]
    beats: list[tuple[datetime, Act | None]] = sorted([*story, *((t, None) for t in ticks)], key=lambda b: b[0])
    for at, act in beats:
        _read_meanwhile(stage, at)
        stage.clock.move_to(at)
        if act is not None:
            _mail(stage, act)
            watch(Told(at, act.agency, act.subject))
        sent = once(stage.services).sent
        if act is None and sent:
            watch(Told(at, sent=sent))
        _decide(stage, at, moment)


def _read_meanwhile(stage: _Stage, until: datetime) -> None:
    """The clock leaps over hours in which a daemon would have read the mailbox all along, and found it empty. Without
    this the page would take each leap for down-time, and propose a grace for it.
    """
    services = stage.services
    while stage.clock.now() + services.office.vigilance.outage < until:
        stage.clock.move_to(stage.clock.now() + services.office.vigilance.outage)
        services.store.note_reading(services.account, stage.clock.now())


def _decide(stage: _Stage, at: datetime, moment: Callable[[int, int, int], datetime]) -> None:
    """The coordinator's part: an unknown address is bound after a telephone call; an agency that has asked for more
    time gets it, by the link in that morning's page.
    """
    who, services = stage.services.office.coordinator.address, stage.services
    bound = services.store.bindings()
    stranger = next((a for a in acts() if a.sender and a.known and moment(a.day, a.hour, a.minute) == at), None)
    if stranger and stranger.sender not in bound:
        decisions.carry_out(
            services, decisions.bind(services, stranger.sender, stranger.agency, who=who, why="Đã gọi điện xác nhận")
        )
        once(services)
    if at == moment(0, 8, 45) and "pg" in stage.round.agencies:
        _grant(stage, "pg")
        once(services)


def _grant(stage: _Stage, agency: str) -> None:
    """The coordinator opens the newest page in the mail program, and answers its link that extends that agency."""
    services, who = stage.services, stage.services.office.coordinator.address
    ask = next(m for m in services.store.mails(outcome=Outcome.HELD) if m.agency == agency)
    order = Order(Action.EXTEND, stage.round.code, agency, mail_id=ask.id, until=_granted(stage))
    link = link_for(services, order, stage.clock.now())
    page = message_from_bytes(stage.server.messages(who)[-1], policy=policy.default)
    html = page.get_body(("html",))
    hrefs = re.findall(r'href="(mailto:[^"]+)"', html.get_content()) if html else ()
    shown = (unescape(href) for href in hrefs)
    fields = parse_qs(urlsplit(next((href for href in shown if link.code in href), link.href)).query)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = who, services.office.address, fields["subject"][0]
    mail["Date"] = format_datetime(services.office.working_time.local(stage.clock.now()))
    mail["Message-ID"] = make_msgid(domain=who.partition("@")[2])
    mail.set_content(f"{fields['body'][0]}mất điện toàn huyện\n")
    _send(stage, who, mail)


def _granted(stage: _Stage) -> date:
    """The last day of the extension that the story tells of."""
    return stage.round.deadline.last_day + timedelta(days=DAYS_GRANTED)


def _mail(stage: _Stage, act: Act) -> None:
    agency = stage.services.registry.get(act.agency)
    sender = act.sender or agency.contacts[0].address
    files = stage.last_files.get(sender, []) if act.again else _files(stage, act)
    stage.last_files[sender] = list(files)
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = stage.services.office.address
    mail["Subject"] = act.subject
    mail["Date"] = format_datetime(stage.services.office.working_time.local(stage.clock.now()))
    mail["Message-ID"] = make_msgid(domain=sender.partition("@")[2])
    for name, value in (act.headers or {}).items():
        mail[name] = value
    if act.answers:
        _thread(stage, mail, sender)
    mail.set_content(act.text.replace("{until}", say_date(_granted(stage), "vi")))
    for name, payload in files:
        subtype = OFFICE_TYPES[name.rpartition(".")[2]]
        mail.add_attachment(payload, maintype="application", subtype=subtype, filename=name)
    _send(stage, sender, mail)


def _send(stage: _Stage, sender: str, mail: EmailMessage) -> None:
    with smtplib.SMTP(stage.server.host, stage.server.smtp_port, timeout=30) as smtp:
        smtp.sendmail(sender, [stage.services.office.address], mail.as_bytes(policy=policy.SMTP))


def _files(stage: _Stage, act: Act) -> list[File]:
    if act.files is None:
        return []
    return list(act.files(Cast(stage.settings, stage.round, stage.services.registry.get(act.agency))))


def _thread(stage: _Stage, mail: EmailMessage, address: str) -> None:
    """Hangs the mail under the newest notice that this address got, as a mail program's reply button does."""
    got = stage.server.messages(address)
    if not got:
        return
    newest = parse(got[-1])
    mail["In-Reply-To"] = newest.message_id
    mail["References"] = " ".join((*newest.references, newest.message_id))
