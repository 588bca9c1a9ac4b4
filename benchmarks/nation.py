"""A made-up nation: plans, progress ledgers and ten years of statistics for any number of county-level places.

Nothing in it is true. Places are called 示例省01, 示例市01-03, 示例县0123; every figure is marked ``illustrative``; the
codes only follow the form of the real ones (province, city, county), so whatever real place has the same code has
nothing to do with these figures. What the plans promise is taken from the two district plans in ``data/plans``.

The same seed gives the same bytes on every machine: only the raw integers of a bit generator are used (numpy
promises that stream, but not its distributions'), and only arithmetic that IEEE 754 fixes to the last bit. The first
places of a large nation are those of a small one.

    python benchmarks/nation.py --places 2850 --seed 1 --to DIR
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
YEARS = tuple(range(2016, 2026))
MOST_PLACES = 3000  # with more, the nation would have more people than the validation rules believe (1.6e9)
SOURCE = "示例数据（非官方）"
HEADER = "region_code,year,variable,value,unit,status,source,published,checked\n"
LEDGER_HEADER = "item,date,status,percent,quantity,evidence,source,data_status\n"
NATION = "100000"
FIRST_PROVINCE = 11
CITIES_A_PROVINCE = 10
COUNTIES_OF_CITY = (10, 9, 9, 9, 9, 10, 9, 9, 9, 9)  # 92 a province: 31 provinces for 2,850 places
COUNTIES_A_PROVINCE = sum(COUNTIES_OF_CITY)
MISSING = -1  # a year without a figure has no row

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Nation:
    """What was written: ``places`` are codes, ``plans`` their plans' ids in the same order, ``rows`` of statistics."""

    folder: Path
    places: list[str]
    plans: list[str]
    rows: int


# ---- chance ---------------------------------------------------------------------------------------------------------


