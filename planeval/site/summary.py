"""What the index needs of a report, as plain JSON: made once with the report, kept in its ``record.json``.

The index of a nation is made from 5,700 of these; parsing as many evaluations would take minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planeval.model.terms import FINAL_VERDICTS, MIDTERM_VERDICTS, Attribute, Kind

if TYPE_CHECKING:
    from planeval.model.evaluation import Evaluation


def summary_of(evaluation: Evaluation) -> dict[str, Any]:
    """The summary of one evaluation: text, numbers, booleans, None and dicts of them.

    ``counts`` are its core indicators by attribute and verdict (all verdicts of its kind, best first; only attributes
    that occur), ``time_share`` is a fraction.
    """
    order = MIDTERM_VERDICTS if evaluation.kind is Kind.MIDTERM else FINAL_VERDICTS
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
        "time_share": evaluation.time_share,
        "counts": counts,
        "illustrative": evaluation.illustrative,
        "provisional": evaluation.provisional,
    }
