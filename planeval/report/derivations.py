"""推导: behind the numbers of each indicator, how they came about; folded away, and reached from the numbers."""

from __future__ import annotations

from planeval.explain.derivation import Calculation, IndicatorDerivation
from planeval.explain.formula import plain
from planeval.explain.indicator import derive_all
from planeval.explain.text import (
    alternatives_in_short,
    calculation_text,
    change_texts,
    condition_text,
    rows_text,
    verdict_text,
)
from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.messages.units import quantity
from planeval.model.evaluation import Evaluation
from planeval.read.workspace import Workspace
from planeval.report.anchors import derivation_anchor
from planeval.report.blocks import Block, Definitions, Details, Items, Paragraph, Section


def derivations(evaluation: Evaluation, workspace: Workspace) -> Section:
    """One folded part for each indicator and sub-target of ``evaluation``, which was made from ``workspace``.

    The page alone has it: on paper, and so in Word, it would be a second report.
    """
    blocks: list[Block] = [Paragraph(say("explain.section.lead"))]
    blocks += [_one(derivation) for derivation in derive_all(workspace, evaluation)]
    return Section("derivations", say("explain.section.title"), tuple(blocks))


def _one(derivation: IndicatorDerivation) -> Details:
    """Arithmetic, the conditions up to the one that decided, and what would change the verdict.

    The rows themselves stand in the appendix on the data; here their files and lines do.
    """
    computed = [step for step in derivation.values if step.formula]
    # The value judged stands among the years already, the test against the base beside the chart.
    steps = [s for s in derivation.steps if s.code != "p_value" and (s.formula or s.code != "current")]
    arithmetic = [
        *_as_published([step for step in derivation.values if not step.formula]),
        *((step.name, calculation_text(step, displayed=False)) for step in (*computed, *steps)),
    ]
    passed = [condition_text(step) for step in derivation.rule if step.outcome == "passed"]
    decided = [condition_text(step) for step in derivation.rule if step.outcome == "applies"]
    changes = change_texts(derivation) + alternatives_in_short(derivation)
    blocks: list[Block] = [
        Definitions(tuple(arithmetic)),
        *([Paragraph(say("explain.section.passed"), tone="quiet"), Items(tuple(passed))] if passed else []),
        Paragraph(say("explain.section.decided"), tone="quiet"),
        Items(tuple(decided)),
        *([Paragraph(say("explain.title.turning"), tone="quiet"), Items(tuple(changes))] if changes else []),
    ]
    summary = say("explain.section.summary", name=derivation.name, verdict=verdict_text(derivation))
    return Details(summary, tuple(blocks), id=derivation_anchor(derivation.id), printed=False)


def _as_published(values: list[Calculation]) -> list[tuple[str, str]]:
    """The years that need no arithmetic, in one line."""
    if not values:
        return []
    told = (say("explain.row.figure", year=v.year, value=_figure(v)) for v in values)
    places = [place for v in values for place in v.sources]
    text = say("report.join").join(told)
    if places:
        text = say("explain.noted", text=text, note=say("explain.rows_at", rows=rows_text(places)))
    return [(say("explain.title.values"), text)]


def _figure(value: Calculation) -> str:
    return fmt.MISSING if value.value is None else quantity(plain(value.value), value.unit)
