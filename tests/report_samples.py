"""Sample evaluations for the tests of what readers see. Every number in here is made up."""

from __future__ import annotations

from planeval.model.evaluation import (
    Evaluation,
    IndicatorEvaluation,
    Interval,
    Kind,
    Projection,
    Provenance,
    Verdict,
    YearValue,
)
from planeval.model.plan import Attribute
from planeval.model.status import Status


def indicator(**changes: object) -> IndicatorEvaluation:
    """A reduction of deaths by 15 %: 2021 missing, 2023 illustrative with an interval."""
    values = [
        YearValue(year=2020, value=1340.0, status=Status.FINAL),
        YearValue(year=2021, value=None, status=None, reason="该年未公布全年数据"),
        YearValue(year=2022, value=1262.0, status=Status.PRELIMINARY),
        YearValue(
            year=2023,
            value=1199.0,
            status=Status.ILLUSTRATIVE,
            interval=Interval(lower=1132.1, upper=1268.8, level=0.95, method="byar", events=1199),
        ),
    ]
    fields: dict[str, object] = {
        "key": "accident_deaths",
        "id": "accident_deaths",
        "no": 1,
        "name": "生产安全事故死亡人数",
        "name_en": "Deaths in workplace accidents",
        "attribute": Attribute.BINDING,
        "target_kind": "reduction",
        "as_written": "下降15%",
        "unit": "人",
        "decimals": 0,
        "direction": "lower_is_better",
        "base": 1340.0,
        "base_year": 2020,
        "base_source": "statistics",
        "base_status": Status.FINAL,
        "current": 1199.0,
        "current_year": 2023,
        "target": 1139.0,
        "period_start": 2021,
        "target_year": 2025,
        "change_percent": -10.5,
        "progress": 0.70,
        "time_share": 0.6,
        "verdict": Verdict.AHEAD,
        "provisional": True,
        "interval": None,
        "comparison": None,
        "projection": Projection(
            year=2025,
            value=1105.0,
            meets_target=True,
            average_yearly_change=-47.0,
            required_yearly_change_percent=-2.5,
        ),
        "data_status": Status.ILLUSTRATIVE,
        "flags": [],
        "notes": [],
        "values": values,
        "path": {2020: 1340.0, 2021: 1299.8, 2022: 1259.6, 2023: 1219.4, 2024: 1179.2, 2025: 1139.0},
    }
    return IndicatorEvaluation(**(fields | changes))  # type: ignore[arg-type]


def mean_indicator(**changes: object) -> IndicatorEvaluation:
    """A period mean with a limit; 2021 missing."""
    values = [
        YearValue(year=2020, value=8120.0, status=Status.FINAL),
        YearValue(year=2021, value=None, status=None),
        YearValue(year=2022, value=7931.0, status=Status.FINAL),
        YearValue(year=2023, value=6772.0, status=Status.FINAL),
    ]
    fields: dict[str, object] = {
        "key": "disaster_affected_per_100k",
        "id": "disaster_affected_per_100k",
        "name": "年均每十万人受灾人次",
        "unit": "人次/10万人",
        "attribute": Attribute.EXPECTED,
        "target_kind": "period_mean_at_most",
        "base": None,
        "base_source": "none",
        "base_status": None,
        "current": 7351.5,
        "target": 15000.0,
        "target_strict": True,
        "verdict": Verdict.ON_TRACK,
        "provisional": False,
        "data_status": Status.FINAL,
        "values": values,
        "path": {},
        "projection": Projection(
            year=2025,
            value=None,
            meets_target=None,
            average_yearly_change=None,
            required_yearly_change_percent=None,
            room_left=30148.5,
        ),
    }
    return indicator(**(fields | changes))


def evaluation(**changes: object) -> Evaluation:
    """A mid-term evaluation with one binding and one expected indicator."""
    fields: dict[str, object] = {
        "plan": "sample",
        "plan_title": "示例区应急管理专项规划",
        "region_code": "010101",
        "region_name": "示例区",
        "region_name_en": "Sample",
        "issuer": None,
        "document_number": None,
        "plan_published": "2022年",
        "plan_source": "测试",
        "evaluation_clause": "",
        "kind": Kind.MIDTERM,
        "period_start": 2021,
        "period_end": 2025,
        "base_year": 2020,
        "as_of": 2023,
        "time_share": 0.6,
        "data_until": "2024-02-29",
        "illustrative": True,
        "provisional": True,
        "indicators": [indicator(), mean_indicator()],
        "sub_targets": [],
        "items": [],
        "plan_check": [],
        "restatements": [],
        "follow_up": [],
        "validation": [],
        "rows": [],
        "method": {},
        "provenance": Provenance(
            planeval="0", python="3", data="data", libraries={}, inputs={}, parameters={}
        ),
    }
    return Evaluation(**(fields | changes))  # type: ignore[arg-type]
