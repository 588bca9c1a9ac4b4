"""Ways to make one mistake in a data folder, and to see what planeval makes of it."""

from __future__ import annotations

from pathlib import Path

from planeval.model.findings import Finding, Severity
from planeval.model.validation import ValidationResult
from planeval.read.workspace import Workspace, load
from planeval.validate.run import validate
from planeval.validate.suites import input_hash

GULOU, MAWEI, NATION = "350102", "350105", "100000"


def replace(file: Path, old: str, new: str) -> int:
    """Replace the first ``old`` in the file; returns the line it stood on."""
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file.name}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def append(file: Path, line: str) -> int:
    """Add a line at the end of the file; returns its number."""
    with file.open("a", encoding="utf-8") as stream:
        stream.write(f"{line}\n")
    return len(file.read_text(encoding="utf-8").splitlines())


def recode(file: Path, encoding: str) -> None:
    """Save the file in another encoding, as another program would."""
    file.write_bytes(file.read_text(encoding="utf-8").encode(encoding))


def read_findings(data: Path) -> list[Finding]:
    """What reading the folder noticed."""
    return load(data).findings


_validated: dict[tuple[str, ...], ValidationResult] = {}


def validated(data: Path) -> tuple[Workspace, ValidationResult]:
    """The folder as read, and what validation says; the same content is validated once."""
    workspace = load(data)
    key = (input_hash(workspace), *map(str, workspace.findings))
    if key not in _validated:
        _validated[key] = validate(workspace)
    return workspace, _validated[key]


def critical(data: Path) -> list[Finding]:
    """Everything that holds a report back: what the reader noticed, and what the expectation suites found."""
    return [f for f in validated(data)[1].findings if f.severity is Severity.CRITICAL]


def held_back(data: Path) -> set[str]:
    """The plans whose reports would not be published."""
    workspace, result = validated(data)
    return {
        plan_id
        for plan_id in workspace.plan_ids
        if plan_id not in workspace.plans or result.held_back(workspace.plans[plan_id])
    }
