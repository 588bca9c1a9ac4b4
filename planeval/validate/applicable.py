"""To which rows an expectation can be applied: those that fulfil its condition and have what it looks at.

Great Expectations counts them over the whole frame; the parts of a result need the count of every place. That both
agree is under test.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from planeval.validate.suites import Expectation

# These look at missing cells themselves.
_ABOUT_NULLS = ("expect_column_values_to_be_null", "expect_column_values_to_not_be_null")


def applicable(expectation: Expectation, frame: pd.DataFrame) -> pd.Series:
    """A boolean for each row of ``frame``."""
    fits = pd.Series(True, index=frame.index)
    condition = expectation.kwargs.get("row_condition")
    if condition:
        columns = [*dict.fromkeys(expectation.condition_columns)]
        fits = pd.Series(frame[columns].eval(_clause(condition)), index=frame.index).astype(bool)
    if expectation.type in _ABOUT_NULLS:
        return fits
    missing = frame[list(expectation.columns)].isna()
    default = "both_values_are_missing" if len(expectation.columns) == 2 else "all_values_are_missing"
    ignored = expectation.kwargs.get("ignore_row_if", default)
    if len(expectation.columns) == 1 or ignored in ("either_value_is_missing", "any_value_is_missing"):
        return fits & ~missing.any(axis=1)
    return fits if ignored == "never" else fits & ~missing.all(axis=1)


def _clause(condition: Any) -> str:
    """The condition as pandas' query language has it, in the way Great Expectations writes it."""
    kind = condition["type"]
    if kind in ("and", "or"):
        return "(" + f" {kind} ".join(_clause(part) for part in condition["conditions"]) + ")"
    column = f"`{condition['column']['name']}`"
    if kind == "nullity":
        return f"{column}.isnull()" if condition["is_null"] else f"~{column}.isnull()"
    operator, value = condition["operator"], condition["parameter"]
    if operator in ("IN", "NOT_IN"):
        values = ", ".join(map(repr, value))
        return f"{column} {'in' if operator == 'IN' else 'not in'} [{values}]"
    return f"{column} {operator} {value!r}"
