"""Indicator values: every indicator for every place and year, vectorised, with a status or a reason for each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planeval.model.dictionary import Dictionary
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
    "derived",
    "partial",
    "partial_sum",
    "reason",
]
_STATUSES = np.array([*Status, None], dtype=object)  # looked up by rank; -1 gives None
_RANK = {status.value: status.rank for status in Status}
# How a figure was derived (`planeval.derive`); of two inputs the later one says more.
_DERIVED = ("", "accidents", "predecessors", "parts")
_PARTIAL = 4  # how far the reasons of partial sums stand behind those of what is missing

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]


def one_vintage(observations: pd.DataFrame, vintage: Vintage = "latest") -> pd.DataFrame:
    """One row for each region, year and variable: the latest published, or the first.

    Of rows published on one day the latest vintage is the one that stands last, the first the one that stands first.
    """
    if observations.empty:
        return observations
    return observations.iloc[_one_vintage(_sorting(observations), vintage)]


def indicator_values(
    observations: pd.DataFrame, dictionary: Dictionary, vintage: Vintage = "latest"
) -> pd.DataFrame:
    """The value of every indicator for each region and year that has any observation.

    ``value`` = scale x numerator / denominator (numerator alone without a denominator), in the indicator's unit;
    ``numerator`` and ``denominator`` in the variables' canonical units. Where an input is missing the published
    rate (an observation under the indicator's own key) is used and ``published_rate`` is True. A value that
    cannot be given is NaN and ``reason`` is ``missing:<variables>``, ``partial:<variables>`` or
    ``zero_denominator:<variable>``, None otherwise. ``status`` is the worst status of the inputs, None without a value or a sum.

    A sum that lacks a part is no input: it stands in ``partial_sum`` (NaN elsewhere; indicators without denominator
    only), and ``partial`` says of how many parts it is (``12/13``). A rate over the parts that have both inputs is a
    value, with ``partial``. ``derived``: accidents, predecessors or parts where an input was derived, else "".

    Args:
        observations: rows that may be computed with; columns region_code, year, variable, value (canonical unit),
            status, published, possibly derived and partial, any others ignored. Thousands of places at once are as
            welcome as one.

    Returns:
        Tidy frame with ``COLUMNS``, sorted by region_code, indicator, year.

    Raises:
        KeyError: a status is none of ``Status``.
    """
    if observations.empty or not dictionary.indicators:
        return pd.DataFrame(columns=COLUMNS)
    keys = sorted(dictionary.indicators)
    indicators = [dictionary.indicators[key] for key in keys]
    sorting = _sorting(observations)
    wide = _spread(observations, sorting, vintage)

    # One row an indicator, one column a place and year.
    tops, bottoms = (
        wide.rows_of(i.numerator for i in indicators),
        wide.rows_of(i.denominator for i in indicators),
    )
    part_of_top, part_of_bottom = wide.partial[tops] > 0, wide.partial[bottoms] > 0
    numerator = np.where(part_of_top, np.nan, wide.value[tops])
    denominator = np.where(part_of_bottom, np.nan, wide.value[bottoms])
    # A variable that is the indicator's own numerator is no published rate.
    published_rows = wide.rows_of(
        None if key == i.numerator else key for key, i in zip(keys, indicators, strict=True)
    )
    published = wide.value[published_rows]

    is_ratio = np.array([[i.denominator is not None] for i in indicators])
    computed = numerator * np.array([[i.scale] for i in indicators])
    zero = denominator == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        computed = np.where(is_ratio, np.where(zero, np.nan, computed / denominator), computed)
    use_published = np.isnan(computed) & ~np.isnan(published)
    value = np.where(use_published, published, computed)
    absent = np.isnan(value)

    rank = np.fmax(wide.rank[tops], wide.rank[bottoms])
    part = absent & ~is_ratio & part_of_top
    rank = np.where(absent & ~part, -1, np.where(use_published, wide.rank[published_rows], rank))

    words = np.array(
        [_reasons(key, i.numerator, i.denominator) for key, i in zip(keys, indicators, strict=True)],
        dtype=object,
    )
    no_top, no_bottom = absent & np.isnan(numerator), absent & is_ratio & np.isnan(denominator)
    # Where there is at least a sum over some parts, only what is not there at all is missing.
    only_parts = (~no_top | part_of_top) & (~no_bottom | part_of_bottom)
    no_top, no_bottom = (
        no_top & (only_parts | ~part_of_top),
        no_bottom & (only_parts | ~part_of_bottom),
    )
    why = no_top * 1 + no_bottom * 2
    why[absent & only_parts & (no_top | no_bottom)] += _PARTIAL
    why[absent & zero] = 4
    reason = words[np.arange(len(keys))[:, np.newaxis], why]

    partial_sum = np.where(part, wide.value[tops] * np.array([[i.scale] for i in indicators]), np.nan)
    of = np.where(use_published, wide.partial[published_rows], np.where(part, wide.partial[tops], 0))
    derived = np.fmax(wide.derived[tops], wide.derived[bottoms])
    derived = np.where(use_published, wide.derived[published_rows], np.where(absent & ~part, 0, derived))

    # A rate over some parts does not follow from the place's own inputs.
    over_parts = use_published & (derived > 0)
    numerator, denominator = (np.where(over_parts, np.nan, own) for own in (numerator, denominator))

    # From indicator by indicator to place by place; the years of a place already stand in order.
    place = sorting.region[wide.first_row]
    number = np.arange(len(keys))[:, np.newaxis]
    order = np.argsort((place * len(keys) + number).ravel(), kind="stable")
    which, column = np.divmod(order, len(place))
    return pd.DataFrame(
        {
            "region_code": sorting.regions.take(place[column]).array,
            "year": sorting.years.take(sorting.year[wide.first_row][column]).array,
            "indicator": pd.Index(keys, dtype="str").take(which).array,
            "value": value.ravel()[order],
            # As objects: a missing text is None, never NaN, whatever else stands in the column.
            "status": pd.Series(_STATUSES[rank.ravel()[order].astype("int64")], dtype="object"),
            "numerator": numerator.ravel()[order],
            "denominator": denominator.ravel()[order],
            "published_rate": (use_published & (derived == 0)).ravel()[order],
            "derived": np.array(_DERIVED, dtype=object)[derived.ravel()[order]],
            "partial": np.array(wide.partials, dtype=object)[of.ravel()[order]],
            "partial_sum": partial_sum.ravel()[order],
            "reason": pd.Series(reason.ravel()[order], dtype="object"),
        }
    )


class _Sorting(NamedTuple):
    """Regions, years, variables and days of publication as whole numbers that sort as they do."""

    region: Codes
    regions: pd.Index
    year: Codes
    years: pd.Index
    variable: Codes
    variables: list[str]
    published: Codes


def _sorting(observations: pd.DataFrame) -> _Sorting:
    region, regions = pd.factorize(observations["region_code"], sort=True)
    year, years = pd.factorize(observations["year"], sort=True)
    variable, variables = pd.factorize(observations["variable"], sort=True)
    published, _ = pd.factorize(observations["published"], sort=True)
    return _Sorting(region, regions, year, years, variable, list(variables), published)


def _one_vintage(sorting: _Sorting, vintage: Vintage) -> Codes:
    """The positions of `one_vintage`, sorted by region, year and variable."""
    key = (sorting.region * len(sorting.years) + sorting.year) * len(sorting.variables) + sorting.variable
    order = np.lexsort((sorting.published, key))
    changes = np.diff(key[order]) != 0
    edge = np.append(changes, True) if vintage == "latest" else np.insert(changes, 0, True)
    return np.asarray(order[edge])


class _Wide(NamedTuple):
    """A row a variable, and a last one for what is not measured; a column a place and year that has any row.

    ``derived`` and ``partial`` hold numbers of the texts in ``_DERIVED`` and ``partials``, 0 for none.
    """

    value: Floats
    rank: Floats
    derived: Codes
    partial: Codes
    partials: list[str]
    variables: dict[str, int]
    first_row: Codes  # of each column: the position of one of its observations

    def rows_of(self, variables: Iterable[str | None]) -> list[int]:
        """Where each of the variables stands; None and the unmeasured are the last row, all NaN."""
        return [
            len(self.variables) if v is None else self.variables.get(v, len(self.variables))
            for v in variables
        ]


def _spread(observations: pd.DataFrame, sorting: _Sorting, vintage: Vintage) -> _Wide:
    """One vintage of the observations, spread out by variable."""
    rows = _one_vintage(sorting, vintage)
    cell = sorting.region[rows] * len(sorting.years) + sorting.year[rows]
    _, first, column = np.unique(cell, return_index=True, return_inverse=True)
    status, statuses = pd.factorize(observations["status"], use_na_sentinel=False)
    ranks = np.array([_RANK[s] for s in statuses], dtype="float64")
    shape = (len(sorting.variables) + 1, len(first))
    value, rank = np.full(shape, np.nan), np.full(shape, np.nan)
    value[sorting.variable[rows], column] = observations["value"].to_numpy(dtype="float64")[rows]
    rank[sorting.variable[rows], column] = ranks[status[rows]]
    derived, partial = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    partials = [""]
    if "derived" in observations.columns and (observations["derived"] != "").any():
        how = (
            observations["derived"].map({name: n for n, name in enumerate(_DERIVED)}).to_numpy(dtype="int64")
        )
        derived[sorting.variable[rows], column] = how[rows]
        partials += sorted(set(observations["partial"]) - {""})
        of = observations["partial"].map({text: n for n, text in enumerate(partials)}).to_numpy(dtype="int64")
        partial[sorting.variable[rows], column] = of[rows]
    return _Wide(
        value, rank, derived, partial, partials, {v: n for n, v in enumerate(sorting.variables)}, rows[first]
    )


def _reasons(key: str, top: str | None, bottom: str | None) -> list[str | None]:
    """Why there is no value: nothing wrong, no numerator, no denominator, neither of them, a zero denominator; and the
    second to fourth again (``_PARTIAL`` further on) where there is a sum over some parts."""
    if top is None:
        return [None, *[f"missing:{key}"] * (4 + _PARTIAL - 1)]
    absent = [top, bottom, f"{top}+{bottom}"]
    return [
        None,
        *(f"missing:{names}" for names in absent),
        f"zero_denominator:{bottom}",
        *(f"partial:{names}" for names in absent),
    ]
