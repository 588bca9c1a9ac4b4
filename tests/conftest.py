"""Data folders that tests may break, and the command line."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from planeval.commands import main
from planeval.messages import speak

# No deadline: the first example pays for importing scipy, and how fast a machine is is no property of the method.
# In CI the examples are the same every time, so that a red run can be repeated.
settings.register_profile("planeval", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("planeval")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def chinese_again() -> Iterator[None]:
    """A command of one test may have spoken English."""
    yield
    speak("zh")


Cli = Callable[..., tuple[int, str, str]]

TINY_PLAN = """\
id: {id}
title: {place}规划
region_code: "{code}"
period: {{start: 2021, end: 2025}}
base_year: 2020
source: 测试
indicators:
  - key: accident_deaths
    "no": 1
    attribute: binding
    as_written: 下降15%
    target: {{kind: reduction, percent: 15}}
    base: {{source: statistics}}
"""
TINY_HEADER = "region_code,year,variable,value,unit,status,source,published,checked"


def tiny_rows(code: str) -> list[str]:
    """Header, six years of deaths (lines 2 to 7), one of GDP (line 8), one of population (line 9)."""
    deaths = [f"{code},{year},accident_deaths,{2040 - year},人" for year in range(2020, 2026)]
    measured = [*deaths, f"{code},2020,gdp,465,亿元", f"{code},2020,population,290554,人"]
    return [TINY_HEADER, *(f"{row},illustrative,示例,{int(row[7:11]) + 1}-03," for row in measured)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the data folder that comes with the repository."""
    return Path(shutil.copytree(ROOT / "data", tmp_path / "data"))


@pytest.fixture
def tiny_data(tmp_path: Path) -> Path:
    """A data folder with two districts, a plan each and a file of statistics each (``tiny_rows``)."""
    folder = tmp_path / "tiny"
    for name in ("plans", "observations", "progress"):
        (folder / name).mkdir(parents=True)
    for name in ("indicators.yaml", "method.yaml", "regions.csv"):
        shutil.copy(ROOT / "data" / name, folder / name)
    for plan, code, place in (("gulou", "350102", "鼓楼区"), ("mawei", "350105", "马尾区")):
        text = TINY_PLAN.format(id=plan, code=code, place=place)
        (folder / "plans" / f"{plan}.yaml").write_text(text, encoding="utf-8")
        rows = "\n".join(tiny_rows(code)) + "\n"
        (folder / "observations" / f"{plan}.csv").write_text(rows, encoding="utf-8")
    return folder


@pytest.fixture
def run_cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """``run_cli(*arguments) -> (status, out, err)``: the command line, in this process."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            status = int(stop.code or 0)
        shown = capsys.readouterr()
        assert "Traceback" not in shown.out + shown.err
        return status, shown.out, shown.err

    return run
