"""All that can be derived, in order: totals of accidents, then places before a change of the map, then sums of parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from planeval.derive.boundaries import before_changes
from planeval.derive.parts import sums_of_parts
from planeval.derive.totals import yearly_totals
from planeval.model.dictionary import Dictionary
from planeval.model.findings import Finding
from planeval.read.accidents import Accidents
from planeval.read.region_changes import RegionChange
from planeval.read.regions import Region


class Derived(NamedTuple):
    """``observations``: those that were read and those that were derived, in the order of the readers' table;
    ``findings``: what was noticed on the way (a ledger that does not add up to what was reported, a missing part)."""

    observations: pd.DataFrame
    findings: list[Finding]


def with_derived(
    observations: pd.DataFrame,
    regions: Mapping[str, Region],
    changes: list[RegionChange],
    accidents: Accidents,
    dictionary: Dictionary,
) -> Derived:
    """``observations`` and what can be derived from them and from ``accidents``.

    A figure that was reported is never replaced: only a place, year and variable without a row gets a derived one.
    Derived rows have ``derived`` (accidents, predecessors or parts), ``behind`` (``file:line`` of every row they come
    from) and, where a part is missing, ``partial`` (``12/13``).
    """
    findings: list[Finding] = []
    for step in (
        lambda known: yearly_totals(known, accidents, regions, dictionary),
        lambda known: before_changes(known, regions, changes, dictionary),
        lambda known: sums_of_parts(known, regions, changes, dictionary),
    ):
        rows, noticed = step(observations)
        findings += noticed
        if len(rows):
            observations = _together(observations, rows)
    return Derived(observations, findings)


def _together(observations: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Both in the order of the readers' table: by place, year and variable. No cell stands in both, so that the
    vintages of one keep their order."""
    together = pd.concat([observations, rows[observations.columns]], ignore_index=True)
    keys = [pd.factorize(together[name], sort=True)[0] for name in ("variable", "year", "region_code")]
    return together.take(np.lexsort(keys)).reset_index(drop=True)
