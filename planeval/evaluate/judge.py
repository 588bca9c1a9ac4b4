"""The rules: what a target, a base and a series of annual values amount to.

Pure arithmetic, one function a target kind, no files and no words. All numbers of a case are in one unit; every
verdict stays the same when that unit changes. A value that is missing is None and never counts as zero.
``docs/method.md`` explains each rule with a worked example.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from planeval.model.evaluation import Kind, Verdict
from planeval.model.method import VerdictRule
from planeval.model.plan import AtLeast, AtMost, NoneOccurs, PeriodMeanAtMost, Reduction, StatisticTarget

Trajectory = Literal["linear", "geometric"]
# Binary fractions must not decide a verdict: 0.57 of 0.6 is 0.95 whatever the last bit says.
_RELATIVE = 1e-9


def at_least(a: float, b: float) -> bool:
    """a >= b, equal within rounding of binary fractions."""
    return a > b or math.isclose(a, b, rel_tol=_RELATIVE, abs_tol=1e-300)


def below(a: float, b: float) -> bool:
    """a < b by more than rounding of binary fractions."""
    return not at_least(a, b)


@dataclass(frozen=True)
class Case:
    """What a rule sees. ``values``: annual values by year (None: missing); ``target`` levels in their unit.

    ``mean``: a ready mean of the period so far, for the ratio-of-sums convention; None: the mean of ``values``.
    ``least``: of missing years what the value is at least, where only some parts of the place are known.
    """

    target: StatisticTarget
    base: float | None
    base_year: int
    start: int
    end: int
    as_of: int
    values: Mapping[int, float | None]
    mean: float | None = None
    least: Mapping[int, float] = field(default_factory=dict)

    @property
    def time_share(self) -> float:
        """Share of the way from the base year to the end year that has passed at ``as_of``."""
        return (self.as_of - self.base_year) / (self.end - self.base_year)

    @property
    def years_so_far(self) -> list[int]:
        """The years of the period up to ``as_of``."""
        return list(range(self.start, min(self.as_of, self.end) + 1))

    @property
    def missing_years(self) -> list[int]:
        """Years of the period so far without a value."""
        return [year for year in self.years_so_far if self.values.get(year) is None]

    @property
    def known(self) -> list[float]:
        """The values of the period so far that are known."""
        return [v for v in (self.values.get(year) for year in self.years_so_far) if v is not None]


@dataclass(frozen=True)
class Judgement:
    """What a rule says. ``flags``: reasons and warnings as (code, parameters)."""

    verdict: Verdict
    target: float | None
    current: float | None
    progress: float | None = None
    required_yearly_change: float | None = None  # compound, as a fraction; negative is a fall
    room_left: float | None = None
    flags: tuple[tuple[str, dict[str, Any]], ...] = field(default=())

    def flagged(self, code: str, **params: Any) -> Judgement:
        """The same with one more flag."""
        return replace(self, flags=(*self.flags, (code, params)))

    @property
    def codes(self) -> list[str]:
        """The codes of the flags."""
        return [code for code, _ in self.flags]


def judge(case: Case, kind: Kind, rule: VerdictRule, trajectory: Trajectory = "linear") -> Judgement:
    """The verdict of one target at ``case.as_of``.

    Once its own end year is reached a target is met or not, whatever the kind of report: nothing is early any more.
    """
    target = case.target
    if case.as_of >= case.end:
        kind = Kind.FINAL
    if isinstance(target, PeriodMeanAtMost):
        return _period_mean(case, target, kind)
    if isinstance(target, NoneOccurs):
        return _none_occurs(case, kind)
    return _level(case, kind, rule, trajectory)


def target_level(target: StatisticTarget, base: float | None) -> float | None:
    """The level to be reached; a reduction's level is derived from the base each time, never stored."""
    if isinstance(target, Reduction):
        return None if base is None else base * (1 - target.percent / 100)
    return 0.0 if isinstance(target, NoneOccurs) else target.level


def meets(target: StatisticTarget, level: float, value: float) -> bool:
    """Whether ``value`` keeps the target. Equal to the level keeps it, except where the plan says "below"."""
    if isinstance(target, AtLeast):
        return below(level, value) if target.strict else at_least(value, level)
    strict = isinstance(target, AtMost | PeriodMeanAtMost) and target.strict
    return below(value, level) if strict else at_least(level, value)


# ---- values to be reached at the end of the period --------------------------------------------------------------


