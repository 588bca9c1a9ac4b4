"""Hundreds of districts at once: each report holds its own codes, names and figures, and nobody else's."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from batches import Done, make_nation, reports_in, run

PLACES = 200


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Done]:
    folder = tmp_path_factory.mktemp("nation")
    make_nation(folder / "data", places=PLACES, seed=7)
    done = run("report", folder / "data", folder / "out", "--kind", "midterm", "--jobs", "4", "--json")
    return folder / "data", folder / "out", done


@pytest.fixture(scope="module")
def names(nation: tuple[Path, Path, Done]) -> dict[str, str]:
    with (nation[0] / "regions.csv").open(encoding="utf-8", newline="") as file:
        return {row["region_code"]: row["name"] for row in csv.DictReader(file)}


def test_every_district_has_its_report(nation: tuple[Path, Path, Done]) -> None:
    _, out, done = nation
    assert (done.status, done.err) == (0, "")
    assert len(done.document["published"]) == PLACES == len(reports_in(out))
    assert done.document["failed"] == done.document["held"] == {}


def test_each_report_names_its_own_place_and_no_other(
    nation: tuple[Path, Path, Done], names: dict[str, str]
) -> None:
    counties = {code: name for code, name in names.items() if not code.endswith("00")}
    seen = set()
    for folder in reports_in(nation[1]):
        code = folder.parent.name.removeprefix("c")
        for file in ("index.html", "evaluation.json", "report.ipynb", "indicators.csv"):
            text = (folder / file).read_text(encoding="utf-8-sig")
            mentioned = set(re.findall(r"示例县\d{4}", text))
            assert mentioned <= {counties[code]}, (folder, file, mentioned)
            codes = set(re.findall(r"(?<![0-9.])[1-9][0-9]{5}(?![0-9.])", text)) & set(counties)
            # A head count may happen to be some place's code; a quoted one is a code.
            quoted = {c for c in codes if f'"{c}"' in text or f"c{c}" in text}
            assert quoted <= {code}, (folder, file, quoted)
        evaluation = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
        assert (evaluation["region_code"], evaluation["region_name"]) == (code, counties[code])
        seen.add(code)
    assert len(seen) == PLACES


def test_each_report_shows_the_figures_of_its_own_rows(nation: tuple[Path, Path, Done]) -> None:
    data, out, _ = nation
    frames = [pd.read_csv(path, dtype=str) for path in sorted((data / "observations").glob("*.csv"))]
    rows = pd.concat(frames).sort_values("published", kind="stable")
    latest = rows.drop_duplicates(["region_code", "year", "variable"], keep="last")
    deaths = latest[latest["variable"] == "accident_deaths"].set_index(["region_code", "year"])["value"]
    compared = 0
    for folder in reports_in(out):
        code = folder.parent.name.removeprefix("c")
        text = (folder / "indicators.csv").read_text(encoding="utf-8-sig")
        for row in csv.DictReader(io.StringIO(text)):
            assert row["region_code"] == code
            if row["key"] == "accident_deaths" and row["value"]:
                assert float(row["value"]) == float(deaths[code, row["year"]]), (code, row)
                compared += 1
    assert compared >= 2 * PLACES


def test_no_two_reports_are_alike(nation: tuple[Path, Path, Done]) -> None:
    keys = [json.loads((f / "record.json").read_text(encoding="utf-8"))["key"] for f in reports_in(nation[1])]
    pages = {(f / "index.html").read_bytes() for f in reports_in(nation[1])}
    assert len(set(keys)) == len(pages) == PLACES
