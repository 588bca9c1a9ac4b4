"""Tasks, projects, milestones and cumulative quantities, judged by the progress ledger at the end of a year.

Only reports dated on or before the end of that year count: a later one never changes an earlier evaluation.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pandas as pd

from planeval.evaluate.plan_check_text import date_text
from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.messages.units import quantity
from planeval.model.evaluation import ItemProgress, ItemState, Note
from planeval.model.method import LedgerRule, Method
from planeval.model.plan import CompleteBy, Cumulative, Due, Plan

_TOLERANCE = 1e-9  # binary residue must not turn an equal share into a smaller one
_DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Item:
    """What the plan says about one item. ``horizon``: when it should be done, for reckoning its pace."""

    id: str
    item_type: Literal["task", "project", "milestone", "cumulative"]
    name: str
    group: str
    start: int
    due: Due | None
    horizon: Due
    shown_start: int | None = None
    lead_unit: str | None = None
    quantity: Cumulative | None = None


@dataclass(frozen=True)
class _Report:
    """One row of the ledger; None where nothing was reported."""

    day: date
    status: str
    percent: float | None
    quantity: float | None
    evidence: str
    source: str
    illustrative: bool


def judge_items(plan: Plan, ledger: pd.DataFrame | None, as_of: int, method: Method) -> list[ItemProgress]:
    """Every task section, project, milestone and cumulative quantity of ``plan`` at the end of ``as_of``.

    Args:
        ledger: rows as ``planeval.read.ledger.read_ledger`` gives them, in any order; None when there is no ledger.

    The state is, in this order: no information (no report yet), completed, overdue (the due date has passed by
    the end of the year), not started, and for what is under way behind or on schedule: reported percentage
    against the share of time between start and due date, or the quantity done against the yearly steps planned
    to date, with the factor ``method.ledger.behind_below``. Task sections run over the plan period. An item
    without a due date is never overdue; its pace is reckoned to the end of the period.
    """
    reports = _reports(ledger, as_of)
    return [_judge(item, reports.get(item.id, []), plan, as_of, method.ledger) for item in items_of(plan)]


def judge_item(item: Item, plan: Plan, ledger: pd.DataFrame, as_of: int, method: Method) -> ItemProgress:
    """One of the `items_of` the plan, as `judge_items` judges it."""
    return _judge(item, _reports(ledger, as_of).get(item.id, []), plan, as_of, method.ledger)


def items_of(plan: Plan) -> Iterator[Item]:
    """Everything of ``plan`` that the progress ledger may speak of, in the plan's order."""
    first, end = plan.period.start, Due(year=plan.period.end)
    for part in plan.tasks:
        for section in part.sections:
            yield Item(section.id, "task", section.name, part.name, first, end, end, first)
    for project in plan.projects:
        yield Item(
            id=project.id,
            item_type="project",
            name=project.name,
            group=say("ledger.group.project"),
            start=project.start or first,
            due=project.due,
            horizon=project.due or (Due(year=project.end) if project.end else end),
            shown_start=project.start,
            lead_unit=project.lead_unit,
        )
    for sub_target in plan.sub_targets:
        target = sub_target.target
        if isinstance(target, CompleteBy | Cumulative):
            due = target.due or sub_target.due
            yield Item(
                id=sub_target.id,
                item_type="cumulative" if isinstance(target, Cumulative) else "milestone",
                name=sub_target.name,
                group=say("ledger.group.sub_target"),
                start=first,
                due=due,
                horizon=due or end,
                quantity=target if isinstance(target, Cumulative) else None,
            )


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _reports(ledger: pd.DataFrame | None, as_of: int) -> dict[str, list[_Report]]:
    """The reports of each item up to the end of ``as_of``, oldest first; on one day the later row stands last."""
    found: dict[str, list[_Report]] = {}
    if ledger is None:
        return found
    cells = zip(*(ledger[name].tolist() for name in ledger.columns), strict=True)
    for row in (dict(zip(ledger.columns, own, strict=True)) for own in cells):
        day = date.fromisoformat(str(row["date"]))
        if day.year > as_of:
            continue
        report = _Report(
            day=day,
            status=str(row["status"]),
            percent=_number(row["percent"]),
            quantity=_number(row.get("quantity")),
            evidence=str(row["evidence"]),
            source=str(row["source"]),
            illustrative=row.get("data_status") == "illustrative",
        )
        found.setdefault(str(row["item"]), []).append(report)
    for reports in found.values():
        reports.sort(key=lambda report: report.day)
    return found


