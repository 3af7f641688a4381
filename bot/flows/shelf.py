"""`reports/<round>/<agency>/latest/`: for each form the newest version that stands, for whoever only wants to browse.

Derived like every status: submissions and decisions in, links out. It follows each commit, and everything is put right
again at the start, should a crash have come between.
"""

from bot.decide.obligations import effective_verdict
from bot.flows.services import Services


def shelve(services: Services, round_code: str, agency: str) -> None:
    """Makes `latest/` of that agency lead to the newest accepted version of each form. Raises OSError, VaultError."""
    decisions = services.store.decisions(round=round_code)
    submissions = services.store.submissions(round=round_code, agency=agency)
    for form in dict.fromkeys(s.form for s in submissions):
        valid = [s for s in submissions if s.form == form and effective_verdict(s, decisions).is_valid]
        newest = max(valid, key=lambda s: s.version, default=None)
        services.vault.set_latest(round_code, agency, form, [f for f in newest.files if f.path] if newest else ())


def shelve_all(services: Services) -> None:
    """The same for every agency of every round that has sent something."""
    for round_ in services.rounds:
        for agency in dict.fromkeys(s.agency for s in services.store.submissions(round=round_.code)):
            shelve(services, round_.code, agency)
