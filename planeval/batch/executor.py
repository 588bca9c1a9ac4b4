"""Where the batches run: on this machine or on a Dask cluster, both behind ``concurrent.futures.Executor``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

from planeval.batch.task import Batch, Outcome, failed, render_batch
from planeval.errors import UsageError
from planeval.messages import say

# Plans a task on a cluster: the data of its places are read once for all of them.
PLANS_A_TASK = 16


def cores() -> int:
    """The cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def executor(jobs: int | None, scheduler: str | None) -> Iterator[tuple[Executor, int]]:
    """An executor and how many batches it works on at a time.

    Locally each thread waits for a fork of the template process, which does the work. On a cluster
    (``tcp://host:port``) the scheduler of Dask decides; a batch whose worker dies is run again elsewhere.

    Raises:
        UsageError: no scheduler answers there, it has no worker, or Dask is not installed.
    """
    if scheduler is None:
        width = jobs or cores()
        with ThreadPoolExecutor(width, thread_name_prefix="report") as pool:
            try:
                yield pool, width
            except BaseException:
                # Whoever leaves early does not wait for what has not begun.
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return
    try:
        from distributed import Client
    except ImportError:
        raise UsageError(say("batch.no_dask")) from None
    try:
        client = Client(scheduler, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(say("batch.no_scheduler", address=scheduler, reason=error)) from None
    with client:
        width = sum(client.nthreads().values())
        if not width:
            raise UsageError(say("batch.no_workers", address=scheduler))
        # Pure tasks whose result nobody asks for twice: a key of its own each, so that no result is kept.
        with client.get_executor(pure=False) as pool:
            yield pool, width


def outcomes(pool: Executor, width: int, batches: Sequence[Batch]) -> Iterator[Outcome]:
    """The outcomes of ``batches`` as they come.

    Only some batches more than can run are handed over at a time: what has been made waits in memory until it is
    written. A batch that fails as a whole gives a failed outcome for each of its reports.
    """
    waiting = iter(batches)
    running: dict[Future[list[Outcome]], Batch] = {}
    while True:
        for batch in waiting:
            running[pool.submit(render_batch, batch)] = batch
            if len(running) >= 2 * width:
                break
        if not running:
            return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            batch = running.pop(future)
            try:
                error = future.exception()
            except CancelledError as cancelled:  # a scheduler that went away
                error = cancelled
            yield from future.result() if error is None else (failed(task, error) for task in batch.tasks)
