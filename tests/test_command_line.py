"""The command line: exit status, what it says when it is used wrongly, and what its closing lines say."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Cli
from mistakes import replace

from planeval.batch import job, recap, run, workers
from planeval.batch.task import Outcome, ReportTask
from planeval.commands import COMMANDS, build_parser
from planeval.evaluate.evaluation import evaluate
from planeval.read.inventory import Inventory
from planeval.read.workspace import load
from planeval.render.publish import PublishError
from planeval.site.summary import summary_of
from planeval.stages import pages
from planeval.stages.report import evaluation_json
from planeval.stages.validation import Validated
from planeval.validate.run import validate

HEAVY = (
    "pandas",
    "numpy",
    "pydantic",
    "matplotlib",
    "great_expectations",
    "nbconvert",
    "papermill",
    "statsmodels",
)


# ---- wrong use: exit status 2 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--kind", "midtrem"], "没有“midtrem”这种报告；是否应为 midterm？"),
        (["run", "--kind", "中期"], "没有“中期”这种报告；可用：annual、midterm、final"),
        (["run", "--as-of", "abc"], "数据年份“abc”不是年份，应如 2023。"),
        (["run", "--as-of", "2_023"], "数据年份“2_023”不是年份，应如 2023。"),
        (["run", "--as-of", "23"], "数据年份“23”不是年份，应如 2023。"),
        (["run", "--frob"], "用法有误：不认识 --frob\n"),
        (["run", "--plan"], "用法有误：--plan 后面要写至少一个值\n"),
        (["run", "--data"], "用法有误：--data 后面要写一个值\n"),
        (["run", "--force=1"], "用法有误：--force 后面不写值（写了 1）\n"),
        (["rnu"], "用法有误：命令 没有“rnu”，可用："),
        ([], "用法有误：缺少 命令\n"),
        (["import"], "用法有误：缺少 文件\n"),
    ],
)
def test_a_wrong_argument_is_refused_with_an_example(
    run_cli: Cli, arguments: list[str], message: str
) -> None:
    status, out, err = run_cli(*arguments)
    assert (status, out) == (2, "")
    assert "用法有误：" in err and message in err
    assert "例：python pipeline.py " in err.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--plan", "mawie"],
            "没有编号为 mawie 的规划。现有规划：gulou、mawei、national。是否应为 mawei？",
        ),
        (["--plan", "mawei", "xyz"], "没有编号为 xyz 的规划。现有规划：gulou、mawei、national。"),
        (
            ["--as-of", "2030"],
            "数据年份 2030 不在规划 gulou 的规划期 2021—2025 内。请指定规划期内的年份（命令行用 --as-of，笔记本用 as_of）。",
        ),
        (
            ["--as-of", "2020", "--plan", "mawei"],
            "数据年份 2020 不在规划 mawei 的规划期 2021—2025 内。请指定规划期内的年份（命令行用 --as-of，笔记本用 as_of）。",
        ),
    ],
)
@pytest.mark.parametrize("command", ["run", "report"])
def test_a_plan_or_year_that_is_not_there_is_wrong_use(
    run_cli: Cli, data: Path, tmp_path: Path, command: str, arguments: list[str], message: str
) -> None:
    out = tmp_path / "reports"
    status, shown, err = run_cli(command, "--data", data, "--out", out, *arguments)
    assert (status, shown, err.strip()) == (2, "", message)
    assert not out.exists(), "nothing was begun"


# What a command must be told beside the data folder.
ABOUT = {
    "check-plan": ("data/plans/mawei.yaml",),
    "diff": ("--before", "2024", "--after", "2025"),
    "explain": ("mawei", "accident_deaths"),
    "import": ("filled.csv",),
    "template": ("--year", "2024"),
    "verify": ("reports",),
}


@pytest.mark.parametrize("command", [c for c in COMMANDS if c != "publish"])
def test_a_data_folder_that_is_nowhere_is_wrong_use(run_cli: Cli, tmp_path: Path, command: str) -> None:
    nowhere = tmp_path / "nowhere"
    status, out, err = run_cli(command, *ABOUT.get(command, ()), "--data", nowhere)
    assert (status, out) == (2, "")
    assert err.strip() == f"找不到数据文件夹 {nowhere}。请用 --data 指定含 plans/、observations/ 的文件夹。"


# ---- input that stops everything: exit status 1, and what to type next ------------------------------------------


@pytest.mark.parametrize("command", ["run", "validate", "compute", "report"])
def test_a_broken_method_stops_with_the_reason_and_the_next_command(
    run_cli: Cli, data: Path, tmp_path: Path, command: str
) -> None:
    line = replace(data / "method.yaml", "alpha: 0.05", "alpha: 5%")
    out = tmp_path / "my reports"
    status, shown, err = run_cli(command, "--data", data, "--out", out)
    assert (status, shown) == (1, f"读取 {data}：3 个规划，404 条统计数据\n")
    assert err.splitlines() == [
        f"method.yaml:{line}: comparison.alpha 的值“5%”不对：应为数值 → 改正这一处",
        f"改正后重新运行：python pipeline.py {command} --data {data} --out '{out}'",
    ]
    assert [path.name for path in out.iterdir()] == [".planeval"]


def test_the_method_command_checks_what_it_prints(run_cli: Cli, data: Path) -> None:
    status, out, _ = run_cli("method", "--data", data)
    assert (status, out) == (0, (data / "method.yaml").read_text(encoding="utf-8"))
    replace(data / "method.yaml", "on_track_from", "ontrack_from")
    status, out, err = run_cli("method", "--data", data)
    assert (status, out) == (1, "")
    assert "不认识的键 verdicts.ontrack_from；是否应为 on_track_from？" in err


def test_an_empty_folder_is_answered_with_where_plans_go(run_cli: Cli, tmp_path: Path) -> None:
    status, _, err = run_cli("run", "--data", tmp_path, "--out", tmp_path / "reports")
    assert status == 1
    assert "没有规划文件 → 把规划写成 plans/<编号>.yaml" in err


def test_an_error_nobody_foresaw_is_one_line_and_with_debug_a_traceback(
    run_cli: Cli, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("eins durch null")

    monkeypatch.setattr(job, "take_inventory", broken)
    status, _, err = run_cli("run", "--data", data)
    assert status == 1
    assert err.strip() == (
        "程序出现意外错误：ZeroDivisionError: eins durch null。加 --debug 可查看详情，请把它报告给维护者。"
    )
    with pytest.raises(ZeroDivisionError):
        run_cli("run", "--data", data, "--debug")


def test_a_break_by_the_user_is_said_and_has_its_own_status(
    run_cli: Cli, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(job, "take_inventory", interrupted)
    status, _, err = run_cli("run", "--data", data)
    assert status == 130
    assert err.strip() == "已中断。已经发布的报告完整有效；重新运行即可继续。"


# ---- held back: the closing lines, without the kernels ----------------------------------------------------------


class Here:
    """A worker without notebooks: the same evaluation, computed in this process."""

    def hold(self, data: workers.Data, *_: object) -> None:
        self.workspace = load(Path(data.folder))

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        if function is pages.render_page:
            return {"index.html": args[0].folder.encode()}
        return function(*args)

    def render(self, task: ReportTask, engine: str) -> Outcome:
        assert engine == "planeval"
        made = evaluate(self.workspace, task.plan, task.kind, task.as_of, task.findings)
        files = {"index.html": b"page", "evaluation.json": evaluation_json(made).encode()}
        return Outcome(task.plan, task.kind, files, summary_of(made), seconds=0.5)

    def close(self) -> None:
        pass


class ValidationHere(AbstractContextManager["ValidationHere"]):
    """The whole validation, in this process."""

    def __init__(self, inventory: Inventory, previous: bytes | None) -> None:
        self.root = inventory.root

    def result(self) -> Validated:
        result = validate(load(self.root))
        return Validated(result.findings, 28, result.model_dump_json().encode(), b"{}")

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture
def no_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pipeline without its notebooks and processes: the same validation and evaluation, computed here."""
    here = Here()
    monkeypatch.setattr(workers, "worker", lambda: here)
    monkeypatch.setattr(run, "Validation", ValidationHere)


