"""Charts of indicators, drawn with matplotlib's object interface and handed out as inline SVG.

One chart answers the reader's two questions: how far is it now, and where will it end. Lines for values that move
from a base to a target, bars for annual values that are judged by their mean or must not occur at all. What is not
settled (preliminary, forecast, illustrative) is drawn hollow, a missing year is a marked gap, and every line is
labelled where it stands. No font is needed: sizes are measured with matplotlib's own DejaVu Sans and the page names
the fonts.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.model.evaluation import IndicatorEvaluation, Interval, YearValue
from planeval.model.status import Status
from planeval.report.blocks import Figure
from planeval.report.chart_canvas import (
    ACTUAL,
    BAR,
    BAR_BEFORE,
    BOTTOM,
    FAINT,
    HEIGHT,
    INTERVAL,
    MARKERS,
    PATH,
    SETTINGS,
    SMALL,
    SMALLEST,
    TARGET,
    TOP,
    VOID,
    WIDTH,
    Canvas,
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
from planeval.report.svg import inline_svg


def indicator_chart(ind: IndicatorEvaluation, *, chart_id: str = "", language: str = "zh") -> Figure:
    """The chart of one indicator with its alternative text and the table behind it.

    ``chart_id`` (default: made from the indicator's id) prefixes every id in the SVG; two charts on one page need
    two of them. The same indicator gives the same bytes.
    """
    prefix = chart_id or "chart-" + re.sub(r"[^A-Za-z0-9_-]", "-", ind.id)
    alt = alt_text(ind, language)
    return Figure(
        svg=inline_svg(_draw(ind, prefix, language), prefix, alt),
        alt=alt,
        caption=say("chart.caption", name=ind.name, language=language),
        data=data_table(ind, language),
        illustrative=shows_status(ind, Status.ILLUSTRATIVE),
        provisional=shows_status(ind, Status.FORECAST),
    )


def _draw(ind: IndicatorEvaluation, salt: str, language: str) -> str:
    """The chart as matplotlib's own SVG document."""
    with quiet():
        import matplotlib
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure as Drawing

        # The defaults first: a matplotlibrc of whoever runs this must not change a published chart.
        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            settings: Any = SETTINGS | {"svg.hashsalt": salt}
            matplotlib.rcParams.update(settings)
            figure = Drawing(figsize=(WIDTH / 72, HEIGHT / 72), dpi=72, facecolor="none")
            FigureCanvasSVG(figure)
            canvas = Canvas(figure.add_axes((0, 0, 1, 1), facecolor="none"), ind, shown_years(ind), language)
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
            out = io.StringIO()
            figure.savefig(out, format="svg", metadata={"Date": None}, transparent=True)
            return out.getvalue()


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
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    ax, ind = canvas.ax, canvas.ind
    last = max(ind.target_year, canvas.years[-1].year)
    ax.set_xlim(canvas.years[0].year - 0.5, last + 0.5)
    highest = [v.value for v in canvas.years if v.value is not None]
    highest += [interval.upper for _, interval in _intervals(canvas)]
    highest += [x for x in (ind.base, ind.target, ind.current) if x is not None]
    if ind.projection is not None and ind.projection.value is not None and not is_mean(ind):
        highest.append(ind.projection.value)
    top = max([*highest, 0.0])
    ax.set_ylim(0, top * 1.12 if top > 0 else 1)
    locator = MaxNLocator(4, integer=ind.decimals == 0, steps=[1, 2, 2.5, 5, 10])
    ax.yaxis.set_major_locator(locator)
    ticks = [t for t in locator.tick_values(*ax.get_ylim()) if t <= ax.get_ylim()[1]]
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    decimals = next((d for d in range(9) if abs(step * 10**d - round(step * 10**d)) < 1e-6), 8)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: fmt.number(value, decimals)))
    canvas.margins([fmt.number(tick, decimals) for tick in ticks])
    years = range(canvas.years[0].year, last + 1)
    every = math.ceil(36 / canvas.pixels_a_year)
    ax.set_xticks(list(years)[::-every])  # the last year always has its label
    ax.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
    ax.tick_params(length=0, labelsize=SMALL, labelcolor="#4a525c", pad=6)
    ax.grid(axis="y", color=FAINT, linewidth=0.8, clip_on=False)
    ax.set_axisbelow(True)
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color("#8a929c")
    unit = canvas.say("unit", unit=ind.unit)
    size = min(SMALL, SMALL * (WIDTH - 16) / text_width(unit, SMALL))
    ax.annotate(unit, (8, HEIGHT - 15), xycoords="figure points", fontsize=size, color="#4a525c", gid="unit")
    canvas.boxes.append(box_of(unit, 8, HEIGHT - 11, size, "left"))


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
        ends = (run[0].year - 0.5, run[-1].year + 0.5)
        canvas.ax.axvspan(*ends, color=VOID, linewidth=0, zorder=0, clip_on=False)


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
    top = canvas.ax.get_ylim()[1]
    for value in canvas.years:
        if value.break_before and value.year > canvas.years[0].year:
            x = value.year - 0.5
            style: dict[str, Any] = {"color": "#7a4a86", "zorder": 1}
            canvas.line([x, x], [0, top], linewidth=1, dashes=(6, 2, 1, 2), weight=0.6, **style)
            words = canvas.say("break")
            place(canvas, (x, top), words, [(0, 11, "center")], size=SMALL, optional=True, color="#7a4a86")


