"""The snapshots of the databases that ``sources.yaml`` names: read anew before anything else is, so that all that follows rests
on files. Where there is no ``sources.yaml``, nothing is imported and nothing happens."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planeval.errors import InputError
from planeval.messages import say
from planeval.read.snapshots import SOURCES, snapshot_file

if TYPE_CHECKING:
    from planeval.database.reading import Content
    from planeval.read.sources import Placed

# Set while a command runs that has read the databases of this data folder: its kernels, forks and workers read the files.
_READ = "PLANEVAL_DATABASES_READ"


@contextmanager
def renewed(root: Path, offline: bool = False) -> Iterator[list[str]]:
    """Renew the snapshots of the data folder ``root``; within, nobody does so again. Gives what is to be told.

    Raises:
        InputError: as `renew`.
    """
    told = renew(root, offline)
    before = os.environ.get(_READ)
    os.environ[_READ] = str(root.resolve())
    try:
        yield told
    finally:
        if before is None:
            del os.environ[_READ]
        else:
            os.environ[_READ] = before


def renew(root: Path, offline: bool = False) -> list[str]:
    """Read every source into its snapshot; with ``offline``, make sure that the snapshots are those that were read.

    A file whose content has not changed is left alone. All sources are read before one is written: when a database
    cannot be reached, every snapshot stays. Returns one line a source, for people.

    Raises:
        InputError: ``sources.yaml`` has mistakes; a source cannot be read; with ``offline``, a snapshot is missing or not as
            it was read.
        PublishError: a snapshot cannot be written.
    """
    if not (root / SOURCES).is_file() or os.environ.get(_READ) == str(root.resolve()):
        return []
    from planeval.read.sources import read_sources

    sources = read_sources(root)
    if offline:
        return [_as_it_was_read(root, placed) for placed in sources]
    from planeval.database.reading import read_source

    contents = [(placed.source.name, read_source(placed, root)) for placed in sources]
    return [_write(root, name, content) for name, content in contents]


def _write(root: Path, name: str, content: Content) -> str:
    from planeval.render.publish import write_file

    path, raw = root / snapshot_file(name), content.text.encode("utf-8")
    digest = hashlib.sha256(raw).hexdigest()
    same = path.is_file() and path.read_bytes() == raw
    if not same:
        write_file(path, raw)
    # After it: a run that is killed in between leaves a snapshot that --offline does not believe.
    record = {"read": datetime.now(UTC).isoformat(timespec="seconds"), "sha256": digest, "rows": content.rows}
    write_file(_record(path), json.dumps(record, indent=1) + "\n")
    return say(
        "database.same" if same else "database.renewed",
        source=name,
        rows=content.rows,
        file=snapshot_file(name),
    )


def _record(snapshot: Path) -> Path:
    """Beside a snapshot: when it was last read, its hash and its rows. No input: its ending is none."""
    return snapshot.with_suffix(".json")


def _as_it_was_read(root: Path, placed: Placed) -> str:
    """What is to be told of a snapshot that is used without asking the database."""
    from planeval.read.sources import problem

    source, line = placed
    file = snapshot_file(source.name)
    if not (root / file).is_file():
        raise InputError(problem("no_snapshot", line, source=source.name))
    record = _known(_record(root / file))
    if record.get("sha256") != hashlib.sha256((root / file).read_bytes()).hexdigest():
        raise InputError(problem("snapshot_changed", line, source=source.name, file=file))
    read = datetime.fromisoformat(record["read"])
    days = (datetime.now(UTC) - read).days
    shown = read.astimezone().strftime("%Y-%m-%d %H:%M")
    return say(
        "database.offline",
        source=source.name,
        file=file,
        read=shown,
        age=say("database.days", n=days) if days else say("database.today"),
        sha256=record["sha256"][:12],
    )


def _known(record: Path) -> dict[str, Any]:
    try:
        content = json.loads(record.read_bytes())
        datetime.fromisoformat(content["read"])
        return dict(content)
    except (OSError, ValueError, KeyError, TypeError):
        return {}
