"""A sum that lacks a part says so, and is never taken for the figure of the place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import TINY_HEADER
from places_within import CITY, EAST, NORTH, PROVINCE, SOUTH, WEST, Figures, a_folder, row_of, usual, write

from planeval.evaluate.evaluation import evaluate
from planeval.evaluate.judge import Case, judge
from planeval.messages import speak
from planeval.model.evaluation import IndicatorEvaluation, Kind, Verdict
from planeval.model.findings import Severity
from planeval.model.method import VerdictRule
from planeval.model.plan import NoneOccurs, PeriodMeanAtMost
from planeval.read.workspace import load
from planeval.validate.run import validate

COUNTIES = (EAST, WEST, SOUTH)


def without(*cells: tuple[str, int, str]) -> dict[tuple[str, int, str], float]:
    """The usual figures but for these."""
    return {cell: value for cell, value in usual().items() if cell not in cells}


def city(folder: Path, figures: Figures, parts: int = 3) -> Path:
    return a_folder(folder / "data", figures, {CITY: parts}, codes=COUNTIES)


def judged(folder: Path, key: str, kind: Kind = Kind.MIDTERM) -> IndicatorEvaluation:
    """An indicator of the city's plan."""
    evaluation = evaluate(load(folder), "shi", kind, None, [])
    (found,) = [i for i in evaluation.indicators if i.key == key]
    return found


def year(indicator: IndicatorEvaluation, number: int) -> dict[str, Any]:
    (found,) = [v for v in indicator.values if v.year == number]
    return found.model_dump(exclude_defaults=True)


# ---- counts and amounts ---------------------------------------------------------------------------------------------


def test_a_count_that_lacks_a_part_is_shown_and_not_judged(tmp_path: Path) -> None:
    folder = city(tmp_path, without((SOUTH, 2023, "accident_deaths")))
    indicator = judged(folder, "accident_deaths")

    assert (indicator.verdict, indicator.current, indicator.provisional) == (
        Verdict.NOT_ASSESSABLE,
        None,
        False,
    )
    value = year(indicator, 2023)
    assert (value["value"], value["partial"], value["partial_sum"]) == (None, "2/3", 24)
    reason = "生产安全事故死亡人数没有全地区的数（部分合计：3个下级地区中只有2个数据完整，缺南县）"
    assert value["reason"] == reason
    notes = {note.code: note.text for note in indicator.notes}
    assert notes["current_missing"] == f"2023年数值缺失（{reason}），无法评价。"
    assert notes["partial_sums"] == (
        "2023年只有部分合计（2/3），不作为全地区的数；只有在部分合计已足以突破目标时才据以评价。"
    )


def test_a_base_that_lacks_a_part_is_no_base(tmp_path: Path) -> None:
    indicator = judged(city(tmp_path, without((EAST, 2020, "accident_deaths"))), "accident_deaths")

    assert (indicator.base, indicator.target, indicator.verdict) == (None, None, Verdict.NOT_ASSESSABLE)
    assert "base_missing_for_reduction" in indicator.flags


def test_parts_that_are_not_in_the_register_are_counted(tmp_path: Path) -> None:
    folder = city(tmp_path, without((SOUTH, 2020, "gdp")), parts=5)

    assert row_of(load(folder), CITY, 2020, "gdp")["source"] == (
        "部分合计：5个下级地区中只有2个数据完整，缺南县和另外2个地区"
    )
    assert (
        row_of(load(folder), CITY, 2021, "gdp")["source"]
        == "部分合计：5个下级地区中只有3个数据完整，缺2个地区"
    )


def test_a_part_that_is_partial_itself_makes_the_whole_partial(tmp_path: Path) -> None:
    figures = without((SOUTH, 2023, "accident_deaths"))
    folder = a_folder(tmp_path / "data", figures, {CITY: 3, PROVINCE: 2}, codes=COUNTIES)
    row = row_of(load(folder), PROVINCE, 2023, "accident_deaths")

    assert (row["value"], row["partial"]) == (24, "0/2")
    assert row["source"] == "部分合计：2个下级地区中只有0个数据完整，缺某市和另外1个地区"


# ---- where a lower bound is enough ----------------------------------------------------------------------------------


def test_an_occurrence_in_one_part_breaks_the_promise_that_none_occurs(tmp_path: Path) -> None:
    figures = without((SOUTH, 2022, "major_accidents")) | {(EAST, 2022, "major_accidents"): 1}
    indicator = judged(city(tmp_path, figures), "major_accidents")

    assert indicator.verdict is Verdict.OFF_TRACK
    notes = {note.code: note.text for note in indicator.notes}
    assert notes["occurred"].startswith("规划期内已经发生（2022年，共1起）")
    assert year(indicator, 2022)["partial_sum"] == 1


def test_no_occurrence_in_the_parts_that_are_known_proves_nothing(tmp_path: Path) -> None:
    indicator = judged(city(tmp_path, without((SOUTH, 2022, "major_accidents"))), "major_accidents")

    assert (indicator.verdict, indicator.current) == (Verdict.NOT_ASSESSABLE, None)


