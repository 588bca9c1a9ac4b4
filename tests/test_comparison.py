"""Comparing places: who is compared with whom, and what the pages show."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import numpy as np
import pytest
import yaml
from docs_text import ROOT

from planeval.messages import has, speaking
from planeval.model.dictionary import Dictionary
from planeval.model.method import Method
from planeval.model.spoken import spoken
from planeval.model.terms import USUAL_KINDS, Kind, Verdict
from planeval.site.comparison import Comparison, Form, Left, Panel, comparisons, level_of, path_level
from planeval.site.comparison_overview import overview_page
from planeval.site.comparison_pages import indicator_page
from planeval.site.entries import SiteEntry
from planeval.site.funnel import Position
from planeval.site.plot import exposure_axis
from planeval.site.shared import shared_pages
from planeval.site.summary import IndicatorLine

RATE, COUNT, MEAN = "deaths_per_100k_population", "accident_deaths", "disaster_deaths_per_million"


# ---- who is compared with whom --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return Dictionary.model_validate(yaml.safe_load((ROOT / "data/indicators.yaml").read_text("utf-8")))


@pytest.fixture(scope="module")
def method() -> Method:
    return Method.model_validate(yaml.safe_load((ROOT / "data/method.yaml").read_text("utf-8")))


def line(key: str = RATE, **given: Any) -> IndicatorLine:
    """A line of a report; a rate of 2 deaths among 100,000 people where nothing else is given."""
    values: dict[str, Any] = {
        "id": key,
        "key": key,
        "verdict": "met",
        "attribute": "binding",
        "base": 10.0,
        "base_year": 2020,
        "current": 2.0,
        "current_year": 2025,
        "target": 5.0,
        "progress": None,
        "numerator": 2.0,
        "denominator": 100000.0,
        "status": "final",
        "provisional": False,
        "target_kind": "reduction",
    }
    return IndicatorLine(**values | given)


def report(code: str, *lines: IndicatorLine, kind: Kind = Kind.FINAL, **given: Any) -> SiteEntry:
    values: dict[str, Any] = {"published": True, "period": (2021, 2025), "region_name": f"甲{code}"}
    rows = tuple(tuple(own) for own in lines)
    return SiteEntry(f"p{code}", kind, "规划", code, rows=rows, **values | given)


def of_rate(code: str, deaths: float, people: float, **given: Any) -> SiteEntry:
    own = line(numerator=deaths, denominator=people, current=deaths / people * 1e5, **given)
    return report(code, own)


def compared(
    entries: list[SiteEntry], dictionary: Dictionary, method: Method, levels: dict[str, str] | None = None
) -> Comparison:
    (one,) = comparisons(entries, dictionary, method, levels or {})
    return one


def test_the_centre_is_the_overall_rate_and_not_the_mean_of_rates(
    dictionary: Dictionary, method: Method
) -> None:
    entries = [of_rate("350102", 9, 900000), of_rate("350103", 3, 100000)]
    (panel,) = compared(entries, dictionary, method).panels

    assert panel.form is Form.RATE
    assert panel.centre == pytest.approx(1.2)  # 12 deaths in 1,000,000; the mean of 1 and 3 would be 2
    assert [p.height for p in panel.drawn] == pytest.approx([1.0, 3.0])


def test_places_of_different_levels_years_and_kinds_are_never_pooled(
    dictionary: Dictionary, method: Method
) -> None:
    entries = [
        report("100000", line()),
        report("350000", line()),
        report("350100", line()),
        report("350102", line()),
        report("350103", line(current_year=2024)),
        report("350104", line(), kind=Kind.MIDTERM),
    ]
    panels = compared(entries, dictionary, method, {"350100": "city"}).panels

    assert [(p.year, p.kind.value, p.level) for p in panels] == [
        (2025, "final", "county"),
        (2025, "final", "city"),
        (2025, "final", "province"),
        (2025, "final", "nation"),
        (2025, "midterm", "county"),
        (2024, "final", "county"),
    ]
    assert all(len(p.drawn) == 1 for p in panels)


def test_the_level_of_the_data_wins_over_the_digits_of_the_code(
    dictionary: Dictionary, method: Method
) -> None:
    assert [level_of(c) for c in ("100000", "350000", "350100", "350102")] == [
        "nation",
        "province",
        "city",
        "county",
    ]
    (panel,) = compared([report("441900", line())], dictionary, method, {"441900": "county"}).panels
    assert panel.level == "county"


@pytest.mark.parametrize(
    ("key", "kind", "form"),
    [
        (RATE, "at_most", Form.RATE),
        (RATE, "reduction", Form.RATE),
        (COUNT, "reduction", Form.RATIO),
        (COUNT, "at_most", Form.COUNT),
        ("major_accidents", "none_occurs", Form.OCCURRENCE),
        (MEAN, "period_mean_at_most", Form.MEAN),
        ("disaster_affected_per_100k", "at_most", Form.LEVEL),  # person-times are no independent events
        ("mining_trade_deaths_per_100k_workers", "reduction", Form.LEVEL),  # published rates only
        ("emergency_broadcast_coverage", "at_least", Form.LEVEL),
    ],
)
def test_only_events_of_one_year_get_limits(
    key: str, kind: str, form: Form, dictionary: Dictionary, method: Method
) -> None:
    (panel,) = compared([report("350102", line(key, target_kind=kind))], dictionary, method).panels

    assert panel.form is form


def test_counts_are_held_against_what_the_path_allows(dictionary: Dictionary, method: Method) -> None:
    own = line(
        COUNT, base=100.0, target=80.0, base_year=2020, current_year=2023, numerator=44.0, denominator=None
    )
    (panel,) = compared([report("350102", own)] * 1 + [report("350103", own)], dictionary, method).panels

    # 100 - 20 x 3/5 = 88: by 2023 the path allows 88, and 44 are half of it.
    assert [p.exposure for p in panel.drawn] == pytest.approx([88.0, 88.0])
    assert [p.height for p in panel.drawn] == pytest.approx([0.5, 0.5])
    assert (panel.centre, panel.overall) == (1.0, 0.5)
    assert {p.position for p in panel.drawn} == {Position.FAR_BELOW}


def test_on_the_geometric_path_equal_shares_go_each_year(method: Method) -> None:
    own = line(base=100.0, target=25.0, base_year=2020, current_year=2022)
    geometric = method.model_copy(update={"trajectory": "geometric"})

    assert path_level(own, 2024, geometric) == pytest.approx(50.0)
    assert path_level(own, 2024, method) == pytest.approx(62.5)
    assert path_level(own._replace(base=None), 2024, method) is None
    assert path_level(own._replace(base=0.0, target=0.0), 2024, geometric) is None


@pytest.mark.parametrize(
    ("key", "changes", "why"),
    [
        (RATE, {"current": None}, Left.NO_VALUE),
        (RATE, {"numerator": None, "denominator": None}, Left.NO_PARTS),
        (RATE, {"denominator": 0.0}, Left.NO_PARTS),
        (COUNT, {"base": 0.0, "target": 0.0}, Left.NO_PATH),
        (COUNT, {"base": None}, Left.NO_PATH),
        (COUNT, {"base_comparable": False}, Left.BASE),
    ],
)
def test_a_place_that_cannot_be_drawn_is_told_with_its_reason(
    key: str, changes: dict[str, Any], why: Left, dictionary: Dictionary, method: Method
) -> None:
    entries = [
        report("350102", line(key)),
        report("350103", line(key)),
        report("350104", line(key, **changes)),
    ]
    one = compared(entries, dictionary, method)

    assert [(p.code, p.left) for p in one.panels[0].left] == [("350104", why)]
    assert "甲350104" in one.names.values()


def test_a_place_counts_once_however_many_plans_it_has(dictionary: Dictionary, method: Method) -> None:
    twice = replace(report("350102", line()), plan="another")
    (panel,) = compared([report("350102", line()), twice], dictionary, method).panels

    assert (len(panel.drawn), [p.left for p in panel.left]) == (1, [Left.TWICE])


def test_of_several_plans_the_first_with_a_value_is_shown(dictionary: Dictionary, method: Method) -> None:
    missing = line(current=None, numerator=None)
    entries = [
        report("350102", missing),
        replace(report("350102", line()), plan="another"),
        report("350103", line()),
    ]
    one = compared(entries, dictionary, method)
    page = indicator_page(one, entries, dictionary)

    assert [p.code for p in one.panels[0].drawn] == ["350102", "350103"]
    assert [p.left for p in one.panels[0].left] == [Left.TWICE]
    assert "县级：2个地区" in page and "按另一规划" not in page  # counted and told once
    assert rows_of(page)["350102"].endswith("界限以内")
    assert re.findall(r"<td[^>]*>2(?:</td>)?\s*<td", overview_page([one]))


def test_counts_without_a_path_are_multiples_of_their_own_target(
    dictionary: Dictionary, method: Method
) -> None:
    common = {"target_kind": "at_most", "denominator": None, "base": None}
    entries = [
        report("350102", line(COUNT, current=200.0, numerator=200.0, target=100.0, **common)),
        report("350103", line(COUNT, current=3.0, numerator=3.0, target=100.0, **common)),
        report("350104", line(COUNT, current=3.0, numerator=3.0, target=0.0, **common)),
    ]
    one = compared(entries, dictionary, method)
    (panel,) = one.panels
    page = text_of(indicator_page(one, entries, dictionary))

    assert panel.relative and [p.height for p in panel.drawn] == [2.0, 0.03]
    assert [p.left for p in panel.left] == [Left.NO_TARGET]
    assert "绝对数随地区大小而变" in page and "不是相互独立的事件数" not in page
    (same,) = compared(entries[:2], dictionary, method).panels
    assert same.relative


def test_a_base_of_another_definition_is_told_and_not_drawn(dictionary: Dictionary, method: Method) -> None:
    good = line(COUNT, base=100.0, target=80.0, numerator=44.0, denominator=None)
    entries = [
        report("350102", good),
        report("350103", good),
        report("350104", good._replace(base_comparable=False)),
    ]
    page = text_of(indicator_page(compared(entries, dictionary, method), entries, dictionary))

    assert "未画出（基期与统计口径不一）：甲350104。" in page


def test_around_the_path_nobody_decides_the_centre(dictionary: Dictionary, method: Method) -> None:
    own = line(COUNT, base=100.0, target=80.0, numerator=80.0, denominator=None)
    few, many = ([report(county(i), own) for i in range(n)] for n in (3, 25))
    pages = [text_of(indicator_page(compared(e, dictionary, method), e, dictionary)) for e in (few, many)]

    assert "只有3个地区" in pages[0] and "中心由" not in pages[0]
    assert "都恰在目标路径上" in pages[1] and "各地风险即使" not in pages[1]
    assert "成批发生，实际" in pages[0]  # deaths


def test_what_is_not_persons_does_not_die_in_clusters(dictionary: Dictionary, method: Method) -> None:
    own = line("major_accidents", base=10.0, target=8.0, numerator=8.0, denominator=None)
    entries = [report("350102", own), report("350103", own)]
    one = compared(entries, dictionary, method)
    page = text_of(indicator_page(one, entries, dictionary))

    assert one.panels[0].form is Form.RATIO and "死亡在事故中成批发生" not in page


def test_what_is_made_up_is_marked_wherever_it_is_told(dictionary: Dictionary, method: Method) -> None:
    made_up = {"status": "illustrative", "provisional": True}
    funnel = [*crowd(30), of_rate("360101", 90, 500000, **made_up)]
    shares = {"target_kind": "at_least", "numerator": None, "denominator": None, "target": 90.0}
    key = "emergency_broadcast_coverage"
    strip = [
        report("350102", line(key, current=45.0, **shares, **made_up)),
        report("350103", line(key, current=95.0, **shares)),
    ]
    for entries, alt_says in ((funnel, "，示例值）"), (strip, "（示例值）")):
        one = compared(entries, dictionary, method)
        page, overview = indicator_page(one, entries, dictionary), overview_page([one])
        (alt,) = re.findall(r'role="img" aria-label="([^"]+)"', page)

        assert alt.count(alt_says) == 1 and "图中的数值有1个是示例值。" in alt
        assert text_of(page).count("图中的数值有1个是示例值。") == 1
        assert f"{len(entries)}（其中示例值1个）" in overview and "不得引用" in overview
    assert "不得引用" not in overview_page([compared(crowd(3), dictionary, method)])


def test_a_made_up_figure_that_is_not_drawn_is_announced_too(dictionary: Dictionary, method: Method) -> None:
    entries = [*crowd(2), report("360101", line(numerator=None, status="illustrative", provisional=True))]
    assert "不得引用" in indicator_page(compared(entries, dictionary, method), entries, dictionary)


def test_what_is_held_back_is_not_compared(dictionary: Dictionary, method: Method) -> None:
    stale = report("350103", line(), held_back=("数据有误",))
    entries = [report("350102", line()), stale, SiteEntry("x", Kind.FINAL, "乙规划", held_back=("没有数据",))]
    one = compared(entries, dictionary, method)
    page = text_of(indicator_page(one, entries, dictionary))

    assert list(one.names) == ["350102"]
    assert "甲350103 数据有误" in page and "乙规划 没有数据" in page


def test_targets_that_differ_are_compared_as_shares_of_the_way(
    dictionary: Dictionary, method: Method
) -> None:
    key = "emergency_broadcast_coverage"
    common = {"target_kind": "at_least", "numerator": None, "denominator": None}
    entries = [
        report("350102", line(key, current=45.0, target=90.0, **common)),
        report("350103", line(key, current=80.0, target=80.0, **common)),
        report("350104", line(key, current=80.0, target=None, **common)),
    ]
    (panel,) = compared(entries, dictionary, method).panels

    assert panel.relative and [p.height for p in panel.drawn] == [0.5, 1.0]
    assert [p.left for p in panel.left] == [Left.NO_TARGET]
    (same,) = compared(entries[:1], dictionary, method).panels
    assert (same.relative, same.centre, same.drawn[0].height) == (False, 90.0, 45.0)


def test_an_indicator_the_dictionary_does_not_know_has_no_page(
    dictionary: Dictionary, method: Method
) -> None:
    assert comparisons([report("350102", line("gone"))], dictionary, method, {}) == []


# ---- the pages ------------------------------------------------------------------------------------------------------


def text_of(page: str) -> str:
    """The words of a page."""
    body = re.sub(r"<(style|script)>.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def rows_of(page: str) -> dict[str, str]:
    """The rows of the table of places by code, as text."""
    return {code: text_of(row) for code, row in re.findall(r'<tr id="place-(\d+)">(.*?)\n', page)}


def county(i: int) -> str:
    """The code of a made-up county; none of them looks like a city's."""
    return f"{3501 + i // 99:04d}{i % 99 + 1:02d}"


