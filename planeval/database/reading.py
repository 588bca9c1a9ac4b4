"""A table of observations, read as it was at one moment: the lines of a CSV file in a fixed order."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from planeval.database.address import Access, access_to
from planeval.database.cells import Cell, NoText, cell, single
from planeval.database.tables import columns_there
from planeval.database.trouble import connecting, importing, streaming, unreadable
from planeval.read.rows import OPTIONAL, REQUIRED
from planeval.read.sources import Placed

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, CursorResult

# What the rows are ordered by comes first, so that the order of the lines is the order of the rows: the same whatever
# the database's own collation.
ORDER = ("region_code", "year", "variable", "published")
_AT_ONCE = 2000  # rows: more at a time is no faster


class Content(NamedTuple):
    """A snapshot as text, and how many rows it holds."""

    text: str
    rows: int


def read_source(placed: Placed, root: Path) -> Content:
    """Everything in a source's table, as a file of observations.

    One transaction, read only where the database knows such, sees one state of the table; the rows come in portions, so
    that only their text is in memory.

    Raises:
        InputError: the database, the table or a column cannot be reached or used, or the line was lost on the way; no
            message holds the user or the password.
    """
    with importing(placed):
        access = access_to(placed, root)
    with _connection(placed, access) as connection:
        there = columns_there(connection, placed, access)
        names = [name for name in _ordered() if name in REQUIRED or placed.source.column(name) in there]
        lines: list[str] = []
        writer = csv.writer(_Lines(lines), lineterminator="\n")
        with streaming(placed, access, lines):
            result = connection.execution_options(yield_per=_AT_ONCE).execute(_select(placed, names))
            forms = _forms(connection, result)
            for portion in result.partitions():
                writer.writerows(_texts(placed, names, forms, portion))
        lines.sort()
        return Content("".join([",".join(names) + "\n", *lines]), len(lines))


def _ordered() -> tuple[str, ...]:
    return ORDER + tuple(name for name in REQUIRED + OPTIONAL if name not in ORDER)


class _Lines:
    """Where csv writes: a list of its lines."""

    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


@contextmanager
def _connection(placed: Placed, access: Access) -> Iterator[Connection]:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    with importing(placed):
        engine = create_engine(
            access.url, poolclass=NullPool, connect_args=access.arguments, hide_parameters=True
        )
    with connecting(placed, access):
        connection = engine.connect()
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        connection.begin()
    try:
        yield connection
    finally:
        # A line that was lost is closed all the same, and what went wrong before must not be hidden by this.
        connection.invalidate() if connection.invalidated else connection.close()


def _select(placed: Placed, names: Sequence[str]) -> Any:
    """SELECT of these columns alone; every name is quoted as it is written."""
    from sqlalchemy import column, select, table
    from sqlalchemy.sql import quoted_name

    source = placed.source
    columns: list[Any] = [
        column(quoted_name(source.column(name), True)).label(f"c{i}") for i, name in enumerate(names)
    ]
    schema = quoted_name(source.schema_name, True) if source.schema_name else None
    return select(*columns).select_from(table(quoted_name(source.table, True), schema=schema))


def _forms(connection: Connection, result: CursorResult[Any]) -> list[Cell]:
    """How the cells of each column become text."""
    width = len(result.keys())
    if connection.dialect.name != "duckdb":  # others hand over the number that the database shows
        return [cell] * width
    described = result.cursor.description if result.cursor is not None else []
    return [single if str(column[1]) == "FLOAT" else cell for column in described] or [cell] * width


def _texts(
    placed: Placed, names: Sequence[str], forms: Sequence[Cell], portion: Sequence[Any]
) -> Iterator[list[str]]:
    for row in portion:
        texts = []
        for name, form, value in zip(names, forms, row, strict=True):
            try:
                texts.append(form(value))
            except NoText as error:
                key = [str(v) for n, v in zip(names, row, strict=True) if n in ORDER and n != name]
                raise unreadable(placed, placed.source.column(name), str(error), key) from None
        yield texts
