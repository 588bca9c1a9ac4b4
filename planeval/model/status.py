"""Statuses of published figures, best first, and how they combine."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Status(StrEnum):
    """What a figure is. Members stand in order, best first."""

    FINAL = "final"
    REVISED = "revised"
    PRELIMINARY = "preliminary"
    ESTIMATE = "estimate"
    FORECAST = "forecast"
    ILLUSTRATIVE = "illustrative"

    @property
    def rank(self) -> int:
        """0 for the best status."""
        return list(Status).index(self)


# A verdict that rests on one of these is provisional.
PROVISIONAL = frozenset({Status.FORECAST, Status.ILLUSTRATIVE})


def worst(statuses: Iterable[Status | str | None]) -> Status | None:
    """The worst of the statuses; None when there is none."""
    known = [Status(s) for s in statuses if s is not None]
    return max(known, key=lambda s: s.rank) if known else None
