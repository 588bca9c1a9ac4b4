"""Numbers as readers see them: decimals, grouping, percentages, intervals.

Everything is rounded half up on the shortest decimal form of the number, as statistics offices do (Python's own
formatting rounds the binary value, so that 0.285 would come out as 0.28). The minus sign is the hyphen-minus, so
that a figure can be found by searching and copied into a spreadsheet. A missing value is “—”.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from planeval.messages import say

MISSING = "—"
# More decimals are spent on a target than the indicator has when rounding would move it by more than this share.
TARGET_TOLERANCE = 0.005
MOST_EXTRA_DECIMALS = 3
ESTIMATE_TOLERANCE = 0.05
# A value and its limit are told apart by this many more decimals than the indicator has; closer ones are equal.
MOST_JUDGED_DECIMALS = 10
# Below this a whole number is too coarse for what lies between whole counts: means and ends of intervals.
SMALL = 100


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
    """``0.21～8.77``, in English with an en dash; “—” when either end is missing."""
    if lower is None or upper is None:
        return MISSING
    return say("number.interval", lower=number(lower, decimals), upper=number(upper, decimals))


def estimate(value: float | None, decimals: int) -> str:
    """A projected value: one decimal more than the indicator has where it would otherwise lose its size.

    0.33 deaths is “0.3”, not “0”; more digits than that would pretend to a precision no projection has.
    """
    return number(value, estimate_decimals(value, decimals))


def estimate_decimals(value: float | None, decimals: int) -> int:
    """The decimals of `estimate`."""
    lost = value is not None and abs(float(rounded(value, decimals)) - value) > ESTIMATE_TOLERANCE * abs(
        value
    )
    return decimals + 1 if lost else decimals


def target(value: float | None, decimals: int, beside: Iterable[float | None] = ()) -> str:
    """A target or other derived level: with more decimals than the indicator has where rounding would change it.

    15 % below 2 deaths is 1.7; written with the indicator's own 0 decimals it would read 2 and say nothing.
    Zeros that carry nothing go: a limit of 1 is “1”, not “1.000”.

    ``beside``: the values held against it. A level of 0.005771 is “0.0058”, but beside 0.00579, which it does not
    allow, it is “0.00577”.
    """
    return MISSING if value is None else number(value, _target_places(value, decimals, beside))


def _target_places(value: float, decimals: int, beside: Iterable[float | None]) -> int:
    places = _own_target_places(value, decimals)
    others = [other for other in beside if other is not None]
    for more in range(places, decimals + MOST_JUDGED_DECIMALS + 1):
        shown = float(rounded(value, more))
        if all(_side(other, shown) == _side(other, value) for other in others):
            return more
    return places


def _own_target_places(value: float, decimals: int) -> int:
    for extra in range(MOST_EXTRA_DECIMALS + 1):
        result = rounded(value, decimals + extra)
        if float(result) == value:
            return max(0, -int(result.normalize().as_tuple().exponent))
        if abs(float(result) - value) <= TARGET_TOLERANCE * abs(value):
            return decimals + extra
    return decimals + MOST_EXTRA_DECIMALS


def beside_limit(
    value: float | None,
    limit: float | None,
    decimals: int,
    *,
    least: int | None = None,
    others: Iterable[float | None] = (),
) -> str:
    """A value shown beside the limit it is judged by: above, on or below it in print as it is exactly.

    0.00564 against a limit of 0.0056 is “0.00564”, not “0.0056”: nobody could see why it fails. Otherwise the value
    has ``least`` decimals (default: the indicator's ``decimals``). The limit's own text is
    ``target(limit, decimals, beside=(value, *others))``; ``others`` are further values shown beside the same
    limit, so that one text of the limit serves them all.
    """
    if value is None:
        return MISSING
    first = decimals if least is None else least
    if limit is not None:
        limit_places = _target_places(limit, decimals, (value, *others))
        shown, side = float(rounded(limit, limit_places)), _side(value, limit)
        for places in range(first, decimals + MOST_JUDGED_DECIMALS + 1):
            printed = float(rounded(value, places))
            if (printed == shown) if side == 0 else (_side(printed, shown) == side):
                return number(value, places)
        if side == 0:
            return number(limit, limit_places)
    return number(value, first)


def _side(value: float, limit: float) -> int:
    """-1 below, 0 on, 1 above the limit; equal within rounding of binary fractions, as the verdicts are."""
    return 0 if math.isclose(value, limit, rel_tol=1e-9, abs_tol=1e-300) else (1 if value > limit else -1)


def interval_decimals(upper: float | None, decimals: int) -> int:
    """Decimals of an interval whose upper end is ``upper``: at least one below 100, where the ends of a whole
    count's interval lie between whole numbers (“0.6～8.8”, not “1～9”)."""
    return max(decimals, 1) if upper is not None and upper < SMALL else decimals


def mean_decimals(value: float | None, decimals: int) -> int:
    """Decimals of a mean of annual values: at least one below 100 unless whole (1.33 deaths a year are not 1)."""
    small = value is not None and abs(value) < SMALL and value != round(value)
    return max(decimals, 1) if small else decimals
