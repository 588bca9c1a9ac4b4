"""The side of a kernel that nbclient talks to: a manager and a client for a kernel in a fork.

nbclient (and papermill's client on top of it) turns messages into a notebook's outputs, keeps time, and stops at
errors. It does here exactly what it does with the ordinary kernel; only the way the messages take is another.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty
from typing import Any

from jupyter_client.client import KernelClient
from jupyter_client.session import Session
from jupyter_core.utils import run_sync
from nbclient.client import timestamp
from nbclient.exceptions import CellExecutionComplete, CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from traitlets import Any as AnyTrait

from planeval.engine.kernel import OpenKernel, serve
from planeval.engine.template import Running, Template
from planeval.errors import PlanevalError
from planeval.messages import say

_PATIENCE = (
    10.0  # seconds for a kernel that was asked to end: time for what the notebook left to do at its end
)


class _Mailbox:
    """Messages of one channel; any thread puts them in, one coroutine at a time takes them out."""

    def __init__(self) -> None:
        self._messages: deque[dict[str, Any]] = deque()
        self._waiting: tuple[asyncio.AbstractEventLoop, asyncio.Future[None]] | None = None

    def put(self, message: dict[str, Any]) -> None:
        """Add a message."""
        self._messages.append(message)
        if waiting := self._waiting:
            with suppress(RuntimeError):  # that loop has closed: whoever asks next finds the message
                waiting[0].call_soon_threadsafe(_wake, waiting[1])

    async def get(self, timeout: float | None) -> dict[str, Any]:
        """The next message. Raises `queue.Empty` when none has come in ``timeout`` seconds (None: wait for ever)."""
        loop = asyncio.get_running_loop()
        deadline = None if timeout is None else loop.time() + timeout
        while not self._messages:
            future = loop.create_future()
            self._waiting = loop, future
            try:
                if not self._messages:
                    await asyncio.wait_for(future, None if deadline is None else deadline - loop.time())
            except TimeoutError:
                raise Empty from None
            finally:
                self._waiting = None
        return self._messages.popleft()


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class _Channel:
    """One of the client's channels, as nbclient uses it."""

    def __init__(self, mailbox: _Mailbox, send: Callable[[dict[str, Any]], None]) -> None:
        self._mailbox, self.send = mailbox, send

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """The next message of the channel; raises `queue.Empty`."""
        return await self._mailbox.get(timeout)


class _Client(KernelClient):
    """Jupyter's client, which knows how to word requests, over the channels of a manager."""

    manager = AnyTrait()
    shell_channel = AnyTrait()  # in the base class, properties that open sockets
    iopub_channel = AnyTrait()

    def start_channels(self, *args: Any, **kwargs: Any) -> None:
        """They are open."""

    def stop_channels(self) -> None:
        """The manager closes them."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel takes requests. Raises RuntimeError after ``timeout`` seconds, as Jupyter does."""
        await self.manager.wait_for_ready(timeout)

    def is_alive(self) -> bool:
        """Whether the kernel can still answer."""
        return bool(self.manager.is_alive())


class _Manager(ABC):
    """What the two managers share."""

    has_kernel = False

    def __init__(self) -> None:
        self._mailboxes = {name: _Mailbox() for name in ("iopub", "shell")}

    def _deliver(self, name: str, message: dict[str, Any]) -> None:
        self._mailboxes[name].put(message)

    def client(self) -> _Client:
        """A client of this kernel."""
        channels = {f"{name}_channel": self._channel(name) for name in self._mailboxes}
        return _Client(manager=self, session=self._session(), **channels)

    def _session(self) -> Session:
        return Session()

    def _channel(self, name: str) -> _Channel:
        return _Channel(self._mailboxes[name], self._send)

    @abstractmethod
    def _send(self, message: dict[str, Any]) -> None:
        """Send a request to the kernel."""


class LocalKernel(_Manager):
    """The kernel of this very process, which is a fork made for one notebook; `LocalClient` talks to it.

    ``timed``: the notebook is to hold the time that each step of a cell took.

    Raises:
        PlanevalError: the process has run a notebook already.
    """

    has_kernel = True

    def __init__(self, timed: bool) -> None:
        super().__init__()
        # A kernel says that it is busy or idle for whoever waits, or keeps time.
        unheard = () if timed else ("status",)
        self._messages: dict[str, list[dict[str, Any]]] = {name: [] for name in self._mailboxes}
        self._requests: deque[dict[str, Any]] = deque()
        self._kernel: OpenKernel | None = OpenKernel(self._deliver, live=False, unheard=unheard)

    def _session(self) -> Session:
        assert self._kernel is not None
        return self._kernel.session

    @property
    def language_info(self) -> dict[str, Any]:
        """What the kernel says about its language, for the notebook."""
        assert self._kernel is not None
        return self._kernel.language_info

    async def carry_out(
        self, timeout: float | None
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]], bool]:
        """Run what has been asked for: the messages of "iopub" and of "shell", and whether it was interrupted
        because it took ``timeout`` seconds."""
        with _alarm(timeout) as late:
            while self._requests and self._kernel is not None:
                await self._kernel.request(self._requests.popleft())
        heard = self._messages["iopub"], self._messages["shell"]
        self._messages = {name: [] for name in self._messages}
        return *heard, bool(late)

    def is_alive(self) -> bool:
        """Whether it is open."""
        return self._kernel is not None

    def interrupt_kernel(self) -> None:
        """nbclient asks this when a cell has taken too long; by then it has been interrupted."""

    def shutdown(self, now: bool = False) -> None:
        """Give the process its streams back."""
        if self._kernel is not None:
            self._kernel.close()
            self._kernel = None

    def _deliver(self, name: str, message: dict[str, Any]) -> None:
        self._messages[name].append(message)

    def _send(self, message: dict[str, Any]) -> None:
        self._requests.append(message)


