"""The same batch on a Dask cluster: a real scheduler and two workers on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
from batches import make_nation, reports_in, run, start, tree
from conftest import ROOT

PLACES = 24


class Cluster(NamedTuple):
    """A scheduler's address and the processes of its workers."""

    address: str
    workers: list[subprocess.Popen[bytes]]


def _dask(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    with (folder / f"{words[0]}-{time.monotonic_ns()}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            env={**os.environ, "DASK_DISTRIBUTED__WORKER__PRELOAD": "[]", "PYTHONPATH": str(ROOT)},
        )


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    file = tmp_path / "scheduler.json"
    started = [
        _dask(
            tmp_path,
            "distributed.cli.dask_scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(file),
        )
    ]
    try:
        deadline = time.monotonic() + 60
        while not file.exists() or not file.read_text(encoding="utf-8").strip():
            assert time.monotonic() < deadline and started[0].poll() is None
            time.sleep(0.1)
        from distributed import Client

        with Client(scheduler_file=str(file), timeout="30s", set_as_default=False) as client:
            address = client.scheduler.address
            for _ in range(2):
                worker = ["distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny"]
                started.append(
                    _dask(tmp_path, *worker, "--no-dashboard", "--local-directory", str(tmp_path / "scratch"))
                )
            client.wait_for_workers(2, timeout=60)
        yield Cluster(address, started[1:])
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cluster") / "data"
    make_nation(folder, places=PLACES, seed=2)
    return folder


def test_the_cluster_gives_the_same_bytes_even_when_a_worker_dies(
    cluster: Cluster, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    local = run("report", data, out, "--kind", "midterm")
    assert (local.status, local.err) == (0, "")
    expected = tree(out)
    shutil.rmtree(out)

    words = ("report", data, out, "--kind", "midterm", "--scheduler", cluster.address)
    done = run(*words)
    assert (done.status, done.err) == (0, "")
    assert tree(out) == expected
    shutil.rmtree(out)

    child = start(*words)
    victim = cluster.workers[0]
    deadline = time.monotonic() + 120
    # In the middle of its work: its template has forks.
    while time.monotonic() < deadline and not _forks(victim.pid):
        time.sleep(0.02)
    family = psutil.Process(victim.pid).children(recursive=True)
    os.kill(victim.pid, signal.SIGKILL)
    shown, err = child.communicate(timeout=300)
    assert (child.returncode, err) == (0, ""), shown
    assert len(reports_in(out)) == PLACES and tree(out) == expected
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive, "the killed worker left processes behind"


def _forks(pid: int) -> bool:
    try:
        return any(child.children() for child in psutil.Process(pid).children())
    except psutil.NoSuchProcess:
        return False


def test_a_scheduler_that_is_not_there_or_has_no_workers_is_said(data: Path, tmp_path: Path) -> None:
    done = run("report", data, tmp_path / "out", "--scheduler", "tcp://127.0.0.1:1")
    assert done.status == 2
    assert "tcp://127.0.0.1:1 没有 Dask 调度器应答" in done.err and "dask scheduler" in done.err
    assert reports_in(tmp_path / "out") == []


def test_an_address_that_is_none_is_wrong_use(data: Path, tmp_path: Path) -> None:
    done = run("report", data, tmp_path / "out", "--scheduler", "localhost")
    assert done.status == 2 and "调度器地址“localhost”不对，应如 tcp://127.0.0.1:8786。" in done.err
