"""Figures of places added up: each whole from its parts, from the lowest level upwards."""

from __future__ import annotations

import math
from collections.abc import Collection, Container, Iterator, Mapping
from decimal import Decimal
from itertools import chain, pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planeval.derive.links import Links
from planeval.model.dictionary import Dictionary, Variable, VariableKind
from planeval.model.status import Status
from planeval.read.units import UNITS

KEY = ["region_code", "year", "variable"]
# What adding decimal figures leaves in the last binary digits is no figure.
_DIGITS = 12
_RANK = {status.value: status.rank for status in Status}
_STATUS = {status.rank: status.value for status in Status}


def additive(dictionary: Dictionary) -> list[str]:
    """The variables of which a place's figure is the sum over its parts."""
    return [key for key, variable in dictionary.variables.items() if _is_total(variable)]


def _is_total(variable: Variable) -> bool:
    if variable.additive is not None:
        return variable.additive
    of_time = variable.unit in UNITS and UNITS[variable.unit][0] == "time"
    return variable.kind is not VariableKind.RATE and not of_time


class Total(NamedTuple):
    """The sum over the parts of a whole that have a figure.

    ``amounts``: one sum for each column added up. ``known``: how many parts have a complete figure, of ``expected``;
    ``lacking``: those named that have none. ``rank`` is that of the worst status, ``published`` the latest date,
    ``behind`` names every row, ``parts`` the parts that have a figure. ``own``: the amounts that the whole reports
    itself.
    """

    region_code: str
    year: int
    variable: str
    amounts: tuple[float, ...]
    rank: int
    published: str
    known: int
    expected: int
    lacking: tuple[str, ...]
    behind: tuple[str, ...]
    parts: tuple[str, ...]
    own: tuple[float, ...] | None = None

    @property
    def complete(self) -> bool:
        """Whether every part has a figure."""
        return self.known == self.expected

    @property
    def partial(self) -> str:
        """``12/13`` where a part is missing, else ""."""
        return "" if self.complete else f"{self.known}/{self.expected}"

    @property
    def status(self) -> str:
        """The worst status of the parts."""
        return _STATUS[self.rank]


def latest_figures(known: pd.DataFrame, variables: Collection[str], links: Links) -> pd.DataFrame:
    """The latest figures of ``variables`` of the places in ``links``: region_code, year, variable, value, rank (of the status), published,
    complete (no part is missing), behind (the rows they stand in)."""
    places_in = {code for link in links.links for code in (link.whole, link.part)}
    wanted = known["variable"].isin(list(variables)) & known["region_code"].isin(list(places_in))
    current = known[wanted & ~known["superseded"].astype(bool)]
    places = zip(*(current[name].tolist() for name in ("file", "line", "behind")), strict=True)
    return pd.DataFrame(
        {
            "region_code": current["region_code"].astype(object),
            "year": current["year"].astype("int64"),
            "variable": current["variable"].astype(object),
            "value": current["value"].astype(float),
            "rank": current["status"].map(_RANK).astype("int64"),
            "published": current["published"].astype(object),
            "complete": (current["partial"] == "").to_numpy(dtype=bool),
            "behind": pd.Series([b or (f"{f}:{n}",) for f, n, b in places], current.index, dtype=object),
        }
    ).reset_index(drop=True)


def add_up(
    figures: pd.DataFrame, links: Links, columns: Collection[str] = ("value",), *, compare: bool = False
) -> list[Total]:
    """The sums of ``columns`` over the parts of every whole that has no figure of its own, level by level: a sum goes
    into those above it. A figure of its own that lacks a part gives way to a sum that lacks none.

    ``figures``: as `latest_figures`, each place, year and variable once. With ``compare`` also the sums beside a
    whole's own figure, which goes on being used; they have ``own``.
    """
    columns = list(columns)
    rows = figures.sort_values(KEY, ignore_index=True)
    whole_of = pd.DataFrame(links.links, columns=["whole", "region_code", "first", "last"])
    whole_of = whole_of.astype({"whole": object, "region_code": object})
    found: list[Total] = []
    for generation in links.generations():
        here = rows["region_code"].isin(generation)
        own = _own_amounts(rows[here & rows["complete"]], columns)
        lacking = _own_amounts(rows[here & ~rows["complete"]], columns)
        hits = rows.merge(whole_of[whole_of["whole"].isin(generation)], on="region_code")
        hits = hits[hits["year"].between(hits["first"], hits["last"])]
        if not compare and own:
            hits = hits[~_among(hits, ["whole", "year", "variable"], own)]
        level = [
            total
            for total in _totals(hits, links, columns, own if compare else {})
            if total.complete or total[:3] not in lacking
        ]
        found += level
        added = [total for total in level if total.own is None]
        if added:
            rows = rows[~_among(rows, KEY, {total[:3] for total in added} & lacking.keys())]
            rows = pd.concat([rows, _as_figures(added, columns)], ignore_index=True)
    return found


def _among(rows: pd.DataFrame, names: list[str], cells: Container[tuple[Any, ...]]) -> NDArray[np.bool_]:
    """Whether the place, year and variable of each row, by these column names, is one of ``cells``."""
    keys = zip(*(rows[name].tolist() for name in names), strict=True)
    # Of no rows too a mask: an empty list would choose columns.
    return np.array([key in cells for key in keys], dtype=bool)


