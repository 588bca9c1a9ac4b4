"""The derivation of an indicator or a sub-target that statistics judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from planeval.evaluate.indicator import judge_promise
from planeval.evaluate.materials import Evidence
from planeval.evaluate.promise import Material
from planeval.evaluate.series import variables_of
from planeval.explain.derivation import IndicatorDerivation, UsedRow
from planeval.explain.rule import rule_steps
from planeval.explain.steps import steps_of
from planeval.explain.turning_points import at_interval_ends, if_it_were_known, turning_points
from planeval.explain.values import yearly
from planeval.messages.names import name_of
from planeval.model.evaluation import Evaluation, IndicatorEvaluation
from planeval.model.status import Status
from planeval.read.workspace import Workspace
from planeval.report.words import HOUSEKEEPING

# Fields of a row that are columns of the statistics.
_AS_THEY_ARE = tuple(
    name for name in UsedRow.model_fields if name not in ("name", "status", "used", "behind")
)


class Case(NamedTuple):
    """An indicator as it was judged, and all that it was judged with."""

    material: Material
    own: IndicatorEvaluation


def cases(workspace: Workspace, evaluation: Evaluation) -> tuple[Evidence, list[Case]]:
    """The indicators and sub-targets of an evaluation made from ``workspace``, in its order."""
    evidence = Evidence.of(workspace, workspace.require_plan(evaluation.plan))
    materials = evidence.materials(evidence.core + evidence.subs, evaluation.kind, evaluation.as_of)
    judged = evaluation.indicators + evaluation.sub_targets
    return evidence, [Case(material, own) for material, own in zip(materials, judged, strict=True)]


def derive_all(workspace: Workspace, evaluation: Evaluation) -> Iterator[IndicatorDerivation]:
    """The derivation of every indicator and sub-target of ``evaluation``, which was made from ``workspace``; without the
    rows, which a report lists once for all."""
    evidence, found = cases(workspace, evaluation)
    return (derive(evidence, evaluation, case) for case in found)


def derive_with_rows(evidence: Evidence, evaluation: Evaluation, case: Case) -> IndicatorDerivation:
    """The derivation of one indicator with every row it can rest on."""
    return derive(evidence, evaluation, case).model_copy(update={"rows": list(_rows(evidence, case.own))})


def derive(evidence: Evidence, evaluation: Evaluation, case: Case) -> IndicatorDerivation:
    """How the numbers and the verdict of one indicator of ``evaluation`` came about; its rows are left out."""
    material, own = case
    judged = judge_promise(material)
    steps = steps_of(material, judged, own)
    return IndicatorDerivation(
        plan=evaluation.plan,
        plan_title=evaluation.plan_title,
        kind=evaluation.kind,
        as_of=evaluation.as_of,
        vintage=evidence.workspace.vintage,
        id=own.id,
        key=own.key,
        name=name_of(own),
        unit=own.unit,
        as_written=own.as_written,
        reading=own.reading,
        rows=[],
        values=yearly(material, own),
        steps=steps,
        rule=rule_steps(material, judged, own, steps),
        verdict=own.verdict,
        provisional=own.provisional,
        data_status=own.data_status,
        uncertainty=at_interval_ends(material, own),
        turning_points=turning_points(material, own),
        alternatives=own.sensitivity,
        notes=[*if_it_were_known(material, own), *_notes(own)],
    )


def _notes(own: IndicatorEvaluation) -> Iterable[str]:
    """What must be known beside the verdict; not why a number is absent, which its step says."""
    return (note.text for note in own.notes if note.code not in HOUSEKEEPING)


def _rows(evidence: Evidence, own: IndicatorEvaluation) -> Iterator[UsedRow]:
    """Every row of the years looked at by variable, year and publication; superseded ones too."""
    dictionary, frame = evidence.workspace.dictionary, evidence.frame
    indicator = dictionary.indicators[own.key]
    years = {value.year: value for value in own.values}
    wanted = frame["variable"].isin(variables_of({own.key}, dictionary)) & frame["year"].isin(years)
    rows = frame[wanted].sort_values(["variable", "year", "published"], kind="stable")
    for row in rows.to_dict("records"):
        value = years[row["year"]]
        by_rate = value.published_rate or (value.value is not None and value.partial != "")
        inputs = {own.key} if by_rate else {indicator.numerator or own.key, indicator.denominator}
        named = dictionary.variables.get(row["variable"]) or dictionary.indicators.get(row["variable"])
        yield UsedRow(
            **{name: row[name] for name in _AS_THEY_ARE},
            name=named.name if named else row["variable"],
            status=Status(row["status"]),
            used=not row["superseded"] and value.value is not None and row["variable"] in inputs,
            behind=list(row["behind"] or ()),
        )
