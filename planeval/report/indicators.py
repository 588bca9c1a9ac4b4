"""主要指标完成情况: the tables, and for each indicator a paragraph, a chart and what must be known beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.messages.names import name_of
from planeval.messages.units import quantity, unit_of
from planeval.model.evaluation import (
    TROUBLED,
    Evaluation,
    FollowUp,
    IndicatorEvaluation,
    Note,
    Verdict,
    YearValue,
)
from planeval.model.plan import Attribute
from planeval.model.status import PROVISIONAL, Status
from planeval.report import shown
from planeval.report.anchors import derivation_anchor, indicator_anchor
from planeval.report.blocks import (
    Block,
    Cell,
    Column,
    Figures,
    Heading,
    Items,
    Link,
    Links,
    Paragraph,
    Row,
    Section,
    Table,
)
from planeval.report.chart_text import DOUBTFUL_BASE, span_text
from planeval.report.charts import indicator_chart
from planeval.report.shown import is_mean
from planeval.report.sums import base_text, year_text
from planeval.report.sums import mark_notes as sum_notes
from planeval.report.words import HOUSEKEEPING, join, sentences, sign, with_unit, word


def indicators(evaluation: Evaluation) -> Section:
    """二、主要指标完成情况."""
    own = evaluation.indicators
    lead = say(
        "report.indicators.lead",
        total=len(own),
        binding=sum(i.attribute is Attribute.BINDING for i in own),
        expected=sum(i.attribute is Attribute.EXPECTED for i in own),
    )
    table = _table(evaluation, own, say("report.indicators.table"), numbered=True)
    table = replace(table, notes=(*table.notes, *mark_notes(evaluation)))
    blocks: list[Block] = [Paragraph(lead), table]
    for indicator in own:
        blocks.append(Heading(3, name_of(indicator), indicator_anchor(indicator.id)))
        blocks += told_of(indicator, evaluation.period_start)
    blocks += sub_targets(evaluation)
    return Section("indicators", say("report.indicators.title"), tuple(blocks))


def sub_targets(evaluation: Evaluation) -> list[Block]:
    """分项目标: their table, and in words those that are in trouble."""
    subs = evaluation.sub_targets
    blocks: list[Block] = [Heading(3, say("report.indicators.sub_title"), "sub-targets")]
    if not subs:
        return [*blocks, Paragraph(say("report.indicators.none"))]
    blocks.append(Paragraph(say("report.indicators.sub_lead", total=len(subs))))
    blocks.append(_table(evaluation, subs, say("report.indicators.sub_table"), numbered=False))
    told = tuple(
        say(
            "report.labelled",
            label=name_of(i),
            text=sentences(sentence(i, evaluation.period_start), *remarks(i)),
        )
        for i in subs
        if i.verdict in TROUBLED | {Verdict.NOT_ASSESSABLE}
    )
    return [*blocks, Items(told)] if told else blocks


def _table(evaluation: Evaluation, own: list[IndicatorEvaluation], caption: str, *, numbered: bool) -> Table:
    years = list(range(evaluation.period_start, evaluation.as_of + 1))
    means = any(is_mean(i) for i in own)
    label = "report.indicators.column"
    one_due = len({i.target_year for i in own}) == 1
    target = say(f"{label}.target", year=own[0].target_year) if one_due else say(f"{label}.target_any")
    columns = [
        *([Column(say(f"{label}.no"), kind="number")] if numbered else []),
        Column(say(f"{label}.name")),
        Column(say(f"{label}.unit")),
        Column(say(f"{label}.attribute")),
        Column(say(f"{label}.base", year=evaluation.base_year), kind="number"),
        *(Column(say(f"{label}.year", year=year), kind="number") for year in years),
        *([Column(say(f"{label}.mean"), kind="number")] if means else []),
        Column(target, align="right"),
        Column(say(f"{label}.progress"), kind="number"),
        Column(say(f"{label}.verdict"), kind="verdict"),
    ]
    rows: list[Row] = []
    for i in own:
        by_year = {v.year: v for v in i.values}
        derived = (
            base_cell(i),
            *(value_cell(i, by_year.get(year)) for year in years),
            *([mean_cell(i)] if means else []),
            target_cell(i, evaluation.period_end),
            progress_cell(i),
            Cell(verdict=i.verdict, provisional=i.provisional),
        )
        rows.append(
            (
                *([str(i.no)] if numbered else []),
                name_of(i),
                unit_of(i.unit),
                word("attribute", i.attribute),
                *(to_derivation(cell, i) for cell in derived),
            )
        )
    notes = [say("report.indicators.note_missing"), say("explain.section.note")]
    if any(i.progress is not None for i in own):
        share = fmt.share(evaluation.time_share, 0)
        notes.append(say("report.indicators.note_progress", share=share))
    if any(i.progress is not None and i.time_share != evaluation.time_share for i in own):
        notes.append(say("report.indicators.note_own_time"))
    if any(i.base_source == "mean_of_years" for i in own):
        notes.append(say("report.indicators.note_mean_base"))
    if means:
        notes.append(say("report.indicators.note_mean"))
    return Table(caption, tuple(columns), tuple(rows), tuple(notes), row_header=1 if numbered else 0)


def mark_notes(evaluation: Evaluation) -> list[str]:
    """What the marks mean that stand in this report's tables and captions."""
    every = evaluation.indicators + evaluation.sub_targets
    used = {v.status for i in every for v in i.values}
    found = {
        "illustrative": Status.ILLUSTRATIVE in used or any(item.illustrative for item in evaluation.items),
        "provisional": Status.FORECAST in used or any(i.provisional for i in every),
    }
    marks = [
        say(
            "report.indicators.note_mark",
            mark=say(f"page.mark.{name}"),
            meaning=say(f"page.mark_title.{name}"),
        )
        for name, shown in found.items()
        if shown
    ]
    return marks + sum_notes(v for i in every for v in i.values)


