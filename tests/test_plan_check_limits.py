"""What the targets of hand-made plans mean: together, in whole numbers, and beside their base."""

from __future__ import annotations

import pytest
from plan_samples import at_most, check, found, indicator, joint, limits, of_plan, only, plan_of, reduction


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
