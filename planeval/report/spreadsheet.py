"""Tables for programs and spreadsheets. What comes from data is text there and never a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

# A cell that begins with one of these is computed by some spreadsheet when it opens the file. The full-width forms
# count as the plain ones in East Asian editions.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# So that Excel reads a CSV file as UTF-8.
BYTE_ORDER_MARK = "\ufeff"


def is_formula(value: object) -> bool:
    """Whether a spreadsheet may take ``value`` for something to compute; numbers are none."""
    return isinstance(value, str) and value.startswith(FORMULA_SIGNS)


def as_text(value: Any) -> Any:
    """``value`` as a cell of a CSV file: text that may be taken for a formula gets the apostrophe that spreadsheets
    know for text (and so does text that looks as if it had one already); everything else is as it was."""
    return f"'{value}" if isinstance(value, str) and is_formula(value.lstrip("'")) else value


def text_of(cell: str) -> str:
    """The text that `as_text` made ``cell`` of."""
    return cell[1:] if cell.startswith("'") and is_formula(cell.lstrip("'")) else cell


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A CSV file for spreadsheets: byte-order mark, commas, CRLF, None as an empty cell, texts by `as_text`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([as_text(value) for value in row] for row in rows)
    return BYTE_ORDER_MARK + text.getvalue()
