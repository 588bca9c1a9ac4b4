"""A chart as a sharp picture: the very SVG of the page, drawn in pixels for a word processor.

It knows the SVG that this package draws (`planeval.report.svg`): straight lines, circles, plain colours, dashes, upright
text with or without a halo, all texts on top. matplotlib's Agg draws the shapes, Pillow the texts, in the font that
`planeval.office.fonts` finds. The picture is indexed (some dozen colours), which makes it small.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from planeval.errors import PlanevalError
from planeval.messages import say
from planeval.office.fonts import chart_fonts
from planeval.office.wordml import clean

DPI = 300
MM_PER_UNIT = 0.25  # a chart of 480 is 120 mm wide
_COLOURS = 48
_WHITE = 251  # a colour as light as this stands for white: the mean of white and what is next to it
_MM_PER_INCH = 25.4
_KAPPA = 4 / 3 * math.tan(math.pi / 8)  # a quarter of a circle as a Bézier curve
_DOT = 0.01
_ROUNDING = 0.2  # of a diameter, in units of the chart
_TOKENS = re.compile(r"([A-DF-Za-df-z])|([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)")
_NUMBERS = {"M": 2, "L": 2, "H": 1, "V": 1, "A": 7, "Z": 0}
# What an element has from those around it.
_INHERITED = (
    "fill",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linecap",
    "font-size",
    "font-weight",
    "text-anchor",
    "paint-order",
)
_INITIAL = {
    "fill": "#000",
    "stroke": "none",
    "stroke-width": "1",
    "stroke-linecap": "butt",
    "font-size": "16",
    "font-weight": "400",
    "text-anchor": "start",
}
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}
_SILENT = {"title", "desc"}


@dataclass(frozen=True)
class Picture:
    """A PNG and how large it stands on paper, in millimetres."""

    png: bytes
    width: float
    height: float


def picture_of(svg: str, widest: float) -> Picture:
    """The picture of a chart, at most ``widest`` millimetres wide.

    Raises:
        PlanevalError: the SVG holds something that no chart of this package does.
        UsageError: no Chinese font.
    """
    from matplotlib.backends.backend_agg import RendererAgg
    from PIL import Image, ImageDraw

    root = ElementTree.fromstring(clean(svg))
    _, _, width, height = (float(number) for number in root.attrib["viewBox"].split())
    mm = min(MM_PER_UNIT, widest / width)
    scale = mm / _MM_PER_INCH * DPI
    size = (round(width * scale), round(height * scale))
    agg = RendererAgg(*size, 72)
    _paper(agg, size)
    drawn = list(_leaves(root, _INITIAL))
    for element, look in drawn:
        if _tag(element) != "text":
            _shape(agg, element, look, scale, size[1])
    image = Image.frombytes("RGB", size, bytes(agg.buffer_rgba()), "raw", "RGBX")  # opaque: it lies on paper
    pen = ImageDraw.Draw(image)
    for element, look in drawn:
        if _tag(element) == "text":
            _text(pen, element, look, scale)
    return Picture(_png(image), width * mm, height * mm)


def _png(image: Any) -> bytes:
    """The picture with few colours, white exactly white."""
    from PIL import Image

    few = image.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette = few.getpalette() or []
    triples = [palette[start : start + 3] for start in range(0, len(palette), 3)]
    few.putpalette([part for one in triples for part in ([255] * 3 if min(one) >= _WHITE else one)])
    out = io.BytesIO()
    few.save(out, "PNG", dpi=(DPI, DPI), compress_level=5)
    return out.getvalue()


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _leaves(
    element: ElementTree.Element, look: Mapping[str, str]
) -> Iterator[tuple[ElementTree.Element, dict[str, str]]]:
    """Every shape and text with how it looks, in the order of drawing."""
    own = {**look, **{name: element.attrib[name] for name in _INHERITED if name in element.attrib}}
    tag = _tag(element)
    if tag in {"svg", "g"}:
        for child in element:
            yield from _leaves(child, own)
    elif tag in {"path", "text"}:
        yield element, own
    elif tag not in _SILENT:
        raise PlanevalError(say("office.unknown_svg", element=tag))


def _paper(agg: Any, size: tuple[int, int]) -> None:
    from matplotlib.path import Path
    from matplotlib.transforms import IdentityTransform

    gc = agg.new_gc()
    gc.set_linewidth(0)
    width, height = size
    agg.draw_path(
        gc,
        Path([(0, 0), (width, 0), (width, height), (0, height), (0, 0)]),
        IdentityTransform(),
        (1, 1, 1, 1),
    )


def _shape(
    agg: Any, element: ElementTree.Element, look: Mapping[str, str], scale: float, height: int
) -> None:
    from matplotlib.colors import to_rgba
    from matplotlib.path import Path
    from matplotlib.transforms import Affine2D

    steps = list(_steps(element.attrib["d"]))
    path = Path([point for _, points in steps for point in points], [code for code, p in steps for _ in p])
    gc = agg.new_gc()
    gc.set_antialiased(True)
    gc.set_snap(False)
    gc.set_joinstyle("miter")
    gc.set_capstyle(look["stroke-linecap"])
    gc.set_linewidth(0)
    if look["stroke"] != "none":
        gc.set_foreground(to_rgba(look["stroke"]), isRGBA=True)
        gc.set_linewidth(float(look["stroke-width"]) * scale)
        if dashes := look.get("stroke-dasharray"):
            gc.set_dashes(0, [float(length) * scale for length in re.split(r"[ ,]+", dashes.strip())])
    face = None if look["fill"] == "none" else to_rgba(look["fill"])
    # From the upper left corner, y downwards, to Agg's lower left one.
    agg.draw_path(gc, path, Affine2D().scale(scale, -scale).translate(0, height), face)


def _steps(data: str) -> Iterator[tuple[Any, list[tuple[float, float]]]]:
    """matplotlib's code for each piece of SVG path data, with its points.

    Raises:
        PlanevalError: another curve than half a circle.
    """
    from matplotlib.path import Path

    tokens = [(letter, number) for letter, number in _TOKENS.findall(data)]
    at = start = (0.0, 0.0)
    letter, position = "", 0
    while position < len(tokens):
        if tokens[position][0]:
            letter = tokens[position][0]
            position += 1
        kind, relative = letter.upper(), letter.islower()
        count = _NUMBERS.get(kind)
        if count is None:
            raise PlanevalError(say("office.unknown_svg", element=f"path {letter}"))
        values = [float(number) for _, number in tokens[position : position + count]]
        position += count
        origin = at if relative else (0.0, 0.0)
        if kind == "Z":
            yield Path.CLOSEPOLY, [start]
            at = start
            continue
        if kind == "A":
            end = (origin[0] + values[5], origin[1] + values[6])
            if abs(math.dist(at, end) - 2 * values[0]) > _ROUNDING or values[0] != values[1]:
                raise PlanevalError(say("office.unknown_svg", element=f"path {letter}"))
            yield Path.CURVE4, _half_circle(at, end)
            at = end
            continue
        before = at
        if kind == "H":
            at = (origin[0] + values[0], at[1])
        elif kind == "V":
            at = (at[0], origin[1] + values[0])
        else:
            at = (origin[0] + values[0], origin[1] + values[1])
        if kind == "M":
            start = at
            letter = "l" if relative else "L"  # further pairs of numbers are lines
        if kind == "M":
            yield Path.MOVETO, [at]
        else:
            # A line of no length is a dot where its ends are round; Agg leaves it out.
            yield Path.LINETO, [at if at != before else (at[0] + _DOT, at[1])]


def _half_circle(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    """Half a circle as two curves; two halves are a marker."""
    (x, y), (ex, ey) = start, end
    mx, my = (x + ex) / 2, (y + ey) / 2
    rx, ry = ex - mx, ey - my  # from the middle to the end
    top = (mx + ry, my - rx)
    kx, ky = _KAPPA * rx, _KAPPA * ry
    return [
        (x + ky, y - kx),
        (top[0] - kx, top[1] - ky),
        top,
        (top[0] + kx, top[1] + ky),
        (ex + ky, ey - kx),
        (ex, ey),
    ]


def _text(pen: Any, element: ElementTree.Element, look: Mapping[str, str], scale: float) -> None:
    size = float(look["font-size"]) * scale
    at = (float(element.attrib["x"]) * scale, float(element.attrib["y"]) * scale)
    halo = 0.0
    if look.get("paint-order") == "stroke" and look["stroke"] != "none":
        halo = float(look["stroke-width"]) * scale / 2
    font = chart_fonts().font(size, int(look["font-weight"]))
    pen.text(
        at,
        element.text or "",
        fill=look["fill"],
        font=font,
        anchor=_ANCHORS[look["text-anchor"]],
        stroke_width=halo,
        stroke_fill=look["stroke"] if halo else None,
    )
