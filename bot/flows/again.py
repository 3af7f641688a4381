"""A report that is taken up again without its file: its signed copy comes, or the cause of a difference is given.

The file of the version that counts is read again from the vault, checked anew with what has come, and becomes the next
version: submissions never change. Failure policy: as `bot.flows.history`.
"""

from collections.abc import Sequence

from bot.decide.mail_words import own_text
from bot.decide.stated import agency_names, read_stated
from bot.domain.agency import Agency
from bot.domain.form import Form
from bot.domain.mail import Attachment, InboundMail
from bot.domain.round import Round
from bot.domain.submission import Submission
from bot.flows.history import counting
from bot.flows.reading import tagged
from bot.flows.services import Services
from bot.flows.submit import Case, causes_asked, check_file, saved, submission
from bot.mail.parse import parse

_MAILS_READ = 5


def own_words(services: Services, agency: Agency, round_: Round, mail: InboundMail) -> tuple[str, ...]:
    """What the agency writes in this mail, first and perhaps empty; behind it, where figures are held against the
    office's own, what it wrote in its last mails for the round, the newest first. Quoted mails do not count.
    """
    own = own_text(mail.text).strip()
    if not round_.references:
        return (own,)
    mails = [m for m in services.store.mails(round=round_.code) if m.agency == agency.code]
    earlier = [m.sha256 for m in mails if m.sha256 and m.sha256 != mail.sha256][-_MAILS_READ:]
    said = [own_text(parse(services.vault.read(sha256)).text).strip() for sha256 in reversed(earlier)]
    return (own, *filter(None, said))


def follow_up(
    services: Services, case: Case, form: Form, versions: Sequence[Submission], scans: Sequence[Attachment] = ()
) -> Submission | None:
    """The next version: the files of the one that counts, these scans beside them, checked with all that is known
    now. None where that version has no file (it was noted by hand).
    """
    base = counting(versions, services.store.decisions(round=case.round.code), form.code)
    if base is None or not base.files:
        return None
    main = base.files[0]
    document = services.sandbox.read(services.vault.read(main.sha256), main.name)
    stated = tagged(services, document, read_stated(document, agency_names(services.registry)))
    findings = check_file(services, case, form, main.name, document, stated)
    kept = [(f.name, f.sha256, f.size) for f in base.files]
    added = [saved(services, scan) for scan in scans]
    return submission(services, case, form, max(s.version for s in versions) + 1, [*kept, *added], findings, document)


def explained(services: Services, case: Case) -> tuple[Submission, ...]:
    """New versions of the agency's reports that were asked for a cause which its words now give; empty where they
    give none.
    """
    if not case.explanations or not case.explanations[0]:
        return ()
    earlier = services.store.submissions(round=case.round.code, agency=case.agency.code)
    found = []
    for code in dict.fromkeys(s.form for s in earlier):
        versions = [s for s in earlier if s.form == code]
        asked = causes_asked(versions[-1].findings)
        again = follow_up(services, case, services.forms[code], versions) if asked else None
        if again is not None and causes_asked(again.findings) < asked:
            found.append(again)
    return tuple(found)