def crowd(n: int, **given: Any) -> list[SiteEntry]:
    """Places with 20 deaths per million people each, by size 1 to 40 expected deaths."""
    return [of_rate(county(i), i % 40 + 1, (i % 40 + 1) * 50000.0, **given) for i in range(n)]


@pytest.fixture(scope="module")
def outliers(dictionary: Dictionary, method: Method) -> tuple[Comparison, str]:
    entries = [
        *crowd(40),
        of_rate("360101", 60, 500000),  # 10 expected
        of_rate("360102", 19, 500000),  # P(at least 19 of 10) = 0.7 %
        of_rate("360103", 0, 500000),  # exp(-10) = 0.005 %
        of_rate("360104", 0, 50000),  # 1 expected
    ]
    one = compared(entries, dictionary, method)
    return one, indicator_page(one, entries, dictionary)


def test_inside_and_outside_are_told_right_in_words_and_drawing(outliers: tuple[Comparison, str]) -> None:
    one, page = outliers
    rows = rows_of(page)

    assert "高于99.8%界限" in rows["360101"]
    assert "高于95%界限" in rows["360102"]
    assert "低于99.8%界限" in rows["360103"]
    assert "界限以内" in rows["360104"] and "界限以内" in rows["350101"]
    for code, look in (
        ("360101", "dot far above"),
        ("360102", "dot out above"),
        ("360103", "dot far below"),
        ("360104", "dot"),
    ):
        assert f'<a href="../../places/{code}/index.html" tabindex="-1" class="{look}">' in page
    (panel,) = one.panels
    assert (panel.beyond(1), panel.beyond(2), panel.beyond(-1), panel.beyond(-2)) == (2, 1, 1, 1)
    assert "在95%界限以内41个；高于95%界限2个，其中高于99.8%界限1个；低于95%界限1个" in text_of(page)


