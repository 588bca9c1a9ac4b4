"""What a report says about figures that were published more than once, and what they mean for its verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import TINY_HEADER
from mistakes import append
from plain_text import text_of

from planeval.evaluate.evaluation import evaluate
from planeval.evaluate.restatements import difference, percent_change
from planeval.messages import speak
from planeval.model.evaluation import Evaluation, Kind, RestatedIndicator, Restatement, Verdict
from planeval.read.workspace import load
from planeval.report.restatements import change_text, exact_number, restatements


def evaluation_of(data: Path, plan: str = "mawei") -> Evaluation:
    return evaluate(load(data), plan, Kind.MIDTERM, None, [])


def republished(data: Path, *rows: tuple[int, float, str], register: str = "") -> Evaluation:
    """马尾区's deaths published again: (year, deaths, day); its plan wants 15 % less than the 20 of 2020 by 2025."""
    lines = [f"{TINY_HEADER},reason,provided_by,accepts"]
    lines += [
        f"350105,{year},accident_deaths,{value},人,final,更正函,{day},,{register or ','},"
        for year, value, day in rows
    ]
    (data / "observations/corrections.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return evaluation_of(data)


def only_restated(evaluation: Evaluation) -> tuple[Restatement, RestatedIndicator]:
    (figure,), (indicator,) = evaluation.restatements, evaluation.restated
    return figure, indicator


# ---- figures ------------------------------------------------------------------------------------------------------


def test_a_change_is_told_as_exactly_as_the_figures() -> None:
    assert difference(8.7, 12.4) == 3.7
    assert percent_change(8.7, 12.4) == pytest.approx(42.528736)
    assert percent_change(-2.0, -1.0) == 50
    assert percent_change(0.0, 3.0) is None
    assert [exact_number(v) for v in (33690.0, 0.05, 1e-7, 3.70)] == ["33,690", "0.05", "0.0000001", "3.7"]


def test_a_change_in_words() -> None:
    assert change_text(3.7, 42.53, "亿元") == "增加3.7亿元（+42.5%）"
    assert change_text(-2.0, -10.0, "人") == "减少2人（-10.0%）"
    assert change_text(3.0, None, "人") == "增加3人"
    assert change_text(0.0, 0.0, "人") == "再次公布，数值未变"
    speak("en")
    assert change_text(3.7, 42.53, "亿元") == "up by 370 million yuan (+42.5%)"


def test_every_vintage_is_kept_oldest_first(tiny_data: Path) -> None:
    # Six years of deaths from 20 on; that of 2023 is published as 17 first, in 2024-03.
    figure, _ = only_restated(republished(tiny_data, (2023, 21, "2024-05"), (2023, 19, "2024-09")))
    assert (figure.variable, figure.year, figure.used) == ("accident_deaths", 2023, True)
    assert [(v.value, v.published, v.change) for v in figure.vintages] == [
        (17, "2024-03", None),
        (21, "2024-05", 4),
        (19, "2024-09", -2),
    ]
    assert figure.vintages[2].change_percent == pytest.approx(-100 * 2 / 21)


def test_a_figure_published_once_is_not_restated(tiny_data: Path) -> None:
    evaluation = evaluation_of(tiny_data)
    assert (evaluation.restatements, evaluation.restated) == ([], [])
    assert list(text_of(restatements(evaluation)))[1:] == ["所用数据没有多次公布的情况。"]


# ---- verdicts -----------------------------------------------------------------------------------------------------


def test_the_verdicts_of_earlier_figures_stand_beside_that_of_today(tiny_data: Path) -> None:
    _, indicator = only_restated(republished(tiny_data, (2023, 21, "2024-05"), (2023, 19, "2024-09")))
    assert [s.current for s in (indicator.first, indicator.previous, indicator.now)] == [17, 21, 19]
    assert [s.verdict for s in (indicator.first, indicator.previous, indicator.now)] == [
        Verdict.ACHIEVED_EARLY,
        Verdict.LAGGING,
        Verdict.LAGGING,
    ]
    assert indicator.changes_verdict
    assert [(f.variable, f.year) for f in indicator.figures] == [("accident_deaths", 2023)]


def test_the_previous_figure_is_the_one_before_the_latest_change(tiny_data: Path) -> None:
    # 17, then 21, confirmed twice: the change was from 17.
    again = [(2023, 21, f"2024-0{month}") for month in (5, 7, 9)]
    figure, indicator = only_restated(republished(tiny_data, *again))
    assert [v.change for v in figure.vintages] == [None, 4, 0, 0]
    assert indicator.previous == indicator.first
    assert indicator.previous.current == 17


def test_a_figure_that_came_back_to_its_first_value_was_changed(tiny_data: Path) -> None:
    _, indicator = only_restated(republished(tiny_data, (2023, 21, "2024-05"), (2023, 17, "2024-09")))
    assert [s.current for s in (indicator.first, indicator.previous, indicator.now)] == [17, 21, 17]
    assert indicator.changes_verdict  # before its latest change it was another one


def test_a_confirmation_changes_no_verdict_and_is_shown_as_one(tiny_data: Path) -> None:
    evaluation = republished(tiny_data, (2023, 17, "2024-09"))
    assert evaluation.restated == []
    lines = list(text_of(restatements(evaluation)))
    assert lines[1] == (
        "本报告所列数据中，1个数值公布过不止一次，只是再次确认，数值未变。"
        "如采用更正以前的数据，没有一项指标的评价会不同。"
    )
    assert lines[-1] == "2024-09 | 17人 | 再次公布，数值未变 | 正式值 | 更正函"


def test_a_restated_base_moves_the_target(tiny_data: Path) -> None:
    _, indicator = only_restated(republished(tiny_data, (2020, 24, "2024-05")))
    assert (indicator.first.base, indicator.now.base) == (20, 24)
    assert (indicator.first.target, indicator.now.target) == (17, pytest.approx(20.4))
    assert [(f.variable, f.year) for f in indicator.figures] == [("accident_deaths", 2020)]


def test_a_year_no_verdict_rests_on_is_listed_without_one(tiny_data: Path) -> None:
    evaluation = republished(tiny_data, (2022, 30, "2024-05"))
    assert [r.year for r in evaluation.restatements] == [2022]
    assert evaluation.restated == []


# ---- the section --------------------------------------------------------------------------------------------------


def test_the_section_tells_all_of_it(tiny_data: Path) -> None:
    evaluation = republished(tiny_data, (2023, 21, "2024-05-06"), register="重复统计更正,区安办 李某")
    assert list(text_of(restatements(evaluation))) == [
        "## 附录二　数据更正与修订",
        "本报告所列数据中，1个数值公布过不止一次，并有改动。评价采用最新公布值，较早的值全部保留。"
        "如采用更正以前的数据，有1项指标的评价会不同：“生产安全事故死亡人数”（暂定）。",
        "### 更正对评价的影响",
        "[采用较早数据时的评价]",
        "采用的数据 | 基期 | 现状 | 目标 | 进度 | 评价",
        "生产安全事故死亡人数（单位：人；涉及2023年生产安全事故死亡人数；评价因更正而改变）",
        "首次公布值 | 20 | 17 示例 | 17 | 100.0% | 提前完成 暂定",
        "本报告采用 | 20 | 21 示例 | 17 | -33.3% | 滞后 暂定",
        "“首次公布值”指每个数值第一次公布的值，“最近一次改动前”指每个数值最近一次改动之前的值；两者相同时只列一行。",
        "### 历次公布值",
        "[公布过不止一次的数据（由早到晚）]",
        "公布时间 | 公布值 | 与前一次相比 | 状态 | 来源 | 更正原因 | 提供人",
        "2023年生产安全事故死亡人数",
        "2024-03 | 17人 示例 | 首次公布 | 示例值 | 示例 |  | ",
        "2024-05-06 | 21人 | 增加4人（+23.5%） | 正式值 | 更正函 | 重复统计更正 | 区安办 李某",
    ]


def test_the_section_is_there_in_english(tiny_data: Path) -> None:
    speak("en")
    lines = list(text_of(restatements(republished(tiny_data, (2023, 21, "2024-05-06")))))
    assert lines[0] == "## Appendix 2: Corrections and revisions of the data"
    assert lines[-1].startswith("2024-05-06 | 21 persons | up by 4 persons (+23.5%) | Final | 更正函")


def test_figures_that_no_value_rests_on_say_so(tiny_data: Path) -> None:
    plan = tiny_data / "plans/mawei.yaml"
    text = plan.read_text(encoding="utf-8")
    assert "source: statistics" in text
    plan.write_text(
        text.replace("{source: statistics}", "{source: plan, value: 20, unit: 人}"), encoding="utf-8"
    )
    append(
        tiny_data / "observations/mawei.csv", "350105,2018,accident_deaths,25,人,illustrative,示例,2019-03,"
    )
    evaluation = republished(tiny_data, (2018, 26, "2024-05"))
    assert [r.used for r in evaluation.restatements] == [False]
    assert "2018年生产安全事故死亡人数（评价未用）" in list(text_of(restatements(evaluation)))


def test_the_shipped_restatement_changes_a_verdict() -> None:
    evaluation = evaluation_of(Path("data"))
    changed = [(r.id, r.first.verdict, r.now.verdict) for r in evaluation.restated if r.changes_verdict]
    assert changed == [("flood-drought-loss-share", Verdict.ON_TRACK, Verdict.LAGGING)]
