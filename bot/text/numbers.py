"""Numbers as Vietnamese offices write them: a dot groups thousands, a comma is the decimal mark.

`parse_number` reads what stands in a cell, `format_number` writes a figure for people. What is no number gives None;
whether a blank cell counts as 0 is the caller's matter, and so is whether a fraction may stand where a whole number
is asked.
"""

import math
import re
from decimal import Decimal

from bot.text.accents import fold, squeeze

# Ways of writing "nothing to report" in a cell of figures.
_NIL = frozenset({"-", "–", "—", "--", "khong", "khong co", "khong phat sinh"})

_NUMBER = re.compile(
    r"""(?P<sign>[+-]?)\ ?
        (?: (?P<grouped>[1-9][0-9]{0,2}(?:(?P<mark>[. ])[0-9]{3})(?:(?P=mark)[0-9]{3})*)   # 2.544   1 234 567
          | (?P<plain>[0-9]+) )
        (?:,(?P<fraction>[0-9]+))?                                                         # ,5
        (?:\ ?%|\ [^\W\d_]+(?:[ /][^\W\d_]+){0,3}\.?)?                                     # %   hồ sơ""",
    re.VERBOSE,
)
_POINT_NUMBER = re.compile(r"(?P<number>[+-]?[0-9]+\.[0-9]+)(?: ?%| [^\W\d_]+(?:[ /][^\W\d_]+){0,3}\.?)?")


def parse_number(value: object, *, whole: bool) -> Decimal | None:
    """The number that a cell's value means, or None when it means none.

    `whole` says that the form wants a whole number there. Text: `2.544` is always 2544 and `1 234` is 1234; `12,5`
    and `12,5 %` are 12.5; a unit may follow (`15 hồ sơ`); `-`, `không`, `không có` are 0. A dot that cannot group
    thousands (`12.5`) is read as a decimal mark only when `whole` is False. A fraction where `whole` is True is
    returned as it is, so that the caller can say which figure is not whole. Empty text, None, booleans, NaN and
    infinities give None.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return Decimal(int(value)) if value.is_integer() else Decimal(repr(value))
    return _parse_text(value, whole=whole) if isinstance(value, str) else None


def _parse_text(value: str, *, whole: bool) -> Decimal | None:
    if fold(value) in _NIL:
        return Decimal(0)
    text = squeeze(value).replace("\u2212", "-")
    if found := _NUMBER.fullmatch(text):
        digits = re.sub(r"[. ]", "", found["grouped"]) if found["grouped"] else found["plain"]
        return Decimal(found["sign"] + digits + (f".{found['fraction']}" if found["fraction"] else ""))
    if not whole and (found := _POINT_NUMBER.fullmatch(text)):
        return Decimal(found["number"])
    return None


def format_number(value: Decimal | int | float) -> str:
    """`value` as a Vietnamese office writes it: `2.544`, `-1.234,5`, `0`.

    Exact for whole numbers and Decimals, without trailing zeros; a float is shown with at most 15 significant digits,
    so that binary noise is not. ValueError for NaN and infinities.
    """
    number = Decimal(f"{value:.15g}") if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise ValueError(f"not a finite number: {value!r}")
    digits, _, fraction = f"{number.copy_abs():,f}".partition(".")
    fraction = fraction.rstrip("0")
    sign = "-" if number < 0 else ""
    return sign + digits.replace(",", ".") + (f",{fraction}" if fraction else "")
