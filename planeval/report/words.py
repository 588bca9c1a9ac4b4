"""The small phrases that several sections share: values with units, names of enumeration members, lists."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.model.evaluation import Evaluation, IndicatorEvaluation, Kind

# Notes that say why a number of the JSON is null; in prose the sentence itself says it.
HOUSEKEEPING = (
    "no_base",
    "no_base_needed",
    "no_target",
    "no_current",
    "no_change",
    "no_change_over_period",
    "no_progress",
    "no_progress_over_period",
    "no_interval_without_value",
    "no_interval_not_a_count",
    "no_interval_no_count",
    "no_projection_final",
    "no_projection_none_occurs",
    "no_projection_without_value",
    "no_projection_without_base",
    "no_projection_due",
)


def word(group: str, member: StrEnum) -> str:
    """The official term of an enumeration member, e.g. ``word("verdict", Verdict.MET)``."""
    return say(f"{group}.{member.value}")


def join(names: Iterable[str]) -> str:
    """``甲、乙、丙``; “无” for nothing."""
    return say("report.join").join(names) or say("report.none")


def at_most_named(names: list[str], most: int = 6) -> str:
    """The names, shortened to ``甲、乙等9项`` when there are many."""
    if len(names) <= most:
        return join(names)
    return say("report.problems.and_more", names=join(names[:most]), n=len(names))


def quantity(indicator: IndicatorEvaluation, value: float | None) -> str:
    """A value with the indicator's unit."""
    if value is None:
        return fmt.MISSING
    return say("report.quantity", value=fmt.number(value, indicator.decimals), unit=indicator.unit)


def level(indicator: IndicatorEvaluation, value: float | None) -> str:
    """A derived level (target, base, projection) with the indicator's unit."""
    if value is None:
        return fmt.MISSING
    return say("report.quantity", value=fmt.target(value, indicator.decimals), unit=indicator.unit)


def base_number(indicator: IndicatorEvaluation) -> str:
    """The base as a number: the plan's own figure as written there, a computed one in the indicator's decimals."""
    if indicator.base_source == "plan":
        return fmt.target(indicator.base, indicator.decimals)
    return fmt.number(indicator.base, indicator.decimals)


def sign(indicator: IndicatorEvaluation) -> str:
    """``≤``, ``<``, ``≥`` or ``>`` of a level target."""
    if indicator.direction == "higher_is_better":
        return ">" if indicator.target_strict else "≥"
    return "<" if indicator.target_strict else "≤"


def due_text(due: str | None) -> str | None:
    """``2023年末`` or ``2024年12月`` of a due date; None where the plan gives none."""
    if due is None:
        return None
    year, _, month = due.partition("-")
    return (
        say("report.due_month", year=year, month=int(month)) if month else say("report.due_year", year=year)
    )


def is_mean(indicator: IndicatorEvaluation) -> bool:
    """Judged by the mean of the period."""
    return indicator.target_kind == "period_mean_at_most"


def section_title(name: str, evaluation: Evaluation) -> str:
    """The numbered heading of a section, which differs between the kinds of report."""
    kind = "midterm" if evaluation.kind is Kind.MIDTERM else "final"
    return say(f"report.{name}.title_{kind}")


def report_title(evaluation: Evaluation) -> str:
    """The report's title."""
    return say("report.title", plan=evaluation.plan_title, kind=word("kind", evaluation.kind))
