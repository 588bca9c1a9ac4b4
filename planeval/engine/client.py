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
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import Empty
from typing import Any

from jupyter_client.client import KernelClient
from jupyter_client.session import Session
from nbclient.exceptions import DeadKernelError
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


class _Manager:
    """What the two managers share."""

    has_kernel = False

    def __init__(self) -> None:
        self._mailboxes = {name: _Mailbox() for name in ("iopub", "shell")}

    def _deliver(self, name: str, message: dict[str, Any]) -> None:
        self._mailboxes[name].put(message)

    def client(self) -> _Client:
        """A client of this kernel."""
        channels = {f"{name}_channel": self._channel(name) for name in self._mailboxes}
        return _Client(manager=self, session=Session(), **channels)

    def _channel(self, name: str) -> _Channel:
        return _Channel(self._mailboxes[name], self._send)

    def _send(self, message: dict[str, Any]) -> None:
        raise NotImplementedError


class LocalKernel(_Manager):
    """The kernel of this very process, which is a fork made for one notebook.

    A cell runs when nbclient waits for its reply; its messages are looked at when it has ended.

    Raises:
        PlanevalError: the process has run a notebook already.
    """

    def __init__(self) -> None:
        super().__init__()
        self._kernel: OpenKernel | None = None
        self._requests: deque[dict[str, Any]] = deque()

    def start_kernel(self, **kwargs: Any) -> None:
        """Open the kernel; arguments for a kernel's command line mean nothing here."""
        self._kernel = OpenKernel(self._deliver, live=False)
        self.has_kernel = True

    async def wait_for_ready(self, timeout: float | None) -> None:
        """It is."""

    def is_alive(self) -> bool:
        """Whether it is open."""
        return self._kernel is not None

    def interrupt_kernel(self) -> None:
        """nbclient asks this when a cell has taken too long; by then it has been interrupted (`_LocalShell`)."""

    def shutdown(self, now: bool = False) -> None:
        """Give the process its streams back."""
        if self._kernel is not None:
            self._kernel.close()
            self._kernel = None

    def _send(self, message: dict[str, Any]) -> None:
        self._requests.append(message)

    def _channel(self, name: str) -> _Channel:
        channel = super()._channel(name)
        if name == "shell":
            return _LocalShell(self._mailboxes[name], channel.send, self._run)
        return channel

    async def _run(self) -> None:
        while self._requests and self._kernel is not None:
            await self._kernel.request(self._requests.popleft())


class _LocalShell(_Channel):
    """The shell channel of the kernel in this process: whoever waits for a reply carries the request out."""

    def __init__(
        self, mailbox: _Mailbox, send: Callable[[dict[str, Any]], None], run: Callable[[], Any]
    ) -> None:
        super().__init__(mailbox, send)
        self._run = run

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """Run what has been asked, then the reply. A request that takes ``timeout`` seconds is interrupted."""
        if timeout is None:
            await self._run()
            return await self._mailbox.get(None)
        late = False

        def interrupt(*_: object) -> None:
            nonlocal late
            late = True
            raise KeyboardInterrupt

        before = signal.signal(signal.SIGALRM, interrupt)
        # Once more every second, should the cell catch it.
        signal.setitimer(signal.ITIMER_REAL, max(timeout, 0.001), 1.0)
        try:
            await self._run()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        if late:
            raise Empty
        return await self._mailbox.get(timeout)


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
