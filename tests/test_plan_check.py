"""The plan check: each rule on a hand-made plan, and what it finds in the plans of the repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from planeval.compute.values import indicator_values
from planeval.evaluate.plan_check import check_plan
from planeval.evaluate.plan_check_text import figure, significant, whole
from planeval.model.dictionary import Dictionary
from planeval.model.evaluation import CheckLevel, PlanCheckFinding
from planeval.model.method import Method
from planeval.model.plan import Plan
from planeval.read.workspace import Workspace, load

DATA = Path(__file__).resolve().parents[1] / "data"
METHOD = Method(**yaml.safe_load((DATA / "method.yaml").read_text(encoding="utf-8")))
CODE = "990101"

DICTIONARY = Dictionary.model_validate(
    {
        "variables": {
            "deaths": {"name": "死亡人数", "name_en": "Deaths", "unit": "人", "kind": "count"},
            "gdp": {"name": "生产总值", "name_en": "GDP", "unit": "亿元", "kind": "amount"},
            "people": {"name": "常住人口", "name_en": "Population", "unit": "人", "kind": "count"},
            "coverage": {"name": "覆盖率", "name_en": "Coverage", "unit": "%", "kind": "rate"},
        },
        "indicators": {
            "deaths": {
                "name": "死亡人数",
                "name_en": "Deaths",
                "unit": "人",
                "numerator": "deaths",
                "decimals": 0,
                "events": True,
                "definition": "定义",
            },
            "per_gdp": {
                "name": "亿元死亡率",
                "name_en": "Deaths per GDP",
                "unit": "人/亿元",
                "numerator": "deaths",
                "denominator": "gdp",
                "decimals": 4,
                "events": True,
                "definition": "定义",
            },
            "per_head": {
                "name": "十万人死亡率",
                "name_en": "Deaths per head",
                "unit": "人/10万人",
                "numerator": "deaths",
                "denominator": "people",
                "scale": 100000,
                "decimals": 3,
                "events": True,
                "definition": "定义",
            },
            "coverage": {
                "name": "覆盖率",
                "name_en": "Coverage",
                "unit": "%",
                "direction": "higher_is_better",
                "decimals": 1,
                "definition": "定义",
            },
        },
    }
)


def indicator(
    key: str, target: dict[str, Any], base: dict[str, Any] | None = None, written: str = ""
) -> dict[str, Any]:
    return {
        "key": key,
        "no": 1,
        "attribute": "binding",
        "as_written": written or "见表",
        "target": target,
        "base": base or {"source": "statistics"},
    }


def reduction(percent: float) -> dict[str, Any]:
    return {"kind": "reduction", "percent": percent}


def at_most(level: float, unit: str, strict: bool = False) -> dict[str, Any]:
    return {"kind": "at_most", "level": level, "unit": unit, "strict": strict}


def of_plan(value: float, unit: str | None = None) -> dict[str, Any]:
    return {"source": "plan", "value": value, "unit": unit}


def plan_of(*indicators: dict[str, Any], **more: Any) -> Plan:
    content: dict[str, Any] = {
        "id": "example",
        "title": "示例规划",
        "region_code": CODE,
        "period": {"start": 2021, "end": 2025},
        "base_year": 2020,
        "issuer": "某机关",
        "published": "2021-02-01",
        "source": "手工编写",
        "indicators": indicators or [indicator("coverage", {"kind": "at_least", "level": 90, "unit": "%"})],
    }
    return Plan.model_validate(content | more)


def observed(*rows: tuple[str, int, float] | tuple[str, int, float, str]) -> pd.DataFrame:
    """Observations of the example's place: (variable, year, value[, status])."""
    records = [
        {
            "region_code": CODE,
            "year": year,
            "variable": variable,
            "value": float(value),
            "unit": DICTIONARY.variables[variable].unit,
            "status": rest[0] if rest else "final",
            "source": "手工编写",
            "published": f"{year + 1}-03",
            "checked": "",
            "as_published": "",
            "file": "observations/example.csv",
            "line": line,
            "superseded": False,
        }
        for line, (variable, year, value, *rest) in enumerate(rows, start=2)
    ]
    columns = ["region_code", "year", "variable", "value", "unit", "status", "source", "published"]
    return pd.DataFrame(records) if records else pd.DataFrame(columns=columns)


