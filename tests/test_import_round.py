"""The analyst's round, driven as a user drives it: template, filled in with mistakes, returned, corrected, imported, run;
and later a correction."""

from __future__ import annotations

import re
import subprocess
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from analyst import STATISTICS, Analyst
from conftest import Cli

from planeval.workbook.problem_sheet import COLOURS

YEAR = 2025
RED = COLOURS["critical"]  # type: ignore[index]
GULOU, MAWEI = "350102", "350105"
PLACES = {"gulou": GULOU, "mawei": MAWEI}
GRADES = {
    "general_accidents": 3,
    "larger_accidents": 0,
    "serious_accidents": 0,
    "extremely_serious_accidents": 0,
}
FIGURES = {
    GULOU: {"gdp": 2705.4, "population": 671000, "accident_deaths": 1, "accidents": 3, **GRADES},
    MAWEI: {"gdp": 603.5, "population": 296000, "accident_deaths": 1, "accidents": 3, **GRADES},
}


@pytest.fixture
def last_year(data: Path) -> Path:
    """The shipped data folder before the statistics of the two districts for 2025 are there."""
    for plan, code in PLACES.items():
        for file in (data / "observations" / f"{plan}.csv", data / "progress" / f"{plan}.csv"):
            lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
            kept = [line for line in lines if not re.match(rf"{code},{YEAR},|[^,]*,{YEAR}-", line)]
            file.write_text("".join(kept), encoding="utf-8")
    return data


def kept(out: Path) -> dict[str, bytes]:
    """The record of each final report."""
    return {plan: (out / plan / "final" / "record.json").read_bytes() for plan in (*PLACES, "national")}


def test_the_analysts_round(last_year: Path, tmp_path: Path, run_cli: Cli) -> None:
    out, form = tmp_path / "reports", tmp_path / "填报-2025.xlsx"
    run = ("run", "--data", last_year, "--out", out, "--kind", "final", "--jobs", "1")
    status, _, err = run_cli(*run)
    assert (status, err) == (0, "")
    before = kept(out)

    # Filled in, with five mistakes of five kinds.
    status, _, err = run_cli(
        *("template", "--year", str(YEAR), "--region", GULOU, MAWEI, "--data", last_year, "--out", form)
    )
    assert (status, err) == (0, "")
    filled = Analyst(form)
    for code, figures in FIGURES.items():
        filled.fill(code, figures)
    filled.fill(MAWEI, {"disaster_deaths": -1})
    filled.fill(MAWEI, {"population": "29.6万人"})
    filled.fill(MAWEI, {"gdp": 6035000})
    filled.fill(MAWEI, {"accident_deaths": 9})
    filled.sheet.cell(filled.rows[GULOU], 1).value = "350120"
    wrong = ("disaster_deaths", "population", "gdp", "accident_deaths")
    mistakes = {filled.cell(MAWEI, key).coordinate for key in wrong} | {f"A{filled.rows[GULOU]}"}
    filled.report(
        "task-1-1", date=date(2025, 12, 20), status="进行中", percent=88, source="示例数据（非官方）"
    )
    filled.save()
    files = sorted(p.name for p in (last_year / "observations").iterdir())

    status, shown, _ = run_cli("import", form, "--data", last_year, "--yes")

    assert status == 1
    assert "核对：严重问题 5 处，警告 0 处" in shown
    assert "有严重问题，没有导入任何内容。" in shown
    assert sorted(p.name for p in (last_year / "observations").iterdir()) == files
    returned = tmp_path / "填报-2025-待改.xlsx"
    assert_marked(returned, mistakes)

    # Corrected in the workbook that came back: nothing is left of the marks.
    mended = Analyst(returned)
    mended.fill(MAWEI, {"population": 296000, "gdp": 603.5, "accident_deaths": 1})
    mended.clear(MAWEI, "disaster_deaths")
    mended.sheet.cell(mended.rows["350120"], 1).value = GULOU
    mended.save()

    status, shown, err = run_cli("import", returned, "--data", last_year, "--yes")

    assert (status, err) == (0, "")
    assert shown.splitlines()[0] == "鼓楼区（350102）：新增 8"
    assert "规划 gulou 的任务进展：新增 1" in shown
    assert "已写入：observations/填报-2025.csv、progress/gulou.csv" in shown
    assert shown.splitlines()[-1] == f"下一步：python pipeline.py run --data {last_year}"

    # The reports of the two places are made anew, and only those.
    status, shown, _ = run_cli(*run)
    after = kept(out)
    assert status == 0
    assert {plan for plan in after if after[plan] != before[plan]} == {"gulou", "mawei"}

    # A late correction: without its reason it goes back, with it the report names it.
    late = tmp_path / "更正.xlsx"
    asked = ("template", "--year", str(YEAR), "--region", MAWEI, "--data", last_year, "--out", late)
    assert run_cli(*asked)[0] == 0
    correction = Analyst(late)
    correction.fill(MAWEI, {"accident_deaths": 2}, date(2026, 9, 1))
    correction.save()
    status, shown, _ = run_cli("import", late, "--data", last_year, "--yes")
    assert status == 1
    assert_marked(tmp_path / "更正-待改.xlsx", {correction.cell(MAWEI, "reason").coordinate})
    correction.cell(MAWEI, "reason").value = "伤者30日内死亡，补报1人"
    correction.save()
    assert run_cli("import", late, "--data", last_year, "--yes")[0] == 1
    assert_marked(tmp_path / "更正-待改-2.xlsx", {correction.cell(MAWEI, "provided_by").coordinate})
    correction.cell(MAWEI, "provided_by").value = "马尾区应急管理局"
    correction.save()
    status, shown, err = run_cli("import", late, "--data", last_year, "--yes")
    assert (status, err) == (0, "")
    assert (
        "    更正 2025年生产安全事故死亡人数：1人（2026-03-20公布）→ 2人（2026-09-01公布），变动 +100.0%；"
        "原因：伤者30日内死亡，补报1人；提供：马尾区应急管理局" in shown
    )
    assert run_cli(*run)[0] == 0
    assert {plan for plan, record in kept(out).items() if record != after[plan]} == {"mawei"}
    page = (out / "mawei" / "final" / "index.html").read_text(encoding="utf-8")
    assert "伤者30日内死亡，补报1人" in page
    assert "马尾区应急管理局" in page


