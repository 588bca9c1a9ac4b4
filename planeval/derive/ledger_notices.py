"""What is said about a ledger of accidents besides its mistakes: which of its rows do not count, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from planeval.derive.covered import is_covered
from planeval.derive.windows import Counted
from planeval.messages import say
from planeval.messages.names import name_of
from planeval.model.findings import Finding, Severity
from planeval.read.accidents import AccidentLedger, Cover
from planeval.read.regions import Region
from planeval.read.rows import ANYBODY

MOST_NAMED = 5

Rows = NDArray[np.int64]


def ledger_notices(
    ledger: AccidentLedger, counted: Counted, regions: Mapping[str, Region]
) -> Iterator[Finding]:
    """What is to be said about the reports in ``ledger``: one finding a rule, place and year of the accidents."""
    if ANYBODY in ledger.spoiled:
        return
    warning, info = Severity.WARNING, Severity.INFO
    outside = counted.counted[~is_covered(ledger, counted.counted)]
    # Of a place with a mistake the ledger covers nothing; it has been told of the mistake.
    spoiled = ledger.table["region_code"].astype(object).isin(list(ledger.spoiled)).to_numpy()
    yield from _notices(ledger, "accident_outside", warning, outside[~spoiled[outside]], regions)
    for rule, severity, rows in (
        ("accident_after", warning, _not_yet(ledger, counted.after)),
        ("accident_open", info, counted.open),
        ("accident_first_late", info, counted.first_late),
        ("accident_late", info, counted.late),
    ):
        yield from _notices(ledger, rule, severity, rows[is_covered(ledger, rows)], regions)


def _not_yet(ledger: AccidentLedger, rows: Rows) -> Rows:
    """Of reports after the cut-off those after the day of the ledger's own statistics: who looks back to an earlier
    day, looks for nothing later."""
    reported = ledger.table["reported"].to_numpy().astype("datetime64[D]")[rows]
    return rows[reported > np.datetime64(ledger.facts.published, "D")]


def _notices(
    ledger: AccidentLedger,
    rule: str,
    severity: Severity,
    rows: Rows,
    regions: Mapping[str, Region],
) -> Iterator[Finding]:
    table = ledger.table.take(rows)
    groups: dict[tuple[str, int], list[tuple[int, str]]] = {}
    years = table["date"].dt.year
    for code, year, line, accident in zip(
        table["region_code"], years, table["line"], table["accident"], strict=True
    ):
        groups.setdefault((code, year), []).append((line, accident))
    for (code, year), reports in sorted(groups.items()):
        params = {
            "place": name_of(regions[code]),
            "year": year,
            "n": len(reports),
            "cutoff": ledger.cutoff,
            "published": ledger.facts.published,
            "named": say("read.name_join").join(
                say("accidents.row", accident=a, line=n) for n, a in reports[:MOST_NAMED]
            ),
            "more": say("accidents.and_more") if len(reports) > MOST_NAMED else "",
        }
        yield Finding(
            rule=rule,
            severity=severity,
            message=say(f"accidents.{rule}.message", **params),
            remedy=say(f"accidents.{rule}.remedy", **params),
            region_code=code,
            year=year,
            file=ledger.file,
            line=reports[0][0],
        )


def part_years(
    part: Mapping[str, Mapping[int, list[Cover]]], regions: Mapping[str, Region]
) -> Iterator[Finding]:
    """The years that are covered in part and so have no totals."""
    for code, years in part.items():
        for year, covers in years.items():
            days = say("read.name_join").join(
                f"{max(c.since.isoformat(), f'{year}-01-01')}—{min(c.until.isoformat(), f'{year}-12-31')}"
                for c in covers
            )
            params = {"place": name_of(regions[code]), "year": year, "found": days}
            yield Finding(
                rule="accident_part_year",
                severity=Severity.INFO,
                message=say("accidents.accident_part_year.message", **params),
                remedy=say("accidents.accident_part_year.remedy", **params),
                region_code=code,
                year=year,
                found=days,
                file=covers[0].file,
                line=covers[0].line,
            )
