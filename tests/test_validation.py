"""Validation as a whole: one pass, quiet, split by place; vintages, rounding, breaks, coverage."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hand_made_table import CITY, GULOU, MAWEI, ROOT, Table, a_plan

import planeval
import planeval.validate.frames as frames
from planeval.model.findings import Finding, Severity
from planeval.model.validation import ValidationResult
from planeval.read.regions import Region
from planeval.read.workspace import Workspace, load
from planeval.validate.run import validate
from planeval.validate.suites import input_hash, load_suites

CRITICAL = Severity.CRITICAL


@pytest.fixture
def table() -> Table:
    return Table()


def test_a_valid_table_gives_no_finding_and_every_rule_was_applied(table: Table) -> None:
    result = table.validate()
    assert result.findings == []
    assert all(check.failed == 0 for check in result.checks)
    # No place that says how many parts it has, no unregistered code, no figure before its year: nothing to look at.
    idle = [check.rule for check in result.checks if check.checked == 0]
    assert idle == ["parts-equal-whole", "year-against-publication", "stray-rows"]


@pytest.mark.parametrize(
    ("variable", "factor", "rules"),
    [
        ("gdp", 1e4, {"levels-within-bounds", "gdp-per-head", "gdp-change"}),
        ("gdp", 1e-4, {"levels-within-bounds", "gdp-per-head", "gdp-change", "rates-within-bounds"}),
        ("population", 1e4, {"levels-within-bounds", "gdp-per-head", "population-change"}),
        ("population", 1e-4, {"levels-within-bounds", "gdp-per-head", "population-change"}),
    ],
)
def test_a_slip_between_yi_and_wan_holds_the_place_back(
    table: Table, variable: str, factor: float, rules: set[str]
) -> None:
    right = table.row(GULOU, 2020, variable)["value"]
    table.set(
        GULOU,
        2020,
        variable,
        max(round(right * factor, 4), 1) if variable == "population" else right * factor,
    )
    workspace = table.workspace()
    result = validate(workspace)
    critical = {f.rule for f in result.findings if f.severity is CRITICAL}
    assert rules <= critical
    assert result.held_back(workspace.plans["gulou"]) and not result.held_back(workspace.plans["mawei"])


def test_a_definitional_break_is_listed_and_holds_nothing_back(table: Table) -> None:
    workspace = table.workspace(breaks={2020: "统计范围调整。"})
    result = validate(workspace)
    found = [(f.rule, f.severity, f.region_code, f.year) for f in result.findings]
    assert found == [("definition-breaks", Severity.INFO, code, 2020) for code in (GULOU, MAWEI)]
    assert "鼓楼区2020年及以后的生产安全事故死亡人数与此前各年相比口径变动" in result.findings[0].message
    assert "统计范围调整。" in result.findings[0].message
    assert not any(result.held_back(plan) for plan in workspace.plans.values())


def test_a_break_before_the_first_value_is_not_listed(table: Table) -> None:
    assert table.validate(breaks={2016: "改革", 2019: "改革"}).findings == []


def test_a_break_of_one_places_figures_is_listed_there_only(table: Table) -> None:
    found = table.validate(region_breaks={MAWEI: {2021: "只在马尾调整。"}}).findings
    assert [(f.rule, f.region_code, f.year) for f in found] == [("definition-breaks", MAWEI, 2021)]
    assert "只在马尾调整。" in found[0].message
    both = table.validate(breaks={2021: "都调整。"}, region_breaks={MAWEI: {2020: "只在马尾调整。"}}).findings
    assert [(f.region_code, f.year) for f in both] == [(GULOU, 2021), (MAWEI, 2020), (MAWEI, 2021)]


def test_an_excess_over_the_city_shows_in_the_city_and_its_districts(table: Table) -> None:
    table.set(CITY, 2020, "accidents", 19)
    assert {f.region_code for f in table.validate().findings} == {CITY, GULOU, MAWEI}


def test_rounding_of_the_published_figures_is_no_contradiction(table: Table) -> None:
    # 669,090 + 290,554 = 959,644 people; the city published 95.96 万人 (half a unit of the last digit is 50 people).
    table.set(CITY, 2020, "population", 959600, as_published="95.96万人")
    table.set(CITY, 2019, "population", 957644)
    table.set(CITY, 2021, "population", 961644)
    assert table.validate().findings == []
    table.set(CITY, 2020, "population", 959500, as_published="95.95万人")
    assert {f.rule for f in table.validate().findings} == {"children-within-parent"}


def test_counts_published_to_the_last_case_have_no_rounding(table: Table) -> None:
    table.set(CITY, 2020, "accidents", 19)  # 20 in two districts: off by one, and still off
    assert {f.rule for f in table.validate().findings} == {"children-within-parent"}


def test_a_published_rate_may_be_rounded(table: Table) -> None:
    # Recomputed 0.014052; published with two decimals 0.01 is 29 % lower and yet right.
    table.set(MAWEI, 2020, "deaths_per_100m_gdp", 0.01)
    assert table.validate().findings == []
    table.set(MAWEI, 2020, "deaths_per_100m_gdp", 0.02)
    assert {f.rule for f in table.validate().findings} == {"published-rate"}


def test_rules_about_values_look_at_the_latest_vintage_only(table: Table) -> None:
    table.add(GULOU, 2020, "gdp", 9999.0, published="2021-01", status="preliminary")
    assert table.validate().findings == []
    table.add(GULOU, 2020, "gdp", 9000.0, published="2021-12", status="revised")
    assert "gdp-change" in {f.rule for f in table.validate().findings}


def test_rules_about_rows_look_at_every_vintage(table: Table) -> None:
    table.add(GULOU, 2020, "gdp", -5, published="2021-01", status="preliminary")
    assert {f.rule for f in table.validate().findings} == {"amounts-non-negative"}


def test_a_date_of_publication_is_missed_in_the_latest_measured_value_only(table: Table) -> None:
    table.add(GULOU, 2020, "gdp", 2069.86, published="", status="preliminary")
    table.rows.insert(0, table.rows.pop())  # the oldest vintage
    table.row(MAWEI, 2020, "gdp").update(published="", status="illustrative")
    assert table.validate().findings == []


def test_illustrative_and_forecast_figures_are_no_errors(table: Table) -> None:
    for row in table.rows:
        row |= {
            "status": "illustrative" if row["year"] == 2020 else "forecast",
            "published": f"{row['year']}-01",
        }
    assert table.validate().findings == []


def test_a_change_over_a_gap_is_taken_per_year(table: Table) -> None:
    table.rows.remove(table.row(GULOU, 2020, "gdp"))
    table.set(GULOU, 2021, "gdp", 3000.0)  # +52.6 % in two years: 23.5 % a year
    assert table.validate().findings == []


def test_what_the_reader_has_said_is_not_said_twice(table: Table) -> None:
    row = table.row(GULOU, 2020, "disaster_loss")
    row["value"] = float("nan")
    said = Finding(rule="value_empty", message="空", region_code=GULOU, file=row["file"], line=row["line"])
    assert table.validate(findings=[said]).findings == [said]
    elsewhere = said.model_copy(update={"line": 1})
    assert [f.rule for f in table.validate(findings=[elsewhere]).findings] == ["value_empty", "complete-keys"]


def test_the_result_survives_json_and_counts_coverage(table: Table) -> None:
    table.set(GULOU, 2020, "accidents", 7)
    table.rows.remove(table.row(GULOU, 2020, "accident_deaths"))
    result = table.validate()
    assert ValidationResult.model_validate_json(result.model_dump_json()) == result
    (cell,) = [c for c in result.coverage if (c.region_code, c.year) == (GULOU, 2020)]
    assert cell.missing == ["accident_deaths"] and cell.found == cell.expected - 1
    (check,) = [c for c in result.checks if c.rule == "severity-within-accidents"]
    assert (check.failed, check.regions, check.suite) == (1, [GULOU], "panel")


def test_a_plan_without_statistics_is_covered_by_nothing(table: Table) -> None:
    table.rows = [row for row in table.rows if row["region_code"] != MAWEI]
    cells = [c for c in table.validate().coverage if c.region_code == MAWEI]
    assert [c.year for c in cells] == list(range(2020, 2026))
    assert all(c.found == 0 and c.missing == ["accident_deaths", "gdp"] for c in cells)


def test_an_empty_table_is_valid_and_covers_nothing(table: Table) -> None:
    workspace = table.workspace()
    empty = replace(workspace, table=workspace.table.iloc[:0], observations=workspace.observations.iloc[:0])
    result = validate(empty)
    assert result.findings == []
    assert all(cell.found == 0 for cell in result.coverage) and result.coverage


GRADES = ["general_accidents", "larger_accidents", "serious_accidents", "extremely_serious_accidents"]


@pytest.mark.parametrize(
    ("grades", "major", "accidents", "most"),
    [
        ((8, 1, 0, 0), None, 10, 25),  # 8 x 2 + 9
        ((8, 1, 2, 0), None, 11, 83),  # + 2 x 29
        ((8, 1, 0, 1), None, 10, None),  # 特别重大: no limit
        ((8, 1, None, None), 0, 9, 25),  # no 重特大: neither of the two
        ((8, 1, None, 0), 2, None, 83),  # 重特大 2, none of them 特别重大
        ((None, 1, 0, 0), 0, 10, 27),  # 9 accidents left over can only be 一般
        ((None, None, None, None), 0, 10, 90),  # at worst 10 x 较大
        ((None, None, None, None), None, 10, None),
        ((None, 1, 0, 0), 0, None, None),  # how many 一般 there are is unknown
    ],
)
def test_the_most_deaths_that_the_grades_allow(
    grades: tuple[int | None, ...], major: int | None, accidents: int | None, most: int | None
) -> None:
    values = dict(zip(GRADES, grades, strict=True)) | {"major_accidents": major, "accidents": accidents}
    panel = pd.DataFrame([values]).astype(float)
    (found,) = frames.deaths_at_most(panel)
    assert (None if pd.isna(found) else found) == most


def many(count: int, table: Table) -> Workspace:
    """``count`` places like 鼓楼区, the first of them with a contradiction."""
    workspace = table.workspace()
    codes = [f"{500001 + i}" for i in range(count)]
    one = workspace.table[workspace.table["region_code"] == GULOU]
    big = pd.concat([one.assign(region_code=code) for code in codes], ignore_index=True)
    wrong = (big["region_code"] == codes[0]) & (big["variable"] == "accidents") & (big["year"] == 2020)
    big.loc[wrong, "value"] = 7.0
    regions = {c: Region(region_code=c, name=f"第{c}区", name_en=c, level="county") for c in codes}
    plans = {f"p{c}": a_plan(f"p{c}", c) for c in codes[:3]}
    clean = big.astype({"year": "int64"})
    return replace(workspace, table=big, observations=clean, regions=regions, plans=plans)


def test_three_hundred_places_take_one_pass_a_suite_and_one_for_what_fails_and_the_others_go_on(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    from great_expectations.datasource.fluent.interfaces import Batch

    passes: list[tuple[str, int]] = []
    genuine = Batch.validate

    def counted(self: Any, expect: Any, **rest: Any) -> Any:
        passes.append((expect.name, len(expect.expectations)))
        return genuine(self, expect, **rest)

    monkeypatch.setattr(Batch, "validate", counted)
    workspace = many(300, table)
    result = validate(workspace)
    every = [(suite.name, len(suite.expectations)) for suite in load_suites()]
    assert sorted(passes) == sorted([*every, ("panel", 1)])
    assert [(f.rule, f.region_code) for f in result.findings] == [("severity-within-accidents", "500001")]
    held = [plan.id for plan in workspace.plans.values() if result.held_back(plan)]
    assert held == ["p500001"]


def run_python(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_importing_and_hashing_need_no_great_expectations(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from planeval.read.workspace import load\n"
        "import planeval.validate.run as run\n"
        f"run.input_hash(load(Path({str(ROOT / 'data')!r})))\n"
        "assert 'great_expectations' not in sys.modules"
    )
    done = run_python(code, tmp_path)
    assert done.returncode == 0, done.stderr


def test_validation_is_silent_sends_no_telemetry_and_leaves_no_file(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from planeval.read.workspace import load\n"
        "from planeval.validate.run import validate\n"
        f"validate(load(Path({str(ROOT / 'data')!r})))\n"
        "assert os.environ['GX_ANALYTICS_ENABLED'] == 'false'\n"
        "assert 'great_expectations' in sys.modules"
    )
    done = run_python(code, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_the_hash_knows_data_and_suites(table: Table, tmp_path: Path) -> None:
    workspace = table.workspace()
    (tmp_path / "one.json").write_text("{}", encoding="utf-8")
    first = input_hash(workspace, tmp_path)
    assert first == input_hash(workspace, tmp_path)
    (tmp_path / "one.json").write_text("{} ", encoding="utf-8")
    second = input_hash(workspace, tmp_path)
    third = input_hash(replace(workspace, hashes={"observations/test.csv": "1"}), tmp_path)
    assert len({first, second, third}) == 3
    assert validate(workspace).inputs == input_hash(workspace)


def test_the_hash_knows_the_code_and_its_words(table: Table, tmp_path: Path) -> None:
    workspace = table.workspace()
    package = Path(planeval.__file__).parent
    shutil.copytree(package, tmp_path / "planeval", ignore=shutil.ignore_patterns("__pycache__"))
    first = input_hash(workspace, package=tmp_path / "planeval")
    assert first == input_hash(workspace)
    edited = ["validate/frames.py", "read/units.py", "messages/zh/validation.yaml", "messages/zh/read.yaml"]
    seen = {first}
    for name in edited:
        with (tmp_path / "planeval" / name).open("a", encoding="utf-8") as file:
            file.write("# edited\n")
        seen.add(input_hash(workspace, package=tmp_path / "planeval"))
    assert len(seen) == 1 + len(edited)
    (tmp_path / "planeval/render/site.py").write_text(
        "", encoding="utf-8"
    )  # makes no difference to validation
    assert input_hash(workspace, package=tmp_path / "planeval") in seen


def test_a_mistake_in_a_file_goes_through_the_reader_and_holds_back_its_district_only(tmp_path: Path) -> None:
    data = shutil.copytree(ROOT / "data", tmp_path / "data")
    with (data / "observations/gulou.csv").open("a", encoding="utf-8") as file:
        file.write("350102,2022,disaster_affected,-0.5,万人次,illustrative,测试,2023-12,\n")
        file.write("350103,2022,gdp,700,亿元,final,测试,2023-03,\n")
        file.write("350102,2022,gpd,700,亿元,final,测试,2023-03,\n")
    workspace = load(data)
    result = validate(workspace)
    found = [(f.rule, f.region_code, f.found) for f in result.findings if f.severity is CRITICAL]
    assert found == [
        ("known-regions", "350103", "350103"),
        ("known-variables", GULOU, "gpd"),
        ("counts-non-negative", GULOU, "-5000人次"),
    ]
    held = {plan_id for plan_id, plan in workspace.plans.items() if result.held_back(plan)}
    assert held == {"gulou"}


def test_the_shipped_data_holds_nothing_back() -> None:
    workspace = load(ROOT / "data")
    result = validate(workspace)
    assert [str(f) for f in result.findings if f.severity is not Severity.INFO] == []
    assert set(workspace.plans) == {"gulou", "mawei", "national"}
    assert {c.region_code for c in result.coverage} >= {"100000", GULOU, MAWEI}
