"""Changes of the map by date: mergers, renames, boundary changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from planeval.read.regions import Region


@dataclass(frozen=True)
class RegionChange:
    """One change: from ``date`` on, what ``from_code`` was is, or is part of, ``to_code``."""

    date: str
    change: str
    from_code: str
    to_code: str
    source: str
    note: str = ""


def read_region_changes(path: Path, file: str, regions: dict[str, Region]) -> list[RegionChange]:
    """``region_changes.csv``; none where there is no such file."""
    return []
