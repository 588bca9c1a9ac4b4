"""Files that appear whole or not at all: written beside, then moved into place."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any

from planeval.errors import PlanevalError
from planeval.messages import say

# In a folder that is being prepared: what is new, what was there before, and where it belongs.
_NEW, _OLD, _TARGET = "new", "old", "target"


class PublishError(PlanevalError):
    """The output folder cannot be written to; what lay there before is untouched."""

    @classmethod
    def of(cls, path: Path, error: OSError) -> PublishError:
        """The error about ``path``, in the system's words."""
        return cls(say("publish.failed", folder=path, reason=error.strerror or error))


def write_folder(folder: Path, files: Mapping[str, str | bytes], staging: Path | None = None) -> None:
    """Replace ``folder`` by one that holds exactly ``files`` (name -> content); see `replacing`.

    Raises:
        PublishError: no room, no permission, or another error of the file system.
    """
    with replacing(folder, staging) as new:
        for name, content in files.items():
            (new / name).write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


@contextmanager
def replacing(folder: Path, staging: Path | None = None) -> Iterator[Path]:
    """An empty folder to be filled; it takes the place of ``folder`` when the block ends without an error.

    It lies in ``staging`` (on the same file system; default: beside ``folder``); an error on
    the way leaves the old folder as it was. Whoever reads it meanwhile sees the old one or the new one where the
    system can exchange two folders in one step (Linux); elsewhere there is a moment without it, and when the process
    is killed in that moment `recover` brings the old one back.

    Raises:
        PublishError: no room, no permission, or another error of the file system.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if staging is not None:
            staging.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=staging or folder.parent))
    except OSError as error:
        raise PublishError.of(folder, error) from error
    new, old = work / _NEW, work / _OLD
    try:
        new.mkdir()
        yield new
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(None, say("publish.not_a_folder"))
        if not folder.exists():
            os.rename(new, folder)
        elif not _exchange(new, folder):
            (work / _TARGET).write_text(str(folder.absolute()), encoding="utf-8")
            os.rename(folder, old)
            os.rename(new, folder)
    except OSError as error:
        raise PublishError.of(folder, error) from error
    finally:
        # Whatever stopped us between the two renames, Ctrl-C included: what was published comes back.
        if old.exists() and not folder.exists():
            os.rename(old, folder)
        shutil.rmtree(work, ignore_errors=True)


def recover(staging: Path) -> None:
    """Put right what a process that was killed left in ``staging``: give back what was taken away, remove the rest."""
    for work in sorted(staging.glob(".*")):
        if not work.is_dir():
            work.unlink(missing_ok=True)
            continue
        target = work / _TARGET
        if target.is_file() and (work / _OLD).is_dir():
            folder = Path(target.read_text(encoding="utf-8"))
            if not folder.exists():
                os.rename(work / _OLD, folder)
        shutil.rmtree(work, ignore_errors=True)


@cache
def _renameat2() -> Any:
    """The C library's renameat2, or None where there is none."""
    if sys.platform != "linux":
        return None
    try:
        function = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return None
    function.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    return function


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system or the file system cannot."""
    renameat2, at_working_directory, exchange = _renameat2(), -100, 2
    if renameat2 is None:
        return False
    if (
        renameat2(at_working_directory, os.fsencode(one), at_working_directory, os.fsencode(other), exchange)
        == 0
    ):
        return True
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(code, os.strerror(code))


def write_file(path: Path, content: str | bytes, staging: Path | None = None) -> None:
    """Replace one file, whole or not at all; text is written as UTF-8 with its line ends as they are. ``staging`` as in
    `replacing`.

    Raises:
        PublishError: the file system refuses.
    """
    with replacing_file(path, staging) as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)


@contextmanager
def replacing_file(path: Path, staging: Path | None = None) -> Iterator[IO[bytes]]:
    """A file to be written; it takes the place of ``path`` when the block ends without an error. ``staging`` as in
    `replacing`.

    Raises:
        PublishError: the file system refuses.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if staging is not None:
            staging.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=staging or path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
            os.chmod(name, 0o644)  # mkstemp makes files only their owner may read; a page is for everyone
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise PublishError.of(path, error) from error
