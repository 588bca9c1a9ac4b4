"""Figures of a place before it was made from others, and what a change of the map does to comparisons over time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import pandas as pd

from planeval.derive.links import Links, predecessor_links
from planeval.derive.parts import Summed, summed
from planeval.derive.sums import Total, add_up, additive, latest_figures, plain
from planeval.messages import say
from planeval.messages.names import in_language, name_of
from planeval.model.dictionary import Dictionary, VariableKind
from planeval.model.findings import Finding, Severity
from planeval.read.region_changes import RegionChange, Succession
from planeval.read.regions import Region

_FILE = "region_changes.csv"
# Amounts that were rounded one by one do not add up to the last digit; counts do.
_ROUNDING = 0.005


def before_changes(
    known: pd.DataFrame,
    regions: Mapping[str, Region],
    changes: list[RegionChange],
    dictionary: Dictionary,
) -> tuple[Summed, list[Finding]]:
    """(what is to be added to ``known``, what was noticed): the figures of places that were renamed, or merged into a
    new one, under the code that carries them on, up to the year of the change; where one of the merged places has no
    figure, a sum that says so."""
    if not changes:
        return Summed(known.iloc[:0], []), []
    links = predecessor_links(changes)
    rows = summed("predecessors", known, links, regions, dictionary)
    findings = list(_before_their_beginning(known, links, regions, changes, dictionary))
    return rows, findings + list(_after_their_end(known, regions, changes))


def _before_their_beginning(
    known: pd.DataFrame,
    links: Links,
    regions: Mapping[str, Region],
    changes: list[RegionChange],
    dictionary: Dictionary,
) -> Iterator[Finding]:
    """Figures that a place reports for years before it was made, and that are not the sum of what it was made from."""
    if not links.links:
        return
    begun = {code: year for code, (year, _) in Succession(changes).made_from.items()}
    figures = latest_figures(known, additive(dictionary), links)
    for total in sorted(add_up(figures, links, compare=True), key=lambda t: t[:3]):
        past = total.own is not None and total.year < begun[total.region_code]
        if past and total.complete and not _agree(total, dictionary):
            yield _contradicted(total, regions, dictionary)


def _agree(total: Total, dictionary: Dictionary) -> bool:
    assert total.own is not None
    tolerance = _ROUNDING if dictionary.variables[total.variable].kind is VariableKind.AMOUNT else 1e-9
    return math.isclose(total.own[0], total.amounts[0], rel_tol=tolerance)


def _contradicted(total: Total, regions: Mapping[str, Region], dictionary: Dictionary) -> Finding:
    assert total.own is not None
    variable = dictionary.variables[total.variable]
    params = {
        "place": name_of(regions[total.region_code]),
        "year": total.year,
        "variable": variable.name,
        "found": f"{plain(total.own[0])}{variable.unit}",
        "expected": f"{plain(total.amounts[0])}{variable.unit}",
        "n": total.known,
    }
    return Finding(
        rule="before_its_beginning",
        severity=Severity.WARNING,
        message=say("parts.before_its_beginning.message", **params),
        remedy=say("parts.before_its_beginning.remedy", **params),
        region_code=total.region_code,
        year=total.year,
        variable=total.variable,
        found=str(params["found"]),
        expected=str(params["expected"]),
        file=_FILE,
    )


def _after_their_end(
    known: pd.DataFrame, regions: Mapping[str, Region], changes: list[RegionChange]
) -> Iterator[Finding]:
    """Figures of places for years in which they were no more. The year of the change itself is no mistake: it may
    still have been counted by the old map."""
    ended = Succession(changes).ended
    by = {change.from_code: change for change in changes if change.from_code in ended}
    rows = known[known["region_code"].isin(ended) & ~known["superseded"].astype(bool)]
    late = rows[rows["year"] > rows["region_code"].map(ended).astype("int64")] if len(rows) else rows
    found: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for code, year, file, line in zip(
        *(late[n].tolist() for n in ("region_code", "year", "file", "line")), strict=True
    ):
        found.setdefault((code, year), []).append((file, line))
    for (code, year), places in found.items():
        change = by[code]
        params = {
            "place": name_of(regions[code]),
            "year": year,
            "date": change.date,
            "n": len(places),
            "line": change.line,
        }
        yield Finding(
            rule="after_its_end",
            severity=Severity.WARNING,
            message=say("parts.after_its_end.message", **params),
            remedy=say("parts.after_its_end.remedy", **params),
            region_code=code,
            year=year,
            found=str(year),
            expected=change.date,
            file=places[0][0],
            line=places[0][1],
        )


class MapBreaks(NamedTuple):
    """Place -> year -> what changed: the places whose figures from that year on are of another area than before.
    ``always``, or ``reported``: only the figures that the place reports itself, because a sum over its parts counts
    those of today all the time."""

    always: dict[str, dict[int, str]]
    reported: dict[str, dict[int, str]]


def breaks_of_map(regions: Mapping[str, Region], changes: Iterable[RegionChange]) -> MapBreaks:
    """The breaks that ``changes`` make.

    A place that carries on whole others has their figures before, so that nothing breaks there; what broke for one of
    them earlier does. But every place above one side of a change and not above the other has become larger or smaller:
    in what it reports, and in sums over its parts too unless these carry their figures along.
    """
    changes = list(changes)
    succession = Succession(changes)
    always: dict[str, dict[int, list[str]]] = {}
    reported: dict[str, dict[int, list[str]]] = {}
    for change in changes:
        old, new = change.from_code, change.to_code
        if old == new:
            continue  # the other rows of the change say what it took in or gave away
        concerned = _above(old, regions) ^ _above(new, regions)
        found = reported
        if not succession.carries_on(change):
            found = always
            concerned |= {*_carrying_on(old, succession), *_carrying_on(new, succession)}
        text = _told(change, regions)
        for code in concerned:
            if succession.ended.get(code) != change.year:
                found.setdefault(code, {}).setdefault(change.year, []).append(text)
    return MapBreaks(_joined(always), _joined(reported))


def _carrying_on(code: str, succession: Succession) -> Iterator[str]:
    """A place, and those that have carried on its figures since."""
    yield code
    for later, (_, made_from) in succession.made_from.items():
        if code in made_from:
            yield from _carrying_on(later, succession)


def _joined(found: Mapping[str, Mapping[int, list[str]]]) -> dict[str, dict[int, str]]:
    between = say("report.sentence_join")
    return {
        code: {year: between.join(dict.fromkeys(texts)) for year, texts in own.items()}
        for code, own in found.items()
    }


def _above(code: str, regions: Mapping[str, Region]) -> set[str]:
    """The places that a place lies in."""
    found: set[str] = set()
    parent = regions[code].parent
    while parent is not None and parent not in found:
        found.add(parent)
        parent = regions[parent].parent
    return found


def _told(change: RegionChange, regions: Mapping[str, Region]) -> str:
    """A change in words, with what its row says of it."""
    note = in_language(change.note, change.note_en)
    return say(
        f"parts.change.{change.change}",
        date=change.date,
        old=name_of(regions[change.from_code]),
        new=name_of(regions[change.to_code]),
        note=say("parts.note", note=note) if note else "",
    )
