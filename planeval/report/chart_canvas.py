"""The drawing surface of a chart: sizes, colours, labels at the edge, legend."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from planeval.messages import say
from planeval.model.evaluation import IndicatorEvaluation, YearValue

if TYPE_CHECKING:  # loads matplotlib
    from planeval.report.chart_surface import Surface

Point = tuple[float, float]

# Pixels of the view box; at full width on a phone the text is still about 10 px high.
WIDTH, HEIGHT = 480, 310
LEFT, RIGHT, TOP, BOTTOM = 58, 116, 44, 58
MOST_LEFT, MOST_RIGHT = 112, 176  # long numbers get more room, down to a plot of 192
SIZE, SMALL, SMALLEST = 14, 13, 11

# Okabe and Ito's colour-blind safe blue and vermilion, darkened to a contrast of at least 4.5 on white; whatever
# carries meaning has at least 3. charts.css says what each of these colours becomes in the dark.
ACTUAL = "#0b5a94"
INTERVAL = "#4a7fab"
TARGET = "#b04a00"
PATH = "#6b7280"
MUTED = "#4a525c"
BREAK = "#7a4a86"
INK = "#1a1d21"
FAINT = "#d9dee4"
VOID = "#f1f3f5"
BAR = "#5b96c4"
BAR_BEFORE = "#8a929c"
PAPER = "#ffffff"

MARKERS = {"final": "o", "preliminary": "o", "forecast": "D", "illustrative": "s"}


@dataclass(frozen=True)
class Look:
    """How something is drawn: outline (none: no outline), dashes in widths of the line, filling, place in the pile.

    ``marker`` is matplotlib's letter for it, ``size`` its width in pixels.
    """

    stroke: str | None = None
    width: float = 1.0
    dashes: tuple[float, ...] | None = None
    fill: str | None = None
    marker: str = ""
    size: float = 7.0
    zorder: float = 1.0


GRID = Look(FAINT, 0.8, zorder=0.5)
AXIS = Look(BAR_BEFORE, 0.8, zorder=1.5)

SIGNS = ("line", "upright", "box", "mark")  # how a legend entry shows its look


@contextmanager
def quiet() -> Iterator[None]:
    """Silence matplotlib's log while it is imported.

    On a machine's first run it says that it builds its font cache (which no chart needs): the line would stand in
    the published notebook.
    """
    logger = logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


@dataclass
class Canvas:
    """The plot of one chart on its surface, with the labels and legend entries collected while drawing.

    The plot reaches from ``first`` to ``last`` (years, half a year before the first one to half a year after the
    last) and from zero to ``top`` (in the unit of the indicator). ``boxes`` and ``strokes`` hold what already stands
    in the drawing, in pixels, for the labels to keep clear of: boxes are taken, strokes (start, end, weight) had
    better not be crossed.
    """

    surface: Surface
    ind: IndicatorEvaluation
    years: list[YearValue]
    first: float
    last: float
    top: float
    edge: list[tuple[float, str, str]] = field(default_factory=list)  # value, text, colour
    legend: list[tuple[str, str, Look]] = field(default_factory=list)  # sign (see SIGNS), words, look
    boxes: list[Any] = field(default_factory=list)
    strokes: list[tuple[Point, Point, float]] = field(default_factory=list)
    left: float = LEFT
    right: float = RIGHT

    @property
    def right_edge(self) -> float:
        """Where the plot ends, in pixels from the left."""
        return WIDTH - self.right

    @property
    def pixels_a_year(self) -> float:
        """Width of a year."""
        return (self.right_edge - self.left) / (self.last - self.first)

    def pixels(self, x: float, y: float) -> Point:
        """A point of the data in pixels from the lower left corner."""
        height = y / self.top * (HEIGHT - TOP - BOTTOM)
        return self.left + (x - self.first) * self.pixels_a_year, BOTTOM + height

    def margins(self, ticks: list[str]) -> None:
        """Room for the numbers at the axis and for the labels at the right edge, however long they are."""
        self.left = min(max([LEFT, *(14 + text_width(t, SMALL) for t in ticks)]), MOST_LEFT)
        labels = [text_width(text, SIZE) for _, text, _ in self.edge]
        self.right = min(max([RIGHT, *(12 + width for width in labels)]), MOST_RIGHT)

    def entry(self, sign: str, mark: str, look: Look) -> None:
        """Tell the legend of a mark in use (``final``, ``forecast``, ...), once."""
        words = self.say(f"legend.{mark}")
        if all(words != other for _, other, _ in self.legend):
            self.legend.append((sign, words, look))

    def say(self, name: str, **params: Any) -> str:
        return say(f"chart.{name}", **params)

    def line(self, xs: Sequence[float], ys: Sequence[float], look: Look, *, weight: float = 1.0) -> None:
        """A line; ``weight`` says how badly a label on it would read (0: not at all)."""
        points = [self.pixels(x, y) for x, y in zip(xs, ys, strict=True)]
        self.surface.line(points, look)
        self.keep_clear(points, weight)

    def mark(self, x: float, y: float, look: Look) -> None:
        """A marker, and its place in the drawing for the labels."""
        across, up = self.pixels(x, y)
        self.surface.mark((across, up), look)
        self.keep_clear([(across - 5, up), (across + 5, up)], 20.0)
        self.keep_clear([(across, up - 5), (across, up + 5)], 20.0)

    def keep_clear(self, points: list[Point], weight: float) -> None:
        """Tell the labels of a line drawn through these pixels."""
        self.strokes += [(start, end, weight) for start, end in pairwise(points)]


def edge_labels(canvas: Canvas) -> None:
    """The labels at the right edge, moved apart where they would overlap."""
    scale = (HEIGHT - TOP - BOTTOM) / canvas.top
    gap = SIZE + 4
    ceiling = (HEIGHT - TOP - BOTTOM) - gap / 2
    wanted = sorted((value * scale, value, text, colour) for value, text, colour in canvas.edge)
    heights: list[float] = []
    for height, *_ in wanted:
        heights.append(max(height, heights[-1] + gap) if heights else max(height, 0.0))
    for index in reversed(range(len(heights))):
        limit = ceiling if index == len(heights) - 1 else heights[index + 1] - gap
        heights[index] = min(heights[index], limit)
    for (_, _, text, colour), height in zip(wanted, heights, strict=True):
        size = min(SIZE, SIZE * (canvas.right - 8) / text_width(text, SIZE))
        point = (canvas.right_edge + 5, BOTTOM + height)
        canvas.surface.text(point, text, color=colour, size=size, halo=True)


# Widths in ems that no system font exceeds by much; what is neither narrow nor broad is as wide as a digit.
_CHINESE, _BROAD, _DIGIT, _NARROW = 1.0, 0.75, 0.58, 0.36
_WIDTHS = dict.fromkeys("ABCDEFGHKLMNOPQRSTUVXYZWmw%≤≥…—“”‘’", _BROAD) | dict.fromkeys(
    " .,:;'|!()[]fijlrtI-", _NARROW
)


def text_width(text: str, size: float) -> float:
    """Approximate width: Chinese characters are as wide as they are high, Latin letters by their kind."""
    return size * _ems(text)


@lru_cache(maxsize=2048)
def _ems(text: str) -> float:
    return sum(_CHINESE if c > "\u2e80" else _WIDTHS.get(c, _DIGIT) for c in text)


def legend(canvas: Canvas) -> None:
    """Under the axis: the marks in use and what they mean, in two rows where one is too short.

    Nothing where all values are settled and nothing else needs a name.
    """
    if [words for _, words, _ in canvas.legend] == [canvas.say("legend.final")]:
        return
    widths = [20 + text_width(words, SMALL) + 14 for _, words, _ in canvas.legend]
    fits = 14 + sum(widths) - 14 <= WIDTH - 8
    x, y = 14.0, 17.0 if fits else 26.0
    for (sign, words, look), width in zip(canvas.legend, widths, strict=True):
        if x + width - 14 > WIDTH - 8:
            x, y = 14.0, y - SMALL - 5
        if sign == "box":
            canvas.surface.box(x, y - 5, x + 12, y + 6, look)
        elif sign == "mark":
            canvas.surface.mark((x + 6, y), look)
        elif sign == "upright":
            foot, head = [(x + 3, y - 6), (x + 9, y - 6)], [(x + 9, y + 6), (x + 3, y + 6)]
            canvas.surface.line([*foot, (x + 6, y - 6), (x + 6, y + 6), *head], look)
        else:
            canvas.surface.line([(x - 2, y), (x + 16, y)], look)
        canvas.surface.text((x + 20, y), words, color=MUTED, size=SMALL)
        x += width
