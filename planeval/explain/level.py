"""The arithmetic of a level to be reached: base, target, where the indicator stands on its way, where that leads.

Numbers are those of the judged case; docs/method.md explains the formulas.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from planeval.evaluate.indicator import Judged
from planeval.evaluate.promise import Material
from planeval.explain.derivation import Calculation
from planeval.explain.formula import mean, plain, term
from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.messages.units import quantity
from planeval.model.evaluation import IndicatorEvaluation
from planeval.model.plan import Base, Reduction
from planeval.report import shown
from planeval.report.words import with_unit


def of_level(material: Material, judged: Judged, own: IndicatorEvaluation) -> Iterator[Calculation]:
    """From base and target to progress, pace, the change still needed and the straight line (docs/method.md, 3 and 9)."""
    case, base, level, current = judged.case, own.base, own.target, own.current
    yield _base(material, judged, own)
    yield target_step(material, own)
    if current is None:
        return
    yield Calculation(
        code="current",
        name=say("explain.step.current", year=own.current_year),
        value=current,
        unit=own.unit,
        shown=with_unit(own, shown.current_number(own)),
        note=say("explain.as_above"),
    )
    passed, whole = case.as_of - case.base_year, case.end - case.base_year
    yield Calculation(
        code="time_share",
        name=say("explain.step.time_share"),
        formula=f"({case.as_of} − {case.base_year}) ÷ ({case.end} − {case.base_year})",
        value=own.time_share,
        shown=fmt.share(own.time_share, 0),
    )
    if base is not None and own.change_percent is not None:
        formula = f"({term(current)} ÷ {term(base)} − 1) × 100"
        yield Calculation(
            code="change",
            name=say("explain.step.change"),
            formula=formula,
            value=own.change_percent,
            unit="%",
            shown=_moved(own.change_percent),
        )
    if base is not None and level is not None and own.progress is not None:
        yield from _standing(material, own, base, level, current, passed, whole)
    required = judged.judgement.required_yearly_change
    if level is not None and required is not None and math.isfinite(required):
        left = case.end - case.as_of
        yield Calculation(
            code="required",
            name=say("explain.step.required"),
            formula=f"(({term(level)} ÷ {term(current)}) ^ (1 ÷ {left}) − 1) × 100",
            value=required * 100,
            unit="%",
            shown=_moved(required * 100),
        )
    yield from _projection(judged, own)


def _standing(
    material: Material,
    own: IndicatorEvaluation,
    base: float,
    level: float,
    current: float,
    passed: int,
    whole: int,
) -> Iterator[Calculation]:
    """Where the indicator stands on its way from base to target."""
    progress = own.progress
    assert progress is not None
    yield Calculation(
        code="progress",
        name=say("explain.step.progress"),
        formula=f"({term(current)} − {term(base)}) ÷ ({term(level)} − {term(base)})",
        value=progress,
        shown=fmt.share(progress),
    )
    geometric = material.method.trajectory == "geometric" and base > 0 and level > 0
    if own.current_year in own.path and own.current_year < own.target_year:
        way = f"{term(base)} × ({term(level)} ÷ {term(base)}) ^ ({passed} ÷ {whole})"
        line = f"{term(base)} + ({term(level)} − {term(base)}) × {passed} ÷ {whole}"
        value = own.path[own.current_year]
        yield Calculation(
            code="path",
            name=say("explain.step.path", year=own.current_year),
            formula=way if geometric else line,
            value=value,
            unit=own.unit,
            shown=with_unit(own, fmt.target(value, own.decimals)),
        )
    if passed <= 0 or own.current_year >= own.target_year:
        return
    if geometric:
        observed = (current / base) ** (1 / passed) - 1
        needed = (level / base) ** (1 / whole) - 1
        formula = (
            f"(({term(current)} ÷ {term(base)}) ^ (1 ÷ {passed}) − 1) ÷ "
            f"(({term(level)} ÷ {term(base)}) ^ (1 ÷ {whole}) − 1)"
        )
        pace = observed / needed
    else:
        formula, pace = f"{term(progress)} ÷ {term(own.time_share)}", progress / own.time_share
    yield Calculation(code="pace", name=say("explain.step.pace"), formula=formula, value=pace)


def _moved(percent: float) -> str:
    """A change in per cent as the report words it."""
    direction = say(f"report.indicators.{'up' if percent > 0 else 'down'}")
    return say("explain.moved", direction=direction, change=fmt.percent(abs(percent)))


def _base(material: Material, judged: Judged, own: IndicatorEvaluation) -> Calculation:
    base, declared = judged.base, material.promise.base
    formula = note = ""
    if base.value is None:
        note = next(
            (n.text for n in own.notes if n.code in ("base_years_missing", "no_base", "no_base_needed")), ""
        )
    elif base.source == "plan":
        unit = declared.unit or own.unit
        given = quantity(plain(declared.value or 0.0), unit)
        note = say("explain.base.plan", given=given, statistics=_statistics_base(material, own))
    elif base.source == "statistics":
        note = say("explain.base.statistics", year=own.base_year)
    else:
        formula = mean(p.value for p in base.points if p.value is not None)
        note = say("explain.base.mean_of_years", first=base.points[0].year, last=base.points[-1].year)
    return Calculation(
        code="base",
        name=say("explain.step.base", year=own.base_year),
        formula=formula,
        value=own.base,
        unit=own.unit,
        shown=with_unit(own, shown.base_number(own)) if own.base is not None else "",
        note=note,
    )


def _statistics_base(material: Material, own: IndicatorEvaluation) -> str:
    """What the statistics say of the base year, beside a plan's own figure."""
    found = material.base(Base(source="statistics")).value
    if found is None:
        return say("explain.base.no_statistics", year=own.base_year)
    told = quantity(fmt.target(found, own.decimals), own.unit)
    return say("explain.base.against_statistics", year=own.base_year, value=told)


def target_step(material: Material, own: IndicatorEvaluation) -> Calculation:
    """The level of the target: as written, or how it follows from the base."""
    declared = material.promise.target
    formula, note = "", say("explain.target.as_written", words=own.as_written)
    if isinstance(declared, Reduction):
        note = say("explain.target.reduction", words=own.as_written)
        if own.base is not None and own.target is not None:
            formula = f"{term(own.base)} × (1 − {plain(declared.percent)} ÷ 100)"
    return Calculation(
        code="target",
        name=say("explain.step.target", year=own.target_year),
        formula=formula,
        value=own.target,
        unit=own.unit,
        shown=with_unit(own, shown.limit_number(own)) if own.target is not None else "",
        note=note,
    )


def _projection(judged: Judged, own: IndicatorEvaluation) -> Iterator[Calculation]:
    found, case = judged.projection, judged.case
    if found is None or found.value is None or case.base is None or own.current is None:
        return
    passed, left = case.as_of - case.base_year, case.end - case.as_of
    now, base = term(own.current), term(case.base)
    straight = own.current + (own.current - case.base) / passed * left
    yield Calculation(
        code="straight_line",
        name=say("explain.step.straight_line", year=found.year),
        formula=f"{now} + ({now} − {base}) ÷ {passed} × {left}",
        value=straight,
        unit=own.unit,
        shown="" if straight != found.value else with_unit(own, shown.projected_number(own)),
        note=""
        if straight == found.value
        else say("explain.bounded", value=with_unit(own, shown.projected_number(own))),
    )
