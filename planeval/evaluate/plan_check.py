"""What a careful reader notices in a plan, found by rules that hold for any plan.

The rules set the plan's base values against each other and against the statistics, work out what its targets
mean together and in whole numbers, and list what it leaves out. Thresholds come from ``method.plan_check``.
A statistic that is illustrative or a forecast may show what a rule does, but it never confirms or refutes a
figure of the plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import pandas as pd

from planeval.evaluate.plan_check_gaps import check_gaps
from planeval.evaluate.plan_check_growth import check_growth
from planeval.evaluate.plan_check_limits import check_limits
from planeval.evaluate.plan_check_text import figure, finding, percents_apart, significant, stated_percent
from planeval.evaluate.plan_facts import PlanFacts, Row
from planeval.messages import say
from planeval.model.dictionary import Dictionary
from planeval.model.evaluation import CheckLevel, PlanCheckFinding
from planeval.model.method import Method
from planeval.model.plan import Plan, Reduction
from planeval.model.status import PROVISIONAL

_ORDER = list(CheckLevel)


def check_plan(
    plan: Plan,
    values: pd.DataFrame,
    observations: pd.DataFrame,
    dictionary: Dictionary,
    method: Method,
    as_of: int | None = None,
) -> list[PlanCheckFinding]:
    """Everything the rules find in ``plan``, problems first, then cautions, then what was confirmed.

    Args:
        values: indicator values (``planeval.compute.values.indicator_values``), in the indicators' units.
        observations: clean rows of the statistics in canonical units; the latest vintage counts.
        as_of: statistics of later years are not looked at; by default those after the period's end.
    """
    end = plan.period.end if as_of is None else as_of
    facts = PlanFacts(plan, values, observations, dictionary, method.plan_check, end)
    findings = [
        *_bases(facts),
        *_zero_bases(facts),
        *check_growth(facts),
        *check_limits(facts),
        *check_gaps(plan, dictionary),
    ]
    return sorted(findings, key=lambda found: _ORDER.index(found.level))


# ---- base values ---------------------------------------------------------------------------------


def _bases(facts: PlanFacts) -> Iterator[PlanCheckFinding]:
    own = [row for row in facts.core if row.base.source == "plan"]
    counts = [row for row in own if row.is_count]
    ratios = [row for row in own if row.is_ratio]
    explained: set[str] = set()
    for count, ratio in product(counts, ratios):
        if count.indicator.numerator == ratio.indicator.numerator:
            explained.add(ratio.key)
            yield from _implied_denominator(facts, count, ratio)
    for first, second in combinations([r for r in ratios if r.key not in explained], 2):
        if first.indicator.numerator == second.indicator.numerator:
            yield from _implied_counts(facts, first, second)
    for row in own:
        if row.key not in explained:
            yield from _against_statistics(facts, row)


def _differ(facts: PlanFacts, first: float, second: float) -> bool:
    """Whether two readings of one figure lie further apart than the tolerance, seen from the larger."""
    larger = max(abs(first), abs(second))
    return larger > 0 and abs(first - second) / larger > facts.rule.base_tolerance


def _implied_denominator(facts: PlanFacts, count: Row, ratio: Row) -> Iterator[PlanCheckFinding]:
    """ratio = scale x count / denominator, so the denominator is scale x count / ratio."""
    count_base, ratio_base = count.base.value, ratio.base.value
    if count_base is None or ratio_base is None or count_base == ratio_base == 0:
        return
    words: dict[str, Any] = {
        "year": facts.plan.base_year,
        "count_name": count.name,
        "count": figure(count_base, count.indicator.unit),
        "rate_name": ratio.name,
        "rate": figure(ratio_base, ratio.indicator.unit),
    }
    items, rule = [count.key, ratio.key], "base_implies_denominator"
    if count_base == 0 or ratio_base == 0:
        text = say(f"plan_check.{rule}.zero", **words)
        yield finding(
            rule, CheckLevel.PROBLEM, text, items, numbers={"count": count_base, "rate": ratio_base}
        )
        return
    implied = ratio.indicator.scale * count_base / ratio_base
    denominator = facts.variable(str(ratio.indicator.denominator))
    statistic = facts.base_statistic(ratio.indicator.denominator)
    words |= {"denominator_name": denominator.name, "implied": figure(implied, denominator.unit)}
    numbers: dict[str, float] = {"count": count_base, "rate": ratio_base, "implied": implied}
    if statistic is None or statistic.value == 0:
        yield finding(
            rule, CheckLevel.CAUTION, say(f"plan_check.{rule}.caution", **words), items, numbers=numbers
        )
        return
    recomputed = ratio.indicator.scale * count_base / statistic.value
    numbers |= {
        "statistics": statistic.value,
        "ratio": implied / statistic.value,
        "recomputed_rate": recomputed,
    }
    words |= {
        "statistics": figure(statistic.value, denominator.unit),
        "ratio": significant(implied / statistic.value, 2),
        "recomputed": figure(recomputed, ratio.indicator.unit),
    }
    if statistic.unsettled:
        text = say(f"plan_check.{rule}.unsettled", **words)
        yield finding(rule, CheckLevel.CAUTION, text, items, statistic.unsettled, numbers)
        return
    level = CheckLevel.PROBLEM if _differ(facts, implied, statistic.value) else CheckLevel.CONFIRMED
    text = say(f"plan_check.{rule}.{level.value}", **words)
    yield finding(rule, level, text, items, numbers=numbers)


def _implied_counts(facts: PlanFacts, first: Row, second: Row) -> Iterator[PlanCheckFinding]:
    """Two rates of one numerator: the count each stands for at the base year's denominators."""
    counts = []
    for row in (first, second):
        statistic = facts.base_statistic(row.indicator.denominator)
        if statistic is None or statistic.unsettled or row.base.value is None:
            return
        counts.append(row.base.value * statistic.value / row.indicator.scale)
    numerator = facts.variable(str(first.indicator.numerator))
    level = CheckLevel.PROBLEM if _differ(facts, *counts) else CheckLevel.CONFIRMED
    text = say(
        f"plan_check.base_implies_counts.{level.value}",
        year=facts.plan.base_year,
        count_name=numerator.name,
        first_name=first.name,
        first=figure(first.base.value or 0, first.indicator.unit),
        first_count=figure(counts[0], numerator.unit),
        second_name=second.name,
        second=figure(second.base.value or 0, second.indicator.unit),
        second_count=figure(counts[1], numerator.unit),
    )
    numbers = {"first_count": counts[0], "second_count": counts[1]}
    yield finding("base_implies_counts", level, text, [first.key, second.key], numbers=numbers)


