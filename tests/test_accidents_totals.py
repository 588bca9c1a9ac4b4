"""Yearly totals of ledgers of accidents: what they cover, where they come from, how they stand beside reported ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from accident_ledgers import GULOU, MAWEI, about, row, totals, values, write_ledger

from planeval.derive.behind import count_rows
from planeval.messages import speaking

ZEROS = {
    "accident_deaths": 0,
    "accidents": 0,
    "general_accidents": 0,
    "larger_accidents": 0,
    "serious_accidents": 0,
    "extremely_serious_accidents": 0,
    "major_accidents": 0,
}


def reported(variable: str, value: object, year: int = 2023, unit: str = "起") -> str:
    return f"{MAWEI},{year},{variable},{value},{unit},final,公报,{year + 1}-03"


# ---- what is covered ------------------------------------------------------------------------------------------------


def test_a_covered_year_without_accidents_is_a_zero(tmp_path: Path) -> None:
    write_ledger(tmp_path, [])
    rows, findings = totals(tmp_path)
    assert values(rows) == ZEROS
    assert findings == []
    assert set(rows["behind"]) == {("accidents/2023.yaml:6",)}
    assert set(rows["source"]) == {"示例台账；由事故台账汇总（0起，截至2024-03-01）"}


def test_a_year_outside_is_missing_and_its_accidents_are_told(tmp_path: Path) -> None:
    early = row(accident="B1", date="2022-12-31", reported="2022-12-31")
    write_ledger(tmp_path, [row(), early])
    rows, (finding,) = totals(tmp_path)
    assert set(rows["year"]) == {2023}
    assert values(rows)["accidents"] == 1
    assert finding.message == ("马尾区2022年有1起事故不在台账声明的覆盖范围内，没有计入：B1（第3行）")
    assert (finding.severity, finding.year) == ("warning", 2022)


def test_a_place_that_is_not_covered_has_no_totals(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row(code=GULOU)])
    rows, (finding,) = totals(tmp_path)
    assert set(rows["region_code"]) == {MAWEI}
    assert (finding.rule, finding.region_code) == ("accident_outside", GULOU)


@pytest.mark.parametrize(
    ("covers", "years"),
    [
        (["2023-01-01 2023-12-31"], {2023}),
        (["2023-01-02 2023-12-31"], set()),
        (["2023-01-01 2023-12-30"], set()),
        (["2022-06-01 2024-02-01"], {2023}),
        (["2023-01-01 2023-06-30", "2023-07-01 2023-12-31"], {2023}),
        (["2023-01-01 2023-06-29", "2023-07-01 2023-12-31"], set()),
        (["2021-01-01 2022-05-05", "2022-05-06 2023-12-31"], {2021, 2022, 2023}),
    ],
)
def test_part_of_a_year_is_never_a_year(tmp_path: Path, covers: list[str], years: set[int]) -> None:
    write_ledger(tmp_path, [row()], about(*(f"{MAWEI} {cover}" for cover in covers)))
    assert set(totals(tmp_path)[0]["year"]) == years


def test_a_year_in_part_is_told(tmp_path: Path) -> None:
    write_ledger(tmp_path, [], about(f"{MAWEI} 2022-06-01 2022-09-30", f"{MAWEI} 2022-11-01 2023-12-31"))
    _, (finding,) = totals(tmp_path)
    assert finding.message == (
        "事故台账对马尾区2022年只覆盖 2022-06-01—2022-09-30、2022-11-01—2022-12-31，不足一年，没有全年数"
    )
    assert (finding.severity, finding.where) == ("info", "accidents/2023.yaml:6")


def test_two_ledgers_make_up_a_year(tmp_path: Path) -> None:
    first = about(f"{MAWEI} 2023-01-01 2023-06-30", published="2023-09-01", status="final")
    second = about(f"{MAWEI} 2023-07-01 2023-12-31", status="estimate").replace("示例台账", "下半年台账")
    write_ledger(tmp_path, [row()], first, name="a")
    write_ledger(tmp_path, [row(date="2023-08-01", deaths=2, reported="2023-08-01")], second, name="b")
    rows, findings = totals(tmp_path)
    assert findings == []
    assert (values(rows)["accidents"], values(rows)["accident_deaths"]) == (2, 3)
    one = rows.iloc[0]
    assert (one["status"], one["published"]) == ("estimate", "2024-03-01")
    assert one["source"] == "示例台账；下半年台账；由事故台账汇总（2起，截至2024-03-01）"
    assert one["behind"] == (
        "accidents/a.yaml:6",
        "accidents/b.yaml:6",
        "accidents/a.csv:2",
        "accidents/b.csv:2",
    )


def test_the_same_number_in_two_ledgers_is_two_accidents(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row()], name="a")
    other = about(f"{MAWEI} 2022-01-01 2022-12-31")
    write_ledger(tmp_path, [row(date="2022-05-01", deaths=5, reported="2022-05-01")], other, name="b")
    rows, _ = totals(tmp_path)
    assert (values(rows)["accident_deaths"], values(rows, 2022)["accident_deaths"]) == (1, 5)


def test_an_accident_counts_for_its_place_alone(tmp_path: Path) -> None:
    city = about(f"{MAWEI} 2023-01-01 2023-12-31", "350100 2023-01-01 2023-12-31")
    write_ledger(tmp_path, [row()], city)
    rows, _ = totals(tmp_path)
    assert values(rows)["accidents"] == 1
    assert values(rows, code="350100")["accidents"] == 0


# ---- where they come from -------------------------------------------------------------------------------------------


def test_a_total_names_the_rows_behind_it(tmp_path: Path) -> None:
    days = ["2023-05-01", "2023-05-02", "2022-05-01", "2023-05-03"]
    rows = [row(accident=f"A{n}", date=day, reported=day) for n, day in enumerate(days)]
    write_ledger(tmp_path, rows, about(f"{MAWEI} 2022-01-01 2023-12-31"))
    derived, _ = totals(tmp_path)
    own = derived[derived["year"] == 2023].iloc[0]
    assert own["behind"] == ("accidents/2023.yaml:6", "accidents/2023.csv:2-3", "accidents/2023.csv:5")
    assert count_rows(own["behind"]) == 4
    assert (own["derived"], own["file"], own["line"], own["partial"]) == ("accidents", "accidents", 0, "")
    assert (own["value"], own["as_published"], own["superseded"]) == (3, "3人", False)


def test_of_very_many_rows_only_their_reach_and_number_are_named(tmp_path: Path) -> None:
    of = [MAWEI, GULOU] * 30
    both = about(f"{MAWEI} 2023-01-01 2023-12-31", f"{GULOU} 2023-01-01 2023-12-31")
    write_ledger(tmp_path, [row(accident=f"A{n}", code=code) for n, code in enumerate(of)], both)
    rows, _ = totals(tmp_path)
    own = rows[rows["region_code"] == MAWEI].iloc[0]
    assert own["behind"] == ("accidents/2023.yaml:6", "accidents/2023.csv:2-60(30)")
    assert count_rows(own["behind"]) == 31


def test_the_source_is_told_in_english_too(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row()])
    with speaking("en"):
        rows, _ = totals(tmp_path)
    assert set(rows["source"]) == {
        "示例台账; added up from the accident ledger (accidents: 1; until 2024-03-01)"
    }


# ---- beside reported figures ----------------------------------------------------------------------------------------


def test_a_reported_figure_is_used_and_a_difference_is_a_warning(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row(), row(accident="A2")])
    rows, (finding,) = totals(tmp_path, [reported("accident_deaths", 5, unit="人")])
    assert values(rows) == {}
    assert finding.message == ("马尾区2023年生产安全事故死亡人数：公布数为5人，事故台账汇总为2人；采用公布数")
    assert (finding.rule, finding.severity) == ("accident_totals", "warning")
    assert (finding.found, finding.expected) == ("5", "2")
    assert finding.where == "observations/x.csv:2"


def test_a_reported_figure_that_agrees_is_used_without_a_word(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row()])
    rows, findings = totals(tmp_path, [reported("accident_deaths", 1, unit="人")])
    assert values(rows) == {
        "accidents": 1,
        "general_accidents": 1,
        "larger_accidents": 0,
        "serious_accidents": 0,
        "extremely_serious_accidents": 0,
        "major_accidents": 0,
    }
    assert findings == []


def test_the_latest_vintage_is_compared(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row()])
    again = reported("accidents", 1).replace("2024-03", "2024-09")
    assert totals(tmp_path, [reported("accidents", 7), again])[1] == []


def test_a_ledger_that_contradicts_deaths_or_a_number_of_accidents_fills_no_other(tmp_path: Path) -> None:
    """General accidents of the ledger beside fewer accidents of the bulletin would contradict each other, and so would
    a bulletin's general accidents alone beside the many deaths of a ledger."""
    write_ledger(tmp_path, [row(), row(accident="A2")])
    for variable in ("accidents", "general_accidents"):
        rows, (finding,) = totals(tmp_path, [reported(variable, 1)])
        assert values(rows) == {}
        assert finding.variable == variable


def test_a_difference_of_an_open_year_says_that_it_is_open(tmp_path: Path) -> None:
    facts = about(f"{MAWEI} 2023-01-01 2023-12-31", published="2024-01-05")
    write_ledger(tmp_path, [row(date="2023-12-20", reported="2023-12-20")], facts)
    _, findings = totals(tmp_path, [reported("accidents", 3)])
    assert [f.message for f in findings if f.rule == "accident_totals"] == [
        "马尾区2023年生产安全事故起数：公布数为3起，事故台账汇总为1起（有事故补报期未满）；采用公布数"
    ]


def test_a_reported_figure_of_another_year_stands_for_no_year_but_its_own(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row()])
    rows, findings = totals(tmp_path, [reported("accidents", 9, year=2022)])
    assert values(rows)["accidents"] == 1
    assert findings == []
