"""What a run shows while it works and when it is over: a live line, plain lines, nothing, or JSON."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import termios
from pathlib import Path

import pytest
from batches import command, make_nation, run
from conftest import ROOT

from planeval.batch import progress
from planeval.batch.progress import Progress, duration
from planeval.batch.state import State


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1秒"), (59.6, "60秒"), (89, "89秒"), (91, "2分钟"), (3600, "60分钟")]
)
def test_a_span_of_time_is_said_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_few_reports_have_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    shown = Progress(5, skipped=3)
    shown.add("done", "甲 发布")
    shown.add("held", "乙 搁置")
    shown.close()
    assert capsys.readouterr().out.splitlines() == ["甲 发布", "乙 搁置"]
    assert dict(shown.counts) == {"skipped": 3, "done": 1, "held": 1}


def test_of_many_only_what_went_wrong_and_now_and_then_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 10_000, 2))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    shown = Progress(1000)
    for number in range(100):
        shown.add("failed" if number == 7 else "done", f"{number} 号")
    lines = capsys.readouterr().out.splitlines()
    assert "7 号" in lines and "8 号" not in lines
    told = [line for line in lines if "号" not in line]
    assert 5 < len(told) < 50
    assert re.fullmatch(r"\d+/1000：生成\d+ 未变0 搁置0 失败[01]，每分钟\d+份，还需约\d+分钟", told[-1])


def test_quiet_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    shown = Progress(2, quiet=True)
    shown.add("done", "甲")
    shown.add("failed", "乙")
    shown.close()
    assert capsys.readouterr().out == ""


def test_timings_are_remembered_for_the_estimate(tmp_path: Path) -> None:
    state = State(tmp_path)
    assert state.seconds_a_report() is None
    state.add_timings([0.1, 0.3])
    assert state.seconds_a_report() == pytest.approx(0.2)
    state.add_timings([1.0] * 600)
    assert state.seconds_a_report() == 1.0
    (tmp_path / ".planeval" / "timings.json").write_text("torn", encoding="utf-8")
    assert state.seconds_a_report() is None


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("progress") / "data"
    make_nation(folder, places=2, seed=1)
    return folder


def test_json_is_all_that_is_printed_and_says_what_became_of_everything(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = run("run", data, out, "--json")
    assert (first.status, first.err) == (0, "")
    plans = sorted(path.stem for path in (data / "plans").glob("*.yaml"))
    document = first.document
    assert sorted(document["published"]) == sorted(f"{p}/{k}" for p in plans for k in ("midterm", "final"))
    assert document["unchanged"] == [] and document["failed"] == {} and document["seconds"] > 0
    again = run("run", data, out, "--json").document
    assert again["published"] == [] and len(again["unchanged"]) == 4
    dry = run("run", data, out, "--json", "--force", "--dry-run").document
    assert len(dry["due"]) == 4 and dry["estimated_seconds"] > 0 and dry["dry_run"] is True


def test_quiet_prints_nothing_when_all_is_well(data: Path, tmp_path: Path) -> None:
    assert run("report", data, tmp_path / "out", "--quiet")[:3] == (0, "", "")


def test_on_a_terminal_there_is_one_live_line(data: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 120))
    child = subprocess.Popen(
        command("report", data, tmp_path / "out"),
        cwd=ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = io.BytesIO()
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other end has closed
            break
        if not piece:
            break
        shown.write(piece)
    assert child.wait(timeout=60) == 0
    os.close(ours)
    text = shown.getvalue().decode("utf-8", "replace")
    assert "\r" in text and re.search(r"生成\d 未变0 搁置0 失败0，每分钟\d+份，还需约", text), text
    # The lines of the reports stand above it, each whole and once.
    assert len(re.findall(r"→ \S+/midterm/index\.html", text)) == 2
