"""The ledgers of accidents: one row a report of an accident, and a file beside it that says what the ledger covers."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from planeval.errors import InputError, closest
from planeval.messages import say
from planeval.messages.names import name_of
from planeval.model.accidents import LedgerFacts
from planeval.model.findings import Finding
from planeval.model.spoken import spoken
from planeval.read.accident_rows import read_rows
from planeval.read.csv_file import in_words, open_table
from planeval.read.observations import published_after, tables_not_read
from planeval.read.raw_csv import Malformed
from planeval.read.regions import Region
from planeval.read.rows import ACCIDENT, ACCIDENT_OPTIONAL, ANYBODY, codes_in, place_concerned
from planeval.read.text_table import TextTable, text_table
from planeval.read.yaml_file import Lines, line_of, load_model_with_lines


class Cover(NamedTuple):
    """Days, both included, of which a ledger holds every accident of a place. ``file`` and ``line``: where it says so;
    ``ledger``: the file of its rows."""

    region_code: str
    since: date
    until: date
    file: str
    line: int | None
    ledger: str


@dataclass(frozen=True)
class AccidentLedger:
    """One ledger. ``table``: its rows (`planeval.read.accident_rows.AccidentRows`), of the places asked for;
    ``covers``: those of these places without a mistake; ``spoiled``: those with one, `ANYBODY` for all of them;
    ``cutoff``: the last day whose reports count."""

    file: str
    facts: LedgerFacts
    table: pd.DataFrame
    covers: list[Cover]
    spoiled: frozenset[str]
    cutoff: date


@dataclass(frozen=True)
class Accidents:
    """What the ledgers hold. ``findings``: what was wrong with them."""

    ledgers: list[AccidentLedger] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_accidents(
    folder: Path,
    root: Path,
    regions: dict[str, Region],
    only: Collection[str] | None = None,
    vintage: str = "",
    files: Container[str] | None = None,
) -> Accidents:
    """Every ledger under ``folder``: ``<name>.csv`` and, beside it, ``<name>.yaml``.

    With ``only`` (region codes), the rows that concern these places and those that could be anybody's; with ``files``
    (names below ``root``), from ledgers of which one of the two files is among them; with ``vintage``, what was
    reported until that day.

    Mistakes are collected, not raised. A mistake in a row touches its place; a file that cannot be used touches the
    places whose codes occur in either of the two, or, when none can be told, every report.
    """
    findings = list(tables_not_read(folder, root))
    ledgers: list[AccidentLedger] = []
    for stem in sorted({path.stem for pattern in ("*.csv", "*.yaml") for path in folder.glob(pattern)}):
        both = folder / f"{stem}.csv", folder / f"{stem}.yaml"
        if files is not None and not any(path.relative_to(root).as_posix() in files for path in both):
            continue
        try:
            ledger, mistakes = _read_ledger(*both, root, regions, only, vintage)
            ledgers.append(ledger)
            findings += mistakes
        except InputError as error:
            touched: list[str | None] = [*_places_mentioned(both, regions)]
            for code in touched or [None]:
                findings += [f.model_copy(update={"region_code": code}) for f in error.findings]
    twice, overlapping = _overlaps(ledgers, regions)
    findings += overlapping
    return Accidents([_without(ledger, twice) for ledger in ledgers], findings)


def _read_ledger(
    rows: Path,
    beside: Path,
    root: Path,
    regions: dict[str, Region],
    only: Collection[str] | None,
    vintage: str,
) -> tuple[AccidentLedger, list[Finding]]:
    """A ledger and the mistakes in it.

    Raises:
        InputError: one of its files cannot be used at all.
    """
    file, about = (path.relative_to(root).as_posix() for path in (rows, beside))
    for path, name, other in ((beside, about, file), (rows, file, about)):
        if not path.exists():
            raise InputError(_finding("accident_pair", name, None, found=other, expected=name))
    facts, lines = load_model_with_lines(beside, about, LedgerFacts)
    unknown = _unknown_places(facts, about, lines, regions)
    if unknown:
        raise InputError(*unknown)
    try:
        table = text_table(open_table(rows, file, ACCIDENT, ACCIDENT_OPTIONAL))
    except Malformed as error:
        raise in_words(error, file) from None
    part, shared = _concerned(table, regions, only, vintage)
    read = read_rows(file, part, regions, shared)
    covers = [
        Cover(cover.region_code, cover.since, cover.until, about, line_of(lines, ("covers", n)), file)
        for n, cover in enumerate(facts.covers)
        if only is None or cover.region_code in only
    ]
    sound = [c for c in covers if not read.spoiled & {c.region_code, ANYBODY}]
    cutoff = min(facts.published, date.fromisoformat(vintage)) if vintage else facts.published
    return AccidentLedger(file, spoken(facts), read.table, sound, read.spoiled, cutoff), read.findings


def _finding(
    rule: str, file: str, line: int | None, region_code: str | None = None, **params: object
) -> Finding:
    return Finding(
        rule=rule,
        file=file,
        line=line,
        message=say(f"accidents.{rule}.message", **params),
        remedy=say(f"accidents.{rule}.remedy", **params),
        region_code=region_code,
        found=str(params["found"]),
        expected=str(params["expected"]),
    )


def _unknown_places(
    facts: LedgerFacts, file: str, lines: Lines, regions: Mapping[str, Region]
) -> list[Finding]:
    findings = []
    for n, cover in enumerate(facts.covers):
        if cover.region_code not in regions:
            near = closest(cover.region_code, regions, cutoff=0.8)
            expected = say("read.did_you_mean", name=near) if near else ""
            line = line_of(lines, ("covers", n, "region_code"))
            params = {"found": cover.region_code, "expected": expected}
            findings.append(_finding("accident_covers_region", file, line, **params))
    return findings


def _places_mentioned(paths: Iterable[Path], regions: Container[str]) -> list[str]:
    """Known codes in files that cannot be used: the places they may speak of."""
    found: set[str] = set()
    for path in paths:
        try:
            found |= codes_in(path.read_bytes())
        except OSError:
            continue
    return sorted(code for code in found if code in regions)


def _concerned(
    table: TextTable, regions: Mapping[str, Region], only: Collection[str] | None, vintage: str
) -> tuple[TextTable, dict[str, list[str]]]:
    """The rows reported until ``vintage`` that concern ``only`` or could be anybody's; and the accidents that the
    whole ledger gives to several places, with their codes as written."""
    if vintage:
        days = table.columns["reported"]
        later = [published_after(day, vintage) for day in days.texts]
        table = table.rows(~days.each(later, np.bool_))
    ids, codes = table.columns["accident"], table.columns["region_code"]
    first = np.zeros(len(ids.texts), dtype=np.int64)
    first[ids.number[::-1]] = codes.number[::-1]
    shared: dict[str, list[str]] = {}
    for row in np.flatnonzero(codes.number != first[ids.number]).tolist():
        known = shared.setdefault(ids.text(row), [codes.texts[first[ids.number[row]]]])
        if codes.text(row) not in known:
            known.append(codes.text(row))
    shared.pop("", None)
    if only is not None:
        wanted = {*only, ANYBODY}
        takes = [place_concerned(code, regions) in wanted for code in codes.texts]
        table = table.rows(codes.each(takes, np.bool_))
    return table, shared


def _overlaps(
    ledgers: Iterable[AccidentLedger], regions: Mapping[str, Region]
) -> tuple[set[str], list[Finding]]:
    """The places of which one day is covered twice, and findings about them: which of two ledgers would count?"""
    twice: set[str] = set()
    findings: list[Finding] = []
    furthest: dict[str, Cover] = {}
    covers = [cover for ledger in ledgers for cover in ledger.covers]
    for cover in sorted(covers, key=lambda c: (c.region_code, c.since, c.until, c.file, c.line or 0)):
        code = cover.region_code
        before = furthest.get(code)
        if before is not None and cover.since <= before.until:
            twice.add(code)
            params = {
                "place": name_of(regions[code]),
                "found": f"{cover.since}—{cover.until}",
                "expected": f"{before.file}:{before.line} {before.since}—{before.until}",
            }
            findings.append(_finding("accident_covers_twice", cover.file, cover.line, code, **params))
        if before is None or cover.until > before.until:
            furthest[code] = cover
    return twice, findings


def _without(ledger: AccidentLedger, places: set[str]) -> AccidentLedger:
    if not places:
        return ledger
    covers = [cover for cover in ledger.covers if cover.region_code not in places]
    return replace(ledger, covers=covers, spoiled=ledger.spoiled | places)
