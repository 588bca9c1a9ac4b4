"""The result of validation: what was checked, what failed, by place and year."""

from __future__ import annotations

from typing import Literal

from planeval.model.evaluation import Result
from planeval.model.findings import Finding, Severity
from planeval.model.plan import Plan


class CheckSummary(Result):
    """One rule of one suite at one severity, over the whole table."""

    rule: str
    title: str
    suite: str
    severity: Severity
    checked: int  # rows the rule could be applied to
    failed: int  # rows that failed it
    regions: list[str]  # codes of the places with a failed row


class CoverageCell(Result):
    """How complete the statistics of one place and year are."""

    region_code: str
    year: int
    found: int  # variables with a value
    expected: int  # variables that the place's plan needs or that the place has in some year
    missing: list[str]  # keys of those without a value


class ValidationResult(Result):
    """Everything validation found. ``inputs`` recognises the input it was made from."""

    schema_version: Literal["1"] = "1"
    inputs: str  # SHA-256 over the data files, the suites and the code that checks them
    rows: int  # rows of the statistics
    places: int  # places with a row; a code that is none is no place
    checks: list[CheckSummary]
    findings: list[Finding]  # the reader's first, then the rules': by suite, expectation and place
    coverage: list[CoverageCell]

    def for_plan(self, plan: Plan) -> list[Finding]:
        """Findings of every severity that touch the plan or its place."""
        return [f for f in self.findings if f.touches(plan.id, plan.region_code)]

    def held_back(self, plan: Plan) -> list[Finding]:
        """The critical findings that hold the plan's reports back; empty when they may be published."""
        return [f for f in self.for_plan(plan) if f.severity is Severity.CRITICAL]