def _own_amounts(rows: pd.DataFrame, columns: list[str]) -> dict[tuple[Any, ...], tuple[float, ...]]:
    keys = zip(*(rows[name].tolist() for name in KEY), strict=True)
    amounts = zip(*(rows[name].tolist() for name in columns), strict=True)
    return dict(zip(keys, amounts, strict=True))


def _totals(
    hits: pd.DataFrame, links: Links, columns: list[str], own: Mapping[tuple[Any, ...], tuple[float, ...]]
) -> Iterator[Total]:
    """The sum of each whole, year and variable; ``hits``: the figures of the parts, beside their ``whole``; ``own``: by
    place, year and variable what the wholes report."""
    hits = hits.sort_values(["whole", "year", "variable", "region_code"], ignore_index=True)
    if hits.empty:
        return
    whole, year, variable, part = (hits[n].tolist() for n in ("whole", "year", "variable", "region_code"))
    numbers = [hits[name].tolist() for name in columns]
    rank, published, complete, behind = (
        hits[name].tolist() for name in ("rank", "published", "complete", "behind")
    )
    group = hits.groupby(["whole", "year", "variable"], sort=False).ngroup().to_numpy()
    bounds = [0, *(np.flatnonzero(np.diff(group)) + 1).tolist(), len(hits)]
    for a, b in pairwise(bounds):
        named = links.named(whole[a], year[a])
        there = [code for code, whole_figure in zip(part[a:b], complete[a:b], strict=True) if whole_figure]
        yield Total(
            region_code=whole[a],
            year=year[a],
            variable=variable[a],
            amounts=tuple(_without_residue(math.fsum(column[a:b])) for column in numbers),
            rank=max(rank[a:b]),
            published=max(published[a:b]),
            known=len(there),
            expected=links.expected(whole[a], year[a]),
            lacking=tuple(named) if not there else _without(named, there),
            behind=tuple(chain.from_iterable(behind[a:b])),
            parts=tuple(part[a:b]),
            own=own.get((whole[a], year[a], variable[a])),
        )


def _without(named: list[str], there: list[str]) -> tuple[str, ...]:
    if len(named) == len(there):
        return ()
    known = set(there)
    return tuple(code for code in named if code not in known)


def _without_residue(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _as_figures(totals: list[Total], columns: list[str]) -> pd.DataFrame:
    content: dict[str, Any] = {
        name: [getattr(total, name) for total in totals]
        for name in (*KEY, "rank", "published", "complete", "behind")
    }
    content |= {name: [total.amounts[n] for total in totals] for n, name in enumerate(columns)}
    return pd.DataFrame(content).astype({"region_code": object, "variable": object, "published": object})


def rates_over_same_parts(
    figures: pd.DataFrame, totals: Collection[Total], links: Links, dictionary: Dictionary
) -> list[Total]:
    """For every rate of which a sum in ``totals`` lacks a part: numerator and denominator (``amounts``) over the parts
    that have both. ``variable`` is the indicator's key; without a denominator above zero there is no rate."""
    wanted = {(t.year, t.variable) for t in totals if not t.complete and t.own is None}
    known = set(additive(dictionary))
    ratios = {
        key: (str(indicator.numerator), str(indicator.denominator))
        for key, indicator in dictionary.indicators.items()
        if {indicator.numerator, indicator.denominator} <= known
    }
    if not wanted:
        return []
    own = figures[figures["complete"]]
    summed = _as_figures([t for t in totals if t.complete and t.own is None], ["value"])
    every = pd.concat([own, summed], ignore_index=True) if len(summed) else own
    pairs = [
        _pairs(every, key, top, bottom, {y for y, v in wanted if v in (top, bottom)})
        for key, (top, bottom) in ratios.items()
        if any(v in (top, bottom) for _, v in wanted)
    ]
    pairs = [pair for pair in pairs if len(pair)]
    if not pairs:
        return []
    found = add_up(pd.concat(pairs, ignore_index=True), links, ("top", "bottom"))
    return [t for t in found if t.own is None and not t.complete and t.amounts[1] > 0]


def _pairs(figures: pd.DataFrame, key: str, top: str, bottom: str, years: set[int]) -> pd.DataFrame:
    """Numerator and denominator of one rate, of the places and years that have both."""
    these = figures[figures["year"].isin(years)]
    above = these[these["variable"] == top].drop(columns="variable")
    below = these[these["variable"] == bottom].drop(columns="variable")
    both = above.merge(below, on=["region_code", "year"], suffixes=("", "_bottom"))
    return pd.DataFrame(
        {
            "region_code": both["region_code"],
            "year": both["year"],
            "variable": pd.Series(key, both.index, dtype=object),
            "top": both["value"],
            "bottom": both["value_bottom"],
            "rank": both[["rank", "rank_bottom"]].max(axis=1),
            "published": both["published"].where(
                both["published"] >= both["published_bottom"], both["published_bottom"]
            ),
            "complete": True,
            "behind": both["behind"] + both["behind_bottom"],
        }
    )


def plain(value: float) -> str:
    """A sum in digits, without exponent."""
    return format(Decimal(f"{value:.{_DIGITS}g}"), "f")
