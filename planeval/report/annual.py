"""主要指标监测情况 of a yearly monitoring: this year against last year, where each indicator stands on its way, and
what the period so far says.

A change on the year before is information and never a verdict: a plan counts from its base, and one year makes no trend.
"""

from __future__ import annotations

from typing import NamedTuple

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.messages.names import name_of
from planeval.messages.units import unit_of
from planeval.model.evaluation import Evaluation, IndicatorEvaluation, Verdict, YearValue
from planeval.model.status import Status
from planeval.report import shown
from planeval.report.anchors import indicator_anchor
from planeval.report.blocks import Block, Cell, Column, Heading, Paragraph, Row, Section, Table
from planeval.report.chart_text import DOUBTFUL_BASE
from planeval.report.indicators import (
    mark_notes,
    mean_cell,
    progress_cell,
    sub_targets,
    target_cell,
    to_derivation,
    told_of,
    value_cell,
)
from planeval.report.shown import is_mean
from planeval.report.words import sentences, sign, word


class Change(NamedTuple):
    """The year judged against the one before, in the indicator's unit. ``amount`` None with the reason ``why``; ``share``
    is a fraction of last year's value, None where it would mislead."""

    last: YearValue | None
    this: YearValue | None
    amount: float | None
    share: float | None
    why: str = ""


def year_on_year(i: IndicatorEvaluation, year: int, small_count: int) -> Change:
    """The change from ``year`` - 1 to ``year``. None is given across a break of definition, and no share of nothing or
    of fewer than ``small_count`` events."""
    by_year = {v.year: v for v in i.values}
    last, this = by_year.get(year - 1), by_year.get(year)
    if last is None or this is None or last.value is None or this.value is None:
        return Change(last, this, None, None, say("annual.change.missing"))
    if this.break_before:
        return Change(last, this, None, None, say("annual.change.broken", text=this.break_before))
    events = [v.interval.events for v in (last, this) if v.interval is not None]
    amount = this.value - last.value
    if last.value == 0 or min(events, default=small_count) < small_count:
        why = "annual.change.zero" if last.value == 0 else "annual.change.small"
        return Change(last, this, amount, None, say(why, n=small_count))
    return Change(last, this, amount, amount / last.value)


def indicators(evaluation: Evaluation) -> Section:
    """二、主要指标监测情况."""
    small = int(evaluation.method["plan_check"]["small_count"])
    changes = [(i, year_on_year(i, evaluation.as_of, small)) for i in evaluation.indicators]
    blocks: list[Block] = [
        Heading(3, say("annual.change.title"), "year-on-year"),
        Paragraph(_change_lead(changes)),
        _changes(evaluation, changes),
        Heading(3, say("annual.standing.title"), "standing"),
        Paragraph(say("annual.standing.lead")),
        _standing(evaluation),
    ]
    for i in evaluation.indicators:
        blocks.append(Heading(3, name_of(i), indicator_anchor(i.id)))
        blocks += told_of(i, evaluation.period_start, chart=False)
    blocks += sub_targets(evaluation)
    return Section("indicators", say("annual.indicators"), tuple(blocks))


# ---- this year against last year --------------------------------------------------------------------------------


def _change_lead(changes: list[tuple[IndicatorEvaluation, Change]]) -> str:
    ways = [_way(i, change) for i, change in changes]
    counts = [
        say(f"annual.change.count_{way}", n=ways.count(way))
        for way in ("better", "worse", "same", "unknown")
        if way in ways
    ]
    return sentences(
        say("annual.change.lead", counts=say("report.join").join(counts)), say("annual.change.caution")
    )


def _way(i: IndicatorEvaluation, change: Change) -> str:
    """Whether the year went ``better``, ``worse`` or the ``same``; ``unknown`` where nothing can be compared."""
    if change.amount is None:
        return "unknown"
    if change.amount == 0:
        return "same"
    return "better" if (change.amount > 0) is (i.direction == "higher_is_better") else "worse"


def _changes(evaluation: Evaluation, changes: list[tuple[IndicatorEvaluation, Change]]) -> Table:
    year, label = evaluation.as_of, "annual.change.column"
    columns = (
        Column(say("report.indicators.column.no"), kind="number"),
        Column(say("report.indicators.column.name")),
        Column(say("report.indicators.column.unit")),
        Column(say("report.indicators.column.attribute")),
        Column(say("report.indicators.column.year", year=year - 1), kind="number"),
        Column(say("report.indicators.column.year", year=year), kind="number"),
        Column(say(f"{label}.amount"), kind="number"),
        Column(say(f"{label}.share"), kind="number"),
        Column(say(f"{label}.way")),
    )
    rows: list[Row] = [
        (
            str(i.no),
            name_of(i),
            unit_of(i.unit),
            word("attribute", i.attribute),
            to_derivation(value_cell(i, change.last), i),
            to_derivation(value_cell(i, change.this), i),
            _amount(i, change),
            Cell(None, title=change.why)
            if change.share is None
            else Cell(fmt.percent(change.share * 100, plus=True)),
            Cell(
                say(f"annual.change.way_{_way(i, change)}"), title=change.why if change.amount is None else ""
            ),
        )
        for i, change in changes
    ]
    notes = [say("report.indicators.note_missing"), say("annual.change.note_exact")]
    if any(i.unit in ("%", "‰") for i, _ in changes):
        notes.append(say("annual.change.note_points"))
    reasons = dict.fromkeys(change.why for _, change in changes if change.why)
    if reasons:
        notes.append(say("annual.change.note_why", text=say("report.semicolon").join(reasons)))
    return Table(
        say("annual.change.table", year=year, last=year - 1),
        columns,
        tuple(rows),
        (*notes, *mark_notes(evaluation)),
        row_header=1,
    )


