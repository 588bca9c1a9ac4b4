"""CSV files as text cells: UTF-8 (with or without BOM) or GBK, nothing guessed into a number."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from planeval.errors import InputError, hint
from planeval.messages import has, say
from planeval.model.findings import Finding
from planeval.read import raw_csv
from planeval.read.raw_csv import Malformed, RawTable


class Row(NamedTuple):
    """One data row: the line of the file it begins on and its cells by column name, stripped."""

    line: int
    cells: dict[str, str]


def _problem(file: str, rule: str, line: int | None = None, **params: Any) -> InputError:
    return InputError(
        Finding(
            rule=rule,
            file=file,
            line=line,
            message=say(f"read.{rule}.message", **params),
            remedy=say(f"read.{rule}.remedy", **params),
            found=str(params["found"]) if "found" in params else None,
            expected=str(params["expected"]) if "expected" in params else None,
        )
    )


def in_words(error: Malformed, file: str) -> InputError:
    """What is wrong with ``file``, for people."""
    params = {
        key: ", ".join(value) if isinstance(value, tuple) else value for key, value in error.params.items()
    }
    if error.rule == "csv_encoding" and params["found"] is None:
        params["found"] = say("read.unknown_encoding")
    elif error.rule == "csv_unknown_column":
        params = {"found": params["found"], "expected": hint(params["found"], error.params["valid"], ", ")}
    elif error.rule == "csv_syntax":
        name = f"read.csv_problem.{params['found']}"
        params["found"] = say(name) if has(name) else params["found"]
    return _problem(file, error.rule, error.line, **params)


def decode(raw: bytes, file: str) -> str:
    """Text of ``raw``, as `planeval.read.raw_csv.decode`.

    Raises:
        InputError: the encoding is unknown.
    """
    try:
        return raw_csv.decode(raw)
    except Malformed as error:
        raise in_words(error, file) from None


def open_table(path: Path, file: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> RawTable:
    """The file as lines and cells.

    Raises:
        InputError: missing or unreadable file, undecodable text.
        Malformed: a missing, unknown or repeated column.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise _problem(file, "file_missing", key="") from None
    except OSError as error:
        raise _problem(file, "file_unreadable", key="", found=error.strerror or str(error)) from None
    return RawTable(decode(raw, file), required, optional)


def read_rows(path: Path, file: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> list[Row]:
    """The rows of a CSV file whose header holds ``required`` and possibly ``optional`` columns, in any order.

    Blank lines are passed over. Cells are stripped text; a missing optional column gives "".

    Raises:
        InputError: missing or unreadable file, undecodable text, a missing, unknown or repeated column, a row
            with more or fewer cells than the header.
    """
    try:
        table = open_table(path, file, required, optional)
        return [Row(line, named(cells, table.columns, required + optional)) for line, cells in table]
    except Malformed as error:
        raise in_words(error, file) from None


def named(cells: list[str], columns: list[str], names: tuple[str, ...]) -> dict[str, str]:
    """The cells of a row by name, stripped; "" for one of ``names`` that is none of ``columns``."""
    values = dict(zip(columns, map(str.strip, cells), strict=True))
    for name in names:
        values.setdefault(name, "")
    return values
