"""What an import writes: a new file of statistics and longer progress ledgers, if the data are still those it was checked
against."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from planeval.errors import PlanevalError
from planeval.messages import LANGUAGES, say, speaking
from planeval.read import ledger
from planeval.read.inventory import hash_files
from planeval.read.raw_csv import RawTable, decode
from planeval.read.rows import OPTIONAL, REQUIRED
from planeval.workbook.all_or_none import Content, NotWritten, write_all
from planeval.workbook.changes import FigureChange, ReportChange
from planeval.workbook.entries import Entry, ProgressEntry
from planeval.workbook.texts import plain_breaks, shortened

# Characters that some file system does not take in a name, or that mean something to a shell.
_AWKWARD = re.compile(r"[^\w.-]+")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
# What a database was read into is named so, and is no file of statistics for the readers.
_SNAPSHOT = re.compile(r"(?i)database(-.*)?")


@dataclass(frozen=True)
class NewFile:
    """A file of the data folder as it will be: its name below the folder, its bytes, which entry stands on which line,
    and the bytes it has now (None: there is none)."""

    file: str
    content: bytes
    lines: Mapping[int, Entry | ProgressEntry]
    before: bytes | None = None


def statistics_file(
    data: Path, workbook: Path, figures: Sequence[FigureChange], accepts: Mapping[int, Sequence[str]]
) -> NewFile:
    """A new file below ``observations/`` with these figures, named after ``workbook``. ``accepts``: number of a figure ->
    the rules whose findings about it are accepted."""
    rows = [
        {
            **{name: getattr(change.entry, name) for name in REQUIRED},
            "reason": change.reason,
            "provided_by": change.provided_by,
            "accepts": ";".join(accepts.get(number, ())),
        }
        for number, change in enumerate(figures)
    ]
    columns = [*REQUIRED, *(name for name in OPTIONAL if name == "checked" or any(r.get(name) for r in rows))]
    text, starts = _lines([columns, *([row.get(name, "") for name in columns] for row in rows)], 1)
    lines = {line: change.entry for line, change in zip(starts[1:], figures, strict=True)}
    return NewFile(f"observations/{_free_name(data, workbook)}", text.encode("utf-8"), lines)


def ledger_file(data: Path, plan: str, reports: Iterable[ReportChange]) -> NewFile:
    """The progress ledger of ``plan`` with these reports below what it has."""
    path = data / "progress" / f"{plan}.csv"
    before = path.read_bytes() if path.is_file() else None
    entries = [change.entry for change in reports]
    needed = [name for name in ledger.OPTIONAL if any(entry.values.get(name) for entry in entries)]
    if before is None:
        columns, head, encoding = [*ledger.REQUIRED, *needed], "", "utf-8"
    else:
        columns, head, encoding = _widened(before, needed)
    if head and not head.endswith("\n"):
        head += "\n"
    header = [] if head else [columns]
    rows = [[entry.values.get(name, "") for name in columns] for entry in entries]
    text, starts = _lines([*header, *rows], _count(head) + 1)
    lines = dict(zip(starts[len(header) :], entries, strict=True))
    return NewFile(f"progress/{plan}.csv", (head + text).encode(encoding), lines, before)


def _widened(raw: bytes, needed: Sequence[str]) -> tuple[list[str], str, str]:
    """The columns, text and encoding of a ledger that has at least the columns ``needed``; where it has them its text is
    left as it is."""
    text = decode(raw)
    table = RawTable(text, ledger.REQUIRED, ledger.OPTIONAL)
    missing = [name for name in needed if name not in table.columns]
    if missing:
        rows = [[*cells, *("" for _ in missing)] for _, cells in table]
        text = _lines([[*table.columns, *missing], *rows], 1)[0]
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return [*table.columns, *missing], text, "gb18030"
    encoding = "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8"
    return [*table.columns, *missing], text, encoding


def _lines(rows: Iterable[Sequence[str]], first: int) -> tuple[str, list[int]]:
    """CSV text of the rows and the line on which each of them begins; ``first`` is the first one's."""
    texts: list[str] = []
    starts: list[int] = []
    for row in rows:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow([plain_breaks(cell) for cell in row])
        texts.append(text.getvalue())
        starts.append(first)
        first += _count(texts[-1])
    return "".join(texts), starts


def _count(text: str) -> int:
    """The lines of a text as the readers count them."""
    return sum(1 for _ in io.StringIO(text, newline=""))


def stem_of(workbook: Path) -> str:
    """The name of a workbook without what a return added to it (``填报-待改`` and ``填报-待改-2`` are ``填报``)."""
    stem = unicodedata.normalize("NFC", workbook.stem)
    for language in LANGUAGES:
        with speaking(language):
            stem = re.sub(rf"-{re.escape(say('importing.returned_suffix'))}(-[0-9]+)?$", "", stem)
    return stem


def _free_name(data: Path, workbook: Path) -> str:
    """The name of a file of statistics that does not exist yet."""
    stem = shortened(_AWKWARD.sub("-", stem_of(workbook)).strip("-.")) or "import"
    stem = f"import-{stem}" if _RESERVED.fullmatch(stem) or _SNAPSHOT.fullmatch(stem) else stem
    # Names that differ in case alone are one name on some systems.
    folder = data / "observations"
    taken = {path.name.lower() for path in folder.iterdir()} if folder.is_dir() else set()
    number, name = 1, f"{stem}.csv"
    while name.lower() in taken:
        number += 1
        name = f"{stem}-{number}.csv"
    return name


def store(data: Path, files: Sequence[NewFile], seen: Mapping[str, str]) -> None:
    """Write all the files, or none of them. ``seen``: the hashes (`hash_files`) of the data that the import was checked against.

    Raises:
        PlanevalError: the data are no longer what they were when the import was checked; or the file system refuses,
            and all that had been written is put back.
    """
    now = hash_files(data)
    changed = sorted(name for name in {*seen, *now} if seen.get(name) != now.get(name))
    # A file that is to be new, or was read for it later than ``seen``.
    changed += [new.file for new in files if _content(data / new.file) != new.before]
    if changed:
        raise PlanevalError(say("importing.changed_meanwhile", file=changed[0]))
    names = {data / new.file: new.file for new in files}
    try:
        write_all([Content(data / new.file, new.content, new.before is not None) for new in files])
    except NotWritten as error:
        if isinstance(error.__cause__, FileExistsError):
            raise PlanevalError(say("importing.changed_meanwhile", file=names[error.path])) from error
        raise PlanevalError(
            say("importing.not_stored", file=names[error.path], reason=error.reason)
        ) from error


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
