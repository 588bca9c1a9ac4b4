"""An analyst at work: a workbook on disk opened, filled in by the names on its sheets, and saved."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

STATISTICS, PROGRESS = "统计数据", "任务进展"
SOURCE = "示例数据（非官方）"


class Analyst:
    """Has a workbook open; `save` writes it back."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = openpyxl.load_workbook(path)
        self.sheet: Any = self.book[STATISTICS]
        self.rows = {cell.value: cell.row for cell in self.sheet["A"] if cell.value}
        keys = self.sheet[self.rows["variable"]]
        self.columns = {cell.value: cell.column for cell in keys[2:] if cell.value}

    def cell(self, row: str, key: str) -> Any:
        """The cell of a place (its code) or of a row of the header (its name), in the column of a key."""
        return self.sheet.cell(self.rows[row], self.columns[key])

    def fill(self, code: str, figures: dict[str, object], published: date = date(2026, 3, 20)) -> None:
        """Fill in figures of a place, and what holds for their columns."""
        for key, value in figures.items():
            self.cell(code, key).value = value
            for row, text in (("status", "示例值"), ("source", SOURCE), ("published", published)):
                self.cell(row, key).value = text

    def clear(self, code: str, key: str) -> None:
        """Empty a cell and what holds for its column."""
        for row in (code, "status", "source", "published"):
            self.cell(row, key).value = None

    def report(self, item: str, **columns: object) -> None:
        """Fill in a report of the progress of an item."""
        sheet: Any = self.book[PROGRESS]
        head = next(row for row in sheet.iter_rows() if "item" in [cell.value for cell in row])
        at = {cell.value: cell.column for cell in head if cell.value}
        rows = range(head[0].row + 1, sheet.max_row + 1)
        row = next(row for row in rows if sheet.cell(row, at["item"]).value == item)
        for name, value in {"source": SOURCE, "data_status": "示例值", **columns}.items():
            sheet.cell(row, at[name]).value = value

    def save(self) -> Path:
        """Write the workbook back."""
        self.book.save(self.path)
        return self.path
