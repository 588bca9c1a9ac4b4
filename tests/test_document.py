"""The report as one sequence of blocks says what the notebooks show, cell by cell."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from made_reports import made

from planeval.messages import speaking
from planeval.model.evaluation import Evaluation
from planeval.render.html import HIDDEN_TAGS
from planeval.report.derivations import derivations
from planeval.report.document import document
from planeval.report.html import render
from planeval.workbench import open_workspace


@pytest.fixture(scope="module", params=["zh", "en"])
def reports(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    lang = str(request.param)
    return lang, made(tmp_path_factory.mktemp("document"), lang, "html")


@pytest.mark.parametrize("kind", ["midterm", "final"])
def test_the_document_is_what_the_notebook_shows_cell_by_cell(reports: tuple[str, Path], kind: str) -> None:
    lang, folder = reports
    report = folder / "mawei" / kind
    evaluation = Evaluation.model_validate_json((report / "evaluation.json").read_bytes())
    notebook = nbformat.read(report / "report.ipynb", as_version=4)
    shown = [
        "".join(output["data"]["text/html"])
        for cell in notebook.cells
        if not HIDDEN_TAGS & set(cell.metadata.get("tags", []))
        for output in cell.get("outputs", [])
    ]
    with speaking(lang):
        workspace = open_workspace("data", "mawei")
        blocks = [*document(evaluation, workspace.dictionary), derivations(evaluation, workspace)]
        assert [render(block) for block in blocks] == shown
