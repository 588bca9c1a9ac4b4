"""The documents say what the code does: commands, formats, cut-offs, rules and worked examples."""

from __future__ import annotations

import argparse
import json
import math
import re
import shlex
import shutil
from functools import cache
from pathlib import Path

import jsonschema
import pytest
import yaml
from pydantic import BaseModel

from planeval.commands import build_parser
from planeval.compute.intervals import comparison_p_value, poisson_interval
from planeval.evaluate.evaluation import evaluate
from planeval.evaluate.judge import Case, judge
from planeval.messages import names
from planeval.model import dictionary as dictionary_models
from planeval.model import evaluation as evaluation_models
from planeval.model import findings as findings_models
from planeval.model import method as method_models
from planeval.model import plan as plan_models
from planeval.model import validation as validation_models
from planeval.model.evaluation import Evaluation, IndicatorEvaluation, Kind, Verdict
from planeval.model.plan import AtMost
from planeval.model.schema import evaluation_schema, schema_text
from planeval.read import ledger, observations
from planeval.read.units import UNITS
from planeval.read.workspace import Workspace, load
from planeval.stages.report import CSV_COLUMNS, evaluation_json
from planeval.validate import suites

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh-CN.md")
DOCUMENTS = (*READMES, "CHANGELOG.md", "docs/method.md", "docs/formats.md", "docs/architecture.md")
MODULES = (
    plan_models,
    dictionary_models,
    method_models,
    evaluation_models,
    validation_models,
    findings_models,
    suites,
)
# Models that no file shows as such: bases without fields, and what is written as plain text in a file.
NOT_IN_FILES = {"Strict", "Result", "Due", "Suite"}
PLANS = ("national", "gulou", "mawei")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@cache
def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str = "") -> list[str]:
    return [body for lang, body in _FENCE.findall(text_of(name)) if language in ("", lang)]


def marked_blocks(name: str, marker: str) -> dict[str, str]:
    """What follows ``<!-- marker: subject -->`` as a fenced block, by subject."""
    pattern = rf"<!-- {marker}: (\S+) -->\n```\w+\n(.*?)^```$"
    return dict(re.findall(pattern, text_of(name), re.MULTILINE | re.DOTALL))


def first_cells(table: str) -> list[str]:
    """The names in backticks in the first column of a Markdown table."""
    rows = [line for line in table.splitlines() if line.startswith("|")][2:]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


def marked_tables(name: str, marker: str) -> dict[str, list[str]]:
    """First-column names of each table after ``<!-- marker: subject -->``, by subject."""
    pattern = rf"<!-- {marker}: ([\w ]+) -->\n((?:\|.*\n)+)"
    return {subject: first_cells(table) for subject, table in re.findall(pattern, text_of(name))}


@pytest.fixture(scope="module")
def shipped() -> Workspace:
    return load(ROOT / "data")


@pytest.fixture(scope="module")
def evaluations(shipped: Workspace) -> dict[tuple[str, Kind], Evaluation]:
    return {(plan, kind): evaluate(shipped, plan, kind, None, []) for plan in PLANS for kind in Kind}


def row(evaluation: Evaluation, row_id: str) -> IndicatorEvaluation:
    return next(i for i in evaluation.indicators + evaluation.sub_targets if i.id == row_id)


# ---- commands ------------------------------------------------------------------------------------


def subparsers() -> dict[str, argparse.ArgumentParser]:
    actions = build_parser()._actions
    return next(a.choices for a in actions if isinstance(a, argparse._SubParsersAction))


@pytest.mark.parametrize("readme", READMES)
def test_each_readme_lists_every_command_and_every_option(readme: str) -> None:
    parser = build_parser()
    options = {o for p in [parser, *subparsers().values()] for a in p._actions for o in a.option_strings}
    mentioned = set(re.findall(r"`(-{1,2}[a-z-]+|[a-z]+)", text_of(readme)))

    assert not ({*subparsers(), *options} - mentioned)


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_names_no_option_that_there_is_not(readme: str) -> None:
    options = {
        o for p in [build_parser(), *subparsers().values()] for a in p._actions for o in a.option_strings
    }
    # -p and -r are papermill's.
    assert set(re.findall(r"`(-{1,2}[a-z-]+)", text_of(readme))) <= options | {"-p", "-r"}


