"""A plan's targets beside the statistics of its place: what the rules of the plan check look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from planeval.evaluate.plan_check_text import Unsettled, year_spans
from planeval.evaluate.series import BaseValue, Point, in_unit, resolve_base, series_of
from planeval.messages import say
from planeval.messages.names import in_language
from planeval.model.dictionary import Dictionary, Indicator, Variable
from planeval.model.method import PlanCheckRule
from planeval.model.plan import (
    AtLeast,
    AtMost,
    Base,
    CompleteBy,
    Cumulative,
    Due,
    PeriodMeanAtMost,
    Plan,
    Reduction,
    StatisticTarget,
)
from planeval.model.status import PROVISIONAL, Status


@dataclass(frozen=True)
class Figure:
    """A statistic. ``name`` says what it is and of which year, for readers."""

    value: float
    status: Status
    year: int
    name: str

    @property
    def unsettled(self) -> list[Unsettled]:
        """Itself when it is a forecast or illustrative: it neither confirms nor refutes anything."""
        return [(self.status, self.name)] if self.status in PROVISIONAL else []


@dataclass(frozen=True)
class Row:
    """One target judged by statistics: core indicator or sub-target. Levels and bases in the indicator's unit.

    ``end`` is the year it falls due: a sub-target's own year, else the end of the period.
    """

    id: str
    key: str
    name: str
    indicator: Indicator
    target: StatisticTarget
    base: BaseValue
    points: Mapping[int, Point]
    end: int

    @property
    def unsettled_base(self) -> list[Unsettled]:
        """The years of the base that are forecasts or illustrative."""
        return unsettled_years([(p.year, p.status) for p in self.base.points], self.name)

    @property
    def is_count(self) -> bool:
        """Whether it is a variable itself, not a ratio."""
        return self.indicator.numerator is not None and self.indicator.denominator is None

    @property
    def is_ratio(self) -> bool:
        """Whether it is computed from a numerator and a denominator."""
        return self.indicator.numerator is not None and self.indicator.denominator is not None


class PlanFacts:
    """The plan, its rows, and look-ups into the statistics of its place up to ``as_of``."""

    def __init__(
        self,
        plan: Plan,
        values: pd.DataFrame,
        observations: pd.DataFrame,
        dictionary: Dictionary,
        rule: PlanCheckRule,
        as_of: int,
    ) -> None:
        self.plan, self.dictionary, self.rule, self.as_of = plan, dictionary, rule, as_of
        of_place = series_of(values[values["region_code"] == plan.region_code])
        self._points = {
            key: {year: point for year, point in points.items() if year <= as_of}
            for key, points in of_place.items()
        }
        own = observations["region_code"] == plan.region_code
        # A sum that lacks a part is no figure of the place.
        rows = observations[own & (observations.get("partial", "") == "")]
        columns = (rows[name].tolist() for name in ("published", "variable", "year", "value", "status"))
        vintages = sorted(zip(*columns, strict=True), key=lambda row: str(row[0]))
        # The later vintage overwrites the earlier one.
        self._statistics: dict[tuple[str, int], tuple[float, str]] = {
            (variable, year): (value, status)
            for _, variable, year, value, status in vintages
            if year <= as_of and variable in dictionary.variables
        }
        self.core = [self._row(i.key, i.key, i.target, i.base) for i in plan.indicators]
        self.rows = self.core + [
            self._row(s.id, s.key, s.target, s.base, in_language(s.name, s.name_en), s.due)
            for s in plan.sub_targets
            if s.key is not None and not isinstance(s.target, CompleteBy | Cumulative)
        ]

    def _row(
        self,
        row_id: str,
        key: str,
        target: StatisticTarget,
        base: Base,
        name: str = "",
        due: Due | None = None,
    ) -> Row:
        indicator = self.dictionary.indicators[key]
        points = self._points.get(key, {})
        found = resolve_base(base, points, self.plan.base_year, self.plan.period.start, indicator.unit)
        if isinstance(target, AtMost | AtLeast | PeriodMeanAtMost):
            level = in_unit(target.level, target.unit, indicator.unit)
            target = target.model_copy(update={"level": level, "unit": indicator.unit})
        end = due.year if due else self.plan.period.end
        return Row(row_id, key, name or indicator.name, indicator, target, found, points, end)

    def variable(self, key: str) -> Variable:
        """The variable of that key."""
        return self.dictionary.variables[key]

    def statistic(self, variable: str, year: int) -> Figure | None:
        """The latest published figure of a variable, in its canonical unit."""
        found = self._statistics.get((variable, year))
        if found is None:
            return None
        name = say("plan_check.year_figure", year=year, name=self.dictionary.variables[variable].name)
        return Figure(found[0], Status(found[1]), year, name)

    def base_statistic(self, variable: str | None) -> Figure | None:
        """The base year's figure."""
        return None if variable is None else self.statistic(variable, self.plan.base_year)

    def base_years(self, row: Row) -> str:
        """The years of the row's base for readers: ``2020年`` or ``2016至2020年平均``."""
        if row.base.source == "mean_of_years" and row.base.points:
            years = year_spans(point.year for point in row.base.points)
            return say("plan_check.years.mean", years=years)
        return year_spans([self.plan.base_year])

    def years(self, variable: str) -> list[int]:
        """The years with a figure from the base year to the end of the period."""
        first, last = self.plan.base_year, self.plan.period.end
        return sorted(year for v, year in self._statistics if v == variable and first <= year <= last)


def unsettled_years(years: Iterable[tuple[int, Status | None]], name: str) -> list[Unsettled]:
    """The years of one series that are forecasts or illustrative, one entry for each of the two."""
    found: dict[Status, list[int]] = {}
    for year, status in years:
        if status is not None and status in PROVISIONAL:
            found.setdefault(status, []).append(year)
    return [
        (status, say("plan_check.years.of", years=year_spans(found[status]), name=name))
        for status in Status
        if status in found
    ]


def kept_share(row: Row) -> float | None:
    """Target over base of a reduction, or of a level at or below the plan's own base; None where there is none.

    A reduction from a mean of years has one too, but no base year from which the growth of anything runs.
    """
    if row.base.source == "mean_of_years":
        return None
    if isinstance(row.target, Reduction):
        return 1 - row.target.percent / 100
    if isinstance(row.target, AtMost) and row.base.source == "plan" and row.base.value:
        share = row.target.level / row.base.value
        return share if share <= 1 else None
    return None
