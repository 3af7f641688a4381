"""What a decision is about, and the refusal of one that makes no sense.

The words of a command are looked up here; a DecisionError says what was found and what would do.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.agency import Agency
from bot.domain.form import Form
from bot.domain.round import Round
from bot.flows.services import Services


class DecisionError(Exception):
    """A decision that cannot be taken. `code` names the sentence for the coordinator (screens.toml, [error]),
    `params` fill it.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Target:
    """What a decision is about. `form` None: all that the agency owes in the round."""

    round: Round
    agency: Agency
    form: Form | None = None

    @property
    def forms(self) -> tuple[str, ...]:
        """The codes of the forms it reaches."""
        if self.form:
            return (self.form.code,)
        return tuple(a.form for a in self.round.of(self.agency.code))


def target(services: Services, agency: str, round_: str | None, form: str | None) -> Target:
    """Looks the words of a command up; DecisionError names the ones that exist."""
    require_agency(services, agency)
    found = find_round(services, round_)
    owed = [a.form for a in found.of(agency)]
    if not owed:
        raise DecisionError("owes_nothing", agency=agency, round=found.code)
    if form is not None and form not in owed:
        raise DecisionError("not_owed", agency=agency, form=form, round=found.code, known=listed(owed))
    return Target(found, services.registry.get(agency), services.forms[form] if form else None)


def find_round(services: Services, code: str | None) -> Round:
    """The round of that code, closed ones too; without a code the only open one. DecisionError names what there is."""
    if code is not None:
        found = services.round(code)
        if found is None:
            raise DecisionError("round", round=code, known=listed(r.code for r in services.rounds))
        return found
    now = services.now()
    begun = [r for r in services.rounds if r.is_open(now)]
    if len(begun) == 1:
        return begun[0]
    raise DecisionError("which_round", known=listed(r.code for r in services.rounds))


def require_agency(services: Services, code: str) -> None:
    """DecisionError unless the registry has that agency."""
    if code not in services.registry:
        raise DecisionError("agency", agency=code, known=listed(a.code for a in services.registry))


def one_line(why: str) -> str:
    """On one line. A decision without a reason is none that anybody can stand by later."""
    said = " ".join(why.split())
    if not said:
        raise DecisionError("no_reason")
    return said


def listed(words: Iterable[object]) -> str:
    """Several things as a refusal names them."""
    return ", ".join(str(w) for w in words)
