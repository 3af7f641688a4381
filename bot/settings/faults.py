"""What is wrong in a configuration file, told so that it can be mended at once.

Loading never stops at the first fault: loaders collect all of them and hand them back beside what could be read.
"""

from dataclasses import dataclass

from pydantic import ValidationError


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: in which file (as the user would open it), under which key (`table.columns[2].type`), what was found
    there and what is expected. `key` is empty when the whole file is meant.
    """

    file: str
    key: str
    found: str
    expected: str

    def __str__(self) -> str:
        place = f"{self.file}: {self.key}" if self.key else self.file
        return f"{place}: found {self.found}; expected {self.expected}"


def key_of(location: tuple[int | str, ...]) -> str:
    """A pydantic error location as people write keys: `("rows", 2, "code")` → `rows[2].code`."""
    key = ""
    for step in location:
        key += f"[{step}]" if isinstance(step, int) else f".{step}" if key else step
    return key


def faults_of(file: str, error: ValidationError) -> list[Fault]:
    """Every error of a pydantic validation as a Fault of that file."""
    faults = []
    for detail in error.errors(include_url=False):
        kind, value = detail["type"], detail.get("input")
        if kind == "missing":
            found, expected = "nothing", "a value for this key"
        elif kind == "extra_forbidden":
            found, expected = "an unknown key", "only the keys that the guide names"
        else:
            found, expected = shown(value), detail["msg"].removeprefix("Value error, ")
            if any("password" in str(step) for step in detail["loc"]):
                found = "a value that is not shown"
        faults.append(Fault(file, key_of(detail["loc"]), found, expected))
    return faults


def shown(value: object) -> str:
    """A value as it may stand in a message: its own notation, cut at 80 characters."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
