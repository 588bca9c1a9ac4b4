"""Sums over other places as a report shows them: the mark beside a number, what the marks mean, the rows behind."""

from __future__ import annotations

from collections.abc import Iterable

from planeval.derive.behind import count_rows
from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.model.evaluation import IndicatorEvaluation, SourceRow, YearValue
from planeval.report import shown

_SUMMED = ("parts", "predecessors")
_MOST_ROWS = 6  # named one by one; evaluation.json names them all


def year_text(ind: IndicatorEvaluation, value: YearValue) -> str | None:
    """A year's value, or what some of its parts add up to, with its mark; None where there is neither."""
    if value.value is not None:
        return marked(shown.year_number(ind, value), value.derived, value.partial)
    if value.partial_sum is not None:
        return marked(fmt.number(value.partial_sum, ind.decimals), value.derived, value.partial)
    return None


def base_text(ind: IndicatorEvaluation) -> str:
    """The base, with the mark of the year's value that it is."""
    text = shown.base_number(ind)
    own = next((v for v in ind.values if v.year == ind.base_year and ind.base_source == "statistics"), None)
    return text if own is None else marked(text, own.derived, own.partial)


def marked(text: str, derived: str, partial: str) -> str:
    """``text`` with the mark of a sum: over all parts, or over how many of them (``12/13``)."""
    if partial:
        return say("parts.mark.partial", value=text, partial=partial)
    return say(f"parts.mark.{derived}", value=text) if derived in _SUMMED else text


def mark_notes(values: Iterable[YearValue]) -> list[str]:
    """What these marks mean, of those that stand beside ``values``."""
    used = {"partial" if v.partial else v.derived for v in values if v.value is not None or v.partial}
    return [say(f"parts.mark_note.{name}") for name in (*_SUMMED, "partial") if name in used]


def rows_behind(row: SourceRow) -> str:
    """The lines that a derived row was made from, file by file; of many the first and how many there are."""
    lines: dict[str, list[str]] = {}
    for place in row.behind[:_MOST_ROWS]:
        file, _, line = place.rpartition(":")
        lines.setdefault(file, []).append(line)
    join = say("parts.join")
    text = say("report.semicolon").join(f"{file}:{join.join(own)}" for file, own in lines.items())
    return (
        text if len(row.behind) <= _MOST_ROWS else say("parts.rows_more", rows=text, n=count_rows(row.behind))
    )