def test_a_dot_lies_beyond_the_drawn_limit_exactly_when_the_words_say_so(
    outliers: tuple[Comparison, str],
) -> None:
    _, page = outliers
    limits = re.findall(r'<path class="(inner|outer) limit" d="([^"]+)"', page)
    lines = {name: [polyline(part) for part in d.split("M")[1:]] for name, d in limits}
    dots = re.findall(
        r'places/(\d+)/index.html" tabindex="-1" class="([^"]+)">.*?cx="([\d.]+)" cy="([\d.]+)"', page
    )

    assert len(dots) == 44
    for code, look, cx, cy in dots:
        upper, lower = (at(line, float(cx)) for line in (*lines["inner"], [])[:2])
        beyond = (upper is not None and float(cy) < upper - 0.6) or (
            lower is not None and float(cy) > lower + 0.6
        )
        assert beyond == ("above" in look or "below" in look), code


def polyline(d: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (point.split(" ") for point in d.split("L"))]


def at(line: list[tuple[float, float]], x: float) -> float | None:
    """The height of a line at ``x``; None where it has not begun."""
    xs, ys = zip(*line, strict=True)
    return float(np.interp(x, xs, ys)) if xs[0] <= x <= xs[-1] else None


def test_the_picture_says_its_numbers(outliers: tuple[Comparison, str]) -> None:
    _, page = outliers
    (alt,) = re.findall(r'role="img" aria-label="([^"]+)"', page)

    assert alt.startswith("漏斗图，县级44个地区。各地合计为")
    assert "高于99.8%界限1个" in alt and "甲360101（12.000）" in alt


