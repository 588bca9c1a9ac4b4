"""Base values of a plan against each other and against the statistics, on hand-made plans."""

from __future__ import annotations

import pytest
from plan_samples import bases, check, found, indicator, of_plan, only, plan_of, reduction

from planeval.model.evaluation import CheckLevel


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
