"""What the agency has sent before, read again from the vault: last period's report, and its other forms that count.

Submission → its first file → the limited child. A report that came without a file (noted by hand) is not there: None.
One whose file can no longer be read is `Unreadable`: the check that needs it then says so and a person decides.
Failure policy: a file that is missing from the vault is our trouble and raises VaultError.
"""

from collections.abc import Iterable, Mapping, Sequence

from bot.decide.obligations import effective_verdict
from bot.domain.decision import Decision
from bot.domain.document import Document
from bot.domain.form import Form, FormKind
from bot.domain.round import Round
from bot.domain.submission import Submission
from bot.flows.services import Services


def last_report(services: Services, round_: Round, agency: str, form: str) -> Document | None:
    """The agency's report of this form for the period before, as it was accepted; None where there is none."""
    if not round_.previous:
        return None
    submissions = services.store.submissions(round=round_.previous, agency=agency)
    decisions = services.store.decisions(round=round_.previous)
    found = counting(submissions, decisions, form)
    if found is None or not effective_verdict(found, decisions).is_valid:
        return None
    return stored_document(services, found)


def counting(submissions: Iterable[Submission], decisions: Sequence[Decision], form: str) -> Submission | None:
    """The version of the form that counts: the newest valid one, or else the newest."""
    versions = sorted((s for s in submissions if s.form == form), key=lambda s: s.version)
    valid = [s for s in versions if effective_verdict(s, decisions).is_valid]
    return next(reversed(valid or versions), None)


def stored_document(services: Services, submission: Submission) -> Document | None:
    """The facts of a submission's file; None when it has none."""
    if not submission.files:
        return None
    file = submission.files[0]
    return services.sandbox.read(services.vault.read(file.sha256), file.name)


def related(form: Form, forms: Mapping[str, Form], round_: Round) -> frozenset[str]:
    """The codes of the forms that are held against this one: tables whose figures a narrative states, and narratives
    that may give the cause of a difference.
    """
    stated = {figure.form for figure in form.figures}
    states = {other.code for other in forms.values() if any(figure.form == form.code for figure in other.figures)}
    if any(reference.form == form.code for reference in round_.references):
        states |= {other.code for other in forms.values() if other.kind is FormKind.OUTLINE}
    return frozenset(stated | states) - {form.code}


def beside(
    services: Services, round_: Round, agency: str, form: Form, with_it: Mapping[str, Document]
) -> dict[str, Document]:
    """The agency's documents that are held against one of `form`: those of this mail, else those that count."""
    wanted = related(form, services.forms, round_) & {a.form for a in round_.of(agency)}
    found = {code: with_it[code] for code in sorted(wanted & set(with_it))}
    absent = sorted(wanted - set(with_it))
    if absent:
        submissions = services.store.submissions(round=round_.code, agency=agency)
        decisions = services.store.decisions(round=round_.code)
        for code in absent:
            submission = counting(submissions, decisions, code)
            document = stored_document(services, submission) if submission else None
            if document is not None:
                found[code] = document
    return found


def compares_periods(form: Form) -> bool:
    """Whether the form asks for anything of last period's report."""
    table = form.table
    if table is None:
        return False
    columns = any(c.cumulative or c.jump is not None for c in table.columns)
    rows = any(r.cumulative or r.jump is not None for r in table.rows)
    return bool(table.last_period) or columns or rows
