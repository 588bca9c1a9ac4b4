"""The pages about the statistics: a few places in full, of a nation what matters first and how much more there is."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from planeval.compute.values import indicator_values
from planeval.model.findings import Finding, Severity
from planeval.model.validation import CheckSummary, CoverageCell, ValidationResult
from planeval.read.regions import Region
from planeval.read.workspace import Workspace, load
from planeval.report import statistics
from planeval.report.blocks import Block, Details, Items, Paragraph, Section, Table, walk
from planeval.report.html import render

ROOT = Path(__file__).resolve().parent.parent
MANY = statistics.MOST_PLACES + 5


@pytest.fixture(scope="module")
def shipped() -> Workspace:
    return load(ROOT / "data")


@pytest.fixture(scope="module")
def nation(shipped: Workspace) -> Workspace:
    """`MANY` places of two provinces, a plan each."""
    regions = dict(shipped.regions)
    plans = {}
    for code in codes():
        regions[code] = Region(region_code=code, name=f"第{code}区", name_en="X", level="county")
        changes = {"id": f"plan-{code}", "region_code": code, "title": f"第{code}区规划"}
        plans[f"plan-{code}"] = shipped.plans["mawei"].model_copy(update=changes)
    return dataclasses.replace(shipped, regions=regions, plans=plans, plan_ids=list(plans), findings=[])


def codes() -> list[str]:
    return [f"{'3599' if n % 2 else '4199'}{n:02d}" for n in range(MANY)]


def validated(
    findings: list[Finding] | None = None, coverage: list[CoverageCell] | None = None
) -> ValidationResult:
    fields = {"inputs": "x", "checks": [], "findings": findings or [], "coverage": coverage or []}
    return ValidationResult.model_validate(fields | extra())


def extra() -> dict[str, int]:
    """How much was checked, as far as the result says it."""
    return {name: 1 for name in ("rows", "places") if name in ValidationResult.model_fields}


def finding(code: str | None, severity: Severity, number: int = 0, **changes: object) -> Finding:
    fields = {
        "rule": "r",
        "severity": severity,
        "message": f"{severity.value}-{code}-{number}",
        "region_code": code,
    }
    return Finding.model_validate(fields | changes)


def tables(section: Section) -> list[Table]:
    return [block for block in walk([section]) if isinstance(block, Table)]


def text_of(section: Section, kind: type[Block] = Paragraph) -> str:
    return "\n".join(str(block) for block in walk([section]) if isinstance(block, kind))


# ---- findings ---------------------------------------------------------------------------------------------------


def test_findings_of_a_few_places_stand_place_by_place(nation: Workspace) -> None:
    result = validated([finding(c, Severity.WARNING) for c in codes()[:3]])
    section = statistics.validation_findings(nation, result, codes())
    assert [t.caption for t in tables(section)] == [f"第{c}区（{c}）" for c in sorted(codes()[:3])]


def test_findings_of_many_places_stand_in_one_table_critical_ones_first(nation: Workspace) -> None:
    found = [finding(c, Severity.WARNING) for c in codes()] + [finding(codes()[-1], Severity.CRITICAL)]
    (table,) = tables(statistics.validation_findings(nation, validated(found), codes()))
    assert [row[0] for row in table.rows][:2] == ["严重", "警告"]  # type: ignore[index]
    assert len(table.rows) == MANY + 1
    assert codes()[-1] in str(table.rows[0])


def test_more_findings_than_can_be_shown_are_counted(
    nation: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "MOST_CRITICAL", 3)
    found = [finding(codes()[0], Severity.CRITICAL, n) for n in range(5)]
    found += [finding(codes()[1], Severity.WARNING, n) for n in range(statistics.MOST_WARNINGS + 7)]
    section = statistics.validation_findings(nation, validated(found), codes())
    (table,) = tables(section)
    assert len(table.rows) == 3 + statistics.MOST_WARNINGS
    assert "另有严重问题2条、警告7条未列出，全部见本页旁的 validation.json" in text_of(section)


def test_remarks_are_shown_once_and_the_rest_counted(nation: Workspace) -> None:
    remarks = [finding(codes()[0], Severity.INFO, n) for n in range(statistics.MOST_REMARKS + 4)]
    section = statistics.validation_findings(nation, validated(remarks + remarks), codes())
    (items,) = (b for b in walk([section]) if isinstance(b, Items))
    assert len(items.items) == statistics.MOST_REMARKS
    assert "另有4条提示" in text_of(section)


def test_every_plan_held_back_is_counted_as_the_result_itself_counts(nation: Workspace) -> None:
    first, second, third = codes()[:3]
    found = [
        finding(first, Severity.CRITICAL, 1),
        finding(first, Severity.CRITICAL, 2, plan=f"plan-{first}"),  # of the place and of its plan: once
        finding(None, Severity.CRITICAL, 3, plan=f"plan-{second}"),
        finding(third, Severity.WARNING, 4),
    ]
    result = validated(found)
    section = statistics.validation_summary(nation, result)
    (items,) = (b for b in walk([section]) if isinstance(b, Items))
    expected = [(p.title, len(result.held_back(p))) for p in nation.plans.values() if result.held_back(p)]
    assert items.items == tuple(f"{title}：{n}处严重问题" for title, n in expected)
    assert [n for _, n in expected] == [2, 1]


def test_many_plans_held_back_are_folded_away_under_their_number(nation: Workspace) -> None:
    result = validated([finding(None, Severity.CRITICAL)])  # touches every place
    section = statistics.validation_summary(nation, result)
    (details,) = (b for b in section.blocks if isinstance(b, Details))
    assert details.summary == f"{MANY}个规划有严重问题"
    (items,) = (b for b in details.blocks if isinstance(b, Items))
    assert len(items.items) == MANY


def test_a_rule_that_fails_in_many_places_names_some_and_counts_all(nation: Workspace) -> None:
    check = CheckSummary(
        rule="r", title="规则", suite="s", severity=Severity.WARNING, checked=9, failed=9, regions=codes()
    )
    result = validated().model_copy(update={"checks": [check]})
    (table,) = tables(statistics.validation_rules(nation, result))
    assert f"等{MANY}个地区" in str(table.rows[0])


# ---- coverage ---------------------------------------------------------------------------------------------------


def cell(code: str, year: int, *missing: str) -> CoverageCell:
    return CoverageCell(
        region_code=code, year=year, found=5 - len(missing), expected=5, missing=sorted(missing)
    )


def test_of_many_places_those_with_gaps_are_shown_most_gaps_first(nation: Workspace) -> None:
    first, second, *others = codes()
    coverage = [cell(c, y) for c in others for y in (2022, 2023)]
    coverage += [cell(first, 2022), cell(first, 2023, "population")]
    coverage += [cell(second, 2022, "population"), cell(second, 2023, "population", "accident_deaths")]
    section = statistics.validation_coverage(nation, validated(coverage=coverage), codes())
    (table,) = tables(section)
    assert [row[0] for row in table.rows] == [f"第{c}区（{c}）" for c in (second, first)]  # type: ignore[index]
    assert [c.text for c in table.rows[1][1:]] == ["", "4/5"]  # type: ignore[index, union-attr]
    assert f"共{MANY}个地区，其中{MANY - 2}个地区的数据完整" in text_of(section)
    assert "常住人口" in render(section)  # what is missing


def test_more_places_with_gaps_than_can_be_shown_are_counted(
    nation: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "MOST_GAPS", 4)
    result = validated(coverage=[cell(c, 2023, "population") for c in codes()])
    section = statistics.validation_coverage(nation, result, codes())
    assert len(tables(section)[0].rows) == 4
    assert f"另有{MANY - 4}个有缺口的地区未列出" in text_of(section)


def test_many_places_without_gaps_need_no_table(nation: Workspace) -> None:
    section = statistics.validation_coverage(
        nation, validated(coverage=[cell(c, 2023) for c in codes()]), codes()
    )
    assert not tables(section) and f"{MANY}个地区的数据完整" in text_of(section)


# ---- indicators -------------------------------------------------------------------------------------------------


def test_a_few_places_have_a_table_each(shipped: Workspace) -> None:
    values = indicator_values(shipped.observations, shipped.dictionary)
    sections = statistics.indicator_sections(shipped, values, ["350102", "350105"])
    assert [s.id for s in sections] == ["place-350102", "place-350105"]
    assert sections[1] == statistics.computed_indicators(shipped, values, "350105")


@pytest.fixture(scope="module")
def summary(nation: Workspace) -> dict[str, Section]:
    """Deaths in every place but the last, for two years; the first place has no population in 2023."""
    rows = [
        {"region_code": code, "year": year, "variable": variable, "value": value, "published": ""}
        for number, code in enumerate(codes()[:-1])
        for year in (2022, 2023)
        for variable, value in (("accident_deaths", 2.0), ("population", 100000.0))
        if not (number == 0 and year == 2023 and variable == "population")
    ]
    observations = pd.DataFrame(rows).assign(status="final")
    observations.loc[0, "status"] = "illustrative"
    values = indicator_values(observations, nation.dictionary)
    return {s.id: s for s in statistics.indicator_sections(nation, values, codes())}


def named(table: Table, name: str) -> tuple[object, ...]:
    (row,) = (r for r in table.rows if isinstance(r, tuple) and r[0] == name)
    return row


def test_the_summary_counts_values_and_says_why_others_are_missing(summary: dict[str, Section]) -> None:
    (table,) = tables(summary["indicators"])
    places = MANY - 1
    assert named(table, "生产安全事故死亡人数")[2:] == (str(places), str(2 * places), "1", "0", "")
    rate = named(table, "十万人口生产安全事故死亡率")
    assert rate[2:] == (str(places), str(2 * places - 1), "1", "1", "缺常住人口：1")
    assert "另有1个有规划的地区没有任何可用的数据" in text_of(summary["indicators"])
    assert "indicators.csv" in text_of(summary["indicators"])


def test_the_years_table_counts_places(summary: dict[str, Section]) -> None:
    (table,) = tables(summary["years"])
    assert named(table, "十万人口生产安全事故死亡率")[1:] == (str(MANY - 1), str(MANY - 2))


def test_a_province_is_complete_only_with_every_value(summary: dict[str, Section]) -> None:
    (table,) = tables(summary["provinces"])
    henan = sum(c.startswith("41") for c in codes()[:-1])
    assert named(table, "福建省")[2:] == ("100%", "100%")
    _, places, full, torn = named(table, "代码以41开头的地区")
    assert (places, full) == (str(henan), "100%")
    assert str(torn).endswith("%（缺1）") and not str(torn).startswith("100%")
