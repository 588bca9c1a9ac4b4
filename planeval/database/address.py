"""How a database is reached: its address, user and password from the environment, nothing that could write."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from planeval.errors import InputError
from planeval.read.sources import Placed, problem

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

# Upper case only: a password that somebody writes where its variable's name belongs is not repeated by a message.
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
_SECRET = re.compile(r"passw(?:or)?d|pwd|secret|token", re.IGNORECASE)
# Databases that are a file: no host, no user.
EMBEDDED = ("sqlite", "duckdb")
# Seconds. Without them a host that swallows packets holds a run for minutes, and a line that is cut for hours.
_PATIENCE = {"connect_timeout": 10, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}


class Access(NamedTuple):
    """``url``: with user and password. ``arguments``: for the driver. ``where``: the address for people. ``secrets``: what
    must appear nowhere. ``password_set``: whether there is a password at all."""

    url: URL
    arguments: dict[str, Any]
    where: str
    secrets: tuple[str, ...]
    password_set: bool


def access_to(placed: Placed, root: Path) -> Access:
    """How to reach a source; the file of an embedded database is named as seen from the data folder ``root``.

    Raises:
        InputError: there is no such address, or a password stands in the file.
    """
    url = _parsed(placed)
    backend = url.get_backend_name()
    if backend in EMBEDDED:
        return _embedded(placed, url, root)
    source = placed.source
    user = url.username or _variable(placed, source.user_env)
    password = url.password or _variable(placed, source.password_env)
    url = url.set(username=user or None, password=password or None)
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    libpq = url.drivername in ("postgresql+psycopg", "postgresql+psycopg2")
    arguments = {k: v for k, v in _PATIENCE.items() if k not in url.query} if libpq else {}
    host = f"{url.host or ''}{f':{url.port}' if url.port else ''}"
    hidden = [str(value) for key, value in url.query.items() if _SECRET.search(key)]
    secrets = [str(secret) for secret in (password, *hidden) if secret]
    return Access(url, arguments, f"{backend}://{host}/{url.database or ''}", tuple(secrets), bool(password))


def _parsed(placed: Placed) -> URL:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    source, line = placed
    text = source.address or _variable(placed, source.address_env)
    if not text:
        raise InputError(problem("address_not_set", line, source=source.name, variable=source.address_env))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # its text may hold the address, and that a password
        raise InputError(problem("bad_address", line, source=source.name)) from None
    inside = any(_SECRET.search(key) or _SECRET.search(str(value)) for key, value in url.query.items())
    if source.address and (url.password or inside):
        raise InputError(problem("password_in_file", line))
    return url


def _variable(placed: Placed, name: str) -> str:
    """The value of an environment variable; "" where it is not set."""
    if not _VARIABLE.fullmatch(name):
        raise InputError(problem("bad_variable", placed.line, source=placed.source.name))
    return os.environ.get(name, "")


def _embedded(placed: Placed, url: URL, root: Path) -> Access:
    named = url.database or ""
    if named in ("", ":memory:"):
        raise InputError(
            problem("no_file", placed.line, source=placed.source.name, backend=url.get_backend_name())
        )
    path = (root / named).absolute()
    if not path.is_file():
        raise InputError(problem("file_missing", placed.line, source=placed.source.name, path=path))
    if url.get_backend_name() == "sqlite":
        url = url.set(database=path.as_uri(), query={"mode": "ro", "uri": "true"})
        return Access(url, {}, str(path), (), False)
    return Access(url.set(database=str(path)), {"read_only": True}, str(path), (), False)
