"""Data folders whose observations come from a database."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from planeval.read.rows import REQUIRED
from planeval.read.workspace import Workspace

SNAPSHOT = "observations/database-bureau.csv"


def name_source(data: Path, *lines: str, name: str = "bureau") -> None:
    """Write a ``sources.yaml`` with one source: its keys as lines."""
    text = "\n".join(["observations:", f"  - name: {name}", *(f"    {line}" for line in lines), ""])
    (data / "sources.yaml").write_text(text, encoding="utf-8")


def taken_rows(data: Path, file: str) -> list[list[str]]:
    """The rows of a file of observations, in the order of `REQUIRED`; the file is removed."""
    path = data / "observations" / file
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [[row[name] for name in REQUIRED] for row in csv.DictReader(stream)]
    path.unlink()
    return rows


def make_sqlite(file: Path, rows: Sequence[Sequence[object]], table: str = "obs") -> None:
    """A table without types, as SQLite allows."""
    columns = ", ".join(f'"{name}"' for name in REQUIRED)
    with sqlite3.connect(file) as connection:
        connection.execute(f'CREATE TABLE "{table}" ({columns})')
        connection.executemany(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(REQUIRED))})', rows)
    connection.close()


def in_sqlite(data: Path) -> Path:
    """Move the rows of mawei.csv into a SQLite file that sources.yaml names; returns the file."""
    make_sqlite(data / "bureau.db", taken_rows(data, "mawei.csv"))
    name_source(data, "address: sqlite:///bureau.db", "table: obs")
    return data / "bureau.db"


def change(file: Path, statement: str, *values: object) -> None:
    """Change a SQLite file."""
    with sqlite3.connect(file) as connection:
        connection.execute(statement, values)
    connection.close()


def figures(workspace: Workspace) -> pd.DataFrame:
    """What is computed with, without where it stands."""
    frame = workspace.observations.drop(columns=["file", "line", "behind"])
    return frame.sort_values(["region_code", "year", "variable", "published"], ignore_index=True)
