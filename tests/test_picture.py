"""The charts' pictures: what the SVG of the page draws, in pixels."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from report_samples import indicator, mean_indicator

from planeval.errors import PlanevalError
from planeval.office.picture import DPI, MM_PER_UNIT, picture_of
from planeval.report.charts import indicator_chart
from planeval.report.sparkline import sparkline

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">'
SCALE = MM_PER_UNIT / 25.4 * DPI


def pixels(svg: str) -> Image.Image:
    return Image.open(io.BytesIO(picture_of(svg, 156.0).png)).convert("RGB")


def colour(picture: Image.Image, x: float, y: float) -> str:
    red, green, blue = picture.getpixel((round(x * SCALE), round(y * SCALE)))  # type: ignore[misc]
    return f"#{red // 16:x}{green // 16:x}{blue // 16:x}"


def test_shapes_stand_where_the_svg_has_them() -> None:
    picture = pixels(
        f'{HEAD}<path d="M10 10H40V30H10z" fill="#f00"/>'
        '<g stroke="#00f" stroke-width="4" fill="none"><path d="M60 20L90 20"/></g>'
        '<path d="M75 40m-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z" fill="#080"/></svg>'
    )
    assert colour(picture, 25, 20) == "#f00" and colour(picture, 5, 20) == "#fff"
    assert colour(picture, 75, 20) == "#00f" and colour(picture, 75, 25) == "#fff"
    for x, y in ((75, 36.5), (75, 43.5), (71.5, 40), (78.5, 40)):
        assert colour(picture, x, y) == "#080"
    assert colour(picture, 71, 36) == "#fff"  # a circle, not a box


def test_dashes_leave_gaps_and_round_ends_make_dots() -> None:
    picture = pixels(
        f'{HEAD}<path d="M0 10H100" stroke="#000" stroke-width="4" stroke-dasharray="10 10" fill="none"/>'
        '<path d="M50 30h0" stroke="#f00" stroke-width="8" stroke-linecap="round"/></svg>'
    )
    assert [colour(picture, x, 10) for x in (5, 15, 25, 35)] == ["#000", "#fff", "#000", "#fff"]
    assert colour(picture, 50, 30) == "#f00" and colour(picture, 50, 32.5) == "#f00"


@pytest.mark.parametrize("anchor, inked", [("start", (52, 75)), ("middle", (40, 60)), ("end", (25, 48))])
def test_chinese_text_is_drawn_at_its_anchor(anchor: str, inked: tuple[int, int]) -> None:
    text = f'<text x="50" y="30" font-size="16" fill="#000" text-anchor="{anchor}">国国</text></svg>'
    picture = pixels(HEAD + text).convert("L")
    columns = [
        x for x in range(picture.width) if picture.crop((x, 0, x + 1, picture.height)).getextrema()[0] < 128
    ]
    left, right = columns[0] / SCALE, columns[-1] / SCALE
    assert left <= inked[0] <= right and left <= inked[1] <= right and 28 <= right - left <= 33


@pytest.mark.parametrize(
    "svg", ['<image href="x"/>', '<path d="M0 0C1 1 2 2 3 3"/>', '<path d="M0 0a5 5 0 0 1 1 1"/>']
)
def test_what_it_does_not_know_it_refuses(svg: str) -> None:
    with pytest.raises(PlanevalError):
        picture_of(f"{HEAD}{svg}</svg>", 156.0)


def test_every_kind_of_chart_can_be_drawn_small_and_as_wide_as_asked() -> None:
    for one in (indicator(), mean_indicator(), indicator(target_kind="none_occurs", target=None)):
        for svg in (indicator_chart(one).svg, sparkline(one, "图")):
            picture = picture_of(svg, 30.0)
            assert picture.width == pytest.approx(30.0) and len(picture.png) < 30_000
            assert Image.open(io.BytesIO(picture.png)).width == pytest.approx(30.0 / 25.4 * DPI, abs=1)
