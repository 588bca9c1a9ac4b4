"""Several files of the data folder written together: all of them, or none.

Everything that needs room on the disk is done before the first file changes; from then on there are only renames, and
taking them back needs no room either.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from planeval.errors import PlanevalError
from planeval.messages import say


@dataclass(frozen=True)
class Content:
    """What a file will hold. ``replaces``: whether there is a file already; where there is none, none may appear
    meanwhile."""

    path: Path
    content: bytes
    replaces: bool


class NotWritten(PlanevalError):
    """A file could not be written; all others are as they were."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(say("publish.failed", folder=path, reason=reason))
        self.path, self.reason = path, reason


class NotPutBack(PlanevalError):
    """Writing stopped half-way and these files could not be put back; each with where its former content lies (None:
    there was none, the new file must go)."""

    def __init__(self, left: Sequence[tuple[Path, Path | None]]) -> None:
        super().__init__(
            " ".join(
                say("importing.not_put_back", file=path, backup=backup)
                if backup is not None
                else say("importing.not_removed", file=path)
                for path, backup in left
            )
        )
        self.left = left


@dataclass
class _Step:
    """A file on its way: its new content beside it, and what it holds now."""

    target: Content
    new: Path | None = None
    old: Path | None = None


def write_all(contents: Sequence[Content]) -> None:
    """Write the files whole and together.

    Raises:
        NotWritten: the file system refuses, or a file that is to be new has appeared; nothing changed.
        NotPutBack: it refused half-way, and then to put back too.
    """
    steps = [_Step(content) for content in contents]
    path = contents[0].path if contents else Path()
    try:
        for step in steps:
            path = step.target.path
            _prepare(step)
        for step in steps:
            path = step.target.path
            _put(step)
    except BaseException as stop:
        left = _put_back(steps)
        if left:
            raise NotPutBack(left) from stop
        if isinstance(stop, OSError):
            raise NotWritten(path, stop.strerror or str(stop)) from stop
        raise
    finally:
        _clear(steps)


def _prepare(step: _Step) -> None:
    path = step.target.path
    path.parent.mkdir(parents=True, exist_ok=True)
    step.new = _beside(path)
    with step.new.open("wb") as file:
        file.write(step.target.content)
        file.flush()
        os.fsync(file.fileno())
    step.new.chmod(0o644)  # mkstemp makes files only their owner may read; the data are everybody's
    if step.target.replaces:
        step.old = _beside(path)
        step.old.unlink()
        try:
            os.link(path, step.old)
        except OSError:  # a file system without links
            shutil.copy2(path, step.old)


def _beside(path: Path) -> Path:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    os.close(handle)
    return Path(name)


def _put(step: _Step) -> None:
    assert step.new is not None
    if step.target.replaces:
        os.replace(step.new, step.target.path)
        return
    try:
        os.link(step.new, step.target.path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if step.target.path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        os.rename(step.new, step.target.path)


def _put_back(steps: Sequence[_Step]) -> list[tuple[Path, Path | None]]:
    """Undo every step, whatever becomes of the others; what could not be undone."""
    left: list[tuple[Path, Path | None]] = []
    for step in steps:
        path = step.target.path
        try:
            if step.target.replaces:
                if step.old is not None and step.old.exists():
                    os.replace(step.old, path)
            elif step.new is not None and path.exists() and _is_ours(step.new, path):
                path.unlink()
        except OSError:
            left.append((path, step.old))
            step.old = None  # it stays
    return left


def _is_ours(new: Path, path: Path) -> bool:
    """Whether ``path`` is what we made: linked to the new content, or the new content itself, moved."""
    return not new.exists() or new.samefile(path)


def _clear(steps: Sequence[_Step]) -> None:
    for step in steps:
        for leaving in (step.new, step.old):
            if leaving is not None:
                leaving.unlink(missing_ok=True)
