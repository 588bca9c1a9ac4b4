"""Figures summed from the parts of a place: explained with the rows behind them, and verified from what the page carries."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from conftest import Cli
from formulas import computed
from places_within import CITY, EAST, NORTH, SOUTH, WEST, a_folder, usual

from planeval.evaluate.evaluation import evaluate
from planeval.explain.indicator import derive_all
from planeval.model.evaluation import Kind, Verdict
from planeval.read.units import UNITS
from planeval.verify.embedded import inputs_of, pack, unpack
from planeval.verify.recompute import recompute
from planeval.workbench import open_workspace

FOUR = (EAST, WEST, SOUTH, NORTH)


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A city of four counties; one lacks its GDP of 2023, another its major accidents of 2022."""
    figures = usual(FOUR)
    del figures[SOUTH, 2023, "gdp"], figures[WEST, 2022, "major_accidents"]
    return a_folder(tmp_path / "data", figures, {CITY: 4}, codes=FOUR)


def test_a_sum_names_the_rows_it_was_made_from(run_cli: Cli, city: Path) -> None:
    status, out, _ = run_cli("explain", "shi", "accident_deaths", "--data", city)
    assert status == 0
    behind = "；".join(f"observations/{code}.csv:2" for code in FOUR)
    assert f"由4行合成：{behind}" in out
    assert ":0" not in out


def test_a_rate_over_some_parts_says_so_and_shows_no_arithmetic_of_the_whole(
    run_cli: Cli, city: Path
) -> None:
    status, out, _ = run_cli("explain", "shi", "deaths_per_100m_gdp", "--data", city)
    assert status == 0
    line = next(line for line in out.splitlines() if line.startswith("  2023年数值："))
    assert "部分合计（3/4）" in line
    assert "÷" not in line


@pytest.mark.parametrize("kind", Kind)
def test_arithmetic_and_rule_agree_with_the_evaluation(city: Path, kind: Kind) -> None:
    workspace = open_workspace(city, "shi")
    evaluation = evaluate(workspace, "shi", kind, 2023, [])
    judged = evaluation.indicators + evaluation.sub_targets
    for own, derivation in zip(judged, derive_all(workspace, evaluation), strict=True):
        decided = next(step for step in derivation.rule if step.outcome == "applies")
        assert decided.code != "other" or own.verdict is Verdict.NOT_ASSESSABLE
        for step in (*derivation.values, *derivation.steps):
            if step.formula:
                assert math.isclose(
                    computed(step.formula, UNITS), step.value or 0.0, rel_tol=1e-6, abs_tol=1e-9
                )


@pytest.mark.parametrize("kind", Kind)
def test_what_the_page_carries_gives_the_same_evaluation(city: Path, kind: Kind) -> None:
    workspace = open_workspace(city, "shi")
    evaluation = evaluate(workspace, "shi", kind, 2023, workspace.findings)
    again = recompute(unpack(pack(inputs_of(workspace, evaluation)))).evaluation
    assert again.model_dump_json() == evaluation.model_dump_json()
