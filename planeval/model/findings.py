"""A finding: one thing that is wrong with the input, said so that it can be mended."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Severity(StrEnum):
    """How much a finding weighs."""

    CRITICAL = "critical"  # the reports it touches are held back
    WARNING = "warning"  # printed in the report
    INFO = "info"  # listed, nothing to do


class Finding(BaseModel):
    """One finding, from reading a file or from validation.

    ``region_code`` and ``plan`` say whom it touches; with neither, a critical finding touches every report.
    ``message`` is a whole Chinese sentence that names place, year, value found and value expected;
    ``remedy`` says what to do next. ``reason`` and ``provided_by``: of one that somebody has explained (a row of the
    corrections register accepts it).
    """

    model_config = ConfigDict(frozen=True)

    rule: str
    severity: Severity = Severity.CRITICAL
    message: str
    remedy: str = ""
    region_code: str | None = None
    plan: str | None = None
    year: int | None = None
    variable: str | None = None
    found: str | None = None
    expected: str | None = None
    file: str | None = None
    line: int | None = None
    reason: str | None = None
    provided_by: str | None = None

    @property
    def where(self) -> str:
        """``file:line`` as far as known."""
        if self.file is None:
            return ""
        return self.file if self.line is None else f"{self.file}:{self.line}"

    def touches(self, plan_id: str, region_code: str) -> bool:
        """Whether this finding concerns the plan ``plan_id`` of the place ``region_code``."""
        if self.plan is None and self.region_code is None:
            return True
        return self.plan == plan_id or self.region_code == region_code

    def __str__(self) -> str:
        head = f"{self.where}: " if self.where else ""
        tail = f" → {self.remedy}" if self.remedy else ""
        return f"{head}{self.message}{tail}"
