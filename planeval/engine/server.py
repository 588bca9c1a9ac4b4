"""The template process: ``python -m planeval.engine.server <control socket> <module or module:function>...``.

It imports what it is told to, calls the functions, and then waits at its control socket. Each message there is one
byte and comes with two sockets, a job's channel and its lifeline: ``f`` makes a fork for the job; ``p`` has the job
carried out here, so that every later fork finds the result in its memory.

The lifeline lasts as long as someone wants the job: when the caller closes it, the fork is killed; a byte on it is
the number of a signal for the fork; when the fork has ended, its wait status is sent on it. When the control socket
closes, the template kills all forks and ends.

The process has one thread and stays with it: a thread, a ZeroMQ context or an event loop does not survive a fork.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import pickle
import selectors
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from multiprocessing.connection import Connection

from planeval.engine.fork import Failure, answer, become_fork
from planeval.errors import PlanevalError
from planeval.messages import say

FORK, PREPARE = b"f", b"p"
STATUS = struct.Struct("!i")
_PR_SET_PDEATHSIG = 1


class Server:
    """The template's loop over ``control``; see the module."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._pid = os.getpid()
        self._lifelines: dict[int, socket.socket] = {}
        self._woken, self._waker = socket.socketpair()
        # Not epoll: a fork would share its list of sockets with the template.
        self._poll = (
            selectors.PollSelector() if hasattr(selectors, "PollSelector") else selectors.SelectSelector()
        )

    def serve(self) -> None:
        """Serve until the control socket closes; then kill every fork."""
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        self._poll.register(self._control, selectors.EVENT_READ, None)
        self._poll.register(self._woken, selectors.EVENT_READ, None)
        try:
            while self._step():
                pass
        finally:
            for pid in self._lifelines:
                os.kill(pid, signal.SIGKILL)
            for pid in self._lifelines:
                os.waitpid(pid, 0)

    def _step(self) -> bool:
        """Handle what has come in; False at the end."""
        for key, _ in self._poll.select():
            if key.fileobj is self._woken:
                self._drain()
                self._reap()
            elif key.fileobj is not self._control:
                self._heed(key.data)
            elif not self._take():
                return False
        return True

    def _drain(self) -> None:
        try:
            while self._woken.recv(4096):
                pass
        except BlockingIOError:
            pass

    def _reap(self) -> None:
        """Collect the forks that have ended and tell their callers how."""
        for pid, lifeline in list(self._lifelines.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if not ended:
                continue
            del self._lifelines[pid]
            self._unregister(lifeline)
            with suppress(OSError):  # the caller may have its result and have gone
                lifeline.send(STATUS.pack(status))
            lifeline.close()

    def _heed(self, pid: int) -> None:
        """The caller of fork ``pid`` wants a signal sent, or does not want the job any more."""
        lifeline = self._lifelines.get(pid)
        if lifeline is None:
            return
        try:
            wanted = lifeline.recv(1)
        except OSError:
            wanted = b""
        if not wanted:
            self._unregister(lifeline)
        os.kill(pid, wanted[0] if wanted else signal.SIGKILL)

    def _unregister(self, lifeline: socket.socket) -> None:
        with suppress(KeyError):
            self._poll.unregister(lifeline)

    def _take(self) -> bool:
        """Take one order from the control socket; False when it has closed."""
        try:
            order, handles, _, _ = socket.recv_fds(self._control, 1, 2)
        except ConnectionError:
            return False
        if not order:
            return False
        for handle in handles:
            os.set_inheritable(handle, False)
        connection, lifeline = Connection(handles[0]), socket.socket(fileno=handles[1])
        try:
            if order == PREPARE:
                with lifeline:
                    self._prepare(connection)
            else:
                self._fork(connection, lifeline)
        except (EOFError, ConnectionError):
            pass  # the caller has gone
        finally:
            connection.close()
        return True

    def _prepare(self, connection: Connection) -> None:
        answer(connection)
        _settle()

    def _fork(self, connection: Connection, lifeline: socket.socket) -> None:
        try:
            assert_one_thread()
        except PlanevalError as error:
            connection.send_bytes(pickle.dumps(("error", Failure.of(error))))
            lifeline.close()
            return
        sys.stdout.flush()
        sys.stderr.flush()
        try:
            pid = os.fork()
        except OSError as reason:  # no memory, or too many processes
            refusal = PlanevalError(say("engine.cannot_fork", reason=reason.strerror))
            connection.send_bytes(pickle.dumps(("error", Failure.of(refusal))))
            lifeline.close()
            return
        if pid == 0:
            template = [self._control, self._woken, self._waker, lifeline, *self._lifelines.values()]
            become_fork(connection, template, lambda: die_with(self._pid))
        self._lifelines[pid] = lifeline
        self._poll.register(lifeline, selectors.EVENT_READ, pid)


def assert_one_thread() -> None:
    """Raise PlanevalError when this process has more than one thread, of Python or of a library."""
    names = [thread.name for thread in threading.enumerate()]
    tasks = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1
    if len(names) > 1 or tasks > 1:
        raise PlanevalError(
            say("engine.threads", count=max(tasks, len(names)), names=say("read.name_join").join(names))
        )


@cache
def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if sys.platform.startswith("linux") else None


def die_with(parent: int) -> None:
    """On Linux: have the system kill this process when the thread of ``parent`` that started it ends."""
    if libc := _libc():
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it had ended before it was asked
            os._exit(1)


def _settle() -> None:
    """Keep the garbage collector from writing to, and so copying, what all forks share."""
    gc.collect()
    gc.freeze()


def preload(names: Iterable[str]) -> None:
    """Import each ``module``; of each ``module:function`` call the function."""
    from planeval.engine.imports import without_slow_extras

    with without_slow_extras():
        for name in names:
            module, _, function = name.partition(":")
            imported = importlib.import_module(module)
            if function:
                warm: Callable[[], object] = getattr(imported, function)
                warm()


def main() -> None:
    """Be the template process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started the jobs
    handle, parent, *names = sys.argv[1:]
    control = socket.socket(fileno=int(handle))
    os.set_inheritable(control.fileno(), False)
    # Only a parent that is sure to live on as the thread it is (see Template) gives its number.
    if int(parent):
        die_with(int(parent))
    # As a kernel has it: the directory a job is started in comes first, wherever the template was started.
    if sys.path and sys.path[0] in ("", os.getcwd()):
        del sys.path[0]
    _libc()  # loaded once, for all forks
    preload(names)
    _settle()
    Server(control).serve()


if __name__ == "__main__":
    # Under its real name, so that what is pickled by reference and what runs are one module.
    from planeval.engine.server import main as serve

    serve()
