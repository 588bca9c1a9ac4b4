"""Plain wide tables as offices keep them (places down, variables across) read by a mapping file."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

from planeval.errors import closest
from planeval.messages import say
from planeval.messages.names import name_of
from planeval.model.dictionary import Dictionary
from planeval.model.findings import Severity
from planeval.read.regions import Region
from planeval.workbook.entries import Cell, Entry, Filled
from planeval.workbook.grid import Grid, grid_of_csv, grid_of_sheet
from planeval.workbook.header import Placed, Places, place_columns, sheet_of
from planeval.workbook.mapping import Naming, WideTable, Writing, load_mapping
from planeval.workbook.problem_sheet import take_list
from planeval.workbook.safety import open_safely
from planeval.workbook.sheet_reader import SheetReader
from planeval.workbook.texts import squeezed
from planeval.workbook.words import problem, status_key

_THOUSANDS = re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_PLAIN = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?")


def read_wide(path: Path, mapping: Path, dictionary: Dictionary, regions: dict[str, Region]) -> Filled:
    """The figures of a CSV file or of a sheet of a workbook.

    What is wrong with a cell is a problem; what was left out on purpose or read in a declared way is one of severity
    info, so that nothing happens silently.

    Raises:
        InputError: the table or the mapping cannot be read, or the mapping does not fit the table.
    """
    table, lines = load_mapping(mapping)
    grid = _grid(path, table.sheet)
    places = place_columns(grid, table, lines, mapping.name, dictionary)
    filled = Filled(path)
    _Reader(grid, table, places, regions, filled).read()
    return filled


def _grid(path: Path, sheet: str) -> Grid:
    if path.suffix.lower() == ".csv":
        return grid_of_csv(path)
    book = open_safely(path)
    take_list(book)  # in front in a workbook that was returned: not the first sheet of the table
    return grid_of_sheet(sheet_of(book, sheet, path.name))


class _Row(NamedTuple):
    number: int
    code: str
    cells: dict[str, Cell]


class _Reader(SheetReader):
    """Goes through the rows and collects entries and problems."""

    def __init__(
        self,
        grid: Grid,
        table: WideTable,
        places: Places,
        regions: dict[str, Region],
        filled: Filled,
    ) -> None:
        super().__init__(grid, filled)
        self.table, self.places, self.regions = table, places, regions
        self.codes = _codes_by_name(regions)

    def read(self) -> None:
        """Every row with something in it, from the first below the header on."""
        last = min(self.table.last_row or len(self.grid.rows), len(self.grid.rows))
        for number in range(self.table.first, last + 1):
            if any(text.strip() for text in self.grid.rows[number - 1]):
                self._row(number)

    def _row(self, number: int) -> None:
        at = self._seen(number, self.places.region)
        text = self.grid.text(number, self.places.region)
        if self.table.skip and re.search(self.table.skip, text):
            self._tell("row_skipped", at, Severity.INFO, found=text)
            return
        if not any(self.grid.text(number, placed.column) for placed in self.places.figures):
            self._tell("row_without_figures", at, Severity.INFO, found=text)
            return
        code = self._code(text, at)
        if code is None:
            return
        row = _Row(number, code, {"region_code": at})
        for placed in self.places.figures:
            self._figure(row, placed)

    def _seen(self, row: int, column: int) -> Cell:
        """The cell that shows what stands there: of a merged range the first."""
        return self.grid.cell(*self.grid.merged.get((row, column), (row, column)))

    def _code(self, text: str, at: Cell) -> str | None:
        """The code of the row's place; None (and a problem) where it cannot be told from its name."""
        if self.table.region_by is Naming.CODE:
            return text  # whether it is one, the statistics' own reader says
        found = self.codes.get(squeezed(text), [])
        if len(found) == 1:
            return found[0]
        if found:
            self._tell("place_ambiguous", at, found=text, expected=say("read.name_join").join(sorted(found)))
        else:
            near = closest(text, [name_of(region) for region in self.regions.values()])
            expected = say("read.did_you_mean", name=near) if near else say("importing.no_such_place")
            self._tell("place_unknown", at, found=text, expected=expected)
        return None

    def _figure(self, row: _Row, placed: Placed) -> None:
        at = self.grid.cell(row.number, placed.column)
        text = self.input(row.number, placed.column, placed.own.unit)
        if not text:
            return
        if text in self.table.missing:
            self._tell("figure_missing", at, Severity.INFO, found=text)
            return
        own = placed.own
        cells = row.cells | {"value": at}
        texts = {
            "year": str(placed.year or ""),
            "status": str(own.status or self.table.status or ""),
            "source": own.source or self.table.source,
            "published": own.published or self.table.published or "",
        }
        for name, column in self.places.texts.items():
            if not (name == "year" and placed.year) and not getattr(own, name):
                texts[name] = self.grid.text(row.number, column)
                cells[name] = self._seen(row.number, column)
        texts["status"] = status_key(texts["status"])
        self.filled.entries.append(
            Entry(
                region_code=row.code,
                variable=own.variable,
                value=self._number(text, at),
                unit=own.unit,
                reason="",
                provided_by="",
                cells=cells,
                **texts,
            )
        )

    def _number(self, text: str, at: Cell) -> str:
        """The text of the figure, in the ways of writing that the mapping declares turned into plain digits."""
        plain = text
        if Writing.FULL_WIDTH in self.table.numbers:
            plain = unicodedata.normalize("NFKC", plain)
        if Writing.THOUSANDS in self.table.numbers and _THOUSANDS.fullmatch(plain) and plain.isascii():
            plain = plain.replace(",", "")
        if plain != text and _PLAIN.fullmatch(plain):
            self._tell("figure_rewritten", at, Severity.INFO, found=text, expected=plain)
            return plain
        return text

    def _tell(
        self, rule: str, at: Cell, severity: Severity = Severity.CRITICAL, found: str = "", expected: str = ""
    ) -> None:
        self.filled.problems.append(problem(rule, at, severity, found=found, expected=expected))


def _codes_by_name(regions: dict[str, Region]) -> dict[str, list[str]]:
    codes: dict[str, list[str]] = {}
    for code, region in regions.items():
        for name in {squeezed(region.name), squeezed(region.name_en)} - {""}:
            codes.setdefault(name, []).append(code)
    return codes
