"""Figures of a place before it was made from others."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planeval.model.dictionary import Dictionary
from planeval.model.findings import Finding
from planeval.read.region_changes import RegionChange
from planeval.read.regions import Region


def before_changes(
    known: pd.DataFrame,
    regions: Mapping[str, Region],
    changes: list[RegionChange],
    dictionary: Dictionary,
) -> tuple[pd.DataFrame, list[Finding]]:
    """(rows to add to ``known``, what was noticed)."""
    return known.iloc[:0], []