def _note(code: str, **params: Any) -> Note:
    return Note(code=code, text=say(f"ledger.notes.{code}", **params), params=params)


def _as_reported(value: float) -> str:
    """A reported number with every decimal it was reported with: 99.96 is not 100, 1234567 not 1.23e+06."""
    exponent = Decimal(repr(float(value))).normalize().as_tuple().exponent
    return fmt.number(value, max(0, -int(exponent)))


def _day_text(day: date) -> str:
    return say("ledger.day", year=day.year, month=say(f"month.{day.month}"), day=day.day)


def _share(item: Item, report: _Report) -> float | None:
    """The percentage done by the report's own measure: the quantity where there is one, else the percentage."""
    if item.quantity is not None and report.quantity is not None:
        return report.quantity / item.quantity.total * 100
    return report.percent


def _is_complete(item: Item, report: _Report) -> bool:
    """Reported as completed with nothing in the report against it, or 100 % done."""
    share = _share(item, report)
    return report.status == "completed" if share is None else share >= 100 - _TOLERANCE


def _expected(item: Item, as_of: int) -> tuple[float, float | None]:
    """Percentage that should be done by the end of ``as_of``, and the planned quantity to date."""
    start, horizon = float(item.start), item.horizon.ordinal
    share = 1.0 if horizon <= start else min(max((as_of + 1 - start) / (horizon - start), 0.0), 1.0)
    if item.quantity is None:
        return share * 100, None
    steps = item.quantity.steps
    planned = (
        math.fsum(quantity for year, quantity in steps.items() if year <= as_of)
        if steps
        else share * item.quantity.total
    )
    return min(planned / item.quantity.total, 1.0) * 100, planned


def _judge(item: Item, reports: list[_Report], plan: Plan, as_of: int, rule: LedgerRule) -> ItemProgress:
    due_passed = item.due is not None and item.due.ordinal <= as_of + 1
    expected, planned = _expected(item, as_of)
    known: dict[str, Any] = {
        "id": item.id,
        "item_type": item.item_type,
        "name": item.name,
        "group": item.group,
        "lead_unit": item.lead_unit,
        "start": item.shown_start,
        "due": None if item.due is None else str(item.due),
        "expected_percent": expected,
        "planned_to_date": planned,
        "unit": item.quantity.unit if item.quantity else None,
    }
    notes: list[Note] = []
    if not reports:
        code = "no_information_due_passed" if due_passed else "no_information"
        notes.append(
            _note(
                code,
                as_of=as_of,
                **({"due": date_text(item.due)} if item.due is not None and due_passed else {}),
            )
        )
        if not due_passed:
            notes += _not_due_to_start(item, as_of)
        return ItemProgress(**known, state=ItemState.NO_INFORMATION, notes=notes)

    latest = reports[-1]
    share = _share(item, latest)
    complete = _is_complete(item, latest)
    if complete:
        state = ItemState.COMPLETED
        share = 100.0 if share is None else share
        notes += _late_completion(item, reports)
        notes += _undeclared_completion(item, latest)
    else:
        notes += _contradictions(item, latest, share)
        state = _unfinished(item, latest, share, expected, due_passed, rule)
        notes += _unfinished_notes(item, latest, share, state, plan, as_of)
        age = (date(as_of, 12, 31) - latest.day).days / _DAYS_A_YEAR
        if age > rule.stale_after_years:
            notes.append(
                _note(
                    "stale",
                    date=_day_text(latest.day),
                    as_of=as_of,
                    years=_as_reported(rule.stale_after_years),
                )
            )
    return ItemProgress(
        **known,
        state=state,
        percent=share,
        done_to_date=latest.quantity if item.quantity else None,
        last_report=str(latest.day),
        evidence=latest.evidence,
        source=latest.source,
        illustrative=latest.illustrative,
        notes=notes,
    )