def test_the_outermost_are_named_in_the_drawing(outliers: tuple[Comparison, str]) -> None:
    labels = re.findall(r'class="label[^"]*">([^<]+)', outliers[1])

    assert set(labels) == {"甲360101", "甲360102", "甲360103"}


def test_the_table_is_in_the_order_of_codes_and_not_of_values(outliers: tuple[Comparison, str]) -> None:
    codes = list(rows_of(outliers[1]))

    assert codes == sorted(codes) and len(codes) == 44
    assert "不是排名" in outliers[1]


def test_dots_are_no_stops_of_the_tab_key_and_hidden_beside_the_table(
    outliers: tuple[Comparison, str],
) -> None:
    links = re.findall(r'<a href="../../places/\d+/index.html"([^>]*)>', outliers[1])
    in_drawing = [own for own in links if "class" in own]

    assert len(in_drawing) == 44 and all('tabindex="-1"' in own for own in in_drawing)
    assert 'class="places" aria-hidden="true"' in outliers[1]
    assert len(links) == 88


def test_very_many_places_stay_reachable_and_the_page_small(dictionary: Dictionary, method: Method) -> None:
    entries = [
        replace(e, kind=kind) for kind in USUAL_KINDS for e in [*crowd(2849), of_rate("990101", 90, 500000)]
    ]
    page = indicator_page(compared(entries, dictionary, method), entries, dictionary)
    drawn = [set(codes.split()) for codes in re.findall(r'data-codes="([^"]+)"', page)]
    outside = re.findall(r'<a href="../../places/(\d+)/index.html" tabindex="-1"', page)

    assert len(page.encode()) < 1.2e6
    assert [len(own) for own in drawn] == [2849, 2849] and outside == ["990101"] * 2
    assert len(rows_of(page)) == 2850
    assert page.count('<a href="../../places/') == 2850 + 2


