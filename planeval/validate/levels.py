"""How far a value is from what is usual for its place: the sign of a slip between 亿, 万 and 1.

A slip changes a value by a factor of 10,000. The measure is the median of the same place's other years, taken of
logarithms, so that one wrong year among few does not make the right ones look wrong.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

SERIES = ["region_code", "variable"]
CELL = ["region_code", "variable", "year"]


def usual_of_other_years(rows: pd.DataFrame, reference: pd.DataFrame) -> pd.Series:
    """For each of ``rows``: the median (of logarithms) of what ``reference`` has for the same place and variable
    in other years; missing where there is none. Only positive values count: a quiet year may be 0.

    ``rows`` needs region_code, variable, year; ``reference`` a value too, and each cell once. No loop over places:
    in each sorted series the median is taken around the row's own year.
    """
    positive = reference[reference["value"] > 0]
    known = _keys(positive).assign(log=np.log10(positive["value"].to_numpy(dtype=float)))
    known = known.sort_values([*SERIES, "log"], kind="stable", ignore_index=True)
    known["rank"] = known.groupby(SERIES).cumcount()
    known["size"] = known.groupby(SERIES)["rank"].transform("size")
    known["start"] = known.index - known["rank"]
    series = known.drop_duplicates(SERIES)[[*SERIES, "start", "size"]]
    found = _keys(rows).merge(series, on=SERIES, how="left")
    found = found.merge(known[[*CELL, "rank"]], on=CELL, how="left")
    size = found["size"].fillna(0).to_numpy(dtype=int)
    # Without a value of its own year among them, all of the series are others.
    own = found["rank"].fillna(found["size"]).fillna(0).to_numpy(dtype=int)
    others = size - found["rank"].notna().to_numpy(dtype=int)
    usual = np.full(len(found), np.nan)
    given = others > 0
    start, own, others = found["start"].fillna(0).to_numpy(dtype=int)[given], own[given], others[given]
    logs = known["log"].to_numpy(dtype=float)
    middle = [start + at + (at >= own) for at in ((others - 1) // 2, others // 2)]
    usual[given] = 10 ** ((logs[middle[0]] + logs[middle[1]]) / 2)
    return pd.Series(usual, index=rows.index)


def _keys(frame: pd.DataFrame) -> pd.DataFrame:
    """The key columns in types that merge with each other."""
    return frame[CELL].astype({"region_code": object, "variable": object, "year": "Int64"})


def times_usual(value: pd.Series, usual: pd.Series) -> pd.Series:
    """``value`` as a multiple of ``usual``; missing where either is missing or not positive."""
    return value.where(value > 0) / usual


def off_by(times: pd.Series) -> pd.Series:
    """The factor between a value and the usual one, whichever is larger; at least 1."""
    return times.where(times >= 1, 1 / times)
