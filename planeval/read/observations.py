"""The yearly statistics: tidy CSV rows to a typed table, every vintage kept, every mistake a finding.

A row that cannot be read stays in ``table`` (with the cell empty) and never reaches ``observations``; the
finding names the place it touches, so that only this place's reports are held back.
"""

from __future__ import annotations

import math
import re
import unicodedata
from array import array
from collections.abc import Collection, Container, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from planeval.errors import InputError, hint
from planeval.messages import say
from planeval.messages.names import name_of
from planeval.model.dictionary import Dictionary
from planeval.model.findings import Finding, Severity
from planeval.model.plan import REGION_CODE_PATTERN
from planeval.model.status import Status
from planeval.read.csv_file import Row, in_words, named, open_table
from planeval.read.inventory import unread_tables
from planeval.read.raw_csv import Malformed, RawTable
from planeval.read.regions import Region
from planeval.read.rows import (
    ANYBODY,
    OPTIONAL,
    REGISTER,
    REQUIRED,
    codes_in,
    mangled_code,
    place_concerned,
)
from planeval.read.snapshots import declared, left_over, source_of
from planeval.read.sources import mended_in_database
from planeval.read.units import UNITS, convert, convertible, symbols_like
from planeval.read.vintage import is_published, published_after

COLUMNS = [
    "region_code",
    "year",
    "variable",
    "value",
    "unit",
    "status",
    "source",
    "published",
    "checked",
    "as_published",
    "file",
    "line",
    "superseded",
    "reason",
    "provided_by",
    "accepts",
    "derived",
    "behind",
    "partial",
]
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_THOUSANDS = re.compile(r"[-+]?[0-9]{1,3}(?:[,，][0-9]{3})+(?:\.[0-9]+)?")
_YEAR = re.compile(r"[0-9]{4}")


class Observations(NamedTuple):
    """``table``: every row as read; ``clean``: the rows that may be computed with; ``findings``: what was wrong."""

    table: pd.DataFrame
    clean: pd.DataFrame
    findings: list[Finding]


class _Read(NamedTuple):
    """What a row says: ``year`` None and ``value`` NaN where that cannot be told; ``readable``: nothing is wrong."""

    year: int | None
    value: float
    unit: str
    readable: bool


