"""Hand-made plans and statistics for the plan check, and how its findings are looked up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from planeval.compute.values import indicator_values
from planeval.evaluate.plan_check import check_plan
from planeval.model.dictionary import Dictionary
from planeval.model.evaluation import PlanCheckFinding
from planeval.model.method import Method
from planeval.model.plan import Plan

DATA = Path(__file__).resolve().parents[1] / "data"
METHOD = Method(**yaml.safe_load((DATA / "method.yaml").read_text(encoding="utf-8")))
CODE = "990101"

DICTIONARY = Dictionary.model_validate(
    {
        "variables": {
            "deaths": {"name": "死亡人数", "name_en": "Deaths", "unit": "人", "kind": "count"},
            "gdp": {"name": "生产总值", "name_en": "GDP", "unit": "亿元", "kind": "amount"},
            "people": {"name": "常住人口", "name_en": "Population", "unit": "人", "kind": "count"},
            "coverage": {"name": "覆盖率", "name_en": "Coverage", "unit": "%", "kind": "rate"},
        },
        "indicators": {
            "deaths": {
                "name": "死亡人数",
                "name_en": "Deaths",
                "unit": "人",
                "numerator": "deaths",
                "decimals": 0,
                "events": True,
                "definition": "定义",
            },
            "per_gdp": {
                "name": "亿元死亡率",
                "name_en": "Deaths per GDP",
                "unit": "人/亿元",
                "numerator": "deaths",
                "denominator": "gdp",
                "decimals": 4,
                "events": True,
                "definition": "定义",
            },
            "per_head": {
                "name": "十万人死亡率",
                "name_en": "Deaths per head",
                "unit": "人/10万人",
                "numerator": "deaths",
                "denominator": "people",
                "scale": 100000,
                "decimals": 3,
                "events": True,
                "definition": "定义",
            },
            "coverage": {
                "name": "覆盖率",
                "name_en": "Coverage",
                "unit": "%",
                "direction": "higher_is_better",
                "decimals": 1,
                "definition": "定义",
            },
        },
    }
)


def indicator(
    key: str, target: dict[str, Any], base: dict[str, Any] | None = None, written: str = ""
) -> dict[str, Any]:
    return {
        "key": key,
        "no": 1,
        "attribute": "binding",
        "as_written": written or "见表",
        "target": target,
        "base": base or {"source": "statistics"},
    }


def reduction(percent: float) -> dict[str, Any]:
    return {"kind": "reduction", "percent": percent}


def at_most(level: float, unit: str, strict: bool = False) -> dict[str, Any]:
    return {"kind": "at_most", "level": level, "unit": unit, "strict": strict}


def of_plan(value: float, unit: str | None = None) -> dict[str, Any]:
    return {"source": "plan", "value": value, "unit": unit}


def plan_of(*indicators: dict[str, Any], **more: Any) -> Plan:
    content: dict[str, Any] = {
        "id": "example",
        "title": "示例规划",
        "region_code": CODE,
        "period": {"start": 2021, "end": 2025},
        "base_year": 2020,
        "issuer": "某机关",
        "published": "2021-02-01",
        "source": "手工编写",
        "indicators": indicators or [indicator("coverage", {"kind": "at_least", "level": 90, "unit": "%"})],
    }
    return Plan.model_validate(content | more)


def observed(*rows: tuple[str, int, float] | tuple[str, int, float, str]) -> pd.DataFrame:
    """Observations of the example's place: (variable, year, value[, status])."""
    records = [
        {
            "region_code": CODE,
            "year": year,
            "variable": variable,
            "value": float(value),
            "unit": DICTIONARY.variables[variable].unit,
            "status": rest[0] if rest else "final",
            "source": "手工编写",
            "published": f"{year + 1}-03",
            "checked": "",
            "as_published": "",
            "file": "observations/example.csv",
            "line": line,
            "superseded": False,
        }
        for line, (variable, year, value, *rest) in enumerate(rows, start=2)
    ]
    columns = ["region_code", "year", "variable", "value", "unit", "status", "source", "published"]
    return pd.DataFrame(records) if records else pd.DataFrame(columns=columns)


def check(plan: Plan, *rows: Any, as_of: int | None = None) -> list[PlanCheckFinding]:
    observations = observed(*rows)
    if observations.empty:
        values = pd.DataFrame(columns=["region_code", "year", "indicator", "value", "status"])
    else:
        values = indicator_values(observations, DICTIONARY)
    return check_plan(plan, values, observations, DICTIONARY, METHOD, as_of)


def found(findings: list[PlanCheckFinding], rule: str) -> list[PlanCheckFinding]:
    return [f for f in findings if f.rule == rule]


def only(findings: list[PlanCheckFinding], rule: str) -> PlanCheckFinding:
    matching = found(findings, rule)
    assert len(matching) == 1, [f.rule for f in findings]
    return matching[0]


def bases(rate: float) -> Plan:
    return plan_of(
        indicator("deaths", reduction(15), of_plan(2, "人")),
        indicator("per_head", reduction(20), of_plan(rate, "人/10万人")),
    )


def joint(count: float, rate: float) -> Plan:
    return plan_of(indicator("deaths", reduction(count)), indicator("per_gdp", reduction(rate)))


def limits(strict: bool = False) -> Plan:
    return plan_of(
        indicator("per_gdp", at_most(0.0056, "人/亿元", strict), written="0.0056人/亿元"),
        indicator("per_head", at_most(0.816, "人/10万人", strict), written="0.816人/10万人"),
    )


def project(no: int, **more: Any) -> dict[str, Any]:
    return {"id": f"project-{no}", "no": no, "name": f"第{no}项工程"} | more


def dated(no: int, due: str = "2025-12", **more: Any) -> dict[str, Any]:
    return project(no, start=2021, end=2025, due=due, lead_unit="某局") | more


def cumulative(total: float, steps: dict[int, float], due: str = "2024-12") -> dict[str, Any]:
    target = {"kind": "cumulative", "total": total, "unit": "公里", "steps": steps, "due": due}
    return {"id": "pipes", "name": "管道", "as_written": "见表", "target": target}
