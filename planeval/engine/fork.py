"""What a job finds in the fork that carries it out, and how a process becomes such a fork.

The messages on a job's channel are pickled tuples. To the fork: `Job`, then whatever the caller sends. From the
fork: ``("event", object)`` any number of times, then one of ``("result", object)`` and ``("error", `Failure`)``.
"""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import socket
import sys
import threading
import traceback
import weakref
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from planeval.errors import PlanevalError
from planeval.messages import say

_channel: Connection | None = None
_sending = threading.Lock()


@dataclass(frozen=True)
class Job:
    """A function to call, by reference, and the directory to call it in (None: where the process is)."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    cwd: str | None


@dataclass(frozen=True)
class Failure:
    """What a job raised: the pickled exception, or None when it does not pickle, and its traceback as text."""

    pickled: bytes | None
    text: str

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """``error`` in a form that travels; only an exception that also comes out of the pickle again goes in."""
        text = "".join(traceback.format_exception(error))
        try:
            pickled = pickle.dumps(error)
            pickle.loads(pickled)
        except Exception:
            return cls(None, text)
        return cls(pickled, text)


def in_fork() -> bool:
    """Whether this process is a fork that carries out a job."""
    return _channel is not None


def channel() -> Connection:
    """The fork's connection to its caller, for a job that also wants to be told things.

    Raises:
        PlanevalError: this process is no fork.
    """
    if _channel is None:
        raise PlanevalError(say("engine.not_in_fork"))
    return _channel


def emit(event: object) -> None:
    """Send ``event``, which must pickle, to the caller's ``on_event``; from any thread.

    Raises:
        PlanevalError: this process is no fork.
    """
    _send("event", event)


def _send(kind: str, content: object) -> None:
    to = channel()
    data = pickle.dumps((kind, content))
    with _sending:
        to.send_bytes(data)


def answer(connection: Connection) -> None:
    """Carry out the one job that ``connection`` brings and send its result back.

    Raises:
        EOFError, OSError: the caller has gone.
    """
    connection.send_bytes(_outcome(connection.recv_bytes()))


def _outcome(data: bytes) -> bytes:
    """The message that ends the job pickled in ``data``."""
    try:
        job: Job = pickle.loads(data)
        if job.cwd is not None:
            os.chdir(job.cwd)
        return pickle.dumps(("result", job.function(*job.args)))
    except BaseException as error:
        return pickle.dumps(("error", Failure.of(error)))


def become_fork(connection: Connection, close: Iterable[socket.socket], die: Callable[[], None]) -> None:
    """Turn the process that `os.fork` has just made into one that carries out the job of ``connection``, and end it.

    ``close`` are sockets of the template that only it may hold; ``die`` asks the system to end this process with
    the template. Never returns.
    """
    global _channel
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        die()
        for one in close:
            one.close()
        _forget_exit_hooks()
        _reseed()
        _channel = connection
        outcome = _outcome(connection.recv_bytes())
        _finish()
        with _sending:
            connection.send_bytes(outcome)
        status = 0
    except (EOFError, ConnectionError):
        status = 0  # the caller has gone: nobody to tell
    except KeyboardInterrupt:
        pass  # before the job began or after it ended: whoever was interrupted with us says so
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _forget_exit_hooks() -> None:
    """What the template wants done at its end is not for a fork to do (it would delete the template's folders)."""
    atexit._clear()
    registry = getattr(weakref.finalize, "_registry", {})
    for finalizer in list(registry):
        finalizer.atexit = False
    # The clearing took these with it; a job may come to need them.
    if hooks := getattr(weakref.finalize, "_exitfunc", None):
        atexit.register(hooks)
    if util := sys.modules.get("multiprocessing.util"):
        util._finalizer_registry.clear()
        atexit.register(util._exit_function)


def _reseed() -> None:
    """No two jobs draw the same "random" numbers (Python's own generator sees to itself)."""
    if numpy_random := sys.modules.get("numpy.random"):
        numpy_random.seed()


def _finish() -> None:
    """What a Python process does at its end, as far as a job may have left something to do."""
    try:
        atexit._run_exitfuncs()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):  # a closed terminal is no reason to lose a result
                stream.flush()