def check(plan: Plan, *rows: Any, as_of: int | None = None) -> list[PlanCheckFinding]:
    observations = observed(*rows)
    if observations.empty:
        values = pd.DataFrame(columns=["region_code", "year", "indicator", "value", "status"])
    else:
        values = indicator_values(observations, DICTIONARY)
    return check_plan(plan, values, observations, DICTIONARY, METHOD, as_of)


def found(findings: list[PlanCheckFinding], rule: str) -> list[PlanCheckFinding]:
    return [f for f in findings if f.rule == rule]


def only(findings: list[PlanCheckFinding], rule: str) -> PlanCheckFinding:
    matching = found(findings, rule)
    assert len(matching) == 1, [f.rule for f in findings]
    return matching[0]


# ---- base values ---------------------------------------------------------------------------------


def bases(rate: float) -> Plan:
    return plan_of(
        indicator("deaths", reduction(15), of_plan(2, "人")),
        indicator("per_head", reduction(20), of_plan(rate, "人/10万人")),
    )


def test_bases_that_imply_another_population_contradict_each_other() -> None:
    finding = only(check(bases(0.08), ("people", 2020, 290554)), "base_implies_denominator")
    assert finding.level is CheckLevel.PROBLEM and not finding.illustrative
    assert finding.numbers["implied"] == pytest.approx(2_500_000)
    assert finding.numbers["statistics"] == 290554
    assert "250万人" in finding.text and "29.06万人" in finding.text
    assert finding.items == ["deaths", "per_head"]


def test_bases_that_imply_the_counted_population_are_confirmed() -> None:
    finding = only(check(bases(0.688), ("people", 2020, 290554)), "base_implies_denominator")
    assert finding.level is CheckLevel.CONFIRMED


@pytest.mark.parametrize(
    ("people", "level"), [(200_001, CheckLevel.CONFIRMED), (199_999, CheckLevel.PROBLEM)]
)
def test_the_tolerance_of_a_base_is_the_method_s(people: int, level: CheckLevel) -> None:
    # 2 deaths at 0.8 per 100,000 imply 250,000 people; 200,000 is exactly 20 % less.
    assert only(check(bases(0.8), ("people", 2020, people)), "base_implies_denominator").level is level


def test_without_statistics_the_implied_population_is_only_told() -> None:
    finding = only(check(bases(0.08)), "base_implies_denominator")
    assert finding.level is CheckLevel.CAUTION and "statistics" not in finding.numbers


@pytest.mark.parametrize("people", [290554, 2_500_000])
def test_an_illustrative_population_neither_confirms_nor_refutes(people: int) -> None:
    finding = only(check(bases(0.08), ("people", 2020, people, "illustrative")), "base_implies_denominator")
    assert finding.level is CheckLevel.CAUTION and finding.illustrative and "示例数据" in finding.text


def test_a_zero_count_with_a_rate_above_zero_is_a_contradiction() -> None:
    plan = plan_of(
        indicator("deaths", {"kind": "none_occurs"}, of_plan(0, "人")),
        indicator("per_head", reduction(20), of_plan(0.3, "人/10万人")),
    )
    assert only(check(plan), "base_implies_denominator").level is CheckLevel.PROBLEM


def test_two_rates_without_a_count_are_set_against_each_other() -> None:
    plan = plan_of(
        indicator("per_gdp", reduction(33), of_plan(0.0043, "人/亿元")),
        indicator("per_head", reduction(20), of_plan(0.08, "人/10万人")),
    )
    finding = only(check(plan, ("gdp", 2020, 465), ("people", 2020, 290554)), "base_implies_counts")
    assert finding.level is CheckLevel.PROBLEM
    assert finding.numbers == pytest.approx({"first_count": 1.9995, "second_count": 0.2324432})


def test_a_base_far_from_the_statistics_is_a_problem_and_one_near_them_is_not() -> None:
    plan = plan_of(indicator("deaths", reduction(15), of_plan(50, "人")))
    finding = only(check(plan, ("deaths", 2020, 30)), "base_against_statistics")
    assert finding.level is CheckLevel.PROBLEM and finding.numbers["difference_percent"] == pytest.approx(40)
    assert not found(check(plan, ("deaths", 2020, 48)), "base_against_statistics")
    assert not found(check(plan, ("deaths", 2020, 30, "illustrative")), "base_against_statistics")