def assert_marked(path: Path, mistakes: set[str]) -> None:
    """The workbook has exactly these cells of the statistics red and commented, and a list with a link to each."""
    book = openpyxl.load_workbook(path)
    sheet, listed = book[STATISTICS], book["问题清单"]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    red = {cell.coordinate for cell in cells if cell.fill.start_color.rgb == RED}
    assert red == mistakes
    assert {cell.coordinate for cell in cells if cell.comment is not None} == mistakes
    for address in mistakes:
        text = sheet[address].comment.text
        assert [line.partition("：")[0] for line in text.splitlines()[:6]] == [
            *("【严重】", "发现", "应为", "规则", "说明", "怎样改")
        ]
    assert book.sheetnames[0] == "问题清单"
    links = [row[1].hyperlink.location for row in listed.iter_rows(min_row=2)]
    assert sorted(links) == sorted(f"'{STATISTICS}'!{address}" for address in mistakes)


def test_the_returned_workbook_opens_in_libreoffice(last_year: Path, tmp_path: Path, run_cli: Cli) -> None:
    form = tmp_path / "填报.xlsx"
    run_cli("template", "--year", str(YEAR), "--region", MAWEI, "--data", last_year, "--out", form)
    filled = Analyst(form)
    filled.fill(MAWEI, {"accidents": -3})
    filled.save()
    assert run_cli("import", form, "--data", last_year)[0] == 1

    home, utf8 = f"-env:UserInstallation=file://{tmp_path}/office", "csv:Text - txt - csv (StarCalc):44,34,76"
    words = [
        "soffice",
        "--headless",
        home,
        "--convert-to",
        utf8,
        "--outdir",
        tmp_path,
        form.with_stem("填报-待改"),
    ]
    subprocess.run(words, check=True, capture_output=True, timeout=120)

    lines = (tmp_path / "填报-待改.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "序号,单元格,程度,规则,发现,应为,说明,怎样改"
    assert (
        f"统计数据!{filled.cell(MAWEI, 'accidents').coordinate},严重,计数不为负（counts-non-negative）"
        in lines[1]
    )
