"""How complete the statistics are, by place and year."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd

from planeval.model.dictionary import Dictionary
from planeval.model.plan import Plan
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


def coverage(
    workspace: Workspace, latest: pd.DataFrame, only: Collection[str] | None = None
) -> dict[str, dict[str, Any]]:
    """Place -> {"first": year, "last": year, "expected": how many variables, "missing": {year: variables}}, of each
    place (of ``only``) with statistics or a plan; a year from which nothing is missing does not stand in it.

    A place is expected to have what its plans need and what it has in any year; years run from its first value
    (or its plan's base year) to its last value.
    """
    limits = workspace.method.validation
    usable = latest[latest["year"].between(limits.first_year, limits.last_year)]
    if only is not None:
        usable = usable[usable["region_code"].isin(list(only))]
    have: dict[str, dict[int, set[str]]] = {}
    columns = (usable[name].tolist() for name in ("region_code", "year", "variable"))
    for code, year, variable in zip(*columns, strict=True):
        have.setdefault(code, {}).setdefault(year, set()).add(variable)
    plans: dict[str, list[str]] = {}
    for plan_id in workspace.plans:
        code = workspace.place_of(plan_id)
        if code is not None and (only is None or code in only):
            plans.setdefault(code, []).append(plan_id)
    return {
        code: _covered(
            have.get(code, {}), [workspace.plans[i] for i in plans.get(code, [])], workspace.dictionary
        )
        for code in sorted({*have, *plans})
    }


def _covered(have: dict[int, set[str]], plans: list[Plan], dictionary: Dictionary) -> dict[str, Any]:
    expected = set().union(*have.values(), *(needed_variables(plan, dictionary) for plan in plans))
    first = min([*have, *(plan.base_year for plan in plans)])
    # Without a single value the whole period is missing.
    last = max(have) if have else max(plan.period.end for plan in plans)
    last = max(first, last)
    missing = {str(year): sorted(expected - have.get(year, set())) for year in range(first, last + 1)}
    return {
        "first": first,
        "last": last,
        "expected": len(expected),
        "missing": {year: lacking for year, lacking in missing.items() if lacking},
    }
