"""What validation found, kept by unit, so that the next run validates only the units that changed.

A unit is what can be checked by itself: a place (its rows, year by year, its rates), a family (a place and the places
right below it, for what must add up), and the strays (rows under unregistered codes and the places they may belong
to). Whatever a unit depends on is part of its hash; nothing else may influence what is said about it.

This module decides by hashes alone; the standard library is enough for that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planeval.read.collector import no_collection
from planeval.read.inventory import Inventory
from planeval.read.rows import ANYBODY
from planeval.validate.inputs import digest, shared_inputs, validation_inputs
from planeval.validate.slips import one_slip_away

if TYPE_CHECKING:
    from planeval.model.validation import CheckSummary, ValidationResult

SCHEMA = 3
Plain = dict[str, Any]  # JSON


@dataclass
class Part:
    """What the suites that look at a kind of unit say about one unit.

    ``checked``: for each expectation of these suites, in their order, the rows it could be applied to. ``failed``:
    "<suite>/<rule>/<severity>" -> [how many rows failed, under which codes]. ``findings``: [suite, expectation
    (both from 0), the finding as JSON], in order.
    """

    checked: list[int]
    failed: dict[str, list[Any]] = field(default_factory=dict)
    findings: list[list[Any]] = field(default_factory=list)


@dataclass
class Place:
    """A place: what it depends on (``rows``: its own and those its figures are derived from, file -> digest;
    ``plans``: of each plan its id, the hash of its file and of its ledger), ``count`` of its rows, whether one of them
    is ``undated``, and what was found.

    ``coverage``: {"first": year, "last": year, "expected": variables, "missing": {year: variables}}. ``reader``: what
    reading found about it. ``silent``: that its plans have no statistics; only said where no row could be anybody's.
    ``accepting``: its rows that accept findings (`planeval.validate.accepted`). ``resting``: the places that its sums
    rest on (`planeval.validate.in_doubt`).
    """

    rows: dict[str, str]
    plans: list[list[str | None]]
    count: int
    undated: bool
    part: Part
    coverage: Plain
    reader: list[Plain] = field(default_factory=list)
    silent: list[Plain] = field(default_factory=list)
    accepting: list[Plain] = field(default_factory=list)
    resting: Plain = field(default_factory=dict)


@dataclass
class Unit:
    """A family or the strays: the hash of what it depends on, and what the suites say."""

    of: str
    part: Part


@dataclass
class Stored:
    """Everything validation found, by unit. ``suites``: of each suite its name, its frame and [rule, severity] of its
    expectations. ``folder``: what reading found about the folder as a whole."""

    shared: str  # hash of what every unit depends on
    inputs: str  # hash of all inputs, as in the result
    names: str  # hash of the names that matter by themselves
    newest: int | None  # the latest year any row was published in: what undated rows are compared with
    suites: list[Plain]
    places: dict[str, Place]
    families: dict[str, Unit]
    strays: Unit | None
    folder: list[Plain]

    def text(self) -> bytes:
        """As JSON, for `read`. The same content gives the same bytes."""
        document = {"schema": SCHEMA, **_plain(self)}
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode("utf-8")

    @classmethod
    def read(cls, raw: bytes) -> Stored | None:
        """What `text` wrote; None for anything else."""
        try:
            with no_collection():
                content = json.loads(raw)
            if content.pop("schema") != SCHEMA:
                return None
            content["places"] = {
                code: Place(**{**place, "part": Part(**place["part"])})
                for code, place in content["places"].items()
            }
            content["families"] = {code: _unit(unit) for code, unit in content["families"].items()}
            content["strays"] = _unit(content["strays"]) if content["strays"] else None
            return cls(**content)
        except (ValueError, TypeError, KeyError, AttributeError):
            return None

    # ---- the result --------------------------------------------------------------------------------------------------

    def result(self) -> ValidationResult:
        """All of it together: what ``planeval.validate.run.validate`` says about the whole folder."""
        with no_collection():
            return assemble(
                inputs=self.inputs,
                suites=self.suites,
                units=self._units(),
                coverage={code: place.coverage for code, place in self.places.items()},
                reader=self.reader(),
                accepting={code: place.accepting for code, place in self.places.items() if place.accepting},
                resting={code: place.resting for code, place in self.places.items() if place.resting},
                rows=sum(place.count for place in self.places.values()),
                places=sum(place.count > 0 for code, place in self.places.items() if code != ANYBODY),
            )

    def _units(self) -> Iterator[tuple[str, str, Part]]:
        for code, place in self.places.items():
            yield "place", code, place.part
        for code, unit in self.families.items():
            yield "family", code, unit.part
        if self.strays is not None:
            yield "strays", "", self.strays.part

    def reader(self) -> list[Plain]:
        """What reading found, in the order in which reading everything finds it."""
        findings = [f for place in self.places.values() for f in place.reader] + self.folder
        anybody = self.places.get(ANYBODY)
        if anybody is None or not any(map(_of_nobody, anybody.reader)):
            findings += [f for place in self.places.values() for f in place.silent]
        return in_reading_order(findings)


def _plain(stored: Stored) -> Plain:
    # By hand: dataclasses.asdict copies every finding, which takes ten times as long.
    content = dict(vars(stored))
    content["places"] = {
        code: {**vars(place), "part": vars(place.part)} for code, place in stored.places.items()
    }
    content["families"] = {code: {"of": u.of, "part": vars(u.part)} for code, u in stored.families.items()}
    content["strays"] = asdict(stored.strays) if stored.strays is not None else None
    return content


def _unit(content: Plain) -> Unit:
    return Unit(content["of"], Part(**content["part"]))


def _of_nobody(finding: Plain) -> bool:
    """Whether a finding about rows could be about anybody's and holds everybody back."""
    critical = finding.get("severity", "critical") == "critical"
    whom = finding.get("region_code"), finding.get("plan")
    return critical and whom == (None, None) and str(finding.get("file", "")).startswith("observations/")


