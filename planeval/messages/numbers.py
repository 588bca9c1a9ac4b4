"""Numbers as readers see them: decimals, grouping, percentages, intervals.

Everything is rounded half up on the shortest decimal form of the number, as statistics offices do (Python's own
formatting rounds the binary value, so that 0.285 would come out as 0.28). The minus sign is the hyphen-minus, so
that a figure can be found by searching and copied into a spreadsheet. A missing value is “—”.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

MISSING = "—"
# More decimals are spent on a target than the indicator has when rounding would move it by more than this share.
TARGET_TOLERANCE = 0.005
MOST_EXTRA_DECIMALS = 3
ESTIMATE_TOLERANCE = 0.05


def rounded(value: float, decimals: int) -> Decimal:
    """``value`` rounded half up to ``decimals``; never a negative zero."""
    result = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return abs(result) if result == 0 else result


def number(value: float | None, decimals: int = 0, *, plus: bool = False) -> str:
    """``value`` with fixed decimals and grouped thousands: ``21,242``; None is “—”."""
    if value is None:
        return MISSING
    result = rounded(value, decimals)
    return f"{result:{'+' if plus and result else ''},f}"


def percent(value: float | None, decimals: int = 1, *, plus: bool = False) -> str:
    """``value`` (already in percent) with its sign: ``-22.5%``."""
    return MISSING if value is None else f"{number(value, decimals, plus=plus)}%"


def share(value: float | None, decimals: int = 1) -> str:
    """``value`` (a fraction, e.g. a progress of 0.219) as a percentage: ``21.9%``."""
    return MISSING if value is None else percent(value * 100, decimals)


def interval(lower: float | None, upper: float | None, decimals: int) -> str:
    """``0.21～8.77``; “—” when either end is missing."""
    if lower is None or upper is None:
        return MISSING
    return f"{number(lower, decimals)}～{number(upper, decimals)}"


def estimate(value: float | None, decimals: int) -> str:
    """A projected value: one decimal more than the indicator has where it would otherwise lose its size.

    0.33 deaths is “0.3”, not “0”; more digits than that would pretend to a precision no projection has.
    """
    if value is None:
        return MISSING
    lost = abs(float(rounded(value, decimals)) - value) > ESTIMATE_TOLERANCE * abs(value)
    return number(value, decimals + 1 if lost else decimals)


def target(value: float | None, decimals: int) -> str:
    """A target or other derived level: with more decimals than the indicator has where rounding would change it.

    15 % below 2 deaths is 1.7; written with the indicator's own 0 decimals it would read 2 and say nothing.
    Zeros that carry nothing go: a limit of 1 is “1”, not “1.000”.
    """
    if value is None:
        return MISSING
    for extra in range(MOST_EXTRA_DECIMALS + 1):
        result = rounded(value, decimals + extra)
        if float(result) == value:
            places = max(0, -int(result.normalize().as_tuple().exponent))
            return number(value, places)
        if abs(float(result) - value) <= TARGET_TOLERANCE * abs(value):
            return number(value, decimals + extra)
    return number(value, decimals + MOST_EXTRA_DECIMALS)
