"""The remarks of an indicator: why a number is missing, and what a reader must know beside a verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from planeval.evaluate.judge import Judgement
from planeval.evaluate.promise import Material
from planeval.evaluate.series import BaseValue, Point
from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.messages.units import quantity
from planeval.model.evaluation import Comparison, Interval, Kind, Note, Projection
from planeval.model.plan import Base, NoneOccurs, PeriodMeanAtMost, Reduction
from planeval.model.status import PROVISIONAL, Status


def year_list(years: Sequence[int]) -> str:
    """``2021、2022年``."""
    joined = say("evaluate.years_join").join(str(year) for year in years)
    return say("evaluate.years", years=joined)


def reason_text(point: Point, material: Material) -> str:
    """Why a year has no value, in words: its statistics are yet to come, or which figures they do not have."""
    if point.reason is None:
        return say("evaluate.reason.unknown")
    code, _, variables = point.reason.partition(":")
    names = []
    for key in variables.split("+"):
        found = material.dictionary.variables.get(key) or material.dictionary.indicators.get(key)
        names.append(found.name if found else key)
    listed = say("report.join").join(names)
    if code == "partial":
        return say("parts.reason", names=listed, sources=_partial_sums(point, variables.split("+"), material))
    if code == "missing" and material.known_until is not None and point.year > material.known_until:
        return say("annual.not_there_yet", names=listed, latest=material.known_until)
    return say(f"evaluate.reason.{code}", names=listed)


def _partial_sums(point: Point, variables: Sequence[str], material: Material) -> str:
    """Which parts the sums of these variables lack in the point's year."""
    told = (material.partial_sums.get((variable, point.year), point.partial) for variable in variables)
    return say("report.semicolon").join(dict.fromkeys(told))