def test_the_dots_of_a_crowd_stand_where_their_codes_say(dictionary: Dictionary, method: Method) -> None:
    entries = crowd(700)
    page = indicator_page(compared(entries, dictionary, method), entries, dictionary)
    ((codes, d),) = re.findall(r'data-codes="([^"]+)" d="([^"]+)"', page)

    starts = re.findall(r"M([\d.]+) ([\d.]+)a", d)
    assert codes.split() == [e.region_code for e in entries]
    assert len(starts) == 700
    assert float(starts[0][0]) < float(starts[39][0]) and starts[0] == starts[40]


def test_few_places_are_shown_with_a_warning(dictionary: Dictionary, method: Method) -> None:
    entries = [of_rate("350102", 2, 600000), of_rate("350103", 1, 300000)]
    page = text_of(indicator_page(compared(entries, dictionary, method), entries, dictionary))

    assert "只有2个地区，这张图说明不了多少" in page
    assert "只有" not in text_of(
        indicator_page(compared(crowd(10), dictionary, method), crowd(10), dictionary)
    )


def test_a_place_alone_is_not_drawn(dictionary: Dictionary, method: Method) -> None:
    entries = [report("100000", line())]
    page = indicator_page(compared(entries, dictionary, method), entries, dictionary)

    assert "<figure" not in page and "没有可比的对象" in text_of(page)
    assert list(rows_of(page)) == ["100000"]


