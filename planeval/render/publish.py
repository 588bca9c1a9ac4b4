"""Files that appear whole or not at all: written beside, then renamed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from planeval.errors import PlanevalError
from planeval.messages import say


class PublishError(PlanevalError):
    """The output folder cannot be written to; what lay there before is untouched."""


def write_folder(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Replace ``folder`` by one that holds exactly ``files`` (name -> content).

    Everything is written to a folder beside it first; an error on the way leaves the old folder as it was.

    Raises:
        PublishError: no room, no permission, or another error of the file system.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise PublishError(say("publish.failed", folder=folder, reason=error.strerror or error)) from error
    new, old = staging / "new", staging / "old"
    try:
        new.mkdir()
        for name, content in files.items():
            raw = content.encode("utf-8") if isinstance(content, str) else content
            (new / name).write_bytes(raw)
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(None, say("publish.not_a_folder"))
        if folder.exists():
            os.rename(folder, old)
        os.rename(new, folder)
    except OSError as error:
        raise PublishError(say("publish.failed", folder=folder, reason=error.strerror or error)) from error
    finally:
        # Whatever stopped us between the two renames, Ctrl-C included: what was published comes back.
        if old.exists() and not folder.exists():
            os.rename(old, folder)
        shutil.rmtree(staging, ignore_errors=True)


def write_file(path: Path, text: str) -> None:
    """Replace one file, whole or not at all.

    Raises:
        PublishError: the file system refuses.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            os.chmod(name, 0o644)  # mkstemp makes files only their owner may read; a page is for everyone
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise PublishError(say("publish.failed", folder=path, reason=error.strerror or error)) from error
