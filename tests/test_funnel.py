"""The limits of a funnel plot, and whether places differ by more than chance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from planeval.compute.intervals import poisson_limits
from planeval.model.method import IntervalRule
from planeval.site.funnel import INNER, OUTER, Position, control_limits, dispersion, positions, tail

EXPECTED = st.floats(1e-4, 1e5)
LEVELS = st.sampled_from([INNER, OUTER])


@given(EXPECTED, LEVELS)
@settings(deadline=None)
def test_counts_within_the_limits_are_at_least_as_likely_as_the_level_says(
    expected: float, level: float
) -> None:
    lower, upper = (float(side) for side in control_limits(expected, level))
    within = poisson.cdf(math.floor(upper), expected) - poisson.cdf(math.ceil(lower) - 1, expected)

    assert within >= level - 1e-9


@given(EXPECTED, LEVELS, st.integers(-4, 4))
@settings(deadline=None)
def test_a_count_is_outside_exactly_when_its_tail_is_too_unlikely(
    expected: float, level: float, step: int
) -> None:
    lower, upper = (float(side) for side in control_limits(expected, level))
    for near in (lower, upper):
        count = max(0, round(near) + step)
        at_least, at_most = poisson.sf(count - 1, expected), poisson.cdf(count, expected)
        p = (1 - level) / 2
        if min(abs(at_least - p), abs(at_most - p)) > 1e-9:
            assert (count > upper) == (at_least < p)
            assert (count < lower) == (at_most < p)


@given(st.integers(0, 3000), EXPECTED)
@settings(deadline=None)
def test_a_place_is_outside_exactly_when_its_exact_interval_misses_the_expected_count(
    count: int, expected: float
) -> None:
    exact = IntervalRule(level=INNER, exact_below=10**9)
    low, high = poisson_limits(count, exact)
    if min(abs(low - expected), abs(high - expected)) > 1e-6 * expected:
        at = positions([count], [expected])[0]
        assert (at >= Position.ABOVE) == (low > expected)
        assert (at <= Position.BELOW) == (high < expected)


@given(EXPECTED, st.floats(1.01, 50), LEVELS)
@settings(deadline=None)
def test_the_limits_close_in_as_places_grow(expected: float, factor: float, level: float) -> None:
    small, large = (np.array(control_limits(m, level)) / m for m in (expected, expected * factor))

    assert large[1] < small[1]
    assert large[0] >= small[0]
    assert large[0] < 1 < large[1]


@given(st.lists(st.tuples(st.integers(0, 500), st.floats(0.01, 500)), min_size=1, max_size=20))
@settings(deadline=None)
def test_the_outer_limits_lie_around_the_inner_ones(pairs: list[tuple[int, float]]) -> None:
    counts, expected = zip(*pairs, strict=True)
    inner, outer = control_limits(expected, INNER), control_limits(expected, OUTER)

    assert (outer[0] <= inner[0]).all() and (outer[1] > inner[1]).all()
    for count, at, low, high in zip(counts, positions(counts, expected), *outer, strict=True):
        assert (abs(at) == 2) == (count < low or count > high)


def test_four_expected_events_by_hand() -> None:
    # Of mean 4: P(0) = 0.0183, P(at most 1) = 0.0916, P(at least 8) = 0.0511, P(at least 9) = 0.0214,
    # P(at least 12) = 0.0009, P(at least 11) = 0.0028; half of 5 % is 0.025, half of 0.2 % is 0.001.
    counts = [0, 1, 8, 9, 11, 12]

    assert positions(counts, [4.0] * 6).tolist() == [-1, 0, 0, 1, 1, 2]


def test_no_event_is_no_surprise_until_enough_were_expected() -> None:
    # P(0) = exp(-m) falls below 2.5 % at m = 3.69 and below 0.1 % at 6.91.
    assert positions([0, 0, 0, 0], [3.68, 3.70, 6.90, 6.92]).tolist() == [0, -1, -1, -2]
    assert control_limits([3.68], INNER)[0][0] == 0.0


def test_with_a_tiny_exposure_nothing_is_within_and_one_event_outside() -> None:
    assert positions([0, 1], [0.01, 0.01]).tolist() == [0, 1]
    assert positions([1], [0.0009]).tolist() == [2]


@pytest.mark.parametrize("expected", [0.0, -1.0, math.nan])
def test_limits_need_an_expectation(expected: float) -> None:
    with pytest.raises(ValueError):
        control_limits([expected], INNER)
    with pytest.raises(ValueError):
        positions([1], [expected])


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError):
        positions([-1], [1.0])


def test_dispersion_is_about_one_for_chance_alone_and_about_its_size_otherwise() -> None:
    rng = np.random.default_rng(2005)
    mean = rng.uniform(10, 200, 1000)
    by_chance = dispersion(rng.poisson(mean), mean)
    # Gamma-mixed with variance 3 x mean.
    clustered = dispersion(rng.poisson(rng.gamma(mean / 2, 2.0)), mean)

    assert by_chance.phi == pytest.approx(1, abs=0.12) and not by_chance.clear
    assert clustered.phi == pytest.approx(3, abs=0.4) and clustered.clear
    assert by_chance.inflation == 1.0 and clustered.inflation == clustered.phi


def test_a_few_unusual_places_do_not_widen_the_limits_that_show_them() -> None:
    rng = np.random.default_rng(7)
    counts = rng.poisson(50, 200)
    counts[:4] = 120

    assert not dispersion(counts, np.full(200, 50.0)).clear


def test_dispersion_is_not_told_from_few_or_small_places() -> None:
    assert dispersion([9] * 19, [9] * 19) == (None, 19, False)
    assert dispersion([1] * 500, [1] * 500) == (None, 0, False)
    assert dispersion([0] * 30, [9] * 30).phi is None


def test_limits_are_widened_by_the_root_of_the_dispersion() -> None:
    assert tail(INNER, 4.0) == pytest.approx(4.43e-5, rel=0.01)  # beyond 3.92 standard deviations
    plain, wide = (control_limits([400.0], INNER, phi)[1][0] - 400 for phi in (1.0, 4.0))
    assert wide / plain == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize("places", [25, 100, 400])
def test_chance_alone_is_rarely_called_clear(places: int) -> None:
    rng = np.random.default_rng(places)
    found = [dispersion(rng.poisson(30, places), [30] * places).clear for _ in range(1500)]

    assert 0.015 < np.mean(found) < 0.055