def test_where_nothing_happened_there_is_nothing_to_draw(dictionary: Dictionary, method: Method) -> None:
    entries = [of_rate("350102", 0, 600000), of_rate("350103", 0, 300000)]
    page = indicator_page(compared(entries, dictionary, method), entries, dictionary)

    assert "<figure" not in page and "当年都没有发生" in text_of(page)


@pytest.mark.parametrize(
    ("status", "provisional", "word"),
    [("illustrative", True, "示例值"), ("preliminary", False, "初步值"), ("forecast", True, "预计值")],
)
def test_figures_that_are_not_settled_are_hollow_and_named(
    status: str, provisional: bool, word: str, dictionary: Dictionary, method: Method
) -> None:
    entries = [
        of_rate("350102", 2, 600000),
        of_rate("350103", 1, 300000, status=status, provisional=provisional),
    ]
    page = indicator_page(compared(entries, dictionary, method), entries, dictionary)

    looks = dict(re.findall(r'places/(\d+)/index.html" tabindex="-1" class="([^"]+)"', page))
    assert looks == {"350102": "dot", "350103": "dot hollow"}
    assert word in rows_of(page)["350103"] and word not in rows_of(page)["350102"]
    assert ("不得引用" in page) == (status == "illustrative")


def test_without_limits_the_verdict_stands_beside_the_target(dictionary: Dictionary, method: Method) -> None:
    common = {"target_kind": "period_mean_at_most", "target": 1.0, "base": None}
    entries = [
        report("350102", line(MEAN, current=0.4, verdict="met", **common)),
        report("350103", line(MEAN, current=1.6, verdict="not_met", **common)),
    ]
    page = indicator_page(compared(entries, dictionary, method), entries, dictionary)

    assert "limit" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert "所以不画漏斗图和界限" in page and "高于目标的1个" in page
    assert "× 未完成" in rows_of(page)["350103"] and "√ 完成" in rows_of(page)["350102"]


