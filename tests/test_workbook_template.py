"""The yearly workbook shows what is asked for and what is known already, and locks what is not to be filled in."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import Cli, tiny_rows
from filled_workbooks import PROGRESS, STATISTICS, Form, read
from openpyxl import load_workbook

from planeval.messages import speaking
from planeval.workbook.contents import contents
from planeval.workbook.reading import read_filled
from planeval.workbook.template import template


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    """The workbook of the two districts for 2024, from the data that come with the repository."""
    folder = tmp_path_factory.mktemp("template")
    return Form(Path(shutil.copytree("data", folder / "data")))


def checks(sheet: Any, address: str) -> list[Any]:
    return [check for check in sheet.data_validations.dataValidation if address in check.sqref]


# ---- the sheets -----------------------------------------------------------------------------------------------------


def test_the_sheets_come_in_the_order_of_the_work(form: Form) -> None:
    assert form.book.sheetnames == ["填报说明", STATISTICS, PROGRESS, "指标说明", "planeval"]
    assert form.book["planeval"].sheet_state == "veryHidden"
    assert form.book.active.title == "填报说明"


def test_places_stand_in_rows_with_codes_as_text(form: Form) -> None:
    codes = [form.sheet.cell(row, 1) for row in (10, 11)]
    assert [(c.value, c.data_type, c.number_format) for c in codes] == [
        ("350102", "s", "@"),
        ("350105", "s", "@"),
    ]
    assert [form.sheet.cell(row, 2).value for row in (10, 11)] == ["鼓楼区", "马尾区"]
    assert all(cell.protection.locked for cell in codes)


def test_a_code_with_a_leading_zero_keeps_it(tiny_data: Path) -> None:
    with (tiny_data / "regions.csv").open("a", encoding="utf-8") as file:
        file.write("010101,示例县,,county,100000\n")
    sheet = Form(tiny_data, codes=("010101",)).sheet
    assert (sheet["A10"].value, sheet["A10"].data_type) == ("010101", "s")


def test_variables_are_those_the_plans_need_and_those_a_place_has(tiny_data: Path) -> None:
    rows = [*tiny_rows("350105"), "350105,2023,relief_hours,9,小时,illustrative,示例,2024-03,"]
    (tiny_data / "observations" / "mawei.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert list(Form(tiny_data).columns) == [
        "accident_deaths",
        "gdp",
        "population",
        "relief_hours",
        "reason",
        "provided_by",
    ]


def test_a_place_without_a_plan_gets_every_count_and_amount(data: Path) -> None:
    columns = Form(data, codes=("350100",)).columns
    assert {"accident_deaths", "gdp", "relief_hours", "flood_drought_loss"} <= set(columns)
    assert not {"warning_public_coverage", "forest_fire_damage_rate"} & set(columns)


def test_last_years_figure_in_use_stands_locked_beside_with_its_status(tiny_data: Path) -> None:
    rows = [
        *tiny_rows("350105"),
        "350105,2023,gdp,6000000,万元,preliminary,初步核算,2024-02,",
        "350105,2023,gdp,612.25,亿元,final,最终核实,2024-12,",
    ]
    (tiny_data / "observations" / "mawei.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    form = Form(tiny_data, codes=("350105",))
    beside = form.sheet.cell(form.rows["350105"], form.columns["gdp"] - 1)
    head = [
        form.sheet.cell(form.rows[name], beside.column).value for name in ("status", "source", "published")
    ]
    assert (beside.value, beside.number_format, beside.protection.locked) == (
        612.25,
        '#,##0.00" 正式值"',
        True,
    )
    assert head == ["正式值", "最终核实", "2024-12"]
    assert form.sheet.cell(form.rows["region_code"], beside.column).value == "2023年（上年）"


def test_figures_of_the_year_that_are_on_file_are_shown_too(form: Form) -> None:
    column = form.columns["gdp"]
    heads = [form.sheet.cell(form.rows["region_code"], column - back).value for back in (2, 1, 0)]
    assert heads == ["2023年（上年）", "2024年（已有）", "2024年（填写）"]
    assert form.cell("350105", "gdp").value is None


def test_only_what_is_to_be_filled_in_is_unlocked(form: Form) -> None:
    assert form.sheet.protection.sheet and form.sheet.protection.password is None
    rows = [form.rows[name] for name in ("status", "source", "published", "350102", "350105")]
    inputs = {(row, column) for row in rows for column in form.columns.values()}
    # Reason and provider hold for a place: they have nothing to say above the places.
    ends = (form.columns["reason"], form.columns["provided_by"])
    inputs -= {(row, column) for row in rows[:3] for column in ends}
    unlocked = {(c.row, c.column) for row in form.sheet.iter_rows() for c in row if not c.protection.locked}
    assert unlocked == inputs


@pytest.mark.parametrize(
    ("key", "kind", "operator", "limits", "error"),
    [
        ("accident_deaths", "whole", "greaterThanOrEqual", ("0", None), "应为不小于0的整数，单位为人。"),
        ("gdp", "decimal", "greaterThanOrEqual", ("0", None), "应为不小于0的数值，单位为亿元。"),
        ("warning_public_coverage", "decimal", "between", ("0", "100"), "应为0到100之间的数值，不带%。"),
        ("forest_fire_damage_rate", "decimal", "between", ("0", "1000"), "应为0到1000之间的数值，不带‰。"),
    ],
)
def test_numbers_are_checked_while_they_are_typed(
    form: Form, key: str, kind: str, operator: str, limits: tuple[str, str | None], error: str
) -> None:
    (check,) = checks(form.sheet, form.cell("350105", key).coordinate)
    assert (check.type, check.operator, check.formula1, check.formula2) == (kind, operator, *limits)
    assert (check.errorTitle, check.error, check.showErrorMessage) == ("填写有误", error, True)


def test_a_share_keeps_the_general_format_so_that_a_typed_percentage_shows_itself(form: Form) -> None:
    formats = [form.cell("350105", key).number_format for key in ("accident_deaths", "gdp", "relief_hours")]
    assert formats == ["#,##0", "#,##0.0#####", "#,##0.0#####"]
    assert form.cell("350105", "warning_public_coverage").number_format == "General"


def test_statuses_are_chosen_from_a_list_and_dates_are_dates(form: Form) -> None:
    (status,) = checks(form.sheet, form.cell("status", "gdp").coordinate)
    (published,) = checks(form.sheet, form.cell("published", "gdp").coordinate)
    assert (status.type, status.formula1) == ("list", '"正式值,修订值,初步值,估计值,预计值,示例值"')
    assert status.error == "应为正式值、修订值、初步值、估计值、预计值、示例值之一。"
    assert (published.type, published.formula1) == ("date", "DATE(2024,1,1)")
    assert form.cell("published", "gdp").number_format == "yyyy-mm-dd"


def test_the_sheet_is_ready_for_the_screen_and_for_the_printer(form: Form) -> None:
    assert form.sheet.freeze_panes == "C10"
    assert form.sheet.page_setup.orientation == "landscape"
    assert (form.sheet.print_title_rows, form.sheet.print_title_cols) == ("$1:$9", "$A:$B")
    assert len(form.sheet.col_breaks.brk) > 1


def test_the_items_of_the_plans_stand_with_their_last_report(form: Form) -> None:
    row, sheet = form.items["gas-pipe-assessment"], form.progress
    shown = [sheet.cell(row, column).value for column in range(1, 10)]
    assert shown[:5] == ["gulou", "分项目标", "gas-pipe-assessment", "老旧燃气管道检测评估", "公里"]
    assert (shown[5], shown[6], shown[8]) == ("2024-12-20", "已完成", 148.5)
    (check,) = checks(sheet, sheet.cell(row, form.report["status"]).coordinate)
    assert check.formula1 == '"已完成,进行中,未启动"'
    quantity = form.report["quantity"]
    assert not sheet.cell(row, quantity).protection.locked
    assert sheet.cell(form.items["task-1-1"], quantity).protection.locked


def test_every_variable_is_explained(form: Form) -> None:
    rows = [row for row in form.book["指标说明"].iter_rows(values_only=True)]
    assert rows[0] == ("指标代码", "指标", "单位", "类型", "定义", "使用注意", "口径变化")
    deaths = next(row for row in rows if row[0] == "accident_deaths")
    assert deaths[1:4] == ("生产安全事故死亡人数", "人", "计数")
    assert deaths[6].startswith("2016年：2016年统计改革，统计口径改变")
    assert {row[0] for row in rows[1:]} == set(form.columns) - {"reason", "provided_by"}


def test_text_of_the_data_is_never_a_formula(tiny_data: Path) -> None:
    regions = (tiny_data / "regions.csv").read_text(encoding="utf-8").replace("马尾区", "=1+1")
    (tiny_data / "regions.csv").write_text(regions, encoding="utf-8")
    cell = Form(tiny_data, codes=("350105",)).sheet["B10"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_a_partial_sum_says_how_many_parts_it_has(tiny_data: Path) -> None:
    made = contents(tiny_data, 2024, ("350105",))
    figure = made.columns[0].known[2023]["350105"]
    made.columns[0].known[2023]["350105"] = figure._replace(partial="12/13")
    sheet = _opened(tiny_data, template(made))[STATISTICS]
    assert sheet["C10"].number_format == '#,##0" 示例值 12/13"'


def test_the_workbook_speaks_english_when_it_is_asked_to(data: Path) -> None:
    with speaking("en"):
        book = _opened(data, template(contents(data, 2024, ("350105",))))
    assert book.sheetnames == ["Read me", "Statistics", "Progress", "Variables", "planeval"]
    assert book["Statistics"]["B10"].value == "Mawei District"


def _opened(folder: Path, content: bytes) -> Any:
    path = folder / "made.xlsx"
    path.write_bytes(content)
    return load_workbook(path)


# ---- the command ----------------------------------------------------------------------------------------------------


def test_the_command_writes_the_workbook_and_names_the_next_step(
    run_cli: Cli, tiny_data: Path, tmp_path: Path
) -> None:
    path = tmp_path / "a b.xlsx"
    status, out, err = run_cli("template", "--year", 2024, "--data", tiny_data, "--out", path)
    assert (status, err) == (0, "")
    assert out == (
        f"已写出 {path}：地区 2 个，变量 3 个，任务事项 0 项\n"
        f"填好后运行：python pipeline.py import '{path}'\n"
    )
    assert load_workbook(path)["planeval"]["A1"].value == "schema"


def test_the_same_data_give_the_same_bytes(run_cli: Cli, data: Path, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        assert run_cli("template", "--year", 2024, "--data", data, "--out", tmp_path / name)[0] == 0
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_workbook_that_is_there_is_never_replaced(run_cli: Cli, tiny_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "filled.xlsx"
    path.write_bytes(b"filled in")
    status, out, err = run_cli("template", "--year", 2024, "--data", tiny_data, "--out", path)
    assert (status, out) == (2, "")
    assert (
        err == f"{path} 已经存在，里面可能有填好的数据，没有改动它。请用 --out 另取一个文件名，或先移走它。\n"
    )
    assert path.read_bytes() == b"filled in"


def test_without_a_name_the_file_is_called_after_the_year(
    run_cli: Cli, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_cli("template", "--year", 2024, "--data", tiny_data)[0] == 0
    assert (tmp_path / "填报-2024.xlsx").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--region", "350106"], "regions.csv 中没有代码或名称为 350106 的地区。是否应为 350105？\n"),
        (["--region", "马尾"], "regions.csv 中没有代码或名称为 马尾 的地区。是否应为 马尾区？\n"),
        (["--plan", "mawe"], "没有编号为 mawe 的规划。现有规划：gulou、mawei。是否应为 mawei？\n"),
        (["--out", "a.xls"], "文件名“a.xls”应以 .xlsx 结尾。\n"),
    ],
)
def test_wrong_use_is_refused_with_the_closest_name(
    run_cli: Cli, tiny_data: Path, words: list[str], said: str
) -> None:
    assert run_cli("template", "--year", 2024, "--data", tiny_data, *words) == (2, "", said)


def test_a_place_may_be_given_by_its_name(tiny_data: Path) -> None:
    assert [place.region_code for place in contents(tiny_data, 2024, ["马尾区"]).places] == ["350105"]


def test_the_last_report_is_not_later_than_the_year(data: Path) -> None:
    (item,) = [i for i in contents(data, 2023, ["350102"]).items if i.item == "gas-pipe-assessment"]
    assert str(item.last["date"]) <= "2023-12-31"


def test_a_data_folder_that_is_nowhere_is_wrong_use(run_cli: Cli, tmp_path: Path) -> None:
    status, out, err = run_cli("template", "--year", 2024, "--data", tmp_path / "no")
    said = f"找不到数据文件夹 {tmp_path / 'no'}。请用 --data 指定含 plans/、observations/ 的文件夹。\n"
    assert (status, out, err) == (2, "", said)


def test_a_year_the_method_does_not_know_is_refused(run_cli: Cli, tiny_data: Path) -> None:
    said = "年份 1066 不在 method.yaml 规定的 1990～2035 年之内。\n"
    assert run_cli("template", "--year", 1066, "--data", tiny_data) == (2, "", said)


def test_a_plan_named_brings_its_place_and_its_items_alone(data: Path) -> None:
    form = contents(data, 2030, plan_ids=("mawei",))
    assert [place.region_code for place in form.places] == ["350105"]
    assert {item.plan.id for item in form.items} == {"mawei"}
    # Nobody asked for the plan by name, and its period is over.
    assert contents(data, 2030, ("350105",)).items == []


def test_a_plan_with_mistakes_is_named_because_nothing_of_it_is_listed(
    run_cli: Cli, tiny_data: Path, tmp_path: Path
) -> None:
    plan = tiny_data / "plans" / "mawei.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("base_year: 2020", "base_year: x"), "utf-8")
    words = ["template", "--year", 2024, "--region", "350105", "--data", tiny_data]
    status, out, _ = run_cli(*words, "--out", tmp_path / "a.xlsx")
    assert status == 0
    assert out.startswith("注意，没有列入：plans/mawei.yaml:5: base_year 的值“x”不对：应为整数")


def test_more_than_can_be_read_back_is_not_written(
    run_cli: Cli, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planeval.workbook.template.MOST_CELLS", 10)
    status, _, err = run_cli("template", "--year", 2024, "--data", tiny_data, "--out", tmp_path / "a.xlsx")
    said = "2 个地区、0 项任务一个工作簿放不下。请用 --region 分成几个工作簿。\n"
    assert (status, err, (tmp_path / "a.xlsx").exists()) == (2, said, False)


# ---- another program ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def office() -> str:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    assert found, "LibreOffice is needed: apt-get install libreoffice-calc"
    return found


def saved_by(office: str, path: Path) -> Path:
    """The workbook as LibreOffice saves it."""
    folder = path.parent / "saved"
    profile = (path.parent / "profile").as_uri()
    command = [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx", "--outdir"]
    subprocess.run([*command, str(folder), str(path)], capture_output=True, timeout=300, check=True)
    return folder / path.name


def test_a_workbook_filled_in_and_saved_by_libreoffice_reads_the_same(office: str, tmp_path: Path) -> None:
    form = Form.small(tmp_path)
    form.fill("gdp", _350102=2500.25, _350105=0.1 + 0.2)
    form.fill("accident_deaths", _350105="１２")
    form.fill_report("task-1-1", date=date(2024, 12, 20), status="进行中", percent=85, source="区应急局")
    before = read(form)
    path = saved_by(office, form.path)

    after = read_filled(path)
    assert (after.entries, after.progress, after.problems) == (before.entries, before.progress, [])
    assert len(after.entries) == 3 and len(after.progress) == 1
    sheet, cell = load_workbook(path)[STATISTICS], form.cell("350105", "accident_deaths")
    assert (sheet["A11"].value, sheet["A11"].data_type) == ("350105", "s")
    assert sheet.protection.sheet and not sheet[cell.coordinate].protection.locked
    assert [check.type for check in checks(sheet, cell.coordinate)] == ["whole"]
    assert load_workbook(path)["planeval"].sheet_state != "visible"
