"""A small valid table of statistics, made by hand, that tests of validation break in one place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from planeval.model.dictionary import Dictionary
from planeval.model.findings import Finding
from planeval.model.method import Method
from planeval.model.plan import Plan
from planeval.model.validation import ValidationResult
from planeval.read.regions import Region
from planeval.read.workspace import Workspace
from planeval.validate.run import validate

ROOT = Path(__file__).resolve().parents[1]
GULOU, MAWEI, CITY, NEW = "350102", "350105", "350100", "350111"
REGIONS = {
    code: Region(region_code=code, name=name, name_en=name, level=level, parent=parent)
    for code, name, level, parent in [
        (CITY, "福州市", "city", None),
        (GULOU, "鼓楼区", "county", CITY),
        (MAWEI, "马尾区", "county", CITY),
        (NEW, "新设区", "county", CITY),
    ]
}
COUNTS = {
    "accident_deaths": "人",
    "accidents": "起",
    "general_accidents": "起",
    "larger_accidents": "起",
    "serious_accidents": "起",
    "extremely_serious_accidents": "起",
    "major_accidents": "起",
    "population": "人",
    "disaster_affected": "人次",
}
AMOUNTS = {"gdp": "亿元", "disaster_loss": "亿元", "flood_drought_loss": "亿元", "relief_hours": "小时"}
NAMES = {
    "accident_deaths": "生产安全事故死亡人数",
    "accidents": "生产安全事故起数",
    "population": "常住人口",
    "gdp": "地区生产总值",
    "disaster_affected": "受灾人次",
    "disaster_loss": "自然灾害直接经济损失",
    "flood_drought_loss": "洪旱灾害直接经济损失",
}


def a_dictionary(
    breaks: dict[int, str] | None = None, region_breaks: dict[str, dict[int, str]] | None = None
) -> Dictionary:
    def variable(key: str, unit: str, kind: str) -> dict[str, Any]:
        return {"name": NAMES.get(key, key), "name_en": key, "unit": unit, "kind": kind}

    def indicator(name: str, unit: str, **rest: Any) -> dict[str, Any]:
        return {"name": name, "name_en": name, "unit": unit, "decimals": 3, "definition": name, **rest}

    variables = {key: variable(key, unit, "count") for key, unit in COUNTS.items()}
    variables |= {key: variable(key, unit, "amount") for key, unit in AMOUNTS.items()}
    variables["warning_public_coverage"] = variable("预警覆盖率", "%", "rate")
    variables["accident_deaths"] |= {"breaks": breaks or {}, "region_breaks": region_breaks or {}}
    return Dictionary(
        variables=variables,
        indicators={
            "deaths_per_100m_gdp": indicator(
                "亿元GDP死亡率", "人/亿元", numerator="accident_deaths", denominator="gdp", plausible_max=1
            ),
            "disaster_affected_per_100k": indicator(
                "每十万人受灾人次",
                "人次/10万人",
                numerator="disaster_affected",
                denominator="population",
                scale=100000,
                plausible_max=300000,
            ),
            "disaster_loss_share_of_gdp": indicator(
                "灾害损失占比", "%", numerator="disaster_loss", denominator="gdp", scale=100, plausible_max=50
            ),
            "warning_public_coverage": indicator("预警覆盖率", "%", plausible_max=100),
        },
    )


METHOD = Method(**yaml.safe_load((ROOT / "data/method.yaml").read_text(encoding="utf-8")))


def a_plan(plan_id: str, code: str) -> Plan:
    return Plan(
        id=plan_id,
        title=plan_id,
        region_code=code,
        period={"start": 2021, "end": 2025},
        base_year=2020,
        source="test",
        indicators=[
            {
                "key": "deaths_per_100m_gdp",
                "no": 1,
                "attribute": "binding",
                "as_written": "下降33%",
                "target": {"kind": "reduction", "percent": 33},
            }
        ],
    )


class Table:
    """A small valid table that a test breaks in one place."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        grades = {
            "accidents": 10,
            "general_accidents": 8,
            "larger_accidents": 1,
            "serious_accidents": 0,
            "extremely_serious_accidents": 0,
            "major_accidents": 0,
            "accident_deaths": 9,
            "disaster_affected": 5000,
            "disaster_loss": 1.5,
            "flood_drought_loss": 1.2,
            "relief_hours": 8,
        }
        for year in (2019, 2020, 2021):
            for code, gdp, people in ((GULOU, 2069.86, 669090), (MAWEI, 640.5, 290554)):
                growth = 1 + 0.05 * (year - 2020)
                self.add(code, year, "gdp", round(gdp * growth, 2))
                self.add(code, year, "population", people + 1000 * (year - 2020))
                self.add(code, year, "warning_public_coverage", 90.5)
                for variable, value in grades.items():
                    self.add(code, year, variable, value)
            for variable, value in {
                "gdp": 10000.0,
                "population": 8291268,
                "accidents": 92,
                "relief_hours": 5,
            }.items():
                self.add(CITY, year, variable, value)
        self.add(MAWEI, 2020, "deaths_per_100m_gdp", 0.0141)  # 9 / 640.5 = 0.01405...

    def add(self, code: Any, year: Any, variable: str, value: float, **other: Any) -> None:
        unit = (COUNTS | AMOUNTS).get(variable, "人/亿元" if variable == "deaths_per_100m_gdp" else "%")
        row = {
            "region_code": code,
            "year": year,
            "variable": variable,
            "value": float(value),
            "unit": unit,
            "status": "final",
            "source": "统计公报",
            "published": f"{(year if isinstance(year, int) else 2020) + 1}-03",
            "checked": "yes",
            "as_published": f"{value:g}{unit}"
            if abs(value) < 1e5
            else f"{value:.2f}".rstrip("0").rstrip(".") + unit,
            "file": "observations/test.csv",
            "line": len(self.rows) + 2,
            "superseded": False,
            "derived": "",
            "behind": None,
            "partial": "",
        }
        self.rows.append(row | other)

    def row(self, code: str, year: int, variable: str) -> dict[str, Any]:
        (found,) = [
            r for r in self.rows if (r["region_code"], r["year"], r["variable"]) == (code, year, variable)
        ]
        return found

    def set(self, code: str, year: int, variable: str, value: float, **other: Any) -> None:
        row = self.row(code, year, variable)
        row |= {"value": float(value), "as_published": f"{value}{row['unit']}"} | other

    def drop(self, code: str, year: int, variable: str) -> None:
        self.rows.remove(self.row(code, year, variable))

    def workspace(
        self,
        breaks: dict[int, str] | None = None,
        findings: list[Finding] | None = None,
        region_breaks: dict[str, dict[int, str]] | None = None,
    ) -> Workspace:
        table = pd.DataFrame(self.rows)
        table["year"] = table["year"].astype("Int64")
        table = table.sort_values(["region_code", "year", "variable", "published", "line"], ignore_index=True)
        dictionary = a_dictionary(breaks, region_breaks)
        known = table["region_code"].isin(list(REGIONS)) & table["value"].notna() & table["year"].notna()
        key = ["region_code", "year", "variable"]
        table.loc[known, "superseded"] = table[known].duplicated(key, keep="last")
        clean = table[known & table["variable"].isin([*dictionary.variables, *dictionary.indicators])]
        return Workspace(
            root=Path("data"),
            dictionary=dictionary,
            method=METHOD,
            regions=REGIONS,
            plan_ids=["gulou", "mawei"],
            plans={"gulou": a_plan("gulou", GULOU), "mawei": a_plan("mawei", MAWEI)},
            table=table,
            observations=clean.astype({"year": "int64"}).reset_index(drop=True),
            findings=findings or [],
            hashes={"observations/test.csv": "0"},
        )

    def validate(self, **options: Any) -> ValidationResult:
        return validate(self.workspace(**options))
