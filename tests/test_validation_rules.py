"""Each rule fails on what it is for, says so in full, and holds back nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hand_made_table import CITY, GULOU, MAWEI, NEW, Table

from planeval.model.findings import Severity
from planeval.validate.run import validate
from planeval.validate.suites import load_suites


@pytest.fixture
def table() -> Table:
    return Table()


@dataclass
class Case:
    rule: str
    severity: Severity
    break_it: Callable[[Table], None]
    words: list[str]  # place, year, found, expected, as they stand in the message
    region: str | None = GULOU
    name: str = ""


CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING
CASES = [
    Case(
        "complete-keys",
        CRITICAL,
        lambda t: t.row(GULOU, 2020, "gdp").update(source=""),
        ["鼓楼区", "2020年", "地区生产总值", "来源", "空白", "应当有内容"],
    ),
    Case(
        "complete-keys",
        CRITICAL,
        lambda t: t.row(GULOU, 2021, "disaster_loss").update(value=float("nan")),
        ["鼓楼区", "2021年", "自然灾害直接经济损失", "数值", "空白", "应当有内容"],
        name="value",
    ),
    Case(
        "unique-keys",
        CRITICAL,
        lambda t: t.rows.append(t.row(GULOU, 2020, "gdp") | {"line": 999}),
        [
            "鼓楼区",
            "2020年",
            "地区生产总值",
            "observations/test.csv:999",
            "2069.86亿元",
            "2021-03",
            "只有一行",
        ],
    ),
    Case(
        "known-regions",
        CRITICAL,
        lambda t: t.add("350106", 2020, "gdp", 700.0),
        ["350106", "2020年", "不在登记之列", "350105"],
        region="350106",
    ),
    Case(
        "known-variables",
        CRITICAL,
        lambda t: t.add(GULOU, 2020, "gpd", 700.0),
        ["鼓楼区", "2020年", "gpd", "“gdp”"],
    ),
    Case(
        "year-range",
        CRITICAL,
        lambda t: t.add(GULOU, 2099, "accidents", 5, status="forecast"),
        ["鼓楼区", "2099年", "1990至2035年"],
    ),
    Case(
        "counts-whole",
        CRITICAL,
        lambda t: t.set(GULOU, 2020, "accidents", 10.5),
        ["鼓楼区", "2020年", "生产安全事故起数", "10.5起", "整数"],
    ),
    Case(
        "counts-non-negative",
        CRITICAL,
        lambda t: t.set(GULOU, 2020, "disaster_affected", -5),
        ["鼓楼区", "2020年", "受灾人次", "-5人次", "不小于0"],
    ),
    Case(
        "amounts-non-negative",
        CRITICAL,
        lambda t: t.set(GULOU, 2020, "flood_drought_loss", -1.2),
        ["鼓楼区", "2020年", "洪旱灾害直接经济损失", "-1.2亿元", "不小于0"],
    ),
    Case(
        "rates-within-bounds",
        CRITICAL,
        lambda t: t.set(GULOU, 2020, "warning_public_coverage", -3),
        ["鼓楼区", "2020年", "预警覆盖率", "-3%", "不小于0"],
        name="negative",
    ),
    Case(
        "whole-year",
        CRITICAL,
        lambda t: t.row(GULOU, 2020, "gdp").update(published="2020-10"),
        ["鼓楼区", "2020年", "地区生产总值", "公布于2020-10", "2020年结束以后", "不足一年"],
    ),
    Case(
        "whole-year",
        CRITICAL,
        lambda t: t.row(GULOU, 2020, "gdp").update(published="2020-10", status="estimate"),
        ["鼓楼区", "2020年", "地区生产总值", "公布于2020-10"],
        name="estimate",
    ),
    Case(
        "year-against-publication",
        CRITICAL,
        lambda t: t.add(GULOU, 2029, "disaster_affected", 5000, published="2022-03", status="forecast"),
        ["鼓楼区", "受灾人次", "2029年", "forecast", "不晚于2022年之后6年"],
        name="forecast",
    ),
    Case(
        "year-against-publication",
        CRITICAL,
        lambda t: t.add(GULOU, 2032, "disaster_affected", 5000, published="2024-03", status="illustrative"),
        ["鼓楼区", "受灾人次", "2032年", "illustrative", "不晚于2024年之后1年"],
        name="illustrative",
    ),
    Case(
        "year-against-publication",
        CRITICAL,
        lambda t: t.add(GULOU, 2032, "disaster_affected", 5000, published="", status="illustrative"),
        ["鼓楼区", "受灾人次", "2032年", "不晚于2022年之后1年"],
        name="undated",
    ),
    Case(
        "publication-date-unknown",
        Severity.INFO,
        lambda t: t.row(GULOU, 2020, "gdp").update(published=""),
        ["鼓楼区", "2020年", "地区生产总值", "2069.86亿元", "公布日期不详", "结束以后公布"],
    ),
    Case(
        "level-slip",
        CRITICAL,
        lambda t: t.set(GULOU, 2020, "relief_hours", 80000),
        ["鼓楼区", "2020年", "80000小时", "相差约10000倍", "中位数（8小时）的0.0005至2000倍"],
        name="up",
    ),
    Case(
        "level-slip",
        CRITICAL,
        lambda t: t.set(GULOU, 2020, "relief_hours", 0.0008),
        ["鼓楼区", "2020年", "0.0008小时", "相差约10000倍", "中位数（8小时）的0.0005至2000倍"],
        name="down",
    ),
    Case(
        "level-slip",
        WARNING,
        lambda t: t.set(GULOU, 2020, "relief_hours", 2400),
        ["鼓楼区", "2020年", "2400小时", "相差约300倍", "的0.005至200倍"],
        name="up",
    ),
    Case(
        "level-slip",
        WARNING,
        lambda t: t.set(GULOU, 2020, "relief_hours", 0.02),
        ["鼓楼区", "2020年", "0.02小时", "相差约400倍", "的0.005至200倍"],
        name="down",
    ),
    Case(
        "loss-per-affected",
        WARNING,
        lambda t: (
            t.drop(GULOU, 2020, "flood_drought_loss"),
            t.set(GULOU, 2020, "disaster_affected", 40),
            t.set(GULOU, 2020, "disaster_loss", 3),
        )[0],
        ["鼓楼区", "2020年", "7500000元", "损失3亿元", "受灾40人次", "相差约250倍", "0.005至200倍"],
    ),
    Case(
        "loss-per-affected",
        CRITICAL,
        # A typhoon year of 180 times the usual loss, written 亿 for 万: near a quiet year by itself.
        lambda t: [
            t.set(GULOU, 2020, "disaster_affected", 900000),
            t.set(GULOU, 2020, "disaster_loss", 0.027),
            t.drop(GULOU, 2020, "flood_drought_loss"),
        ][0],
        ["鼓楼区", "2020年", "3元", "中位数（30000元）的0.001至1000倍"],
        name="gross",
    ),
    Case(
        "loss-per-affected",
        CRITICAL,
        lambda t: [
            t.set(GULOU, 2020, "disaster_affected", 900000),
            t.drop(GULOU, 2020, "disaster_loss"),
            t.set(GULOU, 2020, "flood_drought_loss", 0.018),
        ][0],
        ["鼓楼区", "2020年", "洪旱灾害", "2元", "中位数（24000元）的0.001至1000倍"],
        name="gross-flood",
    ),
    Case(
        "severity-within-accidents",
        CRITICAL,
        lambda t: t.set(GULOU, 2020, "accidents", 7),
        ["鼓楼区", "2020年", "合计9起", "一般8", "较大1", "不超过7起"],
    ),
    Case(
        "severity-within-accidents",
        CRITICAL,
        lambda t: t.set(GULOU, 2020, "accidents", 0),
        ["鼓楼区", "2020年", "合计9起", "不超过0起"],
        name="none-at-all",
    ),
    Case(
        "major-accidents-sum",
        CRITICAL,
        lambda t: t.set(GULOU, 2020, "major_accidents", 1),
        ["鼓楼区", "2020年", "重特大事故为1起", "应为0起"],
    ),
    Case(
        "deaths-within-severity",
        CRITICAL,
        lambda t: t.set(GULOU, 2020, "accident_deaths", 26),  # 8 x 2 + 1 x 9 = 25
        ["鼓楼区", "2020年", "死亡26人", "不超过25人", "共10起"],
    ),
    Case(
        "part-within-whole",
        CRITICAL,
        lambda t: t.set(GULOU, 2020, "flood_drought_loss", 1.7),
        ["鼓楼区", "2020年", "1.7亿元", "不超过1.5亿元"],
    ),
    Case(
        "levels-within-bounds",
        CRITICAL,
        lambda t: t.add(NEW, 2020, "gdp", 0.2),
        ["新设区", "2020年", "地区生产总值", "0.2亿元", "1至3000000亿元", "亿、万"],
        region=NEW,
    ),
    Case(
        "gdp-per-head",
        CRITICAL,
        lambda t: (t.add(NEW, 2020, "gdp", 5000), t.add(NEW, 2020, "population", 1500))[0],
        ["新设区", "2020年", "333333333元", "300至2000000元", "亿、万"],
        region=NEW,
    ),
    Case(
        "gdp-change",
        WARNING,
        lambda t: t.set(GULOU, 2021, "gdp", 2900.0),
        ["鼓楼区", "2021年", "2900亿元", "2020年的2069.86亿元", "40.11%", "-15%至30%"],
    ),
    Case(
        "gdp-change",
        CRITICAL,
        lambda t: t.set(GULOU, 2021, "gdp", 7000.0),
        ["鼓楼区", "2021年", "7000亿元", "2069.86亿元", "238.19%", "-60%至200%"],
        name="gross",
    ),
    Case(
        "population-change",
        WARNING,
        lambda t: t.set(GULOU, 2021, "population", 720000),
        ["鼓楼区", "2021年", "720000人", "2020年的669090人", "7.61%", "-5%至5%"],
    ),
    Case(
        "population-change",
        CRITICAL,
        lambda t: t.set(GULOU, 2021, "population", 2500000),
        ["鼓楼区", "2021年", "2500000人", "669090人", "-60%至200%"],
        name="gross",
    ),
    Case(
        "population-census-jump",
        WARNING,
        lambda t: t.set(GULOU, 2019, "population", 720000),
        ["鼓楼区", "2020年", "669090人", "2019年的720000人", "-7.07%", "第七次全国人口普查", "-2%至2%"],
    ),
    Case(
        "rates-within-bounds",
        CRITICAL,
        lambda t: (t.add(NEW, 2020, "disaster_affected", 2500000), t.add(NEW, 2020, "population", 669090))[0],
        ["新设区", "2020年", "每十万人受灾人次", "373640人次/10万人", "不超过300000人次/10万人"],
        region=NEW,
        name="recomputed",
    ),
    Case(
        "rates-within-bounds",
        CRITICAL,
        lambda t: t.set(GULOU, 2020, "warning_public_coverage", 905),
        ["鼓楼区", "2020年", "公布的预警覆盖率", "905%", "不超过100%"],
        name="published",
    ),
    Case(
        "loss-share-unusual",
        WARNING,
        lambda t: t.set(GULOU, 2020, "disaster_loss", 120),
        ["鼓楼区", "2020年", "灾害损失占比", "5.7975%", "不超过5%"],
    ),
    Case(
        "published-rate",
        WARNING,
        lambda t: t.set(MAWEI, 2020, "deaths_per_100m_gdp", 0.0043),
        ["马尾区", "2020年", "亿元GDP死亡率", "0.0043人/亿元", "0.014052人/亿元", "2%"],
        region=MAWEI,
    ),
    Case(
        "children-within-parent",
        WARNING,
        lambda t: t.set(CITY, 2020, "accidents", 19),
        ["福州市", "2020年", "生产安全事故起数为19起", "鼓楼区、马尾区", "合计20起", "不超过19起"],
        region=None,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.rule}-{c.severity}-{c.name}".rstrip("-"))
def test_a_broken_rule_speaks_in_full_and_holds_back_only_its_place(table: Table, case: Case) -> None:
    case.break_it(table)
    workspace = table.workspace()
    result = validate(workspace)
    assert {f.rule for f in result.findings} == {case.rule}
    for finding in result.findings:
        assert finding.severity is case.severity
        assert [word for word in case.words if word not in finding.message] == [], finding.message
        assert finding.remedy and finding.found and finding.expected
        assert finding.found in finding.message and finding.expected in finding.message
        assert finding.file == "observations/test.csv" and finding.line
    if case.region is not None:
        assert [f.region_code for f in result.findings] == [case.region]
    held = {plan.region_code for plan in workspace.plans.values() if result.held_back(plan)}
    expected = {case.region} & {GULOU, MAWEI} if case.severity is CRITICAL else set()
    assert held == expected


def test_every_rule_of_the_suites_has_a_case() -> None:
    rules = {e.meta.rule for suite in load_suites() for e in suite.expectations}
    # tests/test_partial_sums.py has those of parts and whole, which need a place that says how many parts it has.
    elsewhere = {"definition-breaks", "stray-rows", "parts-equal-whole"}
    assert rules - {case.rule for case in CASES} == elsewhere
