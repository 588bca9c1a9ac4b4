"""Whether what a report was made from is still what a data folder holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from planeval.errors import PlanevalError
from planeval.messages import say
from planeval.verify.difference import Difference
from planeval.verify.embedded import Cells, Inputs, inputs_of_plan
from planeval.workbench import open_workspace

# What tells a row of the statistics, and a report of the ledger, from every other.
_ROW, _REPORT = ("variable", "year", "published"), ("item", "date")
# What may differ without the figure being another one.
_IGNORED = frozenset(["file", "line", "superseded", "behind"])


def data_differences(inputs: Inputs, data: Path) -> list[Difference]:
    """Rows of the statistics and of the ledger that are other ones in ``data``, are no longer there, or came later;
    and the plan, the method and the dictionary where they were changed."""
    plan_id = inputs.plan.id
    try:
        workspace = open_workspace(data, plan_id, inputs.vintage)
        now = inputs_of_plan(workspace, workspace.require_plan(plan_id))
    except PlanevalError as error:
        return [Difference(say("verify.data"), (plan_id,), str(error), say("verify.readable"))]
    found = list(_rows(inputs.rows, now.rows, _ROW))
    found += _rows(inputs.ledger or {}, now.ledger or {}, _REPORT)
    for name, before, after in (
        ("plan", inputs.plan, now.plan),
        ("method", inputs.method, now.method),
        ("dictionary", inputs.dictionary, now.dictionary),
    ):
        if before != after:
            told = {"found": say("verify.of_report"), "expected": say("verify.of_data")}
            found.append(Difference(say("verify.data"), (say(f"verify.part.{name}"),), **told))
    return found


def _records(cells: Cells, key: tuple[str, ...]) -> dict[tuple[Any, ...], dict[str, Any]]:
    names = list(cells)
    rows = [dict(zip(names, values, strict=True)) for values in zip(*cells.values(), strict=True)]
    return {(*(row[name] for name in key), _copy(row, rows, key)): row for row in rows}


def _copy(row: dict[str, Any], rows: list[dict[str, Any]], key: tuple[str, ...]) -> int:
    """The how-manieth of rows with one key this is: a day may have several."""
    same = [other for other in rows if all(other[name] == row[name] for name in key)]
    return next(n for n, other in enumerate(same) if other is row)


def _rows(before: Cells, after: Cells, key: tuple[str, ...]) -> Iterator[Difference]:
    there, now = _records(before, key), _records(after, key)
    for each in sorted({*there, *now}, key=str):
        old, new = there.get(each), now.get(each)
        where = (*(str(part) for part in each[:-1] if part != ""), _place(new or old))
        if old is None or new is None:
            found, expected = (None if row is None else _told(row) for row in (old, new))
            yield Difference(say("verify.data"), where, found, expected)
            continue
        changed = [name for name in new if name not in _IGNORED and old.get(name) != new[name]]
        if changed:
            yield Difference(say("verify.data"), where, _told(old, changed), _told(new, changed))


def _place(row: dict[str, Any] | None) -> str:
    return f"{row['file']}:{row['line']}" if row and row.get("line") else ""


def _told(row: dict[str, Any], names: Iterable[str] | None = None) -> str:
    """What a row says, in short."""
    main = ("as_published", "status", "percent", "quantity", "source")
    wanted = names if names is not None else [name for name in main if row.get(name) not in (None, "")]
    return say("report.join").join(str(row.get(name)) for name in wanted)
