"""What an import writes together: all of it or nothing, and nothing when the data are no longer those it was checked with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from conftest import Cli
from imports import imported_rows, mapping_file, table_file

from planeval.batch.lock import only_run
from planeval.errors import PlanevalError
from planeval.read.inventory import hash_files
from planeval.stages.importing import Override, give_back, propose, write
from planeval.workbook import all_or_none
from planeval.workbook.storing import NewFile, store

GDP = {"地区生产总值": {"variable": "gdp", "unit": "亿元"}}
FULL = OSError(28, "No space left on device")


def files_of(data: Path) -> list[NewFile]:
    (data / "progress").mkdir(exist_ok=True)
    (data / "progress" / "mawei.csv").write_text("alt\n", encoding="utf-8")
    (data / "progress" / "gulou.csv").write_text("alt\n", encoding="utf-8")
    return [
        NewFile("observations/neu.csv", b"neu\n", {}),
        NewFile("progress/mawei.csv", b"alt\nneu\n", {}, b"alt\n"),
        NewFile("progress/gulou.csv", b"alt\nneu\n", {}, b"alt\n"),
    ]


def everything(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def refusing(monkeypatch: pytest.MonkeyPatch, name: str, about: str, stop: BaseException) -> None:
    """Make ``os.<name>`` fail where its target is called ``about``."""
    real = getattr(os, name)

    def refuse(source: Any, target: Any) -> None:
        if Path(target).name == about:
            raise stop
        real(source, target)

    monkeypatch.setattr(os, name, refuse)


def test_all_files_are_written_and_nothing_else_is_left(tiny_data: Path) -> None:
    files = files_of(tiny_data)
    before = everything(tiny_data)
    store(tiny_data, files, hash_files(tiny_data))
    assert everything(tiny_data) == before | {new.file: new.content for new in files}


def test_a_disk_that_is_full_changes_nothing(tiny_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tiny_data)
    before = everything(tiny_data)

    def full(handle: int) -> None:
        raise FULL

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PlanevalError) as stop:
        store(tiny_data, files, hash_files(tiny_data))
    assert str(stop.value) == (
        "无法写入 observations/neu.csv（No space left on device）。已经写入的都已撤回，数据文件夹与导入前相同；"
        "请检查磁盘空间和写权限后重新导入。"
    )
    assert everything(tiny_data) == before


def test_where_the_last_file_cannot_be_moved_the_others_are_put_back_without_writing(
    tiny_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = files_of(tiny_data)
    before, seen = everything(tiny_data), hash_files(tiny_data)
    calls: list[str] = []
    real = os.replace

    def last_fails(source: Any, target: Any) -> None:
        calls.append(Path(target).name)
        if calls.count("gulou.csv") == 1 and calls[-1] == "gulou.csv":
            raise FULL
        real(source, target)

    monkeypatch.setattr(os, "replace", last_fails)
    with pytest.raises(PlanevalError) as stop:
        store(tiny_data, files, seen)
    assert str(stop.value).startswith("无法写入 progress/gulou.csv（No space left on device）。")
    assert everything(tiny_data) == before


def test_an_interruption_puts_back_what_was_written(tiny_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_of(tiny_data)
    before, seen = everything(tiny_data), hash_files(tiny_data)
    real, calls = os.replace, []

    def interrupted(source: Any, target: Any) -> None:
        real(source, target)
        calls.append(target)
        if len(calls) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store(tiny_data, files, seen)
    assert everything(tiny_data) == before


def test_a_file_that_cannot_be_put_back_is_named_with_its_former_content(
    tiny_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = files_of(tiny_data)
    seen = hash_files(tiny_data)
    real, calls = os.replace, []

    def broken(source: Any, target: Any) -> None:
        calls.append(Path(target).name)
        if calls[-1] == "gulou.csv" or calls.count("mawei.csv") == 2:
            raise FULL
        real(source, target)

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(all_or_none.NotPutBack) as stop:
        store(tiny_data, files, seen)
    ((mawei, backup), (gulou, _)) = stop.value.left
    assert (mawei.name, gulou.name) == ("mawei.csv", "gulou.csv")
    assert backup is not None
    assert backup.read_bytes() == b"alt\n"
    assert str(stop.value).startswith(
        f"“{mawei}”写到一半，没有能恢复原状：原来的内容在 {backup}。请先把它改名为原来的文件，再做别的事情。"
    )
    assert not (tiny_data / "observations" / "neu.csv").exists()


def test_a_file_system_without_links_is_written_too(tiny_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(source: Any, target: Any) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", no_links)
    files = files_of(tiny_data)
    before = everything(tiny_data)
    store(tiny_data, files, hash_files(tiny_data))
    assert everything(tiny_data) == before | {new.file: new.content for new in files}


@pytest.mark.parametrize("file", ["progress/mawei.csv", "observations/neu.csv"])
def test_a_file_that_changed_after_the_check_stops_the_import(tiny_data: Path, file: str) -> None:
    files = files_of(tiny_data)
    seen = hash_files(tiny_data)
    (tiny_data / file).write_text("anders\n", encoding="utf-8")
    before = everything(tiny_data)
    with pytest.raises(PlanevalError) as stop:
        store(tiny_data, files, seen)
    assert str(stop.value) == f"{file} 在核对以后又有改动，没有写入任何内容。请重新导入。"
    assert everything(tiny_data) == before


def test_a_new_file_that_appears_in_the_last_moment_is_not_overwritten(
    tiny_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, seen = files_of(tiny_data), {}
    seen = hash_files(tiny_data)
    refusing(monkeypatch, "link", "neu.csv", FileExistsError(17, "File exists"))
    with pytest.raises(PlanevalError) as stop:
        store(tiny_data, files, seen)
    assert str(stop.value) == "observations/neu.csv 在核对以后又有改动，没有写入任何内容。请重新导入。"


def test_of_two_imports_proposed_side_by_side_the_second_is_refused(tmp_path: Path, tiny_data: Path) -> None:
    mapping = mapping_file(tmp_path, columns=GDP)
    tables = [table_file(tmp_path, name=name) for name in ("甲.csv", "乙.csv")]
    first, second = (propose(table, tiny_data, mapping, Override()) for table in tables)
    write(first, tiny_data)
    with pytest.raises(PlanevalError) as stop:
        write(second, tiny_data)
    assert str(stop.value) == "observations/甲.csv 在核对以后又有改动，没有写入任何内容。请重新导入。"
    assert not (tiny_data / "observations" / "乙.csv").exists()


def test_one_import_writes_at_a_time(
    tmp_path: Path, tiny_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planeval.batch.lock.PATIENCE", 0)
    proposal = propose(table_file(tmp_path), tiny_data, mapping_file(tmp_path, columns=GDP), Override())
    with only_run(tiny_data / ".planeval"), pytest.raises(PlanevalError) as stop:
        write(proposal, tiny_data)
    assert str(stop.value) == f"另一个导入正在写入 {tiny_data}，没有写入任何内容。请等它结束再重新导入。"


def test_a_workbook_named_like_a_database_is_read_back(tmp_path: Path, tiny_data: Path, run_cli: Cli) -> None:
    table = table_file(tmp_path, name="database-2024.csv")
    words = ("import", table, "--map", mapping_file(tmp_path, columns=GDP), "--data", tiny_data, "--yes")
    assert run_cli(*words)[0] == 0
    assert (tiny_data / "observations" / "import-database-2024.csv").is_file()
    status, out, _ = run_cli(*words)
    assert (status, out.splitlines()[-1]) == (0, "没有新的内容，无须写入。")


def test_rows_that_the_readers_would_pass_over_are_refused(
    tmp_path: Path, tiny_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planeval.workbook.storing._free_name", lambda data, workbook: "database-2024.csv")
    proposal = propose(table_file(tmp_path), tiny_data, mapping_file(tmp_path, columns=GDP), Override())
    assert [(p.rule, str(p.cell), p.message, p.remedy) for p in proposal.problems] == [
        (
            "not_read_back",
            cell,
            "无法确认这一行会被读取（observations/database-2024.csv），没有导入",
            "把工作簿换个名称后重新导入",
        )
        for cell in ("C2", "C3")
    ]


def test_a_long_name_is_cut_for_the_returned_workbook(tmp_path: Path, tiny_data: Path) -> None:
    table = table_file(tmp_path, "地区,地区生产总值\n马尾区,很多\n", name="填" * 82 + ".csv")
    proposal = propose(table, tiny_data, mapping_file(tmp_path, columns=GDP), Override())
    assert give_back(proposal, None).name == "填" * 60 + "-待改.xlsx"


def test_a_carriage_return_in_a_text_becomes_a_line_break(
    tmp_path: Path, tiny_data: Path, run_cli: Cli
) -> None:
    mapping = mapping_file(tmp_path, columns=GDP, source="公报\r第2页\r\n尾")
    run_cli("import", table_file(tmp_path), "--map", mapping, "--data", tiny_data, "--yes")
    assert imported_rows(tiny_data)[1:4] == [
        '350102,2024,gdp,530,亿元,illustrative,"公报',
        "第2页",
        '尾",2025-04-01,',
    ]
    assert b"\r" not in (tiny_data / "observations" / "年报.csv").read_bytes()
