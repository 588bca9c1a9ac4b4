"""What the index needs of a report, as plain JSON: made once with the report, kept in its ``record.json``.

The index of a nation is made from 5,700 of these; parsing as many evaluations would take minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from planeval.model.terms import Attribute, verdicts_of

if TYPE_CHECKING:
    from planeval.model.evaluation import Evaluation, IndicatorEvaluation


class IndicatorLine(NamedTuple):
    """A core indicator of a report, as the site's pages show and compare it; numbers in its own unit.

    ``id`` is the plan's id of the row, ``key`` the dictionary's; ``verdict`` and ``attribute`` are their values as
    text. ``numerator`` and ``denominator`` are those of ``current`` (of its year), in the dictionary's canonical units.
    ``base_comparable`` is False where the plan's base contradicts the statistics, so that nothing is told by it.
    """

    id: str
    key: str
    verdict: str
    attribute: str
    base: float | None
    base_year: int
    current: float | None
    current_year: int
    target: float | None
    progress: float | None
    numerator: float | None
    denominator: float | None
    status: str | None  # of the figures behind it; "illustrative" must be shown wherever it is used
    provisional: bool
    target_kind: str
    name: str = ""
    name_en: str = ""  # "" where there is none
    unit: str = ""  # the symbol of the data
    base_comparable: bool = True


def indicator_line(ind: IndicatorEvaluation) -> IndicatorLine:
    """The line of one indicator."""
    from planeval.report.chart_text import DOUBTFUL_BASE  # not for the index, which only reads

    now = next((value for value in ind.values if value.year == ind.current_year), None)
    return IndicatorLine(
        ind.id,
        ind.key,
        ind.verdict.value,
        ind.attribute.value,
        ind.base,
        ind.base_year,
        ind.current,
        ind.current_year,
        ind.target,
        ind.progress,
        now.numerator if now else None,
        now.denominator if now else None,
        ind.data_status.value if ind.data_status else None,
        ind.provisional,
        ind.target_kind,
        ind.name,
        ind.name_en,
        ind.unit,
        DOUBTFUL_BASE not in ind.flags,
    )


def summary_of(evaluation: Evaluation) -> dict[str, Any]:
    """The summary of one evaluation: text, numbers, booleans, None and dicts of them.

    ``counts`` are its core indicators by attribute and verdict (all verdicts of its kind and any others
    that occur, best first; only attributes that occur), ``time_share`` is a fraction, ``indicators`` are the fields of each `IndicatorLine`.
    """
    order = verdicts_of(evaluation.kind, [i.verdict for i in evaluation.indicators])
    counts: dict[str, dict[str, int]] = {}
    for attribute in Attribute:
        own = [i.verdict for i in evaluation.indicators if i.attribute is attribute]
        if own:
            counts[attribute.value] = {verdict.value: own.count(verdict) for verdict in order}
    return {
        "plan_title": evaluation.plan_title,
        "region_code": evaluation.region_code,
        "region_name": evaluation.region_name,
        "region_name_en": evaluation.region_name_en,
        "period_start": evaluation.period_start,
        "period_end": evaluation.period_end,
        "as_of": evaluation.as_of,
        "data_until": evaluation.data_until,
        "vintage": str(evaluation.provenance.parameters.get("vintage", "")),
        "time_share": evaluation.time_share,
        "counts": counts,
        "indicators": [list(indicator_line(i)) for i in evaluation.indicators],
        "illustrative": evaluation.illustrative,
        "provisional": evaluation.provisional,
    }
