"""The drawing of a comparison: axes, limits, places, labels, as two layers of SVG over each other.

The lower layer is a picture (``role="img"``, with its numbers in words). The upper one holds a link for each place; it is
hidden from assistive technology, whose way to the places is the table under the drawing, and no link of it is a stop of
the Tab key. Of very many places only those outside the limits are links of their own: the others are one path whose
``data-codes`` names them in order, and the page's script makes them answer to the pointer.

Colours and sizes are classes of the page's style sheet, so that the drawing follows the dark mode.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

from markupsafe import Markup

from planeval.messages.numbers import number

WIDTH, HEIGHT, STRIP_HEIGHT = 720, 440, 250
LEFT, RIGHT, TOP, BOTTOM = 92, 86, 40, 74
SIZE, PHONE_SIZE = 14, 24  # of the text, as in the style sheet
MOST_LABELS, PHONE_LABELS = 12, 3
MOST_LINKS = 600
LOG_FROM = 100.0  # a range of exposures so wide is shown on a logarithmic axis
RADII = ((100, 4.5), (MOST_LINKS, 3.5), (math.inf, 2.5))  # of up to so many dots
_CURVE = 160  # points of a limit


@dataclass(frozen=True)
class Dot:
    """A place in the drawing: data coordinates, address, what a pointer is told; ``side`` is its `Position`.

    Among more than `MOST_LINKS` dots, one within the limits needs no ``title``.
    """

    code: str
    name: str
    x: float
    y: float
    href: str
    title: str
    side: int = 0
    hollow: bool = False
    rank: float = 0.0  # the larger, the sooner it is labelled


class Line(NamedTuple):
    """A level line with its words."""

    at: float
    words: str
    class_: str


class Limits(NamedTuple):
    """Limits of one level over the exposures ``xs``: ``lower`` and ``upper`` in the units of the heights."""

    xs: Sequence[float]
    lower: Sequence[float]
    upper: Sequence[float]
    class_: str


@dataclass(frozen=True)
class Axis:
    """From data to pixels. On a logarithmic axis ``first`` and ``last`` are positive."""

    first: float
    last: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        if self.log:
            share = math.log(value / self.first) / math.log(self.last / self.first)
        else:
            share = (value - self.first) / (self.last - self.first)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[tuple[float, str]]:
        """Round values within the axis and their numbers."""
        if self.log:
            return [(value, _plain(value)) for value in _decades(self.first, self.last)]
        step = round_step((self.last - self.first) / 5)
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        count = range(math.ceil(self.first / step - 1e-9), math.floor(self.last / step + 1e-9) + 1)
        return [(n * step, number(n * step, decimals)) for n in count]


def round_step(width: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is at least ``width``."""
    power = 10.0 ** math.floor(math.log10(width))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= width * (1 - 1e-9))


def exposure_axis(exposures: Sequence[float]) -> Axis:
    """Logarithmic where the exposures differ more than `LOG_FROM` times, else from zero."""
    low, high = min(exposures), max(exposures)
    if high > LOG_FROM * low:
        return Axis(low / 1.25, high * 1.25, LEFT, WIDTH - RIGHT, log=True)
    return Axis(0.0, high * 1.06, LEFT, WIDTH - RIGHT)


def curve(axis: Axis) -> list[float]:
    """Exposures at which the limits are worked out, evenly over the axis; none of them is zero."""
    steps = [(n + 1) / _CURVE for n in range(_CURVE)]
    if axis.log:
        ratio = axis.last / axis.first
        return [axis.first, *(axis.first * ratio**share for share in steps)]
    # Near zero the limits run away; that part needs the closest steps.
    return [axis.last * share**2 for share in steps]


def funnel(
    label: str, dots: Sequence[Dot], limits: Sequence[Limits], lines: Sequence[Line], names: tuple[str, str]
) -> Markup:
    """A funnel plot. ``names`` are those of the exposure and of the height; ``label`` says all of it in words."""
    across = exposure_axis([dot.x for dot in dots])
    # High enough for the funnel to show as one where the places are the largest.
    heights = [*(dot.y for dot in dots), *(band.upper[-1] for band in limits)]
    up = Axis(0.0, _roof(max(heights)), HEIGHT - BOTTOM, TOP)
    sheet = _Sheet(HEIGHT)
    for band in limits:
        sheet.band(band, across, up)
    sheet.grid(up)
    sheet.scale(across, names[0])
    sheet.words(12, 25, names[1], "name")
    for line in lines:
        sheet.level(up(line.at), line)
    sheet.dots(dots, [(across(dot.x), up(dot.y)) for dot in dots])
    return sheet.html(label)


def strip(label: str, dots: Sequence[Dot], lines: Sequence[Line], name: str, *, from_zero: bool) -> Markup:
    """Dots along one axis, those of like value heaped up around its middle line; ``dot.y`` is not looked at."""
    values = [*(dot.x for dot in dots), *(line.at for line in lines)]
    low, high = (0.0 if from_zero else min(values)), max(values)
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    across = Axis(low if from_zero else low - room, high + room, LEFT / 2, WIDTH - LEFT / 2)
    sheet = _Sheet(STRIP_HEIGHT)
    sheet.scale(across, name, grid=True)
    for line in lines:
        sheet.upright(across(line.at), line)
    sheet.dots(dots, list(_heaped([across(dot.x) for dot in dots], _radius(len(dots)))))
    return sheet.html(label)


