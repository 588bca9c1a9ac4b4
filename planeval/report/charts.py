"""Charts of indicators, drawn with matplotlib and handed out as inline SVG.

One chart answers the reader's two questions: how far is it now, and where will it end. Lines for values that move
from a base to a target, bars for annual values that are judged by their mean or must not occur at all. What is not
settled (preliminary, forecast, illustrative) is drawn hollow, a missing year is a marked gap, and every line is
labelled where it stands. No font is needed: widths are estimated, and the page names the fonts.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.model.evaluation import IndicatorEvaluation, Interval, YearValue
from planeval.model.status import Status
from planeval.report.blocks import Figure
from planeval.report.chart_canvas import (
    ACTUAL,
    AXIS,
    BAR,
    BAR_BEFORE,
    BOTTOM,
    BREAK,
    GRID,
    HEIGHT,
    INTERVAL,
    MARKERS,
    MUTED,
    PATH,
    SMALL,
    SMALLEST,
    TARGET,
    TOP,
    VOID,
    WIDTH,
    Canvas,
    Look,
    edge_labels,
    legend,
    quiet,
    text_width,
)
from planeval.report.chart_labels import around, box_of, place
from planeval.report.chart_text import (
    MARKS,
    alt_text,
    data_table,
    shown_years,
    shows_status,
    target_words,
)
from planeval.report.shown import (
    base_number,
    current_number,
    is_mean,
    limit_number,
    projected_number,
    year_number,
)


def indicator_chart(ind: IndicatorEvaluation) -> Figure:
    """The chart of one indicator with its alternative text and the table behind it.

    The same indicator gives the same bytes; nothing in the SVG has an id, so any number of charts stand on a page.
    """
    alt = alt_text(ind)
    return Figure(
        svg=_draw(ind, alt),
        alt=alt,
        caption=say("chart.caption", name=ind.name),
        data=data_table(ind),
        illustrative=shows_status(ind, Status.ILLUSTRATIVE),
        provisional=shows_status(ind, Status.FORECAST),
    )


def _draw(ind: IndicatorEvaluation, alt: str) -> str:
    """The chart as an inline ``<svg>`` element."""
    with quiet():
        from planeval.report.chart_surface import Surface

    years = shown_years(ind)
    last = max(ind.target_year, years[-1].year)
    canvas = Canvas(Surface(WIDTH, HEIGHT), ind, years, years[0].year - 0.5, last + 0.5, 1.0)
    _edge(canvas)
    _frame(canvas)
    _bands(canvas)
    _breaks(canvas)
    _target(canvas)
    if is_mean(ind) or ind.target_kind == "none_occurs":
        _bars(canvas)
    else:
        _lines(canvas)
    _gap_words(canvas)
    edge_labels(canvas)
    legend(canvas)
    return canvas.surface.svg(alt)


def _edge(canvas: Canvas) -> None:
    """The labels at the right edge: the target, and what ends there or is compared with it."""
    ind, end = canvas.ind, canvas.ind.projection
    last = max(ind.target_year, canvas.years[-1].year)
    words = target_words(ind)
    if words is not None:
        name = f"limit_{words}" if is_mean(ind) else f"target_{words}"
        label = canvas.say(name, value=limit_number(ind))
        canvas.edge.append((_target_level(ind), label, TARGET))
    if ind.target_kind == "none_occurs" or ind.current is None:
        return
    if is_mean(ind):
        canvas.edge.append((ind.current, canvas.say("mean_so_far", value=current_number(ind)), ACTUAL))
    elif ind.current_year == last:
        label = canvas.say("current", year=ind.current_year, value=current_number(ind))
        canvas.edge.append((ind.current, label, ACTUAL))
    elif end is not None and end.value is not None and end.year > ind.current_year:
        canvas.edge.append((end.value, canvas.say("projected", value=projected_number(ind)), ACTUAL))


def _target_level(ind: IndicatorEvaluation) -> float:
    return 0.0 if ind.target_kind == "none_occurs" else float(ind.target or 0.0)


def _frame(canvas: Canvas) -> None:
    """Axes from zero, so that the eye compares true proportions; quiet grid; the unit above."""
    ind = canvas.ind
    highest = [v.value for v in canvas.years if v.value is not None]
    highest += [interval.upper for _, interval in _intervals(canvas)]
    highest += [x for x in (ind.base, ind.target, ind.current) if x is not None]
    if ind.projection is not None and ind.projection.value is not None and not is_mean(ind):
        highest.append(ind.projection.value)
    top = max([*highest, 0.0])
    canvas.top = top * 1.12 if top > 0 else 1.0
    ticks = _ticks(canvas)
    canvas.margins([words for _, words in ticks])
    for value, words in ticks:
        y = canvas.pixels(0, value)[1]
        canvas.surface.line([(canvas.left, y), (canvas.right_edge, y)], GRID)
        canvas.surface.text((canvas.left - 6, y), words, color=MUTED, size=SMALL, align="right")
    canvas.surface.line([(canvas.left, BOTTOM), (canvas.right_edge, BOTTOM)], AXIS)
    years = range(canvas.years[0].year, max(ind.target_year, canvas.years[-1].year) + 1)
    every = math.ceil(36 / canvas.pixels_a_year)
    for year in reversed(years[::-every]):  # the last year always has its label
        x = canvas.pixels(year, 0)[0]
        canvas.surface.text((x, BOTTOM - 11), str(year), color=MUTED, size=SMALL, align="center")
    unit = canvas.say("unit", unit=ind.unit)
    size = min(SMALL, SMALL * (WIDTH - 16) / text_width(unit, SMALL))
    canvas.surface.text((8, HEIGHT - 11), unit, color=MUTED, size=size)
    canvas.boxes.append(box_of(unit, 8, HEIGHT - 11, size, "left"))


def _ticks(canvas: Canvas) -> list[tuple[float, str]]:
    """Round values up the axis, with as many decimals as tell them apart."""
    from matplotlib.ticker import MaxNLocator

    locator = MaxNLocator(4, integer=canvas.ind.decimals == 0, steps=[1, 2, 2.5, 5, 10])
    ticks = [float(t) for t in locator.tick_values(0, canvas.top) if t <= canvas.top]
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    decimals = next((d for d in range(9) if abs(step * 10**d - round(step * 10**d)) < 1e-6), 8)
    return [(tick, fmt.number(tick, decimals)) for tick in ticks]


def _runs(years: list[YearValue], wanted: Callable[[YearValue], bool]) -> list[list[YearValue]]:
    """Runs of consecutive years for which ``wanted`` holds."""
    runs: list[list[YearValue]] = []
    open_run = False
    for value in years:
        if wanted(value):
            if not open_run:
                runs.append([])
            runs[-1].append(value)
        open_run = wanted(value)
    return runs


def _bands(canvas: Canvas) -> None:
    """A band for every run of years without data."""
    for run in _runs(canvas.years, lambda v: v.value is None):
        left, right = (canvas.pixels(x, 0)[0] for x in (run[0].year - 0.5, run[-1].year + 0.5))
        canvas.surface.box(left, BOTTOM, right, HEIGHT - TOP, Look(fill=VOID, zorder=0))


def _gap_words(canvas: Canvas) -> None:
    """The words in the bands, last of all: at the foot, or as far up as other labels and lines ask."""
    height = HEIGHT - TOP - BOTTOM
    for run in _runs(canvas.years, lambda v: v.value is None):
        width = len(run) * canvas.pixels_a_year
        words = canvas.say("no_data")
        if text_width(words, SMALL) + 4 > width:
            words = canvas.say("no_data_stacked")
        half = 12 if "\n" not in words else 26
        places = [(0.0, float(dy), "center") for dy in range(half, height - half + 1, 6)]
        middle = (run[0].year + run[-1].year) / 2
        place(canvas, (middle, 0), words, places, size=SMALL, further=0.05, color="#59616b")


def _breaks(canvas: Canvas) -> None:
    """A line before each year that cannot be compared with the one before; named where there is room."""
    for value in canvas.years:
        if value.break_before and value.year > canvas.years[0].year:
            x = value.year - 0.5
            canvas.line([x, x], [0, canvas.top], Look(BREAK, dashes=(6, 2, 1, 2)), weight=0.6)
            words = canvas.say("break")
            place(canvas, (x, canvas.top), words, [(0, 11, "center")], size=SMALL, optional=True, color=BREAK)


def _mark(value: YearValue) -> str:
    return MARKS[value.status] if value.status is not None else "final"


def _marker(mark: str) -> Look:
    """How a value of this mark is drawn: solid when settled, hollow otherwise."""
    fill = ACTUAL if mark == "final" else "#ffffff"
    return Look(ACTUAL, 1.8, fill=fill, marker=MARKERS[mark], zorder=5)


def _intervals(canvas: Canvas) -> list[tuple[float, Interval]]:
    """Where on the time axis which interval stands: on each value, or on the mean when that is what is judged.

    None where nothing may occur: what did happen is not a matter of chance.
    """
    ind = canvas.ind
    if ind.target_kind == "none_occurs":
        return []
    if is_mean(ind):
        return [(ind.current_year + 0.4, ind.interval)] if ind.interval is not None else []
    return [(v.year, v.interval) for v in canvas.years if v.interval is not None and v.value is not None]


def _interval_lines(canvas: Canvas) -> None:
    intervals = _intervals(canvas)
    look = Look(INTERVAL, 1.2, zorder=3)
    for x, interval in intervals:
        low, high = interval.lower, interval.upper
        xs = [x - 0.08, x + 0.08, x, x, x - 0.08, x + 0.08]
        canvas.line(xs, [high, high, high, low, low, low], look, weight=2)
    if intervals:
        level = fmt.number(intervals[0][1].level * 100, 0)
        words = canvas.say("legend.mean_interval" if is_mean(canvas.ind) else "legend.interval", level=level)
        canvas.legend.append(("upright", words, look))


def _points(canvas: Canvas) -> None:
    for mark in MARKERS:
        points = {v.year: v.value for v in canvas.years if v.value is not None and _mark(v) == mark}
        for x, y in points.items():
            canvas.mark(x, y, _marker(mark))
        if points:
            canvas.legend.append(("mark", canvas.say(f"legend.{mark}"), _marker(mark)))


def _lines(canvas: Canvas) -> None:
    """Values joined where consecutive and comparable, the straight path, and the projection."""
    ind = canvas.ind
    if ind.path:
        years = sorted(ind.path)
        dashed = Look(PATH, 1.4, (4, 3), zorder=2)
        canvas.line([float(y) for y in years], [ind.path[y] for y in years], dashed)
        canvas.legend.append(("line", canvas.say("legend.path"), dashed))
    joined: dict[int, float] = {}
    for value in [*canvas.years, None]:
        apart = value is None or value.value is None or value.break_before is not None
        if apart and len(joined) > 1:
            canvas.line(list(joined), list(joined.values()), Look(ACTUAL, 2, zorder=4), weight=3)
        if apart:
            joined = {}
        if value is not None and value.value is not None:
            joined[value.year] = value.value
    _interval_lines(canvas)
    _points(canvas)
    _projection(canvas)
    _value_labels(canvas)


def _projection(canvas: Canvas) -> None:
    ind = canvas.ind
    end = ind.projection
    if ind.current is None or end is None or end.value is None or end.year <= ind.current_year:
        return
    dotted = Look(ACTUAL, 1.6, (1, 2), zorder=3)
    canvas.line([ind.current_year, end.year], [ind.current, end.value], dotted)


def _value_labels(canvas: Canvas) -> None:
    """The base and the current value as numbers; the others stand in the table behind the chart."""
    ind = canvas.ind
    if ind.current is not None and ind.current_year < max(ind.target_year, canvas.years[-1].year):
        point = (ind.current_year, ind.current)
        place(canvas, point, current_number(ind), around(), color=ACTUAL, weight="bold")
    if ind.base is None:
        return
    own = next((v.value for v in canvas.years if v.year == ind.base_year), None)
    if own is None or abs(own - ind.base) > 1e-9 * abs(ind.base):
        # Not the base year's own statistic: what the plan states, or a mean of years.
        canvas.mark(ind.base_year, ind.base, Look(PATH, fill="#ffffff", marker="D", zorder=5))
    words = canvas.say("base", value=base_number(ind))
    place(canvas, (ind.base_year, ind.base), words, around(), color=MUTED)


def _bars(canvas: Canvas) -> None:
    """Annual values as bars (hollow when not settled, pale before the period), and their mean so far."""
    ind = canvas.ind
    seen: dict[str, Look] = {}
    for value in canvas.years:
        if value.value is None:
            continue
        inside = value.year >= ind.period_start
        mark = _mark(value)
        look = _bar_look(mark, inside)
        (left, top), (right, _) = (canvas.pixels(value.year + side, value.value) for side in (-0.28, 0.28))
        canvas.surface.box(left, BOTTOM, right, top, look)
        canvas.keep_clear([(left, BOTTOM), (left, top), (right, top), (right, BOTTOM)], 1.0)
        seen.setdefault("before" if mark == "final" and not inside else mark, look)
    _interval_lines(canvas)
    canvas.legend += [("box", canvas.say(f"legend.{mark}"), look) for mark, look in seen.items()]
    if is_mean(ind) and ind.current is not None:
        ends = [ind.period_start - 0.5, ind.current_year + 0.5]
        canvas.line(ends, [ind.current] * 2, Look(ACTUAL, 2.2, zorder=4), weight=3)
    _bar_labels(canvas)


def _bar_look(mark: str, inside: bool) -> Look:
    """Filled when settled; otherwise hollow, the edge telling preliminary, forecast and illustrative apart."""
    if mark == "final":
        colour = BAR if inside else BAR_BEFORE
        return Look(colour, 1.4, fill=colour, zorder=2)
    dashes = {"preliminary": None, "forecast": (5.0, 2.0), "illustrative": (2.0, 2.0)}[mark]
    return Look(ACTUAL if inside else PATH, 1.4, dashes, fill="#ffffff", zorder=2)


def _bar_labels(canvas: Canvas) -> None:
    """The values over the bars.

    Where they would run into each other: the period's own years only, then smaller, then every second or third.
    """
    values = {v.year: v.value for v in canvas.years if v.value is not None}
    words = {v.year: year_number(canvas.ind, v) for v in canvas.years if v.value is not None}

    def needed() -> float:
        return 4 + max((text_width(text, SMALL) for text in words.values()), default=0.0)

    if needed() > canvas.pixels_a_year:
        words = {year: text for year, text in words.items() if year >= canvas.ind.period_start}
    size = max(SMALLEST, min(SMALL, SMALL * canvas.pixels_a_year / needed()))
    every = math.ceil(needed() * size / SMALL / canvas.pixels_a_year - 1e-6)
    places = [(0.0, float(dy), "center") for dy in (10, 15, 20, 26, 33, 41, 49, -10, -15, -20)]
    for year in sorted(words, reverse=True):
        if (max(words) - year) % every == 0:
            place(canvas, (year, values[year]), words[year], places, size=size, optional=True)


def _target(canvas: Canvas) -> None:
    ind = canvas.ind
    words = target_words(ind)
    if words is None:
        return
    level = _target_level(ind)
    whole_period = is_mean(ind) or words == "none"
    first = (ind.period_start if whole_period else canvas.years[0].year) - 0.5
    canvas.line([first, canvas.last], [level, level], Look(TARGET, 1.8, zorder=2.5), weight=3)
