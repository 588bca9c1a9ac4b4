"""Every year's values behind a report as a table: ``indicators.csv`` beside it, and the sheet of the workbook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from planeval.report.names import in_language, name_of, unit_of
from planeval.report.spreadsheet import csv_text

if TYPE_CHECKING:
    from planeval.model.evaluation import Evaluation

CSV_COLUMNS = (
    "region_code",
    "region_name",
    "id",
    "key",
    "name",
    "unit",
    "year",
    "value",
    "status",
    "numerator",
    "denominator",
    "lower",
    "upper",
    "published_rate",
    "derived",
    "partial",
    "partial_sum",
    "reason",
)


def indicators_csv(evaluation: Evaluation) -> str:
    """`indicator_rows` as a file, in a form that spreadsheets read as it is meant."""
    return csv_text(CSV_COLUMNS, indicator_rows(evaluation))


def indicator_rows(evaluation: Evaluation) -> Iterator[list[Any]]:
    """A row of `CSV_COLUMNS` for each indicator and year: text, numbers, None where there is nothing."""
    place = in_language(evaluation.region_name, evaluation.region_name_en)
    for indicator in evaluation.indicators + evaluation.sub_targets:
        name, unit = name_of(indicator), unit_of(indicator.unit)
        for value in indicator.values:
            interval = value.interval
            yield [
                evaluation.region_code,
                place,
                indicator.id,
                indicator.key,
                name,
                unit,
                value.year,
                value.value,
                value.status.value if value.status else None,
                value.numerator,
                value.denominator,
                interval.lower if interval else None,
                interval.upper if interval else None,
                "yes" if value.published_rate else "no",
                value.derived or None,
                value.partial or None,
                value.partial_sum,
                value.reason,
            ]
