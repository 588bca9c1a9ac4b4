"""Running a notebook with papermill, and taking from it what it computed."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from planeval.errors import PlanevalError
from planeval.messages import say
from planeval.read.project import project_root

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from traitlets.config import Config

Engine = Literal["planeval", "kernel"]
_INJECTED = "injected-parameters"
_sources: dict[Path, tuple[tuple[int, int], NotebookNode]] = {}


class NotebookFailure(PlanevalError):
    """A cell raised, or a result is missing. Its text says which notebook and cell, and what the cell said.

    Attributes:
        notebook: the notebook's file as seen from the project's root; empty when only a result is missing.
        cell: the number that Jupyter shows beside the cell, as in ``In [3]``: code cells in the order they ran,
            from 1, the injected parameters counted; None when no cell failed.
        ename: the name of the exception's class.
        message: the exception's text.
        executed: the notebook as far as it ran, with the outputs of the failed cell and its traceback.
    """

    def __init__(
        self,
        text: str,
        *,
        notebook: str = "",
        cell: int | None = None,
        ename: str = "",
        message: str = "",
        executed: NotebookNode | None = None,
    ) -> None:
        super().__init__(text)
        self.notebook, self.cell, self.ename, self.message = notebook, cell, ename, message
        self.executed = executed


@contextmanager
def _importable(root: Path) -> Iterator[None]:
    """Let the kernel import planeval even where it is not installed (a bare clone with the libraries)."""
    before = os.environ.get("PYTHONPATH")
    if before is not None and str(root) in before.split(os.pathsep):
        yield
        return
    path = before.split(os.pathsep) if before else []
    if str(root) not in path:
        os.environ["PYTHONPATH"] = os.pathsep.join([str(root), *path])
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("PYTHONPATH", None)
        else:
            os.environ["PYTHONPATH"] = before


@contextmanager
def _engine_options(engine: str | None) -> Iterator[dict[str, Any]]:
    """What papermill's ``engine`` is to be told beyond the notebook: the ordinary kernel, where it may listen."""
    if engine is not None:
        yield {}
        return
    with TemporaryDirectory(prefix="planeval-") as private:
        yield {"config": _kernel_config(private)}


def _kernel_config(private: str) -> Config:
    """Where the ordinary kernel listens: in the folder ``private``, through local sockets where there are any.

    No TCP port that others could reach, and no two kernels that draw the same name.
    """
    from traitlets.config import Config

    config = Config({"KernelManager": {"connection_file": os.path.join(private, "kernel.json")}})
    if os.name == "posix":
        config.KernelManager.transport = "ipc"
    # A kernel that is shut down says so as an error of its own; what a cell prints is not touched by this.
    config.NotebookClient.extra_arguments = ["--IPKernelApp.log_level=50"]
    return config


def execute(name: str, parameters: Mapping[str, Any], engine: Engine = "planeval") -> NotebookNode:
    """Run ``notebooks/<name>.ipynb`` in the working directory and return it with its outputs.

    ``engine`` is ``planeval``, the warm engine (in a fork of the engine's template: this very process, which can
    run one notebook; elsewhere, a fork that is made for it; without fork, the ordinary kernel), or ``kernel``, the
    ordinary kernel. Clock times and file paths that papermill notes are taken out, so that the same inputs give the
    same notebook, whichever engine ran it.

    Raises:
        NotebookFailure: a cell raised.
    """
    from nbclient.exceptions import DeadKernelError
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import raise_for_execution_errors, remove_error_markers

    from planeval.engine.papermill_engine import Unrecorded

    root = project_root()
    file = root / "notebooks" / f"{name}.ipynb"
    kernel = "python3"
    chosen = _papermill_engine(engine)
    # papermill.execute_notebook does the same, but reads, checks and writes the notebook several times over.
    notebook = copy.deepcopy(read_notebook(file))
    _inject(notebook, parameters)
    shown = f"notebooks/{file.name}"
    try:
        with _importable(root), _engine_options(chosen) as options:
            manager = Unrecorded(notebook)
            manager.notebook_start()
            papermill_engines.get_engine(chosen).execute_managed_notebook(
                manager, kernel_name=kernel, record_timing=False, **options
            )
        raise_for_execution_errors(notebook, None)
    except PapermillExecutionError as error:
        notebook = remove_error_markers(notebook)
        raise _failure(shown, notebook, error.exec_count, error.ename, error.evalue) from error
    except DeadKernelError as error:
        cell = max((c.get("execution_count") or 0 for c in notebook.cells), default=0) or None
        raise _failure(shown, notebook, cell, type(error).__name__, say("engine.kernel_died")) from error
    return _without_clock(notebook)


