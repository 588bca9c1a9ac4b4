"""A whole plan, evaluated: pure, from a workspace to one typed Evaluation."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Mapping

from planeval.errors import InputError, UsageError
from planeval.evaluate.indicator import evaluate_promise, judge_promise
from planeval.evaluate.ledger import judge_items
from planeval.evaluate.materials import Evidence
from planeval.evaluate.plan_check import check_plan
from planeval.evaluate.promise import Material
from planeval.evaluate.provenance import provenance
from planeval.evaluate.restatements import restated_indicators, restatements
from planeval.evaluate.rows import source_rows
from planeval.evaluate.series import Point, variables_of
from planeval.messages import language, say
from planeval.model.evaluation import Evaluation, FollowUp, IndicatorEvaluation, Kind
from planeval.model.findings import Finding, Severity
from planeval.model.plan import Plan
from planeval.model.spoken import spoken
from planeval.model.status import PROVISIONAL, Status
from planeval.read.workspace import Workspace


def default_year(plan: Plan, kind: Kind, points: Mapping[str, Mapping[int, Point]]) -> int:
    """The plan's middle year for a mid-term, its end year for a final. For the yearly monitoring the latest year of the
    period in which a core indicator has a value that is no forecast; the first year where there is none yet.

    ``points`` are those of each indicator by key and year.
    """
    if kind is not Kind.ANNUAL:
        return plan.period.middle if kind is Kind.MIDTERM else plan.period.end
    told = [year for row in plan.indicators for year in _known(points.get(row.key, {}))]
    return max((year for year in told if year in plan.period.years), default=plan.period.start)


def _known(points: Mapping[int, Point]) -> Iterator[int]:
    """The years with a value that is no forecast."""
    return (p.year for p in points.values() if p.value is not None and p.status is not Status.FORECAST)


def evaluate(
    workspace: Workspace, plan_id: str, kind: Kind, as_of: int | None, findings: Iterable[Finding]
) -> Evaluation:
    """Evaluate a plan at the data year ``as_of`` (None: the default year of that kind).

    ``findings`` are the validation's; those that touch the plan or its place go into the evaluation.

    Raises:
        UsageError: unknown plan, or ``as_of`` outside the plan period.
        InputError: a critical finding touches the plan or its place: its reports are held back.
    """
    plan = workspace.require_plan(plan_id)
    if as_of is not None and as_of not in plan.period.years:
        span = f"{plan.period.start}—{plan.period.end}"
        raise UsageError(say("read.as_of_outside_period", found=as_of, plan=plan_id, span=span))
    touching = [f for f in findings if f.touches(plan_id, plan.region_code)]
    critical = [f for f in touching if f.severity is Severity.CRITICAL]
    if critical:
        raise InputError(*critical)

    evidence = Evidence.of(workspace, plan)
    year = default_year(plan, kind, evidence.points) if as_of is None else as_of
    core, subs = evidence.core, evidence.subs
    said = spoken(plan)
    indicators = [evaluate_promise(material) for material in evidence.materials(core, kind, year)]
    sub_targets = [evaluate_promise(material) for material in evidence.materials(subs, kind, year)]
    ledger = workspace.ledgers.get(plan_id)
    items = judge_items(said, ledger, year, workspace.method)
    used = variables_of({p.key for p in core + subs}, workspace.dictionary)
    behind = {source for own in indicators + sub_targets for v in own.values for source in v.sources}
    of_plan = (row for row in evidence.rows if row.variable in used and row.year <= year)
    listed = source_rows(of_plan, workspace.dictionary, behind)
    # Looking back makes sense only from a year the mid-term could not know.
    look_back = kind is Kind.FINAL and year > plan.period.middle
    back = evidence.materials(core + subs, Kind.MIDTERM, plan.period.middle) if look_back else []
    region = workspace.regions[plan.region_code]
    statuses = {row.status for row in listed if row.used}
    illustrative = Status.ILLUSTRATIVE in statuses or any(item.illustrative for item in items)
    published = [row.published for row in listed if row.used and row.published]
    checked = check_plan(
        plan, evidence.values, evidence.frame, workspace.dictionary, workspace.method, as_of=year
    )
    return Evaluation(
        plan=plan_id,
        lang=language(),
        plan_title=said.title,
        region_code=plan.region_code,
        region_name=region.name,
        region_name_en=region.name_en,
        issuer=said.issuer,
        document_number=said.document_number,
        plan_published=said.published_text or (plan.published.isoformat() if plan.published else ""),
        plan_source=said.source,
        evaluation_clause=said.evaluation_clause,
        kind=kind,
        period_start=plan.period.start,
        period_end=plan.period.end,
        base_year=plan.base_year,
        as_of=year,
        time_share=(year - plan.base_year) / (plan.period.end - plan.base_year),
        data_until=max(published) if published else None,
        illustrative=illustrative,
        provisional=any(i.provisional for i in indicators + sub_targets) or bool(PROVISIONAL & statuses),
        indicators=indicators,
        sub_targets=sub_targets,
        items=items,
        plan_check=checked,
        restatements=restatements(listed),
        restated=restated_indicators(
            evidence, evidence.materials(core + subs, kind, year), indicators + sub_targets
        ),
        follow_up=_follow_up(back, indicators + sub_targets),
        validation=touching,
        rows=listed,
        method=workspace.method.model_dump(mode="json", exclude={"assumptions_en"}),
        provenance=provenance(workspace, plan, evidence.frame, kind, year, platform.python_version()),
    )


def _follow_up(back: list[Material], final: list[IndicatorEvaluation]) -> list[FollowUp]:
    """The mid-term's verdicts, from today's figures, beside the final ones."""
    found = []
    for material, now in zip(back, final if back else [], strict=True):
        then = judge_promise(material)
        found.append(
            FollowUp(
                id=now.id,
                name=now.name,
                midterm=then.judgement.verdict,
                midterm_year=material.current_year,
                midterm_status=then.data_status,
                final=now.verdict,
                projected=then.projection.value if then.projection else None,
                projected_year=then.projection.year if then.projection else None,
                actual=now.current,
                actual_year=now.current_year,
                actual_status=now.data_status,
            )
        )
    return found
