"""What a plan's targets mean: together, in whole numbers, and beside the base they start from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from planeval.evaluate.plan_check_text import (
    Unsettled,
    figure,
    finding,
    limit_figure,
    listing,
    percent,
    significant,
    stated_percent,
    whole,
    whole_figure,
    year_spans,
)
from planeval.evaluate.plan_facts import Figure, PlanFacts, Row, unsettled_years
from planeval.messages import say
from planeval.messages.units import quantity
from planeval.model.dictionary import VariableKind
from planeval.model.evaluation import CheckLevel, PlanCheckFinding
from planeval.model.plan import AtLeast, AtMost, PeriodMeanAtMost, Reduction


def check_limits(facts: PlanFacts) -> Iterator[PlanCheckFinding]:
    """Findings about levels, reductions and means, each against the base year's statistics."""
    yield from _joint_limits(facts)
    yield from _wider_than_base(facts)
    yield from _fractional_counts(facts)
    yield from _small_counts(facts)
    yield from _few_events(facts)


# ---- two targets on one numerator ----------------------------------------------------------------


def _joint_limits(facts: PlanFacts) -> Iterator[PlanCheckFinding]:
    """Two or more upper limits on rates of one numerator: how much each allows at the base year's denominators."""
    groups: dict[str, list[tuple[Row, float, Figure]]] = {}
    for row in facts.core:
        statistic = facts.base_statistic(row.indicator.denominator)
        if isinstance(row.target, AtMost) and row.is_ratio and statistic is not None:
            allowed = row.target.level * statistic.value / row.indicator.scale
            groups.setdefault(str(row.indicator.numerator), []).append((row, allowed, statistic))
    for numerator, limits in groups.items():
        if len(limits) < 2:
            continue
        unit, year = facts.variable(numerator).unit, facts.plan.base_year
        binding, least, _ = min(limits, key=lambda limit: limit[1])
        parts = [
            say(
                "plan_check.limit_part",
                name=row.name,
                level=figure(row.target.level, row.indicator.unit),  # type: ignore[union-attr]
                allowed=limit_figure(allowed, unit, decimals=1),
            )
            for row, allowed, _ in limits
        ]
        text = say(
            "plan_check.joint_limits.text",
            count_name=facts.variable(numerator).name,
            number=len(limits),
            year=year,
            parts=listing(parts),
            binding=binding.name,
            whole=whole_figure(least, unit, _strict(binding)),
        )
        numbers = {f"allowed_{row.key}": allowed for row, allowed, _ in limits}
        unsettled = [known for *_, statistic in limits for known in statistic.unsettled]
        if (count := facts.base_statistic(numerator)) is not None:
            side = "inside" if count.value <= whole(least, _strict(binding)) else "outside"
            told = say(f"plan_check.joint_limits.{side}", year=year, count=figure(count.value, unit))
            text = say("report.sentence_join").join([text, told])
            numbers["base_count"] = count.value
            unsettled += count.unsettled
        # The binding one comes first among the items.
        items = [binding.key, *(row.key for row, *_ in limits)]
        yield finding("joint_limits", CheckLevel.CAUTION, text, items, unsettled, numbers)


def _strict(row: Row) -> bool:
    return isinstance(row.target, AtMost) and row.target.strict


# ---- one target ----------------------------------------------------------------------------------


def _wider_than_base(facts: PlanFacts) -> Iterator[PlanCheckFinding]:
    for row in facts.rows:
        base, target = row.base.value, row.target
        if base is None or not isinstance(target, AtMost | AtLeast):
            continue
        room = target.level - base if isinstance(target, AtMost) else base - target.level
        if room < 0 or (target.strict and room == 0):
            continue
        text = say(
            "plan_check.target_wider_than_base",
            name=row.name,
            target=figure(target.level, row.indicator.unit),
            years=facts.base_years(row),
            base=figure(base, row.indicator.unit),
        )
        numbers = {"base": base, "target": target.level}
        yield finding(
            "target_wider_than_base", CheckLevel.CAUTION, text, [row.id], row.unsettled_base, numbers
        )


def _fractional_counts(facts: PlanFacts) -> Iterator[PlanCheckFinding]:
    """A target on a whole count that is no whole number.

    Told only when the whole number below it means another reduction in per cent with one decimal: for a base of
    27412 the fraction of one death does not matter, for a base of 2 it does.
    """
    for row in facts.rows:
        counted = row.is_count and facts.variable(str(row.indicator.numerator)).kind is VariableKind.COUNT
        base, target, unit = row.base.value, row.target, row.indicator.unit
        if not counted or row.indicator.scale != 1:
            continue
        rule = "fractional_whole_count"
        if isinstance(target, Reduction) and base:
            level = base * (1 - target.percent / 100)
            effective = (1 - whole(level) / base) * 100
            if round(effective, 1) == round(target.percent, 1):
                continue
            text = say(
                f"plan_check.{rule}.reduction",
                name=row.name,
                base=figure(base, unit),
                percent=stated_percent(target.percent),
                target=limit_figure(level, unit),
                whole=whole_figure(level, unit),
                effective=percent(effective / 100),
            )
            numbers = {"base": base, "target": level, "whole": whole(level), "effective_percent": effective}
            yield finding(rule, CheckLevel.CAUTION, text, [row.id], row.unsettled_base, numbers)
        elif isinstance(target, AtMost) and not target.level.is_integer():
            text = say(
                f"plan_check.{rule}.level",
                name=row.name,
                target=limit_figure(target.level, unit),
                whole=whole_figure(target.level, unit),
            )
            numbers = {"target": target.level, "whole": whole(target.level)}
            yield finding(rule, CheckLevel.CAUTION, text, [row.id], numbers=numbers)


