"""Two other ways to make the same reports in one process, for comparison. Started by bench.py, one process a run.

``bare``: the least that can be done. The data are in memory; the notebook's code cells are run with ``exec`` in a
plain dictionary, no kernel, no papermill, no fork; everything after that (page, JSON, CSV, writing) is planeval's own
code.

``embedded``: papermill with the engine of ploomber-engine, which runs the notebook in the process, then nbconvert's
HTML exporter as it comes. ``embedded-held`` is the same with planeval's data held in memory beforehand.

    python benchmarks/one_process.py '{"way": "bare", "data": ..., "validation": ..., "out": ..., "reports": ...}'

Prints a JSON object: ``start`` (seconds until the first report), ``seconds`` and ``cpu`` (a list each, one entry a
report), leaving out the first ``warm`` reports.
"""

from __future__ import annotations

import ast
import json
import sys
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
Make = Callable[[str, str], None]


# ---- the least that can be done -------------------------------------------------------------------------------------


@cache
def _notebook(name: str) -> Any:
    import nbformat

    return nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)


def _shown(value: Any) -> dict[str, Any]:
    """The MIME bundle of a cell's last value, as a notebook would hold it."""
    if hasattr(value, "_repr_mimebundle_"):
        return dict(value._repr_mimebundle_())
    bundle = {"text/html": value._repr_html_()} if hasattr(value, "_repr_html_") else {}
    return {**bundle, "text/plain": repr(value)}


def execute_bare(name: str, parameters: Mapping[str, Any], *_: Any) -> Any:
    """Run the code cells of ``notebooks/<name>.ipynb``; returns the notebook with their outputs."""
    from copy import deepcopy

    from nbformat import NotebookNode
    from nbformat.v4 import new_code_cell

    notebook = deepcopy(_notebook(name))
    where = next(i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
    source = "\n".join(f"{key} = {value!r}" for key, value in parameters.items())
    injected = new_code_cell(source, metadata={"tags": ["injected-parameters"]}, id="injected-parameters")
    notebook.cells.insert(where + 1, injected)
    notebook.metadata["planeval"] = {"parameters": dict(parameters)}
    namespace: dict[str, Any] = {"__name__": "__main__"}
    count = 0
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        count += 1
        tree = ast.parse(cell.source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), namespace)
        value = eval(compile(ast.Expression(last.value), name, "eval"), namespace) if last else None
        cell.execution_count = count
        if value is not None:
            output = {"output_type": "execute_result", "metadata": {}, "execution_count": count}
            cell.outputs = [NotebookNode({**output, "data": NotebookNode(_shown(value))})]
    return notebook


def _hold(job: Mapping[str, Any]) -> Callable[[str], None]:
    """Read the data into this process; returns what makes a plan's findings ready."""
    from planeval.read.inventory import take_inventory
    from planeval.read.workspace import load
    from planeval.stages.validation import Validated
    from planeval.workbench import hold, hold_findings

    folder = Path(job["data"])
    inventory = take_inventory(folder)
    hold(job["data"], load(folder, None, inventory), inventory)
    validated = Validated.of(Path(job["validation"]).read_bytes())

    def ready(plan: str) -> None:
        hold_findings(job["validation"], validated.touching(plan, inventory.plans[plan].region_code))

    return ready


def bare(job: Mapping[str, Any]) -> Make:
    """Hold the data, import everything; returns what makes one report."""
    from planeval.model.evaluation import Kind
    from planeval.render.publish import write_folder
    from planeval.stages import report

    report.execute = execute_bare  # type: ignore[assignment]
    ready, out = _hold(job), Path(job["out"])

    def make(plan: str, kind: str) -> None:
        ready(plan)
        done = report.render_report(plan, Kind(kind), None, job["data"], job["validation"])
        write_folder(out / plan / kind, done.files)

    return make


# ---- ploomber-engine ------------------------------------------------------------------------------------------------


def embedded(job: Mapping[str, Any], *, hold: bool = False) -> Make:
    """Import everything; returns what makes one report."""
    import papermill
    from nbconvert.exporters import HTMLExporter

    exporter, out = HTMLExporter(), Path(job["out"])
    ready = _hold(job) if hold else None

    def make(plan: str, kind: str) -> None:
        if ready is not None:
            ready(plan)
        folder = out / plan / kind
        folder.mkdir(parents=True, exist_ok=True)
        executed = folder / "report.ipynb"
        papermill.execute_notebook(
            ROOT / "notebooks" / f"{kind}_evaluation.ipynb",
            executed,
            parameters={"plan": plan, "data": job["data"], "validation": job["validation"]},
            engine_name="embedded",
            kernel_name="python3",
            progress_bar=False,
        )
        page, _ = exporter.from_filename(str(executed))
        (folder / "index.html").write_text(page, encoding="utf-8")

    return make


WAYS: dict[str, Callable[[Mapping[str, Any]], Make]] = {
    "bare": bare,
    "embedded": embedded,
    "embedded-held": lambda job: embedded(job, hold=True),
}


def main() -> None:
    """Make the reports of the job in ``sys.argv[1]`` one after the other and print what they took."""
    job = json.loads(sys.argv[1])
    began = time.perf_counter()
    make = WAYS[job["way"]](job)
    start = time.perf_counter() - began
    seconds, cpu = [], []
    for plan, kind in job["reports"]:
        wall, used = time.perf_counter(), time.process_time()
        make(plan, kind)
        seconds.append(time.perf_counter() - wall)
        cpu.append(time.process_time() - used)
    warm = job["warm"]
    print(json.dumps({"start": start, "seconds": seconds[warm:], "cpu": cpu[warm:]}))


if __name__ == "__main__":
    main()