@contextmanager
def _alarm(timeout: float | None) -> Iterator[list[bool]]:
    """While it lasts this process is interrupted after ``timeout`` seconds; the list it gives then holds something."""
    late: list[bool] = []
    if timeout is None:
        yield late
        return

    def interrupt(*_: object) -> None:
        late.append(True)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    # Once more every second, should the cell catch it.
    signal.setitimer(signal.ITIMER_REAL, max(timeout, 0.001), 1.0)
    try:
        yield late
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class LocalClient(PapermillNotebookClient):
    """papermill's client for a `LocalKernel`: it has nothing to wait for, so no task watches a socket meanwhile.

    A cell's messages are looked at when the cell has ended. What they mean for the notebook is nbclient's to say.
    """

    def execute(self, **kwargs: Any) -> Any:
        """Run the notebook in one event loop, so that what a cell leaves running goes on between the next ones."""
        self.reset_execution_trackers()
        self.kc = self.km.client()
        self.kc.allow_stdin = False
        run_sync(self._execute_all)()
        self.nb.metadata["language_info"] = NotebookNode(self.km.language_info)
        self.set_widgets_metadata()
        return self.nb

    async def _execute_all(self) -> None:
        # As papermill_execute_cells.
        for index, cell in enumerate(self.nb.cells):
            try:
                self.nb_man.cell_start(cell, index)
                await self.async_execute_cell(cell, index)
            except CellExecutionError as error:
                self.nb_man.cell_exception(cell, cell_index=index, exception=error)
                break
            finally:
                self.nb_man.cell_complete(cell, cell_index=index)

    async def async_execute_cell(
        self,
        cell: NotebookNode,
        cell_index: int,
        execution_count: int | None = None,
        store_history: bool = True,
    ) -> NotebookNode:
        """Run one cell; see nbclient."""
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return cell
        allow = not self.force_raise_errors and (self.allow_errors or "raises-exception" in tags)
        cell.outputs = []
        self.clear_before_next_output = False
        if self.record_timing:
            cell["metadata"]["execution"] = {}
        request = self.kc.execute(cell.source, store_history=store_history, stop_on_error=not allow)
        self.code_cells_executed += 1
        timeout = self._get_timeout(cell)
        messages, replies, late = await self.km.carry_out(timeout)
        for message in messages:
            if message["parent_header"].get("msg_id") == request:
                with suppress(
                    CellExecutionComplete
                ):  # the kernel's own "idle"; there may be a thread's after it
                    self.process_message(message, cell, cell_index)
        reply = next((r for r in replies if r["parent_header"].get("msg_id") == request), None)
        if reply is not None and self.record_timing:
            cell["metadata"]["execution"]["shell.execute_reply"] = timestamp(reply)
        if late:
            reply = await self._async_handle_timeout(timeout, cell) or reply
        await self._check_raise_for_error(cell, cell_index, reply)
        return cell

    def output(
        self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        """Append an output. One that only holds texts is right as it is, which spares it nbformat's long check."""
        content = msg["content"]
        plain = (
            msg["msg_type"] == "execute_result"
            and not display_id
            and not self.clear_before_next_output
            and not self.output_hook_stack.get(msg["parent_header"].get("msg_id"))
            and not content["metadata"]
            and all(type(text) is str for text in content["data"].values())
        )
        if not plain:
            return super().output(outs, msg, display_id, cell_index)
        output = NotebookNode(
            output_type="execute_result",
            metadata=NotebookNode(),
            data=content["data"],
            execution_count=content["execution_count"],
        )
        outs.append(output)
        return output


class ForkedKernel(_Manager):
    """A kernel in a fork of ``template``, with this process's environment and working directory."""

    def __init__(self, template: Template, environment: dict[str, str] | None = None) -> None:
        super().__init__()
        self._template = template
        self._environment = {**os.environ, **(environment or {})}
        self._running: Running | None = None
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._ended = False

    def start_kernel(self, **kwargs: Any) -> None:
        """Have the fork made; arguments for a kernel's command line mean nothing here."""
        self._running = self._template.start(serve, self._environment)
        self.has_kernel = True
        self._thread = threading.Thread(target=self._listen, name="planeval-kernel", daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        assert self._running is not None
        try:
            self._running.result(self._hear)
        except BaseException as error:
            self._failure = error
        finally:
            self._ended = True
            self._ready.set()

    def _hear(self, event: tuple[str, dict[str, Any]]) -> None:
        name, message = event
        if name == "ready":
            self._ready.set()
        else:
            self._deliver(name, message)

    async def wait_for_ready(self, timeout: float | None) -> None:
        """Wait for the kernel's first sign. Raises RuntimeError, as Jupyter does, when it does not come."""
        loop = asyncio.get_running_loop()
        if not await loop.run_in_executor(None, self._ready.wait, timeout):
            raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")
        if self._ended:
            raise DeadKernelError(str(self._failure)) from self._failure

    def is_alive(self) -> bool:
        """Whether the fork still runs."""
        return self.has_kernel and not self._ended

    def interrupt_kernel(self) -> None:
        """Interrupt the cell that runs."""
        if self._running is not None:
            self._running.interrupt()

    def shutdown(self, now: bool = False) -> None:
        """Let the kernel end, or (``now``, or when it takes too long) kill it."""
        if self._running is None or self._thread is None:
            return
        if not now and not self._ended:
            with suppress(OSError):
                self._send({})
            self._thread.join(_PATIENCE)
        self._running.close()
        self._running = None

    def _send(self, message: dict[str, Any]) -> None:
        if self._running is None:
            raise PlanevalError(say("engine.template_gone"))
        self._running.send_bytes(pickle.dumps(message))
