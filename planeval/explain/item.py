"""How the state of a task, a project, a milestone or a cumulative quantity came about."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Literal

import pandas as pd

from planeval.evaluate.ledger import Item, items_of, judge_item
from planeval.explain.derivation import Calculation, ItemDerivation, RuleStep, UsedReport
from planeval.explain.formula import measured, plain, term, total
from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.messages.units import quantity
from planeval.model.evaluation import Evaluation, ItemProgress, ItemState
from planeval.model.plan import Plan
from planeval.model.spoken import spoken
from planeval.read.workspace import Workspace
from planeval.report.words import due_text, word

# Into so many parts the whole is divided when another state is looked for.
_SHARES = 25
# The order in which `planeval.evaluate.ledger` asks.
_RULE = (
    ItemState.NO_INFORMATION,
    ItemState.COMPLETED,
    ItemState.OVERDUE,
    ItemState.NOT_STARTED,
    ItemState.BEHIND,
    ItemState.ON_SCHEDULE,
)


def derive_item(workspace: Workspace, evaluation: Evaluation, item_id: str) -> ItemDerivation:
    """The derivation of the ledger item ``item_id`` of an evaluated plan.

    Raises:
        KeyError: the plan has no such item.
    """
    plan = spoken(workspace.require_plan(evaluation.plan))
    own = {progress.id: progress for progress in evaluation.items}[item_id]
    item = next(item for item in items_of(plan) if item.id == item_id)
    ledger = workspace.ledgers.get(plan.id)
    rows = None if ledger is None else ledger[ledger["item"] == item_id]
    behind = workspace.method.ledger.behind_below
    return ItemDerivation(
        plan=plan.id,
        plan_title=evaluation.plan_title,
        kind=evaluation.kind,
        as_of=evaluation.as_of,
        vintage=workspace.vintage,
        id=item_id,
        name=own.name,
        as_written=next((s.as_written for s in plan.sub_targets if s.id == item_id), ""),
        reports=_reports(rows, evaluation.as_of),
        steps=list(_steps(item, own, plan, evaluation.as_of, behind)),
        rule=_rule(own, evaluation.as_of, behind),
        state=own.state,
        illustrative=own.illustrative,
        turning_points=_turning_points(workspace, plan, rows, item, own, evaluation.as_of),
        notes=[note.text for note in own.notes],
    )


def _given(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _reports(rows: pd.DataFrame | None, as_of: int) -> list[UsedReport]:
    """The item's reports, oldest first; those after the data year are listed and not used."""
    if rows is None:
        return []
    ordered = rows.sort_values("date", kind="stable").to_dict("records")
    in_time = [n for n, row in enumerate(ordered) if date.fromisoformat(str(row["date"])).year <= as_of]
    return [
        UsedReport(
            date=str(row["date"]),
            status=str(row["status"]),
            percent=_given(row["percent"]),
            quantity=_given(row["quantity"]),
            evidence=str(row["evidence"]),
            source=str(row["source"]),
            illustrative=row["data_status"] == "illustrative",
            file=str(row["file"]),
            line=int(row["line"]),
            used=bool(in_time) and n == in_time[-1],
        )
        for n, row in enumerate(ordered)
    ]


def _steps(item: Item, own: ItemProgress, plan: Plan, as_of: int, behind: float) -> Iterator[Calculation]:
    steps = item.quantity.steps if item.quantity else {}
    if own.done_to_date is not None and item.quantity is not None:
        unit = item.quantity.unit
        yield Calculation(
            code="done",
            name=say("explain.item.share"),
            formula=f"{measured(own.done_to_date, unit)} ÷ {measured(item.quantity.total, unit)} × 100",
            value=own.percent,
            unit="%",
            shown=fmt.percent(own.percent),
        )
    elif own.percent is not None:
        reported = say("explain.item.reported", date=own.last_report)
        yield Calculation(
            code="done",
            name=say("explain.item.share"),
            value=own.percent,
            unit="%",
            shown=fmt.percent(own.percent),
            note=reported,
        )
    if steps and item.quantity is not None and own.planned_to_date is not None:
        yield Calculation(
            code="planned",
            name=say("explain.item.planned", year=as_of),
            formula=total(amount for year, amount in steps.items() if year <= as_of) or "0",
            value=own.planned_to_date,
            unit=item.quantity.unit,
            shown=quantity(plain(own.planned_to_date), item.quantity.unit),
        )
    if own.expected_percent is not None:
        yield _expected(item, own, plan, as_of)
        yield Calculation(
            code="limit",
            name=say("explain.item.limit"),
            formula=f"{plain(behind)} × {term(own.expected_percent)}",
            value=behind * own.expected_percent,
            unit="%",
            shown=fmt.percent(behind * own.expected_percent),
        )


