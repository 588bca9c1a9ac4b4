"""The sheet of a returned workbook that lists its problems, with links; it also remembers what the marked cells were."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from planeval.messages import LANGUAGES, has, say, speaking
from planeval.model.findings import Severity
from planeval.workbook.entries import Problem
from planeval.workbook.looks import height_of, lines_of, page, write
from planeval.workbook.saving import put

if TYPE_CHECKING:
    from openpyxl import Workbook

COLOURS = {Severity.CRITICAL: "FFFF9999", Severity.WARNING: "FFFFF2A8"}
_LINK = "FF0563C1"
# Where titles of problems stand among the messages.
_TITLES = ("validation.rules", "importing.rules")
_WIDTHS = {
    "number": 6,
    "cell": 16,
    "severity": 7,
    "rule": 26,
    "found": 22,
    "expected": 24,
    "message": 50,
    "remedy": 46,
}
# Hidden columns of the list keep what a cell was before it was marked: its fill and comment, and whose that was.
_KEPT = len(_WIDTHS) + 1
_AUTHOR_KEPT = _KEPT + 1


class Looks(NamedTuple):
    """What a cell was before it was marked."""

    fill: Any
    comment: str
    author: str

    @classmethod
    def of(cls, cell: Any) -> Looks:
        """Those of an openpyxl cell."""
        comment = cell.comment
        text, author = (comment.text, comment.author or "") if comment is not None else ("", "")
        return cls(copy.copy(cell.fill), text, author)


class Mark(NamedTuple):
    """A cell, what it was, and its problems, the gravest first."""

    cell: Any
    looks: Looks
    problems: list[Problem]

    @property
    def severity(self) -> Severity:
        """The gravest."""
        return self.problems[0].severity


def rule_title(rule: str) -> str:
    """The title of a rule with its id, or the id alone."""
    title = _title(rule)
    return say("importing.rule", title=title, id=rule) if title else rule


def _title(rule: str) -> str:
    return next((say(f"{group}.{rule}") for group in _TITLES if has(f"{group}.{rule}")), "")


def expectation(problem: Problem) -> str:
    """What was expected; where the problem does not say, what a right cell looks like, or what its rule demands."""
    example = f"importing.expected.{problem.rule}"
    if not problem.expected and has(example):
        return say(example)
    return problem.expected or _title(problem.rule) or say("importing.see_message")


def take_list(book: Workbook) -> dict[tuple[str, str], Looks]:
    """Remove the list of an earlier return, whatever language it was in: (sheet, address) -> what the cell was."""
    titles = set()
    for language in LANGUAGES:
        with speaking(language):
            titles.add(say("importing.list_sheet"))
    kept: dict[tuple[str, str], Looks] = {}
    for title in titles & set(book.sheetnames):
        sheet: Any = book[title]
        for row in sheet.iter_rows(min_row=2, max_col=_AUTHOR_KEPT):
            if row[1].hyperlink is not None:
                of_sheet, _, address = str(row[1].value).rpartition("!")
                fill, comment, author = row[_KEPT - 1].fill, row[_KEPT - 1].value, row[_AUTHOR_KEPT - 1].value
                kept[of_sheet, address] = Looks(copy.copy(fill), str(comment or ""), str(author or ""))
        book.remove(sheet)
    return kept


def write_list(book: Workbook, marks: Sequence[Mark]) -> None:
    """A sheet in front with one line a problem, its cell a link."""
    from openpyxl.utils import get_column_letter

    sheet: Any = book.create_sheet(say("importing.list_sheet"), 0)
    book.active = 0
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
    for column, (name, width) in enumerate(_WIDTHS.items(), start=1):
        write(sheet, 1, column, say(f"importing.column.{name}"), "head")
        sheet.column_dimensions[get_column_letter(column)].width = width
    row = 2
    for marked in marks:
        for problem in marked.problems:
            _line(sheet, row, marked, problem)
            row += 1
    for column in (_KEPT, _AUTHOR_KEPT):
        sheet.column_dimensions[get_column_letter(column)].hidden = True
    sheet.freeze_panes = "A2"
    page(sheet, repeat_rows="1:1")


def _line(sheet: Any, row: int, marked: Mark, problem: Problem) -> None:
    from openpyxl.styles import Font, PatternFill
    from openpyxl.worksheet.hyperlink import Hyperlink

    title, address = marked.cell.parent.title, marked.cell.coordinate
    texts = {
        "number": row - 1,
        "cell": f"{title}!{address}",
        "severity": say(f"severity.{problem.severity}"),
        "rule": rule_title(problem.rule),
        "found": problem.found,
        "expected": expectation(problem),
        "message": problem.message,
        "remedy": problem.remedy,
    }
    cells = {
        name: write(sheet, row, column, text, "text", align="left")
        for column, (name, text) in enumerate(texts.items(), start=1)
    }
    sheet.row_dimensions[row].height = height_of(
        max(lines_of(str(text), _WIDTHS[name]) for name, text in texts.items())
    )
    colour = COLOURS[problem.severity]
    cells["severity"].fill = PatternFill("solid", start_color=colour, end_color=colour)
    link = cells["cell"]
    quoted = title.replace("'", "''")
    link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{quoted}'!{address}")
    link.font = Font(name=link.font.name, size=link.font.size, color=_LINK, underline="single")
    kept = sheet.cell(row, _KEPT)
    put(kept, marked.looks.comment)
    kept.fill = marked.looks.fill
    put(sheet.cell(row, _AUTHOR_KEPT), marked.looks.author)
