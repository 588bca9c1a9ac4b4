"""Mistakes in plans: file, line, key, remedy, and who is held back."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from mistakes import append, held_back, read_findings, recode, replace

from planeval.errors import InputError
from planeval.model.findings import Severity
from planeval.read.workspace import load
from planeval.read.yaml_file import load_yaml

FILE = "plans/mawei.yaml"
REDUCTION = "target: {kind: reduction, percent: 15}"
PER_MILLION = "level: 1, unit: 人/百万人"


class Mistake(NamedTuple):
    """A piece of the plan written wrongly, and the whole message."""

    name: str
    right: str
    wrong: str
    rule: str
    message: str


MISTAKES = [
    Mistake(
        "target on the wrong side of the indicator",
        REDUCTION,
        "target: {kind: at_least, level: 2, unit: 人}",
        "plan_direction",
        "indicators.0.target.kind 的目标类型 at_least 与指标的方向相反；可用：reduction、at_most、period_mean_at_most、"
        "none_occurs → 改正目标类型；若指标词典中的 direction 写错，改正 indicators.yaml",
    ),
    Mistake(
        "sub-target due outside the period",
        'target: {kind: at_least, level: 100, unit: "%"}\n    due: 2025',
        'target: {kind: at_least, level: 100, unit: "%"}\n    due: 2020',
        "plan_due_year",
        "sub_targets.2.due 的年份 2020 不在规划期内；可用：2021、2022、2023、2024、2025 → 由统计数据评价的分项目标，目标年份必须在规划期内",
    ),
    Mistake(
        "unknown key",
        "short_title:",
        "shorttitle:",
        "yaml_unknown_key",
        "不认识的键 shorttitle；是否应为 short_title？ → 改成正确的键名，或删去这一行",
    ),
    Mistake(
        "unknown key inside a target",
        REDUCTION,
        "target: {kind: reduction, percent: 15, level: 2}",
        "yaml_unknown_key",
        "不认识的键 indicators.0.target.level；可用：kind, percent → 改成正确的键名，或删去这一行",
    ),
    Mistake(
        "missing key inside a target",
        REDUCTION,
        "target: {kind: reduction}",
        "yaml_missing_key",
        "缺少必填的键 indicators.0.target.percent → 补上 percent（格式见 docs/formats.md）",
    ),
    Mistake(
        "target of an unknown kind",
        REDUCTION,
        "target: {kind: reductoin, percent: 15}",
        "yaml_unknown_kind",
        "indicators.0.target.kind 的目标类型“reductoin”不存在；是否应为 reduction？ → "
        "改成 docs/method.md 中的目标类型之一",
    ),
    Mistake(
        "target of a kind like no other",
        REDUCTION,
        "target: {kind: 下降, percent: 15}",
        "yaml_unknown_kind",
        "indicators.0.target.kind 的目标类型“下降”不存在；"
        "可用：reduction, at_most, at_least, period_mean_at_most, none_occurs → 改成 docs/method.md 中的目标类型之一",
    ),
    Mistake(
        "sub-target of an unknown kind",
        "{kind: complete_by, due: 2023}",
        "{kind: complet_by, due: 2023}",
        "yaml_unknown_kind",
        "sub_targets.0.target.kind 的目标类型“complet_by”不存在；是否应为 complete_by？ → "
        "改成 docs/method.md 中的目标类型之一",
    ),
    Mistake(
        "target without a kind",
        "{kind: complete_by, due: 2023}",
        "{due: 2023}",
        "yaml_missing_kind",
        "缺少目标类型 sub_targets.0.target.kind；可用：reduction, at_most, at_least, period_mean_at_most, "
        "none_occurs, complete_by, cumulative → 补上 docs/method.md 中的目标类型之一",
    ),
    Mistake(
        "unknown attribute",
        "attribute: binding",
        "attribute: bindning",
        "yaml_unknown_value",
        "indicators.0.attribute 的取值“bindning”不在可用范围内；是否应为 binding？ → 改成可用的取值",
    ),
    Mistake(
        "unknown source of the base",
        "base: {source: plan, value: 2}",
        "base: {source: 规划, value: 2}",
        "yaml_unknown_value",
        "indicators.0.base.source 的取值“规划”不在可用范围内；可用：plan, statistics, mean_of_years, none → 改成可用的取值",
    ),
    Mistake(
        "unknown indicator",
        "key: accident_deaths",
        "key: accident_death",
        "plan_indicator",
        "indicators.0.key 的指标“accident_death”不在指标词典中；是否应为 accident_deaths？ → 改成 indicators.yaml 中的键",
    ),
    Mistake(
        "unknown unit",
        PER_MILLION,
        "level: 1, unit: 人/百万",
        "plan_unit",
        "indicators.5.target.unit 的单位“人/百万”不能用；是否应为 人/百万人？ → 改成可用的单位",
    ),
    Mistake(
        "unit of another quantity",
        PER_MILLION,
        "level: 1, unit: 公里",
        "plan_unit",
        "indicators.5.target.unit 的单位“公里”不能用；可用：人/10万人、人/百万人 → 改成可用的单位",
    ),
    Mistake(
        "region code without quotes",
        'region_code: "350105"',
        "region_code: 350105",
        "yaml_bad_value",
        "region_code 的值“350105”不对：应为文字（数字样的编号请加引号） → 改正这一处",
    ),
    Mistake(
        "region code as Excel saves it",
        'region_code: "350105"',
        'region_code: "350105.0"',
        "yaml_bad_value",
        "region_code 的值“350105.0”不对：'350105.0' 不是六位行政区划代码(请加引号，如 \"350105\") → 改正这一处",
    ),
    Mistake(
        "unknown region",
        'region_code: "350105"',
        'region_code: "350150"',
        "plan_region",
        "region_code 350150 不在 regions.csv 中；是否应为 350105？ → 在 regions.csv 中补上这个地区，或改正代码",
    ),
    Mistake(
        "text in a number",
        "percent: 15}",
        "percent: 15%}",
        "yaml_bad_value",
        "indicators.0.target.percent 的值“15%”不对：应为数值 → 改正这一处",
    ),
    Mistake(
        "full-width digits",
        "percent: 15}",
        "percent: １５}",
        "yaml_bad_value",
        "indicators.0.target.percent 的值“１５”不对：应为数值 → 改正这一处",
    ),
    Mistake(
        "a time of day for a number",
        "percent: 15}",
        "percent: 12:30}",
        "yaml_bad_value",
        "indicators.0.target.percent 的值“12:30”不对：应为数值 → 改正这一处",
    ),
    Mistake(
        "no number",
        "percent: 15}",
        "percent: }",
        "yaml_bad_value",
        "indicators.0.target.percent 的值“（空）”不对：应为数值 → 改正这一处",
    ),
    Mistake(
        "not a number",
        "percent: 15}",
        "percent: nan}",
        "yaml_bad_value",
        "indicators.0.target.percent 的值“nan”不对：应为有限的数值 → 改正这一处",
    ),
    Mistake(
        "an infinite level",
        PER_MILLION,
        "level: inf, unit: 人/百万人",
        "yaml_bad_value",
        "indicators.5.target.level 的值“inf”不对：应为有限的数值 → 改正这一处",
    ),
    Mistake(
        "more than everything",
        "percent: 15}",
        "percent: 150}",
        "yaml_bad_value",
        "indicators.0.target.percent 的值“150”不对：应不大于 100 → 改正这一处",
    ),
    Mistake(
        "a month no calendar has",
        "due: 2023}",
        "due: 2023-13}",
        "yaml_bad_value",
        "sub_targets.0.target.due 的值“2023-13”不对：'2023-13' 不是年份(2023)或年月(2023-06) → 改正这一处",
    ),
    Mistake(
        "a month written as a decimal",
        "due: 2023}",
        "due: 2023.06}",
        "yaml_bad_value",
        "sub_targets.0.target.due 的值“2023.06”不对：'2023.06' 不是年份(2023)或年月(2023-06) → 改正这一处",
    ),
    Mistake(
        "a day no calendar has",
        "published: 2022-04-29",
        "published: 2022-04-31",
        "yaml_bad_value",
        "published 的值“2022-04-31”不对：应为日期，如 2022-04-29 → 改正这一处",
    ),
    Mistake(
        "period as text",
        "period: {start: 2021, end: 2025}",
        "period: 2021-2025",
        "yaml_bad_value",
        "period 的值“2021-2025”不对：应为键值对 → 改正这一处",
    ),
    Mistake(
        "period the wrong way round",
        "period: {start: 2021, end: 2025}",
        "period: {start: 2025, end: 2021}",
        "yaml_inconsistent",
        "内容不成立（period）：end 必须晚于 start → 改正这一处",
    ),
    Mistake(
        "plan base without a value",
        "base: {source: plan, value: 2}",
        "base: {source: plan}",
        "yaml_inconsistent",
        "内容不成立（indicators.0.base）：value 与 source: plan 必须同时出现 → 改正这一处",
    ),
    Mistake(
        "the same id twice",
        "id: task-1-2",
        "id: task-1-1",
        "yaml_inconsistent",
        "内容不成立（文件顶层）：编号重复：task-1-1 → 改正这一处",
    ),
    Mistake(
        "duplicated key",
        "base_year: 2020",
        "base_year: 2020\nbase_year: 2019",
        "yaml_duplicate_key",
        "键 base_year 重复出现 → 只保留一个",
    ),
    Mistake(
        "colon forgotten",
        "base_year: 2020",
        "base_year 2020",
        "yaml_syntax",
        "YAML语法错误，此行写的是“base_year 2020”（缺少冒号） → "
        "检查这一行和它上面几行的缩进、冒号后的空格和引号是否成对",
    ),
    Mistake(
        "tab for indentation",
        "base_year: 2020",
        "base_year: 2020\n\tx: 1",
        "yaml_syntax",
        "YAML语法错误，此行写的是“x: 1”（缩进用了制表符，应改用空格） → "
        "检查这一行和它上面几行的缩进、冒号后的空格和引号是否成对",
    ),
    Mistake(
        "control character",
        "base_year: 2020",
        "base_year: 2020\x07",
        "yaml_character",
        "文件里有不能出现的控制字符 U+0007 → 删去这个字符",
    ),
    Mistake(
        "an alias of itself",
        "base_year: 2020",
        "base_year: &a [*a]",
        "yaml_endless",
        "base_year.0 引用了它自己 → 改正引用（& 和 *）",
    ),
    Mistake(
        "a list for a key",
        "base_year: 2020",
        "? [a, b]\n: 2020",
        "yaml_complex_key",
        "文件顶层 下有不能作键的内容 → 键只能是一个词",
    ),
    Mistake(
        "another id than the file's name",
        "id: mawei",
        "id: maiwei",
        "plan_id_mismatch",
        "文件里的 id 是“maiwei”，与文件名“mawei”不一致 → 两者改成一样",
    ),
    Mistake(
        "an id that is a trap",
        "id: mawei",
        "id: nan",
        "yaml_bad_value",
        "id 的值“nan”不对：'nan' 不能作规划编号：不得使用会被解析成真假值、空值或数字的词 → 改正这一处",
    ),
]
# Where the message points to, when it is not the line of the mistake: the next line is where YAML stumbles or
# where the second of two keys stands; a contradiction of the whole plan has no line of its own.
LINE_AFTER = {"duplicated key", "tab for indentation", "sub-target due outside the period"}


@pytest.mark.parametrize("mistake", MISTAKES, ids=[m.name for m in MISTAKES])
def test_a_mistake_in_a_plan_is_named_by_file_line_and_key(data: Path, mistake: Mistake) -> None:
    line = replace(data / FILE, mistake.right, mistake.wrong)
    line += mistake.name in LINE_AFTER
    if mistake.name == "the same id twice":
        line = 3
    workspace = load(data)
    (finding,) = workspace.findings
    assert (finding.rule, finding.plan, finding.severity) == (mistake.rule, "mawei", Severity.CRITICAL)
    assert str(finding) == f"{FILE}:{line}: {mistake.message}"
    assert set(workspace.plans) == {"gulou", "national"}
    with pytest.raises(InputError, match=r"plans/mawei\.yaml"):
        workspace.require_plan("mawei")


def test_a_mistake_in_one_plan_holds_only_that_plan_back(data: Path) -> None:
    replace(data / FILE, REDUCTION, "target: {kind: reductoin, percent: 15}")
    assert held_back(data) == {"mawei"}


def test_every_mistake_in_a_plan_is_reported_at_once(data: Path) -> None:
    replace(data / FILE, "base_year:", "base_yaer:")
    replace(data / FILE, "attribute: binding", "attribute: bound")
    found = [(f.rule, f.expected) for f in read_findings(data)]
    assert found == [
        ("yaml_missing_key", "base_year"),
        ("yaml_unknown_value", "可用：binding, expected"),
        ("yaml_unknown_key", "是否应为 base_year？"),
    ]


def test_an_unclosed_quotation_mark_points_at_the_lines_above(data: Path) -> None:
    replace(data / FILE, 'region_code: "350105"', 'region_code: "350105')
    (finding,) = read_findings(data)
    assert finding.rule == "yaml_syntax"
    assert "前面有引号没有闭合" in finding.message and "上面几行" in finding.remedy


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "文件是空的 → 按 docs/formats.md 填写"),
        ("# 只有注释\n", "文件是空的 → 按 docs/formats.md 填写"),
        ("- a\n- b\n", "文件顶层应为键值对，实际为 （列表） → 按 docs/formats.md 填写"),
        ("马尾区\n", "文件顶层应为键值对，实际为 马尾区 → 按 docs/formats.md 填写"),
    ],
)
def test_a_file_that_is_no_plan_at_all(data: Path, content: str, message: str) -> None:
    (data / FILE).write_text(content, encoding="utf-8")
    (finding,) = read_findings(data)
    assert finding.plan == "mawei"
    assert finding.message + " → " + finding.remedy == message
    assert finding.file == FILE


def test_a_plan_in_gbk_is_refused_with_the_remedy(data: Path) -> None:
    recode(data / FILE, "gbk")
    (finding,) = read_findings(data)
    assert str(finding) == f"{FILE}: 文件不是UTF-8编码（遇到字节 0xc2） → 用编辑器另存为UTF-8"
    assert finding.plan == "mawei"


def test_a_plan_with_a_byte_order_mark_reads_the_same(data: Path) -> None:
    before = load(data).plans["mawei"]
    recode(data / FILE, "utf-8-sig")
    assert load(data).plans["mawei"] == before


def test_a_folder_named_like_a_plan(data: Path) -> None:
    (data / FILE).unlink()
    (data / FILE).mkdir()
    (finding,) = read_findings(data)
    assert finding.rule == "file_unreadable" and finding.plan == "mawei" and finding.file == FILE
    assert finding.message.startswith("文件打不开：")


@pytest.mark.parametrize(
    "word", ["no", "nan", "null", "true", "inf", "123", "1e5", "n", "Mawei", "马尾", "ma_wei"]
)
def test_an_id_that_some_parser_takes_for_something_else_is_refused(data: Path, word: str) -> None:
    (data / FILE).rename(data / f"plans/{word}.yaml")
    (finding,) = [f for f in read_findings(data) if f.severity is Severity.CRITICAL]
    trap = word in ("no", "nan", "null", "true", "inf")
    reason = (
        "不得使用会被解析成真假值、空值或数字的词"
        if trap
        else "小写拉丁字母开头，只含小写字母、数字和连字符，至少两个字符"
    )
    assert str(finding) == (
        f"plans/{word}.yaml: 规划文件名“{word}.yaml”不能用：{reason} → "
        "改名为 <编号>.yaml，编号用小写字母开头，如 mawei.yaml"
    )
    assert set(load(data).plans) == {"gulou", "national"}


def test_another_ending_than_yaml_is_refused(data: Path) -> None:
    (data / FILE).rename(data / "plans/mawei.yml")
    (finding,) = read_findings(data)
    assert finding.message == "规划文件名“mawei.yml”不能用：扩展名应为 .yaml"
    assert finding.plan == "mawei"


def test_words_that_yaml_1_1_would_turn_into_something_else_stay_text(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(
        "a: NO\nb: 010101\nc: 1_000\nd: 12:30\ne: 0x1F\nf: 1e3\ng: 12\nh: true\ni: ~\nno: 1\nj: 2022-04-29\nk: 0o17\n"
        'l: "350105"\nm: .5\nn: +1.50\n',
        encoding="utf-8",
    )
    value, lines = load_yaml(file, "x.yaml")
    assert value == {
        "a": "NO",
        "b": "010101",
        "c": "1_000",
        "d": "12:30",
        "e": "0x1F",
        "f": 1000.0,
        "g": 12,
        "h": True,
        "i": None,
        "no": 1,
        "j": "2022-04-29",
        "k": "0o17",
        "l": "350105",
        "m": 0.5,
        "n": 1.5,
    }
    assert lines[("no",)] == 10


def test_a_title_of_no_stays_a_title(data: Path) -> None:
    replace(data / FILE, "short_title: 马尾区应急管理专项规划", "short_title: NO")
    assert load(data).plans["mawei"].short_title == "NO"


def test_an_unquoted_code_with_a_leading_zero_survives(data: Path) -> None:
    append(data / "regions.csv", "010101,东城区,Dongcheng,county,")
    replace(data / FILE, 'region_code: "350105"', "region_code: 010101")
    assert load(data).plans["mawei"].region_code == "010101"
