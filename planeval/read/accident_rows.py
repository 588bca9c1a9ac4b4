"""The rows of one ledger of accidents: text to typed columns, every mistake a finding."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planeval.messages import say
from planeval.messages.names import name_of
from planeval.model.findings import Finding
from planeval.model.plan import REGION_CODE_PATTERN
from planeval.read.accident_cells import Value, amount_of, category_of, count_of, day_of
from planeval.read.regions import Region
from planeval.read.rows import ANYBODY, place_concerned
from planeval.read.text_table import TextTable

# So many findings about one rule and one place: who has more will not go through them one by one.
MOST_FINDINGS = 50
_YEAR = re.compile(r"[0-9]{4}")
Mask = NDArray[np.bool_]


class AccidentRows(NamedTuple):
    """``table``: columns ``accident``, ``region_code`` (text, categorical), ``date``, ``reported`` (days), ``category``,
    ``deaths``, ``missing``, ``serious_injuries`` (persons), ``direct_loss`` (万元), ``line``; in the order of the file,
    without rows that have a mistake. ``spoiled``: the places that have such rows, `ANYBODY` for every place."""

    table: pd.DataFrame
    findings: list[Finding]
    spoiled: frozenset[str]


def read_rows(
    file: str, table: TextTable, regions: Mapping[str, Region], shared: Mapping[str, list[str]]
) -> AccidentRows:
    """The rows of ``table``, which is the ledger ``file`` or a part of it.

    ``shared``: accident -> the places that its rows in the whole ledger name, where these are several.
    """
    reader = _Reader(file, table, regions)
    reader.check_names(shared)
    typed = reader.typed()
    reader.check_reports(typed)
    sound = typed[~reader.bad].reset_index(drop=True) if reader.bad.any() else typed
    return AccidentRows(sound, reader.findings, frozenset(reader.spoiled))


class _Reader:
    """The columns of text of a ledger's rows, and what was found to be wrong with them."""

    def __init__(self, file: str, table: TextTable, regions: Mapping[str, Region]) -> None:
        self.file, self.line, self.regions = file, table.line, regions
        self.columns = table.columns
        codes = self.columns["region_code"]
        self.place = codes.each([place_concerned(code, regions) for code in codes.texts], object)
        self.bad = np.zeros(len(self.line), dtype=bool)
        self.findings: list[Finding] = []
        self.spoiled: set[str] = set()

    def text(self, column: str, row: int) -> str:
        return self.columns[column].text(row)

    def wrong(self, rule: str, rows: Mask, params: Callable[[int], Mapping[str, str]]) -> None:
        """Each of the ``rows`` is wrong; ``params`` of a row: what its message says besides place and accident."""
        self.bad |= rows
        counted: Counter[str] = Counter()
        last: dict[str, Finding] = {}
        for row in np.flatnonzero(rows).tolist():
            place = str(self.place[row])
            counted[place] += 1
            if counted[place] <= MOST_FINDINGS:
                last[place] = self._finding(rule, row, params(row))
                self.findings.append(last[place])
        for place, count in counted.items():
            if count > MOST_FINDINGS:
                more = {"n": count - MOST_FINDINGS, "file": self.file}
                self.findings.append(
                    Finding(
                        rule=rule,
                        file=self.file,
                        message=say("accidents.more.message", **more),
                        remedy=say("accidents.more.remedy", **more),
                        region_code=last[place].region_code,
                    )
                )
        self.spoiled |= set(counted)

    def _finding(self, rule: str, row: int, params: Mapping[str, str]) -> Finding:
        place = str(self.place[row])
        region = self.regions.get(place)
        names = {
            "place": name_of(region) if region else self.text("region_code", row),
            "accident": self.text("accident", row),
        }
        year = self.text("date", row)[:4]
        return Finding(
            rule=rule,
            file=self.file,
            line=int(self.line[row]),
            message=say(f"accidents.{rule}.message", **names, **params),
            remedy=say(f"accidents.{rule}.remedy", **names, **params),
            # A row whose place cannot be told touches every report: it could be anybody's.
            region_code=None if place == ANYBODY else place,
            year=int(year) if _YEAR.fullmatch(year) else None,
            found=params.get("found"),
            expected=params.get("expected"),
        )

    def check_names(self, shared: Mapping[str, list[str]]) -> None:
        """Whether each row says which accident it is about, and where that was."""
        ids, codes = self.columns["accident"], self.columns["region_code"]
        self.wrong("accident_id", ids.each([not text for text in ids.texts], bool), lambda row: {})
        six = [bool(REGION_CODE_PATTERN.fullmatch(code)) for code in codes.texts]
        found = lambda row: {"found": self.text("region_code", row)}  # noqa: E731
        self.wrong("accident_code", codes.each([not own for own in six], bool), found)
        unknown = [own and code not in self.regions for own, code in zip(six, codes.texts, strict=True)]
        self.wrong("accident_region", codes.each(unknown, bool), found)
        if shared:

            def several(row: int) -> dict[str, str]:
                return {"found": say("read.name_join").join(shared[self.text("accident", row)])}

            self.wrong("accident_places", ids.each([text in shared for text in ids.texts], bool), several)

    def typed(self) -> pd.DataFrame:
        """The columns of `AccidentRows.table`, for every row; NaT, NaN or "" for a cell that is wrong."""
        nowhen = np.datetime64("NaT", "D")
        columns: dict[str, Any] = {
            name: pd.Categorical.from_codes(own.number, pd.Index(own.texts))
            for name, own in ((name, self.columns[name]) for name in ("accident", "region_code"))
        }
        for name in ("date", "reported"):
            days = self._read(name, "accident_date", day_of, nowhen, "datetime64[D]")
            columns[name] = days.astype("datetime64[s]")
        columns["category"] = self._read("category", "accident_category", category_of, "", object)
        for name in ("deaths", "missing", "serious_injuries"):
            columns[name] = self._read(name, "accident_count", count_of, np.nan, np.float64)
        columns["direct_loss"] = self._read("direct_loss", "accident_loss", amount_of, np.nan, np.float64)
        return pd.DataFrame({**columns, "line": self.line}, copy=False)

    def _read(
        self, column: str, rule: str, read: Callable[[str], Value], nothing: Any, dtype: Any
    ) -> NDArray[Any]:
        """The values of a column, ``nothing`` where there is none."""
        own = self.columns[column]
        values = [read(text) for text in own.texts]

        def params(row: int) -> dict[str, str]:
            expected = values[own.number[row]].expected
            found = self.text(column, row) or say("read.nothing")
            return {"found": found, "expected": expected, "column": say(f"accidents.columns.{column}")}

        self.wrong(rule, own.each([v.value is None for v in values], bool), params)
        return own.each([nothing if v.value is None else v.value for v in values], dtype)

    def check_reports(self, typed: pd.DataFrame) -> None:
        """Whether the days of each row, and the rows of each accident, go together."""

        def days(row: int) -> dict[str, str]:
            return {"found": self.text("reported", row), "expected": self.text("date", row)}

        self.wrong("accident_reported", (typed["reported"] < typed["date"]).to_numpy(), days)
        number = self.columns["accident"].number
        first = np.zeros(len(self.columns["accident"].texts), dtype=np.int64)
        # The first row of each accident that can be read: of what is assigned to one place the last stays.
        sound = np.flatnonzero(~self.bad)[::-1]
        first[number[sound]] = sound
        for column in ("date", "category"):
            values = typed[column].to_numpy()
            differs = ~self.bad & (values != values[first[number]])

            def params(row: int, column: str = column) -> dict[str, str]:
                earlier = int(first[number[row]])
                return {
                    "column": say(f"accidents.columns.{column}"),
                    "found": self.text(column, row),
                    "expected": self.text(column, earlier),
                    "line": str(self.line[earlier]),
                }

            self.wrong("accident_differs", differs, params)
