"""The arithmetic of an indicator, step by step, as far as its kind of target has the steps."""

from __future__ import annotations

from planeval.evaluate.indicator import Judged
from planeval.evaluate.promise import Material
from planeval.explain.derivation import Calculation
from planeval.explain.level import of_level
from planeval.explain.over_period import of_mean, of_none
from planeval.explain.uncertainty import comparison_steps, interval_steps
from planeval.model.evaluation import IndicatorEvaluation
from planeval.model.plan import NoneOccurs, PeriodMeanAtMost


def steps_of(material: Material, judged: Judged, own: IndicatorEvaluation) -> list[Calculation]:
    """From the base to the projection, as far as the kind of target has them."""
    if isinstance(judged.case.target, PeriodMeanAtMost):
        own_steps = of_mean(material, judged, own)
    elif isinstance(judged.case.target, NoneOccurs):
        own_steps = of_none(judged, own)
    else:
        own_steps = of_level(material, judged, own)
    return [*own_steps, *interval_steps(material, own), *comparison_steps(own)]
