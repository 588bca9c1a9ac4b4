"""What an import says before it is decided: by place what is new, corrected, confirmed and unchanged, and what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from planeval.messages import numbers, say
from planeval.messages.names import name_of
from planeval.messages.units import as_published
from planeval.model.findings import Severity
from planeval.read.units import UNITS
from planeval.read.workspace import Workspace
from planeval.validate.columns import labels
from planeval.workbook.changes import Changes, FigureChange, InUse, Kind, ReportChange
from planeval.workbook.entries import Entry, Problem, ProgressEntry
from planeval.workbook.problem_sheet import rule_title
from planeval.workbook.words import progress_terms

# Of new figures, warnings and remarks so many are shown; corrections and critical problems all.
MOST_SHOWN = 40
_SYMBOLS = frozenset(UNITS)


def problem_lines(problems: Sequence[Problem]) -> Iterator[str]:
    """A line for each problem, the gravest first: cell, rule, message, what to do."""
    critical = [problem for problem in problems if problem.severity is Severity.CRITICAL]
    warnings = [problem for problem in problems if problem.severity is Severity.WARNING]
    for problem in critical + warnings[:MOST_SHOWN]:
        yield say(
            "importing.problem_line",
            cell=problem.cell,
            severity=say(f"severity.{problem.severity}"),
            rule=rule_title(problem.rule),
            message=problem.message,
            remedy=problem.remedy,
        )
    if len(warnings) > MOST_SHOWN:
        yield say("importing.more", n=len(warnings) - MOST_SHOWN)


def remark_lines(problems: Sequence[Problem]) -> Iterator[str]:
    """What was passed over or rewritten as the mapping says, and other things to know."""
    remarks = [problem for problem in problems if problem.severity is Severity.INFO]
    for problem in remarks[:MOST_SHOWN]:
        yield say("importing.remark_line", cell=problem.cell, message=problem.message)
    if len(remarks) > MOST_SHOWN:
        yield say("importing.more", n=len(remarks) - MOST_SHOWN)


def change_lines(changes: Changes, workspace: Workspace) -> Iterator[str]:
    """The changes by place, with counts; corrections with old and new value."""
    names = {key: name for key, (name, _) in labels(workspace.dictionary).items()}
    by_place: dict[str, list[FigureChange]] = {}
    for change in changes.figures:
        by_place.setdefault(change.entry.region_code, []).append(change)
    room = MOST_SHOWN
    for code, own in by_place.items():
        region = workspace.regions.get(code)
        place = name_of(region) if region else code
        yield say("importing.place_line", place=place, code=code, counts=counts(c.kind for c in own))
        new = [change for change in own if change.kind is Kind.NEW]
        for change in own:
            if change.kind in (Kind.CORRECTED, Kind.CONFIRMED):
                yield _later_line(change, names)
        for change in new[:room]:
            yield _new_line(change.entry, names)
        if len(new) > room:
            yield say("importing.more", n=len(new) - room)
        room -= min(room, len(new))
    by_plan: dict[str, list[ReportChange]] = {}
    for report in changes.reports:
        by_plan.setdefault(report.entry.plan, []).append(report)
    for plan, reports in by_plan.items():
        yield say("importing.plan_line", plan=plan, counts=counts(report.kind for report in reports))
        written = [report for report in reports if report.kind is not Kind.UNCHANGED]
        items = workspace.plans[plan].ledger_items
        for report in written[:MOST_SHOWN]:
            yield _report_line(report.entry, items)
        if len(written) > MOST_SHOWN:
            yield say("importing.more", n=len(written) - MOST_SHOWN)


def counts(kinds: Iterable[Kind]) -> str:
    """How many of each kind, those that there are."""
    found = Counter(kinds)
    told = [say(f"importing.kind.{kind}", n=found[kind]) for kind in Kind if found[kind]]
    return say("read.name_join").join(told)


def _report_line(entry: ProgressEntry, items: Mapping[str, str]) -> str:
    item, status = entry.values.get("item", ""), entry.values.get("status", "")
    return say(
        "importing.report_line",
        name=items.get(item, item),
        date=entry.values.get("date", ""),
        status=progress_terms().get(status, status),
        cell=str(next(iter(entry.cells.values()))),
    )


def _new_line(entry: Entry, names: dict[str, str]) -> str:
    return say("importing.new_line", **_figure(entry, names))


def _later_line(change: FigureChange, names: dict[str, str]) -> str:
    """A later vintage of a figure that is there: old and new value, by how much, published when, and why."""
    before, words = change.before, _figure(change.entry, names)
    assert before is not None  # the two kinds have something to differ from
    words["old"] = as_published(before.as_published, _SYMBOLS)
    words["before"] = before.published or say("importing.not_known")
    words["after"] = change.entry.published or say("importing.not_known")
    if change.kind is Kind.CONFIRMED:
        statuses = {"old_status": say(f"status.{before.status}"), "new_status": _status(change.entry)}
        if not change.weakens:
            return say("importing.confirmed_line", **statuses, **words)
        return say("importing.weakened_line", **statuses, **words, **_given(change))
    words |= {"percent": _change(change, before), **_given(change)}
    return say("importing.corrected_line", **words)


def _given(change: FigureChange) -> dict[str, str]:
    """Why, and who says so."""
    empty = say("importing.empty")
    return {"reason": change.reason or empty, "provided_by": change.provided_by or empty}


def _status(entry: Entry) -> str:
    from planeval.model.status import Status

    return say(f"status.{entry.status}") if entry.status in set(Status) else entry.status


def _change(change: FigureChange, before: InUse) -> str:
    """The change in per cent; of a zero there is none."""
    if change.value is None or before.value == 0:
        return numbers.MISSING
    return numbers.percent(100 * (change.value - before.value) / abs(before.value), 1, plus=True)


def _figure(entry: Entry, names: dict[str, str]) -> dict[str, str]:
    return {
        "year": entry.year,
        "name": names.get(entry.variable, entry.variable),
        "value": as_published(f"{entry.value}{entry.unit}", _SYMBOLS),
        "cell": str(entry.cells["value"]),
    }
