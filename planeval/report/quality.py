"""The head of the data-quality page: how good the statistics are, at one glance."""

from __future__ import annotations

from collections import Counter

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.model.findings import Severity
from planeval.model.status import Status
from planeval.model.validation import ValidationResult
from planeval.read.workspace import Workspace
from planeval.report.blocks import Banner, Block, Column, Paragraph, Row, Section, Table

Q = "quality"


def at_a_glance(workspace: Workspace, result: ValidationResult) -> Section:
    """一览: rules passed and failed by severity, places concerned, completeness and statuses by year.

    As long for a nation as for three places: one line a severity, one line a year.
    """
    gravest = [f for f in result.findings if f.severity is Severity.CRITICAL]
    touched = {f.region_code for f in gravest if f.region_code is not None}
    expected, found = (sum(getattr(cell, name) for cell in result.coverage) for name in ("expected", "found"))
    facts = (
        ("rows", fmt.number(result.rows)),
        ("places", fmt.number(result.places)),
        ("rules", fmt.number(len({c.rule for c in result.checks}))),
        ("critical", fmt.number(len(gravest))),
        ("critical_places", fmt.number(len(touched))),
        ("complete", _share(found, expected)),
    )
    blocks: tuple[Block, ...] = (
        Paragraph(say(f"{Q}.lead"), tone="lead"),
        Banner(tuple((say(f"{Q}.fact.{name}"), text) for name, text in facts)),
        _severities(result),
        _years(workspace, result),
        Paragraph(say(f"{Q}.statuses"), tone="quiet"),
    )
    return Section("quality", say(f"{Q}.title"), blocks)


def _severities(result: ValidationResult) -> Table:
    """A line a severity: rules, those nothing failed, and what did not pass."""
    rows: list[Row] = []
    for severity in Severity:
        checks = [c for c in result.checks if c.severity is severity]
        found = [f for f in result.findings if f.severity is severity]
        places = {f.region_code for f in found if f.region_code is not None}
        passed = sum(c.failed == 0 for c in checks)
        counts = (len(checks), passed, len(checks) - passed, len(found), len(places))
        rows.append(
            (say(f"severity.{severity.value}"), *map(fmt.number, counts), say(f"{Q}.means.{severity.value}"))
        )
    numbers = ("rules", "passed", "failed", "findings", "places")
    columns = (
        Column(say(f"{Q}.column.severity")),
        *(Column(say(f"{Q}.column.{name}"), kind="number") for name in numbers),
        Column(say(f"{Q}.column.means")),
    )
    return Table(say(f"{Q}.severities"), columns, tuple(rows), notes=(say(f"{Q}.twice"),))


def _years(workspace: Workspace, result: ValidationResult) -> Table:
    """A line a year: how much of what is expected is there, and what the figures are."""
    expected: Counter[int] = Counter()
    found: Counter[int] = Counter()
    for cell in result.coverage:
        expected[cell.year] += cell.expected
        found[cell.year] += cell.found
    rows = workspace.observations
    used = rows[~rows["superseded"].astype(bool)]
    counted = used.groupby(["year", "status"], observed=True).size().reset_index(name="rows")
    by_status: dict[tuple[int, str], int] = {}
    figures: Counter[int] = Counter()
    for year, status, n in zip(counted["year"], counted["status"], counted["rows"], strict=True):
        by_status[int(year), str(status)] = int(n)
        figures[int(year)] += int(n)
    years = sorted(expected.keys() | figures.keys())
    kinds = [status for status in Status if any((year, status.value) in by_status for year in years)]
    columns = (
        Column(say(f"{Q}.column.year")),
        *(Column(say(f"{Q}.column.{name}"), kind="number") for name in ("figures", "complete")),
        *(Column(say(f"status.{status.value}"), kind="number") for status in kinds),
    )
    lines: tuple[Row, ...] = tuple(
        (
            str(year),
            fmt.number(figures[year]),
            _share(found[year], expected[year]),
            *(_share(by_status.get((year, status.value), 0), figures[year]) for status in kinds),
        )
        for year in years
    )
    return Table(say(f"{Q}.years"), columns, lines, notes=(say(f"{Q}.shares"),))


def _share(part: int, whole: int) -> str:
    """A share in whole percent; only what is complete is 100 %, only what is nothing 0 %."""
    if not whole:
        return fmt.MISSING
    percent = round(100 * part / whole)
    return (
        fmt.percent(min(percent, 99) if part < whole else percent, 0)
        if percent or not part
        else say(f"{Q}.trace")
    )
