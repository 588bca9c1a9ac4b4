"""A plan file checked: whether it can be read, what its place and its indicators are, and what the plan check says of it,
line by line."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from planeval.compute.values import indicator_values
from planeval.errors import InputError, UsageError
from planeval.evaluate.plan_check import check_plan
from planeval.messages import say
from planeval.model.dictionary import Dictionary
from planeval.model.evaluation import CheckLevel, PlanCheckFinding
from planeval.model.findings import Finding, Severity
from planeval.model.plan import Plan
from planeval.read.references import plan_references
from planeval.read.regions import read_regions
from planeval.read.workspace import load
from planeval.read.yaml_file import Lines, load_model, load_model_with_lines


class Noticed(NamedTuple):
    """A finding of the plan check; ``lines`` are those of the rows it is about, none for what is missing altogether."""

    lines: tuple[int, ...]
    finding: PlanCheckFinding


class Checked(NamedTuple):
    """A plan that can be read, what was noticed in it, and how many figures of its place are wrong and were left out."""

    plan: Plan
    noticed: list[Noticed]
    unusable: int

    @property
    def problems(self) -> int:
        """How many contradictions there are."""
        return sum(own.finding.level is CheckLevel.PROBLEM for own in self.noticed)


def checked(path: Path, root: Path, file: str) -> Checked:
    """The plan in ``path``, shown as ``file``, checked against the data folder ``root``; it may lie anywhere.

    Raises:
        UsageError: there is no such data folder.
        InputError: the plan, or what all places share, cannot be read; with a finding for each mistake and its line.
    """
    if not root.is_dir():
        raise UsageError(say("read.no_data_folder", found=root))
    plan, lines = load_model_with_lines(path, file, Plan)
    regions = read_regions(root / "regions.csv", "regions.csv")
    dictionary = load_model(root / "indicators.yaml", "indicators.yaml", Dictionary)
    mistakes = plan_references(plan, plan.id, file, lines, dictionary, regions)
    if path.resolve().parent == (root / "plans").resolve() and plan.id != path.stem:
        mistakes.append(_misnamed(plan, path.stem, file, lines))
    if mistakes:
        raise InputError(*mistakes)
    workspace = load(root, {plan.region_code}, without_plans=True)
    rows = workspace.rows_of(plan.region_code)
    values = indicator_values(rows, workspace.dictionary)
    found = check_plan(plan, values, rows, workspace.dictionary, workspace.method)
    where = _rows_of(plan, lines)
    noticed = []
    for one in found:
        # What names no row is about the plan's publication.
        items = one.items or ("published", "published_text")
        noticed.append(Noticed(tuple(sorted({where[item] for item in items if item in where})), one))
    unusable = [f for f in workspace.findings if f.severity is Severity.CRITICAL and f.plan is None]
    return Checked(plan, noticed, len(unusable))


def _misnamed(plan: Plan, stem: str, file: str, lines: Lines) -> Finding:
    params = {"plan": stem, "found": plan.id, "expected": stem}
    return Finding(
        rule="plan_id_mismatch",
        file=file,
        line=lines[("id",)],
        message=say("read.plan_id_mismatch.message", **params),
        remedy=say("read.plan_id_mismatch.remedy", **params),
    )


def _rows_of(plan: Plan, lines: Lines) -> dict[str, int]:
    """The line of each row of the plan by its id, and of the facts at its head by their keys."""
    found = {name: lines[(name,)] for name in ("issuer", "published", "published_text") if (name,) in lines}
    found |= {row.key: lines[("indicators", n)] for n, row in enumerate(plan.indicators)}
    found |= {row.id: lines[("sub_targets", n)] for n, row in enumerate(plan.sub_targets)}
    found |= {row.id: lines[("projects", n)] for n, row in enumerate(plan.projects)}
    for p, part in enumerate(plan.tasks):
        for s, section in enumerate(part.sections):
            found[section.id] = lines[("tasks", p, "sections", s)]
    return found
