"""What the reports say, word for word: golden files under ``tests/golden/``.

After a wanted change: ``PLANEVAL_UPDATE_GOLDEN=1 .venv/bin/python -m pytest tests/test_report_text.py``, then read
the difference in git before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from plain_text import text_of

from planeval.evaluate.evaluation import evaluate
from planeval.messages import speak
from planeval.model.evaluation import Evaluation, Kind
from planeval.read.workspace import Workspace, load
from planeval.report import advice, appendix, indicators, overview, panel, tasks
from planeval.report.blocks import Block

GOLDEN = Path(__file__).parent / "golden"


def whole_report(workspace: Workspace, evaluation: Evaluation) -> list[Block]:
    """Every block of a report in order, but the provenance (it names versions)."""
    look_back = [indicators.follow_up(evaluation)] if evaluation.kind is Kind.FINAL else []
    return [
        overview.banner(evaluation),
        panel.panel(evaluation),
        overview.overview(evaluation),
        indicators.indicators(evaluation),
        *look_back,
        tasks.tasks(evaluation),
        tasks.projects(evaluation),
        advice.problems(evaluation),
        advice.adjustments(evaluation),
        advice.measures(evaluation),
        appendix.data(evaluation),
        appendix.method(evaluation),
        appendix.sensitivity(evaluation),
        appendix.plan_check(evaluation),
        appendix.glossary(evaluation, workspace.dictionary),
    ]


@pytest.mark.parametrize(
    ("plan", "kind", "lang"),
    [
        *((plan, kind, "zh") for plan in ("gulou", "mawei", "national") for kind in Kind),
        ("mawei", Kind.MIDTERM, "en"),
        ("national", Kind.FINAL, "en"),
    ],
)
def test_the_report_says_what_the_golden_file_says(plan: str, kind: Kind, lang: str) -> None:
    speak(lang)  # the fixture of all tests goes back to Chinese
    workspace = load(Path("data"))
    evaluation = evaluate(workspace, plan, kind, None, [])
    blocks = whole_report(workspace, evaluation)
    text = "\n".join(line for block in blocks for line in text_of(block)) + "\n"
    golden = GOLDEN / f"{'' if lang == 'zh' else f'{lang}-'}{plan}-{kind}.txt"
    if os.environ.get("PLANEVAL_UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
