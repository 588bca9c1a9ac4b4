"""CSV files of a million rows: columns of text, and the line that each row begins on."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planeval.read.raw_csv import RawTable


@dataclass(frozen=True)
class TextColumn:
    """A column of text: each different text once (stripped), and for every row the number of its text.

    What is to be found out about a cell is found out once for each text, however many rows have it.
    """

    number: NDArray[np.int64]
    texts: list[str]

    def each(self, values: list[Any], dtype: Any) -> NDArray[Any]:
        """For every row what ``values`` holds for its text."""
        return np.array(values, dtype=dtype)[self.number] if values else np.empty(0, dtype=dtype)

    def text(self, row: int) -> str:
        """The text of a row."""
        return self.texts[self.number[row]]


@dataclass(frozen=True)
class TextTable:
    """``columns`` by name, as many as the header has; ``line``: where each row begins."""

    columns: dict[str, TextColumn]
    line: NDArray[np.int64]

    def rows(self, kept: NDArray[np.bool_]) -> TextTable:
        """Those of the rows that are ``kept``."""
        if kept.all():
            return self
        columns = {name: TextColumn(own.number[kept], own.texts) for name, own in self.columns.items()}
        return TextTable(columns, self.line[kept])


def text_table(table: RawTable) -> TextTable:
    """The rows of a table that are not blank.

    Raises:
        Malformed: a row with more or fewer cells than the header, or a quotation mark left open.
    """
    cells, line = _at_once(table) or _row_by_row(table)
    return TextTable({str(name): _column(cells[name]) for name in cells.columns}, line)


_Cells = tuple[pd.DataFrame, NDArray[np.int64]]


def _at_once(table: RawTable) -> _Cells | None:
    """The rows where each line is one and each comma ends a cell: most long files have no quotation mark at all. None
    where it takes more to tell them."""
    lines, commas = table.lines[1:], len(table.columns) - 1
    text = "".join(lines)
    if not lines or table.last_line > 1 or '"' in text or max(map(len, lines)) >= csv.field_size_limit():
        return None
    if set(map(str.count, lines, repeat(","))) != {commas}:
        return None
    cells = pd.read_csv(
        io.BytesIO(text.encode("utf-8")),
        header=None,
        names=table.columns,
        index_col=False,
        dtype="str",
        na_filter=False,
        quoting=csv.QUOTE_NONE,
        skip_blank_lines=False,
    )
    # A row that begins with nothing may be blank.
    if (cells[table.columns[0]].to_numpy(dtype=object) < "!").any():
        return None
    return cells, np.arange(len(cells), dtype=np.int64) + 2


def _row_by_row(table: RawTable) -> _Cells:
    lines, rows = [], []
    for line, cells in table:
        lines.append(line)
        rows.append(cells)
    return pd.DataFrame(rows, columns=table.columns, dtype="str"), np.array(lines, dtype=np.int64)


def _column(cells: pd.Series) -> TextColumn:
    number, found = pd.factorize(cells.to_numpy(dtype=object))
    texts = [text.strip() for text in found]
    if len(set(texts)) < len(texts):
        again, different = pd.factorize(np.array(texts, dtype=object))
        number, texts = again[number], list(different)
    return TextColumn(number.astype(np.int64), texts)
