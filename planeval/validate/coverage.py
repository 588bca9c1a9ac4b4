"""How complete the statistics are, by place and year."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
import pandas as pd

from planeval.model.dictionary import Dictionary
from planeval.read.plans import Outline
from planeval.read.region_changes import Succession
from planeval.read.workspace import Workspace


def needed_variables(keys: Iterable[str], dictionary: Dictionary) -> set[str]:
    """The variables behind a plan's indicators; the indicator's own key where only its rate is published."""
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
    (or its plan's base year) to its last value, or to the last year before a change of the map in which it ended.
    """
    limits = workspace.method.validation
    usable = latest[latest["year"].between(limits.first_year, limits.last_year)]
    if only is not None:
        usable = usable[usable["region_code"].isin(list(only))]
    plans: dict[str, list[Outline]] = {}
    for outline in map(workspace.outline, workspace.plans):
        if only is None or outline.region_code in only:
            plans.setdefault(outline.region_code, []).append(outline)
    needed = {
        keys: needed_variables(keys, workspace.dictionary)
        for keys in {outline.keys for of_place in plans.values() for outline in of_place}
    }
    # One table of what is there: place x year x variable.
    code_of, codes = pd.factorize(usable["region_code"])
    variable_of, variables = pd.factorize(usable["variable"])
    there = np.zeros((len(codes), limits.last_year - limits.first_year + 1, len(variables)), dtype=bool)
    there[code_of, usable["year"].to_numpy() - limits.first_year, variable_of] = True
    names = np.array(variables, dtype=object)
    rows = {str(code): there[number] for number, code in enumerate(codes)}
    ended = Succession(workspace.changes).ended
    nothing = np.zeros(there.shape[1:], dtype=bool)
    return {
        code: _covered(
            rows.get(code, nothing), names, limits.first_year, plans.get(code, []), needed, ended.get(code)
        )
        for code in sorted({*rows, *plans})
    }


def _covered(
    there: np.ndarray[Any, Any],
    names: np.ndarray[Any, Any],
    from_year: int,
    plans: list[Outline],
    needed: dict[tuple[str, ...], set[str]],
    ended: int | None,
) -> dict[str, Any]:
    """The coverage of a place. ``there``: year (from ``from_year`` on) x variable (of ``names``); ``ended``: the first
    year without it."""
    ever = there.any(axis=0)
    years = np.flatnonzero(there.any(axis=1)) + from_year
    expected = set(names[ever]).union(*(needed[plan.keys] for plan in plans))
    first = min([*years[:1].tolist(), *(plan.base_year for plan in plans)])
    # Without a single value the whole period is missing.
    last = max(first, int(years[-1]) if len(years) else max(plan.end for plan in plans))
    last = last if ended is None else max(first, min(last, ended - 1))
    never = expected - set(names[ever])
    missing: dict[str, list[str]] = {}
    for year in range(first, last + 1):
        at = year - from_year
        own = there[at] if 0 <= at < len(there) else np.zeros_like(ever)
        lacking = never.union(names[ever & ~own]) if never or not np.array_equal(own, ever) else None
        if lacking:
            missing[str(year)] = sorted(lacking)
    return {"first": first, "last": last, "expected": len(expected), "missing": missing}
