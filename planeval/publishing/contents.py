"""What of an output folder is published: the pages one gets to from its index, and the files that they link to.

So nothing is published by accident: no cache, no record, no file that somebody left in the folder.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

from planeval.publishing.links import Page, lead, read_page

INDEX = "index.html"
# What runs keep for each other; nobody misses it in what is published.
INTERNAL = frozenset(["record.json", "held_back.json", "regions.json"])
# Sites of past days lie within the site of today; each is published by itself.
VINTAGES = "vintages"
# A data package names its files itself.
DESCRIPTOR = "datapackage.json"


@dataclass(frozen=True)
class Broken:
    """A link that leads nowhere: on which page, to what, and what is wrong (a name below ``publishing.broken``)."""

    page: str
    link: str
    wrong: str


@dataclass
class Contents:
    """``files`` to publish, by path in the site's folder, sorted; ``left_out``: those that nothing links to."""

    files: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)


def survey(out: Path, starts: Sequence[str], reserved: Iterable[str] = ()) -> Contents:
    """Follow every link from the pages ``starts`` on; ``reserved`` names cannot be those of files of the site.

    Raises:
        OSError: a file cannot be read.
    """
    there = _files(out)
    taken = frozenset(reserved)
    reached = dict.fromkeys(starts)
    anchors: dict[str, Page] = {}
    later: dict[
        tuple[str, str], Broken
    ] = {}  # (page, anchor) that was not read yet -> what is wrong if it is not there
    found = Contents()
    queue = deque(starts)
    while queue:
        name = queue.popleft()
        page = _read(out, name)
        anchors[name] = replace(page, links=())
        for link in page.links:
            target = lead(link, name)
            if target is None:
                continue
            path, fragment = target.path, target.fragment
            wrong = target.wrong or _wrong(out, path, there, taken)
            if wrong:
                found.broken.append(Broken(name, link, wrong))
                continue
            if path not in reached:
                reached[path] = None
                if _holds_links(path):
                    queue.append(path)
            if not fragment or not _is_page(path):
                continue
            if path not in anchors:
                later.setdefault((path, fragment), Broken(name, link, "anchor"))
            elif not anchors[path].has(fragment):
                found.broken.append(Broken(name, link, "anchor"))
    found.broken += [wrong for (path, fragment), wrong in later.items() if not anchors[path].has(fragment)]
    found.files = sorted(reached)
    found.left_out = sorted(n for n in there - reached.keys() if n.rpartition("/")[2] not in INTERNAL)
    return found


def _wrong(out: Path, path: str, there: Set[str], taken: Set[str]) -> str:
    if path not in there:
        return "folder" if (out / path).is_dir() else "missing"
    return "reserved" if path in taken else ""


def _files(out: Path) -> set[str]:
    """Every file below ``out`` but the hidden ones and those of past days."""
    names: set[str] = set()
    for folder, folders, files in os.walk(out):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if Path(folder) == out:
            folders[:] = [name for name in folders if name != VINTAGES]
        below = os.path.relpath(folder, out).replace(os.sep, "/")
        head = "" if below == "." else f"{below}/"
        names.update(f"{head}{name}" for name in files if not name.startswith("."))
    return names


def _is_page(name: str) -> bool:
    return name.endswith((".html", ".htm"))


def _holds_links(name: str) -> bool:
    return _is_page(name) or name.rpartition("/")[2] == DESCRIPTOR


def _read(out: Path, name: str) -> Page:
    raw = (out / name).read_bytes()
    if _is_page(name):
        return read_page(raw)
    try:
        resources = json.loads(raw)["resources"]
        return Page(tuple(str(resource["path"]) for resource in resources), b"")
    except (ValueError, KeyError, TypeError):
        return Page((), b"")
