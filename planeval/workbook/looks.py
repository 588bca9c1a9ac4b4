"""How the sheets of a workbook look: grey is locked, white is to be filled in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break

from planeval.messages.widths import width_of
from planeval.workbook.saving import put

_FACE = "Microsoft YaHei"
_LINE = Side(style="thin", color="BFBFBF")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_FILLS = {"head": "1F4E79", "locked": "EDEDED", "input": "FFFFFF", "machine": "F7F7F7"}
_FONTS = {
    "head": Font(name=_FACE, size=10, bold=True, color="FFFFFF"),
    "locked": Font(name=_FACE, size=10, color="404040"),
    "input": Font(name=_FACE, size=10, color="000000"),
    "machine": Font(name=_FACE, size=8, color="595959"),
    "title": Font(name=_FACE, size=14, bold=True, color="1F4E79"),
    "text": Font(name=_FACE, size=10),
    "line": Font(name=_FACE, size=10),
}
_UNLOCKED = Protection(locked=False)
TITLE_HEIGHT, ROW_HEIGHT = 26.0, 20.0  # in points
# A page of A4 across takes so many characters of width at this size (per cent).
PAGE_WIDTH, SCALE = 136, 80
TEXT = "@"
DATE = "yyyy-mm-dd"


@cache
def _alignment(align: str, wrap: bool) -> Alignment:
    return Alignment(horizontal=align, vertical="center", wrap_text=wrap)


@cache
def _fill(look: str) -> PatternFill:
    return PatternFill("solid", start_color=_FILLS[look], end_color=_FILLS[look])


def style(cell: Any, look: str, *, number_format: str = "", align: str = "center") -> Any:
    """Give a cell one of the looks ``head``, ``locked``, ``input`` (the only one that is unlocked), ``machine`` (names that
    programs read), ``title``, ``text``, ``line`` (text that runs on over the cells beside it); returns the cell."""
    cell.font = _FONTS[look]
    cell.alignment = _alignment(align, look not in ("title", "line"))
    if look in _FILLS:
        cell.fill = _fill(look)
        cell.border = _BORDER
    if look == "input":
        cell.protection = _UNLOCKED
    if number_format:
        cell.number_format = number_format
    return cell


def write(sheet: Any, row: int, column: int, value: Any, look: str, **options: Any) -> Any:
    """Write ``value`` in a look (`style`); returns the cell."""
    cell = sheet.cell(row, column)
    put(cell, value)
    return style(cell, look, **options)


def protect(sheet: Any) -> None:
    """Lock what is not to be filled in, against mistakes and not against people: there is no password. Rows and columns may
    be made wider."""
    sheet.protection.sheet = True
    sheet.protection.formatColumns = False
    sheet.protection.formatRows = False


def page(sheet: Any, *, repeat_rows: str, repeat_columns: str = "", one_page_wide: bool = True) -> None:
    """A4 across, with the header on every page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.print_title_rows = repeat_rows
    if repeat_columns:
        sheet.print_title_cols = repeat_columns
    if one_page_wide:
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_setup.fitToHeight = 0
    else:
        sheet.page_setup.scale = SCALE
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.footer = 0.6, 0.7, 0.3
    sheet.oddFooter.center.text = "&A  &P / &N"


def break_pages(sheet: Any, groups: Sequence[tuple[int, int]]) -> None:
    """Begin a new page where the next group of columns (first, last) would not fit whole; the first group tells what
    stands at the left of every page."""

    def wide(first: int, last: int) -> float:
        letters = (get_column_letter(column) for column in range(first, last + 1))
        return sum(sheet.column_dimensions[letter].width for letter in letters)

    repeated = used = wide(*groups[0])
    for first, last in groups[1:]:
        if used + wide(first, last) > PAGE_WIDTH and used > repeated:
            sheet.col_breaks.append(Break(id=first - 1))
            used = repeated
        used += wide(first, last)


def lines_of(text: str, width: float) -> int:
    """About how many lines ``text`` takes in a column that wide."""
    return sum(max(1, -(-width_of(line) // max(int(width) - 1, 1))) for line in re.split(r"\n", text))


def height_of(lines: int) -> float:
    """The height in points of a row of so many lines."""
    return max(ROW_HEIGHT, 16.0 * lines + 4)
