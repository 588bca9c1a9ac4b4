"""A place without figures of its own is the sum over its parts."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_text import section
from places_within import (
    CITY,
    EAST,
    NAMES,
    NORTH,
    PROVINCE,
    SOUTH,
    WEST,
    a_folder,
    plan,
    row_of,
    rows_of,
    usual,
    write,
)

from planeval.compute.values import indicator_values
from planeval.errors import InputError
from planeval.read.inventory import take_inventory
from planeval.read.workspace import Workspace, load
from planeval.validate.parts import Stored, affected, relatives, revalidate
from planeval.validate.run import validate

COUNTIES = (EAST, WEST, SOUTH)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A city of three counties, all of whose figures are known."""
    return a_folder(tmp_path / "data", usual(), {CITY: 3}, codes=COUNTIES)


def test_the_sum_says_what_it_is_made_of(folder: Path) -> None:
    row = row_of(load(folder), CITY, 2020, "accident_deaths")

    assert (row["value"], row["unit"], row["as_published"]) == (10 + 20 + 30, "人", "60人")
    assert (row["derived"], row["partial"], row["superseded"]) == ("parts", "", False)
    assert row["source"] == "由3个下级地区合计"
    assert row["behind"] == tuple(f"observations/{code}.csv:2" for code in COUNTIES)
    assert (row["file"], row["line"]) == ("parts", 0)


def test_the_sum_is_as_good_as_the_worst_part_and_as_new_as_the_latest(folder: Path) -> None:
    file = folder / f"observations/{WEST}.csv"
    text = file.read_text(encoding="utf-8")
    old = f"{WEST},2020,accident_deaths,20,人,final,测试年报,2021-03"
    assert old in text
    new = f"{WEST},2020,accident_deaths,20,人,forecast,测试年报,2021-09-01"
    file.write_text(text.replace(old, new), encoding="utf-8")

    row = row_of(load(folder), CITY, 2020, "accident_deaths")

    assert (row["status"], row["published"]) == ("forecast", "2021-09-01")


def test_of_several_vintages_of_a_part_the_latest_is_added(folder: Path) -> None:
    later = {(EAST, 2020, "accident_deaths"): 14}
    rows = [row.replace("2021-03", "2021-08") for row in rows_of(later)]
    write(
        folder / "observations/later.csv",
        ["region_code,year,variable,value,unit,status,source,published,checked", *rows],
    )

    assert row_of(load(folder), CITY, 2020, "accident_deaths")["value"] == 64
    assert row_of(load(folder, vintage="2021-07-31"), CITY, 2020, "accident_deaths")["value"] == 60


def test_a_reported_figure_is_never_replaced(tmp_path: Path) -> None:
    figures = usual() | {(CITY, 2021, "accident_deaths"): 70}
    workspace = load(a_folder(tmp_path / "data", figures, {CITY: 3}, codes=COUNTIES))

    assert (row_of(workspace, CITY, 2021, "accident_deaths")["value"]) == 70
    assert row_of(workspace, CITY, 2021, "accident_deaths")["derived"] == ""
    assert row_of(workspace, CITY, 2022, "accident_deaths")["derived"] == "parts"


def test_a_place_whose_parts_have_no_figures_keeps_its_own(tmp_path: Path) -> None:
    own = {(CITY, year, "gdp"): 500.0 for year in (2020, 2021)}
    workspace = load(a_folder(tmp_path / "data", own, {CITY: 3}, codes=COUNTIES))

    assert workspace.rows_of(CITY)["value"].tolist() == [500, 500]
    assert set(workspace.observations["derived"]) == {""}


def test_a_province_is_summed_from_cities_that_are_summed_themselves(tmp_path: Path) -> None:
    workspace = load(a_folder(tmp_path / "data", usual(), {CITY: 3, PROVINCE: 1}, codes=COUNTIES))
    row = row_of(workspace, PROVINCE, 2023, "gdp")

    assert (row["value"], row["partial"], len(row["behind"])) == (780.0, "", 3)


def test_decimal_figures_add_up_without_binary_residue(tmp_path: Path) -> None:
    figures = {(EAST, 2020, "gdp"): 0.1, (WEST, 2020, "gdp"): 0.2, (SOUTH, 2020, "gdp"): 465.1}
    row = row_of(load(a_folder(tmp_path / "data", figures, {CITY: 3}, codes=COUNTIES)), CITY, 2020, "gdp")

    assert (row["value"], row["as_published"]) == (465.4, "465.4亿元")


