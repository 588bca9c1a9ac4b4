"""The rules of every target kind: worked cases, and what must hold for any numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from planeval.evaluate.judge import Case, judge, meets, target_level
from planeval.model.evaluation import FINAL_VERDICTS, MIDTERM_VERDICTS, Kind, Verdict
from planeval.model.method import Method
from planeval.model.plan import AtLeast, AtMost, NoneOccurs, PeriodMeanAtMost, Reduction
from planeval.read.yaml_file import load_model

RULE = load_model(Path("data/method.yaml"), "method.yaml", Method).verdicts
MID, FINAL = Kind.MIDTERM, Kind.FINAL
# Better first; 无法评价 has no place in the order.
ORDER = {v: n for n, v in enumerate([*MIDTERM_VERDICTS[:-1], *FINAL_VERDICTS[:-1]])}


def reduction(percent: float) -> Reduction:
    return Reduction(kind="reduction", percent=percent)


def at_most(level: float, *, strict: bool = False) -> AtMost:
    return AtMost(kind="at_most", level=level, unit="人", strict=strict)


def at_least(level: float, *, strict: bool = False) -> AtLeast:
    return AtLeast(kind="at_least", level=level, unit="%", strict=strict)


def mean(level: float, *, strict: bool = False) -> PeriodMeanAtMost:
    return PeriodMeanAtMost(kind="period_mean_at_most", level=level, unit="%", strict=strict)


NONE = NoneOccurs(kind="none_occurs")


def case(target: Any, base: float | None, as_of: int, values: dict[int, float | None]) -> Case:
    return Case(target=target, base=base, base_year=2020, start=2021, end=2025, as_of=as_of, values=values)


def verdict(
    target: Any, base: float | None, current: float | None, as_of: int = 2023, kind: Kind = MID
) -> Verdict:
    return judge(case(target, base, as_of, {as_of: current}), kind, RULE).verdict


# ---- worked cases -----------------------------------------------------------------------------------------------


def test_a_reduction_is_judged_on_the_cumulative_fall_since_the_base() -> None:
    result = judge(case(reduction(20), 1.301, 2023, {2023: 1.244}), MID, RULE)
    assert result.target == pytest.approx(1.0408)
    assert result.progress == pytest.approx(0.219, abs=0.0005)
    assert result.verdict is Verdict.LAGGING


@pytest.mark.parametrize(
    ("current", "expected"),
    [
        (79.9, Verdict.ACHIEVED_EARLY),
        (80.0, Verdict.ACHIEVED_EARLY),  # equal to the target counts
        (86.8, Verdict.AHEAD),  # progress 0.66 = 1.10 x 0.6
        (86.9, Verdict.ON_TRACK),
        (88.6, Verdict.ON_TRACK),  # progress 0.57 = 0.95 x 0.6, to the last binary digit
        (88.7, Verdict.LAGGING),
        (100.0, Verdict.LAGGING),
        (114.2, Verdict.LAGGING),  # needs -29.9 % ... -16.3 % a year
        (164.0, Verdict.OFF_TRACK),  # needs -30.2 % a year
    ],
)
def test_the_cut_offs_of_an_end_of_period_target(current: float, expected: Verdict) -> None:
    assert verdict(reduction(20), 100.0, current) is expected


def test_worse_than_the_base_is_said() -> None:
    assert "worse_than_base" in judge(case(reduction(20), 100.0, 2023, {2023: 110.0}), MID, RULE).codes


def test_the_line_and_the_compound_rate_can_disagree() -> None:
    """Base 14.5 (2015), 10.4 (2023), target 7.25 (2030): 1.060 on the line, 0.901 by compound rates."""
    own = Case(at_most(7.25), 14.5, 2015, 2016, 2030, 2023, {2023: 10.4})
    linear = judge(own, MID, RULE)
    assert linear.progress is not None
    assert linear.progress / own.time_share == pytest.approx(1.060, abs=0.0005)
    assert linear.verdict is Verdict.ON_TRACK
    assert judge(own, MID, RULE, "geometric").verdict is Verdict.LAGGING


@pytest.mark.parametrize("current", [0.0, 0.5])
def test_a_reduction_from_zero_is_not_assessable(current: float) -> None:
    result = judge(case(reduction(15), 0.0, 2023, {2023: current}), MID, RULE)
    assert result.verdict is Verdict.NOT_ASSESSABLE
    assert result.codes == ["zero_base_for_reduction"]
    assert result.target is None


@pytest.mark.parametrize("kind", [MID, FINAL])
def test_a_reduction_without_base_is_not_assessable(kind: Kind) -> None:
    result = judge(case(reduction(15), None, 2025, {2025: 3.0}), kind, RULE)
    assert (result.verdict, result.codes) == (Verdict.NOT_ASSESSABLE, ["base_missing_for_reduction"])


def test_a_target_wider_than_the_base_is_judged_by_level() -> None:
    inside = judge(case(at_most(0.816), 0.6, 2023, {2023: 0.7}), MID, RULE)
    assert inside.verdict is Verdict.ACHIEVED_EARLY
    assert inside.progress is None
    assert "target_wider_than_base" in inside.codes
    outside = judge(case(at_most(0.816), 0.6, 2023, {2023: 0.9}), MID, RULE)
    assert outside.verdict is Verdict.LAGGING
    assert {"target_wider_than_base", "worse_than_base"} <= set(outside.codes)


def test_a_level_without_base_is_judged_by_level_only() -> None:
    assert verdict(at_most(1.0), None, 0.9) is Verdict.ACHIEVED_EARLY
    assert verdict(at_most(1.0), None, 5.0) is Verdict.OFF_TRACK
    unknown = judge(case(at_most(1.0), None, 2023, {2023: 1.2}), MID, RULE)
    assert (unknown.verdict, unknown.codes) == (Verdict.NOT_ASSESSABLE, ["base_missing"])


def test_a_zero_level_is_judged_by_the_path_alone() -> None:
    result = judge(case(at_most(0.0), 10.0, 2023, {2023: 4.0}), MID, RULE)
    assert result.verdict is Verdict.ON_TRACK
    assert "zero_target" in result.codes
    assert result.required_yearly_change is None


def test_equal_keeps_a_target_except_where_the_plan_says_below() -> None:
    assert verdict(at_most(1.0), 2.0, 1.0, 2025, FINAL) is Verdict.MET
    assert verdict(at_most(1.0, strict=True), 2.0, 1.0, 2025, FINAL) is Verdict.NOT_MET
    assert verdict(at_least(90), 50.0, 90.0, 2025, FINAL) is Verdict.MET
    assert verdict(at_least(90, strict=True), 50.0, 90.0, 2025, FINAL) is Verdict.NOT_MET


def test_a_final_before_the_end_of_the_period_draws_no_conclusion() -> None:
    result = judge(case(reduction(15), 10.0, 2024, {2024: 5.0}), FINAL, RULE)
    assert (result.verdict, result.codes) == (Verdict.NOT_ASSESSABLE, ["period_not_over"])


def test_in_its_end_year_a_target_is_met_or_not_whatever_the_kind_of_report() -> None:
    assert verdict(reduction(15), 10.0, 9.0, 2025, MID) is Verdict.NOT_MET
    assert verdict(reduction(15), 10.0, 8.5, 2025, MID) is Verdict.MET
    assert (
        judge(case(NONE, 0.0, 2025, dict.fromkeys(range(2021, 2026), 0.0)), MID, RULE).verdict is Verdict.MET
    )


def test_a_period_mean_within_its_limit_so_far_is_on_track_and_says_the_room_left() -> None:
    result = judge(case(mean(1.0), None, 2023, {2021: 0.2, 2022: 0.4, 2023: 0.9}), MID, RULE)
    assert result.verdict is Verdict.ON_TRACK
    assert result.current == pytest.approx(0.5)
    assert result.room_left == pytest.approx((5 - 1.5) / 2)


def test_a_period_mean_above_its_limit_lags_until_it_can_no_longer_be_kept() -> None:
    lagging = judge(case(mean(1.0), None, 2023, {2021: 0.0, 2022: 0.0, 2023: 4.0}), MID, RULE)
    assert lagging.verdict is Verdict.LAGGING
    broken = judge(case(mean(1.0), None, 2023, {2021: 0.0, 2022: 0.0, 2023: 5.1}), MID, RULE)
    assert broken.verdict is Verdict.OFF_TRACK
    assert broken.room_left is None


def test_a_broken_period_mean_is_broken_whatever_the_missing_years_hold() -> None:
    values = {2021: None, 2022: 6.0, 2023: None}
    assert judge(case(mean(1.0), None, 2023, values), MID, RULE).verdict is Verdict.OFF_TRACK
    assert judge(case(mean(1.0), None, 2023, values), FINAL, RULE).verdict is Verdict.NOT_MET


def test_a_period_mean_with_a_missing_year_is_not_assessable() -> None:
    result = judge(case(mean(1.0), None, 2023, {2021: 0.1, 2023: 0.1}), MID, RULE)
    assert result.verdict is Verdict.NOT_ASSESSABLE
    assert result.current is None
    assert result.flags == (("years_missing", {"years": [2022]}),)


def test_a_strict_period_mean_that_equals_its_limit_is_not_met() -> None:
    values = dict.fromkeys(range(2021, 2026), 1.0)
    assert judge(case(mean(1.0, strict=True), None, 2025, values), FINAL, RULE).verdict is Verdict.NOT_MET
    assert judge(case(mean(1.0), None, 2025, values), FINAL, RULE).verdict is Verdict.MET


def test_level_and_trend_are_two_findings() -> None:
    """7.05 -> 12.58 under a bound of 70: within the bound, and getting worse."""
    result = judge(case(at_most(70.0), 7.05, 2023, {2023: 12.58}), MID, RULE)
    assert result.verdict is Verdict.ACHIEVED_EARLY
    assert "worse_than_base" in result.codes


def test_a_ratio_of_sums_is_never_broken_for_good_before_the_end() -> None:
    own = replace(case(mean(1.0), None, 2023, {2021: 0.0, 2022: 0.0, 2023: 6.0}), mean=1.8)
    middle = judge(own, MID, RULE)
    assert (middle.verdict, middle.room_left) == (Verdict.LAGGING, None)


def test_one_occurrence_breaks_none_occurs_for_good() -> None:
    values = {2021: 1.0, 2022: 0.0, 2023: 0.0, 2024: 0.0, 2025: 0.0}
    middle = judge(case(NONE, 0.0, 2023, values), MID, RULE)
    assert middle.verdict is Verdict.OFF_TRACK
    assert ("occurred", {"years": [2021], "total": 1.0}) in middle.flags
    assert judge(case(NONE, 0.0, 2025, values), FINAL, RULE).verdict is Verdict.NOT_MET


def test_an_occurrence_before_the_period_does_not_count() -> None:
    values = {2020: 3.0, 2021: 0.0, 2022: 0.0, 2023: 0.0}
    assert judge(case(NONE, 3.0, 2023, values), MID, RULE).verdict is Verdict.ON_TRACK


def test_none_occurs_with_a_missing_year_is_not_assessable() -> None:
    result = judge(case(NONE, 0.0, 2023, {2021: 0.0, 2023: 0.0}), MID, RULE)
    assert (result.verdict, result.current) == (Verdict.NOT_ASSESSABLE, None)


# ---- what must hold for any numbers -----------------------------------------------------------------------------

numbers = st.floats(min_value=0, max_value=1e6, allow_nan=False).map(lambda x: round(x, 6))
positive = st.floats(min_value=1e-4, max_value=1e6, allow_nan=False)
kinds = st.sampled_from([MID, FINAL])
years = st.integers(2021, 2025)
level_targets = st.one_of(
    st.floats(1, 99).map(reduction),
    st.tuples(positive, st.booleans()).map(lambda t: at_most(t[0], strict=t[1])),
    st.tuples(positive, st.booleans()).map(lambda t: at_least(t[0], strict=t[1])),
)
targets = st.one_of(
    level_targets, st.tuples(positive, st.booleans()).map(lambda t: mean(t[0], strict=t[1])), st.just(NONE)
)
bases = st.one_of(st.none(), st.just(0.0), positive)


@given(level_targets, bases, years, numbers, numbers, kinds)
def test_a_better_value_never_gets_a_worse_verdict(
    target: Any, base: float | None, as_of: int, a: float, b: float, kind: Kind
) -> None:
    better, worse = (max(a, b), min(a, b)) if isinstance(target, AtLeast) else (min(a, b), max(a, b))
    first, second = verdict(target, base, better, as_of, kind), verdict(target, base, worse, as_of, kind)
    assume(Verdict.NOT_ASSESSABLE not in (first, second))
    assert ORDER[first] <= ORDER[second]


@given(positive, years, st.lists(numbers, min_size=5, max_size=5), st.integers(0, 4), positive, kinds)
def test_a_higher_year_never_improves_a_period_mean(
    level: float, as_of: int, series: list[float], which: int, more: float, kind: Kind
) -> None:
    values = dict(zip(range(2021, 2026), series, strict=True))
    worse = values | {2021 + which: values[2021 + which] + more}
    first = judge(case(mean(level), None, as_of, values), kind, RULE).verdict
    second = judge(case(mean(level), None, as_of, worse), kind, RULE).verdict
    assume(Verdict.NOT_ASSESSABLE not in (first, second))
    assert ORDER[first] <= ORDER[second]


@given(years, st.lists(st.integers(0, 3), min_size=5, max_size=5), kinds)
def test_none_occurs_is_kept_exactly_when_nothing_occurred(as_of: int, series: list[int], kind: Kind) -> None:
    values: dict[int, float | None] = dict(zip(range(2021, 2026), map(float, series), strict=True))
    found = judge(case(NONE, None, as_of, values), kind, RULE).verdict
    happened = any(series[: as_of - 2020])
    assert (found in (Verdict.OFF_TRACK, Verdict.NOT_MET)) == happened


@given(targets, bases, years, st.lists(st.one_of(st.none(), numbers), min_size=5, max_size=5), kinds)
def test_changing_the_unit_changes_no_verdict(
    target: Any, base: float | None, as_of: int, series: list[float | None], kind: Kind
) -> None:
    values = dict(zip(range(2021, 2026), series, strict=True))
    own = case(target, base, as_of, values)
    scale = 10_000.0

    def scaled(value: float | None) -> float | None:
        return None if value is None else value * scale

    level = getattr(target, "level", None)
    other = replace(
        own,
        target=target if level is None else target.model_copy(update={"level": level * scale}),
        base=scaled(base),
        values={year: scaled(v) for year, v in values.items()},
    )
    first, second = judge(own, kind, RULE), judge(other, kind, RULE)
    assert first.verdict is second.verdict
    assert first.codes == second.codes


@given(targets, bases, years, kinds)
def test_no_data_never_gives_a_verdict(target: Any, base: float | None, as_of: int, kind: Kind) -> None:
    empty = dict.fromkeys(range(2021, 2026))
    result = judge(case(target, base, as_of, empty), kind, RULE)
    assert result.verdict is Verdict.NOT_ASSESSABLE
    assert result.current is None
    assert result.flags, "a missing verdict says why"


@given(level_targets, bases, years, kinds, numbers)
def test_other_years_cannot_stand_in_for_a_missing_current_year(
    target: Any, base: float | None, as_of: int, kind: Kind, value: float
) -> None:
    values: dict[int, float | None] = dict.fromkeys(range(2021, 2026), value)
    values[as_of] = None
    assert judge(case(target, base, as_of, values), kind, RULE).verdict is Verdict.NOT_ASSESSABLE


@given(targets, bases, years, st.lists(st.one_of(st.none(), numbers), min_size=5, max_size=5), kinds)
def test_every_number_is_finite_or_none_and_every_verdict_is_of_its_kind(
    target: Any, base: float | None, as_of: int, series: list[float | None], kind: Kind
) -> None:
    result = judge(case(target, base, as_of, dict(zip(range(2021, 2026), series, strict=True))), kind, RULE)
    assert result.verdict in (MIDTERM_VERDICTS if kind is MID and as_of < 2025 else FINAL_VERDICTS)
    for number in (result.target, result.current, result.progress, result.room_left):
        assert number is None or math.isfinite(number)


@given(st.floats(1, 99), positive)
def test_a_reduced_base_meets_its_own_target_and_the_base_does_not(percent: float, base: float) -> None:
    target = reduction(percent)
    level = target_level(target, base)
    assert level is not None
    assert meets(target, level, level)
    assert not meets(target, level, base)