class _Reader:
    """Reads rows one by one and collects the findings."""

    def __init__(self, dictionary: Dictionary, regions: dict[str, Region]) -> None:
        self.units = {key: variable.unit for key, variable in dictionary.variables.items()}
        # An indicator's own key as variable is its published rate.
        self.units |= {k: i.unit for k, i in dictionary.indicators.items() if k not in self.units}
        self.names = {key: indicator.name for key, indicator in dictionary.indicators.items()}
        self.names |= {key: variable.name for key, variable in dictionary.variables.items()}
        self.regions = regions
        self.findings: list[Finding] = []

    def wrong(self, rule: str, file: str, row: Row, **params: Any) -> None:
        code = row.cells["region_code"]
        touched: str | None = code
        if not REGION_CODE_PATTERN.fullmatch(code):
            mangled = mangled_code(code)
            touched = mangled if mangled in self.regions else None
        region = self.regions.get(touched or "")
        place = name_of(region) if region else code
        year = row.cells["year"]
        variable = row.cells["variable"]
        names = {"place": place, "year": year, "variable": self.names.get(variable, variable)}
        self.findings.append(
            Finding(
                rule=rule,
                file=file,
                line=row.line,
                message=say(f"read.{rule}.message", **names, **params),
                remedy=say(f"read.{rule}.remedy", **names, **params),
                # A row whose place cannot be told touches every report: it could be anybody's.
                region_code=touched,
                year=int(year) if _YEAR.fullmatch(year) else None,
                variable=variable or None,
                found=str(params.get("found", "")),
                expected=str(params["expected"]) if "expected" in params else None,
            )
        )

    def number(self, file: str, row: Row) -> Decimal | None:
        text = row.cells["value"]
        half_width = unicodedata.normalize("NFKC", text)
        ungrouped = half_width.replace(",", "")
        if not text:
            self.wrong("value_empty", file, row)
        elif _NUMBER.fullmatch(text) and text.isascii():
            if math.isfinite(float(text)):
                return Decimal(text)
            self.wrong("value_not_a_number", file, row, found=text)
        elif _THOUSANDS.fullmatch(text):
            self.wrong("value_thousands", file, row, found=text, expected=ungrouped)
        elif half_width != text and (_NUMBER.fullmatch(half_width) or _THOUSANDS.fullmatch(half_width)):
            self.wrong("value_full_width", file, row, found=text, expected=ungrouped)
        else:
            self.wrong("value_not_a_number", file, row, found=text)
        return None

    def canonical(self, file: str, row: Row, number: Decimal) -> Decimal | None:
        unit, target = row.cells["unit"], self.units.get(row.cells["variable"])
        if unit not in UNITS:
            known = symbols_like(target) if target in UNITS else list(UNITS)
            expected = hint(unit, known, cutoff=0.5)  # units are so short that one character is half of one
            self.wrong("unit_unknown", file, row, found=unit, expected=expected)
            return None
        if target is None:
            return None  # unknown variable: validation reports it
        if not convertible(unit, target):
            expected = say("read.name_join").join(symbols_like(target))
            self.wrong("unit_wrong_quantity", file, row, found=unit, expected=expected)
            return None
        try:
            return convert(number, unit, target)
        except (InvalidOperation, ArithmeticError):
            self.wrong("value_not_a_number", file, row, found=row.cells["value"])
            return None

    def read(self, file: str, row: Row) -> _Read:
        """The row's year (None: none), value (NaN: none) and canonical unit, and whether nothing was wrong."""
        cells = row.cells
        before = len(self.findings)
        if not REGION_CODE_PATTERN.fullmatch(cells["region_code"]):
            self.wrong("code_mangled", file, row, found=cells["region_code"])
        if not _YEAR.fullmatch(cells["year"]):
            self.wrong("year_not_a_year", file, row, found=cells["year"])
        if cells["status"] not in set(Status):
            expected = hint(cells["status"], Status, separator=", ")
            self.wrong("status_unknown", file, row, found=cells["status"], expected=expected)
        # An empty cell says that the day is not known; such a vintage counts as the oldest.
        if cells["published"] and not is_published(cells["published"]):
            self.wrong("published_format", file, row, found=cells["published"])
        if not cells["source"]:
            self.wrong("source_empty", file, row)
        if not is_explained(cells["reason"], cells["provided_by"], cells["accepts"]):
            self.wrong("correction_unexplained", file, row)
        number = self.number(file, row)
        value = self.canonical(file, row, number) if number is not None else None
        return _Read(
            year=int(cells["year"]) if _YEAR.fullmatch(cells["year"]) else None,
            value=float(value) if value is not None else float("nan"),
            unit=self.units.get(cells["variable"], cells["unit"]),
            readable=len(self.findings) == before,
        )


def is_explained(reason: str, provided_by: str, accepts: str) -> bool:
    """Whether a row of the corrections register says both why and who says so."""
    return bool(reason and provided_by) or not (reason or accepts)


