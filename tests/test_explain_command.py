"""The command ``explain``: the whole derivation in a terminal, in both languages, and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Cli

WHOLE = """\
生产安全事故死亡人数（accident_deaths）
马尾区规划，中期评估，数据年份2023年
规划表述：下降15%

所用数据
  生产安全事故死亡人数
    2020年 20人；采用；示例值；2021-03公布；observations/mawei.csv:2；示例
    2021年 19人；采用；示例值；2022-03公布；observations/mawei.csv:3；示例
    2022年 18人；采用；示例值；2023-03公布；observations/mawei.csv:4；示例
    2023年 17人；采用；示例值；2024-03公布；observations/mawei.csv:5；示例

各年数值
  2020年数值：20人；示例值；出处 observations/mawei.csv:2
  2021年数值：19人；示例值；出处 observations/mawei.csv:3
  2022年数值：18人；示例值；出处 observations/mawei.csv:4
  2023年数值：17人；示例值；出处 observations/mawei.csv:5

计算
  基期值（2020年）：20人；取2020年统计数据，见各年数值
  目标值（2025年）：20 × (1 − 15 ÷ 100) = 17人；由基期和降幅得出，规划表述：下降15%
  现状值（2023年）：17人；见各年数值
  时间进度：(2023 − 2020) ÷ (2025 − 2020) = 0.6（报告写作 60%）
  与基期相比的变化：(17 ÷ 20 − 1) × 100 = -15%（报告写作 下降15.0%）
  完成进度：(17 − 20) ÷ (17 − 20) = 1（报告写作 100.0%）
  2023年序时应达：20 + (17 − 20) × 3 ÷ 5 = 18.2人
  完成进度与时间进度之比：1 ÷ 0.6 = 1.66666666667…
  此后每年所需变化：((17 ÷ 17) ^ (1 ÷ 2) − 1) × 100 = 0%（报告写作 下降0.0%）
  按直线推算2025年：17 + (17 − 20) ÷ 3 × 2 = 15人
  95%置信区间下端：9.89747710919…人（报告写作 9.9人）；事件数17，Byar近似法
  95%置信区间上端：27.2201094049…人（报告写作 27.2人）
  与基期相比的单侧p值：0.371414679365…（报告写作 0.371）；精确条件检验：基期1年共20，现状1年17；小于0.05才算超出偶然波动

评价规则（依次看，第一条符合的为准）
  1. 〔不符合〕下降类目标没有基期值 → 无法评价
  2. 〔不符合〕下降类目标的基期值为零 → 无法评价
  3. 〔不符合〕2023年没有数值 → 无法评价
  4. 〔符合〕现状已经达到目标：17 ≤ 17 → 提前完成
  5. 〔不再看〕此后每年所需变化（0%）超过每年30%的界限 → 难以完成
  6. 〔不再看〕基期（20）已经达到目标（17），而现状没有 → 滞后
  7. 〔不再看〕没有基期值 → 无法评价
  8. 〔不再看〕规划期尚未开始 → 无法评价
  9. 〔不再看〕完成进度与时间进度之比不低于1.1：1.66666666667… ≥ 1.1 → 快于预期
  10. 〔不再看〕完成进度与时间进度之比不低于0.95：1.66666666667… ≥ 0.95 → 符合预期
  11. 〔不再看〕其余情形：完成进度与时间进度之比 1.66666666667… 低于 0.95 → 滞后

评价：提前完成（暂定）
所依据数据中最差的状态：示例值

怎样会改变评价
  2023年的数值再低，评价也不变。
  2023年多1人（即18人）时，评价变为“快于预期”。
  现状值取95%置信区间下端时评价为“提前完成”，取上端时为“滞后”。

换用其他口径
  按等比路径：提前完成（不变）

说明
  使用了示例数据（非官方），评价仅作演示。
  2021年统计口径有变化，与基期的比较须谨慎。
  与基期相比（基期1年共20，现状1年17），变化与偶然波动无法区分（精确检验单侧p=0.371）。