def _roof(highest: float) -> float:
    return highest * 1.08 if highest > 0 else 1.0


def _plain(value: float) -> str:
    return number(value, max(0, -math.floor(math.log10(value) + 1e-9)))


def _decades(first: float, last: float) -> Iterator[float]:
    factors = (1, 2, 5) if last / first < 10**2.5 else (1,)
    for power in range(math.floor(math.log10(first)), math.ceil(math.log10(last)) + 1):
        yield from (f * 10.0**power for f in factors if first <= f * 10.0**power <= last)


def _radius(dots: int) -> float:
    return next(radius for most, radius in RADII if dots <= most)


def _heaped(xs: Sequence[float], radius: float) -> Iterator[tuple[float, float]]:
    """Heights for the dots: those of one column alternate above and below the middle, closer where there are many."""
    width = 2 * radius + 1
    columns = [round(x / width) for x in xs]
    size: dict[int, int] = {}
    for column in columns:
        size[column] = size.get(column, 0) + 1
    middle, room = (TOP + STRIP_HEIGHT - BOTTOM) / 2, (STRIP_HEIGHT - TOP - BOTTOM) / 2
    step = min(width, room / (max(size.values(), default=1) / 2 + 0.5))
    seen: dict[int, int] = {}
    for x, column in zip(xs, columns, strict=True):
        n = seen[column] = seen.get(column, -1) + 1
        yield x, middle + (n + 1) // 2 * step * (1 if n % 2 else -1)


