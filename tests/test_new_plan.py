"""A new plan file by questions and answers: each answer checked at once, a way back, nothing invented, nothing overwritten."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Cli
from plan_periods import data_of_three_periods

from planeval.errors import UsageError
from planeval.messages import speaking
from planeval.model.plan import Plan
from planeval.read.workspace import load
from planeval.read.yaml_file import load_model
from planeval.scaffold.conversation import Asker, Conversation, any_text, yes_or_no
from planeval.scaffold.making import NewPlan
from planeval.scaffold.writing import plan_text

# One answer a line, as somebody types them; "" skips.
HEAD = ["new-15", "马尾区新规划（示例）", "马尾区", "十五五", "", "", "", "2026年3月", "示例，不是真实规划"]
INDICATOR = ["accident_deaths", "1", "下降10%", "1", "10", "", "2"]
NO_MORE = ["否", "否", "否", "否"]

ANSWERS = """\
id: new-15
title: 马尾区新规划（示例）
region_code: 350105
period: 十五五
base_year: 2025
document_number: 2026-03
published: 2026-03-01
source: 示例，不是真实规划
indicators:
  - {key: accident_deaths, attribute: binding, as_written: 下降10%, target: reduction, percent: 10, base: statistics}
  - {key: major_accidents, attribute: 约束性, as_written: "0", target: none_occurs}
  - {key: disaster_loss_share_of_gdp, attribute: expected, as_written: "<1%", target: period_mean_at_most, level: 1, equal_counts: false}
  - {key: 应急广播, attribute: 2, as_written: "≥95%", level: 95, base: plan, base_value: 93.5, base_unit: "%", reading: "a: b, {c} #d"}
  - {key: relief_hours, attribute: 2, as_written: no, target: at_most, level: 10, base: mean_of_years, base_years: 3}
sub_targets:
  - {id: pipes, name: 老旧管道, as_written: 30公里, judged_by: quantity, total: 30, unit: 公里, steps: "2026:10 2027:20", due: 2027}
  - {name: 普查, as_written: 2028年6月, judged_by: milestone, due: 2028-06}
  - {name: 预警, as_written: "≥90%", judged_by: statistics, key: warning_public_coverage, level: 90, base: statistics}
tasks:
  - {name: 第一部分, sections: [{name: 责任体系, bears_on: 1 major_accidents}, {name: 组织体系}]}
projects:
  - {name: 指挥平台, start: 2026, end: 2028, due: 2028-12, lead_unit: 区应急局}
  - {name: 无年份工程}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return data_of_three_periods(tmp_path / "data")


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Iterable[str]], None]:
    """What is typed, line by line; then the input ends."""

    def put(lines: Iterable[str]) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return put


# ---- asking -----------------------------------------------------------------------------------------------------


def test_typed_answers_make_a_plan_without_findings(
    folder: Path, run_cli: Cli, typed: Callable[[Iterable[str]], None]
) -> None:
    typed([*HEAD, *INDICATOR, *NO_MORE])
    status, out, err = run_cli("new-plan", "--data", folder, "--yes")
    assert (status, err) == (0, "")
    path = folder / "plans" / "new-15.yaml"
    assert f"已写入 {path}。" in out
    assert f"{path}：写法没有错误。" in out
    assert path.read_text(encoding="utf-8") == (
        "# 马尾区新规划（示例）。规划没有写明的事实，这里没有对应的键。\n"
        "# 键 no 加了引号：有的 YAML 程序把不加引号的 no 读成“否”。\n"
        "id: new-15\n"
        "title: 马尾区新规划（示例）\n"
        'region_code: "350105"\n'
        "period: {start: 2026, end: 2030}\n"
        "base_year: 2025\n"
        "published_text: 2026年3月\n"
        "source: 示例，不是真实规划\n"
        "\n"
        "indicators:\n"
        "  - key: accident_deaths\n"
        '    "no": 1\n'
        "    attribute: binding\n"
        "    as_written: 下降10%\n"
        "    target: {kind: reduction, percent: 10}\n"
        "    base: {source: statistics}\n"
    )
    assert [f for f in load(folder).findings if f.plan == "new-15"] == []


