"""Which files of the site were made from what, so that only what has changed is made again and nothing is left behind.

A *part* is made at one go: the page of a place, the downloads. Its key stands for everything it depends on. The book
is kept in ``<out>/.planeval/site.json``; without it everything is made again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from planeval.render.publish import replacing_file, write_file

# What writes a file that is too large to be held in memory.
Writer = Callable[[IO[bytes]], None]
Content = str | bytes | Writer


class Parts:
    """The book of one site. ``out`` is the site's folder; paths of files are relative to it."""

    def __init__(self, out: Path, book: Path, staging: Path | None = None) -> None:
        self._out, self._book, self._staging = out, book, staging
        self._known, self._linked, self.complete = _read(book)

    def intact(self) -> bool:
        """Whether everything was made the last time, all of it is there in its size, and so is what it leads to."""
        there = all(map(self._whole, self._known))
        return self.complete and there and all(os.path.exists(f"{self._out}/{path}") for path in self._linked)

    def due(self, part: str, key: str, wanted: Iterable[str] = ()) -> bool:
        """Whether a part has to be made: it was not made from this, or a file of it (or one ``wanted``) is missing."""
        own = self._known.get(part)
        if own is None or own["key"] != key or not own["files"].keys() >= set(wanted):
            return True
        return not self._whole(part)

    def has(self, part: str, path: str) -> bool:
        """Whether the part as it was made last has this file."""
        return path in self._known.get(part, {"files": {}})["files"]

    def expect(self, files: Mapping[str, Iterable[str]]) -> None:
        """Note, before the first of them is written, which files the parts will have: whoever goes on after a run that
        was killed then knows every file that is ours.

        Raises:
            PublishError: the folder cannot be written to.
        """
        self.complete = False
        for part, paths in files.items():
            before = self._known.get(part, {"files": {}})["files"]
            self._known[part] = {"key": "", "files": {**before, **dict.fromkeys(paths, -1)}}
        self._save()

    def write(self, part: str, key: str, files: Mapping[str, Content]) -> None:
        """Write a part that was expected; what it had before and has no longer is removed. A file that is there with the
        same content is left alone.

        Raises:
            PublishError: the folder cannot be written to.
        """
        for path, content in files.items():
            write_changed(self._out / path, content, self._staging)
        for path in self._known[part]["files"].keys() - files.keys():
            self._remove(path)
        sizes = {path: os.stat(self._out / path).st_size for path in files}
        self._known[part] = {"key": key, "files": sizes}

    def keep(self, kind: str, names: Iterable[str]) -> None:
        """Remove the parts called ``kind/...`` that are not among ``names``, with their files."""
        there = {part for part in self._known if part.startswith(f"{kind}/")}
        for part in there - set(names):
            for path in self._known.pop(part)["files"]:
                self._remove(path)

    def close(self, linked: Iterable[str], *, complete: bool) -> None:
        """Leave the book to the next run; ``linked`` are the pages of others, as those of the reports, that ours lead to.

        Raises:
            PublishError: the folder cannot be written to.
        """
        self.complete, self._linked = complete, list(linked)
        self._save()

    def _whole(self, part: str) -> bool:
        try:
            # Thousands of files are asked: plain text is several times faster to put together than a Path.
            return all(
                os.stat(f"{self._out}/{path}").st_size == size
                for path, size in self._known[part]["files"].items()
            )
        except OSError:
            return False

    def _remove(self, path: str) -> None:
        """Remove a file, and the folders it leaves empty."""
        (self._out / path).unlink(missing_ok=True)
        with suppress(OSError):  # there is more in the folder
            for folder in (self._out / path).parents[: path.count("/")]:
                folder.rmdir()

    def _save(self) -> None:
        document = {"complete": self.complete, "linked": self._linked, "parts": self._known}
        write_changed(self._book, json.dumps(document, ensure_ascii=False) + "\n", self._staging)


def write_changed(path: Path, content: Content, staging: Path | None) -> None:
    """Write a file where it is not there already: what has not changed keeps its time stamp.

    Raises:
        PublishError: the folder cannot be written to.
    """
    if callable(content):
        with replacing_file(path, staging) as file:
            content(file)
        return
    raw = content.encode("utf-8") if isinstance(content, str) else content
    with suppress(OSError):
        if path.read_bytes() == raw:
            return
    write_file(path, raw, staging)


def _read(book: Path) -> tuple[dict[str, dict[str, Any]], list[str], bool]:
    """What the book says; nothing where there is none, or none that can be read."""
    try:
        document = json.loads(book.read_bytes())
        parts = {
            str(name): {"key": str(part["key"]), "files": {str(p): int(n) for p, n in part["files"].items()}}
            for name, part in document["parts"].items()
        }
        return parts, [str(path) for path in document["linked"]], document["complete"] is True
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}, [], False
