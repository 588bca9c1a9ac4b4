"""The drawing surface of a chart: sizes, colours, labels at the edge, legend."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.model.evaluation import IndicatorEvaluation, YearValue
from planeval.report.svg import HALO

# Pixels of the view box; at full width on a phone the text is still about 10 px high.
WIDTH, HEIGHT = 480, 310
LEFT, RIGHT, TOP, BOTTOM = 58, 116, 42, 54
SIZE, SMALL = 13, 12

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
    """The axes of one chart, with the labels and legend entries collected while drawing."""

    ax: Any
    ind: IndicatorEvaluation
    years: list[YearValue]
    language: str
    right: list[tuple[float, str, str]] = field(default_factory=list)  # value, text, colour
    legend: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def say(self, name: str, **params: Any) -> str:
        return say(f"chart.{name}", language=self.language, **params)

    def number(self, value: float) -> str:
        return fmt.number(value, self.ind.decimals)

    def text(self, x: float, y: float, text: str, **style: Any) -> None:
        """Text at a point in data coordinates, moved by ``offset`` pixels."""
        offset = style.pop("offset", (0, 0))
        style = {"color": INK, "fontsize": SIZE, "gid": HALO, "zorder": 6} | style
        self.ax.annotate(
            text, (x, y), xytext=offset, textcoords="offset points", annotation_clip=False, **style
        )

    def line(self, xs: list[float], ys: list[float], **style: Any) -> None:
        self.ax.plot(xs, ys, clip_on=False, **style)


def right_labels(canvas: Canvas) -> None:
    """The labels at the right edge, moved apart where they would overlap."""
    bottom, top = canvas.ax.get_ylim()
    scale = (HEIGHT - TOP - BOTTOM) / (top - bottom)
    gap = SIZE + 4
    ceiling = (HEIGHT - TOP - BOTTOM) - gap / 2
    wanted = sorted((value * scale, value, text, colour) for value, text, colour in canvas.right)
    heights: list[float] = []
    for height, *_ in wanted:
        heights.append(max(height, heights[-1] + gap) if heights else max(height, 0.0))
    for index in reversed(range(len(heights))):
        limit = ceiling if index == len(heights) - 1 else heights[index + 1] - gap
        heights[index] = min(heights[index], limit)
    edge = canvas.ax.get_xlim()[1]
    for (_, _, text, colour), height in zip(wanted, heights, strict=True):
        size = min(SIZE, SIZE * (RIGHT - 8) / _width(text, SIZE))
        canvas.text(edge, height / scale, text, offset=(5, 0), va="center", color=colour, fontsize=size)


def _width(text: str, size: int) -> float:
    """Approximate width: Chinese characters are as wide as they are high, others a bit over half."""
    return sum(size if ord(character) > 0x2E80 else 0.58 * size for character in text)


def legend(canvas: Canvas) -> None:
    """One row under the axis: the marks in use and what they mean."""
    from matplotlib.lines import Line2D

    x = 14.0
    for words, style in canvas.legend:
        lined = style.get("linestyle") != "none"
        upright = style.get("marker") == "|"
        xs = [x + 6] if not lined or upright else [x - 2, x + 16]
        if upright:
            style = style | {"markersize": 12, "markeredgewidth": 1.2, "linestyle": "none"}
        canvas.ax.figure.add_artist(Line2D([v / WIDTH for v in xs], [17 / HEIGHT] * len(xs), **style))
        canvas.ax.annotate(
            words, (x + 20, 13), xycoords="figure points", fontsize=SMALL, color="#4a525c", gid="legend"
        )
        x += 20 + _width(words, SMALL) + 16
