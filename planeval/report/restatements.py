"""数据更正与修订: every figure that was published more than once, and what the earlier figures would have said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.messages.names import name_of
from planeval.messages.units import as_published, quantity, unit_of
from planeval.model.evaluation import Evaluation, Publication, RestatedIndicator, Restatement
from planeval.model.status import Status
from planeval.read.units import UNITS
from planeval.report.blocks import Block, Cell, Column, Heading, Paragraph, Row, RowGroup, Section, Table
from planeval.report.standing import standing_cells
from planeval.report.words import join, named, sentences, word

R = "restate.report"
_SYMBOLS = frozenset(UNITS)
_MOST_DECIMALS = 10


def restatements(evaluation: Evaluation) -> Section:
    """The section: what changed, for which verdicts it matters, then every vintage of every such figure."""
    found = evaluation.restatements
    if not found:
        return Section("restatements", say(f"{R}.title"), (Paragraph(say(f"{R}.none")),))
    changed = sum(any(v.change for v in r.vintages) for r in found)
    confirmed = len(found) - changed
    name = "lead" if changed and confirmed else "lead_changed" if changed else "lead_confirmed"
    lead = say(f"{R}.{name}", n=len(found), changed=changed, confirmed=confirmed)
    blocks: list[Block] = [Paragraph(sentences(lead, _verdicts_sentence(evaluation)))]
    if evaluation.restated:
        blocks += [Heading(3, say(f"{R}.verdicts"), "restated-verdicts"), _verdicts(evaluation)]
    blocks += [Heading(3, say(f"{R}.vintages"), "vintages"), _vintages(found)]
    return Section("restatements", say(f"{R}.title"), tuple(blocks))


def change_text(change: float, percent: float | None, unit: str) -> str:
    """By how much a figure changed: ``增加3.7亿元（+42.5%）``; that it did not."""
    if not change:
        return say("restate.confirmed")
    amount = quantity(exact_number(abs(change)), unit)
    shown = say(f"restate.{'up' if change > 0 else 'down'}", amount=amount)
    if percent is None:
        return shown
    return say("restate.with_percent", change=shown, percent=fmt.percent(percent, plus=True))


def figures_text(figures: Iterable[tuple[str, int]], names: Mapping[str, str]) -> str:
    """Figures (variable, year) by the ``names`` of their variables: ``2020、2023年地区生产总值``."""
    years: dict[str, list[str]] = {}
    for variable, year in figures:
        years.setdefault(variable, []).append(str(year))
    return join(say("restate.figure", name=names[v], year=join(own)) for v, own in years.items())


def exact_number(value: float) -> str:
    """A published number with the decimals it has."""
    exponent = Decimal(repr(float(value))).normalize().as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return fmt.number(value, min(decimals, _MOST_DECIMALS))


def _verdicts_sentence(evaluation: Evaluation) -> str:
    """Which verdicts would be other ones with the earlier figures."""
    indicators = {i.id: i for i in evaluation.indicators + evaluation.sub_targets}
    other = [named(indicators[r.id]) for r in evaluation.restated if r.changes_verdict]
    return say(f"{R}.other_verdicts", n=len(other), names=join(other)) if other else say(f"{R}.same_verdicts")


def _verdicts(evaluation: Evaluation) -> Table:
    """Each indicator that rests on changed figures: with the first, the previous and today's figures."""
    indicators = {i.id: i for i in evaluation.indicators + evaluation.sub_targets}
    names = {r.variable: r.name for r in evaluation.restatements}
    kinds = {"figures": "text", "verdict": "verdict"}
    keys = ("figures", "base", "current", "target", "progress", "verdict")
    columns = tuple(Column(say(f"{R}.column.{key}"), kind=kinds.get(key, "number")) for key in keys)  # type: ignore[arg-type]
    rows: list[Row] = []
    for restated in evaluation.restated:
        figures = figures_text(((f.variable, f.year) for f in restated.figures), names)
        effect = say(f"{R}.{'changes' if restated.changes_verdict else 'keeps'}")
        indicator = indicators[restated.id]
        words = {"name": name_of(restated), "unit": unit_of(indicator.unit), "figures": figures}
        rows.append(RowGroup(say(f"{R}.group", effect=effect, **words)))
        for label in _labels(restated):
            standing = getattr(restated, label)
            rows.append((say(f"{R}.with_{label}"), *standing_cells(indicator, standing)))
    return Table(say(f"{R}.verdicts_table"), columns, tuple(rows), notes=(say(f"{R}.verdicts_note"),))


def _labels(restated: RestatedIndicator) -> tuple[str, ...]:
    """The first and the previous figures are mostly the same ones: then they are shown once."""
    return ("first", "now") if restated.first == restated.previous else ("first", "previous", "now")


def _vintages(found: list[Restatement]) -> Table:
    optional = [
        name
        for name in ("reason", "provided_by")
        if any(getattr(vintage, name) for r in found for vintage in r.vintages)
    ]
    names = ("published", "value", "change", "status", "source", *optional)
    columns = tuple(Column(say(f"{R}.column.{n}"), kind="number" if n == "value" else "text") for n in names)
    rows: list[Row] = []
    for restated in found:
        head = say("restate.figure", name=restated.name, year=restated.year)
        rows.append(RowGroup(head if restated.used else say(f"{R}.unused", figure=head)))
        for vintage in restated.vintages:
            cells = _vintage_cells(vintage, restated.unit)
            rows.append(tuple(cells[name] for name in names))
    return Table(say(f"{R}.vintages_table"), columns, tuple(rows))


def _vintage_cells(vintage: Publication, unit: str) -> dict[str, Cell]:
    change = vintage.change
    told = say("restate.first") if change is None else change_text(change, vintage.change_percent, unit)
    return {
        "published": Cell(vintage.published or say("report.unknown")),
        "value": Cell(
            as_published(vintage.as_published, _SYMBOLS),
            illustrative=vintage.status is Status.ILLUSTRATIVE,
            provisional=vintage.status is Status.FORECAST,
        ),
        "change": Cell(told),
        "status": Cell(word("status", vintage.status)),
        "source": Cell(vintage.source),
        "reason": Cell(vintage.reason),
        "provided_by": Cell(vintage.provided_by),
    }
