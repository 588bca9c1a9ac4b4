"""How wide text is where every narrow character is as wide as every other: a terminal, a spreadsheet's column."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def width_of(text: str) -> int:
    """How many narrow characters wide ``text`` is: a Chinese one counts double."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "FW" else 1
        for sign in text
    )


def aligned(rows: Sequence[Sequence[str]], right: Sequence[int] = (), gap: str = "  ") -> list[str]:
    """The rows as lines whose columns stand below each other; the columns numbered in ``right`` end together."""
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]

    def filled(text: str, number: int) -> str:
        space = " " * (widths[number] - width_of(text))
        return space + text if number in right else text + space

    return [gap.join(filled(text, n) for n, text in enumerate(row)).rstrip() for row in rows]
