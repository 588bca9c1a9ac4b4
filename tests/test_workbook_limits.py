"""Small workbooks that would cost minutes or the memory are refused, or read for what they really hold."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from test_workbook_safety import SHEET, changed, in_sheet, message_of

from planeval.model.findings import Severity
from planeval.workbook import package, safety
from planeval.workbook.entries import Cell, Problem
from planeval.workbook.grid import grid_of_sheet
from planeval.workbook.marking import AUTHOR, mark, unmark
from planeval.workbook.package import MEGABYTE
from planeval.workbook.safety import open_safely

PASTE = "把数值粘贴到一个新的工作簿后再导入"


def test_the_area_is_one_limit_for_all_sheets_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "MOST_AREA", 1000)
    book, path = Workbook(), tmp_path / "a.xlsx"
    for n in range(3):
        sheet: Any = book.create_sheet(f"s{n}")
        sheet["A1"], sheet["J50"] = 1, 1
    book.save(path)
    assert message_of(path) == (
        f"{path}: 工作表的范围 A1:J50 太大，最多为 1,000 个单元格；通常是很远的地方有一个空格或格式"
        " → 在 Excel 中按 Ctrl+End 找到最后一个单元格，删去表格以外的行和列，保存后再导入"
    )


def test_cells_that_do_not_exist_are_neither_read_nor_made() -> None:
    book = Workbook()
    sheet: Any = book.active
    sheet["A1"], sheet["XFD3000"], sheet["B2"] = "a", "z", 0.5
    sheet["B2"].number_format = "0%"
    grid = grid_of_sheet(sheet)
    unmark(book)
    assert (grid.text(1, 1), grid.text(2, 2), grid.text(3000, 16384), grid.text(1, 9)) == (
        "a",
        "0.5",
        "z",
        "",
    )
    assert (len(grid.rows), grid.width, grid.percents) == (3000, 16384, {(2, 2)})
    assert (sum(map(len, grid.rows)), len(sheet._cells)) == (1 + 2 + 16384, 3)


@pytest.mark.parametrize("limit", ["MOST_TAGS", "MOST_OTHER_TAGS"])
def test_a_part_with_too_many_tags_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(package, limit, 1000)
    path = tmp_path / "a.xlsx"
    rules = '<dataValidation sqref="A1"/>' * 1000
    path.write_bytes(changed({SHEET: in_sheet(f"<dataValidations>{rules}</dataValidations>")}))
    message = message_of(path)
    assert message.startswith(f"{path}: 工作簿的结构过于庞杂（{SHEET} 有 1,")
    assert message.endswith(f"最多为 1,000 个） → {PASTE}")


def test_too_many_formats_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    formats = b'<xf numFmtId="1"/>' * 100_001 + b"</cellXfs>"
    path.write_bytes(changed({"xl/styles.xml": lambda c: c.replace(b"</cellXfs>", formats)}))
    message = message_of(path)
    assert message.startswith(f"{path}: 工作簿的结构过于庞杂（xl/styles.xml 有 100,")
    assert message.endswith(f"最多为 100,000 个） → {PASTE}")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_and_a_device_are_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "a.xlsx"
    os.mkfifo(pipe)
    said = "这不是普通文件（而是设备、管道之类） → 写出 .xlsx 文件的名称"
    assert message_of(pipe) == f"{pipe}: {said}"
    assert message_of(Path("/dev/zero")) == f"/dev/zero: {said}"


def test_a_file_that_grows_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safety, "MOST_BYTES", MEGABYTE)
    monkeypatch.setattr(Path, "open", lambda self, mode: io.BytesIO(bytes(2 * MEGABYTE)))
    path = tmp_path / "a.xlsx"
    path.touch()
    assert message_of(path).startswith(f"{path}: 文件有 1 MB，最大为 1 MB")


def test_control_characters_of_a_finding_do_not_spoil_the_returned_workbook(tmp_path: Path) -> None:
    book, path = Workbook(), tmp_path / "a.xlsx"
    sheet: Any = book.active
    sheet["A1"] = 1
    wrong = Problem(Cell(sheet.title, "A1"), "x", Severity.CRITICAL, "12\x01a", "", "12\x01a", "\x02")
    mark(book, [wrong])
    book.save(path)
    again: Any = open_safely(path)
    assert "12a" in again[sheet.title]["A1"].comment.text
    assert "\x01" not in again[sheet.title]["A1"].comment.text


def test_a_comment_of_somebody_comes_back_without_control_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    book = Workbook()
    sheet: Any = book.active
    sheet["A1"].comment = Comment("请核对\x01", "甲\x02")
    mark(book, [Problem(Cell(sheet.title, "A1"), "x", Severity.CRITICAL, "m", "r")])
    assert sheet["A1"].comment.author == AUTHOR
    unmark(book)
    assert (sheet["A1"].comment.text, sheet["A1"].comment.author) == ("请核对", "甲")
