"""Validating only what changed says the same as validating everything."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT, TINY_HEADER, TINY_PLAN
from hand_made_table import GULOU as ONE
from hand_made_table import MAWEI as TWO
from hand_made_table import Table
from mistakes import append
from mistakes import replace as change

import planeval.validate.parts as parts
from planeval.model.validation import ValidationResult
from planeval.read.inventory import take_inventory
from planeval.read.workspace import Workspace, load
from planeval.validate.applicable import applicable
from planeval.validate.engine import session
from planeval.validate.frames import build
from planeval.validate.inputs import SOURCES, validation_inputs
from planeval.validate.parts import Stored, affected, relatives, revalidate
from planeval.validate.run import validate
from planeval.validate.suites import load_suites

CITY, PROVINCE = "350100", "350000"
DISTRICTS = ("350102", "350105", "350111")
VALUES = {
    "accident_deaths": (9, "人"),
    "accidents": (20, "起"),
    "general_accidents": (18, "起"),
    "larger_accidents": (1, "起"),
    "gdp": (500.5, "亿元"),
    "population": (290554, "人"),
    "disaster_loss": (1.5, "亿元"),
    "flood_drought_loss": (0.75, "亿元"),
    "disaster_affected": (5000, "人次"),
    "deaths_per_100m_gdp": (0.018, "人/亿元"),
}
YEARS = range(2019, 2023)


def rows_of(code: str, scale: int = 1) -> list[str]:
    def value(name: str, year: int) -> str:
        number = VALUES[name][0] * (scale if name != "deaths_per_100m_gdp" else 1)
        return f"{number + (year - 2019) * 3 if name == 'gdp' else number:g}"

    return [
        f"{code},{year},{name},{value(name, year)},{unit},final,统计公报,{year + 1}-03,yes"
        for year in YEARS
        for name, (_, unit) in VALUES.items()
    ]


@pytest.fixture
def folder(tiny_data: Path) -> Path:
    """Three districts in one file, their city and province in another; two of the districts have plans."""
    for file in (tiny_data / "observations").iterdir():
        file.unlink()
    append(tiny_data / "regions.csv", "350111,新设区,New,county,350100")
    lines = [TINY_HEADER, *(row for code in DISTRICTS for row in rows_of(code))]
    write(tiny_data / "observations/districts.csv", lines)
    write(tiny_data / "observations/above.csv", [TINY_HEADER, *rows_of(CITY, 4), *rows_of(PROVINCE, 9)])
    return tiny_data


def write(file: Path, lines: list[str]) -> None:
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def lines_of(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


_known: dict[str, Stored] = {}


def everything(data: Path) -> Stored:
    """Everything validated; the same content once."""
    inventory = take_inventory(data)
    key = f"{sorted(inventory.files.items())} {inventory.names}"
    if key not in _known:
        _known[key] = revalidate(load(data, None, inventory), inventory, None, None)
    return _known[key]


def renewed(data: Path, before: Stored) -> tuple[Stored, set[str] | None]:
    """What the pipeline does: read and validate what changed."""
    inventory = take_inventory(data)
    changed = affected(before, inventory)
    only = None if changed is None else changed | relatives(before, inventory, changed)
    workspace = load(data, only, inventory)
    return revalidate(workspace, inventory, before, changed), changed


def text(result: ValidationResult) -> str:
    return result.model_dump_json(indent=1)


# ---- how many rows an expectation could be applied to -------------------------------------------------------------


def a_table() -> Workspace:
    return Table().workspace()


def a_table_with_holes() -> Workspace:
    table = Table()
    for number, row in enumerate(table.rows):
        if number % 7 == 0:
            row["value"] = float("nan")
        if number % 11 == 0:
            row |= {"source": "", "status": ""}
        if number % 13 == 0:
            row["published"] = ""
        if number % 17 == 0:
            row["variable"] = "unknown"
        if number % 19 == 0:
            row["region_code"] = "350150" if number % 2 else ""
        if number % 23 == 0:
            row["status"] = "forecast"
    return table.workspace()


def nothing() -> Workspace:
    workspace = Table().workspace()
    return replace(workspace, table=workspace.table.iloc[:0], observations=workspace.observations.iloc[:0])


@pytest.mark.parametrize(
    "made",
    [a_table, a_table_with_holes, nothing, lambda: load(ROOT / "data")],
    ids=["full", "holes", "none", "data"],
)
def test_rows_an_expectation_can_be_applied_to_are_counted_as_great_expectations_does(
    made: Callable[[], Workspace],
) -> None:
    workspace = made()
    frames = build(workspace).named()
    with session() as engine:
        for suite in load_suites():
            frame = frames[suite.meta.frame]
            outcomes = engine.run(suite, frame, parts._parameters(workspace))
            own = [int(applicable(expectation, frame).sum()) for expectation in suite.expectations]
            assert own == [outcome.checked for outcome in outcomes], suite.name
            failing = engine.failing(suite, frame, parts._parameters(workspace))
            assert failing == [outcome.rows for outcome in outcomes], suite.name


# ---- one step at a time -------------------------------------------------------------------------------------------

D, ABOVE = "observations/districts.csv", "observations/above.csv"


def edit(data: Path, file: str, code: str, variable: str, year: int, value: str | None) -> None:
    """Change one value of a file; None deletes the row."""
    lines = lines_of(data / file)
    (at,) = [i for i, line in enumerate(lines) if line.startswith(f"{code},{year},{variable},")][:1]
    cells = lines[at].split(",")
    lines[at : at + 1] = [] if value is None else [",".join([*cells[:3], value, *cells[4:]])]
    write(data / file, lines)


Step = Callable[[Path], object]
STEPS: dict[str, tuple[Step, set[str] | None]] = {
    "a value": (lambda d: edit(d, D, "350105", "gdp", 2021, "5000"), {"350105"}),
    "a value of the city": (lambda d: edit(d, ABOVE, CITY, "accidents", 2020, "30"), {CITY}),
    "the last row deleted": (
        lambda d: edit(d, D, "350111", "deaths_per_100m_gdp", 2022, None),
        {"350111"},
    ),
    "a vintage": (
        lambda d: append(d / D, "350111,2022,gdp,7,万元,revised,统计公报,2023-12,"),
        {"350111"},
    ),
    "a mistyped code": (
        lambda d: append(d / D, "350150,2018,gdp,490,亿元,final,统计公报,2019-03,"),
        {"350150"},
    ),
    "a mangled code": (
        lambda d: append(d / D, "350105.0,2018,gdp,490,亿元,final,统计公报,2019-03,"),
        {"350105"},
    ),
    "a row of nobody": (lambda d: append(d / D, ",2018,gdp,490,亿元,final,统计公报,2019-03,"), set()),
    "a plan's text": (
        lambda d: change(d / "plans/mawei.yaml", "base_year: 2020", "base_year: 2019"),
        {"350105"},
    ),
    "a new plan": (
        lambda d: (d / "plans/new.yaml").write_text(
            TINY_PLAN.format(id="new", code="350111", place="新设区"), encoding="utf-8"
        ),
        {"350111"},
    ),
    "a plan of a place without rows": (
        lambda d: (d / "plans/far.yaml").write_text(
            TINY_PLAN.format(id="far", code="100000", place="全国"), encoding="utf-8"
        ),
        {"100000"},
    ),
    "a plan with a mistake": (lambda d: append(d / "plans/mawei.yaml", "x: 1"), {"350105"}),
    "a plan less": (lambda d: (d / "plans/mawei.yaml").unlink(), {"350105"}),
    "a plan written otherwise than most": (
        lambda d: change(d / "plans/mawei.yaml", "region_code:", '"region_code":'),
        {"350105"},
    ),
    "a plan that tells no place": (
        lambda d: change(d / "plans/mawei.yaml", 'region_code: "350105"', "region_code: [350105]"),
        None,
    ),
    "a ledger with a mistake": (
        lambda d: write(
            d / "progress/gulou.csv", ["item,date,status,percent,evidence,source", "x,2023-1-1,x,1,,"]
        ),
        {"350102"},
    ),
    "a ledger of no plan": (lambda d: write(d / "progress/gulow.csv", [""]), set()),
    "a table that is not read": (lambda d: (d / "observations/x.xlsx").write_bytes(b""), set()),
    "a file that cannot be read": (lambda d: append(d / D, "350105,2020"), set(DISTRICTS)),
    "a file of nobody that cannot be read": (
        lambda d: (d / "observations/x.csv").write_bytes(b"\xff\x80"),
        set(),
    ),
    "a file less": (lambda d: (d / ABOVE).unlink(), {CITY, PROVINCE}),
    "other line ends": (
        lambda d: (d / D).write_bytes((d / D).read_bytes().replace(b"\n", b"\r\n")),
        set(),
    ),
    "another bound of the method": (
        lambda d: change(d / "method.yaml", "last_year: 2035", "last_year: 2021"),
        None,
    ),
    "a new place": (lambda d: append(d / "regions.csv", "350112,长乐区,Changle,county,350100"), None),
}


@pytest.mark.parametrize("name", STEPS)
def test_after_a_change_only_whom_it_concerns_is_validated_and_the_result_is_that_of_everything(
    folder: Path, name: str
) -> None:
    before = everything(folder)
    step, concerned = STEPS[name]
    step(folder)
    after, changed = renewed(folder, before)
    assert changed == (concerned | {"*"} if concerned is not None else None)
    whole = everything(folder)
    assert text(after.result()) == text(whole.result()) == text(validate(load(folder)))
    assert after.text() == whole.text()
    assert affected(after, take_inventory(folder)) == set()


@pytest.mark.parametrize("seed", range(3))
def test_step_by_step_the_result_stays_that_of_everything(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    stored = everything(folder)
    for _ in range(7):
        name = chance.choice(sorted(STEPS))
        try:
            STEPS[name][0](folder)
        except (OSError, AssertionError, ValueError, IndexError):
            continue  # an earlier step took away what this one needs
        again = Stored.read(stored.text())
        assert again is not None
        stored, _ = renewed(folder, again)
        whole = everything(folder)
        assert text(stored.result()) == text(whole.result()), name
        assert stored.text() == whole.text(), name


def test_what_undated_rows_are_compared_with_is_the_newest_publication_of_all(folder: Path) -> None:
    append(folder / D, "350111,2024,gdp,505,亿元,illustrative,示例,,")
    before = everything(folder)
    assert before.newest == 2023 and "year-against-publication" not in {
        f.rule for f in before.result().findings
    }
    edit(folder, ABOVE, PROVINCE, "gdp", 2022, "4500")
    lines = lines_of(folder / ABOVE)
    write(folder / ABOVE, [line.replace(",2023-03,", ",2021-03,") for line in lines])
    lines = lines_of(folder / D)
    write(folder / D, [line for line in lines if ",2023-03," not in line])
    stored = everything(folder)
    append(folder / ABOVE, f"{PROVINCE},2018,gdp,4400,亿元,final,统计公报,2024-03,")
    after, changed = renewed(folder, stored)
    assert changed == {PROVINCE, "350111", "*"}, "the place with the undated row as well"
    assert text(after.result()) == text(everything(folder).result())
    assert {f.rule for f in stored.result().findings} - {f.rule for f in after.result().findings} == {
        "year-against-publication"
    }


def test_a_stray_row_is_compared_with_the_places_it_may_belong_to(folder: Path) -> None:
    append(folder / D, "350150,2018,gdp,490,亿元,final,统计公报,2019-03,")
    before = everything(folder)
    assert [f.region_code for f in before.result().findings if f.rule == "stray-rows"] == ["350105"]
    append(folder / ABOVE, "350105,2018,gdp,490,亿元,final,统计公报,2019-03,")  # so it is another place's
    after, changed = renewed(folder, before)
    assert changed == {"350105", "*"}
    assert text(after.result()) == text(everything(folder).result())
    assert "350105" not in {f.region_code for f in after.result().findings if f.rule == "stray-rows"}


def test_without_a_changed_row_great_expectations_is_not_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(folder)
    monkeypatch.setattr(parts, "session", None)
    change(folder / "plans/mawei.yaml", "base_year: 2020", "base_year: 2018")
    after, changed = renewed(folder, before)
    assert changed == {"350105", "*"}
    monkeypatch.undo()
    assert text(after.result()) == text(everything(folder).result()) != text(before.result())


def test_only_the_rows_of_the_changed_units_are_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(folder)
    edit(folder, D, "350105", "gdp", 2021, "512")
    looked: dict[str, set[str]] = {}
    genuine = parts.Session.failing

    def failing(self: parts.Session, suite: object, frame: object, parameters: object) -> object:
        looked[suite.name] = set(frame["region_code"])  # type: ignore[attr-defined, index]
        return genuine(self, suite, frame, parameters)  # type: ignore[arg-type]

    monkeypatch.setattr(parts.Session, "failing", failing)
    renewed(folder, before)
    assert looked == {
        "hierarchy": {CITY, *DISTRICTS},
        "observations": {"350105"},
        "panel": {"350105"},
        "rates": {"350105"},
    }


def test_the_relatives_are_those_that_must_add_up_and_nobody_else(folder: Path) -> None:
    stored, inventory = everything(folder), take_inventory(folder)
    assert relatives(stored, inventory, {"350105"}) == {CITY, "350102", "350111"}
    assert relatives(stored, inventory, {CITY}) == {PROVINCE, *DISTRICTS}
    assert relatives(stored, inventory, {"*"}) == set()


# ---- kept for the next time ---------------------------------------------------------------------------------------


def test_what_is_stored_survives_and_is_refused_when_damaged(folder: Path) -> None:
    stored = everything(folder)
    raw = stored.text()
    again = Stored.read(raw)
    assert again == stored and again.text() == raw
    assert again.result() == stored.result()
    damaged = [b"", raw[:-1], b"[]", b"{}", b"null", raw.replace(b'"schema":', b'"schema":1')]
    damaged += [raw.replace(b'"checked"', b'"chequed"'), raw.replace(b'"newest"', b'"newer"')]
    assert [Stored.read(text) for text in damaged] == [None] * len(damaged)
    assert affected(None, take_inventory(folder)) is None


def test_the_inputs_are_those_of_the_result(folder: Path) -> None:
    result = validate(load(folder))
    assert result.inputs == validation_inputs(take_inventory(folder)) == everything(folder).inputs
    assert (result.rows, result.places) == (5 * 40, 5)


def test_rows_of_nobody_are_rows_but_no_place() -> None:
    table = Table()
    table.row(ONE, 2020, "gdp").update(region_code="")
    result = table.validate()
    assert (result.rows, result.places) == (len(table.rows), 3)
    assert {c.region_code for c in result.coverage} >= {ONE, TWO}


def test_other_suites_are_another_matter(folder: Path, tmp_path: Path) -> None:
    stored, inventory = everything(folder), take_inventory(folder)
    suites = tmp_path / "suites"
    suites.mkdir()
    for file in (ROOT / "expectations").iterdir():
        (suites / file.name).write_bytes(file.read_bytes() + b"\n")
    assert affected(stored, inventory) == set()
    assert affected(stored, inventory, suites) is None


def test_telling_what_changed_needs_no_pandas(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "stored.json").write_bytes(everything(folder).text())
    code = (
        "import sys; from pathlib import Path\n"
        "from planeval.read.inventory import take_inventory\n"
        "from planeval.validate.stored import Stored, affected\n"
        f"stored = Stored.read(Path({str(tmp_path / 'stored.json')!r}).read_bytes())\n"
        f"assert affected(stored, take_inventory(Path({str(folder)!r}))) == set()\n"
        "print(*sorted({'pandas', 'numpy', 'pydantic', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_every_message_file_that_reading_and_validation_speak_from_is_a_source() -> None:
    package = ROOT / "planeval"
    code = "".join(
        file.read_text(encoding="utf-8")
        for room in ("read", "derive", "validate", "model", "database")
        for file in (package / room).glob("*.py")
    )
    used = set(re.findall(r'say\(\s*f?"([a-z_]+)\.', code))
    assert {"accidents", "parts", "read", "report", "severity", "validation"} <= used
    files = {
        file.name
        for file in (package / "messages" / "zh").glob("*.yaml")
        if used & set(re.findall(r"^([a-z_]+):", file.read_text(encoding="utf-8"), re.MULTILINE))
    }
    assert {f"messages/*/{name}" for name in files} <= set(SOURCES)
