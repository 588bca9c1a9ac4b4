"""Workbooks on their way to a file: text that stays text, and bytes that are the same every time."""

from __future__ import annotations

import io
import re
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from planeval.report.spreadsheet import is_formula

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment a ZIP file can name
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def legal(text: str) -> str:
    """``text`` without the characters that no workbook can hold."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return ILLEGAL_CHARACTERS_RE.sub("", text)


def put(cell: Any, value: Any) -> None:
    """Write ``value`` into a cell: a number as it is; text as text, whatever openpyxl would take it for (a formula, the
    name of an error)."""
    if isinstance(value, str):
        value = legal(value)
    cell.value = value
    if isinstance(value, str) and looks_like_more(value):
        cell.data_type, cell.quotePrefix = "s", True


def looks_like_more(text: str) -> bool:
    """Whether openpyxl or a spreadsheet may take ``text`` for something other than text."""
    return is_formula(text) or text.startswith("#")


def undated(book: Any) -> bytes:
    """The openpyxl workbook as a file without the time it was made."""
    file, made = io.BytesIO(), io.BytesIO()
    book.save(file)
    with ZipFile(file) as before, ZipFile(made, "w", ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "docProps/core.xml":
                content = _STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z", content)
            info = ZipInfo(name, _EPOCH)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            after.writestr(info, content)
    return made.getvalue()