def test_a_reduction_from_zero_is_a_problem() -> None:
    by_plan = plan_of(indicator("deaths", reduction(15), of_plan(0, "人")))
    assert only(check(by_plan), "zero_base_reduction").level is CheckLevel.PROBLEM
    by_statistics = plan_of(indicator("deaths", reduction(15)))
    assert found(check(by_statistics, ("deaths", 2020, 0)), "zero_base_reduction")
    assert not found(check(by_statistics, ("deaths", 2020, 3)), "zero_base_reduction")
    assert not found(check(by_statistics), "zero_base_reduction")


# ---- what targets mean ---------------------------------------------------------------------------


def joint(count: float, rate: float) -> Plan:
    return plan_of(indicator("deaths", reduction(count)), indicator("per_gdp", reduction(rate)))


def test_joint_reductions_imply_the_growth_of_the_denominator() -> None:
    finding = only(check(joint(15, 33)), "implied_growth")
    assert finding.numbers == pytest.approx({"growth_percent": 26.8657, "yearly_percent": 4.8742}, rel=1e-4)
    assert finding.level is CheckLevel.CAUTION
    assert "26.9%" in finding.text and "4.9%" in finding.text


def test_implied_growth_out_of_bounds_is_a_problem_either_way() -> None:
    assert only(check(joint(10, 70)), "implied_growth").level is CheckLevel.PROBLEM  # 24.6 % a year
    shrinking = only(check(joint(40, 20)), "implied_growth")  # -5.6 % a year
    assert shrinking.level is CheckLevel.PROBLEM and "减少25%" in shrinking.text


def test_real_growth_above_the_implied_one_confirms_and_below_it_cautions() -> None:
    fast = only(check(joint(15, 33), ("gdp", 2020, 100), ("gdp", 2025, 140)), "implied_growth")
    assert fast.level is CheckLevel.CONFIRMED and fast.numbers["actual_growth_percent"] == pytest.approx(40)
    slow = only(check(joint(15, 33), ("gdp", 2020, 100), ("gdp", 2025, 120)), "implied_growth")
    assert slow.level is CheckLevel.CAUTION
    made_up = only(
        check(joint(15, 33), ("gdp", 2020, 100), ("gdp", 2025, 140, "illustrative")), "implied_growth"
    )
    assert made_up.level is CheckLevel.CAUTION and made_up.illustrative and "实际" not in made_up.text


def test_statistics_after_as_of_are_not_looked_at() -> None:
    rows = (("gdp", 2020, 100), ("gdp", 2022, 104), ("gdp", 2025, 140))
    finding = only(check(joint(15, 33), *rows, as_of=2023), "implied_growth")
    assert finding.numbers["actual_growth_percent"] == pytest.approx(4)


def limits(strict: bool = False) -> Plan:
    return plan_of(
        indicator("per_gdp", at_most(0.0056, "人/亿元", strict), written="0.0056人/亿元"),
        indicator("per_head", at_most(0.816, "人/10万人", strict), written="0.816人/10万人"),
    )


def test_two_limits_on_one_count_name_the_one_that_binds() -> None:
    finding = only(check(limits(), ("gdp", 2020, 2069.86), ("people", 2020, 669090)), "joint_limits")
    assert finding.numbers == pytest.approx({"allowed_per_gdp": 11.591216, "allowed_per_head": 5.4597744})
    assert finding.items[0] == "per_head"
    assert "11.6人" in finding.text and "5.5人" in finding.text and "不超过5人" in finding.text
    assert not finding.illustrative


def test_two_limits_say_whether_the_base_year_lies_inside() -> None:
    rows = [("gdp", 2020, 2069.86), ("people", 2020, 669090)]
    inside = only(check(limits(), *rows, ("deaths", 2020, 4, "illustrative")), "joint_limits")
    assert inside.numbers["base_count"] == 4 and inside.illustrative and "之内" in inside.text
    outside = only(check(limits(), *rows, ("deaths", 2020, 6)), "joint_limits")
    assert "之外" in outside.text and not outside.illustrative


def test_one_limit_alone_is_no_joint_limit() -> None:
    plan = plan_of(indicator("per_gdp", at_most(0.0056, "人/亿元")))
    assert not found(check(plan, ("gdp", 2020, 2069.86)), "joint_limits")