def _mark(value: YearValue) -> str:
    return MARKS[value.status] if value.status is not None else "final"


def _marker(mark: str) -> dict[str, Any]:
    """How a value of this mark is drawn: solid when settled, hollow otherwise."""
    return {
        "marker": MARKERS[mark],
        "markersize": 7,
        "markerfacecolor": ACTUAL if mark == "final" else "#ffffff",
        "markeredgecolor": ACTUAL,
        "markeredgewidth": 1.8,
        "linestyle": "none",
    }


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
    for x, interval in intervals:
        low, high = interval.lower, interval.upper
        xs = [x - 0.08, x + 0.08, x, x, x - 0.08, x + 0.08]
        canvas.line(xs, [high, high, high, low, low, low], color=INTERVAL, linewidth=1.2, zorder=3, weight=2)
    if intervals:
        level = fmt.number(intervals[0][1].level * 100, 0)
        words = canvas.say("legend.mean_interval" if is_mean(canvas.ind) else "legend.interval", level=level)
        canvas.legend.append((words, {"color": INTERVAL, "linewidth": 1.2, "marker": "|", "markersize": 6}))


def _points(canvas: Canvas) -> None:
    for mark in MARKERS:
        points = {v.year: v.value for v in canvas.years if v.value is not None and _mark(v) == mark}
        if points:
            canvas.line(list(points), list(points.values()), zorder=5, weight=0, **_marker(mark))
            for x, y in points.items():
                canvas.mark(x, y)
            canvas.legend.append((canvas.say(f"legend.{mark}"), _marker(mark)))


def _lines(canvas: Canvas) -> None:
    """Values joined where consecutive and comparable, the straight path, and the projection."""
    ind = canvas.ind
    if ind.path:
        years = sorted(ind.path)
        dashed: dict[str, Any] = {"color": PATH, "linewidth": 1.4, "dashes": (4, 3)}
        canvas.line([float(y) for y in years], [ind.path[y] for y in years], zorder=2, **dashed)
        canvas.legend.append((canvas.say("legend.path"), dashed))
    for run in _runs(canvas.years, lambda v: v.value is not None):
        for before, after in pairwise(run):
            if after.break_before is None and before.value is not None and after.value is not None:
                joined = ([before.year, after.year], [before.value, after.value])
                canvas.line(*joined, color=ACTUAL, linewidth=2, zorder=4, weight=3)
    _interval_lines(canvas)
    _points(canvas)
    _projection(canvas)
    _value_labels(canvas)