def test_an_answer_that_cannot_be_used_is_asked_for_again_with_the_reason(
    folder: Path, run_cli: Cli, typed: Callable[[Iterable[str]], None]
) -> None:
    head = [
        "Mawei",
        "mawei-15",
        "en",
        *HEAD[:2],
        "马尾",
        "359999",
        HEAD[2],
        "十九五",
        "2030-2026",
        HEAD[3],
        "2026",
        *HEAD[4:],
    ]
    indicator = [
        "死亡",
        "没有的指标",
        "accident_deaths",
        "3",
        "1",
        "",
        "下降10%",
        "5",
        "1",
        "0",
        "一成",
        "10",
        "",
        "4",
        "2",
    ]
    typed([*head, *indicator, *NO_MORE])
    status, out, err = run_cli("new-plan", "--data", folder, "--yes")
    assert (status, err) == (0, "")
    plans = folder / "plans"
    for reason in (
        "不能这样填：“Mawei”：小写拉丁字母开头，只含小写字母、数字和连字符，至少两个字符",
        f"不能这样填：已有文件 {plans / 'mawei-15.yaml'}，不会覆盖；请换一个编号",
        "不能这样填：regions.csv 中没有名为“马尾”的地区，也不是六位代码。是否应为 马尾区？",
        "不能这样填：regions.csv 中没有 359999。请先在数据文件夹的 regions.csv 末尾加一行（填上名称），再运行：359999,中文名,英文名,county,350000",
        "不能这样填：“十九五”不是规划期，应如 十五五 或 2026-2030",
        "不能这样填：“2026”不是2026年以前的年份，应如 2025",
        "不能这样填：指标字典中没有“没有的指标”。请换一个词；",
        "不能这样填：“3”不在列出的各项中，请填1到2的序号。",
        "这一项必须回答。",
        "不能这样填：“0”：应大于 0",
        "不能这样填：“一成”：应为数值",
    ):
        assert reason in out
    assert "3. 亿元国内（地区）生产总值生产安全事故死亡率（人/亿元） deaths_per_100m_gdp" in out
    assert "numerator: my_count" in out  # the block to be added to the dictionary
    made = load_model(plans / "new-15.yaml", "new-15.yaml", Plan)
    assert (made.region_code, made.base_year, made.indicators[0].key) == ("350105", 2025, "accident_deaths")


def test_one_step_back_asks_the_question_before_again(
    folder: Path, run_cli: Cli, typed: Callable[[Iterable[str]], None]
) -> None:
    typed([HEAD[0], "错的标题", "<", *HEAD[1:], "2", "返回", *INDICATOR, *NO_MORE])
    status, out, _ = run_cli("new-plan", "--data", folder, "--yes")
    assert status == 0
    assert out.count("（退回上一问）") == 2
    assert out.count("逐项回答，建立一个规划文件。") == 1  # what was said is not said again
    made = load_model(folder / "plans" / "new-15.yaml", "new-15.yaml", Plan)
    assert made.title == "马尾区新规划（示例）"
    assert [i.key for i in made.indicators] == ["accident_deaths"]


def test_an_indicator_is_offered_once(
    folder: Path, run_cli: Cli, typed: Callable[[Iterable[str]], None]
) -> None:
    typed([*HEAD, *INDICATOR, "是", "1", "2", "1", "0", "4", "", *NO_MORE])
    status, out, _ = run_cli("new-plan", "--data", folder, "--yes")
    assert status == 0
    assert "不能这样填：“生产安全事故死亡人数”已经填过了" in out
    made = load_model(folder / "plans" / "new-15.yaml", "new-15.yaml", Plan)
    assert [(i.no, i.target.kind, i.base.source) for i in made.indicators] == [
        (1, "reduction", "statistics"),
        (2, "none_occurs", "none"),
    ]


def test_input_that_ends_early_writes_nothing_and_says_what_was_asked(
    folder: Path, run_cli: Cli, typed: Callable[[Iterable[str]], None]
) -> None:
    typed([*HEAD, *INDICATOR[:3]])
    status, _, err = run_cli("new-plan", "--data", folder)
    assert (status, err) == (2, "回答到此为止，还缺：目标是哪一种。没有写入任何文件。\n")
    assert not (folder / "plans" / "new-15.yaml").exists()


@pytest.mark.parametrize(("answer", "written"), [("是", True), ("", False), ("否", False)])
def test_nothing_is_written_before_it_was_shown_and_wanted(
    folder: Path, run_cli: Cli, typed: Callable[[Iterable[str]], None], answer: str, written: bool
) -> None:
    typed([*HEAD, *INDICATOR, *NO_MORE, answer])
    status, out, _ = run_cli("new-plan", "--data", folder)
    path = folder / "plans" / "new-15.yaml"
    assert f"写入 {path} [否]：" in out
    assert "    target: {kind: reduction, percent: 10}" in out
    assert (status, path.exists()) == ((0, True) if written else (1, False))
    assert ("没有写入任何文件。" in out) is not written


