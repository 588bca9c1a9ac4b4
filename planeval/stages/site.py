"""The site stage: the index over all reports, and what is still held back from runs before."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from planeval.messages import say
from planeval.model.terms import Kind
from planeval.render.publish import write_file
from planeval.site.entries import collect_entries
from planeval.site.index import render_index

# Which reports the last runs held back, and why; kept beside the index so that ``site`` alone can say it.
HELD_FILE = "held_back.json"
# The names of the places, for the same reason.
REGIONS_FILE = "regions.json"
Held = Mapping[tuple[str, Kind], list[str]]


def read_held(out: Path) -> dict[tuple[str, Kind], list[str]]:
    """What runs before held back and no run since has published."""
    path = out / HELD_FILE
    if not path.is_file():
        return {}
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return {(e["plan"], Kind(e["kind"])): list(e["reasons"]) for e in stored}
    except (ValueError, KeyError, TypeError):
        return {}  # a torn or foreign file says nothing; the next run writes it again


def make_site(
    out: Path,
    held: Held,
    asked: Iterable[tuple[str, Kind]] = (),
    titles: Mapping[str, str] | None = None,
    plans: Collection[str] | None = None,
    *,
    records: Mapping[tuple[str, Kind], Mapping[str, Any]] | None = None,
    regions: Mapping[str, str] | None = None,
    codes: Mapping[str, str] | None = None,
    staging: Path | None = None,
) -> None:
    """Write ``out/index.html``. ``asked`` are the reports this run dealt with, ``held`` those it held back.

    ``plans`` are the plans there are (None: not known); what was held back of others is forgotten, and a report of
    another is marked as one whose plan is gone. ``records`` are
    the records of reports that the caller has read, ``regions`` the names of places by code (None: as they were
    told last), ``codes`` the place of each plan.

    Raises:
        PublishError: the folder cannot be written to.
    """
    dealt_with = set(asked)
    there = None if plans is None else set(plans)
    merged = {
        key: reasons
        for key, reasons in read_held(out).items()
        if key not in dealt_with and (there is None or key[0] in there)
    }
    if there is not None:
        merged |= {key: [say("site.plan_gone")] for key in _reports_beside(out, there)}
    merged |= dict(held)
    stored = [{"plan": p, "kind": k.value, "reasons": r} for (p, k), r in sorted(merged.items())]
    _write(out / HELD_FILE, json.dumps(stored, ensure_ascii=False, indent=1) + "\n", staging)
    if regions is not None:
        _write(out / REGIONS_FILE, json.dumps(regions, ensure_ascii=False, indent=0) + "\n", staging)
    status = {(plan, kind.value): reasons for (plan, kind), reasons in merged.items()}
    names = _read_regions(out) if regions is None else regions
    places = {plan: (code, names.get(code, "")) for plan, code in (codes or {}).items()}
    entries = collect_entries(out, status, titles, records=records, places=places)
    _write(out / "index.html", render_index(entries, regions=names), staging)


def _reports_beside(out: Path, plans: Collection[str]) -> list[tuple[str, Kind]]:
    """Reports in the output folder that are of none of the ``plans``."""
    names = sorted(os.listdir(out)) if out.is_dir() else []
    others = [name for name in names if name not in plans and name[0] != "."]
    return [(name, kind) for name in others for kind in Kind if (out / name / kind.value).is_dir()]


def _write(path: Path, text: str, staging: Path | None) -> None:
    """Write a file where it is not there already: what has not changed keeps its time stamp."""
    raw = text.encode("utf-8")
    try:
        if path.read_bytes() == raw:
            return
    except OSError:
        pass
    write_file(path, raw, staging)


def _read_regions(out: Path) -> dict[str, str]:
    try:
        return dict(json.loads((out / REGIONS_FILE).read_bytes()))
    except (OSError, ValueError, TypeError):
        return {}


def hold_everything(out: Path, reasons: list[str], staging: Path | None = None) -> None:
    """Mark every report that lies in ``out`` as not renewed: what all places share could not be read."""
    kinds = [kind.value for kind in Kind]
    there = [p.parent for p in sorted(out.glob("*/*/evaluation.json")) if p.parent.name in kinds]
    if there:
        held = {(folder.parent.name, Kind(folder.name)): reasons for folder in there}
        make_site(out, held, staging=staging)