def pipeline_commands() -> list[tuple[str, str]]:
    found = []
    for name in DOCUMENTS:
        lines = [line for body in blocks(name) for line in body.splitlines()]
        lines += re.findall(r"`([^`\n]+)`", text_of(name))
        for line in lines:
            if line.startswith("python pipeline.py "):
                found.append((name, line.removeprefix("python pipeline.py ")))
            elif match := re.search(r'make run ARGS="([^"]*)"', line):
                found.append((name, f"run {match[1]}"))
    return found


@pytest.mark.parametrize(("name", "command"), pipeline_commands())
def test_every_command_that_a_document_shows_parses(name: str, command: str) -> None:
    words = shlex.split(command)
    if "--help" in words:
        with pytest.raises(SystemExit) as stop:
            build_parser().parse_args(words)
        assert stop.value.code == 0
    else:
        assert build_parser().parse_args(words).command == words[0]


def test_every_command_has_an_example_in_a_code_block_of_the_readme() -> None:
    shown = {command.split()[0] for name, command in pipeline_commands() if name == "README.md"}

    assert shown >= set(subparsers())


def test_every_make_target_that_a_document_names_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    named = {
        t
        for name in DOCUMENTS
        for t in re.findall(r"(?:^|`| )make ([a-z]+)(?=[`\s])", _code(name), re.MULTILINE)
    }

    assert {"run", "test", "lab"} <= named <= targets


def _code(name: str) -> str:
    """Code blocks and inline code of a document."""
    return "\n".join([*blocks(name), *(f"`{c}`" for c in re.findall(r"`([^`\n]+)`", text_of(name)))])


def papermill_commands() -> list[list[str]]:
    lines = [line for body in blocks("README.md", "bash") for line in body.splitlines()]
    return [shlex.split(line) for line in lines if line.startswith("papermill ")]


def test_the_papermill_commands_name_every_notebook_and_only_parameters_it_has() -> None:
    commands = papermill_commands()

    assert {words[1] for words in commands} == {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "notebooks").glob("*.ipynb")
    }
    for words in commands:
        cells = json.loads((ROOT / words[1]).read_text(encoding="utf-8"))["cells"]
        declared = next(c for c in cells if "parameters" in c["metadata"].get("tags", []))
        parameters = re.findall(r"^(\w+) =", "".join(declared["source"]), re.MULTILINE)
        given = [words[i + 1] for i, word in enumerate(words) if word in ("-p", "-r")]
        assert set(given) <= set(parameters), words


# ---- the two READMEs, and links ------------------------------------------------------------------


def test_the_two_readmes_have_the_same_sections_tables_and_code() -> None:
    english, chinese = (text_of(name) for name in READMES)

    def shape(text: str) -> list[str]:
        outside = _FENCE.sub("", text)
        return re.findall(r"^(#+ |\d\. |- |\| `[^|]*`|@)", outside, re.MULTILINE)

    assert blocks("README.md") == blocks("README.zh-CN.md")
    assert len(re.findall("^#", english, re.MULTILINE)) == len(re.findall("^#", chinese, re.MULTILINE))
    assert [s[:2] for s in shape(english)] == [s[:2] for s in shape(chinese)]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_relative_link_leads_to_a_file(name: str) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", _FENCE.sub("", text_of(name)))

    missing = [t for t in targets if "://" not in t and not (ROOT / name).parent.joinpath(t).exists()]

    assert not missing


@pytest.mark.parametrize("name", READMES)
def test_every_link_within_a_readme_leads_to_a_heading(name: str) -> None:
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text_of(name)), re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}

    assert set(re.findall(r"\]\(#([^)]+)\)", text_of(name))) <= anchors


def test_the_paths_of_the_tree_are_those_that_the_stages_write() -> None:
    from planeval.stages.report import FILES

    tree = "".join(blocks("README.md", "text")).split()

    assert {f"reports/mawei/midterm/{name}" for name in ("index.html", *FILES)} <= set(tree)
    assert {path.split("/")[1] for path in tree} >= {*PLANS, "validation", "indicators", "index.html"}


# ---- formats -------------------------------------------------------------------------------------


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


