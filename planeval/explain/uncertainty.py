"""How sure the value judged is, and its change: the interval's ends, and the test against the base."""

from __future__ import annotations

from collections.abc import Iterator

from planeval.compute.intervals import poisson_limits
from planeval.evaluate.promise import Material
from planeval.explain.derivation import Calculation
from planeval.explain.formula import plain, term, total
from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.messages.units import quantity
from planeval.model.evaluation import IndicatorEvaluation


def interval_steps(material: Material, own: IndicatorEvaluation) -> Iterator[Calculation]:
    """The ends of the interval of what is judged; of a weighted mean (Dobson) the numbers alone."""
    found = own.interval
    if found is None:
        return
    limits = poisson_limits(found.events, material.method.interval)
    way = say(f"report.indicators.method_{found.method}")
    told = say("explain.interval", events=found.events, method=way)
    weight = _weight(material) if found.method != "dobson" else None
    for n, end in enumerate(("lower", "upper")):
        value = found.lower if end == "lower" else found.upper
        yield Calculation(
            code=f"interval_{end}",
            name=say(f"explain.step.interval_{end}", level=fmt.share(found.level, 0)),
            formula=f"{term(limits[n])}{weight}" if weight else "",  # those of a plain count are its own
            value=value,
            unit=own.unit,
            shown=quantity(fmt.number(value, fmt.interval_decimals(found.upper, own.decimals)), own.unit),
            note=told if end == "lower" else "",
        )


def _weight(material: Material) -> str:
    """What turns the limits of a count into those of the value, as the end of a formula."""
    own, points = material.indicator, material.counted()
    scale = f" × {plain(own.scale)}" if own.scale != 1 else ""
    if own.denominator is None:
        return scale
    bottom = [p.denominator for p in points if p.denominator is not None]
    return f"{scale} ÷ {term(bottom[0]) if len(bottom) == 1 else f'({total(bottom)})'}"


def comparison_steps(own: IndicatorEvaluation) -> Iterator[Calculation]:
    """The p-value of the change since the base, where it was tested."""
    found = own.comparison
    if found is not None:
        yield Calculation(
            code="p_value",
            name=say("explain.step.p_value"),
            value=found.p_value,
            shown=fmt.number(found.p_value, 3) if found.p_value >= 0.001 else "<0.001",
            note=say(
                "explain.comparison",
                before=found.base_events,
                years=found.base_years,
                now=found.current_events,
                alpha=plain(found.alpha),
            ),
        )
