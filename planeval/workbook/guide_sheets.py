"""The sheets that are only read: how to fill in the workbook, and what each variable means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from planeval.messages import names_below, say
from planeval.messages.names import name_of
from planeval.messages.units import unit_of
from planeval.workbook.contents import Column, Form
from planeval.workbook.looks import TITLE_HEIGHT, height_of, lines_of, page, protect, write

_GUIDE_WIDTH = 100
_COLUMNS = {
    "key": 26,
    "variable_name": 24,
    "variable_unit": 12,
    "kind": 8,
    "definition": 42,
    "caveats": 42,
    "breaks": 42,
}


def add_guide(book: Any, form: Form) -> None:
    """Add the first sheet: how to fill in the workbook and what not to touch."""
    sheet = book.create_sheet(say("workbook.sheet.guide"))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 5, _GUIDE_WIDTH
    write(sheet, 1, 1, say("workbook.guide.title", year=form.year), "title", align="left")
    sheet.row_dimensions[1].height = TITLE_HEIGHT
    scope = say("workbook.guide.scope", **_counts(form))
    write(sheet, 2, 1, scope, "line", align="left")
    row = 4
    for part in names_below("workbook.guide.parts"):
        write(sheet, row, 1, say(f"workbook.guide.parts.{part}.title"), "title", align="left")
        for number, step in enumerate(names_below(f"workbook.guide.parts.{part}.steps"), start=1):
            row += 1
            text = say(f"workbook.guide.parts.{part}.steps.{step}", year=form.year)
            write(sheet, row, 1, number, "text")
            write(sheet, row, 2, text, "text", align="left")
            sheet.row_dimensions[row].height = height_of(lines_of(text, _GUIDE_WIDTH))
        row += 2
    page(sheet, repeat_rows="1:1")
    sheet.page_setup.fitToHeight = 1
    protect(sheet)


def _counts(form: Form) -> dict[str, object]:
    places = say("read.name_join").join(name_of(place) for place in form.places[:10])
    return {
        "places": places if len(form.places) <= 10 else f"{places}……",
        "place_count": len(form.places),
        "variables": len(form.columns),
        "items": len(form.items),
    }


def add_explanations(book: Any, form: Form) -> None:
    """Add the sheet that explains every variable."""
    sheet = book.create_sheet(say("workbook.sheet.explanations"))
    for column, (name, width) in enumerate(_COLUMNS.items(), start=1):
        write(sheet, 1, column, say(f"workbook.column.{name}"), "head")
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = width
    for row, own in enumerate(form.columns, start=2):
        texts = list(_explained(own, form))
        for column, text in enumerate(texts, start=1):
            write(sheet, row, column, text, "locked" if column == 1 else "text", align="left")
        lines = [lines_of(text, width) for text, width in zip(texts, _COLUMNS.values(), strict=True)]
        sheet.row_dimensions[row].height = height_of(max(lines))
    sheet.freeze_panes = "C2"
    page(sheet, repeat_rows="1:1")
    protect(sheet)


def _explained(own: Column, form: Form) -> Iterator[str]:
    variable = own.variable
    yield own.key
    yield variable.name
    yield unit_of(variable.unit)
    yield say(f"workbook.variable_kind.{variable.kind}")
    yield variable.definition
    yield "\n".join(variable.caveats)
    lines = [say("workbook.break", year=year, text=text) for year, text in sorted(variable.breaks.items())]
    for place in form.places:
        for year, text in sorted(variable.region_breaks.get(place.region_code, {}).items()):
            lines.append(say("workbook.place_break", place=name_of(place), year=year, text=text))
    yield "\n".join(lines)
