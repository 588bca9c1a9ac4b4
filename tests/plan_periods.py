"""A data folder of the tests' own: one district with three plans (2016-2020, 2021-2025, 2026-2030), made-up figures up to
a year that a test chooses."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CODE = "350105"
PLANS = {"mawei-13": 2016, "mawei-14": 2021, "mawei-15": 2026}
PLAN = """\
id: {id}
title: 马尾区{start}—{end}年应急管理规划（示例）
region_code: "{code}"
period: {{start: {start}, end: {end}}}
base_year: {base}
source: 示例，不是真实规划
indicators:
  - key: accident_deaths
    "no": 1
    attribute: binding
    as_written: 下降20%
    target: {{kind: reduction, percent: 20}}
    base: {{source: statistics}}
  - key: major_accidents
    "no": 2
    attribute: binding
    as_written: 不发生
    target: {{kind: none_occurs}}
    base: {{source: none}}
  - key: deaths_per_100k_population
    "no": 3
    attribute: expected
    as_written: 下降25%
    target: {{kind: reduction, percent: 25}}
    base: {{source: statistics}}
  - key: disaster_deaths_per_million
    "no": 4
    attribute: expected
    as_written: ≤(1)
    target: {{kind: period_mean_at_most, level: 1, unit: 人/百万人}}
    base: {{source: none}}
  - key: emergency_broadcast_coverage
    "no": 5
    attribute: expected
    as_written: ≥95%
    target: {{kind: at_least, level: 95, unit: "%"}}
    base: {{source: statistics}}
projects:
  - {{id: {id}-project, "no": 1, name: 应急指挥平台, start: {start}, end: {end}, due: {end}-12, lead_unit: 区应急局}}
"""
HEADER = "region_code,year,variable,value,unit,status,source,published,checked"


def figures(year: int) -> dict[str, tuple[str, str]]:
    """The made-up figures of a year: variable -> value and unit."""
    return {
        "accident_deaths": (str(60 - 2 * (year - 2015)), "人"),
        "major_accidents": ("0", "起"),
        "population": (str(280000 + 1500 * (year - 2015)), "人"),
        "disaster_deaths": ("1" if year == 2024 else "0", "人"),
        "emergency_broadcast_coverage": (f"{min(99, 40 + 4.5 * (year - 2015)):.1f}", "%"),
    }


def data_of_three_periods(folder: Path, last: int = 2026, plans: dict[str, int] | None = None) -> Path:
    """A data folder with ``plans`` (id -> first year; default: all three) and figures from 2015 to ``last``."""
    for name in ("plans", "observations", "progress"):
        (folder / name).mkdir(parents=True)
    for name in ("indicators.yaml", "method.yaml", "regions.csv"):
        shutil.copy(ROOT / "data" / name, folder / name)
    for plan, start in (PLANS if plans is None else plans).items():
        text = PLAN.format(id=plan, code=CODE, start=start, end=start + 4, base=start - 1)
        (folder / "plans" / f"{plan}.yaml").write_text(text, encoding="utf-8")
    write_figures(folder, last)
    return folder


def write_figures(folder: Path, last: int) -> None:
    """The statistics from 2015 to ``last``, each published in March of the year after."""
    rows = [
        f"{CODE},{year},{variable},{value},{unit},illustrative,示例数据（非官方）,{year + 1}-03,"
        for year in range(2015, last + 1)
        for variable, (value, unit) in figures(year).items()
    ]
    text = "\n".join([HEADER, *rows]) + "\n"
    (folder / "observations" / "mawei.csv").write_text(text, encoding="utf-8")
