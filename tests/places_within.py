"""A made-up city of counties for tests of places within places: nothing in it is true."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from conftest import ROOT, TINY_HEADER

from planeval.read.workspace import Workspace

PROVINCE, CITY = "990000", "990100"
EAST, WEST, SOUTH, NORTH = "990101", "990102", "990103", "990104"
NAMES = {EAST: "东县", WEST: "西县", SOUTH: "南县", NORTH: "北区"}
UNITS = {
    "accident_deaths": "人",
    "gdp": "亿元",
    "population": "人",
    "relief_hours": "小时",
    "major_accidents": "起",
    "disaster_deaths": "人",
    "deaths_per_100m_gdp": "人/亿元",
}
Figures = Mapping[tuple[str, int, str], float]

PLAN = """\
id: {id}
title: {title}
region_code: "{code}"
period: {{start: 2021, end: 2025}}
base_year: 2020
source: 测试
indicators:
"""
INDICATOR = """\
  - key: {key}
    "no": {no}
    attribute: binding
    as_written: {words}
    target: {target}
    base: {{source: statistics}}
"""
TARGETS = (
    ("accident_deaths", "下降15%", "{kind: reduction, percent: 15}"),
    ("deaths_per_100m_gdp", "下降33%", "{kind: reduction, percent: 33}"),
    ("major_accidents", "不发生", "{kind: none_occurs}"),
)


def a_folder(
    folder: Path,
    figures: Figures,
    parts: Mapping[str, int] | None = None,
    changes: Iterable[str] = (),
    codes: Iterable[str] = (EAST, WEST, SOUTH, NORTH),
) -> Path:
    """A data folder: a province, a city, counties ``codes`` below it, and a plan of the city. ``parts``: of which place
    there are how many (a file of figures for each place); ``changes``: rows of ``region_changes.csv`` without their source."""
    for name in ("plans", "observations"):
        (folder / name).mkdir(parents=True)
    for name in ("indicators.yaml", "method.yaml"):
        shutil.copy(ROOT / "data" / name, folder / name)
    said = parts or {}
    rows = [(PROVINCE, "某省", "province", ""), (CITY, "某市", "city", PROVINCE)]
    rows += [(code, NAMES[code], "county", CITY) for code in codes]
    lines = [
        f"{code},{name},Place {code},{level},{parent},{said.get(code, '')}"
        for code, name, level, parent in rows
    ]
    write(folder / "regions.csv", ["region_code,name,name_en,level,parent,parts", *lines])
    if changes:
        header = "date,change,from_code,to_code,note,source"
        write(folder / "region_changes.csv", [header, *(f"{row},批复" for row in changes)])
    plan(folder, "shi", CITY)
    for code in {code for code, _, _ in figures}:
        own = {cell: value for cell, value in figures.items() if cell[0] == code}
        write(folder / f"observations/{code}.csv", [TINY_HEADER, *rows_of(own)])
    return folder


def plan(folder: Path, plan_id: str, code: str) -> None:
    """A plan with the usual promises."""
    text = PLAN.format(id=plan_id, title=f"{plan_id}规划", code=code)
    for number, (key, words, target) in enumerate(TARGETS, start=1):
        text += INDICATOR.format(key=key, no=number, words=words, target=target)
    (folder / "plans" / f"{plan_id}.yaml").write_text(text, encoding="utf-8")


def rows_of(figures: Figures) -> list[str]:
    """Rows of observations, published in March of the year after."""
    return [
        f"{code},{year},{variable},{value:g},{UNITS[variable]},final,测试年报,{year + 1}-03,yes"
        for (code, year, variable), value in figures.items()
    ]


def write(path: Path, lines: Iterable[str]) -> None:
    """The lines as a text file."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def usual(
    codes: Iterable[str] = (EAST, WEST, SOUTH), years: Iterable[int] = range(2020, 2024)
) -> dict[tuple[str, int, str], float]:
    """Figures of counties: of the n-th one 10 n deaths, one less each year, a GDP of 100 n, 10 n more each year, no
    major accident."""
    found: dict[tuple[str, int, str], float] = {}
    for n, code in enumerate(codes, start=1):
        for year in years:
            found[code, year, "accident_deaths"] = 10 * n - (year - 2020)
            found[code, year, "gdp"] = 100 * n + 10 * n * (year - 2020)
            found[code, year, "major_accidents"] = 0
    return found


def row_of(workspace: Workspace, code: str, year: int, variable: str) -> dict[str, Any]:
    """The one row of a place, year and variable."""
    rows = workspace.rows_of(code)
    (found,) = rows[(rows["year"] == year) & (rows["variable"] == variable)].to_dict("records")
    return dict(found)