# Rules about the folder as a whole, in the order in which reading comes to them, among what it says about files.
_GROUPS = {
    "table_not_read": 1,
    "snapshot_not_read": 1,
    "ledger_of_no_plan": 6,
    "plan_without_observations": 7,
}
_FOLDERS = {
    "plans": 0,
    "observations": 2,
    "accidents": 3,
    "regions.csv": 4,
    "region_changes.csv": 4,
    "progress": 5,
}
FOLDER_RULES = ("table_not_read", "snapshot_not_read", "ledger_of_no_plan")
SILENT_RULE = "plan_without_observations"


def in_reading_order(findings: Iterable[Plain]) -> list[Plain]:
    """What reading found, whichever places were read together."""
    return sorted(findings, key=_reading_order)


def _reading_order(finding: Plain) -> tuple[int, str, int, str]:
    """Plans, tables that are not read, rows, accidents, figures derived from others, ledgers, ledgers of no plan, plans
    without rows; then by file. What is said about one plan, one row or one place stands together and stays in its order."""
    rule, file = finding["rule"], finding.get("file") or ""
    folder = file.partition("/")[0]
    group = _GROUPS.get(rule, _FOLDERS.get(folder, 8))
    if rule == SILENT_RULE:
        file = f"{finding['plan']}.yaml"
    in_rows = folder in ("observations", "accidents", "regions.csv", "region_changes.csv")
    return (
        group,
        file,
        finding.get("line") or 0 if in_rows else 0,
        finding.get("region_code") or "" if in_rows else "",
    )


