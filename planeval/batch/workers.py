"""Who does the work on this machine: a template process and its forks, or, without fork, this process itself."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Protocol

from planeval.batch.task import Outcome, ReportTask, hold_data, render_one
from planeval.engine.template import ForkDied, Template, fork_available
from planeval.read.inventory import Inventory
from planeval.read.project import project_root
from planeval.render.execute import Engine


@dataclass(frozen=True)
class Data:
    """A data folder: how the notebooks' parameter names it, where it lies, what stands for its content, and the
    language in which is said what is wrong with it. ``vintage``: the day until which publications count."""

    name: str
    folder: str
    fingerprint: str
    lang: str
    vintage: str = ""


class Worker(Protocol):
    """Holds data and makes reports; used by many threads at once."""

    def hold(self, data: Data, only: Collection[str] | None, inventory: Inventory | None, many: bool) -> None:
        """Make sure that the data of these places (None: all) are in memory; see `hold_data`."""

    def call(self, function: Callable[..., Any], /, *args: Any) -> Any:
        """Carry out ``function`` where it can leave nothing behind."""

    def render(self, task: ReportTask, engine: Engine) -> Outcome:
        """Make one report."""

    def close(self) -> None:
        """End at once, with everything that was begun."""


class _Held:
    """Which places of which data are in memory."""

    def __init__(self) -> None:
        self.data: Data | None = None
        self.only: frozenset[str] | None = frozenset()

    def has(self, data: Data, only: Collection[str] | None) -> bool:
        return data == self.data and (self.only is None or (only is not None and self.only.issuperset(only)))

    def note(self, data: Data, only: Collection[str] | None) -> None:
        self.data, self.only = data, None if only is None else frozenset(only)


class ForkingWorker:
    """A template process; it is started at once, and reports are made in forks of it."""

    def __init__(self) -> None:
        self._template = Template()
        self._held = _Held()
        self._reading: tuple[Any, ...] = ()  # the arguments of the last reading
        self._lock = threading.Lock()
        self._closed = False

    def hold(self, data: Data, only: Collection[str] | None, inventory: Inventory | None, many: bool) -> None:
        with self._lock:
            if not self._held.has(data, only):
                places = None if only is None else sorted(only)
                self._reading = (data.name, data.folder, places, inventory, many, data.lang, data.vintage)
                self._template.prepare(hold_data, *self._reading)
                self._held.note(data, only)

    def call(self, function: Callable[..., Any], /, *args: Any) -> Any:
        template = self._template
        try:
            return template.call(function, *args)
        except ForkDied:
            # Killed from outside, as a system short of memory does: once more, then it is said.
            self._revive(template)
            return self._template.call(function, *args)

    def _revive(self, template: Template) -> None:
        """Start another template when that one has ended too; not when it was told to."""
        with self._lock:
            if self._closed or self._template is not template:
                return
            try:
                template.prepare(os.getpid)
            except ForkDied:
                template.close()
                self._template = Template()
                if self._reading:
                    self._template.prepare(hold_data, *self._reading)

    def render(self, task: ReportTask, engine: Engine) -> Outcome:
        outcome = self.call(render_one, task, engine)
        assert isinstance(outcome, Outcome)
        return outcome

    def close(self) -> None:
        self._closed = True
        self._template.close()


class PlainWorker:
    """Everything in this process; the notebooks run in kernels of their own."""

    def __init__(self) -> None:
        self._held = _Held()
        self._lock = threading.Lock()
        # For the kernels, here and for all of them: several threads start some at the same time.
        before = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
        if str(project_root()) not in before:
            os.environ["PYTHONPATH"] = os.pathsep.join([str(project_root()), *before])

    def hold(self, data: Data, only: Collection[str] | None, inventory: Inventory | None, many: bool) -> None:
        with self._lock:
            if not self._held.has(data, only):
                hold_data(data.name, data.folder, only, inventory, False, data.lang, data.vintage)
                self._held.note(data, only)

    def call(self, function: Callable[..., Any], /, *args: Any) -> Any:
        return function(*args)

    def render(self, task: ReportTask, engine: Engine) -> Outcome:
        return render_one(task, "kernel")

    def close(self) -> None:
        """Nothing was started."""


_worker: Worker | None = None
_starting = threading.Lock()


def worker() -> Worker:
    """This process's worker, started when it is first asked for; the pipeline's threads share it."""
    global _worker
    with _starting:
        if _worker is None:
            _worker = ForkingWorker() if fork_available() else PlainWorker()
            atexit.register(close_worker)
        return _worker


def close_worker() -> None:
    """End this process's worker; the next call of `worker` starts another."""
    global _worker
    with _starting:
        if _worker is not None:
            _worker.close()
            _worker = None


class Hands:
    """This process's worker for the site's pages, started when a page is made; ``jobs`` at a time."""

    def __init__(self, jobs: int) -> None:
        # Without forks everything happens in this process, where one page after the other is no slower.
        self.width = jobs if fork_available() else 0

    def call(self, function: Callable[..., Any], /, *args: Any) -> Any:
        """Carry out ``function`` in a fork."""
        return worker().call(function, *args)

    def stop(self) -> None:
        """End the worker with everything that was begun."""
        close_worker()
