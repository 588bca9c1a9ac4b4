"""Everything a data folder holds, read once; or only what some of its places need."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from planeval.derive.boundaries import breaks_of_map
from planeval.derive.combine import with_derived
from planeval.derive.links import part_links, parts_today
from planeval.errors import InputError, UsageError, closest, hint
from planeval.messages import say
from planeval.messages.names import name_of
from planeval.model.dictionary import Dictionary
from planeval.model.findings import Finding, Severity
from planeval.model.method import Method
from planeval.model.plan import (
    Plan,
    plan_id_problem,
)
from planeval.model.spoken import spoken
from planeval.read.accidents import read_accidents
from planeval.read.collector import no_collection
from planeval.read.inventory import (
    VINTAGE,
    Inventory,
    hash_files,
    names_in,
    plan_paths,
    region_of_plan,
    suite_hashes,
    take_inventory,
)
from planeval.read.ledger import Ledgers
from planeval.read.observations import read_observations
from planeval.read.plans import Outline, Plans
from planeval.read.references import dictionary_references, plan_references
from planeval.read.region_changes import RegionChange, read_region_changes
from planeval.read.regions import Region, read_regions, require_parts
from planeval.read.rows import ANYBODY, place_concerned
from planeval.read.sources import require_snapshots
from planeval.read.yaml_file import line_of, load_model, load_model_with_lines


@dataclass(frozen=True)
class Workspace:
    """A data folder, read.

    ``table`` holds every row of the statistics, ``observations`` only those that may be computed with (columns:
    ``planeval.read.observations.COLUMNS``). ``plans`` holds the plans without mistakes; ``plan_ids`` every plan
    file's id. ``findings`` is everything the reader noticed. ``hashes`` maps file names to SHA-256.
    ``dictionary`` and ``method`` speak the language the process spoke when it read them.
    ``places_of_plans`` maps each plan's id to its place as a look at the file tells it, None where it does not: so
    that a plan with mistakes has a place too. ``vintage``: the day until which publications count, "" for all.
    ``changes`` of the map by date; ``map_breaks``: place -> year -> what changed of its area; ``reported_breaks``: the same
    for figures that the place reports itself, not for sums over its parts. ``rests_on``: place -> the places whose
    figures its sums are made of.
    """

    root: Path
    dictionary: Dictionary
    method: Method
    regions: dict[str, Region]
    plan_ids: list[str]
    plans: Mapping[str, Plan]
    table: pd.DataFrame
    observations: pd.DataFrame
    ledgers: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    places_of_plans: Mapping[str, str | None] = field(default_factory=dict)
    vintage: str = ""
    changes: list[RegionChange] = field(default_factory=list)
    map_breaks: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    reported_breaks: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    rests_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def require_plan(self, plan_id: str) -> Plan:
        """The plan of that id.

        Raises:
            UsageError: there is no such plan.
            InputError: its file has mistakes.
        """
        if plan_id in self.plans:
            return self.plans[plan_id]
        if plan_id in self.plan_ids:
            raise InputError(*(f for f in self.findings if f.plan == plan_id))
        near = closest(plan_id, self.plan_ids)
        hint = say("read.did_you_mean", name=near) if near else ""
        known = say("read.name_join").join(self.plan_ids)
        raise UsageError(say("read.unknown_plan", found=plan_id, known=known, hint=hint))

    def place_of(self, plan_id: str) -> str | None:
        """The code of a plan's place; None where a plan with mistakes does not tell it."""
        return (
            self.outline(plan_id).region_code if plan_id in self.plans else self.places_of_plans.get(plan_id)
        )

    def outline(self, plan_id: str) -> Outline:
        """The outline of a plan without mistakes."""
        if isinstance(self.plans, Plans):
            return self.plans.outlines[plan_id]
        return Outline.of(self.plans[plan_id])

    @property
    def planned(self) -> set[str]:
        """The places that have a plan without mistakes."""
        return {code for plan_id in self.plans if (code := self.place_of(plan_id)) is not None}

    def rows_of(self, region_code: str) -> pd.DataFrame:
        """The observations of one place (index 0, 1, ...); takes time by the rows of the place alone."""
        return _cut(self.observations, self._spans, region_code)

    @cached_property
    def _spans(self) -> dict[str, tuple[int, int]] | None:
        return _spans(self.observations["region_code"])

    @cached_property
    def _table_spans(self) -> dict[str, tuple[int, int]] | None:
        return _spans(self.table["region_code"])

    def only(self, codes: Collection[str]) -> Workspace:
        """What concerns these places: their plans (and those whose place cannot be told), ledgers and rows, the rows
        that could be anybody's, and the findings that touch them, one of their plans, or nobody in particular."""
        places = {*codes, ANYBODY}
        plan_ids = [i for i in self.plan_ids if (self.place_of(i) or ANYBODY) in places]
        kept = set(plan_ids)
        return replace(
            self,
            plan_ids=plan_ids,
            plans={i: self.plans[i] for i in plan_ids if i in self.plans},
            table=_concerning(self.table, codes, self.regions),
            observations=_concerning(self.observations, codes, self.regions),
            ledgers={i: self.ledgers[i] for i in plan_ids if i in self.ledgers},
            findings=_touching(self.findings, places, kept),
            places_of_plans={i: code for i, code in self.places_of_plans.items() if i in kept},
        )

    def slice(self, plan_id: str) -> Workspace:
        """What the report of one plan may see: the plan, its ledger, its place's rows, the findings that touch it, and
        what all share (dictionary, method, regions, hashes).

        Raises:
            UsageError: there is no such plan.
            InputError: its file has mistakes.
        """
        plan = self.require_plan(plan_id)
        code = plan.region_code
        return replace(
            self,
            plan_ids=[plan_id],
            plans={plan_id: plan},
            table=_cut(self.table, self._table_spans, code),
            observations=self.rows_of(code),
            ledgers={plan_id: self.ledgers[plan_id]} if plan_id in self.ledgers else {},
            findings=[f for f in self.findings if f.touches(plan_id, code)],
            places_of_plans={plan_id: code},
        )