def test_every_model_of_a_file_has_a_table_in_formats() -> None:
    documented = {name for subject in marked_tables("docs/formats.md", "fields") for name in subject.split()}

    assert documented == set(models())


@pytest.mark.parametrize("subject", sorted(marked_tables("docs/formats.md", "fields")))
def test_a_table_of_fields_names_exactly_the_fields_of_its_models(subject: str) -> None:
    fields = {field for name in subject.split() for field in models()[name].model_fields}

    assert sorted(marked_tables("docs/formats.md", "fields")[subject]) == sorted(fields)


@pytest.mark.parametrize(
    ("subject", "columns"),
    [
        ("regions", ("region_code", "name", "name_en", "level", "parent")),
        ("observations", observations.REQUIRED + observations.OPTIONAL),
        ("ledger", ledger.REQUIRED + ledger.OPTIONAL),
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
    assert len(example.observations) == 11
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


# ---- JSON Schema ---------------------------------------------------------------------------------


def test_the_committed_schema_is_the_one_that_the_models_give() -> None:
    assert text_of("docs/evaluation.schema.json") == schema_text(), "run: make schema"


def test_the_schema_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(evaluation_schema())


def numbers_in(node: object) -> list[float]:
    if isinstance(node, dict):
        return [n for value in node.values() for n in numbers_in(value)]
    if isinstance(node, list):
        return [n for value in node for n in numbers_in(value)]
    return [node] if isinstance(node, float) else []


def test_the_evaluations_of_the_shipped_plans_follow_the_schema(
    evaluations: dict[tuple[str, Kind], Evaluation],
) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(text_of("docs/evaluation.schema.json")))
    for result in evaluations.values():
        document = json.loads(evaluation_json(result))
        assert [error.message for error in validator.iter_errors(document)] == []
        assert all(math.isfinite(number) for number in numbers_in(document))


def test_the_schema_refuses_an_evaluation_with_a_missing_or_an_unknown_key(
    evaluations: dict[tuple[str, Kind], Evaluation],
) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(text_of("docs/evaluation.schema.json")))
    document = json.loads(evaluation_json(evaluations["national", Kind.FINAL]))

    assert not validator.is_valid({**document, "verdict": "met"})
    del document["indicators"][0]["target"]
    assert not validator.is_valid(document)


# ---- method --------------------------------------------------------------------------------------