def to_derivation(cell: Cell, i: IndicatorEvaluation) -> Cell:
    """A cell whose number or verdict leads to its derivation; one that says nothing leads nowhere."""
    said = cell.text or cell.verdict is not None
    return replace(cell, href=f"#{derivation_anchor(i.id)}") if said else cell


def base_cell(i: IndicatorEvaluation) -> Cell:
    """The base of an indicator, as every table shows it."""
    reason = "" if i.base is not None else say("report.indicators.no_base")
    if i.base is not None and i.base_source == "mean_of_years":
        reason = say("report.indicators.base_mean_title")
    text = None if i.base is None else base_text(i)
    return Cell(
        text,
        illustrative=i.base_status is Status.ILLUSTRATIVE,
        provisional=i.base_status is Status.FORECAST,
        title=reason,
    )


def value_cell(i: IndicatorEvaluation, value: YearValue | None) -> Cell:
    """The value of one year; without one, the reason."""
    text = None if value is None else year_text(i, value)
    if value is None or text is None:
        return Cell(None, title=(value.reason if value else None) or "")
    status = value.status
    # The mark beside an illustrative number says so already.
    said = word("status", status) if status and status is not Status.ILLUSTRATIVE else ""
    return Cell(
        text,
        illustrative=status is Status.ILLUSTRATIVE,
        provisional=status is Status.FORECAST,
        title=value.reason or said,
    )


def mean_cell(i: IndicatorEvaluation) -> Cell:
    """The mean of the period so far; empty for an indicator that is not judged by it."""
    if not is_mean(i):
        return Cell("")
    if i.current is None:
        return Cell(None)
    return Cell(
        shown.current_number(i),
        illustrative=i.data_status is Status.ILLUSTRATIVE,
        provisional=i.data_status is Status.FORECAST,
    )


