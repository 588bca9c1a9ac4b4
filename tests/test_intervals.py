"""Intervals and tests of small counts, against published reference values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from statsmodels.stats.rates import confint_poisson

from planeval.compute.intervals import (
    comparison_p_value,
    poisson_interval,
    poisson_limits,
    weighted_interval,
)
from planeval.model.method import IntervalRule

RULE = IntervalRule(level=0.95, exact_below=10)

# Exact 95 % limits of a Poisson mean: Pearson & Hartley, Biometrika Tables for Statisticians I, table 40,
# and Ulm, American Journal of Epidemiology 131 (1990) 373-375.
EXACT = {
    0: (0.0, 3.689),
    1: (0.0253, 5.572),
    2: (0.242, 7.225),
    3: (0.619, 8.767),
    4: (1.090, 10.242),
    5: (1.623, 11.668),
    6: (2.202, 13.059),
    7: (2.814, 14.423),
    8: (3.454, 15.763),
    9: (4.115, 17.085),
}
# The exact limits again, which Byar's approximation must meet within a few parts in a thousand.
EXACT_LARGE = {10: (4.795, 18.390), 20: (12.217, 30.889), 50: (37.111, 65.919), 100: (81.364, 121.627)}


@pytest.mark.parametrize(("events", "limits"), EXACT.items())
def test_small_counts_have_the_tabulated_exact_limits(events: int, limits: tuple[float, float]) -> None:
    low, high = poisson_interval(events, RULE)
    assert (float(low), float(high)) == pytest.approx(limits, abs=0.0006)


@pytest.mark.parametrize(("events", "limits"), EXACT_LARGE.items())
def test_byars_limits_are_close_to_the_exact_ones(events: int, limits: tuple[float, float]) -> None:
    low, high = poisson_interval(events, RULE)
    assert (float(low), float(high)) == pytest.approx(limits, rel=0.003)


def test_byars_limits_follow_the_published_formula() -> None:
    low, high = poisson_interval(10, RULE)
    z = 1.959963984540054
    assert float(low) == pytest.approx(10 * (1 - 1 / 90 - z / (3 * math.sqrt(10))) ** 3)
    assert float(high) == pytest.approx(11 * (1 - 1 / 99 + z / (3 * math.sqrt(11))) ** 3)


def test_a_missing_count_has_no_interval_and_a_negative_one_is_refused() -> None:
    low, high = poisson_interval([np.nan, 2.0], RULE)
    assert np.isnan(low[0]) and np.isnan(high[0]) and not np.isnan(low[1])
    with pytest.raises(ValueError, match="negative"):
        poisson_interval(-1, RULE)


@given(st.integers(0, 1000), st.floats(0.5, 0.999))
def test_the_exact_limits_are_those_of_statsmodels_to_the_last_digit(events: int, level: float) -> None:
    low, high = confint_poisson(events, 1, method="exact-c", alpha=1 - level)
    found = poisson_limits(events, IntervalRule(level=level, exact_below=events + 1))
    assert found == (low if events else 0.0, high)


@given(st.lists(st.integers(0, 200)), st.integers(0, 100))
def test_limits_of_many_counts_are_the_limits_of_each(events: list[int], exact_below: int) -> None:
    rule = IntervalRule(level=0.95, exact_below=exact_below)
    low, high = poisson_interval(events, rule)
    assert list(zip(low.tolist(), high.tolist(), strict=True)) == [poisson_limits(x, rule) for x in events]


def test_limits_keep_the_shape_of_the_counts() -> None:
    low, high = poisson_interval([[1, 2, 3], [4, 5, 60]], RULE)
    assert low.shape == high.shape == (2, 3)
    assert (low[1, 2], high[1, 2]) == poisson_limits(60, RULE)


def test_no_event_has_the_lower_limit_zero_by_every_rule() -> None:
    low, high = poisson_limits(0, IntervalRule(level=0.95, exact_below=0))
    assert low == 0 < high


@given(st.integers(0, 5000))
def test_every_interval_holds_its_count_and_grows_with_it(events: int) -> None:
    low, high = poisson_interval([events, events + 1], RULE)
    assert 0 <= low[0] <= events < high[0]
    # From the exact to Byar's limits the step is smaller than one more event moves them.
    assert low[0] < low[1] + 1e-12 and high[0] < high[1]


@given(st.integers(0, 400), st.floats(0.5, 0.99), st.floats(0.5, 0.99))
def test_a_higher_level_gives_a_wider_interval(events: int, a: float, b: float) -> None:
    narrow, wide = sorted((a, b))
    inner = poisson_interval(events, IntervalRule(level=narrow, exact_below=10))
    outer = poisson_interval(events, IntervalRule(level=wide, exact_below=10))
    assert outer[0] <= inner[0] and inner[1] <= outer[1]


@pytest.mark.parametrize(
    ("base", "current", "p_value"),
    [(3, 1, 0.3125), (5, 0, 0.03125), (4, 0, 0.0625), (2, 2, 0.6875), (0, 0, 1.0), (1, 3, 0.3125)],
)
def test_the_exact_comparison_of_two_counts(base: int, current: int, p_value: float) -> None:
    """Binomial tails by hand: 3 -> 1 is P(X <= 1 of 4) = 5/16; 5 -> 0 is 1/32, the first fall to zero below 0.05."""
    assert comparison_p_value(current, 1, base, 1) == pytest.approx(p_value)


def test_the_comparison_needs_exposure() -> None:
    with pytest.raises(ValueError, match="positive"):
        comparison_p_value(1, 0, 3, 1)


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0.1, 10))
@example(current=40, base=60, scale=0.3746213870991829)  # equal rates but for the last binary digit
def test_only_the_ratio_of_exposures_matters(current: int, base: int, scale: float) -> None:
    assert comparison_p_value(current, 2, base, 3) == pytest.approx(
        comparison_p_value(current, 2 * scale, base, 3 * scale)
    )


def test_equal_weights_give_the_interval_of_the_total() -> None:
    found = weighted_interval([2, 0, 3], [0.5, 0.5, 0.5], RULE)
    low, high = poisson_interval(5, RULE)
    assert (found.value, found.events) == (2.5, 5)
    assert (found.lower, found.upper) == pytest.approx((0.5 * float(low), 0.5 * float(high)))


def test_no_event_at_all_still_has_an_upper_limit() -> None:
    found = weighted_interval([0, 0], [0.2, 0.3], RULE)
    assert (found.value, found.lower) == (0.0, 0.0)
    assert found.upper == pytest.approx(3.689 * 0.3, abs=0.001)


@given(
    st.lists(st.tuples(st.integers(0, 50), st.floats(0.01, 10)), min_size=1, max_size=6),
    st.floats(0.001, 1000),
)
def test_a_weighted_interval_scales_with_its_weights(pairs: list[tuple[int, float]], scale: float) -> None:
    events, weights = [e for e, _ in pairs], [w for _, w in pairs]
    own, other = (
        weighted_interval(events, weights, RULE),
        weighted_interval(events, [w * scale for w in weights], RULE),
    )
    assert own.lower <= own.value <= own.upper
    assert (other.lower, other.upper) == pytest.approx((own.lower * scale, own.upper * scale))
