"""Whole evaluations of the shipped plans: the published national figures, and what a reader must be told."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import statsmodels
from hypothesis import given
from hypothesis import strategies as st

from planeval.errors import InputError, UsageError
from planeval.evaluate.evaluation import evaluate
from planeval.evaluate.provenance import LIBRARIES, rows_hash
from planeval.model.evaluation import Evaluation, IndicatorEvaluation, Kind, Verdict
from planeval.model.findings import Finding, Severity
from planeval.model.plan import Base
from planeval.model.status import Status
from planeval.read.workspace import Workspace, load
from planeval.stages.report import evaluation_json, indicators_csv

DATA = Path("data")
PLANS = ("gulou", "mawei", "national")


@cache
def workspace() -> Workspace:
    return load(DATA)


@cache
def evaluation(plan: str, kind: Kind, as_of: int | None = None) -> Evaluation:
    return evaluate(workspace(), plan, kind, as_of, [])


def indicator(plan: str, kind: Kind, key: str) -> IndicatorEvaluation:
    return next(i for i in evaluation(plan, kind).indicators if i.key == key)


# ---- the nation, against what was published ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "verdict", "current", "change"),
    [
        ("accident_deaths", Verdict.ACHIEVED_EARLY, 21242, -22.5),
        ("major_accidents", Verdict.LAGGING, 16, 0.0),
        ("deaths_per_100m_gdp", Verdict.ACHIEVED_EARLY, 0.016412, -39.3),
        ("mining_trade_deaths_per_100k_workers", Verdict.LAGGING, 1.244, -4.4),
        ("disaster_deaths_per_million", Verdict.ON_TRACK, 0.499, None),
        ("disaster_affected_per_100k", Verdict.ON_TRACK, 7426, None),
        ("disaster_loss_share_of_gdp", Verdict.ON_TRACK, 0.252, None),
    ],
)
def test_the_national_mid_term(key: str, verdict: Verdict, current: float, change: float | None) -> None:
    found = indicator("national", Kind.MIDTERM, key)
    assert found.verdict is verdict
    assert found.current == pytest.approx(current, rel=0.001)
    if change is None:
        assert found.change_percent is None
    else:
        assert found.change_percent == pytest.approx(change, abs=0.05)
    assert found.time_share == pytest.approx(0.6)


def test_the_national_workers_rate_has_gone_a_fifth_of_its_way() -> None:
    found = indicator("national", Kind.MIDTERM, "mining_trade_deaths_per_100k_workers")
    assert found.progress == pytest.approx(0.219, abs=0.0005)


@pytest.mark.parametrize(
    ("key", "verdict", "number", "value"),
    [
        ("accident_deaths", Verdict.MET, "change_percent", -33.4),
        ("major_accidents", Verdict.MET, "change_percent", -43.8),
        ("deaths_per_100m_gdp", Verdict.MET, "change_percent", -51.8),
        ("disaster_deaths_per_million", Verdict.MET, "current", 0.529),
        ("disaster_affected_per_100k", Verdict.MET, "current", 6747),
        ("disaster_loss_share_of_gdp", Verdict.MET, "current", 0.245),
    ],
)
def test_the_national_final(key: str, verdict: Verdict, number: str, value: float) -> None:
    found = indicator("national", Kind.FINAL, key)
    assert found.verdict is verdict
    assert getattr(found, number) == pytest.approx(value, rel=0.0015)


def test_the_national_workers_rate_cannot_be_judged_at_the_end_and_says_why() -> None:
    found = indicator("national", Kind.FINAL, "mining_trade_deaths_per_100k_workers")
    assert (found.verdict, found.current) == (Verdict.NOT_ASSESSABLE, None)
    assert "2025年数值缺失" in found.notes[0].text


def test_missing_national_years_are_missing_and_not_zero() -> None:
    values = {v.year: v for v in indicator("national", Kind.FINAL, "major_accidents").values}
    for year in (2021, 2022):
        assert values[year].value is None
        assert values[year].reason == "本项目收录的数据中没有重特大生产安全事故起数"


def test_what_the_ministry_published_for_2024_comes_out() -> None:
    own = {i.key: i for i in evaluation("national", Kind.MIDTERM, 2024).indicators}
    assert own["accident_deaths"].change_percent == pytest.approx(-28.4, abs=0.05)
    assert own["major_accidents"].change_percent == pytest.approx(-43.8, abs=0.05)


def test_the_nation_uses_no_made_up_figure() -> None:
    for kind in Kind:
        found = evaluation("national", kind)
        assert not found.illustrative
        assert not found.provisional
        assert all(row.status is not Status.ILLUSTRATIVE for row in found.rows)


def test_gdp_of_2020_is_the_final_figure_and_the_preliminary_one_is_kept() -> None:
    restated = {(r.variable, r.year): r for r in evaluation("national", Kind.MIDTERM).restatements}
    assert [v.value for v in restated["gdp", 2020].vintages] == [1015986.0, 1013567.0]
    base = next(
        v for v in indicator("national", Kind.MIDTERM, "deaths_per_100m_gdp").values if v.year == 2020
    )
    assert base.denominator == 1013567.0


# ---- the districts ----------------------------------------------------------------------------------------------


def test_district_reports_say_that_figures_are_illustrative() -> None:
    for plan in ("gulou", "mawei"):
        for kind in Kind:
            found = evaluation(plan, kind)
            assert found.illustrative and found.provisional
            judged = [i for i in found.indicators if i.current is not None]
            assert all(i.provisional and i.data_status is Status.ILLUSTRATIVE for i in judged)


def test_a_base_that_contradicts_the_statistics_is_flagged_and_its_effect_shown() -> None:
    found = indicator("mawei", Kind.MIDTERM, "deaths_per_100k_population")
    assert "base_conflicts_with_statistics" in found.flags
    other = next(a for a in found.sensitivity if a.code == "base_from_statistics")
    assert other.base == pytest.approx(2 / 290554 * 1e5)
    assert other.changes_verdict


def test_a_figure_published_again_is_also_judged_as_first_published() -> None:
    found = indicator("national", Kind.MIDTERM, "deaths_per_100m_gdp")
    deaths = next(v.numerator for v in found.values if v.year == 2020)
    first = next(a for a in found.sensitivity if a.code == "first_vintage")
    assert deaths is not None
    assert (found.base, first.base) == pytest.approx((deaths / 1013567, deaths / 1015986))


def test_a_fraction_of_a_death_is_said_to_mean_at_most_one() -> None:
    found = indicator("mawei", Kind.MIDTERM, "accident_deaths")
    assert found.target == pytest.approx(1.7)
    assert "不高于1人" in next(n.text for n in found.notes if n.code == "fractional_target")


def test_a_limit_wider_than_the_base_is_flagged() -> None:
    for key in ("deaths_per_100m_gdp", "deaths_per_100k_population"):
        assert "target_wider_than_base" in indicator("gulou", Kind.MIDTERM, key).flags


def test_the_final_remembers_what_the_mid_term_warned_of() -> None:
    rows = {r.id: r for r in evaluation("mawei", Kind.FINAL).follow_up}
    then = {i.id: i for i in evaluation("mawei", Kind.MIDTERM).indicators}
    for key, own in then.items():
        assert rows[key].midterm is own.verdict
        assert rows[key].final is indicator("mawei", Kind.FINAL, key).verdict
    assert rows["accident_deaths"].midterm is Verdict.LAGGING


@pytest.mark.parametrize("plan", PLANS)
def test_the_rows_stand_by_variable_year_and_day_of_publication_whatever_the_order_of_the_table(
    plan: str,
) -> None:
    own = workspace()
    shuffled = replace(own, observations=own.observations.sample(frac=1, random_state=1))
    for year in (2021, 2023):
        rows = evaluation(plan, Kind.MIDTERM, year).rows
        assert max(row.year for row in rows) == year
        assert rows == sorted(rows, key=lambda row: (row.variable, row.year, row.published))
        assert evaluate(shuffled, plan, Kind.MIDTERM, year, []).rows == rows


@pytest.mark.parametrize("plan", PLANS)
def test_the_look_back_says_what_a_whole_mid_term_says(plan: str) -> None:
    then = evaluation(plan, Kind.MIDTERM)
    expected = [
        (
            i.id,
            i.verdict,
            i.current_year,
            i.data_status,
            (i.projection.year, i.projection.value) if i.projection else (None, None),
        )
        for i in then.indicators + then.sub_targets
    ]
    found = [
        (r.id, r.midterm, r.midterm_year, r.midterm_status, (r.projected_year, r.projected))
        for r in evaluation(plan, Kind.FINAL).follow_up
    ]
    assert found == expected


def test_indicators_name_the_tasks_that_bear_on_them() -> None:
    plan = workspace().plans["mawei"]
    sections = {s.id for part in plan.tasks for s in part.sections}
    found = indicator("mawei", Kind.MIDTERM, "accident_deaths")
    assert found.bears_on and set(found.bears_on) <= sections


# ---- what holds for every report --------------------------------------------------------------------------------

EVERY = [(plan, kind) for plan in PLANS for kind in Kind]
NULLABLE = ("base", "current", "target", "change_percent", "progress", "interval", "projection")


@pytest.mark.parametrize(("plan", "kind"), EVERY)
def test_every_number_that_is_missing_has_a_reason(plan: str, kind: Kind) -> None:
    for own in evaluation(plan, kind).indicators + evaluation(plan, kind).sub_targets:
        for name in NULLABLE:
            if getattr(own, name) is None:
                stem = {"change_percent": "no_change", "current": "no_current"}.get(name, f"no_{name}")
                assert any(n.code.startswith(stem) and n.text for n in own.notes), (own.id, name)


@pytest.mark.parametrize(("plan", "kind"), EVERY)
def test_the_json_has_no_nan_and_reads_back_as_the_same_evaluation(plan: str, kind: Kind) -> None:
    own = evaluation(plan, kind)
    text = evaluation_json(own)
    assert Evaluation.model_validate(json.loads(text, parse_constant=_refuse)) == own


def _refuse(constant: str) -> Any:
    raise AssertionError(f"{constant} in evaluation.json")


@pytest.mark.parametrize(("plan", "kind"), EVERY)
def test_every_value_can_be_recomputed_from_its_rows(plan: str, kind: Kind) -> None:
    own = evaluation(plan, kind)
    rows = {(r.variable, r.year): r.value for r in own.rows if not r.superseded}
    checked = 0
    for i in own.indicators + own.sub_targets:
        entry = workspace().dictionary.indicators[i.key]
        for v in i.values:
            if v.value is None:
                continue
            if v.published_rate or entry.numerator is None:
                expected = rows[i.key, v.year]
            else:
                expected = rows[entry.numerator, v.year] * entry.scale
                if entry.denominator:
                    expected /= rows[entry.denominator, v.year]
            assert v.value == pytest.approx(expected)
            checked += 1
    assert checked > 10


def test_the_csv_opens_in_excel_and_holds_every_year() -> None:
    own = evaluation("mawei", Kind.MIDTERM)
    text = indicators_csv(own)
    assert text.startswith("\ufeffregion_code,")
    lines = text.splitlines()
    assert len(lines) == 1 + sum(len(i.values) for i in own.indicators + own.sub_targets)
    assert lines[1].startswith("350105,马尾区,accident_deaths,")


def test_the_same_input_gives_the_same_evaluation() -> None:
    again = evaluate(load(DATA), "mawei", Kind.MIDTERM, None, [])
    assert evaluation_json(again) == evaluation_json(evaluation("mawei", Kind.MIDTERM))


# ---- provenance -------------------------------------------------------------------------------------------------

row_cells = st.tuples(
    st.text(st.characters(codec="utf-8"), max_size=4) | st.sampled_from(["a,b", 'a"b', "a\nb", "\r"]),
    st.integers(1990, 2030),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)


@given(st.lists(row_cells))
def test_the_hash_of_the_rows_is_that_of_their_csv_without_file_and_line(
    cells: list[tuple[Any, ...]],
) -> None:
    table = pd.DataFrame(cells, columns=["source", "year", "value", "superseded"])
    text = table.astype({"source": "str"}).to_csv(index=False, lineterminator="\n")
    placed = table.assign(file="observations/x.csv", line=range(len(table)))
    assert rows_hash(placed) == hashlib.sha256(text.encode("utf-8")).hexdigest()


def test_the_provenance_names_the_installed_libraries() -> None:
    libraries = evaluation("mawei", Kind.MIDTERM).provenance.libraries
    assert set(libraries) == set(LIBRARIES)
    assert libraries["pandas"] == pd.__version__ and libraries["statsmodels"] == statsmodels.__version__


# ---- refusals ---------------------------------------------------------------------------------------------------


def test_an_unknown_plan_is_refused_with_the_closest_name() -> None:
    with pytest.raises(UsageError, match=r"mawai.*是否应为 mawei"):
        evaluate(workspace(), "mawai", Kind.MIDTERM, None, [])


@pytest.mark.parametrize("year", [2020, 2026])
def test_a_year_outside_the_period_is_refused(year: int) -> None:
    with pytest.raises(UsageError, match=rf"{year} 不在规划 mawei 的规划期 2021—2025 内"):
        evaluate(workspace(), "mawei", Kind.MIDTERM, year, [])


def test_a_critical_finding_of_the_place_holds_the_evaluation_back_and_others_go_on() -> None:
    finding = Finding(rule="r", severity=Severity.CRITICAL, message="马尾区坏了", region_code="350105")
    with pytest.raises(InputError, match="马尾区坏了"):
        evaluate(workspace(), "mawei", Kind.MIDTERM, None, [finding])
    assert evaluate(workspace(), "gulou", Kind.MIDTERM, None, [finding]).validation == []


def test_a_warning_of_the_place_goes_into_the_evaluation() -> None:
    finding = Finding(rule="r", severity=Severity.WARNING, message="可疑", region_code="350105")
    assert evaluate(workspace(), "mawei", Kind.MIDTERM, None, [finding]).validation == [finding]


def test_a_forecast_makes_the_verdict_provisional() -> None:
    own = workspace()
    table = own.observations.copy()
    now = (
        (table["region_code"] == "100000")
        & (table["year"] == 2025)
        & (table["variable"] == "accident_deaths")
    )
    table.loc[now, "status"] = "forecast"
    changed = replace(own, observations=table)
    found = next(
        i
        for i in evaluate(changed, "national", Kind.FINAL, None, []).indicators
        if i.key == "accident_deaths"
    )
    assert found.provisional
    assert "data_forecast" in found.flags


def test_a_base_of_five_years_mean_needs_all_five() -> None:
    own = workspace()
    plan = own.plans["mawei"]
    row = plan.indicators[0].model_copy(update={"base": Base(source="mean_of_years", years=5)})
    changed = replace(own, plans={**own.plans, "mawei": plan.model_copy(update={"indicators": (row,)})})
    whole = evaluate(changed, "mawei", Kind.MIDTERM, None, []).indicators[0]
    before = own.observations[
        (own.observations["region_code"] == "350105")
        & (own.observations["variable"] == "accident_deaths")
        & own.observations["year"].between(2016, 2020)
    ]
    assert whole.base == pytest.approx(before["value"].mean())
    table = own.observations.drop(index=before.index[:1])
    holed = replace(changed, observations=pd.DataFrame(table))
    found = evaluate(holed, "mawei", Kind.MIDTERM, None, []).indicators[0]
    assert found.base is None
    assert found.verdict is Verdict.NOT_ASSESSABLE
    assert "base_years_missing" in found.flags


def test_progress_is_never_infinite() -> None:
    for plan, kind in EVERY:
        for own in evaluation(plan, kind).indicators:
            assert own.progress is None or math.isfinite(own.progress)


def test_every_value_names_the_rows_behind_it() -> None:
    own = evaluation("national", Kind.MIDTERM)
    lines = {f"{r.file}:{r.line}": (r.variable, r.year) for r in own.rows if not r.superseded}
    for i in own.indicators:
        for v in i.values:
            assert bool(v.sources) == (v.value is not None)
            assert all(lines[source][1] == v.year for source in v.sources)
    rate = next(i for i in own.indicators if i.key == "deaths_per_100m_gdp")
    now = next(v for v in rate.values if v.year == 2023)
    assert [lines[source][0] for source in now.sources] == ["accident_deaths", "gdp"]


def test_a_verdict_by_progress_from_an_illustrative_base_is_provisional() -> None:
    own = workspace()
    table = own.observations.copy()
    of_rate = (table["region_code"] == "350105") & (table["variable"] == "warning_public_coverage")
    table.loc[of_rate & (table["year"] != 2020), "status"] = "final"
    changed = replace(own, observations=table)
    found = next(
        i
        for i in evaluate(changed, "mawei", Kind.MIDTERM, None, []).sub_targets
        if i.key == "warning_public_coverage"
    )
    assert found.verdict is Verdict.AHEAD
    assert found.base_status is Status.ILLUSTRATIVE
    assert found.provisional
    final = next(
        i
        for i in evaluate(changed, "mawei", Kind.FINAL, None, []).sub_targets
        if i.key == "warning_public_coverage"
    )
    assert final.verdict is Verdict.MET
    assert not final.provisional, "the level at the end does not rest on the base"
