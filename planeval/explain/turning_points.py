"""What would change a verdict: the same case judged again with another value of the year that is judged.

The rule is asked, never inverted: a point is found where the verdict changes, whatever the rule may be.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Literal

from planeval.evaluate.judge import judge
from planeval.evaluate.promise import Material
from planeval.evaluate.series import Point, absent
from planeval.explain.derivation import TurningPoint
from planeval.explain.formula import plain
from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.messages.units import quantity
from planeval.model.evaluation import IndicatorEvaluation, Verdict
from planeval.report.words import with_unit, word

Direction = Literal["down", "up"]
# How far from the value another verdict is looked for, in multiples of value, base and target; and the first step.
_FARTHEST, _FIRST = 20.0, 0.01
# How exactly the point is found, in units of the last decimal that the indicator is shown with.
_FINER = 1e-3


class Judge:
    """Judges the promise again with another value of the year judged."""

    def __init__(self, material: Material, own: IndicatorEvaluation) -> None:
        self.material, self.own, self.year = material, own, material.current_year
        self.point: Point | None = material.points.get(self.year)
        self._case = material.case(material.base().value)

    def at(self, value: float, numerator: float | None = None) -> Verdict:
        """The verdict if the year's value were this; ``numerator``: of how many events."""
        method = self.material.method
        case = replace(
            self._case,
            values={**self._case.values, self.year: value},
            mean=self._mean(value, numerator) if method.period_mean == "ratio_of_sums" else None,
        )
        return judge(case, self.material.kind, method.verdicts, method.trajectory).verdict

    def _mean(self, value: float, numerator: float | None) -> float | None:
        point = self.point or absent(self.year, self.material.promise.key, self.material.indicator)
        changed = point._replace(value=value, numerator=point.numerator if numerator is None else numerator)
        points = {**self.material.points, self.year: changed}
        return self.material.mean(self.material.method.period_mean, points)

    @property
    def scale(self) -> float:
        """The size of the numbers of this case."""
        known = [self.own.base, self.own.target, self.point.value if self.point else None]
        return max((abs(v) for v in known if v), default=1.0)


def turning_points(material: Material, own: IndicatorEvaluation) -> list[TurningPoint]:
    """The nearest change of verdict in each direction; none where the year has no value."""
    asked = Judge(material, own)
    if asked.point is None or asked.point.value is None:
        return []
    directions: tuple[Direction, ...] = ("down", "up")
    return [_turning(asked, direction) for direction in directions]


def at_interval_ends(material: Material, own: IndicatorEvaluation) -> list[str]:
    """The verdict at both ends of the interval of the value judged."""
    if own.interval is None or own.target_kind in ("period_mean_at_most", "none_occurs"):
        return []
    asked = Judge(material, own)
    lower, upper = (asked.at(end) for end in (own.interval.lower, own.interval.upper))
    name = "same" if lower is upper is own.verdict else "differ"
    level = fmt.share(own.interval.level, 0)
    text = say(
        f"explain.ends.{name}", level=level, lower=word("verdict", lower), upper=word("verdict", upper)
    )
    return [text]


def if_it_were_known(material: Material, own: IndicatorEvaluation) -> list[str]:
    """What a value that is missing today would decide; [] where the value is there or decides nothing alone."""
    asked, level = Judge(material, own), own.target
    if asked.point is not None and asked.point.value is not None:
        return []
    if level is None or own.target_kind in ("period_mean_at_most", "none_occurs"):
        return [say("explain.turning.unknown", year=own.current_year)]
    kept = asked.at(level * (1 - 1e-6) if own.direction == "lower_is_better" else level * (1 + 1e-6))
    return [
        say(
            "explain.turning.if_known",
            year=own.current_year,
            target=quantity(plain(level), own.unit),
            verdict=word("verdict", kept),
        )
    ]


def _turning(asked: Judge, direction: Direction) -> TurningPoint:
    counted = asked.own.interval is not None or asked.material.indicator.events
    whole = asked.point is not None and asked.point.numerator is not None and asked.point.numerator % 1 == 0
    computed = asked.point is not None and not asked.point.published_rate
    found = _by_events(asked, direction) if counted and whole and computed else _by_value(asked, direction)
    if found is not None:
        return found
    text = say(f"explain.turning.never_{direction}", year=asked.own.current_year)
    return TurningPoint(direction=direction, year=asked.own.current_year, text=text)


