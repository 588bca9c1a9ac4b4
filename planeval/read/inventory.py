"""What the input files are and which places they speak of, told without reading a value: the standard library alone.

Whoever wants to know whether anything changed asks here first, before pandas, pydantic or a YAML reader is imported.
A file is hashed, a file of statistics also split by place; with a cache, only the files that changed are.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planeval.read import accident_files, raw_csv, rows, snapshots
from planeval.read import vintage as vintage_rules
from planeval.read.accident_files import FOLDER, told_apart, with_both_files
from planeval.read.collector import no_collection
from planeval.read.project import project_root
from planeval.read.raw_csv import Malformed, RawTable
from planeval.read.rows import (
    ACCIDENT,
    ACCIDENT_OPTIONAL,
    ANYBODY,
    CARRYING_ON,
    OPTIONAL,
    REGION,
    REGION_CHANGE,
    REGION_CHANGE_OPTIONAL,
    REGION_OPTIONAL,
    REQUIRED,
    codes_in,
    place_concerned,
)
from planeval.read.snapshots import SOURCES, declared_in, left_over
from planeval.read.vintage import is_published, published_after

# Inputs, by where they lie: in the data folder itself, and in the folders right below it.
_AT_TOP = (".yaml", ".csv", ".json")
_BELOW = (".yaml", ".csv")
# Tables that somebody may have put beside the CSV files of statistics and that are not read.
_OF_TABLES = ("observations", "accidents")
OTHER_TABLES = frozenset({".csv", ".xls", ".xlsx", ".et", ".tsv", ".txt"})
_REGION = re.compile(
    rb"""^region_code:[ \t]+(["']?)([0-9]{6})\1[ \t]*(?:[ \t]#[^\r\n]*)?\r?$""", re.MULTILINE
)
_TITLE, _TITLE_EN = (
    re.compile(rb"""^%s:[ \t]+(["']?)([^"'\\#\r\n]+?)\1[ \t]*\r?$""" % key, re.MULTILINE)
    for key in (b"title", b"title_en")
)
# Stands among the files for the day until which publications count: what is made of them depends on it as well.
VINTAGE = "--vintage"
_LIKE_A_PLAN = re.compile(r"\.y.*ml$")
# How long a file must have been left alone before its time and size can vouch for its content.
_SETTLED = 2_000_000_000  # nanoseconds


@dataclass(frozen=True)
class PlanFile:
    """A plan's file as far as a cheap look tells: ``region_code`` None and the titles "" where it does not."""

    file: str
    region_code: str | None
    title: str = ""
    title_en: str = ""


@dataclass(frozen=True)
class Inventory:
    """The input files of a data folder.

    ``files``: name below the data folder -> SHA-256, of every input that can be opened. ``plans``: plan id -> its
    file. ``places``: region code -> {file of statistics: SHA-256 over the header and the place's rows as written, with
    their line numbers}; rows whose place cannot be told, and files from which none can, stand under ``"*"``, and a
    file that cannot be read as a table stands, whole, under each registered code in it. ``rows``: rows of statistics.

    ``parents``: registered code -> the code it lies in ("" for none). ``behind``: code -> the places its figures may be
    derived from (its parts, those it was made from). ``vintage``: what was published later is not there. ``newest``: the latest year in which any row
    was published. ``names``: files that matter by their names alone (plans and tables that are not read). ``stamps``:
    each file's status (size, times, inode).
    """

    root: Path
    files: dict[str, str]
    plans: dict[str, PlanFile]
    places: dict[str, dict[str, str]]
    rows: int
    parents: dict[str, str] = field(default_factory=dict)
    behind: dict[str, tuple[str, ...]] = field(default_factory=dict)
    newest: int | None = None
    names: tuple[str, ...] = ()
    stamps: dict[str, list[int]] = field(default_factory=dict, compare=False)
    vintage: str = ""

    def touched(self) -> list[str]:
        """Files that are other than they were when this inventory was taken, as far as their status tells: changed,
        even if changed back, added or removed."""
        now = {name: _status(status) for name, _, status in input_files(self.root)}
        return sorted(name for name in {*now, *self.stamps} if now.get(name) != self.stamps.get(name))

    def rows_of(self, code: str) -> dict[str, str]:
        """Everything in the statistics that the place ``code`` depends on: file -> digest; the rows of places behind it
        stand under ``"<file> <code>"``, those that could be anybody's under ``"<file> *"``."""
        anybody = {f"{file} {ANYBODY}": digest for file, digest in self.places.get(ANYBODY, {}).items()}
        return {**(self.figures_of(code) if code != ANYBODY else {}), **anybody}

    def figures_of(self, code: str) -> dict[str, str]:
        """The rows of a place and of those behind it: file -> digest, of others ``"<file> <code>"``."""
        others = {
            f"{file} {other}": digest
            for other in self.behind.get(code, ())
            for file, digest in self.places.get(other, {}).items()
        }
        return {**self.places.get(code, {}), **others} if others else self.places.get(code, {})

    def with_behind(self, codes: Collection[str]) -> set[str]:
        """``codes`` and every place their figures may be derived from."""
        return {*codes}.union(*(self.behind.get(code, ()) for code in codes))

    def plans_of(self, code: str) -> list[str]:
        """Ids of the plans of the place ``code``; for ``"*"`` those whose place cannot be told."""
        return self._plans_by_place().get(code, [])

    def _plans_by_place(self) -> dict[str, list[str]]:
        known: dict[str, list[str]] | None = self.__dict__.get("_by_place")
        if known is None:
            known = {}
            for plan_id, plan in self.plans.items():
                known.setdefault(plan.region_code or ANYBODY, []).append(plan_id)
            self.__dict__["_by_place"] = known
        return known


def take_inventory(root: Path, cache: Path | None = None, vintage: str = "") -> Inventory:
    """Look at every input file below ``root``; a folder that is missing gives an empty inventory.

    ``cache`` is a JSON file of this module's own: what it remembers about a file is taken over while size, times and
    inode are what they were. One that is damaged, or of another folder or version, is made anew. It is written whole
    or not at all, and not at all where that is not possible: the next inventory takes longer, that is all.
    ``vintage``: of what was published until that day (`planeval.read.vintage`).
    """
    root = Path(root)
    # Taken before the first file is looked at: what is written from now on is younger than this inventory.
    taken = time.time_ns()
    remembered = _Cache.read(cache, root)
    seen: dict[str, _Seen] = {}
    looked = 0
    for name, path, status in input_files(root):
        known = remembered.entry(name, status)
        looked += known is None
        seen[name] = known or _look(name, path, status)
    if cache is not None and (looked or len(seen) != len(remembered.entries)):
        _Cache(taken, seen).write(cache, root)
    return _assemble(root, seen, vintage)


def input_files(root: Path) -> Iterator[tuple[str, Path, os.stat_result]]:
    """Every input file below ``root``, by name: (name below the folder, path, status); those too that are not read and
    are only noticed, because what is said of them depends on their being there."""
    found = [*_files_in(root, "", _AT_TOP)]
    for folder in _entries(root):
        with contextlib.suppress(OSError):
            if folder.is_dir():
                found += _files_in(root / folder.name, f"{folder.name}/", _BELOW)
    yield from sorted(found)


def names_in(folder: Path) -> list[str]:
    """What lies in a folder, in order; nothing when there is none."""
    return sorted(entry.name for entry in _entries(folder))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _files_in(
    folder: Path, prefix: str, endings: tuple[str, ...]
) -> Iterator[tuple[str, Path, os.stat_result]]:
    for entry in _entries(folder):
        if entry.name.endswith(endings) or _noticed(prefix, entry.name):
            with contextlib.suppress(OSError):  # a link that leads nowhere
                if not entry.is_dir():
                    yield f"{prefix}{entry.name}", Path(entry.path), entry.stat()


def _noticed(prefix: str, name: str) -> bool:
    if prefix == "plans/":
        return _LIKE_A_PLAN.search(name) is not None
    return (
        prefix in ("observations/", FOLDER)
        and name[0] not in ".~"
        and Path(name).suffix.lower() in OTHER_TABLES
    )


def hash_files(root: Path) -> dict[str, str]:
    """SHA-256 by file name; a file that cannot be opened has none (its reader says so)."""
    hashes: dict[str, str] = {}
    for name, path, _ in input_files(root):
        with contextlib.suppress(OSError):
            hashes[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return hashes


def suite_hashes() -> dict[str, str]:
    """``expectations/<file>`` -> SHA-256, of the project's suites."""
    return {f"expectations/{name}": h for name, h in hash_files(project_root() / "expectations").items()}


def region_of_plan(raw: bytes) -> tuple[str | None, str, str]:
    """(region code, title, English title) of a plan file: None where there is no such code, "" where no title stands
    on one line.

    A key that stands at the beginning of a line, once in the whole text and with a plain six-digit value, is taken
    at its word: a file that says so and means something else is no valid plan. Any other text is read as YAML.
    """
    code, titles = _REGION.search(raw), (_TITLE.search(raw), _TITLE_EN.search(raw))
    title, title_en = (found[2].decode("utf-8", "replace") if found else "" for found in titles)
    if code and raw.count(b"region_code") == 1:
        return code[2].decode(), title, title_en
    return _region_in_yaml(raw), title, title_en


def _region_in_yaml(raw: bytes) -> str | None:
    """The code of a plan written otherwise than most: read as YAML, which takes longer."""
    import yaml

    try:
        content = yaml.load(raw, Loader=yaml.CBaseLoader)
        code = content["region_code"]
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, ValueError, RecursionError):
        return None
    return code if isinstance(code, str) and re.fullmatch("[0-9]{6}", code) else None


# ---- one file -------------------------------------------------------------------------------------------------------

# What an inventory remembers of a file: its status when it was read, its hash ("" when it cannot be opened), and
# what its content says: of a plan [code, titles], of a file of rows by place `_split`, of regions.csv [parents, the places
# that may be summed from their parts], of region_changes.csv pairs of codes before and after, of what describes a ledger
# of accidents the codes in it.
_Seen = tuple[list[int], str, Any]


def _status(status: os.stat_result) -> list[int]:
    # The time of the last change of the status as well: no program sets it back as it can the other.
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def _look(name: str, path: Path, status: os.stat_result) -> _Seen:
    try:
        raw = path.read_bytes()
    except OSError:
        # A place nobody can tell: whoever opens the file next may find anything in it.
        return _status(status), "", _UNREADABLE if _by_place(name) else None
    content: Any = None
    if _is_statistics(name):
        content = _split(raw, REQUIRED, OPTIONAL, "published")
    elif _is_accidents(name):
        content = _split(raw, ACCIDENT, ACCIDENT_OPTIONAL, "reported", "accident")
    elif name.startswith(FOLDER) and name.endswith(".yaml"):
        content = {"broken": sorted(codes_in(raw))}
    elif name.startswith("plans/") and name.endswith(".yaml"):
        content = list(region_of_plan(raw))
    elif name == "regions.csv":
        content = _regions(raw)
    elif name == "region_changes.csv":
        content = _successions(raw)
    elif name == SOURCES:
        content = declared_in(raw)
    return _status(status), hashlib.sha256(raw).hexdigest(), content


def _is_statistics(name: str) -> bool:
    return name.startswith("observations/") and name.endswith(".csv")


def _is_accidents(name: str) -> bool:
    return name.startswith(FOLDER) and name.endswith(".csv")


def _by_place(name: str) -> bool:
    """Whether a file says something of single places."""
    return _is_statistics(name) or (name.startswith(FOLDER) and name.endswith(_BELOW))


_UNREADABLE: dict[str, Any] = {"broken": []}


def _split(
    raw: bytes, required: tuple[str, ...], optional: tuple[str, ...], dated: str, named: str = ""
) -> dict[str, Any]:
    """A file of rows by place, with their dates in the column ``dated``: {"rows": how many, "years": `_years`, "codes": {code as written: digest of its rows}}; when
    it cannot be read as a table {"broken": the codes in it}. What the column ``named`` names belongs to one place."""
    rows_by_code: dict[str, list[str]] = {}
    dates: set[str] = set()
    owner: dict[str, str] = {}
    shared: dict[str, list[str]] = {}
    count = 0
    try:
        table = RawTable(raw_csv.decode(raw), required, optional)
        code_at, date_at = table.columns.index("region_code"), table.columns.index(dated)
        name_at = table.columns.index(named) if named else None
        lines = table.lines
        for line, cells in table:
            code = cells[code_at].strip()
            if name_at is not None and (first := owner.setdefault(cells[name_at].strip(), code)) != code:
                others = shared.setdefault(cells[name_at].strip(), [first])
                others += [code] if code not in others else []
            last = table.last_line
            text = lines[line - 1] if last == line else "".join(lines[line - 1 : last])
            rows_by_code.setdefault(code, []).append(f"{line}:{text.rstrip()}")
            dates.add(cells[date_at])
            count += 1
    except Malformed:
        return {"broken": sorted(codes_in(raw))}
    for code, told in told_apart(shared).items():
        rows_by_code[code] += told
    header = ",".join(table.columns)
    codes = {
        code: hashlib.sha256("\n".join([header, *texts]).encode()).hexdigest()
        for code, texts in rows_by_code.items()
    }
    return {"rows": count, "years": _years(dates), "codes": codes}


def _years(dates: set[str]) -> dict[str, str]:
    """The years that the publication dates begin with, each with its earliest date; "" where one of them is no date,
    which belongs to every vintage."""
    earliest: dict[str, str] = {}
    for text in sorted(dates, reverse=True):
        year = publication_year(text)
        if year is not None:
            dated = is_published(text.strip()) and earliest.get(str(year)) != ""
            earliest[str(year)] = text.strip() if dated else ""
    return earliest


def publication_year(published: str) -> int | None:
    """The year a publication date begins with: four digits, whatever follows; None where there are none."""
    year = published.strip()[:4]
    return int(year) if len(year) == 4 and year.isascii() and year.isdigit() else None


def _regions(raw: bytes) -> list[Any]:
    """regions.csv: [code -> parent, the codes that say how many parts they have]."""
    try:
        table = RawTable(raw_csv.decode(raw), REGION, REGION_OPTIONAL)
        rows = [dict(zip(table.columns, map(str.strip, cells), strict=True)) for _, cells in table]
    except Malformed:
        return [{}, []]  # reading it says so, and nothing goes on
    parents = {row["region_code"]: row["parent"] for row in rows}
    return [parents, [row["region_code"] for row in rows if row.get("parts")]]


def _successions(raw: bytes) -> list[list[str]]:
    """region_changes.csv: [code before, code after] of each change after which figures are carried on."""
    try:
        table = RawTable(raw_csv.decode(raw), REGION_CHANGE, REGION_CHANGE_OPTIONAL)
        at = [table.columns.index(name) for name in ("change", "from_code", "to_code")]
        rows = [[cells[n].strip() for n in at] for _, cells in table]
        return [[before, after] for change, before, after in rows if change in CARRYING_ON]
    except Malformed:
        return []


def _behind(
    parents: dict[str, str], summed: list[str], successions: list[list[str]]
) -> dict[str, tuple[str, ...]]:
    """The places that each place's figures may be derived from, however deep: its parts where it says how many it
    has, and those it was made from."""
    direct: dict[str, list[str]] = {}
    may = set(summed)
    for code, parent in parents.items():
        if parent in may:
            direct.setdefault(parent, []).append(code)
    for before, after in successions:
        direct.setdefault(after, []).append(before)
    found: dict[str, tuple[str, ...]] = {}
    for code in direct:
        seen: dict[str, None] = {}
        waiting = list(direct[code])
        while waiting:
            other = waiting.pop()
            if other not in seen and other != code:
                seen[other] = None
                # A part that has no figures of its own is summed from its own parts.
                waiting += direct.get(other, [])
        found[code] = tuple(sorted(seen))
    return found


# ---- all of them ----------------------------------------------------------------------------------------------------


def _assemble(root: Path, seen: dict[str, _Seen], vintage: str) -> Inventory:
    none: list[Any] = [{}, []]
    parents, summed = (seen["regions.csv"][2] if "regions.csv" in seen else None) or none
    successions = (seen["region_changes.csv"][2] if "region_changes.csv" in seen else None) or []
    files = {name: digest for name, (_, digest, _) in seen.items() if digest}
    if vintage:
        files[VINTAGE] = vintage
    places: dict[str, dict[str, str]] = {}
    count, years = 0, list[int]()
    sources = (seen[SOURCES][2] if SOURCES in seen else None) or []
    not_read = set(left_over(seen, sources))
    for name, (_, digest, content) in seen.items():
        if not _by_place(name) or name in not_read:
            continue
        if "broken" in content:
            for code in [c for c in content["broken"] if c in parents] or [ANYBODY]:
                places.setdefault(code, {})[name] = digest or "unreadable"
            continue
        count += content["rows"] if _is_statistics(name) else 0
        firsts = content["years"].items()
        years += [int(year) for year, first in firsts if not (vintage and published_after(first, vintage))]
        together: dict[str, list[str]] = {}
        for code, rows_digest in content["codes"].items():
            together.setdefault(place_concerned(code, parents), []).append(rows_digest)
        for code, digests in together.items():
            one = digests[0] if len(digests) == 1 else _digest_of(digests)
            places.setdefault(code, {})[name] = one
        if not together and _is_accidents(name) and f"{name.removesuffix('.csv')}.yaml" not in seen:
            places.setdefault(ANYBODY, {})[name] = digest  # nothing says whose accidents would stand in it
    broken = [name for name, (_, _, content) in seen.items() if _is_accidents(name) and "broken" in content]
    with_both_files(places, {name: digest or "unreadable" for name, (_, digest, _) in seen.items()}, broken)
    plans, names = _plans(root, seen)
    return Inventory(
        root,
        files,
        plans,
        places,
        count,
        parents,
        _behind(parents, summed, successions),
        max(years, default=None),
        names,
        {n: s for n, (s, _, _) in seen.items()},
        vintage,
    )


def _digest_of(parts: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()


def _plans(root: Path, seen: dict[str, _Seen]) -> tuple[dict[str, PlanFile], tuple[str, ...]]:
    plans: dict[str, PlanFile] = {}
    names = [f"{folder}/{name}" for folder in _OF_TABLES for name in unread_tables(root / folder)]
    for path in plan_paths(root):
        name = f"plans/{path.name}"
        names.append(name)
        content = seen[name][2] if name in seen else None
        if content is not None:
            plans[path.stem] = PlanFile(name, *content)
        else:
            # Not read, for its ending or because it cannot be opened; beside a plan of that name it does not count.
            plans.setdefault(path.stem, PlanFile(name, None))
    return plans, tuple(names)


def plan_paths(root: Path) -> list[Path]:
    """The plan files below ``root``, and those that somebody may take for plans, in order of their names."""
    return [root / "plans" / name for name in names_in(root / "plans") if _LIKE_A_PLAN.search(name)]


def unread_tables(folder: Path) -> list[str]:
    """Names of tables in the folder that are no ``*.csv``: somebody may believe that they count."""
    return [
        name
        for name in names_in(folder)
        if Path(name).suffix.lower() in OTHER_TABLES and Path(name).suffix != ".csv" and name[0] not in ".~"
    ]


# ---- the cache ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cache:
    taken: int = 0  # when the inventory it holds was begun, in nanoseconds
    entries: dict[str, _Seen] = field(default_factory=dict)

    def entry(self, name: str, status: os.stat_result) -> _Seen | None:
        """What is remembered of a file, when it can only be the file it was.

        A file's clock may tick as coarsely as every two seconds: one that was changed a moment before the inventory
        can be changed again without its time showing it. Such a file is hashed each time until it has settled.
        """
        known = self.entries.get(name)
        if known is None or known[0] != _status(status) or not known[1]:
            return None
        settled = max(status.st_mtime_ns, status.st_ctime_ns) < self.taken - _SETTLED
        return known if settled else None

    @classmethod
    def read(cls, file: Path | None, root: Path) -> _Cache:
        """The cache in ``file``; an empty one when there is none that can be used."""
        try:
            with no_collection():
                content = json.loads(file.read_bytes()) if file is not None else None
            if not isinstance(content, dict) or content["of"] != _identity(root):
                return cls()
            entries = {name: (entry[0], entry[1], entry[2]) for name, entry in content["files"].items()}
            for name, (_, _, remembered) in entries.items():
                if _by_place(name) and not {"broken", "codes"} & set(remembered):
                    return cls()
            return cls(int(content["taken"]), entries)
        except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
            return cls()

    def write(self, file: Path, root: Path) -> None:
        """Replace the file whole, or leave it as it is."""
        content = {"of": _identity(root), "taken": self.taken, "files": self.entries}
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as stream:
                    # At once: written piece by piece it takes ten times as long.
                    stream.write(json.dumps(content, ensure_ascii=False, separators=(",", ":")))
                os.replace(name, file)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(name)
                raise


def _identity(root: Path) -> list[str]:
    """Of which folder a cache is and by which code it was made: after a change of either nothing in it counts."""
    code = hashlib.sha256()
    others = (accident_files, raw_csv, rows, snapshots, vintage_rules)
    for file in (__file__, *(str(module.__file__) for module in others)):
        code.update(Path(file).read_bytes())
    return [str(root.resolve()), code.hexdigest()]
