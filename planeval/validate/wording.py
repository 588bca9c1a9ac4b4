"""From a failing row to a finding: a whole sentence with place, year, value found and value expected."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pandas as pd

from planeval.errors import closest
from planeval.messages import has, say
from planeval.messages.units import as_published, unit_after
from planeval.model.findings import Finding
from planeval.read.units import UNITS
from planeval.validate.columns import KEY
from planeval.validate.frames import Frames
from planeval.validate.suites import Expectation, Suite, problem

_SYMBOLS = frozenset(UNITS)


class Shown:
    """A cell as templates see it: ``{x}`` plain, ``{x:short}`` to five significant digits, ``{x:percent}``, or any
    number format; a missing cell says that it is missing."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __format__(self, spec: str) -> str:
        value = self.value
        if isinstance(value, list | tuple):
            return say("validation.list_join").join(str(v) for v in value)
        if value is None or value is pd.NA or value != value:
            return say("validation.missing")
        if isinstance(value, bool) or not isinstance(value, int | float):
            return str(value)
        if spec == "short":
            return plain(value, 5)
        if spec == "percent":
            return f"{plain(round(100 * value, 2))}%"
        return format(value, spec) if spec else plain(value)


def plain(value: float, digits: int = 10) -> str:
    """A number without exponent or trailing zeros, to so many significant digits: 290554, 0.0043, 2069.86."""
    text = format(Decimal(f"{value:.{digits}g}"), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def findings_of(
    expectation: Expectation, suite: Suite, rows: list[int], frames: Frames, parameters: dict[str, Any]
) -> list[tuple[int, Finding]]:
    """(row, finding) for each failing row, or for each group of rows where the expectation says ``once_per``."""
    if not rows:
        return []
    frame = frames.named()[suite.meta.frame]
    failing = frame.loc[frame["row"].isin(rows)]
    # Plain objects: records of nullable columns would otherwise turn years into floats.
    records: list[dict[str, Any]] = failing.astype(object).to_dict("records")  # type: ignore[assignment]
    groups: Iterable[list[dict[str, Any]]] = [[record] for record in records]
    if expectation.meta.once_per:
        by_key: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
        for record in records:
            by_key.setdefault(tuple(record[c] for c in expectation.meta.once_per), []).append(record)
        groups = by_key.values()
    sources = _Sources(frames, expectation, records)
    return [_finding(expectation, suite, group, sources, frames.labels, parameters) for group in groups]


class _Sources:
    """File and line of the value a row of a derived frame is about."""

    def __init__(self, frames: Frames, expectation: Expectation, records: list[dict[str, Any]]) -> None:
        self.variable = expectation.meta.variable
        # A recomputed rate stands in no row of its own; its numerator does.
        self.columns = (
            ("numerator", "variable") if "recomputed" in expectation.columns else ("variable", "numerator")
        )
        self.index: dict[tuple[Any, ...], tuple[str, int]] = {}
        if records and not _is_text(records[0].get("file")):
            latest = frames.latest[frames.latest["region_code"].isin([r["region_code"] for r in records])]
            columns = (latest[name] for name in (*KEY, "file", "line", "behind"))
            for code, year, variable, file, line, behind in zip(*columns, strict=True):
                self.index[(code, int(year), variable)] = _first_row(str(file), int(line), behind)

    def of(self, record: dict[str, Any]) -> tuple[str | None, int | None]:
        if _is_text(record.get("file")):
            return record["file"], int(record["line"])
        for variable in (self.variable, *(record.get(column) for column in self.columns)):
            key = (record["region_code"], record["year"], variable)
            if key in self.index:
                return self.index[key]
        return None, None


def _first_row(file: str, line: int, behind: tuple[str, ...] | None) -> tuple[str, int]:
    """Where a figure stands; a derived one, which stands in no file, by the first of the rows behind it."""
    if not behind:
        return file, line
    name, _, lines = behind[0].rpartition(":")
    return name, int(lines.partition("-")[0])


def _published(column: Any, value: Any) -> Any:
    """A cell; of the column of published figures in words of the language."""
    return as_published(value, _SYMBOLS) if column == "as_published" and isinstance(value, str) else value


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _finding(
    expectation: Expectation,
    suite: Suite,
    group: list[dict[str, Any]],
    sources: _Sources,
    labels: dict[str, tuple[str, str]],
    parameters: dict[str, Any],
) -> tuple[int, Finding]:
    first = group[0]
    name = expectation.message
    file, line = sources.of(first)
    variable = expectation.meta.variable or first.get("variable")
    label, unit = labels.get(variable, (variable, "")) if isinstance(variable, str) else (None, "")
    shown: dict[str, Any] = {"variable_name": Shown(label)}
    shown |= {str(key): Shown(_published(key, value)) for key, value in first.items()}
    own_unit = first.get("unit", unit)
    shown["unit"] = unit_after(own_unit) if isinstance(own_unit, str) else Shown(own_unit)
    shown["min"] = Shown(expectation.resolved("min_value", parameters))
    shown["max"] = Shown(expectation.resolved("max_value", parameters))
    column = expectation.columns[0]
    shown["actual"] = Shown(first[column])
    shown["variables"] = Shown(list(dict.fromkeys(r["variable_name"] for r in group if "variable_name" in r)))
    shown["column"] = say(f"validation.columns.{column}") if has(f"validation.columns.{column}") else column
    valid = expectation.resolved("value_set", parameters)
    if valid is not None:
        near = closest(str(first[column]), valid)
        shown["closest"] = (
            say("validation.did_you_mean", name=near) if near else say("validation.nothing_near")
        )
    where = [sources.of(record) for record in group]
    shown["lines"] = Shown([f"{f}:{n}" for f, n in where if f is not None])
    shown["published_values"] = Shown([_published("as_published", r.get("as_published")) for r in group])

    def text(part: str) -> str:
        try:
            return say(f"validation.messages.{name}.{part}", **shown)
        except KeyError as error:
            raise problem("bad_wording", suite.file, found=f"{name}.{part}", name=error.args[0]) from None

    found, expected = text("found"), text("expected")
    shown |= {"found": found, "expected": expected}
    year = first.get("year")
    finding = Finding(
        rule=expectation.meta.rule,
        severity=expectation.severity,
        message=text("message"),
        remedy=text("remedy"),
        region_code=first["region_code"] if _is_text(first["region_code"]) else None,
        year=int(year) if year is not None and year is not pd.NA and year == year else None,
        variable=variable if _is_text(variable) else None,
        found=found,
        expected=expected,
        file=file,
        line=line,
    )
    return int(first["row"]), finding