class _Texts:
    """A column of text: each different text once, and for every row the number of its text."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.rows = array("i")

    def number(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))

    def ranks(self) -> np.ndarray[Any, Any]:
        """For every row where its text stands among all in order."""
        rank = np.empty(len(self.numbers), dtype=np.int64)
        rank[[self.numbers[text] for text in sorted(self.numbers)]] = np.arange(len(self.numbers))
        return rank[_ints(self.rows)]

    def texts(self, order: np.ndarray[Any, Any]) -> Any:
        """The texts of the rows in ``order``; equal ones are one object."""
        different = np.array([*self.numbers, ""], dtype=object)[:-1]
        return pd.array(different[_ints(self.rows)[order]], dtype="str")


def _ints(values: array[int]) -> np.ndarray[Any, Any]:
    return np.frombuffer(values, dtype=np.dtype(values.typecode)) if values else np.empty(0, dtype=np.int64)


class _Measure:
    """The values of one variable in one unit."""

    def __init__(self, unit: str, target: str, variable_number: int, unit_number: int) -> None:
        self.unit, self.target = unit, target
        self.variable_number, self.unit_number = variable_number, unit_number
        self.known: dict[str, tuple[float, str]] = {}

    def read(self, text: str) -> tuple[float, str] | None:
        """(value in the canonical unit, as published); None for what must be looked at closely."""
        if not _NUMBER.fullmatch(text):
            return None
        value = float(text)
        if not math.isfinite(value):
            return None
        if self.unit != self.target or len(text) > 28:  # the precision of decimal arithmetic
            try:
                value = float(convert(Decimal(text), self.unit, self.target))
            except ArithmeticError:
                return None
        found = (value, f"{text}{self.unit}")
        if len(text) <= 3:  # zeros and small counts come by the thousand
            self.known[text] = found
        return found


class _Columns:
    """The table while it is being read, column by column.

    Most rows differ from one seen before in nothing but the value. Cells that stood in a row without any mistake are
    known by their text; a row of known cells needs no second look.
    """

    TEXTS = ("region_code", "variable", "unit", "status", "source", "published", "file", *OPTIONAL)

    def __init__(self, reader: _Reader, takes: _Takes | None, vintage: str) -> None:
        self.reader, self.takes, self.vintage = reader, takes, vintage
        self.text = {name: _Texts() for name in self.TEXTS}
        self.year, self.value, self.line = array("q"), array("d"), array("q")
        self.as_published: list[str] = []
        self.readable = bytearray()
        self.codes: dict[str, int] = {}
        self.years: dict[str, int] = {}
        self.statuses: dict[str, int] = {}
        self.sources: dict[str, int] = {}
        self.dates: dict[str, int] = {}
        self.measures: dict[tuple[str, str], _Measure] = {}

    def read(self, file: str, table: RawTable) -> None:
        """Add the rows of a file.

        Raises:
            Malformed: the file cannot be read to its end; nothing of it is added.
        """
        rows, findings = len(self.line), len(self.reader.findings)
        try:
            self._read(file, table)
            for name in OPTIONAL:
                texts = self.text[name]
                absent = len(self.line) - len(texts.rows)
                texts.rows.extend([texts.number("")] * absent if absent else [])
        except Malformed:
            for texts in self.text.values():
                del texts.rows[rows:]
            for column in (self.year, self.value, self.line, self.as_published, self.readable):
                del column[rows:]
            del self.reader.findings[findings:]
            raise

    def _read(self, file: str, table: RawTable) -> None:
        names = table.columns
        code_at, year_at, variable_at, value_at = map(
            names.index, ("region_code", "year", "variable", "value")
        )
        unit_at, status_at, source_at, date_at = map(names.index, ("unit", "status", "source", "published"))
        file_number = self.text["file"].number(file)
        # Columns that most files do not have: a number for each row, made when the rows are there.
        marks = [(self.text[name], names.index(name)) for name in OPTIONAL if name in names]
        register = [names.index(name) for name in REGISTER if name in names]
        # Bound once: half a million rows pass here.
        add_code, add_variable, add_unit, add_status, add_source, add_date, add_file = (
            self.text[name].rows.append for name in self.TEXTS if name not in OPTIONAL
        )
        add_year, add_value, add_line = self.year.append, self.value.append, self.line.append
        add_as_published, add_readable = self.as_published.append, self.readable.append
        known_code, known_year, known_status = self.codes.get, self.years.get, self.statuses.get
        known_source, known_date, known_measure = self.sources.get, self.dates.get, self.measures.get
        takes, vintage = self.takes, self.vintage
        for line, cells in table:
            if takes is not None and not takes[cells[code_at]]:
                continue
            if vintage and published_after(cells[date_at], vintage):
                continue
            code, year, date_ = (
                known_code(cells[code_at]),
                known_year(cells[year_at]),
                known_date(cells[date_at]),
            )
            status, source = known_status(cells[status_at]), known_source(cells[source_at])
            measure = known_measure((cells[variable_at], cells[unit_at]))
            if (
                code is None
                or year is None
                or date_ is None
                or status is None
                or source is None
                or measure is None
                or (found := measure.known.get(cells[value_at]) or measure.read(cells[value_at])) is None
                or (register and any(cells[at] for at in register))
            ):
                self._look_closely(file, line, named(cells, names, REQUIRED + OPTIONAL), names)
                continue
            add_code(code)
            add_variable(measure.variable_number)
            add_unit(measure.unit_number)
            add_status(status)
            add_source(source)
            add_date(date_)
            for texts, at in marks:
                texts.rows.append(texts.number(cells[at].strip()))
            add_file(file_number)
            add_year(year)
            add_value(found[0])
            add_as_published(found[1])
            add_line(line)
            add_readable(True)

    def _look_closely(self, file: str, line: int, cells: dict[str, str], cells_given: list[str]) -> None:
        """Add a row with a cell not met before, or with a mistake; the file has the columns ``cells_given``."""
        row = self.reader.read(file, Row(line, cells))
        texts = {**cells, "file": file, "unit": row.unit}
        number = {name: self.text[name].number(texts[name]) for name in self.TEXTS}
        for name in self.TEXTS:
            if name not in OPTIONAL or name in cells_given:
                self.text[name].rows.append(number[name])
        self.year.append(row.year if row.year is not None else _NO_YEAR)
        self.value.append(row.value)
        self.as_published.append(f"{cells['value']}{cells['unit']}")
        self.line.append(line)
        self.readable.append(row.readable)
        if not row.readable or row.year is None:
            return
        self.codes[cells["region_code"]] = number["region_code"]
        self.years[cells["year"]] = row.year
        self.statuses[cells["status"]] = number["status"]
        self.sources[cells["source"]] = number["source"]
        self.dates[cells["published"]] = number["published"]
        target = self.reader.units.get(cells["variable"])
        if target is not None:
            key = cells["variable"], cells["unit"]
            self.measures.setdefault(key, _Measure(cells["unit"], target, number["variable"], number["unit"]))

    def frames(self, regions: Container[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The table and its clean part, sorted by place, year, variable, publication, file and line."""
        year, line = _ints(self.year), _ints(self.line)
        code, variable = self.text["region_code"].ranks(), self.text["variable"].ranks()
        published, file = self.text["published"].ranks(), self.text["file"].ranks()
        order = np.lexsort((line, file, published, variable, year, code))
        missing = year[order] == _NO_YEAR
        value = np.frombuffer(self.value, dtype=float)[order] if self.value else np.empty(0)
        readable = np.frombuffer(self.readable, dtype=bool)[order]
        registered = np.array([text in regions for text in self.text["region_code"].numbers], dtype=bool)
        known = registered[_ints(self.text["region_code"].rows)[order]] if len(order) else readable
        usable = readable & ~np.isnan(value) & known
        superseded = np.zeros(len(order), dtype=bool)
        used = order[usable]
        same = np.ones(max(len(used) - 1, 0), dtype=bool)
        for key in (code, year, variable):
            same &= key[used[1:]] == key[used[:-1]]
        superseded[np.flatnonzero(usable)[:-1][same]] = True
        as_published = np.array([*self.as_published, ""], dtype=object)[:-1][order]
        columns = {name: self.text[name].texts(order) for name in self.TEXTS}
        columns |= {
            "year": pd.arrays.IntegerArray(np.where(missing, 1, year[order]), missing),
            "value": value,
            "as_published": pd.array(as_published, dtype="str"),
            "line": line[order],
            "superseded": superseded,
        }
        columns |= nothing_derived(len(order))
        table = pd.DataFrame({name: columns[name] for name in COLUMNS}, copy=False)
        # Where every row may be computed with, the two share their columns.
        clean = table.copy(deep=False) if usable.all() else table[usable].reset_index(drop=True)
        clean["year"] = clean["year"].astype("int64")
        return table, clean