def assemble(
    inputs: str,
    suites: list[Plain],
    units: Iterable[tuple[str, str, Part]],
    coverage: Mapping[str, Plain],
    reader: list[Plain],
    accepting: Mapping[str, list[Plain]],
    resting: Mapping[str, Plain],
    rows: int,
    places: int,
) -> ValidationResult:
    """The result, from the parts: ``units`` are (kind, code, part) in any order; order in the result does not depend
    on it: by suite, expectation, unit, and as found. ``accepting``: place -> the rows that accept findings about it; ``resting``: place -> what its sums rest on."""
    from pydantic import TypeAdapter

    from planeval.model.findings import Finding
    from planeval.model.validation import CoverageCell, ValidationResult
    from planeval.validate.accepted import with_accepted
    from planeval.validate.in_doubt import parts_in_doubt

    ordered = sorted(units, key=lambda unit: unit[:2])
    found = [
        (suite, expectation, code, finding)
        for _, code, part in ordered
        for suite, expectation, finding in part.findings
    ]
    found.sort(key=lambda entry: entry[:3])
    read, checked, in_vain = with_accepted(reader, [finding for *_, finding in found], accepting)
    findings = [*read, *checked, *in_vain]
    findings += parts_in_doubt(findings, resting)
    cells = [cell for code in sorted(coverage) for cell in _cells(code, coverage[code])]
    return ValidationResult.model_construct(
        inputs=inputs,
        rows=rows,
        places=places,
        checks=_summaries(suites, ordered),
        findings=TypeAdapter(list[Finding]).validate_python(findings),
        coverage=TypeAdapter(list[CoverageCell]).validate_python(cells),
    )


KIND_OF_FRAME = {
    "observations": "place",
    "panel": "place",
    "rates": "place",
    "hierarchy": "family",
    "strays": "strays",
}


def _summaries(suites: list[Plain], units: list[tuple[str, str, Part]]) -> list[CheckSummary]:
    """One summary a rule and severity; several expectations may serve one rule."""
    from planeval.messages import say
    from planeval.model.validation import CheckSummary

    lists: dict[str, list[list[int]]] = {}
    failed: dict[str, tuple[list[int], set[str]]] = {}
    for kind, _, part in units:
        lists.setdefault(kind, []).append(part.checked)
        for key, (count, codes) in part.failed.items():
            counts, whom = failed.setdefault(key, ([], set()))
            counts.append(count)
            whom.update(codes)
    checked = {kind: list(map(sum, zip(*numbers, strict=True))) for kind, numbers in lists.items()}
    at = dict.fromkeys(KIND_OF_FRAME.values(), 0)
    summaries: list[CheckSummary] = []
    for suite in suites:
        kind = KIND_OF_FRAME[suite["frame"]]
        most: dict[tuple[str, str], int] = {}
        for rule, severity in suite["expectations"]:
            number = checked[kind][at[kind]] if kind in checked else 0
            at[kind] += 1
            most[rule, severity] = max(most.get((rule, severity), 0), number)
        for (rule, severity), number in most.items():
            counts, whom = failed.get(f"{suite['name']}/{rule}/{severity}", ([], set()))
            summaries.append(
                CheckSummary.model_validate(
                    {
                        "rule": rule,
                        "title": say(f"validation.rules.{rule}"),
                        "suite": suite["name"],
                        "severity": severity,
                        "checked": number,
                        "failed": sum(counts),
                        "regions": sorted(whom),
                    }
                )
            )
    return summaries


def _cells(code: str, coverage: Plain) -> Iterator[Plain]:
    if not coverage:
        return
    expected, missing = coverage["expected"], coverage["missing"]
    for year in range(coverage["first"], coverage["last"] + 1):
        lacking = missing.get(str(year), [])
        yield {
            "region_code": code,
            "year": year,
            "found": expected - len(lacking),
            "expected": expected,
            "missing": lacking,
        }


# ---- what changed -------------------------------------------------------------------------------------------------


