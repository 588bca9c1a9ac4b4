"""The panel at the head of a report: every core indicator at one glance, with its verdict."""

from __future__ import annotations

from planeval.messages import say
from planeval.model.evaluation import Evaluation, IndicatorEvaluation
from planeval.model.status import Status
from planeval.report.anchors import indicator_anchor
from planeval.report.blocks import Cell, Panel, PanelItem
from planeval.report.chart_text import (
    MARKS,
    short_alt_text,
    shown_outlook,
    shown_years,
    span_text,
    target_words,
    total_number,
)
from planeval.report.names import name_of, unit_of
from planeval.report.shown import current_number, is_mean, limit_number
from planeval.report.sparkline import sparkline

KEY_PARTS = ("line", "bars", "unsettled", "target", "path", "projected", "break", "missing")


def panel(evaluation: Evaluation, base_href: str = "") -> Panel:
    """Every core indicator as a small multiple, in the plan's order.

    ``base_href`` is put before the links to the indicators' paragraphs, for a page other than the report's own, e.g.
    ``../../mawei/midterm/index.html``.
    """
    items = tuple(_item(ind, base_href) for ind in evaluation.indicators)
    return Panel(say("panel.title"), items, _key(evaluation.indicators))


def _item(ind: IndicatorEvaluation, base_href: str) -> PanelItem:
    alt = short_alt_text(ind)
    return PanelItem(
        name=name_of(ind),
        href=f"{base_href}#{indicator_anchor(ind.id)}",
        verdict=ind.verdict,
        provisional=ind.provisional,
        value=_value(ind),
        unit=unit_of(ind.unit),
        when=_when(ind),
        target=_target(ind),
        svg=sparkline(ind, alt),
        alt=alt,
    )


def _value(ind: IndicatorEvaluation) -> Cell:
    """What is judged: the value of the year, the mean or the total of the period so far."""
    if ind.target_kind == "none_occurs":
        text = total_number(ind)
    else:
        text = None if ind.current is None else current_number(ind)
    if text is None:
        return Cell(None)
    return Cell(
        text,
        illustrative=ind.data_status is Status.ILLUSTRATIVE,
        provisional=ind.data_status is Status.FORECAST,
    )


def _when(ind: IndicatorEvaluation) -> str:
    span = span_text(ind.period_start, ind.current_year)
    if is_mean(ind):
        return say("panel.when_mean", span=span)
    if ind.target_kind == "none_occurs":
        return say("panel.when_total", span=span)
    return say("panel.when", year=ind.current_year)


def _target(ind: IndicatorEvaluation) -> Cell:
    words = target_words(ind)
    if words is None:
        return Cell(say("panel.target_words", words=ind.as_written))
    if words == "none":
        return Cell(say("chart.target_none"))
    if is_mean(ind):
        return Cell(say(f"chart.limit_{words}", value=limit_number(ind)))
    target = say(f"chart.target_{words}", value=limit_number(ind))
    derived = ind.target_kind == "reduction"
    return Cell(
        say("panel.target_due", target=target, year=ind.target_year),
        illustrative=derived and ind.base_status is Status.ILLUSTRATIVE,
        provisional=derived and ind.base_status is Status.FORECAST,
    )


def _key(indicators: list[IndicatorEvaluation]) -> str:
    """What the marks of these small charts mean; "" without any."""
    used = {part for ind in indicators for part in _parts(ind)}
    parts = [say(f"panel.key_part.{part}") for part in KEY_PARTS if part in used]
    return say("panel.key", parts=say("panel.key_separator").join(parts)) if parts else ""


def _parts(ind: IndicatorEvaluation) -> set[str]:
    """Which marks its small chart has."""
    years = shown_years(ind)
    has = {
        "line": not is_mean(ind),
        "bars": is_mean(ind),
        "unsettled": any(v.status is not None and MARKS[v.status] != "final" for v in years),
        "target": target_words(ind) is not None,
        "path": bool(ind.path),
        "projected": shown_outlook(ind) is not None,
        "break": any(v.break_before for v in years[1:]),
        "missing": any(v.value is None for v in years),
    }
    return {part for part, shown in has.items() if shown}