def flattened(node: dict, prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, value in node.items():
        if isinstance(value, dict):
            flat |= flattened(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


def test_the_table_of_cut_offs_is_the_method_file() -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \| ([^|]+) \|", text_of("docs/method.md"), re.MULTILINE)
    table = {key: yaml.safe_load(value) for key, value in rows if key in _method()}

    assert table == _method()


def _method() -> dict[str, object]:
    values = flattened(yaml.safe_load(text_of("data/method.yaml")))
    return {key: value for key, value in values.items() if key not in ("version", "assumptions")}


def section(title: str) -> str:
    match = re.search(
        rf"^## \d+\. {title}.*?(?=^## |\Z)", text_of("docs/method.md"), re.MULTILINE | re.DOTALL
    )
    assert match, title
    return match[0]


def test_every_target_kind_and_every_verdict_is_explained() -> None:
    text = text_of("docs/method.md")

    assert all(f"`{kind}`" in text for kind in plan_models.TARGET_KINDS)
    assert all(f"`{verdict}`" in text for verdict in Verdict)
    assert all(f"`{state}`" in text for state in evaluation_models.ItemState)


def test_every_flag_of_the_rules_is_explained() -> None:
    source = text_of("planeval/evaluate/judge.py")
    flags = set(re.findall(r'flagged\(\s*"(\w+)"', source))

    assert flags
    assert not [flag for flag in flags if f"`{flag}`" not in text_of("docs/method.md")]


def test_every_rule_of_the_plan_check_is_explained() -> None:
    helpers = {"illustrative", "listing", "figure", "year_figure", "limit_part", "step_part", "item_part"}
    helpers |= {"facts", "all_projects", "date", "project_years"}
    rules = set(names("plan_check")) - helpers

    assert set(first_cells(section("Plan check"))) == rules


def test_every_convention_of_the_sensitivity_table_is_explained() -> None:
    codes = set(names("sensitivity"))

    assert {c for c in re.findall(r"`(\w+)`", section("Projection"))} >= codes


def expectation_rows() -> list[tuple[str, str, dict]]:
    files = sorted((ROOT / "expectations").glob("*.json"))
    return [
        (content["name"], expectation["severity"], expectation)
        for content in (json.loads(path.read_text(encoding="utf-8")) for path in files)
        for expectation in content["expectations"]
    ]


def test_the_table_of_validation_rules_is_the_suites() -> None:
    lines = [line for line in section("Validation rules").splitlines() if line.startswith("| `")]
    table = {line.split("`")[1]: [cell.strip() for cell in line.split("|")[2:5]] for line in lines}
    expected: dict[str, tuple[set[str], set[str], set[str]]] = {}
    for suite, severity, expectation in expectation_rows():
        frames, severities, bounds = expected.setdefault(expectation["meta"]["rule"], (set(), set(), set()))
        frames.add(suite)
        severities.add(severity)
        for bound in ("min_value", "max_value"):
            value = expectation["kwargs"].get(bound)
            if isinstance(value, dict):
                bounds.add(f"`validation.{value['$PARAMETER']}`")
            elif value is not None:
                bounds.add(str(value))

    assert set(table) == set(expected)
    for rule, (frames, severities, bounds) in expected.items():
        suite, severity, text = table[rule]
        assert set(suite.split(", ")) == frames, rule
        assert set(severity.split(", ")) == severities, rule
        assert not [b for b in bounds if not re.search(rf"(?<![\d.-]){re.escape(b)}(?![\d.])", text)], rule


def test_the_changelog_counts_the_rules_right() -> None:
    assert f"{len({e['meta']['rule'] for _, _, e in expectation_rows()})} rules" in text_of("CHANGELOG.md")


# ---- worked examples -----------------------------------------------------------------------------


def test_the_worked_examples_of_reductions_come_out_of_the_shipped_data(
    evaluations: dict[tuple[str, Kind], Evaluation],
) -> None:
    midterm, final = evaluations["national", Kind.MIDTERM], evaluations["national", Kind.FINAL]
    deaths, workers = row(midterm, "accident_deaths"), row(midterm, "mining_trade_deaths_per_100k_workers")
    major, rate = row(midterm, "major_accidents"), row(midterm, "deaths_per_100m_gdp")
    plain = re.sub(" +", " ", section("Levels at the end"))

    def shown(figure: str) -> bool:
        return re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d.]*\d)", plain) is not None

    assert deaths.target == pytest.approx(23300.2) and shown(f"{deaths.target:.1f}")
    assert shown(f"= {deaths.change_percent:.1f}") and shown(f"= {deaths.progress:.3f}")
    assert shown(f"= {workers.target:.4f}") and shown(f"= {workers.progress:.3f}")
    assert workers.projection and shown(f"{workers.projection.required_yearly_change_percent:.1f}")
    assert shown(f"{workers.progress / workers.time_share:.3f}")
    assert (major.base, major.current, major.progress) == (16, 16, 0) and shown(f"{major.target:.1f}")
    assert all(shown(f"{v:.4f}") for v in (rate.base, rate.target, rate.current))
    assert shown(f"{rate.change_percent:.1f}")
    for key in ("accident_deaths", "deaths_per_100m_gdp"):
        assert shown(f"{row(final, key).change_percent:.1f}")
    assert shown("9 / 16 − 1 = -43.8") and row(final, "major_accidents").change_percent == -43.75
    assert row(final, "mining_trade_deaths_per_100k_workers").verdict is Verdict.NOT_ASSESSABLE
    assert [i.verdict.value for i in (deaths, workers, major, rate)] == [
        "achieved_early",
        "lagging",
        "lagging",
        "achieved_early",
    ]


