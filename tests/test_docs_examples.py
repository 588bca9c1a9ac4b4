"""The worked examples of the method come out of the shipped data."""

from __future__ import annotations

import re

import pytest
from docs_text import PLANS, ROOT, row, section

from planeval.compute.intervals import comparison_p_value, poisson_interval
from planeval.evaluate.evaluation import evaluate
from planeval.evaluate.judge import Case, judge
from planeval.model.evaluation import Evaluation, Kind, Verdict
from planeval.model.plan import AtMost
from planeval.read.workspace import Workspace, load


@pytest.fixture(scope="module")
def shipped() -> Workspace:
    return load(ROOT / "data")


@pytest.fixture(scope="module")
def evaluations(shipped: Workspace) -> dict[tuple[str, Kind], Evaluation]:
    return {(plan, kind): evaluate(shipped, plan, kind, None, []) for plan in PLANS for kind in Kind}


def test_the_worked_examples_of_reductions_come_out_of_the_shipped_data(
    evaluations: dict[tuple[str, Kind], Evaluation],
) -> None:
    midterm, final = evaluations["national", Kind.MIDTERM], evaluations["national", Kind.FINAL]
    deaths, workers = row(midterm, "accident_deaths"), row(midterm, "mining_trade_deaths_per_100k_workers")
    major, rate = row(midterm, "major_accidents"), row(midterm, "deaths_per_100m_gdp")
    plain = re.sub(" +", " ", section("Levels at the end"))

    def shown(figure: str) -> bool:
        return re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d.]*\d)", plain) is not None

    assert deaths.target == pytest.approx(23300.2) and shown(f"{deaths.target:.1f}")
    assert shown(f"= {deaths.change_percent:.1f}") and shown(f"= {deaths.progress:.3f}")
    assert shown(f"= {workers.target:.4f}") and shown(f"= {workers.progress:.3f}")
    assert workers.projection and shown(f"{workers.projection.required_yearly_change_percent:.1f}")
    assert shown(f"{workers.progress / workers.time_share:.3f}")
    assert (major.base, major.current, major.progress) == (16, 16, 0) and shown(f"{major.target:.1f}")
    assert all(shown(f"{v:.4f}") for v in (rate.base, rate.target, rate.current))
    assert shown(f"{rate.change_percent:.1f}")
    for key in ("accident_deaths", "deaths_per_100m_gdp"):
        assert shown(f"{row(final, key).change_percent:.1f}")
    assert shown("9 / 16 − 1 = -43.8") and row(final, "major_accidents").change_percent == -43.75
    assert row(final, "mining_trade_deaths_per_100k_workers").verdict is Verdict.NOT_ASSESSABLE
    assert [i.verdict.value for i in (deaths, workers, major, rate)] == [
        "achieved_early",
        "lagging",
        "lagging",
        "achieved_early",
    ]


def test_the_worked_examples_of_the_districts_come_out_of_the_shipped_data(
    evaluations: dict[tuple[str, Kind], Evaluation],
) -> None:
    mawei, gulou = evaluations["mawei", Kind.MIDTERM], evaluations["gulou", Kind.MIDTERM]
    text = section("Levels at the end")

    deaths, rate = row(mawei, "accident_deaths"), row(mawei, "deaths_per_100k_population")
    assert deaths.target == pytest.approx(1.7) and "2 × 0.85 = 1.7" in text
    assert deaths.verdict is Verdict.LAGGING and "fractional_target" in deaths.flags
    assert f"{rate.current:.3f}" in text and rate.verdict is Verdict.OFF_TRACK
    assert rate.projection and f"{rate.projection.required_yearly_change_percent:.1f} %" in text
    changed = {s.code: s.verdict for s in row(evaluations["mawei", Kind.FINAL], rate.id).sensitivity}
    assert row(evaluations["mawei", Kind.FINAL], rate.id).verdict is Verdict.NOT_MET
    assert changed["base_from_statistics"] is Verdict.MET

    relief, broadcast = row(mawei, "relief-within-10-hours"), row(mawei, "emergency-broadcast-coverage")
    assert f"= {relief.progress}, pace" in text and f"{relief.progress / relief.time_share:.3f}" in text
    assert relief.verdict is Verdict.LAGGING
    assert f"{broadcast.progress:.3f}" in text and f"{broadcast.progress / broadcast.time_share:.3f}" in text
    assert broadcast.verdict is Verdict.ON_TRACK

    wide = row(gulou, "deaths_per_100m_gdp")
    assert "target_wider_than_base" in wide.flags and wide.verdict is Verdict.ACHIEVED_EARLY
    assert f"{wide.base:.4f}" in text and f"{wide.current:.4f}" in text


