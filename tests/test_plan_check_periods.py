"""The plan check speaks of the plan's own years: other periods, an earlier base year, targets due early."""

from __future__ import annotations

import re
from typing import Any

import pytest
from plan_samples import at_most, check, found, indicator, joint, of_plan, only, plan_of, reduction

from planeval.model.evaluation import CheckLevel
from planeval.model.plan import Plan

# Period, base year: the five years before and after, no five years, and a base year two years before the period.
PERIODS = [(2016, 2020, 2015), (2026, 2030, 2025), (2021, 2030, 2020), (2021, 2023, 2020), (2021, 2025, 2019)]
MEAN = {"kind": "period_mean_at_most", "level": 1, "unit": "人/10万人"}


def years_of(start: int, end: int, base_year: int) -> dict[str, Any]:
    return {"period": {"start": start, "end": end}, "base_year": base_year, "published": f"{start}-02-01"}


def plan_over(*period: int) -> Plan:
    return plan_of(
        indicator("deaths", reduction(15), of_plan(2, "人")),
        indicator("per_gdp", reduction(33), of_plan(0.0043, "人/亿元")),
        indicator("per_head", MEAN, {"source": "none"}),
        **years_of(*period),
    )


@pytest.mark.parametrize(("start", "end", "base_year"), PERIODS)
def test_the_texts_name_only_the_plan_s_own_years_and_never_five(
    start: int, end: int, base_year: int
) -> None:
    rows: list[Any] = [("people", base_year, 30_000), ("gdp", base_year, 465), ("gdp", end, 800)]
    rows += [("deaths", year, 2) for year in range(base_year, end + 1)]
    findings = check(plan_over(start, end, base_year), *rows)
    assert {"base_implies_denominator", "implied_growth", "small_counts", "few_events_allowed"} <= {
        f.rule for f in findings
    }
    text = "".join(f.text for f in findings)
    years = {int(year) for year in re.findall(r"(?<![\d.])(?:19|20)\d\d(?=年|至)", text)}
    assert years == {base_year, end}
    assert "五年" not in text and "5年" not in re.sub(r"\d{4}年", "", text)


def test_growth_runs_from_an_early_base_year_to_the_end() -> None:
    rows = [("gdp", 2018, 100), ("gdp", 2020, 120), ("gdp", 2025, 150)]
    plan = joint(15, 33).model_copy(update={"base_year": 2018})
    finding = only(check(plan, *rows), "implied_growth")
    assert finding.numbers["yearly_percent"] == pytest.approx((1.268657 ** (1 / 7) - 1) * 100, rel=1e-4)
    assert finding.numbers["actual_yearly_percent"] == pytest.approx((1.5 ** (1 / 7) - 1) * 100)
    assert "须在2018至2025年间" in finding.text and "2018至2025年实际增长50%" in finding.text


def test_a_reduction_from_a_mean_of_years_implies_no_growth_since_the_base_year() -> None:
    plan = plan_of(
        indicator("deaths", reduction(15), {"source": "mean_of_years"}),
        indicator("per_gdp", reduction(33)),
    )
    assert not found(check(plan, ("gdp", 2020, 100), ("gdp", 2025, 140)), "implied_growth")


def test_a_level_above_the_base_is_no_reduction_by_less_than_nothing() -> None:
    plan = plan_of(
        indicator("deaths", at_most(120, "人"), of_plan(100, "人")), indicator("per_gdp", reduction(10))
    )
    assert not found(check(plan), "implied_growth")


def test_a_base_that_is_a_mean_is_not_called_the_base_year_s() -> None:
    base = {"source": "mean_of_years", "years": 4}
    plan = plan_of(indicator("deaths", at_most(5, "人"), base))
    rows = [("deaths", year, 4) for year in range(2017, 2021)]
    assert "2017至2020年平均基期值（4人）" in only(check(plan, *rows), "target_wider_than_base").text
    plan = plan_of(indicator("deaths", at_most(5, "人")), base_year=2019)
    assert "2019年基期值（4人）" in only(check(plan, *rows), "target_wider_than_base").text


