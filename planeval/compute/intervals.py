"""Uncertainty of small counts: Poisson intervals and the exact comparison of two counts.

Practice of public-health statistics: exact (Garwood) below ten events, Byar's approximation from ten on;
Dobson's method for weighted sums. The quantiles are scipy's, called without the layers that statsmodels and
scipy.stats put around them (a report asks for a hundred intervals); statsmodels gives the exact test.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planeval.model.method import IntervalRule

Floats = NDArray[np.float64]


def poisson_limits(events: float, rule: IntervalRule) -> tuple[float, float]:
    """Two-sided interval for the mean of a Poisson count.

    Exact below ``rule.exact_below`` events (Garwood 1936), else Byar's approximation, as given by Breslow & Day,
    Statistical Methods in Cancer Research II (1987), p. 69: x(1 - 1/(9x) - z/(3*sqrt(x)))^3 and the same with
    x + 1 and + z. NaN in gives NaN out.

    Args:
        events: a whole non-negative count.
        rule: level (e.g. 0.95) and where Byar's approximation begins.

    Raises:
        ValueError: the count is negative.
    """
    from scipy.special import chdtri, gammaincinv, ndtri

    x = float(events)
    if x < 0:
        raise ValueError("events must not be negative")
    if math.isnan(x):
        return math.nan, math.nan
    if x < rule.exact_below:
        tail = (1 - rule.level) / 2
        low = (
            float(gammaincinv(x, tail)) if x else 0.0
        )  # half the chi-squared quantile with 2x degrees of freedom
        return low, float(chdtri(2 * x + 2, tail)) / 2
    z = float(ndtri(0.5 + rule.level / 2))
    low = x * (1 - 1 / (9 * x) - z / (3 * math.sqrt(x))) ** 3 if x else 0.0
    return low, (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * math.sqrt(x + 1))) ** 3


def poisson_interval(events: ArrayLike, rule: IntervalRule) -> tuple[Floats, Floats]:
    """`poisson_limits` elementwise: lower and upper limits in the shape of ``events``.

    Raises:
        ValueError: a count is negative.
    """
    count = np.asarray(events, dtype="float64")
    limits = np.array([poisson_limits(x, rule) for x in count.ravel().tolist()]).reshape(*count.shape, 2)
    return limits[..., 0], limits[..., 1]


class WeightedInterval(NamedTuple):
    """Value and limits of a weighted sum of counts; ``events`` is the plain sum."""

    value: float
    lower: float
    upper: float
    events: int


def weighted_interval(events: ArrayLike, weights: ArrayLike, rule: IntervalRule) -> WeightedInterval:
    """Interval of sum(weights x events), e.g. the mean of annual rates, by Dobson's method.

    Dobson, Kuulasmaa, Eberle & Scherer, Statistics in Medicine 10 (1991) 457-462: the Poisson limits of the total
    count, rescaled by the standard error of the weighted sum. With no event at all the largest weight stands for
    the unknown year, which keeps the upper limit on the safe side.
    """
    count, weight = np.asarray(events, dtype="float64"), np.asarray(weights, dtype="float64")
    total, value = float(count.sum()), float((weight * count).sum())
    low, high = poisson_limits(total, rule)
    if total == 0:
        return WeightedInterval(0.0, 0.0, high * float(weight.max()), 0)
    scale = float(np.sqrt((weight**2 * count).sum() / total))
    return WeightedInterval(value, value + scale * (low - total), value + scale * (high - total), int(total))


def comparison_p_value(current: int, current_exposure: float, base: int, base_exposure: float) -> float:
    """One-sided exact conditional p-value that two Poisson rates are equal, in the direction observed.

    Przyborowski & Wilenski, Biometrika 31 (1940) 313-323, through statsmodels. 3 -> 1 with equal exposures gives
    0.3125, 5 -> 0 gives 0.03125. 1.0 when nothing happened at all.

    Raises:
        ValueError: an exposure is not positive.
    """
    from statsmodels.stats.rates import test_poisson_2indep

    if current_exposure <= 0 or base_exposure <= 0:
        raise ValueError("exposures must be positive")
    if current + base == 0:
        return 1.0
    now, then = current * base_exposure, base * current_exposure
    fell = now < then or math.isclose(now, then, rel_tol=1e-9)  # equal rates are tested one way in every unit
    alternative = "smaller" if fell else "larger"
    with np.errstate(
        divide="ignore", invalid="ignore"
    ):  # it also gives the ratio, which a base of zero has not
        result = test_poisson_2indep(
            current, current_exposure, base, base_exposure, method="exact-cond", alternative=alternative
        )
    return float(min(result.pvalue, 1.0))
