"""The checks that a spreadsheet makes while somebody types, with their texts (``workbook.check``).

They help and protect nothing: what is pasted passes them. The checks that count are made when the workbook comes back.
"""

from __future__ import annotations

from typing import Any

from openpyxl.worksheet.datavalidation import DataValidation

from planeval.messages import say


def number_check(
    name: str, unit: str = "", *, whole: bool = False, most: int | None = None
) -> DataValidation:
    """A number from 0 (to ``most``), in ``unit``."""
    made = DataValidation(
        type="whole" if whole else "decimal",
        operator="greaterThanOrEqual" if most is None else "between",
        formula1="0",
        formula2=None if most is None else str(most),
        allow_blank=True,
    )
    return _worded(made, name, unit=unit, most=most)


def list_check(words: list[str], name: str) -> DataValidation:
    """One of ``words``, offered as a list."""
    made = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
    return _worded(made, name, names=say("read.name_join").join(words))


def date_check(earliest: str, name: str) -> DataValidation:
    """A day from ``earliest`` (``2024-01-01``) on."""
    year, month, day = map(int, earliest.split("-"))
    made = DataValidation(
        type="date",
        operator="greaterThanOrEqual",
        formula1=f"DATE({year},{month},{day})",
        allow_blank=True,
    )
    return _worded(made, name, earliest=earliest)


def add_check(sheet: Any, check: DataValidation, cells: str) -> None:
    """Make the check in ``cells`` (``C5:C9``)."""
    check.add(cells)
    sheet.add_data_validation(check)


def _worded(made: DataValidation, name: str, **params: object) -> DataValidation:
    made.errorTitle = say("workbook.check.error_title")
    made.error = say(f"workbook.check.{name}.error", **params)
    made.promptTitle = say(f"workbook.check.{name}.title", **params)
    made.prompt = say(f"workbook.check.{name}.prompt", **params)
    made.showErrorMessage = made.showInputMessage = True
    return made