def test_rates_come_from_sums_and_longest_times_are_no_sums(tmp_path: Path) -> None:
    figures = usual() | {(code, 2020, "relief_hours"): 8 for code in COUNTIES}
    figures |= {(code, 2020, "deaths_per_100m_gdp"): 0.1 for code in COUNTIES}
    workspace = load(a_folder(tmp_path / "data", figures, {CITY: 3}, codes=COUNTIES))
    rows = workspace.rows_of(CITY)

    assert set(rows["variable"]) == {"accident_deaths", "gdp", "major_accidents"}
    values = indicator_values(rows, workspace.dictionary).set_index(["indicator", "year"])
    rate = values.loc[("deaths_per_100m_gdp", 2023)]
    assert rate["value"] == pytest.approx((7 + 17 + 27) / (130 + 260 + 390))
    assert (rate["derived"], rate["partial"], rate["published_rate"]) == ("parts", "", False)


def test_only_a_place_that_says_how_many_parts_it_has_is_summed(tmp_path: Path) -> None:
    workspace = load(a_folder(tmp_path / "data", usual(), codes=COUNTIES))

    assert set(workspace.observations["region_code"]) == set(COUNTIES)
    assert set(workspace.observations["derived"]) == {""}


def test_reading_one_city_gives_what_reading_everything_gives(folder: Path) -> None:
    whole, part = load(folder), load(folder, only=[CITY])

    assert part.rows_of(CITY).drop(columns="behind").equals(whole.rows_of(CITY).drop(columns="behind"))
    assert part.rows_of(CITY)["behind"].tolist() == whole.rows_of(CITY)["behind"].tolist()
    assert set(part.observations["region_code"]) == {CITY}


# ---- the register ---------------------------------------------------------------------------------------------------


def test_fewer_parts_than_are_registered_are_refused(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "data", usual(), {CITY: 2}, codes=COUNTIES)

    with pytest.raises(InputError) as error:
        load(folder)
    assert str(error.value) == (
        "regions.csv:3: 下级地区个数写为 2，而本文件登记的现有下级地区已有 3 个"
        " → 改正个数；已撤销的地区在 region_changes.csv 中写明何时撤销"
    )


def test_parents_that_lead_in_a_circle_are_refused(folder: Path) -> None:
    file = folder / "regions.csv"
    text = file.read_text(encoding="utf-8").replace("province,,", f"province,{CITY},")
    file.write_text(text, encoding="utf-8")

    with pytest.raises(InputError) as error:
        load(folder)
    assert str(error.value).splitlines() == [
        f"regions.csv:2: 地区 {PROVINCE} 的上级逐级追溯又回到它自己 → 改正上级代码（parent）",
        f"regions.csv:3: 地区 {CITY} 的上级逐级追溯又回到它自己 → 改正上级代码（parent）",
    ]


def test_a_rate_cannot_be_called_additive(folder: Path) -> None:
    file = folder / "indicators.yaml"
    text = file.read_text(encoding="utf-8").replace(
        "    kind: rate\n", "    kind: rate\n    additive: true\n", 1
    )
    file.write_text(text, encoding="utf-8")

    with pytest.raises(InputError, match="比率不能相加（additive只用于计数和数量）"):
        load(folder)


# ---- what depends on what -------------------------------------------------------------------------------------------


def test_the_reports_of_a_city_depend_on_the_rows_of_its_parts(folder: Path) -> None:
    before = take_inventory(folder)
    file = folder / f"observations/{EAST}.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(f"{EAST},2023,gdp,130,", f"{EAST},2023,gdp,131,"), encoding="utf-8")
    after = take_inventory(folder)

    changed = {code for code in (CITY, PROVINCE, *COUNTIES) if before.rows_of(code) != after.rows_of(code)}
    assert changed == {CITY, EAST}
    assert after.with_behind([CITY]) == {CITY, *COUNTIES}


