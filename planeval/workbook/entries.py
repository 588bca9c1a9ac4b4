"""What somebody filled in: every figure with the cell it stands in. Made by the readers of workbooks and of wide tables
alike; whatever is said about a figure later can so be said at its cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from planeval.model.findings import Severity


@dataclass(frozen=True)
class Cell:
    """A cell: the sheet's name ("" in a CSV file) and its address as Excel writes it (``D5``)."""

    sheet: str
    address: str

    def __str__(self) -> str:
        return f"{self.sheet}!{self.address}" if self.sheet else self.address


@dataclass(frozen=True)
class Entry:
    """One figure, as text exactly as it was filled in; ``cells``: where each of its parts stands, by column name
    (``value`` always). The other fields are the columns of the statistics (docs/formats.md)."""

    region_code: str
    year: str
    variable: str
    value: str
    unit: str
    status: str
    source: str
    published: str
    reason: str
    provided_by: str
    cells: dict[str, Cell]


@dataclass(frozen=True)
class ProgressEntry:
    """One row of the progress ledger of ``plan``; ``values``: column -> text, ``cells``: column -> cell."""

    plan: str
    values: dict[str, str]
    cells: dict[str, Cell]


@dataclass(frozen=True)
class Problem:
    """Something wrong with a cell: the rule, what was found and expected, and what to do."""

    cell: Cell
    rule: str
    severity: Severity
    message: str
    remedy: str
    found: str = ""
    expected: str = ""


@dataclass(frozen=True)
class Filled:
    """All that was filled in in one file."""

    path: Path
    entries: list[Entry] = field(default_factory=list)
    progress: list[ProgressEntry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)  # what already reading it showed
