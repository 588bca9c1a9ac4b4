"""Yearly workbooks as somebody fills them in: cells found by what stands above and beside them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from conftest import ROOT
from openpyxl import load_workbook

from planeval.workbook.contents import contents
from planeval.workbook.entries import Filled
from planeval.workbook.reading import read_filled
from planeval.workbook.template import template

STATISTICS, PROGRESS = "统计数据", "任务进展"
# Enough to make every mistake with, in a workbook that is read in a moment.
FEW_COLUMNS = ("accident_deaths", "gdp", "population", "warning_public_coverage")
FEW_ITEMS = ("task-1-1", "task-1-2", "gas-pipe-renewal")
HEAD = {"status": "正式值", "source": "统计公报", "published": "2025-03-31"}


@cache
def _small() -> bytes:
    """The workbook of the two districts with a few variables and items."""
    whole = contents(ROOT / "data", 2024, ("350102", "350105"))
    columns = [column for column in whole.columns if column.key in FEW_COLUMNS]
    items = [item for item in whole.items if item.item in FEW_ITEMS]
    return template(replace(whole, columns=columns, items=items))


class Form:
    """A workbook written by ``template``, opened to be filled in; codes and keys as on the sheets."""

    def __init__(self, data: Path, year: int = 2024, codes: tuple[str, ...] = ("350102", "350105")) -> None:
        self._open(data.parent / f"{year}.xlsx", template(contents(data, year, codes)))

    @classmethod
    def small(cls, folder: Path) -> Form:
        """A small workbook of the shipped data for 2024, to be saved in ``folder``."""
        form = cls.__new__(cls)
        form._open(folder / "2024.xlsx", _small())
        return form

    def _open(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        self.path, self.book = path, load_workbook(path)
        self.sheet: Any = self.book[STATISTICS]
        self.progress: Any = self.book[PROGRESS]
        self.rows = {str(cell.value): cell.row for cell in self.sheet["A"] if cell.value}
        keys = self.sheet[self.rows["variable"]]
        self.columns = {str(cell.value): cell.column for cell in keys if cell.value and cell.column > 2}
        names = self.progress[4]
        self.report = {str(cell.value): cell.column for cell in names if cell.value}
        self.items = {self.progress.cell(row, 3).value: row for row in range(5, self.progress.max_row + 1)}

    def cell(self, row: str, column: str) -> Any:
        """The cell of a row (``status``, ``350105``) and a column (``gdp``, ``reason``)."""
        return self.sheet.cell(self.rows[row], self.columns[column])

    def fill(self, column: str, head: dict[str, Any] | None = None, **figures: Any) -> None:
        """Fill in a column: what holds for it, and figures by place (``_350105=465.1``)."""
        for name, value in (HEAD if head is None else head).items():
            self.cell(name, column).value = value
        for place, value in figures.items():
            self.cell(place.removeprefix("_"), column).value = value

    def fill_report(self, item: str, **values: Any) -> None:
        """Fill in the row of an item."""
        for name, value in values.items():
            self.progress.cell(self.items[item], self.report[name]).value = value

    def save(self) -> Path:
        """The file."""
        self.book.save(self.path)
        return self.path


def read(form: Form) -> Filled:
    """The workbook, saved and read back."""
    return read_filled(form.save())


def figures(filled: Filled) -> dict[tuple[str, str], str]:
    """(place, variable) -> value as text."""
    return {(entry.region_code, entry.variable): entry.value for entry in filled.entries}


def problems(filled: Filled) -> list[tuple[str, str, str]]:
    """Cell, rule, and message with remedy, of every problem."""
    return [(str(p.cell), p.rule, f"{p.message} → {p.remedy}") for p in filled.problems]
