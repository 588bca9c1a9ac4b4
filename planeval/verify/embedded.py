"""What a report's page carries so that it can be recomputed: its inputs, packed into one element of the page."""

from __future__ import annotations

import json
import math
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from planeval.errors import PlanevalError
from planeval.evaluate.series import variables_of
from planeval.messages import say
from planeval.model.dictionary import Dictionary
from planeval.model.evaluation import Evaluation, Kind, Provenance
from planeval.model.findings import Finding
from planeval.model.method import Method
from planeval.model.plan import Plan
from planeval.read.regions import Region
from planeval.read.workspace import Workspace
from planeval.verify.packing import ELEMENT, packed, texts_in, unpacked

FORMAT = 1

# What the cells of a column are that are no text.
_KINDS = {
    "year": "int64",
    "value": "float64",
    "line": "int64",
    "superseded": "bool",
    "behind": "object",
    "percent": "float64",
    "quantity": "float64",
}

Cells = dict[str, list[Any]]


class NoInputs(PlanevalError):
    """The page carries no inputs, or they cannot be read."""


class OfPlan(BaseModel):
    """What a data folder says about one plan and its place.

    ``rows`` (every row of the place, each vintage; derived ones with the rows behind them) and ``ledger`` are columns:
    name -> cells. ``dictionary`` holds the indicators of the plan and the variables of its rows; its texts and those
    of ``method`` are in the language of the report. ``regions``: the place, those it lies in and those in it; ``map_breaks``: year -> what
    changed of its area; ``reported_breaks``: the same for figures that it reports itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    plan: Plan
    dictionary: Dictionary
    method: Method
    regions: list[Region]
    map_breaks: dict[int, str] = {}
    reported_breaks: dict[int, str] = {}
    rows: Cells
    ledger: Cells | None


class Inputs(OfPlan):
    """Everything that a report is computed from, as its notebook had it.

    ``provenance`` is the report's own: versions and hashes of files cannot be recomputed.
    """

    format: Literal[1] = 1
    lang: str
    kind: Kind
    as_of: int
    vintage: str
    findings: list[Finding]
    provenance: Provenance


def inputs_of(workspace: Workspace, evaluation: Evaluation) -> Inputs:
    """The inputs of ``evaluation``, which was made from ``workspace``."""
    found = inputs_of_plan(workspace, workspace.require_plan(evaluation.plan))
    return Inputs(
        **dict(found),
        lang=evaluation.lang,
        kind=evaluation.kind,
        as_of=evaluation.as_of,
        vintage=workspace.vintage,
        findings=evaluation.validation,
        provenance=evaluation.provenance,
    )


def inputs_of_plan(workspace: Workspace, plan: Plan) -> OfPlan:
    """What ``workspace`` says about ``plan`` and its place."""
    rows = workspace.rows_of(plan.region_code)
    ledger = workspace.ledgers.get(plan.id)
    return OfPlan(
        plan=plan,
        dictionary=_dictionary(workspace.dictionary, plan, rows),
        method=workspace.method.model_copy(update={"assumptions_en": ()}),
        regions=_regions(workspace.regions, plan.region_code),
        map_breaks=dict(workspace.map_breaks.get(plan.region_code, {})),
        reported_breaks=dict(workspace.reported_breaks.get(plan.region_code, {})),
        rows=cells_of(rows),
        ledger=None if ledger is None else cells_of(ledger),
    )


def _dictionary(whole: Dictionary, plan: Plan, rows: pd.DataFrame) -> Dictionary:
    """The part of the dictionary that the report of ``plan`` looks at."""
    keys = {i.key for i in plan.indicators} | {s.key for s in plan.sub_targets if s.key is not None}
    variables = variables_of(keys, whole) | set(rows["variable"])
    # In the report's language already; of the translations only a name is ever shown beside the other.
    untranslated = {"definition_en": "", "caveats_en": (), "breaks_en": {}, "region_breaks_en": {}}
    return Dictionary(
        variables={
            key: v.model_copy(update=untranslated) for key, v in whole.variables.items() if key in variables
        },
        indicators={
            key: i.model_copy(update={"definition_en": "", "caveats_en": ()})
            for key, i in whole.indicators.items()
            if key in keys | variables
        },
    )


def _regions(regions: dict[str, Region], code: str) -> list[Region]:
    above, parent = {code}, regions[code].parent
    while parent is not None and parent not in above:
        above.add(parent)
        parent = regions[parent].parent
    return [r for r in regions.values() if r.region_code in above or r.parent == code]


# ---- tables -----------------------------------------------------------------------------------------------------


def cells_of(frame: pd.DataFrame) -> Cells:
    """The columns of a table as plain values; a missing number is None."""
    return {str(name): [_plain(cell) for cell in frame[name].tolist()] for name in frame.columns}


def _plain(cell: Any) -> Any:
    if isinstance(cell, float) and math.isnan(cell):
        return None
    return list(cell) if isinstance(cell, tuple) else cell


def frame_of(cells: Cells) -> pd.DataFrame:
    """The table of statistics or of ledger rows of which these are the columns.

    Raises:
        ValueError: a cell is none of its column.
    """

    def column(name: str, values: list[Any]) -> Any:
        kind = _KINDS.get(name, "str")
        if kind == "object":
            made = np.empty(len(values), dtype=object)
            made[:] = [tuple(v) if isinstance(v, list) else v for v in values]
            return made
        if kind == "str":
            return pd.array(np.array([*values, ""], dtype=object)[:-1], dtype="str")
        return np.array([math.nan if v is None else v for v in values], dtype=kind)

    return pd.DataFrame({name: column(name, values) for name, values in cells.items()}, copy=False)


# ---- the element ------------------------------------------------------------------------------------------------


def pack(inputs: Inputs) -> str:
    """``inputs`` as the text of the page's element."""
    return packed(inputs.model_dump_json(exclude_defaults=True).encode("utf-8"))


def unpack(text: str) -> Inputs:
    """The inputs that `pack` packed.

    Raises:
        NoInputs: they are damaged, or of another form.
    """
    try:
        plain = unpacked(text)
        told = json.loads(plain)
    except (ValueError, RecursionError) as error:
        raise NoInputs(say("verify.inputs_damaged", error=error)) from None
    form = told.get("format", FORMAT) if isinstance(told, dict) else None
    if form != FORMAT:
        raise NoInputs(say("verify.inputs_format", found=form, known=FORMAT))
    try:
        return Inputs.model_validate_json(plain)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise NoInputs(say("verify.inputs_damaged", error=f"{where}: {first['msg']}")) from None


def inputs_in(page: str) -> Inputs:
    """The inputs that a page carries.

    Raises:
        NoInputs: it carries none, several, or damaged ones.
    """
    found = texts_in(page.encode("utf-8"))
    if len(found) != 1:
        raise NoInputs(say("verify.no_inputs" if not found else "verify.several_inputs", id=ELEMENT))
    return unpack(found[0].decode("utf-8"))
