"""A report made for nothing, before the first fork: what a process does for the first time then costs no report.

Compiled templates and schemas, loaded messages, looked-up versions: a fork inherits them, and would have to make them
anew each time. The cells are run as they stand in the notebook, only without a kernel, and nothing is kept.
"""

from __future__ import annotations

import ast
from contextlib import suppress
from typing import Any

from planeval.model.terms import Kind
from planeval.read.project import project_root
from planeval.read.workspace import Workspace
from planeval.stages.report import NOTEBOOKS, notebook_text, parameters_of


def rehearse(workspace: Workspace, data: str) -> None:
    """Go through the report of one plan of ``workspace``, which the notebooks know as ``data``.

    Whatever goes wrong will go wrong, and be told, in the report itself.
    """
    from planeval.workbench import hold_findings

    with suppress(Exception):
        plan = next(iter(workspace.plans))
        hold_findings("rehearsal", [])
        _go_through(Kind.MIDTERM, parameters_of(plan, None, data, "rehearsal"))


def _go_through(kind: Kind, parameters: dict[str, Any]) -> None:
    from nbformat import v4, validate

    from planeval.render.execute import read_notebook
    from planeval.render.html import notebook_to_html

    namespace: dict[str, Any] = {}
    cells = []
    for cell in read_notebook(project_root() / "notebooks" / f"{NOTEBOOKS[kind]}.ipynb").cells:
        if cell.cell_type == "code":
            shown = _run(cell.source, namespace)
            if "parameters" in cell.metadata.get("tags", []):
                namespace.update(parameters)
            if hasattr(shown, "_repr_html_"):
                output = v4.new_output("display_data", {"text/html": shown._repr_html_(), "text/plain": ""})
                cells.append(v4.new_code_cell(cell.source, outputs=[output]))
    notebook = v4.new_notebook(cells=cells)
    validate(notebook)
    notebook_to_html(notebook, NOTEBOOKS[kind])
    notebook_text(notebook)


def _run(source: str, namespace: dict[str, Any]) -> Any:
    """Run a cell; returns the value of its last line when that is an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<rehearsal>", "exec"), namespace)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), "<rehearsal>", "eval"), namespace)  # type: ignore[attr-defined]
