"""What was read from databases lies as files among the statistics: one snapshot a source, named after it.

The standard library alone, as for the inventory: whoever has no ``sources.yaml`` pays nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path

SOURCES = "sources.yaml"
_SNAPSHOT = re.compile(r"observations/database-([^/]*)\.csv")


def snapshot_file(source: str) -> str:
    """The snapshot of a source, as a name below the data folder."""
    return f"observations/database-{source}.csv"


def source_of(file: str) -> str | None:
    """The source whose snapshot the file of that name is; None for any other file."""
    match = _SNAPSHOT.fullmatch(file)
    return match[1] if match else None


def declared_in(raw: bytes) -> list[str]:
    """The names of the sources in the bytes of ``sources.yaml``; of one that cannot be used, as many as can be told (its
    reader says what is wrong)."""
    import yaml

    try:
        content = yaml.load(raw, Loader=yaml.CBaseLoader)
        return [str(source["name"]) for source in content["observations"]]
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, ValueError, RecursionError):
        return []


def declared(root: Path) -> list[str]:
    """The names of the sources of a data folder."""
    try:
        return declared_in((root / SOURCES).read_bytes())
    except OSError:
        return []


def left_over(files: Iterable[str], sources: Collection[str]) -> list[str]:
    """Those of the ``files`` (names below the data folder) that are snapshots of no source any more: they are not read."""
    return [file for file in files if (name := source_of(file)) is not None and name not in sources]