@pytest.mark.parametrize(
    ("level", "strict", "wider"), [(5, False, True), (4, False, True), (4, True, False), (3.9, False, False)]
)
def test_an_upper_limit_on_the_easy_side_of_the_base_is_told(level: float, strict: bool, wider: bool) -> None:
    plan = plan_of(indicator("deaths", at_most(level, "人", strict)))
    assert bool(found(check(plan, ("deaths", 2020, 4)), "target_wider_than_base")) is wider


def test_a_lower_limit_below_the_base_is_told_for_sub_targets_too() -> None:
    sub_target = {
        "id": "coverage-sub",
        "key": "coverage",
        "name": "覆盖率",
        "as_written": "≥90%",
        "target": {"kind": "at_least", "level": 90, "unit": "%"},
        "due": 2025,
        "base": {"source": "statistics"},
    }
    plan = plan_of(indicator("deaths", reduction(10)), sub_targets=[sub_target])
    rule = "target_wider_than_base"
    assert only(check(plan, ("coverage", 2020, 92)), rule).items == ["coverage-sub"]
    assert not found(check(plan, ("coverage", 2020, 88)), rule)


def test_a_fractional_target_on_whole_deaths_is_read_as_the_whole_number_below() -> None:
    finding = only(
        check(plan_of(indicator("deaths", reduction(15), of_plan(2, "人")))), "fractional_whole_count"
    )
    assert finding.numbers == pytest.approx({"base": 2, "target": 1.7, "whole": 1, "effective_percent": 50})
    assert "1.7人" in finding.text and "不超过1人" in finding.text


@pytest.mark.parametrize(("base", "told"), [(2, True), (16, True), (20, False), (27412, False)])
def test_a_fraction_that_does_not_change_the_percentage_is_not_told(base: float, told: bool) -> None:
    plan = plan_of(indicator("deaths", reduction(15), of_plan(base, "人")))
    assert bool(found(check(plan), "fractional_whole_count")) is told


def test_a_fractional_level_on_a_count_is_told_and_one_on_a_rate_is_not() -> None:
    assert found(check(plan_of(indicator("deaths", at_most(2.5, "人")))), "fractional_whole_count")
    assert not found(check(plan_of(indicator("deaths", at_most(2, "人")))), "fractional_whole_count")
    assert not found(
        check(plan_of(indicator("per_head", at_most(2.5, "人/10万人")))), "fractional_whole_count"
    )


def test_one_death_among_one_to_three_moves_the_rate_by_a_third_to_the_whole() -> None:
    rows = [("deaths", 2020, 2), ("deaths", 2021, 3), ("deaths", 2022, 1)]
    finding = only(check(joint(15, 33), *rows), "small_counts")
    assert finding.numbers["one_event_percent_min"] == pytest.approx(100 / 3)
    assert finding.numbers["one_event_percent_max"] == pytest.approx(100)
    assert finding.items == ["deaths", "per_gdp"]
    assert "33.3%至100%" in finding.text


def test_ten_deaths_a_year_are_not_few_and_nine_are() -> None:
    assert not found(check(joint(15, 33), ("deaths", 2020, 10)), "small_counts")
    assert found(check(joint(15, 33), ("deaths", 2020, 9)), "small_counts")


def test_zero_years_are_counted_and_do_not_divide_by_zero() -> None:
    finding = only(check(joint(15, 33), ("deaths", 2020, 4), ("deaths", 2021, 0)), "small_counts")
    assert finding.numbers["zero_years"] == 1 and finding.numbers["one_event_percent_max"] == 25
    assert only(check(joint(15, 33), ("deaths", 2020, 0)), "small_counts").numbers == {
        "minimum": 0,
        "maximum": 0,
    }


def test_a_small_base_of_the_plan_is_enough_without_statistics() -> None:
    plan = plan_of(indicator("deaths", reduction(15), of_plan(2, "人")))
    assert only(check(plan), "small_counts").numbers["one_event_percent_max"] == 50


