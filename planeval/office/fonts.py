"""Finding the font for the Chinese in the charts' pictures: a picture, unlike a page, must bring its letters along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from planeval.errors import UsageError
from planeval.messages import say

# Sans-serif families with the Chinese forms of the characters, as macOS, Windows and Linux have them; the first found
# is taken. Collections name a face for each region: the ones for the mainland come first.
FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "STHeiti",
    "Microsoft YaHei",
    "SimHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Arial Unicode MS",
    "Droid Sans Fallback",
    "SimSun",
    "Songti SC",
)
_MOST_FACES = 16  # of a collection
_REGULAR, _BOLD = ("Regular", "Normal", "Medium", "W3"), ("Bold", "Semibold", "W6")
_HEAVY = 600  # the weight from which a text is bold


@dataclass(frozen=True)
class FontFiles:
    """The files of one family with the number of the face in each; ``bold`` is the regular one where there is none."""

    regular: tuple[str, int]
    bold: tuple[str, int]

    def font(self, size: float, weight: int) -> Any:
        """The font in ``size`` pixels, for Pillow."""
        return _opened(*(self.bold if weight >= _HEAVY else self.regular), round(size, 1))


@cache
def chart_fonts() -> FontFiles:
    """The font for charts.

    Raises:
        UsageError: this machine has no Chinese font; says how to install one.
    """
    from matplotlib import font_manager

    first_words = {family.split()[0] for family in FAMILIES}
    listed = font_manager.fontManager.ttflist
    found = _among({entry.fname for entry in listed if entry.name.split()[0] in first_words})
    if found is None:
        # The list is as old as matplotlib's cache; a font that was installed since is found by looking again.
        found = _among(set(font_manager.findSystemFonts()) - {entry.fname for entry in listed})
    if found is None:
        raise UsageError(say("office.no_font"))
    return found


def _among(paths: Iterable[str]) -> FontFiles | None:
    """The first of `FAMILIES` that has a face in one of these files."""
    faces: dict[str, dict[str, tuple[str, int]]] = {}
    for path in sorted(paths):
        for index, (family, style) in enumerate(_faces(path)):
            if family in FAMILIES:
                faces.setdefault(family, {}).setdefault(style, (path, index))
    for family in FAMILIES:
        if own := faces.get(family):
            regular = next((own[style] for style in _REGULAR if style in own), next(iter(own.values())))
            return FontFiles(regular, next((own[style] for style in _BOLD if style in own), regular))
    return None


def _faces(path: str) -> Iterator[tuple[str, str]]:
    """Family and style of each face in a font file; nothing of a file that is none."""
    from PIL import ImageFont

    for index in range(_MOST_FACES):
        try:
            family, style = ImageFont.truetype(path, 10, index=index).getname()
        except OSError:
            return
        yield family or "", style or ""


@cache
def _opened(path: str, index: int, size: float) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(path, size, index=index, layout_engine=ImageFont.Layout.BASIC)