def test_the_worked_examples_of_means_come_out_of_the_shipped_data(
    evaluations: dict[tuple[str, Kind], Evaluation],
) -> None:
    text = section("`period_mean_at_most`")
    for kind in Kind:
        national = evaluations["national", kind]
        deaths = row(national, "disaster_deaths_per_million").current
        affected = row(national, "disaster_affected_per_100k").current
        loss = row(national, "disaster_loss_share_of_gdp").current
        assert f"{deaths:.3f}" in text and f"{affected:,.0f}" in text and f"{loss:.3f} %" in text
    national, mawei = evaluations["national", Kind.MIDTERM], evaluations["mawei", Kind.MIDTERM]
    deaths = row(national, "disaster_deaths_per_million")
    assert all(f"{v.value:.3f}" in text for v in deaths.values if v.value is not None)
    assert deaths.projection and f"= {deaths.projection.room_left:.3f}" in text
    own = row(mawei, "disaster_deaths_per_million")
    assert own.verdict is Verdict.LAGGING and f"mean of {own.current:.3f}" in text
    assert own.projection and f"{own.projection.room_left:.3f} left" in text


def test_the_worked_examples_of_the_ledger_come_out_of_the_shipped_data(
    evaluations: dict[tuple[str, Kind], Evaluation],
) -> None:
    text = section("`complete_by` and")
    gas = next(i for i in evaluations["gulou", Kind.MIDTERM].items if i.id == "gas-pipe-assessment")
    survey = {
        k: next(i for i in evaluations["mawei", k].items if i.id == "disaster-risk-survey") for k in Kind
    }

    assert gas.state.value == "behind"
    assert f"= {gas.planned_to_date:.1f} km" in text and f"done {gas.done_to_date:.0f} km" in text
    assert f"{gas.percent:.1f} %" in text and f"{gas.expected_percent:.1f} %" in text
    assert f"{0.95 * gas.expected_percent:.1f}" in text
    assert (survey[Kind.MIDTERM].state.value, survey[Kind.FINAL].state.value) == ("overdue", "completed")
    assert f"{survey[Kind.MIDTERM].percent:.0f} % at the end of 2023" in text


def test_the_interval_table_and_the_p_values_are_what_the_code_gives(
    shipped: Workspace, evaluations: dict[tuple[str, Kind], Evaluation]
) -> None:
    text = section("Uncertainty")
    rows = re.findall(r"^\| (\d+) \| ([\d.]+)–([\d.]+) \| (\w+) \|", text, re.MULTILINE)

    assert [int(events) for events, *_ in rows] == [0, 1, 3, 10]
    for events, lower, upper, method in rows:
        low, high = (float(x) for x in poisson_interval(int(events), shipped.method.interval))
        assert low == pytest.approx(float(lower), abs=0.005) and high == pytest.approx(
            float(upper), abs=0.005
        )
        assert method == ("exact" if int(events) < shipped.method.interval.exact_below else "Byar")
    assert f"p = {comparison_p_value(1, 1, 3, 1):.4f}" in text
    assert f"p = {comparison_p_value(0, 1, 5, 1):.5f}" in text
    major = row(evaluations["national", Kind.FINAL], "major_accidents")
    assert major.comparison and not major.comparison.distinguishable
    assert f"p = {major.comparison.p_value:.3f}" in text


