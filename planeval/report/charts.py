"""Charts of indicators, drawn with matplotlib and handed out as inline SVG.

One chart answers the reader's two questions: how far is it now, and where will it end. Lines for values that move
from a base to a target, bars for annual values that are judged by their mean or must not occur at all. What is not
settled (preliminary, forecast, illustrative) is drawn hollow, a missing year is a marked gap, and every line is
labelled where it stands. No font is needed: widths are estimated, and the page names the fonts.
"""

from __future__ import annotations

import math

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
    PAPER,
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
from planeval.report.chart_labels import COVERED, NEAR, around, box_of, place
from planeval.report.chart_text import (
    MARKS,
    alt_text,
    data_table,
    runs,
    shown_outlook,
    shown_years,
    shows_status,
    target_level,
    target_words,
)
from planeval.report.names import name_of, unit_of
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
        caption=say("chart.caption", name=name_of(ind)),
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
    if ind.target_kind == "none_occurs":
        _events(canvas)
    elif is_mean(ind):
        _bars(canvas)
    else:
        _lines(canvas)
    _gap_words(canvas)
    edge_labels(canvas)
    legend(canvas)
    return canvas.surface.svg(alt)


def _edge(canvas: Canvas) -> None:
    """The labels at the right edge: the target, and what ends there or is compared with it."""
    ind, outlook = canvas.ind, shown_outlook(canvas.ind)
    last = max(ind.target_year, canvas.years[-1].year)
    words = target_words(ind)
    if words is not None:
        name = f"limit_{words}" if is_mean(ind) else f"target_{words}"
        label = canvas.say(name, value=limit_number(ind))
        canvas.edge.append((target_level(ind) or 0.0, label, TARGET))
    if ind.target_kind == "none_occurs" or ind.current is None:
        return
    if is_mean(ind):
        name = "mean_so_far" if ind.current_year < last else "mean_of_period"
        canvas.edge.append((ind.current, canvas.say(name, value=current_number(ind)), ACTUAL))
    elif ind.current_year == last:
        label = canvas.say("current", year=ind.current_year, value=current_number(ind))
        canvas.edge.append((ind.current, label, ACTUAL))
    elif outlook is not None:
        canvas.edge.append((outlook[1], canvas.say("projected", value=projected_number(ind)), ACTUAL))


def _frame(canvas: Canvas) -> None:
    """Axes from zero, so that the eye compares true proportions; quiet grid; the unit above."""
    ind = canvas.ind
    highest = [v.value for v in canvas.years if v.value is not None]
    highest += [interval.upper for _, interval in _intervals(canvas)]
    highest += [x for x in (ind.base, ind.target, ind.current) if x is not None]
    outlook = shown_outlook(ind)
    if outlook is not None:
        highest.append(outlook[1])
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
    unit = canvas.say("unit", unit=unit_of(ind.unit))
    size = min(SMALL, SMALL * (WIDTH - 16) / text_width(unit, SMALL))
    canvas.surface.text((8, HEIGHT - 14), unit, color=MUTED, size=size)
    canvas.boxes.append(box_of(unit, 8, HEIGHT - 14, size, "left"))


def _ticks(canvas: Canvas) -> list[tuple[float, str]]:
    """Round values up the axis, at most six, with as many decimals as tell them apart."""
    step = _step(canvas.top / 5, whole=canvas.ind.decimals == 0)
    decimals = next((d for d in range(9) if abs(step * 10**d - round(step * 10**d)) < 1e-6), 8)
    return [(n * step, fmt.number(n * step, decimals)) for n in range(int(canvas.top / step + 1e-9) + 1)]


