"""How an indicator is computed, in words of the language."""

from __future__ import annotations

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.model.dictionary import Dictionary, Indicator
from planeval.report.names import name_of

F = "formula"


def formula(indicator: Indicator, dictionary: Dictionary) -> str:
    """``生产安全事故死亡人数 ÷ 常住人口 × 100,000``; what is published as it is has no formula and says so."""
    if indicator.numerator is None:
        return say(f"{F}.published")
    variables = dictionary.variables
    numerator = name_of(variables[indicator.numerator])
    if indicator.denominator is None:
        return say(f"{F}.itself", name=numerator)
    denominator = name_of(variables[indicator.denominator])
    name = "ratio" if indicator.scale == 1 else "scaled"
    return say(
        f"{F}.{name}", numerator=numerator, denominator=denominator, scale=fmt.target(indicator.scale, 0)
    )
