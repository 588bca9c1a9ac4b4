"""Mistakes in the statistics: what the message says, and whose reports are held back."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import NamedTuple

import pytest
from mistakes import GULOU, MAWEI, append, critical, held_back, read_findings, recode, replace

from planeval.model.findings import Severity
from planeval.read.workspace import load
from planeval.validate.run import validate

FILE = "observations/mawei.csv"
GDP = "350105,2020,gdp,465,亿元,illustrative,示例,2021-03,"  # line 8 of the file
POPULATION = "350105,2020,population,290554,人,illustrative,示例,2021-03,"


class Mistake(NamedTuple):
    """One row written wrongly, and the whole message. ``right`` is how it stands in the file."""

    name: str
    written: str
    rule: str
    message: str
    right: str = GDP


READER = [
    Mistake(
        "text in a number",
        GDP.replace("465", "465亿"),
        "value_not_a_number",
        "马尾区2020年的国内（地区）生产总值：数值“465亿”不是数字 → 只填数字，单位另写",
    ),
    Mistake(
        "text in a number that claims to be measured before its year ended",
        GDP.replace("465", "465亿元").replace("illustrative", "final").replace("2021-03", "2020-06"),
        "value_not_a_number",
        "马尾区2020年的国内（地区）生产总值：数值“465亿元”不是数字 → 只填数字，单位另写",
    ),
    Mistake(
        "a month no calendar has, for a figure that claims to be measured",
        GDP.replace("illustrative", "final").replace("2021-03", "2020-13"),
        "published_format",
        "马尾区2020年的国内（地区）生产总值：公布日期写成了“2020-13”，应如 2024-02-29 或 2024-02 → 改正日期格式；确实不知道就留空",
    ),
    Mistake(
        "about",
        GDP.replace("465", "约４６５"),
        "value_not_a_number",
        "马尾区2020年的国内（地区）生产总值：数值“约４６５”不是数字 → 只填数字，单位另写",
    ),
    Mistake(
        "a number beyond all bounds",
        GDP.replace("465", "1e400"),
        "value_not_a_number",
        "马尾区2020年的国内（地区）生产总值：数值“1e400”不是数字 → 只填数字，单位另写",
    ),
    Mistake(
        "infinity",
        GDP.replace("465", "inf"),
        "value_not_a_number",
        "马尾区2020年的国内（地区）生产总值：数值“inf”不是数字 → 只填数字，单位另写",
    ),
    Mistake(
        "thousands separator",
        GDP.replace("465", '"1,465"'),
        "value_thousands",
        "马尾区2020年的国内（地区）生产总值：数值“1,465”带千位分隔符，应为“1465” → 去掉分隔符",
    ),
    Mistake(
        "Chinese thousands separator",
        GDP.replace("465", "1，465"),
        "value_thousands",
        "马尾区2020年的国内（地区）生产总值：数值“1，465”带千位分隔符，应为“1465” → 去掉分隔符",
    ),
    Mistake(
        "full-width digits",
        GDP.replace("465", "４６５．５"),
        "value_full_width",
        "马尾区2020年的国内（地区）生产总值：数值“４６５．５”含全角字符，应为“465.5” → 改成半角数字",
    ),
    Mistake(
        "full-width digits and separator",
        GDP.replace("465", "１，４６５"),
        "value_full_width",
        "马尾区2020年的国内（地区）生产总值：数值“１，４６５”含全角字符，应为“1465” → 改成半角数字",
    ),
    Mistake(
        "empty value",
        GDP.replace("465", ""),
        "value_empty",
        "马尾区2020年的国内（地区）生产总值：数值是空的 → 没有数据就不要填（CSV 文件删去整行）；确为零请填 0",
    ),
    Mistake(
        "unknown unit",
        GDP.replace("亿元", "亿圆"),
        "unit_unknown",
        "马尾区2020年的国内（地区）生产总值：单位“亿圆”不认识；是否应为 亿元？ → 改成可用的单位",
    ),
    Mistake(
        "no unit",
        GDP.replace("亿元", ""),
        "unit_unknown",
        "马尾区2020年的国内（地区）生产总值：单位“”不认识；可用：元、万元、亿元 → 改成可用的单位",
    ),
    Mistake(
        "unit of another quantity",
        GDP.replace("亿元", "人"),
        "unit_wrong_quantity",
        "马尾区2020年的国内（地区）生产总值：单位“人”与这个变量不符，应为 元、万元、亿元 之一 → 检查单位，或这一行的变量名是否写错",
    ),
    Mistake(
        "unknown status",
        GDP.replace("illustrative", "ilustrative"),
        "status_unknown",
        "马尾区2020年的国内（地区）生产总值：状态“ilustrative”不认识；是否应为 illustrative？ → 改成可用的状态",
    ),
    Mistake(
        "published with slashes",
        GDP.replace("2021-03", "2021/3/1"),
        "published_format",
        "马尾区2020年的国内（地区）生产总值：公布日期写成了“2021/3/1”，应如 2024-02-29 或 2024-02 → 改正日期格式；确实不知道就留空",
    ),
    Mistake(
        "a day no calendar has",
        GDP.replace("2021-03", "2021-02-30"),
        "published_format",
        "马尾区2020年的国内（地区）生产总值：公布日期写成了“2021-02-30”，应如 2024-02-29 或 2024-02 → 改正日期格式；确实不知道就留空",
    ),
    Mistake(
        "no source",
        GDP.replace("示例", ""),
        "source_empty",
        "马尾区2020年的国内（地区）生产总值：没有写数据来源 → 填写来源，例如公报名称",
    ),
    Mistake(
        "year as Excel saves it",
        GDP.replace("2020", "2020.0"),
        "year_not_a_year",
        "马尾区的国内（地区）生产总值：年份写成了“2020.0”，应为四位数字 → 改成如 2023；不足一年的数据不能填入年度表",
    ),
    Mistake(
        "part of a year",
        GDP.replace("2020", "2020年1-10月"),
        "year_not_a_year",
        "马尾区的国内（地区）生产总值：年份写成了“2020年1-10月”，应为四位数字 → 改成如 2023；不足一年的数据不能填入年度表",
    ),
    Mistake(
        "region code as Excel saves it",
        GDP.replace("350105", "350105.0"),
        "code_mangled",
        "地区代码写成了“350105.0”（马尾区，2020年，国内（地区）生产总值），应为六位文本 → "
        "在Excel中把这一列设为“文本”再填代码，如 350102；本程序不代为改写",
    ),
    Mistake(
        "a cell too many",
        GDP + ",",
        "csv_width",
        "这一行有10个单元格，表头有9列 → 含逗号的文字要加英文双引号；多余的逗号要删去",
    ),
    Mistake(
        "a cell too few",
        GDP[:-1],
        "csv_width",
        "这一行有8个单元格，表头有9列 → 含逗号的文字要加英文双引号；多余的逗号要删去",
    ),
    Mistake(
        "a quotation mark left open",
        GDP.replace("示例", '"示例'),
        "csv_syntax",
        "CSV语法错误：从这一行开始的引号没有闭合 → 检查这一行的引号是否成对",
    ),
]

SUITES = [
    Mistake(
        "negative count",
        POPULATION.replace("290554", "-290554"),
        "counts-non-negative",
        "马尾区2020年常住人口为-290554人，计数应不小于0。 → "
        "对照公布原件改正数值；若原件给出的是增减数，不能作为当年数。",
        POPULATION,
    ),
    Mistake(
        "half a person",
        POPULATION.replace("290554", "290554.5"),
        "counts-whole",
        "马尾区2020年常住人口为290554.5人（公布形式290554.5人），计数应为整数。 → "
        "对照公布原件改正数值；若公布的是平均数或比率，应改用相应的变量。",
        POPULATION,
    ),
    Mistake(
        "year out of range",
        GDP.replace("2020", "2203"),
        "year-range",
        "马尾区国内（地区）生产总值一行的年份为2203年，应在1990至2035年之间。 → "
        "改正年份；范围由method.yaml的validation规定。",
    ),
    Mistake(
        "unknown variable",
        GDP.replace("gdp", "gpd"),
        "known-variables",
        "马尾区2020年一行的变量为gpd，不在指标词典中，应为indicators.yaml中的变量（是否应为“gdp”？）。 → "
        "改正变量名，或者在indicators.yaml中定义这一变量。",
    ),
    Mistake(
        "no variable",
        GDP.replace("gdp", ""),
        "complete-keys",
        "马尾区2020年（缺）这一行的变量（variable）为空白，应当有内容。 → "
        "在该行补上变量（variable）；没有公布的数据不要列行。",
    ),
    Mistake(
        "an 亿/万 slip",
        GDP.replace("亿元", "万元"),
        "levels-within-bounds",
        "马尾区2020年国内（地区）生产总值为0.0465亿元，应在1至3000000亿元之间，可能错用了亿、万单位。 → "
        "对照公布原件核对单位和数值的位数。",
    ),
]


def _ids(mistakes: list[Mistake]) -> list[str]:
    return [mistake.name for mistake in mistakes]


def test_the_small_data_folder_is_in_order_before_it_is_broken(tiny_data: Path) -> None:
    assert critical(tiny_data) == []
    assert held_back(tiny_data) == set()


@pytest.mark.parametrize("mistake", READER, ids=_ids(READER))
def test_a_row_that_cannot_be_read_is_named_with_its_remedy(tiny_data: Path, mistake: Mistake) -> None:
    line = replace(tiny_data / FILE, GDP, mistake.written)
    (finding,) = read_findings(tiny_data)
    assert (finding.rule, finding.severity, finding.region_code) == (mistake.rule, Severity.CRITICAL, MAWEI)
    assert str(finding) == f"{FILE}:{line}: {mistake.message}"
    assert critical(tiny_data) == [finding], "validation must not say it a second time"
    assert held_back(tiny_data) == {"mawei"}


@pytest.mark.parametrize("mistake", SUITES, ids=_ids(SUITES))
def test_a_row_that_breaks_a_rule_is_named_with_its_remedy(tiny_data: Path, mistake: Mistake) -> None:
    line = replace(tiny_data / FILE, mistake.right, mistake.written)
    assert read_findings(tiny_data) == []
    findings = {finding.rule: finding for finding in critical(tiny_data)}
    assert str(findings[mistake.rule]) == f"{FILE}:{line}: {mistake.message}"
    assert {finding.region_code for finding in findings.values()} == {MAWEI}
    assert held_back(tiny_data) == {"mawei"}


def test_a_mistaken_row_is_never_computed_with(tiny_data: Path) -> None:
    for mistake in READER:
        if mistake.rule.startswith("csv_"):
            continue
        replace(tiny_data / FILE, GDP, mistake.written)
        workspace = load(tiny_data)
        clean = workspace.observations
        assert clean[(clean["region_code"] == MAWEI) & (clean["variable"] == "gdp")].empty, mistake.name
        assert (workspace.table["line"] == 8).sum() == 2, "the row is still there to be shown"
        replace(tiny_data / FILE, mistake.written, GDP)


def test_every_mistake_in_a_file_is_reported_at_once(tiny_data: Path) -> None:
    replace(tiny_data / FILE, GDP, GDP.replace("465", "x").replace("illustrative", "real"))
    append(tiny_data / FILE, "350105,2021,gdp,,亿元,illustrative,示例,2022-03,")
    found = [(f.line, f.rule) for f in read_findings(tiny_data)]
    assert found == [(8, "status_unknown"), (8, "value_not_a_number"), (10, "value_empty")]


def test_the_same_row_twice_names_both_lines(tiny_data: Path) -> None:
    line = append(tiny_data / FILE, GDP)
    (finding,) = critical(tiny_data)
    assert finding.rule == "unique-keys"
    assert finding.message == (
        f"马尾区2020年国内（地区）生产总值有多行的公布日期同为2021-03：{FILE}:8、{FILE}:{line}"
        "（465亿元、465亿元），应当只有一行。"
    )
    assert finding.remedy == "删去重复的行；若确是先后公布的不同数值，请分别写明各自的公布日期。"
    assert held_back(tiny_data) == {"mawei"}


def test_a_later_publication_of_the_same_figure_is_a_vintage_and_no_duplicate(tiny_data: Path) -> None:
    append(tiny_data / FILE, GDP.replace("465", "470").replace("2021-03", "2021-12-01"))
    assert critical(tiny_data) == []
    rows = load(tiny_data).observations
    gdp = rows[(rows["region_code"] == MAWEI) & (rows["variable"] == "gdp")]
    assert list(zip(gdp["value"], gdp["superseded"], strict=True)) == [(465.0, True), (470.0, False)]


def test_an_empty_publication_date_means_that_it_is_not_known(tiny_data: Path) -> None:
    replace(tiny_data / FILE, GDP, GDP.replace("2021-03", ""))
    assert critical(tiny_data) == []


@pytest.mark.parametrize("code", ["", "3.50105E+05", "35105", "350199.0", "３５０１０５", "马尾区"])
def test_a_row_of_nobody_could_be_anybody_s_and_holds_everybody_back(tiny_data: Path, code: str) -> None:
    line = replace(tiny_data / FILE, GDP, GDP.replace("350105", code))
    (finding,) = read_findings(tiny_data)
    assert (finding.rule, finding.region_code, finding.found) == ("code_mangled", None, code)
    assert finding.where == f"{FILE}:{line}"
    assert f"地区代码写成了“{code}”" in finding.message and "应为六位文本" in finding.message
    assert held_back(tiny_data) == {"gulou", "mawei"}


def test_a_code_without_its_leading_zero_is_recognised_but_not_repaired(tiny_data: Path) -> None:
    append(tiny_data / "regions.csv", "010101,东城区,Dongcheng,county,")
    append(tiny_data / FILE, GDP.replace("350105", "10101"))
    (finding,) = read_findings(tiny_data)
    assert (finding.rule, finding.region_code) == ("code_mangled", "010101")
    assert "“10101”（东城区，2020年，国内（地区）生产总值）" in finding.message
    assert held_back(tiny_data) == set(), "no plan of that place is here"
    assert "010101" not in set(load(tiny_data).observations["region_code"])


def test_an_unregistered_code_is_named_with_the_closest_one(tiny_data: Path) -> None:
    line = replace(tiny_data / FILE, GDP, GDP.replace("350105", "350150"))
    finding, likely = critical(tiny_data)
    assert (likely.rule, likely.region_code) == ("stray-rows", MAWEI), "whose row it seems to be is held back"
    assert str(finding) == (
        f"{FILE}:{line}: 2020年国内（地区）生产总值一行的地区代码为350150，不在登记之列，"
        "应为regions.csv中登记的代码（是否应为“350105”？）。 → 改正地区代码，或者在regions.csv中登记这一地区。"
    )


@pytest.mark.parametrize(
    ("old", "new", "rule", "message"),
    [
        ("value,", "vaule,", "csv_unknown_column", "不认识的列名“vaule”；是否应为 value？ → 改正列名"),
        ("value,", "", "csv_missing_column", "缺少列 value（现有：region_code, year, variable, unit,"),
        ("checked", "year", "csv_repeated_column", "列名“year”出现两次 → 只保留一列"),
        (
            "checked",
            "备注",
            "csv_unknown_column",
            "不认识的列名“备注”；可用：region_code, year, variable, value, unit, status, source, published, checked",
        ),
    ],
)
def test_a_wrong_header_names_the_column(
    tiny_data: Path, old: str, new: str, rule: str, message: str
) -> None:
    replace(tiny_data / FILE, old, new)
    (finding,) = read_findings(tiny_data)
    assert (finding.rule, finding.where, finding.region_code) == (rule, f"{FILE}:1", MAWEI)
    assert str(finding).startswith(f"{FILE}:1: {message}")
    assert held_back(tiny_data) == {"mawei"}


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8-sig"])
def test_files_as_chinese_excel_saves_them_read_the_same(tiny_data: Path, encoding: str) -> None:
    before = load(tiny_data).table
    recode(tiny_data / FILE, encoding)
    after = load(tiny_data)
    assert after.findings == []
    assert after.table.equals(before)
    assert set(after.table["source"]) == {"示例"}


def test_windows_line_ends_and_blank_lines_keep_the_line_numbers(tiny_data: Path) -> None:
    file = tiny_data / FILE
    replace(file, GDP, "\n\n" + GDP.replace("465", "x"))
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    (finding,) = read_findings(tiny_data)
    assert finding.where == f"{FILE}:10"


def test_a_line_break_inside_a_cell_counts_for_the_line_where_the_row_begins(tiny_data: Path) -> None:
    replace(tiny_data / FILE, GDP, GDP.replace("示例", '"示\n例"').replace("465", "x"))
    (finding,) = read_findings(tiny_data)
    assert finding.where == f"{FILE}:8"


def test_bytes_that_are_no_text_hold_back_the_places_they_speak_of(tiny_data: Path) -> None:
    with (tiny_data / FILE).open("ab") as stream:
        stream.write(b"\xff\xff\x80\n")
    (finding,) = read_findings(tiny_data)
    assert (finding.rule, finding.region_code) == ("csv_encoding", MAWEI)
    assert str(finding) == (
        f"{FILE}: 文件编码为既不是UTF-8也不是GBK，读不了 → 在Excel中另存为“CSV UTF-8（逗号分隔）”"
    )
    assert held_back(tiny_data) == {"mawei"}


def test_bytes_that_speak_of_two_places_hold_both_back(data: Path) -> None:
    (data / "observations/more.csv").write_bytes(b"350105,2020\n350102,2020\n\xff\xff\x80\n")
    assert {f.region_code for f in read_findings(data)} == {GULOU, MAWEI}
    assert held_back(data) == {"gulou", "mawei"}


def test_a_code_that_begins_with_zero_is_found_in_the_bytes_too(tiny_data: Path) -> None:
    append(tiny_data / "regions.csv", "010101,东城区,Dongcheng,county,")
    (tiny_data / "observations/more.csv").write_bytes(b"010101,2020\n\xff\xff\x80\n")
    assert [f.region_code for f in read_findings(tiny_data)] == ["010101"]


@pytest.mark.parametrize(
    ("content", "rule", "message"),
    [
        (
            "region_code,year\n350105,2020\n".encode("utf-16"),
            "csv_encoding",
            "文件编码为UTF-16，读不了 → 在Excel中另存为“CSV UTF-8（逗号分隔）”",
        ),
        (
            "region_code,year\n350105,2020\n".encode("utf-16-le"),
            "csv_encoding",
            "文件编码为既不是UTF-8也不是GBK，读不了 → 在Excel中另存为“CSV UTF-8（逗号分隔）”",
        ),
        (
            b"PK\x03\x04\x14\x00\x06\x00" + bytes(60),
            "csv_is_workbook",
            "文件名是.csv，内容却是Excel工作簿 → 在Excel中打开，另存为“CSV UTF-8（逗号分隔）”",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60),
            "csv_is_workbook",
            "文件名是.csv，内容却是Excel工作簿 → 在Excel中打开，另存为“CSV UTF-8（逗号分隔）”",
        ),
        (
            b"",
            "csv_empty",
            "文件是空的，应有表头（region_code, year, variable, value, unit, status, source, published）和数据行 → "
            "补上内容，或删去这个文件",
        ),
    ],
    ids=["utf-16", "utf-16 without mark", "xlsx", "xls", "empty"],
)
def test_a_file_nobody_can_read_holds_everybody_back(
    tiny_data: Path, content: bytes, rule: str, message: str
) -> None:
    (tiny_data / "observations/more.csv").write_bytes(content)
    (finding,) = read_findings(tiny_data)
    assert (finding.rule, finding.region_code, finding.plan) == (rule, None, None)
    assert str(finding) == f"observations/more.csv: {message}"
    assert held_back(tiny_data) == {"gulou", "mawei"}


def test_a_file_that_cannot_be_opened_says_why(tiny_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_bytes = Path.read_bytes

    def locked(path: Path) -> bytes:
        if path.name == "mawei.csv":
            raise PermissionError(errno.EACCES, "Permission denied")
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", locked)
    (finding,) = read_findings(tiny_data)
    assert str(finding) == (
        f"{FILE}: 文件打不开：Permission denied → 检查文件权限，或文件是否正被别的程序占用"
    )
    assert FILE not in load(tiny_data).hashes


@pytest.mark.parametrize("name", ["2024.xlsx", "2024.CSV", "2024.txt"])
def test_a_table_that_is_not_read_is_not_passed_over_in_silence(tiny_data: Path, name: str) -> None:
    (tiny_data / "observations" / name).write_bytes(b"x")
    (tiny_data / "observations" / f"~${name}").write_bytes(b"x")  # Excel's own lock file
    (finding,) = read_findings(tiny_data)
    assert finding.severity is Severity.WARNING
    assert str(finding) == (
        f"observations/{name}: 这个文件不是小写扩展名的 .csv，里面的数据没有读取 → "
        "要用就另存为“CSV UTF-8（逗号分隔）”并以 .csv 结尾，不用就移到别处"
    )
    assert held_back(tiny_data) == set()


def test_a_plan_without_observations_says_which_place_lacks_them(tiny_data: Path) -> None:
    (tiny_data / FILE).unlink()
    (finding,) = read_findings(tiny_data)
    assert (finding.rule, finding.plan) == ("plan_without_observations", "mawei")
    assert str(finding) == (
        "observations/: 规划 mawei（马尾区）没有任何可用的统计数据 → 在 observations/ 中补上这个地区的数据"
    )
    assert held_back(tiny_data) == {"mawei"}


@pytest.mark.parametrize("keep", [True, False], ids=["empty folder", "no folder"])
def test_no_statistics_at_all_hold_every_plan_back(tiny_data: Path, keep: bool) -> None:
    for file in (tiny_data / "observations").iterdir():
        file.unlink()
    if not keep:
        (tiny_data / "observations").rmdir()
    assert {(f.rule, f.plan) for f in critical(tiny_data)} == {
        ("plan_without_observations", "gulou"),
        ("plan_without_observations", "mawei"),
    }
    assert {cell.found for cell in validate(load(tiny_data)).coverage} == {0}
    assert held_back(tiny_data) == {"gulou", "mawei"}


def test_the_other_places_keep_their_figures(tiny_data: Path) -> None:
    before = load(tiny_data).observations
    replace(tiny_data / FILE, GDP, GDP.replace("465", "x"))
    after = load(tiny_data).observations
    ours = [frame[frame["region_code"] == GULOU].reset_index(drop=True) for frame in (before, after)]
    assert len(ours[0]) == 8 and ours[0].equals(ours[1])
