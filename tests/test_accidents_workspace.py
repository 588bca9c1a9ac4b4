"""Ledgers of accidents in a data folder: what is read, what depends on them, how a report shows them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from accident_ledgers import GULOU, MAWEI, about, row, write_ledger
from conftest import Cli
from test_partial_load import assert_same

from planeval.evaluate.evaluation import evaluate
from planeval.model.evaluation import Kind
from planeval.read.inventory import take_inventory
from planeval.read.workspace import load
from planeval.validate.run import validate

YEAR_2023 = about(f"{MAWEI} 2023-01-01 2023-12-31", f"{GULOU} 2023-01-01 2023-12-31")


def both_ledger(data: Path, *rows: str) -> Path:
    return write_ledger(data, list(rows), YEAR_2023)


def without_2023(data: Path) -> None:
    """The statistics of 马尾区 without deaths in 2023."""
    file = data / "observations" / "mawei.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text(
        "".join(x for x in lines if not x.startswith(f"{MAWEI},2023,accident_deaths")), encoding="utf-8"
    )


def test_a_workspace_computes_with_the_totals_of_a_ledger(tiny_data: Path) -> None:
    without_2023(tiny_data)
    both_ledger(tiny_data, row(deaths=4))
    workspace = load(tiny_data)
    own = workspace.rows_of(MAWEI)
    (deaths,) = own[(own["variable"] == "accident_deaths") & (own["year"] == 2023)].to_dict("records")
    assert (deaths["value"], deaths["derived"]) == (4, "accidents")
    assert not (workspace.table["file"] == "accidents").any()


BREAKS: dict[str, Callable[[Path], object]] = {
    "nothing": lambda data: None,
    "a row with a mistake": lambda d: both_ledger(d, row(deaths=-1), row("A2", GULOU)),
    "a row of nobody": lambda d: both_ledger(d, row(code="?"), row("A2", GULOU)),
    "an accident of two places": lambda d: both_ledger(d, row(), row(code=GULOU), row("A2", GULOU)),
    "a place that is not covered": lambda d: write_ledger(d, [row(), row("A2", GULOU)]),
    "no row of a place that is covered": lambda d: both_ledger(d, row("A2", GULOU)),
    "a file that cannot be read": lambda d: both_ledger(d, row(), "1,2"),
    "no facts": lambda d: both_ledger(d, row()).with_suffix(".yaml").unlink(),
    "no rows": lambda d: both_ledger(d, row()).unlink(),
    "facts with a mistake": lambda d: write_ledger(d, [row("A2", GULOU)], YEAR_2023 + "x: 1\n"),
    "a day covered twice": lambda d: write_ledger(d, [row()], YEAR_2023, name="again"),
    "many mistakes": lambda d: both_ledger(
        d, *(row(f"A{n}", (MAWEI, GULOU)[n % 2], deaths="x") for n in range(120))
    ),
    "a table that is not read": lambda d: (d / "accidents" / "2024.xlsx").write_bytes(b""),
}


@pytest.mark.parametrize("name", BREAKS)
@pytest.mark.parametrize("vintage", ["", "2024-01-10"])
def test_reading_one_place_gives_what_reading_everything_leaves_of_it(
    tiny_data: Path, name: str, vintage: str
) -> None:
    both_ledger(tiny_data, row(date="2023-12-20", deaths=3, reported="2023-12-20"), row("A2", GULOU))
    BREAKS[name](tiny_data)
    for code in (MAWEI, GULOU):
        assert_same(load(tiny_data, [code], vintage=vintage), load(tiny_data, vintage=vintage).only([code]))


def digests(data: Path, code: str) -> dict[str, str]:
    return take_inventory(data).rows_of(code)


CHANGES: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "a row of one place": (lambda d: both_ledger(d, row(deaths=2), row("A2", GULOU)), {MAWEI}),
    "a further row": (lambda d: both_ledger(d, row(), row("A2", GULOU), row("A3", GULOU)), {GULOU}),
    "an accident that two places share": (
        lambda d: both_ledger(d, row(), row("A2", GULOU), row("A1", GULOU)),
        {MAWEI, GULOU},
    ),
    "the facts": (
        lambda d: write_ledger(d, [row(), row("A2", GULOU)], YEAR_2023 + "# checked\n"),
        {MAWEI, GULOU},
    ),
    "facts that name one place less": (lambda d: write_ledger(d, [row(), row("A2", GULOU)]), {MAWEI, GULOU}),
    "no facts": (lambda d: (d / "accidents/2023.yaml").unlink(), {MAWEI, GULOU}),
    "no rows": (lambda d: (d / "accidents/2023.csv").unlink(), {MAWEI, GULOU}),
    "a file that cannot be read": (lambda d: both_ledger(d, row(), "1"), {MAWEI, GULOU}),
    "a row of nobody": (
        lambda d: both_ledger(d, row(), row("A2", GULOU), row("A3", "?")),
        {MAWEI, GULOU},
    ),
    "nothing": (lambda d: None, set()),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_a_ledger_concerns_the_places_whose_totals_it_may_change(
    tiny_data: Path, name: str
) -> None:
    change, concerned = CHANGES[name]
    both_ledger(tiny_data, row(), row("A2", GULOU))
    before = {code: digests(tiny_data, code) for code in (MAWEI, GULOU)}
    change(tiny_data)
    assert {code for code, known in before.items() if digests(tiny_data, code) != known} == concerned


def test_a_place_without_a_row_depends_on_the_rows_being_readable(tiny_data: Path) -> None:
    """Its zero is read out of them."""
    both_ledger(tiny_data, row("A2", GULOU))
    before = digests(tiny_data, MAWEI)
    both_ledger(tiny_data, row("A2", GULOU), "1,2")
    assert digests(tiny_data, MAWEI) != before
    assert load(tiny_data, [MAWEI]).findings[-1].message == "这一行有2个单元格，表头有10列"


def test_validation_tells_of_a_difference_and_holds_nothing_back(tiny_data: Path) -> None:
    both_ledger(tiny_data, row(deaths=4))
    found = [f for f in validate(load(tiny_data)).findings if f.rule == "accident_totals"]
    assert [(f.region_code, f.year, f.found, f.expected, f.severity) for f in found] == [
        (GULOU, 2023, "17", "0", "warning"),
        (MAWEI, 2023, "17", "4", "warning"),
    ]


def test_the_evaluation_names_the_rows_of_the_ledger(tiny_data: Path) -> None:
    without_2023(tiny_data)
    both_ledger(tiny_data, row(deaths=4), row("A2", GULOU))
    result = evaluate(load(tiny_data), "mawei", Kind.MIDTERM, None, [])
    (deaths,) = result.indicators
    assert deaths.current == 4
    own = next(r for r in result.rows if r.year == 2023 and r.variable == "accident_deaths")
    assert (own.used, own.derived) == (True, "accidents")
    assert own.behind == ["accidents/2023.yaml:6", "accidents/2023.csv:2"]
    assert "accidents:0" not in result.model_dump_json()


def test_the_report_says_that_a_figure_comes_from_the_ledger(
    tiny_data: Path, tmp_path: Path, run_cli: Cli
) -> None:
    without_2023(tiny_data)
    both_ledger(tiny_data, row(deaths=4))
    status, out, err = run_cli(
        "report", "--plan", "mawei", "--kind", "midterm", "--data", tiny_data, "--out", tmp_path / "out"
    )
    assert status == 0, out + err
    folder = tmp_path / "out" / "mawei" / "midterm"
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "由事故台账汇总（1起，截至2024-03-01）" in page
    assert "accidents/2023.csv" in page
    assert "accidents:0" not in page
    evaluation = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
    assert evaluation["indicators"][0]["current"] == 4


def test_an_explanation_counts_the_rows_of_the_ledger(tiny_data: Path, run_cli: Cli) -> None:
    without_2023(tiny_data)
    both_ledger(tiny_data, row(deaths=4), row("A3", deaths=1))
    words = ("explain", "mawei", "accident_deaths", "--kind", "midterm", "--data", tiny_data)
    status, out, err = run_cli(*words)
    assert status == 0, out + err
    assert "由3行合成：accidents/2023.yaml:6；accidents/2023.csv:2-3" in out
    assert "出处 事故台账汇总:2023" in out
