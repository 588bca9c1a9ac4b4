"""Which rows a figure was made from, when there may be thousands: ``file:line``, or ``file:first-last`` for many."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# From so many stretches on, nobody looks them up one by one.
MOST_STRETCHES = 20
_STRETCH = re.compile(r":([0-9]+)-([0-9]+)(?:\(([0-9]+)\))?$")


def rows_in(file: str, firsts: Sequence[int], lasts: Sequence[int]) -> tuple[str, ...]:
    """The rows of ``file`` that stand on the lines from each first to its last, in order: ``a.csv:3``, ``a.csv:7-9``;
    of very many stretches only where they lie and how many rows they are: ``a.csv:3-9000(341)``."""
    if len(firsts) > MOST_STRETCHES:
        count = sum(lasts) - sum(firsts) + len(firsts)
        return (f"{file}:{firsts[0]}-{lasts[-1]}({count})",)
    stretches = zip(firsts, lasts, strict=True)
    return tuple(f"{file}:{a}" if a == b else f"{file}:{a}-{b}" for a, b in stretches)


def count_rows(behind: Iterable[str]) -> int:
    """How many rows the entries of ``behind`` stand for."""
    return sum(_count(entry) for entry in behind)


def _count(entry: str) -> int:
    stretch = _STRETCH.search(entry)
    if not stretch:
        return 1
    return int(stretch[3]) if stretch[3] else int(stretch[2]) - int(stretch[1]) + 1