def a_case(target: Any, values: Mapping[int, float | None], least: Mapping[int, float]) -> Case:
    return Case(target, None, 2020, 2021, 2025, 2023, values, least=least)


RULE = VerdictRule(ahead_from=1.1, on_track_from=0.95, off_track_yearly_change=0.3)


@pytest.mark.parametrize(("known", "verdict"), [(31.0, Verdict.OFF_TRACK), (30.0, Verdict.NOT_ASSESSABLE)])
def test_a_mean_is_broken_when_the_parts_alone_exceed_what_the_whole_period_may_have(
    known: float, verdict: Verdict
) -> None:
    # Ten a year may be fifty in five years; 20 are known of two years, of the third only what some parts had.
    case = a_case(
        PeriodMeanAtMost(kind="period_mean_at_most", level=10, unit="人"), {2021: 5, 2022: 15}, {2023: known}
    )

    assert judge(case, Kind.MIDTERM, RULE).verdict is verdict
    assert judge(case, Kind.MIDTERM, RULE).current is None


def test_a_year_that_lacks_a_part_counts_as_missing_where_nothing_has_occurred() -> None:
    case = a_case(NoneOccurs(kind="none_occurs"), {2021: 0, 2022: 0}, {2023: 0})

    judgement = judge(case, Kind.MIDTERM, RULE)
    assert (judgement.verdict, judgement.codes) == (Verdict.NOT_ASSESSABLE, ["years_missing"])


# ---- rates ----------------------------------------------------------------------------------------------------------


def test_a_rate_is_computed_over_the_parts_that_have_both_figures_and_is_provisional(tmp_path: Path) -> None:
    folder = city(tmp_path, without((SOUTH, 2023, "gdp")))
    indicator = judged(folder, "deaths_per_100m_gdp")

    value = year(indicator, 2023)
    assert value["value"] == pytest.approx(
        (7 + 17) / (130 + 260)
    )  # 27 deaths of 南县 have no GDP beside them
    assert (value["partial"], value.get("partial_sum"), value["derived"]) == ("2/3", None, "parts")
    assert value["sources"] == ["parts:deaths_per_100m_gdp:2023"]
    assert (indicator.verdict, indicator.provisional) == (Verdict.ACHIEVED_EARLY, True)
    notes = {note.code: note.text for note in indicator.notes}
    assert notes["rate_over_parts"] == (
        "2023年的比率只按分子、分母都有数的下级地区计算（2/3），与数据完整的年份范围不同，评价是暂定的。"
    )
    assert "no_interval_over_parts" in notes and "published_rate_used" not in notes
    assert row_of(load(folder), CITY, 2023, "deaths_per_100m_gdp")["source"] == (
        "部分合计：3个下级地区中只有2个数据完整，缺南县；按两项都有数的地区计算："
        "生产安全事故死亡人数合计24，国内（地区）生产总值合计390"
    )


def test_numerator_and_denominator_of_different_parts_give_the_rate_of_those_in_common(
    tmp_path: Path,
) -> None:
    figures = without((SOUTH, 2023, "gdp"), (EAST, 2023, "accident_deaths"))
    value = year(judged(city(tmp_path, figures), "deaths_per_100m_gdp"), 2023)

    assert (value["value"], value["partial"]) == (pytest.approx(17 / 260), "1/3")


def test_without_a_part_that_has_both_there_is_no_rate(tmp_path: Path) -> None:
    figures = without((SOUTH, 2023, "gdp"), (WEST, 2023, "gdp"), (EAST, 2023, "accident_deaths"))
    value = year(judged(city(tmp_path, figures), "deaths_per_100m_gdp"), 2023)

    assert value["value"] is None
    assert value["reason"] == (
        "生产安全事故死亡人数、国内（地区）生产总值没有全地区的数"
        "（部分合计：3个下级地区中只有2个数据完整，缺东县；部分合计：3个下级地区中只有1个数据完整，缺西县、南县）"
    )


def test_a_rate_of_the_province_goes_down_to_the_counties_that_have_both(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path / "data", without((SOUTH, 2023, "gdp")), {CITY: 3, PROVINCE: 1}, codes=COUNTIES
    )
    row = row_of(load(folder), PROVINCE, 2023, "deaths_per_100m_gdp")

    assert (row["value"], row["partial"]) == (pytest.approx(24 / 390), "0/1")


def test_a_rate_that_the_place_publishes_itself_is_used_instead(tmp_path: Path) -> None:
    figures = without((SOUTH, 2023, "gdp")) | {(CITY, 2023, "deaths_per_100m_gdp"): 0.07}
    value = year(judged(city(tmp_path, figures), "deaths_per_100m_gdp"), 2023)

    assert (value["value"], value["published_rate"]) == (0.07, True)


# ---- what is said about it ------------------------------------------------------------------------------------------


