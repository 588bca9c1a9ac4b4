"""Charts: what they show, that they stand inline, and that they need no font."""

from __future__ import annotations

import gc
import logging
import re
import sys
import xml.etree.ElementTree as ET
from importlib.resources import files

import pytest
import yaml
from chart_samples import random_indicator
from report_samples import evaluation, indicator, mean_indicator
from svg_parts import lines, parts, texts

from planeval.messages import numbers as fmt
from planeval.messages import speaking
from planeval.model.evaluation import IndicatorEvaluation, Interval, Note, Projection, Verdict, YearValue
from planeval.model.status import Status
from planeval.report.chart_canvas import BAR, BAR_BEFORE, INTERVAL
from planeval.report.chart_text import shown_years
from planeval.report.charts import indicator_chart
from planeval.report.html import render
from planeval.report.panel import panel
from planeval.report.shown import (
    base_number,
    current_number,
    interval_text,
    limit_number,
    projected_number,
    year_number,
)
from planeval.report.svg import FONT_STACK

NONE_OCCURS = {
    "id": "major_accidents",
    "target_kind": "none_occurs",
    "base": None,
    "base_source": "none",
    "target": None,
    "path": {},
    "projection": None,
}
SAMPLES = {
    "reduction": indicator(),
    "mean": mean_indicator(),
    "none_occurs": indicator(**NONE_OCCURS),
    "at_least": indicator(target_kind="at_least", target=90.0, unit="%", current=None),
    "no_data": indicator(values=[], current=None, base=None, target=None, path={}, projection=None),
    "zeros": indicator(
        values=[YearValue(year=y, value=0.0, status=Status.FINAL) for y in range(2018, 2024)],
        base=0.0,
        current=0.0,
        target=0.0,
        path={},
        projection=None,
    ),
}


def segments(svg: str, **look: str) -> int:
    """Number of straight pieces, in all lines of this look."""
    return sum(len(line) - 1 for line in lines(svg, **look))


JOINED = {"stroke": "#0b5a94", "stroke_width": "2"}  # values next to each other


