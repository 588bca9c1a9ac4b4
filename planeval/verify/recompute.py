"""The computation done again from what a page carries, with the functions that made the report."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from planeval.errors import PlanevalError
from planeval.evaluate.evaluation import evaluate
from planeval.messages import say
from planeval.model.evaluation import Evaluation
from planeval.read.workspace import Workspace
from planeval.verify.embedded import Inputs, NoInputs, frame_of


class Recomputed(NamedTuple):
    """What the inputs say today, by this planeval; the provenance is the report's own."""

    evaluation: Evaluation
    workspace: Workspace


def recompute(inputs: Inputs) -> Recomputed:
    """Evaluate ``inputs`` again. The process must speak the report's language.

    Raises:
        NoInputs: they cannot be evaluated: a row is none, the place is not among the regions.
    """
    try:
        workspace = _workspace(inputs)
        made = evaluate(workspace, inputs.plan.id, inputs.kind, inputs.as_of, inputs.findings)
    except Exception as error:  # of data that somebody altered: any, and the other reports go on
        raise damaged(error) from error
    # Versions are the maker's; what the rows hash to is computed here, so that it can be held against what was said.
    told = inputs.provenance.model_copy(
        update={"inputs": made.provenance.inputs, "parameters": made.provenance.parameters}
    )
    return Recomputed(made.model_copy(update={"provenance": told}), workspace)


def damaged(error: Exception) -> NoInputs:
    """The error that says that inputs which can be read cannot be computed with."""
    text = str(error) if isinstance(error, PlanevalError) else f"{type(error).__name__}: {error}"
    return NoInputs(say("verify.inputs_damaged", error=text))


def _workspace(inputs: Inputs) -> Workspace:
    """The slice of the workspace that the report's notebook had."""
    plan, rows = inputs.plan, frame_of(inputs.rows)
    return Workspace(
        root=Path(inputs.provenance.data),
        dictionary=inputs.dictionary,
        method=inputs.method,
        regions={region.region_code: region for region in inputs.regions},
        plan_ids=[plan.id],
        plans={plan.id: plan},
        table=rows,
        observations=rows,
        ledgers={} if inputs.ledger is None else {plan.id: frame_of(inputs.ledger)},
        findings=[],
        hashes={name: digest for name, digest in inputs.provenance.inputs.items() if "[" not in name},
        places_of_plans={plan.id: plan.region_code},
        map_breaks={plan.region_code: inputs.map_breaks},
        reported_breaks={plan.region_code: inputs.reported_breaks},
        vintage=inputs.vintage,
    )
