"""What a plan's targets mean: together, in whole numbers, and beside the base they start from."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from planeval.evaluate.plan_check_text import (
    figure,
    finding,
    listing,
    percent,
    whole,
    whole_figure,
    yearly_percent,
)
from planeval.evaluate.plan_facts import Figure, PlanFacts, Row, kept_share
from planeval.messages import say
from planeval.model.dictionary import VariableKind
from planeval.model.evaluation import CheckLevel, PlanCheckFinding
from planeval.model.plan import AtLeast, AtMost, PeriodMeanAtMost, Reduction


def check_limits(facts: PlanFacts) -> Iterator[PlanCheckFinding]:
    """Findings about levels, reductions and means, each against the base year's statistics."""
    yield from _implied_growth(facts)
    yield from _joint_limits(facts)
    yield from _wider_than_base(facts)
    yield from _fractional_counts(facts)
    yield from _small_counts(facts)
    yield from _few_events(facts)


# ---- two targets on one numerator ----------------------------------------------------------------


def _implied_growth(facts: PlanFacts) -> Iterator[PlanCheckFinding]:
    """Count x kept share over ratio x kept share: how the denominator must grow for both to hold exactly."""
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
    parts = [
        say(
            "plan_check.implied_growth.base",
            **words,
            **_change(growth, yearly),
            count_percent=percent(1 - count_share),
            rate_percent=percent(1 - ratio_share),
            first=first,
            last=last,
        )
    ]
    numbers: dict[str, float] = {"growth_percent": growth * 100, "yearly_percent": yearly * 100}
    illustrative: list[str] = []

    actual = _actual_growth(facts, variable)
    low, high = facts.rule.plausible_yearly_growth_min, facts.rule.plausible_yearly_growth_max
    if not low <= yearly <= high:
        level = CheckLevel.PROBLEM
        parts.append(
            say("plan_check.implied_growth.problem", low=yearly_percent(low), high=yearly_percent(high))
        )
    else:
        level = CheckLevel.CAUTION
        parts.append(say("plan_check.implied_growth.caution", **words))
    if actual is None:
        parts.append(say("plan_check.implied_growth.no_statistics"))
    else:
        start, end, year, actual_growth, actual_yearly = actual
        numbers |= {
            "actual_growth_percent": actual_growth * 100,
            "actual_yearly_percent": actual_yearly * 100,
        }
        illustrative = start.illustrative + end.illustrative
        change = _change(actual_growth, actual_yearly)
        shown = "shown" if illustrative else "actual"  # made-up growth shows the rule and decides nothing
        parts.append(say(f"plan_check.implied_growth.{shown}", first=first, last=year, **change))
        if level is CheckLevel.CAUTION and not illustrative:
            compatible = actual_yearly >= yearly
            level = CheckLevel.CONFIRMED if compatible else CheckLevel.CAUTION
            binds = "count_binds" if compatible else "rate_binds"
            parts.append(say(f"plan_check.implied_growth.{binds}", **words))
    return finding("implied_growth", level, "".join(parts), [count.key, ratio.key], illustrative, numbers)


def _change(growth: float, yearly: float) -> dict[str, str]:
    direction = say("plan_check.implied_growth.up" if growth >= 0 else "plan_check.implied_growth.down")
    return {"change": direction, "growth": percent(abs(growth)), "yearly": yearly_percent(yearly)}