def test_exposures_of_very_different_size_get_a_logarithmic_axis() -> None:
    assert exposure_axis([1.0, 101.0]).log and not exposure_axis([1.0, 99.0]).log
    axis = exposure_axis([1.0, 10000.0])
    assert axis(10.0) - axis(1.0) == pytest.approx(axis(100.0) - axis(10.0))
    assert [words for _, words in axis.ticks()] == ["1", "10", "100", "1,000", "10,000"]


def test_widened_limits_are_said_to_be_so(dictionary: Dictionary, method: Method) -> None:
    rng = np.random.default_rng(3)
    deaths = rng.poisson(rng.gamma(4.0, 10.0, 200))
    entries = [of_rate(county(i), float(n), 500000) for i, n in enumerate(deaths)]
    one = compared(entries, dictionary, method)
    page = text_of(indicator_page(one, entries, dictionary))
    (panel,) = one.panels

    assert panel.dispersion.clear and panel.beyond_chance > panel.beyond(1) + panel.beyond(-1)
    assert "界限已按φ的平方根放宽" in page and f"会有{panel.beyond_chance}个" in page
    assert "单凭偶然" not in page


def test_names_from_the_data_are_shown_as_text(dictionary: Dictionary, method: Method) -> None:
    evil = '<script>alert("1")</script>&\'甲'
    entries = [replace(e, region_name=evil) for e in (*crowd(12), of_rate("360101", 90, 500000))]
    page = indicator_page(compared(entries, dictionary, method), entries, dictionary)

    assert "alert(" in page and "<script>alert" not in page
    assert evil in text_of(page)


def test_the_overview_leads_to_every_page(dictionary: Dictionary, method: Method) -> None:
    entries = [
        report("350102", line(), line(COUNT)),
        report("350103", line(), line(MEAN, target_kind="period_mean_at_most")),
    ]
    found = comparisons(entries, dictionary, method, {})
    page = overview_page(found)

    assert re.findall(r'<a href="([a-z0-9_]+)/index.html"', page) == [one.key for one in found]
    assert "还没有可以比较的报告" in overview_page([])


def test_all_shared_pages_are_made_from_the_data_folder() -> None:
    pages = shared_pages(str(ROOT / "data"), [report("350102", line())], {})

    assert sorted(pages) == [
        "compare/deaths_per_100k_population/index.html",
        "compare/index.html",
        "glossary/index.html",
        "method/index.html",
    ]


def test_the_pages_speak_english(dictionary: Dictionary, method: Method) -> None:
    with speaking("en"):
        entries = [
            replace(e, region_name_en=f"Place {e.region_code}")
            for e in (*crowd(40), of_rate("360101", 90, 500000))
        ]
        own = [replace(e, title="Plan") for e in entries]
        words = spoken(dictionary)
        page = text_of(indicator_page(compared(own, words, method), own, words))

    assert not re.findall("[\u4e00-\u9fff]+", page)
    assert "Above the 99.8% limits" in page and "Not a ranking" in page


def test_every_verdict_and_position_has_its_words() -> None:
    for language in ("zh", "en"):
        with speaking(language):
            assert all(has(f"compare.position.{at.value}") for at in Position)
            assert all(
                has(f"compare.why.{form.value}") and has(f"compare.caption.{form.value}") for form in Form
            )
            assert all(has(f"compare.left.{why.value}") for why in Left)
            assert all(has(f"verdict.{verdict.value}") for verdict in Verdict)


def test_a_panel_counts_each_side_for_itself() -> None:
    panel = Panel(Kind.FINAL, 2025, "county", Form.RATE, (), ())

    assert (panel.beyond(1), panel.beyond(-1)) == (0, 0)
