"""The inventory: what changed and whom it concerns, told without reading a value."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from accident_ledgers import write_ledger
from conftest import ROOT, tiny_rows
from mistakes import GULOU, MAWEI, append, recode
from mistakes import replace as change

import planeval.read.inventory as module
from planeval.read.inventory import Inventory, PlanFile, region_of_plan, take_inventory
from planeval.read.workspace import load

FILE = "observations/mawei.csv"
GDP = "350105,2020,gdp,465,"


def changed(before: Inventory, after: Inventory) -> set[str]:
    """The places whose digests differ."""
    return {
        code for code in {*before.places, *after.places} if before.places.get(code) != after.places.get(code)
    }


def test_the_inventory_of_the_shipped_data_agrees_with_what_is_read() -> None:
    inventory, workspace = take_inventory(ROOT / "data"), load(ROOT / "data")
    suites = {name for name in workspace.hashes if name.startswith("expectations/")}
    assert inventory.files == {n: h for n, h in workspace.hashes.items() if n not in suites}
    assert {i: p.region_code for i, p in inventory.plans.items()} == {
        i: plan.region_code for i, plan in workspace.plans.items()
    }
    plan = workspace.plans["mawei"]
    assert inventory.plans["mawei"] == PlanFile("plans/mawei.yaml", MAWEI, plan.title, plan.title_en)
    assert set(inventory.places) == set(workspace.table["region_code"])
    assert inventory.rows == len(workspace.table)
    assert inventory.newest == max(int(p[:4]) for p in workspace.table["published"] if p)
    assert inventory.parents == {code: region.parent or "" for code, region in workspace.regions.items()}


def test_it_needs_the_standard_library_alone() -> None:
    code = (
        "import sys; from pathlib import Path; from planeval.read.inventory import take_inventory\n"
        f"assert take_inventory(Path({str(ROOT / 'data')!r})).rows\n"
        "print(*sorted({'pandas', 'numpy', 'pydantic', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_changed_value_changes_its_place_only(tiny_data: Path) -> None:
    (tiny_data / "observations/gulou.csv").unlink()
    (tiny_data / FILE).write_text("\n".join(tiny_rows(GULOU) + tiny_rows(MAWEI)[1:]), encoding="utf-8")
    before = take_inventory(tiny_data)
    change(tiny_data / FILE, "350105,2022,accident_deaths,18", "350105,2022,accident_deaths,17")
    after = take_inventory(tiny_data)
    assert changed(before, after) == {MAWEI}
    assert before.rows_of(GULOU) == after.rows_of(GULOU) and set(after.rows_of(MAWEI)) == {FILE}


def test_a_row_that_moves_to_another_line_changes_its_place(tiny_data: Path) -> None:
    before = take_inventory(tiny_data)
    change(tiny_data / FILE, GDP, "\n" + GDP)
    assert changed(before, take_inventory(tiny_data)) == {MAWEI}


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_the_same_rows_in_another_encoding_or_with_other_line_ends_change_no_place(
    tiny_data: Path, encoding: str
) -> None:
    before = take_inventory(tiny_data)
    recode(tiny_data / FILE, encoding)
    raw = (tiny_data / FILE).read_bytes()
    (tiny_data / FILE).write_bytes(raw.replace(b"\n", b"\r\n"))
    after = take_inventory(tiny_data)
    assert changed(before, after) == set()
    assert before.files[FILE] != after.files[FILE]


def test_a_line_break_inside_a_cell_belongs_to_the_row(tiny_data: Path) -> None:
    change(tiny_data / FILE, "示例,2021-03,\n", '"示\n例",2021-03,\n')
    before = take_inventory(tiny_data)
    change(tiny_data / FILE, "示\n例", "示\n列")
    assert changed(before, take_inventory(tiny_data)) == {MAWEI}
    assert take_inventory(tiny_data).rows == before.rows == 16


def test_other_columns_change_every_place_of_the_file(tiny_data: Path) -> None:
    before = take_inventory(tiny_data)
    text = (tiny_data / FILE).read_text(encoding="utf-8")
    (tiny_data / FILE).write_text(text.replace("year,variable", "variable,year", 1), encoding="utf-8")
    assert changed(before, take_inventory(tiny_data)) == {MAWEI}


@pytest.mark.parametrize(
    ("code", "concerned"),
    [("350105.0", MAWEI), ("350150", "350150"), ("", "*"), ("3.50105E+05", "*"), ("35105", "*")],
)
def test_a_mistyped_code_concerns_whom_the_reader_says(tiny_data: Path, code: str, concerned: str) -> None:
    before = take_inventory(tiny_data)
    append(tiny_data / FILE, f"{code},2021,gdp,470,亿元,illustrative,示例,2022-03,")
    after = take_inventory(tiny_data)
    assert changed(before, after) == {concerned}
    whom = {f.region_code for f in load(tiny_data).findings if f.rule == "code_mangled"}
    assert whom <= {None if concerned == "*" else concerned}
    assert (after.rows_of(GULOU) != before.rows_of(GULOU)) == (concerned == "*")


@pytest.mark.parametrize(
    "broken",
    [
        lambda text: text.replace(GDP, f"{GDP},").encode(),
        lambda text: text.replace("示例", '"示例', 1).encode(),
        lambda text: text.replace("value", "vaule").encode(),
        lambda text: text.encode() + b"\xff\xff\x80\n",
    ],
    ids=["a cell too many", "a quotation mark left open", "an unknown column", "no text"],
)
def test_a_file_that_cannot_be_read_concerns_the_places_it_speaks_of(tiny_data: Path, broken: object) -> None:
    text = (tiny_data / FILE).read_text(encoding="utf-8")
    (tiny_data / FILE).write_bytes(broken(text))  # type: ignore[operator]
    inventory = take_inventory(tiny_data)
    assert inventory.places[MAWEI] == {FILE: inventory.files[FILE]}
    assert {f.region_code for f in load(tiny_data).findings} == {MAWEI}
    assert inventory.rows == 8


@pytest.mark.parametrize("content", [b"", "region_code\n350105\n".encode("utf-16"), b"no code\xff\xff\x80"])
def test_a_file_that_speaks_of_nobody_concerns_everybody(tiny_data: Path, content: bytes) -> None:
    (tiny_data / "observations/more.csv").write_bytes(content)
    inventory = take_inventory(tiny_data)
    assert set(inventory.places["*"]) == {"observations/more.csv"}
    assert "observations/more.csv *" in inventory.rows_of(GULOU)
    assert {f.region_code for f in load(tiny_data).findings} == {None}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('region_code: "350105"', "350105"),
        ("region_code: '350105'  # 马尾区", "350105"),
        ("region_code: 350105\r", "350105"),
        ('"region_code": "350105"', "350105"),
        ('region_code: "35010"', None),
        ('region_code: &code "350105"', "350105"),
        ('region_code: "350105"\nnote: region_code', "350105"),
        ('region_code: "350105"  # region_code 按 GB/T 2260', "350105"),
        ("region_code: [350105]", None),
        ("region_code: 350105: 1", None),
        ("", None),
    ],
)
def test_a_look_at_a_plan_tells_its_place_or_nothing(line: str, code: str | None) -> None:
    assert region_of_plan(f"id: x\n{line}\ntitle: 规划\n".encode())[0] == code


def test_a_plan_without_a_plain_title_has_none() -> None:
    titles = [
        region_of_plan(f"title: {text}\n".encode())[1] for text in ("规划", '"规划"', '"a\\"b"', "a #b")
    ]
    assert titles == ["规划", "规划", "", ""]


def test_what_is_not_read_is_noticed_all_the_same(tiny_data: Path) -> None:
    (tiny_data / "observations/2024.xlsx").write_bytes(b"x")
    (tiny_data / "plans/more.yml").write_text("x", encoding="utf-8")
    inventory = take_inventory(tiny_data)
    assert inventory.plans["more"] == PlanFile("plans/more.yml", None)
    assert inventory.names == (
        "observations/2024.xlsx",
        "plans/gulou.yaml",
        "plans/mawei.yaml",
        "plans/more.yml",
    )
    assert {"observations/2024.xlsx", "plans/more.yml"} <= set(inventory.files)


def test_a_file_changed_and_changed_back_has_been_touched(tiny_data: Path) -> None:
    inventory = take_inventory(tiny_data)
    assert inventory.touched() == []
    file = tiny_data / "observations/mawei.csv"
    content = file.read_bytes()
    file.write_bytes(content + b"\n")
    file.write_bytes(content)
    (tiny_data / "plans/new.yaml").write_text("", encoding="utf-8")
    (tiny_data / "observations/gulou.csv").unlink()
    assert inventory.touched() == ["observations/gulou.csv", "observations/mawei.csv", "plans/new.yaml"]


def test_a_folder_that_is_not_there_gives_an_empty_inventory(tmp_path: Path) -> None:
    inventory = take_inventory(tmp_path / "none")
    assert (inventory.files, inventory.plans, inventory.places, inventory.rows) == ({}, {}, {}, 0)


# ---- the cache ------------------------------------------------------------------------------------------------------


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inventories that are taken long after every file was written."""
    monkeypatch.setattr(module.time, "time_ns", lambda: time.clock_gettime_ns(time.CLOCK_REALTIME) + 10**11)


