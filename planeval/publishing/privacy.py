"""Nothing of the machine on which a site was made is published: no absolute path.

The parameters of an executed notebook name the folders as they were typed. Where that is an absolute path, what is
published names the folder alone (``data``), and a file of the site as it would be from the folder that holds the site
(``reports/validation/validation.json``). What is left after that is not altered but refused.
"""

from __future__ import annotations

import html
import json
import re
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from functools import cached_property
from io import BytesIO
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import IO, Any
from urllib.parse import quote

from planeval.verify.packing import carried_by

NOTEBOOK = ".ipynb"
PACKED = (".docx", ".xlsx", ".zip")
PAGE = ".html"
BLOCK = 1 << 20
LONGEST = 4096  # of a path
# A path is not within an address (https://host/tmp/) or a name; it may follow a line end as JSON writes it.
_BEFORE = re.compile(rb"(?:\\[nrt]|^|[^\w./\\~%-])\Z")
_AFTER = re.compile(rb"[\w-]")


def portable_notebook(raw: bytes, out: Path) -> bytes:
    """An executed notebook without the absolute paths that its parameters hold; ``raw`` itself if there are none."""
    given = [value for value in _parameters(raw).values() if isinstance(value, str)]
    names = {value: _short(path, out) for value in given if (path := _absolute(value)) is not None}
    for value, name in sorted(names.items(), reverse=True):  # of two that begin alike, the longer first
        new = _in_json(name)
        # In the source of a cell, and in the text of a result, a backslash is written as two.
        for old in {_in_json(value), _in_json(value.replace("\\", "\\\\"))}:
            raw = _replaced(raw, old, new)
    return raw


def _in_json(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False)[1:-1].encode("utf-8")


def _replaced(raw: bytes, old: bytes, new: bytes) -> bytes:
    """``raw`` with each path ``old`` that is no part of a longer name replaced."""
    first, *rest = raw.split(old)
    pieces, before = [first], first
    for after in rest:
        whole = _BEFORE.search(before[-2:]) and not _AFTER.match(after)
        pieces += [new if whole else old, after]
        before = after
    return b"".join(pieces)


def _parameters(raw: bytes) -> dict[str, Any]:
    """What stands in the notebook's metadata, near its end: the rest, a hundred times as much, is not looked at."""
    start = raw.find(b"{", raw.rfind(b'"planeval":'))
    try:
        return dict(json.JSONDecoder().raw_decode(raw[start:].decode("utf-8"))[0]["parameters"])
    except (ValueError, KeyError, TypeError):
        return {}


def _absolute(value: str) -> PurePath | None:
    for kind in (PurePosixPath, PureWindowsPath):
        if kind(value).is_absolute():
            return kind(value)
    return None


def _short(path: PurePath, out: Path) -> str:
    folder = out.resolve()
    for site in (folder, out.absolute()):
        try:
            return f"{folder.name}/{path.relative_to(site).as_posix()}"
        except (ValueError, TypeError):
            continue
    return path.name


class Places:
    """Absolute paths of this machine that could be in a file: the site's folder, the project, home, temporary files."""

    def __init__(self, folders: Iterable[Path]) -> None:
        private = [*folders, Path(tempfile.gettempdir())]
        with suppress(RuntimeError):  # whoever runs this has no home, as in some containers
            private.append(Path.home())
        if sys.prefix != sys.base_prefix:
            private.append(Path(sys.prefix))
        self.folders = [p for folder in private for p in (folder.absolute(), folder.resolve())]

    @cached_property
    def _patterns(self) -> list[tuple[bytes, re.Pattern[bytes]]]:
        found: dict[bytes, re.Pattern[bytes]] = {}
        for folder in self.folders:
            if folder == Path(folder.anchor):
                continue
            # A word such as /root or /tmp may be meant; a path below it hardly.
            end = rb"(?=[/\\])" if len(folder.parts) < 3 else rb"(?![\w-])"
            for text in _spellings(folder):
                needle = text.encode("utf-8")
                # Not within an address (https://host/tmp/), and after a line end as JSON writes it.
                before = rb"(?:file:/{2,3}(?=/)|\\[nrt]|(?<![\w./~%-]))"
                found[needle] = re.compile(before + b"(?:" + re.escape(needle) + b")" + end)
        return list(found.items())

    def first_in(self, raw: bytes) -> str:
        """The first such path in ``raw``; empty when there is none."""
        for needle, pattern in self._patterns:
            if needle in raw and pattern.search(raw):
                return needle.decode("utf-8")
        return ""

    def in_file(self, path: Path) -> str:
        """The same for a file, however large; of Word, Excel and ZIP files for each file that is packed in them, of a
        page also for what it carries packed."""
        with ExitStack() as stack:
            parts: Iterable[IO[bytes]] = [stack.enter_context(path.open("rb"))]
            if path.suffix.lower() == PAGE:
                parts = (*parts, BytesIO(carried_by(path.read_bytes())))
            if path.suffix.lower() in PACKED:
                try:
                    packed = stack.enter_context(zipfile.ZipFile(path))
                except zipfile.BadZipFile:
                    return ""  # another kind of file by that name
                parts = (packed.open(member) for member in packed.infolist() if not member.is_dir())
            return next(filter(None, map(self._in_stream, parts)), "")

    def _in_stream(self, stream: IO[bytes]) -> str:
        with stream:
            return next(filter(None, map(self.first_in, _overlapping(stream))), "")


def _spellings(folder: Path) -> set[str]:
    """A path as it stands in plain text, in a page, in JSON and in an address."""
    plain = {str(folder), folder.as_posix()}
    in_pages = {html.escape(text, quote=marks) for text in plain for marks in (False, True)}
    in_json = {json.dumps(text, ensure_ascii=escaped)[1:-1] for text in plain for escaped in (False, True)}
    return plain | in_pages | in_json | {quote(folder.as_posix())}


def _overlapping(stream: IO[bytes]) -> Iterator[bytes]:
    """Blocks that begin with the end of the one before: no path is cut in two."""
    last = b""
    while block := stream.read(BLOCK):
        yield last + block
        last = block[-LONGEST:]
