"""All that the promises of one plan are judged with, taken from a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from planeval.compute.values import indicator_values
from planeval.evaluate.promise import Material, Promise
from planeval.evaluate.rows import Observed, observed
from planeval.evaluate.series import Point, series_of, variables_of
from planeval.messages import language, say
from planeval.model.dictionary import Dictionary
from planeval.model.evaluation import Kind
from planeval.model.plan import CompleteBy, Cumulative, Plan
from planeval.model.spoken import spoken
from planeval.read.workspace import Workspace


def promises(plan: Plan, dictionary: Dictionary) -> tuple[list[Promise], list[Promise]]:
    """Core indicators and sub-targets that statistics can judge."""
    core = [
        Promise(
            key=row.key,
            id=row.key,
            no=row.no,
            name=dictionary.indicators[row.key].name,
            name_en=dictionary.indicators[row.key].name_en,
            attribute=row.attribute,
            as_written=row.as_written,
            reading=row.reading,
            target=row.target,
            base=row.base,
            end=plan.period.end,
        )
        for row in plan.indicators
    ]
    subs = [
        Promise(
            key=row.key,
            id=row.id,
            no=None,
            name=row.name,
            name_en=row.name_en or dictionary.indicators[row.key].name_en,
            attribute=row.attribute,
            as_written=row.as_written,
            reading=row.note,
            target=row.target,
            base=row.base,
            end=row.due.year if row.due else plan.period.end,
        )
        for row in plan.sub_targets
        if row.key is not None and not isinstance(row.target, CompleteBy | Cumulative)
    ]
    return core, subs


@dataclass(frozen=True)
class Evidence:
    """The statistics of a plan's place: every row, the values computed from them, and what the plan promises.

    ``points`` and ``first``: indicator -> year -> value, from the latest and from the first vintage.
    """

    workspace: Workspace
    plan: Plan
    frame: pd.DataFrame
    rows: list[Observed]
    values: pd.DataFrame
    points: Mapping[str, Mapping[int, Point]]
    first: Mapping[str, Mapping[int, Point]]
    core: list[Promise]
    subs: list[Promise]

    @classmethod
    def of(cls, workspace: Workspace, plan: Plan) -> Evidence:
        """What ``workspace`` holds for ``plan``. The last one is kept with the workspace: a report asks twice."""
        asked = plan.id, language()
        known: tuple[tuple[str, str], Evidence] | None = workspace.__dict__.get("_last_evidence")
        if known is None or known[0] != asked:
            known = asked, cls._of(workspace, plan)
            workspace.__dict__["_last_evidence"] = known
        return known[1]

    @classmethod
    def _of(cls, workspace: Workspace, plan: Plan) -> Evidence:
        frame, dictionary = workspace.rows_of(plan.region_code), workspace.dictionary
        rows = observed(frame)
        values = indicator_values(frame, dictionary)
        points = first = series_of(values)
        if len({(row.variable, row.year) for row in rows}) < len(rows):  # something was published again
            first = series_of(indicator_values(frame, dictionary, vintage="first"))
        core, subs = promises(spoken(plan), dictionary)
        return cls(workspace, plan, frame, rows, values, points, first, core, subs)

    @property
    def known_until(self) -> int | None:
        """The latest year in which anything the plan promises has a value; None where nothing has."""
        keys = {promise.key for promise in self.core + self.subs}
        known = (p.year for key in keys for p in self.points.get(key, {}).values() if p.value is not None)
        return max(known, default=None)

    def materials(self, batch: list[Promise], kind: Kind, data_year: int) -> list[Material]:
        """All that each promise of ``batch`` is judged with at ``data_year``."""
        places = {(row.variable, row.year): row.place for row in self.rows if not row.superseded}
        partial = {(row.variable, row.year): row.source for row in self.rows if row.partial}
        known_until = self.known_until
        reported = {row.variable for row in self.rows if row.derived != "parts"}
        return [
            Material(
                plan=self.plan,
                promise=promise,
                indicator=self.workspace.dictionary.indicators[promise.key],
                dictionary=self.workspace.dictionary,
                method=self.workspace.method,
                kind=kind,
                as_of=data_year,
                points=self.points.get(promise.key, {}),
                first=self.first.get(promise.key, {}),
                rows=places,
                known_until=known_until,
                partial_sums=partial,
                map_breaks=self._map_breaks(promise, reported),
            )
            for promise in batch
        ]

    def _map_breaks(self, promise: Promise, reported: set[str]) -> dict[int, str]:
        """Year -> what changed of the place's area, as far as it concerns the figures used: sums over the parts of today
        alone, none of them ``reported``, break less often."""
        code, workspace = self.plan.region_code, self.workspace
        found = dict(workspace.map_breaks.get(code, {}))
        if variables_of({promise.key}, workspace.dictionary) & reported:
            for year, text in workspace.reported_breaks.get(code, {}).items():
                found[year] = say("report.sentence_join").join([found[year], text]) if year in found else text
        return found
