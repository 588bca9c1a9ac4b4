"""How complete the statistics are, by place and year."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from planeval.model.dictionary import Dictionary
from planeval.model.plan import Plan
from planeval.model.validation import CoverageCell
from planeval.read.workspace import Workspace


def needed_variables(plan: Plan, dictionary: Dictionary) -> set[str]:
    """The variables behind the plan's indicators; the indicator's own key where only its rate is published."""
    keys = [i.key for i in plan.indicators] + [s.key for s in plan.sub_targets if s.key is not None]
    needed: set[str] = set()
    for key in keys:
        indicator = dictionary.indicators.get(key)
        if indicator is not None:
            inputs = {v for v in (indicator.numerator, indicator.denominator) if v is not None}
            needed |= inputs or {key}
    return needed


def coverage(workspace: Workspace, latest: pd.DataFrame) -> list[CoverageCell]:
    """One cell a place with statistics or a plan, and year, in order.

    A place is expected to have what its plans need and what it has in any year; years run from its first value
    (or its plan's base year) to its last value.
    """
    limits = workspace.method.validation
    usable = latest[latest["year"].between(limits.first_year, limits.last_year)]
    have: dict[str, dict[int, set[str]]] = {}
    for code, year, variable in zip(usable["region_code"], usable["year"], usable["variable"], strict=True):
        have.setdefault(str(code), {}).setdefault(int(year), set()).add(str(variable))
    plans: dict[str, list[Plan]] = {}
    for plan in workspace.plans.values():
        plans.setdefault(plan.region_code, []).append(plan)
    return [
        cell
        for code in sorted({*have, *plans})
        for cell in _cells(code, have.get(code, {}), plans.get(code, []), workspace.dictionary)
    ]


def _cells(
    code: str, have: dict[int, set[str]], plans: list[Plan], dictionary: Dictionary
) -> Iterator[CoverageCell]:
    expected = set().union(*have.values(), *(needed_variables(plan, dictionary) for plan in plans))
    first = min([*have, *(plan.base_year for plan in plans)])
    # Without a single value the whole period is missing.
    last = max(have) if have else max(plan.period.end for plan in plans)
    for year in range(first, max(first, last) + 1):
        missing = expected - have.get(year, set())
        yield CoverageCell(
            region_code=code,
            year=year,
            found=len(expected) - len(missing),
            expected=len(expected),
            missing=sorted(missing),
        )
