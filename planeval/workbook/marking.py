"""The returned workbook: what was filled in, with every offending cell coloured and commented, and a list of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planeval.messages import say
from planeval.model.findings import Severity
from planeval.workbook.entries import Problem
from planeval.workbook.grid import MADE_OF_CSV, Grid, cells_of, grid_of_csv
from planeval.workbook.looks import TEXT, lines_of, width_of
from planeval.workbook.problem_sheet import (
    COLOURS,
    Looks,
    Mark,
    expectation,
    rule_title,
    take_list,
    write_list,
)
from planeval.workbook.safety import open_safely
from planeval.workbook.saving import legal, put, undated

if TYPE_CHECKING:
    from openpyxl import Workbook

AUTHOR = "planeval"  # of our comments: they go when the workbook is returned the next time
MARKED = tuple(COLOURS)  # the gravest first
# Width and least height of a comment in pixels, and what a line of it takes.
_WIDTH, _LEAST_HEIGHT, _LINE = 420, 120, 18
_LETTER = 7
_WIDEST = 30


def returned(path: Path, problems: Sequence[Problem]) -> bytes:
    """The workbook (or CSV file) of ``path`` with its problems marked; everything else stays as openpyxl keeps it.

    Raises:
        InputError: the file cannot be opened any more.
    """
    book = _workbook_of(grid_of_csv(path)) if path.suffix.lower() == ".csv" else open_safely(path)
    unmark(book)
    mark(book, problems)
    return undated(book)


def _workbook_of(grid: Grid) -> Workbook:
    """A workbook that shows a CSV file, every cell as the text that it is."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.properties.keywords = MADE_OF_CSV
    sheet: Any = book.active
    sheet.title = say("importing.table_sheet")
    for number, row in enumerate(grid.rows, start=1):
        for column, text in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            put(cell, text)
            cell.number_format = TEXT
    for column in range(1, grid.width + 1):
        widest = max(width_of(grid.text(row, column)) for row in range(1, len(grid.rows) + 1))
        sheet.column_dimensions[get_column_letter(column)].width = min(widest + 2, _WIDEST)
    return book


def unmark(book: Workbook) -> None:
    """Take away what an earlier return marked: the list, our comments and colours; what was there before comes back."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    kept = take_list(book)
    for sheet in book.worksheets:
        for cell in cells_of(sheet):
            if cell.comment is not None and cell.comment.author == AUTHOR:
                before = kept.get((sheet.title, cell.coordinate), Looks(PatternFill(), "", ""))
                cell.fill = before.fill
                text = legal(before.comment)
                cell.comment = Comment(text, legal(before.author)) if text else None


def mark(book: Workbook, problems: Sequence[Problem]) -> None:
    """Colour and comment the cells of critical problems and warnings, and list them on a sheet of their own."""
    marks: dict[tuple[str, str], Mark] = {}
    for severity in MARKED:
        for problem in problems:
            if problem.severity is severity:
                cell = _target(book, problem)
                own = marks.setdefault((cell.parent.title, cell.coordinate), Mark(cell, Looks.of(cell), []))
                own.problems.append(problem)
    write_list(book, list(marks.values()))
    for one in marks.values():
        _mark_cell(one)


def _target(book: Workbook, problem: Problem) -> Any:
    """The cell of a problem; of a merged range the one that is seen."""
    name = problem.cell.sheet
    sheet: Any = book[name] if name in book.sheetnames else book.worksheets[0]
    for area in sheet.merged_cells.ranges:
        if problem.cell.address in area:
            return sheet.cell(area.min_row, area.min_col)
    return sheet[problem.cell.address]


def _mark_cell(marked: Mark) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    colour = COLOURS[marked.severity]
    marked.cell.fill = PatternFill("solid", start_color=colour, end_color=colour)
    texts = [_comment(problem) for problem in marked.problems]
    if marked.looks.comment:
        texts.append(say("importing.former_comment", text=marked.looks.comment))
    text = legal("\n\n".join(texts))
    height = max(_LEAST_HEIGHT, _LINE * (lines_of(text, _WIDTH / _LETTER) + 1))
    marked.cell.comment = Comment(text, AUTHOR, width=_WIDTH, height=height)


def _comment(problem: Problem) -> str:
    return say(
        "importing.comment",
        severity=say(f"severity.{Severity(problem.severity)}"),
        rule=rule_title(problem.rule),
        found=problem.found or say("importing.empty"),
        expected=expectation(problem),
        message=problem.message,
        remedy=problem.remedy,
    )
