"""The page of a place: its mid-term and final report side by side, its figures, what validation says about them.

Everything is read from the reports' ``evaluation.json``. One call makes many pages: it is meant for a process that has
everything imported and ends afterwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from planeval.errors import PlanevalError
from planeval.messages import say, speak
from planeval.model.findings import Finding, Severity
from planeval.model.terms import USUAL_KINDS, Kind, Verdict
from planeval.site.entries import EVALUATION, PAGE, SiteEntry
from planeval.site.frame import FILES, relative, render_page
from planeval.site.geography import Place

if TYPE_CHECKING:
    from planeval.model.evaluation import Evaluation, IndicatorEvaluation
    from planeval.report.blocks import Block, Cell, Column, Link, Row

FOLDER = "places"
# A page must stay readable; the validation page has all findings, the index all places.
MOST_FINDINGS, MOST_NEIGHBOURS = 50, 60


def place_page(code: str) -> str:
    """Where the page of a place lies, relative to the site's folder."""
    return f"{FOLDER}/{code}/{PAGE}"


@dataclass(frozen=True)
class Neighbours:
    """Other places with a page: those ``within`` which place they lie, in the order of their codes."""

    within: Place
    places: tuple[Place, ...]


@dataclass(frozen=True)
class PlaceTask:
    """What the page of one place is made from, besides the evaluations.

    ``entries`` are its reports, by plan and kind; ``above`` are the places it lies in, the largest first, each with
    whether it has a page; ``beside`` are places in the same one, ``below`` those in itself. ``compared`` are the keys
    of the indicators that have a page of comparison. ``findings`` touch the place or its plans.
    """

    place: Place
    entries: tuple[SiteEntry, ...]
    above: tuple[tuple[Place, bool], ...]
    beside: Neighbours | None
    below: Neighbours | None
    compared: frozenset[str]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Failed:
    """A page that could not be made, and why."""

    reason: str


def place_pages(out: str, tasks: Sequence[PlaceTask], lang: str) -> list[str | Failed]:
    """The pages of ``tasks`` as HTML in the language ``lang``; the site lies in the folder ``out``. A page that cannot be
    made takes no other with it."""
    speak(lang)
    return [_tried(Path(out), task) for task in tasks]


def _tried(out: Path, task: PlaceTask) -> str | Failed:
    try:
        return _page(out, task)
    except PlanevalError as error:
        return Failed(str(error))
    except Exception as error:
        return Failed(f"{type(error).__name__}: {error}")


def _page(out: Path, task: PlaceTask) -> str:
    from markupsafe import Markup

    from planeval.report.html import render

    place, page = task.place, place_page(task.place.code)
    plans: dict[str, list[SiteEntry]] = {}
    for entry in task.entries:
        plans.setdefault(entry.plan, []).append(entry)
    blocks: list[Block] = _head(task)
    for entries in plans.values():
        blocks.append(_plan(out, page, entries, task.compared))
    blocks.append(_validation(task, page))
    return render_page(
        "place.html.j2",
        page,
        say("place.title", name=place.shown),
        description=say("place.description", name=place.shown, code=place.code),
        contents=True,
        numbered=True,
        trail=[
            (above.shown, relative(place_page(above.code), page) if has_page else "")
            for above, has_page in task.above
        ],
        here=place.shown,
        blocks=[Markup(render(block)) for block in blocks],
        neighbours=[
            _neighbours(name, group, page)
            for name, group in (("beside", task.beside), ("below", task.below))
            if group is not None
        ],
    )


def _head(task: PlaceTask) -> list[Block]:
    from planeval.report.blocks import Banner, Callout

    titles = dict.fromkeys(entry.title for entry in task.entries)
    facts = [(say("place.fact.code"), task.place.code)]
    facts += [(say("place.fact.plan"), title) for title in titles]
    made_up = any(entry.illustrative and entry.published for entry in task.entries)
    text = Callout(say("place.illustrative"), say("place.illustrative_text"), "illustrative")
    return [Banner(tuple(facts), (text,) if made_up else ())]


# ---- one plan -------------------------------------------------------------------------------------------------------


