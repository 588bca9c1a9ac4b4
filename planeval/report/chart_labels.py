"""Where the labels of a chart go: beside what they name, off the lines and off each other.

Each label has a few places it may stand; the one that costs least is taken. Covering another label or leaving the
drawing costs most, crossing a line costs by the length that would be struck out, standing further away a little.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from planeval.report.chart_canvas import BOTTOM, HEIGHT, INK, SIZE, Canvas, Point, text_width

COVERED = 1000.0
FURTHER = 0.6  # for every pixel away from what the label names
# Heights of a label's middle over (or under) the point it names, in pixels, nearest first.
STEPS = (13, 17, 22, 28, 35, 43)
# Places right at a point, for what is only said where it stands well.
NEAR = [(0.0, 15.0, "center"), (0.0, -15.0, "center"), (7.0, 13.0, "left"), (7.0, -13.0, "left")]


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels from the lower left corner of the drawing."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Box) -> bool:
        """Whether the two overlap."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )

    def inside(self, start: Point, end: Point) -> float:
        """Length of the part of a straight line that runs through the box (Liang and Barsky's clipping)."""
        (x, y), (ex, ey) = start, end
        if (
            max(x, ex) < self.left
            or min(x, ex) > self.right
            or max(y, ey) < self.bottom
            or min(y, ey) > self.top
        ):
            return 0.0
        dx, dy = ex - x, ey - y
        first, last = 0.0, 1.0
        for p, q in ((-dx, x - self.left), (dx, self.right - x), (-dy, y - self.bottom), (dy, self.top - y)):
            if p == 0:
                if q < 0:
                    return 0.0
            elif p < 0:
                first = max(first, q / p)
            else:
                last = min(last, q / p)
        return max(0.0, last - first) * float((dx * dx + dy * dy) ** 0.5)


def box_of(words: str, x: float, y: float, size: float, align: str) -> Box:
    """The box of a label whose middle line is at ``y`` and which is aligned at ``x``."""
    lines = words.split("\n")
    width = max(text_width(line, size) for line in lines)
    left = x - {"left": 0.0, "center": width / 2, "right": width}[align]
    half = size * (0.5 + 0.62 * (len(lines) - 1)) + 2.5
    return Box(left - 2.5, y - half, left + width + 2.5, y + half)


def around(*, beside: float = 8.0) -> list[tuple[float, float, str]]:
    """Places around a point as (dx, dy, align): right of it above and below, centred, left of it, level with it."""
    found: list[tuple[float, float, str]] = []
    for step in STEPS:
        for dy in (step, -step):
            found += [(0.0, dy, "center"), (beside, dy, "left"), (-beside, dy, "right")]
    return [*found, (beside + 3, 0.0, "left"), (-beside - 3, 0.0, "right")]


def place(
    canvas: Canvas,
    point: Point,
    words: str,
    places: Iterable[tuple[float, float, str]],
    *,
    size: float = SIZE,
    further: float = FURTHER,
    worth: float = math.inf,
    color: str = INK,
    weight: str = "normal",
) -> bool:
    """Write ``words`` at the cheapest of ``places`` (pixels from ``point``, which is in data coordinates).

    A label that would cost ``worth`` or more everywhere is left out. Returns whether it was written.
    """
    at = canvas.pixels(*point)
    best: tuple[float, int, float, float, str, Box] | None = None
    # Nearest first: once the way alone costs more than the best place found, no further one can be better.
    for way, index, (dx, dy, align) in sorted(
        (further * (abs(place[0]) + abs(place[1])), index, place) for index, place in enumerate(places)
    ):
        if best is not None and way > best[0]:
            break
        box = box_of(words, at[0] + dx, at[1] + dy, size, align)
        cost = way + _cost(canvas, box, limit=(worth if best is None else best[0]) - way)
        if best is None or (cost, index) < best[:2]:
            best = (cost, index, dx, dy, align, box)
    if best is None or best[0] >= worth:
        return False
    _, _, dx, dy, align, box = best
    canvas.boxes.append(box)
    canvas.surface.text(
        (at[0] + dx, at[1] + dy), words, align=align, size=size, color=color, weight=weight, halo=True
    )
    return True


def _cost(canvas: Canvas, box: Box, limit: float) -> float:
    """What it costs to stand here; a number over ``limit`` when it costs more than that."""
    outside = (
        box.left < canvas.left - 4
        or box.right > canvas.right_edge + 4
        or box.bottom < BOTTOM + 1
        or box.top > HEIGHT - 2
    )
    cost = COVERED * (outside + sum(box.meets(other) for other in canvas.boxes))
    for start, end, weight in canvas.strokes:
        if cost > limit:
            break
        cost += weight * box.inside(start, end)
    return cost