def target_cell(i: IndicatorEvaluation, period_end: int) -> Cell:
    """The target, with its year where that is not the end of the period."""
    text = _target_text(i)
    if i.target_year != period_end:
        text = say("report.indicators.target_due", text=text, year=i.target_year)
    derived = i.target_kind == "reduction"
    return Cell(
        text,
        illustrative=derived and i.base_status is Status.ILLUSTRATIVE,
        provisional=derived and i.base_status is Status.FORECAST,
    )


def _target_text(i: IndicatorEvaluation) -> str:
    if i.target is None:
        return i.as_written
    if i.target_kind == "reduction":
        return say("report.indicators.target_reduction", level=shown.limit_number(i), words=i.as_written)
    if i.target_kind == "none_occurs":
        return word_of_kind(i)
    name = "target_mean" if is_mean(i) else "target_level"
    return say(f"report.indicators.{name}", sign=sign(i), level=shown.limit_number(i))


def word_of_kind(i: IndicatorEvaluation) -> str:
    """The words of a target kind."""
    return say(f"target_kind.{i.target_kind}")


def progress_cell(i: IndicatorEvaluation) -> Cell:
    """The share of the way from base to target, beside the share of time; without one, the reason."""
    if i.progress is None:
        codes = {"no_progress", "no_progress_over_period"}
        return Cell(None, title=next((n.text for n in i.notes if n.code in codes), ""))
    if DOUBTFUL_BASE in i.flags:
        return Cell(None, title=next(n.text for n in i.notes if n.code == DOUBTFUL_BASE))
    return Cell(fmt.share(i.progress), progress=i.progress, expected=i.time_share)


# ---- one indicator ----------------------------------------------------------------------------------------------


def told_of(i: IndicatorEvaluation, period_start: int, *, chart: bool = True) -> list[Block]:
    """One indicator: its paragraph, its chart, what must be known beside it, and the way to its derivation."""
    blocks: list[Block] = [Paragraph(sentence(i, period_start))]
    if chart:
        blocks.append(Figures((indicator_chart(i),)))
    told = remarks(i)
    if told:
        blocks.append(Items(tuple(told)))
    blocks.append(Links((Link(say("explain.section.link"), f"#{derivation_anchor(i.id)}"),)))
    return blocks


def sentence(i: IndicatorEvaluation, period_start: int) -> str:
    """What happened to one indicator and how it is judged, in one paragraph."""
    common = {"words": i.as_written, "verdict": word("verdict", i.verdict)}
    if i.target_kind == "none_occurs":
        return _none_occurs(i, period_start, common)
    if is_mean(i):
        return _mean(i, period_start, common)
    if i.target is None:
        return say("report.indicators.level_no_target", year=i.current_year, current=_current(i), **common)
    base, target = _base_phrase(i), _limit(i)
    if i.target_kind != "reduction":
        target = f"{sign(i)}{target}"
    if i.current is None:
        return say(
            "report.indicators.level_missing", year=i.current_year, base_text=base, target=target, **common
        )
    if DOUBTFUL_BASE in i.flags:
        # Percentages of a base that is not of the statistics' scope would say nothing true.
        text = say(
            "report.indicators.level_doubtful",
            year=i.current_year,
            current=_current(i),
            base_year=i.base_year,
            base=with_unit(i, shown.base_number(i)),
            target=target,
            **common,
        )
        return text
    progress = ""
    if i.progress is not None:
        share = fmt.share(i.time_share, 0)
        progress = say("report.indicators.progress", progress=fmt.share(i.progress), share=share)
    text = say(
        "report.indicators.level",
        year=i.current_year,
        current=_current(i),
        base_text=base,
        target=target,
        progress=progress,
        **common,
    )
    return sentences(text, trend_sentence(i))


def _current(i: IndicatorEvaluation) -> str:
    return with_unit(i, shown.current_number(i))


def _limit(i: IndicatorEvaluation) -> str:
    return with_unit(i, shown.limit_number(i))


