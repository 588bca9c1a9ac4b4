"""Labels of charts: inside the drawing, off each other and off the lines, whatever the numbers are."""

from __future__ import annotations

from itertools import combinations
from random import Random
from typing import NamedTuple

import pytest
from chart_samples import random_indicator
from report_samples import indicator, mean_indicator
from svg_parts import lines, parts

from planeval.messages import speaking
from planeval.model.evaluation import IndicatorEvaluation, Interval, Projection, YearValue
from planeval.model.status import Status
from planeval.report.chart_canvas import BOTTOM, SIZE, Canvas, text_width
from planeval.report.chart_labels import Box, around, box_of, place
from planeval.report.chart_surface import Surface
from planeval.report.charts import indicator_chart

WIDTH, HEIGHT = 480, 310
NONE_OCCURS: dict[str, object] = {
    "target_kind": "none_occurs",
    "base": None,
    "base_source": "none",
    "target": None,
    "path": {},
    "projection": None,
    "decimals": 0,
}


def years(values: dict[int, float | None]) -> list[YearValue]:
    return [YearValue(year=y, value=v, status=None if v is None else Status.FINAL) for y, v in values.items()]


def every_status(interval: bool) -> list[YearValue]:
    statuses = [Status.FINAL, Status.PRELIMINARY, Status.FORECAST, Status.ILLUSTRATIVE]
    bounds = Interval(lower=1100.0, upper=1500.0, level=0.95, method="byar", events=1300)
    return [
        YearValue(year=2020 + n, value=1340.0 - 40 * n, status=s, interval=bounds if interval else None)
        for n, s in enumerate(statuses)
    ]


def projection(value: float) -> Projection:
    return Projection(
        year=2025,
        value=value,
        meets_target=False,
        average_yearly_change=1.0,
        required_yearly_change_percent=None,
    )


def path(base: float, target: float, start: int = 2020, end: int = 2025) -> dict[int, float]:
    return {start + n: base + n * (target - base) / (end - start) for n in range(end - start + 1)}


