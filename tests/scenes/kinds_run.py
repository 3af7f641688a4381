"""Every kind of file, mailed for real: one agency a kind, one `thuky once`, and what lies in the mailboxes after it.

Flow: an office is written (the sample office's forms, an agency for each kind) → the files are made → faulty ones are
mailed first, right ones after them, by SMTP through Postfix into Dovecot → `thuky once` → answers by IMAP, files from
`reports/`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any

from file_kinds import KINDS, Kind, Reports
from mail_servers import MailServers
from office_formats import saved_as
from scene_office import ROOT, SceneOffice, at

from bot.demo.scenes import Cast
from bot.documents.archive import has_library
from bot.documents.converter import find_libreoffice
from bot.settings import load

DOMAIN = "binhduong.example"
ROUND = "2023-q1"
NOW = at(3, 8)
_FIRST = ("An", "Bình", "Tân", "Phú", "Long", "Hòa", "Vĩnh", "Thạnh", "Thuận")
_SECOND = ("Hiệp", "Sơn", "Lộc", "Phước", "Điền", "Thọ", "Khánh", "Mỹ")
Key = tuple[str, bool]
"""A kind, and whether it is its twin with a fault."""
Sent = dict[Key, tuple[EmailMessage, tuple[str, ...]]]


def names() -> list[str]:
    """A commune's name for each kind; those of the two ways of placing marks have such letters in it."""
    plain = [f"UBND xã {a} {b}" for a in _FIRST for b in _SECOND if a not in ("Hòa",)]
    return ["UBND xã Hòa Thủy" if k.code == "newmarks" else "UBND xã Hoà Thuỷ Đông" if k.code == "oldmarks" else n
            for k, n in zip(KINDS, plain, strict=False)]  # fmt: skip


def write_office(folder: Path, kinds: Sequence[Kind] = KINDS) -> Path:
    """An office folder whose agencies are the kinds: each owes one form."""
    assert len(names()) == len(KINDS) == len({k.code for k in KINDS})
    config = folder / "office"
    (config / "rounds").mkdir(parents=True)
    for name in ("office.toml", "holidays.toml"):
        (config / name).write_text((ROOT / "config" / name).read_text("utf-8"), "utf-8")
    (config / "ladder.toml").write_text("steps = []\n", "utf-8")
    (config / "forms").symlink_to(ROOT / "config" / "forms")
    agencies = ['[groups]\nxa = "Xã"\n']
    duties = []
    for kind, name in zip(KINDS, names(), strict=True):
        if kind in kinds:
            address = f'{{ address = "{kind.code}@{DOMAIN}" }}'
            agencies.append(
                f'[[agencies]]\ncode = "{kind.code}"\nname = "{name}"\ngroup = "xa"\ncontacts = [{address}]\n'
            )
            duties.append(f'[[assignments]]\nform = "{kind.form}"\nagency = "{kind.code}"\n')
    (config / "agencies.toml").write_text("\n".join(agencies), "utf-8")
    shipped = (ROOT / "config" / "rounds" / f"{ROUND}.toml").read_text("utf-8")
    head = shipped.partition("# ---- Báo cáo bằng lời")[0]
    (config / "rounds" / f"{ROUND}.toml").write_text(head + "\n".join(duties), "utf-8")
    return config


@dataclass(frozen=True)
class Came:
    """What one mail came to. `places`: code and cell or part, of what has one."""

    outcome: str
    codes: tuple[str, ...]
    places: tuple[tuple[str, str], ...]
    subject: str
    enclosed: tuple[str, ...]
    kept: tuple[Path, ...]
    answer: EmailMessage | None


@dataclass(frozen=True)
class Row:
    """What came of one kind: its right report, and its faulty twin where there is one."""

    kind: Kind
    mailed: tuple[str, ...]
    good: Came
    twin: Came | None


def accounts() -> list[str]:
    return [f"baocao@{DOMAIN}", f"dieuphoi@{DOMAIN}", *(f"{k.code}@{DOMAIN}" for k in KINDS)]


def usable() -> list[Kind]:
    """The kinds that this machine can make."""
    there = {"libreoffice": find_libreoffice() is not None, "libarchive": has_library()}
    return [k for k in KINDS if all(there[name] for name in k.needs())]


