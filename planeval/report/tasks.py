"""主要任务落实情况 and 重点工程进展: what the progress ledger says, judged against time."""

from __future__ import annotations

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.messages.units import quantity
from planeval.model.evaluation import Evaluation, ItemProgress, ItemState
from planeval.report.blocks import Block, Cell, Column, Heading, Items, Paragraph, Section, Table
from planeval.report.words import due_text, section_title, word

MILESTONES = ("milestone", "cumulative")


def tasks(evaluation: Evaluation) -> Section:
    """主要任务落实情况: one table a part of the plan."""
    own = [item for item in evaluation.items if item.item_type == "task"]
    title = section_title("tasks", evaluation)
    if not own:
        return Section("tasks", title, (Paragraph(say("report.tasks.none")),))
    groups: dict[str, list[ItemProgress]] = {}
    for item in own:
        groups.setdefault(item.group, []).append(item)
    lead = say(
        "report.tasks.lead",
        parts=len(groups),
        sections=len(own),
        as_of=evaluation.as_of,
        counts=counts_of(own),
    )
    blocks: list[Block] = [Paragraph(lead)]
    if all(item.state is ItemState.NO_INFORMATION for item in own):
        blocks.append(Paragraph(say("report.tasks.no_ledger", plan=evaluation.plan)))
    label = "report.tasks.column"
    columns = (
        Column(say(f"{label}.section")),
        Column(say(f"{label}.state"), kind="state"),
        Column(say(f"{label}.percent"), kind="number"),
        Column(say(f"{label}.reported")),
        Column(say(f"{label}.evidence")),
    )
    for number, (group, items) in enumerate(groups.items(), start=1):
        rows = tuple(
            (item.name, _state(item), _percent(item), item.last_report, _evidence(item)) for item in items
        )
        blocks.append(Table(say("report.tasks.table", no=number, name=group), columns, rows))
    blocks.append(Paragraph(say("report.tasks.source"), tone="quiet"))
    return Section("tasks", title, tuple(blocks))


def projects(evaluation: Evaluation) -> Section:
    """重点工程进展: the projects, then milestones and cumulative quantities."""
    own = [item for item in evaluation.items if item.item_type == "project"]
    dated = [item for item in evaluation.items if item.item_type in MILESTONES]
    title = section_title("projects", evaluation)
    label = "report.projects.column"
    blocks: list[Block] = []
    if own:
        lead = say("report.projects.lead", total=len(own), as_of=evaluation.as_of, counts=counts_of(own))
        columns = (
            Column(say(f"{label}.name")),
            Column(say(f"{label}.due")),
            Column(say(f"{label}.lead")),
            Column(say(f"{label}.percent"), kind="number"),
            Column(say(f"{label}.state"), kind="state"),
            Column(say(f"{label}.reported")),
            Column(say(f"{label}.evidence")),
        )
        rows = tuple(
            (
                item.name,
                _not_given(due_text(item.due)),
                _not_given(item.lead_unit),
                _percent(item),
                _state(item),
                item.last_report,
                _evidence(item),
            )
            for item in own
        )
        blocks += [Paragraph(lead), Table(say("report.projects.table"), columns, rows)]
    else:
        blocks.append(Paragraph(say("report.projects.none")))
    if dated:
        dated_columns = (
            Column(say(f"{label}.item")),
            Column(say(f"{label}.due")),
            Column(say(f"{label}.percent"), kind="number"),
            Column(say(f"{label}.state"), kind="state"),
            Column(say(f"{label}.reported")),
            Column(say(f"{label}.evidence")),
        )
        dated_rows = tuple(
            (i.name, _not_given(due_text(i.due)), _done(i), _state(i), i.last_report, _evidence(i))
            for i in dated
        )
        notes = (say("report.projects.done_note"),) if any(i.done_to_date is not None for i in dated) else ()
        blocks.append(Heading(3, say("report.projects.milestones"), "milestones"))
        blocks.append(Table(say("report.projects.milestones_table"), dated_columns, dated_rows, notes))
    remarks = tuple(
        say("report.labelled", label=i.name, text=note.text) for i in own + dated for note in i.notes
    )
    if remarks:
        blocks.append(Items(remarks))
    return Section("projects", title, tuple(blocks))


def counts_of(items: list[ItemProgress]) -> str:
    """``已完成5项、按期推进10项`` for the states that occur."""
    found = [(state, sum(i.state is state for i in items)) for state in ItemState]
    return say("report.join").join(
        f"{word('state', s)}{say('report.number_of', count=n)}" for s, n in found if n
    )


def _state(item: ItemProgress) -> Cell:
    return Cell(state=item.state, illustrative=item.illustrative)


def _not_given(text: str | None) -> Cell:
    return Cell(text, title="" if text else say("report.not_given"))


def _percent(item: ItemProgress) -> Cell:
    if item.percent is None:
        return Cell(None)
    expected = None if item.expected_percent is None else item.expected_percent / 100
    # As exact as reported: 99.6 % is not 100 %.
    shown = quantity(fmt.target(item.percent, 0), "%")
    return Cell(shown, progress=item.percent / 100, expected=expected)


def _done(item: ItemProgress) -> Cell:
    if item.done_to_date is None:
        return _percent(item)
    done, planned = fmt.target(item.done_to_date, 1), fmt.MISSING
    if item.planned_to_date is not None:
        planned = fmt.target(item.planned_to_date, 1)
    planned = quantity(planned, item.unit) if item.unit else planned
    return Cell(say("report.projects.done", done=done, planned=planned))


def _evidence(item: ItemProgress) -> str:
    if not item.evidence:
        return item.source
    if not item.source:
        return item.evidence
    return say("report.tasks.evidence", evidence=item.evidence, source=item.source)
