"""The notation of rules."""

from decimal import Decimal

import pytest

from bot.checks.rules import RuleSyntaxError, parse_expression, parse_rule, split_chain


@pytest.mark.parametrize(
    ("text", "figures", "holds"),
    [
        ("(3)=(4)+(5)+(6)", {"3": 6, "4": 1, "5": 2, "6": 3}, True),
        ("(3)=(4)+(5)+(6)", {"3": 7, "4": 1, "5": 2, "6": 3}, False),
        ("(3) = (4) + (5)", {"3": 7, "4": 1}, True),  # a figure is missing: nothing is said
        ("[1.1.2]<=[1.1.1]", {"1.1.2": 4, "1.1.1": 4}, True),
        ("[1.1.2]≤[1.1.1]", {"1.1.2": 5, "1.1.1": 4}, False),
        ("[a]>=2*[b]-1", {"a": 3, "b": 2}, True),
        ("[a]>[b]", {"a": 2, "b": 2}, False),
        ("[a]<[b]", {"a": 2, "b": 2}, False),
        ("[6.1]=[6.1.2]/[6.1.1]*100", {"6.1": 50, "6.1.2": 1, "6.1.1": 2}, True),
        ("[6.1]=[6.1.2]/[6.1.1]*100", {"6.1": 50, "6.1.2": 1, "6.1.1": 0}, True),  # no value, so no fault
        ("(1)=((2)+(3))*2", {"1": 10, "2": 2, "3": 3}, True),
    ],
)
def test_holds(text: str, figures: dict[str, int], holds: bool) -> None:
    assert parse_rule(text).holds({key: Decimal(value) for key, value in figures.items()}) is holds


def test_tolerance() -> None:
    rule = parse_rule("(1)=(2)")
    figures = {"1": Decimal("10.4"), "2": Decimal(10)}
    assert rule.holds(figures, Decimal("0.4"))
    assert not rule.holds(figures, Decimal("0.3"))


def test_references_and_scope() -> None:
    rule = parse_rule("(3)=(7)+(11)")
    assert rule.references == ("3", "7", "11")
    assert not rule.between_rows
    assert parse_rule("[1.1.2]<=[1.1.1]").between_rows


@pytest.mark.parametrize(
    "text",
    [
        "(3)+(4)", "(3)=(4)=(5)", "(3)=", "=(3)", "(3)=(4)+", "(3)=[1.1]", "(3)+[1]=(4)", "5=3", "(3)=(4)**9**9",
        "(3)=__import__('os')", "(3)=(4).real", "(3)=r0", "(3)='a'", "(3)=1.5e9", "",
    ],
)  # fmt: skip
def test_bad_notation(text: str) -> None:
    with pytest.raises(RuleSyntaxError):
        parse_rule(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("0<=(4)<=(3)", ("0<=(4)", "(4)<=(3)")),
        ("(3) ≥ (4) > 0", ("(3)>=(4)", "(4)>0")),
        ("[1]=[2]=[3]", ("[1]=[2]", "[2]=[3]")),
        ("(1)<(2)<=(3)<4", ("(1)<(2)", "(2)<=(3)", "(3)<4")),
        ("(3)=(4)+(5)", ("(3)=(4)+(5)",)),
    ],
)
def test_chains(text: str, parts: tuple[str, ...]) -> None:
    assert split_chain(text) == parts


@pytest.mark.parametrize("text", ["(3)", "", "(1)<(2)>(3)", "0<=1<=(2)", "(1)<=(2)<=", "(1)<=[2]<=(3)", "0<=(4)<="])
def test_bad_chains(text: str) -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        split_chain(text)
    assert str(caught.value)


@pytest.mark.parametrize(
    ("text", "figure", "holds"),
    [("0<=(4)", 0, True), ("0<=(4)", -1, False), ("0<(4)", 0, False), ("10>(4)", 10, False), ("10>=(4)", 10, True),
     ("5=(4)", 5, True), ("5=(4)", 6, False)],
)  # fmt: skip
def test_a_number_on_the_left_turns_the_rule_round(text: str, figure: int, holds: bool) -> None:
    rule = parse_rule(text)
    assert rule.left.alone == "4"
    assert rule.right.references == ()
    assert rule.holds({"4": Decimal(figure)}) is holds


def test_expressions_alone() -> None:
    share = parse_expression("((8)+(9))/(7)*100")
    figures = {"7": Decimal(8), "8": Decimal(3), "9": Decimal(4)}
    assert share.value(figures) == Decimal("87.5")
    assert share.value(figures | {"7": Decimal(0)}) is None
    assert share.value({}) is None
    assert (share.between_rows, share.references, share.alone) == (False, ("8", "9", "7"), None)
    assert (parse_expression("[3.3.2]").between_rows, parse_expression("[3.3.2]").alone) == (True, "3.3.2")


@pytest.mark.parametrize("text", ["", "5", "(3)=(4)", "(3)+[1]", "(3", "(3)**2", "abs((3))"])
def test_bad_expressions(text: str) -> None:
    with pytest.raises(RuleSyntaxError):
        parse_expression(text)
