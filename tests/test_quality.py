"""The head of the data-quality page."""

from __future__ import annotations

from dataclasses import replace

from docs_text import ROOT

from planeval.model.findings import Finding, Severity
from planeval.model.validation import CheckSummary, CoverageCell, ValidationResult
from planeval.read.workspace import Workspace, load
from planeval.report.blocks import Banner, Table
from planeval.report.html import render
from planeval.report.quality import at_a_glance


def result(**given: object) -> ValidationResult:
    values: dict[str, object] = {
        "inputs": "x",
        "rows": 404,
        "places": 3,
        "checks": [],
        "findings": [],
        "coverage": [],
    }
    return ValidationResult.model_validate(values | given)


def check(rule: str, severity: Severity, failed: int) -> CheckSummary:
    return CheckSummary(
        rule=rule, title=rule, suite="s", severity=severity, checked=9, failed=failed, regions=[]
    )


def finding(severity: Severity, code: str | None) -> Finding:
    return Finding(rule="r", message="m", remedy="r", severity=severity, region_code=code)


def tables(workspace: Workspace, own: ValidationResult) -> list[Table]:
    return [block for block in at_a_glance(workspace, own).blocks if isinstance(block, Table)]


def test_rules_and_places_are_counted_by_severity() -> None:
    own = result(
        checks=[
            check("a", Severity.CRITICAL, 0),
            check("b", Severity.CRITICAL, 2),
            check("b", Severity.WARNING, 3),
        ],
        findings=[
            finding(Severity.CRITICAL, "350102"),
            finding(Severity.CRITICAL, "350102"),
            finding(Severity.CRITICAL, None),
            finding(Severity.WARNING, "350105"),
        ],
    )
    workspace = load(ROOT / "data")
    severities, _ = tables(workspace, own)
    (banner,) = (block for block in at_a_glance(workspace, own).blocks if isinstance(block, Banner))

    assert [row[:6] for row in severities.rows] == [
        ("严重", "2", "1", "1", "3", "1"),
        ("警告", "1", "0", "1", "1", "1"),
        ("提示", "0", "0", "0", "0", "0"),
    ]
    assert dict(banner.facts) == {
        "统计数据（条）": "404",
        "地区": "3",
        "校验规则": "2",
        "严重问题": "3",
        "有严重问题的地区": "1",
        "完整程度": "—",
    }


def test_years_tell_how_complete_they_are_and_what_their_figures_are() -> None:
    workspace = load(ROOT / "data")
    rows = workspace.observations
    one = (
        rows[rows["year"] == 2023]
        .head(4)
        .assign(status=["final", "final", "illustrative", "forecast"], superseded=[False, False, False, True])
    )
    coverage = [
        CoverageCell(region_code="350102", year=2023, found=999, expected=1000, missing=["gdp"]),
        CoverageCell(region_code="350105", year=2022, found=0, expected=5, missing=[]),
    ]
    _, years = tables(replace(workspace, observations=one), result(coverage=coverage))

    assert [column.label for column in years.columns] == ["年份", "数值", "完整程度", "正式值", "示例值"]
    # What lacks one of a thousand is not complete; an earlier vintage is not counted.
    assert years.rows == (("2022", "0", "0%", "—", "—"), ("2023", "3", "99%", "67%", "33%"))


def test_the_summary_is_as_short_for_a_nation_as_for_three_places() -> None:
    workspace = load(ROOT / "data")
    many = [
        CoverageCell(region_code=f"{110101 + n}", year=2016 + n % 10, found=9, expected=10, missing=["gdp"])
        for n in range(28500)
    ]

    assert len(render(at_a_glance(workspace, result(coverage=many)))) < 6000