def test_it_asks_in_english_too(folder: Path, run_cli: Cli, typed: Callable[[Iterable[str]], None]) -> None:
    english = [
        *HEAD[:2],
        "Mawei District",
        "15th",
        *HEAD[4:],
        "back",
        HEAD[-1],
        *INDICATOR,
        "no",
        "no",
        "no",
        "no",
    ]
    typed(english)
    status, out, err = run_cli("new-plan", "--data", folder, "--yes", "--lang", "en")
    assert (status, err) == (0, "")
    assert "Plan period (15th, 14th, 13th, or 2026-2030): " in out
    assert "A fact the plan does not give has no key here." in (folder / "plans" / "new-15.yaml").read_text(
        "utf-8"
    )


def test_a_script_that_goes_back_gets_its_earlier_answers_again() -> None:
    lines = iter(["一", "二", "<", "<", "三", "四", "n"])
    shown: list[str] = []

    def script(asker: Asker) -> list[Any]:
        first = asker.ask(("first",), "甲", any_text, None)
        asker.tell(f"得到{first}")
        second = asker.ask(("second",), "乙", any_text, None)
        return [first, second, asker.more(("list",), 0, "丙", 0)]

    assert Conversation(lambda prompt: next(lines), shown.append).run(script) == ["三", "四", False]
    assert shown == ["得到一", "（退回上一问）", "得到一", "（退回上一问）", "得到三"]


def test_the_end_of_the_answers_is_no_answer() -> None:
    def ended(prompt: str) -> str:
        raise EOFError

    with pytest.raises(UsageError, match="还缺：甲"):
        Conversation(ended, print).run(lambda asker: asker.ask(("first",), "甲", yes_or_no, None))


# ---- from a file ------------------------------------------------------------------------------------------------


def take(folder: Path, tmp_path: Path, text: str) -> dict[str, Any]:
    answers = tmp_path / "answers.yaml"
    answers.write_text(text, encoding="utf-8")
    return NewPlan(str(folder), None).take(str(answers))


def test_a_file_of_answers_makes_a_plan_of_every_kind_of_row(
    folder: Path, tmp_path: Path, run_cli: Cli
) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(ANSWERS, encoding="utf-8")
    status, _, err = run_cli("new-plan", "--data", folder, "--from", answers, "--yes")
    assert (status, err) == (0, "")
    path = folder / "plans" / "new-15.yaml"
    text = path.read_text(encoding="utf-8")
    for line in (
        "document_number: 2026-03",
        "published: 2026-03-01",
        '    target: {kind: period_mean_at_most, level: 1, unit: "%", strict: true}',
        '    reading: "a: b, {c} #d"',
        '    base: {source: plan, value: 93.5, unit: "%"}',
        '    as_written: "no"',
        "    base: {source: mean_of_years, years: 3}",
        "    target: {kind: cumulative, total: 30, unit: 公里, steps: {2026: 10, 2027: 20}, due: 2027}",
        "      - {id: task-1-1, name: 责任体系, bears_on: [accident_deaths, major_accidents]}",
        '  - {id: project-1, "no": 1, name: 指挥平台, start: 2026, end: 2028, due: 2028-12, lead_unit: 区应急局}',
        '  - {id: project-2, "no": 2, name: 无年份工程}',
    ):
        assert line in text.splitlines()
    assert [f for f in load(folder).findings if f.plan == "new-15"] == []
    made = load_model(path, "new-15.yaml", Plan)
    assert made == Plan.model_validate(
        take(folder, tmp_path, ANSWERS.replace("id: new-15", "id: new-16")) | {"id": "new-15"}
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("attribute: binding, ", "", "answers.yaml:10: 缺少 indicators.1.attribute 的回答（属性）"),
        ("percent: 10", "percent: 110", "answers.yaml:10: indicators.1.percent 的回答“110”不能用：“110”：应不大于 100"),
        ("lead_unit:", "lead_unt:", "answers.yaml:22: 没有用到 projects.1.lead_unt。是否应为 lead_unit？"),
        ("steps: \"2026:10", "steps: \"2036:10", "answers.yaml:16: sub_targets.1.steps 的回答“2036:10 2027:20”不能用：“2036:10”应写成"),
        ("title: 马尾区新规划（示例）", "title: [a]", "answers.yaml:2: title 应是一个值，不是列表或键值对"),
        ("unit: 公里", "unit: 海里", "answers.yaml:16: sub_targets.1.unit 的回答“海里”不能用"),
        ("due: 2027}", "due: 27}", "answers.yaml:16: sub_targets.1.due 的回答“27”不能用：“27”：'27' 不是年份(2023)或年月(2023-06)"),
    ],
)  # fmt: skip
def test_a_wrong_answer_in_a_file_is_named_with_its_line(
    folder: Path, tmp_path: Path, run_cli: Cli, old: str, new: str, message: str
) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(ANSWERS.replace(old, new), encoding="utf-8")
    status, _, err = run_cli("new-plan", "--data", folder, "--from", answers, "--yes")
    assert (status, message in err) == (1, True)
    assert not (folder / "plans" / "new-15.yaml").exists()


