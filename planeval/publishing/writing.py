"""Writing the published site: a folder or a ZIP file, with a list of what is in it and a checksum for each file.

Either is made ready beside its place and takes it in one step; what was there before stays until then.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import planeval
from planeval.publishing.privacy import BLOCK, NOTEBOOK, portable_notebook
from planeval.render.publish import replacing, replacing_file

MANIFEST, SUMS, NO_JEKYLL = "manifest.json", "SHA256SUMS", ".nojekyll"
OWN_FILES = (MANIFEST, SUMS, NO_JEKYLL)
GENERATOR = "planeval"
ZIP = ".zip"
# Of these nothing is gained by packing them once more.
_PACKED = frozenset([".docx", ".xlsx", ".zip", ".pdf", ".png", ".jpg", ".gz"])
# A ZIP file has no other moment: the same site gives the same bytes.
_MOMENT = (1980, 1, 1, 0, 0, 0)
# Gives the place to write the file of that name and size (bytes) to.
Open = Callable[[str, int], IO[bytes]]


@dataclass(frozen=True)
class Written:
    """A file of the published site: its path, size in bytes and SHA-256."""

    path: str
    bytes: int
    sha256: str


def write_site(
    out: Path, files: Sequence[str], target: Path, staging: Path, held_back: Sequence[str]
) -> list[Written]:
    """Write ``files`` of ``out`` to ``target`` (a folder, or a ``.zip`` file), with `MANIFEST`, `SUMS` and `NO_JEKYLL`;
    ``held_back`` are the reports that were not renewed. ``staging`` lies on the same file system. Returns all that
    the checksums list.

    Raises:
        PublishError: the file system refuses; ``target`` is as it was.
    """
    into = _zip_file if is_zip(target) else _folder
    with into(target, staging) as create:
        written = [_copy(name, _content(out, name), create) for name in files]
        written.append(_copy(NO_JEKYLL, [b""], create))
        written.append(_copy(MANIFEST, [_manifest(written, held_back)], create))
        _copy(SUMS, [_sums(written)], create)
    return written


def is_zip(target: Path) -> bool:
    """Whether the site is to become one file."""
    return target.suffix.lower() == ZIP


def files_of(target: Path) -> set[str] | None:
    """What the manifest in a published site lists, and what `write_site` adds; None where it is not one."""
    try:
        if is_zip(target):
            with zipfile.ZipFile(target) as archive:
                manifest = json.loads(archive.read(MANIFEST))
        else:
            manifest = json.loads((target / MANIFEST).read_bytes())
        if manifest["generator"] != GENERATOR:
            return None
        return {str(entry["path"]) for entry in manifest["files"]} | set(OWN_FILES)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return None


def _manifest(written: Sequence[Written], held_back: Sequence[str]) -> bytes:
    content = {
        "generator": GENERATOR,
        "version": planeval.__version__,
        "held_back": list(held_back),
        "files": [asdict(file) for file in sorted(written, key=lambda file: file.path)],
    }
    return f"{json.dumps(content, ensure_ascii=False, indent=1)}\n".encode()


def _sums(written: Sequence[Written]) -> bytes:
    """What ``sha256sum -c`` reads."""
    return "".join(f"{f.sha256}  {f.path}\n" for f in sorted(written, key=lambda f: f.path)).encode()


def _content(out: Path, name: str) -> Iterator[bytes]:
    with (out / name).open("rb") as file:
        if name.endswith(NOTEBOOK):
            yield portable_notebook(file.read(), out)
            return
        while block := file.read(BLOCK):
            yield block


def _copy(name: str, content: Any, create: Open) -> Written:
    digest, size = hashlib.sha256(), 0
    content = iter(content)
    first = next(content, b"")
    # Only a file of many blocks can be so large that a ZIP file must be told beforehand.
    with create(name, len(first)) as file:
        while first:
            digest.update(first)
            size += len(first)
            file.write(first)
            first = next(content, b"")
    return Written(name, size, digest.hexdigest())


@contextmanager
def _folder(target: Path, staging: Path) -> Iterator[Open]:
    with replacing(target, staging) as new:
        made: set[str] = set()

        def create(name: str, size: int) -> IO[bytes]:
            folder = os.path.dirname(name)
            if folder not in made:
                os.makedirs(new / folder, exist_ok=True)
                made.add(folder)
            return open(new / name, "xb")

        yield create


@contextmanager
def _zip_file(target: Path, staging: Path) -> Iterator[Open]:
    with replacing_file(target, staging) as file, zipfile.ZipFile(file, "w") as archive:

        def create(name: str, size: int) -> IO[bytes]:
            entry = zipfile.ZipInfo(name, _MOMENT)
            packed = os.path.splitext(name)[1].lower() in _PACKED
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is made
            entry.external_attr = 0o100644 << 16
            return archive.open(entry, "w", force_zip64=size >= BLOCK)

        yield create
