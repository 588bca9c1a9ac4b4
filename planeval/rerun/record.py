"""The record beside each published report: from which inputs it was made, which files belong to it.

It is written with the report's other files, in one move of the folder; so a report that is there has the record it
was made with, however a run ended.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RECORD_FILE = "record.json"
SCHEMA = 3


def record_text(
    key: str, inputs: Mapping[str, Any], files: Mapping[str, bytes], summary: Mapping[str, Any]
) -> str:
    """The record of a folder that holds ``files`` (name -> content) beside it."""
    content = {
        "schema": SCHEMA,
        "key": key,
        "inputs": dict(inputs),
        "files": {name: len(content) for name, content in files.items()},
        "summary": dict(summary),
    }
    return json.dumps(content, ensure_ascii=False) + "\n"


def read_record(folder: Path) -> dict[str, Any] | None:
    """The record in ``folder``; None when there is none, or none that can be read."""
    try:
        with open(f"{folder}/{RECORD_FILE}", "rb") as file:
            record = json.load(file)
    except (OSError, ValueError):
        return None
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        return None
    if not isinstance(record.get("key"), str):
        return None
    if not all(isinstance(record.get(name), dict) for name in ("inputs", "files", "summary")):
        return None
    return record


def intact(folder: Path, record: Mapping[str, Any]) -> bool:
    """Whether every file of the record is there in its size: one deleted or cut short is made again."""
    try:
        # Thousands of folders are asked: plain text is several times faster to put together than a Path.
        return all(os.stat(f"{folder}/{name}").st_size == size for name, size in record["files"].items())
    except OSError:
        return False
