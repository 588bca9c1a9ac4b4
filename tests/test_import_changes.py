"""What an import makes of figures that are there already: corrections, confirmations, overrides, and what it writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Cli
from imports import imported_rows, mapping_file, table_file

from planeval.messages import has
from planeval.workbook.checking import COLUMN_OF_RULE
from planeval.workbook.problem_sheet import rule_title

DEATHS = {"死亡人数": {"variable": "accident_deaths", "unit": "人"}}
Correcting = Callable[..., tuple[int, list[str]]]
BY = ("--reason", "年报修订", "--by", "区统计局")


@pytest.fixture
def correcting(tmp_path: Path, tiny_data: Path, run_cli: Cli) -> Correcting:
    """``correcting(text, *words, **mapping)``: import a table of deaths of 2024 (16 in both districts so far)."""

    def run(text: str, *words: str, **mapping: object) -> tuple[int, list[str]]:
        table = table_file(tmp_path, f"地区,死亡人数\n{text}")
        made = mapping_file(tmp_path, **{"columns": DEATHS, "published": "2025-06-01", **mapping})
        status, out, err = run_cli("import", table, "--map", made, "--data", tiny_data, "--yes", *words)
        assert err == ""
        return status, out.splitlines()

    return run


def test_a_correction_is_a_new_vintage_with_reason_and_provider(
    correcting: Correcting, tiny_data: Path
) -> None:
    before = (tiny_data / "observations" / "gulou.csv").read_bytes()

    status, out = correcting("鼓楼区,18\n马尾区,16\n", *BY)

    assert status == 0
    assert out[:3] == [
        "鼓楼区（350102）：更正 1",
        "    更正 2024年生产安全事故死亡人数：16人（2025-03公布）→ 18人（2025-06-01公布），变动 +12.5%；"
        "原因：年报修订；提供：区统计局（B2）",
        "马尾区（350105）：未变 1",
    ]
    assert imported_rows(tiny_data) == [
        "region_code,year,variable,value,unit,status,source,published,checked,reason,provided_by",
        "350102,2024,accident_deaths,18,人,illustrative,示例数据（非官方）,2025-06-01,,年报修订,区统计局",
    ]
    assert (tiny_data / "observations" / "gulou.csv").read_bytes() == before


def test_the_same_figure_under_another_status_needs_no_reason(
    correcting: Correcting, tiny_data: Path
) -> None:
    status, out = correcting("鼓楼区,16\n", status="final")

    assert status == 0
    assert out[:2] == [
        "鼓楼区（350102）：状态变更 1",
        "    数值未变，2024年生产安全事故死亡人数由示例值16人（2025-03公布）改为正式值16人（2025-06-01公布）（B2）",
    ]
    assert imported_rows(tiny_data)[1].startswith("350102,2024,accident_deaths,16,人,final,")


def test_a_status_that_gets_worse_needs_reason_and_provider(correcting: Correcting, tiny_data: Path) -> None:
    assert correcting("鼓楼区,16\n", status="final")[0] == 0
    later = {"status": "forecast", "published": "2025-07-01"}

    status, out = correcting("鼓楼区,16\n", **later)

    assert status == 1
    assert out[:3] == [
        "核对：严重问题 1 处，警告 1 处",
        "  【严重】B2　数据状态倒退写明原因（status_worse_without_reason）："
        "鼓楼区2024年生产安全事故死亡人数已有正式值16人，现填为预计值16人，数据状态倒退，却没有写全更正原因和提供人 → "
        "选择正确的数据状态；确实倒退的，在“更正原因”“提供人”两栏写明（没有这两栏的表格用 --reason 和 --by）",
        "  【警告】B2　预计值在该年结束以前公布（forecast_after_year）："
        "鼓楼区2024年生产安全事故死亡人数标为预计值，却公布于2025-07-01，这一年已经结束 → "
        "核对数据状态和公布日期；已是实际数的，改为相应的状态",
    ]

    status, out = correcting("鼓楼区,16\n", *BY, **later)

    assert status == 0
    assert out[3] == (
        "    数值未变，2024年生产安全事故死亡人数由正式值16人（2025-06-01公布）改为预计值16人（2025-07-01公布）；"
        "原因：年报修订；提供：区统计局（B2）"
    )


def test_what_is_there_already_is_not_written_again(correcting: Correcting, tiny_data: Path) -> None:
    files = sorted(path.name for path in (tiny_data / "observations").iterdir())

    assert correcting("鼓楼区,16.0\n") == (0, ["鼓楼区（350102）：未变 1", "没有新的内容，无须写入。"])

    assert sorted(path.name for path in (tiny_data / "observations").iterdir()) == files


@pytest.mark.parametrize(
    ("words", "published", "line"),
    [
        (
            (),
            "2025-06-01",
            "  【严重】B2　更正写明原因（correction_without_reason）："
            "鼓楼区2024年生产安全事故死亡人数已有数值16人，现为18人，属于更正，却没有写更正原因和提供人 → "
            "在“更正原因”“提供人”两栏写明（没有这两栏的表格用 --reason 和 --by）；若是笔误就改回原数",
        ),
        (
            BY,
            "2025-03",
            "  【严重】B2　更正晚于原数公布（correction_not_later）："
            "鼓楼区2024年生产安全事故死亡人数已有公布于2025-03的数值，更正的公布日期写成了“2025-03”，"
            "应晚于2025-03，否则仍会采用原数 → 填写更正公布的日期（精确到日）",
        ),
        (
            BY,
            None,
            "  【严重】B2　更正晚于原数公布（correction_not_later）："
            "鼓楼区2024年生产安全事故死亡人数已有公布于2025-03的数值，更正的公布日期写成了“（空）”，"
            "应晚于2025-03，否则仍会采用原数 → 填写更正公布的日期（精确到日）",
        ),
    ],
)
def test_a_correction_that_would_not_count_is_refused(
    correcting: Correcting, tiny_data: Path, words: tuple[str, ...], published: str | None, line: str
) -> None:
    status, out = correcting("鼓楼区,18\n", *words, published=published)

    assert status == 1
    assert [told for told in out if told.startswith("  【严重】")] == [line]


def test_a_publication_in_the_future_is_refused(correcting: Correcting) -> None:
    status, out = correcting("鼓楼区,18\n", *BY, published="2099-06-01")

    assert status == 1
    assert [told.partition("：")[0] for told in out if told.startswith("  【严重】")] == [
        "  【严重】B2　公布日期不晚于今天（published_in_future）"
    ]


def test_one_mistake_is_not_told_of_the_figures_beside_it(
    tmp_path: Path, tiny_data: Path, run_cli: Cli
) -> None:
    # A GDP in 万元 makes the rate of deaths to it implausible as well, and the GDP per head.
    table = table_file(tmp_path, "地区,死亡人数,地区生产总值,人口\n鼓楼区,15,0.05,290600\n")
    columns = DEATHS | {"地区生产总值": {"variable": "gdp", "unit": "亿元"}}
    columns |= {"人口": {"variable": "population", "unit": "人"}}
    mapping = mapping_file(tmp_path, columns=columns, year=2023, published="2025-06-01")

    status, out, _ = run_cli("import", table, "--map", mapping, "--data", tiny_data, "--dry-run", *BY)

    assert status == 1
    told = [line for line in out.splitlines() if line.startswith(("  【严重】", "  【警告】"))]
    assert [line.partition("：")[0] for line in told] == [
        "  【严重】C2　与本地其他年份的量级相当（level-slip）"
    ]


def test_a_finding_the_data_had_before_does_not_stop_an_import(
    correcting: Correcting, tiny_data: Path
) -> None:
    file = tiny_data / "observations" / "gulou.csv"
    file.write_text(
        file.read_text(encoding="utf-8").replace("2020,gdp,465", "2020,gdp,-465"), encoding="utf-8"
    )

    status, out = correcting("鼓楼区,18\n", *BY)

    assert status == 0
    assert out[0] == "鼓楼区（350102）：更正 1"


# ---- overriding ------------------------------------------------------------------------------------------------------


def test_a_critical_finding_passes_with_a_reason_that_the_row_keeps(
    correcting: Correcting, tiny_data: Path, run_cli: Cli
) -> None:
    assert correcting("鼓楼区,-1\n", *BY)[0] == 1

    status, out = correcting("鼓楼区,-1\n", *BY, "--accept", "counts-non-negative")

    assert status == 0
    assert any(line.startswith("  放行：【严重】B2　计数不为负（counts-non-negative）：") for line in out)
    assert imported_rows(tiny_data) == [
        "region_code,year,variable,value,unit,status,source,published,checked,reason,provided_by,accepts",
        "350102,2024,accident_deaths,-1,人,illustrative,示例数据（非官方）,2025-06-01,,年报修订,区统计局,"
        "counts-non-negative",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--accept", "counts-whole"),
            "--accept 须同时写明 --reason（原因）和 --by（谁说明的），报告会印出。",
        ),
        (("--reason", "年报修订"), "--reason（原因）和 --by（谁提供的）须同时写明。"),
        (
            ("--accept", "counts-hole", *BY),
            "没有可以放行的规则“counts-hole”；是否应为 counts-whole？",
        ),
        (("--returned", "x.csv"), "交回的工作簿“x.csv”应以 .xlsx 结尾。"),
    ],
)
def test_wrong_use_is_told(
    tmp_path: Path, tiny_data: Path, run_cli: Cli, words: tuple[str, ...], said: str
) -> None:
    table, mapping = table_file(tmp_path), mapping_file(tmp_path)

    assert run_cli("import", table, "--map", mapping, "--data", tiny_data, *words) == (2, "", f"{said}\n")


def test_a_table_without_a_mapping_is_told(tmp_path: Path, tiny_data: Path, run_cli: Cli) -> None:
    status, _, err = run_cli("import", table_file(tmp_path), "--data", tiny_data)

    said = "年报.csv 是普通表格，须用 --map 指定对照文件，说明哪一列是哪个变量（格式见 docs/formats.md）。\n"
    assert (status, err) == (2, said)


@pytest.mark.parametrize("rule", sorted(COLUMN_OF_RULE))
def test_a_rule_that_is_told_at_another_column_exists_and_has_a_title(rule: str) -> None:
    assert has(f"validation.rules.{rule}") or has(f"read.{rule}.message")
    assert rule_title(rule) != rule
