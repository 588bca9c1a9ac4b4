"""Validation of a workspace: every suite once over the whole table, results split by place."""

from __future__ import annotations

from pathlib import Path

from planeval.model.validation import ValidationResult
from planeval.read.rows import ANYBODY
from planeval.read.workspace import Workspace
from planeval.validate.accepted import accepting_rows
from planeval.validate.coverage import coverage
from planeval.validate.in_doubt import resting_on
from planeval.validate.parts import check
from planeval.validate.stored import assemble, in_reading_order
from planeval.validate.suites import input_hash


def validate(
    workspace: Workspace, suites_dir: Path | None = None, newest: int | None = None
) -> ValidationResult:
    """Check the statistics against the expectation suites (default: the project's ``expectations/``).

    Each suite runs once over all places together; only the failing rows are taken apart by place afterwards. ``newest``
    is the latest year any row was published in, when ``workspace`` does not hold every row.

    Raises:
        InputError: a suite file is missing, malformed, or speaks of something unknown.
    """
    checked = check(workspace, newest=newest, suites_dir=suites_dir)
    return assemble(
        inputs=input_hash(workspace, suites_dir),
        suites=checked.suites,
        units=[(kind, unit, part) for kind, parts in checked.parts.items() for unit, part in parts.items()],
        coverage=coverage(workspace, checked.latest),
        reader=in_reading_order(finding.model_dump(mode="json") for finding in workspace.findings),
        accepting=accepting_rows(workspace.observations, workspace.regions),
        resting=resting_on(workspace.rests_on, workspace.regions),
        rows=len(workspace.table),
        places=sum(code != ANYBODY for code in checked.rows),
    )
