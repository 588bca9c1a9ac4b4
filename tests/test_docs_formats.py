"""The formats that the documents describe are those that planeval reads and writes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from docs_text import READMES, ROOT, marked_blocks, marked_tables, text_of
from pydantic import BaseModel

from planeval.evaluate.evaluation import evaluate
from planeval.model import accidents as accident_models
from planeval.model import dictionary as dictionary_models
from planeval.model import evaluation as evaluation_models
from planeval.model import findings as findings_models
from planeval.model import method as method_models
from planeval.model import plan as plan_models
from planeval.model import sources as sources_models
from planeval.model import validation as validation_models
from planeval.model.evaluation import Kind, Verdict
from planeval.read import ledger, observations
from planeval.read.rows import (
    ACCIDENT,
    ACCIDENT_OPTIONAL,
    REGION,
    REGION_CHANGE,
    REGION_CHANGE_OPTIONAL,
    REGION_OPTIONAL,
)
from planeval.read.units import UNITS
from planeval.read.workspace import Workspace, load
from planeval.report.indicator_table import CSV_COLUMNS
from planeval.validate import suites
from planeval.verify import embedded
from planeval.workbook import mapping

MODULES = (
    plan_models,
    dictionary_models,
    accident_models,
    sources_models,
    method_models,
    evaluation_models,
    validation_models,
    findings_models,
    suites,
    mapping,
    embedded,
)
# Models that no file shows as such: bases without fields, and what is written as plain text in a file.
NOT_IN_FILES = {"Strict", "Translated", "Result", "Due", "Suite", "OfPlan"}


def models() -> dict[str, type[BaseModel]]:
    found = {}
    for module in MODULES:
        for name, value in vars(module).items():
            if (
                isinstance(value, type)
                and issubclass(value, BaseModel)
                and value.__module__ == module.__name__
            ):
                found[name] = value
    return {name: model for name, model in found.items() if name not in NOT_IN_FILES}


def translations(model: type[BaseModel]) -> set[str]:
    """The optional fields that hold the English of another field."""
    fields = model.model_fields
    return {f for f in fields if f.endswith("_en") and f[:-3] in fields and not fields[f].is_required()}


def test_formats_names_every_field_that_may_be_translated() -> None:
    paragraph = re.search(r"^\*\*English\.\*\*.*$", text_of("docs/formats.md"), re.MULTILINE)
    assert paragraph
    own = {f"{name[:-3]}" for model in models().values() for name in translations(model)}

    assert own == set(re.findall(r"`([a-z_]+)`", paragraph[0])) - {"x", "x_en"}


def test_every_model_of_a_file_has_a_table_in_formats() -> None:
    documented = {name for subject in marked_tables("docs/formats.md", "fields") for name in subject.split()}

    assert documented == set(models())


@pytest.mark.parametrize("subject", sorted(marked_tables("docs/formats.md", "fields")))
def test_a_table_of_fields_names_exactly_the_fields_of_its_models(subject: str) -> None:
    fields = {
        field.alias or f for name in subject.split() for f, field in models()[name].model_fields.items()
    }
    fields -= {f for name in subject.split() for f in translations(models()[name])}

    assert sorted(marked_tables("docs/formats.md", "fields")[subject]) == sorted(fields)


@pytest.mark.parametrize(
    ("subject", "columns"),
    [
        ("regions", REGION + REGION_OPTIONAL),
        ("region_changes", REGION_CHANGE + REGION_CHANGE_OPTIONAL),
        ("observations", observations.REQUIRED + observations.OPTIONAL),
        ("ledger", ledger.REQUIRED + ledger.OPTIONAL),
        ("accidents", ACCIDENT + ACCIDENT_OPTIONAL),
        ("indicators", CSV_COLUMNS),
        ("held_back", ("plan", "kind", "reasons")),
    ],
)
def test_a_table_of_columns_names_exactly_the_columns_of_its_file(
    subject: str, columns: tuple[str, ...]
) -> None:
    assert sorted(marked_tables("docs/formats.md", "columns")[subject]) == sorted(columns)


def test_the_units_in_formats_are_those_that_are_known_grouped_by_quantity() -> None:
    table = re.search(r"<!-- units -->\n((?:\|.*\n)+)", text_of("docs/formats.md"))
    assert table
    rows = [re.findall(r"`([^`]+)`", line) for line in table[1].splitlines()[2:]]

    assert sorted(unit for units in rows for unit in units) == sorted(UNITS)
    for units in rows[:-1]:  # the last row collects quantities of one unit each
        quantity = UNITS[units[0]][0]
        assert units and {u for u, (q, _) in UNITS.items() if q == quantity} == set(units)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("example")
    for file, body in marked_blocks("docs/formats.md", "example").items():
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_text(body, encoding="utf-8")
    return load(folder)


def test_the_examples_of_formats_form_a_data_folder_without_mistakes(example: Workspace) -> None:
    assert example.findings == []
    assert list(example.plans) == ["shili"]
    assert len(example.observations) == 12
    assert example.observations["derived"].tolist().count("accidents") == 1
    assert len(example.ledgers["shili"]) == 5


def test_the_example_plan_of_formats_can_be_evaluated(example: Workspace) -> None:
    result = evaluate(example, "shili", Kind.MIDTERM, None, [])

    assert result.region_code == "010101"
    assert result.illustrative
    deaths, rate = result.indicators
    assert deaths.target == pytest.approx(17)
    assert rate.values[1].denominator == pytest.approx(432)  # 4320000 万元
    assert [r.variable for r in result.restatements] == ["gdp"]
    assert {i.id: i.state.value for i in result.items}["gas-pipes"] == "overdue"


def test_the_example_suite_of_formats_loads(tmp_path: Path) -> None:
    match = re.search(
        r"<!-- suite -->\n```json\n(.*?)^```$", text_of("docs/formats.md"), re.MULTILINE | re.DOTALL
    )
    assert match
    (tmp_path / "example.json").write_text(match[1], encoding="utf-8")

    (suite,) = suites.load_suites(tmp_path)

    assert suite.expectations[0].meta.rule == "gdp-change"


@pytest.mark.parametrize("readme", READMES)
def test_the_walk_through_of_the_readme_gives_a_verdict(readme: str, tmp_path: Path) -> None:
    folder = tmp_path / "mydata"
    shutil.copytree(ROOT / "data", folder)
    for file, body in marked_blocks(readme, "append").items():
        with (folder / file).open("a", encoding="utf-8") as stream:
            stream.write(body)
    for file, body in marked_blocks(readme, "file").items():
        (folder / file).write_text(body, encoding="utf-8")

    workspace = load(folder)
    result = evaluate(workspace, "shili", Kind.MIDTERM, None, [])

    assert workspace.findings == []
    assert [i.verdict for i in result.indicators] == [Verdict.AHEAD, Verdict.ON_TRACK]
