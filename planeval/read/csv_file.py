"""CSV files as text cells: UTF-8 (with or without BOM) or GBK, nothing guessed into a number."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any, NamedTuple

from planeval.errors import InputError, hint
from planeval.messages import has, say
from planeval.model.findings import Finding


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


def decode(raw: bytes, file: str) -> str:
    """Text of ``raw``: UTF-8 first, then GB 18030 (the superset of GBK that Chinese Excel writes).

    Raises:
        InputError: neither fits (for example UTF-16 or a workbook named .csv).
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _problem(file, "csv_encoding", found="UTF-16")
    if raw.startswith(b"PK\x03\x04") or raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise _problem(file, "csv_is_workbook")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise _problem(file, "csv_encoding", found=say("read.unknown_encoding"))


def read_rows(path: Path, file: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> list[Row]:
    """The rows of a CSV file whose header holds ``required`` and possibly ``optional`` columns, in any order.

    Blank lines are passed over. Cells are stripped text; a missing optional column gives "".

    Raises:
        InputError: missing or unreadable file, undecodable text, a missing, unknown or repeated column, a row
            with more or fewer cells than the header.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise _problem(file, "file_missing", key="") from None
    except OSError as error:
        raise _problem(file, "file_unreadable", key="", found=error.strerror or str(error)) from None
    text = decode(raw, file)
    if not text.strip():
        raise _problem(file, "csv_empty", expected=", ".join(required))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1  # where the row begins: a quotation mark left open runs on to the end of the file
    try:
        header = [name.strip() for name in next(reader)]
        _check_header(header, file, required, optional)
        rows: list[Row] = []
        while True:
            line = reader.line_num + 1
            cells = next(reader, None)
            if cells is None:
                return rows
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise _problem(file, "csv_width", line, found=len(cells), expected=len(header))
            values = dict(zip(header, (cell.strip() for cell in cells), strict=True))
            rows.append(Row(line, {name: values.get(name, "") for name in required + optional}))
    except csv.Error as error:
        name = f"read.csv_problem.{error}"
        raise _problem(file, "csv_syntax", line, found=say(name) if has(name) else str(error)) from None


def _check_header(header: list[str], file: str, required: tuple[str, ...], optional: tuple[str, ...]) -> None:
    known = required + optional
    for name in header:
        if name not in known:
            raise _problem(file, "csv_unknown_column", 1, found=name, expected=hint(name, known, ", "))
        if header.count(name) > 1:
            raise _problem(file, "csv_repeated_column", 1, found=name)
    missing = [name for name in required if name not in header]
    if missing:
        raise _problem(file, "csv_missing_column", 1, expected=", ".join(missing), found=", ".join(header))