# ---- counts of events -------------------------------------------------------------------------------------------


def _by_events(asked: Judge, direction: Direction) -> TurningPoint | None:
    point, indicator = asked.point, asked.material.indicator
    assert point is not None and point.numerator is not None
    if indicator.denominator is not None and not point.denominator:
        return None
    weight = indicator.scale / (
        point.denominator if indicator.denominator is not None and point.denominator else 1.0
    )
    now = int(point.numerator)
    step = -1 if direction == "down" else 1
    most = now if direction == "down" else math.ceil(_FARTHEST * asked.scale / weight) + 1

    def verdict(more: int) -> Verdict:
        return asked.at((now + step * more) * weight, now + step * more)

    more = _first_change(verdict, asked.own.verdict, most)
    if more is None:
        return None
    events, value = now + step * more, (now + step * more) * weight
    return TurningPoint(
        direction=direction,
        year=asked.own.current_year,
        events=step * more,
        value=value,
        verdict=verdict(more),
        text=_events_text(asked, direction, more, events, value, verdict(more)),
    )


def _events_text(
    asked: Judge, direction: Direction, more: int, events: int, value: float, verdict: Verdict
) -> str:
    indicator, variables = asked.material.indicator, asked.material.dictionary.variables
    unit = variables[indicator.numerator].unit if indicator.numerator else indicator.unit
    name = f"explain.turning.events_{direction}{'_rate' if indicator.denominator else ''}"
    return say(
        name,
        year=asked.own.current_year,
        more=quantity(fmt.number(more), unit),
        events=quantity(fmt.number(events), unit),
        value=with_unit(asked.own, plain(value)),
        verdict=word("verdict", verdict),
    )


def _first_change(verdict: Callable[[int], Verdict], own: Verdict, most: int) -> int | None:
    """The smallest whole number from 1 to ``most`` at which the verdict is another one: one after the other at first,
    then in growing steps, the last of which is halved."""
    same, more = 0, 1
    while same < most:
        if verdict(more) is not own:
            while more - same > 1:
                middle = (same + more) // 2
                same, more = (middle, more) if verdict(middle) is own else (same, middle)
            return more
        same, more = more, min(more + max(1, more // 8), most)
    return None


# ---- other values -----------------------------------------------------------------------------------------------


def _by_value(asked: Judge, direction: Direction) -> TurningPoint | None:
    assert asked.point is not None and asked.point.value is not None
    now, own = asked.point.value, asked.own
    same = now
    for value in _ladder(now, asked.scale, direction, 100.0 if own.unit == "%" else math.inf):
        if asked.at(value) is not own.verdict:
            beyond = value
            break
        same = value
    else:
        return None
    while abs(beyond - same) > _FINER * 10.0**-own.decimals and (middle := (same + beyond) / 2) not in (
        same,
        beyond,
    ):
        same, beyond = (middle, beyond) if asked.at(middle) is own.verdict else (same, middle)
    verdict = asked.at(beyond)
    value = _told(asked, beyond, verdict, direction)
    text = say(
        f"explain.turning.value_{direction}",
        year=own.current_year,
        now=with_unit(own, plain(now)),
        value=with_unit(own, plain(value)),
        verdict=word("verdict", verdict),
    )
    return TurningPoint(direction=direction, year=own.current_year, value=value, verdict=verdict, text=text)


def _ladder(now: float, scale: float, direction: Direction, largest: float) -> Iterator[float]:
    """Values ever farther from ``now``, the limit of what is possible last."""
    step = _FIRST * scale
    while step <= _FARTHEST * scale:
        value = now - step if direction == "down" else now + step
        if value <= 0 or value >= largest:
            break
        yield value
        step *= 4
    limit = 0.0 if direction == "down" else largest
    if math.isfinite(limit) and limit != now:
        yield limit


def _told(asked: Judge, beyond: float, verdict: Verdict, direction: Direction) -> float:
    """The number nearest to ``beyond`` with few decimals at which the verdict is the other one indeed."""
    outward = math.floor if direction == "down" else math.ceil
    for decimals in range(asked.own.decimals, asked.own.decimals + fmt.MOST_JUDGED_DECIMALS):
        for value in (round(beyond, decimals), outward(beyond * 10**decimals) / 10**decimals):
            near = abs(value - beyond) <= fmt.TARGET_TOLERANCE * asked.scale
            if near and value >= 0 and asked.at(value) is verdict:
                return value
    return beyond
