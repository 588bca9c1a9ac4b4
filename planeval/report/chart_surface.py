"""The sheet a chart is drawn on: a bare matplotlib figure, one artist for everything of one look.

No axes: their ticks, spines and text layout would cost most of a chart's time, and the charts say themselves where
everything stands. All lengths are pixels, all points pixels from the lower left corner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from functools import cache
from typing import Any

import matplotlib
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform

from planeval.report.chart_canvas import Look, Point
from planeval.report.svg import HALO, InlineRenderer

# What a matplotlibrc of whoever runs this could change although every artist says how it looks.
NEUTRAL: Any = {
    "figure.autolayout": False,
    "figure.constrained_layout.use": False,
    "lines.scale_dashes": True,
    "path.effects": [],
    "path.sketch": None,
}
# From the middle of a text to its base line, and from one line of it to the next, in its size.
HALF_HEIGHT, LINE_HEIGHT = 0.36, 1.2


@cache
def _font(size: float, weight: str) -> FontProperties:
    return FontProperties(size=size, weight=weight)


class Label(Artist):
    """One line of text, placed without measuring it: matplotlib's own ``Text`` would open a font file for that."""

    def __init__(self, point: Point, words: str, *, color: str, font: FontProperties, align: str) -> None:
        super().__init__()
        self._point, self._words = point, words
        self._color, self._font, self._align = color, font, align

    def get_ha(self) -> str:
        """What of the text stands at its point: ``left``, ``center`` or ``right``."""
        return self._align

    def draw(self, renderer: Any) -> None:
        gc = renderer.new_gc()
        gc.set_foreground(self._color)
        renderer.draw_text(gc, *self._point, self._words, self._font, 0, mtext=self)
        gc.restore()


class Surface:
    """Collects lines, boxes, markers and texts; ``svg`` hands them out.

    What has the same look becomes one artist and so one SVG element; a look of a higher ``zorder`` covers one of a
    lower, and of the same ``zorder`` the one that was used first is covered by the others.
    """

    def __init__(self, width: float, height: float) -> None:
        self._size = (width, height)
        self._paths: dict[Look, list[list[Point]]] = {}
        self._markers: dict[Look, list[Point]] = {}
        self._labels: list[Label] = []

    def line(self, points: Iterable[Point], look: Look) -> None:
        """A line through ``points``."""
        self._paths.setdefault(look, []).append(list(points))

    def box(self, left: float, bottom: float, right: float, top: float, look: Look) -> None:
        """An upright rectangle."""
        corners = [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]
        self._paths.setdefault(look, []).append(corners)

    def mark(self, point: Point, look: Look) -> None:
        """The marker of ``look`` with its middle at ``point``."""
        self._markers.setdefault(look, []).append(point)

    def text(
        self,
        point: Point,
        words: str,
        *,
        color: str,
        size: float,
        align: str = "left",
        weight: str = "normal",
        halo: bool = False,
    ) -> None:
        """Text aligned (``left``, ``center``, ``right``) at ``point``, its middle at that height.

        Lines are parted by a line feed.
        """
        x, y = point
        lines = words.split("\n")
        first = y - HALF_HEIGHT * size + LINE_HEIGHT * size * (len(lines) - 1) / 2
        for number, line in enumerate(lines):
            at = (x, first - number * LINE_HEIGHT * size)
            label = Label(at, line, color=color, font=_font(round(size, 1), weight), align=align)
            label.set_gid(HALO if halo else None)
            self._labels.append(label)

    def svg(self, label: str) -> str:
        """The drawing as an inline ``<svg>`` element that says ``label`` to whoever cannot see it."""
        changed = {name: value for name, value in NEUTRAL.items() if matplotlib.rcParams[name] != value}
        # Hardly ever needed, and it copies all parameters.
        with matplotlib.rc_context(changed) if changed else nullcontext():
            width, height = self._size
            figure = Figure(figsize=(width / 72, height / 72), dpi=72, frameon=False)
            for artist in self._artists():
                figure.add_artist(artist)
            renderer = InlineRenderer(width, height)
            figure.draw(renderer)
            return renderer.svg(label)

    def _artists(self) -> Iterator[Artist]:
        for look, lines in self._paths.items():
            yield PathPatch(
                _compound(lines),
                facecolor=look.fill or "none",
                edgecolor=look.stroke or "none",
                linewidth=look.width,
                linestyle=(0, look.dashes) if look.dashes else "solid",
                zorder=look.zorder,
                transform=IdentityTransform(),
            )
        for look, points in self._markers.items():
            yield Line2D(
                [x for x, _ in points],
                [y for _, y in points],
                marker=look.marker,
                markersize=look.size,
                markerfacecolor=look.fill or "none",
                markeredgecolor=look.stroke or "none",
                markeredgewidth=look.width,
                fillstyle="full",
                linestyle="none",
                zorder=look.zorder,
                transform=IdentityTransform(),
            )
        yield from self._labels


def _compound(lines: list[list[Point]]) -> Path:
    """One path of several lines; a line that ends where it began is closed."""
    codes: list[Any] = []
    for line in lines:
        closed = len(line) > 3 and line[0] == line[-1]
        codes += [Path.MOVETO, *[Path.LINETO] * (len(line) - 2), Path.CLOSEPOLY if closed else Path.LINETO]
    return Path([point for line in lines for point in line], codes)
