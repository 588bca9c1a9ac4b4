"""The sections of the two pages about the statistics themselves: validation results, computed indicators.

A handful of places is shown in full. Of a nation the pages show what matters first and count the rest: whoever wants
all of it takes ``validation.json`` or a report's ``indicators.csv``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.messages.names import in_language, name_of
from planeval.messages.units import unit_of
from planeval.model.findings import Finding, Severity
from planeval.model.status import Status
from planeval.model.validation import CoverageCell, ValidationResult
from planeval.read.workspace import Workspace
from planeval.report.blocks import (
    Block,
    Cell,
    Column,
    Details,
    Heading,
    Items,
    Paragraph,
    Row,
    Section,
    Table,
)
from planeval.report.explained import explained_findings
from planeval.report.sums import marked
from planeval.report.words import join, sentences, word

V, N = "statistics.validation", "statistics.indicators"
MOST_PLACES = 20  # shown one by one; of more the pages give a summary
MOST_CRITICAL = 1000  # findings shown: the critical ones, which hold reports back,
MOST_WARNINGS = 200  # and others
MOST_REMARKS = 50
MOST_HELD = 200  # plans listed as held back
MOST_GAPS = 100  # places whose gaps are shown


def _place(workspace: Workspace, code: str | None) -> str:
    if code is None:
        return say(f"{V}.everywhere")
    region = workspace.regions.get(code)
    return say("report.with_code", name=name_of(region), code=code) if region else code


def _name(workspace: Workspace, key: str) -> str:
    """The name of a variable or indicator."""
    entry = workspace.dictionary.variables.get(key) or workspace.dictionary.indicators.get(key)
    return name_of(entry) if entry else key


# ---- validation -------------------------------------------------------------------------------------------------


def validation_summary(workspace: Workspace, result: ValidationResult) -> Section:
    """校验结论: how much was checked, what was found, which plans are held back."""
    count = Counter(f.severity for f in result.findings)
    lead = say(
        f"{V}.{'lead_held' if count[Severity.CRITICAL] else 'lead_clean'}",
        rows=fmt.number(result.rows),
        regions=fmt.number(result.places),
        rules=len({c.rule for c in result.checks}),
        critical=fmt.number(count[Severity.CRITICAL]),
        warnings=fmt.number(count[Severity.WARNING]),
    )
    blocks: list[Block] = [Paragraph(lead, tone="lead")]
    held = _held_back(workspace, result)
    if held:
        title = Heading(3, say(f"{V}.held_title"))
        items = Items(tuple(say(f"{V}.held_item", title=title, n=n) for title, n in held[:MOST_HELD]))
        more = len(held) - MOST_HELD
        rest = (Paragraph(say(f"{V}.held_more", n=fmt.number(more)), tone="quiet"),) if more > 0 else ()
        if len(held) <= MOST_PLACES:
            blocks += [title, items]
        else:
            blocks += [title, Details(say(f"{V}.held_count", n=fmt.number(len(held))), (items, *rest))]
    return Section("summary", say(f"{V}.summary"), tuple(blocks))


def _held_back(workspace: Workspace, result: ValidationResult) -> list[tuple[str, int]]:
    """Title and number of critical findings of every plan that has any: as `ValidationResult.held_back` of each, but
    in one pass over the findings."""
    touched = Counter((f.plan, f.region_code) for f in result.findings if f.severity is Severity.CRITICAL)
    by_plan: Counter[str] = Counter()
    by_place: Counter[str | None] = Counter()
    for (plan_id, code), n in touched.items():
        if plan_id is not None:
            by_plan[plan_id] += n
        if code is not None:
            by_place[code] += n
    held: list[tuple[str, int]] = []
    for (
        plan_id
    ) in workspace.plans:  # of most only the place is asked for: making a plan's objects takes its time
        place = workspace.place_of(plan_id)
        both = touched[plan_id, place]  # of this plan and of its place: counted once
        n = touched[None, None] + by_plan[plan_id] + by_place[place] - both
        if n:
            plan = workspace.plans[plan_id]
            held.append((in_language(plan.title, plan.title_en), n))
    said = Counter(f.plan for f in result.findings)
    held += [(plan_id, said[plan_id]) for plan_id in sorted(set(workspace.plan_ids) - set(workspace.plans))]
    return held


def validation_findings(workspace: Workspace, result: ValidationResult, regions: Collection[str]) -> Section:
    """发现的问题 of the places ``regions`` and of what all share: one table a place, critical ones first.

    Of many places one table holds the critical ones (at most `MOST_CRITICAL`), then the others (at most
    `MOST_WARNINGS`), and a line says how many more there are.
    """
    wanted = set(regions)
    groups: dict[str | None, list[Finding]] = {}
    for finding in result.findings:
        code = finding.region_code
        if code is None and finding.plan is not None and finding.plan in workspace.plans:
            code = workspace.place_of(finding.plan)
        if finding.severity is not Severity.INFO and (code is None or code in wanted or finding.plan):
            groups.setdefault(code, []).append(finding)
    blocks: list[Block] = []
    if not groups:
        blocks.append(Paragraph(say(f"{V}.findings_none")))
    elif len(groups) <= MOST_PLACES and sum(map(len, groups.values())) <= MOST_WARNINGS:
        for code in sorted(groups, key=lambda c: c or ""):
            rows = tuple(_finding_row(f) for f in sorted(groups[code], key=_weight))
            blocks.append(Table(_place(workspace, code), _finding_columns(), rows, row_header=None))
    else:
        blocks += _gravest(workspace, groups)
    remarks = [
        f
        for f in result.findings
        if f.severity is Severity.INFO and (not f.region_code or f.region_code in wanted)
    ]
    blocks += explained_findings([f for f in remarks if f.reason is not None], MOST_WARNINGS)
    texts = list(dict.fromkeys(f.message for f in remarks if f.reason is None))
    if texts:
        blocks += [Heading(3, say(f"{V}.breaks")), Items(tuple(texts[:MOST_REMARKS]))]
        if len(texts) > MOST_REMARKS:
            blocks.append(Paragraph(say(f"{V}.breaks_more", n=len(texts) - MOST_REMARKS), tone="quiet"))
    return Section("findings", say(f"{V}.findings"), tuple(blocks))


def _gravest(workspace: Workspace, groups: dict[str | None, list[Finding]]) -> list[Block]:
    """The findings of many places in one table, the critical ones first, and a line that counts those left out."""
    found = [(code, f) for code in sorted(groups, key=lambda c: c or "") for f in groups[code]]
    found.sort(key=lambda pair: _weight(pair[1])[0])
    critical = [pair for pair in found if pair[1].severity is Severity.CRITICAL]
    others = found[len(critical) :]
    rows = tuple(
        _finding_row(f, _place(workspace, code))
        for code, f in critical[:MOST_CRITICAL] + others[:MOST_WARNINGS]
    )
    table = Table(say(f"{V}.findings_all"), _finding_columns(place=True), rows, row_header=None)
    more = {
        "critical": fmt.number(len(critical[MOST_CRITICAL:])),
        "warnings": fmt.number(len(others[MOST_WARNINGS:])),
    }
    if len(rows) == len(found):
        return [table]
    return [table, Paragraph(say(f"{V}.findings_more", **more), tone="quiet")]


def _weight(finding: Finding) -> tuple[int, int]:
    return list(Severity).index(finding.severity), finding.year or 0


def _finding_columns(*, place: bool = False) -> tuple[Column, ...]:
    names = ("severity", *(["place"] if place else []), "year", "found", "remedy", "where")
    return tuple(
        Column(say(f"{V}.column.{name}"), kind="number" if name == "year" else "text") for name in names
    )


def _finding_row(finding: Finding, *place: str) -> Row:
    year = str(finding.year or "")
    return (word("severity", finding.severity), *place, year, finding.message, finding.remedy, finding.where)


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

    def places(codes: list[str]) -> str:
        shown = codes if len(codes) <= MOST_PLACES else codes[: MOST_PLACES // 2]
        names = join(name_of(workspace.regions[c]) if c in workspace.regions else c for c in shown)
        return names if shown is codes else say(f"{V}.some_regions", names=names, n=len(codes))

    rows = tuple(
        (
            c.title,
            word("severity", c.severity),
            fmt.number(c.checked),
            fmt.number(c.failed),
            places(c.regions),
        )
        for c in result.checks
    )
    return Section("rules", say(f"{V}.rules"), (Table(say(f"{V}.rules_table"), columns, rows),))


def validation_coverage(workspace: Workspace, result: ValidationResult, regions: Collection[str]) -> Section:
    """数据完整性: place x year, found of expected, with what is missing.

    Of many places only those with gaps are shown, most gaps first and at most `MOST_GAPS`; the others are counted.
    """
    wanted = set(regions)
    places: dict[str, dict[int, CoverageCell]] = {}
    for cell in result.coverage:
        if cell.region_code in wanted:
            places.setdefault(cell.region_code, {})[cell.year] = cell
    blocks: list[Block] = [Paragraph(say(f"{V}.coverage_lead"))]
    if len(places) <= MOST_PLACES:
        caption = say(f"{V}.coverage_table")
        blocks.append(_coverage_table(workspace, caption, places))
    else:
        gaps = {code: sum(c.expected - c.found for c in own.values()) for code, own in places.items()}
        shown = sorted((code for code, n in gaps.items() if n), key=lambda code: (-gaps[code], code))
        numbers = {"places": len(places), "complete": len(places) - len(shown)}
        text = say(f"{V}.coverage_complete", **{key: fmt.number(n) for key, n in numbers.items()})
        blocks.append(Paragraph(text))
        if shown:
            caption = say(f"{V}.coverage_gaps")
            own = {code: places[code] for code in shown[:MOST_GAPS]}
            blocks.append(_coverage_table(workspace, caption, own, gaps_only=True))
        if len(shown) > MOST_GAPS:
            n = fmt.number(len(shown) - MOST_GAPS)
            blocks.append(Paragraph(say(f"{V}.coverage_more", n=n), tone="quiet"))
    return Section("coverage", say(f"{V}.coverage"), tuple(blocks))


def _coverage_table(
    workspace: Workspace,
    caption: str,
    places: dict[str, dict[int, CoverageCell]],
    *,
    gaps_only: bool = False,
) -> Table:
    """``places``: cells by year, by region code. ``gaps_only`` leaves the cells of complete years empty."""
    years = sorted({year for own in places.values() for year in own})
    columns = (
        Column(say(f"{V}.column.place")),
        *(Column(say(f"{N}.column.year", year=y), kind="number") for y in years),
    )

    def shown(cell: CoverageCell | None) -> Cell:
        if cell is None:
            return Cell(None)
        if gaps_only and not cell.missing:
            return Cell("")
        title = join(_name(workspace, key) for key in cell.missing) if cell.missing else ""
        return Cell(f"{cell.found}/{cell.expected}", title=title)

    rows: tuple[Row, ...] = tuple(
        (_place(workspace, code), *(shown(own.get(year)) for year in years)) for code, own in places.items()
    )
    return Table(caption, columns, rows)


# ---- indicators -------------------------------------------------------------------------------------------------


def indicator_sections(workspace: Workspace, values: pd.DataFrame, regions: Sequence[str]) -> list[Section]:
    """The indicator page: one section a place, or of many places a summary of all.

    Args:
        values: frame of `planeval.compute.values.indicator_values`.
        regions: codes of the places looked at.
    """
    if len(regions) <= MOST_PLACES:
        return [computed_indicators(workspace, values, region) for region in regions]
    own = values[values["region_code"].isin(set(regions))]
    given = own[own["value"].notna()]
    return [
        _indicator_summary(workspace, own, given, regions),
        _indicator_years(workspace, given),
        _indicator_provinces(workspace, own, given),
    ]


def _indicator_summary(
    workspace: Workspace, values: pd.DataFrame, given: pd.DataFrame, regions: Sequence[str]
) -> Section:
    """计算概况: for each indicator how many values there are, how many are missing and why."""
    illustrative = Counter(given.loc[given["status"] == Status.ILLUSTRATIVE, "indicator"])
    places = given.groupby("indicator")["region_code"].nunique().to_dict()
    counts, expected = Counter(given["indicator"]), Counter(values["indicator"])
    why: dict[str, list[str]] = {}
    absent = values[values["value"].isna()]
    reasons = Counter(zip(absent["indicator"], absent["reason"], strict=True))
    for (key, reason), n in sorted(reasons.items(), key=lambda item: (-item[1], item[0])):
        kind, _, keys = str(reason).partition(":")
        names = join(_name(workspace, k) for k in keys.split("+"))
        why.setdefault(key, []).append(say(f"{N}.{kind}", names=names, n=fmt.number(n)))
    columns = (
        *(Column(say(f"{N}.column.{name}")) for name in ("name", "unit")),
        *(
            Column(say(f"{N}.column.{name}"), kind="number")
            for name in ("places", "given", "illustrative", "absent")
        ),
        Column(say(f"{N}.column.why")),
    )
    rows: tuple[Row, ...] = tuple(
        (
            name_of(entry),
            unit_of(entry.unit),
            fmt.number(places.get(key, 0)),
            fmt.number(counts[key]),
            fmt.number(illustrative[key]),
            fmt.number(expected[key] - counts[key]),
            say(f"{N}.reasons").join(why.get(key, [])),
        )
        for key, entry in workspace.dictionary.indicators.items()
        if expected[key]
    )
    with_data = values["region_code"].nunique()
    lead = say(
        f"{N}.summary_lead",
        places=fmt.number(with_data),
        years=values["year"].nunique(),
        expected=fmt.number(len(values)),
        given=fmt.number(len(given)),
        share=_share(len(given), len(values)),
    )
    if with_data < len(regions):
        lead = sentences(lead, say(f"{N}.without_data", n=fmt.number(len(regions) - with_data)))
    table = Table(say(f"{N}.summary_table"), columns, rows)
    return Section("indicators", say(f"{N}.summary"), (Paragraph(lead), Paragraph(say(f"{N}.where")), table))


def _indicator_years(workspace: Workspace, given: pd.DataFrame) -> Section:
    """各年情况: how many places have a value of each indicator in each year."""
    counts = given.groupby(["indicator", "year"]).size().to_dict()
    years = sorted(int(y) for y in given["year"].unique())
    columns = (
        Column(say(f"{N}.column.name")),
        *(Column(say(f"{N}.column.year", year=y), kind="number") for y in years),
    )
    rows: tuple[Row, ...] = tuple(
        (name_of(entry), *(fmt.number(counts[key, y]) if (key, y) in counts else None for y in years))
        for key, entry in workspace.dictionary.indicators.items()
        if any((key, y) in counts for y in years)
    )
    return Section("years", say(f"{N}.years"), (Table(say(f"{N}.years_table"), columns, rows),))


def _indicator_provinces(workspace: Workspace, values: pd.DataFrame, given: pd.DataFrame) -> Section:
    """各省情况: which share of the values there is, by province and year."""
    used = values[values["indicator"].isin(set(given["indicator"]))]
    expected, found = _by_province(used), _by_province(given)
    codes = values["region_code"].unique()
    places = Counter(str(code)[:2] for code in codes)
    years = sorted({year for _, year in expected})
    columns = (
        Column(say(f"{N}.column.province")),
        Column(say(f"{N}.column.places"), kind="number"),
        *(Column(say(f"{N}.column.year", year=y), kind="number") for y in years),
    )

    def cell(province: str, year: int) -> str | None:
        of, n = expected.get((province, year), 0), found.get((province, year), 0)
        if not of:
            return None
        share = _share(n, of)
        return share if n == of else say(f"{N}.complete", share=share, missing=fmt.number(of - n))

    rows: tuple[Row, ...] = tuple(
        (_province(workspace, p), fmt.number(places[p]), *(cell(p, year) for year in years))
        for p in sorted(places)
    )
    table = Table(say(f"{N}.provinces_table"), columns, rows)
    return Section("provinces", say(f"{N}.provinces"), (Paragraph(say(f"{N}.provinces_lead")), table))


def _by_province(values: pd.DataFrame) -> dict[tuple[str, int], int]:
    """Number of rows by province (the code's first two digits) and year."""
    counts = values.groupby(["region_code", "year"]).size().reset_index(name="rows")
    totals: Counter[tuple[str, int]] = Counter()
    for code, year, n in zip(counts["region_code"], counts["year"], counts["rows"], strict=True):
        totals[code[:2], int(year)] += int(n)
    return totals


def _province(workspace: Workspace, digits: str) -> str:
    region = workspace.regions.get(f"{digits}0000")
    return name_of(region) if region else say(f"{N}.unnamed", digits=digits)


def _share(part: int, whole: int) -> str:
    """A share in whole percent, never rounded up: 100% is complete."""
    return fmt.percent(100 * part // whole if whole else 0, 0)


def computed_indicators(workspace: Workspace, values: pd.DataFrame, region: str) -> Section:
    """One place's indicators: a row an indicator, a column a year; indicators without any value are left out."""
    own = values[values["region_code"] == region]
    years = sorted(int(y) for y in own["year"].unique())
    label = f"{N}.column"
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
            rows.append((name_of(entry), unit_of(entry.unit), *cells))
    name = name_of(workspace.regions[region])
    table = Table(say(f"{N}.table", name=name), columns, tuple(rows))
    return Section(f"place-{region}", _place(workspace, region), (table,))


def _computed_cell(point: dict[Any, Any] | None, decimals: int) -> Cell:
    number = float("nan") if point is None else point["value"]
    if point is not None and pd.isna(number):
        number = point["partial_sum"]
    if point is None or pd.isna(number):
        return Cell(None)
    text = marked(fmt.number(float(number), decimals), point["derived"], point["partial"])
    return Cell(text, illustrative=point["status"] == Status.ILLUSTRATIVE)
