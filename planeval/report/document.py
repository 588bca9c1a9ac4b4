"""The whole report as one sequence of blocks: what the notebooks show, cell by cell, for forms other than the page; all
but the derivations, which are read on the page alone (`planeval.report.derivations`)."""

from __future__ import annotations

from planeval.model.dictionary import Dictionary
from planeval.model.evaluation import Evaluation, Kind
from planeval.report import advice, annual, appendix, indicators, overview, panel, restatements, tasks
from planeval.report.blocks import Block


def document(evaluation: Evaluation, dictionary: Dictionary) -> list[Block]:
    """The blocks of a report in reading order: banner and panel, then a section for each cell of its notebook.

    ``dictionary`` gives the glossary; it is the one the evaluation was made with.
    """
    if evaluation.kind is Kind.ANNUAL:
        return _monitoring(evaluation)
    final = evaluation.kind is Kind.FINAL
    return [
        overview.banner(evaluation),
        panel.panel(evaluation),
        overview.overview(evaluation),
        indicators.indicators(evaluation),
        *([indicators.follow_up(evaluation)] if final else []),
        tasks.tasks(evaluation),
        tasks.projects(evaluation),
        advice.problems(evaluation),
        advice.adjustments(evaluation),
        advice.measures(evaluation),
        appendix.data(evaluation),
        restatements.restatements(evaluation),
        appendix.method(evaluation),
        appendix.sensitivity(evaluation),
        appendix.plan_check(evaluation),
        appendix.glossary(evaluation, dictionary),
        appendix.provenance(evaluation),
    ]


def _monitoring(evaluation: Evaluation) -> list[Block]:
    """The shorter report of a year."""
    return [
        overview.banner(evaluation),
        panel.panel(evaluation),
        overview.overview(evaluation),
        annual.indicators(evaluation),
        tasks.tasks(evaluation),
        tasks.projects(evaluation),
        advice.problems(evaluation),
        appendix.data(evaluation),
        restatements.restatements(evaluation),
        appendix.method(evaluation),
        appendix.sensitivity(evaluation),
        appendix.provenance(evaluation),
    ]