def test_the_worked_examples_of_the_districts_come_out_of_the_shipped_data(
    evaluations: dict[tuple[str, Kind], Evaluation],
) -> None:
    mawei, gulou = evaluations["mawei", Kind.MIDTERM], evaluations["gulou", Kind.MIDTERM]
    text = section("Levels at the end")

    deaths, rate = row(mawei, "accident_deaths"), row(mawei, "deaths_per_100k_population")
    assert deaths.target == pytest.approx(1.7) and "2 × 0.85 = 1.7" in text
    assert deaths.verdict is Verdict.LAGGING and "fractional_target" in deaths.flags
    assert f"{rate.current:.3f}" in text and rate.verdict is Verdict.OFF_TRACK
    assert rate.projection and f"{rate.projection.required_yearly_change_percent:.1f} %" in text
    changed = {s.code: s.verdict for s in row(evaluations["mawei", Kind.FINAL], rate.id).sensitivity}
    assert row(evaluations["mawei", Kind.FINAL], rate.id).verdict is Verdict.NOT_MET
    assert changed["base_from_statistics"] is Verdict.MET

    relief, broadcast = row(mawei, "relief-within-10-hours"), row(mawei, "emergency-broadcast-coverage")
    assert f"= {relief.progress}, pace" in text and f"{relief.progress / relief.time_share:.3f}" in text
    assert relief.verdict is Verdict.LAGGING
    assert f"{broadcast.progress:.3f}" in text and f"{broadcast.progress / broadcast.time_share:.3f}" in text
    assert broadcast.verdict is Verdict.ON_TRACK

    wide = row(gulou, "deaths_per_100m_gdp")
    assert "target_wider_than_base" in wide.flags and wide.verdict is Verdict.ACHIEVED_EARLY
    assert f"{wide.base:.4f}" in text and f"{wide.current:.4f}" in text


def test_the_worked_examples_of_means_come_out_of_the_shipped_data(
    evaluations: dict[tuple[str, Kind], Evaluation],
) -> None:
    text = section("`period_mean_at_most`")
    for kind in Kind:
        national = evaluations["national", kind]
        deaths = row(national, "disaster_deaths_per_million").current
        affected = row(national, "disaster_affected_per_100k").current
        loss = row(national, "disaster_loss_share_of_gdp").current
        assert f"{deaths:.3f}" in text and f"{affected:,.0f}" in text and f"{loss:.3f} %" in text
    national, mawei = evaluations["national", Kind.MIDTERM], evaluations["mawei", Kind.MIDTERM]
    deaths = row(national, "disaster_deaths_per_million")
    assert all(f"{v.value:.3f}" in text for v in deaths.values if v.value is not None)
    assert deaths.projection and f"= {deaths.projection.room_left:.3f}" in text
    own = row(mawei, "disaster_deaths_per_million")
    assert own.verdict is Verdict.LAGGING and f"mean of {own.current:.3f}" in text
    assert own.projection and f"{own.projection.room_left:.3f} left" in text


def test_the_worked_examples_of_the_ledger_come_out_of_the_shipped_data(
    evaluations: dict[tuple[str, Kind], Evaluation],
) -> None:
    text = section("`complete_by` and")
    gas = next(i for i in evaluations["gulou", Kind.MIDTERM].items if i.id == "gas-pipe-assessment")
    survey = {
        k: next(i for i in evaluations["mawei", k].items if i.id == "disaster-risk-survey") for k in Kind
    }

    assert gas.state.value == "behind"
    assert f"= {gas.planned_to_date:.1f} km" in text and f"done {gas.done_to_date:.0f} km" in text
    assert f"{gas.percent:.1f} %" in text and f"{gas.expected_percent:.1f} %" in text
    assert f"{0.95 * gas.expected_percent:.1f}" in text
    assert (survey[Kind.MIDTERM].state.value, survey[Kind.FINAL].state.value) == ("overdue", "completed")
    assert f"{survey[Kind.MIDTERM].percent:.0f} % at the end of 2023" in text


def test_the_interval_table_and_the_p_values_are_what_the_code_gives(
    shipped: Workspace, evaluations: dict[tuple[str, Kind], Evaluation]
) -> None:
    text = section("Uncertainty")
    rows = re.findall(r"^\| (\d+) \| ([\d.]+)–([\d.]+) \| (\w+) \|", text, re.MULTILINE)

    assert [int(events) for events, *_ in rows] == [0, 1, 3, 10]
    for events, lower, upper, method in rows:
        low, high = (float(x) for x in poisson_interval(int(events), shipped.method.interval))
        assert low == pytest.approx(float(lower), abs=0.005) and high == pytest.approx(
            float(upper), abs=0.005
        )
        assert method == ("exact" if int(events) < shipped.method.interval.exact_below else "Byar")
    assert f"p = {comparison_p_value(1, 1, 3, 1):.4f}" in text
    assert f"p = {comparison_p_value(0, 1, 5, 1):.5f}" in text
    major = row(evaluations["national", Kind.FINAL], "major_accidents")
    assert major.comparison and not major.comparison.distinguishable
    assert f"p = {major.comparison.p_value:.3f}" in text


