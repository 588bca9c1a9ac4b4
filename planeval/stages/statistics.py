"""The stages before the reports: validation of the statistics, and the table of computed indicators."""

from __future__ import annotations

from pathlib import Path

import nbformat

from planeval.messages import say
from planeval.model.validation import ValidationResult
from planeval.read.workspace import Workspace
from planeval.render.execute import execute, result_of
from planeval.render.html import notebook_to_html
from planeval.render.publish import write_folder
from planeval.report.blocks import Link
from planeval.workbench import stored_validation

VALIDATION_FILE = "validation/validation.json"


def make_validation(data: str, out: Path) -> ValidationResult:
    """Run the validation notebook and publish ``out/validation/``.

    Raises:
        NotebookFailure, RenderError, PublishError.
    """
    notebook = execute("validate_statistics", {"data": data})
    result = ValidationResult.model_validate(result_of(notebook, "validation"))
    files = {
        "index.html": notebook_to_html(notebook, say("statistics.validation_title"), nav=_nav()),
        "report.ipynb": nbformat.writes(notebook) + "\n",
        "validation.json": result.model_dump_json(indent=1) + "\n",
    }
    write_folder(out / "validation", files)
    return result


def ensure_validation(workspace: Workspace, data: str, out: Path) -> ValidationResult:
    """The stored validation when it was made from these very inputs, else a new one."""
    return stored_validation(workspace, out / VALIDATION_FILE) or make_validation(data, out)


def make_indicators(data: str, out: Path) -> None:
    """Run the indicator notebook and publish ``out/indicators/``.

    Raises:
        NotebookFailure, RenderError, PublishError.
    """
    notebook = execute("compute_indicators", {"data": data})
    files = {
        "index.html": notebook_to_html(notebook, say("statistics.indicators_title"), nav=_nav()),
        "report.ipynb": nbformat.writes(notebook) + "\n",
    }
    write_folder(out / "indicators", files)


def _nav() -> list[Link]:
    return [Link(say("nav.reports"), "../index.html")]
