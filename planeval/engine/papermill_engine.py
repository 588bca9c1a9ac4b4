"""The papermill engine ``planeval``: ``papermill --engine planeval in.ipynb out.ipynb``.

Registered as an entry point of the package. Everything papermill offers (progress bar, logging, saving as cells end,
time limits) is papermill's own client at work; the kernel it talks to is a fork of a warm template, or, in a process
that is such a fork, the process itself.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from functools import lru_cache
from typing import Any

from papermill.engines import Engine, NBClientEngine, NotebookExecutionManager
from papermill.log import logger
from papermill.utils import merge_kwargs, remove_args

from planeval.engine.fork import in_fork
from planeval.engine.template import KERNEL, Template, fork_available

_shared: tuple[int, Template] | None = None
_lock = threading.Lock()


class Unrecorded(NotebookExecutionManager):
    """Stands in for papermill's record of a run where nobody reads it: it notes the cell that failed, no times."""

    def __init__(self, notebook: Any) -> None:
        super().__init__(notebook, progress_bar=False, autosave_cell_every=0)

    def notebook_start(self, **kwargs: Any) -> None:
        """Take out what an earlier run left."""
        for cell in self.nb.cells:
            if cell.cell_type == "code":
                cell.execution_count, cell.outputs = None, []

    def cell_start(self, cell: Any, cell_index: int | None = None, **kwargs: Any) -> None:
        """Nothing is noted."""

    def cell_exception(self, cell: Any, cell_index: int | None = None, **kwargs: Any) -> None:
        """Note that the cell failed, the way papermill looks for it."""
        cell.metadata["papermill"] = {"exception": True}

    def cell_complete(self, cell: Any, cell_index: int | None = None, **kwargs: Any) -> None:
        """Nothing is noted."""


class PlanevalEngine(Engine):
    """Runs a notebook in a fork; where that cannot be, with the ordinary kernel, and says so in papermill's log."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        **kwargs: Any,
    ) -> Any:
        """Execute ``nb_man.nb`` in place; the arguments are those of papermill's own engine."""
        reason = _why_not(kernel_name)
        if reason:
            logger.warning("planeval: %s; the ordinary kernel %s runs this notebook", reason, kernel_name)
            return NBClientEngine.execute_managed_notebook(
                nb_man,
                kernel_name,
                log_output=log_output,
                stdout_file=stdout_file,
                stderr_file=stderr_file,
                start_timeout=start_timeout,
                execution_timeout=execution_timeout,
                **kwargs,
            )
        # Here and not above: papermill imports its engines whenever it is imported itself.
        from papermill.clientwrap import PapermillNotebookClient

        from planeval.engine.client import ForkedKernel, LocalClient, LocalKernel

        options = merge_kwargs(
            remove_args(["input_path", "timeout", "startup_timeout"], **kwargs),
            timeout=execution_timeout or kwargs.get("timeout"),
            startup_timeout=start_timeout,
            kernel_name=kernel_name,
            log=logger,
            log_output=log_output,
            stdout_file=stdout_file,
            stderr_file=stderr_file,
        )
        kernel: LocalKernel | ForkedKernel
        if in_fork():
            kernel, client = LocalKernel(options.get("record_timing", True)), LocalClient
        else:
            kernel = ForkedKernel(shared_template(), kernel_environment(kernel_name)[1])
            client = PapermillNotebookClient
        try:
            result = client(nb_man, km=kernel, **options).execute()
        except BaseException:
            kernel.shutdown(now=True)
            raise
        kernel.shutdown()
        return result


def shared_template() -> Template:
    """The template of this process; started when first asked for, closed when the process ends."""
    global _shared
    with _lock:
        # A copy of this process needs one of its own; and one that was killed is of no use.
        if _shared is None or _shared[0] != os.getpid() or not _shared[1].alive:
            template = Template(preload=KERNEL)
            _shared = os.getpid(), template
            atexit.register(template.close)
        return _shared[1]


def _why_not(kernel_name: str) -> str:
    """Why a fork cannot run this kernel's notebooks; empty when it can."""
    if not fork_available():
        return f"no fork on {sys.platform}"
    return kernel_environment(kernel_name)[0]


@lru_cache(maxsize=16)
def kernel_environment(name: str) -> tuple[str, dict[str, str]]:
    """Why the kernel ``name`` is not this Python's (empty when it is), and the environment its entry asks for."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec(name)
    except NoSuchKernel:
        return "no such kernel", {}
    python, *arguments = spec.argv or [""]
    generic = {"python", f"python{sys.version_info[0]}", f"python{sys.version_info[0]}.{sys.version_info[1]}"}
    # As jupyter_client reads it: a plain "python" is the Python that runs it.
    ours = python in generic or os.path.normpath(python) == os.path.normpath(sys.executable)
    usual = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
    if not ours or [argument for argument in arguments if argument != "-Xfrozen_modules=off"] != usual:
        return "the kernel is not this environment's Python", {}
    return "", dict(spec.env)