@pytest.mark.parametrize("name", SAMPLES)
def test_chart_is_small_inline_and_needs_nothing_else(name):
    svg = indicator_chart(SAMPLES[name]).svg
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("viewBox") == "0 0 480 310"
    assert root.get("font-family") == FONT_STACK
    assert len(svg.encode()) < 5_000
    for unwanted in (
        "<?xml",
        "<!DOCTYPE",
        "<metadata",
        "<style",
        "DejaVu",
        "matplotlib",
        "nan",
        "inf",
        "rdf",
        "id=",
        "url(",
        "style=",
    ):
        assert unwanted not in svg
    assert set(re.findall(r"https?://[^\"]+", svg)) == {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("name", SAMPLES)
def test_same_indicator_gives_the_same_bytes(name):
    assert indicator_chart(SAMPLES[name]) == indicator_chart(SAMPLES[name])


@pytest.mark.parametrize("name", SAMPLES)
def test_no_warning_and_no_log_line_without_chinese_fonts(name, recwarn, caplog):
    with caplog.at_level(logging.WARNING):
        indicator_chart(SAMPLES[name])
    assert [str(w.message) for w in recwarn] == []
    assert caplog.records == []


def test_users_settings_do_not_change_a_chart():
    import matplotlib
    from matplotlib.patheffects import withStroke

    plain = indicator_chart(indicator())
    settings = {"font.family": "No Such Font", "svg.fonttype": "path", "figure.autolayout": True}
    settings |= {"lines.linewidth": 9, "lines.scale_dashes": False, "lines.dash_capstyle": "round"}
    settings |= {"path.sketch": (1, 100, 2), "path.effects": [withStroke(linewidth=4, foreground="w")]}
    settings |= {"patch.linewidth": 9, "patch.edgecolor": "r", "patch.force_edgecolor": True}
    settings |= {"markers.fillstyle": "left", "axes.autolimit_mode": "round_numbers", "figure.dpi": 300}
    with matplotlib.rc_context(settings):
        before = dict(matplotlib.rcParams)
        assert indicator_chart(indicator()) == plain
        assert dict(matplotlib.rcParams) == before


def test_no_figure_is_left_behind():
    import matplotlib.figure

    indicator_chart(indicator())
    gc.collect()
    assert not [o for o in gc.get_objects() if type(o) is matplotlib.figure.Figure]
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or pyplot.get_fignums() == []


def test_text_stays_text():
    words = texts(indicator_chart(indicator()).svg)
    assert "单位：人" in words
    assert "目标 ≤1,139" in words
    assert "推算 1,105" in words
    assert "基期 1,340" in words
    assert "1,199" in words
    assert {"2020", "2021", "2025"} <= set(words)


def test_missing_year_is_a_labelled_gap_in_the_line():
    gap = indicator_chart(indicator()).svg
    assert "无数据" in texts(gap)
    assert segments(gap, **JOINED) == 1  # only 2022 to 2023: nothing is drawn through 2021
    full = [YearValue(year=y, value=1300.0 - y % 10, status=Status.FINAL) for y in range(2020, 2024)]
    whole = indicator_chart(indicator(values=full)).svg
    assert "无数据" not in texts(whole)
    assert segments(whole, **JOINED) == 3


def test_a_year_the_values_do_not_even_mention_is_missing_too():
    values = [v for v in indicator().values if v.year != 2021]
    assert indicator_chart(indicator(values=values)).svg.count("无数据") >= 1


def test_line_is_not_drawn_across_a_break_in_definition():
    values = [YearValue(year=y, value=1300.0, status=Status.FINAL) for y in range(2020, 2023)]
    values.append(YearValue(year=2023, value=900.0, status=Status.FINAL, break_before="统计范围调整"))
    figure = indicator_chart(indicator(values=values))
    assert segments(figure.svg, **JOINED) == 2
    assert "口径变化" in texts(figure.svg)
    assert "2023年起统计口径有变化" in figure.alt


def test_unsettled_values_are_drawn_hollow_and_named():
    svg = indicator_chart(indicator()).svg
    words = texts(svg)
    assert {"统计值", "初步值", "示例值"} <= set(words)
    hollow = lines(svg, fill="#fff", stroke="#0b5a94")
    assert len(hollow) == 4  # 2022 and 2023, and their two entries in the legend
    assert len(lines(svg, fill="#0b5a94")) == 2  # 2020, and the legend


def test_later_years_than_the_one_judged_are_not_shown():
    values = [*indicator().values, YearValue(year=2024, value=777.0, status=Status.FINAL)]
    figure = indicator_chart(indicator(values=values))
    assert "777" not in figure.alt
    assert "777" not in figure.svg


def test_alternative_text_holds_the_numbers():
    alt = indicator_chart(indicator()).alt
    for words in (
        "生产安全事故死亡人数（人）：评价为快于预期（暂定）。",
        "2023年为1,199（示例值），95%置信区间1,132～1,269；",
        "目标为2025年不高于1,139；",
        "2025年为1,105。",
        "基期2020年为1,340。",
        "历年：2020年1,340，2021年无数据，2022年1,262，2023年1,199。",
        "其中2022年为初步值，2023年为示例值。",
    ):
        assert words in alt


def test_period_mean_shows_mean_limit_and_room():
    figure = indicator_chart(mean_indicator())
    words = texts(figure.svg)
    assert "已有年均 7,352" in words
    assert "目标年均 <15,000" in words
    assert "规划期年均低于15,000" in figure.alt
    assert "截至2023年的年均值为7,352；" in figure.alt
    assert "余下2年年均低于30,149即可" in figure.alt
    assert "无数据" in words


def test_interval_stands_on_what_is_judged():
    bounds = Interval(lower=7210.0, upper=7493.0, level=0.95, method="dobson", events=9)
    wide = Interval(lower=0.0, upper=99999.0, level=0.95, method="exact", events=9)
    values = [v.model_copy(update={"interval": wide}) for v in mean_indicator().values]
    mean = indicator_chart(mean_indicator(values=values, interval=bounds))
    assert "年均值的95%置信区间" in texts(mean.svg)
    assert "的年均值为7,352，95%置信区间7,210～7,493；" in mean.alt
    assert "100,000" not in texts(mean.svg)  # the axis follows the mean, not the single years
    none = indicator_chart(indicator(**NONE_OCCURS))
    assert segments(mean.svg, stroke=INTERVAL) > 0
    assert segments(none.svg, stroke=INTERVAL) == 0
    assert "置信区间" not in none.alt


def test_promise_that_nothing_happens_is_labelled_as_such():
    figure = indicator_chart(indicator(**NONE_OCCURS, verdict=Verdict.OFF_TRACK))
    assert "目标 不发生" in texts(figure.svg)
    assert "规划期内不发生" in figure.alt


def test_table_behind_the_chart_has_every_year_and_the_reason_of_a_gap():
    figure = indicator_chart(indicator())
    assert figure.data is not None
    rows = {row[0].text: row for row in figure.data.rows}  # type: ignore[index, union-attr]
    assert list(rows) == ["2020", "2021", "2022", "2023", "2024", "2025"]
    assert rows["2021"][1].text is None
    assert rows["2021"][1].title == "该年未公布全年数据"
    assert rows["2023"][1].text == "1,199"
    assert rows["2023"][1].illustrative
    assert figure.illustrative


def test_axis_numbers_are_plain():
    values = [YearValue(year=y, value=1.4e9 + y, status=Status.FINAL) for y in range(2020, 2024)]
    words = texts(indicator_chart(indicator(values=values, base=1.4e9, target=1.2e9, current=1.4e9)).svg)
    assert "1,000,000,000" in words
    assert not [w for w in words if "e" in w or "×" in w]


def test_label_in_hostile_words_cannot_leave_the_svg():
    svg = indicator_chart(indicator(name='"><script>x</script>', unit="<b>")).svg
    assert "<script" not in svg
    assert "<b>" not in svg
    assert ET.fromstring(svg) is not None


def years_of(values: dict[int, float | None], status: Status = Status.FINAL) -> list[YearValue]:
    return [YearValue(year=y, value=v, status=None if v is None else status) for y, v in values.items()]


def test_period_starts_where_the_plan_says_not_after_the_base_year():
    values = years_of({2018: 9000.0, 2019: 9100.0, 2020: 8120.0, 2021: 7000.0, 2022: 7931.0, 2023: 6772.0})
    svg = indicator_chart(mean_indicator(base_year=2018, period_start=2021, values=values)).svg
    assert len(lines(svg, fill=BAR_BEFORE)) == 3 + 1  # 2018 to 2020, and the legend
    assert len(lines(svg, fill=BAR)) == 3 + 1
    ticks = {part.words: float(part.look["x"]) for part in parts(svg, "text")}
    start = (ticks["2020"] + ticks["2021"]) / 2
    for width in ("2.2", "1.8"):  # the mean and its limit
        assert min(lines(svg, stroke_width=width)[0])[0] == pytest.approx(start, abs=0.1)


def test_interval_reads_as_in_the_text_of_the_report():
    bounds = Interval(lower=0.619, upper=8.767, level=0.95, method="exact", events=3)
    values = [
        YearValue(year=2020, value=2.0, status=Status.FINAL),
        YearValue(year=2023, value=3.0, status=Status.FINAL, interval=bounds),
    ]
    figure = indicator_chart(indicator(base=2.0, target=1.7, current=3.0, values=values, interval=bounds))
    assert "95%置信区间0.6～8.8" in figure.alt
    assert figure.data is not None
    assert "0.6～8.8" in [cell.text for row in figure.data.rows for cell in row]  # type: ignore[union-attr]


@pytest.mark.parametrize("source", ["plan", "mean_of_years"])
def test_base_that_is_no_whole_number_is_not_rounded_to_one(source):
    figure = indicator_chart(indicator(base=1.7, base_source=source, target=1.445, current=1.0))
    assert re.search(r"基期\S*1\.7。", figure.alt)
    assert "基期 1.7" in texts(figure.svg)


def mean_of_deaths(**changes: object):
    fields = {
        "decimals": 0,
        "target": 1.0,
        "current": 4 / 3,
        "values": years_of({2021: 1.0, 2022: 2.0, 2023: 1.0}),
        "projection": Projection(
            year=2025,
            value=None,
            meets_target=None,
            average_yearly_change=None,
            required_yearly_change_percent=None,
            room_left=0.5,
        ),
    }
    return mean_indicator(**(fields | changes))


def test_room_left_of_half_a_death_is_not_one_death():
    assert "低于0.5即可" in indicator_chart(mean_of_deaths()).alt


def test_room_left_follows_the_wording_of_the_limit():
    assert "余下2年年均低于0.5即可守住目标" in indicator_chart(mean_of_deaths(target_strict=True)).alt
    assert "余下2年年均不高于0.5即可守住目标" in indicator_chart(mean_of_deaths(target_strict=False)).alt
    last = mean_of_deaths(target_year=2024, target_strict=False)
    assert "余下1年不高于0.5即可守住目标" in indicator_chart(last).alt


def test_mean_of_whole_counts_shows_on_which_side_of_the_limit_it_lies():
    figure = indicator_chart(mean_of_deaths())
    assert "已有年均 1.3" in texts(figure.svg)
    assert "年均值为1.3；" in figure.alt
    near = indicator_chart(mean_of_deaths(current=0.97))
    assert "已有年均 0.97" in texts(near.svg)


def test_value_that_misses_its_target_by_less_than_a_decimal_does_not_read_like_the_target():
    values = years_of({2020: 0.0083, 2021: 0.008, 2022: 0.007, 2023: 0.007, 2024: 0.006, 2025: 0.00564})
    missed = indicator(
        decimals=4, base=0.0083, target=0.0056, current=0.00564, current_year=2025, values=values, path={}
    )
    figure = indicator_chart(missed)
    assert {"2025年 0.00564", "目标 ≤0.0056"} <= set(texts(figure.svg))
    assert "2025年为0.00564" in figure.alt
    assert figure.data is not None
    assert figure.data.rows[-1][1].text == "0.00564"  # type: ignore[index, union-attr]


def test_forecast_is_marked_in_caption_and_cells():
    values = years_of({2020: 1340.0, 2022: 1262.0}) + years_of({2023: 1199.0}, Status.FORECAST)
    forecast = indicator(values=values, data_status=Status.FORECAST)
    figure = indicator_chart(forecast)
    assert figure.provisional
    assert not figure.illustrative
    assert figure.data is not None
    marked = {row[0].text for row in figure.data.rows if row[1].provisional}  # type: ignore[index, union-attr]
    assert marked == {"2023"}
    caption = render(figure).partition("</figcaption>")[0]
    assert "mark-provisional" in caption
    assert "mark-illustrative" not in caption
    assert "mark" not in render(indicator_chart(mean_indicator())).partition("</figcaption>")[0]


def test_path_from_an_illustrative_base_is_marked():
    figure = indicator_chart(indicator(base_status=Status.ILLUSTRATIVE))
    assert figure.data is not None
    assert all(row[-1].illustrative or row[-2].illustrative for row in figure.data.rows)  # type: ignore[index, union-attr]


def test_words_of_charts_assume_no_length_of_a_period():
    words = yaml.safe_load((files("planeval") / "messages/zh/chart.yaml").read_text(encoding="utf-8"))
    assert "五年" not in str(words)
    assert "5年" not in str(words)


def test_unsettled_bars_differ_by_what_is_unsettled():
    statuses = [Status.PRELIMINARY, Status.FORECAST, Status.ILLUSTRATIVE]
    values = [YearValue(year=2021 + n, value=7000.0, status=s) for n, s in enumerate(statuses)]
    svg = indicator_chart(mean_indicator(values=values)).svg
    edges = [
        part.look.get("stroke-dasharray", "none")
        for part in parts(svg, "path")
        if part.look["fill"] == "#fff" and part.look["stroke"] == "#0b5a94"
    ]
    assert len(edges) == len(set(edges)) == 3
    assert [len(lines(svg, fill="#fff", stroke_dasharray=e)) for e in edges if e != "none"] == [2, 2]


def test_one_look_is_one_element_and_said_once():
    svg = indicator_chart(SAMPLES["reduction"]).svg
    looks = [{**part.look, "d": ""} for part in parts(svg, "path") if part.look["fill"] == "none"]
    assert looks
    assert all(looks.count(look) == 1 for look in looks)
    years = {"2020", "2021", "2022", "2023", "2024", "2025"}
    assert len({str({**part.look, "x": ""}) for part in parts(svg, "text") if part.words in years}) == 1
    assert not any("font-size" in e.attrib for e in ET.fromstring(svg).iter() if e.text in years)


def test_backend_refuses_what_it_would_draw_wrong():
    from matplotlib.figure import Figure
    from matplotlib.patches import Circle, Rectangle
    from matplotlib.text import Text

    from planeval.report.svg import InlineRenderer

    for artist in (Circle((0.5, 0.5), 0.1), Rectangle((0, 0), 1, 1, hatch="/"), Text(0, 0, "x", rotation=30)):
        figure = Figure()
        figure.add_artist(artist)
        with pytest.raises(NotImplementedError, match="backend of the charts"):
            figure.draw(InlineRenderer(100, 100))


# ---- every number is the shown one ---------------------------------------------------------------------------------


def numbers_in(text: str) -> list[str]:
    return re.findall(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?", text)


def shown_numbers(ind: IndicatorEvaluation) -> set[str]:
    """Every number that may stand beside this indicator, as the report's text has it."""
    years = shown_years(ind)
    bounds = [v.interval for v in years] + [ind.interval]
    found = {base_number(ind), limit_number(ind), current_number(ind), projected_number(ind), "95"}
    found |= {year_number(ind, v) for v in years}
    found |= {n for b in bounds if b is not None for n in numbers_in(interval_text(ind, b))}
    found |= {str(year) for year in range(years[0].year, ind.target_year + 1)}
    if ind.projection is not None and ind.projection.room_left is not None:
        found |= {fmt.target(ind.projection.room_left, ind.decimals), str(ind.target_year - ind.current_year)}
    if ind.target_kind == "none_occurs":
        found.add(fmt.number(ind.current, ind.decimals))
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("seed", range(60))
def test_every_number_of_alternative_text_and_labels_is_the_shown_number(seed: int, language: str) -> None:
    ind = random_indicator(seed)
    with speaking(language):
        figure = indicator_chart(ind)
        allowed = shown_numbers(ind)
    assert set(numbers_in(figure.alt)) <= allowed
    axis = {part.words for part in parts(figure.svg, "text") if part.look.get("text-anchor") == "end"}
    labels = [words for words in texts(figure.svg) if words not in axis]
    assert {number for words in labels for number in numbers_in(words)} <= allowed
    for value in shown_years(ind):
        if value.value is not None:
            assert year_number(ind, value) in numbers_in(figure.alt)


@pytest.mark.parametrize("seed", range(20))
def test_english_charts_have_no_chinese_in_them(seed: int) -> None:
    with speaking("en"):
        figure = indicator_chart(random_indicator(seed))
    shown = " ".join([figure.alt, figure.caption, *texts(figure.svg)])
    assert not [c for c in shown if "\u3000" < c < "\uffef"]
    assert "  " not in shown


# ---- alternative text ----------------------------------------------------------------------------------------------


def test_alternative_text_says_the_verdict_first_and_a_status_once():
    statuses = {2020: Status.FINAL, 2021: Status.FORECAST, 2022: Status.FORECAST, 2023: Status.FORECAST}
    values = [YearValue(year=y, value=1300.0, status=s) for y, s in statuses.items()]
    alt = indicator_chart(indicator(values=values)).alt
    assert alt.startswith("生产安全事故死亡人数（人）：评价为快于预期（暂定）。2023年为")
    assert "其中2021—2023年为预计值。" in alt
    assert alt.count("预计值") == 2  # once at the value judged, once for the years


def test_alternative_text_names_all_breaks_in_one_sentence():
    values = [
        YearValue(year=y, value=1300.0, status=Status.FINAL, break_before="x" if y % 2 else None)
        for y in range(2020, 2024)
    ]
    assert (
        "2021年、2023年起统计口径有变化，与以前年份不可比。" in indicator_chart(indicator(values=values)).alt
    )


def test_occurrences_are_counted_over_the_period_though_a_year_is_missing():
    note = Note(code="occurred", text="", params={"total": 3, "years": [2022]})
    values = years_of({2020: 0.0, 2021: None, 2022: 3.0, 2023: 0.0})
    broken = indicator(
        **NONE_OCCURS | {"current": None, "notes": [note], "values": values, "data_status": None}
    )
    assert "2021—2023年共发生3；目标为规划期内不发生。" in indicator_chart(broken).alt


# ---- what is drawn -------------------------------------------------------------------------------------------------


def test_a_year_in_which_nothing_occurred_is_marked():
    values = years_of({2020: 2.0, 2021: 0.0, 2022: 1.0, 2023: 0.0})
    svg = indicator_chart(indicator(**NONE_OCCURS | {"values": values})).svg
    assert len(lines(svg, fill="#0b5a94")) == 3 + 1  # 2021 to 2023, and the legend
    assert len(lines(svg, fill="#6b7280")) == 1 + 1  # 2020 is before the period
    assert len(lines(svg, stroke="#0b5a94", stroke_width="2")) == 1  # only 2022 has a stem


def test_path_is_named_beside_it_and_not_in_the_legend():
    svg = indicator_chart(indicator()).svg
    assert texts(svg).count("目标路径") == 1
    label = next(part for part in parts(svg, "text") if part.words == "目标路径")
    assert float(label.look["y"]) < 252  # over the axis


def test_nothing_is_projected_from_a_base_of_another_scope():
    """The report's text says that it projects nothing then; the chart must not do so either."""
    doubtful = indicator(flags=["base_conflicts_with_statistics"], current=1200.0)
    figure = indicator_chart(doubtful)
    assert "推算" not in figure.alt
    assert not [words for words in texts(figure.svg) if "推算" in words]
    small = panel(evaluation(indicators=[doubtful]))
    assert "推算" not in small.items[0].alt + small.key
    assert not lines(small.items[0].svg, stroke_dasharray="1.6 2.4")


def test_settled_values_alone_need_no_legend():
    values = years_of({2020: 1340.0, 2021: 1300.0, 2022: 1262.0, 2023: 1199.0})
    assert "统计值" not in texts(indicator_chart(indicator(values=values)).svg)


def test_mean_of_the_whole_period_is_called_so():
    values = years_of({y: 7000.0 for y in range(2021, 2026)})
    words = texts(indicator_chart(mean_indicator(values=values, current=7000.0, current_year=2025)).svg)
    assert "规划期年均 7,000" in words


def test_other_years_have_their_numbers_where_there_is_room():
    values = years_of({2020: 1340.0, 2021: 900.0, 2022: 500.0, 2023: 1199.0})
    words = texts(indicator_chart(indicator(values=values)).svg)
    assert {"900", "500"} <= set(words)


@pytest.mark.parametrize("top", [0.00031, 0.9, 1.0, 4.0, 9.8, 17.0, 26_000.0, 1.6e9])
@pytest.mark.parametrize("decimals", [0, 3])
def test_axis_has_a_few_round_numbers_that_differ(top: float, decimals: int) -> None:
    values = years_of({2020: top, 2023: top / 2})
    svg = indicator_chart(
        indicator(
            decimals=decimals, base=top, target=top, current=top / 2, values=values, path={}, projection=None
        )
    ).svg
    axis = [
        p.words
        for p in parts(svg, "text")
        if p.look.get("text-anchor") == "end" and p.look["fill"] == "#4a525c"
    ]
    ticks = [words for words in axis if re.fullmatch(r"[\d,.]+", words)]
    assert len(set(ticks)) == len(ticks)
    assert 2 <= len(ticks) <= 6 or (decimals == 0 and top < 1)


# ---- colours -------------------------------------------------------------------------------------------------------

PAPER = {"light": "#ffffff", "dark": "#15181c"}
DECORATION = {"#fff", "#d9dee4", "#f1f3f5"}  # paper, grid, and the ground of gaps, which words name as well


def dark_twins() -> dict[tuple[str, str], str]:
    css = (files("planeval") / "render/templates/planeval/charts.css").read_text(encoding="utf-8")
    pattern = r'\[(fill|stroke)="(#\w+)"\] \{ (?:fill|stroke): ([^;]+); \}'
    return {(what, light): dark for what, light, dark in re.findall(pattern, css)}


def colours_in_use() -> set[tuple[str, str, bool]]:
    """Attribute, colour, and whether it is a text's, in all the sample charts."""
    found = set()
    for seed in range(60):
        svg = indicator_chart(random_indicator(seed)).svg
        for tag in ("path", "text"):
            for part in parts(svg, tag):
                for what in ("fill", "stroke"):
                    if part.look.get(what, "none") != "none":
                        found.add((what, part.look[what], tag == "text" and what == "fill"))
    return found


def linear(colour: str) -> list[float]:
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts_ = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts_]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2."""
    light = sorted(
        sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear(x), strict=True)) for x in (one, other)
    )
    return (light[1] + 0.05) / (light[0] + 0.05)


def test_every_colour_of_a_chart_has_a_twin_for_the_dark():
    assert {(what, colour) for what, colour, _ in colours_in_use()} <= set(dark_twins())


def test_everything_that_carries_meaning_stands_out_from_the_ground_in_light_and_dark():
    twins = dark_twins()
    for what, colour, is_text in colours_in_use():
        if colour in DECORATION:
            continue
        least = 4.5 if is_text else 3.0
        assert contrast(colour, PAPER["light"]) >= least, (what, colour)
        assert contrast(twins[what, colour], PAPER["dark"]) >= least, (what, colour)


# Machado, Oliveira and Fernandes (2009), full severity, on linear RGB.
COLOUR_BLIND = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}


def lab(colour: list[float]) -> list[float]:
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = [sum(w * c for w, c in zip(row, colour, strict=True)) for row in to_xyz]
    x, y, z = (max(v, 0.0) / w for v, w in zip(xyz, (0.9505, 1.0, 1.089), strict=True))
    f = [t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z)]
    return [116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])]


@pytest.mark.parametrize("kind", COLOUR_BLIND)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_actual_target_and_path_differ_for_colour_blind_readers(kind: str, scheme: str) -> None:
    lines_of = [("stroke", "#0b5a94"), ("stroke", "#b04a00"), ("stroke", "#6b7280")]
    colours = [colour if scheme == "light" else dark_twins()[what, colour] for what, colour in lines_of]
    seen = [
        lab([sum(w * c for w, c in zip(row, linear(colour), strict=True)) for row in COLOUR_BLIND[kind]])
        for colour in colours
    ]
    for n, one in enumerate(seen):
        for other in seen[n + 1 :]:
            assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > 15
