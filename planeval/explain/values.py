"""The value of each year, from the figures behind it."""

from __future__ import annotations

from planeval.evaluate.promise import Material
from planeval.explain.derivation import Calculation
from planeval.explain.formula import measured, plain
from planeval.messages import say
from planeval.model.evaluation import IndicatorEvaluation, YearValue
from planeval.report import shown
from planeval.report.words import with_unit, word


def yearly(material: Material, own: IndicatorEvaluation) -> list[Calculation]:
    """The value of each year, from the figures behind it."""
    return [_of_year(material, own, value) for value in own.values]


def _of_year(material: Material, own: IndicatorEvaluation, value: YearValue) -> Calculation:
    return Calculation(
        code="value",
        name=say("explain.step.value", year=value.year),
        year=value.year,
        formula=_ratio(material, value.numerator, value.denominator) if _is_computed(value) else "",
        value=value.value,
        unit=own.unit,
        shown=with_unit(own, shown.year_number(own, value)) if value.value is not None else "",
        note=_about(value),
        sources=value.sources,
    )


def _is_computed(value: YearValue) -> bool:
    """From numerator and denominator of the place; a rate over some of its parts is a derived row of its own."""
    given = value.value is not None and value.numerator is not None and value.denominator is not None
    return given and not value.published_rate and not value.partial


def _ratio(material: Material, top: float | None, bottom: float | None) -> str:
    """``scale`` x numerator / denominator with their units."""
    own, variables = material.indicator, material.dictionary.variables
    assert (
        top is not None and bottom is not None and own.numerator is not None and own.denominator is not None
    )
    scale = f"{plain(own.scale)} × " if own.scale != 1 else ""
    above, below = variables[own.numerator].unit, variables[own.denominator].unit
    return f"{scale}{measured(top, above)} ÷ {measured(bottom, below)}"


def _about(value: YearValue) -> str:
    told = (
        [value.reason or ""]
        if value.value is None
        else [word("status", value.status) if value.status else ""]
    )
    if value.published_rate and value.value is not None:
        told.append(say("explain.published_rate"))
    if value.partial:
        told.append(say("explain.row.partial", partial=value.partial))
    if value.partial and value.value is not None:
        told.append(say("parts.over_same_parts", partial=value.partial))
    return say("report.join").join(text for text in told if text)
