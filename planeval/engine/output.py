"""What a notebook prints, as messages: Python's streams and the process's file descriptors, in the order of writing."""

from __future__ import annotations

import codecs
import io
import os
import select
import sys
import threading
from collections.abc import Callable
from time import monotonic
from types import SimpleNamespace
from typing import Any

from ipykernel.iostream import IOPubThread, OutStream
from jupyter_client.session import Session

_PIPE_CHUNK = 65536


class _Publisher(IOPubThread):
    """What an output stream takes for the thread that publishes; publishes at once, in whichever thread writes."""

    name = "iopub"  # as an outlet has it

    def __init__(self, later: Callable[[float], None]) -> None:
        self.thread: Any = None
        self.io_loop: Any = SimpleNamespace(call_later=lambda delay, flush: later(delay))

    def schedule(self, f: Callable[[], object]) -> None:
        """Do it now."""
        f()


class _Stream(OutStream):
    """``sys.stdout`` or ``sys.stderr`` of the notebook, with what goes to the file descriptor mixed in.

    Whatever a subprocess has written before Python writes, or before the stream is flushed, comes first: unlike the
    ordinary kernel's, its place in the output does not depend on when a thread gets its turn.
    """

    def __init__(
        self, session: Any, publisher: _Publisher, name: str, pipe: int, terminal: int, lock: threading.RLock
    ) -> None:
        super().__init__(session, publisher, name, watchfd=False)
        self._pipe, self._lock = pipe, lock
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        # The name under which the ordinary kernel's streams keep the terminal, which fileno() returns.
        self._original_stdstream_copy = terminal

    def write(self, string: str) -> int:
        """Append to the output; in a process forked by the notebook, send it to the notebook's through the pipe."""
        if not self._is_master_process():
            os.write({"stdout": 1, "stderr": 2}[self.name], string.encode())
            return len(string)
        with self._lock:
            self.drain()
            return super().write(string) or 0

    def _flush(self) -> None:
        if not self._is_master_process():
            return  # and do not take a lock that nobody may be left to give back
        with self._lock:
            self.drain()
            super()._flush()

    def drain(self) -> None:
        """Append what is waiting in the pipe."""
        with self._lock:
            while True:
                try:
                    data = os.read(self._pipe, _PIPE_CHUNK)
                except BlockingIOError:
                    return
                if not data:
                    return
                if text := self._decode(data):
                    super().write(text)


class Output:
    """Standard output and error of the process, as Python's streams and as file descriptors, as messages.

    A thread keeps the pipes from filling up, so that no subprocess has to wait; where someone looks on (``live``),
    it also sends a fifth of a second after a write what has not been sent by then.
    """

    def __init__(self, session: Session, live: bool) -> None:
        self._session, self._live = session, live
        self._publisher = _Publisher(self._later)
        self._lock = threading.RLock()
        self._due: float | None = None
        self._thread = threading.Thread(target=self._watch, name="planeval-output", daemon=True)

    def open(self) -> None:
        """Take the streams over."""
        self.former = sys.stdout, sys.stderr
        for stream in self.former:
            stream.flush()
        self._terminals = os.dup(1), os.dup(2)
        self.terminal = io.TextIOWrapper(
            io.FileIO(self._terminals[1], "w", closefd=False), write_through=True
        )
        self._pipes = []
        for descriptor in (1, 2):
            reader, writer = os.pipe()
            os.set_blocking(reader, False)
            os.dup2(writer, descriptor)
            os.close(writer)
            self._pipes.append(reader)
        self._bell, self._ring = os.pipe()
        self._streams = [
            _Stream(self._session, self._publisher, name, self._pipes[i], self._terminals[i], self._lock)
            for i, name in enumerate(("stdout", "stderr"))
        ]
        sys.stdout, sys.stderr = self._streams
        self._thread.start()

    def close(self) -> None:
        """Give the streams back."""
        for stream in self._streams:
            stream.flush()
        sys.stdout, sys.stderr = self.former
        for descriptor, terminal in zip((1, 2), self._terminals, strict=True):
            os.dup2(terminal, descriptor)
        os.write(self._ring, b"q")  # closing it would not do: a process that the notebook forked holds it too
        self._thread.join()
        for handle in (*self._pipes, self._bell, self._ring):
            os.close(handle)

    def _later(self, delay: float) -> None:
        if self._live and self._due is None:
            self._due = monotonic() + delay
            os.write(self._ring, b"!")

    def _watch(self) -> None:
        poll = select.poll()
        for handle in (*self._pipes, self._bell):
            poll.register(handle, select.POLLIN)
        by_pipe = dict(zip(self._pipes, self._streams, strict=True))
        while True:
            due = self._due
            for handle, event in poll.poll(None if due is None else max(0.0, due - monotonic()) * 1000):
                if handle in by_pipe and event & select.POLLIN:
                    by_pipe[handle].drain()
                elif handle in by_pipe:
                    poll.unregister(handle)  # nobody holds the other end any more
                elif b"q" in os.read(self._bell, 64):
                    return
            if self._due is not None and monotonic() >= self._due:
                self._due = None
                for stream in self._streams:
                    stream.flush()
