"""Units of the statistics and exact conversion between them."""

from __future__ import annotations

from decimal import Decimal

# symbol -> (quantity, how many of the quantity's smallest unit it is). Persons and person-times are different
# quantities on purpose: 受灾人次 must not be mixed up with 受灾人口.
UNITS: dict[str, tuple[str, Decimal]] = {
    "人": ("person", Decimal(1)),
    "万人": ("person", Decimal(10**4)),
    "亿人": ("person", Decimal(10**8)),
    "人次": ("person_time", Decimal(1)),
    "万人次": ("person_time", Decimal(10**4)),
    "亿人次": ("person_time", Decimal(10**8)),
    "起": ("case", Decimal(1)),
    "万起": ("case", Decimal(10**4)),
    "元": ("money", Decimal(1)),
    "万元": ("money", Decimal(10**4)),
    "亿元": ("money", Decimal(10**8)),
    "‰": ("share", Decimal(1)),
    "%": ("share", Decimal(10)),
    "人/亿元": ("deaths_per_gdp", Decimal(1)),
    "人/10万人": ("persons_per_population", Decimal(10)),
    "人/百万人": ("persons_per_population", Decimal(1)),
    "人次/10万人": ("person_times_per_population", Decimal(1)),
    "公里": ("length", Decimal(1)),
    "小时": ("time", Decimal(1)),
    "公顷": ("area", Decimal(1)),
}


def convertible(unit: str, to: str) -> bool:
    """Whether both units are known and of one quantity."""
    return unit in UNITS and to in UNITS and UNITS[unit][0] == UNITS[to][0]


def convert(number: Decimal, unit: str, to: str) -> Decimal:
    """``number`` of ``unit`` in ``to``, exactly (1.07 亿人次 is 107000000 人次, with no binary residue).

    Raises:
        KeyError: a unit is unknown.
        ValueError: the units are of different quantities.
    """
    if not convertible(unit, to):
        if unit not in UNITS or to not in UNITS:
            raise KeyError(unit if unit not in UNITS else to)
        raise ValueError(f"{unit} → {to}")
    return number * UNITS[unit][1] / UNITS[to][1]


def symbols_like(unit: str) -> list[str]:
    """The known units of the same quantity as ``unit``."""
    quantity = UNITS[unit][0]
    return [symbol for symbol, (q, _) in UNITS.items() if q == quantity]
