"""A plan's targets beside the statistics of its place: what the rules of the plan check look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planeval.evaluate.series import BaseValue, Point, in_unit, resolve_base, series_of
from planeval.messages import say
from planeval.model.dictionary import Dictionary, Indicator, Variable
from planeval.model.method import PlanCheckRule
from planeval.model.plan import (
    AtLeast,
    AtMost,
    Base,
    CompleteBy,
    Cumulative,
    PeriodMeanAtMost,
    Plan,
    Reduction,
    StatisticTarget,
)
from planeval.model.status import Status


@dataclass(frozen=True)
class Figure:
    """A statistic. ``name`` says what it is and of which year, for readers."""

    value: float
    status: Status
    year: int
    name: str

    @property
    def illustrative(self) -> list[str]:
        """Its name when it is illustrative."""
        return [self.name] if self.status is Status.ILLUSTRATIVE else []


@dataclass(frozen=True)
class Row:
    """One target judged by statistics: core indicator or sub-target. Levels and bases in the indicator's unit."""

    id: str
    key: str
    name: str
    indicator: Indicator
    target: StatisticTarget
    base: BaseValue
    points: Mapping[int, Point]

    @property
    def illustrative_base(self) -> list[str]:
        """The base's name when it is an illustrative statistic."""
        if self.base.status is not Status.ILLUSTRATIVE:
            return []
        years = sorted(point.year for point in self.base.points)
        year = str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"
        return [say("plan_check.year_figure", year=year, name=self.name)]

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
        of_place = values[(values["region_code"] == plan.region_code) & (values["year"] <= as_of)]
        rows = observations[
            (observations["region_code"] == plan.region_code) & (observations["year"] <= as_of)
        ]
        rows = rows.sort_values("published", kind="stable").drop_duplicates(["year", "variable"], keep="last")
        records: list[dict[str, Any]] = [{str(k): v for k, v in r.items()} for r in rows.to_dict("records")]
        self._statistics: dict[tuple[str, int], Figure] = {
            (row["variable"], int(row["year"])): Figure(
                float(row["value"]),
                Status(row["status"]),
                int(row["year"]),
                say(
                    "plan_check.year_figure",
                    year=row["year"],
                    name=dictionary.variables[row["variable"]].name,
                ),
            )
            for row in records
            if row["variable"] in dictionary.variables
        }
        self.core = [self._row(of_place, i.key, i.key, i.target, i.base) for i in plan.indicators]
        self.rows = self.core + [
            self._row(of_place, s.id, s.key, s.target, s.base, s.name)
            for s in plan.sub_targets
            if s.key is not None and not isinstance(s.target, CompleteBy | Cumulative)
        ]

    def _row(
        self, values: pd.DataFrame, row_id: str, key: str, target: StatisticTarget, base: Base, name: str = ""
    ) -> Row:
        indicator = self.dictionary.indicators[key]
        points = series_of(values, key)
        found = resolve_base(base, points, self.plan.base_year, self.plan.period.start, indicator.unit)
        if isinstance(target, AtMost | AtLeast | PeriodMeanAtMost):
            level = in_unit(target.level, target.unit, indicator.unit)
            target = target.model_copy(update={"level": level, "unit": indicator.unit})
        return Row(row_id, key, name or indicator.name, indicator, target, found, points)

    def variable(self, key: str) -> Variable:
        """The variable of that key."""
        return self.dictionary.variables[key]

    def statistic(self, variable: str, year: int) -> Figure | None:
        """The latest published figure of a variable, in its canonical unit."""
        return self._statistics.get((variable, year))

    def base_statistic(self, variable: str | None) -> Figure | None:
        """The base year's figure."""
        return None if variable is None else self.statistic(variable, self.plan.base_year)

    def years(self, variable: str) -> list[int]:
        """The years with a figure from the base year to the end of the period."""
        first, last = self.plan.base_year, self.plan.period.end
        return sorted(year for v, year in self._statistics if v == variable and first <= year <= last)


def kept_share(row: Row) -> float | None:
    """Target over base of a reduction, or of a level against the plan's own base; None where there is none."""
    if isinstance(row.target, Reduction):
        return 1 - row.target.percent / 100
    if isinstance(row.target, AtMost) and row.base.source == "plan" and row.base.value:
        return row.target.level / row.base.value
    return None
