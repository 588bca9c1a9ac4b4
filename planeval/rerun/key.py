"""When a report is rendered again: the key of everything it depends on.

One pure function, `report_key`. A report is up to date when the key in its record equals the key of today's inputs;
otherwise `changes` says in which component they differ. What a component covers is written beside it below, and
docs/architecture.md repeats it for readers. `tests/test_rerun_key.py` pins one key: whoever changes the function on
purpose raises ``VERSION`` (every report is then rendered once more) and renews the pinned value.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VERSION = 1


@dataclass(frozen=True)
class ReportInputs:
    """Everything that one report is made from; each text is a SHA-256.

    A report can see nothing else: what its notebook gets is the slice of the workspace that this describes
    (`planeval.read.workspace.Workspace.slice`).
    """

    notebook: str  # the notebook file
    parameters: Mapping[str, str | int | None]  # as the notebook gets them
    plan: str  # the plan file
    ledger: str | None  # its progress ledger; None: there is none
    observations: Mapping[str, Mapping[str, str]]  # place -> file -> its rows, with their lines
    findings: str  # what reading and validation say about the plan and its place
    dictionary: str  # indicators.yaml
    method: str  # method.yaml
    regions: str  # regions.csv
    expectations: str  # the suites; the provenance names them
    template: str  # the page's template and stylesheet
    code: str  # the package
    environment: str  # Python, the libraries in use and the lock file

    def plain(self) -> dict[str, Any]:
        """The components by name, as they stand in a record."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def digest(content: Any) -> str:
    """SHA-256 of ``content`` as canonical JSON: the same content gives the same text, in whatever order it is held."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def report_key(inputs: ReportInputs) -> str:
    """The key of a report made from ``inputs``: SHA-256 over all of them and the version of this function."""
    return digest({"version": VERSION, "inputs": inputs.plain()})


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Where two inputs (as plain dictionaries) differ: pairs of component and what of it.

    What: the place code for ``observations``, the parameter's name for ``parameters``, else "". In the order of
    `ReportInputs`; a component that only one of them has counts as changed.
    """
    found: list[tuple[str, str]] = []
    for name in dict.fromkeys([*ReportInputs.__dataclass_fields__, *before]):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found += [(name, part) for part in sorted({*old, *new}) if old.get(part) != new.get(part)]
        else:
            found.append((name, ""))
    return found
