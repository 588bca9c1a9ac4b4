"""The method: every convention and cut-off of this project, as one file of data."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from planeval.model.plan import Strict, Translated


class VerdictRule(Strict):
    """Cut-offs of the mid-term verdicts (this project's convention)."""

    ahead_from: float = Field(gt=0)  # progress >= this x time share
    on_track_from: float = Field(gt=0)
    off_track_yearly_change: float = Field(gt=0, lt=1)  # yearly change still needed, as a fraction


class IntervalRule(Strict):
    """Poisson intervals of counts."""

    level: float = Field(gt=0, lt=1)
    exact_below: int = Field(ge=0)


class ComparisonRule(Strict):
    """The exact test of current against base."""

    alpha: float = Field(gt=0, lt=1)


class LedgerRule(Strict):
    """Judging reported percentages of tasks and projects."""

    behind_below: float = Field(gt=0)  # share of the elapsed time that must be done
    stale_after_years: float = Field(gt=0)


class PlanCheckRule(Strict):
    """Thresholds of the plan check."""

    base_tolerance: float = Field(gt=0)  # relative difference of two readings of one base
    plausible_yearly_growth_min: float
    plausible_yearly_growth_max: float
    small_count: int = Field(ge=1)


class ValidationRule(Strict):
    """Bounds used by the expectation suites where a number is needed in code."""

    first_year: int
    last_year: int
    rate_tolerance: float = Field(gt=0)


class Method(Translated):
    """The whole method."""

    version: str
    verdicts: VerdictRule
    trajectory: Literal["linear", "geometric"]
    period_mean: Literal["mean_of_ratios", "ratio_of_sums"]
    price_basis: Literal["current"]  # constant prices would need a series of their own
    interval: IntervalRule
    comparison: ComparisonRule
    ledger: LedgerRule
    plan_check: PlanCheckRule
    validation: ValidationRule
    assumptions: tuple[str, ...]
    assumptions_en: tuple[str, ...] = ()
