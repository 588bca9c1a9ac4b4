"""Figures in use on two days, compared."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import Any

import pandas as pd

from planeval.diff.model import Figure, FigureChange
from planeval.evaluate.restatements import difference, percent_change
from planeval.messages.names import name_of
from planeval.model.dictionary import Dictionary
from planeval.read.workspace import Workspace

KEY = ["region_code", "variable", "year"]
# A figure is another one when one of these differs.
TOLD = ["value", "as_published", "status", "published", "source", "file", "line", "derived"]
_LAST = float("inf")  # what no dictionary holds stands after all that it does
_WHY = ["unit", "reason", "provided_by"]


def figure_changes(
    before: Workspace, after: Workspace, codes: Collection[str] | None = None
) -> list[FigureChange]:
    """Every figure in use that is another one in ``after``, by place, variable (in the dictionary's order) and year; of the places ``codes`` alone
    where they are given."""
    both = _in_use(before, codes).merge(
        _in_use(after, codes), on=KEY, how="outer", suffixes=("_before", "_after"), indicator="there"
    )
    same = both["there"] == "both"
    for name in TOLD:
        same &= both[f"{name}_before"] == both[f"{name}_after"]
    changed = both[~same]
    changed = changed.assign(order=changed["variable"].map(_order(after.dictionary)).fillna(_LAST))
    changed = changed.sort_values(["region_code", "order", "variable", "year"], kind="stable")
    return [_change(row, after) for row in changed.astype(object).to_dict("records")]


def _order(dictionary: Dictionary) -> dict[str, int]:
    """Variable -> its place in the dictionary, published rates after the others."""
    return {key: number for number, key in enumerate({**dictionary.variables, **dictionary.indicators})}


def _in_use(workspace: Workspace, codes: Collection[str] | None) -> pd.DataFrame:
    rows = workspace.observations
    wanted = ~rows["superseded"].astype(bool)
    if codes is not None:
        wanted &= rows["region_code"].isin(list(codes))
    return rows.loc[wanted, [*KEY, *TOLD, *_WHY]]


def _change(row: Mapping[Hashable, Any], workspace: Workspace) -> FigureChange:
    there = str(row["there"])
    old = None if there == "right_only" else _figure(row, "before")
    new = None if there == "left_only" else _figure(row, "after")
    now = "before" if new is None else "after"
    code, variable = str(row["region_code"]), str(row["variable"])
    dictionary = workspace.dictionary
    named = dictionary.variables.get(variable) or dictionary.indicators.get(variable)
    change: dict[str, object] = {"change": "added" if old is None else "removed"}
    if old is not None and new is not None:
        change = {
            "change": "confirmed" if old.value == new.value else "corrected",
            "difference": difference(old.value, new.value),
            "percent": percent_change(old.value, new.value),
        }
    return FigureChange.model_validate(
        {
            "region_code": code,
            "region_name": name_of(workspace.regions[code]),
            "variable": variable,
            "name": name_of(named) if named else variable,
            "year": int(row["year"]),
            "unit": row[f"unit_{now}"],
            "before": old,
            "after": new,
            "reason": row[f"reason_{now}"],
            "provided_by": row[f"provided_by_{now}"],
            **change,
        }
    )


def _figure(row: Mapping[Hashable, Any], day: str) -> Figure:
    told: dict[str, Any] = {name: row[f"{name}_{day}"] for name in TOLD}
    # A merge that leaves holes makes floats of whole numbers.
    return Figure.model_validate({**told, "line": int(told["line"])})
