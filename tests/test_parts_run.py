"""A run over a province, a city and its counties: what is published of sums, and what is made again when a part changes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from batches import run, tree
from places_within import CITY, EAST, NORTH, PROVINCE, SOUTH, WEST, a_folder, plan, usual

FOUR = (EAST, WEST, SOUTH, NORTH)


class Made:
    """Four plans: of the province, of the city summed into it, of a county of it, and of a county that is no part of
    what changes here. The city lacks a county's GDP of 2023."""

    def __init__(self, folder: Path) -> None:
        figures = usual(FOUR)
        del figures[SOUTH, 2023, "gdp"], figures[WEST, 2022, "major_accidents"]
        self.data = a_folder(folder / "data", figures, {CITY: 4, PROVINCE: 1}, codes=FOUR)
        for plan_id, code in (("sheng", PROVINCE), ("dong", EAST), ("nanxian", SOUTH)):
            plan(self.data, plan_id, code)
        self.out = folder / "out"
        self.first = self.run()

    def run(self) -> str:
        done = run("run", self.data, self.out, "--kind", "midterm", "--explain")
        assert (done.status, done.err) == (0, "")
        return done.out

    def evaluation(self, plan_id: str) -> dict:
        return dict(json.loads((self.out / plan_id / "midterm/evaluation.json").read_text(encoding="utf-8")))

    def page(self, plan_id: str) -> str:
        text = (self.out / plan_id / "midterm/index.html").read_text(encoding="utf-8")
        return re.sub(r"<[^>]+>", "", re.sub(r"<(script|style).*?</\1>", "", text, flags=re.DOTALL))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("parts"))


def test_sums_are_marked_at_the_numbers_and_traced_in_the_appendix(made: Made) -> None:
    page = made.page("shi")

    assert "100（合计）" in page  # 10 + 20 + 30 + 40 deaths in 2020
    assert "0.06703（部分合计3/4）" in page  # 7 + 17 + 37 deaths over a GDP of 130 + 260 + 520
    assert "（合计）表示本地没有单独的数，由全部下级地区的数合计，比率由合计数计算。" in page
    assert "部分合计：4个下级地区中只有3个数据完整，缺南县；按两项都有数的地区计算" in page
    assert f"observations/{EAST}.csv:2" in page


def test_the_evaluation_has_the_rows_behind_every_sum(made: Made) -> None:
    rows = {(r["variable"], r["year"]): r for r in made.evaluation("shi")["rows"]}
    deaths = rows["accident_deaths", 2020]

    assert (deaths["derived"], deaths["partial"], deaths["value"]) == ("parts", "", 100)
    assert deaths["behind"] == [f"observations/{code}.csv:2" for code in FOUR]
    assert rows["gdp", 2023]["partial"] == "3/4"


def test_the_province_is_judged_from_the_counties_of_its_city(made: Made) -> None:
    city, province = made.evaluation("shi"), made.evaluation("sheng")

    assert [i["verdict"] for i in province["indicators"]] == [i["verdict"] for i in city["indicators"]]
    assert [i["current"] for i in province["indicators"]] == [i["current"] for i in city["indicators"]]
    assert "（部分合计0/1）" in made.page("sheng")


def test_the_pages_of_the_site_are_there(made: Made) -> None:
    for page in ("index.html", "compare/index.html", "places/990100/index.html", "indicators/index.html"):
        assert (made.out / page).is_file(), page
    assert "部分合计3/4" in (made.out / "indicators/index.html").read_text(encoding="utf-8")
    csv = (made.out / "shi/midterm/indicators.csv").read_text(encoding="utf-8-sig").splitlines()
    assert csv[0].split(",")[13:17] == ["published_rate", "derived", "partial", "partial_sum"]


def test_a_changed_part_makes_the_reports_above_it_again_and_no_others(made: Made) -> None:
    before = tree(made.out)
    file = made.data / f"observations/{EAST}.csv"
    text = file.read_text(encoding="utf-8")
    assert text.count(f"{EAST},2023,accident_deaths,7,") == 1
    file.write_text(
        text.replace(f"{EAST},2023,accident_deaths,7,", f"{EAST},2023,accident_deaths,8,"), "utf-8"
    )
    made.run()
    after = tree(made.out)

    reports = {
        name.split("/")[0] for name in after if "/midterm/" in name and before.get(name) != after[name]
    }
    assert reports == {"dong", "shi", "sheng"}
    deaths = next(i for i in made.evaluation("shi")["indicators"] if i["key"] == "accident_deaths")
    assert deaths["current"] == 8 + 17 + 27 + 37
