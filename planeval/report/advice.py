"""存在的主要问题, 目标调整建议 and 措施建议: what follows from the verdicts, by rule and never by taste."""

from __future__ import annotations

from planeval.messages import say
from planeval.messages.names import name_of
from planeval.model.evaluation import (
    CheckLevel,
    Evaluation,
    IndicatorEvaluation,
    ItemProgress,
    ItemState,
    Kind,
    Verdict,
)
from planeval.model.findings import Severity
from planeval.report import shown
from planeval.report.blocks import Block, Heading, Items, Paragraph, Section
from planeval.report.indicators import remarkable, trend_sentence, troubled
from planeval.report.overview import data_missing
from planeval.report.words import (
    at_most_named,
    due_text,
    item_name,
    join,
    named,
    section_title,
    sentences,
    verdict_words,
    with_unit,
    word,
)

# Verdicts of what is within its target now.
KEPT = frozenset({Verdict.ACHIEVED_EARLY, Verdict.MET})
STATES_TO_NAME = (
    (ItemState.OVERDUE, "overdue"),
    (ItemState.BEHIND, "behind"),
    (ItemState.NOT_STARTED, "not_started"),
    (ItemState.NO_INFORMATION, "no_information"),
)


def problems(evaluation: Evaluation) -> Section:
    """存在的主要问题: indicators, tasks and projects, the plan's text, the data."""
    groups = (
        ("indicators", _indicator_problems(evaluation)),
        ("tasks", _item_problems(evaluation)),
        ("plan", [f.text for f in evaluation.plan_check if f.level is CheckLevel.PROBLEM]),
        ("data", _data_problems(evaluation)),
    )
    blocks: list[Block] = []
    for name, texts in groups:
        if texts:
            blocks.append(Heading(3, say(f"report.problems.{name}")))
            blocks.append(Items(tuple(texts)))
    if not blocks:
        known = any(item.state is not ItemState.NO_INFORMATION for item in evaluation.items)
        text = sentences(say("report.problems.none"), "" if known else say("report.problems.no_items"))
        blocks.append(Paragraph(text))
    return Section("problems", section_title("problems", evaluation), tuple(blocks))


def _indicator_problems(evaluation: Evaluation) -> list[str]:
    found = []
    for i in troubled(evaluation):
        found.append(say("report.problems.indicator_item", **_judged(i), why=_why(i)))
    for i in evaluation.indicators + evaluation.sub_targets:
        loses = i.projection is not None and i.projection.meets_target is False
        if i.verdict in KEPT and (loses or "worse_than_base" in i.flags):
            # Level and trend are two findings: within the limit, and on the way out of it.
            why = (trend_sentence(i) if loses else "") or say("report.problems.losing_worse")
            found.append(say("report.problems.losing_item", **_judged(i), why=why))
        if i.verdict is Verdict.NOT_ASSESSABLE:
            attribute = word("attribute", i.attribute)
            name = name_of(i)
            found.append(say("report.problems.unknown_item", attribute=attribute, name=name, why=_why(i)))
    return found


def _judged(i: IndicatorEvaluation) -> dict[str, str]:
    """What every line about an indicator names: attribute, name, verdict and whether it is provisional."""
    return {
        "attribute": word("attribute", i.attribute),
        "name": name_of(i),
        "verdict": word("verdict", i.verdict),
        "mark": say("report.provisional_mark") if i.provisional else "",
    }


def _why(i: IndicatorEvaluation) -> str:
    """The sentence of figures, then the remarks the rule gave."""
    rule_notes = {
        "worse_than_base",
        "required_change_too_steep",
        "mean_cannot_be_kept",
        "occurred",
        "current_missing",
        "years_missing",
        "not_there_yet",
        "base_missing",
        "base_missing_for_reduction",
        "zero_base_for_reduction",
        "base_years_missing",
        "period_not_over",
        "not_distinguishable",
        "base_conflicts_with_statistics",
        "straight_line_would_do",
        "data_illustrative",
        "data_forecast",
    }
    parts = []
    if i.current is not None and i.target is not None and i.target_kind != "none_occurs":
        parts.append(
            say(
                "report.problems.figures_mean" if shown.is_mean(i) else "report.problems.figures",
                year=i.current_year,
                current=with_unit(i, shown.current_number(i)),
                target=with_unit(i, shown.limit_number(i)),
                target_year=i.target_year,
            )
        )
    parts += [n.text for n in remarkable(i) if n.code in rule_notes]
    return sentences(*parts)


def _item_problems(evaluation: Evaluation) -> list[str]:
    found = []
    for state, name in STATES_TO_NAME:
        own = [item for item in evaluation.items if item.state is state]
        names = [
            item_name(item) for item in own if all(note.code != "not_due_to_start" for note in item.notes)
        ]
        if names:
            found.append(say(f"report.problems.{name}", names=at_most_named(names), n=len(names)))
    return found


def _data_problems(evaluation: Evaluation) -> list[str]:
    warnings = sum(f.severity is Severity.WARNING for f in evaluation.validation)
    return [say("report.problems.data_item", n=warnings)] if warnings else []


