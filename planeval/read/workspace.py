"""Everything a data folder holds, read once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from planeval.errors import InputError, UsageError, closest
from planeval.messages import say
from planeval.model.dictionary import Dictionary
from planeval.model.findings import Finding
from planeval.model.method import Method
from planeval.model.plan import (
    AtLeast,
    AtMost,
    Base,
    PeriodMeanAtMost,
    Plan,
    StatisticTarget,
    plan_id_problem,
)
from planeval.read.ledger import read_ledger
from planeval.read.observations import read_observations
from planeval.read.regions import Region, read_regions
from planeval.read.units import UNITS, convertible, symbols_like
from planeval.read.yaml_file import load_model


@dataclass(frozen=True)
class Workspace:
    """A data folder, read.

    ``table`` holds every row of the statistics, ``observations`` only those that may be computed with (columns:
    ``planeval.read.observations.COLUMNS``). ``plans`` holds the plans without mistakes; ``plan_ids`` every plan
    file's id. ``findings`` is everything the reader noticed. ``hashes`` maps file names to SHA-256.
    """

    root: Path
    dictionary: Dictionary
    method: Method
    regions: dict[str, Region]
    plan_ids: list[str]
    plans: dict[str, Plan]
    table: pd.DataFrame
    observations: pd.DataFrame
    ledgers: dict[str, pd.DataFrame] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)

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
        raise UsageError(say("read.unknown_plan", found=plan_id, known="、".join(self.plan_ids), hint=hint))


def _hashes(root: Path) -> dict[str, str]:
    files = sorted(p for pattern in ("*.yaml", "*.csv", "*/*.yaml", "*/*.csv") for p in root.glob(pattern))
    return {
        p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in files
        if p.is_file()
    }


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


def _check_references(
    plan: Plan, file: str, dictionary: Dictionary, regions: dict[str, Region]
) -> list[Finding]:
    """Keys, units and codes of a plan that lead nowhere, and a ledger item's text that the ledger cannot name."""
    findings: list[Finding] = []

    def unknown(rule: str, found: str, valid: list[str]) -> None:
        near = closest(found, valid)
        hint = (
            say("read.did_you_mean", name=near) if near else say("read.valid_names", names="、".join(valid))
        )
        findings.append(_about_plan(plan.id, rule, file, found=found, expected=hint))

    if plan.region_code not in regions:
        unknown("plan_region", plan.region_code, list(regions))
    rows: list[tuple[str, StatisticTarget, Base]] = [(i.key, i.target, i.base) for i in plan.indicators]
    for sub in plan.sub_targets:
        if sub.key is not None:
            rows.append((sub.key, sub.target, sub.base))  # type: ignore[arg-type]
        elif hasattr(sub.target, "unit") and sub.target.unit not in UNITS:
            unknown("plan_unit", sub.target.unit, list(UNITS))
    for key, target, base in rows:
        if key not in dictionary.indicators:
            unknown("plan_indicator", key, list(dictionary.indicators))
            continue
        unit = dictionary.indicators[key].unit
        given = [target.unit] if isinstance(target, AtMost | AtLeast | PeriodMeanAtMost) else []
        given += [base.unit] if base.unit is not None else []
        for symbol in given:
            if not convertible(symbol, unit):
                unknown("plan_unit", symbol, symbols_like(unit) if unit in UNITS else list(UNITS))
    for part in plan.tasks:
        for section in part.sections:
            for key in section.bears_on:
                if key not in dictionary.indicators:
                    unknown("plan_indicator", key, list(dictionary.indicators))
    return findings


def _read_plans(
    root: Path, dictionary: Dictionary, regions: dict[str, Region]
) -> tuple[dict[str, Plan], list[Finding]]:
    plans: dict[str, Plan] = {}
    findings: list[Finding] = []
    for path in sorted((root / "plans").glob("*.y*ml")):
        plan_id, file = path.stem, path.relative_to(root).as_posix()
        problem = plan_id_problem(plan_id)
        if problem or path.suffix != ".yaml":
            findings.append(
                _about_plan(plan_id, "plan_file_name", file, found=path.name, expected=problem or ".yaml")
            )
            continue
        try:
            plan = load_model(path, file, Plan, plan=plan_id)
        except InputError as error:
            findings += error.findings
            continue
        mistakes = _check_references(plan, file, dictionary, regions)
        if plan.id != plan_id:
            mistakes.append(_about_plan(plan_id, "plan_id_mismatch", file, found=plan.id, expected=plan_id))
        findings += mistakes
        if not mistakes:
            plans[plan_id] = plan
    return plans, findings


def load(data_dir: Path) -> Workspace:
    """Read a data folder.

    Mistakes in plans, ledgers and statistics become ``findings``, so that the places without mistakes go on.

    Raises:
        UsageError: ``data_dir`` is no folder.
        InputError: what all places share is missing or wrong (dictionary, method, regions), or there is no plan.
    """
    root = Path(data_dir)
    if not root.is_dir():
        raise UsageError(say("read.no_data_folder", found=root))
    shared: list[Finding] = []
    plan_files = sorted((root / "plans").glob("*.y*ml"))
    if not plan_files:
        message, remedy = say("read.no_plans.message", found=root), say("read.no_plans.remedy")
        raise InputError(Finding(rule="no_plans", message=message, remedy=remedy, file="plans/"))
    try:
        dictionary = load_model(root / "indicators.yaml", "indicators.yaml", Dictionary)
    except InputError as error:
        shared += error.findings
    try:
        method = load_model(root / "method.yaml", "method.yaml", Method)
    except InputError as error:
        shared += error.findings
    try:
        regions = read_regions(root / "regions.csv", "regions.csv")
    except InputError as error:
        shared += error.findings
    if shared:
        raise InputError(*shared)

    plans, findings = _read_plans(root, dictionary, regions)
    observations = read_observations(root / "observations", root, dictionary, regions)
    findings += observations.findings
    ledgers: dict[str, pd.DataFrame] = {}
    for plan in plans.values():
        path = root / "progress" / f"{plan.id}.csv"
        if path.is_file():
            try:
                ledgers[plan.id] = read_ledger(path, path.relative_to(root).as_posix(), plan)
            except InputError as error:
                findings += error.findings
    known = set(observations.clean["region_code"])
    for plan in plans.values():
        if plan.region_code not in known:
            place = regions[plan.region_code].name
            findings.append(_about_plan(plan.id, "plan_without_observations", "observations/", found=place))
    return Workspace(
        root=root,
        dictionary=dictionary,
        method=method,
        regions=regions,
        plan_ids=[p.stem for p in plan_files],
        plans=plans,
        table=observations.table,
        observations=observations.clean,
        ledgers=ledgers,
        findings=findings,
        hashes=_hashes(root),
    )
