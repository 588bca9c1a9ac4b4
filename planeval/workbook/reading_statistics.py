"""The sheet of the statistics as it came back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from planeval.messages import LANGUAGES, say, speaking
from planeval.model.findings import Severity
from planeval.model.status import Status
from planeval.workbook.entries import Cell, Entry, Filled
from planeval.workbook.grid import Grid
from planeval.workbook.layout import (
    COLUMN_ROWS,
    PLACE_COLUMNS,
    REGION_ROW,
    UNIT_ROW,
    VARIABLE_ROW,
    YEAR_ROW,
    Layout,
)
from planeval.workbook.sheet_reader import SheetReader, expected_name
from planeval.workbook.words import status_key

_NUMBER = re.compile(r"[-+]?[0-9.]+")


def read_statistics(grid: Grid, corner: tuple[int, int], layout: Layout, filled: Filled) -> None:
    """Add the figures of the sheet to ``filled``, and what is wrong with it. ``corner``: row of the keys, column of the
    codes."""
    _Sheet(grid, corner, layout, filled).read()


@dataclass(frozen=True)
class _Filled:
    """A column that was filled in: where, and what holds for all its figures."""

    variable: str
    unit: str
    column: int
    texts: dict[str, str]
    cells: dict[str, Cell]


class _Sheet(SheetReader):
    def __init__(self, grid: Grid, corner: tuple[int, int], layout: Layout, filled: Filled) -> None:
        super().__init__(grid, filled)
        self.key_row, self.code_column = corner
        self.layout = layout
        # Beside the names of the rows stands what they are called, and in the rows of the places their names.
        beside = range(self.code_column + 1, grid.width + 1)
        self.name_column = next((c for c in beside if grid.text(self.key_row, c)), self.code_column + 1)
        self.rows = self._named_rows()
        self.year_cell = self._year_cell()

    def _named_rows(self) -> dict[str, int]:
        """Name -> row, of the rows above the places."""
        rows: dict[str, int] = {}
        for row in range(1, len(self.grid.rows) + 1):
            name = self.grid.text(row, self.code_column)
            if name in (YEAR_ROW, UNIT_ROW, VARIABLE_ROW, *COLUMN_ROWS, REGION_ROW):
                if name in rows:
                    self.wrong("row_repeated", row, self.code_column, found=name)
                rows.setdefault(name, row)
        for name in (YEAR_ROW, UNIT_ROW, *COLUMN_ROWS):
            if name not in rows:
                self.wrong("row_missing", self.key_row, self.code_column, expected=name)
        return rows

    def read(self) -> None:
        columns = self._columns()
        places = self._places(columns)
        reasons = {name: column for name, column in columns.items() if name in PLACE_COLUMNS}
        for variable, column in columns.items():
            if variable not in PLACE_COLUMNS:
                self._read_column(variable, column, places, reasons)

    def _year_cell(self) -> Cell:
        """The cell of the year, which must still be the one that the workbook was made for."""
        row = self.rows.get(YEAR_ROW, self.key_row)
        if YEAR_ROW in self.rows:
            texts = {c: self.grid.text(row, c) for c in range(self.name_column + 1, self.grid.width + 1)}
            # The note beside it is no number.
            column = next((c for c, text in texts.items() if _NUMBER.fullmatch(text)), self.code_column)
            found, expected = texts.get(column) or say("workbook.nothing"), str(self.layout.year)
            if found != expected:
                self.wrong("year", row, column, found=found, expected=expected)
            return self.grid.cell(row, column)
        return self.grid.cell(row, self.code_column)

    def _columns(self) -> dict[str, int]:
        """Key -> column, of the columns that can be told; every other key is a problem."""
        found: dict[str, list[int]] = {}
        for column in range(self.name_column + 1, self.grid.width + 1):
            if key := self.grid.text(self.key_row, column):
                found.setdefault(key, []).append(column)
        asked = {*self.layout.units, *PLACE_COLUMNS}
        missing = [key for key in (*self.layout.units, *PLACE_COLUMNS) if key not in found]
        for key, columns in found.items():
            if key not in asked:
                expected = expected_name(key, missing)
                self.wrong("column_changed", self.key_row, columns[0], found=key, expected=expected)
                missing = [name for name in missing if name != expected]
            for column in columns[1:]:
                self.wrong("column_repeated", self.key_row, column, found=key)
        for key in missing:
            self.wrong("column_missing", self.key_row, self.code_column, expected=key)
        return {key: columns[0] for key, columns in found.items() if key in asked and len(columns) == 1}

    # ---- places ------------------------------------------------------------------------------------------------------

    def _places(self, columns: dict[str, int]) -> dict[str, int]:
        """Code -> row, of the places in which something was filled in and that can be told."""
        places: dict[str, int] = {}
        codes: dict[str, list[str]] = {}  # districts of several cities share a name
        for code, name in self.layout.places.items():
            codes.setdefault(name, []).append(code)
        for row in range(self.rows[REGION_ROW] + 1, len(self.grid.rows) + 1):
            if not any(self.grid.text(row, column) for column in columns.values()):
                continue  # nothing to be read, whatever else stands there: a note below the table, a blank line
            own = self._place(row, codes)
            if own in places:
                name = self.layout.places[own]
                self.wrong("place_repeated", row, self.code_column, found=own, place=name)
            elif own is not None:
                places[own] = row
        return places

    def _place(self, row: int, codes: dict[str, list[str]]) -> str | None:
        """The code of the place of a row; None when it cannot be told.

        Under a changed code the figures are read as those of the place named, so that their own mistakes are seen as
        well: the changed code is a critical problem, so nothing of it is ever stored.
        """
        code, name = self.grid.text(row, self.code_column), self.grid.text(row, self.name_column)
        expected = self.layout.places.get(code)
        if expected is not None and name == expected:
            return code
        if name in codes:
            shown, own = code or say("workbook.nothing"), say("read.name_join").join(codes[name])
            self.wrong("code_changed", row, self.code_column, found=shown, place=name, expected=own)
            return codes[name][0] if len(codes[name]) == 1 else None
        if expected is None:
            self.wrong("place_unknown", row, self.code_column, found=f"{code} {name}".strip())
            return None
        at, shown = (row, self.name_column), name or say("workbook.nothing")
        self.wrong("place_renamed", *at, severity=Severity.WARNING, code=code, found=shown, expected=expected)
        return code

    # ---- figures -----------------------------------------------------------------------------------------------------

    def _read_column(
        self, variable: str, column: int, places: dict[str, int], reasons: dict[str, int]
    ) -> None:
        unit = self._unit(variable, column)
        values = {code: self.input(row, column, unit) for code, row in places.items()}
        given = {code: value for code, value in values.items() if value}
        if given:
            own = self._head(variable, unit, column)
            for code, value in given.items():
                self._add(own, code, value, places[code], reasons)

    def _unit(self, variable: str, column: int) -> str:
        """The symbol of the unit: that of the form, or what somebody wrote instead."""
        symbol, shown = self.layout.units[variable]
        row = self.rows.get(UNIT_ROW)
        written = self.grid.text(row, column) if row is not None else shown
        return symbol if written == shown else written

    def _head(self, variable: str, unit: str, column: int) -> _Filled:
        """What stands above a column with figures."""
        texts: dict[str, str] = {}
        cells = {"variable": self.grid.cell(self.key_row, column), "year": self.year_cell}
        cells["unit"] = self.grid.cell(self.rows.get(UNIT_ROW, self.key_row), column)
        for name in COLUMN_ROWS:
            row = self.rows.get(name)
            text = self.input(row, column) if row is not None else None
            texts[name] = text or ""
            cells[name] = self.grid.cell(row or self.key_row, column)
            if row is not None and text is not None:
                self._check_head(name, text, row, column)
        texts["status"] = status_key(texts["status"])
        return _Filled(variable, unit, column, texts, cells)

    def _check_head(self, name: str, text: str, row: int, column: int) -> None:
        """In words of the form, and once for the column, what the checks of the data would say of each figure."""
        if name == "source" and not text:
            self.wrong("source_empty", row, column, as_rule="source_empty")
        if name == "status" and status_key(text) not in set(Status):
            terms = say("read.name_join").join(self._terms())
            found = text or say("workbook.nothing")
            self.wrong("status_unknown", row, column, as_rule="status_unknown", found=found, expected=terms)

    def _terms(self) -> list[str]:
        """The statuses as the form's own list has them."""
        lang = self.layout.lang
        with speaking(lang if lang in LANGUAGES else next(iter(LANGUAGES))):
            return [say(f"status.{status}") for status in Status]

    def _add(self, own: _Filled, code: str, value: str, row: int, reasons: dict[str, int]) -> None:
        registered = {name: self.input(row, column) or "" for name, column in reasons.items()}
        cells = {
            "value": self.grid.cell(row, own.column),
            "region_code": self.grid.cell(row, self.code_column),
            **own.cells,
            **{name: self.grid.cell(row, column) for name, column in reasons.items()},
        }
        self.filled.entries.append(
            Entry(
                region_code=code,
                year=str(self.layout.year),
                variable=own.variable,
                value=value,
                unit=own.unit,
                status=own.texts["status"],
                source=own.texts["source"],
                published=own.texts["published"],
                reason=registered.get("reason", ""),
                provided_by=registered.get("provided_by", ""),
                cells=cells,
            )
        )