def test_a_mean_limit_says_how_many_events_the_whole_period_may_have() -> None:
    mean = {"kind": "period_mean_at_most", "level": 1, "unit": "人/10万人"}
    plan = plan_of(indicator("per_head", mean, {"source": "none"}))
    finding = only(check(plan, ("people", 2020, 30_000)), "few_events_allowed")
    assert finding.numbers == pytest.approx({"allowed": 1.5, "whole": 1, "one_event": 10 / 3})
    assert not found(check(plan, ("people", 2020, 3_000_000)), "few_events_allowed")
    strict = plan_of(indicator("per_head", mean | {"strict": True}, {"source": "none"}))
    assert only(check(strict, ("people", 2020, 40_000)), "few_events_allowed").numbers["whole"] == 1


# ---- what is missing, sums and dates -------------------------------------------------------------


def project(no: int, **more: Any) -> dict[str, Any]:
    return {"id": f"project-{no}", "no": no, "name": f"第{no}项工程"} | more


def dated(no: int, due: str = "2025-12", **more: Any) -> dict[str, Any]:
    return project(no, start=2021, end=2025, due=due, lead_unit="某局") | more


def test_a_missing_base_is_listed_only_where_the_target_needs_one() -> None:
    plan = plan_of(
        indicator("deaths", {"kind": "none_occurs"}, {"source": "none"}),
        indicator("per_gdp", reduction(33)),
        indicator("per_head", reduction(20), of_plan(0.08, "人/10万人")),
    )
    assert only(check(plan), "missing_base").items == ["per_gdp"]


def test_a_bare_number_has_no_unit() -> None:
    plan = plan_of(
        indicator("per_gdp", at_most(0.0056, "人/亿元"), written="0.0056"),
        indicator("per_head", at_most(0.8, "人/10万人"), written="≤0.8人/10万人"),
        indicator("deaths", reduction(15), of_plan(2), written="下降15%"),
    )
    assert only(check(plan), "missing_unit").items == ["per_gdp", "deaths"]


def test_missing_dates_lead_units_and_years_are_one_finding_a_sort() -> None:
    undated = {
        "id": "undated-milestone",
        "name": "某项普查",
        "as_written": "完成",
        "target": {"kind": "complete_by"},
    }
    findings = check(plan_of(projects=[dated(1), project(2)], sub_targets=[undated]))
    assert only(findings, "missing_due_date").items == ["undated-milestone", "project-2"]
    assert only(findings, "missing_project_years").items == ["project-2"]
    assert only(findings, "missing_lead_unit").items == ["project-2"]
    assert "第2项工程" in only(findings, "missing_lead_unit").text


def test_all_projects_without_a_date_are_said_to_be_all() -> None:
    assert "全部2个" in only(check(plan_of(projects=[project(1), project(2)])), "missing_due_date").text


def test_a_missing_issuer_and_date_of_publication_are_told() -> None:
    plan = plan_of(issuer=None, published=None)
    assert only(check(plan), "missing_publication_facts").items == ["issuer", "published"]
    assert not found(check(plan_of(published=None, published_text="2021年3月")), "missing_publication_facts")


def cumulative(total: float, steps: dict[int, float], due: str = "2024-12") -> dict[str, Any]:
    target = {"kind": "cumulative", "total": total, "unit": "公里", "steps": steps, "due": due}
    return {"id": "pipes", "name": "管道", "as_written": "见表", "target": target}


def test_steps_that_add_up_are_confirmed_without_binary_residue() -> None:
    plan = plan_of(sub_targets=[cumulative(148.5, {2022: 34, 2023: 67.2, 2024: 47.3})])
    finding = only(check(plan), "steps_add_up")
    assert finding.level is CheckLevel.CONFIRMED and finding.numbers["difference"] == 0
    assert finding.numbers["sum"] == 148.5


def test_steps_that_do_not_add_up_are_a_problem() -> None:
    plan = plan_of(sub_targets=[cumulative(148.5, {2022: 34, 2023: 67.2, 2024: 47.2})])
    finding = only(check(plan), "steps_add_up")
    assert finding.level is CheckLevel.PROBLEM and "0.1公里" in finding.text


def test_a_single_step_equal_to_the_total_confirms_nothing() -> None:
    assert not found(check(plan_of(sub_targets=[cumulative(6.6, {2023: 6.6})])), "steps_add_up")


