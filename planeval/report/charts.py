"""Charts of indicators, drawn with matplotlib's object interface and handed out as inline SVG.

One chart answers the reader's two questions: how far is it now, and where will it end. Lines for values that move
from a base to a target, bars for annual values that are judged by their mean or must not occur at all. What is not
settled (preliminary, forecast, illustrative) is drawn hollow, a missing year is a marked gap, and every line is
labelled where it stands. No font is needed: sizes are measured with matplotlib's own DejaVu Sans and the page names
the fonts.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.model.evaluation import IndicatorEvaluation, Interval, YearValue
from planeval.report.blocks import Figure
from planeval.report.chart_canvas import (
    ACTUAL,
    BAR,
    BAR_BEFORE,
    BOTTOM,
    FAINT,
    HEIGHT,
    INTERVAL,
    LEFT,
    MARKERS,
    PATH,
    RIGHT,
    SETTINGS,
    SIZE,
    SMALL,
    TARGET,
    TOP,
    VOID,
    WIDTH,
    Canvas,
    legend,
    quiet,
    right_labels,
)
from planeval.report.chart_text import (
    MARKS,
    alt_text,
    data_table,
    is_illustrative,
    is_mean,
    shown_years,
    target_words,
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
        illustrative=is_illustrative(ind),
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
            ax = figure.add_axes(
                (
                    LEFT / WIDTH,
                    BOTTOM / HEIGHT,
                    (WIDTH - LEFT - RIGHT) / WIDTH,
                    (HEIGHT - TOP - BOTTOM) / HEIGHT,
                ),
                facecolor="none",
            )
            canvas = Canvas(ax, ind, shown_years(ind), language)
            _frame(canvas)
            _gaps(canvas)
            _breaks(canvas)
            if is_mean(ind) or ind.target_kind == "none_occurs":
                _bars(canvas)
            else:
                _lines(canvas)
            _target(canvas)
            right_labels(canvas)
            legend(canvas)
            out = io.StringIO()
            figure.savefig(out, format="svg", metadata={"Date": None}, transparent=True)
            return out.getvalue()


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
    years = range(canvas.years[0].year, last + 1)
    ax.set_xticks(list(years)[:: -(1 + (len(years) - 1) // 8)])  # the last year always has its label
    ax.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
    ax.tick_params(length=0, labelsize=SMALL, labelcolor="#4a525c", pad=6)
    ax.grid(axis="y", color=FAINT, linewidth=0.8, clip_on=False)
    ax.set_axisbelow(True)
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color("#8a929c")
    unit = canvas.say("unit", unit=ind.unit)
    ax.annotate(unit, (8, HEIGHT - 15), xycoords="figure points", fontsize=SMALL, color="#4a525c", gid="unit")


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


def _gaps(canvas: Canvas) -> None:
    """A band for every run of years without data, and the words."""
    low, high = canvas.ax.get_xlim()
    pixels_a_year = (WIDTH - LEFT - RIGHT) / (high - low)
    top = canvas.ax.get_ylim()[1]
    # At the foot of the band, unless the target or the base runs there.
    crossed = any(x is not None and x < 0.2 * top for x in (canvas.ind.target, canvas.ind.base))
    place: dict[str, Any] = {"offset": (0, -5), "va": "top"} if crossed else {"offset": (0, 7)}
    for run in _runs(canvas.years, lambda v: v.value is None):
        first, last = run[0].year, run[-1].year
        canvas.ax.axvspan(first - 0.5, last + 0.5, color=VOID, linewidth=0, zorder=0, clip_on=False)
        wide = (last - first + 1) * pixels_a_year >= 3 * SMALL + 4
        words = canvas.say("no_data" if wide else "no_data_stacked")
        at = ((first + last) / 2, top if crossed else 0)
        canvas.text(*at, words, ha="center", fontsize=SMALL, color="#59616b", **place)


def _breaks(canvas: Canvas) -> None:
    for value in canvas.years:
        if value.break_before and value.year > canvas.years[0].year:
            canvas.ax.axvline(
                value.year - 0.5, color="#7a4a86", linewidth=1, dashes=(6, 2, 1, 2), zorder=1, clip_on=False
            )
            top = canvas.ax.get_ylim()[1]
            canvas.text(
                value.year - 0.5,
                top,
                canvas.say("break"),
                offset=(0, 4),
                ha="center",
                fontsize=SMALL,
                color="#7a4a86",
            )


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
        canvas.line(xs, [high, high, high, low, low, low], color=INTERVAL, linewidth=1.2, zorder=3)
    if intervals:
        level = fmt.number(intervals[0][1].level * 100, 0)
        words = canvas.say("legend.mean_interval" if is_mean(canvas.ind) else "legend.interval", level=level)
        canvas.legend.append((words, {"color": INTERVAL, "linewidth": 1.2, "marker": "|", "markersize": 6}))


def _points(canvas: Canvas) -> None:
    for mark in MARKERS:
        values = [v for v in canvas.years if v.value is not None and _mark(v) == mark]
        if values:
            canvas.line([v.year for v in values], [v.value for v in values], zorder=5, **_marker(mark))  # type: ignore[misc]
            canvas.legend.append((canvas.say(f"legend.{mark}"), _marker(mark)))


def _lines(canvas: Canvas) -> None:
    """Values joined where consecutive and comparable, the straight path, and the projection."""
    ind = canvas.ind
    if ind.path:
        years = sorted(ind.path)
        dashed = {"color": PATH, "linewidth": 1.4, "dashes": (4, 3)}
        canvas.line([float(y) for y in years], [ind.path[y] for y in years], zorder=2, **dashed)
        canvas.legend.append((canvas.say("legend.path"), dashed))
    for run in _runs(canvas.years, lambda v: v.value is not None):
        for before, after in pairwise(run):
            if after.break_before is None and before.value is not None and after.value is not None:
                joined = ([before.year, after.year], [before.value, after.value])
                canvas.line(*joined, color=ACTUAL, linewidth=2, zorder=4)  # type: ignore[arg-type]
    _interval_lines(canvas)
    _points(canvas)
    _projection(canvas)
    _value_labels(canvas)


def _projection(canvas: Canvas) -> None:
    ind = canvas.ind
    end = ind.projection
    if ind.current is None or end is None or end.value is None or end.year <= ind.current_year:
        return
    dotted = {"color": ACTUAL, "linewidth": 1.6, "dashes": (1, 2)}
    canvas.line([ind.current_year, end.year], [ind.current, end.value], zorder=3, **dotted)
    canvas.right.append(
        (end.value, canvas.say("projected", value=fmt.estimate(end.value, ind.decimals)), ACTUAL)
    )


def _value_labels(canvas: Canvas) -> None:
    """The base and the current value as numbers; the others stand in the table behind the chart."""
    ind = canvas.ind
    values = {v.year: v for v in canvas.years}
    scale = (HEIGHT - TOP - BOTTOM) / canvas.ax.get_ylim()[1]  # pixels per unit
    if ind.base is not None:
        own = values.get(ind.base_year)
        same = own is not None and own.value is not None and abs(own.value - ind.base) <= 1e-9 * abs(ind.base)
        if not same:
            # Not the base year's own statistic: what the plan states, or a mean of years.
            diamond = {"marker": "D", "markersize": 7, "linestyle": "none", "zorder": 5}
            canvas.line(
                [ind.base_year], [ind.base], markerfacecolor="#ffffff", markeredgecolor=PATH, **diamond
            )
        after = values.get(ind.base_year + 1)
        # Above the fall, below the rise; but never down into the years under the axis.
        above = after is None or after.value is None or after.value <= ind.base or ind.base * scale < 24
        shown = canvas.number(ind.base) if same else fmt.target(ind.base, ind.decimals)
        words = canvas.say("base", value=shown)
        canvas.text(
            ind.base_year, ind.base, words, offset=(7, 7) if above else (7, -19), ha="left", color="#4a525c"
        )
    if ind.current is not None and ind.current_year == max(ind.target_year, canvas.years[-1].year):
        # At the right edge the value stands with the target's label, which makes way for it.
        words = canvas.say("current", year=ind.current_year, value=canvas.number(ind.current))
        canvas.right.append((ind.current, words, ACTUAL))
    elif ind.current is not None:
        now = values.get(ind.current_year)
        crossed = now is not None and now.interval is not None
        # On the far side of the target, where the straight path and the target line do not run.
        below = ind.target is not None and ind.current < ind.target
        if crossed:
            # Beside the interval, above the projection: down only where the target line would strike it out.
            below = below and ind.target is not None and (ind.target - ind.current) * scale < 2 * SIZE
        room = ind.current * scale > 2 * SIZE
        canvas.text(
            ind.current_year,
            ind.current,
            canvas.number(ind.current),
            offset=(9 if crossed else 0, -21 if below and room else 8),
            ha="left" if crossed else "center",
            color=ACTUAL,
            fontweight="bold",
        )


def _bars(canvas: Canvas) -> None:
    """Annual values as bars (hollow when not settled, pale before the period), and their mean so far."""
    ind = canvas.ind
    style: dict[str, Any]
    seen: dict[str, dict[str, Any]] = {}
    mean = ind.current if is_mean(ind) else None
    roomy = ind.target_year - canvas.years[0].year < 8  # else only the period's own years are labelled
    scale = (HEIGHT - TOP - BOTTOM) / canvas.ax.get_ylim()[1]  # pixels per unit
    for value in canvas.years:
        if value.value is None:
            continue
        inside = value.year > ind.base_year
        mark = _mark(value)
        if mark == "final":
            colour = BAR if inside else BAR_BEFORE
            style = {"facecolor": colour, "edgecolor": colour}
        else:
            style = {"facecolor": "#ffffff", "edgecolor": ACTUAL if inside else PATH}
            style["linestyle"] = (0, (2, 2)) if mark == "illustrative" else "solid"
        canvas.ax.bar(
            [value.year], [value.value], width=0.56, zorder=2, linewidth=1.4, clip_on=False, **style
        )
        seen.setdefault("before" if mark == "final" and not inside else mark, style)
        top = value.value
        if inside and mean is not None and -2 <= (mean - top) * scale <= SMALL + 8:
            top = mean  # the label would sit on the line of the mean: put it above
        if inside or roomy:
            words = canvas.number(value.value)
            canvas.text(value.year, top, words, offset=(0, 5), ha="center", fontsize=SMALL)
    _interval_lines(canvas)
    for mark, style in seen.items():
        box = {"marker": "s", "markersize": 9, "linestyle": "none", "markeredgewidth": 1.2}
        box |= {"markerfacecolor": style["facecolor"], "markeredgecolor": style["edgecolor"]}
        canvas.legend.append((canvas.say(f"legend.{mark}"), box))
    if mean is not None:
        canvas.line(
            [ind.base_year + 0.5, ind.current_year + 0.5],
            [mean, mean],
            color=ACTUAL,
            linewidth=2.2,
            zorder=4,
        )
        canvas.right.append((mean, canvas.say("mean_so_far", value=canvas.number(mean)), ACTUAL))


def _target(canvas: Canvas) -> None:
    ind = canvas.ind
    words = target_words(ind)
    if words is None:
        return
    level = 0.0 if words == "none" else float(ind.target or 0.0)
    name = f"limit_{words}" if is_mean(ind) else f"target_{words}"
    label = canvas.say(name, value=fmt.target(ind.target, ind.decimals))
    first = ind.base_year + 0.5 if is_mean(ind) or words == "none" else canvas.years[0].year - 0.5
    canvas.line([first, canvas.ax.get_xlim()[1]], [level, level], color=TARGET, linewidth=1.8, zorder=2.5)
    canvas.right.append((level, label, TARGET))
