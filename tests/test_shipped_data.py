"""The data that come with the repository: complete, consistent, and nothing made up where facts exist."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from planeval.model.dictionary import Dictionary, VariableKind
from planeval.model.method import Method
from planeval.model.plan import Attribute, Plan

DATA = Path(__file__).resolve().parents[1] / "data"
PLANS = ("gulou", "mawei", "national")
REGION = {"gulou": "350102", "mawei": "350105", "national": "100000"}
REQUIRED_INDICATORS = {
    "accident_deaths",
    "major_accidents",
    "deaths_per_100m_gdp",
    "deaths_per_100k_population",
    "disaster_loss_share_of_gdp",
    "disaster_deaths_per_million",
    "disaster_affected_per_100k",
    "mining_trade_deaths_per_100k_workers",
}
SEVERITIES = ("general_accidents", "larger_accidents", "serious_accidents", "extremely_serious_accidents")


def rows(path: str) -> list[dict[str, str]]:
    with (DATA / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return Dictionary(**yaml.safe_load((DATA / "indicators.yaml").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def plans() -> dict[str, Plan]:
    return {p: Plan(**yaml.safe_load((DATA / f"plans/{p}.yaml").read_text(encoding="utf-8"))) for p in PLANS}


@pytest.fixture(scope="module")
def observations() -> list[dict[str, str]]:
    return [
        row
        for path in sorted((DATA / "observations").glob("*.csv"))
        for row in rows(f"observations/{path.name}")
    ]


def latest(observations: list[dict[str, str]], region: str, year: int, variable: str) -> dict[str, str]:
    found = [
        r
        for r in observations
        if (r["region_code"], r["year"], r["variable"]) == (region, str(year), variable)
    ]
    return max(found, key=lambda r: r["published"])


def test_every_plan_has_its_table_of_core_indicators(plans: dict[str, Plan]) -> None:
    assert {p: len(plan.indicators) for p, plan in plans.items()} == {"gulou": 6, "mawei": 7, "national": 7}
    for plan in plans.values():
        assert [i.no for i in plan.indicators] == list(range(1, len(plan.indicators) + 1))
    binding = {p: sum(i.attribute is Attribute.BINDING for i in plan.indicators) for p, plan in plans.items()}
    assert binding == {"gulou": 3, "mawei": 4, "national": 4}


def test_every_sub_target_section_and_project_of_the_districts_is_there(plans: dict[str, Plan]) -> None:
    # 鼓楼's insurance commitment is two: compulsory by the end of 2022, full coverage in 2023.
    assert {p: len(plan.sub_targets) for p, plan in plans.items()} == {"gulou": 16, "mawei": 8, "national": 0}
    sections = {p: [len(part.sections) for part in plan.tasks] for p, plan in plans.items()}
    assert sections == {"gulou": [4, 5, 6, 2, 4], "mawei": [4, 5, 6, 3, 4], "national": []}
    assert sum(sections["gulou"]) == 21 and sum(sections["mawei"]) == 22
    assert {p: len(plan.projects) for p, plan in plans.items()} == {"gulou": 11, "mawei": 6, "national": 0}


def test_what_a_plan_does_not_give_stays_empty(plans: dict[str, Plan]) -> None:
    seventh = plans["gulou"].projects[6]
    assert (seventh.start, seventh.end, seventh.due, seventh.lead_unit) == (None, None, None, None)
    for project in plans["mawei"].projects:
        assert (project.start, project.end, project.due, project.lead_unit) == (None, None, None, None)
    assert plans["gulou"].issuer is None and plans["mawei"].issuer is None
    assert plans["gulou"].published is None and plans["gulou"].published_text == "2022年12月"
    undated = [s.id for s in plans["gulou"].sub_targets if s.due is None]
    assert undated == ["park-safety-platform", "community-six-ones"]


def test_base_values_are_the_plan_s_own_where_it_gives_them(plans: dict[str, Plan]) -> None:
    bases = {i.key: i.base.value for i in plans["mawei"].indicators if i.base.source == "plan"}
    assert bases == {
        "accident_deaths": 2,
        "major_accidents": 0,
        "deaths_per_100m_gdp": 0.0043,
        "deaths_per_100k_population": 0.08,
    }
    assert not any(i.base.source == "plan" for p in ("gulou", "national") for i in plans[p].indicators)


def test_the_national_limits_are_strict_and_the_districts_are_not(plans: dict[str, Plan]) -> None:
    strict = {p: {i.target.strict for i in plan.indicators[-3:]} for p, plan in plans.items()}  # type: ignore[union-attr]
    assert strict == {"gulou": {False}, "mawei": {False}, "national": {True}}


def test_every_key_a_plan_uses_is_in_the_dictionary(plans: dict[str, Plan], dictionary: Dictionary) -> None:
    assert set(dictionary.indicators) >= REQUIRED_INDICATORS
    for plan in plans.values():
        used = {i.key for i in plan.indicators} | {s.key for s in plan.sub_targets if s.key}
        used |= {key for part in plan.tasks for section in part.sections for key in section.bears_on}
        assert used <= set(dictionary.indicators)


def test_every_core_indicator_is_served_by_a_task_section(plans: dict[str, Plan]) -> None:
    for plan in (plans["gulou"], plans["mawei"]):
        served = {key for part in plan.tasks for section in part.sections for key in section.bears_on}
        assert {i.key for i in plan.indicators} <= served


def test_indicators_are_made_of_known_variables(dictionary: Dictionary) -> None:
    for key, indicator in dictionary.indicators.items():
        for variable in (indicator.numerator, indicator.denominator):
            assert variable is None or variable in dictionary.variables
        if indicator.numerator is None:  # a published rate: its observations carry the indicator's key
            assert dictionary.variables[key].unit == indicator.unit
        if indicator.events:
            assert dictionary.variables[str(indicator.numerator)].kind is VariableKind.COUNT


def test_the_slip_from_yi_to_wan_lies_above_the_plausible_maximum(dictionary: Dictionary) -> None:
    # 27412 deaths over 1013567 亿元 is 0.027; the same GDP taken for 万元 would give 270.
    limit = dictionary.indicators["deaths_per_100m_gdp"].plausible_max
    assert limit is not None and 27412 / 1013567 < limit < 27412 / (1013567 / 1e4)


def test_observations_name_known_regions_variables_and_statuses(
    observations: list[dict[str, str]], dictionary: Dictionary
) -> None:
    regions = {r["region_code"] for r in rows("regions.csv")}
    assert regions == {"100000", "350000", "350100", "350102", "350105"}
    assert {r["parent"] for r in rows("regions.csv")} <= regions | {""}
    assert {r["region_code"] for r in observations} <= regions
    assert {r["variable"] for r in observations} <= set(dictionary.variables)


def test_the_nation_has_only_published_figures(observations: list[dict[str, str]]) -> None:
    national = [r for r in observations if r["region_code"] == "100000"]
    assert len(national) == 49
    assert {r["status"] for r in national} <= {"final", "preliminary", "revised", "estimate"}
    assert not any("示例" in r["source"] for r in national)
    assert {r["checked"] for r in national} == {"yes", "rounded", "derived", "secondary", "no"}


@pytest.mark.parametrize(
    ("year", "variable", "value", "unit"),
    [
        (2020, "accident_deaths", "27412", "人"),
        (2025, "accident_deaths", "18261", "人"),
        (2020, "major_accidents", "16", "起"),
        (2020, "gdp", "1013567", "亿元"),
        (2023, "gdp", "1294272", "亿元"),
        (2021, "disaster_affected", "1.07", "亿人次"),
        (2023, "mining_trade_deaths_per_100k_workers", "1.244", "人/10万人"),
        (2025, "population", "140489", "万人"),
    ],
)
def test_national_values_are_the_published_ones(
    observations: list[dict[str, str]], year: int, variable: str, value: str, unit: str
) -> None:
    row = latest(observations, "100000", year, variable)
    assert (row["value"], row["unit"]) == (value, unit)


def test_the_nation_s_known_holes_stay_holes(observations: list[dict[str, str]]) -> None:
    held = {(r["variable"], r["year"]) for r in observations if r["region_code"] == "100000"}
    assert not held & {("major_accidents", "2021"), ("major_accidents", "2022"), ("disaster_deaths", "2020")}


def test_real_district_figures_are_kept_and_everything_else_is_marked(
    observations: list[dict[str, str]],
) -> None:
    districts = [r for r in observations if r["region_code"] in ("350102", "350105")]
    real = {
        (r["region_code"], r["year"], r["variable"], r["value"]) for r in districts if r["status"] == "final"
    }
    assert real == {
        ("350102", "2020", "gdp", "2069.86"),
        ("350102", "2020", "population", "669090"),
        ("350105", "2020", "population", "290554"),
        ("350105", "2020", "accident_deaths", "2"),
        ("350105", "2020", "major_accidents", "0"),
    }
    made_up = [r for r in districts if r["status"] != "final"]
    assert {r["status"] for r in made_up} == {"illustrative"}
    assert all(r["source"].startswith("示例数据（非官方）") for r in made_up)


@pytest.mark.parametrize("region", ["350102", "350105"])
def test_severity_counts_add_up_and_agree_with_the_deaths(
    observations: list[dict[str, str]], region: str
) -> None:
    for year in range(2016, 2026):
        count = {v: int(latest(observations, region, year, v)["value"]) for v in (*SEVERITIES, "accidents")}
        deaths = int(latest(observations, region, year, "accident_deaths")["value"])
        major = int(latest(observations, region, year, "major_accidents")["value"])
        assert sum(count[v] for v in SEVERITIES) == count["accidents"]
        assert count["serious_accidents"] + count["extremely_serious_accidents"] == major
        assert deaths <= 2 * count["general_accidents"] + 9 * count["larger_accidents"]


@pytest.mark.parametrize("region", ["350102", "350105"])
def test_losses_from_floods_are_part_of_all_disaster_losses(
    observations: list[dict[str, str]], region: str
) -> None:
    for year in range(2016, 2026):
        part = float(latest(observations, region, year, "flood_drought_loss")["value"])
        assert part <= float(latest(observations, region, year, "disaster_loss")["value"])


@pytest.mark.parametrize("region", ["350102", "350105"])
def test_gdp_and_population_move_plausibly(observations: list[dict[str, str]], region: str) -> None:
    for variable, low, high in (("gdp", 0.03, 0.085), ("population", -0.01, 0.02)):
        series = [float(latest(observations, region, y, variable)["value"]) for y in range(2016, 2026)]
        changes = [b / a - 1 for a, b in pairwise(series)]
        assert all(low <= change <= high for change in changes)


def test_a_district_shows_a_restatement(observations: list[dict[str, str]]) -> None:
    vintages = [
        r
        for r in observations
        if (r["region_code"], r["year"], r["variable"]) == ("350105", "2023", "disaster_loss")
    ]
    assert len({v["published"] for v in vintages}) == 2


def test_sub_targets_of_the_districts_have_statistics_for_most_years(
    plans: dict[str, Plan], observations: list[dict[str, str]], dictionary: Dictionary
) -> None:
    held = {(r["region_code"], r["variable"], int(r["year"])) for r in observations}
    for plan in (plans["gulou"], plans["mawei"]):
        for sub in plan.sub_targets:
            if sub.key:
                variable = dictionary.indicators[sub.key].numerator or sub.key
                years = sum((plan.region_code, variable, year) in held for year in range(2020, 2026))
                assert years >= 5, (plan.id, sub.id)


@pytest.mark.parametrize("plan_id", ["gulou", "mawei"])
def test_ledgers_are_illustrative_and_speak_only_of_the_plan_s_items(
    plans: dict[str, Plan], plan_id: str
) -> None:
    ledger = rows(f"progress/{plan_id}.csv")
    assert {r["data_status"] for r in ledger} == {"illustrative"}
    assert all("示例数据" in r["source"] for r in ledger)
    items = {r["item"] for r in ledger}
    known = set(plans[plan_id].ledger_items)
    assert items < known  # at least one item is left without information
    assert {r["status"] for r in ledger} <= {"completed", "in_progress", "not_started"}


def test_the_nation_has_no_ledger() -> None:
    assert not (DATA / "progress/national.csv").exists()


def test_plans_are_of_the_expected_places(plans: dict[str, Plan]) -> None:
    assert {p: plan.region_code for p, plan in plans.items()} == REGION


def test_the_method_is_valid() -> None:
    assert Method(**yaml.safe_load((DATA / "method.yaml").read_text(encoding="utf-8"))).version
