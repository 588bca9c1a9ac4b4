"""The JSON Schema is that of the models, and what planeval writes follows it."""

from __future__ import annotations

import json
import math

import jsonschema
import pytest
from docs_text import PLANS, ROOT, text_of

from planeval.evaluate.evaluation import evaluate
from planeval.model.evaluation import Evaluation, Kind
from planeval.model.schema import evaluation_schema, schema_text
from planeval.read.workspace import Workspace, load
from planeval.stages.report import evaluation_json


@pytest.fixture(scope="module")
def shipped() -> Workspace:
    return load(ROOT / "data")


@pytest.fixture(scope="module")
def evaluations(shipped: Workspace) -> dict[tuple[str, Kind], Evaluation]:
    return {(plan, kind): evaluate(shipped, plan, kind, None, []) for plan in PLANS for kind in Kind}


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
