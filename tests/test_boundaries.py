"""Changes of the map by date: who carries on whose figures, who is a part of whom, and where a series breaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import TINY_HEADER
from places_within import (
    CITY,
    EAST,
    NORTH,
    SOUTH,
    WEST,
    Figures,
    a_folder,
    plan,
    row_of,
    rows_of,
    usual,
    write,
)

from planeval.errors import InputError
from planeval.evaluate.evaluation import evaluate
from planeval.model.evaluation import Evaluation, Kind
from planeval.read.inventory import take_inventory
from planeval.read.workspace import Workspace, load
from planeval.validate.run import validate

# East and West became North in the middle of 2022; South stayed.
MERGER = (f"2022-07-01,merge,{EAST},{NORTH},", f"2022-07-01,merge,{WEST},{NORTH},")
YEARS = range(2020, 2024)


def folder_of(folder: Path, figures: Figures, *changes: str, parts: int | None = None) -> Path:
    return a_folder(folder / "data", figures, {} if parts is None else {CITY: parts}, changes)


def merged() -> dict[tuple[str, int, str], float]:
    """East and West until 2021, North from 2022, South always."""
    figures = {cell: v for cell, v in usual((EAST, WEST)).items() if cell[1] < 2022}
    figures |= {cell: v for cell, v in usual((SOUTH, NORTH)).items() if cell[0] == SOUTH or cell[1] >= 2022}
    return figures


def value(
    workspace: Workspace, code: str, year: int, variable: str = "accident_deaths"
) -> tuple[float, str, str]:
    row = row_of(workspace, code, year, variable)
    return row["value"], row["derived"], row["partial"]


def found(folder: Path, *rules: str) -> list[str]:
    return [str(f) for f in validate(load(folder)).findings if f.rule in rules]


# ---- places that carry on others ------------------------------------------------------------------------------------


def test_a_merged_place_has_the_sums_of_those_it_was_made_from(tmp_path: Path) -> None:
    workspace = load(folder_of(tmp_path, merged(), *MERGER))

    assert value(workspace, NORTH, 2020) == (10 + 20, "predecessors", "")
    assert value(workspace, NORTH, 2021) == (9 + 19, "predecessors", "")
    assert value(workspace, NORTH, 2022) == (18, "", "")  # its own
    row = row_of(workspace, NORTH, 2021, "gdp")
    assert (row["value"], row["source"]) == (110 + 220, "由调整前的2个地区合计")
    assert row["behind"] == (f"observations/{EAST}.csv:6", f"observations/{WEST}.csv:6")
    assert value(workspace, EAST, 2021) == (9, "", "")  # they keep their own


def test_without_one_of_them_the_sum_is_partial(tmp_path: Path) -> None:
    figures = merged()
    del figures[EAST, 2021, "accident_deaths"]
    folder = folder_of(tmp_path, figures, *MERGER)

    assert value(load(folder), NORTH, 2021) == (19, "predecessors", "1/2")
    assert found(folder, "partial_sum") == [
        "region_changes.csv: 北区2021年的生产安全事故死亡人数，调整前的2个地区中只有1个数据完整（缺东县），只能得出部分合计。"
        " → 补录所缺地区的数，或者录入北区按现行区划追溯的数；调整关系在region_changes.csv。"
    ]
    rate = row_of(load(folder), NORTH, 2021, "deaths_per_100m_gdp")
    assert (rate["value"], rate["partial"]) == (pytest.approx(19 / 220), "1/2")


def test_a_renamed_place_carries_on_the_figures_of_the_old_code_however_often(tmp_path: Path) -> None:
    figures = {(EAST, 2020, "accident_deaths"): 7, (WEST, 2021, "accident_deaths"): 6}
    changes = (f"2021-01-01,rename,{EAST},{WEST},", f"2022-01-01,rename,{WEST},{SOUTH},")
    workspace = load(folder_of(tmp_path, figures, *changes))

    assert value(workspace, WEST, 2020) == (7, "predecessors", "")
    assert value(workspace, SOUTH, 2020) == (7, "predecessors", "")
    assert value(workspace, SOUTH, 2021) == (6, "predecessors", "")
    assert row_of(workspace, SOUTH, 2020, "accident_deaths")["behind"] == (f"observations/{EAST}.csv:2",)


def test_the_year_of_the_change_belongs_to_the_new_map_or_is_the_sum_of_the_old(tmp_path: Path) -> None:
    figures = {(code, 2022, "accident_deaths"): n for n, code in enumerate((EAST, WEST), start=3)}
    old = load(folder_of(tmp_path / "old", figures, *MERGER))
    new = load(folder_of(tmp_path / "new", figures | {(NORTH, 2022, "accident_deaths"): 8}, *MERGER))

    assert value(old, NORTH, 2022) == (7, "predecessors", "")
    assert value(new, NORTH, 2022) == (8, "", "")


def test_after_the_change_nothing_is_carried_over(tmp_path: Path) -> None:
    workspace = load(folder_of(tmp_path, usual((EAST, WEST)), *MERGER))

    assert sorted(workspace.rows_of(NORTH)["year"].unique()) == [2020, 2021, 2022]


def test_figures_of_a_place_that_was_no_more_are_reported(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, usual((EAST, WEST, SOUTH)), *MERGER)

    assert found(folder, "after_its_end") == [
        f"observations/{code}.csv:11: {name}已于2022-07-01的区划调整中撤销（region_changes.csv第{line}行），却有2023年的数据3行。"
        " → 核对年份和地区代码；确属原区域的，应并入现行地区的数。"
        for line, (code, name) in enumerate(((EAST, "东县"), (WEST, "西县")), start=2)
    ]


def test_figures_before_the_beginning_must_be_the_sum(tmp_path: Path) -> None:
    figures = merged() | {(NORTH, 2021, "accident_deaths"): 27, (NORTH, 2021, "gdp"): 330.5}
    folder = folder_of(tmp_path, figures, *MERGER)

    assert value(load(folder), NORTH, 2021) == (27, "", "")
    assert found(folder, "before_its_beginning") == [  # 330 of GDP was rounded
        "region_changes.csv: 北区2021年尚未成立，所录生产安全事故死亡人数为27人，与调整前2个地区的合计28人不符。"
        " → 核对这一数值的来源和区划范围；评价采用所录的数。"
    ]


def test_a_place_that_ended_is_expected_to_have_no_figures_any_more(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, merged(), *MERGER)
    plan(folder, "dong", EAST)  # its plan went on to 2025
    result = validate(load(folder))

    assert [c.year for c in result.coverage if c.region_code == EAST] == [2020, 2021]
    assert [c.year for c in result.coverage if c.region_code == NORTH] == [2020, 2021, 2022, 2023]


# ---- parts of a place, year by year ---------------------------------------------------------------------------------


def test_the_city_counts_the_merged_place_once(tmp_path: Path) -> None:
    # Two parts today: North and South. East and West stand for themselves in no year.
    workspace = load(folder_of(tmp_path, merged(), *MERGER, parts=2))

    assert value(workspace, CITY, 2021) == (9 + 19 + 9, "parts", "")
    assert value(workspace, CITY, 2023) == (17 + 7, "parts", "")


def test_a_place_that_was_divided_is_a_part_until_then(tmp_path: Path) -> None:
    # East was divided into West and North in 2022; South stayed: two parts before, three since.
    split = (f"2022-04-01,split,{EAST},{WEST},", f"2022-04-01,split,{EAST},{NORTH},")
    figures = {(EAST, 2021, "gdp"): 5, (SOUTH, 2021, "gdp"): 1}
    figures |= {(code, 2022, "gdp"): 2 for code in (WEST, NORTH, SOUTH)}
    workspace = load(folder_of(tmp_path, figures, *split, parts=3))

    assert value(workspace, CITY, 2021, "gdp") == (6, "parts", "")
    assert value(workspace, CITY, 2022, "gdp") == (6, "parts", "")
    assert WEST not in set(workspace.observations.query("year == 2021")["region_code"])


def test_a_place_that_went_into_another_is_a_part_until_then(tmp_path: Path) -> None:
    absorbed = (f"2022-04-01,merge,{EAST},{EAST},", f"2022-04-01,merge,{WEST},{EAST},")
    figures = {(code, 2021, "gdp"): n for n, code in enumerate((EAST, WEST, SOUTH, NORTH), start=1)}
    figures |= {(EAST, 2022, "gdp"): 3, (SOUTH, 2022, "gdp"): 3, (NORTH, 2022, "gdp"): 4}
    workspace = load(folder_of(tmp_path, figures, *absorbed, parts=3))

    assert value(workspace, CITY, 2021, "gdp") == (10, "parts", "")
    assert value(workspace, CITY, 2022, "gdp") == (10, "parts", "")
    assert value(workspace, EAST, 2021, "gdp") == (1, "", "")  # of its old area: nothing is added to it


def test_places_that_ended_are_not_held_against_the_place_above(tmp_path: Path) -> None:
    figures = merged() | {(CITY, 2021, "accident_deaths"): 37}
    folder = folder_of(tmp_path, figures, *MERGER)

    assert found(folder, "children-within-parent", "parts-equal-whole") == []


# ---- breaks ---------------------------------------------------------------------------------------------------------


def judged(folder: Path, code: str) -> Evaluation:
    plan(folder, "own", code)
    return evaluate(load(folder), "own", Kind.MIDTERM, None, [])


def breaks(folder: Path, code: str) -> dict[int, str]:
    values = judged(folder, code).indicators[2].values  # major accidents
    return {
        v.year: v.break_before for v in values if v.break_before and v.year != 2021
    }  # the dictionary's own


def test_a_transfer_breaks_the_series_of_both_and_carries_nothing_over(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, usual(), f"2022-01-01,transfer,{EAST},{WEST},一个镇")
    told = "2022-01-01东县的一部分划归西县（一个镇），没有可以调整的数据。"

    assert breaks(folder, EAST) == breaks(folder, WEST) == {2022: told}
    assert breaks(folder, SOUTH) == breaks(folder, CITY) == {}
    assert set(load(folder).observations["derived"]) == {""}
    assert "definition_break" in judged(folder, EAST).indicators[0].flags


def test_validation_lists_the_break_as_it_lists_those_of_the_dictionary(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, usual(), f"2022-01-01,transfer,{EAST},{WEST},")
    told = [f for f in validate(load(folder)).findings if f.rule == "definition-breaks" and f.year == 2022]

    assert {f.region_code for f in told} == {EAST, WEST}
    assert all("东县的一部分划归西县，没有可以调整的数据。" in f.message for f in told)


def test_a_place_that_keeps_its_code_breaks_and_one_that_carries_on_whole_places_does_not(
    tmp_path: Path,
) -> None:
    absorbed = (f"2022-04-01,merge,{EAST},{EAST},", f"2022-04-01,merge,{WEST},{EAST},")
    grown = folder_of(tmp_path / "grown", usual(), *absorbed)
    shrunk = folder_of(
        tmp_path / "shrunk", usual(), f"2022-04-01,split,{EAST},{EAST},", f"2022-04-01,split,{EAST},{NORTH},"
    )
    new = folder_of(tmp_path / "new", merged(), *MERGER)

    assert breaks(grown, EAST) == {2022: "2022-04-01西县并入东县。"}
    assert breaks(shrunk, EAST) == {2022: "2022-04-01东县分出北区。"}
    assert breaks(new, NORTH) == {}
    notes = {note.code: note.text for note in judged(new, NORTH).indicators[0].notes}
    assert notes["summed_predecessors"] == "2020年的数值由行政区划调整前的各地区合计得出。"


def test_a_place_above_one_side_alone_has_become_larger_or_smaller(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, usual(), f"2022-01-01,rename,{EAST},{NORTH},")
    other = "990200"
    rows = (
        (folder / "regions.csv")
        .read_text(encoding="utf-8")
        .replace(f"{NORTH},北区,Place {NORTH},county,{CITY}", f"{NORTH},北区,Place {NORTH},county,{other}")
    )
    write(folder / "regions.csv", [*rows.splitlines(), f"{other},另一市,Other,city,990000,"])
    told = {2022: "2022-01-01东县更名（改代码）为北区，管辖关系随之改变。"}

    workspace = load(folder)
    assert (workspace.map_breaks, workspace.reported_breaks) == ({}, {CITY: told, other: told})
    # Figures of its own are of another area than before; sums over the parts of today are not.
    assert breaks(folder, CITY) == {}
    own = {(CITY, year, "major_accidents"): 0.0 for year in YEARS}
    write(folder / f"observations/{CITY}.csv", [TINY_HEADER, *rows_of(own)])
    assert breaks(folder, CITY) == told


def test_sums_over_the_parts_of_today_do_not_break_where_a_part_came_with_its_figures(tmp_path: Path) -> None:
    figures = {c: v for c, v in usual((EAST, WEST)).items() if c[0] == WEST or c[1] < 2022}
    figures |= {c: v for c, v in usual((NORTH,)).items() if c[1] >= 2022}
    folder = folder_of(tmp_path, figures, f"2022-01-01,rename,{EAST},{NORTH},", parts=2)
    text = (folder / "regions.csv").read_text(encoding="utf-8")
    old = f"{EAST},东县,Place {EAST},county,{CITY}"
    assert old in text
    text = text.replace(old, f"{EAST},东县,Place {EAST},county,990200").replace(
        f"{SOUTH},南县,Place {SOUTH},county,{CITY}", f"{SOUTH},南县,Place {SOUTH},county,990200"
    )
    write(folder / "regions.csv", [*text.splitlines(), "990200,另一市,Other,city,990000,"])

    assert load(folder).reported_breaks[CITY].keys() == {2022}
    assert {row_of(load(folder), CITY, y, "major_accidents")["derived"] for y in YEARS} == {"parts"}
    assert breaks(folder, CITY) == {}
    rows = {(CITY, 2020, "major_accidents"): 0.0}
    write(folder / f"observations/{CITY}.csv", [TINY_HEADER, *rows_of(rows)])
    assert 2022 in breaks(folder, CITY)


def test_a_place_split_off_is_expected_from_its_beginning_on(tmp_path: Path) -> None:
    """A new area came out of East in 2022 and went into North with South in 2023."""
    new = "990105"
    figures = {c: v for c, v in usual((EAST, WEST, SOUTH)).items() if c[0] != SOUTH or c[1] < 2023}
    figures |= {(new, 2022, "major_accidents"): 1.0, (NORTH, 2023, "major_accidents"): 1.0}
    text = (
        f"2022-01-01,split,{EAST},{EAST},",
        f"2022-01-01,split,{EAST},{new},",
        f"2023-01-01,merge,{new},{NORTH},",
        f"2023-01-01,merge,{SOUTH},{NORTH},",
    )
    folder = folder_of(tmp_path, figures, *text, parts=3)
    with (folder / "regions.csv").open("a", encoding="utf-8") as file:
        file.write(f"{new},新区,New,county,{CITY},\n")
    workspace = load(folder)

    assert value(workspace, NORTH, 2021, "major_accidents") == (0, "predecessors", "")
    assert value(workspace, NORTH, 2022, "major_accidents") == (1, "predecessors", "")
    assert value(workspace, CITY, 2021, "major_accidents") == (0, "parts", "")
    # What is now North was smaller before the split: the break of the new area goes on with it.
    assert breaks(folder, NORTH) == {2022: "2022-01-01东县分出新区。"}


def test_a_complete_sum_of_parts_wins_over_a_partial_sum_of_what_a_place_was_made_from(
    tmp_path: Path,
) -> None:
    """The city was made from two others, of which one has figures; its counties have all of theirs."""
    old, other = "990300", "990400"
    figures = usual((EAST, WEST, SOUTH)) | {(old, year, "accident_deaths"): 30.0 for year in (2020, 2021)}
    figures |= {(old, 2021, "gdp"): 300.0}
    changes = (f"2022-01-01,merge,{old},{CITY},", f"2022-01-01,merge,{other},{CITY},")
    folder = a_folder(tmp_path / "data", figures, {CITY: 3}, changes, codes=(EAST, WEST, SOUTH))
    with (folder / "regions.csv").open("a", encoding="utf-8") as file:
        file.write(f"{old},旧甲市,Old A,city,990000,\n{other},旧乙市,Old B,city,990000,\n")
    workspace = load(folder)

    assert value(workspace, CITY, 2020) == (60, "parts", "")
    assert value(workspace, CITY, 2021) == (57, "parts", "")
    assert "deaths_per_100m_gdp" not in set(workspace.rows_of(CITY)["variable"])
    assert set(workspace.rows_of(CITY)["partial"]) == {""}
    assert [f for f in workspace.findings if f.rule == "partial_sum"] == []
    assert workspace.rests_on[CITY] == (EAST, WEST, SOUTH)

    (folder / f"observations/{SOUTH}.csv").unlink()
    lacking = load(folder)
    assert value(lacking, CITY, 2020) == (30, "predecessors", "1/2")
    assert lacking.rests_on[CITY] == (EAST, WEST, old)


# ---- the file -------------------------------------------------------------------------------------------------------


def test_what_a_report_depends_on_includes_the_places_carried_on_but_not_those_that_gave_land(
    tmp_path: Path,
) -> None:
    folder = folder_of(tmp_path, merged(), *MERGER, f"2023-01-01,transfer,{SOUTH},{NORTH},")

    assert take_inventory(folder).behind == {NORTH: (EAST, WEST)}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            ["2021-7-1,rename,990101,990102,"],
            "2: 日期栏为“2021-7-1”，不是日历上的一天。 → 按2021-07-01的形式写明调整生效的日期。",
        ),
        (
            [",rename,990101,990102,"],
            "2: 日期栏为“（空）”，不是日历上的一天。 → 按2021-07-01的形式写明调整生效的日期。",
        ),
        (
            ["2021-07-01,merges,990101,990102,"],
            "2: 调整种类“merges”不认识。是否应为 merge？ → rename为更名改代码，merge为合并，split为分设，transfer为部分区域划转。",
        ),
        (
            ["2021-07-01,rename,990109,990102,"],
            "2: from_code栏的代码“990109”没有登记在regions.csv中。 → 改正代码，或者在regions.csv中登记这一地区；已撤销的代码也应保留。",
        ),
        (
            ["2021-07-01,rename,990101,990101,"],
            "2: 调整前后是同一个代码990101。 → 只有合并（merge）和分设（split）可以写一行同一代码，表示该地区沿用原代码；其他情况改正代码。",
        ),
        (
            ["2021-07-01,rename,990101,990102,", "2021-07-01,rename,990101,990102,"],
            "3: 同一调整写了两次（990101 → 990102）。 → 删去重复的行。",
        ),
        (
            ["2021-07-01,merge,990101,990104,"],
            "2: 同一天并入990104的只有一个地区。"
            " → 每个被合并的地区写一行；并入原有地区的，再写一行该地区到它自己；只是改代码的用rename。",
        ),
        (
            ["2021-07-01,split,990101,990104,"],
            "2: 同一天由990101分出的只有一个地区。 → 每个分出的地区写一行；原地区沿用代码的，再写一行该地区到它自己。",
        ),
        (
            ["2021-07-01,rename,990101,990102,", "2022-07-01,rename,990101,990103,"],
            "3: 代码990101不止一次撤销。 → 一个代码只能撤销一次；核对日期和种类，部分区域划走的用transfer。",
        ),
        (
            ["2021-07-01,rename,990101,990103,", "2021-07-01,rename,990102,990103,"],
            "3: 代码990103不止一次由其他地区改成。"
            " → 多个地区合为一个的用merge并写同一日期；并入原有地区的，再写一行该地区到它自己。",
        ),
        (
            ["2021-07-01,rename,990102,990103,", "2022-07-01,rename,990101,990102,"],
            "2: 代码990102在成立之前就已撤销。 → 核对两次调整的日期。",
        ),
        (
            ["2021-07-01,rename,990101,990102,", "2022-07-01,rename,990102,990101,"],
            "2: 代码990102经过几次调整又成为自己，调整首尾相接。 → 核对各行的from_code和to_code。",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(tmp_path: Path, rows: list[str], message: str) -> None:
    folder = folder_of(tmp_path, usual(), *rows)

    with pytest.raises(InputError) as error:
        load(folder)
    assert f"region_changes.csv:{message}" in str(error.value).splitlines()


def test_a_change_without_source_is_refused(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, usual())
    write(
        folder / "region_changes.csv",
        ["date,change,from_code,to_code,source", f"2021-07-01,rename,{EAST},{WEST},"],
    )

    with pytest.raises(InputError) as error:
        load(folder)
    assert str(error.value) == "region_changes.csv:2: 来源栏为（空）。 → 写明调整的依据（批复文件或公报）。"
