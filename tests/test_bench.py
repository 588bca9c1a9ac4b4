"""The benchmark in miniature: it really runs every way of making a report, and its figures come from those runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.bench import Row, table
from benchmarks.measure import BenchError, PeakMemory, descendants, run

ROOT = Path(__file__).resolve().parents[1]
LINUX = Path("/proc/self/smaps_rollup").exists()


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What ``make bench ARGS=--quick`` writes, with the table it prints as ``table``."""
    work = tmp_path_factory.mktemp("bench")
    words = [sys.executable, "benchmarks/bench.py", "--quick", "--work", str(work)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
    written: dict[str, Any] = json.loads((work / "results.json").read_text(encoding="utf-8"))
    return {**written, "table": done.stdout, "left": sorted(p.name for p in work.iterdir())}


def row(result: dict[str, Any], words: str) -> dict[str, Any]:
    (found,) = [r for r in result["rows"] if words in r["what"]]
    return dict(found)


def ratio_of(found: dict[str, Any], over: str, under: str) -> list[float]:
    pairs = zip(found["detail"][over]["values"], found["detail"][under]["values"], strict=True)
    return [a / b for a, b in pairs]


# ---- the whole of it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "against a shell loop",
        "bare limit",
        "cold start",
        "HTML of the largest",
        "reports: size",
        "opens from disk",
        "a search",
        "places x 2 kinds",
        "time a report against",
        "nothing changed",
        "row changed",
    ],
)
def test_every_figure_is_in_the_table_and_in_the_file(result: dict[str, Any], words: str) -> None:
    found = row(result, words)
    if words != "bare limit":  # the difference of two batches, which in miniature is mostly noise
        assert found["value"] > 0
    assert isinstance(found["value"], float | int)
    assert found["runs"] >= 1
    assert f"| {found['what']}" in result["table"]
    assert found["shown"] in result["table"]


def test_memory_is_measured_where_the_system_tells_it(result: dict[str, Any]) -> None:
    found = row(result, "peak memory")
    if LINUX:
        assert found["detail"]["bytes"] > 50_000_000
    else:
        assert found["value"] is None and found["note"]


def test_without_ploomber_engine_its_figure_says_why_and_the_others_stand(result: dict[str, Any]) -> None:
    first, *held = [r for r in result["rows"] if "ploomber-engine" in r["what"]]
    if first["value"] is None:
        assert "could not be installed" in first["note"]
    else:
        assert [r["what"] for r in held] == [f"{first['what']}, its data held in memory too"]
        for found in (first, *held):
            expected = ratio_of(found, "embedded_seconds_a_report", "batch_seconds_a_report")
            assert found["detail"]["ratio"]["values"] == pytest.approx(expected, rel=0.02)


def test_ratios_are_those_of_the_times_measured(result: dict[str, Any]) -> None:
    for words, over, under in (
        ("against a shell loop", "shell_seconds_a_report", "batch_seconds_a_report"),
        ("bare limit", "batch_cpu_seconds_a_report", "bare_cpu_seconds_a_report"),
        ("cold start", "shell_seconds", "pipeline_seconds"),
    ):
        found = row(result, words)
        expected = ratio_of(found, over, under)
        assert found["detail"]["ratio"]["values"] == pytest.approx(expected, rel=0.02)
        assert found["runs"] == len(expected)


def test_a_figure_of_a_small_nation_claims_no_national_target(result: dict[str, Any]) -> None:
    national = ("places x 2 kinds", "time a report against", "nothing changed", "row changed")
    for words in (*national, "reports: size", "a search"):
        assert row(result, words)["reached"] is None


def test_only_the_logs_and_the_figures_are_left(result: dict[str, Any]) -> None:
    assert set(result["left"]) - {"ploomber"} == {"logs", "results.json"}
    assert result["machine"]["cores"] >= 1


# ---- its parts ------------------------------------------------------------------------------------------------------


def test_a_figure_that_was_not_measured_says_so_in_the_table() -> None:
    text = table([Row("something", ">= 2 x", note="no network"), Row("other", "", 3.0, "3.00 x", None, 4)])
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    assert lines[2] == ["something", "not measured: no network", ">= 2 x", "-", "0"]
    assert lines[3] == ["other", "3.00 x", "-", "-", "4"]
    assert len({len(line) for line in text.splitlines()}) == 1


def test_a_missed_target_stands_out_in_the_table() -> None:
    text = table([Row("slow", ">= 20 x", 3.0, "3.00 x", False, 4)])
    assert text.splitlines()[2].split("|")[4].strip() == "NO"


def test_processor_time_counts_what_a_command_started(tmp_path: Path) -> None:
    busy = "import time\nwhile time.process_time() < 0.4: pass"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])"
    done = run([sys.executable, "-c", outer], tmp_path / "busy.log", cwd=tmp_path)
    assert done.cpu >= 0.4
    assert done.peak is None


def test_a_command_that_fails_ends_the_measurement_with_what_it_said(tmp_path: Path) -> None:
    words = [sys.executable, "-c", "import sys; sys.exit('no such nation')"]
    with pytest.raises(BenchError, match="no such nation"):
        run(words, tmp_path / "failing.log", cwd=tmp_path)


@pytest.mark.skipif(not LINUX, reason="only Linux tells the memory that processes share")
def test_memory_is_that_of_a_process_and_its_children_together(tmp_path: Path) -> None:
    child = "x = b'1' * 60_000_000; print(flush=True); input()"
    words = [sys.executable, "-c", child]
    outer = f"import subprocess; p = subprocess.Popen({words!r}, stdout=-1, stdin=-1); p.stdout.readline(); print(flush=True); input(); p.communicate(b'\\n')"
    with subprocess.Popen([sys.executable, "-c", outer], stdout=-1, stdin=-1) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert len(descendants(process.pid)) == 2
        memory = PeakMemory(process.pid)
        while not memory.samples:
            os.sched_yield()
        memory.stop()
        process.communicate(b"\n")
    assert memory.peak is not None and memory.peak > 60_000_000
