"""What a chart shows, in words and as a table: the alternative text and the numbers behind it."""

from __future__ import annotations

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.model.evaluation import IndicatorEvaluation, YearValue
from planeval.model.status import Status
from planeval.report.blocks import Cell, Column, Table
from planeval.report.shown import (
    base_number,
    current_number,
    interval_text,
    is_mean,
    limit_number,
    projected_number,
    year_number,
)

# How each status is drawn: solid marks for what is settled, hollow ones for what is not.
MARKS = {
    Status.FINAL: "final",
    Status.REVISED: "final",
    Status.PRELIMINARY: "preliminary",
    Status.ESTIMATE: "preliminary",
    Status.FORECAST: "forecast",
    Status.ILLUSTRATIVE: "illustrative",
}


def target_words(ind: IndicatorEvaluation) -> str | None:
    """The last part of the message name for this target (``at_most``, ``below``, ...); None without a target."""
    if ind.target_kind == "none_occurs":
        return "none"
    if ind.target is None:
        return None
    if ind.target_kind == "at_least":
        return "above" if ind.target_strict else "at_least"
    return "below" if ind.target_strict else "at_most"


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


def _base_sentence(ind: IndicatorEvaluation) -> str:
    if ind.base_source == "none" or ind.target_kind == "none_occurs":
        return ""
    if ind.base is None:
        return say("chart.alt.no_base")
    name = "base_mean" if ind.base_source == "mean_of_years" else "base"
    return say(f"chart.alt.{name}", year=ind.base_year, value=base_number(ind))


def _year_words(value: YearValue, ind: IndicatorEvaluation) -> str:
    if value.value is None:
        return say("chart.alt.year_missing", year=value.year)
    text = year_number(ind, value)
    if value.status is None or MARKS[value.status] == "final":
        return say("chart.alt.year", year=value.year, value=text)
    status = say(f"status.{value.status}")
    return say("chart.alt.year_status", year=value.year, value=text, status=status)


def _target_sentence(ind: IndicatorEvaluation) -> str:
    words = target_words(ind)
    if words is None:
        return say("chart.alt.no_target")
    name = f"limit_{words}" if is_mean(ind) else f"target_{words}"
    return say(f"chart.alt.{name}", year=ind.target_year, value=limit_number(ind))


def _interval_sentence(ind: IndicatorEvaluation, years: list[YearValue]) -> list[str]:
    """The interval of what is judged: the mean, or the value of the year judged."""
    name, interval = "mean_interval", ind.interval
    if not is_mean(ind):
        name = "interval"
        interval = next((v.interval for v in years if v.year == ind.current_year), None)
    if interval is None or ind.target_kind == "none_occurs":
        return []
    bounds = interval_text(ind, interval)
    level = fmt.number(interval.level * 100, 0)
    return [say(f"chart.alt.{name}", year=ind.current_year, level=level, interval=bounds)]


def _room_left(ind: IndicatorEvaluation, room: float) -> str:
    """How high the years to come may be: one year alone, or several in their mean."""
    years = ind.target_year - ind.current_year
    return say(
        f"chart.alt.room_left_{'below' if ind.target_strict else 'at_most'}",
        years=say(f"chart.alt.years_left_{'one' if years == 1 else 'more'}", n=years),
        value=fmt.target(room, ind.decimals),
    )


def alt_text(ind: IndicatorEvaluation) -> str:
    """Every number of the chart in one paragraph."""
    years = shown_years(ind)
    parts = [
        say(
            "chart.alt.head",
            name=ind.name,
            unit=ind.unit,
            first=years[0].year,
            last=max(ind.target_year, years[-1].year),
        ),
        _base_sentence(ind),
    ]
    separator = say("chart.alt.separator")
    words = separator.join(_year_words(v, ind) for v in years)
    parts.append(say("chart.alt.years", years=words))
    parts += [say("chart.alt.break", year=v.year) for v in years if v.break_before]
    if is_mean(ind) and ind.current is not None:
        value = current_number(ind)
        parts.append(say("chart.alt.mean", year=ind.current_year, value=value))
    parts += _interval_sentence(ind, years)
    parts.append(_target_sentence(ind))
    if ind.projection is not None and ind.target_year > ind.current_year:
        if is_mean(ind) and ind.projection.room_left is not None:
            parts.append(_room_left(ind, ind.projection.room_left))
        elif not is_mean(ind) and ind.projection.value is not None:
            value = projected_number(ind)
            parts.append(say("chart.alt.projected", year=ind.projection.year, value=value))
    name = "verdict_provisional" if ind.provisional else "verdict"
    verdict = say(f"verdict.{ind.verdict.value}")
    parts.append(say(f"chart.alt.{name}", verdict=verdict))
    return "".join(parts)


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
    remark = "；".join(text.rstrip("。") for text in (value.break_before, value.reason) if text)
    bounds = value.interval
    return {
        "year": Cell(str(value.year)),
        "value": Cell(
            None if value.value is None else year_number(ind, value),
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
            say(f"chart.table.{name}", unit=ind.unit, level=level),
            kind="number" if name in numbers else "text",
        )
        for name in kept
    )
    caption = say("chart.table.caption", name=ind.name)
    return Table(caption, columns, tuple(tuple(row[name] for name in kept) for row in rows))


def shows_status(ind: IndicatorEvaluation, status: Status) -> bool:
    """Whether anything the chart shows has this status: a value, the base, or what is judged."""
    return status in {ind.base_status, ind.data_status, *(v.status for v in shown_years(ind))}