# ---- small numbers -------------------------------------------------------------------------------


def _small_counts(facts: PlanFacts) -> Iterator[PlanCheckFinding]:
    """Indicators that are compared with their base and rest on few events."""
    groups: dict[str, list[Row]] = {}
    for row in facts.core:
        if row.indicator.events and isinstance(row.target, Reduction | AtMost):
            groups.setdefault(str(row.indicator.numerator), []).append(row)
    for numerator, rows in groups.items():
        years = facts.years(numerator)
        figures = [f for year in years if (f := facts.statistic(numerator, year)) is not None]
        planned = [row.base.value for row in rows if row.is_count and row.base.source == "plan"]
        counts = [f.value for f in figures] or [value for value in planned if value is not None]
        if counts:
            statuses = [(f.year, f.status) for f in figures]
            unsettled = unsettled_years(statuses, facts.variable(numerator).name)
            yield from _few(facts, numerator, rows, counts, years, unsettled)


def _few(
    facts: PlanFacts,
    numerator: str,
    rows: list[Row],
    counts: list[float],
    years: list[int],
    unsettled: list[Unsettled],
) -> Iterator[PlanCheckFinding]:
    some = [count for count in counts if count > 0]
    variable = facts.variable(numerator)
    ratios = [row.name for row in rows if row.is_ratio]
    what = "ratios" if ratios else "itself"
    subject = say(f"plan_check.small_counts.{what}", names=listing(ratios))
    words: dict[str, Any] = {"subject": subject, "count_name": variable.name}
    words["one"] = quantity("1", variable.unit)
    if years:
        words["each_year"] = _each_of(years)
    keys = [row.key for row in rows]
    if not some:
        if years:
            text = say("plan_check.small_counts.zero", **words)
            numbers = {"minimum": 0.0, "maximum": 0.0}
            yield finding("small_counts", CheckLevel.CAUTION, text, keys, unsettled, numbers)
        return
    if min(some) >= facts.rule.small_count:
        return
    low, high = min(counts), max(counts)
    swings = [1 / max(some), 1 / min(some)]
    highest = quantity(significant(high), variable.unit)
    if low == high:
        words["range"] = say("plan_check.small_counts.single", minimum=highest)
    else:
        words["range"] = say("plan_check.small_counts.range", minimum=significant(low), maximum=highest)
    words["swing"] = percent(swings[0])
    if swings[0] != swings[1]:
        words["swing"] = say(
            "plan_check.small_counts.swings", low=percent(swings[0]), high=percent(swings[1])
        )
    text = say("plan_check.small_counts.text" if years else "plan_check.small_counts.plan_only", **words)
    if zeros := len(counts) - len(some):
        told = say("plan_check.small_counts.zero_years", number=zeros)
        text = say("report.sentence_join").join([text, told])
    numbers = {
        "minimum": low,
        "maximum": high,
        "zero_years": zeros,
        "one_event_percent_min": swings[0] * 100,
        "one_event_percent_max": swings[1] * 100,
    }
    yield finding("small_counts", CheckLevel.CAUTION, text, keys, unsettled, numbers)


def _each_of(years: list[int]) -> str:
    """``2020至2025年间每年`` only where no year between is missing."""
    if len(years) == 1:
        return year_spans(years)
    unbroken = years[-1] - years[0] + 1 == len(years)
    return say(f"plan_check.small_counts.{'every' if unbroken else 'known'}", years=year_spans(years))


def _few_events(facts: PlanFacts) -> Iterator[PlanCheckFinding]:
    """Limits on the mean of a rate of events: how many events the whole period may have."""
    for row in facts.rows:
        target, statistic = row.target, facts.base_statistic(row.indicator.denominator)
        if not (isinstance(target, PeriodMeanAtMost) and row.indicator.events and row.is_ratio):
            continue
        if statistic is None or statistic.value == 0:
            continue
        start, end = facts.plan.period.start, row.end
        if end < start:
            continue
        allowed = target.level * statistic.value / row.indicator.scale * (end - start + 1)
        if allowed >= facts.rule.small_count:
            continue
        most = max(whole(allowed, target.strict), 0)
        unit = facts.variable(str(row.indicator.numerator)).unit
        single = row.indicator.scale / statistic.value
        own = "period" if end == facts.plan.period.end else "own_years"
        spans = {
            name: say(f"plan_check.few_events_allowed.{own}.{name}", years=year_spans(range(start, end + 1)))
            for name in ("span", "whole_span")
        }
        text = say(
            "plan_check.few_events_allowed.text",
            **spans,
            name=row.name,
            level=figure(target.level, row.indicator.unit),
            year=facts.plan.base_year,
            denominator=facts.variable(str(row.indicator.denominator)).name,
            allowed=limit_figure(allowed, unit, decimals=1),
            whole=quantity(str(most), unit),
            single_event=quantity("1", unit),
            single=figure(single, row.indicator.unit),
        )
        numbers = {"allowed": allowed, "whole": most, "one_event": single}
        yield finding("few_events_allowed", CheckLevel.CAUTION, text, [row.id], statistic.unsettled, numbers)