HUGE: dict[int, float | None] = {2020 + n: 1.4e9 + 1e7 * n for n in range(4)}
LONG: dict[int, float | None] = {y: 7000.0 + (y * 733 % 1500) for y in range(2015, 2027)}
SMALL = indicator(
    base=2.0,
    target=1.7,
    current=3.0,
    path=path(2.0, 1.7),
    projection=projection(3.66),
    values=[
        YearValue(
            year=year,
            value=value,
            status=Status.ILLUSTRATIVE,
            interval=Interval(
                lower=max(0.0, value - 1.5), upper=value + 4, level=0.95, method="exact", events=int(value)
            ),
        )
        for year, value in {2020: 2.0, 2021: 4.0, 2022: 1.0, 2023: 3.0}.items()
    ],
)
ODD: dict[str, IndicatorEvaluation] = {
    "as usual": indicator(),
    "as usual, mean": mean_indicator(),
    "first year": indicator(
        current_year=2021,
        current=1300.0,
        values=years({2020: 1340.0, 2021: 1300.0}),
        projection=projection(1140.0),
    ),
    "base 2018": indicator(
        base_year=2018,
        base=1500.0,
        path=path(1500.0, 1139.0, 2018),
        values=years({2018: 1500.0, 2019: 1450.0, 2020: 1400.0, 2021: None, 2022: 1262.0, 2023: 1199.0}),
    ),
    "base 2018, mean": mean_indicator(
        base_year=2018,
        values=years({2018: 9000.0, 2019: 16000.0, 2020: 8120.0, 2021: 7000.0, 2022: 7931.0, 2023: 6772.0}),
    ),
    "two years": indicator(values=years({2022: 1262.0, 2023: 1199.0})),
    "ten years": indicator(
        target_year=2030,
        current_year=2026,
        current=1220.0,
        target=1040.0,
        path=path(1340.0, 1040.0, 2020, 2030),
        values=years({y: 1340.0 - 20 * (y - 2020) for y in range(2015, 2027)}),
        projection=None,
    ),
    "ten years, mean": mean_indicator(target_year=2030, current_year=2026, values=years(LONG)),
    "ten years, none occurs": indicator(
        **NONE_OCCURS | {"target_year": 2030, "current_year": 2026, "current": 3.0},  # type: ignore[arg-type]
        values=years({y: float(y % 4 == 0) for y in range(2015, 2027)}),
    ),
    "zeros": indicator(
        values=years(dict.fromkeys(range(2018, 2024), 0.0)), base=0.0, current=0.0, target=0.0, path={}
    ),
    "zeros, mean": mean_indicator(
        values=years(dict.fromkeys(range(2018, 2024), 0.0)), current=0.0, target=1.0
    ),
    "huge": indicator(
        values=years(HUGE),
        base=1.4e9,
        target=1.2e9,
        current=HUGE[2023],
        path=path(1.4e9, 1.2e9),
        projection=projection(1.45e9),
    ),
    "huge, mean": mean_indicator(values=years(HUGE), target=1.2e9, current=1.415e9),
    "mean of years as base": indicator(
        base=1.73,
        base_source="mean_of_years",
        target=1.4705,
        current=2.0,
        path=path(1.73, 1.4705),
        projection=projection(2.2),
        values=years(
            {2016: 2.0, 2017: 1.0, 2018: 3.0, 2019: 2.0, 2020: 1.0, 2021: 1.0, 2022: 0.0, 2023: 2.0}
        ),
    ),
    "missing at both ends": indicator(
        values=years({2020: None, 2021: None, 2022: 1262.0, 2023: None}), current=None, projection=None
    ),
    "wide intervals": SMALL,
    "every status": indicator(values=every_status(True)),
    "every status, mean": mean_indicator(
        values=every_status(False),
        current=1260.0,
        target=1300.0,
        interval=Interval(lower=1200.0, upper=1320.0, level=0.95, method="byar", events=900),
    ),
    "every mark at once": mean_indicator(
        base_year=2019,
        values=[
            YearValue(year=2019, value=1300.0, status=Status.FINAL),
            YearValue(year=2020, value=1300.0, status=Status.PRELIMINARY),
            YearValue(year=2021, value=1300.0, status=Status.FINAL),
            YearValue(year=2022, value=1250.0, status=Status.FORECAST),
            YearValue(year=2023, value=1200.0, status=Status.ILLUSTRATIVE),
        ],
        current=1250.0,
        target=2000.0,
        interval=Interval(lower=1200.0, upper=1320.0, level=0.95, method="byar", events=900),
    ),
    "just below the target": indicator(
        current=1048.0,
        values=years({2020: 1340.0, 2021: 1250.0, 2022: 1150.0, 2023: 1048.0}),
        projection=projection(900.0),
    ),
    "breaks": indicator(
        values=[
            YearValue(year=y, value=1340.0 - 50 * (y - 2020), status=Status.FINAL, break_before="x")
            for y in range(2020, 2024)
        ],
        target_year=2032,
    ),
    "far apart": indicator(base=100.0, target=85.0, path=path(100.0, 85.0)),
}


class Label(NamedTuple):
    """A text with its box in pixels from the upper left corner."""

    words: str
    left: float
    top: float
    right: float
    bottom: float


def labels(svg: str) -> list[Label]:
    """The texts with the boxes of their ink: digits are 0.55 wide and 0.72 high, Chinese characters 1 and 0.85,
    points, spaces and thin letters 0.3 wide."""
    found = []
    for _, look, words in parts(svg, "text"):
        size = float(look["font-size"])
        width = sum(size * (1 if ord(c) > 0x2E80 else 0.3 if c in " .,:fijlrtI" else 0.55) for c in words)
        shift = {"start": 0.0, "middle": width / 2, "end": width}[look.get("text-anchor", "start")]
        x, y = float(look["x"]), float(look["y"])
        found.append(Label(words, x - shift, y - 0.75 * size, x - shift + width, y + 0.05 * size))
    assert found
    return found


@pytest.mark.parametrize("name", ODD)
def test_no_label_is_cut_off_at_the_edge(name):
    for label in labels(indicator_chart(ODD[name]).svg):
        assert label.left >= 0, label
        assert label.right <= WIDTH, label
        assert label.top >= 0, label
        assert label.bottom <= HEIGHT, label


