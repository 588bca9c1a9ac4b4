"""The caller's side of the warm engine: a `Template` process and the jobs that run in forks of it."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from time import monotonic
from types import TracebackType
from typing import Any, Self

from planeval.engine.fork import Failure, Job
from planeval.errors import PlanevalError
from planeval.messages import say
from planeval.read.project import project_root

# What a kernel needs warm: the libraries that notebooks import, and the kernel itself.
KERNEL = (
    "pandas",
    "matplotlib.figure",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "scipy.stats",
    "statsmodels.stats.rates",
    "planeval.engine.warm:charts",
    "planeval.engine.warm:package",
    "planeval.engine.kernel:prepare",
)
# The same, with what runs a notebook in the fork itself and makes a page of it.
DEFAULT = (*KERNEL, "planeval.engine.warm:notebooks")
# One computing thread: a thread pool that a library starts at import would not survive the fork.
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_STATUS_SIZE = 4
_PATIENCE = 3.0  # seconds for a template that was told to end


class ForkDied(PlanevalError):
    """A fork, or the template itself, ended without a result. ``signal`` is what killed it, where that is known."""

    def __init__(self, text: str, signal: int | None = None) -> None:
        super().__init__(text, signal)
        self.signal = signal

    def __str__(self) -> str:
        return str(self.args[0])


class RemoteError(PlanevalError):
    """A job raised an exception that cannot be sent; its text holds the job's traceback."""


class JobTimeout(PlanevalError, TimeoutError):
    """A job took longer than it was allowed to; its fork was killed."""


def fork_available() -> bool:
    """Whether this system can run jobs in forks: POSIX, but not macOS, whose own libraries do not survive a fork."""
    return hasattr(os, "fork") and hasattr(socket, "send_fds") and sys.platform != "darwin"


class Template:
    """A process that has imported ``preload`` and carries out jobs in forks of itself.

    ``preload`` names modules, or functions to call as ``module:function``. The process starts at once; nobody waits
    for it before the first job. It and its forks are in the process group of the caller, listen nowhere, and end
    when the caller ends, however that happens. Any thread may use a template.

    Raises:
        PlanevalError: there is no fork on this system.
    """

    def __init__(self, *, preload: Sequence[str] = DEFAULT) -> None:
        if not fork_available():
            raise PlanevalError(say("engine.no_fork", platform=sys.platform))
        self._lock = threading.Lock()
        self._control, theirs = socket.socketpair()
        # The system ties "die with your parent" to the thread that starts a process; only the main thread is sure
        # to last as long as its process. From another one, the closing control socket must do.
        parent = os.getpid() if threading.current_thread() is threading.main_thread() else 0
        command = [
            sys.executable,
            "-m",
            "planeval.engine.server",
            str(theirs.fileno()),
            str(parent),
            *preload,
        ]
        with theirs:
            self._process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=_environment()
            )

    @property
    def pid(self) -> int:
        """The process number of the template."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it takes jobs: neither closed nor ended by itself."""
        return self._control.fileno() >= 0 and self._process.poll() is None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def prepare(self, function: Callable[..., Any], /, *args: Any) -> Any:
        """Call ``function(*args)`` in the template itself: every fork made later finds what it left in memory.

        The function is pickled by reference, its arguments and result are pickled. It must leave no thread.

        Raises:
            ForkDied: the template ended.
            Exception: what the function raised (`RemoteError` when that does not pickle).
        """
        from planeval.engine.server import PREPARE

        with self._order(PREPARE, function, args) as running:
            return running.result()

    def call(
        self,
        function: Callable[..., Any],
        /,
        *args: Any,
        on_event: Callable[[Any], None] | None = None,
        timeout: float | None = None,
    ) -> Any:
        """Call ``function(*args)`` in a fork, in the caller's working directory, and return what it returns.

        The function is pickled by reference, arguments and result are pickled. ``on_event`` gets, in the calling
        thread, each object the job gives to `emit`. When the call is left early, whatever the reason, the fork is
        killed.

        Raises:
            ForkDied: the fork or the template ended without a result.
            JobTimeout: it took longer than ``timeout`` seconds, the time the template needs to start included.
            Exception: what the function raised, with the traceback of the fork as a note (`RemoteError` when it
                does not pickle).
        """
        with self.start(function, *args) as running:
            return running.result(on_event, timeout)

    def start(self, function: Callable[..., Any], /, *args: Any) -> Running:
        """Start ``function(*args)`` in a fork and return the job, which the caller must close."""
        from planeval.engine.server import FORK

        return self._order(FORK, function, args)

    def close(self) -> None:
        """Kill what still runs, wait until all of it has ended. Jobs that someone waits for raise `ForkDied`."""
        with self._lock:
            self._control.close()
        for insist in (self._process.terminate, self._process.kill):
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:  # busy with a preparation
                insist()
        self._process.wait()

    def _order(self, order: bytes, function: Callable[..., Any], args: tuple[Any, ...]) -> Running:
        try:
            cwd = os.getcwd()
        except FileNotFoundError:
            cwd = None
        job = pickle.dumps(Job(function, args, cwd))
        ours, theirs = socket.socketpair()
        lifeline, their_end = socket.socketpair()
        running = Running(Connection(ours.detach()), lifeline)
        try:
            with theirs, their_end, self._lock:
                socket.send_fds(self._control, [order], [theirs.fileno(), their_end.fileno()])
            running.send_bytes(job)
        except OSError as reason:
            running.close()
            raise ForkDied(self._ended()) from reason
        except BaseException:
            running.close()
            raise
        return running

    def _ended(self) -> str:
        """Why there is no template to talk to."""
        if self._control.fileno() < 0:
            return say("engine.template_closed")
        return say("engine.template_ended", status=self._process.poll())


