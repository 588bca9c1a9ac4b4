"""The progress ledger of a plan: what was reported about tasks, projects, milestones and quantities."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planeval.errors import InputError, hint
from planeval.messages import say
from planeval.model.findings import Finding
from planeval.model.plan import Plan
from planeval.read.csv_file import Row, read_rows

REQUIRED = ("item", "date", "status", "percent", "evidence", "source")
OPTIONAL = ("quantity", "data_status")
STATUSES = {
    "completed": "completed",
    "in_progress": "in_progress",
    "not_started": "not_started",
    "已完成": "completed",
    "进行中": "in_progress",
    "推进中": "in_progress",
    "未启动": "not_started",
}
DATA_STATUSES = ("final", "illustrative")
COLUMNS = [
    "item",
    "date",
    "status",
    "percent",
    "quantity",
    "evidence",
    "source",
    "data_status",
    "file",
    "line",
]
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def _number(text: str, maximum: float | None) -> float | None:
    """The number in ``text``; NaN for an empty cell; None for anything else."""
    if not text:
        return float("nan")
    if not _NUMBER.fullmatch(text) or not text.isascii():
        return None
    value = float(text)
    return None if maximum is not None and value > maximum else value


def _valid_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


class Ledgers(Mapping[str, pd.DataFrame]):
    """Plan id -> its ledger (columns as in `read_ledger`), in the order in which they were added.

    All stand in one table, in which equal texts are one object: thousands of small tables would take ten times the
    room. A ledger is cut out of it when it is asked for.
    """

    def __init__(self) -> None:
        self._spans: dict[str, tuple[int, int]] = {}
        self._columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
        self._texts: dict[str, str] = {}

    def read(self, path: Path, file: str, plan: Plan, vintage: str = "") -> None:
        """Add the ledger of ``plan``; with ``vintage`` (a day), what was reported until then.

        Raises:
            InputError: as `read_ledger`.
        """
        records = _records(path, file, plan, vintage)
        start, same = len(self._columns["line"]), self._texts.setdefault
        for name, column in self._columns.items():
            if name in _NUMBERS:
                column.extend(record[name] for record in records)
            else:
                column.extend(same(record[name], record[name]) for record in records)
        self._spans[plan.id] = start, start + len(records)
        self.__dict__.pop("_frame", None)

    @cached_property
    def _frame(self) -> pd.DataFrame:
        return _frame(self._columns)

    def __getitem__(self, plan_id: str) -> pd.DataFrame:
        start, end = self._spans[plan_id]
        return self._frame.iloc[start:end].reset_index(drop=True)

    def __contains__(self, plan_id: object) -> bool:
        return plan_id in self._spans

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)


_NUMBERS = {"percent": "float64", "quantity": "float64", "line": "int64"}


def _frame(columns: Mapping[str, list[Any]]) -> pd.DataFrame:
    def column(name: str) -> Any:
        if name in _NUMBERS:
            return np.array(columns[name], dtype=_NUMBERS[name])
        return pd.array(np.array([*columns[name], ""], dtype=object)[:-1], dtype="str")

    return pd.DataFrame({name: column(name) for name in COLUMNS}, copy=False)


def read_ledger(path: Path, file: str, plan: Plan, vintage: str = "") -> pd.DataFrame:
    """One row for each report, in file order; with ``vintage`` (a day), those until then.

    Columns: item, date ("2023-12-31"), status, percent (0-100, NaN where not given), quantity (NaN where not
    given), evidence, source, data_status, file, line.

    Raises:
        InputError: with one finding for each mistake (unknown item or status, a date or number that is none).
    """
    records = _records(path, file, plan, vintage)
    return _frame({name: [record[name] for record in records] for name in COLUMNS})


def _records(path: Path, file: str, plan: Plan, vintage: str) -> list[dict[str, Any]]:
    findings: list[Finding] = []

    def wrong(rule: str, row: Row, **params: str) -> None:
        findings.append(
            Finding(
                rule=rule,
                file=file,
                line=row.line,
                plan=plan.id,
                message=say(f"read.{rule}.message", **params),
                remedy=say(f"read.{rule}.remedy", **params),
                found=params.get("found"),
                expected=params.get("expected"),
            )
        )

    records: list[dict[str, Any]] = []
    items = plan.ledger_items
    try:
        rows = read_rows(path, file, REQUIRED, OPTIONAL)
    except InputError as error:
        raise InputError(*(f.model_copy(update={"plan": plan.id}) for f in error.findings)) from None
    for row in rows:
        cells = row.cells
        if vintage and cells["date"] > vintage and _valid_date(cells["date"]):
            continue
        if cells["item"] not in items:
            wrong("ledger_item", row, found=cells["item"], expected=hint(cells["item"], items, ", "))
        if not _valid_date(cells["date"]):
            wrong("ledger_date", row, found=cells["date"])
        if cells["status"] not in STATUSES:
            wrong("ledger_status", row, found=cells["status"], expected=hint(cells["status"], STATUSES, ", "))
        percent, quantity = _number(cells["percent"], 100), _number(cells["quantity"], None)
        if percent is None:
            wrong("ledger_percent", row, found=cells["percent"])
        if quantity is None:
            wrong("ledger_quantity", row, found=cells["quantity"])
        data_status = cells["data_status"] or "final"
        if data_status not in DATA_STATUSES:
            wrong("ledger_data_status", row, found=data_status, expected=", ".join(DATA_STATUSES))
        if not cells["source"]:
            wrong("ledger_source", row)
        records.append(
            cells
            | {
                "status": STATUSES.get(cells["status"], ""),
                "percent": percent,
                "quantity": quantity,
                "data_status": data_status,
                "file": file,
                "line": row.line,
            }
        )
    if findings:
        raise InputError(*findings)
    return records
