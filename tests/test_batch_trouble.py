"""What can go wrong with a batch: two runs at once, a full disk, a read-only folder, a notebook that fails."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from batches import command, make_nation, reports_in, run, start, tree
from conftest import ROOT

PLACES = 3


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trouble") / "data"
    make_nation(folder, places=PLACES, seed=5)
    return folder


def test_of_two_runs_on_one_folder_the_second_refuses_and_nothing_is_damaged(
    data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first = start("run", data, out, "--jobs", "1")
    deadline = time.monotonic() + 60
    while not (out / ".planeval" / "running").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    second = run("run", data, out, "--jobs", "1")
    shown, err = first.communicate(timeout=300)
    assert (first.returncode, err) == (0, ""), shown
    assert second.status == 1
    assert f"{out} 正由另一个 planeval 进程写入。请等它结束再运行，或用 --out 指定别的文件夹。" in second.err
    assert len(reports_in(out)) == 2 * PLACES
    whole = tree(out)
    assert run("run", data, out).status == 0
    assert tree(out) == whole


def test_a_read_only_folder_is_said_and_the_old_reports_stay(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("run", data, out, "--kind", "midterm").status == 0
    before = tree(out)
    # Even the administrator, who may write anywhere, cannot write below a file.
    shutil.move(out / ".planeval", tmp_path / "aside")
    (out / ".planeval").write_text("", encoding="utf-8")
    done = run("run", data, out, "--force")
    assert done.status == 1
    assert f"无法写入 {out}" in done.err and "原有文件保持不变；请检查磁盘空间和写权限" in done.err
    (out / ".planeval").unlink()
    assert tree(out) == before


def test_a_full_disk_is_said_for_each_report_and_the_old_ones_stay(data: Path, tmp_path: Path) -> None:
    """A file system of its own, so small that no second set of reports fits in it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        # Without the right to mount one: a limit on the size of a file gives the same error on writing.
        done = subprocess.run(
            ["bash", "-c", f"ulimit -f 64; exec {shlex.join(command('run', data, disk))}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 1 and "无法写入" in done.stderr and "Traceback" not in done.stderr
        assert reports_in(disk) == []
        return
    try:
        out = disk / "out"
        assert run("run", data, out, "--kind", "midterm", "--plan", *plans(data)[:1]).status == 0
        before = tree(out)
        filler = disk / "filler"
        filler.write_bytes(b"\0" * (room(disk) - 150_000))
        done = run("run", data, out, "--kind", "midterm", "--force")
        assert done.status == 1
        assert "无法写入 " in done.err and "No space left on device" in done.err
        assert "请检查磁盘空间和写权限" in done.err
        after = tree(out)
        assert {name: after.get(name) for name in before if name.startswith("c1")} == {
            name: digest for name, digest in before.items() if name.startswith("c1")
        }
        filler.unlink()
        again = run("run", data, out, "--kind", "midterm")
        assert (again.status, again.err) == (0, "")
        assert len(reports_in(out)) == PLACES
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def room(disk: Path) -> int:
    state = os.statvfs(disk)
    return state.f_bavail * state.f_frsize


def plans(data: Path) -> list[str]:
    return sorted(path.stem for path in (data / "plans").glob("*.yaml"))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, data: Path) -> tuple[Path, str]:
    """A copy of the project whose mid-term notebook fails for one plan; and that plan."""
    root = tmp_path_factory.mktemp("project")
    for name in ("planeval", "notebooks", "expectations"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pipeline.py", root)
    broken = plans(data)[1]
    notebook = root / "notebooks/midterm_evaluation.ipynb"
    text = notebook.read_text(encoding="utf-8")
    cell = "overview.banner(evaluation)"
    assert cell in text
    notebook.write_text(
        text.replace(cell, f"print('so far so good'); assert plan != '{broken}', 'not this one'; {cell}", 1),
        encoding="utf-8",
    )
    return root, broken


def test_one_failing_report_does_not_stop_the_others_and_the_recap_says_all(
    project: tuple[Path, str], data: Path, tmp_path: Path
) -> None:
    root, broken = project
    out = tmp_path / "out"
    done = run("run", data, out, "--jobs", "2", root=root)
    assert done.status == 1
    made = {f"{folder.parent.name}/{folder.name}" for folder in reports_in(out)}
    assert made == {f"{plan}/{kind}" for plan in plans(data) for kind in ("midterm", "final")} - {
        f"{broken}/midterm"
    }
    lines = done.err.strip().splitlines()
    assert lines[0] == "以下报告生成失败："
    found = re.fullmatch(
        rf"  {broken} 中期评估：notebooks/midterm_evaluation.ipynb 第(\d+)个代码单元：AssertionError：not this one",
        lines[1],
    )
    assert found and found[1] == "4"
    log = Path(lines[2].removeprefix("    详情：").split("，")[0])
    assert "not this one" in log.read_text(encoding="utf-8")
    executed = log.with_name("report.ipynb").read_text(encoding="utf-8")
    assert "so far so good" in executed and "AssertionError" in executed
    again = lines[-1].removeprefix("重新生成这些报告：")
    assert again == shlex.join(
        ["python", *command("run", data, out)[1:], "--plan", broken, "--kind", "midterm", "--jobs", "2"]
    )
    assert "结束：发布 5 份报告，未变 0 份，搁置 0 份，失败 1 份。" in done.out


def test_the_printed_command_makes_just_the_failed_report(
    project: tuple[Path, str], data: Path, tmp_path: Path
) -> None:
    root, broken = project
    out = tmp_path / "out"
    first = run("run", data, out, root=root)
    index = (out / "index.html").read_text(encoding="utf-8")
    assert "not this one" in index
    before = tree(out)
    words = shlex.split(first.err.strip().splitlines()[-1].removeprefix("重新生成这些报告："))
    # Run by the project whose notebook is whole.
    done = subprocess.run(
        [sys.executable, *words[1:]], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    after = tree(out)
    changed = {name.rpartition("/")[0] for name in {*before, *after} if before.get(name) != after.get(name)}
    assert {name for name in changed if name.startswith("c1")} == {f"{broken}/midterm"}
    assert "not this one" not in (out / "index.html").read_text(encoding="utf-8")
