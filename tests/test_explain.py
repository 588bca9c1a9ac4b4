"""A derivation agrees with the evaluation: its arithmetic, done again, gives every number, and its rule every verdict."""

from __future__ import annotations

import math
from functools import cache
from itertools import product

import pytest
from formulas import computed

from planeval.evaluate.evaluation import evaluate
from planeval.explain.derivation import Calculation, IndicatorDerivation
from planeval.explain.find import derivation_of
from planeval.explain.indicator import derive_all
from planeval.messages import say, speaking
from planeval.model.evaluation import Evaluation, IndicatorEvaluation, ItemState, Kind, Verdict
from planeval.read.units import UNITS
from planeval.workbench import open_workspace

PLANS = ("gulou", "mawei", "national")
REPORTS = [*product(PLANS, Kind, ("zh", "en"))]
YEARS = [*product(PLANS, Kind, range(2021, 2026))]


@cache
def made(
    plan: str, kind: Kind, lang: str = "zh", as_of: int | None = None
) -> tuple[Evaluation, tuple[IndicatorDerivation, ...]]:
    with speaking(lang):
        workspace = open_workspace("data", plan)
        evaluation = evaluate(workspace, plan, kind, as_of, [])
        return evaluation, tuple(derive_all(workspace, evaluation))


def pairs(
    plan: str, kind: Kind, lang: str = "zh", as_of: int | None = None
) -> list[tuple[IndicatorEvaluation, IndicatorDerivation]]:
    evaluation, derivations = made(plan, kind, lang, as_of)
    return list(zip(evaluation.indicators + evaluation.sub_targets, derivations, strict=True))


def told(own: IndicatorEvaluation) -> dict[str, float | None]:
    """What ``evaluation.json`` says, by the code of the step that derives it."""
    found = {
        "base": own.base,
        "target": own.target,
        "current": own.current,
        "change": own.change_percent,
        "progress": own.progress,
        "time_share": own.time_share,
        "path": own.path.get(own.current_year),
        "p_value": own.comparison.p_value if own.comparison else None,
        "interval_lower": own.interval.lower if own.interval else None,
        "interval_upper": own.interval.upper if own.interval else None,
        "required": own.projection.required_yearly_change_percent if own.projection else None,
        "room": own.projection.room_left if own.projection else None,
    }
    return found


def again(step: Calculation) -> float:
    return computed(step.formula, UNITS)


@pytest.mark.parametrize(("plan", "kind", "lang"), REPORTS)
def test_every_formula_gives_its_number_when_it_is_computed_again(plan: str, kind: Kind, lang: str) -> None:
    formulas = 0
    for _, derivation in pairs(plan, kind, lang):
        for step in (*derivation.values, *derivation.steps):
            if step.formula:
                assert step.value is not None
                assert math.isclose(again(step), step.value, rel_tol=1e-6, abs_tol=1e-9), (
                    derivation.id,
                    step,
                )
                formulas += 1
    assert formulas > 20


@pytest.mark.parametrize(("plan", "kind", "lang"), REPORTS)
def test_every_number_is_the_one_of_the_evaluation(plan: str, kind: Kind, lang: str) -> None:
    compared = set()
    for own, derivation in pairs(plan, kind, lang):
        assert (derivation.id, derivation.verdict) == (own.id, own.verdict)
        assert [(v.year, v.value, v.sources) for v in derivation.values] == [
            (v.year, v.value, v.sources) for v in own.values
        ]
        numbers = told(own)
        for step in derivation.steps:
            if step.code in numbers and not (step.code == "required" and own.projection is None):
                assert step.value == numbers[step.code], (own.id, step.code)
                compared.add(step.code)
        if own.current is not None and own.target_kind != "none_occurs":
            assert {"target", "current"} <= {step.code for step in derivation.steps}
    assert {"base", "target", "current", "progress", "interval_lower"} <= compared