def _spans(codes: pd.Series) -> dict[str, tuple[int, int]] | None:
    """Where each code's rows begin and end; None where those of one code do not stand together."""
    values = codes.to_numpy(dtype=object)
    starts = np.flatnonzero(values[1:] != values[:-1]) + 1 if len(values) else np.empty(0, dtype=int)
    bounds = [0, *starts.tolist(), len(values)]
    spans = {values[a]: (a, b) for a, b in pairwise(bounds) if a < b}
    return spans if len(spans) == len(bounds) - 1 or not len(values) else None


def _concerning(frame: pd.DataFrame, codes: Collection[str], regions: Mapping[str, Region]) -> pd.DataFrame:
    """The rows that concern these places, and those that could be anybody's."""
    places = {*codes, ANYBODY}
    written = frame["region_code"].drop_duplicates()
    concerned = {code for code in written if place_concerned(code, regions) in places}
    return frame[frame["region_code"].isin(concerned)].reset_index(drop=True)


def _cut(frame: pd.DataFrame, spans: Mapping[str, tuple[int, int]] | None, code: str) -> pd.DataFrame:
    if spans is None:
        return frame[frame["region_code"] == code].reset_index(drop=True)
    start, end = spans.get(code, (0, 0))
    return frame.iloc[start:end].reset_index(drop=True)


def _touching(findings: Iterable[Finding], places: Collection[str], plans: Collection[str]) -> list[Finding]:
    return [
        f
        for f in findings
        if (f.plan is None and f.region_code is None) or f.plan in plans or f.region_code in places
    ]


def _about_plan(plan_id: str, rule: str, file: str, **params: str) -> Finding:
    return Finding(
        rule=rule,
        file=file,
        plan=plan_id,
        message=say(f"read.{rule}.message", plan=plan_id, **params),
        remedy=say(f"read.{rule}.remedy", plan=plan_id, **params),
        found=params.get("found"),
        expected=params.get("expected"),
    )


class _PlansRead(NamedTuple):
    plans: Plans
    ledgers: Ledgers
    findings: list[Finding]  # about plan files
    about_ledgers: list[Finding]
    elsewhere: set[str]  # ids of plans that turned out to be of another place


