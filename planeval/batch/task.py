"""The task of a batch: some reports, from their inputs to the bytes of their files. Pure: nothing is written.

The same function runs for a local process and on a Dask worker. Whatever machine it runs on, a template process of
that machine holds the data and every report is made in a fork of it, so that no report can see another.
"""

from __future__ import annotations

import platform
import tempfile
import time
import traceback
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from planeval.errors import InputError, PlanevalError
from planeval.messages import say, speak
from planeval.model.findings import Finding
from planeval.model.terms import Kind
from planeval.read.inventory import Inventory, take_inventory
from planeval.render.execute import Engine
from planeval.rerun.key import digest
from planeval.rerun.sources import sources


@dataclass(frozen=True)
class ReportTask:
    """One report to make.

    ``data`` is the data folder as the notebook's parameter names it, ``formats`` what to make beside the page. ``rows`` are the digests of its place's rows as
    the key has them, ``findings`` what validation says about it.
    """

    plan: str
    kind: Kind
    as_of: int | None
    data: str
    validation: str
    lang: str
    vintage: str
    formats: tuple[str, ...]
    region_code: str
    rows: Mapping[str, str]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Batch:
    """Reports that are made one after the other in one place, with the ``engine`` of that name.

    ``folder`` is where the data lie, ``fingerprint`` stands for their content, ``sources`` for the program: another
    machine must have the same.
    """

    tasks: tuple[ReportTask, ...]
    folder: str
    fingerprint: str
    sources: str
    engine: Engine = "planeval"


@dataclass(frozen=True)
class Failure:
    """Why a report could not be made: where in which notebook, what was said, and all there is to know (``log``)."""

    message: str
    notebook: str = ""
    cell: int | None = None
    error: str = ""
    log: str = ""
    executed: str = ""  # the notebook as far as it went, with the traceback in it


@dataclass(frozen=True)
class Outcome:
    """What became of one report: its files and summary, or why it is held back, or how it failed."""

    plan: str
    kind: Kind
    files: dict[str, bytes] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    held: tuple[str, ...] = ()
    failure: Failure | None = None
    seconds: float = 0.0  # clock time it took, for the estimate of later runs


@cache
def _private_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder of this process, for what it remembers of the data folder from one reading to the next."""
    return tempfile.TemporaryDirectory(prefix="planeval-")


def hold_data(
    data: str,
    folder: str,
    only: Collection[str] | None,
    inventory: Inventory | None,
    many: bool,
    lang: str,
    vintage: str,
) -> None:
    """Read the data ``folder`` into this process (``only``: those places), for the forks that are to come; notebooks
    call it ``data``, and speak ``lang``. ``inventory``: as the caller has taken it; on another machine it is taken anew. ``many`` says
    that it pays to rehearse a report first.

    Raises:
        UsageError, InputError: as `planeval.read.workspace.load`.
    """
    from planeval.read.project import data_folder
    from planeval.read.workspace import load
    from planeval.stages.rehearsal import rehearse
    from planeval.workbench import hold, require_untouched

    speak(lang)
    root = data_folder(folder)
    if inventory is None:
        inventory = take_inventory(root, Path(_private_folder().name) / "inventory.json", vintage)
    workspace = load(root, only, inventory)
    require_untouched(inventory)
    hold(data, workspace, inventory)
    if many:
        rehearse(workspace, data, lang, vintage)


def render_one(task: ReportTask, engine: Engine) -> Outcome:
    """Make one report, in this process; what goes wrong with it is part of the outcome."""
    from planeval.render.execute import NotebookFailure
    from planeval.stages.report import notebook_text, render_report
    from planeval.workbench import OTHER_DATA, hold_findings, require_same_rows, require_untouched

    began = time.perf_counter()
    speak(task.lang)
    try:
        require_same_rows(task.data, task.region_code, task.rows)
        hold_findings(task.validation, task.findings)
        done = render_report(
            task.plan,
            task.kind,
            task.as_of,
            task.data,
            task.validation,
            engine,
            task.lang,
            task.formats,
            task.vintage,
        )
        if engine == "kernel":
            require_untouched()  # an ordinary kernel has read the files itself, just now
    except InputError as error:
        if any(finding.rule == OTHER_DATA for finding in error.findings):
            return failed(task, error)  # of this run or this machine: nothing is wrong with the place
        return Outcome(task.plan, task.kind, held=tuple(str(f) for f in error.findings))
    except NotebookFailure as error:
        failure = Failure(
            message=(
                say("batch.page_error", name=error.ename, message=error.message)
                if error.ename
                else str(error)
            ),
            notebook=error.notebook,
            cell=error.cell,
            error=str(error),
            log=_log(error),
            executed=notebook_text(error.executed) if error.executed is not None else "",
        )
        return Outcome(task.plan, task.kind, failure=failure)
    except Exception as error:
        return failed(task, error)
    return Outcome(task.plan, task.kind, done.files, done.summary, seconds=time.perf_counter() - began)


def failed(task: ReportTask, error: BaseException) -> Outcome:
    """The outcome of a report whose making raised ``error``."""
    name = "" if isinstance(error, PlanevalError) else f"{type(error).__name__}: "
    return Outcome(task.plan, task.kind, failure=Failure(f"{name}{error}", log=_log(error)))


def _log(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def render_batch(batch: Batch) -> list[Outcome]:
    """Make the reports of ``batch``, each in a fork of this process's template; in the order of its tasks."""
    from planeval.batch.workers import Data, worker

    try:
        if digest(asdict(sources())) != batch.sources:
            raise PlanevalError(say("batch.other_program", host=platform.node()))
        here = worker()
        first = batch.tasks[0]
        data = Data(first.data, batch.folder, batch.fingerprint, first.lang, first.vintage)
        speak(first.lang)
        here.hold(data, {task.region_code for task in batch.tasks}, None, True)
    except PlanevalError as error:
        return [failed(task, error) for task in batch.tasks]
    return [here.render(task, batch.engine) for task in batch.tasks]
