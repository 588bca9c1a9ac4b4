"""How the plan check writes its figures and builds its findings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal

from planeval.messages import say
from planeval.model.evaluation import CheckLevel, PlanCheckFinding
from planeval.model.plan import Due

# Large counts are read in 万, as official texts write them.
_TEN_THOUSANDS = {"人": "万人", "人次": "万人次", "起": "万起"}


def significant(value: float, digits: int = 4) -> str:
    """``value`` with ``digits`` significant digits, without exponent and trailing zeros; whole parts stay whole."""
    if value == 0:
        return "0"
    decimals = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def figure(value: float, unit: str) -> str:
    """A figure with its unit, e.g. ``465.1亿元``, ``250万人``, ``0.0043人/亿元``."""
    if unit in _TEN_THOUSANDS and abs(value) >= 1e5:
        value, unit = value / 1e4, _TEN_THOUSANDS[unit]
    if unit in _TEN_THOUSANDS and float(value).is_integer():
        return say("plan_check.figure", value=f"{value:.0f}", unit=unit)
    return say("plan_check.figure", value=significant(value), unit=unit)


def whole_figure(value: float, unit: str) -> str:
    """The largest whole number not above ``value``, with its unit; never rounded."""
    return say("plan_check.figure", value=str(whole(value)), unit=unit)


def whole(value: float) -> int:
    """The largest whole number not above ``value``; binary residue (2.9999999996) is no fraction."""
    return math.floor(value + 1e-9 * max(abs(value), 1.0))


def percent(fraction: float, digits: int = 3) -> str:
    """A fraction as a percentage with ``digits`` significant digits, e.g. ``26.9%``."""
    return f"{significant(fraction * 100, digits)}%"


def yearly_percent(fraction: float) -> str:
    """A yearly change as a percentage with one decimal."""
    return f"{fraction * 100:.1f}%"


def listing(parts: Iterable[str]) -> str:
    """Parts of one sentence, one after the other."""
    return say("plan_check.listing").join(parts)


def date_text(due: Due) -> str:
    """``2023年`` or ``2022年6月``."""
    if due.month is None:
        return say("plan_check.date.year", year=due.year)
    return say("plan_check.date.month", year=due.year, month=due.month)


def finding(
    rule: str,
    level: CheckLevel,
    text: str,
    items: Iterable[str],
    illustrative: Iterable[str] = (),
    numbers: Mapping[str, float | Decimal] | None = None,
) -> PlanCheckFinding:
    """A finding; ``illustrative`` names the illustrative figures it rests on, which the text then says."""
    names = list(dict.fromkeys(illustrative))
    if names:
        text += say("plan_check.illustrative", names=listing(names))
    return PlanCheckFinding(
        rule=rule,
        level=level,
        text=text,
        items=list(dict.fromkeys(items)),
        numbers={key: float(value) for key, value in (numbers or {}).items()},
        illustrative=bool(names),
    )
