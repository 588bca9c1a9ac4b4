"""The yearly statistics: tidy CSV rows to a typed table, every vintage kept, every mistake a finding.

A row that cannot be read stays in ``table`` (with the cell empty) and never reaches ``observations``; the
finding names the place it touches, so that only this place's reports are held back.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from planeval.errors import InputError, hint
from planeval.messages import say
from planeval.model.dictionary import Dictionary
from planeval.model.findings import Finding, Severity
from planeval.model.plan import REGION_CODE_PATTERN
from planeval.model.status import Status
from planeval.read.csv_file import Row, read_rows
from planeval.read.regions import Region, mangled_code
from planeval.read.units import UNITS, convert, convertible, symbols_like

REQUIRED = ("region_code", "year", "variable", "value", "unit", "status", "source", "published")
OPTIONAL = ("checked",)
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
]
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_THOUSANDS = re.compile(r"[-+]?[0-9]{1,3}(?:[,，][0-9]{3})+(?:\.[0-9]+)?")
_YEAR = re.compile(r"[0-9]{4}")
_PUBLISHED = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?")
_CODE_IN_BYTES = re.compile(rb"(?<![0-9])[0-9]{6}(?![0-9])")
# Tables that somebody may have put beside the CSV files and that are not read.
_OTHER_TABLES = frozenset({".csv", ".xls", ".xlsx", ".et", ".tsv", ".txt"})


class Observations(NamedTuple):
    """``table``: every row as read; ``clean``: the rows that may be computed with; ``findings``: what was wrong."""

    table: pd.DataFrame
    clean: pd.DataFrame
    findings: list[Finding]


class _Reader:
    """Reads rows one by one and collects the findings."""

    def __init__(self, dictionary: Dictionary, regions: dict[str, Region]) -> None:
        self.units = {key: variable.unit for key, variable in dictionary.variables.items()}
        # An indicator's own key as variable is its published rate.
        self.units |= {k: i.unit for k, i in dictionary.indicators.items() if k not in self.units}
        self.regions = regions
        self.findings: list[Finding] = []

    def wrong(self, rule: str, file: str, row: Row, **params: Any) -> None:
        code = row.cells["region_code"]
        touched: str | None = code
        if not REGION_CODE_PATTERN.fullmatch(code):
            mangled = mangled_code(code)
            touched = mangled if mangled in self.regions else None
        region = self.regions.get(touched or "")
        place = region.name if region else code
        year = row.cells["year"]
        names = {"place": place, "year": year, "variable": row.cells["variable"]}
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
                variable=row.cells["variable"] or None,
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
            self.wrong("unit_wrong_quantity", file, row, found=unit, expected="、".join(symbols_like(target)))
            return None
        try:
            return convert(number, unit, target)
        except (InvalidOperation, ArithmeticError):
            self.wrong("value_not_a_number", file, row, found=row.cells["value"])
            return None

    def read(self, file: str, row: Row) -> dict[str, Any]:
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
        if cells["published"] and not _is_published(cells["published"]):
            self.wrong("published_format", file, row, found=cells["published"])
        if not cells["source"]:
            self.wrong("source_empty", file, row)
        number = self.number(file, row)
        value = self.canonical(file, row, number) if number is not None else None
        return {
            "region_code": cells["region_code"],
            "year": int(cells["year"]) if _YEAR.fullmatch(cells["year"]) else pd.NA,
            "variable": cells["variable"],
            "value": float(value) if value is not None else float("nan"),
            "unit": self.units.get(cells["variable"], cells["unit"]),
            "status": cells["status"],
            "source": cells["source"],
            "published": cells["published"],
            "checked": cells["checked"],
            "as_published": f"{cells['value']}{cells['unit']}",
            "file": file,
            "line": row.line,
            "readable": len(self.findings) == before,
        }


def _is_published(text: str) -> bool:
    """Whether ``text`` is a day or a month of the calendar."""
    if not _PUBLISHED.fullmatch(text):
        return False
    try:
        date.fromisoformat(text if len(text) > len("2024-02") else f"{text}-01")
    except ValueError:
        return False
    return True


def _regions_mentioned(path: Path, regions: dict[str, Region]) -> list[str]:
    """Known codes that occur in the bytes of a file nobody can decode: the places it may speak of."""
    try:
        raw = path.read_bytes()
    except OSError:
        return []
    return sorted({match.decode() for match in _CODE_IN_BYTES.findall(raw)} & set(regions))


def _not_read(folder: Path, root: Path) -> list[Finding]:
    """Tables in the folder that are no ``*.csv``: somebody may believe that they count."""
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return [
        Finding(
            rule="table_not_read",
            severity=Severity.WARNING,
            file=path.relative_to(root).as_posix(),
            message=say("read.table_not_read.message"),
            remedy=say("read.table_not_read.remedy"),
        )
        for path in paths
        if path.suffix.lower() in _OTHER_TABLES and path.suffix != ".csv" and path.name[0] not in ".~"
    ]


def read_observations(
    folder: Path, root: Path, dictionary: Dictionary, regions: dict[str, Region]
) -> Observations:
    """Every ``*.csv`` under ``folder`` as one table; ``root`` is the data folder that names are relative to.

    Values come in the variable's canonical unit. Rows for one region, year and variable are vintages ordered by
    ``published`` (a month counts as its first day): all but the latest have ``superseded`` True.
    Mistakes are collected, not raised. An unreadable file touches the places whose codes occur in it, or,
    when none can be told, every report.
    """
    reader = _Reader(dictionary, regions)
    reader.findings += _not_read(folder, root)
    records: list[dict[str, Any]] = []
    for path in sorted(folder.glob("*.csv")):
        file = path.relative_to(root).as_posix()
        try:
            rows = read_rows(path, file, REQUIRED, OPTIONAL)
        except InputError as error:
            touched: list[str | None] = list(_regions_mentioned(path, regions)) or [None]
            for code in touched:
                reader.findings += [f.model_copy(update={"region_code": code}) for f in error.findings]
            continue
        records += [reader.read(file, row) for row in rows]

    table = pd.DataFrame(records, columns=[*COLUMNS[:-1], "readable"])
    table["year"] = table["year"].astype("Int64")
    table["value"] = table["value"].astype("float64")
    key = ["region_code", "year", "variable"]
    table = table.sort_values([*key, "published", "file", "line"], kind="stable", ignore_index=True)
    usable = table["readable"] & table["value"].notna() & table["region_code"].isin(list(regions))
    table["superseded"] = False
    table.loc[usable, "superseded"] = table[usable].duplicated(key, keep="last")
    clean = table.loc[usable, COLUMNS].reset_index(drop=True)
    clean["year"] = clean["year"].astype("int64")
    return Observations(table[COLUMNS], clean, reader.findings)
