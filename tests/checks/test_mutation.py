"""Mutation test of the catalogue: faults planted in valid files of every form are found, and found as what they are.

`benchmarks/mutation.py` plants them all, with several seeds, and prints how many were caught where; here one seed and
the first and last of each kind.
"""

import pytest
from blank_making import WINDOW, all_forms
from laid import Laid
from measuring import Caught, Measured, false_findings, judge, measured, valid_files
from planting import plants
from plants import Plant

from bot.checks.catalogue import pages
from bot.domain.form import Severity
from bot.domain.submission import Finding, Place

SEED = 1
FILES = [file for name in sorted(all_forms()) for file in ((name, False), (name, True))]
FILES = [(name, own) for name, own in FILES if not own or all_forms()[name].table is not None]


def of(name: str, own: bool) -> list[Measured]:
    (valid,) = (file for file in valid_files(name, SEED) if file.own is own)
    return list(measured(valid, most=1 if name == "config/ii06" else 2))


@pytest.mark.parametrize(("name", "own"), FILES)
def test_what_is_planted_is_found_and_nothing_else(name: str, own: bool) -> None:
    done = of(name, own)
    assert len({one.plant.kind for one in done}) >= 6  # so that this says something
    lost = [one for one in done if one.caught in (Caught.MISSED, Caught.ELSEWHERE) or one.extra]
    assert [(one.plant.kind, one.plant.code, one.plant.at, one.extra) for one in lost] == []


@pytest.mark.parametrize("name", sorted(all_forms()))
def test_a_valid_file_has_no_finding(name: str) -> None:
    for valid in valid_files(name, SEED):
        assert [(f.code, f.place) for f in false_findings(valid)] == []


def test_every_code_of_contents_is_planted() -> None:
    """A new code of tables, outlines or comparisons needs its plant, or its reason here."""
    planted: set[str] = set()
    for name in all_forms():
        for valid in valid_files(name, SEED):
            tables = {}
            if valid.form.figures:
                (table, *_) = valid_files("config/ii06", SEED)
                tables["ii06"] = Laid(table.form, table.document)  # type: ignore[arg-type]  # a workbook
            planted |= {p.code for p in plants(valid.form, valid.document, WINDOW, tables, own=valid.own)}
    elsewhere = {
        "C206": "no fault: the cause is given (test_checks_reference)",
        "C207": "about another file that cannot be read (test_checks_catalogue)",
        "W106": "needs tracked changes inside the package (test_checks_left)",
        "W107": "needs comments inside the package (test_checks_left)",
        "X120": "needs links inside the package (test_checks_left)",
    }
    assert {page.code for page in pages() if page.code[0] in "WXC"} == planted - {"F109"} | set(elsewhere)


PLANT = Plant("rule", "X201", "D5", rule=frozenset({"C5"}), also=frozenset({"X105"}))


def said(*places: tuple[str, str]) -> tuple[Finding, ...]:
    return tuple(Finding(code, Severity.ERROR, Place(sheet="A", cell=cell), {}) for code, cell in places)


@pytest.mark.parametrize(
    ("found", "caught", "extra"),
    [
        ((), Caught.MISSED, 0),
        ((("X105", "D5"),), Caught.MISSED, 0),
        ((("X201", "D5"),), Caught.EXACT, 0),
        ((("X201", "D5"), ("X105", "A1")), Caught.EXACT, 0),
        ((("X201", "D5"), ("X202", "D9")), Caught.EXACT, 1),
        ((("X201", "C5"),), Caught.RULE, 0),
        ((("X201", "C5"), ("X201", "D5")), Caught.EXACT, 1),
        ((("X201", "C6"),), Caught.ELSEWHERE, 0),
        ((("X202", "D5"), ("X201", "C6")), Caught.ELSEWHERE, 1),
    ],
)
def test_how_a_plant_counts(found: tuple[tuple[str, str], ...], caught: Caught, extra: int) -> None:
    (valid, *_) = valid_files("config/articles", SEED)
    judged = judge(valid, PLANT, said(*found))
    assert (judged.caught, len(judged.extra)) == (caught, extra)
