"""Trying things out: verdicts as tables, another cut-off, path or base, and what flips. For the workbench notebook and for
whoever explores in JupyterLab; nothing here is published or stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import pandas as pd
from pydantic import BaseModel, ValidationError

from planeval.errors import InputError, UsageError, hint
from planeval.evaluate.evaluation import evaluate
from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.messages.names import name_of
from planeval.model.evaluation import Evaluation, IndicatorEvaluation
from planeval.model.findings import Finding
from planeval.model.method import Method, VerdictRule
from planeval.model.plan import PlanIndicator
from planeval.model.terms import Kind
from planeval.read.workspace import Workspace
from planeval.report.blocks import Block, Figures, Items, Paragraph, Section
from planeval.report.charts import indicator_chart
from planeval.report.indicators import remarks, sentence
from planeval.report.overview import place_of
from planeval.report.shown import base_number, current_number, limit_number
from planeval.report.words import verdict_words, with_unit

Model = TypeVar("Model", bound=BaseModel)


def evaluated(
    workspace: Workspace, plan: str, kind: str, findings: Sequence[Finding], as_of: int | None = None
) -> Evaluation:
    """A plan, evaluated; ``kind`` by its name (annual, midterm, final), otherwise as `planeval.evaluate.evaluation.evaluate`.

    Raises:
        UsageError: no such plan or kind, or a year outside the plan period.
        InputError: a critical finding holds the plan's reports back.
    """
    kinds = [known.value for known in Kind]
    if kind not in kinds:
        raise UsageError(say("read.unknown_kind", found=kind, hint=hint(kind, kinds)))
    return evaluate(workspace, plan, Kind(kind), as_of, findings)


def noted(findings: Sequence[Finding]) -> Items:
    """What validation found, as a list."""
    return Items(tuple(str(finding) for finding in findings))


def indicator_of(evaluation: Evaluation, wanted: str) -> IndicatorEvaluation:
    """A core indicator or sub-target by its id.

    Raises:
        UsageError: there is none.
    """
    known = {i.id: i for i in evaluation.indicators + evaluation.sub_targets}
    if wanted not in known:
        raise UsageError(say("explore.unknown_indicator", found=wanted, hint=hint(wanted, known)))
    return known[wanted]


def indicator(evaluation: Evaluation, wanted: str) -> Section:
    """One indicator in words and as a chart, with what must be known beside it.

    Raises:
        UsageError: as `indicator_of`.
    """
    own = indicator_of(evaluation, wanted)
    blocks: list[Block] = [
        Paragraph(sentence(own, evaluation.period_start)),
        Figures((indicator_chart(own),)),
    ]
    told = remarks(own)
    return Section(
        f"explore-{evaluation.plan}-{own.id}",
        say("explore.of_place", place=place_of(evaluation), name=name_of(own)),
        tuple([*blocks, Items(tuple(told))] if told else blocks),
    )


def derivation(workspace: Workspace, evaluation: Evaluation, wanted: str) -> str:
    """How a number and its verdict came about, as ``explain`` prints it: rows, formulas, rule, what would change it.

    Raises:
        UsageError: there is no such indicator, sub-target or item.
    """
    from planeval.explain.find import derivation_of
    from planeval.explain.text import terminal

    return terminal(derivation_of(workspace, evaluation, wanted))


def verdicts(
    workspace: Workspace,
    plans: Sequence[str],
    kind: str,
    findings: Sequence[Finding],
    as_of: int | None = None,
) -> pd.DataFrame:
    """The core indicators of some plans: a row a place and indicator, with base, current value, target, progress and
    verdict as a report shows them. A place that is held back has one row that says so.

    Raises:
        UsageError: as `evaluated`.
    """
    column = {name: say(f"explore.column.{name}") for name in ("place", "indicator", *_SHOWN)}
    rows: list[dict[str, str]] = []
    for plan in plans:
        try:
            evaluation = evaluated(workspace, plan, kind, findings, as_of)
        except InputError:
            rows.append({"place": plan, "indicator": say("explore.all"), "verdict": say("explore.held_back")})
            continue
        rows += [{"place": place_of(evaluation), **_row(own)} for own in evaluation.indicators]
    table = pd.DataFrame(rows, columns=list(column)).fillna("").rename(columns=column)
    return table.set_index([column["place"], column["indicator"]])


_SHOWN = ("base", "current", "target", "progress", "verdict")


def _row(own: IndicatorEvaluation) -> dict[str, str]:
    return {
        "indicator": name_of(own),
        "base": with_unit(own, base_number(own)),
        "current": with_unit(own, current_number(own)),
        "target": with_unit(own, limit_number(own)),
        "progress": fmt.percent(None if own.progress is None else 100 * own.progress, 1),
        "verdict": verdict_words(own),
    }


def side_by_side(table: pd.DataFrame) -> pd.DataFrame:
    """The verdicts of a table made by `verdicts`: a row an indicator, a column a place."""
    place, verdict = say("explore.column.place"), say("explore.column.verdict")
    return table[verdict].unstack(place, sort=False).fillna(fmt.MISSING)


def flips(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Where two tables made by `verdicts` judge differently: the verdicts of both, and their progress."""
    verdict, progress = say("explore.column.verdict"), say("explore.column.progress")
    then, now = say("explore.column.before"), say("explore.column.after")
    both = {
        (name, when): table[name].reindex(before.index)
        for name in (verdict, progress)
        for when, table in ((then, before), (now, after))
    }
    changed = both[verdict, then].to_numpy() != both[verdict, now].to_numpy()
    return pd.DataFrame(both)[changed]


# ---- another method, another base -----------------------------------------------------------------------------------


def with_method(workspace: Workspace, **changes: Any) -> Workspace:
    """The same data under another method: keys of ``method.yaml`` (``trajectory="geometric"``), those below ``verdicts`` by
    their own names (``ahead_from=1.2``).

    Raises:
        UsageError: there is no such key, or it cannot have that value.
    """
    cut_offs = set(VerdictRule.model_fields)
    known = [*Method.model_fields, *VerdictRule.model_fields]
    for name in changes:
        if name not in known:
            raise UsageError(say("explore.unknown_key", found=name, hint=hint(name, known)))
    content = workspace.method.model_dump()
    content["verdicts"] |= {name: value for name, value in changes.items() if name in cut_offs}
    content |= {name: value for name, value in changes.items() if name not in cut_offs}
    return replace(workspace, method=_checked(Method, content))


def with_base(workspace: Workspace, plan: str, wanted: str, **base: Any) -> Workspace:
    """The same data with another base of one core indicator, written as in a plan file: ``source="statistics"``,
    ``source="mean_of_years"``, ``source="plan", value=0.05``.

    Raises:
        UsageError: no such plan or core indicator, or no base is written so.
        InputError: the plan's file has mistakes.
    """
    written = workspace.require_plan(plan)
    keys = [row.key for row in written.indicators]
    if wanted not in keys:
        raise UsageError(say("explore.unknown_indicator", found=wanted, hint=hint(wanted, keys)))
    rows = tuple(
        _checked(PlanIndicator, {**row.model_dump(), "base": base}) if row.key == wanted else row
        for row in written.indicators
    )
    changed = written.model_copy(update={"indicators": rows})
    return replace(workspace, plans={**workspace.plans, plan: changed})


def _checked(model: type[Model], content: dict[str, Any]) -> Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            say("explore.bad_value", key=key, found=first["input"], reason=first["msg"])
        ) from None