def test_the_projection_and_both_trajectories_are_what_the_code_gives(
    shipped: Workspace, evaluations: dict[tuple[str, Kind], Evaluation]
) -> None:
    text = section("Projection")
    deaths = row(evaluations["national", Kind.MIDTERM], "accident_deaths").projection
    assert (
        deaths
        and f"{deaths.average_yearly_change:.1f} a year" in text
        and f"{deaths.value:.1f} in 2025" in text
    )

    target = AtMost(kind="at_most", level=7.25, unit="人")
    case = Case(target, 14.5, 2015, 2016, 2030, 2023, {2023: 10.4})
    linear, compound = (10.4 - 14.5) / (7.25 - 14.5) / (8 / 15), 0.901
    assert f"= {linear:.3f}" in text and f"= {compound}" in text
    # The cut-offs lie between the two: on the line the case is on track, by compound rates it lags.
    rule = shipped.method.verdicts
    assert judge(case, Kind.MIDTERM, rule, "linear").verdict is Verdict.ON_TRACK
    assert judge(case, Kind.MIDTERM, rule, "geometric").verdict is Verdict.LAGGING
    observed, required = (10.4 / 14.5) ** (1 / 8) - 1, (7.25 / 14.5) ** (1 / 15) - 1
    assert observed / required == pytest.approx(compound, abs=0.0005)

    flood = row(evaluations["mawei", Kind.MIDTERM], "flood-drought-loss-share")
    first = next(s for s in flood.sensitivity if s.code == "first_vintage")
    assert f"{flood.current:.3f} %" in text and f"{first.current:.3f} %" in text
    assert (flood.verdict, first.verdict) == (Verdict.LAGGING, Verdict.ON_TRACK)


def test_the_examples_of_the_plan_check_come_out_of_the_shipped_data(
    evaluations: dict[tuple[str, Kind], Evaluation],
) -> None:
    found = {plan: evaluations[plan, Kind.FINAL].plan_check for plan in PLANS}
    numbers = {(plan, f.rule, f.items[-1]): f.numbers for plan in PLANS for f in found[plan] if f.items}
    rules = {
        line.split("`")[1]: line for line in section("Plan check").splitlines() if line.startswith("| `")
    }

    scope = numbers["mawei", "base_implies_denominator", "deaths_per_100k_population"]
    assert f"{scope['implied'] / 1e6:.1f} million" in rules["base_implies_denominator"]
    assert f"{scope['ratio']:.1f} times" in rules["base_implies_denominator"]
    gdp = numbers["mawei", "base_implies_denominator", "deaths_per_100m_gdp"]
    assert f"{gdp['implied']:.1f} 亿元" in rules["base_implies_denominator"]
    for key, digits in (("deaths_per_100m_gdp", 1), ("deaths_per_100k_population", 2)):
        growth = numbers["mawei", "implied_growth", key]
        assert f"{growth['growth_percent']:.{digits}f} %" in rules["implied_growth"]
        assert f"{growth['yearly_percent']:.1f} % a year" in rules["implied_growth"]
    limits = next(f.numbers for f in found["gulou"] if f.rule == "joint_limits")
    assert f"allows {limits['allowed_deaths_per_100m_gdp']:.1f} deaths" in rules["joint_limits"]
    assert f"allows {limits['allowed_deaths_per_100k_population']:.1f}" in rules["joint_limits"]
    few = numbers["mawei", "few_events_allowed", "disaster_deaths_per_million"]
    assert f"{few['allowed']:.1f} deaths" in rules["few_events_allowed"]
    late = next(f.numbers for f in found["gulou"] if f.rule == "published_late")
    assert f"{late['elapsed_months']:.0f} of 60 months" in rules["published_late"]
    assert {f.rule for plan in PLANS for f in found[plan]} <= set(rules)
