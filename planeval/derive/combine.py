"""All that can be derived, in order: totals of accidents, then places before a change of the map, then sums of parts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from planeval.derive.boundaries import before_changes
from planeval.derive.parts import sums_of_parts
from planeval.derive.summed_rows import SummedRows
from planeval.derive.sums import KEY, Total
from planeval.derive.totals import yearly_totals
from planeval.model.dictionary import Dictionary
from planeval.model.findings import Finding
from planeval.read.accidents import Accidents
from planeval.read.region_changes import RegionChange
from planeval.read.regions import Region


class Derived(NamedTuple):
    """``observations``: those that were read and those that were derived, in the order of the readers' table;
    ``findings``: what was noticed on the way (a ledger that does not add up to what was reported, a missing part);
    ``rests_on``: place -> the places whose figures its sums are made of, however deep."""

    observations: pd.DataFrame
    findings: list[Finding]
    rests_on: dict[str, tuple[str, ...]]


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
    from) and, where a part is missing, ``partial`` (``12/13``). A sum over predecessors that lacks one gives way to a
    sum over today's parts that lacks none.
    """
    rows, findings = yearly_totals(observations, accidents, regions, dictionary)
    known = _together(observations, rows)
    before, noticed = before_changes(known, regions, changes, dictionary)
    known = _together(known, before.rows)
    today = sums_of_parts(known, regions, changes, dictionary)
    settled = {total[:3] for total in today.totals if total.complete}
    kept = [total for total in before.totals if total[:3] not in settled]
    if len(kept) < len(before.totals):
        known = _without_partial(known, settled, dictionary)
    findings += SummedRows("predecessors", known, regions, dictionary).partial(kept)
    findings += noticed
    findings += SummedRows("parts", known, regions, dictionary).partial(today.totals)
    return Derived(_together(known, today.rows), findings, _rests_on([*kept, *today.totals]))


def _without_partial(
    rows: pd.DataFrame, settled: Collection[tuple[str, int, str]], dictionary: Dictionary
) -> pd.DataFrame:
    """``rows`` without the partial sums of the ``settled`` (place, year, variable), and without the rates over some
    parts that stood in for them."""
    partial = rows[(rows["partial"] != "").to_numpy(dtype=bool)]
    cells = list(zip(*(partial[name].tolist() for name in KEY), strict=True))
    left = set(cells) - set(settled)

    def stands(code: str, year: int, variable: str) -> bool:
        rate = dictionary.indicators.get(variable)
        if rate is None or variable in dictionary.variables:
            return (code, year, variable) in left
        return any((code, year, part) in left for part in (rate.numerator, rate.denominator))

    gone = [number for number, cell in zip(partial.index, cells, strict=True) if not stands(*cell)]
    return rows.drop(index=gone)


def _rests_on(totals: Iterable[Total]) -> dict[str, tuple[str, ...]]:
    """Place -> the places whose figures are in one of its sums; ``totals``: each after those it is made of."""
    made_of: dict[tuple[str, int, str], set[str]] = {}
    found: dict[str, set[str]] = {}
    for total in totals:
        deeper = (made_of.get((part, total.year, total.variable), ()) for part in total.parts)
        made_of[total[:3]] = own = set(total.parts).union(*deeper)
        found.setdefault(total.region_code, set()).update(own)
    return {code: tuple(sorted(others)) for code, others in found.items()}


def _together(observations: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Both in the order of the readers' table: by place, year and variable. No cell stands in both, so that the
    vintages of one keep their order."""
    if not len(rows):
        return observations
    together = pd.concat([observations, rows[observations.columns]], ignore_index=True)
    keys = [pd.factorize(together[name], sort=True)[0] for name in ("variable", "year", "region_code")]
    return together.take(np.lexsort(keys)).reset_index(drop=True)
