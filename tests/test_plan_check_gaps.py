"""What hand-made plans leave out, and their dates and sums that do not fit."""

from __future__ import annotations

import pytest
from plan_samples import (
    at_most,
    check,
    cumulative,
    dated,
    found,
    indicator,
    of_plan,
    only,
    plan_of,
    project,
    reduction,
)

from planeval.model.evaluation import CheckLevel


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
