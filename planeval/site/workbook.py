"""The figures as an Excel workbook: numbers as numbers, codes and everything from the data as text."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planeval.messages import say, speak
from planeval.report.spreadsheet import text_of
from planeval.site.download_fields import INDICATORS, VERDICTS, Field, verdict_rows
from planeval.workbook.saving import legal, looks_like_more, put, undated

if TYPE_CHECKING:
    from planeval.site.entries import SiteEntry

# A workbook of more rows of yearly values takes minutes to open.
MOST_ROWS = 200_000
# Wide enough for what stands in them, narrow enough to see several at once; in characters.
_WIDTHS = {"string": 14, "number": 12, "year": 9, "boolean": 9}
_WIDE = {"plan_title": 40, "name": 34, "region_name": 18, "reason": 40}


def workbook(values: str | None, entries: Sequence[SiteEntry], lang: str) -> bytes:
    """The workbook: the yearly values as in the CSV file ``values`` (None: without them), and the verdicts of the reports
    ``entries``. The same content gives the same bytes."""
    from openpyxl import Workbook

    speak(lang)
    book = Workbook(write_only=True)
    if values is not None:
        _sheet(book, say("downloads.sheet.values"), INDICATORS, _value_rows(Path(values)))
    _sheet(book, say("downloads.sheet.verdicts"), VERDICTS, verdict_rows(entries))
    _notes(book, values is not None)
    return undated(book)


def _value_rows(file: Path) -> Iterator[list[Any]]:
    """The rows of the CSV file, their cells as what they are."""
    readers: dict[str, Callable[[str], Any]] = {"number": float, "year": int}
    read = [readers.get(field.type, text_of) for field in INDICATORS]
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines)
        next(rows)
        for row in rows:
            yield [own(cell) if cell else None for own, cell in zip(read, row, strict=True)]


def _sheet(book: Any, title: str, fields: Sequence[Field], rows: Iterable[Sequence[Any]]) -> None:
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, field in enumerate(fields, start=1):
        width = _WIDE.get(field.name, _WIDTHS[field.type])
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([_heading(sheet, field.title) for field in fields])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _notes(book: Any, values: bool) -> None:
    sheet = book.create_sheet(say("downloads.sheet.notes"))
    for letter, width in (("A", 18), ("B", 24), ("C", 90)):
        sheet.column_dimensions[letter].width = width
    notes = ["made_up", "missing", "text"] + ([] if values else ["no_values"])
    for name in notes:
        sheet.append([say(f"downloads.note.{name}")])
    sheet.append([])
    sheet.append([_heading(sheet, say(f"downloads.column.{name}")) for name in ("name", "title", "text")])
    for field in dict.fromkeys((*(INDICATORS if values else ()), *VERDICTS)):
        sheet.append([field.name, field.title, field.text])


def _heading(sheet: Any, text: str) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, value=text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    """A number as it is; text as text, whatever openpyxl would take it for (a formula, the name of an error)."""
    if not isinstance(value, str):
        return value
    from openpyxl.cell import WriteOnlyCell

    text = legal(value)
    if not looks_like_more(text):
        return text
    cell = WriteOnlyCell(sheet)
    put(cell, text)
    return cell
