"""The ledger of accidents: one row a report of an accident."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from planeval.model.findings import Finding
from planeval.read.regions import Region


@dataclass(frozen=True)
class Accidents:
    """What the ledgers hold. ``findings``: what was wrong with them."""

    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    findings: list[Finding] = field(default_factory=list)


def read_accidents(
    folder: Path,
    root: Path,
    regions: dict[str, Region],
    only: Collection[str] | None = None,
    vintage: str = "",
) -> Accidents:
    """Every ledger under ``folder``."""
    return Accidents()
