"""The statistics of a funnel plot: which places differ from the rest by more than chance explains.

A funnel plot sets each place's value against how much it rests on, with control limits around one level for all
(Spiegelhalter, Statistics in Medicine 24 (2005) 1185-1202). Small places scatter widely by chance alone, and the
limits show how widely; a league table would put them at both of its ends.

The limits are exact: a count x lies outside the limits of its expected count m when the Poisson probability of x or
of something further out is below half of what the limits leave outside. Read the other way round that is: when the
exact interval of x (Garwood 1936) does not hold m. Between whole counts the probabilities are continued by the
incomplete gamma functions they are the values of, so that the drawn lines are smooth and yet part the counts exactly.
Quantiles interpolated between whole counts, as the article proposes, would call counts unusual that are not
(Manktelow & Seaton, BMC Medical Research Methodology 12 (2012) 98), for small expected counts even a zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

INNER, OUTER = 0.95, 0.998
WINSORISED = 0.1  # of the places at each end
# Below this expected count a place's deviation says too little about the spread of all.
LEAST_EXPECTED = 5.0
LEAST_PLACES = 20
# Standard error of the Winsorised phi against sqrt(2 / places), for chance alone: simulated with 20 to 400 places of
# Poisson counts, 1.2 to 1.23; the larger is taken.
_WINSORISED_ERROR = 1.23
_STEPS = 60  # halvings: more than a float's 53 bits


class Position(IntEnum):
    """Where a place lies: sign as its side, 2 beyond the outer limits, 1 between inner and outer ones."""

    FAR_BELOW = -2
    BELOW = -1
    WITHIN = 0
    ABOVE = 1
    FAR_ABOVE = 2


class Dispersion(NamedTuple):
    """How much the places scatter beyond chance. ``phi`` is about 1 when it is chance alone, None when too few places
    could be asked; ``places`` were; ``clear`` says that it exceeds 1 by more than chance would make it."""

    phi: float | None
    places: int
    clear: bool

    @property
    def inflation(self) -> float:
        """What the variance within the limits is multiplied with."""
        return self.phi if self.clear and self.phi is not None else 1.0


UNKNOWN = Dispersion(None, 0, False)


def tail(level: float, inflation: float = 1.0) -> float:
    """The probability beyond either limit of ``level`` (0.95: 0.025), the limits being widened by sqrt(inflation).

    Multiplicative over-dispersion (Spiegelhalter 2005, section 5) sets the limits at z x sqrt(phi) standard deviations
    instead of z; here at the exact Poisson probability of so many.
    """
    from scipy.special import ndtr, ndtri

    return float(ndtr(ndtri((1 - level) / 2) * math.sqrt(inflation)))


def control_limits(expected: ArrayLike, level: float, inflation: float = 1.0) -> tuple[Floats, Floats]:
    """Lower and upper limit of the count, in the shape of ``expected`` (positive expected counts).

    A whole count is above (below) the limits exactly when it is larger (smaller) than the upper (lower) one. Where even
    a zero is no surprise the lower limit is 0.

    Raises:
        ValueError: an expected count is not positive.
    """
    from scipy.special import gammainc, gammaincc

    mean = np.asarray(expected, dtype="float64")
    if not (mean > 0).all():
        raise ValueError("expected counts must be positive")
    p = tail(level, inflation)
    # P(X >= x) falls in x from 1; P(X <= x) rises in x from exp(-mean).
    deviations = -math.log(p) + 8
    far = mean + deviations * np.sqrt(mean) + deviations**2
    upper = _bisect(lambda x: gammainc(x, mean) > p, np.zeros_like(mean), far)
    lower = _bisect(lambda x: gammaincc(x + 1, mean) < p, np.zeros_like(mean), mean)
    return np.where(np.exp(-mean) < p, lower, 0.0), upper


def _bisect(still_low: Callable[[Floats], NDArray[np.bool_]], low: Floats, high: Floats) -> Floats:
    """Where ``still_low`` changes from true to false between ``low`` and ``high``, elementwise."""
    for _ in range(_STEPS):
        middle = (low + high) / 2
        ahead = still_low(middle)
        low, high = np.where(ahead, middle, low), np.where(ahead, high, middle)
    return (low + high) / 2


def positions(observed: ArrayLike, expected: ArrayLike, inflation: float = 1.0) -> NDArray[np.int64]:
    """The `Position` of each count, by its exact probabilities.

    Args:
        observed: non-negative counts.
        expected: positive expected counts of the same shape.

    Raises:
        ValueError: a count is negative or an expected one not positive.
    """
    from scipy.special import pdtr, pdtrc

    count, mean = np.asarray(observed, dtype="float64"), np.asarray(expected, dtype="float64")
    if (count < 0).any() or not (mean > 0).all():
        raise ValueError("counts must not be negative, expected counts must be positive")
    at_most = pdtr(count, mean)
    at_least = np.where(count > 0, pdtrc(count - 1, mean), 1.0)
    found = np.zeros(count.shape, dtype="int64")
    for level in (INNER, OUTER):
        p = tail(level, inflation)
        found += (at_least < p).astype("int64") - (at_most < p).astype("int64")
    return found


def dispersion(observed: ArrayLike, expected: ArrayLike) -> Dispersion:
    """How much places scatter around their common level, in units of what chance explains.

    ``phi`` is the mean of the squared standardised deviations (x - m) / sqrt(m), the most extreme tenth at either end
    drawn in to the next (Winsorised), so that a few unusual places do not widen the limits that are to show them
    (Spiegelhalter, Statistics in Medicine 24 (2005), section 5; Quality and Safety in Health Care 14 (2005) 347-351).
    Drawing in makes it smaller also where there is nothing but chance; it is divided by its mean for normal
    deviations. It is clear when it exceeds 1 by two standard errors. The error of the plain mean square is
    sqrt(2 / places); that of the Winsorised one, so divided, is larger, by `_WINSORISED_ERROR` as simulated. Only
    places with at least `LEAST_EXPECTED` expected events are asked, and at least `LEAST_PLACES` of them are needed.

    Args:
        observed, expected: counts of the same shape; ``expected`` need only be in proportion.
    """
    count, mean = np.asarray(observed, dtype="float64"), np.asarray(expected, dtype="float64")
    if mean.sum() > 0:
        mean = mean * (count.sum() / mean.sum())
    asked = mean >= LEAST_EXPECTED
    places = int(asked.sum())
    if places < LEAST_PLACES:
        return Dispersion(None, places, False)
    z = (count[asked] - mean[asked]) / np.sqrt(mean[asked])
    low, high = np.quantile(z, [WINSORISED, 1 - WINSORISED])
    phi = float(np.mean(np.clip(z, low, high) ** 2)) / _winsorised_variance(WINSORISED)
    return Dispersion(phi, places, phi > 1 + 2 * _WINSORISED_ERROR * math.sqrt(2 / places))


def _winsorised_variance(share: float) -> float:
    """Variance of a standard normal deviate drawn in to its quantiles ``share`` and 1 - ``share``."""
    from scipy.special import ndtri

    edge = -float(ndtri(share))
    density = math.exp(-edge * edge / 2) / math.sqrt(2 * math.pi)
    return 1 - 2 * share - 2 * edge * density + 2 * share * edge * edge
