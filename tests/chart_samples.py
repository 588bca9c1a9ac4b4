"""Indicators with random numbers for the tests of charts and panel. The same seed gives the same indicator."""

from __future__ import annotations

from random import Random

from report_samples import indicator

from planeval.model.evaluation import IndicatorEvaluation, Interval, Projection, Verdict, YearValue
from planeval.model.status import Status

KINDS = ("reduction", "at_most", "at_least", "period_mean_at_most", "none_occurs")


def random_indicator(seed: int) -> IndicatorEvaluation:
    """Any kind of target, size, status, gap, break, interval and period."""
    random = Random(seed)
    kind = KINDS[seed % len(KINDS)]
    decimals = 0 if kind == "none_occurs" else random.randrange(5)
    size = random.choice([1.0, 40.0, 3e4]) if kind != "none_occurs" else 3.0
    base_year, length = 2020, random.choice([5, 5, 10])
    last = base_year + random.randint(1, length)
    values = []
    for year in range(base_year - random.choice([0, 0, 3]), last + 1):
        value = None if random.random() < 0.15 else round(random.uniform(0.0, size), decimals)
        values.append(
            YearValue(
                year=year,
                value=value,
                status=None if value is None else random.choice(list(Status)),
                interval=None if value is None or random.random() < 0.5 else _around(value),
                break_before="x" if random.random() < 0.15 else None,
            )
        )
    known = [v.value for v in values if v.value is not None and v.year > base_year]
    own = values[-1].value
    mean = sum(known) / len(known) if known else None
    current = {"period_mean_at_most": mean, "none_occurs": sum(known) if known else None}.get(kind, own)
    base, target = random.uniform(0.5, 1) * size, random.uniform(0.1, 1) * size
    levels = {base_year + n: base + n * (target - base) / length for n in range(length + 1)}
    on_path = kind in ("reduction", "at_most", "at_least")
    return indicator(
        target_kind=kind,
        direction="higher_is_better" if kind == "at_least" else "lower_is_better",
        decimals=decimals,
        values=values,
        base=base if on_path else None,
        base_source=random.choice(["plan", "mean_of_years"]) if on_path else "none",
        base_status=random.choice([None, Status.FINAL, Status.ILLUSTRATIVE]),
        current=current,
        current_year=last,
        target=None if kind == "none_occurs" else target,
        target_strict=random.random() < 0.5,
        target_year=base_year + length,
        path=levels if on_path else {},
        interval=_around(mean) if kind == "period_mean_at_most" and mean else None,
        verdict=random.choice(list(Verdict)),
        provisional=random.random() < 0.5,
        data_status=None if current is None else random.choice(list(Status)),
        projection=_projection(random, kind, base_year + length, size) if last < base_year + length else None,
    )


def _around(value: float) -> Interval:
    return Interval(lower=value * 0.8, upper=value * 1.3 + 1, level=0.95, method="byar", events=9)


def _projection(random: Random, kind: str, year: int, size: float) -> Projection | None:
    mean = kind == "period_mean_at_most"
    if kind == "none_occurs":
        return None
    return Projection(
        year=year,
        value=None if mean else random.uniform(0, size),
        meets_target=None,
        average_yearly_change=None,
        required_yearly_change_percent=None,
        room_left=random.uniform(0, size) if mean else None,
    )
