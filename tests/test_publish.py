"""Publishing: a report is there whole or not at all, and an earlier one survives every failure."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from planeval.render import publish
from planeval.render.publish import PublishError, recover, write_file, write_folder


@pytest.fixture
def no_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that cannot exchange two folders in one step."""
    monkeypatch.setattr(publish, "_exchange", lambda one, other: False)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    folder = tmp_path / "reports/mawei/midterm"
    write_folder(folder, {"index.html": "old", "only-in-old.csv": b"1"})
    return folder


def content(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


OLD = {"index.html": "old", "only-in-old.csv": "1"}


def nothing_left_behind(folder: Path) -> bool:
    return [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_new_report_replaces_the_old_one_whole(report: Path) -> None:
    write_folder(report, {"index.html": "新", "evaluation.json": "{}\n"})
    assert content(report) == {"index.html": "新", "evaluation.json": "{}\n"}
    assert nothing_left_behind(report)


def test_line_ends_are_written_as_given(report: Path) -> None:
    write_folder(report, {"a.csv": "1\r\n2\n"})
    assert (report / "a.csv").read_bytes() == b"1\r\n2\n"


def test_a_full_disk_in_the_middle_leaves_the_old_report(
    report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_bytes = Path.write_bytes

    def full(path: Path, raw: bytes) -> int:
        if path.name == "second":
            raise OSError(errno.ENOSPC, "No space left on device")
        return write_bytes(path, raw)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(PublishError) as refused:
        write_folder(report, {"first": "1", "second": "2", "third": "3"})
    assert str(refused.value) == (
        f"无法写入 {report}（No space left on device）。"
        "原有文件保持不变；请检查磁盘空间和写权限，或用 --out 指定别的文件夹。"
    )
    assert content(report) == OLD and nothing_left_behind(report)


def test_a_break_in_the_middle_leaves_the_old_report(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(path: Path, raw: bytes) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_folder(report, {"index.html": "new"})
    assert content(report) == OLD and nothing_left_behind(report)


@pytest.mark.usefixtures("no_exchange")
@pytest.mark.parametrize("failing", [1, 2])
def test_a_rename_that_fails_leaves_the_old_report(
    report: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    rename, calls = os.rename, []

    def refusing(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == failing:
            raise PermissionError(errno.EACCES, "Permission denied")
        rename(source, target)

    monkeypatch.setattr(os, "rename", refusing)
    with pytest.raises(PublishError, match="Permission denied"):
        write_folder(report, {"index.html": "new"})
    assert content(report) == OLD and nothing_left_behind(report)


def test_a_first_report_that_fails_leaves_no_half_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(source: Path, target: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "rename", refusing)
    with pytest.raises(PublishError):
        write_folder(tmp_path / "reports/mawei/final", {"index.html": "new"})
    assert list((tmp_path / "reports/mawei").iterdir()) == []


@pytest.mark.parametrize("write", ["folder", "file"])
def test_a_place_below_a_file_is_refused(tmp_path: Path, write: str) -> None:
    blocked = tmp_path / "reports"
    blocked.write_text("mine", encoding="utf-8")
    with pytest.raises(PublishError) as refused:
        if write == "folder":
            write_folder(blocked / "mawei/midterm", {"index.html": "x"})
        else:
            write_file(blocked / "index.html", "x")
    assert str(refused.value).startswith(f"无法写入 {blocked}")
    assert "原有文件保持不变" in str(refused.value)
    assert blocked.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("write", ["folder", "file"])
def test_a_read_only_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: str) -> None:
    def read_only(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("tempfile.mkdtemp", read_only)
    monkeypatch.setattr("tempfile.mkstemp", read_only)
    with pytest.raises(PublishError, match=r"Read-only file system.*--out"):
        if write == "folder":
            write_folder(tmp_path / "midterm", {"index.html": "x"})
        else:
            write_file(tmp_path / "index.html", "x")
    assert list(tmp_path.iterdir()) == []


def test_one_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "a/b/index.html"
    write_file(file, "一\n")
    write_file(file, "二\n")
    assert file.read_bytes() == "二\n".encode()
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_one_file_that_fails_keeps_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    file = tmp_path / "index.html"
    write_file(file, "old")

    def failing(source: str, target: Path) -> None:
        raise error

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(PublishError if isinstance(error, OSError) else KeyboardInterrupt):
        write_file(file, "new")
    assert content(tmp_path) == {"index.html": "old"}


@pytest.mark.skipif(os.name == "nt", reason="modes of files are POSIX")
def test_what_is_published_can_be_read_by_everyone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_folder(tmp_path / "midterm", {"index.html": "x"})
        write_file(tmp_path / "index.html", "x")
    finally:
        os.umask(before)
    for path in (tmp_path / "midterm/index.html", tmp_path / "index.html"):
        assert path.stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "midterm").stat().st_mode & 0o777 == 0o755


@pytest.mark.usefixtures("no_exchange")
def test_an_interrupt_between_the_two_renames_brings_the_old_report_back(
    report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename, calls = os.rename, []

    def interrupted(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise KeyboardInterrupt
        rename(source, target)

    monkeypatch.setattr(os, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_folder(report, {"index.html": "new"})
    assert content(report) == OLD and nothing_left_behind(report)


def test_where_folders_can_be_exchanged_the_report_is_never_away(
    report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if publish._renameat2() is None:
        assert not publish._exchange(report, report)
        return

    def refused(source: Path, target: Path) -> None:
        raise AssertionError("the report was moved away")

    monkeypatch.setattr(os, "rename", refused)
    write_folder(report, {"index.html": "new"})
    assert content(report) == {"index.html": "new"} and nothing_left_behind(report)


@pytest.mark.usefixtures("no_exchange")
def test_what_a_killed_process_took_away_comes_back(report: Path, tmp_path: Path) -> None:
    staging = tmp_path / "staging"
    killed = os.fork()
    if not killed:
        rename = os.rename

        def die_after_the_first(source: Path, target: Path) -> None:
            rename(source, target)
            os._exit(9)

        os.rename = die_after_the_first  # type: ignore[assignment]
        write_folder(report, {"index.html": "new"}, staging)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(killed, 0)[1]) == 9
    assert not report.exists()
    (staging / ".index.html-half").write_text("half", encoding="utf-8")
    recover(staging)
    assert content(report) == OLD and list(staging.iterdir()) == []


def test_a_file_where_the_folder_goes_is_not_overwritten(tmp_path: Path) -> None:
    taken = tmp_path / "midterm"
    taken.write_text("mine", encoding="utf-8")
    with pytest.raises(PublishError, match="不是文件夹"):
        write_folder(taken, {"index.html": "new"})
    assert taken.read_text(encoding="utf-8") == "mine"
