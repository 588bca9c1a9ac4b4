"""What a yearly workbook asks for, and the hidden sheet on which it remembers that.

Sheets are read back by what stands in them, not by where: in the column of the region codes stand the names of the rows
(``variable``, ``status`` ...), in the row ``variable`` the key of each column. So columns and rows may be moved or inserted.
What had been asked for stands on the hidden sheet, so that a changed code or key is seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SCHEMA = "1"
HIDDEN = "planeval"
# Names of the rows of the statistics, in the column of the region codes; below REGION_ROW stand the places.
YEAR_ROW, NAME_ROW, UNIT_ROW, VARIABLE_ROW, REGION_ROW = "year", "name", "unit", "variable", "region_code"
COLUMN_ROWS = ("status", "source", "published")  # filled in once for each column
PLACE_COLUMNS = ("reason", "provided_by")  # filled in once for each place
# Names of the columns of the progress reports.
ITEM_COLUMNS = ("plan", "item")
REPORT_COLUMNS = ("date", "status", "percent", "quantity", "evidence", "source", "data_status")


@dataclass(frozen=True)
class Layout:
    """``places``: code -> name; ``units``: variable -> (symbol, as it was shown); ``items``: plan -> item -> name."""

    year: int
    lang: str
    places: dict[str, str] = field(default_factory=dict)
    units: dict[str, tuple[str, str]] = field(default_factory=dict)
    items: dict[str, dict[str, str]] = field(default_factory=dict)

    def rows(self) -> list[tuple[str, ...]]:
        """The rows of the hidden sheet."""
        return [
            ("schema", SCHEMA),
            ("year", str(self.year)),
            ("lang", self.lang),
            *(("place", *place) for place in self.places.items()),
            *(("variable", key, *units) for key, units in self.units.items()),
            *(("item", plan, *item) for plan, items in self.items.items() for item in items.items()),
        ]

    @classmethod
    def of(cls, rows: list[list[str]]) -> Layout | None:
        """The layout that `rows` wrote; None where these are no such rows, or of another schema."""
        single = {row[0]: row[1] for row in rows if len(row) > 1}
        year, lang = single.get("year", ""), single.get("lang", "")
        if single.get("schema") != SCHEMA or not (year.isascii() and year.isdigit()):
            return None
        layout = cls(int(year), lang)
        for row in rows:
            kind, *rest = [*row, "", "", ""][:4]
            if kind == "place":
                layout.places[rest[0]] = rest[1]
            elif kind == "variable":
                layout.units[rest[0]] = rest[1], rest[2]
            elif kind == "item":
                layout.items.setdefault(rest[0], {})[rest[1]] = rest[2]
        return layout


def remember(book: Any, layout: Layout) -> None:
    """Add the hidden sheet to an openpyxl workbook."""
    from planeval.workbook.saving import put

    sheet = book.create_sheet(HIDDEN)
    sheet.sheet_state = "veryHidden"
    for number, row in enumerate(layout.rows(), start=1):
        for column, text in enumerate(row, start=1):
            put(sheet.cell(number, column), text)


def remembered(book: Any) -> Layout | None:
    """The layout of a workbook; None when it was not made by `template`."""
    if HIDDEN not in book.sheetnames:
        return None
    rows = book[HIDDEN].iter_rows(max_col=4, values_only=True)
    return Layout.of([["" if cell is None else str(cell) for cell in row] for row in rows])
