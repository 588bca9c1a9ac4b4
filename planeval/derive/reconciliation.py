"""The totals of the ledgers of accidents beside the figures that were reported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from planeval.derive.severity import GRADES
from planeval.derive.sums import plain
from planeval.messages import say
from planeval.messages.names import name_of
from planeval.messages.units import unit_after
from planeval.model.dictionary import Dictionary
from planeval.model.findings import Finding, Severity
from planeval.read.regions import Region

KEY = ["region_code", "year", "variable"]
# They bound each other (a grade is a part of all accidents and takes so many deaths): figures of two scopes must not be
# mixed among them.
OF_ONE_SCOPE = ("accident_deaths", "accidents", *GRADES, "major_accidents")


class Reconciled(NamedTuple):
    """``missing``: the totals that stand for figures nobody reported; ``findings``: reported figures that differ."""

    missing: pd.DataFrame
    findings: list[Finding]


def reconcile(
    known: pd.DataFrame, totals: pd.DataFrame, regions: Mapping[str, Region], dictionary: Dictionary
) -> Reconciled:
    """Compare ``totals`` (region_code, year, variable, value, open) with the latest reported figures in ``known``.

    A reported figure is used, and a difference is a warning, never more: the scope of published statistics may be
    another than the ledger's, and no program can tell which of the two is right. But where the reported deaths or a
    reported number of accidents differ, the ledger fills none of the others (`OF_ONE_SCOPE`) of that place and year.
    """
    wanted = known["region_code"].isin(totals["region_code"]) & known["variable"].isin(totals["variable"])
    reported = known[wanted & ~known["superseded"].astype(bool)]
    reported = reported[[*KEY, "value", "file", "line"]].astype({"region_code": object, "variable": object})
    both = totals.merge(reported, on=KEY, how="left", suffixes=("", "_reported"))
    there = both["value_reported"].notna()
    same = np.isclose(both["value"], both["value_reported"].fillna(0), rtol=1e-9, atol=1e-9)
    differs = both[there & ~same]
    doubtful = (
        differs.loc[differs["variable"].isin(OF_ONE_SCOPE), KEY[:2]].drop_duplicates().assign(doubtful=True)
    )
    missing = both[~there].merge(doubtful, on=KEY[:2], how="left")
    filled = missing["doubtful"].isna() | ~missing["variable"].isin(OF_ONE_SCOPE)
    missing = missing.loc[filled, list(totals.columns)].reset_index(drop=True)
    return Reconciled(missing, [_finding(row, regions, dictionary) for row in differs.to_dict("records")])


def _finding(row: Mapping[Any, Any], regions: Mapping[str, Region], dictionary: Dictionary) -> Finding:
    code, variable = str(row["region_code"]), dictionary.variables[str(row["variable"])]
    found, expected = (plain(row[name]) for name in ("value_reported", "value"))
    params = {
        "place": name_of(regions[code]),
        "year": row["year"],
        "variable": name_of(variable),
        "found": found,
        "expected": expected,
        "unit": unit_after(variable.unit),
    }
    name = "accidents.accident_totals"
    message = say(f"{name}.open" if row["open"] else f"{name}.message", **params)
    return Finding(
        rule="accident_totals",
        severity=Severity.WARNING,
        message=message,
        remedy=say(f"{name}.remedy", **params),
        region_code=code,
        year=int(row["year"]),
        variable=str(row["variable"]),
        found=found,
        expected=expected,
        file=str(row["file"]),
        line=int(row["line"]),
    )