def _unfinished(
    item: Item, latest: _Report, share: float | None, expected: float, due_passed: bool, rule: LedgerRule
) -> ItemState:
    if due_passed:
        return ItemState.OVERDUE
    if latest.status == "not_started" and not share:
        return ItemState.NOT_STARTED
    if share is not None and share < rule.behind_below * expected - _TOLERANCE:
        return ItemState.BEHIND
    return ItemState.ON_SCHEDULE


def _unfinished_notes(
    item: Item, latest: _Report, share: float | None, state: ItemState, plan: Plan, as_of: int
) -> Iterator[Note]:
    if state is ItemState.OVERDUE and item.due is not None:
        if item.item_type == "task":
            yield _note("overdue_task", end=plan.period.end, as_of=as_of)
        else:
            yield _note("overdue", due=date_text(item.due), as_of=as_of)
    if state is ItemState.NOT_STARTED:
        if item.start <= as_of:
            yield _note("start_passed", start=item.start, as_of=as_of)
        yield from _not_due_to_start(item, as_of)
    if state is ItemState.ON_SCHEDULE and share is None:
        yield _note("no_measure")
    if item.due is None:
        basis = "period" if item.horizon.year == plan.period.end else "project"
        yield _note("no_due_date", horizon=say(f"ledger.horizon.{basis}"), end=item.horizon.year)


def _not_due_to_start(item: Item, as_of: int) -> Iterator[Note]:
    """For what has no report or is not started: the plan itself lets it start later, so that is no failing."""
    if item.shown_start is not None and item.shown_start > as_of:
        yield _note("not_due_to_start", start=item.shown_start, as_of=as_of)


def _late_completion(item: Item, reports: list[_Report]) -> Iterator[Note]:
    """The first of the unbroken run of reports of completion tells when it was completed."""
    if item.due is None:
        return
    first = reports[-1]
    for report in reversed(reports):
        if not _is_complete(item, report):
            break
        first = report
    if (first.day.year, first.day.month) > (item.due.year, item.due.month or 12):
        yield _note("completed_late", due=date_text(item.due), date=_day_text(first.day))


def _contradictions(item: Item, latest: _Report, share: float | None) -> Iterator[Note]:
    """A reported status that the reported measure does not bear out."""
    if share is None:
        return
    if latest.status == "completed":
        yield _note("completion_contradicted", measure=_measure(item, latest))
    elif latest.status == "not_started" and share > 0:
        yield _note("start_contradicted", measure=_measure(item, latest))


def _undeclared_completion(item: Item, latest: _Report) -> Iterator[Note]:
    """All of it is done by the measure, while the ledger does not call it completed."""
    if latest.status != "completed":
        status = say(f"ledger.statuses.{latest.status}")
        yield _note("completion_undeclared", status=status, measure=_measure(item, latest))


def _measure(item: Item, report: _Report) -> str:
    """What the report says was done, as `_share` looks at it: a quantity or a percentage."""
    if item.quantity is not None and report.quantity is not None:
        done = quantity(_as_reported(report.quantity), item.quantity.unit)
        return say("ledger.notes.quantity_measure", quantity=done)
    assert report.percent is not None  # nobody asks for the measure of a report that has none
    return say("ledger.notes.percent_measure", value=_as_reported(report.percent))
