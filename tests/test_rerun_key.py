"""The key of a report: what it covers, that it is stable, and what is said when it differs."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planeval.rerun.decide import decide
from planeval.rerun.key import ReportInputs, changes, digest, report_key
from planeval.rerun.record import RECORD_FILE, intact, read_record, record_text

INPUTS = ReportInputs(
    notebook="n",
    parameters={
        "plan": "mawei",
        "as_of": None,
        "data": "data",
        "validation": "reports/validation/validation.json",
    },
    plan="p",
    ledger=None,
    observations={"350105": {"observations/mawei.csv": "o"}},
    findings="f",
    dictionary="d",
    method="m",
    regions="r",
    expectations="e",
    template="t",
    code="c",
    environment="v",
)
# What these inputs give. It changes only with the function's VERSION: then every report is rendered once more.
PINNED = "ee7491d0beb2286330f102ad439d64051aabe99c26f47c5a90527dbbcb915f15"


def test_the_key_of_given_inputs_is_pinned() -> None:
    assert report_key(INPUTS) == PINNED


@pytest.mark.parametrize("name", [f.name for f in fields(ReportInputs)])
def test_every_component_changes_the_key_and_is_named(name: str) -> None:
    other: Any = (
        {"plan": "gulou"} if name == "parameters" else {"350102": {}} if name == "observations" else "other"
    )
    changed = replace(INPUTS, **{name: other})
    assert report_key(changed) != report_key(INPUTS)
    assert {component for component, _ in changes(asdict(INPUTS), asdict(changed))} == {name}


@given(st.permutations(list(asdict(INPUTS))))
def test_the_order_of_the_components_does_not_matter(order: list[str]) -> None:
    shuffled = {name: asdict(INPUTS)[name] for name in order}
    assert digest({"version": 1, "inputs": shuffled}) == digest({"version": 1, "inputs": asdict(INPUTS)})
    assert changes(shuffled, asdict(INPUTS)) == []


def test_the_key_survives_its_way_through_the_record() -> None:
    again = json.loads(json.dumps(asdict(INPUTS)))
    assert changes(again, asdict(INPUTS)) == []
    assert report_key(ReportInputs(**again)) == report_key(INPUTS)


# ---- decisions --------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A report folder as published from ``INPUTS``."""
    there = tmp_path / "mawei/midterm"
    there.mkdir(parents=True)
    files = {"index.html": "马尾".encode(), "evaluation.json": b"{}"}
    for name, content in files.items():
        (there / name).write_bytes(content)
    text = record_text(report_key(INPUTS), asdict(INPUTS), files, {"as_of": 2023})
    (there / RECORD_FILE).write_text(text, encoding="utf-8")
    return there


def decision(
    folder: Path, inputs: ReportInputs = INPUTS, *, force: bool = False
) -> tuple[bool, tuple[str, ...]]:
    made = decide(folder, read_record(folder), inputs, force=force)
    return made.render, made.reasons


def test_a_report_whose_inputs_are_as_they_were_is_left_alone(folder: Path) -> None:
    assert decision(folder) == (False, ())


def test_force_renders_it_all_the_same(folder: Path) -> None:
    assert decision(folder, force=True) == (True, ("按 --force 的要求",))


def test_a_changed_row_names_the_place(folder: Path) -> None:
    changed = replace(INPUTS, observations={"350105": {"observations/mawei.csv": "other"}})
    assert decision(folder, changed) == (True, ("350105 的统计数据有变化",))


def test_several_changes_are_all_named(folder: Path) -> None:
    changed = replace(
        INPUTS, plan="other", ledger="new", parameters=dict(INPUTS.parameters) | {"as_of": 2022}
    )
    assert decision(folder, changed) == (True, ("参数 as_of 有变化", "规划文件有变化", "进展台账有变化"))


def test_a_report_that_is_not_there_is_new(tmp_path: Path) -> None:
    assert decision(tmp_path / "nowhere") == (True, ("还没有这份报告",))


def test_a_report_from_before_there_were_records_is_rendered(folder: Path) -> None:
    (folder / RECORD_FILE).unlink()
    assert decision(folder) == (True, ("原有报告没有生成记录",))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"schema": 0, "files": {}}', '{"schema": 1}', "\udcff"])
def test_a_record_that_cannot_be_read_is_none(folder: Path, content: str) -> None:
    (folder / RECORD_FILE).write_bytes(content.encode("utf-8", "surrogateescape"))
    assert read_record(folder) is None


@pytest.mark.parametrize("damage", ["delete", "cut"])
def test_a_file_deleted_or_cut_short_is_made_again(folder: Path, damage: str) -> None:
    page = folder / "index.html"
    if damage == "delete":
        page.unlink()
    else:
        page.write_bytes(page.read_bytes()[:-1])
    record = read_record(folder)
    assert record is not None and not intact(folder, record)
    assert decision(folder) == (True, ("原有报告的文件不全",))
