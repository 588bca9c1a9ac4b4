"""Changes of the map by date: places renamed, merged, split, and land that went from one to another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from planeval.errors import InputError, hint
from planeval.messages import say
from planeval.model.findings import Finding
from planeval.read.csv_file import Row, read_rows
from planeval.read.regions import Region
from planeval.read.rows import CARRYING_ON, REGION_CHANGE, REGION_CHANGE_OPTIONAL

RENAME, MERGE, SPLIT, TRANSFER = CHANGES = (*CARRYING_ON, "split", "transfer")
# In these a place may go on under its code, larger or smaller than before: a row from the code to itself says so.
GOING_ON = (MERGE, SPLIT)
ALWAYS = (0, 9999)  # first and last year


@dataclass(frozen=True)
class RegionChange:
    """One change: from ``date`` on, what ``from_code`` was is, or is part of, ``to_code``; ``line`` of the file."""

    date: str
    change: str
    from_code: str
    to_code: str
    source: str
    note: str = ""
    note_en: str = ""
    line: int = 0

    @property
    def year(self) -> int:
        """The first year whose figures belong to the new map: those of a year belong to the map at its end."""
        return int(self.date[:4])


class Succession:
    """What changes amount to: which codes ended, and which carry on the figures of others.

    ``ended``: code -> first year without it. ``made_from``: code -> (its beginning, the codes it was made from whole),
    for renames and for mergers into a new code; ``carried_on`` those codes. ``split_off``: code -> the year in which it
    was split off.
    """

    def __init__(self, changes: Iterable[RegionChange]) -> None:
        changes = list(changes)
        # Under their code, by a row from the code to itself.
        self.goes_on = {(c.date, c.change, c.from_code) for c in changes if c.from_code == c.to_code}
        self.ended: dict[str, int] = {}
        self.made_from: dict[str, tuple[int, list[str]]] = {}
        self.split_off: dict[str, int] = {}
        for c in changes:
            if self.ends(c):
                self.ended[c.from_code] = c.year
            if c.change == SPLIT and c.from_code != c.to_code:
                self.split_off[c.to_code] = c.year
            if self.carries_on(c):
                self.made_from.setdefault(c.to_code, (c.year, []))[1].append(c.from_code)
        self.carried_on = {code for _, codes in self.made_from.values() for code in codes}

    def ends(self, change: RegionChange) -> bool:
        """Whether the old code is no more."""
        here = (change.date, change.change, change.from_code)
        return change.change != TRANSFER and here not in self.goes_on

    def carries_on(self, change: RegionChange) -> bool:
        """Whether the new code stands for the whole of what the old one was, and for nothing that was there before."""
        if change.change == RENAME:
            return True
        return change.change == MERGE and (change.date, MERGE, change.to_code) not in self.goes_on

    def as_part(self, code: str) -> tuple[int, int]:
        """The first and the last year in which a place is a part of the one it lies in.

        A place whose figures another one carries on is none in any year (first > last): its successor stands for it.
        One that was divided, or went into a place that was there already, is one until the year before; one split off
        from the year of the split on.
        """
        if code in self.carried_on:
            return ALWAYS[1], ALWAYS[0]
        return self.split_off.get(code, ALWAYS[0]), self.ended.get(code, ALWAYS[1] + 1) - 1


def read_region_changes(path: Path, file: str, regions: dict[str, Region]) -> list[RegionChange]:
    """``region_changes.csv`` by date; nothing where there is no such file.

    Raises:
        InputError: unreadable file, a date that is none, an unknown change or code, an empty source, and changes that
            cannot all be true (`_contradictions`).
    """
    if not path.exists():
        return []
    rows = read_rows(path, file, REGION_CHANGE, REGION_CHANGE_OPTIONAL)
    findings = [finding for row in rows for finding in _mistakes(row, file, regions)]
    if findings:
        raise InputError(*findings)
    changes = sorted(
        (RegionChange(**row.cells, line=row.line) for row in rows), key=lambda c: (c.date, c.line)
    )
    findings = [_finding(file, line, rule, found) for line, rule, found in _contradictions(changes)]
    if findings:
        raise InputError(*findings)
    return changes


def _finding(file: str, line: int, rule: str, found: str, expected: str = "") -> Finding:
    return Finding(
        rule=f"region_change_{rule}",
        file=file,
        line=line,
        message=say(f"parts.errors.{rule}.message", found=found, expected=expected),
        remedy=say(f"parts.errors.{rule}.remedy", found=found, expected=expected),
        found=found,
        expected=expected or None,
    )


def _mistakes(row: Row, file: str, regions: dict[str, Region]) -> Iterator[Finding]:
    """What is wrong with one row by itself."""
    cells = row.cells
    if not _is_day(cells["date"]):
        yield _finding(file, row.line, "date", cells["date"] or say("parts.empty"))
    if cells["change"] not in CHANGES:
        yield _finding(file, row.line, "kind", cells["change"], hint(cells["change"], CHANGES))
    for name in ("from_code", "to_code"):
        if cells[name] not in regions:
            yield _finding(file, row.line, "code", cells[name], name)
    if not cells["source"]:
        yield _finding(file, row.line, "source", say("parts.empty"))
    if (
        cells["from_code"] == cells["to_code"]
        and cells["change"] in CHANGES
        and cells["change"] not in GOING_ON
    ):
        yield _finding(file, row.line, "itself", cells["from_code"])


def _is_day(text: str) -> bool:
    try:
        return len(text) == len("2021-07-01") and date.fromisoformat(text) is not None
    except ValueError:
        return False


Contradiction = tuple[int, str, str]  # line, rule, what was found


def _contradictions(changes: list[RegionChange]) -> Iterator[Contradiction]:
    """Changes that cannot all be true: the same one twice, a merger of one place, a split into one, a code that ends or
    begins twice, one that ends before it begins, and codes that follow each other in a circle."""
    repeated = list(_repeated(changes))
    if repeated:  # what else would be said of them follows from that
        yield from repeated
        return
    succession = Succession(changes)
    yield from _alone(changes)
    yield from _lives(changes, succession)
    yield from _circles(changes, succession)


def _repeated(changes: list[RegionChange]) -> Iterator[Contradiction]:
    seen: set[tuple[str, str, str, str]] = set()
    for c in changes:
        row = (c.date, c.change, c.from_code, c.to_code)
        if row in seen:
            yield c.line, "repeated", f"{c.from_code} → {c.to_code}"
        seen.add(row)


def _alone(changes: list[RegionChange]) -> Iterator[Contradiction]:
    into = Counter((c.date, c.to_code) for c in changes if c.change == MERGE)
    out_of = Counter((c.date, c.from_code) for c in changes if c.change == SPLIT)
    for c in changes:
        if c.change == MERGE and into[c.date, c.to_code] < 2:
            yield c.line, "merge_of_one", c.to_code
        if c.change == SPLIT and out_of[c.date, c.from_code] < 2:
            yield c.line, "split_into_one", c.from_code


def _lives(changes: list[RegionChange], succession: Succession) -> Iterator[Contradiction]:
    """A code ends once and is made from others once: a split may have many ends, a merger many beginnings."""
    endings: dict[str, RegionChange] = {}
    beginnings: dict[str, RegionChange] = {}
    for c in changes:
        if succession.ends(c) and not _same(c, endings.setdefault(c.from_code, c), SPLIT):
            yield c.line, "ended_twice", c.from_code
        if succession.carries_on(c) and not _same(c, beginnings.setdefault(c.to_code, c), MERGE):
            yield c.line, "begun_twice", c.to_code
        begun = succession.made_from.get(c.from_code, (0, []))[0] or succession.split_off.get(c.from_code, 0)
        if c.from_code != c.to_code and begun > c.year:
            yield c.line, "ended_before_begun", c.from_code


def _same(change: RegionChange, first: RegionChange, of_many: str) -> bool:
    """Whether a row speaks of the same change as the first row: itself, or one that has several rows."""
    alike = (change.date, change.change) == (first.date, first.change)
    return change is first or (alike and change.change == of_many)


def _circles(changes: list[RegionChange], succession: Succession) -> Iterator[Contradiction]:
    """A code that is among those it was made from, however far back; each circle is said once."""
    told: set[str] = set()
    for c in changes:
        if not succession.carries_on(c) or c.to_code in told:
            continue
        way, waiting = {c.to_code}, [c.from_code]
        while waiting:
            code = waiting.pop()
            if code == c.to_code:
                told |= way
                yield c.line, "circle", c.to_code
                break
            if code not in way:
                way.add(code)
                waiting += succession.made_from.get(code, (0, []))[1]
