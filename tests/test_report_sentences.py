"""What reports say of uncommon plans: every sentence must be true whatever the period, the base and the data."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from plain_text import text_of

from planeval.evaluate.evaluation import evaluate
from planeval.messages import say
from planeval.model.evaluation import Evaluation, IndicatorEvaluation, Kind, Verdict
from planeval.model.plan import Period, PlanIndicator
from planeval.read.workspace import Workspace, load
from planeval.report import advice, appendix, indicators, overview
from planeval.report.blocks import Block, RowGroup, Table, walk

DATA = Path("data")
DEATHS, RATE, LOSS = "accident_deaths", "deaths_per_100m_gdp", "disaster_loss_share_of_gdp"


def evaluated(
    key: str,
    target: dict[str, Any],
    values: dict[int, float],
    *,
    base: dict[str, Any] | None = None,
    kind: Kind = Kind.MIDTERM,
    as_of: int | None = None,
    status: dict[int, str] | None = None,
    **changes: Any,
) -> Evaluation:
    """An evaluation of 马尾区 with one indicator whose published values are given by year."""
    own = load(DATA)
    row = PlanIndicator.model_validate(
        {
            "key": key,
            "no": 1,
            "attribute": "binding",
            "as_written": "X",
            "target": target,
            "base": base or {"source": "statistics"},
        }
    )
    update = {"indicators": (row,), "sub_targets": (), **changes}
    plan = own.plans["mawei"].model_copy(update=update)
    rows = [
        {
            "region_code": "350105",
            "year": year,
            "variable": key,
            "value": value,
            "unit": own.dictionary.indicators[key].unit,
            "status": (status or {}).get(year, "final"),
            "source": "s",
            "published": f"{year + 1}-03",
            "checked": "",
            "as_published": str(value),
            "file": "observations/x.csv",
            "line": n,
            "superseded": False,
            **dict.fromkeys(("reason", "provided_by", "accepts", "derived", "partial"), ""),
            "behind": None,
        }
        for n, (year, value) in enumerate(values.items(), start=2)
    ]
    table = pd.DataFrame(rows)
    changed = Workspace(**{**vars(own), "plans": {"mawei": plan}, "observations": table, "ledgers": {}})
    return evaluate(changed, "mawei", kind, as_of, [])


def only(evaluation: Evaluation) -> IndicatorEvaluation:
    return evaluation.indicators[0]


def text(*blocks: Block) -> str:
    return "\n".join(line for block in blocks for line in text_of(block))


REDUCTION = {"kind": "reduction", "percent": 20}


def test_a_mean_base_is_not_called_the_base_years_value() -> None:
    values = {2016: 6.0, 2017: 4.0, 2018: 4.0, 2019: 4.0, 2020: 1.0, 2021: 3.0, 2022: 3.0, 2023: 3.0}
    own = evaluated(DEATHS, REDUCTION, values, base={"source": "mean_of_years"})
    told = text(indicators.indicators(own))
    assert "比基期（2016—2020年平均）（3.8人）下降21.1%" in told
    assert "不是该年数值" in told
    assert "基期5年共19，现状1年3" in told


def test_the_years_gone_are_counted_from_the_start_of_the_period() -> None:
    values = {2018: 10.0, 2021: 9.0, 2022: 9.0, 2023: 8.0}
    own = evaluated(DEATHS, REDUCTION, values, base_year=2018)
    assert "规划期已过3年" in text(overview.overview(own))
    mean = {"kind": "period_mean_at_most", "level": 1, "unit": "%"}
    own = evaluated(LOSS, mean, {2019: 5.0, 2021: 0.5, 2022: 0.5, 2023: 0.5}, base_year=2018)
    assert "2021—2023年平均为0.500%，目标为2021—2025年年均≤1%" in text(indicators.indicators(own))


def test_a_period_of_another_length_is_not_called_five_years() -> None:
    mean = {"kind": "period_mean_at_most", "level": 1, "unit": "%"}
    own = evaluated(LOSS, mean, {2021: 0.5, 2022: 0.7}, as_of=2022, period=Period(start=2021, end=2023))
    assert only(own).projection is not None and only(own).projection.room_left == 1.8
    assert "五年平均" not in text(indicators.indicators(own), advice.problems(own), advice.measures(own))


def test_within_the_limit_and_getting_worse_is_told_and_listed() -> None:
    limit = {"kind": "at_most", "level": 1.0, "unit": "%"}
    own = evaluated(LOSS, limit, {2020: 0.2, 2021: 0.4, 2022: 0.7, 2023: 0.92})
    assert only(own).verdict is Verdict.ACHIEVED_EARLY
    assert "2025年将为1.400%，会失守目标" in text(indicators.indicators(own))
    problems = text(advice.problems(own))
    assert "目前在目标以内（提前完成），但" in problems and "失守目标" in problems


def test_a_value_that_fails_by_a_hair_is_not_printed_as_its_limit() -> None:
    limit = {"kind": "at_most", "level": 0.0056, "unit": "人/亿元"}
    own = evaluated(RATE, limit, {2020: 0.007, 2025: 0.00564}, kind=Kind.FINAL)
    assert only(own).verdict is Verdict.NOT_MET
    told = text(indicators.indicators(own))
    assert "2025年为0.00564人/亿元" in told
    assert "2025年为0.0056人/亿元" not in told


def test_without_a_target_nothing_is_said_about_reaching_it() -> None:
    own = evaluated(DEATHS, REDUCTION, {2020: 0.0, 2021: 1.0, 2022: 0.0, 2023: 1.0})
    told = text(indicators.indicators(own))
    assert only(own).verdict is Verdict.NOT_ASSESSABLE
    assert "目标值无法得出" in told
    assert "达到目标" not in told and "目标为—" not in told


def test_a_straight_line_that_arrives_beside_off_track_is_explained() -> None:
    limit = {"kind": "at_most", "level": 10, "unit": "人"}
    own = evaluated(DEATHS, limit, {2020: 100.0, 2021: 80.0, 2022: 60.0, 2023: 40.0})
    assert only(own).verdict is Verdict.OFF_TRACK
    assert "straight_line_would_do" in only(own).flags
    assert "按直线推算2025年可以达到目标，但所需的年均变化率超过界限" in text(indicators.indicators(own))


def test_a_final_before_the_end_blames_the_calendar_and_not_the_data() -> None:
    own = evaluated(DEATHS, REDUCTION, {2020: 10.0, 2023: 7.0, 2024: 7.0}, kind=Kind.FINAL, as_of=2024)
    told = text(advice.adjustments(own), advice.measures(own))
    assert "规划期尚未结束" in told and "缺少数据" not in told
    assert "没有未完成的指标" not in told and "有1项指标" in told


def test_the_final_looks_back_only_past_the_mid_term() -> None:
    values = {year: 9.0 for year in range(2020, 2025)}
    early = evaluated(DEATHS, REDUCTION, values, kind=Kind.FINAL, as_of=2022)
    assert early.follow_up == []
    assert "没有可以对照的内容" in text(indicators.follow_up(early))
    later = evaluated(DEATHS, REDUCTION, values, kind=Kind.FINAL, as_of=2024)
    assert later.follow_up[0].actual_year == 2024
    assert "9（2024年）" in text(indicators.follow_up(later))


def test_a_forecast_is_marked_in_tables_problems_and_lessons() -> None:
    values = {2020: 10.0, 2021: 10.0, 2022: 9.0, 2023: 9.0, 2024: 9.0, 2025: 7.0}
    own = evaluated(DEATHS, REDUCTION, values, kind=Kind.FINAL, status={2025: "forecast"})
    assert only(own).provisional
    assert "7 暂定" in text(indicators.indicators(own))
    assert "7 暂定" in text(indicators.follow_up(own))
    assert "“生产安全事故死亡人数”（暂定）已经完成" in text(advice.adjustments(own))


def test_a_fraction_of_an_accident_is_not_called_a_death() -> None:
    own = evaluated("major_accidents", REDUCTION, {2020: 4.0, 2021: 4.0, 2022: 4.0, 2023: 4.0})
    assert "重特大生产安全事故起数只能是整数" in text(indicators.indicators(own))


def test_the_sum_of_every_gap_names_its_own_reason() -> None:
    mean = {"kind": "period_mean_at_most", "level": 1, "unit": "%"}
    own = evaluated(LOSS, mean, {2021: 0.5})
    note = next(n for n in only(own).notes if n.code == "no_current")
    assert "2022、2023年" in note.text and "自然灾害直接经济损失" in note.text


def test_the_geometric_trajectory_says_its_own_rule() -> None:
    own = load(DATA)
    method = own.method.model_copy(update={"trajectory": "geometric"})
    changed = Workspace(**{**vars(own), "method": method})
    found = evaluate(changed, "national", Kind.MIDTERM, None, [])
    told = text(overview.overview(found), appendix.method(found))
    assert "等比路径" in told and "直线路径" not in told
    assert "实际年均变化率不低于所需年均变化率的0.95倍" in told
    path = next(i for i in found.indicators if i.key == DEATHS).path
    assert path[2022] / path[2021] == pytest.approx(path[2025] / path[2024])


def test_the_command_to_make_it_again_names_the_data_folder(tmp_path: Path) -> None:
    import shutil

    shutil.copytree(DATA, tmp_path / "my data")
    own = evaluate(load(tmp_path / "my data"), "national", Kind.FINAL, None, [])
    assert "--data 'my data'" in text(appendix.provenance(own))  # not where it lies on this machine
    shipped = evaluate(load(DATA), "national", Kind.FINAL, None, [])
    assert "--data" not in text(appendix.provenance(shipped))
    assert any(name.startswith("expectations/") for name in shipped.provenance.inputs)


def listed_rows(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """Variable, year, value, status, publication, check, source and place, as the table of the report gives them."""
    title = say("report.appendix.data.rows")
    tables = [b for b in walk([appendix.data(evaluation)]) if isinstance(b, Table) and b.caption == title]
    columns = [column.label for column in tables[0].columns]
    shared = re.compile(r"(?P<name>.+?)(（(来源：(?P<source>.+?))?；?(文件：(?P<file>[^；）]+))?）)?")
    found, head = [], None
    for row in tables[0].rows:
        if isinstance(row, RowGroup):
            head = shared.fullmatch(row.text)
            continue
        assert head is not None
        cell = dict(zip(columns, row, strict=True))
        place = cell["行号"] if ":" in cell["行号"] else f"{head['file']}:{cell['行号']}"
        values = (cell["公布值"], cell["状态"], cell["公布时间"], cell.get("核对", ""))
        found.append((head["name"], cell["年份"], *values, cell.get("来源") or head["source"] or "", place))
    return found


@pytest.mark.parametrize("plan", ["national", "mawei"])
@pytest.mark.parametrize("files", [1, 2])
def test_every_row_of_the_statistics_is_listed_whole(plan: str, files: int) -> None:
    own = evaluate(load(DATA), plan, Kind.FINAL, None, [])
    rows = [r.model_copy(update={"file": f"{n % files}.csv"}) for n, r in enumerate(own.rows)]
    unused, superseded = say("report.appendix.data.unused"), say("report.appendix.data.superseded")
    assert listed_rows(own.model_copy(update={"rows": rows})) == [
        (
            r.name,
            f"{r.year}{superseded if r.superseded else '' if r.used else unused}",
            r.as_published,
            say(f"status.{r.status}"),
            r.published or say("report.unknown"),
            r.checked,
            r.source,
            f"{r.file}:{r.line}",
        )
        for r in rows
    ]


def test_what_the_marks_mean_is_said_where_they_first_stand() -> None:
    marked = text(indicators.indicators(evaluate(load(DATA), "mawei", Kind.MIDTERM, None, [])))
    assert "标“示例”的，" in marked and "标“暂定”的，" in marked
    plain = text(indicators.indicators(evaluate(load(DATA), "national", Kind.MIDTERM, None, [])))
    assert "标“示例”的，" not in plain and "标“暂定”的，" not in plain


def test_made_up_progress_is_marked_wherever_a_task_or_project_is_named() -> None:
    own = evaluate(load(DATA), "mawei", Kind.MIDTERM, None, [])
    told = text(advice.problems(own), advice.measures(own))
    named = [item for item in own.items if item.illustrative and item.name in told]
    assert len(named) > 10
    for item in named:
        assert f"{item.name}（示例）" in told
    assert "市场参与（示例）" not in told, "of this task nothing was reported, made up or not"


def test_nothing_is_compared_with_a_base_that_is_not_of_the_statistics_scope() -> None:
    own = evaluate(load(DATA), "mawei", Kind.MIDTERM, None, [])
    doubtful = next(i for i in own.indicators if i.key == "deaths_per_100k_population")
    assert "worse_than_base" in doubtful.flags
    told = text(indicators.indicators(own), advice.problems(own))
    assert "不作与基期的比较和推算" in told
    assert "现状劣于基期" not in told and "747" not in told