def test_dates_outside_the_period_are_a_problem() -> None:
    plan = plan_of(
        projects=[dated(1, "2026-06", end=2026), dated(2)],
        sub_targets=[cumulative(3, {2020: 1, 2021: 2})],
    )
    finding = only(check(plan), "due_outside_period")
    assert finding.level is CheckLevel.PROBLEM and set(finding.items) == {"pipes", "project-1"}


def test_a_date_before_publication_is_told_and_one_in_its_month_is_not() -> None:
    plan = plan_of(
        published=None,
        published_text="2022年12月",
        projects=[dated(1, "2022-10", end=2022), dated(2, "2022-12", end=2022), dated(3)],
    )
    assert only(check(plan), "due_before_published").items == ["project-1"]


@pytest.mark.parametrize(
    ("published", "months"), [("2021-11-30", None), ("2021-12-01", 12), ("2022-04-29", 16)]
)
def test_a_plan_published_a_year_into_its_period_is_late(published: str, months: int | None) -> None:
    late = found(check(plan_of(published=published)), "published_late")
    assert [f.numbers["elapsed_months"] for f in late] == ([] if months is None else [months])


@pytest.mark.parametrize(
    ("project_due", "level"),
    [("2022-06", CheckLevel.CAUTION), ("2024-12", CheckLevel.PROBLEM), ("2022-12", None)],
)
def test_a_milestone_and_its_project_with_two_dates_are_told(
    project_due: str, level: CheckLevel | None
) -> None:
    milestone = {
        "id": "survey",
        "name": "风险普查",
        "as_written": "2022年完成",
        "target": {"kind": "complete_by", "due": 2022},
    }
    plan = plan_of(projects=[dated(1, project_due, name="某区风险普查")], sub_targets=[milestone])
    assert [f.level for f in found(check(plan), "due_dates_differ")] == ([] if level is None else [level])


def test_a_project_due_in_another_year_than_its_last_is_a_problem() -> None:
    plan = plan_of(projects=[dated(1, "2023-12", end=2024), dated(2)])
    assert only(check(plan), "project_years_contradict").items == ["project-1"]


# ---- the whole -----------------------------------------------------------------------------------


def test_a_plan_in_good_order_gives_no_finding() -> None:
    plan = plan_of(
        indicator("deaths", reduction(20), of_plan(100, "人"), written="下降20%"),
        projects=[dated(1), dated(2)],
    )
    assert check(plan, ("deaths", 2020, 100)) == []


def test_problems_come_first_and_confirmations_last() -> None:
    plan = plan_of(
        indicator("deaths", reduction(15), of_plan(2, "人")),
        indicator("per_head", reduction(20), of_plan(0.08, "人/10万人")),
        sub_targets=[cumulative(3, {2022: 1, 2023: 2})],
    )
    levels = [f.level for f in check(plan, ("people", 2020, 290554))]
    assert levels == sorted(levels, key=list(CheckLevel).index) and set(levels) == set(CheckLevel)


def test_other_places_do_not_leak_into_the_check() -> None:
    observations = observed(("people", 2020, 290554)).assign(region_code="990102")
    values = indicator_values(observations, DICTIONARY)
    finding = only(
        check_plan(bases(0.08), values, observations, DICTIONARY, METHOD), "base_implies_denominator"
    )
    assert finding.level is CheckLevel.CAUTION


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (2_500_000, "人", "250万人"),
        (290_554, "人", "29.06万人"),
        (2, "人", "2人"),
        (1.7, "人", "1.7人"),
        (27_412, "人", "27412人"),
        (465.1163, "亿元", "465.1亿元"),
        (0.0043, "人/亿元", "0.0043人/亿元"),
        (0, "人", "0人"),
        (148.5, "公里", "148.5公里"),
        (1000, "公里", "1000公里"),
    ],
)
def test_figures_read_as_in_official_texts(value: float, unit: str, text: str) -> None:
    assert figure(value, unit) == text


def test_significant_digits_keep_whole_parts_and_drop_idle_zeros() -> None:
    assert [significant(v, 3) for v in (26.8657, 6.25, 100, 12345, 0.5)] == [
        "26.9",
        "6.25",
        "100",
        "12345",
        "0.5",
    ]


def test_whole_is_not_misled_by_binary_residue() -> None:
    assert (whole(10 * (1 - 0.7)), whole(2.9), whole(1.7)) == (3, 2, 1)


# ---- the plans of the repository -----------------------------------------------------------------


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return load(DATA)