def adjustments(evaluation: Evaluation) -> Section:
    """目标调整建议 (mid-term) or 经验与下一规划期建议 (final)."""
    texts = _lessons(evaluation) if evaluation.kind is Kind.FINAL else []
    small = []
    for i in evaluation.indicators:
        params = {
            "name": named(i),
            "target": with_unit(i, shown.limit_number(i)),
            "base": with_unit(i, shown.base_number(i)),
        }
        flags = ("target_wider_than_base", "base_conflicts_with_statistics", "fractional_target")
        for code in (*flags, "zero_base_for_reduction"):
            if code in i.flags:
                texts.append(say(f"report.adjust.{code}", **params))
        if "no_base" in i.flags:
            texts.append(say("report.adjust.base_missing", **params))
        if i.verdict is Verdict.OFF_TRACK:
            texts.append(say("report.adjust.out_of_reach", verdict=word("verdict", i.verdict), **params))
        if "small_count" in i.flags:
            small.append(named(i))
    if small:
        texts.append(say("report.adjust.small_count", names=join(small)))
    undated = [i for i in evaluation.items if i.due is None and i.item_type != "task"]
    if undated:
        texts.append(say("report.adjust.missing_due", names=at_most_named(_quoted(undated))))
    leaderless = [i for i in evaluation.items if i.lead_unit is None and i.item_type == "project"]
    if leaderless:
        texts.append(say("report.adjust.missing_lead", names=at_most_named(_quoted(leaderless))))
    blocks: list[Block] = []
    if texts:
        blocks = [Paragraph(say("report.adjust.lead")), Items(tuple(texts))]
    else:
        judged = [i for i in evaluation.indicators if i.verdict is not Verdict.NOT_ASSESSABLE]
        settled = any(not i.provisional for i in judged)
        blocks = [Paragraph(say(f"report.adjust.{'none' if settled else 'none_provisional'}"))]
    return Section("adjustments", section_title("adjust", evaluation), tuple(blocks))


def _quoted(items: list[ItemProgress]) -> list[str]:
    return [say("report.adjust.quoted", name=item.name) for item in items]


def _lessons(evaluation: Evaluation) -> list[str]:
    found = []
    both = evaluation.indicators + evaluation.sub_targets
    pending = [i for i in both if "period_not_over" in i.flags]
    if pending:
        found.append(say("report.adjust.lessons_pending", names=at_most_named([named(i) for i in pending])))
    if data_missing(evaluation):
        early = [i for i in both if i.verdict is Verdict.NOT_ASSESSABLE and i not in pending]
        told = at_most_named([named(i) for i in early])
        found.append(say("annual.too_early", year=evaluation.as_of, names=told))
        pending += early
    for verdict, name in (
        (Verdict.MET, "lessons_met"),
        (Verdict.NOT_MET, "lessons_not_met"),
        (Verdict.NOT_ASSESSABLE, "lessons_unknown"),
    ):
        names = [named(i) for i in both if i.verdict is verdict and i not in pending]
        if names:
            found.append(say(f"report.adjust.{name}", names=at_most_named(names)))
    if any("definition_break" in i.flags for i in both):
        found.append(say("report.adjust.lessons_break"))
    return found


def measures(evaluation: Evaluation) -> Section:
    """措施建议: which of the plan's own tasks bear on each indicator that needs work, and overdue projects."""
    tasks = {item.id: item for item in evaluation.items if item.item_type == "task"}
    blocks: list[Block] = []
    concerned = troubled(evaluation)
    if concerned:
        blocks.append(Paragraph(say("report.measures.lead")))
    for i in concerned:
        blocks.append(Heading(3, say("report.measures.item", name=name_of(i), verdict=verdict_words(i))))
        bearing = [tasks[section] for section in i.bears_on if section in tasks]
        if bearing:
            texts = [
                say("report.measures.task", part=t.group, section=item_name(t), state=word("state", t.state))
                for t in bearing
            ]
            blocks.append(Items(tuple(texts)))
            if all(t.state in (ItemState.ON_SCHEDULE, ItemState.COMPLETED) for t in bearing):
                blocks.append(Paragraph(say("report.measures.tasks_do_not_help")))
        else:
            name = "no_task" if tasks else "no_task_recorded"
            blocks.append(Paragraph(say(f"report.measures.{name}")))
    late = []
    for item in evaluation.items:
        if item.item_type != "task" and item.state in (ItemState.OVERDUE, ItemState.BEHIND):
            facts = _who_and_when(item)
            late.append(say(f"report.measures.{item.state.value}", name=item_name(item), facts=facts))
    if late:
        blocks += [Heading(3, say("report.measures.projects")), Items(tuple(late))]
    unknown = sum(i.verdict is Verdict.NOT_ASSESSABLE for i in evaluation.indicators + evaluation.sub_targets)
    if unknown:
        blocks.append(Paragraph(say("report.measures.unknown", n=unknown)))
    if not blocks:
        name = "none_final" if evaluation.kind is Kind.FINAL else "none"
        blocks.append(Paragraph(say(f"report.measures.{name}")))
    return Section("measures", section_title("measures", evaluation), tuple(blocks))


def _who_and_when(item: ItemProgress) -> str:
    """The due date and the lead unit of an item, or that the plan gives none."""
    due, lead = due_text(item.due), item.lead_unit
    facts = [say("report.measures.due", due=due) if due else say("report.measures.no_due")]
    if item.item_type == "project":
        facts.append(say("report.measures.lead_unit", lead=lead) if lead else say("report.measures.no_lead"))
    return join(facts)
