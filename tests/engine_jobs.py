"""Jobs for the tests of the warm engine: functions that a fork finds by their names."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from planeval.engine import emit, in_fork

HELD: list[str] = []


class Unpicklable(Exception):
    """An exception that does not come out of a pickle again."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)


def add(a: int, b: int) -> int:
    return a + b


def whoami() -> tuple[int, bool, str]:
    return os.getpid(), in_fork(), os.getcwd()


def hold(text: str) -> int:
    HELD.append(text)
    return os.getpid()


def held() -> list[str]:
    return HELD


def fail(kind: str) -> None:
    if kind == "unpicklable":
        raise Unpicklable("two ", "words")
    raise KeyError(kind)


def count(to: int) -> str:
    for number in range(to):
        emit({"number": number})
    return "counted"


def kill_myself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave(status: int) -> None:
    os._exit(status)


def leave_someone_behind(folder: str) -> None:
    """Die while a process made by the job lives on and holds everything open."""
    if os.fork() == 0:
        end = time.monotonic() + 60
        while not Path(folder, "go").exists() and time.monotonic() < end:
            time.sleep(0.05)
        os._exit(0)
    Path(folder, "ready").touch()
    os.kill(os.getpid(), signal.SIGKILL)


def sleep_and_tell(seconds: float) -> None:
    emit(os.getpid())
    time.sleep(seconds)


def start_thread() -> None:
    threading.Thread(target=time.sleep, args=(3600,), daemon=True, name="left-over").start()


def change_everything(folder: str) -> None:
    import matplotlib
    import pandas as pd

    os.environ["PLANEVAL_TEST_LEAK"] = "1"
    os.chdir(folder)
    matplotlib.rcParams["lines.linewidth"] = 77
    pd.set_option("display.max_rows", 7)
    sys.modules["planeval_test_leak"] = sys
    HELD.append("leaked")


def state() -> dict[str, Any]:
    import matplotlib
    import pandas as pd

    return {
        "environ": os.environ.get("PLANEVAL_TEST_LEAK"),
        "cwd": os.getcwd(),
        "linewidth": matplotlib.rcParams["lines.linewidth"],
        "rows": pd.get_option("display.max_rows"),
        "module": "planeval_test_leak" in sys.modules,
        "held": list(HELD),
    }


def random_numbers() -> tuple[float, float]:
    import random

    import numpy as np

    return random.random(), float(np.random.rand())


def before_a_fork() -> dict[str, Any]:
    """What the template holds, as a fork of it finds it."""
    import asyncio

    import zmq

    return {
        "loaded": {"pandas", "matplotlib", "IPython", "papermill", "planeval.evaluate.evaluation"}
        & set(sys.modules),
        "threads": [thread.name for thread in threading.enumerate()],
        "context": zmq.Context._instance,
        "loop": asyncio.get_event_loop_policy()._local._loop,
    }


def open_files() -> list[str]:
    """What the open file descriptors of this process lead to (Linux)."""
    found = []
    for handle in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{handle}"))
        except OSError:
            continue
    return found


def leave_files_to_the_end(folder: str) -> None:
    """Register work for the end of the process, in the two ways Python has."""
    import atexit
    import tempfile
    import weakref

    atexit.register(Path(folder, "atexit").touch)
    HELD.append(tempfile.TemporaryDirectory(dir=folder, prefix="left-"))  # type: ignore[arg-type]
    keeper = Unpicklable("", "")
    HELD.append(keeper)  # type: ignore[arg-type]
    weakref.finalize(keeper, Path(folder, "finalized").touch)


def keep_folder(folder: str) -> None:
    """In the template: a folder that goes when the template goes."""
    import tempfile

    HELD.append(tempfile.TemporaryDirectory(dir=folder, prefix="kept-"))  # type: ignore[arg-type]


def run_notebook(path: str, **options: Any) -> Any:
    """A notebook with papermill's engine ``planeval``, in this very process."""
    from engine_notebooks import run

    return run("planeval", path, **options)


def run_project_notebook(name: str, parameters: dict[str, Any], engine: str) -> str:
    import nbformat

    from planeval.render.execute import execute

    return nbformat.writes(execute(name, parameters, engine))  # type: ignore[arg-type]


def run_two_notebooks(path: str) -> None:
    run_notebook(path)
    run_notebook(path)


def tell_and_sleep() -> None:
    """In the template: show on standard output that it is busy, and stay so."""
    os.write(1, b"busy 0\n")
    time.sleep(600)
