"""The plan check as a whole, and what it finds in the plans of the repository."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_samples import (
    DATA,
    DICTIONARY,
    METHOD,
    bases,
    check,
    cumulative,
    dated,
    found,
    indicator,
    observed,
    of_plan,
    only,
    plan_of,
    reduction,
)

from planeval.compute.values import indicator_values
from planeval.evaluate.plan_check import check_plan
from planeval.evaluate.plan_facts import PlanFacts
from planeval.model.evaluation import CheckLevel, PlanCheckFinding
from planeval.read.workspace import Workspace, load


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


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["deaths", "gdp"]),
            st.integers(2019, 2022),
            st.integers(0, 9),
            st.sampled_from(["", "2021", "2021-05", "2022-01-31"]),
        )
    )
)
def test_the_check_looks_at_the_latest_vintage_up_to_its_year(rows: list[tuple[str, int, int, str]]) -> None:
    observations = observed(*[row[:3] for row in rows]).assign(published=[row[3] for row in rows])
    values = indicator_values(observations, DICTIONARY)
    facts = PlanFacts(bases(0.08), values, observations, DICTIONARY, METHOD.plan_check, 2021)
    ordered = observations.sort_values("published", kind="stable")
    latest = ordered.drop_duplicates(["year", "variable"], keep="last")
    expected = {(row.variable, row.year): row.value for row in latest.itertuples() if row.year <= 2021}
    asked = [(variable, year) for variable in ("deaths", "gdp") for year in range(2019, 2023)]
    found = {key: figure.value for key in asked if (figure := facts.statistic(*key)) is not None}
    assert found == expected
    assert all(max(row.points, default=0) <= 2021 for row in facts.rows)


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
