"""Which report of an accident the statistics count.

Casualties that change are reported again until 30 days after an accident, 7 days for road traffic and fire
(生产安全事故报告和调查处理条例, article 13). Of an accident's reports the latest within that window counts; what is
reported later does not change the statistics.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planeval.model.accidents import Category

WINDOW_DAYS = {Category.ROAD_TRAFFIC: 7, Category.FIRE: 7, Category.OTHER: 30}

Rows = NDArray[np.int64]


class Counted(NamedTuple):
    """Positions of rows in a ledger's table, in the order of the file.

    ``counted``: one row for each accident known at the cut-off. ``open``: those of them whose window is not over then.
    ``first_late``: those that were first reported when their window was over; they happened, so they count, with what
    was reported first. ``late``: reports that came when the window was over and change nothing.
    ``after``: reports after the cut-off, which are not there.
    """

    counted: Rows
    open: Rows
    first_late: Rows
    late: Rows
    after: Rows


def counted_reports(table: pd.DataFrame, cutoff: np.datetime64) -> Counted:
    """What counts of the reports in ``table`` (columns ``accident``, ``date``, ``category``, ``reported``; all rows of an
    accident have one date and category) at the end of the day ``cutoff``.

    Of two reports of one day the one that stands last is the later.
    """
    reported = table["reported"].to_numpy().astype("datetime64[D]")
    known = reported <= cutoff
    rows = np.flatnonzero(known)
    accident = table["accident"].cat.codes.to_numpy()[rows]
    order = np.lexsort((rows, reported[rows], accident))
    rows, accident = rows[order], accident[order]
    days = table["category"].map(WINDOW_DAYS).to_numpy(dtype=np.int64)
    until = table["date"].to_numpy().astype("datetime64[D]") + days.astype("timedelta64[D]")
    in_time = reported[rows] <= until[rows]
    # The rows of an accident stand together, those in time before the others.
    start = np.flatnonzero(np.diff(accident, prepend=-1))
    timely = np.add.reduceat(in_time.astype(np.int64), start) if len(start) else start
    chosen = start + np.maximum(timely - 1, 0)
    late = ~in_time
    late[chosen] = False
    counted = rows[chosen]
    return Counted(
        counted=np.sort(counted),
        open=np.sort(counted[until[counted] > cutoff]),
        first_late=np.sort(counted[timely == 0]),
        late=np.sort(rows[late]),
        after=np.flatnonzero(~known),
    )