def affected(
    previous: Stored | None, inventory: Inventory, suites_dir: Path | None = None
) -> set[str] | None:
    """The places about which something new may be said: their rows, plans or ledgers changed (or what their undated
    rows are compared with); with ``"*"`` for what concerns no place. None: everything; empty: nothing."""
    if previous is None or previous.shared != shared_inputs(inventory, suites_dir):
        return None
    anybody = previous.places.get(ANYBODY)
    if anybody is None or anybody.plans != plans_of(inventory, ANYBODY):
        return None  # a plan whose place a look does not tell: its place may be any
    changed = {
        code
        for code in codes_of(inventory) | set(previous.places)
        if (known := previous.places.get(code)) is None
        or known.rows != inventory.figures_of(code)
        or known.plans != plans_of(inventory, code)
    }
    if inventory.newest != previous.newest:
        changed |= {code for code, place in previous.places.items() if place.undated}
    if changed or previous.inputs != validation_inputs(inventory) or previous.names != names_of(inventory):
        changed.add(ANYBODY)
    return changed


def relatives(previous: Stored | None, inventory: Inventory, changed: Iterable[str]) -> set[str]:
    """The places whose rows must be read too when the ``changed`` ones are validated anew: those that must add up with
    them, and those that rows under unregistered codes may belong to."""
    changed = set(changed)
    found: set[str] = set()
    for parent in families_of(changed, inventory):
        found |= {parent, *children_of(inventory, parent)}
    stray = strays_digest(inventory)
    if stray is not None and (previous is None or previous.strays is None or previous.strays.of != stray):
        found |= _stray_codes(inventory) | _candidates(inventory)
    return found - changed


def codes_of(inventory: Inventory) -> set[str]:
    """Every place with rows, whether its own or those its figures are derived from, or a plan, and ``"*"``."""
    planned = {plan.region_code for plan in inventory.plans.values() if plan.region_code is not None}
    derived = {
        code for code, others in inventory.behind.items() if not inventory.places.keys().isdisjoint(others)
    }
    return {*inventory.places, *planned, *derived, ANYBODY}


def plans_of(inventory: Inventory, code: str) -> list[list[str | None]]:
    """[id, hash of the plan file, hash of the ledger] of the place's plans."""
    files = inventory.files
    return [
        [plan_id, files.get(inventory.plans[plan_id].file), files.get(f"progress/{plan_id}.csv")]
        for plan_id in sorted(inventory.plans_of(code))
    ]


def names_of(inventory: Inventory) -> str:
    """Hash of the names that matter by themselves."""
    return digest([*inventory.names, *(name for name in inventory.files if name.startswith("progress/"))])


def families_of(codes: Iterable[str], inventory: Inventory) -> set[str]:
    """The parents of the families that the places are in, as parent or as child."""
    parents = set(inventory.parents.values())
    return {
        parent
        for code in codes
        for parent in (code, inventory.parents.get(code, ""))
        if parent in inventory.parents and parent in parents
    }


def children_of(inventory: Inventory, parent: str) -> list[str]:
    """The places right below ``parent``."""
    known: dict[str, list[str]] | None = inventory.__dict__.get("_children")
    if known is None:
        known = {}
        for code, above in inventory.parents.items():
            known.setdefault(above, []).append(code)
        inventory.__dict__["_children"] = known
    return known.get(parent, [])


def family_digest(inventory: Inventory, parent: str) -> str | None:
    """Hash of what a family depends on; None where there is nothing to compare."""
    below = {c: rows for c in children_of(inventory, parent) if (rows := inventory.figures_of(c))}
    own = inventory.figures_of(parent)
    return digest([own, below]) if own and below else None


def _stray_codes(inventory: Inventory) -> set[str]:
    return {code for code in inventory.places if code != ANYBODY and code not in inventory.parents}


def _candidates(inventory: Inventory) -> set[str]:
    near = (one_slip_away(code) for code in _stray_codes(inventory))
    return {code for swapped, replaced in near for code in swapped | replaced if code in inventory.parents}


def strays_digest(inventory: Inventory) -> str | None:
    """Hash of what the strays depend on; None where every code is registered."""
    strays = _stray_codes(inventory)
    if not strays:
        return None
    whom = sorted(strays | _candidates(inventory))
    return digest([[code, inventory.places.get(code), plans_of(inventory, code)] for code in whom])
