"""How sure a count-based value and its change are: intervals and the exact comparison with the base."""

from __future__ import annotations

import math
from typing import Literal

from planeval.compute.intervals import comparison_p_value, poisson_limits, weighted_interval
from planeval.evaluate.judge import Judgement
from planeval.evaluate.promise import Material
from planeval.evaluate.series import BaseValue, Point
from planeval.model.dictionary import Indicator
from planeval.model.evaluation import Comparison, Interval
from planeval.model.method import IntervalRule, Method
from planeval.model.plan import Base, NoneOccurs, PeriodMeanAtMost


def _events(point: Point, indicator: Indicator) -> int | None:
    """The count behind a value, where it is a whole number of events."""
    if not indicator.events or point.numerator is None or point.published_rate or point.numerator % 1:
        return None
    return int(point.numerator)


def _weight(point: Point, indicator: Indicator) -> float | None:
    """What one event adds to the value."""
    if indicator.denominator is None:
        return indicator.scale
    return indicator.scale / point.denominator if point.denominator else None


def point_interval(point: Point, indicator: Indicator, rule: IntervalRule) -> Interval | None:
    """Poisson interval of one year's value, None where it is not count-based."""
    events, weight = _events(point, indicator), _weight(point, indicator)
    if events is None or weight is None or point.value is None:
        return None
    return _of_total(events, weight, rule)


def _of_total(events: int, weight: float, rule: IntervalRule) -> Interval:
    """Poisson interval of a count, every event of which adds ``weight`` to the value."""
    low, high = poisson_limits(events, rule)
    method: Literal["exact", "byar"] = "exact" if events < rule.exact_below else "byar"
    return Interval(lower=low * weight, upper=high * weight, level=rule.level, method=method, events=events)


def current_interval(material: Material, judgement: Judgement) -> Interval | None:
    """Interval of ``current``: of the year's value, of the mean so far, or of the period's total."""
    points, indicator, rule = material.counted(), material.indicator, material.method.interval
    if judgement.current is None:
        return None
    if not isinstance(material.promise.target, PeriodMeanAtMost | NoneOccurs):
        return point_interval(points[0], indicator, rule)
    events = [_events(p, indicator) for p in points]
    weights = [_weight(p, indicator) for p in points]
    if any(e is None for e in events) or any(w is None for w in weights):
        return None
    counts = [e for e in events if e is not None]
    if isinstance(material.promise.target, NoneOccurs):
        return _of_total(sum(counts), indicator.scale, rule)
    if material.mean(material.method.period_mean) is not None:  # ratio of sums: every event weighs the same
        exposure = math.fsum(p.denominator for p in points if p.denominator is not None)
        return _of_total(sum(counts), indicator.scale / exposure, rule)
    found = weighted_interval(counts, [w / len(points) for w in weights if w is not None], rule)
    return Interval(
        lower=found.lower, upper=found.upper, level=rule.level, method="dobson", events=found.events
    )


def comparison_with_base(material: Material, base: BaseValue, judgement: Judgement) -> Comparison | None:
    """Exact test of the current count against the base count, where both are counts of the same thing."""
    if isinstance(material.promise.target, PeriodMeanAtMost | NoneOccurs) or judgement.current is None:
        return None
    indicator, current = material.indicator, material.points.get(material.current_year)
    now = _events(current, indicator) if current else None
    if current is None or now is None:
        return None
    before = base.points
    if base.source == "plan" and base.value is not None:
        if indicator.denominator is None:
            whole = base.value / indicator.scale
            if whole % 1:
                return None
            return _test(now, 1.0, int(whole), 1.0, 1, material.method)
        statistics = material.base(Base(source="statistics"))
        tolerance = material.method.plan_check.base_tolerance
        if statistics.value is None or not math.isclose(statistics.value, base.value, rel_tol=tolerance):
            return None  # the plan's rate and the statistics are not of one scope: no count stands behind the base
        before = statistics.points
    counts = [_events(p, indicator) for p in before]
    if not counts or any(c is None for c in counts):
        return None
    exposure = [1.0 if indicator.denominator is None else p.denominator for p in before]
    exposure_now = 1.0 if indicator.denominator is None else current.denominator
    if exposure_now is None or any(e is None for e in exposure):
        return None
    total = sum(c for c in counts if c is not None)
    whole_exposure = math.fsum(e for e in exposure if e is not None)
    return _test(now, exposure_now, total, whole_exposure, len(before), material.method)


def _test(
    now: int, exposure_now: float, before: int, exposure_before: float, base_years: int, method: Method
) -> Comparison:
    p_value = comparison_p_value(now, exposure_now, before, exposure_before)
    alpha = method.comparison.alpha
    return Comparison(
        base_events=before,
        base_years=base_years,
        current_events=now,
        p_value=p_value,
        alpha=alpha,
        distinguishable=p_value < alpha,
    )