def _base_phrase(i: IndicatorEvaluation) -> str:
    if i.base is None:
        return say("report.indicators.base_none", base_year=i.base_year)
    years = [v.year for v in i.values if v.year < i.period_start]
    name = say("report.indicators.base_year_name", year=i.base_year)
    if i.base_source == "mean_of_years":
        name = say("report.indicators.base_mean_name", first=min(years), last=max(years))
    base = with_unit(i, shown.base_number(i))
    if i.change_percent is None:
        return say("report.indicators.base_only", base_name=name, base=base)
    if fmt.number(i.change_percent, 1) == fmt.number(0, 1):
        return say("report.indicators.base_same", base_name=name, base=base)
    direction = say(f"report.indicators.{'up' if i.change_percent > 0 else 'down'}")
    change = fmt.percent(abs(i.change_percent))
    return say("report.indicators.base_change", base_name=name, base=base, direction=direction, change=change)


def trend_sentence(i: IndicatorEvaluation) -> str:
    """Where the indicator ends if things go on, and what that means; "" where nothing can or need be said."""
    p = i.projection
    if p is None or p.value is None or p.meets_target is None:
        return ""
    if p.meets_target and i.verdict is Verdict.ACHIEVED_EARLY:
        return ""  # met already, and going on so keeps it
    common: dict[str, Any] = {"year": p.year, "value": with_unit(i, shown.projected_number(i))}
    if p.meets_target:
        return say("report.indicators.trend_meets", **common)
    if i.verdict is Verdict.ACHIEVED_EARLY:
        return say("report.indicators.trend_loses", **common)
    needed = p.required_yearly_change_percent
    if needed is None or "fractional_target" in i.flags:  # the whole number to be reached is told below
        return say("report.indicators.trend_fails_plain", **common)
    direction = say(f"report.indicators.{'up' if needed > 0 else 'down'}")
    return say(
        "report.indicators.trend_fails", direction=direction, change=fmt.percent(abs(needed)), **common
    )


def _mean(i: IndicatorEvaluation, start: int, common: dict[str, str]) -> str:
    params: dict[str, Any] = {
        **common,
        "sign": sign(i),
        "target": _limit(i),
        "start": start,
        "due": i.target_year,
    }
    if i.current is None:
        return say("report.indicators.mean_missing", **params)
    name = "mean_one" if start == i.current_year else "mean"
    return say(f"report.indicators.{name}", end=i.current_year, current=_current(i), **params)


def _none_occurs(i: IndicatorEvaluation, start: int, common: dict[str, str]) -> str:
    span = {"span": span_text(start, i.current_year)}
    broken = next((n for n in i.notes if n.code == "occurred"), None)
    if broken is not None:
        count = quantity(broken.params["total"], i.unit)
        return say("report.indicators.none_occurs_broken", count=count, **span, **common)
    name = "none_occurs_missing" if i.current is None else "none_occurs_clean"
    return say(f"report.indicators.{name}", **span, **common)


def remarkable(i: IndicatorEvaluation) -> list[Note]:
    """The notes for readers: none that say what the sentence says, no comparison with a doubtful base."""
    hidden = {*HOUSEKEEPING, "worse_than_base"} if DOUBTFUL_BASE in i.flags else set(HOUSEKEEPING)
    return [note for note in i.notes if note.code not in hidden]


def remarks(i: IndicatorEvaluation) -> list[str]:
    """What must be known beside an indicator's sentence: how it was read, its interval, its notes, what would flip it."""
    found = [say("report.indicators.reading", text=i.reading)] if i.reading else []
    if i.interval is not None:
        if i.target_kind == "none_occurs":
            label = say("report.indicators.total_label")
        elif is_mean(i):
            label = say("report.indicators.mean_label")
        else:
            label = say("report.indicators.current_label", year=i.current_year)
        found.append(
            say(
                "report.indicators.interval",
                label=label,
                level=fmt.share(i.interval.level, 0),
                interval=quantity(shown.interval_text(i, i.interval), i.unit),
                method=say(f"report.indicators.method_{i.interval.method}"),
            )
        )
    found += [note.text for note in remarkable(i)]
    changed = [a for a in i.sensitivity if a.changes_verdict]
    if changed:
        items = join(
            say("report.indicators.sensitive_item", label=a.label, verdict=word("verdict", a.verdict))
            for a in changed
        )
        found.append(say("report.indicators.sensitive", list=items))
    return found