def _plan(out: Path, page: str, entries: Sequence[SiteEntry], compared: frozenset[str]) -> Block:
    from planeval.report.blocks import Callout, Section
    from planeval.report.panel import panel

    made: dict[Kind, Evaluation] = {}
    blocks: list[Block] = []
    for kind in Kind:
        entry = next((e for e in entries if e.kind is kind), None)
        if entry is None:
            if kind in USUAL_KINDS:
                blocks.append(Callout(say("place.none", kind=_kind(kind))))
            continue
        if entry.held_back:
            name = "not_updated" if entry.published else "held_back"
            blocks.append(Callout(say(f"place.{name}", kind=_kind(kind)), entry.held_back, "warning"))
        if entry.published:
            evaluation = _evaluation(out, entry)
            if evaluation is None:
                blocks.append(Callout(say("place.unreadable", kind=_kind(kind)), tone="warning"))
            else:
                made[kind] = evaluation
    made = dict(sorted(made.items(), key=lambda item: item[1].as_of))  # of one year, the weightiest last
    plan, title = entries[0].plan, entries[0].title
    blocks += [_tally(kind, evaluation) for kind, evaluation in made.items()]
    if made:
        addresses = {kind: relative(f"{plan}/{kind.value}/{PAGE}", page) for kind in made}
        latest = list(made)[-1]
        blocks.append(_side_by_side(made, addresses))
        glance = panel(made[latest], addresses[latest])
        blocks.append(replace(glance, title=say("place.panel", kind=_kind(latest))))
        blocks += _values(made[latest], f"figures-{plan}")
    blocks += _links(entries, made, page, compared)
    return Section(f"plan-{plan}", title, tuple(blocks))


def _kind(kind: Kind) -> str:
    return say(f"kind.{kind.value}")


def _evaluation(out: Path, entry: SiteEntry) -> Evaluation | None:
    from planeval.model.evaluation import Evaluation

    try:
        return Evaluation.model_validate_json((out / entry.folder / EVALUATION).read_bytes())
    except (OSError, ValueError):  # pydantic's ValidationError is a ValueError
        return None


def _tally(kind: Kind, evaluation: Evaluation) -> Block:
    from planeval.report.blocks import Tally

    counts: dict[Verdict, int] = evaluation.verdict_counts()
    total, year = len(evaluation.indicators), evaluation.as_of
    caption = say("place.tally", kind=_kind(kind), year=year, n=total)
    return Tally(tuple((verdict, n) for verdict, n in counts.items() if n), caption)


def _side_by_side(made: dict[Kind, Evaluation], addresses: dict[Kind, str]) -> Block:
    """Each core indicator with what either report says of it; base and target as the latest has them."""
    from planeval.report.blocks import Column, Table

    latest = list(made.values())[-1]
    rows: dict[str, dict[Kind, IndicatorEvaluation]] = {}
    for kind, evaluation in reversed(made.items()):
        for indicator in evaluation.indicators:
            rows.setdefault(indicator.id, {})[kind] = indicator
    label = "report.indicators.column"
    due = {indicator.target_year for indicator in latest.indicators}
    columns = [
        Column(say(f"{label}.name")),
        Column(say(f"{label}.unit")),
        Column(say(f"{label}.attribute")),
        Column(say(f"{label}.base", year=latest.base_year), kind="number"),
        Column(
            say(f"{label}.target", year=min(due)) if len(due) == 1 else say(f"{label}.target_any"),
            align="right",
        ),
    ]
    for kind, evaluation in made.items():
        columns.append(Column(say("place.value", year=evaluation.as_of), kind="number"))
        columns.append(Column(say(f"place.verdict_{kind.value}"), kind="verdict"))
    notes = [say("place.note_links"), say("report.indicators.note_missing")]
    if any(_is_mean(indicator) for own in rows.values() for indicator in own.values()):
        notes.append(say("place.note_mean"))
    return Table(
        say("place.table"),
        tuple(columns),
        tuple(_row(own, made, addresses) for own in rows.values()),
        tuple([*notes, *_marks(made.values())]),
    )


def _row(
    own: dict[Kind, IndicatorEvaluation], made: dict[Kind, Evaluation], addresses: dict[Kind, str]
) -> Row:
    from planeval.report.anchors import indicator_anchor
    from planeval.report.blocks import Cell
    from planeval.report.indicators import base_cell, mean_cell, target_cell, value_cell
    from planeval.report.names import name_of, unit_of

    latest = next(own[kind] for kind in reversed(made) if kind in own)
    period_end = next(iter(made.values())).period_end
    cells: list[Cell | str] = [
        name_of(latest),
        unit_of(latest.unit),
        say(f"attribute.{latest.attribute.value}"),
        base_cell(latest),
        target_cell(latest, period_end),
    ]
    for kind in made:
        indicator = own.get(kind)
        if indicator is None:  # the plan has changed between the two
            cells += [Cell(None, title=say("place.not_in_report", kind=_kind(kind))), Cell("")]
            continue
        now = next((v for v in indicator.values if v.year == indicator.current_year), None)
        cells.append(mean_cell(indicator) if _is_mean(indicator) else value_cell(indicator, now))
        href = f"{addresses[kind]}#{indicator_anchor(indicator.id)}"
        cells.append(Cell(verdict=indicator.verdict, provisional=indicator.provisional, href=href))
    return tuple(cells)


def _is_mean(indicator: IndicatorEvaluation) -> bool:
    from planeval.report.shown import is_mean

    return is_mean(indicator)


def _marks(evaluations: Iterable[Evaluation]) -> list[str]:
    """What the marks mean that stand in the tables of these reports, each once."""
    from planeval.report.indicators import mark_notes

    return list(dict.fromkeys(note for evaluation in evaluations for note in mark_notes(evaluation)))


