"""The method as the documents explain it: cut-offs, rules and flags."""

from __future__ import annotations

import json
import re

import yaml
from docs_text import ROOT, first_cells, section, text_of

from planeval.messages import names_below
from planeval.model import evaluation as evaluation_models
from planeval.model import plan as plan_models
from planeval.model.evaluation import Verdict


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
    return {
        key: value for key, value in values.items() if key not in ("version", "assumptions", "assumptions_en")
    }


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
    helpers = {
        "unsettled",
        "listing",
        "figure",
        "year_figure",
        "years",
        "limit_part",
        "step_part",
        "item_part",
    }
    helpers |= {"facts", "all_projects", "date", "project_years"}
    rules = set(names_below("plan_check")) - helpers

    assert set(first_cells(section("Plan check"))) == rules


def test_every_convention_of_the_sensitivity_table_is_explained() -> None:
    codes = set(names_below("sensitivity"))

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
