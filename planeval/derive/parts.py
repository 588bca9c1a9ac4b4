"""Sums over the parts of a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pandas as pd

from planeval.derive.links import Links, part_links
from planeval.derive.summed_rows import Kind, SummedRows
from planeval.derive.sums import Total, add_up, additive, latest_figures, rates_over_same_parts
from planeval.model.dictionary import Dictionary
from planeval.read.region_changes import RegionChange
from planeval.read.regions import Region


class Summed(NamedTuple):
    """``rows`` to add to those that are known, for the ``totals`` and the rates over the same parts; what was missing
    says `SummedRows.partial`."""

    rows: pd.DataFrame
    totals: list[Total]


def sums_of_parts(
    known: pd.DataFrame,
    regions: Mapping[str, Region],
    changes: Iterable[RegionChange],
    dictionary: Dictionary,
) -> Summed:
    """Of every place that says how many parts it has and reports no figure itself, the sum over its parts; where a part
    is missing, a sum that says so, and the rates over the parts that have both numerator and denominator."""
    return summed("parts", known, part_links(regions, changes), regions, dictionary)


def summed(
    kind: Kind, known: pd.DataFrame, links: Links, regions: Mapping[str, Region], dictionary: Dictionary
) -> Summed:
    """The same over any ``links``."""
    if not links.links:
        return Summed(known.iloc[:0], [])
    figures = latest_figures(known, additive(dictionary), links)
    totals = add_up(figures, links)
    rates = rates_over_same_parts(figures, totals, links, dictionary)
    reported = _cells(known, {rate.variable for rate in rates})
    rates = [rate for rate in rates if rate[:3] not in reported]
    return Summed(SummedRows(kind, known, regions, dictionary).of(totals, rates), totals)


def _cells(known: pd.DataFrame, variables: set[str]) -> set[tuple[str, int, str]]:
    """(place, year, variable) of every row of these variables."""
    rows = known[known["variable"].isin(variables)]
    return set(zip(rows["region_code"], rows["year"], rows["variable"], strict=True))
