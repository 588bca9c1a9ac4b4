"""Reading a workbook that came back: every figure with its cells, and what is wrong with the form itself.

What a figure says is not judged here but by the checks that all data go through. What is judged is whether it can be told
what was filled in where: a changed code or key, merged cells, formulas, percentages. Nothing is put right silently.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planeval.messages import say
from planeval.workbook.entries import Filled
from planeval.workbook.grid import Grid, grid_of_sheet
from planeval.workbook.layout import HIDDEN, ITEM_COLUMNS, REGION_ROW, VARIABLE_ROW, remembered
from planeval.workbook.reading_progress import read_progress
from planeval.workbook.reading_statistics import read_statistics
from planeval.workbook.safety import open_safely, refused

# The names of rows and columns are looked for this far from the corner.
_FAR = 60


def read_filled(path: Path) -> Filled:
    """All that was filled in in the workbook ``path``, which `template` wrote. An empty cell gives nothing.

    Raises:
        InputError: it cannot be opened (`open_safely`), was not written by `template`, or has lost the sheet of the
            statistics or has it twice.
    """
    book = open_safely(path)
    layout = remembered(book)
    if layout is None:
        raise refused("not_template", path)
    grids = [grid_of_sheet(sheet) for sheet in book.worksheets if sheet.title != HIDDEN]
    filled = Filled(path)
    statistics = _one(path, grids, _statistics_corner)
    if statistics is None:
        raise refused("no_statistics", path, expected=say("workbook.sheet.statistics"))
    read_statistics(statistics[0], statistics[1], layout, filled)
    progress = _one(path, grids, _progress_corner)
    if progress is not None:
        read_progress(progress[0], progress[1], layout, filled)
    return filled


def _one(path: Path, grids: list[Grid], corner: Any) -> tuple[Grid, tuple[int, int]] | None:
    """The grid that has the corner, and where; None when none has.

    Raises:
        InputError: several have.
    """
    found = [(grid, at) for grid in grids if (at := corner(grid)) is not None]
    if len(found) > 1:
        names = say("read.name_join").join(grid.sheet for grid, _ in found)
        raise refused("repeated_sheet", path, found=names)
    return found[0] if found else None


def _statistics_corner(grid: Grid) -> tuple[int, int] | None:
    """Where the row of the keys and the column of the codes meet."""
    for column in range(1, min(grid.width, _FAR) + 1):
        names = {grid.text(row, column): row for row in range(1, min(len(grid.rows), _FAR) + 1)}
        if VARIABLE_ROW in names and REGION_ROW in names:
            return names[VARIABLE_ROW], column
    return None


def _progress_corner(grid: Grid) -> tuple[int, int] | None:
    """Where the row of the names of the columns meets the column of the plans."""
    for row in range(1, min(len(grid.rows), _FAR) + 1):
        names = [grid.text(row, column) for column in range(1, min(grid.width, _FAR) + 1)]
        if set(ITEM_COLUMNS) <= set(names):
            return row, names.index(ITEM_COLUMNS[0]) + 1
    return None
