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
from planeval.model.evaluation import Kind
from planeval.read.workspace import load
from planeval.report.document import document

GOLDEN = Path(__file__).parent / "golden"


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
    blocks = document(evaluation, workspace.dictionary)[:-1]  # the provenance names versions
    text = "\n".join(line for block in blocks for line in text_of(block)) + "\n"
    golden = GOLDEN / f"{'' if lang == 'zh' else f'{lang}-'}{plan}-{kind}.txt"
    if os.environ.get("PLANEVAL_UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