def test_a_file_that_is_there_is_never_overwritten(folder: Path, tmp_path: Path, run_cli: Cli) -> None:
    answers, there = tmp_path / "answers.yaml", tmp_path / "mine.yaml"
    answers.write_text(ANSWERS, encoding="utf-8")
    there.write_text("mine", encoding="utf-8")
    status, _, err = run_cli("new-plan", "--data", folder, "--from", answers, "--yes", "--out", there)
    assert status == 1
    assert err.splitlines()[0] == f"{there} 已经存在，不会覆盖 → 换一个文件名或规划编号"
    assert there.read_text(encoding="utf-8") == "mine"


def test_a_file_that_appeared_meanwhile_is_not_overwritten_either(folder: Path, tmp_path: Path) -> None:
    facts = take(folder, tmp_path, ANSWERS)
    path = folder / "plans" / "new-15.yaml"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(Exception, match="已经存在，不会覆盖"):
        NewPlan(str(folder), None).write(facts)
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("words", ["no", "1e5", "0x1F", "12:30", "~", "- a", "a: b", "#1", "“引号”", '"q"', "≥90%", " 空", "null", "2026-03-01", "1_000"])  # fmt: skip
def test_any_words_of_a_plan_read_back_as_they_were(folder: Path, tmp_path: Path, words: str) -> None:
    facts = take(folder, tmp_path, ANSWERS)
    facts["title"] = facts["indicators"][0]["as_written"] = facts["projects"][0]["name"] = words
    path = NewPlan(str(folder), None).write(facts)
    made = load_model(path, "new-15.yaml", Plan)
    assert (made.title, made.indicators[0].as_written, made.projects[0].name) == (words, words, words)


@pytest.mark.parametrize(
    ("period", "years"),
    [
        ("十三五", "2016, end: 2020"),
        ("14", "2021, end: 2025"),
        ("“十五五”", "2026, end: 2030"),
        ("2027—2031", "2027, end: 2031"),
    ],
)
def test_every_plan_period_is_understood(folder: Path, tmp_path: Path, period: str, years: str) -> None:
    text = ANSWERS.replace("period: 十五五", f"period: {period}").replace("base_year: 2025\n", "")
    text = text.split("sub_targets:")[0]
    facts = take(folder, tmp_path, text)
    assert f"period: {{start: {years}}}" in plan_text(facts)
    assert facts["base_year"] == facts["period"]["start"] - 1


def test_english_names_of_indicators_are_found(folder: Path, tmp_path: Path) -> None:
    with speaking("en"):
        text = ANSWERS.replace("period: 十五五", "period: 15th").replace("key: 应急广播", "key: broadcast")
        text = text.replace("约束性", "binding")
        assert take(folder, tmp_path, text)["indicators"][3]["key"] == "emergency_broadcast_coverage"


@pytest.mark.parametrize("text", ["甲\x7f乙", "甲\x85乙", "甲\u2028乙", "甲\x00", "甲\r乙", "甲\ud800"])
def test_characters_that_yaml_has_no_sign_for_come_back_as_they_were(text: str) -> None:
    facts = {"id": "x", "title": text, "region_code": "350105"}
    plan = plan_text(facts)
    assert yaml.safe_load(plan)["title"] == text
    assert "".join(plan.split("\n")).isprintable()


def test_a_title_over_several_lines_stays_a_comment_of_one(tmp_path: Path) -> None:
    plan = plan_text({"id": "x", "title": "甲\nid: zzz", "region_code": "350105"})
    assert yaml.safe_load(plan)["id"] == "x"
    assert plan.splitlines()[0].startswith("# ")
    assert "甲 id: zzz" in plan.splitlines()[0]
