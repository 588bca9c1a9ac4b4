"""A plan file checked from the command line: mistakes and findings with their lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import ROOT, Cli
from plan_periods import data_of_three_periods

SHIPPED = ROOT / "data"


def test_a_contradiction_is_told_with_the_lines_of_its_rows(run_cli: Cli) -> None:
    status, out, err = run_cli("check-plan", "data/plans/mawei.yaml")
    assert (status, err) == (1, "")
    first, problem, *_, last = out.splitlines()
    assert first == (
        "data/plans/mawei.yaml：写法没有错误。《马尾区“十四五”应急管理专项规划》：核心指标7项，分项目标8项，"
        "主要任务5部分，重点工程6项。"
    )
    lines = (SHIPPED / "plans" / "mawei.yaml").read_text(encoding="utf-8").splitlines()
    own = [
        n
        for n, line in enumerate(lines, 1)
        if line in ("  - key: accident_deaths", "  - key: deaths_per_100k_population")
    ]
    where = ",".join(map(str, own))
    assert problem.startswith(
        f"data/plans/mawei.yaml:{where}: 矛盾：规划所列基期值互相矛盾：生产安全事故死亡人数2人"
    )
    assert last.startswith("核对结果：矛盾1项、提示")


def test_a_plan_without_contradictions_has_status_zero(run_cli: Cli) -> None:
    status, out, _ = run_cli("check-plan", "data/plans/gulou.yaml")
    assert status == 0
    lines = (SHIPPED / "plans" / "gulou.yaml").read_text(encoding="utf-8").splitlines()
    pipes = next(
        n for n, line in enumerate(lines, 1) if "gas-pipe" in line or ("pipeline" in line and "- id" in line)
    )
    assert f"data/plans/gulou.yaml:{pipes}: 核对无误：老旧燃气管道检测评估的分年任务" in out
    published = next(n for n, line in enumerate(lines, 1) if line.startswith("published_text:"))
    assert f"data/plans/gulou.yaml:{published}: 提示：规划于2022年12月公布" in out


def test_the_same_as_json(run_cli: Cli) -> None:
    status, out, _ = run_cli("check-plan", "data/plans/mawei.yaml", "--json")
    document = json.loads(out)
    assert (status, document["status"], document["file"]) == (1, 1, "data/plans/mawei.yaml")
    assert document["mistakes"] == []
    problem = document["noticed"][0]
    assert (problem["rule"], problem["level"]) == ("base_implies_denominator", "problem")
    assert problem["items"] == ["accident_deaths", "deaths_per_100k_population"]
    assert len(problem["lines"]) == 2


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A plan outside any data folder, with three slips."""
    text = (SHIPPED / "plans" / "mawei.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("base_year: 2020", "base_yaer: 2020"),
        ("percent: 33", "percent: -3"),
        ("kind: none_occurs", "kind: never_occurs"),
    ):
        text = text.replace(old, new, 1)
    file = tmp_path / "draft.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_slips_are_told_with_their_lines_and_the_closest_name(draft: Path, run_cli: Cli) -> None:
    status, out, err = run_cli("check-plan", draft)
    assert (status, out) == (1, "")
    lines = draft.read_text(encoding="utf-8").splitlines()

    def at(text: str) -> int:
        return next(n for n, line in enumerate(lines, 1) if text in line)

    assert f"{draft}:{at('base_yaer')}: 不认识的键 base_yaer；是否应为 base_year？" in err
    assert f"{draft}:{at('percent: -3')}: indicators.2.target.percent 的值“-3”不对：应大于 0" in err
    assert f"{draft}:{at('never_occurs')}: " in err and "是否应为 none_occurs？" in err
    status, out, err = run_cli("check-plan", draft, "--json")
    assert (status, err) == (1, "")
    mistakes = json.loads(out)["mistakes"]
    assert {m["line"] for m in mistakes} >= {at("base_yaer"), at("percent: -3"), at("never_occurs")}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('region_code: "350105"', 'region_code: "350199"', "region_code"),
        ("key: accident_deaths", "key: acident_deaths", "是否应为 accident_deaths？"),
        ('unit: "%"', "unit: 公里", "公里"),
    ],
)
def test_names_that_lead_nowhere_are_told_with_their_lines(
    tmp_path: Path, run_cli: Cli, old: str, new: str, message: str
) -> None:
    file = tmp_path / "mawei.yaml"
    text = (SHIPPED / "plans" / "mawei.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    line = next(n for n, own in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if new in own)
    status, _, err = run_cli("check-plan", file)
    assert status == 1
    assert f"{file}:{line}: " in err
    assert message in err


def test_a_plan_outside_the_data_folder_is_checked_against_its_statistics(
    tmp_path: Path, run_cli: Cli
) -> None:
    data = data_of_three_periods(tmp_path / "data", plans={})
    other = data_of_three_periods(tmp_path / "other")
    draft = other / "plans" / "mawei-15.yaml"
    renamed = draft.rename(tmp_path / "draft.yaml")  # the name of a draft is free
    status, out, err = run_cli("check-plan", renamed, "--data", data)
    assert (status, err) == (0, "")
    assert f"{renamed}:" in out and "示例数据" in out


def test_in_the_data_folder_the_file_has_the_name_of_its_plan(tmp_path: Path, run_cli: Cli) -> None:
    data = data_of_three_periods(tmp_path / "data")
    plan = (data / "plans" / "mawei-15.yaml").rename(data / "plans" / "mawei-16.yaml")
    status, _, err = run_cli("check-plan", plan, "--data", data)
    assert status == 1
    assert f"{plan}:1: " in err
    assert "mawei-15" in err and "mawei-16" in err


def test_figures_that_cannot_be_read_are_told_and_left_out(tmp_path: Path, run_cli: Cli) -> None:
    data = data_of_three_periods(tmp_path / "data")
    file = data / "observations" / "mawei.csv"
    file.write_text(
        file.read_text(encoding="utf-8").replace("2025,accident_deaths,40", "2025,accident_deaths,四十"),
        "utf-8",
    )
    status, out, _ = run_cli("check-plan", data / "plans" / "mawei-15.yaml", "--data", data)
    assert status == 0
    assert "注意：本地区或共用的数据有1处严重问题" in out


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_is_not_there_is_told(tmp_path: Path, run_cli: Cli, name: str) -> None:
    status, _, err = run_cli("check-plan", tmp_path / name)
    assert status == 1
    assert str(tmp_path / name) in err
