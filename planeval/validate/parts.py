"""Validation by unit: all of them, or only those about which something changed since the last time.

``affected`` says whom a change concerns, ``relatives`` whose rows must be read besides, ``revalidate`` validates anew
what must be and takes the rest from before; ``Stored.result`` is then the same, byte for byte, as that of ``validate``
over everything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planeval.model.findings import Finding, Severity
from planeval.read.inventory import Inventory
from planeval.read.observations import tables_not_read
from planeval.read.rows import ANYBODY, place_concerned
from planeval.read.workspace import Workspace, ledgers_of_no_plan, plans_without_observations
from planeval.validate.accepted import accepting_rows
from planeval.validate.applicable import applicable
from planeval.validate.coverage import coverage
from planeval.validate.engine import Session, session
from planeval.validate.frames import Frames, build
from planeval.validate.in_doubt import resting_on
from planeval.validate.inputs import shared_inputs, validation_inputs
from planeval.validate.stored import (
    FOLDER_RULES,
    KIND_OF_FRAME,
    SILENT_RULE,
    Part,
    Place,
    Stored,
    Unit,
    affected,
    codes_of,
    families_of,
    family_digest,
    names_of,
    plans_of,
    relatives,
    strays_digest,
)
from planeval.validate.suites import Suite, check_columns, input_hash, load_suites
from planeval.validate.wording import findings_of

__all__ = ["Part", "Stored", "Units", "affected", "check", "relatives", "revalidate", "validation_inputs"]

_ORDER = list(Severity)
_STRAYS = "strays"  # the one unit of its kind


@dataclass(frozen=True)
class Units:
    """The units to check; None: every one."""

    places: Collection[str] | None = None
    families: Collection[str] | None = None
    strays: bool = True

    def of(self, kind: str) -> Collection[str] | None:
        """Those of a kind (place, family, strays)."""
        if kind == "strays":
            return None if self.strays else ()
        return self.places if kind == "place" else self.families


@dataclass(frozen=True)
class Checked:
    """What the suites say: kind of unit -> unit -> its part; ``rows`` of the places and which are ``undated``."""

    suites: list[dict[str, Any]]
    parts: dict[str, dict[str, Part]]
    length: dict[str, int]
    rows: dict[str, int]
    undated: set[str]
    latest: pd.DataFrame

    def part(self, kind: str, unit: str) -> Part:
        """The part of a unit; one that has no row gives an empty one."""
        return self.parts[kind].get(unit) or Part([0] * self.length[kind])


def check(
    workspace: Workspace,
    units: Units | None = None,
    newest: int | None = None,
    suites_dir: Path | None = None,
) -> Checked:
    """Run the suites over the rows of the ``units`` (default: every one), all of them together in one pass a suite.

    ``newest`` is the latest year any row was published in, when ``workspace`` does not hold every row.

    Raises:
        InputError: a suite file is missing, malformed, or speaks of something unknown.
    """
    suites = load_suites(suites_dir)
    frames = build(workspace, newest)
    for suite in suites:
        check_columns(suite, list(frames.named()[suite.meta.frame].columns))
    parameters = _parameters(workspace)
    said = {(f.file, f.line, f.rule) for f in workspace.findings}
    places = _units_of_rows("observations", frames, workspace)
    parts: dict[str, dict[str, Part]] = {kind: {} for kind in KIND_OF_FRAME.values()}
    length = dict.fromkeys(parts, 0)
    for suite in suites:
        length[KIND_OF_FRAME[suite.meta.frame]] += len(suite.expectations)
    at = dict.fromkeys(parts, 0)
    with _engine() as engine:
        for number, suite in enumerate(suites):
            kind = KIND_OF_FRAME[suite.meta.frame]
            frame = frames.named()[suite.meta.frame]
            of_row = _units_of_rows(suite.meta.frame, frames, workspace)
            wanted = units.of(kind) if units is not None else None
            if wanted is not None:
                frame = frame[of_row.isin(list(wanted)).to_numpy()]
            # What has no row needs no Great Expectations, but a mistake in a suite is to be found in any case.
            failing = [list[int]()] * len(suite.expectations)
            if len(frame) or units is None:
                failing = engine().failing(suite, frame, _in_use(parameters, frame))
            one = _OneSuite(number, suite, frame, of_row, failing, at[kind], length[kind])
            one.count(parts[kind])
            one.find(parts[kind], frames, parameters, said)
            at[kind] += len(suite.expectations)
    undated = frames.observations["published_year"].isna().to_numpy()
    return Checked(
        suites=[_outline(suite) for suite in suites],
        parts=parts,
        length=length,
        rows={str(code): int(n) for code, n in places.value_counts().items()},
        undated=set(places[undated]),
        latest=frames.latest,
    )


def _outline(suite: Suite) -> dict[str, Any]:
    expectations = [[e.meta.rule, str(e.severity)] for e in suite.expectations]
    return {"name": suite.name, "frame": suite.meta.frame, "expectations": expectations}


@contextmanager
def _engine() -> Iterator[Callable[[], Session]]:
    """A function that gives the session with Great Expectations, begun when it is first called for."""
    with ExitStack() as stack:
        begun: list[Session] = []

        def engine() -> Session:
            if not begun:
                begun.append(stack.enter_context(session()))
            return begun[0]

        yield engine


def _units_of_rows(name: str, frames: Frames, workspace: Workspace) -> pd.Series:
    """The unit that each row of a frame belongs to."""
    frame = frames.named()[name]
    if name == "hierarchy":
        return frame["parent"].astype(object)
    if name == "strays":
        return pd.Series(_STRAYS, index=frame.index, dtype=object)
    codes = frame["region_code"].astype(object)
    if name != "observations":
        return codes
    known = {code: place_concerned(code, workspace.regions) for code in codes.dropna().unique()}
    return codes.map(known).astype(object).where(codes.notna(), ANYBODY)


@dataclass(frozen=True)
class _OneSuite:
    """The outcome of a suite: ``frame`` is what it was run over, ``failing`` the row numbers that failed each
    expectation; ``start`` is where its expectations begin among the ``length`` of its kind."""

    number: int
    suite: Suite
    frame: pd.DataFrame
    of_row: pd.Series
    failing: list[list[int]]
    start: int
    length: int

    def count(self, parts: dict[str, Part]) -> None:
        """Note to how many rows of each unit every expectation could be applied."""
        of_row = self.of_row.loc[self.frame.index]
        numbers, units = pd.factorize(of_row.to_numpy(dtype=object))
        own = [parts.setdefault(str(unit), Part([0] * self.length)) for unit in units]
        for i, expectation in enumerate(self.suite.expectations, start=self.start):
            fits = applicable(expectation, self.frame).to_numpy(dtype=bool)
            counts = np.bincount(numbers[fits], minlength=len(units)).tolist()
            for part, count in zip(own, counts, strict=True):
                part.checked[i] = count

    def find(
        self,
        parts: dict[str, Part],
        frames: Frames,
        parameters: dict[str, Any],
        said: set[tuple[str | None, int | None, str]],
    ) -> None:
        """Note the failing rows of each unit and what is said about them. Of two bounds of one rule on one cell that
        both fail, the graver speaks alone."""
        codes = self.frame.set_index("row")["region_code"]
        of_row = pd.Series(self.of_row.loc[self.frame.index].to_numpy(), index=codes.index)
        failed: dict[str, dict[str, set[int]]] = {}
        kept: dict[tuple[str, tuple[str, ...], int], tuple[int, Finding]] = {}
        for i, (expectation, rows) in enumerate(zip(self.suite.expectations, self.failing, strict=True)):
            key = f"{self.suite.name}/{expectation.meta.rule}/{expectation.severity}"
            for row, unit in zip(rows, of_row.loc[rows], strict=True):
                failed.setdefault(str(unit), {}).setdefault(key, set()).add(row)
            for row, finding in findings_of(expectation, self.suite, rows, frames, parameters):
                if any(
                    (finding.file, finding.line, rule) in said
                    for rule in expectation.meta.already_reported_by
                ):
                    continue
                cell = (finding.rule, expectation.columns, row)
                first, other = kept.get(cell, (i, finding))
                graver = _ORDER.index(finding.severity) < _ORDER.index(other.severity)
                kept[cell] = first, finding if graver else other
        for unit, of_unit in failed.items():
            for key, numbers in of_unit.items():
                whom = {code for code in codes.loc[sorted(numbers)] if isinstance(code, str)}
                parts[unit].failed[key] = [len(numbers), sorted(whom)]
        units = of_row.loc[[row for _, _, row in kept]]
        for unit, (first, finding) in zip(units, kept.values(), strict=True):
            parts[str(unit)].findings.append([self.number, first, _plain(finding)])


def _plain(finding: Finding) -> dict[str, Any]:
    return finding.model_dump(mode="json", exclude_defaults=True)


def _parameters(workspace: Workspace) -> dict[str, Any]:
    bounds = workspace.method.validation
    return {
        "known_regions": sorted(workspace.regions),
        "known_variables": sorted({*workspace.dictionary.variables, *workspace.dictionary.indicators}),
        "first_year": bounds.first_year,
        "last_year": bounds.last_year,
        "rate_tolerance": bounds.rate_tolerance,
    }


def _in_use(parameters: dict[str, Any], frame: pd.DataFrame) -> dict[str, Any]:
    """The parameters with those of the known codes that are in the frame: Great Expectations copies a list it is given
    hundreds of times, and the others can make no difference."""
    here = set(frame["region_code"].unique())
    known = [code for code in parameters["known_regions"] if code in here]
    return {**parameters, "known_regions": known or parameters["known_regions"]}


# ---- going on from the last time ----------------------------------------------------------------------------------


def revalidate(
    workspace: Workspace,
    inventory: Inventory,
    previous: Stored | None,
    changed: Collection[str] | None,
    suites_dir: Path | None = None,
) -> Stored:
    """What validation says now: anew about the ``changed`` places (None: all), as in ``previous`` about the others.

    ``workspace`` is read with ``inventory`` and holds at least the ``changed`` places and their `relatives`.

    Raises:
        InputError: a suite file is missing, malformed, or speaks of something unknown.
    """
    if previous is None or changed is None:
        previous, changed = None, codes_of(inventory)
    families = {p: family_digest(inventory, p) for p in families_of(changed, inventory)}
    stray = strays_digest(inventory)
    units = None if previous is None else _to_check(inventory, previous, set(changed), families, stray)
    checked = check(workspace, units, inventory.newest, suites_dir)
    return Stored(
        shared=shared_inputs(inventory, suites_dir),
        inputs=input_hash(workspace, suites_dir),
        names=names_of(inventory),
        newest=inventory.newest,
        suites=checked.suites,
        places=_places(workspace, inventory, previous, set(changed), units, checked),
        families=_families(previous, families, units, checked),
        strays=_strays(previous, stray, units, checked),
        folder=[_plain(f) for f in _about_the_folder(inventory)],
    )


def _to_check(
    inventory: Inventory,
    previous: Stored,
    changed: set[str],
    families: dict[str, str | None],
    stray: str | None,
) -> Units:
    """The units whose rows changed. A plan or a ledger alone changes nothing that the suites look at."""

    def rows_changed(code: str) -> bool:
        before = previous.places.get(code)
        if before is None or before.rows != inventory.figures_of(code):
            return True
        return before.undated and previous.newest != inventory.newest

    known = previous.families
    return Units(
        places={code for code in changed if rows_changed(code)},
        families={p for p, of in families.items() if of and (p not in known or known[p].of != of)},
        strays=stray is not None and (previous.strays is None or previous.strays.of != stray),
    )


def _places(
    workspace: Workspace,
    inventory: Inventory,
    previous: Stored | None,
    changed: set[str],
    units: Units | None,
    checked: Checked,
) -> dict[str, Place]:
    places = dict(previous.places) if previous is not None else {}
    covered = coverage(workspace, checked.latest, changed)
    reader: dict[str, list[dict[str, Any]]] = {}
    silent: dict[str, list[dict[str, Any]]] = {}
    for finding in workspace.findings:
        if finding.rule not in (*FOLDER_RULES, SILENT_RULE):
            code = workspace.place_of(finding.plan) if finding.plan is not None else finding.region_code
            reader.setdefault(code or ANYBODY, []).append(_plain(finding))
    for finding in plans_without_observations(workspace):
        code = workspace.place_of(finding.plan) if finding.plan is not None else None
        silent.setdefault(code or ANYBODY, []).append(_plain(finding))
    accepting = accepting_rows(workspace.observations, workspace.regions)
    resting = resting_on(workspace.rests_on, workspace.regions)
    here = codes_of(inventory)
    for code in changed:
        before = places.pop(code, None)
        if code not in here:
            continue
        as_before = before is not None and units is not None and code not in (units.places or ())
        places[code] = Place(
            rows=inventory.figures_of(code),
            plans=plans_of(inventory, code),
            count=checked.rows.get(code, 0),
            undated=code in checked.undated,
            part=before.part if before is not None and as_before else checked.part("place", code),
            coverage=covered.get(code, {}),
            reader=reader.get(code, []),
            silent=silent.get(code, []),
            accepting=accepting.get(code, []),
            resting=resting.get(code, {}),
        )
    return places


def _families(
    previous: Stored | None, families: dict[str, str | None], units: Units | None, checked: Checked
) -> dict[str, Unit]:
    known = dict(previous.families) if previous is not None else {}
    for parent, of in families.items():
        if of is None:
            known.pop(parent, None)
        elif units is None or parent in (units.families or ()):
            known[parent] = Unit(of, checked.part("family", parent))
    return known


def _strays(previous: Stored | None, stray: str | None, units: Units | None, checked: Checked) -> Unit | None:
    if stray is None:
        return None
    if previous is None or units is None or units.strays:
        return Unit(stray, checked.part("strays", _STRAYS))
    return previous.strays


def _about_the_folder(inventory: Inventory) -> Iterator[Finding]:
    for folder in ("observations", "accidents"):
        yield from tables_not_read(inventory.root / folder, inventory.root)
    yield from ledgers_of_no_plan(inventory.root, list(inventory.plans))
