"""What a yearly workbook has to hold: which places, variables and tasks, and what is known of them already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from planeval.errors import UsageError, closest
from planeval.messages import language, say
from planeval.messages.names import name_of
from planeval.messages.units import unit_of
from planeval.model.dictionary import Dictionary, Indicator, Variable, VariableKind
from planeval.model.findings import Finding, Severity
from planeval.model.plan import Cumulative, Plan
from planeval.model.spoken import spoken
from planeval.read.inventory import Inventory, take_inventory
from planeval.read.regions import Region, read_regions
from planeval.read.workspace import Workspace, load
from planeval.validate.coverage import needed_variables
from planeval.workbook.layout import Layout


class Figure(NamedTuple):
    """A figure in use: ``value`` in the canonical unit; ``partial`` as ``12/13`` where parts of a sum are missing."""

    value: float
    status: str
    source: str
    published: str
    partial: str


@dataclass(frozen=True)
class Column:
    """A variable to be filled in; ``known``: year -> place -> the figure in use, of last year and of the year itself."""

    key: str
    variable: Variable
    known: dict[int, dict[str, Figure]]


@dataclass(frozen=True)
class Item:
    """A task section, project, milestone or quantity of a plan; ``unit`` is that of a quantity, "" otherwise. ``last``:
    the latest report by column of the ledger, empty when there is none."""

    plan: Plan
    item: str
    name: str
    group: str
    unit: str
    last: dict[str, object]


@dataclass(frozen=True)
class Form:
    """Everything a workbook for ``year`` holds. ``findings``: critical ones about these places, whose plans or rows are
    not in it."""

    year: int
    places: list[Region]
    columns: list[Column]
    items: list[Item]
    findings: list[Finding] = field(default_factory=list)

    @property
    def layout(self) -> Layout:
        """What the workbook remembers of it."""
        items: dict[str, dict[str, str]] = {}
        for item in self.items:
            items.setdefault(item.plan.id, {})[item.item] = item.name
        return Layout(
            self.year,
            language(),
            {place.region_code: name_of(place) for place in self.places},
            {c.key: (c.variable.unit, unit_of(c.variable.unit)) for c in self.columns},
            items,
        )


def contents(root: Path, year: int, codes: Sequence[str] = (), plan_ids: Sequence[str] = ()) -> Form:
    """The form for these places and the places of these plans; with neither, for every place that has a plan.

    Its variables are those that the plans of the places need and those that a place has already; counts and amounts of the
    whole dictionary for a place without a plan. Its tasks are those of the plans whose period holds the year, and of
    the plans named.

    Raises:
        UsageError: no such folder, place or plan, or a year that the method does not allow.
        InputError: the data folder cannot be read, or a plan that was named has mistakes.
    """
    if not root.is_dir():
        raise UsageError(say("read.no_data_folder", found=root))
    inventory = take_inventory(root)
    codes = _codes_of(codes, read_regions(root / "regions.csv", "regions.csv"))
    places = {*codes, *_places_of(plan_ids, inventory)}
    unknown = not inventory.plans.keys() >= set(plan_ids)
    # All of it where a plan is not known: the complaint then names those there are.
    workspace = load(root, only=None if unknown else places or None, inventory=inventory)
    plans = [workspace.require_plan(plan_id) for plan_id in dict.fromkeys(plan_ids)]
    _check_year(year, workspace)
    # A place named gets all its plans; the place of a plan named, that plan.
    plans += [
        p for p in workspace.plans.values() if p not in plans and (not places or p.region_code in codes)
    ]
    places = places or {plan.region_code for plan in plans}
    chosen = [region for code, region in workspace.regions.items() if code in places]
    running = [p for p in plans if p.id in plan_ids or p.period.start <= year <= p.period.end]
    return Form(
        year,
        chosen,
        _columns(workspace, chosen, plans, year),
        [item for plan in running for item in _items(spoken(plan), workspace.ledgers.get(plan.id), year)],
        [f for f in workspace.findings if f.severity is Severity.CRITICAL],
    )


def _codes_of(wanted: Sequence[str], regions: Mapping[str, Region]) -> list[str]:
    """The codes of places given by code or by name.

    Raises:
        UsageError: there is no such place, or the name belongs to several.
    """
    by_name: dict[str, list[str]] = {}
    for code, region in regions.items():
        for name in {region.name, region.name_en} - {""}:
            by_name.setdefault(name, []).append(code)
    found = []
    for text in wanted:
        codes = [text] if text in regions else by_name.get(text, [])
        if len(codes) > 1:
            several = say("read.name_join").join(codes)
            raise UsageError(say("workbook.several_places", found=text, codes=several))
        if not codes:
            near = closest(text, regions) or closest(text, by_name)
            suggestion = say("read.did_you_mean", name=near) if near else ""
            raise UsageError(say("workbook.unknown_place", found=text, hint=suggestion))
        found += codes
    return found


def _places_of(plan_ids: Iterable[str], inventory: Inventory) -> set[str]:
    """The places of the plans as a look at their files tells."""
    found = (inventory.plans[plan_id].region_code for plan_id in plan_ids if plan_id in inventory.plans)
    return {code for code in found if code is not None}


def _check_year(year: int, workspace: Workspace) -> None:
    limits = workspace.method.validation
    if not limits.first_year <= year <= limits.last_year:
        raise UsageError(
            say("workbook.year_outside", found=year, first=limits.first_year, last=limits.last_year)
        )


def _columns(
    workspace: Workspace, places: Sequence[Region], plans: Sequence[Plan], year: int
) -> list[Column]:
    """The variables in the order of the dictionary."""
    dictionary = workspace.dictionary
    wanted: set[str] = set()
    for place in places:
        outlines = [workspace.outline(plan.id) for plan in plans if plan.region_code == place.region_code]
        keys = [key for outline in outlines for key in outline.keys]
        wanted |= needed_variables(keys, dictionary) if outlines else _countable(dictionary)
    rows = workspace.observations
    rows = rows[rows["region_code"].isin([place.region_code for place in places])]
    wanted |= set(rows["variable"].drop_duplicates())
    known = _figures(rows, (year - 1, year))
    return [
        Column(key, variable, {y: figures for y in (year - 1, year) if (figures := known.get((key, y), {}))})
        for key, variable in _described(dictionary).items()
        if key in wanted
    ]


def _countable(dictionary: Dictionary) -> set[str]:
    return {key for key, variable in dictionary.variables.items() if variable.kind is not VariableKind.RATE}


def _described(dictionary: Dictionary) -> dict[str, Variable]:
    """Every variable; an indicator's own key is the variable of its published rate."""
    rates = {k: _rate(i) for k, i in dictionary.indicators.items() if k not in dictionary.variables}
    return {**dictionary.variables, **rates}


