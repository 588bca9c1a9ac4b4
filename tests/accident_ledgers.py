"""Small ledgers of accidents for tests."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from planeval.derive.totals import yearly_totals
from planeval.model.dictionary import Dictionary
from planeval.model.findings import Finding
from planeval.read.accidents import Accidents, read_accidents
from planeval.read.observations import read_observations
from planeval.read.regions import Region, read_regions
from planeval.read.yaml_file import load_model

ROOT = Path(__file__).resolve().parents[1]
GULOU, MAWEI = "350102", "350105"
HEADER = "accident,region_code,date,category,industry,deaths,missing,serious_injuries,direct_loss,reported"
OBSERVED = "region_code,year,variable,value,unit,status,source,published"


def regions() -> dict[str, Region]:
    return read_regions(ROOT / "data" / "regions.csv", "regions.csv")


def dictionary() -> Dictionary:
    return load_model(ROOT / "data" / "indicators.yaml", "indicators.yaml", Dictionary)


def about(
    *covers: str, published: str = "2024-03-01", status: str = "illustrative", missing: str = "false"
) -> str:
    """The file beside a ledger; a cover is ``code from until``."""
    told = (dict(zip(("code", "since", "until"), cover.split(), strict=True)) for cover in covers)
    lines = [f'  - {{region_code: "{c["code"]}", from: {c["since"]}, until: {c["until"]}}}' for c in told]
    facts = ["source: 示例台账", f"status: {status}", f"published: {published}"]
    return "\n".join([*facts, f"include_missing_in_deaths: {missing}", "covers:", *lines]) + "\n"


def write_ledger(
    data: Path, rows: list[str], facts: str | None = None, name: str = "2023", header: str = HEADER
) -> Path:
    """``accidents/<name>.csv`` and ``.yaml`` below ``data``; without ``facts``, of 马尾区 in all of 2023."""
    folder = data / "accidents"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    text = about(f"{MAWEI} 2023-01-01 2023-12-31") if facts is None else facts
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder / f"{name}.csv"


def row(
    accident: str = "A1",
    code: str = MAWEI,
    date: str = "2023-05-01",
    category: str = "other",
    deaths: object = 1,
    missing: object = 0,
    injuries: object = 0,
    loss: object = 10,
    reported: str = "2023-05-01",
) -> str:
    return f"{accident},{code},{date},{category},建筑施工,{deaths},{missing},{injuries},{loss},{reported}"


def read(data: Path, vintage: str = "") -> Accidents:
    return read_accidents(data / "accidents", data, regions(), vintage=vintage)


def totals(
    data: Path, reported: list[str] | None = None, vintage: str = ""
) -> tuple[pd.DataFrame, list[Finding]]:
    """The rows derived from the ledgers below ``data`` beside ``reported`` rows of statistics, and what was noticed."""
    (data / "observations").mkdir(parents=True, exist_ok=True)
    text = "\n".join([OBSERVED, *(reported or [])]) + "\n"
    (data / "observations" / "x.csv").write_text(text, encoding="utf-8")
    known = read_observations(data / "observations", data, dictionary(), regions(), vintage=vintage).clean
    return yearly_totals(known, read(data, vintage), regions(), dictionary())


def values(rows: pd.DataFrame, year: int = 2023, code: str = MAWEI) -> dict[str, float]:
    """Variable -> value of one place and year."""
    own = rows[(rows["region_code"] == code) & (rows["year"] == year)]
    return dict(zip(own["variable"], own["value"], strict=True))
