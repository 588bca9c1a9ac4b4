"""A PostgreSQL server of its own for the tests: started in a folder of its own, stopped and removed afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

OWNER, OWNER_PASSWORD = "owner", "owner-pässwort"
READER, READER_PASSWORD = "reader", "S3cret@/reader:pw"
DATABASE = "statistics"


@dataclass(frozen=True)
class Server:
    """A server that listens on a port of this machine and on a socket in ``folder``."""

    folder: Path
    port: int

    @property
    def address(self) -> str:
        """Its database, without user and password."""
        return f"postgresql://127.0.0.1:{self.port}/{DATABASE}"

    def connect(self) -> psycopg.Connection:
        """As its owner, who may write."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=OWNER,
            password=OWNER_PASSWORD,
            dbname=DATABASE,
            autocommit=True,
        )

    def do(self, *statements: str) -> None:
        """Carry out statements as the owner."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement)

    def fill(self, table: str, columns: dict[str, str], rows: Sequence[Sequence[object]]) -> None:
        """Make ``table`` anew (column -> its type) with these rows, which the reader may read."""
        typed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        self.do(f'DROP TABLE IF EXISTS "{table}" CASCADE', f'CREATE TABLE "{table}" ({typed})')
        places = ", ".join(["%s"] * len(columns))
        with self.connect() as connection:
            connection.cursor().executemany(f'INSERT INTO "{table}" VALUES ({places})', rows)
        self.do(f'GRANT SELECT ON "{table}" TO {READER}')


def _programs() -> Path:
    """The folder of PostgreSQL's programs: initdb is on nobody's path in Debian."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists():
            return folder
    if sys.platform == "win32":
        pytest.skip("PostgreSQL's programs are not on Windows' path")
    raise AssertionError("PostgreSQL is needed: apt-get install postgresql")


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def running_server() -> Iterator[Server]:
    """A server with an owner, a reader who may only read what he is allowed to, and an empty database."""
    programs = _programs()
    # Not below pytest's own folder, which only its owner may enter; and a path short enough for a socket.
    folder = Path(tempfile.mkdtemp(prefix="planeval-pg-"))
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if root:  # PostgreSQL refuses to be started by root
        shutil.chown(folder, "postgres", "postgres")
    server = Server(folder, _free_port())

    def run(program: str, *words: str, wait: bool = True) -> None:
        command = [*(["runuser", "-u", "postgres", "--"] if root else []), str(programs / program), *words]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=120)

    secret = folder / "password"
    secret.write_text(OWNER_PASSWORD, encoding="utf-8")
    secret.chmod(0o644)
    database = str(folder / "db")
    try:
        run(
            "initdb",
            "-D",
            database,
            "-U",
            OWNER,
            "-A",
            "scram-sha-256",
            f"--pwfile={secret}",
            "-N",
            "-E",
            "UTF8",
            "--locale=C",
        )
        settings = f"-p {server.port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        run("pg_ctl", "-D", database, "-o", settings, "-l", str(folder / "log"), "-w", "start")
        try:
            _set_up(server)
            yield server
        finally:
            run("pg_ctl", "-D", database, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _set_up(server: Server) -> None:
    first = psycopg.connect(
        host=str(server.folder),
        port=server.port,
        user=OWNER,
        password=OWNER_PASSWORD,
        dbname="postgres",
        autocommit=True,
    )
    with first as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}")
        connection.execute(f"CREATE ROLE {READER} LOGIN PASSWORD '{READER_PASSWORD}'")
