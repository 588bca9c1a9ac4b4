"""Mistakes in what all places share (dictionary, method, regions), and folders and plans that are not there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from mistakes import append, held_back, replace

from planeval.errors import InputError, UsageError
from planeval.model.dictionary import Dictionary
from planeval.read.workspace import load
from planeval.read.yaml_file import load_model


def _drop(name: str) -> Callable[[Path], int]:
    def make(data: Path) -> int:
        (data / name).unlink()
        return 0

    return make


def _swap(name: str, right: str, wrong: str) -> Callable[[Path], int]:
    return lambda data: replace(data / name, right, wrong)


MISSING = "文件不存在 → 补上这个文件，或从仓库的 data/ 复制一份再改"
SHARED = {
    "method missing": (_drop("method.yaml"), f"method.yaml: {MISSING}"),
    "dictionary missing": (_drop("indicators.yaml"), f"indicators.yaml: {MISSING}"),
    "regions missing": (_drop("regions.csv"), f"regions.csv: {MISSING}"),
    "method with an unknown key": (
        _swap("method.yaml", "version:", "verison: x\nversion:"),
        "method.yaml:{line}: 不认识的键 verison；是否应为 version？ → 改成正确的键名，或删去这一行",
    ),
    "method with text for a number": (
        _swap("method.yaml", "alpha: 0.05", "alpha: 5%"),
        "method.yaml:{line}: comparison.alpha 的值“5%”不对：应为数值 → 改正这一处",
    ),
    "method with a word out of the list": (
        _swap("method.yaml", "trajectory: linear", "trajectory: lineal"),
        "method.yaml:{line}: trajectory 的取值“lineal”不在可用范围内；是否应为 linear？ → 改成可用的取值",
    ),
    "method wrongly indented": (
        _swap("method.yaml", "  exact_below: 10", "   exact_below: 10"),
        "method.yaml:{line}: YAML语法错误，此行写的是“exact_below: 10",
    ),
    "region repeated": (
        lambda data: append(data / "regions.csv", "350105,马尾区,Mawei,county,350100"),
        "regions.csv:{line}: 代码 350105 重复 → 只保留一行",
    ),
    "region of an unknown level": (
        _swap("regions.csv", "county", "contry"),
        "regions.csv:{line}: 级别“contry”不认识，应为 nation, province, city, county 之一 → 改成可用的级别",
    ),
    "region code as Excel saves it": (
        _swap("regions.csv", "350105", "350105.0"),
        "regions.csv:{line}: “350105.0”不是六位行政区划代码 → 代码按文本填写，如 350105",
    ),
    "region in an unknown region": (
        _swap("regions.csv", "county,350100", "county,350109"),
        "regions.csv:{line}: 上级代码 350109 不在 regions.csv 中 → 补上上级地区，或改正代码",
    ),
}


@pytest.mark.parametrize("name", SHARED)
def test_a_mistake_in_what_all_share_stops_everything_and_says_why(data: Path, name: str) -> None:
    make, message = SHARED[name]
    line = make(data)
    with pytest.raises(InputError) as stopped:
        load(data)
    assert str(stopped.value).startswith(message.format(line=line))
    (finding,) = stopped.value.findings
    assert finding.plan is None and finding.region_code is None, "it touches every report"


def test_everything_that_all_share_is_checked_at_once(data: Path) -> None:
    for name in ("method.yaml", "indicators.yaml", "regions.csv"):
        (data / name).unlink()
    with pytest.raises(InputError) as stopped:
        load(data)
    assert [f.file for f in stopped.value.findings] == ["indicators.yaml", "method.yaml", "regions.csv"]


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        (
            "numerator: accident_deaths",
            "numerator: acident_deaths",
            "indicators.accident_deaths.numerator 的变量“acident_deaths”不在指标词典的 variables 中；"
            "是否应为 accident_deaths？ → 改正变量名，或在 variables 中定义它",
        ),
        (
            "unit: 人\n",
            "unit: 人员\n",
            "variables.accident_deaths.unit 的单位“人员”不认识；是否应为 人？ → 改成可用的单位",
        ),
    ],
)
def test_a_dictionary_that_leads_nowhere_stops_everything(
    data: Path, right: str, wrong: str, message: str
) -> None:
    line = replace(data / "indicators.yaml", right, wrong)
    with pytest.raises(InputError) as stopped:
        load(data)
    assert str(stopped.value) == f"indicators.yaml:{line}: {message}"


def test_the_dictionary_that_comes_along_leads_everywhere(data: Path) -> None:
    assert load_model(data / "indicators.yaml", "indicators.yaml", Dictionary) == load(data).dictionary


@pytest.mark.parametrize("plans_folder", [True, False])
def test_an_empty_folder_says_where_plans_go(tmp_path: Path, plans_folder: bool) -> None:
    if plans_folder:
        (tmp_path / "plans").mkdir()
    with pytest.raises(InputError) as stopped:
        load(tmp_path)
    assert str(stopped.value) == (
        f"plans/: 数据文件夹 {tmp_path} 中没有规划文件 → "
        "把规划写成 plans/<编号>.yaml（格式见 docs/formats.md），或用 --data 指定别的文件夹"
    )


@pytest.mark.parametrize("a_file", [True, False])
def test_no_folder_is_wrong_use(tmp_path: Path, a_file: bool) -> None:
    place = tmp_path / "nowhere"
    if a_file:
        place.write_text("", encoding="utf-8")
    with pytest.raises(UsageError) as stopped:
        load(place)
    assert (
        str(stopped.value) == f"找不到数据文件夹 {place}。请用 --data 指定含 plans/、observations/ 的文件夹。"
    )


def test_an_unknown_plan_is_wrong_use_with_the_closest_name(data: Path) -> None:
    with pytest.raises(UsageError) as stopped:
        load(data).require_plan("mawie")
    assert str(stopped.value) == (
        "没有编号为 mawie 的规划。现有规划：gulou、mawei、national。是否应为 mawei？"
    )


def test_two_plans_for_one_place_stand_and_fall_with_its_figures(data: Path) -> None:
    shutil.copy(data / "plans/mawei.yaml", data / "plans/mawei-fire.yaml")
    replace(data / "plans/mawei-fire.yaml", "id: mawei", "id: mawei-fire")
    replace(data / "observations/mawei.csv", "350105,2020,gdp,465,", "350105,2020,gdp,465x,")
    assert held_back(data) == {"mawei", "mawei-fire"}