@pytest.mark.usefixtures("no_kernels")
def test_all_is_well(run_cli: Cli, tiny_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "reports"
    status, shown, err = run_cli("run", "--data", tiny_data, "--out", out)
    assert (status, err) == (0, "")
    assert f"完成：发布 4 份报告，搁置 0 份。用浏览器打开 {out / 'index.html'}" in shown
    assert sorted(p.parent.relative_to(out).as_posix() for p in out.glob("*/*/record.json")) == [
        "gulou/final",
        "gulou/midterm",
        "mawei/final",
        "mawei/midterm",
    ]


@pytest.mark.usefixtures("no_kernels")
def test_a_broken_plan_file_is_held_back_and_the_others_go_on(
    run_cli: Cli, tiny_data: Path, tmp_path: Path
) -> None:
    line = replace(tiny_data / "plans/mawei.yaml", "kind: reduction", "kind: reductoin")
    out = tmp_path / "my reports"
    arguments = ["--data", tiny_data, "--out", out, "--as-of", "2023", "--kind", "midterm"]
    status, shown, err = run_cli("run", *arguments)
    assert status == 1
    assert (out / "gulou/midterm/index.html").is_file() and not (out / "mawei").exists()
    assert "mawei 中期评估：搁置" in shown
    assert err.strip().splitlines() == [
        "以下内容没有发布：",
        "  mawei（马尾区规划）：中期评估",
        f"    plans/mawei.yaml:{line}: indicators.0.target.kind 的目标类型“reductoin”不存在；"
        "是否应为 reduction？ → 改成 docs/method.md 中的目标类型之一",
        f"改正后重新运行：python pipeline.py run --data {tiny_data} --out '{out}' "
        "--plan mawei --kind midterm --as-of 2023",
    ]
    index = (out / "index.html").read_text(encoding="utf-8")
    assert "本次未发布，报告未生成" in index


@pytest.mark.usefixtures("no_kernels")
def test_a_plan_named_like_a_number_is_held_back_under_its_name(
    run_cli: Cli, tiny_data: Path, tmp_path: Path
) -> None:
    (tiny_data / "plans/mawei.yaml").rename(tiny_data / "plans/nan.yaml")
    status, _, err = run_cli("run", "--data", tiny_data, "--out", tmp_path / "reports")
    assert status == 1
    assert "  nan（马尾区规划）：中期评估" in err and "--plan nan" in err.splitlines()[-1]
    assert "规划文件名“nan.yaml”不能用" in err


@pytest.mark.usefixtures("no_kernels")
def test_many_reasons_are_cut_and_the_page_with_all_is_named(
    run_cli: Cli, tiny_data: Path, tmp_path: Path
) -> None:
    file = tiny_data / "observations/mawei.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",人,", ",个,"), encoding="utf-8")
    out = tmp_path / "reports"
    status, _, err = run_cli("run", "--data", tiny_data, "--out", out, "--plan", "mawei")
    assert status == 1
    assert err.count("单位“个”不认识") == recap.MOST_REASONS
    assert f"    另有 2 处，见 {out / 'validation/index.html'}" in err


@pytest.mark.usefixtures("no_kernels")
def test_a_report_that_cannot_be_written_does_not_stop_the_others(
    run_cli: Cli, tiny_data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "reports"
    out.mkdir()
    (out / "gulou").write_text("no folder", encoding="utf-8")
    status, shown, err = run_cli("run", "--data", tiny_data, "--out", out, "--kind", "final")
    assert status == 1
    assert (out / "mawei/final/index.html").is_file()
    assert (out / "gulou").read_text(encoding="utf-8") == "no folder"
    assert f"  gulou 终期评估：无法写入 {out / 'gulou/final'}（" in err
    assert "原有文件保持不变；请检查磁盘空间和写权限，或用 --out 指定别的文件夹。" in err
    assert err.splitlines()[-1].endswith("--plan gulou --kind final")
    assert "结束：发布 1 份报告，未变 0 份，搁置 0 份，失败 1 份。" in shown


@pytest.mark.usefixtures("no_kernels")
def test_an_output_path_that_is_a_file_is_refused_and_left_alone(
    run_cli: Cli, tiny_data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "reports"
    out.write_text("mine", encoding="utf-8")
    status, _, err = run_cli("run", "--data", tiny_data, "--out", out)
    assert status == 1
    assert f"无法写入 {out}" in err and "--out 指定别的文件夹" in err
    assert out.read_text(encoding="utf-8") == "mine"
    status, _, err = run_cli("site", "--out", out)
    assert status == 1
    assert f"无法写入 {out}" in err


@pytest.mark.usefixtures("no_kernels")
def test_validate_says_whom_it_would_hold_back(run_cli: Cli, tiny_data: Path, tmp_path: Path) -> None:
    arguments = ["validate", "--data", tiny_data, "--out", tmp_path / "reports"]
    assert run_cli(*arguments)[0] == 0
    replace(tiny_data / "observations/mawei.csv", "290554", "-290554")
    status, _, err = run_cli(*arguments)
    assert status == 1
    assert "  mawei（马尾区规划）：" in err and "observations/mawei.csv:9: " in err and "gulou" not in err
    assert f"python pipeline.py validate --data {tiny_data} --out {tmp_path / 'reports'}" in err


def test_validate_says_the_warnings_while_they_are_few(run_cli: Cli, tiny_data: Path, tmp_path: Path) -> None:
    (tiny_data / "observations/notes.txt").write_text("")
    (tiny_data / "observations/OLD.CSV").write_text("")
    status, out, _ = run_cli("validate", "--data", tiny_data, "--out", tmp_path / "reports")
    assert status == 0
    told = [line for line in out.splitlines() if "observations/OLD.CSV" in line]
    assert len(told) == 1 and told[0].endswith("以 .csv 结尾，不用就移到别处")


@pytest.mark.usefixtures("no_kernels")
def test_publish_errors_are_planned_for(
    run_cli: Cli, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise PublishError("磁盘满了")

    monkeypatch.setattr(run, "write_file", full)
    status, _, err = run_cli("run", "--data", tiny_data, "--out", tmp_path / "r", "--plan", "mawei")
    assert status == 1
    assert err.splitlines() == [
        "磁盘满了",
        f"改正后重新运行：python pipeline.py run --data {tiny_data} --out {tmp_path / 'r'} --plan mawei",
    ]


# ---- help -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_shows_an_example_that_parses(run_cli: Cli, command: str) -> None:
    status, out, err = run_cli(command, "--help")
    assert (status, err) == (0, "")
    example = out.strip().splitlines()[-1]
    assert example.startswith(f"例：python pipeline.py {command}")
    words = example.removeprefix("例：").split()
    assert isinstance(build_parser().parse_args(words[2:]), argparse.Namespace)


def test_the_help_names_every_command(run_cli: Cli) -> None:
    status, out, _ = run_cli("--help")
    assert status == 0
    assert all(re.search(rf"^    {command}\s", out, re.MULTILINE) for command in COMMANDS)
    assert "例：python pipeline.py run" in out


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "--help"], ["--version"], ["run", "--kind", "final", "-h"]]
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys, runpy\n"
        f"sys.argv = ['pipeline.py', *{arguments!r}]\n"
        "try:\n    runpy.run_path('pipeline.py', run_name='__main__')\n"
        "except SystemExit as stop:\n    assert not stop.code, stop.code\n"
        f"print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=60, check=True
    )
    assert done.stdout.splitlines()[-1] == "HEAVY []"


def test_a_console_in_another_encoding_gets_text_and_no_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "pipeline.py", "run", "--data", str(tmp_path / "nowhere")],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
        env={"PYTHONIOENCODING": "ascii", "PATH": "", "LC_ALL": "C"},
    )
    assert done.returncode == 2
    assert done.stderr.decode("utf-8").startswith("找不到数据文件夹")
