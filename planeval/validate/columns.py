"""What several frames are built with: the key of an observation, names and kinds of variables, rounding."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from planeval.messages.names import name_of
from planeval.model.dictionary import Dictionary, VariableKind
from planeval.read.regions import Region
from planeval.read.units import UNITS

KEY = ["region_code", "year", "variable"]
_PUBLISHED = re.compile(
    r"[-+]?[0-9]*(?:\.(?P<decimals>[0-9]+))?(?:[eE](?P<exponent>[-+]?[0-9]+))?(?P<unit>.*)"
)


def each(column: pd.Series, function: Callable[[str], Any]) -> pd.Series:
    """``function`` of every text of a column, called once for each different one; missing cells stay so."""
    return column.map({text: function(text) for text in column.dropna().unique()})


def places(codes: pd.Series, regions: dict[str, Region]) -> pd.Series:
    """Names of the places; the code itself where it is unknown."""
    names = {code: name_of(region) for code, region in regions.items()}
    return codes.map(names).astype(object).where(codes.isin(list(names)), codes.astype(object))


def in_smallest_unit(unit: str) -> float:
    """How many of its quantity's smallest unit one ``unit`` is (亿元 -> 1e8); 1 for an unknown unit."""
    return float(UNITS[unit][1]) if unit in UNITS else 1.0


def kinds(dictionary: Dictionary) -> dict[str, str]:
    """Variable -> count, amount or rate. An indicator's own key as variable is its published rate."""
    known = {key: str(VariableKind.RATE) for key in dictionary.indicators}
    return known | {key: str(variable.kind) for key, variable in dictionary.variables.items()}


def labels(dictionary: Dictionary) -> dict[str, tuple[str, str]]:
    """Variable or indicator key -> its name, in the language of the dictionary, and its unit."""
    known = {key: (indicator.name, indicator.unit) for key, indicator in dictionary.indicators.items()}
    return known | {key: (variable.name, variable.unit) for key, variable in dictionary.variables.items()}


def names(dictionary: Dictionary) -> dict[str, str]:
    """Variable or indicator key -> its name."""
    return {key: name for key, (name, _) in labels(dictionary).items()}


def published_halves(frame: pd.DataFrame, kind: pd.Series) -> pd.Series:
    """Half a unit of the last published digit, in the canonical unit: what rounding may hide.

    1.07亿人次 was rounded to 0.01 亿, so it may be 500,000 人次 off. A count published to the last person or case
    was not rounded: 0. Needs the columns ``as_published`` and ``unit``.
    """
    step = each(frame["as_published"], _step).astype(float)
    canonical = each(frame["unit"], in_smallest_unit).astype(float)
    exact = (kind == str(VariableKind.COUNT)) & (step <= 1 + 1e-9)
    return (0.5 * step / canonical).where(~exact, 0.0)


def _step(text: str) -> float:
    """One unit of the last digit of a published figure, in the smallest unit of its quantity."""
    parts = _PUBLISHED.fullmatch(text.replace(",", "").replace("，", ""))
    if parts is None:
        return float("nan")
    digits = len(parts["decimals"] or "") - int(parts["exponent"] or 0)
    try:
        return float(in_smallest_unit(parts["unit"]) * 10.0**-digits)
    except OverflowError:
        return float("inf")  # 0e999: a zero written in an odd way
