"""What holds a part back holds back every place whose sums rest on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from places_within import CITY, EAST, NORTH, PROVINCE, SOUTH, WEST, a_folder, usual, write

from planeval.errors import InputError
from planeval.evaluate.evaluation import evaluate
from planeval.model.evaluation import Kind
from planeval.model.findings import Severity
from planeval.model.validation import ValidationResult
from planeval.read.inventory import take_inventory
from planeval.read.workspace import load
from planeval.validate.parts import Stored, affected, relatives, revalidate
from planeval.validate.run import validate
from planeval.workbench import findings_of, open_workspace

COUNTIES = (EAST, WEST, SOUTH)
DOUBT = (
    "某市的数由西县的数合计得出，西县的数有1处严重问题：西县2023年生产安全事故死亡人数（17人）标为实际值，"
    "却公布于2023-09，应在2023年结束以后公布，可能只是不足一年的累计数。"
)


def a_city(tmp_path: Path, changes: tuple[str, ...] = ()) -> Path:
    """A city of three counties in a province of one city."""
    return a_folder(tmp_path / "data", usual(), {CITY: 3, PROVINCE: 1}, changes, codes=COUNTIES)


def published_too_early(folder: Path, extra: str = "") -> None:
    """The deaths of West in 2023 come from September of that year."""
    file = folder / f"observations/{WEST}.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    sound, early = f"{WEST},2023,accident_deaths,17,人,final,测试年报,2024-03,yes", "2023-09"
    assert lines.count(sound) == 1
    lines[lines.index(sound)] = sound.replace("2024-03", early)
    if extra:
        lines = [
            f"{lines[0]},reason,provided_by,accepts",
            *(f"{x}{extra if early in x else ',,,'}" for x in lines[1:]),
        ]
    write(file, lines)


def doubts(result: ValidationResult) -> dict[str | None, str]:
    return {f.region_code: f.message for f in result.findings if f.rule == "part_in_doubt"}


def test_a_figure_in_doubt_holds_back_every_place_it_is_summed_into(tmp_path: Path) -> None:
    folder = a_city(tmp_path)
    published_too_early(folder)
    result = validate(load(folder))

    assert doubts(result) == {CITY: DOUBT, PROVINCE: DOUBT.replace("某市", "某省", 1)}
    (finding,) = (f for f in result.findings if f.rule == "part_in_doubt" and f.region_code == CITY)
    assert (finding.severity, finding.where) == (Severity.CRITICAL, f"observations/{WEST}.csv:11")
    assert finding.remedy == (
        "在西县改正；核实无误的，在西县的数据行accepts栏写明接受这一规则和理由。某市的报告在此之前搁置。"
    )
    with pytest.raises(InputError, match="某市的数由西县的数合计得出"):
        evaluate(load(folder), "shi", Kind.MIDTERM, None, result.findings)


def test_a_notebook_that_reads_one_place_alone_holds_it_back_as_well(tmp_path: Path) -> None:
    folder = a_city(tmp_path)
    published_too_early(folder)
    workspace = open_workspace(folder, "shi")

    with pytest.raises(InputError, match="某市的数由西县的数合计得出"):
        evaluate(workspace, "shi", Kind.MIDTERM, None, findings_of(workspace))


def test_accepting_the_finding_at_the_part_lifts_it(tmp_path: Path) -> None:
    folder = a_city(tmp_path)
    published_too_early(folder, ",已核实为全年数,某人,whole-year")

    assert doubts(validate(load(folder))) == {}


def test_a_place_that_reports_its_own_figures_rests_on_no_part(tmp_path: Path) -> None:
    folder = a_city(tmp_path)
    lines = (folder / f"observations/{EAST}.csv").read_text(encoding="utf-8").replace(EAST, CITY)
    write(folder / f"observations/{CITY}.csv", lines.splitlines())
    published_too_early(folder)

    assert load(folder).rests_on == {PROVINCE: (CITY,)}
    assert doubts(validate(load(folder))) == {}


def test_a_place_made_from_others_rests_on_them(tmp_path: Path) -> None:
    changes = (f"2023-07-01,merge,{EAST},{NORTH},", f"2023-07-01,merge,{WEST},{NORTH},")
    folder = a_folder(tmp_path / "data", usual(), {}, changes)
    published_too_early(folder)

    assert load(folder).rests_on == {NORTH: (EAST, WEST)}
    assert set(doubts(validate(load(folder)))) == {NORTH}


def test_validating_what_changed_says_the_same(tmp_path: Path) -> None:
    folder = a_city(tmp_path)
    sound = (folder / f"observations/{WEST}.csv").read_text(encoding="utf-8")
    before = _renewed(folder, None)
    published_too_early(folder)
    held = _renewed(folder, Stored.read(before.text()))

    assert set(doubts(held.result())) == {CITY, PROVINCE}
    assert held.result().model_dump_json() == validate(load(folder)).model_dump_json()

    (folder / f"observations/{WEST}.csv").write_text(sound, encoding="utf-8")
    assert _renewed(folder, held).text() == before.text()


def _renewed(folder: Path, stored: Stored | None) -> Stored:
    inventory = take_inventory(folder)
    changed = affected(stored, inventory)
    only = None if changed is None else changed | relatives(stored, inventory, changed)
    return revalidate(load(folder, only, inventory), inventory, stored, changed)