def make_reports(config: Path, kinds: Sequence[Kind], folder: Path, *, twins: bool) -> dict[Key, Reports]:
    """The reports of each kind and, with `twins`, of those with a fault."""
    settings = load(config, {})
    (round_,) = settings.rounds
    converted: dict[tuple[str, str], bytes] = {}
    found = {}
    for kind in kinds:
        cast = Cast(settings, round_, settings.registry.get(kind.code))
        for faulty in (False, True) if kind.twin and twins else (False,):
            found[kind.code, faulty] = Reports(cast, faulty, converted)
    wanted = {
        (r.name, k.saves): r.docx if k.form == "narrative" else r.xlsx
        for k in kinds
        if k.saves
        for r in (found.get((k.code, False)), found.get((k.code, True)))
        if r is not None
    }
    if wanted:
        converted.update(saved_as(wanted, folder))
    return found


def send(office: SceneOffice, kind: Kind, reports: Reports) -> tuple[EmailMessage, tuple[str, ...]]:
    """Mails one kind; gives the mail and the names of its files."""
    mail = EmailMessage()
    sender = f"{kind.code}@{DOMAIN}"
    mail["From"], mail["To"], mail["Subject"] = sender, office.box, "Báo cáo CCHC"
    mail["Date"], mail["Message-ID"] = format_datetime(NOW), make_msgid(domain=DOMAIN)
    mail.set_content(kind.text)
    files = kind.files(reports)
    for name, payload in files:
        mail.add_attachment(payload, maintype="application", subtype="octet-stream", filename=name)
    office.servers.send(mail, sender, [office.box])
    return mail, tuple(name for name, _ in files)


def run(servers: MailServers, folder: Path) -> dict[str, Row]:
    """Mails every kind that can be made here, runs `thuky once`, reads what came back."""
    kinds = usable()
    office = office_of(servers, folder, [k.code for k in kinds])
    sent, came = mailed(office, kinds, folder / "made", twins=True)
    return {
        k.code: Row(k, sent[k.code, False][1], came[k.code, False], came.get((k.code, True)))
        for k in kinds
    }  # fmt: skip


def office_of(servers: MailServers, folder: Path, codes: Sequence[str]) -> SceneOffice:
    """A freshly configured office whose agencies are these kinds."""
    return SceneOffice(servers, folder, config=write_office(folder, [k for k in KINDS if k.code in codes]))


def answers_of(office: SceneOffice, codes: Sequence[str], made: Path) -> dict[str, Came]:
    """What comes of the right reports of these kinds, mailed in this order."""
    by_code = {k.code: k for k in KINDS}
    _, came = mailed(office, [by_code[code] for code in codes], made, twins=False)
    return {code: came[code, False] for code in codes}


def mailed(office: SceneOffice, kinds: Sequence[Kind], made: Path, *, twins: bool) -> tuple[Sent, dict[Key, Came]]:
    """Mails the kinds, those with a fault first, runs `thuky once` and reads what came of each (kind, faulty)."""
    reports = make_reports(office.config, kinds, made, twins=twins)
    sent: Sent = {}
    for kind in kinds:
        for faulty in (True, False) if kind.twin and twins else (False,):
            sent[kind.code, faulty] = send(office, kind, reports[kind.code, faulty])
    office.once(NOW)
    mails = {m["message_id"]: m for m in office.mails()}
    inboxes = {k.code: office.got(f"{k.code}@{DOMAIN}") for k in kinds}
    return sent, {key: came_of(office, mails[mail["Message-ID"]], inboxes[key[0]]) for key, (mail, _) in sent.items()}


def came_of(office: SceneOffice, found: dict[str, Any], inbox: Sequence[EmailMessage]) -> Came:
    """What became of a mail (as `thuky mails --json` shows it), its answer and its files where there are any."""
    findings = [f for s in found["submissions"] for f in s["findings"]]
    spots = ((f["code"], f["place"].get("cell") or f["place"].get("part")) for f in findings)
    places, codes = tuple((code, spot) for code, spot in spots if spot), tuple(sorted({f["code"] for f in findings}))
    answers = [m for m in inbox if m["In-Reply-To"] == found["message_id"]]
    assert len(answers) <= 1
    answer = answers[0] if answers else None
    enclosed = tuple(str(p.get_filename()) for p in answer.iter_attachments()) if answer else ()
    paths = tuple(office.data / f["path"] for s in found["submissions"] for f in s["files"] if f["path"])
    subject = str(answer["Subject"]) if answer else ""
    return Came(found["outcome"], codes, places, subject, enclosed, paths, answer)