def shipped(workspace: Workspace, plan_id: str) -> list[PlanCheckFinding]:
    values = indicator_values(workspace.observations, workspace.dictionary)
    plan = workspace.plans[plan_id]
    return check_plan(plan, values, workspace.observations, workspace.dictionary, workspace.method)


def summary(findings: list[PlanCheckFinding]) -> list[tuple[str, str]]:
    return [(f.level.value, f.rule) for f in findings]


def test_mawei_gives_exactly_the_findings_a_careful_reader_has(workspace: Workspace) -> None:
    findings = shipped(workspace, "mawei")
    assert summary(findings) == [
        ("problem", "base_implies_denominator"),
        ("caution", "base_implies_denominator"),
        ("caution", "implied_growth"),
        ("caution", "implied_growth"),
        ("caution", "target_wider_than_base"),
        ("caution", "fractional_whole_count"),
        ("caution", "small_counts"),
        ("caution", "few_events_allowed"),
        ("caution", "missing_unit"),
        ("caution", "missing_due_date"),
        ("caution", "missing_project_years"),
        ("caution", "missing_lead_unit"),
        ("caution", "missing_publication_facts"),
        ("caution", "published_late"),
    ]
    population, gdp = found(findings, "base_implies_denominator")
    assert population.numbers["implied"] == pytest.approx(2_500_000)
    assert population.numbers["statistics"] == 290554 and not population.illustrative
    assert gdp.numbers["implied"] == pytest.approx(465.1, abs=0.05) and gdp.illustrative
    per_gdp, per_head = found(findings, "implied_growth")
    assert (round(per_gdp.numbers["growth_percent"], 1), round(per_gdp.numbers["yearly_percent"], 1)) == (
        26.9,
        4.9,
    )
    assert per_head.numbers["growth_percent"] == pytest.approx(6.25)
    assert only(findings, "fractional_whole_count").numbers["whole"] == 1
    assert only(findings, "missing_lead_unit").numbers["count"] == 6


def test_gulou_gives_exactly_the_findings_a_careful_reader_has(workspace: Workspace) -> None:
    findings = shipped(workspace, "gulou")
    assert summary(findings) == [
        ("caution", "joint_limits"),
        *[("caution", "target_wider_than_base")] * 3,
        ("caution", "small_counts"),
        ("caution", "few_events_allowed"),
        ("caution", "missing_base"),
        ("caution", "missing_unit"),
        ("caution", "missing_due_date"),
        ("caution", "missing_project_years"),
        ("caution", "missing_lead_unit"),
        ("caution", "missing_publication_facts"),
        ("caution", "due_dates_differ"),
        ("caution", "published_late"),
        ("caution", "due_before_published"),
        ("confirmed", "steps_add_up"),
    ]
    limits_together = only(findings, "joint_limits")
    assert limits_together.items[0] == "deaths_per_100k_population"
    assert limits_together.numbers["allowed_deaths_per_100m_gdp"] == pytest.approx(11.59, abs=0.01)
    assert limits_together.numbers["allowed_deaths_per_100k_population"] == pytest.approx(5.46, abs=0.01)
    assert only(findings, "missing_lead_unit").items == ["project-7"]
    assert only(findings, "steps_add_up").numbers["sum"] == 148.5
    assert only(findings, "due_before_published").items == ["project-3", "project-8"]


def test_the_nation_s_targets_fit_real_growth_and_nothing_is_illustrative(workspace: Workspace) -> None:
    findings = shipped(workspace, "national")
    assert summary(findings) == [
        ("caution", "fractional_whole_count"),
        ("caution", "small_counts"),
        ("caution", "missing_base"),
        ("caution", "missing_unit"),
        ("caution", "missing_publication_facts"),
        ("confirmed", "implied_growth"),
    ]
    growth = only(findings, "implied_growth")
    assert growth.numbers["actual_growth_percent"] == pytest.approx(38.31, abs=0.01)
    assert not any(f.illustrative for f in findings)


def test_every_illustrative_finding_says_so(workspace: Workspace) -> None:
    for plan_id in workspace.plans:
        for finding in shipped(workspace, plan_id):
            assert ("示例数据" in finding.text) is finding.illustrative
            assert not (finding.illustrative and finding.level is CheckLevel.CONFIRMED)