"""


def test_the_whole_derivation_is_printed(run_cli: Cli, tiny_data: Path) -> None:
    status, out, err = run_cli("explain", "mawei", "accident_deaths", "--data", tiny_data)
    assert (status, err) == (0, "")
    assert out == WHOLE


def test_it_speaks_english_and_tells_machines(run_cli: Cli, tiny_data: Path) -> None:
    common = ("mawei", "accident_deaths", "--data", tiny_data, "--kind", "final", "--lang", "en")
    status, out, _ = run_cli("explain", *common)
    assert status == 0
    assert (
        "  Target (2025): 20 × (1 − 15 ÷ 100) = 17 persons; from the base and the reduction; the plan’s words: 下降15%\n"
        in out
    )
    assert "  With 3 persons more in 2025 (that is 18 persons) the verdict becomes “Not met”.\n" in out
    told = json.loads(run_cli("explain", *common, "--json")[1])
    assert (told["id"], told["verdict"], told["as_of"]) == ("accident_deaths", "met", 2025)
    assert [point["events"] for point in told["turning_points"]] == [None, 3]


def test_it_explains_as_of_another_year_and_day(run_cli: Cli, tiny_data: Path) -> None:
    asked = ("explain", "mawei", "accident_deaths", "--data", tiny_data, "--as-of", "2022")
    assert "\n  现状值（2022年）：18人；见各年数值\n" in run_cli(*asked)[1]
    status, out, _ = run_cli(*asked, "--vintage", "2022-06")
    assert status == 0
    assert "\n只用2022-06-30及以前公布的数据\n" in out
    assert "\n评价：无法评价" in out


@pytest.mark.parametrize("asked", ["deaths_per_100m_gdp", "亿元国内（地区）生产总值生产安全事故死亡率"])
def test_an_indicator_is_found_by_its_key_or_its_name(run_cli: Cli, asked: str) -> None:
    status, out, _ = run_cli("explain", "mawei", asked)
    assert status == 0
    assert out.startswith("亿元国内（地区）生产总值生产安全事故死亡率（deaths_per_100m_gdp）\n")
    assert (
        "\n  2023年数值：2 人 ÷ 549.4 亿元 = 0.00364033491081…人/亿元（报告写作 0.0036人/亿元）；示例值；出处 observations/mawei.csv:29, 9\n"
        in out
    )


def test_an_item_of_the_ledger_is_explained(run_cli: Cli) -> None:
    status, out, _ = run_cli("explain", "gulou", "gas-pipe-assessment")
    assert status == 0
    assert "\n  完成比例：88 公里 ÷ 148.5 公里 × 100 = 59.2592592593…%（报告写作 59.3%）\n" in out
    assert "\n  到2023年末计划完成：34 + 67.2 = 101.2公里\n" in out
    assert (
        "\n  5. 〔符合〕完成比例低于应完成比例的0.95倍：59.2592592593… < 0.95 × 68.1481481481… → 滞后\n"
        in out
    )
    assert "\n进展：滞后\n\n怎样会改变评价\n  若报到97公里，进展变为“按期推进”。\n" in out


def test_what_is_unknown_is_said_with_the_closest_name(run_cli: Cli) -> None:
    assert run_cli("explain", "mawei", "death_per_100m_gdp") == (
        2,
        "",
        "规划 mawei 里没有“death_per_100m_gdp”。是否应为 deaths_per_100m_gdp？\n",
    )
    assert (
        run_cli("explain", "mawei", "project-9")[2] == "规划 mawei 里没有“project-9”。是否应为 project-6？\n"
    )
    assert (
        run_cli("explain", "mawei", "森林火灾")[2]
        == "规划 mawei 里没有“森林火灾”。是否应为 森林火灾受害率？\n"
    )
    status, _, err = run_cli("explain", "mawai", "project-1")
    assert status == 2
    assert "是否应为 mawei？" in err


def test_a_place_whose_reports_are_held_back_is_not_explained(run_cli: Cli, tiny_data: Path) -> None:
    file = tiny_data / "observations" / "mawei.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",17,人", ",17.5,人"), encoding="utf-8")
    status, out, err = run_cli("explain", "mawei", "accident_deaths", "--data", tiny_data)
    assert (status, out) == (1, "")
    assert "17.5" in err
