"""What cannot be told from a workbook that came back is a problem at its cell, and never guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from filled_workbooks import PROGRESS, STATISTICS, Form, figures, problems, read

from planeval.model.findings import Severity


@pytest.fixture
def form(tmp_path: Path) -> Form:
    return Form.small(tmp_path)


def change_code(form: Form) -> str:
    form.sheet["A11"].value = "350106"
    return "A11"


def change_code_to_the_neighbours(form: Form) -> str:
    form.sheet["A11"].value = "350102"
    return "A11"


def delete_code(form: Form) -> str:
    form.sheet["A11"].value = None
    return "A11"


def add_place(form: Form) -> str:
    form.sheet["A12"].value, form.sheet["B12"].value = "350104", "仓山区"
    form.sheet.cell(12, form.columns["gdp"]).value = 900
    return "A12"


def repeat_place(form: Form) -> str:
    form.sheet["A12"].value, form.sheet["B12"].value = "350105", "马尾区"
    form.sheet.cell(12, form.columns["gdp"]).value = 900
    return "A12"


def rename_place(form: Form) -> str:
    form.sheet["B11"].value = "马尾新区"
    return "B11"


def change_key(form: Form) -> str:
    cell = form.cell("variable", "population")
    cell.value = "popluation"
    return str(cell.coordinate)


def delete_key(form: Form) -> str:
    form.cell("variable", "population").value = None
    return "A5"


def repeat_key(form: Form) -> str:
    cell = form.sheet.cell(5, form.columns["provided_by"] + 1)
    cell.value = "population"
    return str(cell.coordinate)


def change_year(form: Form) -> str:
    form.sheet["C2"].value = 2025
    return "C2"


def delete_status_row(form: Form) -> str:
    form.sheet["A8"].value = "公布"
    return "A5"


def formula(form: Form) -> str:
    cell = form.cell("350102", "gdp")
    cell.value = "=B1*2"
    return str(cell.coordinate)


def percentage(form: Form) -> str:
    form.fill("warning_public_coverage", _350105=0.95)
    cell = form.cell("350105", "warning_public_coverage")
    cell.number_format = "0.0%"
    return str(cell.coordinate)


def merged_figures(form: Form) -> str:
    cell = form.cell("350102", "population")
    form.fill("population", _350102=5)
    form.sheet.merge_cells(f"{cell.coordinate}:{form.cell('350105', 'population').coordinate}")
    return str(cell.coordinate)


def merged_source(form: Form) -> str:
    cell = form.cell("source", "gdp")
    form.sheet.merge_cells(start_row=7, end_row=7, start_column=cell.column, end_column=cell.column + 2)
    return str(cell.coordinate)


def wrong_status(form: Form) -> str:
    form.cell("status", "gdp").value = "定案"
    return str(form.cell("status", "gdp").coordinate)


def no_status(form: Form) -> str:
    form.cell("status", "gdp").value = None
    return str(form.cell("status", "gdp").coordinate)


def no_source(form: Form) -> str:
    form.cell("source", "gdp").value = "  "
    return str(form.cell("source", "gdp").coordinate)


STATUSES = "正式值、修订值、初步值、估计值、预计值、示例值"
MISTAKES: dict[Any, tuple[str, str]] = {
    change_code: (
        "workbook_code_changed",
        "马尾区的地区代码写成了“350106”，应为 350105 → 恢复原来的代码",
    ),
    change_code_to_the_neighbours: (
        "workbook_code_changed",
        "马尾区的地区代码写成了“350102”，应为 350105 → 恢复原来的代码",
    ),
    delete_code: (
        "workbook_code_changed",
        "马尾区的地区代码写成了“（空）”，应为 350105 → 恢复原来的代码",
    ),
    add_place: (
        "workbook_place_unknown",
        "这一行的地区“350104 仓山区”不在这份工作簿的地区名单里 → 删去这一行；要填这个地区，用 template --region 把它列入",
    ),
    repeat_place: (
        "workbook_place_repeated",
        "马尾区（350105）有不止一行，不知道以哪一行为准 → 只保留一行",
    ),
    rename_place: (
        "workbook_place_renamed",
        "代码 350105 的地区名称写成了“马尾新区”，原为“马尾区”；按代码读取 → 确认代码没有错，并恢复原来的名称",
    ),
    change_key: (
        "workbook_column_changed",
        "指标代码“popluation”不在这份工作簿里，应为 population → 恢复原来的指标代码",
    ),
    delete_key: (
        "workbook_column_missing",
        "缺少指标代码为 population 的一列 → 恢复这一列（可以留空），或把数据填回原来的工作簿",
    ),
    repeat_key: (
        "workbook_column_repeated",
        "指标代码“population”出现了不止一次，不知道以哪一列为准 → 只保留一列",
    ),
    change_year: (
        "workbook_year",
        "年份写成了“2025”，这份工作簿是2024年的 → 改回2024；填报别的年份请用 template 另写一份工作簿",
    ),
    delete_status_row: (
        "workbook_row_missing",
        "找不到“published”一行（最左边一列写着 published） → 恢复这一行，或把数据填回原来的工作簿",
    ),
    formula: (
        "workbook_formula",
        "这里是公式“=B1*2”，公式的结果不能作为上报数值 → 复制这一格，用“选择性粘贴→数值”粘贴回来",
    ),
    percentage: (
        "workbook_percent",
        "单元格按百分比显示，实际存的是 0.95，单位为%，究竟是多少不能确定 → 把单元格格式改为“常规”，只填数字，如 95.5",
    ),
    merged_figures: (
        "workbook_merged",
        "填写区有合并的单元格（{first}:{last}），不知道数值属于哪一格 → 取消合并，每格分别填写",
    ),
    merged_source: (
        "workbook_merged",
        "填写区有合并的单元格（{first}:{last}），不知道数值属于哪一格 → 取消合并，每格分别填写",
    ),
    wrong_status: (
        "status_unknown",
        f"数据状态“定案”不认识，应为{STATUSES}之一 → 从列表中选择",
    ),
    no_status: (
        "status_unknown",
        f"数据状态“（空）”不认识，应为{STATUSES}之一 → 从列表中选择",
    ),
    no_source: ("source_empty", "这一列填了数值，但没有写数据来源 → 填写来源，例如公报名称"),
}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__)
def test_a_mistake_in_the_form_is_a_problem_at_its_cell(form: Form, mistake: Any) -> None:
    form.fill("gdp", _350105=512.3)
    address = mistake(form)
    filled = read(form)
    rule, message = MISTAKES[mistake]
    area = next((str(r) for r in form.sheet.merged_cells.ranges if address in r), ":")
    first, last = area.split(":")
    assert problems(filled) == [(f"{STATISTICS}!{address}", rule, message.format(first=first, last=last))]
    warning = mistake is rename_place
    assert filled.problems[0].severity is (Severity.WARNING if warning else Severity.CRITICAL)


def test_a_row_under_a_changed_code_shows_its_other_mistakes_too(form: Form) -> None:
    form.fill("gdp", _350105="=1+1")
    form.fill("population", _350105="x")
    change_code(form)
    filled = read(form)
    assert [p.rule for p in filled.problems] == ["workbook_code_changed", "workbook_formula"]
    assert figures(filled) == {("350105", "population"): "x"}


def test_a_code_turned_into_a_number_is_not_repaired(tiny_data: Path) -> None:
    with (tiny_data / "regions.csv").open("a", encoding="utf-8") as file:
        file.write("010101,示例县,,county,100000\n")
    form = Form(tiny_data, codes=("010101",))
    form.fill("gdp", _010101=5)
    form.sheet["A10"].value = 10101
    assert [p.message for p in read(form).problems] == ["示例县的地区代码写成了“10101”，应为 010101"]


def test_of_places_with_one_name_none_is_guessed(tiny_data: Path) -> None:
    with (tiny_data / "regions.csv").open("a", encoding="utf-8") as file:
        file.write("320106,鼓楼区,,county,100000\n")
    form = Form(tiny_data, codes=("350102", "320106"))
    form.fill("gdp", _350102=5)
    form.sheet.cell(form.rows["350102"], 1).value = "350103"
    filled = read(form)
    assert [p.message for p in filled.problems] == ["鼓楼区的地区代码写成了“350103”，应为 350102、320106"]
    assert filled.entries == []


def test_an_item_the_plan_does_not_have_is_a_problem(form: Form) -> None:
    row = form.items["task-1-1"]
    form.fill_report("task-1-1", date="2024-12-20", status="进行中", source="x")
    form.progress.cell(row, 3).value = "task-1-11"
    filled = read(form)
    plan = form.progress.cell(row, 1).value
    assert problems(filled) == [
        (
            f"{PROGRESS}!C{row}",
            "workbook_item_unknown",
            f"规划“{plan}”没有编号为“task-1-11”的事项 → 恢复原来的规划和事项编号",
        )
    ]
    assert filled.progress == []


def test_a_report_with_a_formula_or_a_percentage_is_no_report(form: Form) -> None:
    form.fill_report("task-1-1", date="=TODAY()", status="进行中", source="x")
    form.fill_report("task-1-2", date="2024-12-20", status="进行中", percent=0.85, source="x")
    cell = form.progress.cell(form.items["task-1-2"], form.report["percent"])
    cell.number_format = "0%"
    filled = read(form)
    assert sorted(p.rule for p in filled.problems) == ["workbook_formula", "workbook_percent"]
    assert filled.progress == []


def test_a_lost_column_of_the_progress_sheet_is_a_problem(form: Form) -> None:
    form.progress.cell(4, form.report["source"]).value = "sources"
    assert problems(read(form)) == [
        (
            f"{PROGRESS}!{form.progress.cell(4, form.report['source']).coordinate}",
            "workbook_column_changed",
            "指标代码“sources”不在这份工作簿里，应为 source → 恢复原来的指标代码",
        )
    ]
