"""The header of a wide table, over one row or several with merged cells, against the mapping's columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from planeval.errors import InputError, hint
from planeval.messages import say
from planeval.model.dictionary import Dictionary
from planeval.model.findings import Finding
from planeval.read.units import convertible, symbols_like
from planeval.read.yaml_file import Lines, Location, line_of
from planeval.validate.columns import labels
from planeval.workbook.grid import Grid
from planeval.workbook.mapping import WideColumn, WideTable
from planeval.workbook.texts import squeezed

_LETTERS = re.compile(r"[A-Z]{1,3}")
_YEAR = re.compile(r"((?:19|20)[0-9]{2})(?:\s*年度?)?")
_BETWEEN = "/"


class Placed(NamedTuple):
    """A column of figures: its number, what the mapping says of it, and its year (None: each row tells)."""

    column: int
    own: WideColumn
    year: int | None


class Places(NamedTuple):
    """Where things stand: the column of the places, those of the figures, and those of texts (year, status ...)."""

    region: int
    figures: list[Placed]
    texts: dict[str, int]


class _Heading(NamedTuple):
    column: int
    parts: tuple[str, ...]
    year: int | None

    def answers(self, name: str) -> bool:
        """Whether ``name`` is the whole heading or its last part."""
        return bool(self.parts) and squeezed(name) in (
            squeezed(_BETWEEN.join(self.parts)),
            squeezed(self.parts[-1]),
        )

    def is_exactly(self, name: str) -> bool:
        return squeezed(name) == squeezed(_BETWEEN.join(self.parts))


def sheet_of(book: Any, name: str, file: str) -> Any:
    """The sheet of that name, the first where none is named.

    Raises:
        InputError: there is no such sheet.
    """
    if not name:
        return book.worksheets[0]
    if name in book.sheetnames:
        return book[name]
    expected = hint(name, book.sheetnames)
    raise InputError(
        Finding(
            rule="no_such_sheet",
            file=file,
            message=say("importing.problem.no_such_sheet.message", found=name, expected=expected),
            remedy=say("importing.problem.no_such_sheet.remedy"),
        )
    )


def place_columns(grid: Grid, table: WideTable, lines: Lines, file: str, dictionary: Dictionary) -> Places:
    """Find the mapping's columns in the header of the table.

    Raises:
        InputError: with one finding for each column that is not there, or not once, and for each variable, unit or
            year that does not fit; ``file`` is the mapping's name, ``lines`` its lines.
    """
    placing = _Placing(grid, table, lines, file)
    region = placing.one(table.region_column, ("region_column",))
    named = {"year": table.year_column, "status": table.status_column}
    named |= {"source": table.source_column, "published": table.published_column}
    texts = {n: placing.one(text, (f"{n}_column",)) for n, text in named.items() if text}
    figures = [
        placed for name, own in table.columns.items() for placed in placing.figures(name, own, dictionary)
    ]
    placing.require_apart(figures)
    if placing.findings:
        raise InputError(*placing.findings)
    return Places(region, figures, texts)


class _Placing:
    def __init__(self, grid: Grid, table: WideTable, lines: Lines, file: str) -> None:
        self.table, self.lines, self.file = table, lines, file
        self.headings = list(_headings(grid, table))
        self.width = grid.width
        self.findings: list[Finding] = []

    def one(self, name: str, at: Location) -> int:
        """The number of the one column of that name; 0 (and a finding) where there is none, or more."""
        found = self._of_name(name)
        if len(found) == 1:
            return found[0].column
        self._tell_not_one(name, at, found)
        return 0

    def figures(self, name: str, own: WideColumn, dictionary: Dictionary) -> Iterator[Placed]:
        """The columns of that name: one, or one a year where the header tells the years."""
        at: Location = ("columns", name)
        self._check_variable(own, at, dictionary)
        found = self._of_name(name)
        if not found or (len(found) > 1 and not self.table.year_in_header):
            self._tell_not_one(name, at, found)
            return
        for heading in found:
            year = own.year or (heading.year if self.table.year_in_header else self.table.year)
            if self.table.year_in_header and year is None:
                name = _BETWEEN.join(heading.parts)
                self._tell("header_without_year", at, found=name, column=_letter(heading))
            yield Placed(heading.column, own, year)

    def require_apart(self, figures: list[Placed]) -> None:
        """No column stands for two things."""
        seen: dict[int, Placed] = {}
        for placed in figures:
            if placed.column in seen:
                heading = _BETWEEN.join(self.headings[placed.column - 1].parts)
                variables = say("read.name_join").join(
                    [seen[placed.column].own.variable, placed.own.variable]
                )
                self._tell("column_twice", ("columns",), found=heading, expected=variables)
            seen[placed.column] = placed

    def _of_name(self, name: str) -> list[_Heading]:
        exact = [heading for heading in self.headings if heading.is_exactly(name)]
        found = exact or [heading for heading in self.headings if heading.answers(name)]
        if found or not _LETTERS.fullmatch(name):
            return found
        from openpyxl.utils import column_index_from_string

        number = column_index_from_string(name)
        return [h for h in self.headings if h.column == number]

    def _check_variable(self, own: WideColumn, at: Location, dictionary: Dictionary) -> None:
        known = labels(dictionary)
        if own.variable not in known:
            self._tell("unknown_variable", (*at, "variable"), own.variable, hint(own.variable, known, ", "))
        elif not convertible(own.unit, known[own.variable][1]):
            units = say("read.name_join").join(symbols_like(known[own.variable][1]))
            self._tell("unit_unfit", (*at, "unit"), own.unit, units)

    def _tell_not_one(self, name: str, at: Location, found: list[_Heading]) -> None:
        if found:
            self._tell("column_ambiguous", at, name, say("read.name_join").join(map(_letter, found)))
        else:
            headings = [_BETWEEN.join(h.parts) for h in self.headings if h.parts]
            self._tell("column_missing", at, name, hint(name, headings))

    def _tell(self, rule: str, at: Location, found: str, expected: str = "", **more: str) -> None:
        words = {"found": found, "expected": expected, **more}
        message, remedy = (say(f"importing.problem.{rule}.{part}", **words) for part in ("message", "remedy"))
        line = line_of(self.lines, at)
        self.findings.append(
            Finding(
                rule=rule,
                file=self.file,
                line=line,
                message=message,
                remedy=remedy,
                found=found,
                expected=expected,
            )
        )


def _letter(heading: _Heading) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(heading.column)


def _headings(grid: Grid, table: WideTable) -> Iterator[_Heading]:
    """The heading of each column, from the top down; a text that a merged cell repeats counts once."""
    for column in range(1, grid.width + 1):
        parts: list[str] = []
        year = None
        for row in table.header_rows:
            text = grid.text(row, column) or _to_the_left(grid, row, column, table)
            if table.year_in_header and (match := _YEAR.search(text)):
                year = int(match[1])
                text = f"{text[: match.start()]}{text[match.end() :]}".strip()
            if text and (not parts or text != parts[-1]):
                parts.append(text)
        yield _Heading(column, tuple(parts), year)


def _to_the_left(grid: Grid, row: int, column: int, table: WideTable) -> str:
    """What the cell was merged with before the table became a CSV file, which keeps merged text in the first cell
    alone: the next text to the left, where the column has a heading of its own in a lower row."""
    if not grid.flattened or not any(grid.text(below, column) for below in table.header_rows if below > row):
        return ""
    return next((text for left in range(column - 1, 0, -1) if (text := grid.text(row, left))), "")
