"""A matplotlib backend for charts that stand inline in a page, many to a page: SVG as short as it can be.

matplotlib's own SVG backend writes documents: a prologue, metadata with addresses and a library version, a global
``*{}`` style rule, ids, every style in full at every element, and it opens font files to measure text. This one
writes an ``<svg>`` element with nothing of that: no id and no reference, coordinates with one decimal, one path for
what is drawn in one call, texts of one look in one group, and one font stack that finds a Chinese font on Windows,
macOS and Linux. It can do what the charts need and refuses the rest: straight lines, circles as markers, upright
text in plain colours; no clipping, images or hatches. Lines end and meet as SVG does it unasked (butt, miter).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.colors import to_hex
from matplotlib.path import Path
from matplotlib.transforms import Transform

# CSS names of fonts with Chinese glyphs (macOS, Windows, Linux distributions), then whatever the system has.
FONT_STACK = (
    "'PingFang SC', 'Hiragino Sans GB', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', "
    "'Source Han Sans SC', 'WenQuanYi Micro Hei', system-ui, sans-serif"
)
HALO = "halo"  # texts with this gid get a white outline, so that they stay readable on lines
SVG_NAMESPACE = "http://www.w3.org/2000/svg"

_HALO = 'paint-order="stroke" stroke="#fff" stroke-width="3" stroke-linejoin="round"'
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}
_DEFAULTS = {"stroke-width": "1", "font-weight": "400", "text-anchor": "start"}  # of SVG, left out
_LETTERS = {int(Path.MOVETO): "M", int(Path.LINETO): "L", int(Path.CLOSEPOLY): "z"}
_WEIGHTS = {"normal": "400", "bold": "700"}


def short(value: float) -> str:
    """A length in pixels with at most one decimal: ``12.3``, ``12``, ``0``."""
    return f"{round(value, 1) + 0.0:.6g}"  # the sum makes a negative zero a zero


@lru_cache(maxsize=256)
def colour(rgba: Any) -> str:
    """``#0b5a94``, or ``#fff`` where three digits say it."""
    text = to_hex(rgba)
    return "#" + text[1::2] if text[1::2] == text[2::2] else text


