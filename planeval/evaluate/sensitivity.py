"""Would another convention change the verdict? Each one that applies is tried and said."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from planeval.evaluate.judge import Judgement, Trajectory, judge
from planeval.evaluate.promise import Material
from planeval.evaluate.series import BaseValue, Point
from planeval.messages import say
from planeval.model.evaluation import Alternative, Kind
from planeval.model.plan import Base, NoneOccurs, PeriodMeanAtMost, Reduction
from planeval.model.status import PROVISIONAL


def sensitivity(material: Material, declared: Judgement) -> list[Alternative]:
    """The same promise under every other convention that applies, and whether the verdict would change."""
    method, target = material.method, material.promise.target
    base = material.base()
    found: list[Alternative] = []

    def add(
        code: Any, base_used: BaseValue, judgement: Judgement, points: Mapping[int, Point] | None = None
    ) -> None:
        status = material.data_status(judgement, base_used, points)
        found.append(
            Alternative(
                code=code,
                label=say(f"sensitivity.{code}"),
                base=base_used.value,
                current=judgement.current,
                target=judgement.target,
                progress=judgement.progress,
                verdict=judgement.verdict,
                changes_verdict=judgement.verdict is not declared.verdict,
                data_status=status,
                provisional=status in PROVISIONAL or material.rests_on_parts(judgement, base_used, points),
            )
        )

    def rejudge(
        base_used: BaseValue,
        points: Mapping[int, Point] | None = None,
        mean: float | None = None,
        trajectory: Trajectory = method.trajectory,
    ) -> Judgement:
        case = material.case(base_used.value, points, mean)
        return judge(case, material.kind, method.verdicts, trajectory)

    level = not isinstance(target, PeriodMeanAtMost | NoneOccurs)
    on_the_way = material.kind is not Kind.FINAL and material.current_year < material.end
    if level and on_the_way and declared.progress is not None and base.value:
        path: Trajectory = "geometric" if method.trajectory == "linear" else "linear"
        add(f"{path}_trajectory", base, rejudge(base, trajectory=path))
    if level and (on_the_way or isinstance(target, Reduction)):
        for source in ("statistics", "mean_of_years"):
            if source != base.source:
                candidate = material.base(Base(source=source))
                if candidate.value is not None and candidate.value != base.value:
                    code = "base_from_statistics" if source == "statistics" else "base_mean_of_years"
                    add(code, candidate, rejudge(candidate))
    first_base = material.base(points=material.first)
    if _differ(material, first_base, base):
        first_mean = material.mean(method.period_mean, material.first)
        add("first_vintage", first_base, rejudge(first_base, material.first, first_mean), material.first)
    if isinstance(target, PeriodMeanAtMost) and declared.current is not None:
        other = "ratio_of_sums" if method.period_mean == "mean_of_ratios" else "mean_of_ratios"
        if other == "mean_of_ratios" or material.mean(other) is not None:
            add(other, base, rejudge(base, mean=material.mean(other)))
        largest = _without_largest(material)
        if largest is not None:
            add("without_largest_year", base, rejudge(base, largest))
    return found


def _differ(material: Material, first_base: BaseValue, base: BaseValue) -> bool:
    """Whether the first-published figures differ in anything the verdict rests on."""
    years = [p.year for p in material.counted()]
    then = [material.first[y].value if y in material.first else None for y in years]
    now = [material.points[y].value if y in material.points else None for y in years]
    return then != now or first_base.value != base.value


def _without_largest(material: Material) -> dict[int, Point] | None:
    """The series with the largest year of the period replaced by the mean of the others (one typhoon can make or
    break a five-year mean); None with fewer than two years."""
    points = {p.year: p for p in material.counted() if p.value is not None}
    if len(points) < 2 or material.mean(material.method.period_mean) is not None:
        return None
    largest = max(points.values(), key=lambda p: p.value or 0.0)
    rest = [p.value for p in points.values() if p is not largest and p.value is not None]
    replaced = Point(largest.year, math.fsum(rest) / len(rest), largest.status, None, None, False, None)
    return {**points, largest.year: replaced}
