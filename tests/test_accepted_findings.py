"""The corrections register in validation: who explains a finding turns it into a remark, and nobody explains in vain."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import TINY_HEADER
from mistakes import append, read_findings, replace
from plain_text import text_of

from planeval.errors import InputError
from planeval.evaluate.evaluation import evaluate
from planeval.messages import speak
from planeval.model.evaluation import Kind
from planeval.model.findings import Finding, Severity
from planeval.model.validation import ValidationResult
from planeval.read.inventory import take_inventory
from planeval.read.workspace import load
from planeval.report import appendix, overview
from planeval.validate.accepted import with_accepted
from planeval.validate.parts import Stored, affected, relatives, revalidate
from planeval.validate.run import validate

REGISTER = "reason,provided_by,accepts"
WHY = "企业总部迁出，统计口径未变,区统计局 张某"
# The register lies in a file of its own, after which districts.csv and the like sort.
CORRECTIONS = "observations/corrections.csv"


@pytest.fixture
def fallen(tiny_data: Path) -> Path:
    """马尾区, whose GDP falls by a fifth in 2022 (a warning, line 11 of its file)."""
    file = tiny_data / "observations/mawei.csv"
    for year, value in ((2021, 500), (2022, 400)):
        append(file, f"350105,{year},gdp,{value},亿元,illustrative,示例,{year + 1}-03,")
    return tiny_data


def register(data: Path, *rows: str) -> Path:
    """Write the corrections register: rows without status, source and ``checked``."""
    lines = [f"{TINY_HEADER},{REGISTER}"]
    for row in rows:
        code, year, variable, value, unit, published, *rest = row.split(",")
        told = [code, year, variable, value, unit, "revised", "更正函", published, "", *rest]
        lines.append(",".join(told))
    (data / CORRECTIONS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return data


def checked(data: Path) -> ValidationResult:
    return validate(load(data))


def of_rule(result: ValidationResult, *rules: str) -> list[Finding]:
    return [f for f in result.findings if f.rule in rules]


# ---- what the reader asks of a row of the register ----------------------------------------------------------------


@pytest.mark.parametrize("cells", ["企业迁出,,", ",张某,gdp-change", "企业迁出,,gdp-change", ",,gdp-change"])
def test_a_correction_says_why_and_who_says_so(tiny_data: Path, cells: str) -> None:
    register(tiny_data, f"350105,2020,gdp,470,亿元,2024-05-10,{cells}")
    (finding,) = read_findings(tiny_data)
    assert str(finding) == (
        "observations/corrections.csv:2: 马尾区2020年的国内（地区）生产总值：登记更正或接受校验提示，须同时写明原因和提供人"
        "（CSV 文件的 reason、provided_by 列） → 补上原因和提供人；不是更正就把原因（和 accepts）留空"
    )
    assert (finding.severity, finding.region_code) == (Severity.CRITICAL, "350105")


def test_who_provided_a_figure_may_stand_alone(tiny_data: Path) -> None:
    register(tiny_data, "350105,2020,gdp,470,亿元,2024-05-10,,张某,")
    assert read_findings(tiny_data) == []


def test_a_correction_is_a_later_vintage_that_the_rules_look_at(fallen: Path) -> None:
    assert [f.year for f in of_rule(checked(fallen), "gdp-change")] == [2022]
    register(fallen, "350105,2022,gdp,510,亿元,2024-05-10,漏统一家企业,区统计局 张某,")
    assert of_rule(checked(fallen), "gdp-change") == []


# ---- what is accepted ---------------------------------------------------------------------------------------------


def test_an_accepted_warning_becomes_a_remark_with_its_reason(fallen: Path) -> None:
    (before,) = of_rule(checked(fallen), "gdp-change")
    register(fallen, f"350105,2022,gdp,400,亿元,2024-05-10,{WHY},gdp-change")
    (after,) = of_rule(checked(fallen), "gdp-change")
    assert before.severity is Severity.WARNING
    assert after.message == (
        f"{before.message}［已由区统计局 张某说明：“企业总部迁出，统计口径未变”；原为“警告”］"
    )
    assert (after.severity, after.remedy) == (Severity.INFO, "")
    assert (after.reason, after.provided_by) == ("企业总部迁出，统计口径未变", "区统计局 张某")


def test_an_accepted_critical_finding_holds_no_report_back(fallen: Path) -> None:
    file = fallen / "observations/mawei.csv"
    append(file, "350105,2022,accidents,3,起,illustrative,示例,2023-03,")
    append(file, "350105,2022,general_accidents,5,起,illustrative,示例,2023-03,")
    workspace, result = load(fallen), checked(fallen)
    (finding,) = of_rule(result, "severity-within-accidents")
    assert (finding.severity, finding.variable) == (Severity.CRITICAL, "accidents")
    with pytest.raises(InputError):
        evaluate(workspace, "mawei", Kind.MIDTERM, None, result.findings)
    register(fallen, f"350105,2022,accidents,3,起,2024-05-10,{WHY},severity-within-accidents")
    workspace, result = load(fallen), checked(fallen)
    (finding,) = of_rule(result, "severity-within-accidents")
    assert finding.severity is Severity.INFO
    evaluation = evaluate(workspace, "mawei", Kind.MIDTERM, None, result.findings)
    assert finding in evaluation.validation


def test_nothing_else_is_accepted(fallen: Path) -> None:
    others = ("350105,2021,gdp,500,亿元", "350102,2022,gdp,400,亿元", "350105,2022,population,290554,人")
    register(fallen, *(f"{row},2024-05-10,{WHY},gdp-change" for row in others))
    result = checked(fallen)
    (finding,) = [f for f in of_rule(result, "gdp-change") if f.region_code == "350105"]
    assert (finding.year, finding.severity) == (2022, Severity.WARNING)
    assert [(f.region_code, f.line) for f in of_rule(result, "accepts_nothing")] == [
        ("350102", 3),
        ("350105", 2),
        ("350105", 4),
    ]


def test_what_is_said_of_a_place_and_year_is_accepted_by_any_of_its_figures() -> None:
    finding = {"rule": "parts", "message": "。", "region_code": "350105", "year": 2022}
    row = {"year": 2022, "variable": "gdp", "rules": ["parts"], "reason": "甲", "provided_by": "乙"}
    row |= {"region_code": "350105", "place": "马尾区", "file": "a.csv", "line": 2, "superseded": False}
    of_year, of_other = finding, finding | {"year": 2021}
    _, found, in_vain = with_accepted([], [of_year, of_other], {"350105": [row]})
    assert [f.get("severity") for f in found] == ["info", None]
    assert in_vain == []


def test_several_rules_stand_side_by_side(fallen: Path) -> None:
    register(fallen, f"350105,2022,gdp,400,亿元,2024-05-10,{WHY},gdp-change；gdp-per-head")
    result = checked(fallen)
    assert [f.severity for f in of_rule(result, "gdp-change")] == [Severity.INFO]
    (finding,) = of_rule(result, "accepts_nothing")
    assert str(finding) == (
        "observations/corrections.csv:2: 马尾区2022年的 gdp：登记为接受规则“gdp-per-head”的提示，但该规则并没有提示 → "
        "问题已不存在就把 accepts 中的“gdp-per-head”删去；否则核对地区、年份和变量"
    )
    assert finding.severity is Severity.WARNING


def test_a_rule_nobody_knows_is_named_with_the_closest(fallen: Path) -> None:
    register(fallen, f"350105,2022,gdp,400,亿元,2024-05-10,{WHY},gdp-chang")
    result = checked(fallen)
    (finding,) = of_rule(result, "accepts_unknown_rule")
    assert str(finding) == (
        "observations/corrections.csv:2: 马尾区2022年的 gdp：accepts 写了“gdp-chang”，没有这条校验规则 → 是否应为 "
        "gdp-change？"
    )
    assert [f.severity for f in of_rule(result, "gdp-change")] == [Severity.WARNING]


def test_an_explanation_ends_with_the_figure_it_explains(fallen: Path) -> None:
    register(
        fallen,
        f"350105,2022,gdp,400,亿元,2024-05-10,{WHY},gdp-change",
        "350105,2022,gdp,395,亿元,2024-09-10,再次核实,区统计局 张某,",
    )
    result = checked(fallen)
    assert [f.severity for f in of_rule(result, "gdp-change")] == [Severity.WARNING]
    assert of_rule(result, "accepts_nothing") == []  # it has done its work


def test_a_row_that_cannot_be_read_cannot_be_explained(fallen: Path) -> None:
    replace(fallen / "observations/mawei.csv", "2022,gdp,400,亿元", "2022,gdp,400,亿")
    register(fallen, f"350105,2022,gdp,400,亿元,2024-05-10,{WHY},unit_unknown")
    result = checked(fallen)
    assert [f.severity for f in of_rule(result, "unit_unknown")] == [Severity.CRITICAL]


# ---- what a report says -------------------------------------------------------------------------------------------


def quality_part(data: Path) -> list[str]:
    workspace = load(data)
    evaluation = evaluate(workspace, "mawei", Kind.MIDTERM, None, validate(workspace).findings)
    lines = list(text_of(appendix.data(evaluation)))
    return lines[next(n for n, line in enumerate(lines) if line.startswith("### ")) :]


def test_a_report_prints_what_was_explained_and_by_whom(fallen: Path) -> None:
    register(fallen, f"350105,2022,gdp,400,亿元,2024-05-10,{WHY},gdp-change")
    lines = quality_part(fallen)
    at = lines.index("### 已说明的问题")
    assert lines[at + 1] == "下列校验提示已由数据提供方说明，不再作为警告；原因和提供人如下。"
    assert "［已由区统计局 张某说明：“企业总部迁出，统计口径未变”；原为“警告”］" in lines[at + 2]
    assert not any(line.startswith("- 警告") for line in lines)


def test_the_head_of_a_report_says_that_something_was_explained(fallen: Path) -> None:
    register(fallen, f"350105,2022,gdp,400,亿元,2024-05-10,{WHY},gdp-change")
    workspace = load(fallen)
    evaluation = evaluate(workspace, "mawei", Kind.MIDTERM, None, validate(workspace).findings)
    head = " ".join(text_of(overview.banner(evaluation)))
    assert (
        "有1条校验提示已由数据提供方说明，不再作为严重问题或警告；原因和提供人见附录“数据来源与质量”。"
        in head
    )


def test_a_report_prints_it_in_english(fallen: Path) -> None:
    register(fallen, f"350105,2022,gdp,400,亿元,2024-05-10,{WHY},gdp-change")
    speak("en")
    lines = quality_part(fallen)
    at = lines.index("### Explained findings")
    assert "[explained by 区统计局 张某: “企业总部迁出，统计口径未变”; was: Warning]" in lines[at + 2]


def test_a_report_of_an_earlier_day_knows_no_later_explanation(fallen: Path) -> None:
    register(fallen, f"350105,2022,gdp,400,亿元,2024-05-10,{WHY},gdp-change")
    (finding,) = of_rule(validate(load(fallen, vintage="2024-05-09")), "gdp-change")
    assert finding.severity is Severity.WARNING


# ---- validating only what changed ---------------------------------------------------------------------------------


def everything(data: Path) -> Stored:
    inventory = take_inventory(data)
    return revalidate(load(data, None, inventory), inventory, None, None)


def test_validating_what_changed_says_the_same_as_validating_everything(fallen: Path) -> None:
    before = everything(fallen)
    steps = [
        [f"350105,2022,gdp,400,亿元,2024-05-10,{WHY},gdp-change"],
        [
            f"350105,2022,gdp,400,亿元,2024-05-10,{WHY},gdp-change;gdp-per-head",
            f"350102,2020,gdp,465,亿元,2024-05-10,{WHY},nonsense",
        ],
        [f"350102,2020,gdp,465,亿元,2024-05-10,{WHY},gdp-change"],
        [],
    ]
    for rows in steps:
        register(fallen, *rows)
        inventory = take_inventory(fallen)
        changed = affected(before, inventory)
        assert changed is not None
        only = changed | relatives(before, inventory, changed)
        before = revalidate(load(fallen, only, inventory), inventory, before, changed)
        whole = everything(fallen)
        assert before.text() == whole.text()
        result = before.result().model_dump_json()
        assert result == whole.result().model_dump_json()
        assert result == validate(load(fallen, None, inventory)).model_dump_json()
        assert Stored.read(before.text()) == before