def _level(case: Case, kind: Kind, rule: VerdictRule, trajectory: Trajectory) -> Judgement:
    target, base, current = case.target, case.base, case.values.get(case.as_of)
    no_verdict = Judgement(Verdict.NOT_ASSESSABLE, target_level(target, base), current)
    if isinstance(target, Reduction) and base is None:
        return no_verdict.flagged("base_missing_for_reduction")
    if isinstance(target, Reduction) and base == 0:
        return replace(no_verdict, target=None).flagged("zero_base_for_reduction")
    level = no_verdict.target
    assert level is not None  # only a reduction without base has none
    if current is None:
        return no_verdict.flagged("current_missing", year=case.as_of)

    # A base right at a strict limit ("below 1" from 1) leaves no distance to measure progress by either.
    wider = base is not None and (meets(target, level, base) or math.isclose(base, level, rel_tol=_RELATIVE))
    # + 0.0 turns the -0.0 of an unchanged value into 0.0
    progress = None if base is None or wider else (current - base) / (level - base) + 0.0
    required = _required_yearly_change(current, level, case.end - case.as_of)
    result = Judgement(Verdict.NOT_ASSESSABLE, level, current, progress, required)
    if wider:
        result = result.flagged("target_wider_than_base")
    if base is None:
        result = result.flagged("base_missing")
    met = meets(target, level, current)
    if _worse_than_base(target, base, current):
        result = result.flagged("worse_than_base")  # also within the limit: level and trend are two findings

    if kind is Kind.FINAL:
        if case.as_of < case.end:
            return result.flagged("period_not_over", year=case.as_of, end=case.end)
        return replace(result, verdict=Verdict.MET if met else Verdict.NOT_MET)
    if met:
        return replace(result, verdict=Verdict.ACHIEVED_EARLY)
    if required is not None and below(rule.off_track_yearly_change, abs(required)):
        return replace(result, verdict=Verdict.OFF_TRACK).flagged("required_change_too_steep")
    if level == 0:
        result = result.flagged("zero_target")  # no compound rate leads to zero: only the path can judge
    if wider:
        return replace(result, verdict=Verdict.LAGGING)
    if base is None:
        return result  # neither met nor out of reach, and without a base there is no progress to speak of
    if case.time_share <= 0:
        return result.flagged("period_not_begun")
    pace = _pace(case, base, current, level, trajectory)
    if pace is None:
        return result.flagged("no_geometric_path")
    if at_least(pace, rule.ahead_from):
        return replace(result, verdict=Verdict.AHEAD)
    if at_least(pace, rule.on_track_from):
        return replace(result, verdict=Verdict.ON_TRACK)
    return replace(result, verdict=Verdict.LAGGING)


def _worse_than_base(target: StatisticTarget, base: float | None, current: float) -> bool:
    if base is None:
        return False
    return below(current, base) if isinstance(target, AtLeast) else below(base, current)


def _required_yearly_change(current: float, level: float, years: int) -> float | None:
    """Compound yearly change that leads from ``current`` to ``level``; None where there is no such rate."""
    if years <= 0 or level == 0:
        return None
    if current == 0:
        return math.inf
    return float((level / current) ** (1 / years) - 1)


def _pace(case: Case, base: float, current: float, level: float, trajectory: Trajectory) -> float | None:
    """Speed so far over the speed that was needed: 1 is exactly on the path.

    Linear: progress / time share. Geometric: observed over required compound annual growth rate (the indicator of
    Eurostat's SDG monitoring). Base 14.5 (2015), 10.4 (2023), target 7.25 (2030): 1.060 and 0.901.
    """
    if trajectory == "linear":
        return (current - base) / (level - base) / case.time_share
    if base <= 0 or level <= 0:
        return None
    observed = (current / base) ** (1 / (case.as_of - case.base_year)) - 1
    required = (level / base) ** (1 / (case.end - case.base_year)) - 1
    return float(observed / required)


# ---- means over the period --------------------------------------------------------------------------------------


def _period_mean(case: Case, target: PeriodMeanAtMost, kind: Kind) -> Judgement:
    level, length = target.level, case.end - case.start + 1
    total = case.mean * len(case.known) if case.mean is not None else math.fsum(case.known)
    remaining = length - len(case.years_so_far)
    budget = level * length  # what the annual values of the whole period may add up to
    known_of_missing = math.fsum(case.least.get(year, 0.0) for year in case.missing_years)
    spent = total + known_of_missing  # at least
    broken = at_least(spent, budget) if target.strict else below(budget, spent)
    missing = case.missing_years
    if case.mean is not None and (remaining or missing):
        # A ratio of sums: denominators still to come can always bring it down again, so nothing is settled.
        broken = False
    mean = total / len(case.known) if case.known and not missing else None
    settled = not missing and not broken and case.mean is None
    room = (budget - total) / remaining if remaining and settled else None
    result = Judgement(Verdict.NOT_ASSESSABLE, level, mean, room_left=room)
    if missing:
        result = result.flagged("years_missing", years=missing)
    if broken:
        # Annual values are never negative: what is known already breaks the mean, whatever is missing or to come.
        verdict = Verdict.NOT_MET if kind is Kind.FINAL else Verdict.OFF_TRACK
        return replace(result, verdict=verdict).flagged("mean_cannot_be_kept")
    if kind is Kind.FINAL and remaining:
        return result.flagged("period_not_over", year=case.as_of, end=case.end)
    if mean is None:
        return result if missing else result.flagged("period_not_begun")
    if kind is Kind.FINAL:
        return replace(result, verdict=Verdict.MET)  # not broken with nothing remaining: kept
    return replace(result, verdict=Verdict.ON_TRACK if meets(target, level, mean) else Verdict.LAGGING)


# ---- 不发生 -----------------------------------------------------------------------------------------------------


def _none_occurs(case: Case, kind: Kind) -> Judgement:
    occurred = {year: v for year in case.years_so_far if (v := _at_least_occurred(case, year)) > 0}
    missing = case.missing_years
    total = math.fsum(case.known) if case.known and not missing else None
    result = Judgement(Verdict.NOT_ASSESSABLE, 0.0, total)
    if missing:
        result = result.flagged("years_missing", years=missing)
    if occurred:
        verdict = Verdict.NOT_MET if kind is Kind.FINAL else Verdict.OFF_TRACK
        return replace(result, verdict=verdict).flagged(
            "occurred", years=list(occurred), total=sum(occurred.values())
        )
    if kind is Kind.FINAL and case.as_of < case.end:
        return result.flagged("period_not_over", year=case.as_of, end=case.end)
    if missing or not case.years_so_far:
        return result if missing else result.flagged("period_not_begun")
    return replace(result, verdict=Verdict.MET if kind is Kind.FINAL else Verdict.ON_TRACK)


def _at_least_occurred(case: Case, year: int) -> float:
    """What is known to have occurred in a year; one part of the place is enough."""
    value = case.values.get(year)
    return case.least.get(year, 0.0) if value is None else value
