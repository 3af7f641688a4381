"""What no mail tells is written down where mails are: a note in the Sent folder, put there and never sent.

Decisions, mails that wait for a person, mails of ours that went nowhere, refused recipients, down-times, files with a
virus. `thuky rebuild` reads them back. The folder is asked for the note's Message-ID first, since a crash may have come
between. Raises MailServerError; what could not be put there now is put there in a later turn.
"""

from dataclasses import replace

from bot.domain.ledger import Note
from bot.flows.services import Services
from bot.mail.inbox import SENT_NAMES, Inbox
from bot.mail.ledger_note import build_note, note_id
from bot.store.vault import VaultError
from bot.text.dates import say_instant


def sent_folder(services: Services, inbox: Inbox) -> str:
    """The folder that copies go to: the one that the settings name, or that the server marks (`\\Sent`, RFC 6154), or
    that is called so. Raises MailServerError.
    """
    return services.sent_folder or inbox.find_folder("\\Sent", SENT_NAMES) or "Sent"


def write_notes(services: Services, inbox: Inbox) -> int:
    """Puts a note of every fact that has none into the Sent folder. Returns how many facts were noted."""
    folder, count = "", 0
    while pending := services.store.unnoted():
        folder = folder or sent_folder(services, inbox)
        for fact in pending:
            note = _with_files(services, fact)
            message_id = note_id(note, services.office.address)
            now = services.now()
            if not inbox.has_message_id(folder, message_id):
                inbox.append(folder, _mail_of(services, note), now, seen=True)
            services.store.set_noted(note.about, message_id, now)
            count += 1
    if count:
        services.journal.info("facts_noted", notes=count)
    return count


def _with_files(services: Services, note: Note) -> Note:
    """With the bytes that no mail carries: the files handed in by hand, and a mail that never went out."""
    if note.kind == "outgoing":
        raw = services.store.outgoing_mail(note.facts["outgoing_id"]).mail.raw
        facts = {name: value for name, value in note.facts.items() if name != "outgoing_id"}
        return replace(note, facts=facts, files=(("mail.eml", raw),))
    files = (note.facts.get("submission") or {}).get("files", ())
    kept = []
    for file in files:
        try:
            kept.append((file["name"], services.vault.read(file["sha256"])))
        except VaultError:  # its name and digest are noted all the same
            services.journal.warning("file_missing", about=note.about, sha256=file["sha256"])
    return replace(note, files=tuple(kept))


def _mail_of(services: Services, note: Note) -> bytes:
    office, words = services.office, services.papers.screens
    local, facts = office.working_time.local, note.facts
    said = words["ledger"]
    about = facts.get("kind", "") if note.kind == "decision" else note.kind
    what = words["decisions"].get(about, about) if note.kind == "decision" else said[note.kind]
    mail = facts.get("mail") or {}
    agency = facts.get("agency") or ""
    name = services.registry.get(agency).name if agency in services.registry else ""
    whom = name or facts.get("address") or mail.get("sender", "") or ", ".join(facts.get("to", ()))
    number = facts.get("id") or mail.get("id") or ""
    lines = [said["intro"].format(office=office.name), "", said["what"].format(what=what, number=number).strip()]
    shown = {
        "whom": whom,
        "round": facts.get("round") or "",
        "form": facts.get("form") or "",
        "who": facts.get("who") or "",
        "why": facts.get("why") or facts.get("error", "").strip().rpartition("\n")[2] or facts.get("diagnostic", ""),
        "subject": facts.get("subject") or mail.get("subject", ""),
        "when": say_instant(local(note.at), office.language),
        "files": ", ".join(name for name, _ in note.files),
    }
    lines += [said[word].format(value=value) for word, value in shown.items() if value]
    subject = said["title"].format(what=what, whom=whom or note.about, number=number)
    return build_note(
        note,
        name=office.name,
        address=office.address,
        date=local(services.now()),
        subject=" ".join(subject.split())[:200],
        text="\n".join([*lines, "", said["keep"], ""]),
    )