def test_after_a_change_of_a_part_the_city_is_validated_again_and_the_result_is_that_of_everything(
    folder: Path,
) -> None:
    plan(folder, "dong", EAST)
    plan(folder, "xi", WEST)
    stored = _renewed(folder, None)
    file = folder / f"observations/{EAST}.csv"
    text = file.read_text(encoding="utf-8")
    # A year less: the city lacks a part from now on.
    file.write_text(
        text.replace(f"{EAST},2023,gdp,130,亿元,final,测试年报,2024-03,yes\n", ""), encoding="utf-8"
    )

    inventory = take_inventory(folder)
    assert affected(stored, inventory) == {EAST, CITY, "*"}
    after = _renewed(folder, stored)
    whole = _renewed(folder, None)
    assert after.result().model_dump_json() == whole.result().model_dump_json()
    assert after.result().model_dump_json() == validate(load(folder)).model_dump_json()
    assert after.text() == whole.text()
    told = [f.message for f in after.result().findings if f.rule == "partial_sum"]
    assert told == [
        f"某市2023年的国内（地区）生产总值，3个下级地区中只有2个数据完整（缺{NAMES[EAST]}），只能得出部分合计。"
    ]


def _renewed(folder: Path, stored: Stored | None) -> Stored:
    inventory = take_inventory(folder)
    changed = affected(stored, inventory)
    only = None if changed is None else changed | relatives(stored, inventory, changed)
    return revalidate(load(folder, only, inventory), inventory, stored, changed)


# ---- the worked examples of docs/method.md --------------------------------------------------------------------------


def test_the_worked_example_of_a_sum_is_what_is_computed(folder: Path) -> None:
    text, workspace = section("Places within places"), load(folder)
    deaths, gdp = (row_of(workspace, CITY, 2023, v)["value"] for v in ("accident_deaths", "gdp"))
    own = values_of(workspace, *COUNTIES)

    assert f"7 + 17 + 27 = {deaths:g}" in text and f"130 + 260 + 390 = {gdp:g}" in text
    assert f"{deaths:g} / {gdp:g} = {values_of(workspace, CITY)[0]:.4f} " in text
    assert " ".join(f"{rate:.4f}" for rate in own) in text
    assert f"the mean of the three rates, {sum(own) / 3:.4f}, is not used" in text


def test_the_worked_examples_of_partial_sums_are_what_is_computed(tmp_path: Path) -> None:
    text = section("Places within places")
    figures = usual()
    deaths = figures.pop((SOUTH, 2023, "accident_deaths"))
    row = row_of(
        load(a_folder(tmp_path / "deaths", figures, {CITY: 3}, codes=COUNTIES)), CITY, 2023, "accident_deaths"
    )
    assert f"7 + 17 = {row['value']:g}（部分合计{row['partial']}）" in text

    figures[SOUTH, 2023, "accident_deaths"] = deaths
    del figures[SOUTH, 2023, "gdp"]
    workspace = load(a_folder(tmp_path / "gdp", figures, {CITY: 3}, codes=COUNTIES))
    rate = row_of(workspace, CITY, 2023, "deaths_per_100m_gdp")
    assert f"(7 + 17) / (130 + 260) = 24 / 390 = {rate['value']:.4f}（部分合计{rate['partial']}）" in text


def test_the_worked_examples_of_changes_of_the_map_are_what_is_computed(tmp_path: Path) -> None:
    text = section("Places within places")
    merger = (f"2022-07-01,merge,{EAST},{NORTH},", f"2022-07-01,merge,{WEST},{NORTH},")
    figures = {cell: v for cell, v in usual().items() if cell[1] < 2022 or cell[0] == SOUTH}
    workspace = load(a_folder(tmp_path / "merged", figures, {CITY: 2}, merger))
    deaths = row_of(workspace, NORTH, 2021, "accident_deaths")["value"]
    (rate,) = values_of(workspace, NORTH, year=2021)
    assert f"9 + 19 = {deaths:g}（调整前合计）        死亡率    28 / (110 + 220) = {rate:.4f}" in text
    assert f"28 + 29 = {row_of(workspace, CITY, 2021, 'accident_deaths')['value']:g} deaths in 2021" in text

    moved = load(a_folder(tmp_path / "moved", usual(), {}, [f"2022-01-01,transfer,{EAST},{WEST},"]))
    assert {code: list(years) for code, years in moved.map_breaks.items()} == {EAST: [2022], WEST: [2022]}
    assert "both series break in 2022" in text


def values_of(workspace: Workspace, *codes: str, year: int = 2023) -> list[float]:
    """The deaths per GDP of each place."""
    values = indicator_values(workspace.observations, workspace.dictionary)
    wanted = values[(values["indicator"] == "deaths_per_100m_gdp") & (values["year"] == year)]
    by_code = wanted.set_index("region_code")["value"]
    return [float(by_code[code]) for code in codes]
