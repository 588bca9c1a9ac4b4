"""Reading what some places need gives what would be left of reading everything."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT, TINY_HEADER, TINY_PLAN, tiny_rows
from mistakes import GULOU, MAWEI, append
from mistakes import replace as change

from planeval.errors import InputError, UsageError
from planeval.evaluate.evaluation import evaluate
from planeval.model.evaluation import Kind
from planeval.read.collector import no_collection
from planeval.read.inventory import take_inventory
from planeval.read.ledger import read_ledger
from planeval.read.workspace import Workspace, load

CITY = "350100"
FILE = "observations/mawei.csv"
GDP = "350105,2020,gdp,465,亿元,illustrative,示例,2021-03,"


def assert_same(one: Workspace, other: Workspace) -> None:
    """Both hold the same, field by field."""
    for name in (field.name for field in fields(Workspace)):
        left, right = getattr(one, name), getattr(other, name)
        if isinstance(left, pd.DataFrame):
            pd.testing.assert_frame_equal(left, right)
        elif name == "ledgers":
            assert list(left) == list(right)
            for plan in left:
                pd.testing.assert_frame_equal(left[plan], right[plan])
        elif name == "plans":
            assert list(left) == list(right)
            assert dict(left) == dict(right)
        else:
            assert left == right, name


Break = Callable[[Path], object]
BREAKS: dict[str, Break] = {
    "nothing": lambda data: None,
    "a code as Excel saves it": lambda d: append(d / FILE, GDP.replace("350105", "350105.0")),
    "a code nobody knows": lambda d: append(d / FILE, GDP.replace("350105", "350150")),
    "a row of nobody": lambda d: append(d / FILE, GDP.replace("350105", "")),
    "another place's row in the file": lambda d: append(d / FILE, GDP.replace("350105", GULOU)),
    "a value that is none": lambda d: change(d / FILE, "465", "４６５"),
    "a vintage": lambda d: append(d / FILE, GDP.replace("2021-03", "2021-12").replace("465", "470")),
    "a cell too few": lambda d: append(d / FILE, "350105,2020"),
    "a file of two places that cannot be read": lambda d: append(d / FILE, f"{GULOU},2020"),
    "a file of nobody that cannot be read": lambda d: (d / "observations/x.csv").write_bytes(b"\xff\xff\x80"),
    "no statistics": lambda d: (d / FILE).unlink(),
    "a plan with a mistake": lambda d: append(d / "plans/mawei.yaml", "unknown: 1"),
    "a plan whose place cannot be told": lambda d: change(
        d / "plans/mawei.yaml", "region_code:", '"region_code":'
    ),
    "a plan of no place": lambda d: change(d / "plans/mawei.yaml", "region_code:", "region:"),
    "a plan with a wrong ending": lambda d: (d / "plans/mawei.yml").write_text("", encoding="utf-8"),
    "a plan with a wrong name": lambda d: (d / "plans/Neu.yaml").write_text(
        'region_code: "350105"', encoding="utf-8"
    ),
    "a ledger": lambda d: (d / "progress/mawei.csv").write_text(
        "item,date,status,percent,evidence,source\n", encoding="utf-8"
    ),
    "a ledger with a mistake": lambda d: (d / "progress/mawei.csv").write_text(
        "item,date,status,percent,evidence,source\nx,2023-1-1,x,200,,\n", encoding="utf-8"
    ),
    "a ledger of no plan": lambda d: (d / "progress/mawey.csv").write_text("", encoding="utf-8"),
    "a table that is not read": lambda d: (d / "observations/2024.xlsx").write_bytes(b""),
}


@pytest.mark.parametrize("name", BREAKS)
def test_reading_for_some_places_equals_cutting_out_of_everything(tiny_data: Path, name: str) -> None:
    BREAKS[name](tiny_data)
    everything = load(tiny_data)
    for only in ({MAWEI}, {GULOU}, {MAWEI, GULOU}, {"350150"}, {CITY}, {"*"}, set()):
        assert_same(load(tiny_data, only), everything.only(only))


@pytest.mark.parametrize("seed", range(4))
def test_several_mistakes_together_change_nothing_about_that(tiny_data: Path, seed: int) -> None:
    chance = random.Random(seed)
    for name in chance.sample(sorted(BREAKS), 4):
        try:
            BREAKS[name](tiny_data)
        except (OSError, AssertionError):
            continue  # an earlier mistake took away what this one needs
    everything, inventory = load(tiny_data), take_inventory(tiny_data)
    for only in ({MAWEI}, {GULOU}, {"350150", "*"}):
        assert_same(load(tiny_data, only, inventory), everything.only(only))


def test_the_shipped_data_can_be_read_by_place(data: Path) -> None:
    everything = load(data)
    for code in {plan.region_code for plan in everything.plans.values()}:
        part = load(data, {code})
        assert_same(part, everything.only({code}))
        assert set(part.table["region_code"]) == {code}
        assert [plan.region_code for plan in part.plans.values()] == [code]


def test_what_some_places_do_not_need_is_not_opened(tiny_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inventory = take_inventory(tiny_data)
    opened: list[str] = []
    genuine = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        opened.append(path.name)
        return genuine(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    load(tiny_data, {GULOU}, inventory)
    assert {"gulou.csv", "gulou.yaml"} <= set(opened)
    assert not {"mawei.csv", "mawei.yaml"} & set(opened)


def test_with_an_inventory_no_file_is_hashed_again(tiny_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = load(tiny_data).hashes
    inventory = take_inventory(tiny_data)
    (tiny_data / "data.json").write_text("{}", encoding="utf-8")
    assert load(tiny_data, None, inventory).hashes == before
    assert set(load(tiny_data).hashes) - set(before) == {"data.json"}


# ---- slices ---------------------------------------------------------------------------------------------------------


def test_the_rows_of_a_place_are_found_wherever_they_stand(tiny_data: Path) -> None:
    workspace = load(tiny_data)
    own = workspace.rows_of(MAWEI)
    clean = workspace.observations
    pd.testing.assert_frame_equal(own, clean[clean["region_code"] == MAWEI].reset_index(drop=True))
    assert workspace.rows_of("999999").empty
    mixed = clean.sample(frac=1, random_state=1)
    shuffled = replace(workspace, observations=mixed)
    assert sorted(shuffled.rows_of(MAWEI)["line"]) == sorted(own["line"])


def test_a_slice_holds_one_plans_matter_and_nobody_elses(tiny_data: Path) -> None:
    append(tiny_data / "observations/gulou.csv", GDP.replace("350105", GULOU).replace("465", "x"))
    append(tiny_data / FILE, GDP.replace("465", "x"))
    workspace = load(tiny_data)
    part = workspace.slice("mawei")
    assert (list(part.plans), part.plan_ids, list(part.ledgers)) == (["mawei"], ["mawei"], [])
    assert set(part.table["region_code"]) == set(part.observations["region_code"]) == {MAWEI}
    assert [f.region_code for f in part.findings] == [MAWEI]
    assert len(part.table) == 9 and len(part.observations) == 8
    assert part.hashes == workspace.hashes and part.regions == workspace.regions


def test_there_is_no_slice_of_a_plan_that_is_missing_or_wrong(tiny_data: Path) -> None:
    append(tiny_data / "plans/mawei.yaml", "unknown: 1")
    workspace = load(tiny_data)
    with pytest.raises(UsageError):
        workspace.slice("mawey")
    with pytest.raises(InputError, match="unknown"):
        workspace.slice("mawei")


@pytest.mark.parametrize("plan", ["gulou", "mawei", "national"])
@pytest.mark.parametrize("kind", list(Kind))
def test_the_evaluation_of_a_slice_is_the_evaluation(plan: str, kind: Kind) -> None:
    workspace = load(ROOT / "data")
    code = workspace.plans[plan].region_code
    whole = evaluate(workspace, plan, kind, None, [])
    assert evaluate(workspace.slice(plan), plan, kind, None, []) == whole
    assert evaluate(load(ROOT / "data", {code}).slice(plan), plan, kind, None, []) == whole


# ---- many of them ---------------------------------------------------------------------------------------------------


def test_plans_and_ledgers_survive_being_put_away(tiny_data: Path) -> None:
    """More plans than are kept as objects."""
    header = "item,date,status,percent,quantity,evidence,source"
    task = "tasks: [{no: 1, name: 一, sections: [{id: one, name: 甲}]}]"
    for number in range(90):
        code, plan = f"36{number:04d}", f"p{number}"
        append(tiny_data / "regions.csv", f"{code},第{number}县,P,county,")
        text = TINY_PLAN.format(id=plan, code=code, place=f"第{number}县")
        (tiny_data / f"plans/{plan}.yaml").write_text(f"{text}{task}\n", encoding="utf-8")
        (tiny_data / f"observations/{plan}.csv").write_text("\n".join(tiny_rows(code)), encoding="utf-8")
        rows = [f"one,2022-12-31,in_progress,{number},,甲,乙"] * (number % 3)
        (tiny_data / f"progress/{plan}.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    workspace = load(tiny_data)
    assert workspace.findings == []
    assert len(workspace.plans) == 92 and list(workspace.plans) == sorted(workspace.plans)
    for plan_id, plan in workspace.plans.items():
        assert plan.id == plan_id and plan.title.endswith("规划")
    assert workspace.plans["p7"].region_code == "360007"
    assert "p90" not in workspace.plans and workspace.plans.get("p90") is None
    assert len(workspace.ledgers) == 90 and "gulou" not in workspace.ledgers
    for number in range(90):
        ledger = workspace.ledgers[f"p{number}"]
        pd.testing.assert_frame_equal(
            ledger,
            read_ledger(
                tiny_data / f"progress/p{number}.csv",
                f"progress/p{number}.csv",
                workspace.plans[f"p{number}"],
            ),
        )
        assert list(ledger["percent"]) == [number] * (number % 3)
        assert list(ledger["line"]) == list(range(2, 2 + number % 3))


def test_equal_texts_are_kept_once(tiny_data: Path) -> None:
    table = load(tiny_data).table
    for column in ("source", "status", "unit", "file", "published"):
        texts = table[column].to_numpy(dtype=object)
        assert len({id(text) for text in texts}) == len(set(texts)), column


def test_an_odd_row_reads_the_same_after_a_thousand_plain_ones(tiny_data: Path) -> None:
    """The reader knows cells it has seen; a row is never taken for one it only resembles."""
    plain = tiny_rows(MAWEI)[1:] * 3
    odd = [
        " 350105 , 2020 ,gdp, 465 ,亿元,illustrative,示例,2021-03,",
        "350105,2020,gdp,4650000,万元,illustrative,示例,2021-03,",
        "350105,2020,gdp,0.1,亿元,illustrative,示例,2021-03,no",
        "350105,2020,gdp,123456789012345678901234567890.5,亿元,illustrative,示例,2021-03,",
        "350105,2020,gdp,４６５,亿元,illustrative,示例,2021-03,",
        "350105,2020,gpd,465,亿元,illustrative,示例,2021-03,",
        "350105,2020,population,0,人,illustrative,,2021-03,",
        "350105,2020,population,0,万人,illustrative,示例,2021-13,",
        "350105,2020,population,-0,人,illustrative,示例,,",
    ]
    alone = []
    for row in odd:
        (tiny_data / FILE).write_text("\n".join([TINY_HEADER, row]), encoding="utf-8")
        workspace = load(tiny_data, {MAWEI})
        (record,) = workspace.table.drop(columns=["line", "superseded"]).astype(object).to_dict("records")
        alone.append((record, [f.rule for f in workspace.findings if f.rule[:4] != "plan"]))
    together = [TINY_HEADER, *plain, *odd, *odd]
    (tiny_data / FILE).write_text("\n".join(together), encoding="utf-8")
    workspace = load(tiny_data, {MAWEI})
    for start in (len(plain), len(plain) + len(odd)):
        for number, (record, rules) in enumerate(alone):
            line = start + number + 2
            rows = workspace.table[workspace.table["line"] == line]
            (found,) = rows.drop(columns=["line", "superseded"]).astype(object).to_dict("records")
            assert str(found) == str(record)
            assert [f.rule for f in workspace.findings if f.line == line] == rules


def test_reading_leaves_the_collector_as_it_was(tiny_data: Path) -> None:
    load(tiny_data)
    assert gc.isenabled()
    (tiny_data / "regions.csv").write_text("", encoding="utf-8")
    with pytest.raises(InputError):
        load(tiny_data)
    assert gc.isenabled()
    with pytest.raises(KeyError), no_collection(), no_collection():
        assert not gc.isenabled()
        raise KeyError
    assert gc.isenabled()
