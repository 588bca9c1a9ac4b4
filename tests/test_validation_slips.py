"""Slips of the unit, of the digits and of the region code: caught, and told to the place they concern."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from hand_made_table import CITY, GULOU, MAWEI, ROOT, Table

from planeval.model.findings import Severity
from planeval.read.workspace import load
from planeval.validate.levels import usual_of_other_years
from planeval.validate.run import validate

CRITICAL = Severity.CRITICAL


@pytest.fixture
def table() -> Table:
    return Table()


def test_an_earlier_vintage_that_slipped_is_found_too(table: Table) -> None:
    table.add(GULOU, 2020, "disaster_loss", 0.00015, published="2020-12", status="forecast")
    (finding,) = table.validate().findings
    assert (finding.rule, finding.severity, finding.found) == ("level-slip", CRITICAL, "0.00015亿元")


def test_a_year_without_disasters_and_a_typhoon_year_are_no_slips(table: Table) -> None:
    for variable in ("disaster_affected", "disaster_loss", "flood_drought_loss"):
        table.set(GULOU, 2020, variable, 0)
        table.set(MAWEI, 2020, variable, 60 * table.row(MAWEI, 2020, variable)["value"])
    assert {f.rule for f in table.validate().findings} == {"loss-share-unusual"}


def test_one_wrong_year_of_three_does_not_condemn_the_right_ones(table: Table) -> None:
    table.set(GULOU, 2020, "relief_hours", 80000)
    table.set(MAWEI, 2020, "relief_hours", 0.0008)
    assert [(f.rule, f.region_code, f.year) for f in table.validate().findings] == [
        ("level-slip", GULOU, 2020),
        ("level-slip", MAWEI, 2020),
    ]


def test_what_is_usual_is_the_median_of_the_other_years() -> None:
    values = {2016: 9.0, 2017: 1.0, 2018: 0.0, 2019: 100.0, 2020: 4.0}
    series = pd.DataFrame(
        {"region_code": GULOU, "variable": "x", "year": list(values), "value": values.values()}
    )
    lonely = pd.DataFrame([{"region_code": MAWEI, "variable": "x", "year": 2020, "value": 5.0}])
    reference = pd.concat([lonely, series], ignore_index=True)
    usual = usual_of_other_years(reference, reference)
    # MAWEI has no other year; then GULOU: {1, 4, 100}, {4, 9, 100}, all four, {1, 4, 9}, {1, 9, 100}.
    assert usual.tolist() == pytest.approx([float("nan"), 4, 9, 6, 4, 9], nan_ok=True)


def test_rounding_explains_a_part_above_the_whole(table: Table) -> None:
    table.set(GULOU, 2020, "disaster_loss", 1.5)
    table.set(GULOU, 2020, "flood_drought_loss", 1.52)  # 1.5 may be 1.54
    assert table.validate().findings == []


def test_rows_under_a_mistyped_code_hold_back_the_place_they_seem_to_belong_to(table: Table) -> None:
    table.row(MAWEI, 2021, "gdp").update(region_code="350150")
    table.row(MAWEI, 2021, "accidents").update(region_code="350150")
    workspace = table.workspace()
    result = validate(workspace)
    (stray,) = [f for f in result.findings if f.rule == "stray-rows"]
    assert (stray.severity, stray.region_code, stray.year) == (Severity.CRITICAL, MAWEI, 2021)
    assert "有2行的地区代码为350150" in stray.message and "可能是马尾区（代码350105）的数据" in stray.message
    assert stray.file == "observations/test.csv" and stray.line and stray.remedy
    assert stray in result.for_plan(workspace.plans["mawei"])
    assert stray not in result.for_plan(workspace.plans["gulou"])
    assert not result.held_back(workspace.plans["gulou"])
    found = [f.rule for f in result.findings if f.severity is CRITICAL]
    assert sorted(found) == ["known-regions", "known-regions", "stray-rows"]


@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("350150", [MAWEI]),  # 05 swapped; 350100 is one digit off, but that comes second
        ("350115", [MAWEI]),  # one digit
        ("350103", [CITY, GULOU, MAWEI]),  # nobody can tell which
        ("530105", [MAWEI]),
        ("360106", []),  # two digits
        ("35010", []),  # no code at all: the reader's matter
    ],
)
def test_the_places_a_code_may_stand_for(table: Table, code: str, places: list[str]) -> None:
    table.add(code, 2018, "disaster_loss", 1.0)
    found = [f for f in table.validate().findings if f.rule == "stray-rows"]
    assert sorted(f.region_code or "" for f in found) == places


def test_a_new_place_that_nobody_registered_is_not_taken_for_a_neighbour(table: Table) -> None:
    table.add("350103", 2018, "disaster_loss", 1.0)
    for year in (2019, 2020):
        table.add("350103", year, "gdp", 500.0)  # CITY, GULOU and MAWEI have these themselves
    assert {f.rule for f in table.validate().findings} == {"known-regions"}


SLIPS = [
    ("national", "2023,disaster_loss,3454.5,亿元", "2023,disaster_loss,3454.5,万元"),
    ("national", "2022,disaster_affected,1.12,亿人次", "2022,disaster_affected,1.12,万人次"),
    ("national", "2024,disaster_affected,9413,万人次", "2024,disaster_affected,9413,人次"),
    ("national", "2024,disaster_affected,9413,万人次", "2024,disaster_affected,9413,亿人次"),
    ("mawei", "2023,disaster_loss,12.4,亿元", "2023,disaster_loss,12.4,万元"),
    ("mawei", "2023,flood_drought_loss,10.9,亿元", "2023,flood_drought_loss,10.9,万元"),
    ("gulou", "2021,disaster_loss,0.06,亿元", "2021,disaster_loss,600,亿元"),
    ("gulou", "2021,accidents,8,起", "2021,accidents,8,万起"),
]


@pytest.mark.parametrize(("plan", "right", "wrong"), SLIPS, ids=[f"{p}: {w}" for p, _, w in SLIPS])
def test_a_slip_in_the_shipped_data_is_caught_in_both_directions(
    tmp_path: Path, plan: str, right: str, wrong: str
) -> None:
    data = shutil.copytree(ROOT / "data", tmp_path / "data")
    file = data / f"observations/{plan}.csv"
    text = file.read_text(encoding="utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong), encoding="utf-8")
    workspace = load(data)
    result = validate(workspace)
    held = {plan_id for plan_id, p in workspace.plans.items() if result.held_back(p)}
    assert held == {plan}
    assert {f.rule for f in result.findings if f.severity is CRITICAL} & {"level-slip", "loss-per-affected"}