@pytest.mark.parametrize("name", ODD)
def test_no_label_stands_on_another(name):
    for one, other in combinations(labels(indicator_chart(ODD[name]).svg), 2):
        beside = one.right <= other.left or other.right <= one.left
        assert beside or one.bottom <= other.top or other.bottom <= one.top, (one, other)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("seed", range(40))
def test_labels_of_any_chart_are_inside_and_apart_in_both_languages(seed, language):
    with speaking(language):
        found = labels(indicator_chart(random_indicator(seed)).svg)
    for label in found:
        assert label.left >= 0 and label.right <= WIDTH and label.top >= 0 and label.bottom <= HEIGHT, label
    for one, other in combinations(found, 2):
        beside = one.right <= other.left or other.right <= one.left
        assert beside or one.bottom <= other.top or other.bottom <= one.top, (one, other)


@pytest.mark.parametrize("words", ["目标 ≤23,300", "Target mean ≤15,000", "Mean so far 7,426", "WWWW", "1.1"])
def test_width_of_mixed_texts_is_that_of_their_characters(words):
    assert text_width(words, 10) == pytest.approx(sum(text_width(c, 10) for c in words))
    assert text_width("目", 10) > text_width("W", 10) > text_width("1", 10) > text_width(".", 10)


@pytest.mark.parametrize(
    "name", ["first year", "mean of years as base", "two years", "as usual", "just below the target"]
)
def test_current_and_base_value_keep_off_the_target_line(name):
    svg = indicator_chart(ODD[name]).svg
    heights = [line[0][1] for line in lines(svg, stroke="#b04a00")]
    assert heights
    for label in labels(svg):
        if label.words.startswith("基期") or label.words in {"1,199", "1,048"}:
            assert not any(label.top < height < label.bottom for height in heights), label


def test_numbers_of_a_short_period_are_all_there():
    words = [label.words for label in labels(indicator_chart(ODD["as usual, mean"]).svg)]
    assert {"8,120", "7,931", "6,772"} <= set(words)


def test_length_struck_out_is_measured_inside_the_box():
    box = Box(0, 0, 10, 4)
    assert box.inside((-5, 2), (15, 2)) == pytest.approx(10)
    assert box.inside((5, 1), (5, 3)) == pytest.approx(2)
    assert box.inside((-5, 9), (15, 9)) == 0
    assert box.inside((20, 2), (30, 2)) == 0
    assert box.meets(Box(9, 3, 12, 8))
    assert not box.meets(Box(10, 0, 12, 4))


def test_stacked_words_take_the_room_of_their_lines():
    flat, stacked = box_of("无数据", 0, 0, 12, "center"), box_of("无\n数\n据", 0, 0, 12, "center")
    assert stacked.right - stacked.left < flat.right - flat.left
    assert stacked.top - stacked.bottom > 2 * (flat.top - flat.bottom)


@pytest.mark.parametrize("seed", range(8))
def test_label_takes_the_cheapest_of_all_its_places(seed):
    random = Random(seed)
    canvas = Canvas(Surface(WIDTH, HEIGHT), indicator(), [], 2019.5, 2025.5, 100.0)

    def anywhere() -> tuple[float, float]:
        return random.uniform(0, WIDTH), random.uniform(0, HEIGHT)

    canvas.strokes = [(anywhere(), anywhere(), random.uniform(0, 5)) for _ in range(60)]
    canvas.boxes = [box_of("无数据", *anywhere(), SIZE, "center") for _ in range(6)]
    x, y = canvas.pixels(2022, 60)
    costs = []
    for dx, dy, align in around():
        box = box_of("基期 60", x + dx, y + dy, SIZE, align)
        struck_out = sum(weight * box.inside(start, end) for start, end, weight in canvas.strokes)
        outside = not (
            canvas.left - 4 <= box.left and box.right <= canvas.right_edge + 4 and box.bottom >= BOTTOM + 1
        )
        covered = outside + sum(box.meets(other) for other in canvas.boxes)
        costs.append((1000 * covered + struck_out + 0.6 * (abs(dx) + abs(dy)), box))
    place(canvas, (2022, 60), "基期 60", around())
    assert canvas.boxes[-1] == min(costs, key=lambda cost: cost[0])[1]
