"""The ``strays`` frame: places that rows under an unregistered code may belong to."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planeval.messages.names import name_of
from planeval.model.plan import REGION_CODE_PATTERN
from planeval.read.regions import Region
from planeval.validate.slips import one_slip_away

COLUMNS = [
    "row",
    "region_code",
    "place",
    "year",
    "variable",
    "variable_name",
    "found_code",
    "count",
    "file",
    "line",
]
CELL = ["year", "variable", "published"]
# With more places to choose from nobody can say whose row it is.
MOST_CANDIDATES = 3


def strays_frame(observations: pd.DataFrame, regions: dict[str, Region], planned: set[str]) -> pd.DataFrame:
    """One row for each unregistered code and place that its rows may belong to, about the first of these rows.

    ``observations`` is the frame of that name, ``planned`` the places that have a plan. A place comes into question
    when it has statistics or a plan, its code is one slip away, and it has none of the values that stand under the
    unregistered code (else they are another place's). Swapped digits go before a wrong digit.
    ``count``: rows under the unregistered code.
    """
    concerned = (set(observations["region_code"].dropna()) | planned) & set(regions)
    codes = observations["region_code"]
    unknown = observations[codes.notna() & ~codes.isin(list(regions))]
    cells_of = {
        code: _cells(rows)
        for code, rows in (observations if len(unknown) else unknown).groupby("region_code", sort=True)
    }
    records = []
    for code, rows in unknown.groupby("region_code", sort=True):
        if not REGION_CODE_PATTERN.fullmatch(str(code)):
            continue
        lacking: list[str] = []
        for likely in one_slip_away(str(code)):
            lacking = [c for c in sorted(likely & concerned) if not cells_of[code] & cells_of.get(c, set())]
            if lacking:
                break
        first = rows.iloc[0]
        records += [
            {
                "region_code": place,
                "place": name_of(regions[place]),
                **{name: first[name] for name in ("year", "variable", "variable_name", "file", "line")},
                "found_code": code,
                "count": len(rows),
            }
            for place in (lacking if len(lacking) <= MOST_CANDIDATES else [])
        ]
    frame = pd.DataFrame(records, columns=COLUMNS[1:]).astype({"found_code": object})
    frame.insert(0, "row", np.arange(len(frame)))
    return frame


def _cells(rows: pd.DataFrame) -> set[tuple[object, ...]]:
    return set(rows[CELL].astype(object).itertuples(index=False, name=None))