# ---- the final's look back --------------------------------------------------------------------------------------


def follow_up(evaluation: Evaluation) -> Section:
    """三、与中期评估对照 (final reports): what was warned of then, and what became of it."""
    rows = evaluation.follow_up
    title = say("report.follow_up.title")
    if not rows:
        text = say("report.follow_up.too_early", year=evaluation.as_of)
        return Section("follow-up", title, (Paragraph(text),))
    year = max(r.midterm_year for r in rows)
    if all(r.midterm is Verdict.NOT_ASSESSABLE for r in rows):
        return Section("follow-up", title, (Paragraph(say("annual.no_midterm", year=year)),))
    warned = [r for r in rows if r.midterm in TROUBLED]
    if warned:
        lead = say(
            "report.follow_up.lead",
            year=year,
            warned=len(warned),
            kept=sum(r.final is Verdict.MET for r in warned),
            broken=sum(r.final is Verdict.NOT_MET for r in warned),
            unknown=sum(r.final is Verdict.NOT_ASSESSABLE for r in warned),
        )
    else:
        lead = say("report.follow_up.lead_none", year=year)
    blocks: list[Block] = [Paragraph(lead)]
    by_id = {i.id: i for i in evaluation.indicators + evaluation.sub_targets}
    surprises = [
        name_of(by_id[r.id]) for r in rows if r.final is Verdict.NOT_MET and r.midterm not in TROUBLED
    ]
    if surprises:
        blocks.append(Paragraph(say("report.follow_up.surprise", names=join(surprises))))
    label = "report.follow_up.column"
    columns = (
        Column(say(f"{label}.name")),
        Column(say(f"{label}.midterm"), kind="verdict"),
        Column(say(f"{label}.projected"), kind="number"),
        Column(say(f"{label}.actual"), kind="number"),
        Column(say(f"{label}.final"), kind="verdict"),
    )
    table = tuple(_follow_up_row(r, by_id[r.id], evaluation.period_end) for r in rows)
    notes = (say("report.follow_up.note", end=evaluation.period_end),)
    blocks.append(Table(say("report.follow_up.table"), columns, table, notes))
    return Section("follow-up", title, tuple(blocks))


def _follow_up_row(row: FollowUp, i: IndicatorEvaluation, period_end: int) -> tuple[str | Cell, ...]:
    def number(text: str, year: int | None, status: Status | None) -> Cell:
        if text == fmt.MISSING:
            return Cell(None)
        if year is not None and year != period_end:
            text = say("report.follow_up.of_year", value=text, year=year)
        return Cell(
            text,
            illustrative=status is Status.ILLUSTRATIVE,
            provisional=status is Status.FORECAST,
        )

    return (
        name_of(i),
        Cell(verdict=row.midterm, provisional=row.midterm_status in PROVISIONAL),
        number(fmt.estimate(row.projected, i.decimals), row.projected_year, row.midterm_status),
        number(shown.current_number(i), row.actual_year, row.actual_status),
        Cell(verdict=row.final, provisional=row.actual_status in PROVISIONAL),
    )


def troubled(evaluation: Evaluation) -> list[IndicatorEvaluation]:
    """Indicators and sub-targets to worry about: binding before expected, worst first."""
    order = {Verdict.NOT_MET: 0, Verdict.OFF_TRACK: 0, Verdict.LAGGING: 1}
    found = [i for i in evaluation.indicators + evaluation.sub_targets if i.verdict in TROUBLED]
    return sorted(found, key=lambda i: (i.attribute is not Attribute.BINDING, order[i.verdict]))