def _inject(notebook: NotebookNode, parameters: Mapping[str, Any]) -> None:
    """Put a cell that sets ``parameters`` where papermill puts it: after the one that sets the usual values.

    papermill's own function also looks for a formatter that may or may not be installed, and goes through the schema.
    """
    from nbformat import NotebookNode
    from papermill.translators import PythonTranslator as python

    lines = [python.assign(name, python.translate(value)) for name, value in parameters.items()]
    cell = NotebookNode(
        id=_INJECTED,
        cell_type="code",
        metadata={"tags": [_INJECTED]},
        execution_count=None,
        source="\n".join([python.comment("Parameters"), *lines, ""]),
        outputs=[],
    )
    cells = [cell for cell in notebook.cells if _INJECTED not in cell.metadata.tags]
    after = next((n for n, cell in enumerate(cells, start=1) if "parameters" in cell.metadata.tags), 0)
    notebook.cells = [*cells[:after], cell, *cells[after:]]
    notebook.metadata.papermill["parameters"] = dict(parameters)


def _failure(
    file: str, notebook: NotebookNode, cell: int | None, ename: str, message: str
) -> NotebookFailure:
    text = say("execute.cell_failed", notebook=file, cell=cell, error=ename, message=message)
    executed = _without_clock(notebook)
    return NotebookFailure(text, notebook=file, cell=cell, ename=ename, message=message, executed=executed)


def _papermill_engine(engine: Engine) -> str | None:
    """papermill's name for ``engine``; None, its own engine, when that is meant or there is no fork."""
    from planeval.engine.template import fork_available

    if engine == "kernel" or not fork_available():
        return None
    from papermill.engines import papermill_engines

    from planeval.engine.papermill_engine import PlanevalEngine

    papermill_engines.register(
        "planeval", PlanevalEngine
    )  # where planeval is not installed, nobody has done so
    return "planeval"


def read_notebook(file: Path) -> NotebookNode:
    """The notebook in ``file`` as papermill reads it; read anew only when the file has changed. Not to be changed."""
    from papermill.iorw import load_notebook_node

    state = file.stat()
    stamp = (state.st_mtime_ns, state.st_size)
    known = _sources.get(file)
    if known is None or known[0] != stamp:
        known = _sources[file] = stamp, load_notebook_node(str(file))
    return known[1]


def _without_clock(notebook: NotebookNode) -> NotebookNode:
    """Take out of ``notebook``, in place, what differs from run to run and from engine to engine."""
    parameters = notebook.metadata.pop("papermill", {}).get("parameters", {})
    notebook.metadata["planeval"] = {"parameters": parameters}
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "outputs" in cell:
            cell["outputs"] = _whole_streams(cell["outputs"])
    return notebook


def _whole_streams(outputs: list[Any]) -> list[Any]:
    """``outputs`` with what a cell prints in one piece (standard output first) between any two other outputs.

    A kernel sends it off every fifth of a second, so that a slow machine cuts it otherwise than a fast one.
    """
    whole: list[Any] = []
    streams: dict[str, Any] = {}
    for output in [*outputs, None]:
        if output is not None and output["output_type"] == "stream":
            if output["name"] in streams:
                streams[output["name"]]["text"] += output["text"]
            else:
                streams[output["name"]] = output
            continue
        whole += [streams[name] for name in sorted(streams, reverse=True)]
        streams = {}
        if output is not None:
            whole.append(output)
    return whole


def result_of(notebook: NotebookNode, name: str) -> str:
    """The text of the result ``name`` that the notebook recorded (`planeval.workbench.result`, `inputs_result`).

    Raises:
        NotebookFailure: it recorded none.
    """
    from planeval.workbench import RESULT_TYPE

    wanted = RESULT_TYPE.format(name=name)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if wanted in output.get("data", {}):
                return str(output["data"][wanted])
    raise NotebookFailure(say("execute.no_result", name=name))
