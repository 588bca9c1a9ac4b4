"""The workbench: the guided tour runs and shows what it says, and what it tries out agrees with the reports."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT
from mistakes import append
from test_notebooks import papermill

from planeval import explore
from planeval.errors import UsageError
from planeval.evaluate.evaluation import evaluate
from planeval.explain.find import derivation_of
from planeval.explain.text import terminal
from planeval.messages import say, speaking
from planeval.model.evaluation import Kind
from planeval.read.workspace import Workspace, load
from planeval.report.words import verdict_words
from planeval.workbench import findings_of

PLANS = ["mawei", "gulou", "national"]
RATE = "deaths_per_100m_gdp"
RATE_NAME = "亿元国内（地区）生产总值生产安全事故死亡率"


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return load(ROOT / "data")


# ---- the notebook ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each code cell of the notebook shows, run from its own folder as JupyterLab does."""
    out = tmp_path_factory.mktemp("tour") / "out.ipynb"
    done = papermill("explore", out, cwd=ROOT / "notebooks")
    assert done.returncode == 0, done.stderr
    shown = []
    for cell in nbformat.read(out, as_version=4).cells:
        if cell.cell_type == "code":
            pieces = [o.get("text", "") for o in cell.outputs]
            pieces += [
                text for o in cell.outputs for kind, text in o.get("data", {}).items() if kind == "text/html"
            ]
            shown.append("\n".join(pieces))
    return shown


def cells_of(html: str) -> list[str]:
    """The texts of a table's body, row headings among them."""
    body = html.partition("<tbody>")[2]
    return [
        re.sub(r"\s+", " ", text).strip()
        for text in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", body, re.DOTALL)
    ]


def test_the_tour_shows_rows_with_file_and_line_and_a_place_with_its_chart(tour: list[str]) -> None:
    assert "无法核对" in tour[1] or "口径变动" in tour[1]
    rows = cells_of(tour[2])
    assert "observations/mawei.csv" in rows and "accident_deaths" in rows
    assert cells_of(tour[3])[:6] == ["马尾区", "生产安全事故死亡人数", "2人", "2人", "1.7人", "0.0%"]
    assert f"马尾区：{RATE_NAME}" in tour[4] and "<svg" in tour[4] and "评价为“滞后”" in tour[4]


def test_the_tour_compares_two_places(tour: list[str]) -> None:
    row = cells_of(tour[5])
    assert row[row.index(RATE_NAME) : row.index(RATE_NAME) + 3] == [RATE_NAME, "滞后，暂定", "提前完成，暂定"]
    assert f"鼓楼区：{RATE_NAME}" in tour[6]


def test_the_tour_shows_which_verdicts_another_method_or_base_flips(tour: list[str]) -> None:
    assert cells_of(tour[7]) == ["马尾区", RATE_NAME, "滞后，暂定", "符合预期，暂定", "46.5%", "46.5%"]
    assert cells_of(tour[8]) == []
    assert cells_of(tour[9]) == ["马尾区", RATE_NAME, "滞后，暂定", "提前完成，暂定", "46.5%", "147.6%"]


def test_the_tour_ends_with_the_derivation_that_explain_prints(tour: list[str], workspace: Workspace) -> None:
    evaluation = evaluate(workspace, "mawei", Kind.MIDTERM, None, [])

    assert tour[10].strip() == terminal(derivation_of(workspace, evaluation, RATE)).strip()


# ---- what it calls --------------------------------------------------------------------------------------------------


def test_a_table_of_verdicts_says_what_the_reports_say(workspace: Workspace) -> None:
    table = explore.verdicts(workspace, PLANS, "final", [])

    said = [
        (e.region_name, i.name, verdict_words(i))
        for e in (evaluate(workspace, plan, Kind.FINAL, None, []) for plan in PLANS)
        for i in e.indicators
    ]
    assert [(*key, verdict) for key, verdict in table["评价"].items()] == said
    assert list(table.columns) == ["基期", "现状", "目标", "进度", "评价"]


@pytest.mark.parametrize("plan", PLANS)
def test_another_path_flips_what_the_report_says_it_flips(workspace: Workspace, plan: str) -> None:
    evaluation = evaluate(workspace, plan, Kind.MIDTERM, None, [])
    tried = {i.id: {a.code: a.verdict for a in i.sensitivity} for i in evaluation.indicators}
    changed = explore.with_method(workspace, trajectory="geometric")

    after = evaluate(changed, plan, Kind.MIDTERM, None, [])

    judged = {i.id: i.verdict for i in after.indicators if "geometric_trajectory" in tried[i.id]}
    assert judged == {
        key: of["geometric_trajectory"] for key, of in tried.items() if "geometric_trajectory" in of
    }
    assert workspace.method.trajectory == "linear"


@pytest.mark.parametrize(
    ("source", "code"), [("statistics", "base_from_statistics"), ("mean_of_years", "base_mean_of_years")]
)
def test_another_base_gives_the_verdict_that_the_report_gives_for_it(
    workspace: Workspace, source: str, code: str
) -> None:
    evaluation = evaluate(workspace, "mawei", Kind.MIDTERM, None, [])
    tried = {i.id: a for i in evaluation.indicators for a in i.sensitivity if a.code == code}
    assert tried

    for key, alternative in tried.items():
        changed = explore.with_base(workspace, "mawei", key, source=source)
        judged = explore.indicator_of(explore.evaluated(changed, "mawei", "midterm", []), key)
        assert (judged.base, judged.verdict) == (alternative.base, alternative.verdict)
    assert workspace.plans["mawei"].indicators == load(ROOT / "data").plans["mawei"].indicators


def test_a_place_that_is_held_back_stands_in_the_table_and_says_so(data: Path) -> None:
    append(data / "observations" / "mawei.csv", "350105,2023,gdp,12万,亿元,final,s,2024-01,")
    workspace = load(data)

    table = explore.verdicts(workspace, ["mawei", "national"], "midterm", findings_of(workspace))

    assert next(iter(table["评价"])) == "搁置" and table.index[0] == ("mawei", "（全部）")
    assert len(table) == 1 + len(workspace.plans["national"].indicators)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda w: explore.with_method(w, ahead_form=1.2),
            "评价方法中没有 ahead_form（见 method.yaml）。是否应为 ahead_from？",
        ),
        (
            lambda w: explore.with_method(w, ahead_from=-1),
            "verdicts.ahead_from 不能是 -1：Input should be greater than 0",
        ),
        (
            lambda w: explore.with_base(w, "mawei", "gdp_per_head", source="statistics"),
            "没有编号为 gdp_per_head 的指标。",
        ),
        (
            lambda w: explore.verdicts(w, ["mawei"], "mid-term", []),
            "没有“mid-term”这种报告；是否应为 midterm？",
        ),
    ],
)
def test_a_slip_is_told_with_the_closest_name(workspace: Workspace, call: object, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        call(workspace)  # type: ignore[operator]

    assert str(caught.value).startswith(message)


def test_the_tables_speak_the_language_that_is_spoken(workspace: Workspace) -> None:
    with speaking("en"):
        table = explore.verdicts(workspace, ["mawei"], "midterm", [])
        assert list(table.columns) == [
            say(f"explore.column.{n}") for n in ("base", "current", "target", "progress", "verdict")
        ]
        assert table.index.names == ["Place", "Indicator"]
        assert set(table.index.get_level_values("Place")) == {"Mawei District"}
