"""Verdicts on two days, compared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from planeval.diff.model import FigureChange, IndicatorChange, ItemChange, ReportChange
from planeval.errors import InputError
from planeval.evaluate.evaluation import evaluate
from planeval.evaluate.restatements import standing_of
from planeval.evaluate.series import variables_of
from planeval.messages.names import in_language, name_of
from planeval.model.dictionary import Dictionary
from planeval.model.evaluation import Evaluation, IndicatorEvaluation, ItemProgress, Kind, Standing
from planeval.model.findings import Finding
from planeval.model.plan import Plan
from planeval.read.inventory import take_inventory
from planeval.read.workspace import Workspace
from planeval.validate.parts import relatives
from planeval.validate.run import validate


class Day:
    """The data as they were on one day, with what validation says about some places then."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.findings: list[Finding] = list(workspace.findings)

    def validate(self, codes: Collection[str]) -> None:
        """Validate the places ``codes``, together with those that must add up with them."""
        inventory = take_inventory(self.workspace.root, vintage=self.workspace.vintage)
        needed = {*codes, *relatives(None, inventory, codes)}
        there = self.workspace.only(inventory.with_behind(needed))
        self.findings = validate(there, newest=inventory.newest).findings

    def evaluation(self, plan: str, kind: Kind, as_of: int | None) -> Evaluation | list[str]:
        """The evaluation of that day, or why there is none.

        Raises:
            UsageError: the plan has no year ``as_of``.
        """
        try:
            return evaluate(self.workspace, plan, kind, as_of, self.findings)
        except InputError as error:
            return [str(finding) for finding in error.findings]


def report_change(
    before: Day, after: Day, plan_id: str, kind: Kind, as_of: int | None, figures: Sequence[FigureChange]
) -> ReportChange:
    """What one report says otherwise on the later day; ``figures`` are the changed ones of its place.

    Raises:
        UsageError: as `Day.evaluation`.
    """
    then, now = (day.evaluation(plan_id, kind, as_of) for day in (before, after))
    plan = after.workspace.plans.get(plan_id)
    report = _unchanged(after.workspace, plan_id, plan, kind)
    if isinstance(then, list) or isinstance(now, list):
        held = {"held_before": then, "held_after": now}
        return report.model_copy(update={day: why for day, why in held.items() if isinstance(why, list)})
    changed = {(figure.variable, figure.year) for figure in figures}
    return report.model_copy(
        update={
            "as_of_before": then.as_of,
            "as_of_after": now.as_of,
            "indicators": list(_indicators(then, now, changed, after.workspace.dictionary)),
            "items": list(_items(then.items, now.items)),
        }
    )


def _unchanged(workspace: Workspace, plan_id: str, plan: Plan | None, kind: Kind) -> ReportChange:
    code = workspace.place_of(plan_id) or ""
    region = workspace.regions.get(code)
    return ReportChange(
        plan=plan_id,
        plan_title=in_language(plan.title, plan.title_en) if plan else plan_id,
        kind=kind,
        region_code=code,
        region_name=name_of(region) if region else code,
    )


def _indicators(
    then: Evaluation, now: Evaluation, changed: set[tuple[str, int]], dictionary: Dictionary
) -> Iterable[IndicatorChange]:
    # Of one plan both evaluations have the same rows in the same order.
    pairs = zip(then.indicators + then.sub_targets, now.indicators + now.sub_targets, strict=True)
    for old, new in pairs:
        before, after = standing_of(old), standing_of(new)
        if _told(before) == _told(after):
            continue
        rests_on = {
            (variable, year)
            for variable in variables_of({new.key}, dictionary)
            for year in {*_years(old), *_years(new)}
        }
        yield IndicatorChange(
            id=new.id,
            name=new.name,
            name_en=new.name_en,
            unit=new.unit,
            decimals=new.decimals,
            target_kind=new.target_kind,
            verdict_changed=before.verdict is not after.verdict,
            before=before,
            after=after,
            figures=sorted(rests_on & changed),
        )


def _told(standing: Standing) -> tuple[object, ...]:
    """What readers see of it."""
    at = standing
    return at.base, at.current, at.current_year, at.target, at.progress, at.verdict, at.provisional


def _years(judged: IndicatorEvaluation) -> set[int]:
    """The years whose figures the verdict rests on: the one judged or all of the period so far, and those of the base."""
    over_period = judged.target_kind in ("period_mean_at_most", "none_occurs")
    years = set(range(judged.period_start, judged.current_year + 1)) if over_period else {judged.current_year}
    if judged.base_source == "statistics":
        years.add(judged.base_year)
    elif judged.base_source == "mean_of_years":
        years |= {value.year for value in judged.values if value.year < judged.period_start}
    return years


def _items(then: list[ItemProgress], now: list[ItemProgress]) -> Iterable[ItemChange]:
    for old, new in zip(then, now, strict=True):
        if (old.state, old.percent, old.done_to_date) != (new.state, new.percent, new.done_to_date):
            yield ItemChange(
                id=new.id,
                name=new.name,
                before=old.state,
                after=new.state,
                percent_before=old.percent,
                percent_after=new.percent,
                last_report=new.last_report,
            )