def nothing_derived(rows: int) -> dict[str, Any]:
    """The columns that say how a row was derived (`planeval.derive`), for ``rows`` rows that stand in a file."""
    return {
        "derived": pd.array([""], dtype="str").take([0] * rows),
        "behind": np.full(rows, None, dtype=object),
        "partial": pd.array([""], dtype="str").take([0] * rows),
    }


_NO_YEAR = np.iinfo(np.int64).max  # sorts last


class _Takes(dict[str, bool]):
    """Whether a row under a code (as written) is to be read: it concerns one of ``only``, or could be anybody's."""

    def __init__(self, only: Collection[str], regions: Container[str]) -> None:
        super().__init__()
        self.only, self.regions = {*only, ANYBODY}, regions

    def __missing__(self, code: str) -> bool:
        self[code] = place_concerned(code.strip(), self.regions) in self.only
        return self[code]


def _regions_mentioned(path: Path, regions: dict[str, Region]) -> list[str]:
    """Known codes that occur in the bytes of a file nobody can decode: the places it may speak of."""
    try:
        raw = path.read_bytes()
    except OSError:
        return []
    return sorted(codes_in(raw) & set(regions))


def tables_not_read(folder: Path, root: Path) -> Iterator[Finding]:
    """Tables in the folder that are no ``*.csv``, and snapshots of no source: somebody may believe that they count."""
    for name in unread_tables(folder):
        yield Finding(
            rule="table_not_read",
            severity=Severity.WARNING,
            file=(folder / name).relative_to(root).as_posix(),
            message=say("read.table_not_read.message"),
            remedy=say("read.table_not_read.remedy"),
        )
    for file in _left_over(folder, root):
        source = source_of(file)
        yield Finding(
            rule="snapshot_not_read",
            severity=Severity.WARNING,
            file=file,
            message=say("database.left.message", source=source),
            remedy=say("database.left.remedy"),
        )


