"""The ordinary IPython kernel without its wires: no ZeroMQ context, no socket, no thread that publishes.

`IPKernelApp` sets a kernel up as the ordinary one is set up (shell, magics, the user's configuration, the inline
backend), only what it would send over a socket is handed to a function. The costly half of that, `prepare`, is done
in the template before any fork; the rest, `open_kernel`, in the fork.

ipykernel's own in-process kernel is not taken as it is: it starts a thread and a ZeroMQ context, its shell is of
another class (libraries ask for the name ``ZMQInteractiveShell``), it does not see what subprocesses print, and it
cannot ``await``.
"""

from __future__ import annotations

import asyncio
import contextvars
import importlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any

from ipykernel.displayhook import ZMQDisplayHook
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from IPython.core.application import ENV_CONFIG_DIRS, SYSTEM_CONFIG_DIRS
from jupyter_client.session import Session
from tornado.ioloop import IOLoop
from traitlets import Any as AnyTrait
from traitlets.config import Config

from planeval.engine.fork import channel, emit
from planeval.engine.output import Output
from planeval.errors import PlanevalError
from planeval.messages import say

# Called with the name of a channel ("iopub" or "shell") and a message, from any thread.
Deliver = Callable[[str, dict[str, Any]], None]

_GRACE = 1.0  # seconds for a process that was told to end
# Modules that every run of a notebook would import on its way.
_LATER = ("IPython.core.logger", "IPython.extensions.storemagic", "faulthandler", "tornado.platform.asyncio")


@dataclass
class _Outlet:
    """What the kernel takes for the socket of the channel ``name``."""

    name: str

    def flush(self, flag: int = 0, limit: int | None = None) -> int:
        """Nothing is kept back."""
        return 0


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    return True


class _Session(Session):
    """Words messages as ever, and hands them on instead of putting them in bytes, signing and sending them."""

    deliver: Deliver | None = None
    unheard: frozenset[str] = frozenset()  # kinds of messages that nobody waits for

    def send(
        self,
        stream: Any,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        ident: Any = None,
        buffers: Any = None,
        track: bool = False,
        header: Any = None,
        metadata: Any = None,
    ) -> dict[str, Any] | None:
        """Hand on one message; before the kernel is open there is nobody to hand it to."""
        # A process that the notebook forked has no say here.
        if self.deliver is None or os.getpid() != self.pid:
            return None
        if type(msg_or_type) is str and msg_or_type in self.unheard:
            return None
        if isinstance(msg_or_type, dict):
            message = msg_or_type
        else:
            message = self.msg(msg_or_type, content, parent, header, metadata)
        # What arrives is what JSON makes of it: lists for tuples, text for the keys of a dict.
        for part in ("content", "metadata"):
            message[part] = self._as_arrives(message[part])
        message["buffers"] = [bytes(buffer) for buffer in buffers or message.get("buffers") or []]
        self.deliver(stream.name, message)
        return message

    def _as_arrives(self, value: Any) -> Any:
        """``value`` as it comes out of JSON. Texts do so unchanged, and a page of them need not be put through it."""
        kind = type(value)
        if value is None or kind is bool or kind is int or (kind is str and _is_text(value)):
            return value
        if kind is dict and all(type(key) is str for key in value):
            return {key: self._as_arrives(item) for key, item in value.items()}
        if kind is list:
            return [self._as_arrives(item) for item in value]
        return self.unpack(self.pack(value))

    def feed_identities(self, msg_list: Any, copy: bool = True) -> tuple[list[bytes], Any]:
        """A request that `OpenKernel.request` hands in: it was never put in bytes."""
        return [], msg_list[1]

    def deserialize(self, msg_list: Any, content: bool = True, copy: bool = True) -> Any:
        """The request itself."""
        return msg_list


