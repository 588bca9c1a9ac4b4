"""Which years of which places the ledgers of accidents cover wholly: only these have totals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planeval.read.accidents import AccidentLedger, Cover


class Years(NamedTuple):
    """Place -> year -> the covers that make up the year, for years covered from the first day to the last (``whole``)
    and for others that are covered in part (``part``)."""

    whole: dict[str, dict[int, list[Cover]]]
    part: dict[str, dict[int, list[Cover]]]


def covered_years(ledgers: Iterable[AccidentLedger]) -> Years:
    """What the ledgers cover by the day of each one's cut-off; no day of a place is covered twice."""
    by_place: dict[str, list[Cover]] = {}
    for ledger in ledgers:
        for cover in ledger.covers:
            until = min(cover.until, ledger.cutoff)
            if cover.since <= until:
                by_place.setdefault(cover.region_code, []).append(cover._replace(until=until))
    years = Years({}, {})
    for code, covers in sorted(by_place.items()):
        for year, own in _by_year(covers).items():
            (years.whole if _is_whole(year, own) else years.part).setdefault(code, {})[year] = own
    return years


def _by_year(covers: list[Cover]) -> dict[int, list[Cover]]:
    found: dict[int, list[Cover]] = {}
    for cover in sorted(covers, key=lambda cover: cover.since):
        for year in range(cover.since.year, cover.until.year + 1):
            found.setdefault(year, []).append(cover)
    return dict(sorted(found.items()))


def _is_whole(year: int, covers: list[Cover]) -> bool:
    """Whether no day of the year is left out."""
    expected = date(year, 1, 1)
    for cover in covers:
        if cover.since > expected:
            return False
        if cover.until >= date(year, 12, 31):
            return True
        expected = cover.until + timedelta(days=1)
    return False


def is_covered(ledger: AccidentLedger, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the ledger covers the place of each of the ``rows`` of its table on the day of the accident."""
    codes = ledger.table["region_code"].cat
    number = {code: n for n, code in enumerate(codes.categories)}
    covers = [cover for cover in ledger.covers if cover.region_code in number]
    place = codes.codes.to_numpy()[rows].astype(np.int64)
    day = ledger.table["date"].to_numpy().astype("datetime64[D]").astype(np.int64)[rows]
    if not covers:
        return np.zeros(len(rows), dtype=bool)
    of = pd.DataFrame(
        {
            "place": np.array([number[cover.region_code] for cover in covers], dtype=np.int64),
            "since": np.array([cover.since for cover in covers], dtype="datetime64[D]").astype(np.int64),
            "until": np.array([cover.until for cover in covers], dtype="datetime64[D]").astype(np.int64),
        }
    ).sort_values(["place", "since"])
    # One number for a place and a day, so that the cover that began last before it can be looked up; no day of any
    # calendar is as far from the first as two places are from each other.
    apart = 10**8
    keys = (of["place"] * apart + of["since"]).to_numpy()
    at = np.searchsorted(keys, place * apart + day, side="right") - 1
    found = np.maximum(at, 0)
    inside = (of["place"].to_numpy()[found] == place) & (day <= of["until"].to_numpy()[found])
    return np.asarray((at >= 0) & inside)
