"""What does not follow: a place in a report, what stands there and what the recomputation gives."""

from __future__ import annotations

import re
from typing import NamedTuple

from planeval.messages import say

# Where a difference lies in a long text: so much of what stands around it is quoted.
_AROUND = 16
_NUMBER = re.compile(r"[-−+]?\d[\d,.]*")
_OF_NUMBER = re.compile(r"[\d,.]")


class Difference(NamedTuple):
    """``found`` None: it is missing there; ``expected`` None: it should not be there."""

    file: str
    where: tuple[str, ...]
    found: str | None
    expected: str | None

    @property
    def of_numbers(self) -> bool:
        """Whether more than the wording differs."""
        return _NUMBER.findall(self.found or "") != _NUMBER.findall(self.expected or "")

    def __str__(self) -> str:
        place = say("verify.join").join(part for part in self.where if part)
        if self.found is None:
            return say("verify.missing", file=self.file, where=place, expected=_clipped(self.expected or ""))
        if self.expected is None:
            return say("verify.extra", file=self.file, where=place, found=_clipped(self.found))
        found, expected = quoted(self.found, self.expected)
        return say("verify.differs", file=self.file, where=place, found=found, expected=expected)


def quoted(found: str, expected: str) -> tuple[str, str]:
    """The parts of two texts that differ, whole numbers, with a little of what stands around them."""
    start = 0
    while start < min(len(found), len(expected)) and found[start] == expected[start]:
        start += 1
    end = 0
    while end < min(len(found), len(expected)) - start and found[-1 - end] == expected[-1 - end]:
        end += 1
    while start and _OF_NUMBER.match(found[start - 1]):
        start -= 1
    while end and _OF_NUMBER.match(found[len(found) - end]):
        end -= 1
    return _part(found, start, end), _part(expected, start, end)


def _part(text: str, start: int, end: int) -> str:
    first, last = max(start - _AROUND, 0), min(len(text) - end + _AROUND, len(text))
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"


def _clipped(text: str) -> str:
    return text if len(text) <= 6 * _AROUND else f"{text[: 6 * _AROUND]}…"