def _left_over(folder: Path, root: Path) -> list[str]:
    """Snapshots of databases that ``sources.yaml`` does not name (any more)."""
    files = sorted(path.relative_to(root).as_posix() for path in folder.glob("database-*.csv"))
    return left_over(files, declared(root)) if files else []


def read_observations(
    folder: Path,
    root: Path,
    dictionary: Dictionary,
    regions: dict[str, Region],
    only: Collection[str] | None = None,
    files: Container[str] | None = None,
    vintage: str = "",
) -> Observations:
    """Every ``*.csv`` under ``folder`` as one table; ``root`` is the data folder that names are relative to.

    With ``only`` (region codes), the rows that concern these places and those that could be anybody's; with ``files``
    (names below ``root``), from these files alone; with ``vintage``, those published until that day.

    Values come in the variable's canonical unit. Rows for one region, year and variable are vintages ordered by
    ``published`` (a month counts as its first day): all but the latest have ``superseded`` True.
    Mistakes are collected, not raised. An unreadable file touches the places whose codes occur in it, or,
    when none can be told, every report.
    """
    reader = _Reader(dictionary, regions)
    reader.findings += tables_not_read(folder, root)
    columns = _Columns(reader, _Takes(only, regions) if only is not None else None, vintage)
    not_read = set(_left_over(folder, root))
    for path in sorted(folder.glob("*.csv")):
        file = path.relative_to(root).as_posix()
        if file in not_read or (files is not None and file not in files):
            continue
        try:
            try:
                columns.read(file, open_table(path, file, REQUIRED, OPTIONAL))
            except Malformed as error:
                raise in_words(error, file) from None
        except InputError as error:
            touched: list[str | None] = list(_regions_mentioned(path, regions)) or [None]
            for code in touched:
                reader.findings += [f.model_copy(update={"region_code": code}) for f in error.findings]
    table, clean = columns.frames(regions)
    return Observations(table, clean, [mended_in_database(f) for f in reader.findings])
