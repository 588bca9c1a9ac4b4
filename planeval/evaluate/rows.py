"""The rows of the statistics that a report lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from planeval.model.dictionary import Dictionary
from planeval.model.evaluation import SourceRow
from planeval.model.status import Status


class Observed(NamedTuple):
    """One row of the statistics; the fields are the columns of that name (``planeval.read.observations.COLUMNS``)."""

    variable: str
    year: int
    value: float
    unit: str
    as_published: str
    status: str
    source: str
    published: str
    checked: str
    file: str
    line: int
    superseded: bool
    reason: str
    provided_by: str
    derived: str
    behind: tuple[str, ...] | None
    partial: str

    @property
    def place(self) -> str:
        """``file:line`` of the row; of a derived one, which stands in no line, how it was derived and what it is."""
        return f"{self.derived}:{self.variable}:{self.year}" if self.derived else f"{self.file}:{self.line}"


def observed(rows: pd.DataFrame) -> list[Observed]:
    """The rows of a frame, as plain values: what is looked at row by row is never asked of pandas row by row."""
    columns = (rows[name].tolist() for name in Observed._fields)
    return [Observed._make(cells) for cells in zip(*columns, strict=True)]


def source_rows(rows: Iterable[Observed], dictionary: Dictionary, behind: set[str]) -> list[SourceRow]:
    """The rows in reading order; ``behind`` holds file:line of those a value of the report was computed from."""

    def name(key: str) -> str:
        found = dictionary.variables.get(key) or dictionary.indicators.get(key)
        return found.name if found else key

    return [
        SourceRow(
            variable=row.variable,
            name=name(row.variable),
            year=row.year,
            value=row.value,
            unit=row.unit,
            as_published=row.as_published,
            status=Status(row.status),
            source=row.source,
            published=row.published,
            checked=row.checked,
            file=row.file,
            line=row.line,
            superseded=row.superseded,
            reason=row.reason,
            provided_by=row.provided_by,
            derived=row.derived,
            behind=list(row.behind or ()),
            partial=row.partial,
            used=row.place in behind,
        )
        for row in sorted(rows, key=lambda row: (row.variable, row.year, row.published))
    ]
