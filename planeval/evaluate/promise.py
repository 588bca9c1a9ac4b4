"""A promise of the plan that statistics can judge, and all that it is judged with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from planeval.evaluate.judge import Case, Judgement
from planeval.evaluate.series import (
    BaseValue,
    Point,
    absent,
    in_unit,
    ratio_of_sums,
    resolve_base,
    variables_of,
)
from planeval.messages import say
from planeval.model.dictionary import Dictionary, Indicator
from planeval.model.evaluation import Kind, Verdict
from planeval.model.method import Method
from planeval.model.plan import (
    AtLeast,
    AtMost,
    Attribute,
    Base,
    NoneOccurs,
    PeriodMeanAtMost,
    Plan,
    Reduction,
    StatisticTarget,
)
from planeval.model.status import Status, worst


@dataclass(frozen=True)
class Promise:
    """A row of the plan that statistics can judge: a core indicator or a sub-target."""

    key: str
    id: str
    no: int | None
    name: str
    name_en: str
    attribute: Attribute
    as_written: str
    reading: str
    target: StatisticTarget
    base: Base
    end: int


@dataclass(frozen=True)
class Material:
    """All that a promise is judged with. ``first`` holds the first-published vintage of ``points``."""

    plan: Plan
    promise: Promise
    indicator: Indicator
    dictionary: Dictionary
    method: Method
    kind: Kind
    as_of: int
    points: Mapping[int, Point]
    first: Mapping[int, Point]
    rows: Mapping[tuple[str, int], str]  # (variable, year) -> file:line of the row in use
    known_until: int | None = None  # the latest year in which anything the plan promises has a value
    # As `rows`, of sums that lack a part: which ones are missing.
    partial_sums: Mapping[tuple[str, int], str] = field(default_factory=dict)
    map_breaks: Mapping[int, str] = field(default_factory=dict)  # year -> what changed of the place's area

    @property
    def end(self) -> int:
        """The year the promise falls due."""
        return self.promise.end

    @property
    def current_year(self) -> int:
        """The data year judged: ``as_of``, or the due year once that has passed."""
        return min(self.as_of, self.end)

    @property
    def years(self) -> list[int]:
        """The years of the period that count so far."""
        return list(range(self.plan.period.start, self.current_year + 1))

    @cached_property
    def breaks(self) -> dict[int, str]:
        """Breaks in the definition of what the indicator is computed from, of the place's area, and between figures of
        the place itself and sums over its parts: year -> what changed."""
        found: dict[int, list[str]] = {year: [text] for year, text in self.map_breaks.items()}
        for year, text in self._changes_of_origin():
            found.setdefault(year, []).append(text)
        for key in variables_of({self.promise.key}, self.dictionary):
            variable = self.dictionary.variables.get(key)
            for year, text in (variable.breaks_in(self.plan.region_code) if variable else {}).items():
                found.setdefault(year, []).append(text)
        between = say("report.sentence_join")
        return {year: between.join(sorted(set(texts))) for year, texts in found.items()}

    def _changes_of_origin(self) -> Iterator[tuple[int, str]]:
        known = sorted(p for p in self.points.values() if p.value is not None)
        for before, after in pairwise(known):
            summed = after.derived == "parts"
            if summed != (before.derived == "parts"):
                yield after.year, say(f"parts.break_{'summed' if summed else 'reported'}", year=after.year)

    def figures(self, point: Point) -> list[tuple[str, int]]:
        """(variable, year) of the rows that a value was computed from."""
        own = self.indicator
        computed = own.numerator is not None and not point.published_rate and not self.over_same_parts(point)
        keys = [own.numerator, own.denominator] if computed else [self.promise.key]
        found = [(key, point.year) for key in keys if key is not None]
        return [figure for figure in found if figure in self.rows]

    def sources(self, point: Point) -> list[str]:
        """file:line of the rows that a value was computed from."""
        return [self.rows[figure] for figure in self.figures(point)]

    def base(self, base: Base | None = None, points: Mapping[int, Point] | None = None) -> BaseValue:
        """The declared base, or another one."""
        return resolve_base(
            base or self.promise.base,
            self.points if points is None else points,
            self.plan.base_year,
            self.plan.period.start,
            self.indicator.unit,
        )

    @cached_property
    def target(self) -> StatisticTarget:
        """The target with its level in the indicator's unit."""
        target = self.promise.target
        if isinstance(target, AtMost | AtLeast | PeriodMeanAtMost):
            level = in_unit(target.level, target.unit, self.indicator.unit)
            return target.model_copy(update={"level": level, "unit": self.indicator.unit})
        return target

    def over_same_parts(self, point: Point) -> bool:
        """Whether the value is a rate over those parts of the place alone that have numerator and denominator."""
        return point.value is not None and point.partial != ""

    def rests_on_parts(
        self, judgement: Judgement, base: BaseValue, points: Mapping[int, Point] | None = None
    ) -> bool:
        """Whether the verdict rests on such a rate, and so is provisional whatever the status of the figures."""
        used = self.points if points is None else points
        now = [used[p.year] for p in self.counted() if p.year in used]
        before = base.points if self._base_decides(judgement) else ()
        return any(self.over_same_parts(point) for point in (*now, *before))

    def _base_decides(self, judgement: Judgement) -> bool:
        by_base = judgement.verdict in (Verdict.AHEAD, Verdict.ON_TRACK, Verdict.LAGGING)
        return isinstance(self.promise.target, Reduction) or by_base

    def data_status(
        self, judgement: Judgement, base: BaseValue, points: Mapping[int, Point] | None = None
    ) -> Status | None:
        """The worst status of the figures the verdict rests on.

        The base is one of them where it decides: it sets a reduction's level, and short of the target a mid-term
        judges by the way gone since the base.
        """
        used = self.points if points is None else points
        statuses = [used[p.year].status if p.year in used else None for p in self.counted()]
        if self._base_decides(judgement):
            statuses.append(base.status)
        return worst(statuses)

    def case(
        self, base: float | None, points: Mapping[int, Point] | None = None, mean: float | None = None
    ) -> Case:
        """The case as the rules see it."""
        used = self.points if points is None else points
        return Case(
            target=self.target,
            base=base,
            base_year=self.plan.base_year,
            start=self.plan.period.start,
            end=self.end,
            as_of=self.current_year,
            values={year: point.value for year, point in used.items()},
            mean=mean,
            least={y: point.partial_sum for y, point in used.items() if point.partial_sum is not None},
        )

    def mean(self, convention: str, points: Mapping[int, Point] | None = None) -> float | None:
        """The ratio-of-sums mean of the period so far, when that is the convention; None lets the rule take
        the mean of the annual values."""
        if convention != "ratio_of_sums" or not isinstance(self.promise.target, PeriodMeanAtMost):
            return None
        used = self.points if points is None else points
        known = [used[y] for y in self.years if y in used and used[y].value is not None]
        return ratio_of_sums(known, self.indicator) if known else None

    def counted(self) -> list[Point]:
        """The points a verdict rests on: the current year's, or every year of the period so far."""
        over_period = isinstance(self.promise.target, PeriodMeanAtMost | NoneOccurs)
        years = self.years if over_period else [self.current_year]
        return [self.points.get(y, absent(y, self.promise.key, self.indicator)) for y in years]
