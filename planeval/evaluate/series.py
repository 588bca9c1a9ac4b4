"""What one indicator of one place rests on: its annual values, and the base the plan declares."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd

from planeval.model.dictionary import Dictionary, Indicator
from planeval.model.plan import Base
from planeval.model.status import Status, worst
from planeval.read.units import convert


class Point(NamedTuple):
    """One year of one indicator. ``value`` None with ``reason`` when it cannot be given; ``derived``, ``partial`` and
    ``partial_sum`` as in ``planeval.compute.values``: a sum that lacks a part is no value, only a lower bound."""

    year: int
    value: float | None
    status: Status | None
    numerator: float | None
    denominator: float | None
    published_rate: bool
    reason: str | None
    derived: str = ""
    partial: str = ""
    partial_sum: float | None = None


def series_of(values: pd.DataFrame) -> dict[str, dict[int, Point]]:
    """The points of every indicator by key and year, from the values of one place (``planeval.compute.values``)."""
    found: dict[str, dict[int, Point]] = {}
    if values.empty:
        return found
    columns = (
        values["indicator"].tolist(),
        values["year"].tolist(),
        _or_none(values["value"]),
        _or_none(values["status"]),
        _or_none(values["numerator"]),
        _or_none(values["denominator"]),
        values["published_rate"].tolist(),
        _or_none(values["reason"]),
        values["derived"].tolist(),
        values["partial"].tolist(),
        _or_none(values["partial_sum"]),
    )
    for key, year, value, status, numerator, denominator, published_rate, *rest in zip(*columns, strict=True):
        status = status and Status(status)
        point = Point(year, value, status, numerator, denominator, bool(published_rate), *rest)
        found.setdefault(key, {})[year] = point
    return found


def _or_none(column: pd.Series) -> list[Any]:
    """The cells, with None for what is missing; only NaN differs from itself."""
    return [cell if cell == cell else None for cell in column.tolist()]


def absent(year: int, key: str, indicator: Indicator) -> Point:
    """The point of a year the statistics say nothing about."""
    variables = [v for v in (indicator.numerator, indicator.denominator) if v is not None] or [key]
    return Point(year, None, None, None, None, False, f"missing:{'+'.join(variables)}")


def in_unit(value: float, unit: str, to: str) -> float:
    """A level of the plan in the indicator's unit, exactly."""
    return value if unit == to else float(convert(Decimal(repr(value)), unit, to))


@dataclass(frozen=True)
class BaseValue:
    """A base with its origin. ``value`` None: it cannot be given, ``missing_years`` says where the hole is."""

    source: str
    value: float | None
    status: Status | None = None
    points: tuple[Point, ...] = ()
    missing_years: tuple[int, ...] = ()


def resolve_base(
    base: Base, points: Mapping[int, Point], base_year: int, first_year: int, unit: str
) -> BaseValue:
    """The base as declared: the plan's figure, the base year's statistics, or the mean of the years before.

    The mean of years is the simple mean of annual values and needs every one of them.
    """
    if base.source == "none":
        return BaseValue("none", None)
    if base.source == "plan":
        assert base.value is not None  # the model sees to it
        return BaseValue("plan", in_unit(base.value, base.unit or unit, unit))
    years = [base_year] if base.source == "statistics" else list(range(first_year - base.years, first_year))
    found = [points[year] for year in years if year in points and points[year].value is not None]
    missing = tuple(year for year in years if year not in {p.year for p in found})
    if missing:
        return BaseValue(base.source, None, missing_years=missing)
    mean = math.fsum(p.value for p in found if p.value is not None) / len(found)
    return BaseValue(base.source, mean, worst(p.status for p in found), tuple(found))


def ratio_of_sums(points: list[Point], indicator: Indicator) -> float | None:
    """scale x sum of numerators / sum of denominators; None where an input is missing or there is no denominator."""
    if indicator.denominator is None or any(p.numerator is None or p.denominator is None for p in points):
        return None
    top = math.fsum(p.numerator for p in points if p.numerator is not None)
    bottom = math.fsum(p.denominator for p in points if p.denominator is not None)
    return indicator.scale * top / bottom if bottom else None


def variables_of(keys: set[str], dictionary: Dictionary) -> set[str]:
    """The variables that the indicators ``keys`` are computed from, published rates included."""
    used = set(keys)
    for key in keys:
        indicator = dictionary.indicators[key]
        used |= {v for v in (indicator.numerator, indicator.denominator) if v is not None}
    return used
