"""Indicator values: every indicator for every place and year, vectorised, with a status or a reason for each."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from planeval.model.dictionary import Dictionary, Indicator
from planeval.model.status import Status

Vintage = Literal["latest", "first"]
COLUMNS = [
    "region_code",
    "year",
    "indicator",
    "value",
    "status",
    "numerator",
    "denominator",
    "published_rate",
    "reason",
]
_STATUSES = np.array([*Status, None], dtype=object)  # looked up by rank; -1 gives None
_RANK = {status.value: status.rank for status in Status}


def one_vintage(observations: pd.DataFrame, vintage: Vintage = "latest") -> pd.DataFrame:
    """One row for each region, year and variable: the latest published, or the first."""
    key = ["region_code", "year", "variable"]
    keep: Literal["first", "last"] = "last" if vintage == "latest" else "first"
    return observations.sort_values([*key, "published"], kind="stable").drop_duplicates(key, keep=keep)


def indicator_values(
    observations: pd.DataFrame, dictionary: Dictionary, vintage: Vintage = "latest"
) -> pd.DataFrame:
    """The value of every indicator for each region and year that has any observation.

    ``value`` = scale x numerator / denominator (numerator alone without a denominator), in the indicator's unit;
    ``numerator`` and ``denominator`` in the variables' canonical units. Where an input is missing the published
    rate (an observation under the indicator's own key) is used and ``published_rate`` is True. A value that
    cannot be given is NaN and ``reason`` is ``missing:<variables>`` or ``zero_denominator:<variable>``.
    ``status`` is the worst status of the inputs.

    Returns:
        Tidy frame with ``COLUMNS``, sorted by region_code, indicator, year.
    """
    rows = one_vintage(observations, vintage)
    rows = rows.assign(rank=rows["status"].map(_RANK).astype("int64"))
    wide = rows.pivot(index=["region_code", "year"], columns="variable", values=["value", "rank"])
    parts = [_one(wide, key, indicator) for key, indicator in dictionary.indicators.items()]
    if not parts or wide.empty:
        return pd.DataFrame(columns=COLUMNS)
    values = pd.concat(parts, ignore_index=True)
    return values.sort_values(["region_code", "indicator", "year"], kind="stable", ignore_index=True)[COLUMNS]


def _column(wide: pd.DataFrame, what: str, variable: str | None) -> np.ndarray:
    if variable is None or (what, variable) not in wide.columns:
        return np.full(len(wide), np.nan)
    return wide[(what, variable)].to_numpy(dtype="float64")


def _one(wide: pd.DataFrame, key: str, indicator: Indicator) -> pd.DataFrame:
    """One indicator over all regions and years."""
    top, bottom = indicator.numerator, indicator.denominator
    numerator, denominator = _column(wide, "value", top), _column(wide, "value", bottom)
    published = _column(wide, "value", key) if key != top else np.full(len(wide), np.nan)
    published_rank = _column(wide, "rank", key)

    rank = _column(wide, "rank", top)
    if bottom is None:
        computed = numerator * indicator.scale
    else:
        with np.errstate(divide="ignore", invalid="ignore"):
            computed = np.where(denominator == 0, np.nan, indicator.scale * numerator / denominator)
        rank = np.fmax(rank, _column(wide, "rank", bottom))

    use_published = np.isnan(computed) & ~np.isnan(published)
    value = np.where(use_published, published, computed)
    rank = np.where(np.isnan(value), -1, np.where(use_published, published_rank, rank))

    reason = np.full(len(wide), None, dtype=object)
    absent = np.isnan(value)
    if top is None:
        reason[absent] = f"missing:{key}"
    else:
        reason[absent & np.isnan(numerator)] = f"missing:{top}"
        if bottom is not None:
            reason[absent & ~np.isnan(numerator) & np.isnan(denominator)] = f"missing:{bottom}"
            reason[absent & np.isnan(numerator) & np.isnan(denominator)] = f"missing:{top}+{bottom}"
            reason[absent & (denominator == 0)] = f"zero_denominator:{bottom}"
    frame = wide.index.to_frame(index=False)
    return frame.assign(
        indicator=key,
        value=value,
        status=_STATUSES[rank.astype("int64")],
        numerator=numerator,
        denominator=denominator,
        published_rate=use_published,
        reason=reason,
    )
