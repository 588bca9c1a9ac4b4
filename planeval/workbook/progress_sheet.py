"""The sheet of the progress reports: the tasks, projects, milestones and quantities of the plans, one row each."""

from __future__ import annotations

from typing import Any

from openpyxl.utils import get_column_letter

from planeval.messages import say
from planeval.messages.units import unit_of
from planeval.read.ledger import DATA_STATUSES
from planeval.workbook.contents import Form, Item
from planeval.workbook.input_checks import add_check, date_check, list_check, number_check
from planeval.workbook.layout import ITEM_COLUMNS, REPORT_COLUMNS
from planeval.workbook.looks import DATE, TEXT, TITLE_HEIGHT, height_of, lines_of, page, protect, write
from planeval.workbook.words import progress_terms

LABELS, KEYS, FIRST_ITEM = 3, 4, 5
LAST = ("date", "status", "percent", "quantity")  # what is shown of the last report
_WIDTHS = {
    "plan": 9,
    "group": 28,
    "item": 16,
    "name": 30,
    "unit": 8,
    "evidence": 24,
    "source": 20,
}
_EARLIEST = "1990-01-01"


def add_progress(book: Any, form: Form) -> None:
    """Add the sheet to an openpyxl workbook."""
    sheet = book.create_sheet(say("workbook.sheet.progress"))
    write(sheet, 1, 1, say("workbook.progress.title", year=form.year), "title", align="left")
    sheet.row_dimensions[1].height = TITLE_HEIGHT
    note = "note" if form.items else "nothing"
    write(sheet, 2, 1, say(f"workbook.progress.{note}"), "line", align="left")
    known = ("plan", "group", "item", "name", "unit")
    columns = [*known, *(f"last_{name}" for name in LAST), *REPORT_COLUMNS]
    at = {name: number for number, name in enumerate(columns, start=1)}
    for name, column in at.items():
        write(sheet, LABELS, column, say(f"workbook.column.{name}"), "head")
        key = name if name in ITEM_COLUMNS or name in REPORT_COLUMNS else None
        write(sheet, KEYS, column, key, "machine")
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(name, 12)
    sheet.row_dimensions[LABELS].height = height_of(2)
    for row, item in enumerate(form.items, start=FIRST_ITEM):
        _row(sheet, row, item, at)
    if form.items:
        _checks(sheet, at, len(form.items))
    sheet.freeze_panes = sheet.cell(FIRST_ITEM, at["name"] + 1)
    page(sheet, repeat_rows=f"1:{KEYS}")
    protect(sheet)


def _row(sheet: Any, row: int, item: Item, at: dict[str, int]) -> None:
    known = {"plan": item.plan.id, "group": item.group, "item": item.item, "name": item.name}
    for name, text in (known | {"unit": unit_of(item.unit)}).items():
        look = "machine" if name in ITEM_COLUMNS else "locked"
        write(sheet, row, at[name], text, look, number_format=TEXT, align="left")
    for name in LAST:
        value = item.last.get(name)
        write(sheet, row, at[f"last_{name}"], progress_terms().get(str(value), value), "locked")
    for name in REPORT_COLUMNS:
        # What is no quantity has none to be filled in.
        look = "locked" if name == "quantity" and not item.unit else "input"
        number_format = DATE if name == "date" else "General" if name in ("percent", "quantity") else TEXT
        align = "left" if name in ("evidence", "source") else "center"
        write(sheet, row, at[name], None, look, number_format=number_format, align=align)
    widest = max(lines_of(item.name, _WIDTHS["name"]), lines_of(item.group, _WIDTHS["group"]))
    sheet.row_dimensions[row].height = height_of(widest)


def _checks(sheet: Any, at: dict[str, int], rows: int) -> None:
    data_statuses = [say(f"status.{status}") for status in DATA_STATUSES]
    checks = {
        "date": date_check(_EARLIEST, "date"),
        "status": list_check(list(progress_terms().values()), "progress"),
        "percent": number_check("percent", most=100),
        "quantity": number_check("quantity"),
        "data_status": list_check(data_statuses, "data_status"),
    }
    for name, check in checks.items():
        letter = get_column_letter(at[name])
        add_check(sheet, check, f"{letter}{FIRST_ITEM}:{letter}{FIRST_ITEM + rows - 1}")
