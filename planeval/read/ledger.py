"""The progress ledger of a plan: what was reported about tasks, projects, milestones and quantities."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

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


def read_ledger(path: Path, file: str, plan: Plan) -> pd.DataFrame:
    """One row for each report, in file order.

    Columns: item, date ("2023-12-31"), status, percent (0-100, NaN where not given), quantity (NaN where not
    given), evidence, source, data_status, file, line.

    Raises:
        InputError: with one finding for each mistake (unknown item or status, a date or number that is none).
    """
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
    try:
        rows = read_rows(path, file, REQUIRED, OPTIONAL)
    except InputError as error:
        raise InputError(*(f.model_copy(update={"plan": plan.id}) for f in error.findings)) from None
    for row in rows:
        cells = row.cells
        if cells["item"] not in plan.ledger_items:
            wrong(
                "ledger_item", row, found=cells["item"], expected=hint(cells["item"], plan.ledger_items, ", ")
            )
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
    return pd.DataFrame(records, columns=COLUMNS)
