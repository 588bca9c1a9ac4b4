"""What an import would change: every figure and report that was filled in against what the data folder has."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from planeval.messages import say
from planeval.messages.names import name_of
from planeval.messages.units import as_published
from planeval.model.findings import Severity
from planeval.model.status import Status
from planeval.read.ledger import STATUSES
from planeval.read.observations import published_after
from planeval.read.units import UNITS, convert, convertible
from planeval.read.vintage import is_published
from planeval.read.workspace import Workspace
from planeval.validate.columns import labels
from planeval.workbook.entries import Cell, Entry, Filled, Problem, ProgressEntry
from planeval.workbook.words import problem

_SYMBOLS = frozenset(UNITS)
# Rules of a correction that does not say why or from whom.
WITHOUT = ("correction_without_reason", "correction_without_provider", "status_worse_without_reason")


class Kind(StrEnum):
    """What becomes of something that was filled in."""

    NEW = "new"
    CORRECTED = "corrected"  # there is another figure: a later vintage
    CONFIRMED = "confirmed"  # the same figure under another status: a later vintage as well
    UNCHANGED = "unchanged"  # not written


@dataclass(frozen=True)
class InUse:
    """The figure in use: in the variable's canonical unit, as it was published, when, and its status."""

    value: float
    as_published: str
    published: str
    status: str


@dataclass(frozen=True)
class FigureChange:
    """A figure and what becomes of it; ``value`` is it in the canonical unit, None where it cannot be read;
    ``reason`` and ``provided_by`` are its own or those of the whole import."""

    entry: Entry
    kind: Kind
    value: float | None
    before: InUse | None
    reason: str
    provided_by: str

    @property
    def weakens(self) -> bool:
        """Whether the status gets worse, so that a figure counts for less than it did."""
        return self.before is not None and _is_worse(self.entry.status, self.before.status)

    @property
    def needs_reason(self) -> bool:
        """Whether somebody must say why, and who: for another figure, and for the same one with a worse status."""
        return self.kind is Kind.CORRECTED or (self.kind is Kind.CONFIRMED and self.weakens)


@dataclass(frozen=True)
class ReportChange:
    """A report for a progress ledger and what becomes of it."""

    entry: ProgressEntry
    kind: Kind


@dataclass(frozen=True)
class Changes:
    """All of them, in the order in which they were filled in, and what is wrong with them as changes."""

    figures: list[FigureChange] = field(default_factory=list)
    reports: list[ReportChange] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def written(self) -> list[FigureChange]:
        """The figures that are to be written."""
        return [change for change in self.figures if change.kind is not Kind.UNCHANGED]

    @property
    def reported(self) -> list[ReportChange]:
        """The reports that are to be written."""
        return [change for change in self.reports if change.kind is not Kind.UNCHANGED]


def compare(
    filled: Filled, workspace: Workspace, today: str, reason: str = "", provided_by: str = ""
) -> Changes:
    """The changes that ``filled`` means on the day ``today`` for the data in ``workspace`` (which holds at least its
    places).

    ``reason`` and ``provided_by`` count for every correction whose row gives none. A correction without them is a
    problem, and so is one that was not published later than the figure in use, which would stay in use; a figure that
    claims to be published after today would stay in use for ever.
    """
    figures = _Figures(workspace, today, reason, provided_by)
    for entry in filled.entries:
        figures.add(entry)
    figures.tell_shared_reasons()
    reports = _Reports(workspace)
    for report in filled.progress:
        reports.add(report)
    return Changes(figures.changes, reports.changes, figures.problems + reports.problems)


