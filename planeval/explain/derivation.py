"""What a derivation holds: data first; `planeval.explain.text` and `planeval.report.derivations` show it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from planeval.model.evaluation import Alternative, ItemState, Kind, Result, Verdict
from planeval.model.status import Status


class UsedRow(Result):
    """A row of the statistics that the indicator can rest on; of a derived one the rows behind it."""

    variable: str
    name: str
    year: int
    as_published: str
    value: float
    unit: str
    status: Status
    published: str
    source: str
    file: str
    line: int
    superseded: bool
    used: bool
    reason: str = ""
    provided_by: str = ""
    derived: str = ""
    behind: list[str] = Field(default_factory=list)
    partial: str = ""


class UsedReport(Result):
    """A row of the progress ledger; ``used`` is the latest one in time."""

    date: str
    status: str
    percent: float | None
    quantity: float | None
    evidence: str
    source: str
    illustrative: bool
    file: str
    line: int
    used: bool


class Calculation(Result):
    """One step of arithmetic: ``formula`` with the numbers in it gives ``value`` in ``unit``.

    ``formula`` "" : nothing is computed, the value is taken from where ``note`` and ``sources`` say. It is made of numbers
    (12 significant digits, … where more follow), their units, ``+ − × ÷ ^`` and brackets. ``value`` None: it cannot be
    given, and ``note`` says why. ``shown`` is how the report shows it, "" where it does not.
    """

    code: str
    name: str
    formula: str = ""
    value: float | None
    unit: str = ""
    shown: str = ""
    note: str = ""
    year: int | None = None
    sources: list[str] = Field(default_factory=list)


class RuleStep(Result):
    """One condition of the rule, in its order, with the numbers in it; the first that applies decides."""

    code: str
    condition: str
    outcome: Literal["passed", "applies", "not_reached"]
    result: str  # the verdict it would give, in words


class TurningPoint(Result):
    """The smallest change of the value of ``year`` that changes the verdict; without ``verdict`` none does.

    ``events``: how many events more (or fewer, below zero), the denominator staying as it is; None where the
    value is no count of events. ``value``: the year's value then, in the indicator's unit.
    """

    direction: Literal["down", "up"]
    year: int
    events: int | None = None
    value: float | None = None
    verdict: Verdict | None = None
    text: str


class Derivation(Result):
    """What the derivations of indicators and of ledger items have in common."""

    plan: str
    plan_title: str
    kind: Kind
    as_of: int
    vintage: str
    id: str
    name: str
    as_written: str = ""
    reading: str = ""
    steps: list[Calculation]
    rule: list[RuleStep]
    notes: list[str]


class IndicatorDerivation(Derivation):
    """Of an indicator or a sub-target that statistics judge."""

    key: str
    unit: str
    rows: list[UsedRow]
    values: list[Calculation]  # of every year from the base on
    verdict: Verdict
    provisional: bool
    data_status: Status | None
    uncertainty: list[str]
    turning_points: list[TurningPoint]
    alternatives: list[Alternative]


class ItemDerivation(Derivation):
    """Of a task section, a project, a milestone or a cumulative quantity."""

    reports: list[UsedReport]
    state: ItemState
    illustrative: bool
    turning_points: list[str]
