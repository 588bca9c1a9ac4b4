"""Workbooks that come back: marks are put on and taken off without a trace, and nothing is overwritten."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
from conftest import Cli
from imports import mapping_file
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from planeval.messages import speaking
from planeval.model.findings import Severity
from planeval.workbook.entries import Cell, Problem
from planeval.workbook.marking import AUTHOR, mark, unmark
from planeval.workbook.problem_sheet import COLOURS

SHEET = "O'Neill 表"
BLUE = "FF00B0F0"


def problem(address: str, severity: Severity = Severity.CRITICAL, **texts: str) -> Problem:
    words = {"message": "说明", "remedy": "改正", "found": "=1", "expected": "2", **texts}
    return Problem(Cell(SHEET, address), "counts-whole", severity, **words)


def book_of() -> Any:
    """A workbook with a coloured cell that has a comment, and a merged range."""
    book: Any = openpyxl.Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet["A1"] = 1
    sheet["A1"].fill = PatternFill("solid", start_color=BLUE, end_color=BLUE)
    sheet["A1"].comment = Comment("核对过", "李四")
    sheet.merge_cells("C1:C2")
    return book


def again(book: Any) -> Any:
    """The workbook as somebody opens it the next time."""
    file = io.BytesIO()
    book.save(file)
    return openpyxl.load_workbook(file)


def test_cells_are_coloured_by_the_gravest_and_commented_with_all() -> None:
    book = book_of()

    mark(book, [problem("B1", Severity.WARNING), problem("B1"), problem("B2", Severity.WARNING)])

    sheet = again(book)[SHEET]
    assert sheet["B1"].fill.start_color.rgb == COLOURS[Severity.CRITICAL]
    assert sheet["B2"].fill.start_color.rgb == COLOURS[Severity.WARNING]
    parts = sheet["B1"].comment.text.split("\n\n")
    assert [part.splitlines()[0] for part in parts] == ["【严重】", "【警告】"]
    assert parts[0] == (
        "【严重】\n发现：=1\n应为：2\n规则：计数为整数（counts-whole）\n说明：说明\n怎样改：改正"
    )


def test_remarks_are_not_marked() -> None:
    book = book_of()

    mark(book, [problem("B1", Severity.INFO)])

    assert again(book)[SHEET]["B1"].comment is None
    assert again(book)["问题清单"].max_row == 1


def test_the_list_has_a_line_a_problem_whose_link_leads_to_the_cell() -> None:
    book = book_of()

    mark(book, [problem("B2"), problem("C2", found="x" * 40)])

    listed = again(book)["问题清单"]
    rows = [[cell.value for cell in row[:8]] for row in listed.iter_rows()]
    assert rows == [
        ["序号", "单元格", "程度", "规则", "发现", "应为", "说明", "怎样改"],
        [1, f"{SHEET}!B2", "严重", "计数为整数（counts-whole）", "=1", "2", "说明", "改正"],
        # Of a merged range the cell that is seen.
        [2, f"{SHEET}!C1", "严重", "计数为整数（counts-whole）", "x" * 40, "2", "说明", "改正"],
    ]
    assert listed["B2"].hyperlink.location == "'O''Neill 表'!B2"
    assert listed["E2"].data_type == "s"


def test_marks_come_off_without_a_trace() -> None:
    book = book_of()
    mark(book, [problem("A1"), problem("A1", Severity.WARNING), problem("B1")])
    marked = again(book)
    assert "原有批注：核对过" in marked[SHEET]["A1"].comment.text

    with speaking("en"):  # whoever imports it next may speak another language
        unmark(marked)

    back = again(marked)
    sheet = back[SHEET]
    assert back.sheetnames == [SHEET]
    assert sheet["A1"].fill.start_color.rgb == BLUE
    assert (sheet["A1"].comment.text, sheet["A1"].comment.author) == ("核对过", "李四")
    assert (sheet["B1"].fill.fill_type, sheet["B1"].comment) == (None, None)


def test_marks_come_off_where_the_list_was_deleted() -> None:
    book = book_of()
    mark(book, [problem("B1")])
    marked = again(book)
    assert marked[SHEET]["B1"].comment.author == AUTHOR
    del marked["问题清单"]

    unmark(marked)

    sheet = again(marked)[SHEET]
    assert (sheet["B1"].fill.fill_type, sheet["B1"].comment) == (None, None)
    assert sheet["A1"].comment.text == "核对过"


def test_neither_the_input_nor_an_earlier_return_is_overwritten(
    tiny_data: Path, tmp_path: Path, run_cli: Cli
) -> None:
    book: Any = openpyxl.Workbook()
    book.active.append(["地区", "地区生产总值"])
    book.active.append(["无此区", 530])
    table = tmp_path / "年报.xlsx"
    book.save(table)
    mapping = mapping_file(tmp_path, columns={"地区生产总值": {"variable": "gdp", "unit": "亿元"}})
    words = ("import", table, "--map", mapping, "--data", tiny_data)
    before = table.read_bytes()

    assert run_cli(*words)[0] == run_cli(*words)[0] == 1
    assert run_cli("import", tmp_path / "年报-待改.xlsx", *words[2:])[0] == 1
    assert run_cli(*words, "--returned", tmp_path / "给张三.xlsx")[0] == 1
    status, _, err = run_cli(*words, "--returned", table)

    assert (status, err) == (2, "交回的工作簿不能与填报的文件“年报.xlsx”同名，请另取名字。\n")
    assert table.read_bytes() == before
    names = sorted(path.name for path in tmp_path.glob("*.xlsx"))
    assert names == ["年报-待改-2.xlsx", "年报-待改-3.xlsx", "年报-待改.xlsx", "年报.xlsx", "给张三.xlsx"]
