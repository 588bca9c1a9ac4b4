"""A ledger of a million reports gives the totals of a plain group-by, in bounded memory."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchmarks.accident_ledger import PLACES, YEARS, measure, write_ledger

GIB = 2**30


def plain_totals(file: Path) -> pd.DataFrame:
    """region_code, year -> each variable, with nothing of planeval: one accident after the other, in plain words."""
    reports = pd.read_csv(file, dtype={"region_code": str}, parse_dates=["date", "reported"])
    window = reports["category"].map({"road_traffic": 7, "fire": 7, "other": 30})
    # Every first report of the made-up ledger is in time.
    in_time = reports[(reports["reported"] - reports["date"]).dt.days <= window]
    last = in_time.loc[in_time.groupby("accident")["reported"].idxmax()]
    dead, hurt, lost = last["deaths"], last["serious_injuries"], last["direct_loss"]
    extreme = (dead >= 30) | (hurt >= 100) | (lost >= 10_000)
    serious = ((dead >= 10) | (hurt >= 50) | (lost >= 5_000)) & ~extreme
    larger = ((dead >= 3) | (hurt >= 10) | (lost >= 1_000)) & ~extreme & ~serious
    each = last.assign(
        accident_deaths=dead,
        accidents=1,
        general_accidents=~(larger | serious | extreme),
        larger_accidents=larger,
        serious_accidents=serious,
        extremely_serious_accidents=extreme,
        major_accidents=serious | extreme,
        year=last["date"].dt.year,
    )
    names = [*each.columns[-8:-1]]
    every = pd.MultiIndex.from_product([PLACES, YEARS], names=["region_code", "year"])
    return each.groupby(["region_code", "year"])[names].sum().reindex(every, fill_value=0).astype(int)


def test_a_million_reports_give_the_totals_of_a_plain_group_by(tmp_path: Path) -> None:
    file = write_ledger(tmp_path, 1_000_000)

    found = measure("planeval", tmp_path, tmp_path / "totals.csv")

    assert found["peak"] < 2 * GIB
    totals = pd.read_csv(tmp_path / "totals.csv", dtype={"region_code": str})
    wide = totals.pivot(index=["region_code", "year"], columns="variable", values="value").astype(int)
    expected = plain_totals(file)
    assert expected["extremely_serious_accidents"].sum() > 100  # every grade is really there
    pd.testing.assert_frame_equal(
        wide[list(expected.columns)], expected, check_names=False, check_index_type=False
    )
