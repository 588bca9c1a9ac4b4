"""Plain wide tables: a CSV file or a sheet of a workbook with a mapping file, brought into the statistics."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import Cli
from docs_text import marked_blocks
from imports import TABLE, imported_rows, mapping_file, table_file

GDP = {"variable": "gdp", "unit": "亿元"}
ONLY_GDP = {"地区生产总值": GDP}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_csv_table_becomes_a_new_file_of_statistics(
    tiny_data: Path, tmp_path: Path, run_cli: Cli, encoding: str
) -> None:
    table, mapping = table_file(tmp_path, TABLE, encoding), mapping_file(tmp_path, columns=ONLY_GDP)

    status, out, err = run_cli("import", table, "--map", mapping, "--data", tiny_data, "--yes")

    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "鼓楼区（350102）：新增 1",
        "    新增 2024年国内（地区）生产总值：530亿元（C2）",
        "马尾区（350105）：新增 1",
        "    新增 2024年国内（地区）生产总值：610亿元（C3）",
        "将写入：observations/年报.csv",
        "已写入：observations/年报.csv",
        f"下一步：python pipeline.py run --data {tiny_data}",
    ]
    assert imported_rows(tiny_data) == [
        "region_code,year,variable,value,unit,status,source,published,checked",
        "350102,2024,gdp,530,亿元,illustrative,示例数据（非官方）,2025-04-01,",
        "350105,2024,gdp,610,亿元,illustrative,示例数据（非官方）,2025-04-01,",
    ]


def test_years_in_a_header_of_two_rows_totals_marks_and_ways_of_writing(
    tiny_data: Path, tmp_path: Path, run_cli: Cli
) -> None:
    text = (
        "统计年报,,,,\n"
        "地区,2021年,,2022年度,\n"
        ",地区生产总值,备注,地区生产总值,备注\n"
        '鼓 楼 区,"1,100.5",,１０９０,\n'
        "\n"
        "马尾区,490,,—,见注\n"
        "合计,990,,510,\n"
        "注：2022年为初步数。,,,,\n"
    )
    settings = {
        "year": None,
        "year_in_header": True,
        "header_rows": [2, 3],
        "skip": "合计",
        "missing": ["—"],
        "numbers": ["thousands", "full_width"],
        "columns": ONLY_GDP,
    }
    table, mapping = table_file(tmp_path, text), mapping_file(tmp_path, **settings)

    status, out, _ = run_cli("import", table, "--map", mapping, "--data", tiny_data, "--yes")

    assert status == 0
    assert out.splitlines()[:5] == [
        "  【提示】B4　“1,100.5”按对照文件的 numbers 读作 1100.5",
        "  【提示】D4　“１０９０”按对照文件的 numbers 读作 1090",
        "  【提示】D6　“—”按对照文件的 missing 视为没有数值",
        "  【提示】A7　按对照文件的 skip 略过“合计”一行",
        "  【提示】A8　“注：2022年为初步数。”一行没有数值，略过",
    ]
    assert [row.split(",")[:4] for row in imported_rows(tiny_data)[1:]] == [
        ["350102", "2021", "gdp", "1100.5"],
        ["350102", "2022", "gdp", "1090"],
        ["350105", "2021", "gdp", "490"],
    ]


def workbook_file(folder: Path) -> Path:
    """A sheet with merged headers and places, a code as a number, a year column and dates."""
    book = openpyxl.Workbook()
    book.active.title = "说明"  # type: ignore[union-attr]
    sheet: Any = book.create_sheet("年报表")
    rows = (
        ("代码", "年份", "经济", None, "公布", "状态"),
        (None, None, "地区生产总值", "人口", None, None),
        (350102, 2021, 500.1, 290600, "2022-03-05", "示例值"),
        (None, 2022, 512, 291000, "2023-03", "示例值"),
    )
    for row in rows:
        sheet.append(row)
    for area in ("A1:A2", "B1:B2", "C1:D1", "E1:E2", "F1:F2", "A3:A4"):
        sheet.merge_cells(area)
    path = folder / "年报.xlsx"
    book.save(path)
    return path


COLUMNS_OF_SHEET = {
    "sheet": "年报表",
    "header_rows": [1, 2],
    "region_column": "代码",
    "region_by": "code",
    "year": None,
    "year_column": "年份",
    "status": None,
    "status_column": "状态",
    "published": None,
    "published_column": "公布",
    "columns": {"经济/地区生产总值": GDP, "D": {"variable": "population", "unit": "人"}},
}


def test_a_sheet_with_merged_cells_is_read_by_headings_and_letters(
    tiny_data: Path, tmp_path: Path, run_cli: Cli
) -> None:
    table, mapping = workbook_file(tmp_path), mapping_file(tmp_path, **COLUMNS_OF_SHEET)

    status, _, err = run_cli("import", table, "--map", mapping, "--data", tiny_data, "--yes")

    assert (status, err) == (0, "")
    assert imported_rows(tiny_data)[1:] == [
        "350102,2021,gdp,500.1,亿元,illustrative,示例数据（非官方）,2022-03-05,",
        "350102,2021,population,290600,人,illustrative,示例数据（非官方）,2022-03-05,",
        "350102,2022,gdp,512,亿元,illustrative,示例数据（非官方）,2023-03,",
        "350102,2022,population,291000,人,illustrative,示例数据（非官方）,2023-03,",
    ]


def test_each_mistake_in_a_sheet_is_told_at_its_cell(tiny_data: Path, tmp_path: Path, run_cli: Cli) -> None:
    table, mapping = workbook_file(tmp_path), mapping_file(tmp_path, **COLUMNS_OF_SHEET)
    book = openpyxl.load_workbook(table)
    wrong = [(3, "=1+1"), (3, "—"), (3, "1,234"), (1, "鼓楼"), (2, "21"), (6, "大概"), (5, "去年")]
    for year, (place, text) in enumerate(wrong, start=2016):
        good = (350105, year, 460.1, None, f"{year + 1}-03-05", "示例值")
        book["年报表"].append([text if n == place else cell for n, cell in enumerate(good, start=1)])
    book.save(table)

    status, out, _ = run_cli("import", table, "--map", mapping, "--data", tiny_data, "--dry-run")

    assert status == 1
    told = re.findall(r"^  【严重】年报表!([A-Z]+[0-9]+)　.*?（([a-z_-]+)）：", out, re.MULTILINE)
    assert sorted(told) == [
        ("A8", "code_mangled"),
        ("B9", "year_not_a_year"),
        ("C5", "workbook_formula"),
        ("C6", "value_not_a_number"),
        ("C7", "value_thousands"),
        ("E11", "published_format"),
        ("F10", "status_unknown"),
    ]


def test_a_number_over_merged_rows_is_nobodys(tiny_data: Path, tmp_path: Path, run_cli: Cli) -> None:
    table, mapping = workbook_file(tmp_path), mapping_file(tmp_path, **COLUMNS_OF_SHEET)
    book = openpyxl.load_workbook(table)
    book["年报表"].merge_cells("C3:C4")
    book.save(table)

    status, out, _ = run_cli("import", table, "--map", mapping, "--data", tiny_data, "--dry-run")

    assert status == 1
    assert "年报表!C3　填写区没有合并的单元格（workbook_merged）：填写区有合并的单元格（C3:C4）" in out


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            "鼓楼区",
            "鼓楼",
            "【严重】A2　地区名称已登记（place_unknown）：地区名称“鼓楼”没有登记；是否应为 鼓楼区？"
            " → 写登记的全称；合计行、注释行请在对照文件中用 skip 或 last_row 略过",
        ),
        (
            "马尾区,",
            "鼓楼区,",
            "【严重】C3　同一数值只填一次（repeated_figure）："
            "鼓楼区2024年国内（地区）生产总值在本文件中填了不止一次（“610”，另见 C2）"
            " → 只保留一个；先后公布的不同数值分次导入",
        ),
    ],
)
def test_a_row_of_nobody_or_told_twice_is_refused(
    tiny_data: Path, tmp_path: Path, run_cli: Cli, old: str, new: str, line: str
) -> None:
    table, mapping = table_file(tmp_path, TABLE.replace(old, new)), mapping_file(tmp_path, columns=ONLY_GDP)

    status, out, _ = run_cli("import", table, "--map", mapping, "--data", tiny_data, "--dry-run")

    assert status == 1
    assert f"  {line}" in out.splitlines()


def test_a_name_that_two_places_have_is_refused(tiny_data: Path, tmp_path: Path, run_cli: Cli) -> None:
    with (tiny_data / "regions.csv").open("a", encoding="utf-8") as regions:
        regions.write("320106,鼓楼区,Gulou District,county,100000\n")
    table, mapping = table_file(tmp_path), mapping_file(tmp_path, columns=ONLY_GDP)

    status, out, _ = run_cli("import", table, "--map", mapping, "--data", tiny_data, "--dry-run")

    assert status == 1
    assert (
        "A2　地区名称不重名（place_ambiguous）：地区名称“鼓楼区”有不止一个地区（代码 320106、350102）" in out
    )


def mapping_error(changes: dict[str, object], folder: Path, data: Path, run_cli: Cli) -> str:
    """What the import says of a mapping with a mistake, without the folder."""
    table, mapping = table_file(folder), mapping_file(folder, **changes)
    status, out, err = run_cli("import", table, "--map", mapping, "--data", data, "--dry-run")
    assert (status, out) == (1, "")
    return err.splitlines()[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"colums": {}},
            r"map.yaml:\d+: 不认识的键 colums；是否应为 columns？ → 改成正确的键名，或删去这一行",
        ),
        (
            {"status": "finel"},
            r"map.yaml:4: status 的取值“finel”不在可用范围内；是否应为 final？ → 改成可用的取值",
        ),
        (
            {"published": "2025/4/1"},
            r"map.yaml:6: published 的值“2025/4/1”不对：'2025/4/1' 不是日期，应如 2024-02-29 或 2024-02 → 改正这一处",
        ),
        (
            {"skip": "("},
            r"map.yaml:\d+: skip 的值“\(”不对：'\(' 不是正则表达式：.* → 改正这一处",
        ),
        (
            {"year_in_header": True},
            r"map.yaml:1: 内容不成立（文件顶层）：year 须有且只有一种写法：全表一个值、一列，或各列分别写明 → 改正这一处",
        ),
        (
            {"columns": {"死亡数": {"variable": "accident_deaths", "unit": "人"}}},
            r"map.yaml:8: 表头中没有“死亡数”这一列；是否应为 死亡人数？"
            r" → 按表头原文写（上下层之间用 /），或写列的字母；同时核对 header_rows",
        ),
        (
            {"columns": {"死亡人数": {"variable": "accident_death", "unit": "人"}}},
            r"map.yaml:9: 变量“accident_death”不在指标词典中；是否应为 accident_deaths？ → 改正变量名（indicators.yaml 的键）",
        ),
        (
            {"columns": {"死亡人数": {"variable": "accident_deaths", "unit": "人次"}}},
            r"map.yaml:10: 单位“人次”与变量不符，应为 人、万人、亿人 之一 → 按表头所写的单位改正",
        ),
        (
            {"columns": {"C": GDP, "地区生产总值": GDP | {"variable": "population", "unit": "人"}}},
            r"map.yaml:7: “地区生产总值”一列对应了两个变量：gdp、population → 每列只写一个变量",
        ),
        (
            {"year": None, "year_in_header": True, "columns": {"C": GDP}},
            r"map.yaml:7: C 列（“地区生产总值”）的表头里没有年份 → 在这一列下写明 year，或不用 year_in_header",
        ),
    ],
)
def test_a_mistake_in_the_mapping_is_told_with_its_line(
    tiny_data: Path, tmp_path: Path, run_cli: Cli, changes: dict[str, object], said: str
) -> None:
    assert re.fullmatch(said, mapping_error(changes, tmp_path, tiny_data, run_cli))


def test_a_sheet_that_is_not_there_and_a_missing_file_are_told(
    tiny_data: Path, tmp_path: Path, run_cli: Cli
) -> None:
    workbook_file(tmp_path)
    mapping = mapping_file(tmp_path, **(COLUMNS_OF_SHEET | {"sheet": "年报"}))

    _, _, err = run_cli("import", tmp_path / "年报.xlsx", "--map", mapping, "--data", tiny_data)
    assert err.splitlines()[0] == (
        "年报.xlsx: 没有名为“年报”的工作表；是否应为 年报表？ → 改正对照文件的 sheet，或删去它（读第一张表）"
    )

    status, _, err = run_cli("import", tmp_path / "年报.csv", "--map", mapping, "--data", tiny_data)
    assert status == 1
    assert "是否应为 年报.xlsx？" in err


def test_a_csv_table_comes_back_as_a_workbook_of_texts(tiny_data: Path, tmp_path: Path, run_cli: Cli) -> None:
    table = table_file(tmp_path, TABLE.replace("610", "=610"))
    before = table.read_bytes()

    status, out, _ = run_cli(
        "import", table, "--map", mapping_file(tmp_path, columns=ONLY_GDP), "--data", tiny_data
    )

    assert status == 1
    assert f"已标出错误的工作簿 → {tmp_path / '年报-待改.xlsx'}（" in out
    assert table.read_bytes() == before
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "年报-待改.xlsx").read_bytes()))
    assert book.sheetnames == ["问题清单", "表格"]
    cell = book["表格"]["C3"]
    assert (cell.value, cell.data_type, cell.fill.start_color.rgb) == ("=610", "s", "FFFF9999")
    assert cell.comment is not None
    assert cell.comment.text == (
        "【严重】\n发现：=610\n应为：数字，如 1820\n规则：数值为数字（value_not_a_number）\n"
        "说明：马尾区2024年的国内（地区）生产总值：数值“=610”不是数字\n怎样改：只填数字，单位另写"
    )

    # Corrected there, it is read by the same mapping.
    cell.value = "610"
    book.save(tmp_path / "年报-待改.xlsx")
    words = ("--map", tmp_path / "map.yaml", "--data", tiny_data, "--yes")
    assert run_cli("import", tmp_path / "年报-待改.xlsx", *words)[0] == 0
    assert imported_rows(tiny_data)[2].startswith("350105,2024,gdp,610,亿元,")


def test_the_table_of_the_documents_is_read_by_the_mapping_beside_it(tmp_path: Path, run_cli: Cli) -> None:
    for folder, marker in (("data", "example"), (".", "wide")):
        for file, body in marked_blocks("docs/formats.md", marker).items():
            (tmp_path / folder / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / file).write_text(body, encoding="utf-8")
    table, mapping = tmp_path / "yearbook.csv", tmp_path / "mapping.yaml"

    status, out, err = run_cli("import", table, "--map", mapping, "--data", tmp_path / "data")

    # The example of a data folder has these figures already, in other units.
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "  【提示】C4　“4,550,000”按对照文件的 numbers 读作 4550000",
        "  【提示】E4　“—”按对照文件的 missing 视为没有数值",
        "  【提示】A5　按对照文件的 skip 略过“合计”一行",
        "示例县（010101）：未变 3",
        "没有新的内容，无须写入。",
    ]


def test_a_returned_csv_table_keeps_its_header_of_two_rows(
    tiny_data: Path, tmp_path: Path, run_cli: Cli
) -> None:
    text = "地区,2021年,,2022年,\n,备注,地区生产总值,备注,地区生产总值\n鼓楼区,,约1100,,1090\n"
    settings = {"year": None, "year_in_header": True, "header_rows": [1, 2], "columns": ONLY_GDP}
    mapping = mapping_file(tmp_path, **settings)
    words = ("--map", mapping, "--data", tiny_data, "--yes")
    assert run_cli("import", table_file(tmp_path, text), *words)[0] == 1
    back = tmp_path / "年报-待改.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(back.read_bytes()))
    book["表格"]["C3"].value = "1100"
    book.save(back)

    assert run_cli("import", back, *words)[0] == 0

    assert [row.split(",")[:4] for row in imported_rows(tiny_data)[1:]] == [
        ["350102", "2021", "gdp", "1100"],
        ["350102", "2022", "gdp", "1090"],
    ]


def test_each_column_without_a_year_is_told_by_its_letter(
    tiny_data: Path, tmp_path: Path, run_cli: Cli
) -> None:
    table = table_file(tmp_path, "地区,地区生产总值,地区生产总值\n鼓楼区,1100,1090\n")
    mapping = mapping_file(tmp_path, year=None, year_in_header=True, columns=ONLY_GDP)

    _, _, err = run_cli("import", table, "--map", mapping, "--data", tiny_data)

    assert [line.split("map.yaml")[1].partition(": ")[2] for line in err.splitlines()[:2]] == [
        f"{letter} 列（“地区生产总值”）的表头里没有年份 → 在这一列下写明 year，或不用 year_in_header"
        for letter in "BC"
    ]
