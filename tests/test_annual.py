"""The yearly monitoring: its year, its verdicts, this year against last year, what a run makes of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path

import nbformat
import pytest
from conftest import Cli
from plain_text import text_of
from plan_periods import data_of_three_periods

from planeval.batch.job import Job
from planeval.commands import build_parser
from planeval.evaluate.evaluation import default_year, evaluate
from planeval.evaluate.series import Point
from planeval.model.evaluation import Evaluation, IndicatorEvaluation, Kind, Verdict, YearValue
from planeval.model.status import Status
from planeval.model.terms import Attribute, verdicts_of
from planeval.read.workspace import Workspace, load
from planeval.render.html import HIDDEN_TAGS
from planeval.report.annual import Change, year_on_year
from planeval.report.document import document
from planeval.report.html import render
from planeval.report.words import report_title
from planeval.rerun.record import read_record
from planeval.site.summary import summary_of
from planeval.stages.rehearsal import _executed
from planeval.stages.report import parameters_of
from planeval.workbench import findings_of

SMALL = 10


@pytest.fixture(scope="module")
def shipped() -> Workspace:
    return load(Path("data"))


@pytest.fixture(scope="module")
def monitoring(shipped: Workspace) -> Evaluation:
    return evaluate(shipped, "mawei", Kind.ANNUAL, 2022, [])


def points(values: Mapping[int, tuple[float | None, Status]]) -> dict[int, Point]:
    return {year: Point(year, v, status, None, None, False, None) for year, (v, status) in values.items()}


# ---- the year ---------------------------------------------------------------------------------------------------


def test_the_year_is_the_latest_in_which_a_core_indicator_has_a_value(shipped: Workspace) -> None:
    plan = shipped.plans["national"]
    first, second = plan.indicators[0].key, plan.indicators[1].key
    known = {
        first: points({2020: (1.0, Status.FINAL), 2021: (1.0, Status.FINAL)}),
        second: points({2022: (1.0, Status.PRELIMINARY), 2023: (None, Status.FINAL)}),
    }
    assert default_year(plan, Kind.ANNUAL, known) == 2022


def test_a_forecast_does_not_make_a_year(shipped: Workspace) -> None:
    plan = shipped.plans["national"]
    known = {plan.indicators[0].key: points({2021: (1.0, Status.ILLUSTRATIVE), 2022: (1.0, Status.FORECAST)})}
    assert default_year(plan, Kind.ANNUAL, known) == 2021


def test_without_any_value_within_the_period_it_is_the_first_year(shipped: Workspace) -> None:
    plan = shipped.plans["national"]
    known = {plan.indicators[0].key: points({2020: (1.0, Status.FINAL), 2027: (1.0, Status.FINAL)})}
    assert default_year(plan, Kind.ANNUAL, known) == plan.period.start == 2021


# ---- verdicts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", ["gulou", "mawei", "national"])
@pytest.mark.parametrize("year", [2021, 2022, 2023, 2024])
def test_on_the_way_the_verdicts_are_the_mid_terms(shipped: Workspace, plan: str, year: int) -> None:
    annual = evaluate(shipped, plan, Kind.ANNUAL, year, [])
    midterm = evaluate(shipped, plan, Kind.MIDTERM, year, [])
    assert [i.verdict for i in annual.indicators] == [i.verdict for i in midterm.indicators]
    assert [i.sensitivity for i in annual.indicators] == [i.sensitivity for i in midterm.indicators]
    assert annual.follow_up == []


def test_in_the_last_year_they_are_the_finals_and_every_one_is_counted(shipped: Workspace) -> None:
    annual = evaluate(shipped, "mawei", Kind.ANNUAL, 2025, [])
    final = evaluate(shipped, "mawei", Kind.FINAL, 2025, [])
    assert [i.verdict for i in annual.indicators] == [i.verdict for i in final.indicators]
    counted = summary_of(annual)["counts"]
    assert sum(n for own in counts_of(counted) for n in own.values()) == len(annual.indicators)
    assert counted[Attribute.BINDING.value][Verdict.MET.value] == 3


def counts_of(counted: Mapping[str, Mapping[str, int]]) -> list[Mapping[str, int]]:
    return list(counted.values())


def test_a_kind_has_its_own_verdicts_and_any_others_that_occur() -> None:
    own = verdicts_of(Kind.ANNUAL)
    assert own == verdicts_of(Kind.MIDTERM)
    assert Verdict.MET not in own
    assert verdicts_of(Kind.ANNUAL, [Verdict.MET])[5:] == (Verdict.MET, Verdict.NOT_ASSESSABLE)
    assert verdicts_of(Kind.FINAL) == (Verdict.MET, Verdict.NOT_MET, Verdict.NOT_ASSESSABLE)


# ---- this year against last year --------------------------------------------------------------------------------


def with_values(i: IndicatorEvaluation, *values: YearValue) -> IndicatorEvaluation:
    return i.model_copy(update={"values": list(values)})


def year(number: int, value: float | None, **changes: object) -> YearValue:
    return YearValue(year=number, value=value, status=Status.FINAL).model_copy(update=changes)


def test_a_change_is_given_in_the_unit_and_as_a_share_of_last_year(monitoring: Evaluation) -> None:
    own = with_values(monitoring.indicators[6], year(2021, 400.0), year(2022, 500.0))
    change = year_on_year(own, 2022, SMALL)
    assert (change.amount, change.share, change.why) == (100.0, 0.25, "")


@pytest.mark.parametrize(
    ("last", "this", "expected"),
    [
        (year(2021, None), year(2022, 5.0), Change(None, None, None, None, "本年或上年缺少数据")),
        (
            year(2021, 4.0),
            year(2022, 5.0, break_before="改了口径"),
            Change(None, None, None, None, "统计口径有变化，与上年不可比（改了口径）"),
        ),
        (year(2021, 0.0), year(2022, 5.0), Change(None, None, 5.0, None, "上年为零，不计算增减幅度")),
    ],
)
def test_what_cannot_be_compared_is_told(
    monitoring: Evaluation, last: YearValue, this: YearValue, expected: Change
) -> None:
    change = year_on_year(with_values(monitoring.indicators[6], last, this), 2022, SMALL)
    assert change[2:] == expected[2:]


def test_few_events_have_no_percentage(monitoring: Evaluation) -> None:
    deaths = monitoring.indicators[0]  # 3 in 2021, none in 2022
    change = year_on_year(deaths, 2022, SMALL)
    assert (change.amount, change.share) == (-3.0, None)
    assert change.why == "事件数少于10，增减幅度没有意义"


# ---- the report -------------------------------------------------------------------------------------------------


def test_the_report_is_shorter_and_named_by_its_year(monitoring: Evaluation, shipped: Workspace) -> None:
    assert report_title(monitoring) == "马尾区“十四五”应急管理专项规划实施情况2022年度监测报告"
    titles = [b.title for b in document(monitoring, shipped.dictionary) if hasattr(b, "id")]
    assert titles[:5] == [
        "一、监测概述",
        "二、主要指标监测情况",
        "三、主要任务落实情况",
        "四、重点工程进展",
        "五、存在的主要问题",
    ]
    assert all(title.startswith("附录") for title in titles[5:])
    midterm = document(evaluate(shipped, "mawei", Kind.MIDTERM, 2022, []), shipped.dictionary)
    assert len(titles) < len([b for b in midterm if hasattr(b, "id")])


def test_a_change_on_the_year_before_is_called_no_verdict(monitoring: Evaluation, shipped: Workspace) -> None:
    text = text_of(document(monitoring, shipped.dictionary)[3])
    assert (
        "与上年相比，3项改善、2项变差、2项持平。这只说明一年的变化，不作为评价依据：规划目标按相对基期的累计变化、"
        "规划期年均或是否发生来评价。"
    ) in text
    row = "1 | 生产安全事故死亡人数 | 人 | 约束性 | 3 示例 | 0 示例 | -3 示例 | — | 改善"
    assert row in text


def test_the_table_of_standing_shows_the_path_the_mean_and_the_total(
    monitoring: Evaluation, shipped: Workspace
) -> None:
    text = text_of(document(monitoring, shipped.dictionary)[3])
    assert (
        "1 | 生产安全事故死亡人数 | 人 | 0 示例 | 1.88 | 1.7（下降15%） | 666.7% | 保持在目标以内 | 提前完成 暂定"
        in text
    )
    assert (
        "2 | 重特大生产安全事故起数 | 起 | 0（累计） 示例 | — | 不发生 | — | 不得发生 | 符合预期 暂定" in text
    )
    mean = "5 | 因自然灾害直接经济损失占国内（地区）生产总值的比例 | % | 0.142（年均） 示例 | — | ≤1（年均） | — | 平均≤1.572 | 符合预期 暂定"
    assert mean in text


def test_the_notebook_shows_the_document_cell_by_cell(shipped: Workspace) -> None:
    parameters = parameters_of("mawei", 2022, "data", "")
    executed = copy.deepcopy(_executed(Kind.ANNUAL, parameters))
    shown = [
        output["data"]["text/html"]
        for cell in executed.cells
        if not HIDDEN_TAGS & set(cell.metadata.get("tags", []))
        for output in cell.get("outputs", [])
        if "text/html" in output["data"]
    ]
    own = load(Path("data")).slice("mawei")
    evaluation = evaluate(own, "mawei", Kind.ANNUAL, 2022, findings_of(own))
    blocks = [render(block) for block in document(evaluation, shipped.dictionary)[:-1]]
    assert shown[: len(blocks)] == blocks


def test_the_notebook_is_the_mid_terms_without_what_looks_further() -> None:
    def calls(name: str) -> list[str]:
        notebook = nbformat.read(Path("notebooks") / f"{name}.ipynb", as_version=4)
        return [c.source for c in notebook.cells if c.cell_type == "code" and "(evaluation" in c.source]

    left_out = {
        "advice.adjustments(evaluation)",
        "advice.measures(evaluation)",
        "appendix.plan_check(evaluation)",
        "appendix.glossary(evaluation, workspace.dictionary)",
    }
    expected = [c for c in calls("midterm_evaluation") if c not in left_out]
    expected[expected.index("indicators.indicators(evaluation)")] = "annual.indicators(evaluation)"
    assert calls("annual_monitoring") == expected


# ---- a run ------------------------------------------------------------------------------------------------------


def job(data: Path, out: Path, *words: str) -> Job:
    options = build_parser().parse_args(["run", "--quiet", "--data", str(data), "--out", str(out), *words])
    return Job.of("run", options)


def test_a_run_makes_it_only_where_it_is_asked_for_or_there(tmp_path: Path, run_cli: Cli) -> None:
    data = data_of_three_periods(tmp_path / "data", plans={"mawei-14": 2021, "mawei-15": 2026})
    out = tmp_path / "out"
    usual = [
        ("mawei-14", Kind.MIDTERM),
        ("mawei-14", Kind.FINAL),
        ("mawei-15", Kind.MIDTERM),
        ("mawei-15", Kind.FINAL),
    ]
    assert job(data, out).asked == usual
    words = ("--plan", "mawei-14", "--kind", "annual", "--as-of", "2022")
    status, _, err = run_cli("report", "--data", data, "--out", out, *words)
    assert (status, err) == (0, "")
    later = job(data, out)
    assert later.asked == [("mawei-14", Kind.ANNUAL), *usual]
    assert later.as_of(("mawei-14", Kind.ANNUAL)) == 2022  # it is kept up to date, and keeps its year
    assert later.as_of(("mawei-14", Kind.MIDTERM)) is None
    assert (
        job(data, out, "--kind", "annual").as_of(("mawei-14", Kind.ANNUAL)) is None
    )  # asked for anew: the latest
    assert job(data, out, "--as-of", "2023", "--plan", "mawei-14").as_of(("mawei-14", Kind.ANNUAL)) == 2023
    record = read_record(out / "mawei-14" / "annual")
    assert record is not None and record["summary"]["as_of"] == 2022


def test_a_year_outside_the_period_is_refused(tmp_path: Path, run_cli: Cli) -> None:
    data = data_of_three_periods(tmp_path / "data", plans={"mawei-14": 2021})
    words = ("--kind", "annual", "--as-of", "2026", "--out", tmp_path / "out")
    status, _, err = run_cli("run", "--data", data, *words)
    assert status == 2
    assert "2026" in err and "2021—2025" in err
    assert not (tmp_path / "out").exists()