def test_a_series_that_is_reported_in_some_years_and_summed_in_others_breaks_where_it_changes(
    tmp_path: Path,
) -> None:
    figures = usual() | {(CITY, y, "accident_deaths"): v for y, v in ((2020, 66), (2021, 64))}
    indicator = judged(city(tmp_path, figures), "accident_deaths")

    assert year(indicator, 2022)["break_before"] == "2022年起为下级地区合计，此前为本地公布数。"
    assert "definition_break" in indicator.flags
    notes = {note.code: note.text for note in indicator.notes}
    assert notes["summed_parts"] == "2023年的数值由全部下级地区合计得出。"


def test_english_readers_are_told_in_english(tmp_path: Path) -> None:
    speak("en")
    indicator = judged(city(tmp_path, without((SOUTH, 2023, "accident_deaths"))), "accident_deaths")

    assert year(indicator, 2023)["reason"] == (
        "Deaths in work-safety accidents not known for the whole place (Partial sum: only 2 of 3 parts have a complete"
        f" figure; missing: Place {SOUTH})"
    )


def test_validation_warns_once_for_each_year_and_set_of_missing_parts(tmp_path: Path) -> None:
    folder = city(
        tmp_path,
        without((SOUTH, 2023, "gdp"), (SOUTH, 2023, "accident_deaths"), (EAST, 2023, "major_accidents")),
    )
    found = [f for f in validate(load(folder)).findings if f.rule == "partial_sum"]

    assert [str(f) for f in found] == [
        "regions.csv: 某市2023年的生产安全事故死亡人数、国内（地区）生产总值，3个下级地区中只有2个数据完整（缺南县），"
        "只能得出部分合计。 → 补录所缺地区的数，或者录入某市自己公布的数；下级地区的个数在regions.csv的parts栏。",
        "regions.csv: 某市2023年的重特大生产安全事故起数，3个下级地区中只有2个数据完整（缺东县），"
        "只能得出部分合计。 → 补录所缺地区的数，或者录入某市自己公布的数；下级地区的个数在regions.csv的parts栏。",
    ]
    assert {f.severity for f in found} == {Severity.WARNING} and {f.region_code for f in found} == {CITY}
    assert not [f for f in validate(load(folder)).findings if f.severity is Severity.CRITICAL]


def test_a_partial_sum_is_no_figure_for_the_coverage(tmp_path: Path) -> None:
    result = validate(load(city(tmp_path, without((SOUTH, 2023, "gdp")))))
    cells = {cell.year: cell.missing for cell in result.coverage if cell.region_code == CITY}

    assert cells == {2020: [], 2021: [], 2022: [], 2023: ["gdp"]}


@pytest.mark.parametrize(
    ("reported", "parts", "message"),
    [
        (60, 3, None),
        (59, 3, "某市2020年生产安全事故死亡人数为59人，而其所辖东县、西县、南县合计60人，应不超过59人。"),
        (61, 3, "某市2020年生产安全事故死亡人数为61人，而其全部3个下级地区合计60人，应等于61人。"),
        (61, 4, None),  # one of the four is not known: it may have had the one
        (61, None, None),  # nobody says that these are all
    ],
)
def test_a_place_and_all_of_its_parts_must_agree(
    tmp_path: Path, reported: int, parts: int | None, message: str | None
) -> None:
    figures = usual() | {(CITY, 2020, "accident_deaths"): reported}
    said = {} if parts is None else {CITY: parts}
    codes = (*COUNTIES, NORTH) if parts == 4 else COUNTIES
    result = validate(load(a_folder(tmp_path / "data", figures, said, codes=codes)))

    found = {f.message for f in result.findings if f.rule in ("children-within-parent", "parts-equal-whole")}
    assert found == ({message} if message else set())
    assert all(f.severity is Severity.WARNING for f in result.findings if f.message in found)


def test_the_plan_check_does_not_take_a_partial_sum_for_the_figure_of_the_place(tmp_path: Path) -> None:
    """60 deaths at 0.1 per 100m yuan imply the 600 of all three counties, twice the 300 of two of them."""
    folder = city(tmp_path, without((SOUTH, 2020, "gdp")))
    file = folder / "plans/shi.yaml"
    text = file.read_text(encoding="utf-8")
    for base in ("value: 60, unit: 人", "value: 0.1, unit: 人/亿元"):
        text = text.replace("base: {source: statistics}", f"base: {{source: plan, {base}}}", 1)
    file.write_text(text, encoding="utf-8")

    def about_the_base() -> list[str]:
        checked = evaluate(load(folder), "shi", Kind.MIDTERM, None, []).plan_check
        return [f.level.value for f in checked if f.rule == "base_implies_denominator"]

    assert about_the_base() == ["caution"]  # nothing to hold it against
    # The same number reported for the whole city contradicts the plan.
    reported = f"{CITY},2020,gdp,300,亿元,final,测试年报,2021-03,yes"
    write(folder / f"observations/{CITY}.csv", [TINY_HEADER, reported])
    assert about_the_base() == ["problem"]