def _values(evaluation: Evaluation, anchor: str) -> list[Block]:
    """The yearly values that the report rests on."""
    from planeval.report.blocks import Column, Heading, RowGroup, Table
    from planeval.report.indicators import value_cell
    from planeval.report.names import name_of, unit_of

    groups = {"core": evaluation.indicators, "sub": evaluation.sub_targets}
    years = sorted({v.year for own in groups.values() for i in own for v in i.values})
    label = "report.indicators.column"
    columns: list[Column] = [
        Column(say(f"{label}.name")),
        Column(say(f"{label}.unit")),
        *(Column(say(f"{label}.year", year=year), kind="number") for year in years),
    ]
    rows: list[Row] = []
    for name, own in groups.items():
        if own and evaluation.sub_targets:
            rows.append(RowGroup(say(f"place.group_{name}")))
        for indicator in own:
            by_year = {v.year: v for v in indicator.values}
            cells: list[Cell] = [value_cell(indicator, by_year.get(year)) for year in years]
            rows.append((name_of(indicator), unit_of(indicator.unit), *cells))
    caption = say("place.values_table", kind=_kind(evaluation.kind))
    notes = (say("report.indicators.note_missing"), *_marks([evaluation]))
    return [
        Heading(3, say("place.values"), anchor),
        Table(caption, tuple(columns), tuple(rows), notes),
    ]


def _links(
    entries: Sequence[SiteEntry], made: dict[Kind, Evaluation], page: str, compared: frozenset[str]
) -> list[Block]:
    """To the reports, to the files beside them, and to where each indicator is compared with other places'."""
    from planeval.report.blocks import Heading, Link, Links
    from planeval.report.names import name_of
    from planeval.site.comparison import comparison_page

    blocks: list[Block] = [Heading(3, say("place.files"), f"files-{entries[0].plan}")]
    names = {file: name for name, file in FILES.items()}
    for entry in entries:
        if entry.published:
            items = [Link(say("place.read"), relative(f"{entry.folder}/{PAGE}", page))]
            items += [
                Link(say(f"page.file.{names[file]}"), relative(f"{entry.folder}/{file}", page))
                for file in sorted(entry.files, key=list(names).index)
            ]
            blocks.append(Links(tuple(items), _kind(entry.kind)))
    if len(blocks) == 1:
        blocks = []
    # Only places whose reports are up to date are compared.
    there = {entry.kind for entry in entries if entry.published and not entry.held_back}
    comparisons: dict[str, Link] = {}
    for kind, evaluation in made.items():
        for indicator in evaluation.indicators:
            if kind in there and indicator.key in compared:
                to = f"{relative(comparison_page(indicator.key), page)}#place-{evaluation.region_code}"
                comparisons[indicator.key] = Link(name_of(indicator), to)
    if comparisons:
        blocks.append(Heading(3, say("place.comparisons"), f"comparisons-{entries[0].plan}"))
        blocks.append(Links(tuple(comparisons.values()), say("place.comparisons_label")))
    return blocks


# ---- validation and neighbours --------------------------------------------------------------------------------------


def _validation(task: PlaceTask, page: str) -> Block:
    from planeval.report.blocks import Column, Link, Links, Paragraph, Section, Table

    found = task.findings
    blocks: list[Block] = []
    if found:
        numbers = Counter(finding.severity for finding in found)
        counts = say("report.join").join(
            say("place.findings_count", severity=say(f"severity.{severity.value}"), n=numbers[severity])
            for severity in Severity
            if numbers[severity]
        )
        blocks.append(Paragraph(say("place.findings", n=len(found), counts=counts)))
        label = "place.finding"
        columns = (
            Column(say(f"{label}.severity")),
            Column(say(f"{label}.message")),
            Column(say(f"{label}.remedy")),
            Column(say(f"{label}.where")),
        )
        rows = tuple(
            (say(f"severity.{f.severity.value}"), f.message, f.remedy, f.where) for f in found[:MOST_FINDINGS]
        )
        more = len(found) - MOST_FINDINGS
        notes = (say("place.findings_more", n=more),) if more > 0 else ()
        blocks.append(Table(say("place.findings_table"), columns, rows, notes, row_header=None))
    else:
        blocks.append(Paragraph(say("place.no_findings")))
    blocks.append(Links((Link(say("place.all_findings"), relative(f"validation/{PAGE}", page)),)))
    return Section("validation", say("place.validation"), tuple(blocks))


def _neighbours(name: str, group: Neighbours, page: str) -> dict[str, object]:
    """A list of places for the template; of very many only how many there are."""
    few = len(group.places) <= MOST_NEIGHBOURS
    return {
        "title": say(f"place.{name}", place=group.within.shown),
        "places": [(p.shown, relative(place_page(p.code), page)) for p in group.places] if few else [],
        "many": "" if few else say("place.many", n=len(group.places)),
        "index": relative(PAGE, page),
    }
