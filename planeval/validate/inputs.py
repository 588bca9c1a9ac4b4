"""What a validation result is made from, as hashes; nothing large is imported, so that asking costs nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import planeval
from planeval.messages import language
from planeval.read.inventory import VINTAGE, Inventory, suite_hashes

# What a validation result is made by, within the package: readers, rules' frames, models, and every word they say.
SOURCES = (
    "errors.py",
    "derive/*.py",
    "model/*.py",
    "read/*.py",
    "validate/*.py",
    "messages/*.py",
    "messages/*/accidents.yaml",
    "messages/*/database.yaml",
    "messages/*/numbers.yaml",
    "messages/*/parts.yaml",
    "messages/*/read.yaml",
    "messages/*/report.yaml",
    "messages/*/restate.yaml",
    "messages/*/terms.yaml",
    "messages/*/units.yaml",
    "messages/*/validation.yaml",
)
# What every place depends on: files, and the day until which publications count.
SHARED = ("indicators.yaml", "method.yaml", "regions.csv", "region_changes.csv", VINTAGE)


def default_suites_dir() -> Path:
    """``expectations/`` of the project, beside the package."""
    return Path(planeval.__file__).parent.parent / "expectations"


def inputs_of(hashes: Mapping[str, str], suites_dir: Path | None = None, package: Path | None = None) -> str:
    """SHA-256 over ``hashes`` (of the data files and the project's suites), the suites in use, and the version and
    sources of planeval that read and validate (``SOURCES`` of ``package``, default: this one)."""
    return digest({"data": dict(hashes), **_made_by(suites_dir, package)})


def validation_inputs(inventory: Inventory) -> str:
    """`inputs_of` the data folder: a stored result whose ``inputs`` equals it is still valid."""
    return inputs_of({**inventory.files, **suite_hashes()})


def shared_inputs(inventory: Inventory, suites_dir: Path | None = None) -> str:
    """SHA-256 over what every place depends on: after a change of it all must be validated anew."""
    files = {name: inventory.files.get(name) for name in SHARED}
    return digest({"data": files, **_made_by(suites_dir, None)})


def digest(content: Any) -> str:
    """SHA-256 of ``content`` as canonical JSON."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _made_by(suites_dir: Path | None, package: Path | None) -> dict[str, Any]:
    return {
        "planeval": planeval.__version__,
        "language": language(),
        "sources": _hashes(package or Path(planeval.__file__).parent, *SOURCES),
        "suites": _hashes(suites_dir or default_suites_dir(), "*.json"),
    }


def _hashes(folder: Path, *patterns: str) -> dict[str, str]:
    files = sorted(path for pattern in patterns for path in folder.glob(pattern))
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