def _read_plans(
    root: Path,
    paths: Iterable[Path],
    dictionary: Dictionary,
    regions: dict[str, Region],
    only: Collection[str] | None,
    vintage: str,
) -> _PlansRead:
    """The plans without mistakes (with ``only``, of these places) and their ledgers until the day ``vintage`` ("": all
    there is), and what is wrong with others."""
    plans, ledgers, elsewhere = Plans(), Ledgers(), set()
    findings: list[Finding] = []
    about_ledgers: list[Finding] = []
    for path in paths:
        plan_id, file = path.stem, path.relative_to(root).as_posix()
        problem = plan_id_problem(plan_id)
        if problem or path.suffix != ".yaml":
            findings.append(
                _about_plan(
                    plan_id,
                    "plan_file_name",
                    file,
                    found=path.name,
                    expected=problem or say("read.yaml_extension"),
                )
            )
            continue
        try:
            plan, lines = load_model_with_lines(path, file, Plan, plan=plan_id)
        except InputError as error:
            findings += error.findings
            continue
        mistakes = plan_references(plan, plan_id, file, lines, dictionary, regions)
        if plan.id != plan_id:
            mismatch = _about_plan(plan_id, "plan_id_mismatch", file, found=plan.id, expected=plan_id)
            mistakes.append(mismatch.model_copy(update={"line": line_of(lines, ("id",))}))
        findings += mistakes
        if mistakes:
            continue
        if only is not None and plan.region_code not in only:
            elsewhere.add(plan_id)
            continue
        plans.add(plan)
        ledger = root / "progress" / f"{plan_id}.csv"
        if ledger.is_file():
            try:
                ledgers.read(ledger, ledger.relative_to(root).as_posix(), plan, vintage)
            except InputError as error:
                about_ledgers += error.findings
    return _PlansRead(plans, ledgers, findings, about_ledgers, elsewhere)


def ledgers_of_no_plan(root: Path, plan_ids: list[str]) -> list[Finding]:
    """Ledger files whose name is no plan's id: nothing would be read from them."""
    findings: list[Finding] = []
    known = set(plan_ids)
    for name in names_in(root / "progress"):
        plan_id, ending = os.path.splitext(name)
        if ending == ".csv" and plan_id not in known:
            near, file = closest(plan_id, plan_ids), f"progress/{name}"
            message = say("read.ledger_of_no_plan.message", found=plan_id, expected=hint(plan_id, plan_ids))
            findings.append(
                Finding(
                    rule="ledger_of_no_plan",
                    severity=Severity.WARNING,
                    file=file,
                    plan=near,
                    message=message,
                    remedy=say("read.ledger_of_no_plan.remedy"),
                    found=plan_id,
                    expected=near,
                )
            )
    return findings


def plans_without_observations(workspace: Workspace) -> list[Finding]:
    """A finding for each plan whose place has no row that may be computed with, unless the reader said why."""
    known = set(workspace.observations["region_code"].drop_duplicates())
    # Where the rows could not be read, the findings about them say more.
    known |= {f.region_code for f in workspace.findings if f.region_code and f.severity is Severity.CRITICAL}
    return [
        _about_plan(
            plan_id, "plan_without_observations", "observations/", found=name_of(workspace.regions[code])
        )
        for plan_id in workspace.plans
        if (code := workspace.place_of(plan_id)) is not None and code not in known
    ]


