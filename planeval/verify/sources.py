"""Where reports lie: a page, its folder, a whole site, or a published ZIP file."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from planeval.errors import UsageError, closest
from planeval.messages import say
from planeval.verify.files import CSV, JSON
from planeval.verify.packing import ELEMENT

PAGE = "index.html"
_LARGEST = 64 << 20
# What members of a ZIP file raise that are damaged, locked by a password, or packed in a way nobody knows.
_DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError)
_MARK = f'id="{ELEMENT}"'.encode()


class Published(NamedTuple):
    """A report as it was published; None for a file that is not there. ``problem``: why its files cannot be read."""

    name: str
    page: bytes | None
    evaluation: bytes | None
    table: bytes | None
    problem: str = ""


def reports_at(path: Path) -> Iterator[Published]:
    """Every report at ``path``: an HTML page or ``evaluation.json``, a report's folder, a site's, a ZIP file of one.

    Raises:
        UsageError: there is nothing, or no report.
    """
    if not path.exists():
        near = closest(path.name, (p.name for p in path.parent.iterdir())) if path.parent.is_dir() else None
        hint = say("read.did_you_mean", name=near) if near else ""
        raise UsageError(say("verify.not_found", path=path, hint=hint))
    found = False
    for report in _zipped(path) if zipfile.is_zipfile(path) else _in_folder(path):
        found = True
        yield report
    if not found:
        raise UsageError(say("verify.no_report", path=path))


def _in_folder(path: Path) -> Iterator[Published]:
    if path.is_file():
        page = path if path.suffix.lower() in (".html", ".htm") else path.parent / PAGE
        if path.name not in (page.name, JSON):
            return
        yield _folder(path.parent, path.parent.name, page)
        return
    if _is_report(path):
        yield _folder(path, path.resolve().name, path / PAGE)
        return
    for folder in sorted({p.parent for name in (PAGE, JSON) for p in path.rglob(name)}):
        inside = folder.relative_to(path)
        if not any(part.startswith(".") for part in inside.parts) and _is_report(folder):
            yield _folder(folder, inside.as_posix(), folder / PAGE)


def _is_report(folder: Path) -> bool:
    page = folder / PAGE
    return (folder / JSON).is_file() or (page.is_file() and _MARK in page.read_bytes())


def _folder(folder: Path, name: str, page: Path) -> Published:
    def read(file: Path) -> bytes | None:
        return file.read_bytes() if file.is_file() else None

    try:
        return Published(name, read(page), read(folder / JSON), read(folder / CSV))
    except OSError as error:
        return _unreadable(name, error)


def _unreadable(name: str, error: Exception) -> Published:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return Published(name, None, None, None, say("verify.unreadable", reason=reason))


def _zipped(path: Path) -> Iterator[Published]:
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGED as error:
        yield _unreadable(path.name, error)
        return
    with archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}

        def read(name: str) -> bytes | None:
            return archive.read(name) if sizes.get(name, _LARGEST + 1) <= _LARGEST else None

        for folder in sorted(
            {PurePosixPath(n).parent for n in sizes if PurePosixPath(n).name in (PAGE, JSON)}
        ):
            try:
                page, evaluation = read(str(folder / PAGE)), read(str(folder / JSON))
                if evaluation is None and (page is None or _MARK not in page):
                    continue
                yield Published(folder.as_posix(), page, evaluation, read(str(folder / CSV)))
            except _DAMAGED as error:
                yield _unreadable(folder.as_posix(), error)
