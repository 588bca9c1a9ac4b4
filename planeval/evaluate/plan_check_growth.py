"""How a denominator must grow for a plan's target on a count and its target on a rate to hold together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from planeval.evaluate.plan_check_text import Unsettled, finding, percent, percents_apart, stated_percent
from planeval.evaluate.plan_facts import Figure, PlanFacts, Row, kept_share
from planeval.messages import say
from planeval.model.evaluation import CheckLevel, PlanCheckFinding
from planeval.model.plan import Reduction
from planeval.model.status import worst


def check_growth(facts: PlanFacts) -> Iterator[PlanCheckFinding]:
    """Two targets on one numerator, a count and a ratio: how the denominator must grow for both to hold exactly.

    ratio = scale x count / denominator, so from the base year to the end of the period the denominator changes by
    the kept share of the count over the kept share of the ratio.
    """
    counts = [(row, share) for row in facts.core if row.is_count and (share := kept_share(row))]
    ratios = [(row, share) for row in facts.core if row.is_ratio and (share := kept_share(row))]
    for (count, count_share), (ratio, ratio_share) in product(counts, ratios):
        if count.indicator.numerator == ratio.indicator.numerator:
            yield _growth(facts, count, count_share, ratio, ratio_share)


def _growth(
    facts: PlanFacts, count: Row, count_share: float, ratio: Row, ratio_share: float
) -> PlanCheckFinding:
    first, last = facts.plan.base_year, facts.plan.period.end
    growth = count_share / ratio_share - 1
    yearly = (1 + growth) ** (1 / (last - first)) - 1
    variable = str(ratio.indicator.denominator)
    words: dict[str, Any] = {
        "count_name": count.name,
        "rate_name": ratio.name,
        "denominator_name": facts.variable(variable).name,
    }
    actual = _actual_growth(facts, variable)
    low, high = facts.rule.plausible_yearly_growth_min, facts.rule.plausible_yearly_growth_max
    plausible = low <= yearly <= high
    others = [] if plausible else [low, high]
    if actual is not None:
        others.append(actual.yearly)
    yearly_text, *others_text = percents_apart(yearly, *others)

    parts = [
        say(
            "plan_check.implied_growth.base",
            **words,
            **_change(growth, yearly_text),
            count_percent=_reduced(count, count_share),
            rate_percent=_reduced(ratio, ratio_share),
            first=first,
            last=last,
        )
    ]
    numbers: dict[str, float] = {"growth_percent": growth * 100, "yearly_percent": yearly * 100}
    level, unsettled = CheckLevel.CAUTION, list[Unsettled]()
    if plausible:
        parts.append(say("plan_check.implied_growth.caution", **words))
    else:
        level = CheckLevel.PROBLEM
        parts.append(say("plan_check.implied_growth.problem", low=others_text[0], high=others_text[1]))
    if actual is None:
        parts.append(say("plan_check.implied_growth.no_statistics"))
    else:
        numbers |= {
            "actual_growth_percent": actual.growth * 100,
            "actual_yearly_percent": actual.yearly * 100,
        }
        unsettled = actual.start.unsettled + actual.end.unsettled
        status = worst(status for status, _ in unsettled)  # such growth shows the rule and decides nothing
        change = _change(actual.growth, others_text[-1])
        shown = f"shown_{status.value}" if status else "actual"
        parts.append(say(f"plan_check.implied_growth.{shown}", first=first, last=actual.end.year, **change))
        if plausible and not unsettled:
            compatible = actual.yearly >= yearly
            level = CheckLevel.CONFIRMED if compatible else CheckLevel.CAUTION
            binds = "count_binds" if compatible else "rate_binds"
            parts.append(say(f"plan_check.implied_growth.{binds}", **words))
    return finding(
        "implied_growth",
        level,
        say("report.sentence_join").join(parts),
        [count.key, ratio.key],
        unsettled,
        numbers,
    )


def _reduced(row: Row, share: float) -> str:
    """By how much a target lies below its base: as the plan states it, or worked out from level and base."""
    if isinstance(row.target, Reduction):
        return stated_percent(row.target.percent)
    return percent(1 - share)


def _change(growth: float, yearly: str) -> dict[str, str]:
    direction = say("plan_check.implied_growth.up" if growth >= 0 else "plan_check.implied_growth.down")
    return {"change": direction, "growth": percent(abs(growth)), "yearly": yearly}


@dataclass(frozen=True)
class _Actual:
    """Growth of a statistic from the base year to the latest year: as a fraction, in all and yearly."""

    start: Figure
    end: Figure
    growth: float
    yearly: float


def _actual_growth(facts: PlanFacts, variable: str) -> _Actual | None:
    base_year = facts.plan.base_year
    start = facts.statistic(variable, base_year)
    later = [year for year in facts.years(variable) if year > base_year]
    if start is None or start.value == 0 or not later:
        return None
    end = facts.statistic(variable, later[-1])
    assert end is not None  # `later` lists years with a figure
    growth = end.value / start.value - 1
    return _Actual(start, end, growth, (1 + growth) ** (1 / (later[-1] - base_year)) - 1)
