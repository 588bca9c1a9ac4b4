"""The overview of all comparisons."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.report.blocks import Cell, Column, Paragraph, Row, Table
from planeval.report.names import name_of
from planeval.site.comparison import OVERVIEW, Comparison, Panel
from planeval.site.comparison_parts import block, illustrative, no_ranking, run_words
from planeval.site.comparison_words import C
from planeval.site.frame import relative, render_page
from planeval.site.funnel import Position


def overview_page(found: Sequence[Comparison]) -> str:
    """``compare/index.html``: the indicators, how many places each compares, how many lie outside the limits."""
    parts: list[Markup] = [block(Paragraph(say(f"{C}.overview_lead"), tone="lead")), no_ranking()]
    if any(p.illustrative for one in found for panel in _latest(one) for p in panel.points):
        parts.append(illustrative(say(f"{C}.illustrative_overview")))
    if found:
        parts.append(_overview_table(found))
    else:
        parts.append(block(Paragraph(say(f"{C}.none"))))
    return render_page(
        "compare.html.j2", OVERVIEW, say(f"{C}.title"), description=say(f"{C}.description"), parts=parts
    )


def _latest(one: Comparison) -> list[Panel]:
    """The panels of the latest run that has any figure: a report for a year whose statistics are yet to come has none."""
    known = (p.run for p in one.panels if any(point.value is not None for point in p.points))
    run = next(known, one.panels[0].run)
    return [panel for panel in one.panels if panel.run == run]


def _overview_table(found: Sequence[Comparison]) -> Markup:
    numbers = {"places", "above", "below"}
    columns = tuple(
        Column(say(f"{C}.column.{name}"), kind="number" if name in numbers else "text")
        for name in ("indicator", "form", "latest", "places", "above", "below")
    )
    rows: list[Row] = []
    for one in found:
        latest = _latest(one)
        points = [point for panel in latest for point in panel.points]
        places = fmt.number(len({point.code for point in points}))
        made_up = len({point.code for point in points if point.illustrative})
        if made_up:
            places = say(f"{C}.places_illustrative", places=places, n=fmt.number(made_up))
        limited = [panel for panel in latest if panel.form.funnel and len(panel.drawn) > 1]
        outside = (sum(panel.beyond(side) for panel in limited) for side in (Position.ABOVE, Position.BELOW))
        rows.append(
            (
                Cell(name_of(one.indicator), href=relative(one.page, OVERVIEW)),
                say("report.join").join(dict.fromkeys(say(f"{C}.form.{p.form.value}") for p in latest)),
                run_words(latest[0].run),
                places,
                *(fmt.number(n) if limited else None for n in outside),
            )
        )
    return block(Table(say(f"{C}.overview_table"), columns, tuple(rows)))
