"""The small phrases that several sections share: values with units, names of enumeration members, lists."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.messages.names import name_of
from planeval.messages.units import quantity
from planeval.model.evaluation import Evaluation, IndicatorEvaluation, ItemProgress, Kind

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
    "no_comparison",
    "no_interval_without_value",
    "no_interval_not_a_count",
    "no_interval_no_count",
    "no_interval_over_parts",
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


def sentences(*texts: str) -> str:
    """Sentences one after the other; empty ones are left out."""
    return say("report.sentence_join").join(text for text in texts if text)


def at_most_named(names: list[str], most: int = 6) -> str:
    """The names, shortened to ``甲、乙等9项`` when there are many."""
    if len(names) <= most:
        return join(names)
    return say("report.problems.and_more", names=join(names[:most]), n=len(names))


def with_unit(indicator: IndicatorEvaluation, number: str) -> str:
    """A shown number with the indicator's unit."""
    return number if number == fmt.MISSING else quantity(number, indicator.unit)


def named(indicator: IndicatorEvaluation) -> str:
    """``“指标名”``, with a mark when its verdict rests on figures that are not settled."""
    mark = "_provisional" if indicator.provisional else ""
    return say(f"report.adjust.quoted{mark}", name=name_of(indicator))


def item_name(item: ItemProgress) -> str:
    """The name of a task or project, with a mark when its progress is made up."""
    return say("report.illustrative_name", name=item.name) if item.illustrative else item.name


def verdict_words(indicator: IndicatorEvaluation) -> str:
    """The verdict's term, with a mark when it is provisional."""
    text = word("verdict", indicator.verdict)
    return say("report.provisional", verdict=text) if indicator.provisional else text


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
    if not month:
        return say("report.due_year", year=year)
    return say("report.due_month", year=year, month=say(f"month.{int(month)}"))


def section_title(name: str, evaluation: Evaluation) -> str:
    """The numbered heading of a section, which differs between the kinds of report: the final has one more."""
    kind = "final" if evaluation.kind is Kind.FINAL else "midterm"
    return say(f"report.{name}.title_{kind}")


def report_title(evaluation: Evaluation) -> str:
    """The report's title; that of a yearly monitoring names its year."""
    if evaluation.kind is Kind.ANNUAL:
        return say("annual.title", plan=evaluation.plan_title, year=evaluation.as_of)
    return say("report.title", plan=evaluation.plan_title, kind=word("kind", evaluation.kind))
