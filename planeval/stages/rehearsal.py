"""A report made for nothing, before the first fork: what a process does for the first time then costs no report.

Compiled templates and schemas, loaded messages, looked-up versions: a fork inherits them, and would have to make them
anew each time. The cells are run as they stand in the notebook, only without a kernel, and nothing is kept.
"""

from __future__ import annotations

import ast
import copy
from contextlib import suppress
from typing import Any

from planeval.model.terms import USUAL_KINDS, Kind
from planeval.read.project import project_root
from planeval.read.workspace import Workspace
from planeval.stages.report import NOTEBOOKS, parameters_of, rendered


def rehearse(workspace: Workspace, data: str, lang: str, vintage: str) -> None:
    """Go through the usual reports of one plan of ``workspace``, which the notebooks know as ``data``.

    Whatever goes wrong will go wrong, and be told, in the report itself.
    """
    from planeval.workbench import hold_findings

    if not workspace.plans:
        return
    plan = next(iter(workspace.plans))
    hold_findings("rehearsal", [])
    for kind in USUAL_KINDS:
        parameters = parameters_of(plan, None, data, "rehearsal", lang, vintage)
        with suppress(Exception):
            rendered(_executed(kind, parameters), data, vintage=vintage)


def _executed(kind: Kind, parameters: dict[str, Any]) -> Any:
    """The notebook of ``kind`` with what its cells show."""
    from nbformat import NotebookNode

    from planeval.render.execute import read_notebook

    notebook = copy.deepcopy(read_notebook(project_root() / "notebooks" / f"{NOTEBOOKS[kind]}.ipynb"))
    namespace: dict[str, Any] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        shown = _run(cell.source, namespace)
        if "parameters" in cell.metadata.get("tags", []):
            namespace.update(parameters)
        if shown is not None:
            output = {"output_type": "display_data", "metadata": {}, "data": _forms(shown)}
            cell.outputs = [NotebookNode(output)]
    return notebook


def _forms(shown: Any) -> dict[str, Any]:
    if hasattr(shown, "_repr_mimebundle_"):
        return dict(shown._repr_mimebundle_())
    html = {"text/html": shown._repr_html_()} if hasattr(shown, "_repr_html_") else {}
    return {**html, "text/plain": ""}


def _run(source: str, namespace: dict[str, Any]) -> Any:
    """Run a cell; returns the value of its last line when that is an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<rehearsal>", "exec"), namespace)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), "<rehearsal>", "eval"), namespace)  # type: ignore[attr-defined]
