"""The rows of the statistics that a report lists, and the figures that were published more than once."""

from __future__ import annotations

import pandas as pd

from planeval.model.dictionary import Dictionary
from planeval.model.evaluation import Restatement, SourceRow
from planeval.model.status import Status


def source_rows(rows: pd.DataFrame, dictionary: Dictionary, behind: set[str]) -> list[SourceRow]:
    """The rows in reading order; ``behind`` holds file:line of those a value of the report was computed from."""

    def name(key: str) -> str:
        found = dictionary.variables.get(key) or dictionary.indicators.get(key)
        return found.name if found else key

    ordered = rows.sort_values(["variable", "year", "published"], kind="stable")
    return [
        SourceRow(
            variable=row["variable"],
            name=name(row["variable"]),
            year=int(row["year"]),
            value=float(row["value"]),
            unit=row["unit"],
            as_published=row["as_published"],
            status=Status(row["status"]),
            source=row["source"],
            published=row["published"],
            checked=row["checked"],
            file=row["file"],
            line=int(row["line"]),
            superseded=bool(row["superseded"]),
            used=f"{row['file']}:{row['line']}" in behind,
        )
        for row in ordered.to_dict("records")
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
