"""One promise of the plan, judged: rule, uncertainty, projection, sensitivity and the reasons, as one typed result."""

from __future__ import annotations

import math
from typing import NamedTuple

from planeval.evaluate.judge import Case, Judgement, Trajectory, judge, meets
from planeval.evaluate.notes import Notes, reason_text
from planeval.evaluate.promise import Material
from planeval.evaluate.sensitivity import sensitivity
from planeval.evaluate.series import BaseValue, absent
from planeval.evaluate.uncertainty import comparison_with_base, current_interval, point_interval
from planeval.model.evaluation import IndicatorEvaluation, Kind, Projection, Verdict, YearValue
from planeval.model.plan import AtLeast, NoneOccurs, PeriodMeanAtMost
from planeval.model.status import PROVISIONAL, Status


class Judged(NamedTuple):
    """A promise judged, without anything that explains the verdict."""

    base: BaseValue
    case: Case
    judgement: Judgement
    data_status: Status | None
    projection: Projection | None


def judge_promise(material: Material) -> Judged:
    """The verdict of one promise of the plan."""
    method, base = material.method, material.base()
    case = material.case(base.value, mean=material.mean(method.period_mean))
    judgement = judge(case, material.kind, method.verdicts, method.trajectory)
    status = material.data_status(judgement, base)
    return Judged(base, case, judgement, status, _projection(material, case, judgement))


def evaluate_promise(material: Material) -> IndicatorEvaluation:
    """Judge one promise of the plan, with intervals, sensitivity and the reasons."""
    promise, indicator, method = material.promise, material.indicator, material.method
    base, case, judgement, data_status, projection = judge_promise(material)
    interval = current_interval(material, judgement)
    comparison = comparison_with_base(material, base, judgement)
    alternatives = sensitivity(material, judgement)
    change = None
    if (
        judgement.current is not None
        and base.value
        and not isinstance(case.target, PeriodMeanAtMost | NoneOccurs)
    ):
        change = (judgement.current / base.value - 1) * 100

    notes = Notes(material)
    notes.of_judgement(judgement)
    notes.of_base(base)
    notes.of_data(material.counted(), base, data_status)
    notes.of_uncertainty(interval, comparison)
    notes.of_projection(projection, judgement)
    notes.of_nulls(base, judgement, change, interval, comparison, projection)

    return IndicatorEvaluation(
        key=promise.key,
        id=promise.id,
        no=promise.no,
        name=promise.name,
        name_en=promise.name_en,
        attribute=promise.attribute,
        target_kind=case.target.kind,
        as_written=promise.as_written,
        reading=promise.reading,
        unit=indicator.unit,
        decimals=indicator.decimals,
        direction="higher_is_better" if isinstance(case.target, AtLeast) else "lower_is_better",
        base=base.value,
        base_year=material.plan.base_year,
        base_source=base.source,
        base_status=base.status,
        current=judgement.current,
        current_year=material.current_year,
        target=judgement.target,
        target_strict=bool(getattr(case.target, "strict", False)),
        period_start=material.plan.period.start,
        target_year=material.end,
        change_percent=change,
        progress=judgement.progress,
        time_share=case.time_share,
        verdict=judgement.verdict,
        provisional=(data_status in PROVISIONAL or material.rests_on_parts(judgement, base))
        and judgement.verdict is not Verdict.NOT_ASSESSABLE,
        interval=interval,
        comparison=comparison,
        projection=projection,
        data_status=data_status,
        flags=[note.code for note in notes.notes],
        notes=notes.notes,
        values=_year_values(material),
        path=_path(case, judgement, method.trajectory),
        sensitivity=alternatives,
        bears_on=[s.id for part in material.plan.tasks for s in part.sections if promise.key in s.bears_on],
    )


def _projection(material: Material, case: Case, judgement: Judgement) -> Projection | None:
    """The end year if the average yearly change so far goes on; for means, if the rest is like the mean so far."""
    current, remaining = judgement.current, case.end - case.as_of
    if (
        material.kind is Kind.FINAL
        or current is None
        or isinstance(case.target, NoneOccurs)
        or remaining <= 0
    ):
        return None
    if isinstance(case.target, PeriodMeanAtMost):
        return Projection(
            year=case.end,
            value=current,
            meets_target=meets(case.target, case.target.level, current),
            average_yearly_change=None,
            required_yearly_change_percent=None,
            room_left=judgement.room_left,
        )
    required = judgement.required_yearly_change
    finite = required is not None and math.isfinite(required)
    value = average = None
    if case.base is not None and case.as_of > case.base_year:
        average = (current - case.base) / (case.as_of - case.base_year)
        value = max(0.0, current + average * remaining)
        if material.indicator.unit == "%" and isinstance(case.target, AtLeast):
            value = min(100.0, value)
    met = None if value is None or judgement.target is None else meets(case.target, judgement.target, value)
    return Projection(
        year=case.end,
        value=value,
        meets_target=met,
        average_yearly_change=average,
        required_yearly_change_percent=required * 100 if finite and required is not None else None,
    )


def _path(case: Case, judgement: Judgement, trajectory: Trajectory) -> dict[int, float]:
    """The path from the base to the target, by year; empty where there is none to walk."""
    base, level = case.base, judgement.target
    if isinstance(case.target, PeriodMeanAtMost | NoneOccurs) or judgement.progress is None:
        return {}
    assert base is not None and level is not None  # progress needs both
    span = case.end - case.base_year
    if trajectory == "linear" or base == 0 or level == 0:
        return {case.base_year + n: base + n * (level - base) / span for n in range(span + 1)}
    return {case.base_year + n: base * (level / base) ** (n / span) for n in range(span + 1)}


def _year_values(material: Material) -> list[YearValue]:
    """Base year to data year without gaps, and the years of a mean base."""
    first = material.plan.base_year
    if material.promise.base.source == "mean_of_years":
        first = material.plan.period.start - material.promise.base.years
    indicator = material.indicator
    breaks = material.breaks
    result = []
    for year in range(first, material.as_of + 1):
        point = material.points.get(year, absent(year, material.promise.key, indicator))
        result.append(
            YearValue(
                year=year,
                value=point.value,
                status=point.status,
                numerator=point.numerator,
                denominator=point.denominator,
                interval=point_interval(point, indicator, material.method.interval),
                published_rate=point.published_rate,
                reason=None if point.value is not None else reason_text(point, material),
                break_before=breaks.get(year) if year > first else None,
                sources=material.sources(point) if point.value is not None or point.partial else [],
                derived=point.derived,
                partial=point.partial,
                partial_sum=point.partial_sum,
            )
        )
    return result
