"""The drawing surface of a chart: sizes, colours, labels at the edge, legend."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from planeval.messages import say
from planeval.model.evaluation import IndicatorEvaluation, YearValue
from planeval.report.svg import HALO

# Pixels of the view box; at full width on a phone the text is still about 10 px high.
WIDTH, HEIGHT = 480, 310
LEFT, RIGHT, TOP, BOTTOM = 58, 116, 42, 54
MOST_LEFT, MOST_RIGHT = 112, 176  # long numbers get more room, down to a plot of 192
SIZE, SMALL, SMALLEST = 13, 12, 11

# Okabe and Ito's colour-blind safe blue and vermilion, darkened to a contrast of at least 4.5 on white.
ACTUAL = "#0b5a94"
INTERVAL = "#5d8fb8"
TARGET = "#b04a00"
PATH = "#6b7280"
INK = "#1a1d21"
FAINT = "#d9dee4"
VOID = "#f1f3f5"
BAR = "#8fb8d9"
BAR_BEFORE = "#d5dbe1"

MARKERS = {"final": "o", "preliminary": "o", "forecast": "D", "illustrative": "s"}
SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": SIZE,
    "text.color": INK,
    "figure.dpi": 72,
    "path.simplify": False,
}


@contextmanager
def quiet() -> Iterator[None]:
    """Silence what matplotlib says about fonts, here only.

    The missing-glyph warnings are expected: Chinese text is measured with DejaVu Sans, whose missing-glyph box is
    good enough for a layout that never depends on the width of a text, and drawn by the reader's browser. The log
    line about building the font cache, on a machine's first run, would stand in the published notebook.
    """
    logger = logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")
            yield
    finally:
        logger.setLevel(level)


@dataclass
class Canvas:
    """The axes of one chart, with the labels and legend entries collected while drawing.

    ``boxes`` and ``strokes`` hold what already stands in the drawing, in pixels, for the labels to keep clear of:
    boxes are taken, strokes (start, end, weight) had better not be crossed.
    """

    ax: Any
    ind: IndicatorEvaluation
    years: list[YearValue]
    language: str
    edge: list[tuple[float, str, str]] = field(default_factory=list)  # value, text, colour
    legend: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)
    strokes: list[tuple[tuple[float, float], tuple[float, float], float]] = field(default_factory=list)
    left: float = LEFT
    right: float = RIGHT

    @property
    def right_edge(self) -> float:
        """Where the plot ends, in pixels from the left."""
        return WIDTH - self.right

    @property
    def bottom(self) -> float:
        """Where the plot begins, in pixels from below."""
        return BOTTOM

    @property
    def pixels_a_year(self) -> float:
        """Width of a year."""
        low, high = self.ax.get_xlim()
        return float((self.right_edge - self.left) / (high - low))

    def pixels(self, x: float, y: float) -> tuple[float, float]:
        """A point of the data in pixels from the lower left corner."""
        low, (bottom, top) = self.ax.get_xlim()[0], self.ax.get_ylim()
        height = (y - bottom) / (top - bottom) * (HEIGHT - TOP - BOTTOM)
        return self.left + (x - low) * self.pixels_a_year, BOTTOM + height

    def margins(self, ticks: list[str]) -> None:
        """Room for the numbers at the axis and for the labels at the right edge, however long they are."""
        self.left = min(max(LEFT, 14 + max(text_width(t, SMALL) for t in ticks)), MOST_LEFT)
        labels = [text_width(text, SIZE) for _, text, _ in self.edge]
        self.right = min(max([RIGHT, *(12 + width for width in labels)]), MOST_RIGHT)
        across = (WIDTH - self.left - self.right) / WIDTH
        self.ax.set_position((self.left / WIDTH, BOTTOM / HEIGHT, across, (HEIGHT - TOP - BOTTOM) / HEIGHT))

    def say(self, name: str, **params: Any) -> str:
        return say(f"chart.{name}", language=self.language, **params)

    def text(self, x: float, y: float, text: str, **style: Any) -> None:
        """Text at a point in data coordinates, moved by ``offset`` pixels."""
        offset = style.pop("offset", (0, 0))
        style = {"color": INK, "fontsize": SIZE, "gid": HALO, "zorder": 6} | style
        self.ax.annotate(
            text, (x, y), xytext=offset, textcoords="offset points", annotation_clip=False, **style
        )

    def line(self, xs: Sequence[float], ys: Sequence[float], *, weight: float = 1.0, **style: Any) -> None:
        """A line; ``weight`` says how badly a label on it would read (0: not at all)."""
        self.ax.plot(xs, ys, clip_on=False, **style)
        self.keep_clear([self.pixels(x, y) for x, y in zip(xs, ys, strict=True)], weight)

    def mark(self, x: float, y: float) -> None:
        """Tell the labels of a marker at this point."""
        across, up = self.pixels(x, y)
        self.keep_clear([(across - 5, up), (across + 5, up)], 20.0)
        self.keep_clear([(across, up - 5), (across, up + 5)], 20.0)

    def keep_clear(self, points: list[tuple[float, float]], weight: float) -> None:
        """Tell the labels of a line drawn through these pixels."""
        self.strokes += [(start, end, weight) for start, end in pairwise(points)]


def edge_labels(canvas: Canvas) -> None:
    """The labels at the right edge, moved apart where they would overlap."""
    bottom, top = canvas.ax.get_ylim()
    scale = (HEIGHT - TOP - BOTTOM) / (top - bottom)
    gap = SIZE + 4
    ceiling = (HEIGHT - TOP - BOTTOM) - gap / 2
    wanted = sorted((value * scale, value, text, colour) for value, text, colour in canvas.edge)
    heights: list[float] = []
    for height, *_ in wanted:
        heights.append(max(height, heights[-1] + gap) if heights else max(height, 0.0))
    for index in reversed(range(len(heights))):
        limit = ceiling if index == len(heights) - 1 else heights[index + 1] - gap
        heights[index] = min(heights[index], limit)
    edge = canvas.ax.get_xlim()[1]
    for (_, _, text, colour), height in zip(wanted, heights, strict=True):
        size = min(SIZE, SIZE * (canvas.right - 8) / text_width(text, SIZE))
        canvas.text(edge, height / scale, text, offset=(5, 0), va="center", color=colour, fontsize=size)


def text_width(text: str, size: float) -> float:
    """Approximate width: Chinese characters are as wide as they are high, others a bit over half."""
    return sum(size if ord(character) > 0x2E80 else 0.58 * size for character in text)


def legend(canvas: Canvas) -> None:
    """Under the axis: the marks in use and what they mean, in two rows where one is too short."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    widths = [20 + text_width(words, SMALL) + 14 for words, _ in canvas.legend]
    fits = 14 + sum(widths) - 14 <= WIDTH - 8
    x, y = 14.0, 13.0 if fits else 22.0
    for (words, style), width in zip(canvas.legend, widths, strict=True):
        if x + width - 14 > WIDTH - 8:
            x, y = 14.0, y - SMALL - 5
        figure = canvas.ax.figure
        if "facecolor" in style:
            box = Rectangle((x / WIDTH, (y - 1) / HEIGHT), 12 / WIDTH, 11 / HEIGHT, **style)
            box.set_transform(figure.transFigure)
            figure.add_artist(box)
        else:
            upright = style.get("marker") == "|"
            if upright:
                style = style | {"markersize": 12, "markeredgewidth": 1.2, "linestyle": "none"}
            xs = [x + 6] if style.get("linestyle") == "none" else [x - 2, x + 16]
            heights = [(y + 4) / HEIGHT] * len(xs)
            figure.add_artist(Line2D([v / WIDTH for v in xs], heights, **style))
        canvas.ax.annotate(
            words, (x + 20, y), xycoords="figure points", fontsize=SMALL, color="#4a525c", gid="legend"
        )
        x += width
