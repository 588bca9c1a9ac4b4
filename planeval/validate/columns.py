"""What several frames are built with: the key of an observation, names and kinds of variables, rounding."""

from __future__ import annotations

import pandas as pd

from planeval.model.dictionary import Dictionary, VariableKind
from planeval.read.regions import Region
from planeval.read.units import UNITS

KEY = ["region_code", "year", "variable"]


def places(codes: pd.Series, regions: dict[str, Region]) -> pd.Series:
    """Names of the places; the code itself where it is unknown."""
    names = {code: region.name for code, region in regions.items()}
    return codes.map(names).astype(object).where(codes.isin(list(names)), codes.astype(object))


def in_smallest_unit(unit: str) -> float:
    """How many of its quantity's smallest unit one ``unit`` is (亿元 -> 1e8); 1 for an unknown unit."""
    return float(UNITS[unit][1]) if unit in UNITS else 1.0


def kinds(dictionary: Dictionary) -> dict[str, str]:
    """Variable -> count, amount or rate. An indicator's own key as variable is its published rate."""
    known = {key: str(VariableKind.RATE) for key in dictionary.indicators}
    return known | {key: str(variable.kind) for key, variable in dictionary.variables.items()}


def labels(dictionary: Dictionary) -> dict[str, tuple[str, str]]:
    """Variable or indicator key -> its official Chinese name and its unit."""
    known = {key: (indicator.name, indicator.unit) for key, indicator in dictionary.indicators.items()}
    return known | {key: (variable.name, variable.unit) for key, variable in dictionary.variables.items()}


def names(dictionary: Dictionary) -> dict[str, str]:
    """Variable or indicator key -> its official Chinese name."""
    return {key: name for key, (name, _) in labels(dictionary).items()}


def published_halves(frame: pd.DataFrame, kind: pd.Series) -> pd.Series:
    """Half a unit of the last published digit, in the canonical unit: what rounding may hide.

    1.07亿人次 was rounded to 0.01 亿, so it may be 500,000 人次 off. A count published to the last person or case
    was not rounded: 0. Needs the columns ``as_published`` and ``unit``.
    """
    text = frame["as_published"].astype("string").str.replace("[,，]", "", regex=True)
    parts = text.str.extract(
        r"^[-+]?[0-9]*(?:\.(?P<decimals>[0-9]+))?(?:[eE](?P<exponent>[-+]?[0-9]+))?(?P<unit>.*)$"
    )
    digits = parts["decimals"].str.len().fillna(0).astype(float)
    digits = digits - pd.to_numeric(parts["exponent"]).fillna(0).astype(float)
    factor = parts["unit"].map(in_smallest_unit).astype(float)
    step = factor * 10.0**-digits
    canonical = frame["unit"].map(in_smallest_unit).astype(float)
    exact = (kind == str(VariableKind.COUNT)) & (step <= 1 + 1e-9)
    return (0.5 * step / canonical).where(~exact, 0.0)