def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are opened from now on."""
    names: list[str] = []
    genuine = module._look

    def look(name: str, path: Path, status: os.stat_result) -> object:
        names.append(name)
        return genuine(name, path, status)

    monkeypatch.setattr(module, "_look", look)
    return names


@pytest.mark.usefixtures("settled")
def test_with_a_cache_only_what_changed_is_opened(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "out/.planeval/inventory.json"
    first = take_inventory(tiny_data, cache)
    names = looked_at(monkeypatch)
    assert take_inventory(tiny_data, cache) == first
    assert names == []
    change(tiny_data / FILE, GDP, GDP.replace("465", "466"))
    (tiny_data / "plans/gulou.yaml").unlink()
    second = take_inventory(tiny_data, cache)
    assert names == [FILE]
    assert second == take_inventory(tiny_data)
    assert changed(first, second) == {MAWEI} and set(second.plans) == {"mawei"}
    assert take_inventory(tiny_data, cache) == second


def test_a_file_written_a_moment_ago_is_hashed_again(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "inventory.json"
    take_inventory(tiny_data, cache)
    names = looked_at(monkeypatch)
    take_inventory(tiny_data, cache)
    assert FILE in names
    # Once the files have been left alone for a while, the same times do.
    monkeypatch.setattr(module.time, "time_ns", lambda: time.clock_gettime_ns(time.CLOCK_REALTIME) + 10**11)
    take_inventory(tiny_data, cache)
    names.clear()
    take_inventory(tiny_data, cache)
    assert names == []


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: json.dumps(json.loads(text) | {"files": {FILE: 3}}),
        lambda text: json.dumps(json.loads(text) | {"files": {FILE: [[1, 2, 3, 4], "x", None]}}),
        lambda text: json.dumps(json.loads(text) | {"taken": "soon"}),
        lambda text: text.replace('"of":["', '"of":["/elsewhere'),
        lambda text: re.sub(r'("of":\["[^"]*",)"[0-9a-f]+"', r'\1"other code"', text),
    ],
)
def test_a_damaged_or_foreign_cache_is_made_anew(tiny_data: Path, tmp_path: Path, damage: object) -> None:
    cache = tmp_path / "inventory.json"
    first = take_inventory(tiny_data, cache)
    good = cache.read_text(encoding="utf-8")
    cache.write_text(damage(good), encoding="utf-8")  # type: ignore[operator]
    assert cache.read_text(encoding="utf-8") != good
    assert take_inventory(tiny_data, cache) == first
    assert json.loads(cache.read_text(encoding="utf-8"))["files"] == json.loads(good)["files"]


@pytest.mark.usefixtures("settled")
def test_a_cache_that_cannot_be_written_costs_time_only(
    tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert take_inventory(tiny_data, tmp_path / "file/inventory.json") == take_inventory(tiny_data)

    def full(*names: object) -> None:
        raise OSError(28, "No space left on device")

    cache = tmp_path / "out/inventory.json"
    take_inventory(tiny_data, cache)
    before = cache.read_bytes()
    change(tiny_data / FILE, GDP, GDP.replace("465", "466"))
    monkeypatch.setattr(module.os, "replace", full)
    assert take_inventory(tiny_data, cache) == take_inventory(tiny_data)
    assert cache.read_bytes() == before and list(cache.parent.iterdir()) == [cache]


def test_inventories_differ_by_content_alone(tiny_data: Path) -> None:
    first = take_inventory(tiny_data)
    os.utime(tiny_data / FILE, (0, 0))
    assert take_inventory(tiny_data) == first
    assert replace(first, rows=0) != first


def test_a_ledger_without_rows_and_without_facts_could_be_anybodys(tiny_data: Path) -> None:
    ledger = write_ledger(tiny_data, [])
    ledger.with_suffix(".yaml").unlink()

    assert "accidents/2023.csv" in take_inventory(tiny_data).places["*"]