class Notes:
    """Collects notes in reading order; the same code is said once."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self.notes: list[Note] = []

    def add(self, code: str, **params: Any) -> None:
        """One note; ``params`` fill its sentence and stay with it for machines."""
        if all(note.code != code for note in self.notes):
            self.notes.append(Note(code=code, text=say(f"notes.{code}", **params), params=params))

    def value(self, value: float | None) -> str:
        """A value of this indicator with its unit."""
        indicator = self.material.indicator
        return quantity(fmt.number(value, indicator.decimals), indicator.unit)

    def level(self, value: float | None) -> str:
        """A derived level of this indicator with its unit."""
        indicator = self.material.indicator
        return quantity(fmt.target(value, indicator.decimals), indicator.unit)

    def of_judgement(self, judgement: Judgement) -> None:
        """The flags of the rule."""
        for code, params in judgement.flags:
            extra: dict[str, Any] = {}
            if code == "current_missing":
                point = self.material.points.get(params["year"])
                counted = self.material.counted()
                extra["reason"] = reason_text(point or counted[-1], self.material)
            elif code in ("years_missing", "occurred"):
                extra["year_list"] = year_list(params["years"])
            elif code == "required_change_too_steep":
                change = judgement.required_yearly_change or 0.0
                cut_off = self.material.method.verdicts.off_track_yearly_change
                extra = {
                    "direction": say(f"report.indicators.{'up' if change > 0 else 'down'}"),
                    "change": say("evaluate.unbounded")
                    if math.isinf(change)
                    else fmt.percent(abs(change) * 100),
                    "cut_off": fmt.percent(cut_off * 100, 0),
                }
            elif code == "target_wider_than_base":
                extra = {"target": self.level(judgement.target)}
            if code == "occurred":
                unit = self.material.indicator.unit
                extra |= {"total": fmt.number(params["total"], 0), "unit": unit}
                extra["count"] = quantity(extra["total"], unit)
            self.add(code, **{**params, **extra})
            if code == "years_missing":
                self._of_years_to_come(params["years"])

    def _of_years_to_come(self, missing: Sequence[int]) -> None:
        """That years are missing because their statistics are not there yet."""
        latest = self.material.known_until
        to_come = [year for year in missing if latest is not None and year > latest]
        if to_come:
            self.add("not_there_yet", years=to_come, year_list=year_list(to_come), latest=latest)

    def of_base(self, base: BaseValue) -> None:
        """A base with holes, and a plan's base that the statistics contradict."""
        if base.missing_years:
            self.add(
                "base_years_missing", years=list(base.missing_years), year_list=year_list(base.missing_years)
            )
        if base.source != "plan" or base.value is None:
            return
        statistics = self.material.base(Base(source="statistics"))
        tolerance = self.material.method.plan_check.base_tolerance
        if statistics.value is None or statistics.status in PROVISIONAL:
            return  # made-up or expected figures contradict nobody
        if not math.isclose(base.value, statistics.value, rel_tol=tolerance):
            self.add(
                "base_conflicts_with_statistics",
                year=self.material.plan.base_year,
                plan_value=self.level(base.value),
                statistics_value=self.level(statistics.value),
            )

    def of_data(self, counted: Sequence[Point], base: BaseValue, status: Status | None) -> None:
        """Illustrative, forecast and preliminary figures, published rates, breaks of definition."""
        if status is not None and status not in (Status.FINAL, Status.REVISED):
            self.add(f"data_{status.value}")
        self._of_sums([*base.points, *counted])
        indicator = self.material.indicator
        taken = [p.year for p in counted if p.published_rate]
        if taken and indicator.numerator is not None:
            self.add("published_rate_used", years=taken, year_list=year_list(taken))
        if self.material.current_year < self.material.as_of:
            self.add("judged_at_due_year", year=self.material.current_year)
        compares = not isinstance(self.material.promise.target, PeriodMeanAtMost | NoneOccurs)
        first = self.material.plan.base_year if compares else self.material.plan.period.start
        first = min([first, *(p.year for p in base.points)])
        span = range(first + 1, self.material.current_year + 1)
        crossed = [year for year in sorted(self.material.breaks) if year in span]
        if crossed:
            code = "definition_break" if compares else "definition_break_within"
            self.add(code, years=crossed, year_list=year_list(crossed))

    def _of_sums(self, points: Sequence[Point]) -> None:
        """Values that were added up over other places, and those that lack some of them."""
        for kind in ("parts", "predecessors"):
            years = {p.year for p in points if p.derived == kind and p.value is not None and not p.partial}
            if years:
                self.add(f"summed_{kind}", years=sorted(years), year_list=year_list(sorted(years)))
        lacking = {
            "rate_over_parts": {p.year: p.partial for p in points if self.material.over_same_parts(p)},
            "partial_sums": {p.year: p.partial for p in points if p.partial_sum is not None},
        }
        for code, shares in lacking.items():
            if shares:
                told = say("report.join").join(dict.fromkeys(shares.values()))
                self.add(code, years=sorted(shares), year_list=year_list(sorted(shares)), partial=told)

    def of_uncertainty(self, interval: Interval | None, comparison: Comparison | None) -> None:
        """Whether the change can be told from chance."""
        if comparison is not None:
            params: dict[str, Any] = {
                "base_years": comparison.base_years,
                "base_events": fmt.number(comparison.base_events),
                "current_events": fmt.number(comparison.current_events),
                "p": f"={fmt.number(comparison.p_value, 3)}" if comparison.p_value >= 0.001 else "<0.001",
            }
            self.add("distinguishable" if comparison.distinguishable else "not_distinguishable", **params)
        if interval is not None and interval.events < self.material.method.plan_check.small_count:
            self.add("small_count", events=interval.events)

    def of_projection(self, projection: Projection | None, judgement: Judgement) -> None:
        """How much room a mean has left; a straight line that arrives although the verdict says it will not."""
        if projection is None:
            return
        if projection.value is not None and self._one_year():
            self.add("projected_from_one_year", year=self.material.current_year)
        if projection.room_left is not None:
            strict = bool(getattr(self.material.promise.target, "strict", False))
            code = "room_left_strict" if strict else "room_left"
            self.add(code, room=self.level(projection.room_left), end=projection.year)
        if projection.meets_target and "required_change_too_steep" in judgement.codes:
            self.add("straight_line_would_do", end=projection.year)

    def _one_year(self) -> bool:
        """Whether all that is known of the way so far is a single year."""
        over_period = isinstance(self.material.promise.target, PeriodMeanAtMost)
        begun = self.material.plan.period.start - 1 if over_period else self.material.plan.base_year
        return self.material.current_year == begun + 1

    def of_nulls(
        self,
        base: BaseValue,
        judgement: Judgement,
        change: float | None,
        interval: Interval | None,
        comparison: Comparison | None,
        projection: Projection | None,
    ) -> None:
        """A reason for every number that is not given."""
        target = self.material.promise.target
        over_period = isinstance(target, PeriodMeanAtMost | NoneOccurs)
        if base.value is None:
            needs_none = base.source == "none"
            self.add(
                "no_base_needed" if needs_none and over_period else "no_base",
                year=self.material.plan.base_year,
            )
        if judgement.target is None:
            self.add("no_target")
        if judgement.current is None:
            gaps = [p for p in self.material.counted() if p.value is None]
            by_reason: dict[str, list[int]] = {}
            for p in gaps:
                by_reason.setdefault(reason_text(p, self.material), []).append(p.year)
            told = say("report.semicolon").join(
                say("evaluate.years_reason", years=year_list(years), reason=why)
                for why, years in by_reason.items()
            )
            told = told or say("evaluate.reason.unknown")
            self.add("no_current", years=[p.year for p in gaps], reasons=told)
        if change is None:
            self.add("no_change_over_period" if over_period else "no_change")
        if judgement.progress is None:
            self.add("no_progress_over_period" if over_period else "no_progress")
        if interval is None:
            if judgement.current is None:
                self.add("no_interval_without_value")
            elif not self.material.indicator.events:
                self.add("no_interval_not_a_count")
            else:
                over_parts = any(map(self.material.over_same_parts, self.material.counted()))
                self.add("no_interval_over_parts" if over_parts else "no_interval_no_count")
        if comparison is None:
            self.add("no_comparison")
        if projection is None:
            if self.material.kind is Kind.FINAL:
                self.add("no_projection_final")
            elif isinstance(target, NoneOccurs):
                self.add("no_projection_none_occurs")
            elif judgement.current is None:
                self.add("no_projection_without_value")
            else:
                self.add("no_projection_due")
        elif projection.value is None:
            self.add("no_projection_without_base")
        if (
            isinstance(target, Reduction)
            and judgement.target is not None
            and self._fraction(judgement.target)
        ):
            self.add(
                "fractional_target",
                name=self.material.promise.name,
                target=self.level(judgement.target),
                whole=quantity(fmt.number(math.floor(judgement.target)), self.material.indicator.unit),
            )

    def _fraction(self, target: float) -> bool:
        """Whether a target for a small whole count lies between whole numbers."""
        indicator, small = self.material.indicator, self.material.method.plan_check.small_count
        is_count = indicator.denominator is None and indicator.decimals == 0 and indicator.events
        return is_count and target < small and not math.isclose(target, round(target))
