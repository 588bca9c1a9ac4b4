"""Validation of a workspace: every suite once over the whole table, results split by place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planeval.messages import say
from planeval.model.findings import Finding, Severity
from planeval.model.validation import CheckSummary, ValidationResult
from planeval.read.workspace import Workspace
from planeval.validate.coverage import coverage
from planeval.validate.engine import Outcome, session
from planeval.validate.frames import Frames, build
from planeval.validate.suites import Suite, check_columns, input_hash, load_suites
from planeval.validate.wording import findings_of

_ORDER = list(Severity)


def validate(workspace: Workspace, suites_dir: Path | None = None) -> ValidationResult:
    """Check the statistics against the expectation suites (default: the project's ``expectations/``).

    Each suite runs once over all places together; only the failing rows are taken apart by place afterwards.

    Raises:
        InputError: a suite file is missing, malformed, or speaks of something unknown.
    """
    suites = load_suites(suites_dir)
    frames = build(workspace)
    for suite in suites:
        check_columns(suite, list(frames.named()[suite.meta.frame].columns))
    parameters = _parameters(workspace)
    checks: list[CheckSummary] = []
    findings: list[Finding] = []
    said = {(f.file, f.line, f.rule) for f in workspace.findings}
    with session() as engine:
        for suite in suites:
            outcomes = engine.run(suite, frames.named()[suite.meta.frame], parameters)
            checks += _summaries(suite, outcomes, frames)
            findings += _findings(suite, outcomes, frames, parameters, said)
    return ValidationResult(
        inputs=input_hash(workspace, suites_dir),
        checks=checks,
        findings=[*workspace.findings, *findings],
        coverage=coverage(workspace, frames.latest),
    )


def _parameters(workspace: Workspace) -> dict[str, Any]:
    bounds = workspace.method.validation
    return {
        "known_regions": sorted(workspace.regions),
        "known_variables": sorted({*workspace.dictionary.variables, *workspace.dictionary.indicators}),
        "first_year": bounds.first_year,
        "last_year": bounds.last_year,
        "rate_tolerance": bounds.rate_tolerance,
    }


def _summaries(suite: Suite, outcomes: list[Outcome], frames: Frames) -> list[CheckSummary]:
    """One summary a rule and severity; several expectations may serve one rule."""
    codes = frames.named()[suite.meta.frame].set_index("row")["region_code"]
    merged: dict[tuple[str, Severity], tuple[int, set[int]]] = {}
    for expectation, outcome in zip(suite.expectations, outcomes, strict=True):
        key = (expectation.meta.rule, expectation.severity)
        checked, rows = merged.get(key, (0, set()))
        merged[key] = (max(checked, outcome.checked), rows | set(outcome.rows))
    return [
        CheckSummary(
            rule=rule,
            title=say(f"validation.rules.{rule}"),
            suite=suite.name,
            severity=severity,
            checked=checked,
            failed=len(rows),
            regions=sorted({str(code) for code in codes.loc[sorted(rows)] if isinstance(code, str)}),
        )
        for (rule, severity), (checked, rows) in merged.items()
    ]


def _findings(
    suite: Suite,
    outcomes: list[Outcome],
    frames: Frames,
    parameters: dict[str, Any],
    said: set[tuple[str | None, int | None, str]],
) -> list[Finding]:
    """The suite's findings. Of two bounds of one rule on one cell that both fail, the graver speaks alone."""
    kept: dict[tuple[str, tuple[str, ...], int], Finding] = {}
    for expectation, outcome in zip(suite.expectations, outcomes, strict=True):
        for row, finding in findings_of(expectation, suite, outcome.rows, frames, parameters):
            if any(
                (finding.file, finding.line, rule) in said for rule in expectation.meta.already_reported_by
            ):
                continue
            key = (finding.rule, expectation.columns, row)
            if key not in kept or _ORDER.index(finding.severity) < _ORDER.index(kept[key].severity):
                kept[key] = finding
    return list(kept.values())