class Running:
    """A job under way; a context manager that ends it."""

    def __init__(self, connection: Connection, lifeline: socket.socket) -> None:
        self._connection, self._lifeline = connection, lifeline

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget the job; its fork, if it still runs, is killed."""
        self._lifeline.close()
        self._connection.close()

    def interrupt(self) -> None:
        """Send the fork what Ctrl-C sends."""
        self._lifeline.send(bytes([signal.SIGINT]))

    def send_bytes(self, data: bytes) -> None:
        """Send ``data`` to the job, which reads it from `planeval.engine.fork.channel`."""
        self._connection.send_bytes(data)

    def result(self, on_event: Callable[[Any], None] | None = None, timeout: float | None = None) -> Any:
        """Wait for the job's end; see `Template.call`."""
        deadline = None if timeout is None else monotonic() + timeout
        while True:
            left = None if deadline is None else max(0.0, deadline - monotonic())
            ready = wait([self._connection, self._lifeline], left)
            if not ready:
                raise JobTimeout(say("engine.timeout", seconds=f"{timeout:g}"))
            # The lifeline tells that the fork has ended. The connection alone would not: a process that the job
            # has left behind may hold it open. What the fork said before it ended still counts.
            if self._connection not in ready and not self._connection.poll():
                raise self._death()
            try:
                kind, content = pickle.loads(self._connection.recv_bytes())
            except (EOFError, OSError):
                raise self._death() from None
            if kind == "result":
                return content
            if kind == "error":
                raise _exception(content)
            if on_event is not None:
                on_event(content)

    def _death(self) -> ForkDied:
        from planeval.engine.server import STATUS

        try:
            told = self._lifeline.recv(STATUS.size)
        except OSError:
            told = b""
        if len(told) < STATUS.size:
            return ForkDied(say("engine.template_gone"))
        code = os.waitstatus_to_exitcode(STATUS.unpack(told)[0])
        if code >= 0:
            return ForkDied(say("engine.fork_exited", code=code))
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = "?"
        text = say("engine.fork_killed", number=-code, name=name)
        if -code == signal.SIGKILL:
            text += say("engine.perhaps_memory")
        return ForkDied(text, -code)


def _exception(failure: Failure) -> BaseException:
    """What the job raised, as an exception to raise here."""
    error: BaseException | None = None if failure.pickled is None else pickle.loads(failure.pickled)
    if error is None or isinstance(error, (SystemExit, GeneratorExit)):  # not to be taken for our own
        return RemoteError(say("engine.remote_error", traceback=failure.text))
    error.add_note(say("engine.remote_traceback", traceback=failure.text))
    return error


def _environment() -> dict[str, str]:
    """The template's environment: planeval importable even in a bare clone, and no computing threads."""
    environment = dict(os.environ)
    for name in _ONE_THREAD:
        environment.setdefault(name, "1")
    # What a kernel sets before matplotlib is imported.
    environment.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    path = [part for part in environment.get("PYTHONPATH", "").split(os.pathsep) if part]
    if str(project_root()) not in path:
        environment["PYTHONPATH"] = os.pathsep.join([str(project_root()), *path])
    return environment
