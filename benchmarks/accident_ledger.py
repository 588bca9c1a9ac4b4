"""The ledger of accidents of a whole country: planeval against a plain pandas read and group-by.

    python benchmarks/accident_ledger.py [--rows 1000000] [--rounds 3] [--work .bench/accidents]

Makes a ledger of a million reports (the same bytes every time) and reads it in fresh processes, in turn with planeval
(`read_accidents` and `yearly_totals`: every cell checked, every total with the rows behind it) and with the least that
gives the same totals. Prints clock and processor time, peak memory, and the median of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # started as a script, from anywhere

PLACES = [f"{110000 + n}" for n in range(2850)]
YEARS = range(2016, 2026)
FACTS = (
    "source: 示例\nstatus: illustrative\npublished: 2026-03-01\ninclude_missing_in_deaths: false\ncovers:\n"
)


# ---- a made-up ledger -----------------------------------------------------------------------------------------------


def write_ledger(data: Path, rows: int, seed: int = 5) -> Path:
    """``accidents/nation.csv`` with so many reports, a tenth of them made again, and ``nation.yaml`` that covers ten
    years of 2,850 places."""
    random = np.random.default_rng(seed)
    first = rows - rows // 10
    table = pd.DataFrame(
        {
            "accident": [f"A{n:07d}" for n in range(first)],
            "region_code": np.array(PLACES, dtype=object)[random.integers(0, len(PLACES), first)],
            "date": random.integers(0, 3653, first),
            "category": random.choice(np.array(["road_traffic", "fire", "other"], dtype=object), first),
            "industry": random.choice(np.array(["道路运输", "建筑施工", "化工"], dtype=object), first),
            "deaths": random.poisson(0.8, first),
            "missing": random.poisson(0.02, first),
            "serious_injuries": random.poisson(1.5, first),
            "direct_loss": np.round(random.lognormal(3, 2, first), 2),
        }
    )
    table["reported"] = table["date"] + random.integers(0, 3, first)
    again = table.iloc[random.choice(first, rows - first, replace=False)].copy()
    again["deaths"] += random.integers(0, 4, len(again))
    again["reported"] = again["date"] + random.integers(3, 45, len(again))
    table = pd.concat([table, again]).sample(frac=1, random_state=seed)
    days = np.datetime_as_string(np.datetime64("2016-01-01") + np.arange(3800)).astype(object)
    for column in ("date", "reported"):
        table[column] = days[table[column].to_numpy()]
    folder = data / "accidents"
    folder.mkdir(parents=True, exist_ok=True)
    columns = (table[name].astype(str).tolist() for name in table.columns)
    with (folder / "nation.csv").open("w", encoding="utf-8", newline="") as stream:
        stream.write(",".join(table.columns) + "\n")
        stream.writelines(f"{','.join(cells)}\n" for cells in zip(*columns, strict=True))
    covers = (f'  - {{region_code: "{c}", from: 2016-01-01, until: 2025-12-31}}\n' for c in PLACES)
    (folder / "nation.yaml").write_text(FACTS + "".join(covers), encoding="utf-8")
    return folder / "nation.csv"


# ---- the two ways ---------------------------------------------------------------------------------------------------


def with_planeval(data: Path) -> pd.DataFrame:
    """region_code, year, variable, value, by planeval."""
    from planeval.derive.totals import yearly_totals
    from planeval.model.dictionary import Dictionary
    from planeval.read.accidents import read_accidents
    from planeval.read.collector import no_collection
    from planeval.read.observations import read_observations
    from planeval.read.regions import Region
    from planeval.read.yaml_file import load_model

    dictionary = load_model(ROOT / "data" / "indicators.yaml", "indicators.yaml", Dictionary)
    regions = {c: Region(region_code=c, name=c, name_en=c, level="county") for c in PLACES}
    with no_collection():
        known = read_observations(data / "observations", data, dictionary, regions).clean
        accidents = read_accidents(data / "accidents", data, regions)
        rows, findings = yearly_totals(known, accidents, regions, dictionary)
    mistakes = [f for f in accidents.findings + findings if f.severity != "info"]
    if mistakes:
        raise SystemExit(f"the ledger has mistakes: {mistakes[0]}")
    return rows[["region_code", "year", "variable", "value"]]


def with_pandas(data: Path) -> pd.DataFrame:
    """The same for two of the totals, with no check of anything."""
    table = pd.read_csv(data / "accidents" / "nation.csv", dtype={"region_code": "str"})
    table["date"], table["reported"] = pd.to_datetime(table["date"]), pd.to_datetime(table["reported"])
    days = pd.to_timedelta(table["category"].map({"road_traffic": 7, "fire": 7, "other": 30}), unit="D")
    in_time = table[table["reported"] <= table["date"] + days].sort_values("reported", kind="stable")
    last = in_time.drop_duplicates("accident", keep="last")
    found = last.groupby(["region_code", last["date"].dt.year])["deaths"].agg(["sum", "size"]).reset_index()
    long = found.melt(["region_code", "date"], ["sum", "size"], "variable", "value")
    long["variable"] = long["variable"].map({"sum": "accident_deaths", "size": "accidents"})
    return long.rename(columns={"date": "year"})


WAYS: dict[str, Callable[[Path], pd.DataFrame]] = {"planeval": with_planeval, "pandas": with_pandas}


def measure(way: str, data: Path, out: Path | None = None) -> dict[str, Any]:
    """Clock and processor seconds and peak memory (bytes) of one way in a process of its own; its totals go to ``out``."""
    words = [sys.executable, __file__, "--way", way, "--work", str(data)]
    done = subprocess.run(
        words + (["--out", str(out)] if out else []), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return dict(json.loads(done.stdout))


def main() -> None:
    """Compare the two ways, or go one of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, default=ROOT / ".bench" / "accidents")
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    if chosen.way:
        began = time.perf_counter()
        totals = WAYS[chosen.way](chosen.work)
        seconds, cpu = time.perf_counter() - began, time.process_time()
        if chosen.out:
            totals.to_csv(chosen.out, index=False)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak, "totals": len(totals)}))
        return
    write_ledger(chosen.work, chosen.rows)
    rounds = [{way: measure(way, chosen.work) for way in WAYS} for _ in range(chosen.rounds)]
    print("| round | planeval | of the processor | peak memory | pandas | ratio |\n|---|---|---|---|---|---|")
    for number, found in enumerate(rounds, start=1):
        own, least = found["planeval"], found["pandas"]
        ratio = own["seconds"] / least["seconds"]
        memory = f"{own['peak'] / 2**30:.2f} GiB"
        times = [f"{x:.2f} s" for x in (own["seconds"], own["cpu"])]
        print(f"| {number} | {' | '.join(times)} | {memory} | {least['seconds']:.2f} s | {ratio:.2f} x |")
    ratios = [found["planeval"]["seconds"] / found["pandas"]["seconds"] for found in rounds]
    print(f"\nmedian ratio: {np.median(ratios):.2f} x; {chosen.rows:,} reports")


if __name__ == "__main__":
    main()