def _projection(canvas: Canvas) -> None:
    ind = canvas.ind
    end = ind.projection
    if ind.current is None or end is None or end.value is None or end.year <= ind.current_year:
        return
    dotted: dict[str, Any] = {"color": ACTUAL, "linewidth": 1.6, "dashes": (1, 2)}
    canvas.line([ind.current_year, end.year], [ind.current, end.value], zorder=3, **dotted)


def _value_labels(canvas: Canvas) -> None:
    """The base and the current value as numbers; the others stand in the table behind the chart."""
    ind = canvas.ind
    if ind.current is not None and ind.current_year < max(ind.target_year, canvas.years[-1].year):
        point = (ind.current_year, ind.current)
        place(canvas, point, current_number(ind), around(), color=ACTUAL, fontweight="bold")
    if ind.base is None:
        return
    own = next((v.value for v in canvas.years if v.year == ind.base_year), None)
    if own is None or abs(own - ind.base) > 1e-9 * abs(ind.base):
        # Not the base year's own statistic: what the plan states, or a mean of years.
        diamond: dict[str, Any] = {"marker": "D", "markersize": 7, "linestyle": "none", "zorder": 5}
        canvas.line([ind.base_year], [ind.base], markerfacecolor="#ffffff", markeredgecolor=PATH, **diamond)
        canvas.mark(ind.base_year, ind.base)
    words = canvas.say("base", value=base_number(ind))
    place(canvas, (ind.base_year, ind.base), words, around(), color="#4a525c")


def _bars(canvas: Canvas) -> None:
    """Annual values as bars (hollow when not settled, pale before the period), and their mean so far."""
    ind = canvas.ind
    seen: dict[str, dict[str, Any]] = {}
    for value in canvas.years:
        if value.value is None:
            continue
        inside = value.year >= ind.period_start
        mark = _mark(value)
        style = _bar_style(mark, inside)
        canvas.ax.bar([value.year], [value.value], width=0.56, zorder=2, clip_on=False, **style)
        low, high = (canvas.pixels(value.year + side, value.value) for side in (-0.28, 0.28))
        canvas.keep_clear([(low[0], canvas.bottom), low, high, (high[0], canvas.bottom)], 1.0)
        seen.setdefault("before" if mark == "final" and not inside else mark, style)
    _interval_lines(canvas)
    canvas.legend += [(canvas.say(f"legend.{mark}"), style) for mark, style in seen.items()]
    if is_mean(ind) and ind.current is not None:
        ends = [ind.period_start - 0.5, ind.current_year + 0.5]
        canvas.line(ends, [ind.current] * 2, color=ACTUAL, linewidth=2.2, zorder=4, weight=3)
    _bar_labels(canvas)


def _bar_style(mark: str, inside: bool) -> dict[str, Any]:
    """Filled when settled; otherwise hollow, the edge telling preliminary, forecast and illustrative apart."""
    if mark == "final":
        colour = BAR if inside else BAR_BEFORE
        return {"facecolor": colour, "edgecolor": colour, "linewidth": 1.4}
    edges: dict[str, Any] = {"preliminary": "solid", "forecast": (0, (5, 2)), "illustrative": (0, (2, 2))}
    edge = ACTUAL if inside else PATH
    return {"facecolor": "#ffffff", "edgecolor": edge, "linestyle": edges[mark], "linewidth": 1.4}


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
    places = [(0.0, float(dy), "center") for dy in (9, 14, 19, 25, 32, 40, 48, -10, -15, -20)]
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
    ends = [first, canvas.ax.get_xlim()[1]]
    canvas.line(ends, [level, level], color=TARGET, linewidth=1.8, zorder=2.5, weight=3)