def _actual_growth(facts: PlanFacts, variable: str) -> tuple[Figure, Figure, int, float, float] | None:
    """Base figure, latest figure, its year, growth and yearly growth between them."""
    base_year = facts.plan.base_year
    start = facts.statistic(variable, base_year)
    later = [year for year in facts.years(variable) if year > base_year]
    if start is None or start.value == 0 or not later:
        return None
    end = facts.statistic(variable, later[-1])
    assert end is not None  # `later` lists years with a figure
    growth = end.value / start.value - 1
    return start, end, later[-1], growth, (1 + growth) ** (1 / (later[-1] - base_year)) - 1


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
                allowed=say("plan_check.figure", value=f"{allowed:.1f}", unit=unit),
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
            whole=whole_figure(least, unit),
        )
        numbers = {f"allowed_{row.key}": allowed for row, allowed, _ in limits}
        illustrative = [name for *_, statistic in limits for name in statistic.illustrative]
        if (count := facts.base_statistic(numerator)) is not None:
            side = "inside" if count.value <= least else "outside"
            text += say(f"plan_check.joint_limits.{side}", year=year, count=figure(count.value, unit))
            numbers["base_count"] = count.value
            illustrative += count.illustrative
        # The binding one comes first among the items.
        items = [binding.key, *(row.key for row, *_ in limits)]
        yield finding("joint_limits", CheckLevel.CAUTION, text, items, illustrative, numbers)


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
            year=facts.plan.base_year,
            base=figure(base, row.indicator.unit),
        )
        numbers = {"base": base, "target": target.level}
        yield finding(
            "target_wider_than_base", CheckLevel.CAUTION, text, [row.id], row.illustrative_base, numbers
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
        rule, illustrative = "fractional_whole_count", row.illustrative_base
        if isinstance(target, Reduction) and base:
            level = base * (1 - target.percent / 100)
            effective = (1 - whole(level) / base) * 100
            if round(effective, 1) == round(target.percent, 1):
                continue
            text = say(
                f"plan_check.{rule}.reduction",
                name=row.name,
                base=figure(base, unit),
                percent=percent(target.percent / 100),
                target=figure(level, unit),
                whole=whole_figure(level, unit),
                effective=percent(effective / 100),
            )
            numbers = {"base": base, "target": level, "whole": whole(level), "effective_percent": effective}
            yield finding(rule, CheckLevel.CAUTION, text, [row.id], illustrative, numbers)
        elif isinstance(target, AtMost) and not target.level.is_integer():
            text = say(
                f"plan_check.{rule}.level",
                name=row.name,
                target=figure(target.level, unit),
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
            yield from _few(
                facts, numerator, rows, counts, years, _illustrative_years(facts, numerator, figures)
            )


def _illustrative_years(facts: PlanFacts, numerator: str, figures: list[Figure]) -> list[str]:
    years = [f.year for f in figures if f.illustrative]
    if len(years) < 2:
        return [name for f in figures for name in f.illustrative]
    name = facts.variable(numerator).name
    return [say("plan_check.small_counts.years", first=years[0], last=years[-1], name=name)]


def _few(
    facts: PlanFacts,
    numerator: str,
    rows: list[Row],
    counts: list[float],
    years: list[int],
    illustrative: list[str],
) -> Iterator[PlanCheckFinding]:
    some = [count for count in counts if count > 0]
    variable = facts.variable(numerator)
    ratios = [row.name for row in rows if row.is_ratio]
    what = "ratios" if ratios else "itself"
    subject = say(f"plan_check.small_counts.{what}", names=listing(ratios))
    words: dict[str, Any] = {"subject": subject, "count_name": variable.name, "unit": variable.unit}
    if years:
        words |= {"first": years[0], "last": years[-1]}
    keys = [row.key for row in rows]
    if not some:
        if years:
            text = say("plan_check.small_counts.zero", **words)
            yield finding(
                "small_counts", CheckLevel.CAUTION, text, keys, illustrative, {"minimum": 0, "maximum": 0}
            )
        return
    if min(some) >= facts.rule.small_count:
        return
    low, high = min(counts), max(counts)
    swings = [1 / max(some), 1 / min(some)]
    if low == high:
        words["range"] = say("plan_check.small_counts.single", minimum=f"{low:.0f}", unit=words["unit"])
    else:
        words["range"] = say(
            "plan_check.small_counts.range", minimum=f"{low:.0f}", maximum=f"{high:.0f}", unit=words["unit"]
        )
    words["swing"] = percent(swings[0])
    if swings[0] != swings[1]:
        words["swing"] = say(
            "plan_check.small_counts.swings", low=percent(swings[0]), high=percent(swings[1])
        )
    text = say("plan_check.small_counts.text" if years else "plan_check.small_counts.plan_only", **words)
    if zeros := len(counts) - len(some):
        text += say("plan_check.small_counts.zero_years", number=zeros)
    numbers = {
        "minimum": low,
        "maximum": high,
        "zero_years": zeros,
        "one_event_percent_min": swings[0] * 100,
        "one_event_percent_max": swings[1] * 100,
    }
    yield finding("small_counts", CheckLevel.CAUTION, text, keys, illustrative, numbers)


def _few_events(facts: PlanFacts) -> Iterator[PlanCheckFinding]:
    """Limits on the mean of a rate of events: how many events the whole period may have."""
    for row in facts.rows:
        target, statistic = row.target, facts.base_statistic(row.indicator.denominator)
        if not (isinstance(target, PeriodMeanAtMost) and row.indicator.events and row.is_ratio):
            continue
        if statistic is None or statistic.value == 0:
            continue
        years = len(facts.plan.period.years)
        allowed = target.level * statistic.value / row.indicator.scale * years
        if allowed >= facts.rule.small_count:
            continue
        most = whole(allowed)
        if target.strict and most == allowed:
            most -= 1  # the mean has to stay below the level
        unit = facts.variable(str(row.indicator.numerator)).unit
        single = row.indicator.scale / statistic.value
        text = say(
            "plan_check.few_events_allowed",
            name=row.name,
            level=figure(target.level, row.indicator.unit),
            year=facts.plan.base_year,
            denominator=facts.variable(str(row.indicator.denominator)).name,
            allowed=say("plan_check.figure", value=f"{allowed:.1f}", unit=unit),
            whole=say("plan_check.figure", value=str(most), unit=unit),
            unit=unit,
            single=figure(single, row.indicator.unit),
        )
        numbers = {"allowed": allowed, "whole": most, "one_event": single}
        yield finding(
            "few_events_allowed", CheckLevel.CAUTION, text, [row.id], statistic.illustrative, numbers
        )
