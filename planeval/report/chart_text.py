"""What a chart shows, in words and as a table: the alternative text and the numbers behind it."""

from __future__ import annotations

from collections.abc import Callable

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.model.evaluation import IndicatorEvaluation, YearValue
from planeval.model.status import Status
from planeval.report.blocks import Cell, Column, Table
from planeval.report.names import name_of, unit_of
from planeval.report.shown import (
    base_number,
    current_number,
    interval_text,
    is_mean,
    limit_number,
    projected_number,
    year_number,
)
from planeval.report.sums import year_text

# The plan's base contradicts the statistics of its year.
DOUBTFUL_BASE = "base_conflicts_with_statistics"
# How each status is drawn: solid marks for what is settled, hollow ones for what is not.
MARKS = {
    Status.FINAL: "final",
    Status.REVISED: "final",
    Status.PRELIMINARY: "preliminary",
    Status.ESTIMATE: "preliminary",
    Status.FORECAST: "forecast",
    Status.ILLUSTRATIVE: "illustrative",
}


def total_number(ind: IndicatorEvaluation) -> str | None:
    """How often what must not occur did occur in the period so far; None where missing years leave that open."""
    known = next((note.params["total"] for note in ind.notes if note.code == "occurred"), ind.current)
    return None if known is None else fmt.number(known, ind.decimals)


def target_words(ind: IndicatorEvaluation) -> str | None:
    """The last part of the message name for this target (``at_most``, ``below``, ...); None without a target."""
    if ind.target_kind == "none_occurs":
        return "none"
    if ind.target is None:
        return None
    if ind.target_kind == "at_least":
        return "above" if ind.target_strict else "at_least"
    return "below" if ind.target_strict else "at_most"


def target_level(ind: IndicatorEvaluation) -> float | None:
    """Where the target line stands; None without a target."""
    return 0.0 if ind.target_kind == "none_occurs" else ind.target


def shown_outlook(ind: IndicatorEvaluation) -> tuple[int, float] | None:
    """Year and value the projection ends at; None where none is shown.

    None for a mean, whose years to come are free, and none from a base that is not of the statistics' scope: the
    report's text makes no such projection either.
    """
    end = ind.projection
    if is_mean(ind) or DOUBTFUL_BASE in ind.flags or ind.current is None:
        return None
    if end is None or end.value is None or end.year <= ind.current_year:
        return None
    return end.year, end.value


def runs(years: list[YearValue], wanted: Callable[[YearValue], bool]) -> list[list[YearValue]]:
    """Runs of consecutive years for which ``wanted`` holds."""
    found: list[list[YearValue]] = []
    open_run = False
    for value in years:
        if wanted(value):
            if not open_run:
                found.append([])
            found[-1].append(value)
        open_run = wanted(value)
    return found


def shown_years(ind: IndicatorEvaluation) -> list[YearValue]:
    """The values from five years before the base year to the year judged, missing years filled in as missing.

    Earlier years say nothing about the plan, and later ones were not known to the evaluation.
    """
    known = {v.year: v for v in ind.values if v.year <= ind.current_year}
    measured = [y for y, v in known.items() if v.value is not None]
    first = max(min([ind.base_year, *measured]), ind.base_year - 5)
    return [
        known.get(year, YearValue(year=year, value=None, status=None))
        for year in range(first, ind.current_year + 1)
    ]


def _status_word(status: Status | None) -> str | None:
    """The word for a value that is not settled; None for one that is."""
    return None if status is None or MARKS[status] == "final" else say(f"chart.alt.status.{status}")


def _marked(text: str, status: Status | None) -> str:
    word = _status_word(status)
    return text if word is None else say("chart.alt.marked", value=text, status=word)


def span_text(first: int, last: int) -> str:
    """``2021—2023年``, or one year."""
    return say(f"chart.alt.span{'' if last > first else '_one'}", first=first, last=last)


