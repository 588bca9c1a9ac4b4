"""Arithmetic as it is printed: exact enough to be done again by hand or in a spreadsheet."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal

from planeval.messages import say
from planeval.messages.units import unit_of

SIGNIFICANT = 12
# Python's numbers agree to about 16 digits: a last digit beyond that is no digit of the number.
_SAME = 1e-14


def plain(value: float) -> str:
    """``value`` with `SIGNIFICANT` digits, without grouping or exponent; “…” where further digits follow."""
    short = Decimal(f"{value:.{SIGNIFICANT}g}")
    text = format(short.normalize() + 0, "f")
    more = "" if math.isclose(float(short), value, rel_tol=_SAME, abs_tol=1e-300) else "…"
    return f"{text}{more}"


def term(value: float) -> str:
    """``value`` within a formula."""
    return f"({plain(value)})" if value < 0 else plain(value)


def measured(value: float, unit: str) -> str:
    """``value`` within a formula, with the unit it is counted in."""
    return say("explain.measured", number=term(value), unit=unit_of(unit)) if unit else term(value)


def total(values: Iterable[float]) -> str:
    """The values added up."""
    return " + ".join(map(term, values))


def mean(values: Iterable[float]) -> str:
    """The simple mean of the values."""
    every = list(values)
    return f"({total(every)}) ÷ {len(every)}"
