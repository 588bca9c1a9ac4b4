"""One run at a time on an output folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from planeval.errors import PlanevalError
from planeval.messages import say
from planeval.render.publish import PublishError

# A run that was just killed may have children that are about to end.
PATIENCE = 2.0


class Busy(PlanevalError):
    """Another run is writing to the same folder."""


@contextmanager
def only_run(state: Path) -> Iterator[None]:
    """Hold the lock of the folder ``state``; the system frees it when the process ends, however that happens.

    Raises:
        Busy: another run holds it.
        PublishError: the folder cannot be written to.
    """
    from filelock import FileLock, Timeout

    try:
        state.mkdir(parents=True, exist_ok=True)
        lock = FileLock(state / "lock")
        lock.acquire(timeout=PATIENCE)
    except Timeout:
        raise Busy(say("batch.busy", folder=state.parent)) from None
    except OSError as error:
        raise PublishError.of(state.parent, error) from error
    try:
        yield
    finally:
        lock.release()