class _Kernel(IPythonKernel):
    """The kernel over outlets instead of sockets."""

    shell_stream = AnyTrait()
    # Some releases ask whether the cell runs in the thread that the shell channel's thread serves.
    shell_channel_thread = AnyTrait(SimpleNamespace(parent_thread=threading.main_thread()))

    @property
    def _supports_kernel_subshells(self) -> bool:
        return False

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """There is never a second request waiting: the client sends one at a time."""


class _App(IPKernelApp):
    """Sets the kernel up; what would open a socket or start a thread is left out."""

    def init_poller(self) -> None:
        """The template looks after its forks."""

    def init_connection_file(self) -> None:
        """Nothing to connect to."""

    def write_connection_file(self, **kwargs: Any) -> None:
        """Nothing to connect to."""

    def log_connection_info(self) -> None:
        """Nothing to connect to."""

    def init_heartbeat(self) -> None:
        """The client sees the fork end."""

    def init_sockets(self) -> None:
        """Outlets in place of sockets."""
        self.session = _Session(parent=self)
        self.iopub_socket = _Outlet("iopub")
        self.shell_socket = _Outlet("shell")

    def init_io(self) -> None:
        """Only in the fork."""

    def init_signal(self) -> None:
        """The template's and the fork's signals are set elsewhere."""

    def init_kernel(self) -> None:
        """The kernel over the outlets."""
        self.kernel = _Kernel.instance(
            parent=self,
            session=self.session,
            shell_stream=self.shell_socket,
            iopub_socket=self.iopub_socket,
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )
        # A pause after each cell that keeps messages of several sockets in order. There is one way out here.
        self.kernel._execute_sleep = 0

    def init_path(self) -> None:
        """Only in the fork."""

    def init_gui_pylab(self) -> None:
        """Only in the fork."""

    def init_extensions(self) -> None:
        """In the fork when the user's configuration adds to it: what that loads and runs may do anything."""
        if not self.adds:
            super().init_extensions()

    def init_code(self) -> None:
        """In the fork when the user's configuration adds to it."""
        if not self.adds:
            super().init_code()

    def wake(self) -> None:
        """In the fork: the steps left out above."""
        super().init_path()
        super().init_gui_pylab()
        if self.adds:
            super().init_extensions()
            super().init_code()

    @cached_property
    def adds(self) -> bool:
        """Whether the user has told IPython to load or run something at the start of every kernel."""
        if "PYTHONSTARTUP" in os.environ or self.extensions or self.exec_lines or self.exec_files:
            return True
        folders = [self.profile_dir.startup_dir] if self.profile_dir else []
        folders += [os.path.join(folder, "startup") for folder in (*ENV_CONFIG_DIRS, *SYSTEM_CONFIG_DIRS)]
        return any(file.suffix in (".py", ".ipy") for folder in folders for file in Path(folder).glob("*"))


_prepared: _App | None = None
_used = False


def prepare() -> None:
    """Set a kernel up as far as that goes without thread, socket or event loop."""
    global _prepared
    if _prepared is None:
        _prepared = _set_up()
        for module in _LATER:
            importlib.import_module(module)


def _set_up() -> _App:
    main = sys.modules["__main__"]
    # History is kept for the session, as %history shows it, but not written: that would start a thread.
    app = _App.instance(config=Config({"HistoryManager": {"enabled": False}}))
    with _without_debugger():
        app.initialize([])
    # The shell has put its own module in the place of the process's main one; until it runs, that one stays.
    sys.modules["__main__"] = main
    _warm(app)
    return app


def _warm(app: _App) -> None:
    """Have made what the kernel otherwise makes when the first cell runs or shows something."""
    shell: Any = app.shell
    shell.display_formatter.format(None)
    shell.compile.ast_parse(shell.transform_cell("None;\n"))
    shell.displayhook.semicolon_at_end_of_expression("None;")


@contextmanager
def _without_debugger() -> Iterator[None]:
    """While it lasts debugpy cannot be found: it is for people who step through a cell, and takes long to import."""
    if "debugpy" in sys.modules:
        yield
        return
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["debugpy"]


