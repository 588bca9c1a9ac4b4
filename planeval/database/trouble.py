"""What goes wrong with a database, said so that it can be mended: never with the user or the password in it.

Errors of drivers are replaced, not chained: their text and their traceback may hold the address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Sized
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from planeval.errors import InputError
from planeval.messages import say
from planeval.read.sources import Placed, problem

if TYPE_CHECKING:
    from planeval.database.address import Access

# The schemes that planeval's own extra brings a driver for, and the packages it brings.
_SCHEMES = ("postgresql", "sqlite", "duckdb")
_EXTRA = ("sqlalchemy", "psycopg", "duckdb", "duckdb_engine")
_DENIED = "42501"  # SQLSTATE insufficient_privilege
# PostgreSQL gives no SQLSTATE for a connection it refuses, only words: in English or, by its own setting, in Chinese.
_REFUSED = re.compile(
    r"authentication failed|no password supplied|pg_hba\.conf|role .* does not exist|认证失败|角色.*不存在",
    re.DOTALL,
)
_NO_DATABASE = re.compile(r"database .* does not exist|数据库.*不存在", re.DOTALL)


@contextmanager
def importing(placed: Placed) -> Iterator[None]:
    """Where SQLAlchemy and the driver are imported."""
    try:
        yield
    except ImportError as error:
        module = (error.name or str(error)).partition(".")[0]
        raise InputError(_no_driver(placed, module)) from None
    except Exception as error:
        name = type(error).__name__
        if name != "NoSuchModuleError":
            raise
        scheme = re.sub(r".*[:.]", "", str(error))
        found = _no_driver(placed, "duckdb_engine") if scheme == "duckdb" else _no_scheme(placed, scheme)
        raise InputError(found) from None


def _no_driver(placed: Placed, module: str) -> Any:
    rule = "no_driver" if module in _EXTRA else "other_driver"
    return problem(rule, placed.line, source=placed.source.name, module=module)


def _no_scheme(placed: Placed, scheme: str) -> Any:
    from planeval.errors import hint

    return problem(
        "scheme", placed.line, source=placed.source.name, found=scheme, hint=hint(scheme, _SCHEMES)
    )


@contextmanager
def connecting(placed: Placed, access: Access) -> Iterator[None]:
    """Where the connection is opened."""
    with _replaced(placed, access, "unreachable"):
        yield


@contextmanager
def asking(placed: Placed, access: Access) -> Iterator[None]:
    """Where the database is asked what there is."""
    with _replaced(placed, access, "failed"):
        yield


@contextmanager
def streaming(placed: Placed, access: Access, lines: Sized) -> Iterator[None]:
    """Where rows come in; ``lines`` are those that have."""
    with _replaced(placed, access, "failed", lines):
        yield


@contextmanager
def _replaced(placed: Placed, access: Access, otherwise: str, lines: Sized = ()) -> Iterator[None]:
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    found = None
    try:
        yield
    except DBAPIError as error:
        found = _explained(placed, access, error, otherwise, lines)
    except (SQLAlchemyError, OSError, ValueError) as error:
        found = _about(placed, access, otherwise, error)
    if found is not None:
        raise InputError(found) from None


def _explained(placed: Placed, access: Access, error: Any, otherwise: str, lines: Sized) -> Any:
    words, source = str(error.orig), placed.source
    if otherwise == "unreachable" and _NO_DATABASE.search(words):
        return problem("no_database", placed.line, source=source.name, where=access.where)
    if otherwise == "unreachable" and _REFUSED.search(words):
        rule = "refused" if access.password_set else "no_password"
        names = {"user": source.user_env, "password": source.password_env}
        return problem(rule, placed.line, source=source.name, where=access.where, **names)
    if getattr(error.orig, "sqlstate", None) == _DENIED:
        return problem("denied", placed.line, source=source.name, table=source.table)
    if error.connection_invalidated:
        return problem("lost", placed.line, source=source.name, where=access.where, rows=len(lines))
    return _about(placed, access, otherwise, error.orig)


def _about(placed: Placed, access: Access, rule: str, error: BaseException) -> Any:
    reason = without_secrets(" ".join(str(error).split()), access.secrets)
    return problem(rule, placed.line, source=placed.source.name, where=access.where, reason=reason)


def without_secrets(text: str, secrets: Sequence[str]) -> str:
    """``text`` with every secret in it blotted out, as written and as an address would write it."""
    from urllib.parse import quote, quote_plus

    forms = {form for secret in secrets for form in (secret, quote(secret, safe=""), quote_plus(secret))}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, say("database.secret"))
    return text


def unreadable(placed: Placed, column: str, found: str, key: Sequence[str]) -> InputError:
    """The error about a value that no cell can hold, in the row of that key."""
    row = say("read.name_join").join(key)
    return InputError(
        problem("type", placed.line, source=placed.source.name, column=column, found=found, row=row)
    )
