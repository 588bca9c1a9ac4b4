"""A table as a person sees it: the text of every cell, from a CSV file or from a sheet of a workbook."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from planeval.read.csv_file import decode, in_words
from planeval.read.raw_csv import Malformed
from planeval.workbook.entries import Cell
from planeval.workbook.safety import read_bytes
from planeval.workbook.texts import plain_breaks

# Excel keeps fifteen significant digits; what binary fractions have beyond them nobody typed.
DIGITS = ".15g"
# Keyword by which a workbook made of a CSV file is known again.
MADE_OF_CSV = "planeval:csv"


@dataclass(frozen=True)
class Grid:
    """Rows and columns count from 1, as in a spreadsheet. ``merged``: a cell that a merged range covers -> the cell that
    holds its text. ``formulas``, ``percents``: cells that hold a formula, or a number shown as a percentage.
    ``flattened``: a CSV file, which keeps the text of merged cells in the first of them alone, or a workbook made of
    one."""

    sheet: str
    rows: list[list[str]]
    merged: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    formulas: frozenset[tuple[int, int]] = frozenset()
    percents: frozenset[tuple[int, int]] = frozenset()
    flattened: bool = False

    @property
    def width(self) -> int:
        """The number of columns."""
        return max(map(len, self.rows), default=0)

    def text(self, row: int, column: int) -> str:
        """What stands in a cell, stripped; "" outside the table."""
        row, column = self.merged.get((row, column), (row, column))
        inside = 0 < row <= len(self.rows) and 0 < column <= len(self.rows[row - 1])
        return plain_breaks(self.rows[row - 1][column - 1]).strip() if inside else ""

    def cell(self, row: int, column: int) -> Cell:
        """The cell, to be spoken of."""
        from openpyxl.utils import get_column_letter

        return Cell(self.sheet, f"{get_column_letter(column)}{row}")


def grid_of_csv(path: Path) -> Grid:
    """A CSV file (UTF-8 or GBK) as a grid without merged cells; an empty line is an empty row.

    Raises:
        InputError: the file cannot be read.
    """
    lines = io.StringIO(decode(read_bytes(path), path.name), newline="")
    try:
        return Grid("", list(csv.reader(lines, strict=True)), flattened=True)
    except csv.Error as error:
        raise in_words(Malformed("csv_syntax", None, found=str(error)), path.name) from None


def grid_of_sheet(sheet: Any) -> Grid:
    """A sheet of an openpyxl workbook that was opened with its formulas."""
    rows: list[list[str]] = []
    formulas, percents = set(), set()
    for cell in cells_of(sheet):
        at = (cell.row, cell.column)
        if cell.value is not None:
            _place(rows, at, text_of(cell.value))
        if cell.data_type == "f":
            formulas.add(at)
        elif isinstance(cell.value, int | float) and "%" in str(cell.number_format):
            percents.add(at)
    merged = {
        (row, column): (area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    }
    flattened = sheet.parent.properties.keywords == MADE_OF_CSV
    return Grid(sheet.title, rows, merged, frozenset(formulas), frozenset(percents), flattened)


def cells_of(sheet: Any) -> list[Any]:
    """The cells that an openpyxl sheet really has. Its own ways to go over them make every cell up to the last one, of
    which a sheet may have millions more."""
    return list(sheet._cells.values())


def _place(rows: list[list[str]], at: tuple[int, int], text: str) -> None:
    row, column = at
    rows.extend([] for _ in range(row - len(rows)))
    cells = rows[row - 1]
    cells.extend("" for _ in range(column - len(cells)))
    cells[column - 1] = text


def text_of(value: Any) -> str:
    """The value of a cell as text: numbers to the digits that Excel keeps, dates as ISO writes them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return format(value, DIGITS)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)