@pytest.mark.parametrize(("plan", "kind", "as_of"), YEARS)
def test_the_first_condition_that_holds_gives_the_verdict(plan: str, kind: Kind, as_of: int) -> None:
    for own, derivation in pairs(plan, kind, as_of=as_of):
        outcomes = [step.outcome for step in derivation.rule]
        at = outcomes.index("applies")
        rest = len(outcomes) - at - 1
        assert outcomes == ["passed"] * at + ["applies"] + ["not_reached"] * rest
        decided = derivation.rule[at]
        assert decided.code != "other", own.id
        assert decided.result == say(f"verdict.{own.verdict}"), (own.id, decided)


@pytest.mark.parametrize(("plan", "kind", "as_of"), YEARS)
def test_a_condition_that_is_passed_over_does_not_hold(plan: str, kind: Kind, as_of: int) -> None:
    """The comparisons as they are printed: those of conditions passed over are false, that of the one decided is true."""
    signs = {"≤": "<=", "≥": ">=", "＞": ">", "<": "<", ">": ">"}
    asked = 0
    for own, derivation in pairs(plan, kind, as_of=as_of):
        for step in derivation.rule:
            sign = next((s for s in signs if f" {s} " in step.condition), None)
            if sign is None or step.outcome == "not_reached" or step.code == "due" or "—" in step.condition:
                continue
            left, right = step.condition.rpartition("：")[2].split(f" {sign} ")
            a, b = computed(left), computed(right)
            if math.isclose(a, b, rel_tol=1e-9):
                continue  # equal within rounding; the rule says on which side that is
            holds = {"<=": a <= b, ">=": a >= b, ">": a > b, "<": a < b}[signs[sign]]
            assert holds == (step.outcome == "applies"), (own.id, step)
            asked += 1
    assert asked or plan == "national" or kind is Kind.FINAL


def test_every_item_of_the_ledger_can_be_explained() -> None:
    kept = set()
    for plan, kind in product(PLANS, (Kind.MIDTERM, Kind.FINAL)):
        workspace = open_workspace("data", plan)
        evaluation = evaluate(workspace, plan, kind, None, [])
        for item in evaluation.items:
            derivation = derivation_of(workspace, evaluation, item.id)
            assert derivation.state is item.state
            assert next(s.result for s in derivation.rule if s.outcome == "applies") == say(
                f"state.{item.state}"
            )
            steps = {step.code: step for step in derivation.steps}
            for code, value in (("done", item.percent), ("expected", item.expected_percent)):
                if value is not None:
                    assert steps[code].value == value
                if code in steps and steps[code].formula:
                    assert math.isclose(again(steps[code]), value or 0.0, rel_tol=1e-9)
            used = [report for report in derivation.reports if report.used]
            assert [report.date for report in used] == ([item.last_report] if item.last_report else [])
            kept.add(item.state)
    assert kept >= {ItemState.COMPLETED, ItemState.ON_SCHEDULE, ItemState.BEHIND, ItemState.OVERDUE}


def test_rows_are_named_with_file_line_vintage_and_what_became_of_them() -> None:
    workspace = open_workspace("data", "mawei")
    evaluation = evaluate(workspace, "mawei", Kind.MIDTERM, None, [])
    derivation = derivation_of(workspace, evaluation, "flood-drought-loss-share")
    assert isinstance(derivation, IndicatorDerivation)
    losses = [row for row in derivation.rows if row.variable == "flood_drought_loss" and row.year == 2023]
    assert [(r.as_published, r.published, r.superseded, r.used) for r in losses] == [
        ("6.6亿元", "2024-01", True, False),
        ("10.9亿元", "2024-10", False, True),
    ]
    assert {r.file for r in derivation.rows} == {"observations/mawei.csv"}
    used = {f"{r.file}:{r.line}" for r in derivation.rows if r.used}
    assert used == {source for value in derivation.values for source in value.sources}


def test_what_a_missing_value_would_decide_is_said() -> None:
    _, derivations = made("national", Kind.FINAL)
    mining = next(d for d in derivations if d.id == "mining_trade_deaths_per_100k_workers")
    assert mining.verdict is Verdict.NOT_ASSESSABLE
    assert mining.turning_points == []
    assert mining.notes[0] == "补齐2025年数值后即可评价：优于1.0408人/10万人时为“完成”。"
