"""The sheet of the progress reports as it came back."""

from __future__ import annotations

from planeval.messages import say
from planeval.workbook.entries import Filled, ProgressEntry
from planeval.workbook.grid import Grid
from planeval.workbook.layout import ITEM_COLUMNS, REPORT_COLUMNS, Layout
from planeval.workbook.sheet_reader import SheetReader, expected_name
from planeval.workbook.words import progress_key, status_key


def read_progress(grid: Grid, corner: tuple[int, int], layout: Layout, filled: Filled) -> None:
    """Add the reports of the sheet to ``filled``, and what is wrong with it. ``corner``: row of the names of the columns,
    column of the plans. An item may have several rows, with different dates."""
    _Sheet(grid, corner, layout, filled).read()


class _Sheet(SheetReader):
    def __init__(self, grid: Grid, corner: tuple[int, int], layout: Layout, filled: Filled) -> None:
        super().__init__(grid, filled)
        self.head, self.plan_column = corner
        self.layout = layout

    def read(self) -> None:
        columns = self._columns()
        inputs = {name: column for name, column in columns.items() if name in REPORT_COLUMNS}
        for row in range(self.head + 1, len(self.grid.rows) + 1):
            if any(self.grid.text(row, column) for column in inputs.values()):
                self._read_row(row, columns, inputs)

    def _columns(self) -> dict[str, int]:
        asked = (*ITEM_COLUMNS, *REPORT_COLUMNS)
        columns: dict[str, int] = {}
        for column in range(1, self.grid.width + 1):
            name = self.grid.text(self.head, column)
            if name in columns:
                self.wrong("column_repeated", self.head, column, found=name)
            elif name in asked:
                columns[name] = column
        unknown = [
            (column, name)
            for column in range(1, self.grid.width + 1)
            if (name := self.grid.text(self.head, column)) and name not in asked
        ]
        missing = [name for name in asked if name not in columns]
        for column, name in unknown:
            expected = expected_name(name, missing)
            self.wrong("column_changed", self.head, column, found=name, expected=expected)
            missing = [other for other in missing if other != expected]
        for name in missing:
            self.wrong("column_missing", self.head, self.plan_column, expected=name)
        return columns

    def _read_row(self, row: int, columns: dict[str, int], inputs: dict[str, int]) -> None:
        plan, item = (self.grid.text(row, columns[name]) for name in ITEM_COLUMNS)
        if item not in self.layout.items.get(plan, {}):
            expected = expected_name(item, self.layout.items.get(plan, {}))
            found, of = (text or say("workbook.nothing") for text in (item, plan))
            self.wrong("item_unknown", row, columns["item"], plan=of, found=found, expected=expected)
            return
        texts = {name: self.input(row, column, "%") for name, column in inputs.items()}
        if None in texts.values():
            return  # what could not be read is a problem already; half a report is none
        values = {"item": item} | {name: text or "" for name, text in texts.items()}
        values["status"] = progress_key(values.get("status", ""))
        values["data_status"] = status_key(values.get("data_status", ""))
        cells = {name: self.grid.cell(row, column) for name, column in columns.items() if name != "plan"}
        self.filled.progress.append(ProgressEntry(plan, values, cells))
