"""What an evaluation was made from: hashes and versions, never clock times."""

from __future__ import annotations

import csv
import hashlib
import io
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pandas as pd

import planeval
from planeval.model.evaluation import Kind, Provenance
from planeval.model.plan import Plan
from planeval.read.project import project_root
from planeval.read.workspace import Workspace

LIBRARIES = (
    "pandas",
    "numpy",
    "scipy",
    "statsmodels",
    "pydantic",
    "matplotlib",
    "papermill",
    "nbconvert",
    "great-expectations",
)


@cache
def library_versions() -> dict[str, str]:
    """The versions of `LIBRARIES`. Looked up once a process: an installed package does not change under it."""
    return {name: version(name) for name in LIBRARIES}


def rows_hash(rows: pd.DataFrame) -> str:
    """SHA-256 of a place's rows, whatever file and line they stand in."""
    names = [name for name in rows.columns if name not in ("file", "line", "behind")]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(zip(*(rows[name].tolist() for name in names), strict=True))
    return hashlib.sha256(text.getvalue().encode("utf-8")).hexdigest()


def _folder(root: Path) -> str:
    """The data folder as it was named; the project's own is "data" wherever the notebook was opened from, and of an
    absolute path the last name: a published report tells nothing of the machine it was made on."""
    if root.resolve() == project_root() / "data":
        return "data"
    return root.name if root.is_absolute() else root.as_posix()


def provenance(
    workspace: Workspace, plan: Plan, rows: pd.DataFrame, kind: Kind, as_of: int, python: str
) -> Provenance:
    """Provenance of one report: the shared files, the plan's own, and its place's own rows."""
    files = (
        "indicators.yaml",
        "method.yaml",
        "regions.csv",
        "region_changes.csv",
        f"plans/{plan.id}.yaml",
        f"progress/{plan.id}.csv",
    )
    inputs = {name: workspace.hashes[name] for name in files if name in workspace.hashes}
    inputs |= {name: digest for name, digest in workspace.hashes.items() if name.startswith("expectations/")}
    inputs[f"observations[{plan.region_code}]"] = rows_hash(rows)
    return Provenance(
        planeval=planeval.__version__,
        python=python,
        libraries=library_versions(),
        data=_folder(workspace.root),
        inputs=inputs,
        parameters={"plan": plan.id, "kind": kind.value, "as_of": as_of}
        | ({"vintage": workspace.vintage} if workspace.vintage else {}),
    )
