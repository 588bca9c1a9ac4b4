"""Values of a database as the exact text that a file of statistics would hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal

# Whole numbers up to here are exact in double precision.
_EXACT = 2.0**53


class NoText(Exception):
    """A value of a type that no cell can hold."""


def cell(value: object) -> str:
    """``value`` as text: decimals with the places they have, floating-point numbers as the shortest text that is the
    same number, a moment at midnight as its day, nothing (NULL) as an empty cell.

    Raises:
        NoText: it is nothing of this kind (bytes, a list ...).
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) <= _EXACT else repr(value)
    if isinstance(value, bool | int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        day_alone = value.time() == time() and value.tzinfo is None
        return value.date().isoformat() if day_alone else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    raise NoText(type(value).__name__)


def single(value: object) -> str:
    """`cell` of a column of single precision that came as a double: 0.1 and not 0.10000000149011612."""
    import numpy

    return cell(float(str(numpy.float32(value)))) if isinstance(value, float) else cell(value)


Cell = Callable[[object], str]