def test_the_projection_and_both_trajectories_are_what_the_code_gives(
    shipped: Workspace, evaluations: dict[tuple[str, Kind], Evaluation]
) -> None:
    text = section("Projection")
    deaths = row(evaluations["national", Kind.MIDTERM], "accident_deaths").projection
    assert (
        deaths
        and f"{deaths.average_yearly_change:.1f} a year" in text
        and f"{deaths.value:.1f} in 2025" in text
    )

    target = AtMost(kind="at_most", level=7.25, unit="人")
    case = Case(target, 14.5, 2015, 2016, 2030, 2023, {2023: 10.4})
    linear, compound = (10.4 - 14.5) / (7.25 - 14.5) / (8 / 15), 0.901
    assert f"= {linear:.3f}" in text and f"= {compound}" in text
    # The cut-offs lie between the two: on the line the case is on track, by compound rates it lags.
    rule = shipped.method.verdicts
    assert judge(case, Kind.MIDTERM, rule, "linear").verdict is Verdict.ON_TRACK
    assert judge(case, Kind.MIDTERM, rule, "geometric").verdict is Verdict.LAGGING
    observed, required = (10.4 / 14.5) ** (1 / 8) - 1, (7.25 / 14.5) ** (1 / 15) - 1
    assert observed / required == pytest.approx(compound, abs=0.0005)

    flood = row(evaluations["mawei", Kind.MIDTERM], "flood-drought-loss-share")
    first = next(s for s in flood.sensitivity if s.code == "first_vintage")
    assert f"{flood.current:.3f} %" in text and f"{first.current:.3f} %" in text
    assert (flood.verdict, first.verdict) == (Verdict.LAGGING, Verdict.ON_TRACK)


def test_the_examples_of_the_plan_check_come_out_of_the_shipped_data(
    evaluations: dict[tuple[str, Kind], Evaluation],
) -> None:
    found = {plan: evaluations[plan, Kind.FINAL].plan_check for plan in PLANS}
    numbers = {(plan, f.rule, f.items[-1]): f.numbers for plan in PLANS for f in found[plan] if f.items}
    rules = {
        line.split("`")[1]: line for line in section("Plan check").splitlines() if line.startswith("| `")
    }

    scope = numbers["mawei", "base_implies_denominator", "deaths_per_100k_population"]
    assert f"{scope['implied'] / 1e6:.1f} million" in rules["base_implies_denominator"]
    assert f"{scope['ratio']:.1f} times" in rules["base_implies_denominator"]
    gdp = numbers["mawei", "base_implies_denominator", "deaths_per_100m_gdp"]
    assert f"{gdp['implied']:.1f} 亿元" in rules["base_implies_denominator"]
    for key, digits in (("deaths_per_100m_gdp", 1), ("deaths_per_100k_population", 2)):
        growth = numbers["mawei", "implied_growth", key]
        assert f"{growth['growth_percent']:.{digits}f} %" in rules["implied_growth"]
        assert f"{growth['yearly_percent']:.1f} % a year" in rules["implied_growth"]
    limits = next(f.numbers for f in found["gulou"] if f.rule == "joint_limits")
    assert f"allows {limits['allowed_deaths_per_100m_gdp']:.1f} deaths" in rules["joint_limits"]
    assert f"allows {limits['allowed_deaths_per_100k_population']:.1f}" in rules["joint_limits"]
    few = numbers["mawei", "few_events_allowed", "disaster_deaths_per_million"]
    assert f"{few['allowed']:.1f} deaths" in rules["few_events_allowed"]
    late = next(f.numbers for f in found["gulou"] if f.rule == "published_late")
    assert f"{late['elapsed_months']:.0f} of 60 months" in rules["published_late"]
    assert {f.rule for plan in PLANS for f in found[plan]} <= set(rules)
