"""Running a command and measuring it: clock time, processor time of all its processes, memory of all together."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

SAMPLE_SECONDS = 0.5
LIBRARIES = ("papermill", "nbconvert", "nbclient", "ipykernel", "ipython", "pandas", "matplotlib")


class BenchError(Exception):
    """A measurement could not be made; the text says what failed and where its output is."""


@dataclass(frozen=True)
class Run:
    """A finished command. ``cpu``: user and system seconds of it and of all its descendants that were waited for.
    ``peak``: most bytes of memory of all its processes together, None when nobody watched."""

    wall: float
    cpu: float
    output: str
    peak: int | None = None


def run(
    command: Sequence[str],
    log: Path,
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    watch: bool = False,
) -> Run:
    """Run ``command`` to its end; stdout is returned, stderr goes to the file ``log``.

    Raises:
        BenchError: it ended with a status other than 0.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    output = log.with_suffix(".out")
    with output.open("wb") as out, log.open("wb") as err:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
        memory = PeakMemory(process.pid) if watch else None
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()
            process.wait()
            raise
        finally:
            if memory is not None:
                memory.stop()
        wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)  # so that Popen does not wait for it again
    if process.returncode:
        tail = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise BenchError(f"{' '.join(command[:6])} ...: status {process.returncode}, see {log}\n{tail}")
    text = output.read_text(encoding="utf-8", errors="replace")
    cpu = usage.ru_utime + usage.ru_stime
    return Run(wall, cpu, text, memory.peak if memory is not None else None)


class PeakMemory:
    """Samples, twice a second, the memory of a process and all its descendants together.

    Memory is the proportional set size: a page that several processes share (a template and its forks) counts once.
    Only Linux tells it; elsewhere ``peak`` stays None.
    """

    def __init__(self, root: int) -> None:
        self.root, self.peak = root, None
        self.samples = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        if Path("/proc/self/smaps_rollup").exists():
            self.peak: int | None = 0
            self._thread.start()

    def stop(self) -> None:
        """Take no more samples."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.is_set():
            total = sum(proportional_set_size(pid) for pid in descendants(self.root))
            self.peak = max(self.peak or 0, total)
            self.samples += 1
            self._stopped.wait(SAMPLE_SECONDS)


def descendants(root: int) -> list[int]:
    """``root`` and every process below it, from /proc."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            stat = Path("/proc", entry, "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # it has ended meanwhile
        # The second field is the program's name in brackets and may hold anything.
        children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def proportional_set_size(pid: int) -> int:
    """Bytes of a process's memory, each shared page divided among those that share it; 0 when it has ended."""
    try:
        lines = Path("/proc", str(pid), "smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def median(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def spread(values: Sequence[float], digits: int = 4) -> dict[str, object]:
    """Minimum, median and maximum, and every value, for the JSON."""
    return {
        "min": round(min(values), digits),
        "median": round(median(values), digits),
        "max": round(max(values), digits),
        "values": [round(v, digits) for v in values],
    }


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = None
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1)
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": _processor(),
        "cores": cores,
        "memory_gib": memory,
        "python": sys.version.split()[0],
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
        "load": [round(x, 2) for x in os.getloadavg()] if hasattr(os, "getloadavg") else None,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