def _step(least: float, *, whole: bool) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below ``least``."""
    if whole and least <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    factors = (1, 2, 5, 10) if whole and power == 1 else (1, 2, 2.5, 5, 10)
    return power * next(f for f in factors if f * power >= least * (1 - 1e-9))


def _bands(canvas: Canvas) -> None:
    """A band for every run of years without data."""
    for run in runs(canvas.years, lambda v: v.value is None):
        left, right = (canvas.pixels(x, 0)[0] for x in (run[0].year - 0.5, run[-1].year + 0.5))
        canvas.surface.box(left, BOTTOM, right, HEIGHT - TOP, Look(fill=VOID, zorder=0))


def _gap_words(canvas: Canvas) -> None:
    """The words in the bands, last of all: at the foot, or as far up as other labels and lines ask."""
    height = HEIGHT - TOP - BOTTOM
    for run in runs(canvas.years, lambda v: v.value is None):
        width = len(run) * canvas.pixels_a_year
        words = canvas.say("no_data")
        if text_width(words, SMALL) + 4 > width:
            words = canvas.say("no_data_stacked")
        half = 12 if "\n" not in words else 26
        places = [(0.0, float(dy), "center") for dy in range(half, height - half + 1, 6)]
        middle = (run[0].year + run[-1].year) / 2
        place(canvas, (middle, 0), words, places, size=SMALL, further=0.05, color=MUTED)


def _breaks(canvas: Canvas) -> None:
    """A line before each year that cannot be compared with the one before; named where there is room."""
    for value in canvas.years:
        if value.break_before and value.year > canvas.years[0].year:
            x = value.year - 0.5
            canvas.line([x, x], [0, canvas.top], Look(BREAK, dashes=(6, 2, 1, 2)), weight=0.6)
            words = canvas.say("break")
            place(canvas, (x, canvas.top), words, [(0, 11, "center")], size=SMALL, worth=COVERED, color=BREAK)


def _mark(value: YearValue) -> str:
    return MARKS[value.status] if value.status is not None else "final"


def _marker(mark: str, inside: bool = True) -> Look:
    """How a value of this mark is drawn: solid when settled, hollow otherwise; grey before the period."""
    colour = ACTUAL if inside else PATH
    return Look(colour, 1.8, fill=colour if mark == "final" else PAPER, marker=MARKERS[mark], zorder=5)


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
            canvas.entry("mark", mark, _marker(mark))


def _lines(canvas: Canvas) -> None:
    """Values joined where consecutive and comparable, the straight path, and the projection."""
    ind = canvas.ind
    if ind.path:
        years = sorted(ind.path)
        dashed = Look(PATH, 1.4, (4, 3), zorder=2)
        canvas.line([float(y) for y in years], [ind.path[y] for y in years], dashed)
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
    if ind.path:
        _path_label(canvas, dashed)
    _year_labels(canvas)


def _projection(canvas: Canvas) -> None:
    ind, outlook = canvas.ind, shown_outlook(canvas.ind)
    if outlook is None or ind.current is None:
        return
    dotted = Look(ACTUAL, 1.6, (1, 2), zorder=3)
    canvas.line([ind.current_year, outlook[0]], [ind.current, outlook[1]], dotted)


def _value_labels(canvas: Canvas) -> None:
    """The base and the current value."""
    ind = canvas.ind
    if ind.current is not None and ind.current_year < max(ind.target_year, canvas.years[-1].year):
        point = (ind.current_year, ind.current)
        place(canvas, point, current_number(ind), around(), color=ACTUAL, weight="bold")
    if ind.base is None:
        return
    own = next((v.value for v in canvas.years if v.year == ind.base_year), None)
    if own is None or abs(own - ind.base) > 1e-9 * abs(ind.base):
        # Not the base year's own statistic: what the plan states, or a mean of years.
        canvas.mark(ind.base_year, ind.base, Look(PATH, 1.8, fill=PAPER, marker="^", size=8, zorder=5))
    words = canvas.say("base", value=base_number(ind))
    place(canvas, (ind.base_year, ind.base), words, around(), color=MUTED)


def _path_label(canvas: Canvas, look: Look) -> None:
    """The straight path's name beside it, as late as there is room, or else in the legend."""
    path, words = canvas.ind.path, canvas.say("path")
    places = [(0.0, float(dy), "center") for dy in (11, -11, 16, -16)]
    for year in sorted(path, reverse=True)[1:]:
        middle = (path[year] + path.get(year + 1, path[year])) / 2
        if place(canvas, (year + 0.5, middle), words, places, size=SMALL, worth=25, color=PATH):
            return
    canvas.legend.append(("line", canvas.say("legend.path"), look))


def _year_labels(canvas: Canvas) -> None:
    """The other years' values, latest first, where there is room beside them; the table behind has them all."""
    ind, last = canvas.ind, max(canvas.ind.target_year, canvas.years[-1].year)
    for value in reversed(canvas.years):
        current = value.year == ind.current_year and (value.year < last or value.value == ind.current)
        if value.value is None or current or (value.year == ind.base_year and value.value == ind.base):
            continue
        words, point = year_number(ind, value), (value.year, value.value)
        place(canvas, point, words, NEAR, size=SMALL, worth=24, color=MUTED)


def _events(canvas: Canvas) -> None:
    """How often it happened in each year, as marks on stems: a zero, which is the promise, is seen as well."""
    for value in canvas.years:
        if value.value is None:
            continue
        inside, mark = value.year >= canvas.ind.period_start, _mark(value)
        look = _marker(mark, inside)
        if value.value:
            canvas.line([value.year] * 2, [0, value.value], Look(look.stroke, 2, zorder=4), weight=3)
        canvas.mark(value.year, value.value, look)
        canvas.entry("mark", mark if inside else "before", look)
    _bar_labels(canvas)


def _bars(canvas: Canvas) -> None:
    """Annual values as bars (hollow when not settled, grey before the period), and their mean so far."""
    ind = canvas.ind
    for value in canvas.years:
        if value.value is None:
            continue
        inside = value.year >= ind.period_start
        mark = _mark(value)
        look = _bar_look(mark, inside)
        (left, top), (right, _) = (canvas.pixels(value.year + side, value.value) for side in (-0.28, 0.28))
        canvas.surface.box(left, BOTTOM, right, top, look)
        canvas.keep_clear([(left, BOTTOM), (left, top), (right, top), (right, BOTTOM)], 1.0)
        canvas.entry("box", mark if inside or mark != "final" else "before", look)
    _interval_lines(canvas)
    if ind.current is not None:
        ends, level = [ind.period_start - 0.5, ind.current_year + 0.5], [ind.current] * 2
        canvas.line(ends, level, Look(PAPER, 5, zorder=3.5), weight=0)  # sets it off from the bars
        canvas.line(ends, level, Look(ACTUAL, 2.2, zorder=4), weight=3)
    _bar_labels(canvas)


def _bar_look(mark: str, inside: bool) -> Look:
    """Filled when settled; otherwise hollow, the edge telling preliminary, forecast and illustrative apart."""
    if mark == "final":
        colour = BAR if inside else BAR_BEFORE
        return Look(colour, 1.4, fill=colour, zorder=2)
    dashes = {"preliminary": None, "forecast": (5.0, 2.0), "illustrative": (2.0, 2.0)}[mark]
    return Look(ACTUAL if inside else PATH, 1.4, dashes, fill=PAPER, zorder=2)


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
            place(canvas, (year, values[year]), words[year], places, size=size, worth=COVERED)


def _target(canvas: Canvas) -> None:
    ind = canvas.ind
    level = target_level(ind)
    if level is None:
        return
    whole_period = is_mean(ind) or ind.target_kind == "none_occurs"
    first = (ind.period_start if whole_period else canvas.years[0].year) - 0.5
    canvas.line([first, canvas.last], [level, level], Look(TARGET, 1.8, zorder=2.5), weight=3)
