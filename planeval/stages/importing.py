"""The import stage: a filled-in workbook or wide table against the data folder; what it would change, what is wrong with
it, and then either the writing or the workbook that goes back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from planeval.batch.lock import Busy, only_run
from planeval.errors import InputError, PlanevalError, UsageError, hint
from planeval.messages import say
from planeval.model.dictionary import Dictionary
from planeval.model.findings import Finding, Severity
from planeval.model.spoken import spoken
from planeval.read.inventory import Inventory, hash_files, take_inventory
from planeval.read.regions import read_regions
from planeval.read.rows import place_concerned
from planeval.read.workspace import Workspace
from planeval.read.yaml_file import load_model
from planeval.render.publish import PublishError, write_file
from planeval.validate.accepted import NEVER_ACCEPTED
from planeval.workbook.changes import WITHOUT, Changes, FigureChange, compare
from planeval.workbook.checking import UNEXPLAINED, Outcome, Said, check_files, findings_about, read_concerned
from planeval.workbook.entries import Filled, Problem
from planeval.workbook.marking import returned
from planeval.workbook.reading import read_filled
from planeval.workbook.storing import (
    NewFile,
    ledger_file,
    statistics_file,
    stem_of,
    store,
)
from planeval.workbook.texts import shortened
from planeval.workbook.wide import read_wide

WORKBOOK, TABLE = ".xlsx", ".csv"
# In the data folder: where the lock lies that lets one import write at a time.
_STATE = ".planeval"


@dataclass(frozen=True)
class Override:
    """Critical findings of these ``rules`` may pass, for this ``reason``, on the word of ``provided_by``; both count for
    every correction whose row gives none."""

    rules: tuple[str, ...] = ()
    reason: str = ""
    provided_by: str = ""


@dataclass(frozen=True)
class Proposal:
    """An import before it is decided. ``problems``: all that is wrong; ``accepted``: critical ones that pass; ``seen``:
    hashes of the data when it was begun."""

    filled: Filled
    changes: Changes
    workspace: Workspace
    files: list[NewFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    accepted: list[Problem] = field(default_factory=list)
    seen: Mapping[str, str] = field(default_factory=dict)

    def of(self, severity: Severity) -> list[Problem]:
        """The problems of a severity."""
        return [problem for problem in self.problems if problem.severity is severity]


def propose(file: Path, data: Path, mapping: Path | None, override: Override) -> Proposal:
    """Read ``file``, compare it with the data folder, and check what the folder would then be.

    Raises:
        UsageError: no such data folder, a table without mapping, a rule nobody knows.
        InputError: the file, the mapping or what all places of the data folder share cannot be used.
    """
    _check_rules(override)
    filled = _read(file, data, mapping)
    if not (filled.entries or filled.progress or filled.problems):
        raise InputError(_nothing_filled(file))
    seen = hash_files(data)
    codes = _places(filled, take_inventory(data))
    concerned = read_concerned(data, codes)
    changes = compare(
        filled, concerned.workspace, date.today().isoformat(), override.reason, override.provided_by
    )
    own = filled.problems + changes.problems
    proposal = Proposal(filled, changes, concerned.workspace, problems=own, seen=seen)
    if not (changes.written or changes.reported):
        return proposal
    return _checked(proposal, file, data, codes, findings_about(concerned), override)


def _check_rules(override: Override) -> None:
    """The rules that may be overridden are those of the suites: a row that cannot be read is of no use to anybody."""
    if not override.rules:
        return
    from planeval.validate.suites import load_suites

    known = sorted({e.meta.rule for suite in load_suites() for e in suite.expectations} - NEVER_ACCEPTED)
    for rule in override.rules:
        if rule in NEVER_ACCEPTED:
            raise UsageError(say("importing.not_acceptable", found=rule))
        if rule not in known:
            raise UsageError(say("importing.unknown_rule", found=rule, hint=hint(rule, known)))


def _read(file: Path, data: Path, mapping: Path | None) -> Filled:
    if not data.is_dir():
        raise UsageError(say("read.no_data_folder", found=data))
    if mapping is None:
        if file.suffix.lower() == TABLE:
            raise UsageError(say("importing.needs_mapping", file=file.name))
        return read_filled(file)
    dictionary = spoken(load_model(data / "indicators.yaml", "indicators.yaml", Dictionary))
    return read_wide(file, mapping, dictionary, read_regions(data / "regions.csv", "regions.csv"))


def _nothing_filled(file: Path) -> Finding:
    return Finding(
        rule="nothing_filled",
        file=file.name,
        message=say("importing.nothing_filled.message"),
        remedy=say("importing.nothing_filled.remedy"),
    )


def _places(filled: Filled, inventory: Inventory) -> set[str]:
    """The codes of the places that the entries concern."""
    codes = {place_concerned(entry.region_code, inventory.parents) for entry in filled.entries}
    plans = (inventory.plans.get(entry.plan) for entry in filled.progress)
    return codes | {plan.region_code for plan in plans if plan is not None and plan.region_code is not None}


def _checked(
    proposal: Proposal,
    file: Path,
    data: Path,
    codes: Collection[str],
    before: list[Said],
    override: Override,
) -> Proposal:
    """The proposal with its files and what validation says of them; with what is overridden in it, checked once more."""
    files = _files(proposal.changes, file, data, {})
    outcome = check_files(data, files, codes, before)
    accepts = _accepted(files, outcome, override)
    accepted: list[Problem] = []
    if accepts:
        files = _files(_with_reason(proposal.changes, accepts, override), file, data, accepts)
        again = check_files(data, files, codes, before)
        left = {(p.cell, p.rule) for p in again.problems if p.severity is Severity.CRITICAL}
        accepted = [
            p
            for p in outcome.problems
            if p.severity is Severity.CRITICAL and p.rule in override.rules and (p.cell, p.rule) not in left
        ]
        outcome = again
    # What a correction lacks is said already, and with what to do.
    same_day = {
        change.entry.cells["value"]
        for change in proposal.changes.written
        if change.before is not None and change.before.published == change.entry.published
    }
    said = {(p.cell, p.rule) for p in proposal.problems + accepted}
    said |= {(cell, "unique-keys") for cell in same_day}
    said |= {(p.cell, UNEXPLAINED) for p in proposal.problems if p.rule in WITHOUT}
    found = [p for p in outcome.problems if (p.cell, p.rule) not in said]
    return replace(proposal, files=files, problems=proposal.problems + found, accepted=accepted)


def _files(changes: Changes, file: Path, data: Path, accepts: dict[int, Sequence[str]]) -> list[NewFile]:
    files = [statistics_file(data, file, changes.written, accepts)] if changes.written else []
    plans = dict.fromkeys(change.entry.plan for change in changes.reported)
    return files + [
        ledger_file(data, plan, [c for c in changes.reported if c.entry.plan == plan]) for plan in plans
    ]


def _accepted(files: list[NewFile], outcome: Outcome, override: Override) -> dict[int, Sequence[str]]:
    """Number of a figure -> the overridden rules that a critical finding exactly about it has."""
    numbers = {line: number for number, line in enumerate(sorted(files[0].lines))}
    found: dict[int, list[str]] = {}
    for rule, line in sorted(outcome.exact):
        if rule in override.rules:
            found.setdefault(numbers[line], []).append(rule)
    return dict(found)


def _with_reason(changes: Changes, accepts: Collection[int], override: Override) -> Changes:
    """The changes, with the reason of the override on figures that it lets pass."""

    def reasoned(change: FigureChange) -> FigureChange:
        return replace(
            change,
            reason=change.reason or override.reason,
            provided_by=change.provided_by or override.provided_by,
        )

    passing = {id(change) for number, change in enumerate(changes.written) if number in accepts}
    return replace(changes, figures=[reasoned(c) if id(c) in passing else c for c in changes.figures])


def write(proposal: Proposal, data: Path) -> None:
    """Write the files of the proposal into the data folder, all or none.

    Raises:
        PlanevalError: a file changed since it was checked, or cannot be written; or another import is writing.
    """
    try:
        with only_run(data / _STATE):
            store(data, proposal.files, proposal.seen)
    except Busy:
        raise PlanevalError(say("importing.busy", folder=data)) from None


def give_back(proposal: Proposal, target: Path | None) -> Path:
    """Write the workbook with the problems marked, beside the file it was made from unless ``target`` says where; the
    file itself and earlier returns are never overwritten.

    Raises:
        UsageError: ``target`` is the file itself or no name of a workbook.
        PlanevalError: it cannot be written.
    """
    file = proposal.filled.path
    target = returned_name(file) if target is None else target
    content = returned(file, proposal.problems)
    try:
        write_file(target, content)
    except PublishError as error:
        reason = getattr(error.__cause__, "strerror", None) or str(error)
        raise PlanevalError(say("importing.not_returned", file=target, reason=reason)) from error
    return target


def check_target(file: Path, target: Path) -> None:
    """Whether the returned workbook may have this name.

    Raises:
        UsageError: it may not.
    """
    if target.suffix.lower() != WORKBOOK:
        raise UsageError(say("importing.returned_ending", found=target.name))
    if target.resolve() == file.resolve():
        raise UsageError(say("importing.returned_is_input", found=target.name))


def returned_name(file: Path) -> Path:
    """A name beside ``file`` that is not taken: ``<stem>-待改.xlsx``, then with ``-2`` and so on."""
    stem = f"{shortened(stem_of(file))}-{say('importing.returned_suffix')}"
    number, target = 1, file.with_name(f"{stem}{WORKBOOK}")
    while target.exists():
        number += 1
        target = file.with_name(f"{stem}-{number}{WORKBOOK}")
    return target
