"""The rows of the statistics that a report lists, and the figures that were published more than once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from planeval.model.dictionary import Dictionary
from planeval.model.evaluation import Restatement, SourceRow
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

    @property
    def place(self) -> str:
        """``file:line`` of the row."""
        return f"{self.file}:{self.line}"


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
            used=row.place in behind,
        )
        for row in sorted(rows, key=lambda row: (row.variable, row.year, row.published))
    ]


def restatements(rows: list[SourceRow]) -> list[Restatement]:
    """Every variable and year that was published more than once."""
    groups: dict[tuple[str, int], list[SourceRow]] = {}
    for row in rows:
        groups.setdefault((row.variable, row.year), []).append(row)
    return [
        Restatement(
            variable=variable,
            name=vintages[0].name,
            year=year,
            unit=vintages[0].unit,
            vintages=[
                {
                    "value": v.value,
                    "as_published": v.as_published,
                    "published": v.published,
                    "status": v.status.value,
                    "source": v.source,
                }
                for v in vintages
            ],
        )
        for (variable, year), vintages in groups.items()
        if len(vintages) > 1
    ]