class _Figures:
    def __init__(self, workspace: Workspace, today: str, reason: str, provided_by: str) -> None:
        self.workspace, self.today = workspace, today
        self.reason, self.provided_by = reason, provided_by
        self.labels = labels(workspace.dictionary)
        self.used = _in_use(workspace)
        self.seen: dict[tuple[str, str, str], Entry] = {}
        self.changes: list[FigureChange] = []
        self.problems: list[Problem] = []

    def add(self, entry: Entry) -> None:
        key = entry.region_code, entry.year, entry.variable
        if key in self.seen:
            other = str(self.seen[key].cells["value"])
            self._wrong("repeated_figure", entry, "value", found=entry.value, other=other)
            return
        self.seen[key] = entry
        value, before = self._canonical(entry), self.used.get(key)
        kind = self._kind(entry, value, before)
        change = FigureChange(entry, kind, value, before, entry.reason, entry.provided_by)
        if change.needs_reason:
            by = entry.provided_by or self.provided_by
            change = replace(change, reason=entry.reason or self.reason, provided_by=by)
        self.changes.append(change)
        if kind is not Kind.UNCHANGED and published_after(entry.published, self.today):
            self._wrong("published_in_future", entry, "published", found=entry.published, today=self.today)
        if before is not None and kind in (Kind.CORRECTED, Kind.CONFIRMED):
            self._check_correction(change, before)
        if kind is not Kind.UNCHANGED and _forecast_too_late(entry):
            status = say(f"status.{entry.status}")
            words = {"found": status, "published": entry.published}
            self._wrong("forecast_after_year", entry, "status", Severity.WARNING, **words)

    def tell_shared_reasons(self) -> None:
        """A remark for each cell with a reason that is printed with several corrections, naming them all."""
        shared: dict[Cell, list[Entry]] = {}
        for change in self.changes:
            if change.needs_reason and change.entry.reason and "reason" in change.entry.cells:
                shared.setdefault(change.entry.cells["reason"], []).append(change.entry)
        for entries in shared.values():
            if len(entries) > 1:
                names = say("read.name_join").join(self._name(entry) for entry in entries)
                words = {"n": str(len(entries)), "names": names}
                self._wrong("shared_reason", entries[0], "reason", Severity.INFO, **words)

    def _name(self, entry: Entry) -> str:
        return self.labels.get(entry.variable, (entry.variable, ""))[0]

    def _kind(self, entry: Entry, value: float | None, before: InUse | None) -> Kind:
        if before is None:
            return Kind.NEW
        if value is None or not math.isclose(value, before.value, rel_tol=1e-12):
            return Kind.CORRECTED
        return Kind.UNCHANGED if entry.status == before.status else Kind.CONFIRMED

    def _canonical(self, entry: Entry) -> float | None:
        target = self.labels.get(entry.variable, ("", ""))[1]
        try:
            number = Decimal(entry.value)
            if not number.is_finite() or not convertible(entry.unit, target):
                return None
            return float(convert(number, entry.unit, target))
        except (InvalidOperation, ArithmeticError):
            return None

    def _check_correction(self, change: FigureChange, before: InUse) -> None:
        if change.value is None:
            return  # no figure at all: the reader of the statistics says so
        entry = change.entry
        words = {
            "found": as_published(f"{entry.value}{entry.unit}", _SYMBOLS),
            "old": as_published(before.as_published, _SYMBOLS),
        }
        if change.kind is Kind.CORRECTED and not change.reason:
            self._wrong("correction_without_reason", entry, "reason", **words)
        elif change.kind is Kind.CORRECTED and not change.provided_by:
            self._wrong("correction_without_provider", entry, "provided_by", **words)
        elif change.needs_reason and not (change.reason and change.provided_by):
            words |= {
                "old_status": say(f"status.{before.status}"),
                "new_status": say(f"status.{entry.status}"),
            }
            self._wrong("status_worse_without_reason", entry, "status", **words)
        if entry.published <= before.published:
            said = before.published or say("importing.not_known")
            found = entry.published or say("importing.empty")
            self._wrong("correction_not_later", entry, "published", found=found, old=said)

    def _wrong(
        self, rule: str, entry: Entry, column: str, severity: Severity = Severity.CRITICAL, /, **words: str
    ) -> None:
        cell = entry.cells.get(column, entry.cells["value"])
        region = self.workspace.regions.get(entry.region_code)
        place = name_of(region) if region else entry.region_code
        name = self._name(entry)
        self.problems.append(problem(rule, cell, severity, place=place, year=entry.year, name=name, **words))


def _is_worse(status: str, before: str) -> bool:
    """Whether ``status`` ranks below ``before``; one that nobody knows, the reader of the statistics complains about."""
    known = {*Status}
    return status in known and before in known and Status(status).rank > Status(before).rank


def _forecast_too_late(entry: Entry) -> bool:
    """Whether a forecast was published when its year had ended."""
    return (
        entry.status == Status.FORECAST and is_published(entry.published) and entry.published[:4] > entry.year
    )


def _in_use(workspace: Workspace) -> dict[tuple[str, str, str], InUse]:
    """The latest vintage of every reported figure; a derived one gives way to a reported one anyway."""
    rows = workspace.observations
    rows = rows[~rows["superseded"].astype(bool) & (rows["derived"] == "")]
    columns = ("region_code", "year", "variable", "value", "as_published", "published", "status")
    return {
        (code, str(year), variable): InUse(float(value), as_published, published, status)
        for code, year, variable, value, as_published, published, status in zip(
            *(rows[name].tolist() for name in columns), strict=True
        )
    }


_TEXTS = ("item", "date", "evidence", "source")


class _Reports:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.known: dict[str, list[tuple[Any, ...]]] = {}
        self.changes: list[ReportChange] = []
        self.problems: list[Problem] = []

    def add(self, entry: ProgressEntry) -> None:
        cell = entry.cells.get("item") or next(iter(entry.cells.values()))
        if entry.plan not in self.workspace.plans:
            rule = "plan_faulty" if entry.plan in self.workspace.plan_ids else "plan_unknown"
            known = say("read.name_join").join(self.workspace.plan_ids)
            self.problems.append(problem(rule, cell, found=entry.plan, expected=known))
            return
        rows = self.known.setdefault(entry.plan, self._of(entry.plan))
        own = _comparable(entry.values)
        same_day = [row for row in rows if row[:2] == own[:2]]
        # On one day the later row counts: an older one that is said again must stand last to count again.
        if same_day and same_day[-1] == own:
            kind = Kind.UNCHANGED
        else:
            kind = Kind.CORRECTED if same_day else Kind.NEW
            rows.append(own)
        self.changes.append(ReportChange(entry, kind))

    def _of(self, plan: str) -> list[tuple[Any, ...]]:
        ledger = self.workspace.ledgers.get(plan)
        rows: list[dict[str, Any]] = ledger.to_dict("records") if ledger is not None else []  # type: ignore[assignment]
        return [_comparable(row) for row in rows]


def _comparable(row: dict[str, Any]) -> tuple[Any, ...]:
    """Item and day, then the rest of a report, whichever way it was written."""
    status = STATUSES.get(str(row.get("status", "")), str(row.get("status", "")))
    numbers = [_number(row.get(name, "")) for name in ("percent", "quantity")]
    texts = {name: str(row.get(name, "") or "").strip() for name in _TEXTS}
    data_status = str(row.get("data_status", "") or "final")
    return (texts["item"], texts["date"], status, *numbers, texts["evidence"], texts["source"], data_status)


def _number(cell: Any) -> float | str | None:
    """The number in a cell; None where it is empty; any other text as it is."""
    try:
        value = float(cell) if cell not in ("", None) else None
    except ValueError:
        return str(cell)
    return None if value is None or math.isnan(value) else value
