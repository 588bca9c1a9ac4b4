"""The site stage: the index over all reports, and what is still held back from runs before."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from planeval.messages import say
from planeval.model.evaluation import Kind
from planeval.render.publish import write_file
from planeval.report.blocks import Link
from planeval.site.index import build_index, collect_entries

# Which reports the last runs held back, and why; kept beside the index so that ``site`` alone can say it.
HELD_FILE = "held_back.json"
# The site's other pages, linked where they are there.
PAGES = ("validation", "indicators")
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
) -> None:
    """Write ``out/index.html``. ``asked`` are the reports this run dealt with, ``held`` those it held back.

    ``plans`` are the plans there are (None: not known); what was held back of others is forgotten.

    Raises:
        PublishError: the folder cannot be written to.
    """
    dealt_with = set(asked)
    merged = {
        key: reasons
        for key, reasons in read_held(out).items()
        if key not in dealt_with and (plans is None or key[0] in plans)
    }
    merged |= dict(held)
    stored = [{"plan": p, "kind": k.value, "reasons": r} for (p, k), r in sorted(merged.items())]
    write_file(out / HELD_FILE, json.dumps(stored, ensure_ascii=False, indent=1) + "\n")
    status = {(plan, kind.value): reasons for (plan, kind), reasons in merged.items()}
    links = [
        Link(say(f"site.{name}"), f"{name}/index.html")
        for name in PAGES
        if (out / name / "index.html").is_file()
    ]
    build_index(out, collect_entries(out, status, titles), links)


def hold_everything(out: Path, reasons: list[str]) -> None:
    """Mark every report that lies in ``out`` as not renewed: what all places share could not be read."""
    kinds = [kind.value for kind in Kind]
    there = [p.parent for p in sorted(out.glob("*/*/evaluation.json")) if p.parent.name in kinds]
    if there:
        make_site(out, {(folder.parent.name, Kind(folder.name)): reasons for folder in there})
