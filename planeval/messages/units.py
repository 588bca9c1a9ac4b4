"""Units as readers see them. The data use the official Chinese symbols everywhere; a language that needs other words
has them under ``unit``, and under ``unit_shift`` where it counts by other powers of ten."""

from __future__ import annotations

import re
from decimal import Decimal

from planeval.messages import has, say

_NUMBER = re.compile(r"[-+]?[0-9][0-9,]*(?:\.[0-9]+)?")
_SHARES = ("%", "‰")


def unit_of(symbol: str) -> str:
    """What the numbers of a column are counted in, e.g. ``persons`` for ``人``; an unknown symbol is its own word."""
    return say(f"unit.{symbol}") if has(f"unit.{symbol}") else symbol


def quantity(value: str, symbol: str) -> str:
    """A number as shown, with its unit: ``2人``, ``2 persons``, ``1 person``, ``15%``.

    Where the language counts otherwise the decimal point moves: 46.5亿元 is ``4,650 million yuan``, no digit more and
    none fewer.
    """
    plain = _NUMBER.fullmatch(value) is not None
    if plain and has(f"unit_shift.{symbol}.unit"):
        moved = Decimal(value.replace(",", "")).scaleb(int(say(f"unit_shift.{symbol}.places")))
        value, symbol = f"{moved:,f}", say(f"unit_shift.{symbol}.unit")
    elif has(f"unit_shift.{symbol}.unit"):
        return say("number.times", value=value, unit=unit_of(symbol))
    if symbol in _SHARES:
        return say("number.tight", value=value, unit=symbol)
    one = value == "1" and has(f"unit_one.{symbol}")
    return say("number.quantity", value=value, unit=say(f"unit_one.{symbol}") if one else unit_of(symbol))


def unit_after(symbol: str) -> str:
    """What stands right after a number that is put there by somebody else: ``人``, `` persons``, ``%``."""
    if symbol in _SHARES or not symbol:
        return symbol
    name = "times" if has(f"unit_shift.{symbol}.unit") else "quantity"
    return say(f"number.{name}", value="", unit=unit_of(symbol))


def as_published(text: str, symbols: frozenset[str]) -> str:
    """A published figure, number and symbol in one (``8.9亿元``), as a quantity; any other text as it is."""
    match = _NUMBER.match(text)
    if match is None or text[match.end() :] not in symbols:
        return text
    return quantity(match[0], text[match.end() :])
