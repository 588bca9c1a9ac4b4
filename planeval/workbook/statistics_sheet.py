"""The sheet of the statistics: places down, variables across, last year's figure beside each cell to be filled in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from openpyxl.utils import get_column_letter

from planeval.messages import say
from planeval.messages.names import name_of
from planeval.messages.units import unit_of
from planeval.messages.widths import width_of
from planeval.model.dictionary import VariableKind
from planeval.model.status import Status
from planeval.workbook.contents import Column, Figure, Form
from planeval.workbook.grid import DIGITS
from planeval.workbook.input_checks import add_check, date_check, list_check, number_check
from planeval.workbook.layout import (
    COLUMN_ROWS,
    NAME_ROW,
    PLACE_COLUMNS,
    REGION_ROW,
    UNIT_ROW,
    VARIABLE_ROW,
    YEAR_ROW,
)
from planeval.workbook.looks import (
    DATE,
    ROW_HEIGHT,
    TEXT,
    TITLE_HEIGHT,
    break_pages,
    height_of,
    lines_of,
    page,
    protect,
    write,
)

# The rows from the second on; the places follow.
ROWS = (YEAR_ROW, NAME_ROW, UNIT_ROW, VARIABLE_ROW, *COLUMN_ROWS, REGION_ROW)
AT = {name: number for number, name in enumerate(ROWS, start=2)}
FIRST_PLACE = AT[REGION_ROW] + 1
CODE, NAME, FIRST_COLUMN = 1, 2, 3
_INPUT_WIDTH = 15
_LINES = {"source": 3, VARIABLE_ROW: 2}
# Counts show thousands. A share stays "General": typed as 95% it then shows itself as a percentage, which the
# reader sees and refuses, instead of quietly becoming 0.95.
_FORMATS = {VariableKind.COUNT: "#,##0", VariableKind.AMOUNT: "#,##0.0#####", VariableKind.RATE: "0.0#####"}
_MOST_OF_SHARE = {"%": 100, "‰": 1000}


def add_statistics(book: Any, form: Form) -> None:
    """Add the sheet to an openpyxl workbook."""
    sheet = book.create_sheet(say("workbook.sheet.statistics"))
    _frame(sheet, form)
    column = FIRST_COLUMN
    groups = [(CODE, NAME)]
    for own in form.columns:
        after = _variable(sheet, form, own, column)
        groups.append((column, after - 1))
        column = after
    for at, name in enumerate(PLACE_COLUMNS, start=column):
        _place_column(sheet, form, name, at)
    groups.append((column, column + len(PLACE_COLUMNS) - 1))
    break_pages(sheet, groups)
    sheet.freeze_panes = sheet.cell(FIRST_PLACE, FIRST_COLUMN)
    page(sheet, repeat_rows=f"1:{AT[REGION_ROW]}", repeat_columns="A:B", one_page_wide=False)
    protect(sheet)


def _frame(sheet: Any, form: Form) -> None:
    """Title, names of the rows, and the places."""
    write(sheet, 1, CODE, say("workbook.statistics.title", year=form.year), "title", align="left")
    sheet.row_dimensions[1].height = TITLE_HEIGHT
    for name in ROWS:
        sheet.row_dimensions[AT[name]].height = height_of(_LINES.get(name, 1))
        write(sheet, AT[name], CODE, name, "machine")
        write(sheet, AT[name], NAME, say(f"workbook.row.{name}"), "head")
    write(sheet, AT[YEAR_ROW], FIRST_COLUMN, form.year, "locked", number_format="0")
    write(sheet, AT[YEAR_ROW], FIRST_COLUMN + 1, say("workbook.statistics.note"), "line", align="left")
    for row, place in enumerate(form.places, start=FIRST_PLACE):
        sheet.row_dimensions[row].height = ROW_HEIGHT
        write(sheet, row, CODE, place.region_code, "locked", number_format=TEXT)
        write(sheet, row, NAME, name_of(place), "locked", align="left")
    widest = max((width_of(name_of(place)) for place in form.places), default=0)
    sheet.column_dimensions["A"].width = 12
    sheet.column_dimensions["B"].width = min(max(14, widest + 3), 30)


def _variable(sheet: Any, form: Form, own: Column, column: int) -> int:
    """The columns of one variable from ``column`` on; returns the one after them."""
    variable, first = own.variable, column
    years = sorted({form.year - 1, *own.known})
    for year in years:
        _known(sheet, form, own, year, column)
        column += 1
    for row in (AT[NAME_ROW], AT[UNIT_ROW]):
        for at in range(first, column + 1):
            write(sheet, row, at, unit_of(variable.unit) if row == AT[UNIT_ROW] else None, "head")
    write(sheet, AT[NAME_ROW], first, variable.name, "head")
    sheet.merge_cells(start_row=AT[NAME_ROW], end_row=AT[NAME_ROW], start_column=first, end_column=column)
    room = (column - first + 1) * _INPUT_WIDTH
    height = max(sheet.row_dimensions[AT[NAME_ROW]].height or 0, height_of(lines_of(variable.name, room)))
    sheet.row_dimensions[AT[NAME_ROW]].height = height
    _input(sheet, form, own, column)
    return column + 1


def _known(sheet: Any, form: Form, own: Column, year: int, column: int) -> None:
    """The locked column of a year that has figures already."""
    figures = own.known.get(year, {})
    write(sheet, AT[VARIABLE_ROW], column, None, "machine")
    name = "present" if year == form.year else "last_year"
    write(sheet, AT[REGION_ROW], column, say(f"workbook.statistics.{name}", year=year), "head")
    for own_row in COLUMN_ROWS:
        found = {_shown(figure, own_row) for figure in figures.values()}
        # A list of sources would say nothing about a single place.
        common = say("workbook.statistics.differ") if len(found) > 1 else next(iter(found), None)
        write(sheet, AT[own_row], column, common, "locked")
    shown = [_INPUT_WIDTH - 2]
    for row, place in enumerate(form.places, start=FIRST_PLACE):
        figure = figures.get(place.region_code)
        cell = write(sheet, row, column, figure and figure.value, "locked", align="right")
        if figure is not None:
            cell.number_format = _format_with_status(figure)
            shown.append(len(f"{figure.value:,}") + width_of(_status(figure)) + 1)
    sheet.column_dimensions[get_column_letter(column)].width = max(shown) + 2


def _shown(figure: Figure, row: str) -> str:
    return say(f"status.{figure.status}") if row == "status" else str(getattr(figure, row))


def _status(figure: Figure) -> str:
    return " ".join(filter(None, (say(f"status.{figure.status}"), figure.partial)))


def _format_with_status(figure: Figure) -> str:
    """All decimals the figure has, and its status after it: the cell stays a number."""
    decimals = max(0, -int(Decimal(format(figure.value, DIGITS)).normalize().as_tuple().exponent))
    return f'#,##0{"." if decimals else ""}{"0" * decimals}" {_status(figure)}"'


def _input(sheet: Any, form: Form, own: Column, column: int) -> None:
    """The column to be filled in."""
    variable, letter = own.variable, get_column_letter(column)
    sheet.column_dimensions[letter].width = _INPUT_WIDTH + 2
    write(sheet, AT[VARIABLE_ROW], column, own.key, "machine")
    write(sheet, AT[REGION_ROW], column, say("workbook.statistics.to_fill", year=form.year), "head")
    for name in COLUMN_ROWS:
        write(sheet, AT[name], column, None, "input", number_format=DATE if name == "published" else TEXT)
    share = variable.unit in _MOST_OF_SHARE
    number_format = "General" if share else _FORMATS[variable.kind]
    last = FIRST_PLACE + len(form.places) - 1
    for row in range(FIRST_PLACE, last + 1):
        write(sheet, row, column, None, "input", number_format=number_format, align="right")
    if form.places:
        whole, most = variable.kind is VariableKind.COUNT, _MOST_OF_SHARE.get(variable.unit)
        name = "share" if share else "count" if whole else "amount"
        check = number_check(name, unit_of(variable.unit), whole=whole, most=most)
        add_check(sheet, check, f"{letter}{FIRST_PLACE}:{letter}{last}")
    statuses = [say(f"status.{status}") for status in Status]
    add_check(sheet, list_check(statuses, "status"), f"{letter}{AT['status']}")
    add_check(sheet, date_check(f"{form.year}-01-01", "published"), f"{letter}{AT['published']}")


def _place_column(sheet: Any, form: Form, name: str, column: int) -> None:
    """A column at the right end that holds for the whole place."""
    for head in ROWS[1:]:
        write(sheet, AT[head], column, None, "locked")
    write(sheet, AT[VARIABLE_ROW], column, name, "machine")
    write(sheet, AT[REGION_ROW], column, say(f"workbook.column.{name}"), "head")
    for row in range(FIRST_PLACE, FIRST_PLACE + len(form.places)):
        write(sheet, row, column, None, "input", number_format=TEXT, align="left")
    sheet.column_dimensions[get_column_letter(column)].width = 36 if name == "reason" else 22
