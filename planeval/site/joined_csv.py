"""The yearly values of all reports in one table, joined from the files beside the reports.

Of a nation this is a hundred megabytes from 5,700 files, and it is made again whenever one of them changes: so the text
is joined as it is, and read cell by cell only where it is not of the plain form that nearly all files have.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from planeval.report.indicator_table import CSV_COLUMNS
from planeval.report.spreadsheet import BYTE_ORDER_MARK, FORMULA_SIGNS, as_text, text_of
from planeval.site.download_fields import INDICATORS

if TYPE_CHECKING:
    from planeval.site.entries import SiteEntry

SOURCE = "indicators.csv"
_HEADER = ",".join(CSV_COLUMNS).encode() + b"\r\n"
_MARK = BYTE_ORDER_MARK.encode()
# How a cell begins that a spreadsheet may compute; a negative number does too, and is told apart cell by cell.
_SIGNS = tuple(sign.encode() for sign in FORMULA_SIGNS if sign not in "\r\n")
_PLAIN_NUMBER = re.compile(r"-?[0-9.]+(?:[eE][-+]?[0-9]+)?")


def _is_plain(text: bytes) -> bool:
    """Whether no cell is quoted (it may hold a line end), and none begins as a formula does: earlier versions let them
    through. Nearly all files hold none of the signs at all, and that is told in no time."""
    if b'"' in text or text.count(b"\r") != text.count(b"\r\n"):
        return False
    return not any(sign in text and (b"," + sign in text or b"\n" + sign in text) for sign in _SIGNS)


@dataclass
class Joined:
    """Writes the table of ``entries``, whose files lie in ``out``; afterwards it knows its ``rows``, its
    ``size`` in bytes and its ``checksum`` (SHA-256)."""

    out: Path
    entries: Iterable[SiteEntry] = field(repr=False)
    rows: int = 0
    size: int = 0
    checksum: str = ""

    def __call__(self, file: IO[bytes]) -> None:
        """Write the table to ``file``."""
        summed = sha256()
        self.rows = self.size = 0
        for chunk in self._chunks():
            file.write(chunk)
            summed.update(chunk)
            self.size += len(chunk)
        self.checksum = summed.hexdigest()

    def _chunks(self) -> Iterator[bytes]:
        yield _MARK + ",".join(column.name for column in INDICATORS).encode() + b"\r\n"
        for entry in self.entries:
            if not entry.published or SOURCE not in entry.files:
                continue
            with open(f"{self.out}/{entry.folder}/{SOURCE}", "rb") as file:
                text = file.read().removeprefix(_MARK)
            head = f"{entry.plan},{entry.kind.value},".encode()
            if text.startswith(_HEADER) and text.endswith(b"\r\n") and _is_plain(text):
                body = text[len(_HEADER) :]
                if body:
                    lines = body[:-2].replace(b"\r\n", b"\r\n" + head)
                    self.rows += body.count(b"\r\n")
                    yield head + lines + b"\r\n"
            else:
                yield self._cell_by_cell(entry, text.decode("utf-8"))

    def _cell_by_cell(self, entry: SiteEntry, text: str) -> bytes:
        """The rows of a file by the names of its columns, which an earlier version may have had in another order."""
        made = io.StringIO()
        writer = csv.writer(made, lineterminator="\r\n")
        for row in csv.DictReader(io.StringIO(text, newline="")):
            cells: list[Any] = [row.get(name) or "" for name in CSV_COLUMNS]
            safe = [cell if _PLAIN_NUMBER.fullmatch(cell) else as_text(text_of(cell)) for cell in cells]
            writer.writerow([entry.plan, entry.kind.value, *safe])
            self.rows += 1
        return made.getvalue().encode("utf-8")
