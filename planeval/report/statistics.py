"""The sections of the two pages about the statistics themselves: validation results, computed indicators."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.model.findings import Finding, Severity
from planeval.model.status import Status
from planeval.model.validation import ValidationResult
from planeval.read.workspace import Workspace
from planeval.report.blocks import Block, Cell, Column, Heading, Items, Paragraph, Row, Section, Table
from planeval.report.words import join, word

V = "statistics.validation"


def _place(workspace: Workspace, code: str | None) -> str:
    if code is None:
        return say(f"{V}.everywhere")
    region = workspace.regions.get(code)
    return f"{region.name}（{code}）" if region else code


def validation_summary(workspace: Workspace, result: ValidationResult) -> Section:
    """校验结论: how much was checked, what was found, which plans are held back."""
    count = {s: sum(f.severity is s for f in result.findings) for s in Severity}
    lead = say(
        f"{V}.{'lead_held' if count[Severity.CRITICAL] else 'lead_clean'}",
        rows=len(workspace.table),
        regions=workspace.table["region_code"].nunique(),
        rules=len({c.rule for c in result.checks}),
        critical=count[Severity.CRITICAL],
        warnings=count[Severity.WARNING],
    )
    blocks: list[Block] = [Paragraph(lead, tone="lead")]
    held = [(plan, result.held_back(plan)) for plan in workspace.plans.values()]
    texts = [say(f"{V}.held_item", title=plan.title, n=len(found)) for plan, found in held if found]
    broken = sorted(set(workspace.plan_ids) - set(workspace.plans))
    texts += [say(f"{V}.held_item", title=i, n=sum(f.plan == i for f in result.findings)) for i in broken]
    if texts:
        blocks += [Heading(3, say(f"{V}.held_title")), Items(tuple(texts))]
    return Section("summary", say(f"{V}.summary"), tuple(blocks))


def validation_findings(workspace: Workspace, result: ValidationResult, regions: list[str]) -> Section:
    """发现的问题: one table a place, critical ones first."""
    label = f"{V}.column"
    columns = (
        Column(say(f"{label}.severity")),
        Column(say(f"{label}.year"), kind="number"),
        Column(say(f"{label}.found")),
        Column(say(f"{label}.remedy")),
        Column(say(f"{label}.where")),
    )
    order = list(Severity)
    groups: dict[str | None, list[Finding]] = {}
    for finding in result.findings:
        code = finding.region_code
        if code is None and finding.plan in workspace.plans:
            code = workspace.plans[finding.plan].region_code
        if finding.severity is not Severity.INFO and (code is None or code in regions or finding.plan):
            groups.setdefault(code, []).append(finding)
    blocks: list[Block] = []
    for code in sorted(groups, key=lambda c: c or ""):
        found = sorted(groups[code], key=lambda f: (order.index(f.severity), f.year or 0))
        rows: tuple[Row, ...] = tuple(
            (word("severity", f.severity), str(f.year or ""), f.message, f.remedy, f.where) for f in found
        )
        blocks.append(Table(_place(workspace, code), columns, rows, row_header=None))
    if not blocks:
        blocks.append(Paragraph(say(f"{V}.findings_none")))
    remarks = [
        f for f in result.findings if f.severity is Severity.INFO and (f.region_code or "") in {"", *regions}
    ]
    if remarks:
        blocks += [Heading(3, say(f"{V}.breaks")), Items(tuple(dict.fromkeys(f.message for f in remarks)))]
    return Section("findings", say(f"{V}.findings"), tuple(blocks))


def validation_rules(workspace: Workspace, result: ValidationResult) -> Section:
    """校验规则: every rule, how often it could be applied and how often it failed."""
    label = f"{V}.column"
    columns = (
        Column(say(f"{label}.rule")),
        Column(say(f"{label}.severity")),
        Column(say(f"{label}.checked"), kind="number"),
        Column(say(f"{label}.failed"), kind="number"),
        Column(say(f"{label}.regions")),
    )
    rows = tuple(
        (
            c.title,
            word("severity", c.severity),
            fmt.number(c.checked),
            fmt.number(c.failed),
            join(workspace.regions[code].name if code in workspace.regions else code for code in c.regions),
        )
        for c in result.checks
    )
    return Section("rules", say(f"{V}.rules"), (Table(say(f"{V}.rules_table"), columns, rows),))


def validation_coverage(workspace: Workspace, result: ValidationResult, regions: list[str]) -> Section:
    """数据完整性: place x year, found of expected, with what is missing."""
    cells = {(c.region_code, c.year): c for c in result.coverage if c.region_code in regions}
    years = sorted({year for _, year in cells})
    columns = (
        Column(say(f"{V}.column.place")),
        *(Column(say("statistics.indicators.column.year", year=y), kind="number") for y in years),
    )

    def name(key: str) -> str:
        entry = workspace.dictionary.variables.get(key) or workspace.dictionary.indicators.get(key)
        return entry.name if entry else key

    rows = []
    for code in dict.fromkeys(c for c, _ in cells):
        row: list[str | Cell] = [_place(workspace, code)]
        for year in years:
            cell = cells.get((code, year))
            title = join(name(k) for k in cell.missing) if cell and cell.missing else ""
            row.append(Cell(f"{cell.found}/{cell.expected}" if cell else None, title=title))
        rows.append(tuple(row))
    blocks = (Paragraph(say(f"{V}.coverage_lead")), Table(say(f"{V}.coverage_table"), columns, tuple(rows)))
    return Section("coverage", say(f"{V}.coverage"), blocks)


def computed_indicators(workspace: Workspace, values: pd.DataFrame, region: str) -> Section:
    """One place's indicators: a row an indicator, a column a year; indicators without any value are left out."""
    own = values[values["region_code"] == region]
    years = sorted(int(y) for y in own["year"].unique())
    label = "statistics.indicators.column"
    columns = (
        Column(say(f"{label}.name")),
        Column(say(f"{label}.unit")),
        *(Column(say(f"{label}.year", year=y), kind="number") for y in years),
    )
    by_key = {(row["indicator"], int(row["year"])): row for row in own.to_dict("records")}
    rows: list[Row] = []
    for key, entry in workspace.dictionary.indicators.items():
        points = [by_key.get((key, year)) for year in years]
        cells = tuple(_computed_cell(point, entry.decimals) for point in points)
        if any(cell.text is not None for cell in cells):
            rows.append((entry.name, entry.unit, *cells))
    name = workspace.regions[region].name
    table = Table(say("statistics.indicators.table", name=name), columns, tuple(rows))
    return Section(f"place-{region}", _place(workspace, region), (table,))


def _computed_cell(point: dict[Any, Any] | None, decimals: int) -> Cell:
    if point is None or pd.isna(point["value"]):
        return Cell(None)
    illustrative = point["status"] == Status.ILLUSTRATIVE
    return Cell(fmt.number(float(point["value"]), decimals), illustrative=illustrative)