def _rate(indicator: Indicator) -> Variable:
    return Variable(
        name=indicator.name,
        name_en=indicator.name_en,
        unit=indicator.unit,
        kind=VariableKind.RATE,
        definition=indicator.definition,
        caveats=indicator.caveats,
    )


def _figures(rows: pd.DataFrame, years: Iterable[int]) -> dict[tuple[str, int], dict[str, Figure]]:
    """(variable, year) -> place -> the figure in use."""
    used = rows[~rows["superseded"] & rows["year"].isin(list(years))]
    names = ["variable", "year", "region_code", "value", "status", "source", "published", "partial"]
    figures: dict[tuple[str, int], dict[str, Figure]] = {}
    for variable, year, code, value, *rest in used[names].itertuples(index=False, name=None):
        figures.setdefault((str(variable), int(year)), {})[str(code)] = Figure(float(value), *map(str, rest))
    return figures


def _items(plan: Plan, ledger: pd.DataFrame | None, year: int) -> list[Item]:
    """What may be reported of the plan, in the plan's order, with the last report until the end of ``year``."""
    units = {s.id: s.target.unit for s in plan.sub_targets if isinstance(s.target, Cumulative)}
    groups = {section.id: part.name for part in plan.tasks for section in part.sections}
    groups |= {project.id: say("ledger.group.project") for project in plan.projects}
    last: dict[str, dict[str, object]] = {}
    if ledger is not None:
        for record in ledger.sort_values("date", kind="stable").to_dict("records"):
            if record["date"][:4] <= str(year):
                last[record["item"]] = {str(name): cell for name, cell in record.items() if cell == cell}
    return [
        Item(
            plan,
            item,
            name,
            groups.get(item) or say("ledger.group.sub_target"),
            units.get(item, ""),
            last.get(item, {}),
        )
        for item, name in plan.ledger_items.items()
    ]
