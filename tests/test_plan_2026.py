"""Every plan period: a plan for 2026-2030 with one year of figures, or none, beside two earlier plans of the same place."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from conftest import Cli
from plain_text import text_of
from plan_periods import CODE, PLANS, data_of_three_periods, write_figures

from planeval.commands import main
from planeval.evaluate.evaluation import evaluate
from planeval.messages import speaking
from planeval.model.evaluation import Evaluation, Kind, Verdict
from planeval.read.workspace import load
from planeval.report.document import document


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return data_of_three_periods(tmp_path_factory.mktemp("periods") / "data")


@pytest.fixture(scope="module")
def site(data: Path) -> Path:
    out = data.parent / "out"
    words = ["run", "--quiet", "--data", str(data), "--out", str(out), "--kind", "annual", "midterm", "final"]
    assert main(words) == 0
    return out


def evaluation(data: Path, kind: Kind, plan: str = "mawei-15") -> Evaluation:
    return evaluate(load(data), plan, kind, None, [])


def text(data: Path, made: Evaluation, first: int = 0, last: int = 9) -> list[str]:
    blocks = document(made, load(data).dictionary)[first:last]
    return [line for block in blocks for line in text_of(block)]


# ---- one year of figures ----------------------------------------------------------------------------------------


def test_the_first_year_is_a_fifth_of_the_time_and_gets_verdicts(data: Path) -> None:
    made = evaluation(data, Kind.ANNUAL)
    assert (made.as_of, made.time_share) == (2026, pytest.approx(0.2))
    verdicts = [Verdict.AHEAD, Verdict.ON_TRACK, Verdict.ON_TRACK, Verdict.ON_TRACK, Verdict.AHEAD]
    assert [i.verdict for i in made.indicators] == verdicts
    deaths = made.indicators[0]
    assert (deaths.base, deaths.current, deaths.target) == (40, 38, 32)
    assert deaths.progress == pytest.approx(0.25)


def test_a_projection_from_one_year_says_so(data: Path) -> None:
    told = "推算只依据2026年一年的情况，不足以说明趋势，仅供参考。"
    for i in evaluation(data, Kind.ANNUAL).indicators:
        projected = i.projection is not None and i.projection.value is not None
        assert ("projected_from_one_year" in i.flags) is projected
        assert (told in [note.text for note in i.notes]) is projected
    two_years = evaluate(load(data), "mawei-14", Kind.ANNUAL, 2022, [])
    assert all("projected_from_one_year" not in i.flags for i in two_years.indicators)


def test_one_year_is_not_written_as_a_span(data: Path) -> None:
    lines = text(data, evaluation(data, Kind.ANNUAL))
    assert "2026年没有发生。目标为规划期内不发生（规划表述：不发生）。评价为“符合预期”。" in lines
    assert not any("2026—2026" in line for line in lines)


@pytest.mark.parametrize(("kind", "year"), [(Kind.MIDTERM, 2028), (Kind.FINAL, 2030)])
def test_a_report_for_a_year_to_come_says_that_its_figures_are_not_there(
    data: Path, kind: Kind, year: int
) -> None:
    made = evaluation(data, kind)
    assert made.as_of == year
    assert {i.verdict for i in made.indicators} == {Verdict.NOT_ASSESSABLE}
    assert not any(i.provisional or i.projection for i in made.indicators)
    lines = text(data, made, 0, 12)
    assert "! 数据年份还没有统计数据" in lines
    assert (
        f"{year}年的统计数据尚未收录，本地区数据目前截至2026年，所以依据{year}年数值的指标都无法评价。"
        "待数据公布、录入后重新生成本报告。"
    ) in lines
    reason = f"{year}年数值缺失（尚未收录生产安全事故死亡人数，本地区数据目前截至2026年），无法评价。"
    assert f"- {reason}" in lines
    years = "、".join(map(str, range(2027, year + 1)))
    assert f"- {years}年的统计数据尚未收录，本地区数据目前截至2026年。" in lines
    assert not any("— 示例" in line for line in lines if line.startswith(("生产", "重特大")))


def test_a_final_without_figures_draws_no_lessons_from_it(data: Path) -> None:
    lines = text(data, evaluation(data, Kind.FINAL), 0, 12)
    assert "按现有数据无法重算中期评估（2028年），没有可以对照的内容。" in lines
    assert not any("因缺少数据无法评价，建议在下一规划期" in line for line in lines)
    assert any(line.startswith("- 2030年的统计数据尚未收录，“生产安全事故死亡人数”") for line in lines)


def test_a_plan_that_has_not_begun_is_told_so_in_both_languages(tmp_path: Path) -> None:
    data = data_of_three_periods(tmp_path / "data", last=2025)
    made = evaluation(data, Kind.ANNUAL)
    assert made.as_of == 2026
    assert {i.verdict for i in made.indicators} == {Verdict.NOT_ASSESSABLE}
    assert (
        "2026年的统计数据尚未收录，本地区数据目前截至2025年，所以依据2026年数值的指标都无法评价。待数据公布、录入后重新生成本报告。"
        in text(data, made)
    )
    with speaking("en"):
        lines = text(data, evaluation(data, Kind.ANNUAL))
    assert "! No statistics for the data year yet" in lines
    assert not any("{" in line for line in lines)


def test_a_place_without_any_figure_is_held_back_with_the_reason(tmp_path: Path, run_cli: Cli) -> None:
    data = data_of_three_periods(tmp_path / "data", last=2014, plans={"mawei-15": 2026})
    status, _, err = run_cli("run", "--data", data, "--out", tmp_path / "out", "--kind", "annual")
    assert status == 1
    assert "mawei-15" in err and "马尾区" in err
    assert not (tmp_path / "out" / "mawei-15").exists()


# ---- three plans of one place -----------------------------------------------------------------------------------


def test_the_index_has_a_row_for_each_report_and_names_each_plan(site: Path) -> None:
    html = (site / "index.html").read_text(encoding="utf-8")
    rows = re.findall(r'data-r="([amf])', html)
    assert rows == ["a", "m", "f"] * 3
    for start in PLANS.values():
        assert f"<small>马尾区{start}—{start + 4}年应急管理规划（示例）</small>" in html
    assert "年度监测（2026年）" in html
    assert "年度：6项滞后" not in html  # few plans have no headings of provinces
    assert '<option value="annual">年度监测</option>' in html


def test_the_totals_count_every_verdict_of_the_annual_reports(site: Path) -> None:
    html = (site / "index.html").read_text(encoding="utf-8")
    totals = html[html.index("年度监测（3份报告）") : html.index("中期评估（3份报告）")]
    assert "约束性指标（6项）" in totals and "预期性指标（9项）" in totals
    assert "完成" in totals and "快于预期" in totals


def test_the_page_of_the_place_has_each_plan_with_its_reports_in_the_order_of_their_years(site: Path) -> None:
    html = (site / "places" / CODE / "index.html").read_text(encoding="utf-8")
    assert [html.index(f'id="plan-{plan}"') for plan in PLANS] == sorted(
        html.index(f'id="plan-{plan}"') for plan in PLANS
    )
    own = html[html.index('id="plan-mawei-15"') :]
    columns = re.findall(r'<th [^>]*scope="col"[^>]*>([^<]+)', own)
    assert columns[3:11] == [
        "2025年基期",
        "2030年目标",
        "2026年",
        "年度监测",
        "2028年",
        "中期评价",
        "2030年",
        "终期评价",
    ]


def test_places_are_compared_by_plan_period_and_kind(site: Path) -> None:
    html = (site / "compare" / "deaths_per_100k_population" / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<h2 id="((?:annual|midterm|final)-\d+)"', html) == [
        "final-2030", "midterm-2028", "annual-2026", "final-2025", "annual-2025", "midterm-2023", "final-2020",
        "annual-2020", "midterm-2018",
    ]  # fmt: skip


def test_the_downloads_hold_every_kind(site: Path) -> None:
    rows = (site / "downloads" / "verdicts.csv").read_text(encoding="utf-8-sig").splitlines()
    kinds = [row.split(",")[2] for row in rows[1:]]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"annual": 15, "midterm": 15, "final": 15}


def test_a_corrected_year_renews_the_reports_that_use_it(site: Path, data: Path, run_cli: Cli) -> None:
    before = {
        p.parent: json.loads(p.read_text(encoding="utf-8"))["key"] for p in site.glob("*/*/record.json")
    }
    file = data / "observations" / "mawei.csv"
    file.write_text(
        file.read_text(encoding="utf-8").replace("2026,accident_deaths,38", "2026,accident_deaths,39"),
        "utf-8",
    )
    status, _, err = run_cli("run", "--quiet", "--data", data, "--out", site)
    write_figures(data, 2026)
    assert (status, err) == (0, "")
    after = {p.parent: json.loads(p.read_text(encoding="utf-8")) for p in site.glob("*/*/record.json")}
    assert after.keys() == before.keys()
    annual = after[site / "mawei-15" / "annual"]
    assert annual["key"] != before[site / "mawei-15" / "annual"]
    assert annual["summary"]["indicators"][0][6] == 39


def test_the_overview_of_comparisons_shows_the_latest_year_with_figures(site: Path) -> None:
    html = (site / "compare" / "index.html").read_text(encoding="utf-8")
    assert "年度监测2026年" in html
    assert "2030年" not in html
