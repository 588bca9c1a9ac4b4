"""Killed at any moment: nothing is torn, and the next run ends in the same bytes as one that was left alone."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest
from batches import Done, make_nation, reports_in, run, start, tree

PLACES, KILLS = 6, 10


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("resume") / "data"
    make_nation(folder, places=PLACES, seed=3)
    return folder


@pytest.fixture(scope="module")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done, float]:
    """An uninterrupted run, and how long it took. All runs write to a folder of one name: the notebooks' parameters
    hold it."""
    out = tmp_path_factory.mktemp("whole") / "out"
    began = time.monotonic()
    done = run("run", data, out, "--jobs", "2")
    return out, done, time.monotonic() - began


def torn(out: Path) -> list[str]:
    """What is wrong with the tree as it lies there."""
    wrong = []
    for folder in [path for path in out.glob("*/*/") if path.name in ("midterm", "final")]:
        record = folder / "record.json"
        if not record.is_file():
            wrong.append(f"{folder}: no record")
            continue
        for name, size in json.loads(record.read_text(encoding="utf-8"))["files"].items():
            if not (folder / name).is_file() or (folder / name).stat().st_size != size:
                wrong.append(f"{folder / name}: cut short")
    index = out / "index.html"
    if index.is_file() and not index.read_text(encoding="utf-8").rstrip().endswith("</html>"):
        wrong.append("index.html: cut short")
    return wrong


def test_a_run_killed_again_and_again_ends_in_the_same_bytes(
    data: Path, whole: tuple[Path, Done, float], tmp_path: Path
) -> None:
    finished, done, seconds = whole
    assert (done.status, done.err) == (0, "")
    wanted = tree(finished)
    # The same path, so that the parameters in the notebooks are the same: the first tree makes room.
    aside = finished.with_name("aside")
    finished.rename(aside)
    try:
        chance = random.Random(5)
        seen: list[int] = []
        for _ in range(KILLS):
            child = start("run", data, finished, "--jobs", "2")
            time.sleep(chance.uniform(0.2, 0.9) * seconds)
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate(timeout=60)
            assert torn(finished) == []
            seen.append(len(reports_in(finished)))
        assert seen == sorted(seen), "a published report went missing"
        last = run("run", data, finished, "--jobs", "2")
        assert (last.status, last.err) == (0, "")
        assert tree(finished) == wanted
    finally:
        os.rename(finished, tmp_path / "resumed")
        aside.rename(finished)


def test_an_interrupt_says_what_was_done_and_leaves_no_child(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    child = start("run", data, out, "--jobs", "2")
    deadline = time.monotonic() + 120
    while not reports_in(out) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(child.pid, signal.SIGINT)  # as the terminal does
    shown, err = child.communicate(timeout=30)
    assert child.returncode == 130
    assert "Traceback" not in shown + err
    assert "已中断：这次生成了 " in err and "重新运行即可继续" in err
    assert torn(out) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(child.pid, 0)
    again = run("run", data, out, "--jobs", "2")
    assert (again.status, again.err) == (0, "") and len(reports_in(out)) == 2 * PLACES