def _amount(i: IndicatorEvaluation, change: Change) -> Cell:
    if change.amount is None:
        return Cell(None, title=change.why)
    statuses = {v.status for v in (change.last, change.this) if v is not None}
    return Cell(
        fmt.number(change.amount, i.decimals, plus=True),
        illustrative=Status.ILLUSTRATIVE in statuses,
        provisional=Status.FORECAST in statuses and Status.ILLUSTRATIVE not in statuses,
    )


# ---- where each indicator stands --------------------------------------------------------------------------------


def _standing(evaluation: Evaluation) -> Table:
    label = "annual.standing.column"
    columns = (
        Column(say("report.indicators.column.no"), kind="number"),
        Column(say("report.indicators.column.name")),
        Column(say("report.indicators.column.unit")),
        Column(say(f"{label}.current"), kind="number"),
        Column(say(f"{label}.path", year=evaluation.as_of), kind="number"),
        Column(say("report.indicators.column.target_any"), align="right"),
        Column(say("report.indicators.column.progress"), kind="number"),
        Column(say(f"{label}.ahead")),
        Column(say("report.indicators.column.verdict"), kind="verdict"),
    )
    rows: list[Row] = [
        (
            str(i.no),
            name_of(i),
            unit_of(i.unit),
            to_derivation(_current(i), i),
            to_derivation(_on_path(i), i),
            to_derivation(target_cell(i, evaluation.period_end), i),
            to_derivation(progress_cell(i), i),
            _ahead(i),
            to_derivation(Cell(verdict=i.verdict, provisional=i.provisional), i),
        )
        for i in evaluation.indicators
    ]
    share = fmt.share(evaluation.time_share, 0)
    notes = [
        say("report.indicators.note_missing"),
        say("explain.section.note"),
        say("annual.standing.note_current"),
    ]
    if any(i.progress is not None for i in evaluation.indicators):
        notes.append(say("report.indicators.note_progress", share=share))
        path = say(f"report.overview.path_{evaluation.method['trajectory']}")
        notes.append(say("annual.standing.note_path", path=path))
    if any(i.progress is None or DOUBTFUL_BASE in i.flags for i in evaluation.indicators):
        notes.append(say("annual.standing.note_no_path"))
    return Table(say("annual.standing.table"), columns, tuple(rows), tuple(notes), row_header=1)


def _current(i: IndicatorEvaluation) -> Cell:
    """What is judged: the value of the year, the mean so far, or how often it occurred so far."""
    if is_mean(i):
        cell = mean_cell(i)
        return cell if cell.text is None else _with_text(cell, say("annual.standing.mean", value=cell.text))
    now = next((v for v in i.values if v.year == i.current_year), None)
    if i.target_kind != "none_occurs":
        return value_cell(i, now)
    broken = next((note for note in i.notes if note.code == "occurred"), None)
    if broken is None and i.current is None:
        return Cell(None)
    total = broken.params["total"] if broken else shown.current_number(i)
    return _with_text(value_cell(i, now), say("annual.standing.total", value=total))


def _with_text(cell: Cell, text: str) -> Cell:
    return Cell(text, illustrative=cell.illustrative, provisional=cell.provisional, title=cell.title)


def _on_path(i: IndicatorEvaluation) -> Cell:
    """What the path from base to target has at the year judged; nothing where there is none to walk."""
    level = i.path.get(i.current_year)
    if level is None or DOUBTFUL_BASE in i.flags:
        return Cell(None, title=progress_cell(i).title)
    return Cell(
        fmt.target(level, i.decimals, beside=(i.current,)),
        illustrative=i.base_status is Status.ILLUSTRATIVE,
        provisional=i.base_status is Status.FORECAST,
    )


def _ahead(i: IndicatorEvaluation) -> str:
    """What the years still to come must bring."""
    outlook = i.projection
    if i.verdict in (Verdict.MET, Verdict.NOT_MET):
        return say("annual.standing.over")
    if i.target_kind == "none_occurs":
        name = "broken" if i.verdict is Verdict.OFF_TRACK else "none_may_occur"
        return say(f"annual.standing.{name}")
    if "mean_cannot_be_kept" in i.flags:
        return say("annual.standing.broken")
    if outlook is not None and outlook.room_left is not None:
        return say("annual.standing.room", sign=sign(i), room=fmt.target(outlook.room_left, i.decimals))
    if i.verdict is Verdict.ACHIEVED_EARLY:
        return say("annual.standing.keep")
    needed = None if outlook is None else outlook.required_yearly_change_percent
    if needed is None or DOUBTFUL_BASE in i.flags:
        return fmt.MISSING
    direction = say(f"report.indicators.{'up' if needed > 0 else 'down'}")
    return say("annual.standing.needed", direction=direction, change=fmt.percent(abs(needed)))
