"""The checks of an import: the data folder as it would be, read and validated by the pipeline's own code.

Nothing is checked twice in two ways. A finding that the data had before is not the import's; every other one is
brought back to the cell that it is about.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from planeval.messages import say
from planeval.model.findings import Finding, Severity
from planeval.read.inventory import Inventory, take_inventory
from planeval.read.rows import ANYBODY
from planeval.read.workspace import Workspace, load
from planeval.validate.accepted import accepting_rows, with_accepted
from planeval.validate.parts import Units, check
from planeval.validate.stored import families_of, relatives
from planeval.workbook.entries import Cell, Entry, Problem, ProgressEntry
from planeval.workbook.storing import NewFile
from planeval.workbook.words import problem

# The column that a rule is about, where it is not the figure itself.
COLUMN_OF_RULE = {
    "code_mangled": "region_code",
    "known-regions": "region_code",
    "stray-rows": "region_code",
    "year_not_a_year": "year",
    "year-range": "year",
    "known-variables": "variable",
    "unit_unknown": "unit",
    "unit_wrong_quantity": "unit",
    "status_unknown": "status",
    "source_empty": "source",
    "published_format": "published",
    "whole-year": "published",
    "year-against-publication": "published",
    "publication-date-unknown": "published",
    "ledger_date": "date",
    "ledger_status": "status",
    "ledger_percent": "percent",
    "ledger_quantity": "quantity",
    "ledger_source": "source",
    "ledger_data_status": "data_status",
}
# What a figure and a finding that is not about its line may have in common, the nearest first.
_NEARNESS = (
    ("region_code", "year", "variable"),
    ("region_code", "variable"),
    ("region_code", "year"),
    ("year", "variable"),
    ("region_code",),
)
# Rules about a cell of a row that several columns may break: the finding does not say which.
_MISSING = "complete-keys"
# A row that gives a reason without a provider, or the other way round.
UNEXPLAINED = "correction_unexplained"


class Said(NamedTuple):
    """A finding, and whether it blames a row by itself (and not several figures together)."""

    finding: Finding
    alone: bool


class Outcome(NamedTuple):
    """What is wrong with the cells; ``exact``: (rule, number of the line of the new file of statistics) of each
    critical finding that is about exactly one of its figures."""

    problems: list[Problem]
    exact: set[tuple[str, int]]


class Concerned(NamedTuple):
    """What an import concerns of a data folder: its ``places``, and the workspace of them and those they must add up
    with."""

    places: set[str]
    inventory: Inventory
    workspace: Workspace


def read_concerned(root: Path, codes: Collection[str]) -> Concerned:
    """The places ``codes`` and those derived from them, read.

    Raises:
        InputError: what all places share cannot be read.
    """
    inventory = take_inventory(root)
    places = {*codes, *_derived_from(inventory, codes)}
    workspace = load(root, places | relatives(None, inventory, places), inventory)
    return Concerned(places, inventory, workspace)


def findings_about(concerned: Concerned) -> list[Said]:
    """All that reading and validation say about these places."""
    places, inventory, workspace = concerned
    units = Units(places={*places, ANYBODY}, families=families_of(places, inventory))
    checked = check(workspace, units, inventory.newest)
    alone, found = [], []
    for parts in checked.parts.values():
        for part in parts.values():
            for suite, _, plain in part.findings:
                alone.append(checked.suites[suite]["frame"] == "observations")
                found.append(plain)
    reader = [finding.model_dump(mode="json") for finding in workspace.findings]
    accepting = accepting_rows(workspace.observations, workspace.regions)
    read, found, in_vain = with_accepted(reader, found, accepting)
    blame = [True] * len(read) + alone + [True] * len(in_vain)
    every = [Finding.model_validate(plain) for plain in read + found + in_vain]
    return [Said(finding, by_itself) for finding, by_itself in zip(every, blame, strict=True)]


def _derived_from(inventory: Inventory, codes: Collection[str]) -> set[str]:
    return {code for code, behind in inventory.behind.items() if not {*codes}.isdisjoint(behind)}


def check_files(data: Path, files: Sequence[NewFile], codes: Collection[str], before: list[Said]) -> Outcome:
    """What would be wrong with the data folder if these files were in it, and was not wrong ``before``.

    A figure that is wrong by itself is not held against others: they are checked without it, so that one mistake is
    not reported at several cells.

    Raises:
        InputError: what all places share cannot be read.
    """
    old = {_identity(said.finding) for said in before}
    finder = _Cells(files)

    def new(without: Collection[tuple[str, int]]) -> tuple[Workspace, list[Said]]:
        with as_it_would_be(data, {f.file: _without(f, without) for f in files}) as root:
            concerned = read_concerned(root, codes)
            said = [said for said in findings_about(concerned) if _identity(said.finding) not in old]
            return concerned.workspace, said

    workspace, first = new(())
    blamed = {
        (said.finding.file, said.finding.line): said
        for said in first
        if said.alone and said.finding.severity is Severity.CRITICAL and finder.own(said.finding)
    }
    said = first
    if blamed:
        lines = {(str(file), int(line)) for file, line in blamed if file is not None and line is not None}
        alone = [s for s in first if (s.finding.file, s.finding.line) in lines and s.alone]
        said = alone + new(lines)[1]
    outcome = finder.outcome([s.finding for s in said])
    return outcome._replace(problems=outcome.problems + _unread(files, workspace))


def _unread(files: Sequence[NewFile], workspace: Workspace) -> list[Problem]:
    """Figures that the readers passed over without a word: whatever is wrong with them, nobody would hear of it."""
    table = workspace.table
    known = set(zip(table["file"].tolist(), table["line"].tolist(), strict=True))
    known |= {(f.file, f.line) for f in workspace.findings if f.severity is Severity.CRITICAL}
    return [
        problem("not_read_back", entry.cells["value"], file=new.file)
        for new in files
        for line, entry in new.lines.items()
        if isinstance(entry, Entry) and not {(new.file, line), (new.file, None)} & known
    ]


def _identity(finding: Finding) -> tuple[Any, ...]:
    f = finding
    return f.rule, f.severity, f.region_code, f.plan, f.year, f.variable, f.message


def _without(new: NewFile, lines: Collection[tuple[str, int]]) -> bytes:
    """The file with empty lines for those ``lines`` (file, line), so that all others stay where they are."""
    gone = {line for file, line in lines if file == new.file}
    if not gone:
        return new.content
    starts: list[int | None] = [*sorted(new.lines), None]
    ends = dict(pairwise(starts))
    texts = new.content.splitlines(keepends=True)
    for line in gone:
        end = ends[line]
        for number in range(line - 1, len(texts) if end is None else end - 1):
            texts[number] = b"\n"
    return b"".join(texts)


@contextmanager
def as_it_would_be(data: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """A folder that looks like the data folder with ``files`` (name below it -> content) in it, made of links."""
    with tempfile.TemporaryDirectory(prefix="planeval-import-") as name:
        root = Path(name)
        replaced = {Path(file).parts[0] for file in files}
        for entry in data.iterdir():
            if entry.name not in replaced:
                _link(entry, root / entry.name)
        for folder in replaced:
            (root / folder).mkdir()
            for entry in (data / folder).iterdir() if (data / folder).is_dir() else ():
                if f"{folder}/{entry.name}" not in files:
                    _link(entry, root / folder / entry.name)
        for file, content in files.items():
            (root / file).write_bytes(content)
        yield root


def _link(original: Path, link: Path) -> None:
    try:
        link.symlink_to(original.resolve(), target_is_directory=original.is_dir())
    except OSError:  # Windows lets only some users make links
        if original.is_dir():
            shutil.copytree(original, link)
        else:
            shutil.copy2(original, link)


class _Cells:
    """Brings findings back to the cells they are about."""

    def __init__(self, files: Sequence[NewFile]) -> None:
        self.lines: dict[tuple[str, int], Entry | ProgressEntry] = {
            (new.file, line): entry for new in files for line, entry in new.lines.items()
        }
        self.figures: dict[tuple[Any, ...], tuple[str, int]] = {}
        for at, entry in self.lines.items():
            if isinstance(entry, Entry):
                for way in _NEARNESS:
                    self.figures.setdefault((way, *(getattr(entry, name) for name in way)), at)
        names = "|".join(re.escape(new.file) for new in files)
        self.where = re.compile(rf"({names}):([0-9]+)") if files else None

    def own(self, finding: Finding) -> bool:
        """Whether the finding is about a line of the new files."""
        return (finding.file or "", finding.line or 0) in self.lines

    def outcome(self, findings: Sequence[Finding]) -> Outcome:
        problems: dict[tuple[Any, ...], Problem] = {}
        exact = set()
        for finding in findings:
            key, entry = self._entry(finding)
            if entry is None:
                continue
            cell = self._cell(entry, finding)
            problems.setdefault((cell, finding.rule, finding.message), self._problem(cell, finding))
            if finding.severity is Severity.CRITICAL and _is_about(entry, finding):
                exact.add((finding.rule, key[1]))
        return Outcome(list(problems.values()), exact)

    def _entry(self, finding: Finding) -> tuple[tuple[str, int], Entry | ProgressEntry | None]:
        """The entry that the finding is about: of its line, or nearest to its place, year and variable."""
        key = finding.file or "", finding.line or 0
        if key in self.lines:
            return key, self.lines[key]
        for names in _NEARNESS:
            at = self.figures.get((names, *(str(getattr(finding, name)) for name in names)))
            if at is not None:
                return at, self.lines[at]
        # Whatever else is new came with the import, and must not pass because nobody can say with which cell.
        if finding.severity is Severity.CRITICAL and self.lines:
            return next(iter(self.lines.items()))
        return key, None

    def _cell(self, entry: Entry | ProgressEntry, finding: Finding) -> Cell:
        column = COLUMN_OF_RULE.get(finding.rule, "value")
        if finding.rule == _MISSING and isinstance(entry, Entry):
            columns = ("region_code", "year", "variable", "published", "source")
            column = next((name for name in columns if not getattr(entry, name)), "value")
        if finding.rule == UNEXPLAINED and isinstance(entry, Entry):
            column = "provided_by" if entry.reason else "reason"
        for name in (column, "value", "item"):
            if name in entry.cells:
                return entry.cells[name]
        return next(iter(entry.cells.values()))

    def _problem(self, cell: Cell, finding: Finding) -> Problem:
        return Problem(
            cell,
            finding.rule,
            finding.severity,
            self._in_cells(finding.message),
            self._in_cells(finding.remedy),
            self._in_cells(finding.found or ""),
            self._in_cells(finding.expected or ""),
        )

    def _in_cells(self, text: str) -> str:
        """The text with cells for lines of files that nobody can see."""
        if self.where is None:
            return text

        def cell(match: re.Match[str]) -> str:
            entry = self.lines.get((match[1], int(match[2])))
            if entry is None:
                return match[0]
            return str(entry.cells.get("value") or entry.cells.get("item") or say("importing.this_file"))

        return self.where.sub(cell, text)


def _is_about(entry: Entry | ProgressEntry, finding: Finding) -> bool:
    """Whether the finding is one about this figure, or about its place and year and no variable."""
    return (
        isinstance(entry, Entry)
        and finding.region_code == entry.region_code
        and str(finding.year) == entry.year
        and finding.variable in (None, entry.variable)
    )