def _current_clause(ind: IndicatorEvaluation, own: YearValue | None) -> str | None:
    """What is judged, with its interval: the mean or the total so far, or the value of the year judged (``own``)."""
    if ind.target_kind == "none_occurs":
        total = total_number(ind)
        if total is None:
            return None
        span = span_text(ind.period_start, ind.current_year)
        return say("chart.alt.total", span=span, value=_marked(total, ind.data_status))
    if is_mean(ind):
        if ind.current is None:
            return None
        name, interval, text = "mean", ind.interval, _marked(current_number(ind), ind.data_status)
    elif own is None or own.value is None:
        return say("chart.alt.current_missing", year=ind.current_year)
    else:
        name, interval, text = "current", own.interval, _marked(year_number(ind, own), own.status)
    clause = say(f"chart.alt.{name}", year=ind.current_year, value=text)
    if interval is None:
        return clause
    level = fmt.number(interval.level * 100, 0)
    return say("chart.alt.interval", value=clause, level=level, interval=interval_text(ind, interval))


def _target_clause(ind: IndicatorEvaluation) -> str:
    words = target_words(ind)
    if words is None:
        return say("chart.alt.no_target")
    name = f"limit_{words}" if is_mean(ind) else f"target_{words}"
    return say(f"chart.alt.{name}", year=ind.target_year, value=limit_number(ind))


def _outlook_clause(ind: IndicatorEvaluation) -> str | None:
    """Where it ends if things go on so; for a mean, how high the years to come may be."""
    end = ind.projection
    if end is None or ind.target_year <= ind.current_year:
        return None
    outlook = shown_outlook(ind)
    if outlook is not None:
        return say("chart.alt.projected", year=outlook[0], value=projected_number(ind))
    if end.room_left is None or not is_mean(ind):
        return None
    years = ind.target_year - ind.current_year
    return say(
        f"chart.alt.room_left_{'below' if ind.target_strict else 'at_most'}",
        years=say(f"chart.alt.years_left_{'one' if years == 1 else 'more'}", n=years),
        value=fmt.target(end.room_left, ind.decimals),
    )


def _base_sentence(ind: IndicatorEvaluation) -> str:
    if ind.base_source == "none" or ind.target_kind == "none_occurs":
        return ""
    if ind.base is None:
        return say("chart.alt.no_base")
    name = "base_mean" if ind.base_source == "mean_of_years" else "base"
    return say(f"chart.alt.{name}", year=ind.base_year, value=_marked(base_number(ind), ind.base_status))


def years_sentence(ind: IndicatorEvaluation, years: list[YearValue]) -> str:
    """Every year's value, then once what is not settled about them."""
    words = say("chart.alt.separator").join(
        say("chart.alt.year_missing", year=v.year)
        if v.value is None
        else say("chart.alt.year", year=v.year, value=year_text(ind, v))
        for v in years
    )
    return say("chart.alt.years", years=words) + _statuses(years)


def _statuses(years: list[YearValue]) -> str:
    """Which values are not settled, status by status: ``其中2021—2023年为示例值。``"""
    by_word: dict[str, list[int]] = {}
    for value in years:
        word = None if value.value is None else _status_word(value.status)
        if word is not None:
            by_word.setdefault(word, []).append(value.year)
    measured = sum(v.value is not None for v in years)
    if not by_word:
        return ""
    words = [say("chart.alt.of_status", status=word, spans=_spans(own)) for word, own in by_word.items()]
    if sum(map(len, by_word.values())) == measured and len(by_word) == 1:
        return say("chart.alt.all_of_status", status=next(iter(by_word)))
    return say("chart.alt.statuses", list=say("chart.alt.separator").join(words))


def _spans(years: list[int]) -> str:
    """Ascending years as spans of consecutive ones."""
    spans: list[list[int]] = []
    for year in years:
        if spans and spans[-1][-1] == year - 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return say("chart.alt.span_separator").join(span_text(span[0], span[-1]) for span in spans)


