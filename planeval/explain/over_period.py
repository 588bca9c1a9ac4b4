"""The arithmetic of a mean over the period, and of what must not occur in it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from planeval.evaluate.indicator import Judged
from planeval.evaluate.judge import Case
from planeval.evaluate.promise import Material
from planeval.explain.derivation import Calculation
from planeval.explain.formula import mean, term, total
from planeval.explain.level import target_step
from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.messages.units import quantity
from planeval.model.evaluation import IndicatorEvaluation
from planeval.report import shown
from planeval.report.words import with_unit


def of_mean(material: Material, judged: Judged, own: IndicatorEvaluation) -> Iterator[Calculation]:
    """The mean so far, what the years may add up to, and what the remaining ones may have (docs/method.md, 4)."""
    case, judgement = judged.case, judged.judgement
    level, length = own.target, case.end - case.start + 1
    assert level is not None  # a limit on a mean is written in the plan
    yield target_step(material, own)
    at_least = _lower_bounds(case)
    if not case.known and not at_least:
        return
    span = {"first": case.start, "last": case.as_of}
    summed = case.mean * len(case.known) if case.mean is not None else math.fsum([*case.known, *at_least])
    if own.current is not None:
        yield Calculation(
            code="current",
            name=say("explain.step.mean", **span),
            formula=_of_sums(material) if case.mean is not None else mean(case.known),
            value=own.current,
            unit=own.unit,
            shown=with_unit(own, shown.current_number(own)),
            note=say(f"report.appendix.method.{material.method.period_mean}"),
        )
    if case.mean is not None:
        return
    yield Calculation(
        code="sum",
        name=say("explain.step.sum", **span),
        formula=total([*case.known, *at_least]),
        value=summed,
        unit=own.unit,
        note=say("explain.at_least") if at_least else "",
    )
    budget = level * length
    name = say("explain.step.budget", first=case.start, last=case.end)
    yield Calculation(
        code="budget", name=name, formula=f"{term(level)} × {length}", value=budget, unit=own.unit
    )
    if judgement.room_left is not None:
        remaining = length - len(case.years_so_far)
        yield Calculation(
            code="room",
            name=say("explain.step.room", n=remaining),
            formula=f"({term(budget)} − {term(summed)}) ÷ {remaining}",
            value=judgement.room_left,
            unit=own.unit,
            shown=quantity(fmt.target(judgement.room_left, own.decimals), own.unit),
        )


def _of_sums(material: Material) -> str:
    known = [p for p in material.counted() if p.value is not None]
    top = total(p.numerator for p in known if p.numerator is not None)
    bottom = total(p.denominator for p in known if p.denominator is not None)
    return f"{term(material.indicator.scale)} × ({top}) ÷ ({bottom})"


def of_none(judged: Judged, own: IndicatorEvaluation) -> Iterator[Calculation]:
    """How often it has occurred so far (docs/method.md, 5)."""
    case = judged.case
    counted = [*case.known, *_lower_bounds(case)]
    if counted:
        value = math.fsum(counted)
        yield Calculation(
            code="current" if own.current is not None else "sum",
            name=say("explain.step.occurrences", first=case.start, last=case.as_of),
            formula=total(counted),
            value=value,
            unit=own.unit,
            shown=quantity(fmt.number(value, 0), own.unit) if own.current is not None else "",
            note=say("explain.at_least") if len(counted) > len(case.known) else "",
        )


def _lower_bounds(case: Case) -> list[float]:
    """Of years without a value what the known parts of the place add up to."""
    return [case.least[year] for year in case.missing_years if case.least.get(year)]