@pytest.mark.parametrize(
    ("years", "words"),
    [
        ((2020,), "很少：2020年为2人"),
        ((2020, 2021, 2022), "很少：2020至2022年间每年为2人"),
        ((2018, 2020, 2021, 2022, 2024), "很少：有数据的2018年、2020至2022年、2024年中每年为2人"),
    ],
)
def test_small_counts_name_the_years_there_are(years: tuple[int, ...], words: str) -> None:
    plan = plan_of(indicator("deaths", reduction(15)), base_year=2018)
    assert words in only(check(plan, *(("deaths", year, 2) for year in years)), "small_counts").text


def test_no_events_in_the_only_year_with_a_figure_is_said_of_that_year() -> None:
    text = only(check(joint(15, 33), ("deaths", 2020, 0)), "small_counts").text
    assert "2020年为零" in text and "每年" not in text


@pytest.mark.parametrize(("start", "end", "base_year"), PERIODS)
def test_a_mean_limit_allows_as_many_events_as_the_period_has_years(
    start: int, end: int, base_year: int
) -> None:
    plan = plan_of(indicator("per_head", MEAN, {"source": "none"}), **years_of(start, end, base_year))
    finding = only(check(plan, ("people", base_year, 30_000)), "few_events_allowed")
    assert finding.numbers["allowed"] == pytest.approx(0.3 * (end - start + 1))
    assert f"以{base_year}年的常住人口计，整个规划期合计" in finding.text


def test_a_mean_limit_due_within_the_period_counts_the_years_up_to_its_own() -> None:
    sub_target = {
        "id": "early-mean",
        "key": "per_head",
        "name": "前两年平均",
        "as_written": "≤1",
        "target": MEAN,
        "due": 2022,
    }
    plan = plan_of(indicator("deaths", reduction(15)), sub_targets=[sub_target])
    finding = only(check(plan, ("people", 2020, 60_000)), "few_events_allowed")
    assert finding.numbers["allowed"] == pytest.approx(1.2)
    assert "2021至2022年合计约允许1.2人" in finding.text and "规划期" not in finding.text


def test_a_plan_published_after_its_period_is_not_said_to_be_partly_over() -> None:
    (late,) = found(check(plan_of(published="2026-03-01")), "published_late")
    assert "规划期（2021至2025年）已经结束" in late.text and "%" not in late.text
    (ten,) = found(
        check(plan_of(period={"start": 2021, "end": 2030}, published="2023-06-30")), "published_late"
    )
    assert "10年的规划期已过去30个月（25%）" in ten.text


def test_months_since_the_start_are_a_minimum_where_only_the_year_of_publication_is_known() -> None:
    (late,) = found(check(plan_of(published=None, published_text="2022年")), "published_late")
    assert "至少12个月" in late.text
    (exact,) = found(check(plan_of(published=None, published_text="2021年12月")), "published_late")
    assert "至少" not in exact.text


def test_a_reduction_is_written_as_the_plan_states_it() -> None:
    assert "死亡人数下降12.25%" in only(check(joint(12.25, 33)), "implied_growth").text


@pytest.mark.parametrize(("gdp", "level"), [(126.5, CheckLevel.CAUTION), (127.2, CheckLevel.CONFIRMED)])
def test_two_yearly_changes_that_differ_are_never_written_alike(gdp: float, level: CheckLevel) -> None:
    finding = only(check(joint(15, 33), ("gdp", 2020, 100), ("gdp", 2025, gdp)), "implied_growth")
    required, actual = re.findall(r"年均([\d.]+)%", finding.text)
    assert finding.level is level and (float(actual) >= float(required)) is (level is CheckLevel.CONFIRMED)
    assert required != actual


def test_a_limit_is_not_rounded_up_to_a_count_that_it_does_not_allow() -> None:
    plan = plan_of(indicator("per_head", MEAN, {"source": "none"}))
    text = only(check(plan, ("people", 2020, 59_400)), "few_events_allowed").text
    assert "约允许2.97人，即不超过2人" in text


def test_a_strict_limit_that_is_a_whole_number_allows_one_less() -> None:
    plan = plan_of(
        indicator("per_gdp", at_most(0.005, "人/亿元", strict=True)),
        indicator("per_head", at_most(5, "人/10万人", strict=True)),
    )
    rows = [("gdp", 2020, 1000), ("people", 2020, 200_000)]
    finding = only(check(plan, *rows, ("deaths", 2020, 5)), "joint_limits")
    assert "不超过4人" in finding.text and "之外" in finding.text