def alt_text(ind: IndicatorEvaluation) -> str:
    """The chart in one paragraph with all its numbers: the verdict and what it rests on, the base, every year."""
    years = shown_years(ind)
    own = next((v for v in years if v.year == ind.current_year), None)
    clauses = (_current_clause(ind, own), _target_clause(ind), _outlook_clause(ind))
    parts = [
        say(
            f"chart.alt.head{'_provisional' if ind.provisional else ''}",
            name=name_of(ind),
            unit=unit_of(ind.unit),
            verdict=say(f"verdict.{ind.verdict.value}"),
        ),
        say("chart.alt.clauses", clauses=say("chart.alt.clause_separator").join(filter(None, clauses))),
        _base_sentence(ind),
        years_sentence(ind, years),
    ]
    if any(v.break_before for v in years):
        broken = say("chart.alt.span_separator").join(
            span_text(v.year, v.year) for v in years if v.break_before
        )
        parts.append(say("chart.alt.break", years=broken))
    return "".join(parts).strip()


def short_alt_text(ind: IndicatorEvaluation) -> str:
    """What a chart without words shows, for where verdict and judged value stand beside it: every year, target, outlook."""
    clauses = filter(None, (_target_clause(ind), _outlook_clause(ind)))
    end = say("chart.alt.clauses", clauses=say("chart.alt.clause_separator").join(clauses))
    return (years_sentence(ind, shown_years(ind)) + end).strip()


def _path_cell(year: int, ind: IndicatorEvaluation) -> Cell:
    """The path starts from the base: what makes the base uncertain makes the path so."""
    if year not in ind.path:
        return Cell(None)
    return Cell(
        # Where the path ends it is the target, and reads like it.
        limit_number(ind) if year == ind.target_year else fmt.target(ind.path[year], ind.decimals),
        illustrative=ind.base_status is Status.ILLUSTRATIVE,
        provisional=ind.base_status is Status.FORECAST,
    )


def _cells(value: YearValue, ind: IndicatorEvaluation) -> dict[str, Cell]:
    end = say("chart.table.remark_end")
    remark = say("chart.table.remark_separator").join(
        text.rstrip(end) for text in (value.break_before, value.reason) if text
    )
    bounds = value.interval
    return {
        "year": Cell(str(value.year)),
        "value": Cell(
            year_text(ind, value),
            title=value.reason or "",
            illustrative=value.status is Status.ILLUSTRATIVE,
            provisional=value.status is Status.FORECAST,
        ),
        "status": Cell(None if value.status is None else say(f"status.{value.status}")),
        "interval": Cell(None if bounds is None else interval_text(ind, bounds)),
        "path": _path_cell(value.year, ind),
        "remark": Cell(remark),
    }


def data_table(ind: IndicatorEvaluation) -> Table:
    """The chart's numbers, year by year; columns without a single entry are left out."""
    years = shown_years(ind)
    years += [
        YearValue(year=year, value=None, status=None) for year in sorted(ind.path) if year > ind.current_year
    ]
    rows = [_cells(value, ind) for value in years]
    numbers = {"value", "interval", "path"}
    kept = [name for name in rows[0] if name in {"year", "value"} or any(row[name].text for row in rows)]
    level = next((fmt.number(v.interval.level * 100, 0) for v in years if v.interval), "")
    columns = tuple(
        Column(
            say(f"chart.table.{name}", unit=unit_of(ind.unit), level=level),
            kind="number" if name in numbers else "text",
        )
        for name in kept
    )
    caption = say("chart.table.caption", name=name_of(ind))
    return Table(caption, columns, tuple(tuple(row[name] for name in kept) for row in rows))


def shows_status(ind: IndicatorEvaluation, status: Status) -> bool:
    """Whether anything the chart shows has this status: a value, the base, or what is judged."""
    return status in {ind.base_status, ind.data_status, *(v.status for v in shown_years(ind))}
