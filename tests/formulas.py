"""Printed arithmetic, done again: numbers, units, + − × ÷ ^ and brackets, with nothing of planeval's own."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SIGNS = {"−": "-", "×": "*", "÷": "/", "^": "**", "…": ""}
_ARITHMETIC = re.compile(r"[\d.+\-*/() ]*")


def computed(formula: str, units: Iterable[str] = ()) -> float:
    """What ``formula`` comes to; ``units`` may stand behind its numbers.

    Raises:
        ValueError: it holds anything but arithmetic.
    """
    plain = re.sub(r"\[[^\]]*\]", "", formula)
    for unit in sorted(units, key=len, reverse=True):
        plain = re.sub(rf"(?<=\d) {re.escape(unit)}(?= |$)|(?<=…) {re.escape(unit)}(?= |$)", "", plain)
    for sign, operator in _SIGNS.items():
        plain = plain.replace(sign, operator)
    if not _ARITHMETIC.fullmatch(plain):
        raise ValueError(plain)
    return float(eval(plain, {"__builtins__": {}}))
