"""How the plan check writes its figures and builds its findings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.messages.units import quantity
from planeval.model.evaluation import CheckLevel, PlanCheckFinding
from planeval.model.plan import Due
from planeval.model.status import Status

# A figure that settles nothing: its status (one of ``PROVISIONAL``), and what it is and of when, for readers.
Unsettled = tuple[Status, str]

# Large counts are read in 万, as official texts write them; `quantity` turns them back where a language counts
# otherwise.
_TEN_THOUSANDS = {"人": "万人", "人次": "万人次", "起": "万起"}


def significant(value: float, digits: int = 4) -> str:
    """``value`` with ``digits`` significant digits, without exponent and trailing zeros; whole parts stay whole."""
    if value == 0:
        return "0"
    decimals = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    text = f"{fmt.rounded(value, decimals):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def figure(value: float, unit: str) -> str:
    """A figure with its unit, e.g. ``465.1亿元``, ``250万人``, ``0.0043人/亿元``."""
    if unit in _TEN_THOUSANDS and abs(value) >= 1e5:
        value, unit = value / 1e4, _TEN_THOUSANDS[unit]
    if unit in _TEN_THOUSANDS and float(value).is_integer():
        return quantity(f"{value:.0f}", unit)
    return quantity(significant(value), unit)


def limit_figure(value: float, unit: str, decimals: int | None = None) -> str:
    """A limit on a whole count, never rounded up to a whole number that it does not allow: 2.97 is not 3.0.

    ``decimals``: so many at least, and no fewer are shown; None: significant digits as in `figure`.
    """
    for more in range(10):
        text = significant(value, 4 + more) if decimals is None else fmt.number(value, decimals + more)
        if math.floor(float(text.replace(",", ""))) == whole(value):
            break
    return quantity(text, unit)


def whole_figure(value: float, unit: str, strict: bool = False) -> str:
    """`whole` with its unit."""
    return quantity(str(whole(value, strict)), unit)


def whole(value: float, strict: bool = False) -> int:
    """The largest whole number not above ``value``, or below it if ``strict``.

    Binary residue (2.9999999996) is no fraction.
    """
    residue = 1e-9 * max(abs(value), 1.0)
    most = math.floor(value + residue)
    return most - 1 if strict and most >= value - residue else most


def percent(fraction: float, digits: int = 3) -> str:
    """A fraction as a percentage with ``digits`` significant digits, e.g. ``26.9%``."""
    return f"{significant(fraction * 100, digits)}%"


def stated_percent(value: float) -> str:
    """A percentage of the plan as the plan states it: 12.25 stays ``12.25%``."""
    return f"{significant(value, 10)}%"


def percents_apart(*fractions: float) -> list[str]:
    """Fractions as percentages with one decimal, or as many more as it takes to tell different ones apart.

    A yearly 4.87 % held against 4.92 % is not told as 4.9 % against 4.9 %.
    """
    values = [fraction * 100 for fraction in fractions]
    different = len({fmt.rounded(value, 6) for value in values})
    decimals = next(d for d in range(1, 7) if d == 6 or len({fmt.rounded(v, d) for v in values}) == different)
    return [fmt.percent(value, decimals) for value in values]


def listing(parts: Iterable[str]) -> str:
    """Parts of one sentence, one after the other."""
    return say("plan_check.listing").join(parts)


def year_spans(years: Iterable[int]) -> str:
    """Years with the runs among them drawn together: ``2018年、2020至2022年``."""
    runs: list[list[int]] = []
    for year in sorted(set(years)):
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return listing(
        say("plan_check.years.span", first=run[0], last=run[-1])
        if len(run) > 1
        else say("plan_check.years.one", year=run[0])
        for run in runs
    )


def date_text(due: Due) -> str:
    """``2023年`` or ``2022年6月``."""
    if due.month is None:
        return say("plan_check.date.year", year=due.year)
    return say("plan_check.date.month", year=due.year, month=say(f"month.{due.month}"))


def finding(
    rule: str,
    level: CheckLevel,
    text: str,
    items: Iterable[str],
    unsettled: Iterable[Unsettled] = (),
    numbers: Mapping[str, float | Decimal] | None = None,
) -> PlanCheckFinding:
    """A finding; ``unsettled`` holds the forecasts and illustrative figures it rests on, which the text then names.

    Only illustrative ones make the finding illustrative.
    """
    names: dict[Status, list[str]] = {}
    for status, name in dict.fromkeys(unsettled):
        names.setdefault(status, []).append(name)
    text += "".join(
        say(f"plan_check.unsettled.{status.value}", names=listing(names[status]))
        for status in Status
        if status in names
    )
    return PlanCheckFinding(
        rule=rule,
        level=level,
        text=text,
        items=list(dict.fromkeys(items)),
        numbers={key: float(value) for key, value in (numbers or {}).items()},
        illustrative=Status.ILLUSTRATIVE in names,
    )
