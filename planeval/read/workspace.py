"""Everything a data folder holds, read once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from planeval.errors import InputError, UsageError, closest, hint
from planeval.messages import say
from planeval.model.dictionary import Dictionary
from planeval.model.findings import Finding, Severity
from planeval.model.method import Method
from planeval.model.plan import (
    Plan,
    plan_id_problem,
)
from planeval.read.ledger import read_ledger
from planeval.read.observations import read_observations
from planeval.read.project import project_root
from planeval.read.references import dictionary_references, plan_references
from planeval.read.regions import Region, read_regions
from planeval.read.yaml_file import line_of, load_model, load_model_with_lines


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
    """SHA-256 by file name; a file that cannot be opened has none (its reader says so)."""
    files = sorted(
        p for pattern in ("*.yaml", "*.csv", "*.json", "*/*.yaml", "*/*.csv") for p in root.glob(pattern)
    )
    hashes: dict[str, str] = {}
    for path in files:
        try:
            hashes[path.relative_to(root).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            continue
    return hashes


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
        if not mistakes:
            plans[plan_id] = plan
    return plans, findings


def _ledgers_of_no_plan(root: Path, plan_ids: list[str]) -> list[Finding]:
    """Ledger files whose name is no plan's id: nothing would be read from them."""
    findings: list[Finding] = []
    for path in sorted((root / "progress").glob("*.csv")):
        if path.stem not in plan_ids:
            near, file = closest(path.stem, plan_ids), path.relative_to(root).as_posix()
            message = say(
                "read.ledger_of_no_plan.message", found=path.stem, expected=hint(path.stem, plan_ids)
            )
            findings.append(
                Finding(
                    rule="ledger_of_no_plan",
                    severity=Severity.WARNING,
                    file=file,
                    plan=near,
                    message=message,
                    remedy=say("read.ledger_of_no_plan.remedy"),
                    found=path.stem,
                    expected=near,
                )
            )
    return findings


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
    findings += _ledgers_of_no_plan(root, [p.stem for p in plan_files])
    known = set(observations.clean["region_code"])
    # Where the rows could not be read, the findings about them say more.
    told = {f.region_code for f in observations.findings if f.severity is Severity.CRITICAL}
    for plan in plans.values():
        if plan.region_code not in known and not told & {plan.region_code, None}:
            place = regions[plan.region_code].name
            findings.append(_about_plan(plan.id, "plan_without_observations", "observations/", found=place))
    return Workspace(
        root=root,
        dictionary=dictionary,
        method=method,
        regions=regions,
        plan_ids=list(dict.fromkeys(p.stem for p in plan_files)),
        plans=plans,
        table=observations.table,
        observations=observations.clean,
        ledgers=ledgers,
        findings=findings,
        hashes=_hashes(root)
        | {f"expectations/{k}": v for k, v in _hashes(project_root() / "expectations").items()},
    )