def _text_width(words: str, size: float) -> float:
    """Approximate width: Chinese characters are as wide as they are high, others a bit over half."""
    wide = sum(character > "\u2e80" for character in words)
    return size * (wide + 0.58 * (len(words) - wide))


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass
class _Sheet:
    """Both layers while they are drawn; pixels from the upper left corner."""

    height: int
    shapes: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # over the dots
    taken: list[_Box] = field(default_factory=list)

    def words(self, x: float, y: float, words: str, class_: str) -> None:
        self.texts.append(
            f'<text x="{_short(x)}" y="{_short(y)}" class="{class_}">{escape(words, quote=False)}</text>'
        )

    def grid(self, up: Axis) -> None:
        for value, words in up.ticks():
            y = _short(up(value))
            self.shapes.append(f'<path class="grid" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>')
            self.words(LEFT - 8, up(value) + 5, words, "tick end")

    def scale(self, across: Axis, name: str, *, grid: bool = False) -> None:
        """The axis at the bottom. Numbers that would run into each other on a phone are left out there."""
        floor = self.height - BOTTOM
        self.shapes.append(f'<path class="axis" d="M{_short(across.start)} {floor}H{_short(across.end)}"/>')
        free = -math.inf
        for value, words in across.ticks():
            x, half = across(value), _text_width(words, PHONE_SIZE) / 2
            top = TOP if grid else floor
            self.shapes.append(
                f'<path class="{"grid" if grid else "axis"}" d="M{_short(x)} {top}V{floor + 5}"/>'
            )
            fits = x - half >= free
            self.words(x, floor + 24, words, "tick middle" if fits else "tick middle wide")
            free = x + half + 10 if fits else free
        self.words((across.start + across.end) / 2, self.height - 12, name, "name middle")

    def band(self, limits: Limits, across: Axis, up: Axis) -> None:
        """The area between two limits, and the limits as lines, cut where they leave the drawing."""
        ceiling = up.last
        upper = [(across(x), up(min(y, ceiling))) for x, y in zip(limits.xs, limits.upper, strict=True)]
        lower = [(across(x), up(y)) for x, y in zip(limits.xs, limits.lower, strict=True)]
        self.shapes.append(f'<path class="{limits.class_} area" d="{_path(upper + lower[::-1])}z"/>')
        inside = [(across(x), up(y)) for x, y in zip(limits.xs, limits.upper, strict=True) if y <= ceiling]
        lines = [inside, [point for point, y in zip(lower, limits.lower, strict=True) if y > 0]]
        drawn = "".join(_path(line) for line in lines if len(line) > 1)
        self.shapes.append(f'<path class="{limits.class_} limit" d="{drawn}"/>')

    def level(self, y: float, line: Line) -> None:
        self.names.append(f'<path class="{line.class_}" d="M{LEFT} {_short(y)}H{WIDTH - RIGHT}"/>')
        left = WIDTH - RIGHT + 6
        self.words(left, y + 5, line.words, f"{line.class_}-words")
        self.taken.append(_Box(left, y - PHONE_SIZE / 2, WIDTH, y + PHONE_SIZE / 2))

    def upright(self, x: float, line: Line) -> None:
        floor = self.height - BOTTOM
        self.names.append(f'<path class="{line.class_}" d="M{_short(x)} {TOP - 6}V{floor}"/>')
        end = x + _text_width(line.words, PHONE_SIZE) / 2 > WIDTH
        self.words(
            WIDTH - 4 if end else x, TOP - 14, line.words, f"{line.class_}-words {'end' if end else 'middle'}"
        )

    def dots(self, dots: Sequence[Dot], places: Sequence[tuple[float, float]]) -> None:
        """The places, those outside the limits on top, and the labels of the outermost."""
        many, radius = len(dots) > MOST_LINKS, _radius(len(dots))
        digits: Callable[[float], str] = (lambda x: str(round(x))) if many else _short
        plain: dict[bool, list[tuple[str, str]]] = {}
        for side, dot, (x, y) in sorted(
            ((abs(dot.side), dot, at) for dot, at in zip(dots, places, strict=True)), key=lambda item: item[0]
        ):
            if many and not side:
                plain.setdefault(dot.hollow, []).append(
                    (dot.code, _circle(_short(x - radius), digits(y), radius))
                )
            else:
                self.links.append(_link(dot, digits(x), digits(y), radius))
        for hollow, circles in sorted(plain.items(), reverse=True):
            codes = " ".join(code for code, _ in circles)
            outline = "".join(shape for _, shape in circles)
            self.links.insert(
                0, f'<path class="{_dot_class(0, hollow)}" data-codes="{codes}" d="{outline}"/>'
            )
        self.labels(dots, places, radius)

    def labels(self, dots: Sequence[Dot], places: Sequence[tuple[float, float]], radius: float) -> None:
        """Names beside the outermost places (of a few places beside all), where there is room."""
        wanted = [n for n, dot in enumerate(dots) if dot.side or len(dots) <= MOST_LABELS]
        wanted.sort(key=lambda n: (-abs(dots[n].side), -dots[n].rank, dots[n].code))
        self.taken += [_around(x, y, radius) for x, y in (places[n] for n in wanted[:MOST_LABELS])]
        written = 0
        for n in wanted[:MOST_LABELS]:
            phone = written < PHONE_LABELS
            if self.label(places[n], dots[n].name, phone=phone):
                written += 1

    def label(self, at: tuple[float, float], words: str, *, phone: bool) -> bool:
        """Write ``words`` at the first place beside ``at`` where nothing stands; False where there is none."""
        size = PHONE_SIZE if phone else SIZE
        width, half = _text_width(words, size), size * 0.6
        x, y = at
        for dx, dy, align in (
            (9, 0, ""),
            (-9, 0, " end"),
            (7, -15, ""),
            (7, 15, ""),
            (-7, -15, " end"),
            (-7, 15, " end"),
        ):
            left = x + dx - (width if align else 0)
            box = _Box(left, y + dy - half, left + width, y + dy + half)
            inside = (
                box.left >= 2
                and box.right <= WIDTH - 2
                and box.top >= 2
                and box.bottom <= self.height - BOTTOM
            )
            if inside and not any(box.meets(other) for other in self.taken):
                self.taken.append(box)
                class_ = f"label{align}{'' if phone else ' wide'}"
                self.names.append(_text(x + dx, y + dy + 5, words, class_))
                return True
        return False

    def html(self, label: str) -> Markup:
        """Both layers."""
        frame = f'viewBox="0 0 {WIDTH} {self.height}"'
        return Markup(
            f'<div class="plot"><svg {frame} role="img" aria-label="{escape(label)}">{"".join(self.shapes)}'
            f'{"".join(self.texts)}</svg><svg {frame} class="places" aria-hidden="true">{"".join(self.links + self.names)}</svg></div>'
        )


def _around(x: float, y: float, radius: float) -> _Box:
    return _Box(x - radius, y - radius, x + radius, y + radius)


def _text(x: float, y: float, words: str, class_: str) -> str:
    return f'<text x="{_short(x)}" y="{_short(y)}" class="{class_}">{escape(words, quote=False)}</text>'


def _link(dot: Dot, x: str, y: str, radius: float) -> str:
    return (
        f'<a href="{escape(dot.href)}" tabindex="-1" class="{_dot_class(dot.side, dot.hollow)}">'
        f'<title>{escape(dot.title, quote=False)}</title><circle cx="{x}" cy="{y}" r="{radius:g}"/></a>'
    )


def _dot_class(side: int, hollow: bool) -> str:
    place = ("", "out", "far")[abs(side)]
    way = ("", "above", "below")[(side > 0) - (side < 0)]
    return " ".join(word for word in ("dot", place, way, "hollow" if hollow else "") if word)


def _circle(x: str, y: str, radius: float) -> str:
    """A circle from its leftmost point, drawn as one arc that falls a hair short of closing."""
    return f"M{x} {y}a{radius:g} {radius:g} 0 1 1 0 .1z"


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in points)


def _short(value: float) -> str:
    """A length in pixels with at most one decimal."""
    return f"{round(value, 1) + 0.0:.6g}"
