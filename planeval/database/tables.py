"""Which tables and columns a database has, and the closest name where the one asked for is not among them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from planeval.database.address import Access
from planeval.database.trouble import asking
from planeval.errors import InputError, closest
from planeval.messages import say
from planeval.read.rows import REQUIRED
from planeval.read.sources import Placed, problem

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_MOST_NAMED = 10  # a message that lists hundreds of tables helps nobody


def columns_there(connection: Connection, placed: Placed, access: Access) -> set[str]:
    """The columns of the source's table or view.

    Raises:
        InputError: there is no such schema or table, or a column that is needed or named is missing.
    """
    source, line = placed
    with asking(placed, access):
        names = _DuckdbNames(connection) if connection.dialect.name == "duckdb" else _Names(connection)
        schema = source.schema_name or None
        if schema is not None and schema not in names.schemas():
            hint = _hint(schema, names.schemas())
            raise InputError(problem("schema", line, source=source.name, found=schema, hint=hint))
        if not names.has(schema, source.table):
            hint = _hint(source.table, names.tables(schema))
            raise InputError(problem("table", line, source=source.name, found=source.table, hint=hint))
        there = names.columns(schema, source.table)
    missing = [
        name for name in dict.fromkeys((*REQUIRED, *source.columns)) if source.column(name) not in there
    ]
    if missing:
        raise InputError(
            *(
                problem(
                    "column",
                    line,
                    source=source.name,
                    table=source.table,
                    name=name,
                    found=source.column(name),
                    hint=_hint(source.column(name), there),
                )
                for name in missing
            )
        )
    return there


def _hint(found: str, there: Collection[str]) -> str:
    near = closest(found, there)
    if near:
        return say("read.did_you_mean", name=near)
    if not there:
        return say("database.nothing_there")
    shown = sorted(there)[:_MOST_NAMED] + (["……"] if len(there) > _MOST_NAMED else [])
    return say("read.valid_names", names=say("read.name_join").join(shown))


class _Names:
    """The names in a database, as SQLAlchemy finds them."""

    def __init__(self, connection: Connection) -> None:
        from sqlalchemy import inspect

        self.inspector = inspect(connection)

    def schemas(self) -> set[str]:
        return set(self.inspector.get_schema_names())

    def has(self, schema: str | None, table: str) -> bool:
        return self.inspector.has_table(table, schema=schema)

    def tables(self, schema: str | None) -> set[str]:
        inspector = self.inspector
        return {*inspector.get_table_names(schema=schema), *inspector.get_view_names(schema=schema)}

    def columns(self, schema: str | None, table: str) -> set[str]:
        return {column["name"] for column in self.inspector.get_columns(table, schema=schema)}


class _DuckdbNames(_Names):
    """The names in a DuckDB file. Its SQLAlchemy dialect borrows PostgreSQL's way of asking for columns, which needs catalogues
    that DuckDB has not."""

    def __init__(self, connection: Connection) -> None:
        from sqlalchemy import column, select, table

        names: list[Any] = [column("table_schema"), column("table_name"), column("column_name")]
        query = select(*names).select_from(table("columns", schema="information_schema"))
        self.found = [tuple(row) for row in connection.execute(query)]

    def schemas(self) -> set[str]:
        return {schema for schema, _, _ in self.found}

    def has(self, schema: str | None, table: str) -> bool:
        return table in self.tables(schema)

    def tables(self, schema: str | None) -> set[str]:
        return {table for of, table, _ in self.found if of == (schema or "main")}

    def columns(self, schema: str | None, table: str) -> set[str]:
        return {column for of, name, column in self.found if (of, name) == (schema or "main", table)}
