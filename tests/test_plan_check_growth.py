"""How a denominator must grow for two targets of a hand-made plan to hold together."""

from __future__ import annotations

import pytest
from plan_samples import check, joint, only

from planeval.model.evaluation import CheckLevel


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
