"""The made-up nation of the benchmarks: the same everywhere, accepted as it is, and like real small places."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.nation import Nation, correct_one_place, make_nation
from planeval.model.findings import Severity
from planeval.model.plan import Plan
from planeval.model.validation import ValidationResult
from planeval.read.workspace import Workspace, load
from planeval.validate.run import validate

PLACES = 30  # four cities: three full ones and the beginning of a fourth
TOTALS = (
    *("gdp", "population", "accident_deaths", "accidents", "major_accidents"),
    *("disaster_deaths", "disaster_affected", "disaster_loss", "flood_drought_loss"),
)


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def rows_of(nation: Nation, code: str) -> list[str]:
    path = nation.folder / "observations" / f"{code[:2]}0000.csv"
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(f"{code},")]


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Nation:
    return make_nation(tmp_path_factory.mktemp("nation") / "data", PLACES, seed=5)


@pytest.fixture(scope="module")
def workspace(nation: Nation) -> Workspace:
    return load(nation.folder)


@pytest.fixture(scope="module")
def validation(workspace: Workspace) -> ValidationResult:
    return validate(workspace)


@pytest.fixture(scope="module")
def latest(workspace: Workspace) -> pd.DataFrame:
    table = workspace.observations
    return table[~table["superseded"]]


# ---- the same everywhere --------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    first, second, other = (
        contents(make_nation(tmp_path / name, 3, seed).folder)
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first == second
    assert first.keys() == other.keys()
    assert first["observations/110000.csv"] != other["observations/110000.csv"]


def test_the_statistics_of_a_seed_are_the_same_on_every_machine(tmp_path: Path) -> None:
    nation = make_nation(tmp_path / "data", 3, seed=1)
    digest = hashlib.sha256()
    for path in sorted((nation.folder / "observations").glob("*.csv")):
        digest.update(path.read_bytes())
    # Differs after a deliberate change of the generator only: figures measured before and after do not compare then.
    assert digest.hexdigest() == "3e40b5b3e58179076b02fd7b8db048835ae7c3a801caabeb35105a8e73c14c12"


def test_the_first_places_of_a_large_nation_are_those_of_a_small_one(nation: Nation, tmp_path: Path) -> None:
    small = make_nation(tmp_path / "data", 12, seed=5)
    assert small.places == nation.places[:12]
    for code, plan in zip(small.places, small.plans, strict=True):
        assert rows_of(small, code) == rows_of(nation, code) != []
        for name in (f"plans/{plan}.yaml", f"progress/{plan}.csv"):
            assert (small.folder / name).read_bytes() == (nation.folder / name).read_bytes()


# ---- accepted as it is ----------------------------------------------------------------------------------------------


def test_every_place_has_a_plan_and_a_ledger_that_are_read_without_a_finding(
    nation: Nation, workspace: Workspace
) -> None:
    assert workspace.findings == []
    assert len(nation.places) == len(set(nation.places)) == PLACES
    assert sorted(nation.plans) == sorted(workspace.plans) == sorted(workspace.ledgers)
    assert [workspace.plans[plan].region_code for plan in nation.plans] == nation.places
    assert len(workspace.table) == nation.rows


def test_validation_holds_no_report_back(validation: ValidationResult, workspace: Workspace) -> None:
    assert [f for f in validation.findings if f.severity is Severity.CRITICAL] == []
    assert not any(validation.held_back(plan) for plan in workspace.plans.values())


def test_codes_follow_their_parents(workspace: Workspace) -> None:
    regions = workspace.regions
    kept = {"city": 2, "county": 4}
    for region in regions.values():
        if region.level in kept:
            assert region.parent is not None
            digits = kept[region.level]
            assert region.region_code[:digits] == region.parent[:digits]
            assert region.parent == region.region_code[:digits].ljust(6, "0")
    assert [r.level for r in regions.values()].count("county") == PLACES


def test_several_forms_of_plan_occur(workspace: Workspace) -> None:
    def form(plan: Plan) -> tuple[tuple[str, str], ...]:
        return tuple((i.target.kind, i.base.source) for i in plan.indicators)

    assert len({form(plan) for plan in workspace.plans.values()}) == 4


# ---- like real places, and clearly none -----------------------------------------------------------------------------


def test_deaths_are_small_counts_with_many_zeros(nation: Nation, latest: pd.DataFrame) -> None:
    counties = latest[latest["region_code"].isin(nation.places)]
    deaths = counties.loc[counties["variable"] == "accident_deaths", "value"]
    assert 0.1 < (deaths == 0).mean() < 0.6
    assert 1 < deaths.mean() < 6
    for variable, zeros in (("major_accidents", 0.97), ("disaster_deaths", 0.85)):
        values = counties.loc[counties["variable"] == variable, "value"]
        assert len(values) == 10 * PLACES
        assert (values == 0).mean() > zeros


@pytest.mark.parametrize("variable", TOTALS)
def test_the_parts_add_up_to_the_whole(variable: str, workspace: Workspace, latest: pd.DataFrame) -> None:
    rows = latest[latest["variable"] == variable]
    wide = rows.pivot(index="region_code", columns="year", values="value")
    parents = wide.index.map({code: region.parent for code, region in workspace.regions.items()})
    sums = wide.groupby(parents).sum()
    assert len(sums) == 1 + 1 + 4  # the nation, the province, the cities
    assert (wide.loc[sums.index] - sums).abs().max(axis=None) < 1e-6


def test_a_published_rate_is_what_its_parts_give(latest: pd.DataFrame) -> None:
    wide = latest.pivot(index=["region_code", "year"], columns="variable", values="value")
    rates = wide.dropna(subset="deaths_per_100k_population")
    recomputed = 100_000 * rates["accident_deaths"] / rates["population"]
    assert len(rates) > 0
    assert (rates["deaths_per_100k_population"] - recomputed).abs().max() <= 0.0005 + 1e-9


def test_some_figures_were_published_twice(workspace: Workspace) -> None:
    table = workspace.observations
    earlier = table[table["superseded"]]
    assert {"gdp", "disaster_loss"} <= set(earlier["variable"])


def test_nothing_can_be_taken_for_a_real_place_or_figure(workspace: Workspace) -> None:
    assert all(region.name.startswith("示例") for region in workspace.regions.values())
    assert set(workspace.table["status"]) == {"illustrative"}
    assert all("示例" in source for source in workspace.table["source"])
    for plan in workspace.plans.values():
        assert "示例" in plan.title
        text = plan.model_dump_json()
        assert not any(real in text for real in ("鼓楼", "马尾", "五凤", "义井", "@"))
    assert all(set(ledger["data_status"]) == {"illustrative"} for ledger in workspace.ledgers.values())


# ---- corrections and refusals ---------------------------------------------------------------------------------------


def test_a_correction_changes_one_line_of_one_place_and_no_finding(
    validation: ValidationResult, tmp_path: Path
) -> None:
    nation = make_nation(tmp_path / "data", PLACES, seed=5)
    before = contents(nation.folder)
    code = correct_one_place(nation.folder)
    after = contents(nation.folder)
    changed = [name for name in before if before[name] != after[name]]
    assert changed == [f"observations/{code[:2]}0000.csv"]
    old, new = (state[changed[0]].decode().splitlines() for state in (before, after))
    differing = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    assert len(differing) == 1
    assert all(line.startswith(f"{code},2023,warning_public_coverage,") for line in differing[0])
    assert validate(load(nation.folder)).findings == validation.findings


def test_a_correction_without_a_figure_to_correct_is_refused(tmp_path: Path) -> None:
    nation = make_nation(tmp_path / "data", 2, seed=1, years=(2020, 2021))
    with pytest.raises(LookupError, match="2023"):
        correct_one_place(nation.folder)


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError, match="not empty"):
        make_nation(tmp_path, 3, seed=1)
    assert contents(tmp_path) == {"notes.txt": b"mine"}


@pytest.mark.parametrize("places", [0, 3001])
def test_an_impossible_number_of_places_is_refused(places: int, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1 to 3000"):
        make_nation(tmp_path / "data", places, seed=1)


def test_years_out_of_order_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="in order"):
        make_nation(tmp_path / "data", 1, seed=1, years=(2021, 2020))
