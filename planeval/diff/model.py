"""What lies between two days, typed; ``diff --json`` prints it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from planeval.model.evaluation import Result, Standing
from planeval.model.status import Status
from planeval.model.terms import ItemState, Kind


class Figure(Result):
    """The figure in use of a place, year and variable on one of the days; ``value`` in the canonical unit."""

    value: float
    as_published: str
    status: Status
    published: str
    source: str
    file: str
    line: int
    derived: str = ""  # how it was derived; "" for one that stands in a file


class FigureChange(Result):
    """A figure that is another one on the later day.

    ``change``: added (known only on the later day), corrected (another value), confirmed (published again, the same
    value) or removed (a derived one that can no longer be given).
    """

    region_code: str
    region_name: str
    variable: str
    name: str
    year: int
    unit: str
    change: Literal["added", "corrected", "confirmed", "removed"]
    before: Figure | None
    after: Figure | None
    difference: float | None = None
    percent: float | None = None
    reason: str = ""
    provided_by: str = ""


class IndicatorChange(Result):
    """An indicator whose verdict or numbers are other ones on the later day; ``figures``: (variable, year) of the changed
    figures it rests on."""

    id: str
    name: str
    name_en: str
    unit: str
    decimals: int
    target_kind: str
    verdict_changed: bool
    before: Standing
    after: Standing
    figures: list[tuple[str, int]]


class ItemChange(Result):
    """A task, project, milestone or quantity whose state or progress is another one on the later day."""

    id: str
    name: str
    before: ItemState
    after: ItemState
    percent_before: float | None
    percent_after: float | None
    last_report: str | None


class ReportChange(Result):
    """One report on both days. ``held_before`` and ``held_after``: why the plan could not be judged on that day; then
    there is nothing to compare."""

    plan: str
    plan_title: str
    kind: Kind
    region_code: str
    region_name: str
    as_of_before: int | None = None
    as_of_after: int | None = None
    held_before: list[str] = Field(default_factory=list)
    held_after: list[str] = Field(default_factory=list)
    indicators: list[IndicatorChange] = Field(default_factory=list)
    items: list[ItemChange] = Field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.indicators or self.items or self.held_before or self.held_after)


class Difference(Result):
    """Everything that lies between the days ``before`` and ``after``; ``unchanged``: reports with nothing to tell."""

    schema_version: Literal["1"] = "1"
    before: str
    after: str
    figures: list[FigureChange]
    reports: list[ReportChange]
    unchanged: int
