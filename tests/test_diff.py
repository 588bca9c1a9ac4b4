"""``diff``: what became known between two days, and what that did to the verdicts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import ROOT, TINY_HEADER, Cli
from mistakes import append

from planeval.diff.difference import between
from planeval.diff.model import Difference, FigureChange, ReportChange
from planeval.diff.text import MOST_FIGURES, lines_of
from planeval.errors import UsageError
from planeval.messages.widths import aligned, width_of
from planeval.model.evaluation import Kind, Verdict
from planeval.model.terms import ItemState

DATA = ROOT / "data"


def corrected(data: Path, *rows: str) -> Path:
    """Add to the corrections register: region,year,variable,value,unit,status,published,reason,provided_by,accepts."""
    lines = [f"{TINY_HEADER},reason,provided_by,accepts"]
    for row in rows:
        code, year, variable, value, unit, status, published, *register = row.split(",")
        lines.append(
            ",".join([code, year, variable, value, unit, status, "更正函", published, "", *register])
        )
    (data / "observations/corrections.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return data


CORRECTION = "350105,2023,accident_deaths,21,人,final,2024-05-06,重复统计更正,区安办 李某,"


def only(found: Difference) -> tuple[FigureChange, ReportChange]:
    (figure,), (report,) = found.figures, found.reports
    return figure, report


# ---- figures and verdicts -----------------------------------------------------------------------------------------


def test_a_correction_between_the_days_and_the_verdict_it_changed(tiny_data: Path) -> None:
    found = between(corrected(tiny_data, CORRECTION), "2024-04-30", "2024-05-31", kinds=[Kind.MIDTERM])
    figure, report = only(found)
    assert (figure.change, figure.difference, figure.percent) == ("corrected", 4, pytest.approx(400 / 17))
    assert (figure.reason, figure.provided_by) == ("重复统计更正", "区安办 李某")
    (change,) = report.indicators
    assert (change.before.verdict, change.after.verdict) == (Verdict.ACHIEVED_EARLY, Verdict.LAGGING)
    assert (change.before.current, change.after.current) == (17, 21)
    assert change.figures == [("accident_deaths", 2023)]
    assert (report.plan, report.as_of_before, report.as_of_after, found.unchanged) == ("mawei", 2023, 2023, 1)


def test_the_days_before_and_after_it_are_the_same(tiny_data: Path) -> None:
    corrected(tiny_data, CORRECTION)
    for before, after in (("2024-03-31", "2024-05-05"), ("2024-05-06", "2024-12-31")):
        found = between(tiny_data, before, after)
        assert (found.figures, found.reports, found.unchanged) == ([], [], 4)


def test_a_number_that_changed_without_its_verdict_is_told(tiny_data: Path) -> None:
    row = "350105,2023,accident_deaths,16,人,final,2024-05-06,核实,李某,"
    _, report = only(between(corrected(tiny_data, row), "2024-04-30", "2024-05-31", kinds=[Kind.MIDTERM]))
    (change,) = report.indicators
    assert (change.verdict_changed, change.before.current, change.after.current) == (False, 17, 16)


def test_a_confirmed_figure_is_no_correction(tiny_data: Path) -> None:
    row = "350105,2022,accident_deaths,18,人,illustrative,2024-05-06,,,"
    found = between(corrected(tiny_data, row), "2024-04-30", "2024-05-31")
    assert [(f.change, f.difference) for f in found.figures] == [("confirmed", 0)]
    assert found.reports == []


def test_a_final_figure_makes_a_verdict_no_longer_provisional(tiny_data: Path) -> None:
    rows = [
        f"350105,{year},accident_deaths,{value},人,final,2024-05-06,,,"
        for year, value in ((2020, 20), (2023, 17))
    ]
    found = between(corrected(tiny_data, *rows), "2024-04-30", "2024-05-31", kinds=[Kind.MIDTERM])
    (change,) = found.reports[0].indicators
    assert (change.before.provisional, change.after.provisional) == (True, False)


def test_new_figures_make_a_plan_assessable(tiny_data: Path) -> None:
    found = between(tiny_data, "2023-12-31", "2024-03-31", ["mawei"], [Kind.MIDTERM])
    figure, report = only(found)
    assert (figure.change, figure.before, figure.year) == ("added", None, 2023)
    (change,) = report.indicators
    assert (change.before.verdict, change.after.verdict) == (Verdict.NOT_ASSESSABLE, Verdict.ACHIEVED_EARLY)


def test_a_plan_that_cannot_be_judged_on_a_day_says_why(tiny_data: Path) -> None:
    append(tiny_data / "observations/mawei.csv", "350105,2022,gdp,-5,亿元,final,公报,2024-05-01,")
    found = between(tiny_data, "2024-04-30", "2024-05-31", kinds=[Kind.MIDTERM])
    _, report = only(found)
    assert (report.held_before, report.indicators) == ([], [])
    assert any("observations/mawei.csv:10: 马尾区2022年" in reason for reason in report.held_after)
    lines = list(lines_of(found))
    assert "  按2024-05-31的数据不能评价：" in lines


def test_a_row_that_cannot_be_read_concerns_its_place(tiny_data: Path) -> None:
    append(tiny_data / "observations/mawei.csv", "350105,2022,gdp,5,斤,final,公报,2024-05-01,")
    found = between(tiny_data, "2024-04-30", "2024-05-31", kinds=[Kind.MIDTERM])
    assert found.figures == []
    assert [(r.plan, len(r.held_after)) for r in found.reports] == [("mawei", 1)]


def test_progress_reported_in_between_changes_the_state_of_a_task() -> None:
    found = between(DATA, "2024-06-30", "2025-06-30", ["gulou"], [Kind.FINAL])
    states = {item.id: (item.before, item.after) for item in found.reports[0].items}
    assert states
    assert all(before is not after for before, after in states.values())
    assert (ItemState.OVERDUE, ItemState.COMPLETED) in states.values()


def test_plans_named_leave_other_places_out() -> None:
    found = between(DATA, "2024-06-30", "2024-12-31", ["mawei"])
    assert {figure.region_code for figure in found.figures} == {"350105"}
    assert {report.plan for report in found.reports} == {"mawei"}


# ---- wrong use ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", ["2024-06-29", "2024-06-30"])
def test_the_first_day_must_be_the_earlier_one(after: str) -> None:
    with pytest.raises(UsageError) as error:
        between(DATA, "2024-06-30", after)
    assert str(error.value) == f"--before 2024-06-30 不早于 --after {after}；把较早的日期写在 --before。"


def test_wrong_use_of_the_command_is_told(run_cli: Cli) -> None:
    status, _, err = run_cli("diff", "--before", "2024-13", "--after", "2025")
    assert (status, "“2024-13”不是日期；应如 2024-06-30、2024-06 或 2024。" in err) == (2, True)
    status, _, err = run_cli("diff", "--before", "2024", "--after", "2025", "--plan", "mawe")
    assert (status, "是否应为 mawei？" in err) == (2, True)
    status, _, err = run_cli("diff", "--before", "2024")
    assert (status, "--after" in err) == (2, True)


# ---- what is printed ----------------------------------------------------------------------------------------------


def test_the_command_prints_a_table(tiny_data: Path, run_cli: Cli) -> None:
    corrected(tiny_data, CORRECTION)
    command = ("diff", "--before", "2024-04", "--after", "2024-05", "--data", tiny_data, "--kind", "midterm")
    status, out, err = run_cli(*command)
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "数据和评价的变化：2024-04-30 → 2024-05-31",
        "数据：新增0个、更正1个、再次确认0个、不再可得0个，涉及1个地区。",
        "",
        "马尾区（350105）",
        "  变化  年份  变量                            原值  新值  幅度    公布时间    文件和行"
        "                        原因（提供人）",
        "  更正  2023  生产安全事故死亡人数  17人（示例值）  21人  +23.5%  2024-05-06  "
        "observations/corrections.csv:2  重复统计更正（区安办 李某）",
        "",
        "评价的变化：",
        "",
        "《马尾区规划》中期评估（马尾区，2023年）",
        "  指标                  评价                         现状                             进度"
        "             所依据的数据变化",
        "  生产安全事故死亡人数  提前完成，暂定 → 滞后，暂定  17人（2023年） → 21人（2023年）  "
        "100.0% → -33.3%  2023年生产安全事故死亡人数",
        "没有变化的报告：1份。",
    ]


def test_figures_stand_in_the_order_of_the_dictionary(tiny_data: Path) -> None:
    rows = [
        f"350105,2024,{variable},{value},final,2025-05-06,,,"
        for variable, value in (("gdp", "600,亿元"), ("population", "290000,人"), ("accident_deaths", "9,人"))
    ]
    found = between(corrected(tiny_data, *rows), "2025-04-30", "2025-05-31", kinds=[Kind.MIDTERM])
    assert [figure.variable for figure in found.figures] == ["accident_deaths", "gdp", "population"]


def test_the_command_prints_json(tiny_data: Path, run_cli: Cli) -> None:
    corrected(tiny_data, CORRECTION)
    command = ("diff", "--before", "2024-04", "--after", "2024-05", "--data", tiny_data, "--json")
    status, out, err = run_cli(*command)
    assert (status, err) == (0, "")
    assert Difference.model_validate(json.loads(out)) == between(tiny_data, "2024-04-30", "2024-05-31")


def test_the_command_speaks_english(tiny_data: Path, run_cli: Cli) -> None:
    corrected(tiny_data, CORRECTION)
    _, out, _ = run_cli(
        "diff", "--before", "2024-04", "--after", "2024-05", "--data", tiny_data, "--lang", "en"
    )
    assert "Data: 0 added, 1 corrected, 0 confirmed, 0 no longer there; places concerned: 1." in out


def test_nothing_new_is_said_in_two_lines(tiny_data: Path) -> None:
    found = between(tiny_data, "2024-04-01", "2024-04-02")
    assert list(lines_of(found)) == [
        "数据和评价的变化：2024-04-01 → 2024-04-02",
        "数据：没有变化。",
        "",
        "评价的变化：",
        "没有变化的报告：4份。",
    ]


def test_a_terminal_is_spared_thousands_of_figures(tiny_data: Path) -> None:
    found = between(corrected(tiny_data, CORRECTION), "2024-04-30", "2024-05-31", kinds=[Kind.MIDTERM])
    many = found.model_copy(update={"figures": found.figures * (MOST_FIGURES + 3)})
    lines = list(lines_of(many))
    assert "另有3个数值，用 --json 看全部，或用 --plan 只看一个规划。" in lines
    assert sum("更正  2023" in line for line in lines) == MOST_FIGURES


def test_columns_stand_below_each_other_whatever_the_script() -> None:
    assert [width_of(text) for text in ("ab", "中文", "（a）", "e\u0301")] == [2, 4, 5, 1]
    assert aligned([["名称", "数"], ["a", "1,234"]], right=(1,)) == ["名称     数", "a     1,234"]