def _expected(item: Item, own: ItemProgress, plan: Plan, as_of: int) -> Calculation:
    """The percentage that should be done by now: by the steps, or by the share of the time."""
    expected = own.expected_percent
    assert expected is not None
    formula, note = "", say("explain.item.bounded")
    horizon = item.horizon.ordinal
    if item.quantity is not None and item.quantity.steps and own.planned_to_date is not None:
        if expected < 100:
            formula, note = f"{term(own.planned_to_date)} ÷ {term(item.quantity.total)} × 100", ""
    elif item.start <= as_of + 1 <= horizon and horizon > item.start:
        formula = f"({as_of + 1} − {item.start}) ÷ ({plain(horizon)} − {item.start}) × 100"
        note = say("explain.item.time", start=item.start, due=due_text(own.due) or plan.period.end)
    return Calculation(
        code="expected",
        name=say("explain.item.expected", year=as_of),
        formula=formula,
        value=expected,
        unit="%",
        shown=fmt.percent(expected),
        note=note,
    )


def _rule(own: ItemProgress, as_of: int, behind: float) -> list[RuleStep]:
    at = _RULE.index(own.state)
    params = {
        "due": due_text(own.due) or say("report.not_given"),
        "as_of": as_of,
        "percent": fmt.MISSING if own.percent is None else plain(own.percent),
        "factor": plain(behind),
        "expected": fmt.MISSING if own.expected_percent is None else plain(own.expected_percent),
    }
    outcomes: list[Literal["passed", "applies", "not_reached"]] = [
        "passed" if n < at else "applies" if n == at else "not_reached" for n in range(len(_RULE))
    ]
    return [
        RuleStep(
            code=state.value,
            condition=say(f"explain.item.rule.{state.value}", **params),
            outcome=outcome,
            result=word("state", state),
        )
        for state, outcome in zip(_RULE, outcomes, strict=True)
    ]


def _turning_points(
    workspace: Workspace, plan: Plan, rows: pd.DataFrame | None, item: Item, own: ItemProgress, as_of: int
) -> list[str]:
    """From which reported percentage or quantity on the state would be another one: the ledger judged again."""
    if rows is None or own.percent is None:
        return [say("explain.item.no_report" if own.last_report is None else "explain.item.no_measure")]
    by_quantity = item.quantity is not None and own.done_to_date is not None
    column, most = ("quantity", item.quantity.total) if by_quantity and item.quantity else ("percent", 100.0)
    now = own.done_to_date if by_quantity and own.done_to_date is not None else own.percent
    latest = rows[rows["date"].str[:4].astype(int) <= as_of].sort_values("date", kind="stable").index[-1]

    def state(value: float) -> ItemState:
        changed = rows.copy()
        changed.loc[latest, column] = value
        # A percentage that is no longer all of it cannot stand under "completed".
        changed.loc[latest, "status"] = "completed" if value >= most else "in_progress"
        return judge_item(item, plan, changed, as_of, workspace.method).state

    unit = item.quantity.unit if by_quantity and item.quantity else "%"
    found = [_turning(state, own.state, now, most, unit, direction) for direction in ("down", "up")]
    return [text for text in found if text] or [say("explain.item.never")]


def _turning(
    state: Callable[[float], ItemState], own: ItemState, now: float, most: float, unit: str, direction: str
) -> str:
    """The nearest measure in this direction at which the state is another one, as roughly as it was reported; "" without any."""
    shares = [most * n / _SHARES for n in range(_SHARES + 1)]
    others = [v for v in shares if v > now] if direction == "up" else [v for v in reversed(shares) if v < now]
    same = now
    for value in others:
        if state(value) is not own:
            reported = -int(Decimal(repr(now)).normalize().as_tuple().exponent)
            told = _rounded(state, own, same, value, max(0, reported), direction)
            return say(
                f"explain.item.{direction}",
                value=quantity(plain(told), unit),
                state=word("state", state(told)),
            )
        same = value
    return ""


def _rounded(
    state: Callable[[float], ItemState],
    own: ItemState,
    same: float,
    other: float,
    decimals: int,
    direction: str,
) -> float:
    """A measure with few decimals, from ``decimals`` on, between the two: the first at which the state is another one."""
    outward = math.ceil if direction == "up" else math.floor
    for places in range(decimals, decimals + 4):
        unit = 10**places
        first, last = outward(same * unit), outward(other * unit)
        step = 1 if direction == "up" else -1
        for n in range(first, last + step, step):
            if (
                n / unit != same
                and state(n / unit) is not own
                and min(same, other) <= n / unit <= max(same, other)
            ):
                return n / unit
    return other
