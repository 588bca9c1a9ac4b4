"""Charts without words, small enough to stand side by side: the same lines and colours as the large ones.

Written as SVG by hand: a dozen of them cost less than one chart of `planeval.report.charts`, and each has less than a
kilobyte. The colours are attributes, as in the large charts, so that the same rules turn them in the dark.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from planeval.model.evaluation import IndicatorEvaluation, YearValue
from planeval.report.chart_canvas import (
    ACTUAL,
    BAR,
    BAR_BEFORE,
    BREAK,
    PATH,
    TARGET,
    VOID,
    Point,
)
from planeval.report.chart_text import MARKS, runs, shown_outlook, shown_years, target_level
from planeval.report.shown import is_mean

# Pixels of the view box: between the outer years' middles and the edges, over the highest value, under zero.
WIDTH, HEIGHT = 160, 56
SIDE, TOP, FOOT = 9, 6, 5
_HOLLOW = "#fff"


def sparkline(ind: IndicatorEvaluation, label: str) -> str:
    """The indicator's years, target, path and projection as an inline ``<svg>`` that says ``label``.

    The same marks as in its chart: hollow is not settled, nothing is joined across a gap or a break in definition,
    and the axis starts from zero.
    """
    return _Sparkline(ind).svg(label)


class _Sparkline:
    def __init__(self, ind: IndicatorEvaluation) -> None:
        self._ind = ind
        self._years = shown_years(ind)
        self._first = self._years[0].year
        last = max(ind.target_year, self._years[-1].year)
        self._step = (WIDTH - 2 * SIDE) / max(1, last - self._first)
        self._top = self._highest() or 1.0
        self._shapes: list[str] = []

    def svg(self, label: str) -> str:
        ind = self._ind
        for run in runs(self._years, lambda v: v.value is None):
            left, right = (self._x(year) for year in (run[0].year - 0.5, run[-1].year + 0.5))
            self._shape(
                f"M{_short(left)} 0H{_short(right)}V{HEIGHT - FOOT}H{_short(left)}z", f'fill="{VOID}"'
            )
        self._shape(f"M0 {HEIGHT - FOOT}H{WIDTH}", f'stroke="{BAR_BEFORE}" stroke-width=".8"')
        broken = [self._x(v.year - 0.5) for v in self._years if v.break_before and v.year > self._first]
        if broken:
            marks = "".join(f"M{_short(x)} 0V{HEIGHT - FOOT}" for x in broken)
            self._shape(marks, f'stroke="{BREAK}" stroke-dasharray="4 2"')
        if is_mean(ind):
            self._bars()
        else:
            self._line()
        inner = "".join(self._shapes)
        return (
            f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}" '
            f'fill="none">{inner}</svg>'
        )

    def _highest(self) -> float:
        ind = self._ind
        known = [v.value for v in self._years] + [ind.base, target_level(ind), *ind.path.values()]
        if is_mean(ind):
            known.append(ind.current)
        outlook = shown_outlook(ind)
        if outlook is not None:
            known.append(outlook[1])
        return max((x for x in known if x is not None), default=0.0)

    def _x(self, year: float) -> float:
        return min(max(SIDE + (year - self._first) * self._step, 0.0), float(WIDTH))

    def _at(self, year: float, value: float) -> Point:
        return self._x(year), HEIGHT - FOOT - value / self._top * (HEIGHT - FOOT - TOP)

    def _shape(self, outline: str, look: str) -> None:
        self._shapes.append(f'<path d="{outline}" {look}/>')

    def _stroke(self, points: Sequence[Point], colour: str, width: str, more: str = "") -> None:
        line = "L".join(f"{_short(x)} {_short(y)}" for x, y in points)
        self._shape(f"M{line}", f'stroke="{colour}" stroke-width="{width}"{more}')

    def _target(self, first: float) -> None:
        level = target_level(self._ind)
        if level is not None:
            self._stroke([self._at(first, level), (WIDTH, self._at(0, level)[1])], TARGET, "1.6")

    def _line(self) -> None:
        ind = self._ind
        if ind.path:
            ends = [self._at(year, ind.path[year]) for year in sorted(ind.path)]
            self._stroke(ends, PATH, "1.2", ' stroke-dasharray="4 3"')
        self._target(self._first - 0.5 if ind.target_kind != "none_occurs" else ind.period_start - 0.5)
        outlook = shown_outlook(ind)
        if outlook is not None and ind.current is not None:
            ends = [self._at(ind.current_year, ind.current), self._at(*outlook)]
            self._stroke(ends, ACTUAL, "1.6", ' stroke-dasharray="1.6 2.4"')
        if ind.target_kind != "none_occurs":
            self._joined()
        self._dots()

    def _joined(self) -> None:
        lines: list[list[Point]] = [[]]
        for value in self._years:
            if value.value is None or value.break_before:
                lines.append([])
            if value.value is not None:
                lines[-1].append(self._at(value.year, value.value))
        for line in lines:
            if len(line) > 1:
                self._stroke(line, ACTUAL, "2")

    def _dots(self) -> None:
        """Round ends of lines without length: the shortest dots there are."""
        known = [v for v in self._years if v.value is not None]
        self._dotted((self._at(v.year, v.value or 0.0) for v in known), ACTUAL, "6")
        hollow = [self._at(v.year, v.value or 0.0) for v in known if _unsettled(v)]
        self._dotted(hollow, _HOLLOW, "3")

    def _dotted(self, points: Iterable[Point], colour: str, width: str) -> None:
        dots = "".join(f"M{_short(x)} {_short(y)}h0" for x, y in points)
        if dots:
            self._shape(dots, f'stroke="{colour}" stroke-width="{width}" stroke-linecap="round"')

    def _bars(self) -> None:
        ind, half = self._ind, 0.3
        looks: dict[str, list[str]] = {}
        for value in self._years:
            if value.value is None:
                continue
            (left, top), right = self._at(value.year - half, value.value), self._x(value.year + half)
            box = f"M{_short(left)} {HEIGHT - FOOT}V{_short(top)}H{_short(right)}V{HEIGHT - FOOT}"
            if _unsettled(value):
                look = f'fill="{_HOLLOW}" stroke="{ACTUAL}"'
            else:
                look = f'fill="{BAR if value.year >= ind.period_start else BAR_BEFORE}"'
            looks.setdefault(look, []).append(box)
        for look, boxes in looks.items():
            self._shape("".join(boxes), look)
        self._target(ind.period_start - 0.5)
        if ind.current is not None:
            span = (ind.period_start - 0.5, ind.current_year + 0.5)
            self._stroke([self._at(year, ind.current) for year in span], ACTUAL, "2")


def _unsettled(value: YearValue) -> bool:
    return value.status is not None and MARKS[value.status] != "final"


def _short(value: float) -> str:
    """At most one decimal."""
    return f"{value:.1f}".removesuffix(".0")