def _against_statistics(facts: PlanFacts, row: Row) -> Iterator[PlanCheckFinding]:
    point = row.points.get(facts.plan.base_year)
    if point is None or point.value is None or row.base.value is None or point.status in PROVISIONAL:
        return
    if not _differ(facts, row.base.value, point.value):
        return
    difference = abs(row.base.value - point.value) / max(row.base.value, point.value)
    apart, allowed = percents_apart(difference, facts.rule.base_tolerance)
    text = say(
        "plan_check.base_against_statistics",
        name=row.name,
        base=figure(row.base.value, row.indicator.unit),
        year=facts.plan.base_year,
        statistics=figure(point.value, row.indicator.unit),
        difference=apart,
        tolerance=allowed,
    )
    numbers = {"base": row.base.value, "statistics": point.value, "difference_percent": difference * 100}
    yield finding("base_against_statistics", CheckLevel.PROBLEM, text, [row.key], numbers=numbers)


def _zero_bases(facts: PlanFacts) -> Iterator[PlanCheckFinding]:
    for row in facts.rows:
        if isinstance(row.target, Reduction) and row.base.value == 0:
            percent = stated_percent(row.target.percent)
            text = say("plan_check.zero_base_reduction", name=row.name, percent=percent)
            level = CheckLevel.CAUTION if row.unsettled_base else CheckLevel.PROBLEM
            numbers = {"percent": row.target.percent}
            yield finding("zero_base_reduction", level, text, [row.id], row.unsettled_base, numbers)
