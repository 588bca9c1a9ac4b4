"""The panel at the head of a report: every core indicator at one glance."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from chart_samples import random_indicator
from report_samples import evaluation, indicator, mean_indicator
from svg_parts import lines

from planeval.evaluate.evaluation import evaluate
from planeval.messages import say, speaking
from planeval.model.evaluation import IndicatorEvaluation, Kind, Note, Verdict, YearValue
from planeval.model.status import Status
from planeval.read.workspace import load
from planeval.report.blocks import Heading, PanelItem
from planeval.report.chart_text import shown_outlook, shown_years
from planeval.report.html import VERDICT_SHAPES, render
from planeval.report.indicators import indicators
from planeval.report.panel import panel
from planeval.report.shown import current_number, limit_number, projected_number, year_number

ACTUAL, TARGET, PATH, BREAK, VOID = "#0b5a94", "#b04a00", "#6b7280", "#7a4a86", "#f1f3f5"
NONE_OCCURS = {
    "target_kind": "none_occurs",
    "base": None,
    "base_source": "none",
    "target": None,
    "path": {},
    "projection": None,
}


def item_of(ind: IndicatorEvaluation) -> PanelItem:
    return panel(evaluation(indicators=[ind])).items[0]


def years_of(values: dict[int, float | None], **breaks: str) -> list[YearValue]:
    return [
        YearValue(
            year=y, value=v, status=None if v is None else Status.FINAL, break_before=breaks.get(f"y{y}")
        )
        for y, v in values.items()
    ]


def test_every_core_indicator_is_there_in_the_order_of_the_plan_and_leads_to_its_paragraph():
    sample = evaluation()
    items = panel(sample).items
    assert [item.name for item in items] == [i.name for i in sample.indicators]
    anchors = {block.id for block in indicators(sample).blocks if isinstance(block, Heading)}
    assert [item.href[0] for item in items] == ["#", "#"]
    assert {item.href[1:] for item in items} <= anchors


def test_panel_of_another_page_leads_to_the_report():
    items = panel(evaluation(), base_href="../../mawei/midterm/index.html").items
    assert items[0].href == "../../mawei/midterm/index.html#indicator-accident-deaths"


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_verdict_is_a_word_and_a_shape(verdict):
    html = render(panel(evaluation(indicators=[indicator(verdict=verdict)])))
    assert say(f"verdict.{verdict.value}") in html
    assert VERDICT_SHAPES[verdict] in html


def test_what_is_not_settled_is_marked_at_verdict_value_and_target():
    html = render(panel(evaluation(indicators=[indicator(base_status=Status.ILLUSTRATIVE)])))
    assert [len(re.findall(f">{word}</mark>", html)) for word in ("暂定", "示例")] == [1, 2]
    assert "<mark" not in render(panel(evaluation(indicators=[mean_indicator()])))


def test_value_unit_year_and_target_are_in_words():
    one, two = panel(evaluation()).items
    assert (one.value.text, one.unit, one.when, one.target.text) == (
        "1,199",
        "人",
        "2023年",
        "目标 ≤1,139（2025年）",
    )
    assert (two.value.text, two.when, two.target.text) == ("7,352", "2021—2023年年均", "目标年均 <15,000")


def test_promise_that_nothing_happens_shows_the_total_of_the_period():
    values = years_of({2021: 0.0, 2022: 2.0, 2023: 0.0})
    item = item_of(indicator(**NONE_OCCURS | {"values": values, "current": 2.0}))
    assert (item.value.text, item.when, item.target.text) == ("2", "2021—2023年合计", "目标 不发生")
    note = Note(code="occurred", text="", params={"total": 2, "years": [2022]})
    values = years_of({2021: None, 2022: 2.0, 2023: 0.0})
    item = item_of(indicator(**NONE_OCCURS | {"values": values, "current": None, "notes": [note]}))
    assert item.value.text == "2"


def test_a_missing_value_is_a_dash_and_no_zero():
    item = item_of(indicator(current=None, projection=None, values=years_of({2020: 1340.0, 2023: None})))
    assert item.value.text is None
    assert "<b>—</b>" in render(panel(evaluation(indicators=[indicator(current=None)])))


def test_a_target_that_cannot_be_determined_is_quoted():
    item = item_of(indicator(target=None, path={}, projection=None))
    assert item.target.text == "目标：下降15%"
    assert not lines(item.svg, stroke=TARGET)


def test_words_from_data_are_escaped():
    hostile = indicator(name='"><script>x</script>', unit="<b>", target=None, as_written="<i>", path={})
    html = render(panel(evaluation(indicators=[hostile])))
    assert "<script" not in html
    assert "<i>" not in html
    assert "&lt;b&gt;" in html


def test_small_chart_has_the_lines_of_the_large_one():
    svg = item_of(indicator()).svg
    assert len(lines(svg, stroke=TARGET)) == 1
    assert len(lines(svg, stroke=PATH, stroke_dasharray="4 3")) == 1
    assert len(lines(svg, stroke=ACTUAL, stroke_dasharray="1.6 2.4")) == 1  # the projection
    assert len(lines(svg, fill=VOID)) == 1  # 2021
    dots = lines(svg, stroke=ACTUAL, stroke_linecap="round")
    hollow = lines(svg, stroke="#fff", stroke_linecap="round")
    assert len(dots) == 3
    assert hollow == dots[1:]  # 2022 and 2023 are not settled
    joined = lines(svg, stroke=ACTUAL, stroke_width="2")
    assert [len(line) for line in joined] == [2]  # nothing through 2021


def test_small_chart_is_parted_where_the_definition_changes():
    values = years_of({y: 1300.0 for y in range(2020, 2024)}, y2022="x")
    svg = item_of(indicator(values=values)).svg
    assert [len(line) for line in lines(svg, stroke=ACTUAL, stroke_width="2")] == [2, 2]
    assert len(lines(svg, stroke=BREAK)) == 1


def test_small_chart_starts_from_zero():
    svg = item_of(indicator(base=100.0, target=50.0, path={}, projection=None, current=100.0)).svg
    values = [v for v in indicator().values if v.value is not None]
    dots = [line[0][1] for line in lines(svg, stroke=ACTUAL, stroke_linecap="round")]
    heights = [51 - y for y in dots]
    for value, height in zip(values, heights, strict=True):
        assert height / heights[0] == pytest.approx((value.value or 0) / 1340, abs=0.01)


def test_mean_is_drawn_over_bars_between_start_of_period_and_year_judged():
    svg = item_of(mean_indicator()).svg
    assert len(lines(svg, fill="#5b96c4")) == 2
    assert len(lines(svg, fill="#8a929c")) == 1  # 2020 is before the period
    assert len(lines(svg, stroke=ACTUAL, stroke_width="2")) == 1


def test_key_names_only_what_occurs():
    key = panel(evaluation(indicators=[mean_indicator()])).key
    assert "年均" in key
    assert "目标" in key
    assert not [word for word in ("推算", "路径", "口径", "空心") if word in key]
    assert "推算" in panel(evaluation()).key


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("seed", range(40))
def test_numbers_of_the_panel_are_the_shown_numbers(seed, language):
    ind = random_indicator(seed)
    with speaking(language):
        item = item_of(ind)
        numbers = re.findall(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?", item.alt)
        for value in shown_years(ind):
            assert value.value is None or year_number(ind, value) in numbers
        if ind.target_kind != "none_occurs":
            assert item.value.text == (None if ind.current is None else current_number(ind))
            assert limit_number(ind) in numbers
            assert limit_number(ind) in (item.target.text or "")
        if shown_outlook(ind) is not None:
            assert projected_number(ind) in numbers
    root = ET.fromstring(item.svg)
    assert root.get("aria-label") == item.alt
    width, height = map(float, (root.get("viewBox") or "").split()[2:])
    points = [point for line in lines(item.svg) for point in line]
    assert all(0 <= x <= width and 0 <= y <= height for x, y in points)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("plan", ["mawei", "gulou", "national"])
def test_small_charts_of_the_shipped_data_have_less_than_a_kilobyte_each(plan, language):
    with speaking(language):
        workspace = load(Path("data"))
        for kind in Kind:
            for item in panel(evaluate(workspace, plan, kind, None, [])).items:
                assert len(item.svg.encode()) <= 1024, item.name
                assert not re.search(r"id=|style=|url\(|href=|nan|inf", item.svg.replace(item.alt, ""))


@pytest.mark.parametrize("seed", range(20))
def test_english_panel_has_no_chinese_in_it(seed):
    with speaking("en"):
        html = render(panel(evaluation(indicators=[random_indicator(seed)])))
    shown = html.replace("√", "").replace("—", "")
    assert not [c for c in shown if "\u3000" < c < "\uffef"]