class Dice:
    """Independent draws for every place; those of a place do not depend on how many others there are."""

    def __init__(self, seed: int, places: int) -> None:
        self.seed, self.places, self.calls = seed, places, 0

    def raw(self, columns: int) -> NDArray[np.uint64]:
        """[places, columns] of 64 random bits."""
        self.calls += 1
        bits = np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(self.calls,)))
        return bits.random_raw(self.places * columns).reshape(self.places, columns)

    def uniform(self, columns: int = 1) -> Floats:
        """[places, columns] in [0, 1)."""
        return (self.raw(columns) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def normal(self, columns: int = 1) -> Floats:
        """[places, columns], mean 0, deviation 1, never beyond 3.47: the sum of four uniform numbers."""
        bits, total = self.raw(columns), np.zeros((self.places, columns))
        for shift in (0, 16, 32, 48):
            total += ((bits >> np.uint64(shift)) & np.uint64(0xFFFF)).astype(np.float64)
        return (total / 65535.0 - 2.0) * 3.0**0.5

    def poisson(self, mean: Floats) -> Ints:
        """[places, columns] counts with the given means (at most about 30), by inversion."""
        left, count = self.uniform(mean.shape[1]), np.zeros(mean.shape, dtype=np.int64)
        chance = exp(-mean)
        while True:
            above = left >= chance
            if not above.any():
                return count
            left = np.where(above, left - chance, -1.0)
            count += above
            # Rounding may leave a rest that no count explains; beyond 100 there is none worth telling.
            chance = np.where(count < 100, chance * mean / np.maximum(count, 1), 1.0)


def exp(x: Floats) -> Floats:
    """e to the power of ``x``, to about four digits, by multiplication only: a mathematical library's last digit
    differs from machine to machine."""
    result = 1.0 + x / 1048576.0
    for _ in range(20):
        result = result * result
    return np.asarray(result)


def rounded(x: Floats, least: int = 0) -> Ints:
    """Whole numbers, none below ``least``."""
    return np.maximum(np.floor(x + 0.5), least).astype(np.int64)


# ---- places ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Map:
    """County-level places in order: their codes and names, and the number of the city and province of each."""

    codes: list[str]
    names: list[str]
    city: Ints
    province: Ints
    city_codes: list[str]
    province_codes: list[str]
    province_of_city: Ints


def lay_out(places: int) -> Map:
    """So many places in cities in provinces, each filled before the next begins."""
    codes, names, city, province, city_codes, of_city = [], [], [], [], [], []
    for number in range(places):
        in_province, rest = divmod(number, COUNTIES_A_PROVINCE)
        in_city = 0
        while rest >= COUNTIES_OF_CITY[in_city]:
            rest -= COUNTIES_OF_CITY[in_city]
            in_city += 1
        if rest == 0:
            city_codes.append(f"{FIRST_PROVINCE + in_province}{in_city + 1:02d}00")
            of_city.append(in_province)
        codes.append(f"{city_codes[-1][:4]}{rest + 1:02d}")
        names.append(f"示例县{number + 1:04d}")
        city.append(len(city_codes) - 1)
        province.append(in_province)
    province_codes = [f"{FIRST_PROVINCE + i}0000" for i in range(province[-1] + 1)]
    return Map(
        codes, names, np.array(city), np.array(province), city_codes, province_codes, np.array(of_city)
    )


def regions_csv(layout: Map) -> str:
    """``regions.csv``: the nation, then each province with its cities, each city with its counties."""
    lines = ["region_code,name,name_en,level,parent", f"{NATION},示例国,Example Nation,nation,"]
    cities = [c for c, _ in enumerate(layout.city_codes)]
    counties = range(len(layout.codes))
    for p, province in enumerate(layout.province_codes):
        lines.append(f"{province},示例省{p + 1:02d},Example Province {p + 1:02d},province,{NATION}")
        for c in [c for c in cities if layout.province_of_city[c] == p]:
            code = layout.city_codes[c]
            label = f"{p + 1:02d}-{code[2:4]}"
            lines.append(f"{code},示例市{label},Example City {label},city,{province}")
        # A province is a run of places: cities first, so that a parent stands above its children.
        for i in [i for i in counties if layout.province[i] == p]:
            city = layout.city_codes[layout.city[i]]
            lines.append(f"{layout.codes[i]},{layout.names[i]},Example County {i + 1:04d},county,{city}")
    return "\n".join(lines) + "\n"


# ---- statistics -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Series:
    """A variable of all places: ``values`` [places, years] in units of the last decimal, MISSING where there is none.

    ``published`` is the month of publication, "03" of the year after.
    """

    variable: str
    unit: str
    values: Ints
    decimals: int = 0
    month: str = "03"
    remark: str = ""


# Rates a place reports from the plan's base year on: start and end of a typical place (in 0.1 %), spread of both.
COVERAGES = {
    "emergency_broadcast_coverage": (520, 920, 90),
    "incident_report_timeliness": (950, 1000, 20),
    "warning_public_coverage": (800, 935, 60),
    "disaster_information_officer_coverage": (720, 1010, 100),
    "work_safety_insurance_coverage": (300, 1020, 120),
    "park_safety_platform_coverage": (50, 980, 150),
    "community_six_ones_coverage": (210, 1000, 110),
    "truck_warning_device_coverage": (120, 1030, 100),
}
SHARED_COVERAGES = tuple(COVERAGES)[:4]  # the other four only the plans of the second form speak of


def _draw(places: int, seed: int, years: Sequence[int]) -> tuple[dict[str, Series], dict[str, Any]]:
    """Every place's statistics by name, and what the plans are made with."""
    dice, n = Dice(seed, places), len(years)
    since_2020 = np.array(years, dtype=np.float64) - 2020.0

    people = np.clip(380_000 * exp(0.6 * dice.normal()), 50_000, 1_500_000)
    growth = np.clip(0.002 + 0.008 * dice.normal(), -0.018, 0.018)
    population = rounded(people * (1.0 + growth * since_2020))

    per_head = np.clip(65_000 * exp(0.45 * dice.normal()), 18_000, 260_000)
    gdp_now = np.maximum(people * per_head / 1e8, 40.0)  # 亿元 in the first year
    change = np.clip(0.065 + 0.025 * dice.normal(n), -0.08, 0.18)
    gdp = np.zeros((places, n), dtype=np.int64)  # 0.01 亿元
    for i in range(n):
        gdp_now = gdp_now * (1.0 + change[:, i : i + 1]) if i else gdp_now
        gdp[:, i] = rounded(gdp_now * 100.0)[:, 0]
    census = years.index(2023) if 2023 in years else 0
    gdp_first = np.full_like(gdp, MISSING)
    gdp_first[:, census] = rounded(gdp[:, census] * (0.965 + 0.03 * dice.uniform()[:, 0]))

    # Safety improves by some 6 % a year; places differ by a factor of ten or more.
    danger = np.clip(0.45e-5 * exp(0.85 * dice.normal()), 0, 4e-5)
    mean = np.minimum(people * danger, 11.0) * exp(-0.06 * since_2020)
    deaths_in_general = dice.poisson(mean)
    general = (
        deaths_in_general - (deaths_in_general * dice.uniform(n) * 0.2).astype(np.int64)
    ) + dice.poisson(0.3 + 0.8 * mean)
    larger = dice.poisson(0.012 * mean)
    serious = (dice.uniform(n) < 0.002).astype(np.int64)
    deaths = (
        deaths_in_general
        + larger * (3 + (dice.uniform(n) * 4).astype(np.int64))
        + serious * (10 + (dice.uniform(n) * 8).astype(np.int64))
    )
    extreme = np.zeros_like(serious)

    struck, chance = dice.uniform(n), dice.uniform(n)
    disaster_deaths = np.where(struck < 0.045, 1 + (chance * 2).astype(np.int64), 0)
    disaster_deaths = np.where(struck < 0.003, 3 + (chance * 10).astype(np.int64), disaster_deaths)
    quiet, storm = dice.uniform(n) < 0.06, struck < 0.05
    share = 0.03 * exp(0.6 * dice.normal()) * exp(0.8 * dice.normal(n)) * np.where(storm, 5.0, 1.0)
    share = np.minimum(share, 2.0)  # person-times a person
    affected = np.where(quiet & ~storm, 0, rounded(people * share / 10.0) * 10)
    yuan_each = 2_500 * exp(0.5 * dice.normal()) * exp(0.3 * dice.normal(n))
    loss = np.minimum(rounded(affected * yuan_each / 1e6), gdp // 5)  # 0.01 亿元
    flood = (loss * (0.6 + 0.38 * dice.uniform(n))).astype(np.int64)
    # Losses of a bad year are first reported too low and settled months later.
    settled = storm & (loss > 0)
    share_known = 0.6 + 0.3 * dice.uniform(n)
    loss_first = np.where(settled, (loss * share_known).astype(np.int64), MISSING)
    flood_first = np.where(settled, (flood * share_known).astype(np.int64), MISSING)

    known = since_2020 >= 0
    fire = np.where(known, rounded(25 * exp(0.7 * dice.normal()) * exp(0.5 * dice.normal(n)) - 5), MISSING)
    hours = np.where(
        known & (affected > 0),
        rounded(120 + 12 * dice.normal() - 8 * since_2020 + 6 * dice.normal(n), 20),
        MISSING,
    )
    made: list[Series] = [
        Series("gdp", "亿元", gdp, 2),
        Series("population", "人", population),
        Series("accident_deaths", "人", deaths),
        Series("accidents", "起", general + larger + serious + extreme),
        Series("general_accidents", "起", general),
        Series("larger_accidents", "起", larger),
        Series("serious_accidents", "起", serious),
        Series("extremely_serious_accidents", "起", extreme),
        Series("major_accidents", "起", serious + extreme),
        Series("disaster_deaths", "人", disaster_deaths),
        Series("disaster_affected", "人次", affected),
        Series("disaster_loss", "亿元", loss, 2),
        Series("flood_drought_loss", "亿元", flood, 2),
        Series("forest_fire_damage_rate", "‰", fire, 2),
        Series("relief_hours", "小时", hours, 1),
    ]
    for key, (start, end, spread) in COVERAGES.items():
        first = start + spread * dice.normal()
        last = end + spread * 0.5 * dice.normal()
        way = np.clip(since_2020 / 5.0, 0, 1)
        value = rounded(np.clip(first + (last - first) * way + 6 * dice.normal(n), 0, 1000))
        absent = dice.uniform(n) < 0.01
        made.append(Series(key, "%", np.where(known & ~absent, value, MISSING), 1))
    # Some places publish a rate too; it is what its parts give, to three decimals.
    publishes = (dice.uniform() < 0.25) & known
    per_100k = (deaths * 200_000_000 + population) // (2 * population)
    made.append(Series("deaths_per_100k_population", "人/10万人", np.where(publishes, per_100k, MISSING), 3))
    series = {s.variable: s for s in made}
    early = "：灾情初报数"
    series["disaster_loss/first"] = Series("disaster_loss", "亿元", loss_first, 2, "01", early)
    series["flood_drought_loss/first"] = Series("flood_drought_loss", "亿元", flood_first, 2, "01", early)
    series["gdp/first"] = Series("gdp", "亿元", gdp_first, 2, "02", "：初步核算数")
    base = years.index(2020) if 2020 in years else 0
    return series, {
        "mean": mean[:, base],
        "deaths": deaths[:, base],
        "gdp": gdp[:, base],
        "population": population[:, base],
        "dice": dice,
    }


# In which order a place's rows stand, an earlier figure before the one that replaced it.
OF_EVERY_PLACE = (
    *("gdp/first", "gdp", "population", "accident_deaths", "accidents", "general_accidents"),
    *("larger_accidents", "serious_accidents", "extremely_serious_accidents", "major_accidents"),
    *("disaster_deaths", "disaster_affected", "disaster_loss/first", "disaster_loss"),
    *("flood_drought_loss/first", "flood_drought_loss", "forest_fire_damage_rate", "relief_hours"),
    *("deaths_per_100k_population", *SHARED_COVERAGES),
)
OF_SECOND_FORM = (*OF_EVERY_PLACE, *(key for key in COVERAGES if key not in SHARED_COVERAGES))
# Sums that cities, provinces and the nation publish.
TOTALS = (
    *("gdp", "population", "accident_deaths", "accidents", "major_accidents"),
    *("disaster_deaths", "disaster_affected", "disaster_loss", "flood_drought_loss"),
)
TEN_THOUSANDS = 3  # every third province publishes its GDP in 万元


def _text(value: int, decimals: int) -> str:
    if not decimals:
        return str(value)
    whole, part = divmod(value, 10**decimals)
    return f"{whole}.{part:0{decimals}d}".rstrip("0").rstrip(".")


def _writer(series: Series, years: Sequence[int], ten_thousands: bool) -> Callable[[str, list[int]], str]:
    """A function (code, values of the years) -> the rows of one place."""
    unit, decimals, scale = series.unit, series.decimals, 1
    if ten_thousands and series.variable == "gdp":
        unit, decimals, scale = "万元", 0, 100
    head = [f",{year},{series.variable}," for year in years]
    tail = [f",{unit},illustrative,{SOURCE}{series.remark},{year + 1}-{series.month},\n" for year in years]
    parts = list(zip(head, tail, strict=True))

    def rows(code: str, values: list[int]) -> str:
        return "".join(
            f"{code}{before}{_text(value * scale, decimals)}{after}"
            for (before, after), value in zip(parts, values, strict=True)
            if value != MISSING
        )

    return rows


def _sums(values: Ints, group: Ints, groups: int) -> Ints:
    """[groups, years]: the values of each group added up."""
    total = np.zeros((groups, values.shape[1]), dtype=np.int64)
    np.add.at(total, group, values)
    return total


def _write_statistics(
    folder: Path, layout: Map, series: dict[str, Series], second: NDArray[np.bool_], years: Sequence[int]
) -> int:
    """One CSV a province and one for the nation; returns how many rows."""
    city = {k: _sums(series[k].values, layout.city, len(layout.city_codes)) for k in TOTALS}
    of_province = {k: _sums(city[k], layout.province_of_city, len(layout.province_codes)) for k in TOTALS}
    rows = 0

    def write(name: str, blocks: Iterable[str]) -> None:
        nonlocal rows
        text = HEADER + "".join(blocks)
        rows += text.count("\n") - 1
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="\n")

    values = {k: s.values.tolist() for k, s in series.items()}
    nation = {k: v.sum(axis=0).tolist() for k, v in of_province.items()}
    write(NATION, [_writer(series[k], years, False)(NATION, nation[k]) for k in TOTALS])
    for p, province in enumerate(layout.province_codes):
        ten_thousands = p % TEN_THOUSANDS == TEN_THOUSANDS - 1
        writers = {k: _writer(s, years, ten_thousands) for k, s in series.items()}
        blocks = [writers[k](province, of_province[k][p].tolist()) for k in TOTALS]
        for c in np.flatnonzero(layout.province_of_city == p).tolist():
            blocks += [writers[k](layout.city_codes[c], city[k][c].tolist()) for k in TOTALS]
        for i in np.flatnonzero(layout.province == p).tolist():
            names = OF_SECOND_FORM if second[i] else OF_EVERY_PLACE
            blocks += [writers[k](layout.codes[i], values[k][i]) for k in names]
        write(province, blocks)
    return rows


# ---- plans and ledgers ----------------------------------------------------------------------------------------------


class _Word(str):
    """A placeholder for a number: written without quotation marks."""


@dataclass(frozen=True)
class Form:
    """A form of plan: its text with placeholders ``@name@``, and what its ledger speaks of."""

    text: str
    tasks: list[str]
    projects: list[str]
    milestones: list[str]
    quantities: bool
    second: bool  # whether the place needs the statistics of the second form


def _yaml(value: Any, indent: int = 0) -> str:
    """``value`` laid out as people write plans: what holds nothing nested stands on one line. PyYAML's own layout is
    nobody's promise, and slow for thousands of plans."""
    pad = " " * indent
    if isinstance(value, dict):
        lines = []
        for key, item in value.items():
            if isinstance(item, list) or not _flat(item):
                lines.append(f"{pad}{_key(key)}:\n{_yaml(item, indent + 2)}")
            else:
                lines.append(f"{pad}{_key(key)}: {_flow(item)}\n")
        return "".join(lines)
    return "".join(
        f"{pad}- {_flow(item)}\n" if _flat(item) else f"{pad}- {_yaml(item, indent + 2)[indent + 2 :]}"
        for item in value
    )


def _flat(value: Any) -> bool:
    """Whether a value is a scalar or a mapping of scalars and of lists or mappings of them."""
    if isinstance(value, dict):
        return "target" not in value and "sections" not in value
    return not isinstance(value, list)


def _key(key: Any) -> str:
    return '"no"' if key == "no" else str(key)  # YAML 1.1 reads the bare word as false


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    return str(value) if isinstance(value, _Word) else json.dumps(value, ensure_ascii=False)


def _anonymous(value: Any) -> Any:
    """Without the real districts' names and the remarks that speak of real places."""
    if isinstance(value, dict):
        return {k: _anonymous(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_anonymous(item) for item in value]
    if isinstance(value, str):
        return value.replace("鼓楼区", "").replace("马尾区", "").replace("区应急局", "县应急局")
    return value


def _plan(name: str) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    plan = yaml.load((ROOT / "data" / "plans" / f"{name}.yaml").read_text(encoding="utf-8"), Loader=loader)
    parts: dict[str, Any] = _anonymous(
        {k: plan[k] for k in ("indicators", "sub_targets", "tasks", "projects")}
    )
    for project in parts["projects"]:
        project.pop("note", None)
        project.pop("lead_unit", None)
    return parts


def _reduced(row: dict[str, Any], percent: str, base: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": row["key"],
        "no": row["no"],
        "attribute": row["attribute"],
        "as_written": f"下降@{percent}@%",
        "reading": f"到2025年末比基期下降@{percent}@%（示例）。",
        "target": {"kind": "reduction", "percent": _Word(f"@{percent}@")},
        "base": base,
    }


PERCENTS = {
    "accident_deaths": "fewer_deaths",
    "deaths_per_100m_gdp": "fewer_by_gdp",
    "deaths_per_100k_population": "fewer_by_people",
}


def forms() -> list[Form]:
    """Four forms: the two real plans' (reductions from a base the plan gives; levels to stay below), and each with
    another kind of base or target."""
    given: list[dict[str, Any]] = []
    for base in ("plan", "mean_of_years"):
        plan = _plan("mawei")
        for i, row in enumerate(plan["indicators"]):
            if row["key"] in PERCENTS:
                source: dict[str, Any] = {"source": base}
                if base == "plan":
                    source["value"] = _Word(f"@base_{row['key']}@")
                plan["indicators"][i] = _reduced(row, PERCENTS[row["key"]], source)
        if base != "plan":
            plan["projects"] = plan["projects"][:4]
        given.append(plan)
    for target in ("level", "reduction"):
        plan = _plan("gulou")
        for i, row in enumerate(plan["indicators"]):
            if row["key"] in PERCENTS and target == "level":
                level = _Word(f"@level_{row['key']}@")
                row["as_written"] = str(level)
                row["reading"] = f"期末值不高于{level}{row['target']['unit']}（示例）。"
                row["target"] = {**row["target"], "level": level}
            elif row["key"] in PERCENTS:
                plan["indicators"][i] = _reduced(row, PERCENTS[row["key"]], {"source": "statistics"})
        for sub in plan["sub_targets"]:
            if sub["id"] == "gas-pipe-assessment":
                steps = {year: _Word(f"@pipes_{year}@") for year in (2022, 2023, 2024)}
                sub["as_written"] = (
                    "@pipes@公里（2022年@pipes_2022@公里、2023年@pipes_2023@公里、2024年@pipes_2024@公里）"
                )
                sub["target"] = {**sub["target"], "total": _Word("@pipes@"), "steps": steps}
            if sub["id"] == "gas-pipe-renewal":
                sub["as_written"] = "2023年@renewal@公里"
                sub["target"] = {
                    **sub["target"],
                    "total": _Word("@renewal@"),
                    "steps": {2023: _Word("@renewal@")},
                }
        given.append(plan)
    return [_form(plan, second=i >= 2) for i, plan in enumerate(given)]


def _form(plan: dict[str, Any], second: bool) -> Form:
    head = {
        "id": "@id@",
        "title": "@name@“十四五”应急管理专项规划（示例，不是真实规划）",
        "short_title": "@name@应急管理专项规划（示例）",
        "region_code": "@code@",
        "period": {"start": 2021, "end": 2025},
        "base_year": 2020,
        "issuer": "@name@人民政府（示例）",
        "published": _Word("@published@"),
        "source": "示例，不是真实规划；结构取自公布的区级规划。",
        "evaluation_clause": "规划要求开展中期评估和期末评估，对发现的问题及时提出解决办法（示例）。",
    }
    tail = {"stated_facts": ["全县有@teams@支应急救援队伍（示例）。", "全县有@communities@个社区（示例）。"]}
    return Form(
        text=_yaml({**head, **plan, **(tail if second else {})}),
        tasks=[section["id"] for part in plan["tasks"] for section in part["sections"]],
        projects=[project["id"] for project in plan["projects"]],
        milestones=[s["id"] for s in plan["sub_targets"] if s["target"]["kind"] == "complete_by"],
        quantities=any(s["target"]["kind"] == "cumulative" for s in plan["sub_targets"]),
        second=second,
    )


def _ledger(form: Form, dice: list[float], pipes: dict[str, str]) -> str:
    """The progress ledger of one place; ``dice`` are uniform numbers, one an item."""
    tail = f",{SOURCE},illustrative\n"
    lines: list[str] = []
    items = form.tasks + form.projects
    for date, expected, spread in (("2022-12-20", 40, 24), ("2023-12-20", 60, 30), ("2025-12-15", 100, 24)):
        for item, luck in zip(items, dice, strict=False):
            if luck < 0.03:  # nobody reports on it
                continue
            percent = min(100, int(expected + spread * (luck - 0.4)))
            if luck < 0.06 and expected == 40:
                lines.append(f"{item},{date},not_started,,,尚未启动（示例）{tail}")
            elif percent == 100:
                lines.append(f"{item},{date},completed,100,,验收材料（示例）{tail}")
            else:
                lines.append(f"{item},{date},in_progress,{percent},,年度进展材料（示例）{tail}")
        for item, luck in zip(form.milestones, reversed(dice), strict=False):
            if expected == 40 and luck < 0.5:
                lines.append(f"{item},{date},in_progress,{70 + int(50 * luck)},,阶段材料（示例）{tail}")
            elif expected == 40 or (expected == 60 and 0.1 <= luck < 0.5) or (expected == 100 and luck < 0.1):
                lines.append(f"{item},{date},completed,100,,验收材料（示例）{tail}")
    if form.quantities:
        for date, part in (
            ("2022-12-25", "done_2022"),
            ("2023-12-25", "done_2023"),
            ("2024-12-20", "done_2024"),
        ):
            lines.append(
                f"gas-pipe-assessment,{date},in_progress,,{pipes[part]},年度检测评估报告（示例）{tail}"
            )
        lines.append(f"gas-pipe-renewal,2023-12-25,completed,,{pipes['renewal']},竣工材料（示例）{tail}")
    return LEDGER_HEADER + "".join(lines)


def _write_plans(
    folder: Path, layout: Map, facts: dict[str, Any], kinds: list[Form], which: Ints
) -> list[str]:
    dice: Dice = facts["dice"]
    luck = dice.uniform(14).tolist()
    ledger_luck = dice.uniform(48).tolist()
    ids = []
    for i, code in enumerate(layout.codes):
        form, draw = kinds[which[i]], luck[i]
        gdp, people, deaths = int(facts["gdp"][i]), int(facts["population"][i]), int(facts["deaths"][i])
        mean = float(facts["mean"][i])
        tenths = [int(120 + 600 * u) for u in draw[:3]]
        done = [tenths[0], tenths[0] + int(tenths[1] * (0.7 + 0.3 * draw[3])), sum(tenths)]
        pipes = {f"pipes_{2022 + k}": _text(tenths[k], 1) for k in range(3)}
        pipes |= {f"done_{2022 + k}": _text(done[k], 1) for k in range(3)}
        pipes |= {"pipes": _text(sum(tenths), 1), "renewal": _text(int(20 + 100 * draw[4]), 1)}
        words = {
            "id": f"c{code}",
            "name": layout.names[i],
            "code": code,
            "published": f"2022-{1 + int(12 * draw[5]):02d}-{1 + int(28 * draw[6]):02d}",
            "fewer_deaths": str((10, 15, 15, 20)[int(4 * draw[7])]),
            "fewer_by_gdp": str((25, 30, 33, 33)[int(4 * draw[8])]),
            "fewer_by_people": str((15, 20, 20, 25)[int(4 * draw[9])]),
            "base_accident_deaths": str(deaths),
            "base_deaths_per_100m_gdp": _text((deaths * 2_000_000 + gdp) // (2 * gdp), 4),
            # Some plans print a rate that their own counts do not give, as real ones do.
            "base_deaths_per_100k_population": _text(
                (deaths * 200_000_000 + people) // (2 * people) // (10 if draw[10] < 0.05 else 1), 3
            ),
            "level_deaths_per_100m_gdp": _text(1 + int(mean * 0.75 * 1_000_000 / gdp), 4),
            "level_deaths_per_100k_population": _text(1 + int(mean * 0.8 * 100_000_000 / people), 3),
            "teams": str(12 + int(40 * draw[11])),
            "communities": str(30 + int(120 * draw[12])),
            **pipes,
        }
        text = form.text
        for name, word in words.items():
            text = text.replace(f"@{name}@", word)
        ids.append(words["id"])
        (folder / "plans" / f"{ids[-1]}.yaml").write_text(text, encoding="utf-8", newline="\n")
        ledger = _ledger(form, ledger_luck[i], pipes)
        (folder / "progress" / f"{ids[-1]}.csv").write_text(ledger, encoding="utf-8", newline="\n")
    return ids


# ---- all of it ------------------------------------------------------------------------------------------------------


def make_nation(folder: str | Path, places: int, seed: int, years: Sequence[int] = YEARS) -> Nation:
    """Write a complete data folder with ``places`` county-level places, a plan and a ledger each.

    ``years`` are the calendar years of the statistics, in order; 2020 to 2025 should be among them, since the plans
    are of 2021 to 2025. The folder is made; what it needs of the project (dictionary, method) is copied.

    Raises:
        ValueError: fewer than 1 or more than 3,000 places, or years that are not in order.
        FileExistsError: the folder holds something already.
    """
    if not 1 <= places <= MOST_PLACES:
        raise ValueError(f"{places} places: expected 1 to {MOST_PLACES}")
    if not years or list(years) != sorted(set(years)):
        raise ValueError(f"years {list(years)}: expected years in order, each once")
    folder = Path(folder)
    if folder.is_dir() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty: choose another folder, or remove it first")
    for name in ("plans", "progress", "observations"):
        (folder / name).mkdir(parents=True)
    for name in ("indicators.yaml", "method.yaml"):
        shutil.copyfile(ROOT / "data" / name, folder / name)
    layout = lay_out(places)
    (folder / "regions.csv").write_text(regions_csv(layout), encoding="utf-8", newline="\n")
    series, facts = _draw(places, seed, tuple(years))
    kinds = forms()
    which = (facts["dice"].uniform()[:, 0] * len(kinds)).astype(np.int64)
    second = np.array([kind.second for kind in kinds])[which]
    rows = _write_statistics(folder / "observations", layout, series, second, years)
    plans = _write_plans(folder, layout, facts, kinds, which)
    return Nation(folder, layout.codes, plans, rows)


CORRECTED = "warning_public_coverage"


def correct_one_place(folder: str | Path, number: int = 0, year: int = 2023) -> str:
    """Correct one figure of one place, as a statistics office would: how many people warnings reach becomes 0.1 % less.

    ``number`` 0 is a place in the middle of the nation, 1 the next, and so on. Nothing else changes, no line moves, and
    no rule speaks of the figure: only this place's reports have to do with it. Returns the place's code.

    Raises:
        LookupError: no place has such a figure.
    """
    folder = Path(folder)
    with (folder / "regions.csv").open(encoding="utf-8", newline="") as file:
        codes = [row["region_code"] for row in csv.DictReader(file) if row["level"] == "county"]
    start = (len(codes) // 2 + number) % len(codes)
    for code in codes[start:] + codes[:start]:
        path = folder / "observations" / f"{code[:2]}0000.csv"
        text = path.read_text(encoding="utf-8")
        begin = text.find(f"\n{code},{year},{CORRECTED},") + 1
        if begin == 0:
            continue
        end = text.index("\n", begin)
        cells = text[begin:end].split(",")
        cells[3] = f"{float(cells[3]) - 0.1:.1f}"
        path.write_text(f"{text[:begin]}{','.join(cells)}{text[end:]}", encoding="utf-8", newline="\n")
        return code
    raise LookupError(f"no place of {folder} has a {CORRECTED} of {year} that could be corrected")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Write a made-up nation's data folder.")
    parser.add_argument("--places", type=int, default=2850, help="county-level places (default: 2850)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same bytes (default: 1)")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="an empty or new folder")
    options = parser.parse_args(arguments)
    begin = time.perf_counter()
    try:
        nation = make_nation(options.to, options.places, options.seed)
    except (ValueError, FileExistsError) as error:
        parser.error(str(error))
    took = time.perf_counter() - begin
    print(f"{nation.folder}: {len(nation.plans)} plans, {nation.rows} rows of statistics, {took:.1f} s")


if __name__ == "__main__":
    main()
