"""Mistakes in a progress ledger hold back the plan it belongs to, and say what to write."""

from __future__ import annotations

from pathlib import Path

import pytest
from mistakes import append, held_back, read_findings, recode, replace

from planeval.model.findings import Severity
from planeval.read.workspace import load

FILE = "progress/mawei.csv"
GOOD = {
    "item": "task-1-1",
    "date": "2024-12-20",
    "status": "in_progress",
    "percent": "70",
    "quantity": "",
    "evidence": "x",
    "source": "示例",
    "data_status": "illustrative",
}

CELLS = [
    (
        {"item": "task-1-11"},
        "ledger_item",
        "事项“task-1-11”不在规划中；是否应为 task-1-1？ → 改成规划文件中的编号",
    ),
    (
        {"percent": "120"},
        "ledger_percent",
        "完成百分比“120”不对，应为0到100的数字，不带百分号 → 改正数字，没有就留空",
    ),
    (
        {"percent": "70%"},
        "ledger_percent",
        "完成百分比“70%”不对，应为0到100的数字，不带百分号 → 改正数字，没有就留空",
    ),
    (
        {"percent": "-1"},
        "ledger_percent",
        "完成百分比“-1”不对，应为0到100的数字，不带百分号 → 改正数字，没有就留空",
    ),
    (
        {"percent": "７０"},
        "ledger_percent",
        "完成百分比“７０”不对，应为0到100的数字，不带百分号 → 改正数字，没有就留空",
    ),
    ({"date": "2024-13-01"}, "ledger_date", "日期“2024-13-01”不对，应如 2023-12-31 → 改正日期"),
    ({"date": "2024-12"}, "ledger_date", "日期“2024-12”不对，应如 2023-12-31 → 改正日期"),
    ({"date": ""}, "ledger_date", "日期“”不对，应如 2023-12-31 → 改正日期"),
    (
        {"status": "in_progres"},
        "ledger_status",
        "进展状态“in_progres”不认识；是否应为 in_progress？ → 改成可用的状态",
    ),
    ({"status": "进行"}, "ledger_status", "进展状态“进行”不认识；是否应为 进行中？ → 改成可用的状态"),
    (
        {"quantity": "-3"},
        "ledger_quantity",
        "完成数量“-3”不对，应为不小于0的数字 → 改正数字，没有就留空",
    ),
    (
        {"data_status": "real"},
        "ledger_data_status",
        "data_status“real”不认识，应为 final, illustrative 之一 → 真实记录填 final，示例填 illustrative",
    ),
    ({"source": ""}, "ledger_source", "没有写来源 → 填写来源，例如部门名称和文号"),
    (
        {"evidence": "一,二"},
        "csv_width",
        "这一行有9个单元格，表头有8列 → 含逗号的文字要加英文双引号；多余的逗号要删去",
    ),
]


@pytest.mark.parametrize(("wrong", "rule", "message"), CELLS, ids=[str(case[0]) for case in CELLS])
def test_a_wrong_cell_is_named_with_its_remedy(
    data: Path, wrong: dict[str, str], rule: str, message: str
) -> None:
    line = append(data / FILE, ",".join((GOOD | wrong).values()))
    workspace = load(data)
    (finding,) = workspace.findings
    assert (finding.rule, finding.plan, finding.severity) == (rule, "mawei", Severity.CRITICAL)
    assert str(finding) == f"{FILE}:{line}: {message}"
    assert set(workspace.ledgers) == {"gulou"}


def test_a_wrong_ledger_holds_back_its_own_plan_only(data: Path) -> None:
    append(data / FILE, ",".join((GOOD | {"percent": "120"}).values()))
    assert held_back(data) == {"mawei"}


def test_an_item_like_no_other_is_answered_with_the_valid_ones(data: Path) -> None:
    append(data / FILE, ",".join((GOOD | {"item": "隐患排查"}).values()))
    (finding,) = read_findings(data)
    assert finding.expected is not None and finding.expected.startswith("可用：task-1-1, task-1-2,")


def test_every_mistake_in_a_ledger_is_reported_at_once(data: Path) -> None:
    append(data / FILE, ",".join((GOOD | {"percent": "120", "date": "x"}).values()))
    append(data / FILE, ",".join((GOOD | {"item": "zzz"}).values()))
    assert [f.rule for f in read_findings(data)] == ["ledger_date", "ledger_percent", "ledger_item"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("percent", "precent", "不认识的列名“precent”；是否应为 percent？ → 改正列名"),
        ("item,", "", "缺少列 item（现有：date, status,"),
    ],
)
def test_a_wrong_header_names_the_column(data: Path, old: str, new: str, message: str) -> None:
    replace(data / FILE, old, new)
    (finding,) = read_findings(data)
    assert str(finding).startswith(f"{FILE}:1: {message}")
    assert finding.plan == "mawei"


@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig"])
def test_ledgers_as_chinese_excel_saves_them_read_the_same(data: Path, encoding: str) -> None:
    before = load(data).ledgers["mawei"]
    recode(data / FILE, encoding)
    after = load(data)
    assert after.findings == [] and after.ledgers["mawei"].equals(before)


def test_a_ledger_in_utf_16_is_refused_with_the_remedy(data: Path) -> None:
    recode(data / FILE, "utf-16")
    (finding,) = read_findings(data)
    assert str(finding) == f"{FILE}: 文件编码为UTF-16，读不了 → 在Excel中另存为“CSV UTF-8（逗号分隔）”"
    assert finding.plan == "mawei"


def test_a_ledger_of_no_plan_is_not_passed_over_in_silence(data: Path) -> None:
    (data / FILE).rename(data / "progress/mawie.csv")
    (finding,) = read_findings(data)
    assert (finding.severity, finding.plan) == (Severity.WARNING, "mawei")
    assert str(finding) == (
        "progress/mawie.csv: 没有编号为 mawie 的规划，这份进展台账没有读取；是否应为 mawei？ → "
        "台账的文件名应为 <规划编号>.csv"
    )


def test_a_plan_needs_no_ledger(data: Path) -> None:
    (data / FILE).unlink()
    assert read_findings(data) == []
    assert set(load(data).ledgers) == {"gulou"}
