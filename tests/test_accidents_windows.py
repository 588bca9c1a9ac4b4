"""Severity of an accident, and which of its reports the statistics count."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from accident_ledgers import MAWEI, about, row, totals, values, write_ledger

from planeval.derive.severity import grades

# ---- severity -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deaths", "injuries", "loss", "grade"),
    [
        (0, 0, 0, 0),
        (2, 9, 999.99, 0),
        (3, 0, 0, 1),
        (0, 10, 0, 1),
        (0, 0, 1000, 1),
        (9, 49, 4999.99, 1),
        (10, 0, 0, 2),
        (0, 50, 0, 2),
        (0, 0, 5000, 2),
        (29, 99, 9999.99, 2),
        (30, 0, 0, 3),
        (0, 100, 0, 3),
        (0, 0, 10000, 3),
        (300, 1000, 10**6, 3),
    ],
)
def test_one_criterion_makes_the_grade_and_the_limit_belongs_to_the_higher_one(
    deaths: float, injuries: float, loss: float, grade: int
) -> None:
    """以上 includes the number, 以下 excludes it; 1 亿元 is 10000 万元."""
    assert grades([deaths], [injuries], [loss]).tolist() == [grade]


def test_grades_of_many_accidents_are_those_of_each() -> None:
    deaths, injuries, loss = [0, 3, 0, 30], [0, 0, 50, 0], [0.0, 0.0, 0.0, 1.0]
    assert grades(np.array(deaths), np.array(injuries), np.array(loss)).tolist() == [0, 1, 2, 3]


def test_each_grade_is_counted_in_its_variable(tmp_path: Path) -> None:
    rows = [
        row(accident="general", deaths=2),
        row(accident="larger", deaths=0, injuries=10),
        row(accident="serious", deaths=0, loss=5000),
        row(accident="extreme", deaths=30),
        row(accident="extreme too", deaths=0, injuries=100),
    ]
    write_ledger(tmp_path, rows)
    assert values(totals(tmp_path)[0]) == {
        "accident_deaths": 32,
        "accidents": 5,
        "general_accidents": 1,
        "larger_accidents": 1,
        "serious_accidents": 1,
        "extremely_serious_accidents": 2,
        "major_accidents": 3,
    }


@pytest.mark.parametrize(("missing", "deaths", "larger"), [("true", 3, 1), ("false", 1, 0)])
def test_the_missing_are_deaths_where_the_ledger_says_so(
    tmp_path: Path, missing: str, deaths: int, larger: int
) -> None:
    facts = about(f"{MAWEI} 2023-01-01 2023-12-31", missing=missing)
    write_ledger(tmp_path, [row(deaths=1, missing=2)], facts)
    found = values(totals(tmp_path)[0])
    assert (found["accident_deaths"], found["larger_accidents"]) == (deaths, larger)


# ---- windows --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("category", "reported", "deaths"),
    [
        ("other", "2023-05-31", 2),  # the 30th day
        ("other", "2023-06-01", 1),
        ("road_traffic", "2023-05-08", 2),  # the 7th day
        ("road_traffic", "2023-05-09", 1),
        ("fire", "2023-05-08", 2),
        ("fire", "2023-05-09", 1),
    ],
)
def test_what_is_reported_again_counts_until_the_window_is_over(
    tmp_path: Path, category: str, reported: str, deaths: int
) -> None:
    again = row(category=category, deaths=2, reported=reported)
    write_ledger(tmp_path, [row(category=category), again])
    assert values(totals(tmp_path)[0])["accident_deaths"] == deaths


def test_reports_that_came_too_late_are_listed(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row(), row(deaths=3, reported="2023-06-01")])
    _, (finding,) = totals(tmp_path)
    assert finding.message == ("马尾区2023年的事故有1条报告在补报期满后作出，不改变统计：A1（第3行）")
    assert (finding.severity, finding.where) == ("info", "accidents/2023.csv:3")


def test_the_latest_report_in_time_counts_wherever_it_stands(tmp_path: Path) -> None:
    rows = [
        row(deaths=3, reported="2023-05-20"),
        row(deaths=1),
        row(deaths=2, reported="2023-05-10"),
        row(deaths=9, reported="2023-07-01"),
    ]
    write_ledger(tmp_path, rows)
    assert values(totals(tmp_path)[0])["accident_deaths"] == 3


def test_of_two_reports_of_one_day_the_one_that_stands_last_counts(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row(deaths=3), row(deaths=2)])
    assert values(totals(tmp_path)[0])["accident_deaths"] == 2


def test_a_later_report_may_lower_the_grade(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row(deaths=3), row(deaths=2, reported="2023-05-05")])
    found = values(totals(tmp_path)[0])
    assert (found["general_accidents"], found["larger_accidents"]) == (1, 0)


def test_an_accident_first_reported_too_late_happened_all_the_same(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row(deaths=2, reported="2023-09-01"), row(deaths=4, reported="2023-10-01")])
    rows, findings = totals(tmp_path)
    assert values(rows)["accident_deaths"] == 2
    assert [f.message for f in findings] == [
        "马尾区2023年有1起事故在补报期满后才首次报告，按首次报告计入：A1（第2行）",
        "马尾区2023年的事故有1条报告在补报期满后作出，不改变统计：A1（第3行）",
    ]


def test_of_many_reports_a_few_are_named(tmp_path: Path) -> None:
    late = [row(accident=f"A{n}", reported="2023-09-01") for n in range(8)]
    write_ledger(tmp_path, late)
    _, (finding,) = totals(tmp_path)
    assert finding.message == (
        "马尾区2023年有8起事故在补报期满后才首次报告，按首次报告计入：A0（第2行）、A1（第3行）、A2（第4行）、"
        "A3（第5行）、A4（第6行）等"
    )


# ---- the cut-off ----------------------------------------------------------------------------------------------------

LATE = [
    row(date="2023-12-20", deaths=1, reported="2023-12-20"),
    row(date="2023-12-20", deaths=3, reported="2024-01-10"),
]


def test_a_year_with_an_open_window_is_preliminary(tmp_path: Path) -> None:
    facts = about(f"{MAWEI} 2023-01-01 2023-12-31", status="final", published="2024-01-18")
    write_ledger(tmp_path, LATE, facts)
    rows, (finding,) = totals(tmp_path)
    assert set(rows["status"]) == {"preliminary"}
    assert set(rows["source"]) == {"示例台账；由事故台账汇总（1起，截至2024-01-18，其中1起补报期未满）"}
    assert finding.message == (
        "到 2024-01-18，马尾区2023年有1起事故的补报期未满，该年由台账汇总的数为初步数：A1（第3行）"
    )
    assert finding.severity == "info"


def test_a_window_is_over_on_its_last_day(tmp_path: Path) -> None:
    facts = about(f"{MAWEI} 2023-01-01 2023-12-31", status="final", published="2024-01-19")
    write_ledger(tmp_path, LATE, facts)
    rows, findings = totals(tmp_path)
    assert findings == []
    assert set(rows["status"]) == {"final"}


def test_a_vintage_knows_no_later_report(tmp_path: Path) -> None:
    facts = about(f"{MAWEI} 2023-01-01 2023-12-31", status="final")
    write_ledger(tmp_path, LATE, facts)
    now, _ = totals(tmp_path)
    then, findings = totals(tmp_path, vintage="2024-01-09")
    assert values(now)["accident_deaths"] == 3
    assert values(then)["accident_deaths"] == 1
    assert values(then)["larger_accidents"] == 0
    assert set(now["status"]) == {"final"}
    assert set(then["status"]) == {"preliminary"}
    assert set(then["published"]) == {"2024-01-09"}
    assert [f.rule for f in findings] == ["accident_open"]


def test_a_vintage_within_the_year_has_no_year(tmp_path: Path) -> None:
    write_ledger(tmp_path, [row()])
    rows, (finding,) = totals(tmp_path, vintage="2023-06-30")
    assert rows.empty
    assert finding.message == "事故台账对马尾区2023年只覆盖 2023-01-01—2023-06-30，不足一年，没有全年数"


def test_a_vintage_after_the_ledger_changes_nothing(tmp_path: Path) -> None:
    write_ledger(tmp_path, LATE)
    assert totals(tmp_path, vintage="2025-01-01")[0].equals(totals(tmp_path)[0])


def test_reports_after_the_day_of_the_statistics_are_not_there_and_that_is_said(tmp_path: Path) -> None:
    facts = about(f"{MAWEI} 2023-01-01 2023-12-31", published="2024-01-05")
    write_ledger(tmp_path, LATE, facts)
    rows, findings = totals(tmp_path)
    assert values(rows)["accident_deaths"] == 1
    after = next(f for f in findings if f.rule == "accident_after")
    assert after.message == ("马尾区2023年的事故有1条报告晚于台账的统计日 2024-01-05，没有计入：A1（第3行）")
    assert after.severity == "warning"
