"""Yearly totals of the ledgers of accidents, as rows of the observations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from planeval.derive.behind import rows_in
from planeval.derive.covered import Years, covered_years, is_covered
from planeval.derive.ledger_notices import ledger_notices, part_years
from planeval.derive.reconciliation import reconcile
from planeval.derive.severity import GRADES, MAJOR, grades
from planeval.derive.windows import Counted, counted_reports
from planeval.messages import say
from planeval.model.dictionary import Dictionary
from planeval.model.findings import Finding
from planeval.model.status import Status, worst
from planeval.read.accidents import AccidentLedger, Accidents, Cover
from planeval.read.regions import Region
from planeval.read.units import convert, convertible

DEATHS, ACCIDENTS, MAJOR_ACCIDENTS = "accident_deaths", "accidents", "major_accidents"
# The variables a ledger gives, and the unit it counts them in.
UNITS = {DEATHS: "人", **dict.fromkeys((ACCIDENTS, *GRADES, MAJOR_ACCIDENTS), "起")}


def yearly_totals(
    known: pd.DataFrame, accidents: Accidents, regions: Mapping[str, Region], dictionary: Dictionary
) -> tuple[pd.DataFrame, list[Finding]]:
    """(rows to add to ``known``, what was noticed).

    There is a total for every place and year that the ledgers cover wholly: 0 where no accident stands in them. A
    reported figure is used; one that differs from the ledger's total is noticed.
    """
    if not accidents.ledgers:
        return known.iloc[:0], []
    years = covered_years(accidents.ledgers)
    findings: list[Finding] = []
    parts = []
    for ledger in accidents.ledgers:
        counted = counted_reports(ledger.table, np.datetime64(ledger.cutoff, "D"))
        findings += ledger_notices(ledger, counted, regions)
        parts.append(_counted_accidents(ledger, counted))
    findings += part_years(years.part, regions)
    together = pd.concat(parts, ignore_index=True)
    totals = _by_variable(_totals(together, years), dictionary)
    reconciled = reconcile(known, totals, regions, dictionary)
    findings += reconciled.findings
    described = _Described(accidents.ledgers, years, together)
    return described.rows(reconciled.missing, known, dictionary), findings


def _counted_accidents(ledger: AccidentLedger, counted: Counted) -> pd.DataFrame:
    """One row an accident that the ledger covers: region_code, year, deaths, grade (`planeval.derive.severity`), open
    (whether more may be reported), ledger (its file), line."""
    rows = counted.counted[is_covered(ledger, counted.counted)]
    table = ledger.table.take(rows)
    deaths = table["deaths"].to_numpy()
    if ledger.facts.include_missing_in_deaths:
        deaths = deaths + table["missing"].to_numpy()
    return pd.DataFrame(
        {
            "region_code": table["region_code"].astype(object).to_numpy(),
            "year": table["date"].dt.year.to_numpy(dtype=np.int64),
            "deaths": deaths,
            "grade": grades(deaths, table["serious_injuries"], table["direct_loss"]),
            "open": np.isin(rows, counted.open),
            "ledger": ledger.file,
            "line": table["line"].to_numpy(),
        }
    )


def _totals(accidents: pd.DataFrame, years: Years) -> pd.DataFrame:
    """One row a place and year that is covered wholly: region_code, year, the variables of `UNITS`, open (accidents of
    which more may be reported)."""
    covered = pd.DataFrame(
        [(code, year) for code, own in years.whole.items() for year in own], columns=["region_code", "year"]
    ).astype({"region_code": object, "year": np.int64})
    each = {name: accidents["grade"] == number for number, name in enumerate(GRADES)}
    counts = accidents[["region_code", "year", "deaths", "open"]].assign(**{ACCIDENTS: 1}, **each)
    counts = counts.rename(columns={"deaths": DEATHS})
    summed = counts.groupby(["region_code", "year"], as_index=False).sum()
    totals = covered.merge(summed, on=["region_code", "year"], how="left")
    names = [DEATHS, ACCIDENTS, *GRADES, "open"]
    totals[names] = totals[names].fillna(0).astype(np.int64)
    totals[MAJOR_ACCIDENTS] = totals[list(MAJOR)].sum(axis=1)
    return totals


def _by_variable(totals: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """One row a place, year and variable of the dictionary: region_code, year, variable, value (canonical unit), open."""
    found = [totals[["region_code", "year", "open"]].iloc[:0].assign(variable="", value=0.0)]
    for variable, unit in UNITS.items():
        known = dictionary.variables.get(variable)
        if known is not None and convertible(unit, known.unit):
            value = totals[variable] * float(convert(Decimal(1), unit, known.unit))
            own = totals[["region_code", "year", "open"]].assign(variable=variable, value=value.astype(float))
            found.append(own)
    return pd.concat(found, ignore_index=True)


class _Facts(NamedTuple):
    """What the rows of one place and year share."""

    status: str
    source: str
    published: str
    behind: tuple[str, ...]


class _Described:
    """Says of the totals of a place and year where they come from."""

    def __init__(self, ledgers: Iterable[AccidentLedger], years: Years, accidents: pd.DataFrame) -> None:
        self.ledgers = {ledger.file: ledger for ledger in ledgers}
        self.years = years
        self.stretches = _stretches(accidents)
        self.shared: dict[tuple[tuple[str, ...], bool], tuple[str, str, str]] = {}

    def rows(self, totals: pd.DataFrame, known: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
        """``totals`` (region_code, year, variable, value, open) as rows of a table like ``known``. They stand in no
        file: ``file`` is the derivation, ``line`` 0."""
        facts: dict[tuple[str, int], _Facts] = {}
        keys = list(zip(totals["region_code"], totals["year"], strict=True))
        for key, open_ in zip(keys, totals["open"], strict=True):
            if key not in facts:
                facts[key] = self._facts(*key, int(open_))
        own = [facts[key] for key in keys]
        unit = totals["variable"].map({name: v.unit for name, v in dictionary.variables.items()})
        columns: dict[str, Any] = dict.fromkeys(known.columns, "") | {
            "region_code": totals["region_code"].to_numpy(),
            "year": totals["year"].to_numpy(),
            "variable": totals["variable"].to_numpy(),
            "value": totals["value"].to_numpy(),
            "unit": unit.to_numpy(),
            "status": [f.status for f in own],
            "source": [f.source for f in own],
            "published": [f.published for f in own],
            "as_published": (totals["value"].map("{:.12g}".format) + unit).to_numpy(),
            "file": "accidents",
            "line": 0,
            "superseded": False,
            "derived": "accidents",
            "behind": pd.Series([f.behind for f in own], dtype=object).to_numpy(),
        }
        return pd.DataFrame(columns)[list(known.columns)].astype(known.dtypes.to_dict())

    def _facts(self, code: str, year: int, open_: int) -> _Facts:
        covers = self.years.whole[code][year]
        key = tuple(dict.fromkeys(cover.ledger for cover in covers)), open_ > 0
        if key not in self.shared:
            self.shared[key] = self._of_ledgers(*key)
        status, source, cutoff = self.shared[key]
        count = sum(n for _, _, n in self._stretches_of(code, year).values())
        name = "accidents.source.open" if open_ else "accidents.source.closed"
        told = say(name, source=source, n=count, cutoff=cutoff, open=open_)
        return _Facts(status, told, cutoff, (*_declared(covers), *self._lines(code, year)))

    def _of_ledgers(self, files: tuple[str, ...], open_: bool) -> tuple[str, str, str]:
        """Status, sources and cut-off of the ledgers together; ``open_``: more may be reported, so that a total is
        not the last word."""
        ledgers = [self.ledgers[file] for file in files]
        statuses = [ledger.facts.status for ledger in ledgers]
        status = worst([*statuses, Status.PRELIMINARY] if open_ else statuses)
        sources = dict.fromkeys(ledger.facts.source for ledger in ledgers)
        cutoff = max(ledger.cutoff for ledger in ledgers).isoformat()
        return str(status), say("report.semicolon").join(sources), cutoff

    def _stretches_of(self, code: str, year: int) -> _Stretches:
        return self.stretches.get((code, year), {})

    def _lines(self, code: str, year: int) -> Iterable[str]:
        for file, (firsts, lasts, _) in self._stretches_of(code, year).items():
            yield from rows_in(file, firsts, lasts)


def _declared(covers: Iterable[Cover]) -> Iterable[str]:
    """Where the covers stand: without them a year without accidents would be a year without figures."""
    return (f"{cover.file}:{cover.line}" for cover in covers)


_Stretches = dict[str, tuple[list[int], list[int], int]]


def _stretches(accidents: pd.DataFrame) -> dict[tuple[str, int], _Stretches]:
    """(place, year) -> ledger -> the first and the last line of each stretch of lines without a gap, and how many rows."""
    by = ["region_code", "year", "ledger"]
    rows = accidents[[*by, "line"]].sort_values([*by, "line"], ignore_index=True)
    line = rows["line"].to_numpy()
    group = rows.groupby(by, sort=False).ngroup().to_numpy()
    first = np.flatnonzero((np.diff(group, prepend=-1) != 0) | (np.diff(line, prepend=-1) != 1))
    last = np.append(first[1:], len(rows))[: len(first)] - 1
    firsts, lasts, of = line[first].tolist(), line[last].tolist(), group[first]
    starts = np.flatnonzero(np.diff(of, prepend=-1))
    ends = np.append(starts[1:], len(of))[: len(starts)].tolist()
    found: dict[tuple[str, int], _Stretches] = {}
    keys = rows.take(first[starts])
    names = zip(*(keys[name].tolist() for name in by), strict=True)
    for (code, year, ledger), a, b in zip(names, starts.tolist(), ends, strict=True):
        count = sum(lasts[a:b]) - sum(firsts[a:b]) + b - a
        found.setdefault((code, year), {})[ledger] = firsts[a:b], lasts[a:b], count
    return found
