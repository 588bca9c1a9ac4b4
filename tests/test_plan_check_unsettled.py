"""Forecasts and illustrative figures never confirm or refute a plan, and the text says which of the two they are."""

from __future__ import annotations

import pytest
from plan_samples import (
    METHOD,
    at_most,
    bases,
    check,
    found,
    indicator,
    joint,
    of_plan,
    only,
    plan_of,
    reduction,
)

from planeval.model.evaluation import CheckLevel, PlanCheckFinding
from planeval.model.status import PROVISIONAL, Status

UNSETTLED = sorted(PROVISIONAL)
WORD = {Status.ILLUSTRATIVE: "示例数据", Status.FORECAST: "预计值"}


def told(finding: PlanCheckFinding, status: Status) -> bool:
    """The text names this status and not the other, and the mark for made-up figures is set for those alone."""
    named = {s for s in UNSETTLED if f"为{WORD[s]}，" in finding.text}
    return named == {status} and finding.illustrative is (status is Status.ILLUSTRATIVE)


@pytest.mark.parametrize("status", UNSETTLED)
@pytest.mark.parametrize("year", [2020, 2025])
def test_unsettled_growth_decides_nothing_and_is_not_called_real(status: Status, year: int) -> None:
    rows = [("gdp", y, v, status if y == year else "final") for y, v in ((2020, 100), (2025, 180))]
    finding = only(check(joint(15, 33), *rows), "implied_growth")
    assert finding.level is CheckLevel.CAUTION
    assert "实际" not in finding.text and "增长80%" in finding.text and f"{year}年生产总值" in finding.text
    assert told(finding, status)


@pytest.mark.parametrize("status", sorted(set(Status) - PROVISIONAL))
def test_every_settled_growth_decides_and_is_called_real(status: Status) -> None:
    rows = [("gdp", 2020, 100, status), ("gdp", 2025, 180, status)]
    finding = only(check(joint(15, 33), *rows), "implied_growth")
    assert finding.level is CheckLevel.CONFIRMED and "实际增长80%" in finding.text
    assert "不能作为核对依据" not in finding.text


def test_a_forecast_and_a_made_up_figure_are_each_told() -> None:
    rows = [("gdp", 2020, 100, "illustrative"), ("gdp", 2025, 180, "forecast")]
    finding = only(check(joint(15, 33), *rows), "implied_growth")
    assert "所用2020年生产总值为示例数据" in finding.text and "所用2025年生产总值为预计值" in finding.text
    assert finding.illustrative and finding.level is CheckLevel.CAUTION and "示例数据中2020" in finding.text


@pytest.mark.parametrize("status", UNSETTLED)
@pytest.mark.parametrize("people", [290_554, 2_500_000])
def test_an_unsettled_population_neither_confirms_nor_refutes_the_bases(status: Status, people: int) -> None:
    finding = only(check(bases(0.08), ("people", 2020, people, status)), "base_implies_denominator")
    assert finding.level is CheckLevel.CAUTION and told(finding, status)


@pytest.mark.parametrize("status", UNSETTLED)
def test_an_unsettled_denominator_sets_no_two_rates_against_each_other(status: Status) -> None:
    plan = plan_of(
        indicator("per_gdp", reduction(33), of_plan(0.0043, "人/亿元")),
        indicator("per_head", reduction(20), of_plan(0.08, "人/10万人")),
    )
    rows = [("gdp", 2020, 465), ("people", 2020, 290554)]
    assert found(check(plan, *rows), "base_implies_counts")
    assert not found(check(plan, rows[0], (*rows[1], status)), "base_implies_counts")


@pytest.mark.parametrize("status", UNSETTLED)
def test_an_unsettled_statistic_refutes_no_base(status: Status) -> None:
    plan = plan_of(indicator("deaths", reduction(15), of_plan(50, "人")))
    assert found(check(plan, ("deaths", 2020, 30)), "base_against_statistics")
    assert not found(check(plan, ("deaths", 2020, 30, status)), "base_against_statistics")


@pytest.mark.parametrize("status", UNSETTLED)
def test_a_base_of_zero_is_a_contradiction_only_when_settled(status: Status) -> None:
    plan = plan_of(indicator("deaths", reduction(15)))
    assert only(check(plan, ("deaths", 2020, 0)), "zero_base_reduction").level is CheckLevel.PROBLEM
    finding = only(check(plan, ("deaths", 2020, 0, status)), "zero_base_reduction")
    assert finding.level is CheckLevel.CAUTION and told(finding, status)


@pytest.mark.parametrize("status", UNSETTLED)
def test_what_a_level_means_beside_unsettled_figures_says_so(status: Status) -> None:
    plan = plan_of(indicator("deaths", at_most(2.5, "人")))
    rows = [("deaths", year, 2, status) for year in (2020, 2021, 2023)]
    findings = check(plan, *rows)
    assert told(only(findings, "target_wider_than_base"), status)
    assert told(only(findings, "small_counts"), status)
    assert "2020至2021年、2023年死亡人数" in only(findings, "small_counts").text


def test_of_a_mean_of_years_only_the_unsettled_years_are_named() -> None:
    plan = plan_of(indicator("deaths", at_most(5, "人"), {"source": "mean_of_years", "years": 3}))
    rows = [("deaths", 2018, 4, "illustrative"), ("deaths", 2019, 4), ("deaths", 2020, 4, "forecast")]
    text = only(check(plan, *rows), "target_wider_than_base").text
    assert "所用2018年死亡人数为示例数据" in text and "所用2020年死亡人数为预计值" in text
    assert "2019" not in text


def test_nothing_that_rests_on_an_unsettled_figure_is_confirmed() -> None:
    rows = [("gdp", 2020, 465), ("people", 2020, 290554), ("deaths", 2020, 2), ("gdp", 2025, 800)]
    plan = plan_of(
        indicator("deaths", reduction(15), of_plan(2, "人")),
        indicator("per_gdp", reduction(33), of_plan(0.0043, "人/亿元")),
        indicator("per_head", reduction(20), of_plan(0.688, "人/10万人")),
    )
    assert METHOD.plan_check.base_tolerance == 0.2
    settled = {f.level for f in check(plan, *rows)}
    unsettled = {f.level for f in check(plan, *((*row, "forecast") for row in rows))}
    assert CheckLevel.CONFIRMED in settled and unsettled == {CheckLevel.CAUTION}