class OpenKernel:
    """The kernel of this process, at work. `request` runs one request; `close` gives the streams back.

    ``unheard`` are kinds of messages that nobody waits for; they are not worded at all.
    """

    def __init__(self, deliver: Deliver, live: bool, unheard: Collection[str] = ()) -> None:
        global _used
        if _used:
            raise PlanevalError(say("engine.one_notebook"))
        _used = True
        prepare()
        assert _prepared is not None
        self._app = app = _prepared
        self._context = contextvars.copy_context()  # one for all cells: decimal and numpy keep settings there
        self._argv = sys.argv
        sys.argv = [str(Path(sys.modules["ipykernel"].__file__ or "").with_name("ipykernel_launcher.py"))]
        app.session.pid = os.getpid()
        app.session.deliver, app.session.unheard = deliver, frozenset(unheard)
        shell: Any = app.shell
        sys.modules[shell.user_module.__name__] = shell.user_module
        shell.starting_dir = os.getcwd()
        shell.user_ns["_dh"][:] = [Path.cwd()]
        self._output = Output(app.session, live)
        self._output.open()
        app.log.setLevel(
            app.log_level
        )  # traitlets lets the handlers choose, which costs a record for every step
        for handler in app.log.handlers:  # what the kernel logs is not what the notebook prints
            if getattr(handler, "stream", None) is self._output.former[1]:
                handler.stream = self._output.terminal
        app.displayhook = sys.displayhook = ZMQDisplayHook(app.session, app.iopub_socket)
        app.displayhook.get_execution_count = lambda: app.kernel.execution_count
        app.patch_io()
        app.wake()
        sys.stdout.flush()
        sys.stderr.flush()

    @property
    def session(self) -> Session:
        """What words the kernel's messages, and may word those to it: they stay in the process."""
        session: Session = self._app.session
        return session

    @property
    def language_info(self) -> dict[str, Any]:
        """What the kernel says about its language, as it arrives in a message."""
        info: dict[str, Any] = json.loads(json.dumps(self._app.kernel.language_info))
        return info

    async def request(self, message: dict[str, Any]) -> None:
        """Run the request ``message`` to its end; what comes of it is delivered."""
        loop = asyncio.get_running_loop()
        self._app.kernel.io_loop = IOLoop.current()
        work = self._app.kernel.dispatch_shell([b"", message])
        await loop.create_task(work, context=self._context)

    def close(self) -> None:
        """End what the notebook has left running; give output and arguments back to the process."""
        self._end_children()
        self._output.close()
        sys.displayhook = sys.__displayhook__
        sys.argv = self._argv

    def _end_children(self) -> None:
        """End the processes that the notebook has started and left running in its process group."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            until = monotonic() + _GRACE
            asked = False
            while monotonic() < until:
                try:
                    ended, _ = os.waitpid(-1, os.WNOHANG)
                except ChildProcessError:
                    return  # none, or none any more
                if ended:
                    continue
                if not self._app.kernel._process_children():
                    return  # those that have left the group mean to stay
                if not asked:
                    self._app.kernel._signal_children(number)
                    asked = True
                sleep(0.01)


def serve(environment: dict[str, str]) -> None:
    """A job for a fork: be the kernel of a client in another process, until it sends an empty message.

    Requests come in on the fork's channel, messages go out as events ``(channel, message)``; ``("ready", {})`` is
    the first.
    """
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # but while a cell runs: the kernel sees to that
    kernel = OpenKernel(lambda name, message: emit((name, message)), live=True)
    emit(("ready", {}))
    try:
        asyncio.run(_serve(kernel))
    finally:
        kernel.close()


async def _serve(kernel: OpenKernel) -> None:
    requests: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    loop, incoming = asyncio.get_running_loop(), channel()

    def read() -> None:
        try:
            requests.put_nowait(incoming.recv())
        except EOFError:
            requests.put_nowait({})
            loop.remove_reader(incoming.fileno())

    loop.add_reader(incoming.fileno(), read)
    while message := await requests.get():
        await kernel.request(message)
