"""All that lies between two days: figures first, then the verdicts that rest on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from planeval.diff.figures import figure_changes
from planeval.diff.model import Difference, FigureChange
from planeval.diff.verdicts import Day, report_change
from planeval.errors import UsageError
from planeval.messages import say
from planeval.model.terms import USUAL_KINDS, Kind
from planeval.read.inventory import take_inventory
from planeval.read.rows import ANYBODY, place_concerned
from planeval.read.workspace import Workspace, load
from planeval.validate.stored import children_of, families_of


def between(
    folder: Path,
    before: str,
    after: str,
    plans: Sequence[str] = (),
    kinds: Sequence[Kind] = (),
    as_of: int | None = None,
) -> Difference:
    """What changed in the data folder between the days ``before`` and ``after`` (``2024-06-30``).

    ``plans`` (default: all) are compared in the reports of ``kinds`` (default: the usual ones); with plans named, the
    figures are those of their places and of the places these are derived from. Only plans that a change can concern
    are judged, on both days as ``--vintage`` would.

    Raises:
        UsageError: ``before`` is not earlier; no such plan or folder; a plan has no year ``as_of``.
        InputError: what all places share cannot be read.
    """
    if before >= after:
        raise UsageError(say("restate.diff.not_earlier", before=before, after=after))
    then, now = (Day(load(folder, vintage=day)) for day in (before, after))
    for plan_id in plans:
        if plan_id not in now.workspace.plan_ids:
            now.workspace.require_plan(plan_id)  # says which there are
    asked = list(dict.fromkeys(plans)) or now.workspace.plan_ids
    wanted = None
    inventory = take_inventory(folder, vintage=after)
    if plans:
        places = {code for plan_id in asked if (code := now.workspace.place_of(plan_id))}
        wanted = inventory.with_behind(places)
    figures = figure_changes(then.workspace, now.workspace, wanted)
    by_place: dict[str, list[FigureChange]] = {}
    for figure in figures:
        by_place.setdefault(figure.region_code, []).append(figure)

    touched = {*by_place, *_codes_of_later_rows(then.workspace, now.workspace)}
    for parent in families_of(touched, inventory):
        touched |= {
            parent,
            *children_of(inventory, parent),
        }  # they must add up, or their reports are held back
    touched |= {code for code, others in inventory.behind.items() if not touched.isdisjoint(others)}
    concerned = [p for p in asked if _concerned(p, then.workspace, now.workspace, touched)]
    codes = {code for plan_id in concerned if (code := now.workspace.place_of(plan_id))}
    if codes:
        then.validate(codes)
        now.validate(codes)
    every = list(dict.fromkeys(kinds)) or list(USUAL_KINDS)
    reports = [
        report_change(
            then, now, plan_id, kind, as_of, by_place.get(now.workspace.place_of(plan_id) or "", ())
        )
        for plan_id in concerned
        for kind in every
    ]
    told = [report for report in reports if report.changed]
    return Difference(
        before=before,
        after=after,
        figures=figures,
        reports=told,
        unchanged=len(asked) * len(every) - len(told),
    )


def _codes_of_later_rows(before: Workspace, after: Workspace) -> set[str]:
    """The places that rows concern which only ``after`` has, those too that could not be read."""
    known = set(zip(before.table["file"], before.table["line"], strict=True))
    rows = zip(after.table["region_code"], after.table["file"], after.table["line"], strict=True)
    return {place_concerned(code, after.regions) for code, file, line in rows if (file, line) not in known}


def _concerned(plan_id: str, before: Workspace, after: Workspace, touched: set[str]) -> bool:
    """Whether a plan can be judged otherwise: its place, its ledger, or a row that could be anybody's changed; one that
    cannot be read says so."""
    code = after.place_of(plan_id)
    if plan_id not in after.plans or code is None or {code, ANYBODY} & touched:
        return True
    return len(before.ledgers.get(plan_id, ())) != len(after.ledgers.get(plan_id, ()))