def load(
    data_dir: Path,
    only: Collection[str] | None = None,
    inventory: Inventory | None = None,
    vintage: str = "",
    *,
    without_plans: bool = False,
) -> Workspace:
    """Read a data folder; ``without_plans`` says that one that has none yet will do.

    With ``only`` (region codes), what `Workspace.only` would leave of it, reading little more than that. ``inventory``
    saves hashing the files again; with ``only`` one is taken if it is not given. ``vintage`` (a day, the inventory's own
    where one is given): nothing that was published later is there.

    Mistakes in plans, ledgers and statistics become ``findings``, so that the places without mistakes go on.

    Raises:
        UsageError: ``data_dir`` is no folder.
        InputError: what all places share is missing or wrong (dictionary, method, regions, sources), or there is no plan.
    """
    root = Path(data_dir)
    if not root.is_dir():
        raise UsageError(say("read.no_data_folder", found=root))
    shared: list[Finding] = []
    plan_files = plan_paths(root)
    if not plan_files and not without_plans:
        message, remedy = say("read.no_plans.message", found=root), say("read.no_plans.remedy")
        raise InputError(Finding(rule="no_plans", message=message, remedy=remedy, file="plans/"))
    try:
        dictionary, lines = load_model_with_lines(root / "indicators.yaml", "indicators.yaml", Dictionary)
        shared += dictionary_references(dictionary, "indicators.yaml", lines)
    except InputError as error:
        shared += error.findings
    try:
        method = load_model(root / "method.yaml", "method.yaml", Method)
    except InputError as error:
        shared += error.findings
    try:
        regions = read_regions(root / "regions.csv", "regions.csv")
        changes = read_region_changes(root / "region_changes.csv", "region_changes.csv", regions)
        require_parts(root / "regions.csv", "regions.csv", regions, parts_today(part_links(regions, changes)))
    except InputError as error:
        shared += error.findings
    try:
        require_snapshots(root)
    except InputError as error:
        shared += error.findings
    if shared:
        raise InputError(*shared)
    dictionary, method = spoken(dictionary), spoken(method)

    if inventory is not None:
        vintage = inventory.vintage
    elif only is not None:
        inventory = take_inventory(root, vintage=vintage)
    plan_ids = list(dict.fromkeys(p.stem for p in plan_files))
    looked = _places_of_plans(plan_files, inventory)
    files, needed = None, only
    if only is not None and inventory is not None:
        places = {*only, ANYBODY}
        plan_files = [p for p in plan_files if (looked[p.stem] or ANYBODY) in places]
        needed = inventory.with_behind(only)
        files = {file for code in {*needed, ANYBODY} for file in inventory.places.get(code, {})}
    with no_collection():
        plans, ledgers, findings, about_ledgers, elsewhere = _read_plans(
            root, plan_files, dictionary, regions, only, vintage
        )
        observations = read_observations(
            root / "observations", root, dictionary, regions, needed, files, vintage
        )
        accidents = read_accidents(root / "accidents", root, regions, needed, vintage, files)
        derived = with_derived(observations.clean, regions, changes, accidents, dictionary)
    table, clean = observations.table, derived.observations
    if only is not None and needed != set(only):
        table, clean = (_concerning(frame, only, regions) for frame in (table, clean))
    findings += observations.findings + accidents.findings + derived.findings + about_ledgers
    findings += ledgers_of_no_plan(root, plan_ids)
    breaks = breaks_of_map(regions, changes)
    workspace = Workspace(
        root=root,
        dictionary=dictionary,
        method=method,
        regions=regions,
        plan_ids=plan_ids,
        plans=plans,
        table=table,
        observations=clean,
        ledgers=ledgers,
        findings=findings,
        hashes=(inventory.files if inventory is not None else hash_files(root))
        | suite_hashes()
        | ({VINTAGE: vintage} if vintage else {}),
        places_of_plans=looked,
        vintage=vintage,
        changes=changes,
        map_breaks=breaks.always,
        reported_breaks=breaks.reported,
        rests_on=derived.rests_on,
    )
    # A row of nobody could be the one that is missed.
    if not any(f.severity is Severity.CRITICAL and f.region_code is None for f in observations.findings):
        findings += plans_without_observations(workspace)
    if only is None:
        return workspace
    kept = [i for i in plan_ids if i not in elsewhere and (workspace.place_of(i) or ANYBODY) in places]
    return replace(
        workspace,
        plan_ids=kept,
        findings=_touching(findings, places, set(kept)),
        places_of_plans={i: looked[i] for i in kept},
    )


def _places_of_plans(paths: Iterable[Path], inventory: Inventory | None) -> dict[str, str | None]:
    """Plan id -> the code of its place, as far as a look at its file tells."""
    looked: dict[str, str | None] = {}
    for path in paths:
        if inventory is not None:
            known = inventory.plans.get(path.stem)
            looked[path.stem] = known.region_code if known else None
        elif path.suffix == ".yaml":
            try:
                looked[path.stem] = region_of_plan(path.read_bytes())[0]
            except OSError:
                looked[path.stem] = None
        else:
            looked.setdefault(path.stem, None)
    return looked
