"""What an import says beside its findings: one reason for several corrections, reports of progress, what was expected."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from analyst import Analyst
from conftest import Cli

from planeval.messages import LANGUAGES, _catalog, has, names_below, say, speaking
from planeval.model.findings import Severity
from planeval.workbook.entries import Cell, Problem
from planeval.workbook.problem_sheet import expectation

# These are no critical problems: nothing is expected of a cell.
REMARKS = {"shared_reason"}


def test_a_reason_that_several_corrections_share_is_remarked_and_reports_are_listed(
    data: Path, tmp_path: Path, run_cli: Cli
) -> None:
    form = tmp_path / "更正.xlsx"
    asked = ("--year", "2024", "--region", "马尾区", "鼓楼区", "--data", data)
    assert run_cli("template", *asked, "--out", form)[0] == 0
    filled = Analyst(form)
    filled.fill("350105", {"gdp": 601, "population": 301234}, date(2026, 9, 1))
    filled.cell("350105", "reason").value = "年报修订"
    filled.cell("350105", "provided_by").value = "区统计局"
    filled.report("task-1-1", date=date(2024, 12, 28), status="进行中", percent=88)
    filled.save()

    status, out, _ = run_cli("import", form, "--data", data, "--dry-run")

    assert status == 0
    cell = filled.cell("350105", "reason").coordinate
    assert out.splitlines()[0] == (
        f"  【提示】统计数据!{cell}　这一条更正原因和提供人将印在 2 个更正上："
        "国内（地区）生产总值、常住人口；原因不同的请分成几个工作簿"
    )
    lines = out.splitlines()
    after = lines[lines.index("规划 gulou 的任务进展：新增 1") + 1]
    assert "：2024-12-28，进行中（任务进展!" in after


def test_an_instruction_says_that_a_row_shares_its_reason() -> None:
    assert "同一行的更正共用这一原因和提供人" in say("workbook.guide.parts.correct.steps.shared")


def _tells_expected(rule: str) -> bool:
    """Whether the message of the rule names what was expected, so that the problem carries it."""
    own = rule.removeprefix("workbook_")
    names = (f"read.{rule}", f"workbook.problem.{own}", f"importing.problem.{rule}")
    return any("{expected}" in _catalog("zh").get(f"{name}.message", "") for name in names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_of_problems_says_what_was_expected_and_not_the_title_of_the_rule(language: str) -> None:
    with speaking(language):
        missing = [
            rule
            for rule in names_below("importing.rules")
            if rule not in REMARKS
            and not _tells_expected(rule)
            and not has(f"importing.problem.{rule}.expected")
            and expectation(Problem(Cell("", "A1"), rule, Severity.CRITICAL, "", ""))
            == say(f"importing.rules.{rule}")
        ]
    assert missing == []
