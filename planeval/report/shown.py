"""The numbers of one indicator as every part of a report shows them: prose, tables, charts, alternative texts.

A number that stands in two places must read the same in both, and a judged value must stand on the right side of
its limit in print as it does exactly.
"""

from __future__ import annotations

from planeval.messages import numbers as fmt
from planeval.model.evaluation import IndicatorEvaluation, Interval, YearValue


def is_mean(ind: IndicatorEvaluation) -> bool:
    """Whether the indicator is judged by the mean of the period."""
    return ind.target_kind == "period_mean_at_most"


def base_number(ind: IndicatorEvaluation) -> str:
    """The base: a plan's figure and a mean of years as exactly as needed, a statistic in the indicator's decimals."""
    shown = fmt.number if ind.base_source == "statistics" else fmt.target
    return shown(ind.base, ind.decimals)


def limit_number(ind: IndicatorEvaluation) -> str:
    """The level to be kept or reached, exact enough for the values judged by it."""
    return fmt.target(ind.target, ind.decimals, beside=(ind.current, _projected(ind)))


def current_number(ind: IndicatorEvaluation) -> str:
    """What is judged: the value of the year judged, or the mean of the period so far."""
    least = fmt.mean_decimals(ind.current, ind.decimals) if is_mean(ind) else ind.decimals
    return fmt.beside_limit(ind.current, ind.target, ind.decimals, least=least, others=(_projected(ind),))


def projected_number(ind: IndicatorEvaluation) -> str:
    """Where the indicator ends if things go on as they did."""
    value = _projected(ind)
    least = fmt.estimate_decimals(value, ind.decimals)
    return fmt.beside_limit(value, ind.target, ind.decimals, least=least, others=(ind.current,))


def year_number(ind: IndicatorEvaluation, value: YearValue) -> str:
    """One year's value; the year judged as `current_number` has it."""
    judged = value.year == ind.current_year and value.value == ind.current
    if judged and not is_mean(ind):
        return current_number(ind)
    return fmt.number(value.value, ind.decimals)


def interval_text(ind: IndicatorEvaluation, interval: Interval) -> str:
    """The ends of a confidence interval, without unit."""
    return fmt.interval(interval.lower, interval.upper, fmt.interval_decimals(interval.upper, ind.decimals))


def _projected(ind: IndicatorEvaluation) -> float | None:
    return None if ind.projection is None else ind.projection.value
