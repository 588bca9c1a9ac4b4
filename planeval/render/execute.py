"""Running a notebook with papermill, and taking from it what it computed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from planeval.errors import PlanevalError
from planeval.messages import say
from planeval.read.project import project_root
from planeval.workbench import RESULT_TYPE

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from traitlets.config import Config


class NotebookFailure(PlanevalError):
    """A cell raised. ``message`` says which notebook and cell, and what it said."""


@contextmanager
def _importable(root: Path) -> Iterator[None]:
    """Let the kernel import planeval even where it is not installed (a bare clone with the libraries)."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(root), *([before] if before else [])])
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def _kernel_config(private: str) -> Config:
    """Where the kernel listens: in the folder ``private``, through local sockets where there are any.

    No TCP port that others could reach, and no two kernels that draw the same name.
    """
    from traitlets.config import Config

    config = Config({"KernelManager": {"connection_file": os.path.join(private, "kernel.json")}})
    if os.name == "posix":
        config.KernelManager.transport = "ipc"
    # A kernel that is shut down says so as an error of its own; what a cell prints is not touched by this.
    config.NotebookClient.extra_arguments = ["--IPKernelApp.log_level=50"]
    return config


def execute(name: str, parameters: Mapping[str, Any]) -> NotebookNode:
    """Run ``notebooks/<name>.ipynb`` in a fresh kernel, in the working directory, and return it with its outputs.

    Clock times and file paths that papermill notes are taken out, so that the same inputs give the same notebook.

    Raises:
        NotebookFailure: a cell raised.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    root = project_root()
    source = root / "notebooks" / f"{name}.ipynb"
    try:
        with _importable(root), TemporaryDirectory(prefix="planeval-") as private:
            notebook = papermill.execute_notebook(
                str(source),
                None,
                parameters=dict(parameters),
                progress_bar=False,
                log_output=False,
                kernel_name="python3",
                cwd=os.getcwd(),
                config=_kernel_config(private),
            )
    except PapermillExecutionError as error:
        text = say(
            "execute.cell_failed",
            notebook=f"notebooks/{name}.ipynb",
            cell=error.exec_count,
            error=error.ename,
            message=error.evalue,
        )
        raise NotebookFailure(text) from error
    return _without_clock(notebook)


def _without_clock(notebook: NotebookNode) -> NotebookNode:
    parameters = notebook.metadata.pop("papermill", {}).get("parameters", {})
    notebook.metadata["planeval"] = {"parameters": parameters}
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "injected-parameters"  # papermill draws a random one
    return notebook


def result_of(notebook: NotebookNode, name: str) -> dict[str, Any]:
    """The result ``name`` that the notebook recorded (`planeval.workbench.result`).

    Raises:
        NotebookFailure: it recorded none.
    """
    wanted = RESULT_TYPE.format(name=name)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if wanted in output.get("data", {}):
                return dict(output["data"][wanted])
    raise NotebookFailure(say("execute.no_result", name=name))
