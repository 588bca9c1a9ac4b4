"""What would change a verdict does change it, and nothing smaller does: the data changed accordingly, evaluated anew."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product

import pytest

from planeval.evaluate.evaluation import evaluate
from planeval.explain.derivation import IndicatorDerivation, TurningPoint
from planeval.explain.indicator import derive_all
from planeval.model.evaluation import Evaluation, Kind, Verdict
from planeval.read.workspace import Workspace
from planeval.workbench import open_workspace

PLANS = ("gulou", "mawei", "national")


@cache
def workspace_of(plan: str) -> Workspace:
    return open_workspace("data", plan)


@cache
def made(plan: str, kind: Kind) -> tuple[Evaluation, tuple[IndicatorDerivation, ...]]:
    evaluation = evaluate(workspace_of(plan), plan, kind, None, [])
    return evaluation, tuple(derive_all(workspace_of(plan), evaluation))


def verdict_with(plan: str, kind: Kind, derivation: IndicatorDerivation, year: int, value: float) -> Verdict:
    """The verdict when the indicator has this value in this year: its latest row is changed and all evaluated anew."""
    workspace = workspace_of(plan)
    indicator = workspace.dictionary.indicators[derivation.key]
    now = next(v for v in made_values(plan, kind, derivation) if v.year == year)
    variable = derivation.key if now.published_rate or indicator.numerator is None else indicator.numerator
    if variable != derivation.key or indicator.numerator is not None:
        value = value * (now.denominator or 1.0) / indicator.scale if not now.published_rate else value
    rows = workspace.observations.copy()
    own = (rows["variable"] == variable) & (rows["year"] == year) & ~rows["superseded"]
    assert own.sum() == 1
    rows.loc[own, "value"] = value
    changed = evaluate(replace(workspace, observations=rows, table=rows), plan, kind, None, [])
    found = {i.id: i.verdict for i in changed.indicators + changed.sub_targets}
    return found[derivation.id]


def made_values(plan: str, kind: Kind, derivation: IndicatorDerivation):  # type: ignore[no-untyped-def]
    evaluation, _ = made(plan, kind)
    return next(i for i in evaluation.indicators + evaluation.sub_targets if i.id == derivation.id).values


def points(plan: str, kind: Kind) -> list[tuple[IndicatorDerivation, TurningPoint]]:
    return [(d, point) for d in made(plan, kind)[1] for point in d.turning_points]


@pytest.mark.parametrize(("plan", "kind"), [*product(PLANS, Kind)])
def test_a_turning_point_turns_the_verdict(plan: str, kind: Kind) -> None:
    turned = 0
    for derivation, point in points(plan, kind):
        if point.verdict is not None and point.value is not None:
            assert point.verdict is not derivation.verdict
            found = verdict_with(plan, kind, derivation, point.year, point.value)
            assert found is point.verdict, (derivation.id, point)
            turned += 1
    assert turned


@pytest.mark.parametrize("plan", PLANS)
def test_no_smaller_number_of_events_turns_the_verdict(plan: str) -> None:
    looked_at = 0
    for kind in (Kind.MIDTERM, Kind.FINAL):
        for derivation, point in points(plan, kind):
            if point.events is None or point.value is None:
                continue
            now = next(v for v in made_values(plan, kind, derivation) if v.year == point.year)
            one = (point.value - now.value) / point.events
            before = now.value + one * (abs(point.events) - 1) * (1 if point.events > 0 else -1) * (
                1 if one > 0 else -1
            )
            assert verdict_with(plan, kind, derivation, point.year, before) is derivation.verdict
            looked_at += 1
    assert looked_at


@pytest.mark.parametrize(("plan", "kind"), [*product(PLANS, (Kind.MIDTERM, Kind.FINAL))])
def test_halfway_to_a_turning_point_the_verdict_is_the_same(plan: str, kind: Kind) -> None:
    for derivation, point in points(plan, kind):
        if point.value is None or point.events is not None:
            continue
        now = next(v for v in made_values(plan, kind, derivation) if v.year == point.year).value
        if (
            abs(now - point.value)
            <= 2 * 10.0 ** -workspace_of(plan).dictionary.indicators[derivation.key].decimals
        ):
            continue  # between the two lies no number that could be shown
        halfway = (now + point.value) / 2
        assert verdict_with(plan, kind, derivation, point.year, halfway) is derivation.verdict, (
            derivation.id,
            point,
        )


def test_where_nothing_turns_the_verdict_that_is_said() -> None:
    _, derivations = made("mawei", Kind.MIDTERM)
    none_occurs = next(d for d in derivations if d.id == "major_accidents")
    down, up = none_occurs.turning_points
    assert (down.verdict, down.text) == (None, "2023年的数值再低，评价也不变。")
    assert (up.verdict, up.events) == (Verdict.OFF_TRACK, 1)
    assert up.text == "2023年多1起（即1起）时，评价变为“难以完成”。"


def test_the_verdict_at_both_ends_of_the_interval_is_told() -> None:
    _, derivations = made("mawei", Kind.MIDTERM)
    deaths = next(d for d in derivations if d.id == "accident_deaths")
    assert deaths.uncertainty == ["现状值取95%置信区间下端时评价为“提前完成”，取上端时为“难以完成”。"]