class InlineRenderer(RendererBase):
    """Draws artists into one inline ``<svg>`` element; all texts stand on top of everything else."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self._width, self._height = width, height
        self._shapes: list[str] = []
        self._texts: list[tuple[bool, dict[str, str], str]] = []  # on a halo, look, element

    def draw_path(
        self, gc: GraphicsContextBase, path: Path, transform: Transform, rgbFace: Any = None
    ) -> None:
        self._shape(self._outline(_corners(path, transform)), gc, rgbFace)

    def draw_markers(
        self,
        gc: GraphicsContextBase,
        marker_path: Path,
        marker_trans: Transform,
        path: Path,
        trans: Transform,
        rgbFace: Any = None,
    ) -> None:
        if marker_path is Path.unit_circle():
            radius = float(np.asarray(marker_trans.transform((1.0, 0.0)))[0])  # markers are centred on zero
            r, across = short(radius), short(2 * radius)
            shape = f"m-{r} 0a{r} {r} 0 1 0 {across} 0a{r} {r} 0 1 0-{across} 0z"
        else:
            shape = _relative(_corners(marker_path, marker_trans))
        places = [f"M{short(x)} {short(self._height - y)}{shape}" for _, x, y in _corners(path, trans)]
        self._shape("".join(places), gc, rgbFace)

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: Any,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        """The text ``s`` on the base line ``y``; what stands at ``x`` (its start, middle, end) ``mtext`` says."""
        if angle or ismath:
            raise NotImplementedError("the backend of the charts draws upright text without formulas only")
        weight = prop.get_weight()
        look = {
            "fill": colour(gc.get_rgb()),
            "font-size": short(prop.get_size_in_points()),
            "font-weight": _WEIGHTS.get(weight, str(weight)),
            "text-anchor": _ANCHORS["left" if mtext is None else mtext.get_ha()],
        }
        element = f'x="{short(x)}" y="{short(self._height - y)}">{escape(s, quote=False)}</text>'
        self._texts.append((mtext is not None and mtext.get_gid() == HALO, look, element))

    def svg(self, label: str) -> str:
        """What has been drawn, as an inline ``<svg>`` element with ``role="img"`` and ``label``."""
        width, height = short(self._width), short(self._height)
        plain = _texts((look, element) for halo, look, element in self._texts if not halo)
        on_halo = _texts((look, element) for halo, look, element in self._texts if halo)
        return (
            f'<svg xmlns="{SVG_NAMESPACE}" class="chart" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" role="img" aria-label="{escape(label)}" font-family="{FONT_STACK}">'
            f"{''.join(self._shapes)}{plain}{f'<g {_HALO}>{on_halo}</g>' if on_halo else ''}</svg>"
        )

    def _shape(self, outline: str, gc: GraphicsContextBase, face: Any) -> None:
        if gc.get_hatch() is not None or gc.get_clip_path()[0] is not None or gc.get_clip_rectangle():
            raise NotImplementedError("the backend of the charts neither clips nor hatches")
        look = {"fill": "none" if face is None else colour(face)}
        if gc.get_linewidth():
            look |= {"stroke": colour(gc.get_rgb()), "stroke-width": short(gc.get_linewidth())}
            dashes: Any = gc.get_dashes()[1]
            if dashes is not None:
                look["stroke-dasharray"] = " ".join(short(dash) for dash in dashes)
        self._shapes.append(f'<path d="{outline}" {_attributes(look)}/>')

    def _outline(self, corners: list[tuple[str, float, float]]) -> str:
        """Absolute path data, level and upright lines with one number."""
        parts: list[str] = []
        at = ("", "")
        for letter, x, y in corners:
            if letter == "z":
                parts.append("z")
                continue
            here = (short(x), short(self._height - y))
            if letter == "M":
                parts.append(f"M{here[0]} {here[1]}")
            elif here[1] == at[1]:
                parts.append(f"H{here[0]}")
            elif here[0] == at[0]:
                parts.append(f"V{here[1]}")
            else:
                parts.append(f"L{here[0]} {here[1]}")
            at = here
        return "".join(parts)


def _corners(path: Path, transform: Transform) -> list[tuple[str, float, float]]:
    """SVG's letter for each point of a path, with the point as transformed.

    Raises:
        NotImplementedError: the path is curved.
    """
    points: list[list[float]] = np.asarray(transform.transform(path.vertices)).tolist()
    letters = "M" + "L" * (len(points) - 1)
    if path.codes is not None:
        letters = "".join(_LETTERS.get(code, "?") for code in np.asarray(path.codes).tolist())
    if "?" in letters:
        raise NotImplementedError("the backend of the charts draws straight lines and circles only")
    return [(letter, x, y) for letter, (x, y) in zip(letters, points, strict=True)]


def _relative(corners: list[tuple[str, float, float]]) -> str:
    """Path data that starts from wherever the pen is; up is up."""
    parts: list[str] = []
    at = (0.0, 0.0)
    for letter, x, y in corners:
        if letter == "z":
            parts.append("z")
        else:
            parts.append(f"{letter.lower()}{short(x - at[0])} {short(at[1] - y)}")
            at = (x, y)
    return "".join(parts)


def _attributes(look: dict[str, str]) -> str:
    return " ".join(f'{name}="{value}"' for name, value in look.items() if _DEFAULTS.get(name) != value)


def _texts(texts: Iterable[tuple[dict[str, str], str]]) -> str:
    """``<text>`` elements in groups that say once what they have in common, in the order of their first."""
    groups: dict[str, list[str]] = {}
    for look, element in texts:
        groups.setdefault(_attributes(look), []).append(element)
    return "".join(
        f"<text {look} {elements[0]}"
        if len(elements) == 1
        else f"<g {look}>{''.join(f'<text {element}' for element in elements)}</g>"
        for look, elements in groups.items()
    )
