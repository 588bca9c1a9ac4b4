"""CSV files as lines and cells, with the standard library alone.

The inventory looks into files of statistics before anything heavy is imported, and must think of a file as the
readers do: so both go through here. Who wants messages for people uses ``planeval.read.csv_file``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any


class Malformed(Exception):
    """A CSV file that cannot be used: ``rule`` names the message, ``line`` the place, ``params`` what it says."""

    def __init__(self, rule: str, line: int | None = None, **params: Any) -> None:
        super().__init__(rule, line, params)
        self.rule, self.line, self.params = rule, line, params


def decode(raw: bytes) -> str:
    """Text of ``raw``: UTF-8 first, then GB 18030 (the superset of GBK that Chinese Excel writes).

    Raises:
        Malformed: neither fits (for example UTF-16 or a workbook named .csv).
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Malformed("csv_encoding", found="UTF-16")
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Malformed("csv_is_workbook")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise Malformed("csv_encoding", found=None)


class RawTable:
    """A CSV text with a header of ``required`` and possibly ``optional`` columns, in any order.

    ``columns`` is the header; ``lines`` are the lines of the text with their ends. Iterating gives, once, each row
    that is not blank: the line it begins on and its cells as written; ``last_line`` is then where it ends.

    Raises:
        Malformed: no text; a missing, unknown or repeated column; while iterating, a row with more or fewer cells
            than the header, or a quotation mark left open.
    """

    def __init__(self, text: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
        if not text.strip():
            raise Malformed("csv_empty", expected=required)
        self.lines = io.StringIO(text, newline="").readlines()
        self._reader = csv.reader(iter(self.lines), strict=True)
        try:
            self.columns = [name.strip() for name in next(self._reader)]
        except csv.Error as error:
            raise Malformed("csv_syntax", 1, found=str(error)) from None
        self._check(required, optional)

    def _check(self, required: tuple[str, ...], optional: tuple[str, ...]) -> None:
        for name in self.columns:
            if name not in required + optional:
                raise Malformed("csv_unknown_column", 1, found=name, valid=required + optional)
            if self.columns.count(name) > 1:
                raise Malformed("csv_repeated_column", 1, found=name)
        missing = tuple(name for name in required if name not in self.columns)
        if missing:
            raise Malformed("csv_missing_column", 1, expected=missing, found=tuple(self.columns))

    @property
    def last_line(self) -> int:
        """The line on which the row given last ends."""
        return self._reader.line_num

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        width, reader = len(self.columns), self._reader
        line = (
            reader.line_num + 1
        )  # where the row begins: a quotation mark left open runs on to the end of the file
        try:
            for cells in reader:
                if not cells or (not cells[0].strip() and not any(cell.strip() for cell in cells)):
                    pass  # a blank line
                elif len(cells) != width:
                    raise Malformed("csv_width", line, found=len(cells), expected=width)
                else:
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise Malformed("csv_syntax", line, found=str(error)) from None
