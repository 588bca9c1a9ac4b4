"""What a plan leaves out, and dates and sums that do not fit: rules that need no statistics."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import product

from planeval.evaluate.plan_check_text import date_text, figure, finding, listing, percent
from planeval.messages import say
from planeval.messages.names import in_language, name_of
from planeval.model.dictionary import Dictionary
from planeval.model.evaluation import CheckLevel, PlanCheckFinding
from planeval.model.plan import (
    AtLeast,
    AtMost,
    CompleteBy,
    Cumulative,
    Due,
    PeriodMeanAtMost,
    Plan,
    Project,
    Reduction,
    SubTarget,
)

_PUBLISHED_TEXT = re.compile(r"(?P<year>[0-9]{4})\s*年(?:\s*(?P<month>[0-9]{1,2})\s*月)?")
# Nothing but digits, comparison signs and brackets: the plan wrote a bare number.
_BARE_NUMBER = re.compile(r"[\d.,\s<>=≤≥＜＞()（）]+")


def check_gaps(plan: Plan, dictionary: Dictionary) -> Iterator[PlanCheckFinding]:
    """Findings about missing bases, units, dates, lead units and years (one a sort), sums and dates."""
    yield from _missing(plan, dictionary)
    yield from _steps(plan)
    yield from _due_dates(plan)
    yield from _publication(plan)


# ---- what is missing -----------------------------------------------------------------------------


def _missing(plan: Plan, dictionary: Dictionary) -> Iterator[PlanCheckFinding]:
    compared = [i for i in plan.indicators if isinstance(i.target, Reduction | AtMost | AtLeast)]
    baseless = [i.key for i in compared if i.base.source != "plan"]
    yield from _absent("missing_base", baseless, [dictionary.indicators[key].name for key in baseless])

    unitless = []
    for row in plan.indicators:
        level = isinstance(row.target, AtMost | AtLeast | PeriodMeanAtMost)
        bare_level = level and _BARE_NUMBER.fullmatch(row.as_written) is not None
        bare_base = row.base.source == "plan" and row.base.unit is None
        if bare_level or bare_base:
            unitless.append(row.key)
    yield from _absent("missing_unit", unitless, [dictionary.indicators[key].name for key in unitless])

    undated = [s for s in plan.sub_targets if due_of(s) is None]
    undated_projects = [p for p in plan.projects if p.due is None]
    names = [name_of(s) for s in undated] + _project_names(plan, undated_projects)
    yield from _absent("missing_due_date", [s.id for s in undated] + [p.id for p in undated_projects], names)

    timeless = [p for p in plan.projects if p.start is None or p.end is None]
    yield from _absent("missing_project_years", [p.id for p in timeless], _project_names(plan, timeless))
    leaderless = [p for p in plan.projects if p.lead_unit is None]
    yield from _absent("missing_lead_unit", [p.id for p in leaderless], _project_names(plan, leaderless))

    facts = [] if plan.issuer else ["issuer"]
    if publication(plan) is None:
        facts.append("published")
    yield from _absent(
        "missing_publication_facts", facts, [say(f"plan_check.facts.{fact}") for fact in facts]
    )


def _absent(rule: str, ids: Sequence[str], names: Sequence[str]) -> Iterator[PlanCheckFinding]:
    if ids:
        text = say(f"plan_check.{rule}", items=listing(names))
        yield finding(rule, CheckLevel.CAUTION, text, ids, numbers={"count": len(ids)})


def _project_names(plan: Plan, chosen: Sequence[Project]) -> list[str]:
    names = [name_of(project) for project in chosen]
    if len(chosen) == len(plan.projects) > 1:
        return [say("plan_check.all_projects", number=len(names), names=listing(names))]
    return names


def due_of(sub_target: SubTarget) -> Due | None:
    """The date of a sub-target, wherever the plan file holds it."""
    target = sub_target.target
    own = target.due if isinstance(target, CompleteBy | Cumulative) else None
    return own or sub_target.due


# ---- sums ----------------------------------------------------------------------------------------


def _steps(plan: Plan) -> Iterator[PlanCheckFinding]:
    for sub_target in plan.sub_targets:
        target = sub_target.target
        if not isinstance(target, Cumulative) or not target.steps:
            continue
        # Decimal: 34 + 67.2 + 47.3 is 148.5 exactly, which binary floats do not promise.
        steps = {year: Decimal(repr(quantity)) for year, quantity in sorted(target.steps.items())}
        added, total = sum(steps.values(), Decimal(0)), Decimal(repr(target.total))
        if added == total and len(steps) == 1:
            continue  # one step equal to the total confirms nothing
        parts = listing(
            say("plan_check.step_part", year=year, quantity=figure(float(step), target.unit))
            for year, step in steps.items()
        )
        level = CheckLevel.CONFIRMED if added == total else CheckLevel.PROBLEM
        text = say(
            f"plan_check.steps_add_up.{level.value}",
            name=name_of(sub_target),
            parts=parts,
            sum=figure(float(added), target.unit),
            total=figure(target.total, target.unit),
            difference=figure(float(abs(added - total)), target.unit),
        )
        numbers = {"sum": added, "total": total, "difference": added - total}
        yield finding("steps_add_up", level, text, [sub_target.id], numbers=numbers)


# ---- dates ---------------------------------------------------------------------------------------


def publication(plan: Plan) -> Due | None:
    """Year and month of publication, from the date or from the text where only that is known."""
    if plan.published is not None:
        return Due(year=plan.published.year, month=plan.published.month)
    match = _PUBLISHED_TEXT.search(plan.published_text)
    if match is None:
        return None
    month = match["month"]
    return Due(year=int(match["year"]), month=int(month) if month and 1 <= int(month) <= 12 else None)


def _dated(plan: Plan) -> list[tuple[str, str, Due]]:
    """id, name and due date of everything that has one."""
    dated = [(s.id, name_of(s), due) for s in plan.sub_targets if (due := due_of(s)) is not None]
    return dated + [(p.id, name_of(p), p.due) for p in plan.projects if p.due is not None]


def _item(name: str, due: Due) -> str:
    return say("plan_check.item_part", name=name, date=date_text(due))


def _due_dates(plan: Plan) -> Iterator[PlanCheckFinding]:
    start, end = plan.period.start, plan.period.end
    outside = [(i, _item(name, due)) for i, name, due in _dated(plan) if not start <= due.year <= end]
    for sub_target in plan.sub_targets:
        steps = sub_target.target.steps if isinstance(sub_target.target, Cumulative) else {}
        outside += [
            (sub_target.id, _item(name_of(sub_target), Due(year=year)))
            for year in sorted(steps)
            if not start <= year <= end
        ]
    if outside:
        items = listing(dict.fromkeys(text for _, text in outside))
        text = say("plan_check.due_outside_period", start=start, end=end, items=items)
        yield finding("due_outside_period", CheckLevel.PROBLEM, text, [i for i, _ in outside])

    contradictory = [
        p
        for p in plan.projects
        if p.due is not None
        and ((p.end is not None and p.due.year != p.end) or (p.start is not None and p.due.year < p.start))
    ]
    if contradictory:
        items = listing(
            say(
                "plan_check.project_years",
                name=name_of(p),
                start=p.start or "—",
                end=p.end or "—",
                due=date_text(p.due),
            )
            for p in contradictory
            if p.due is not None
        )
        text = say("plan_check.project_years_contradict", items=items)
        yield finding("project_years_contradict", CheckLevel.PROBLEM, text, [p.id for p in contradictory])

    # A milestone whose name stands whole in a project's name is that project's subject: in the plan's own words,
    # whatever language is spoken.
    for sub_target, project in product(plan.sub_targets, plan.projects):
        due = due_of(sub_target)
        if not isinstance(sub_target.target, CompleteBy | Cumulative) or due is None or project.due is None:
            continue
        if sub_target.name in project.name and due.ordinal != project.due.ordinal:
            text = say(
                "plan_check.due_dates_differ",
                sub_target=name_of(sub_target),
                sub_due=date_text(due),
                project=name_of(project),
                project_due=date_text(project.due),
            )
            level = CheckLevel.CAUTION if due.year == project.due.year else CheckLevel.PROBLEM
            yield finding("due_dates_differ", level, text, [sub_target.id, project.id])


def _publication(plan: Plan) -> Iterator[PlanCheckFinding]:
    published = publication(plan)
    if published is None:
        return
    text_of_date = in_language(plan.published_text, plan.published_text_en) or date_text(published)
    # Where only the year is known, nothing is said that a later month would make wrong.
    moment = published.ordinal if published.month else float(published.year)
    elapsed = round((moment - plan.period.start) * 12)
    total = (plan.period.end - plan.period.start + 1) * 12
    if elapsed >= 12:
        share = elapsed / total
        months = say(
            f"plan_check.published_late.{'months' if published.month else 'months_at_least'}", number=elapsed
        )
        text = say(
            f"plan_check.published_late.{'within' if elapsed < total else 'over'}",
            published=text_of_date,
            total=total // 12,
            elapsed=months,
            share=percent(share, 2),
            start=plan.period.start,
            end=plan.period.end,
        )
        numbers = {"elapsed_months": elapsed, "share_percent": share * 100}
        yield finding("published_late", CheckLevel.CAUTION, text, [], numbers=numbers)

    late = [(i, name, due) for i, name, due in _dated(plan) if published.month and due.ordinal < moment]
    if late:
        items = listing(_item(name, due) for _, name, due in late)
        text = say("plan_check.due_before_published", published=text_of_date, items=items)
        yield finding("due_before_published", CheckLevel.CAUTION, text, [i for i, _, _ in late])
