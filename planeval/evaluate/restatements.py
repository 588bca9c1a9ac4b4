"""Figures that were published more than once, and the verdicts that would be other ones with the earlier figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

import numpy as np

from planeval.compute.values import indicator_values
from planeval.evaluate.indicator import Judged, judge_promise
from planeval.evaluate.materials import Evidence
from planeval.evaluate.promise import Material
from planeval.evaluate.rows import Observed
from planeval.evaluate.series import Point, series_of
from planeval.model.evaluation import (
    IndicatorEvaluation,
    Publication,
    RestatedFigure,
    RestatedIndicator,
    Restatement,
    SourceRow,
    Standing,
)
from planeval.model.status import PROVISIONAL

Series = Mapping[str, Mapping[int, Point]]
Row = TypeVar("Row", SourceRow, Observed)


def difference(before: float, after: float) -> float:
    """``after`` minus ``before`` as their decimals say: 12.4 - 8.7 is 3.7."""
    return float(Decimal(repr(after)) - Decimal(repr(before)))


def percent_change(before: float, after: float) -> float | None:
    """By how many per cent ``after`` differs from ``before``; None where that is zero."""
    return difference(before, after) / abs(before) * 100 if before else None


def restatements(rows: list[SourceRow]) -> list[Restatement]:
    """Every variable and year that was published more than once, its vintages oldest first.

    ``rows``: in reading order (`planeval.evaluate.rows.source_rows`).
    """
    return [
        Restatement(
            variable=variable,
            name=vintages[0].name,
            year=year,
            unit=vintages[0].unit,
            used=vintages[-1].used,
            vintages=[_publication(row, vintages[n - 1] if n else None) for n, row in enumerate(vintages)],
        )
        for (variable, year), vintages in _by_figure(rows).items()
        if len(vintages) > 1
    ]


def _by_figure(rows: Iterable[Row]) -> dict[tuple[str, int], list[Row]]:
    groups: dict[tuple[str, int], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.variable, row.year), []).append(row)
    return groups


def _publication(row: SourceRow, before: SourceRow | None) -> Publication:
    return Publication(
        value=row.value,
        as_published=row.as_published,
        published=row.published,
        status=row.status,
        source=row.source,
        reason=row.reason,
        provided_by=row.provided_by,
        change=difference(before.value, row.value) if before else None,
        change_percent=percent_change(before.value, row.value) if before else None,
    )


def restated_indicators(
    evidence: Evidence, materials: list[Material], judged: list[IndicatorEvaluation]
) -> list[RestatedIndicator]:
    """The indicators that earlier figures would show otherwise, with their verdicts from the first and from the
    previous vintage of every figure beside today's.

    The previous vintage is the figure before its latest change: one that was merely confirmed counts as published
    once. ``judged`` are the evaluations of ``materials``.
    """
    if evidence.first is evidence.points:
        return []
    changed = {key for key, rows in _by_figure(evidence.rows).items() if len({row.value for row in rows}) > 1}
    previous = _previous(evidence)
    found = []
    for material, now in zip(materials, judged, strict=True):
        key = material.promise.key
        if evidence.first.get(key) == previous.get(key) == evidence.points.get(key):
            continue
        first = _standing_with(material, evidence.first)
        before = first if previous is evidence.first else _standing_with(material, previous)
        today = standing_of(now)
        if _numbers(first) == _numbers(today) == _numbers(before):
            continue
        points = [*material.counted(), *material.base().points]
        behind = {figure for point in points for figure in material.figures(point)}
        found.append(
            RestatedIndicator(
                id=now.id,
                name=now.name,
                name_en=now.name_en,
                figures=[
                    RestatedFigure(variable=variable, year=year)
                    for variable, year in sorted(behind)
                    if (variable, year) in changed
                ],
                first=first,
                previous=before,
                now=today,
                changes_verdict={first.verdict, before.verdict} != {today.verdict},
            )
        )
    return found


def standing_of(judged: IndicatorEvaluation) -> Standing:
    """How an indicator stands, without what explains it."""
    return Standing(
        base=judged.base,
        current=judged.current,
        current_year=judged.current_year,
        target=judged.target,
        progress=judged.progress,
        verdict=judged.verdict,
        provisional=judged.provisional,
        data_status=judged.data_status,
    )


def _standing_with(material: Material, series: Series) -> Standing:
    """How the promise stands judged with other figures."""
    with_them = replace(material, points=series.get(material.promise.key, {}))
    judged: Judged = judge_promise(with_them)
    return Standing(
        base=judged.base.value,
        current=judged.judgement.current,
        current_year=material.current_year,
        target=judged.judgement.target,
        progress=judged.judgement.progress,
        verdict=judged.judgement.verdict,
        provisional=judged.data_status in PROVISIONAL
        or with_them.rests_on_parts(judged.judgement, judged.base),
        data_status=judged.data_status,
    )


def _numbers(standing: Standing) -> tuple[object, ...]:
    return standing.base, standing.current, standing.target, standing.progress, standing.verdict


def _previous(evidence: Evidence) -> Series:
    """The values from the figures before their latest change; mostly those are the first ones."""
    keep = np.ones(len(evidence.rows), dtype=bool)
    positions: dict[tuple[str, int], list[int]] = {}
    for n, row in enumerate(evidence.rows):
        positions.setdefault((row.variable, row.year), []).append(n)
    for own in positions.values():
        latest = evidence.rows[own[-1]].value
        earlier = [n for n in own if evidence.rows[n].value != latest]
        if earlier:  # what came after the last other value is the latest change, and its confirmations
            keep[[n for n in own if n > earlier[-1]]] = False
    if keep.sum() == len(positions):
        return evidence.first
    return series_of(indicator_values(evidence.frame[keep], evidence.workspace.dictionary))
