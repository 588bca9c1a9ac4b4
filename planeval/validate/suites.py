"""The expectation suites: hand-readable JSON files, checked before they are used.

A suite file is an expectation suite of Great Expectations 1.x without ids and time stamps. ``meta.frame`` names the
frame it is about (``planeval.validate.frames``); each expectation's ``meta`` says what this project makes of a
failing row:

- ``rule``: the rule's id; its title stands in the messages under ``validation.rules``.
- ``message``: which wording to use (``validation.messages``); the rule's id when not given.
- ``variable``: the variable a failing row of the panel is about.
- ``once_per``: columns; one finding for each of their combinations instead of one for each row.
- ``already_reported_by``: rules of the reader that say the same about the same line; then it is not said twice.

Bounds that the method file holds are written ``{"$PARAMETER": "first_year"}``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from planeval.errors import InputError, closest
from planeval.messages import has, names_below, say
from planeval.model.findings import Finding, Severity
from planeval.model.plan import Strict
from planeval.read.workspace import Workspace
from planeval.validate.inputs import default_suites_dir, inputs_of

FRAMES = ("observations", "panel", "rates", "hierarchy", "strays")
PARAMETERS = ("known_regions", "known_variables", "first_year", "last_year", "rate_tolerance")
_COLUMN_KWARGS = ("column", "column_A", "column_B", "column_list", "column_set")


class ExpectationMeta(Strict):
    """What this project makes of a failing row."""

    rule: str
    message: str = ""
    variable: str | None = None
    once_per: tuple[str, ...] = ()
    already_reported_by: tuple[str, ...] = ()


class Expectation(Strict):
    """One expectation as it stands in the file."""

    type: str
    severity: Severity
    kwargs: dict[str, Any]
    meta: ExpectationMeta

    @property
    def message(self) -> str:
        """Name of the wording under ``validation.messages``."""
        return self.meta.message or self.meta.rule

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns the expectation is about."""
        found: list[str] = []
        for name in _COLUMN_KWARGS:
            value = self.kwargs.get(name, [])
            found += [value] if isinstance(value, str) else list(value)
        return tuple(found)

    @property
    def condition_columns(self) -> tuple[str, ...]:
        """The columns its row condition is about."""
        return tuple(_columns_of_condition(self.kwargs.get("row_condition")))

    def resolved(self, name: str, parameters: dict[str, Any]) -> Any:
        """A keyword argument with ``$PARAMETER`` replaced; None when it is not given."""
        value = self.kwargs.get(name)
        return parameters[value["$PARAMETER"]] if isinstance(value, dict) and "$PARAMETER" in value else value


class SuiteMeta(Strict):
    """Which frame a suite is about, and remarks for whoever edits it."""

    frame: str
    notes: list[str] = Field(default_factory=list)


class SuiteFile(Strict):
    """One suite file."""

    name: str
    meta: SuiteMeta
    expectations: tuple[Expectation, ...] = Field(min_length=1)


class Suite(SuiteFile):
    """A suite and the name of its file, for messages."""

    file: str


def canonical_text(content: Any) -> str:
    """How a suite file is laid out, so that it changes in git only where its content changes."""
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def input_hash(workspace: Workspace, suites_dir: Path | None = None, package: Path | None = None) -> str:
    """`planeval.validate.inputs.inputs_of` a workspace's files; needs no Great Expectations.

    A stored ``ValidationResult`` whose ``inputs`` equals it is still valid.
    """
    return inputs_of(workspace.hashes, suites_dir, package)


def problem(error: str, file: str, line: int | None = None, **params: Any) -> InputError:
    """The InputError ``validation.errors.<error>`` about a suite file."""
    return InputError(
        Finding(
            rule=f"suite-{error.replace('_', '-')}",
            file=file,
            line=line,
            message=say(f"validation.errors.{error}.message", **params),
            remedy=say(f"validation.errors.{error}.remedy", **params),
            found=str(params["found"]) if "found" in params else None,
        )
    )


def hint(found: str, valid: list[str]) -> str:
    """The closest valid name, or all of them."""
    near = closest(found, valid)
    return (
        say("validation.did_you_mean", name=near)
        if near
        else say("validation.valid_names", names=say("validation.list_join").join(sorted(valid)))
    )


def load_suites(suites_dir: Path | None = None) -> list[Suite]:
    """Every suite of the folder, in the order of the file names.

    Raises:
        InputError: no suites, a file that is not JSON or has not the shape of a suite, an unknown frame, rule,
            message or parameter.
    """
    folder = suites_dir or default_suites_dir()
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise problem("no_suites", folder.name, found=folder.name)
    return [_load(path, f"{folder.name}/{path.name}") for path in paths]


def _load(path: Path, file: str) -> Suite:
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise problem("not_utf8", file) from None
    except json.JSONDecodeError as error:
        raise problem("not_json", file, error.lineno, column=error.colno, found=error.msg) from None
    try:
        suite = Suite(file=file, **dict(SuiteFile.model_validate(content)))
    except ValidationError as error:
        raise InputError(*(_shape_problem(e, file) for e in error.errors())) from None
    if suite.meta.frame not in FRAMES:
        raise problem(
            "unknown_frame", file, found=suite.meta.frame, hint=hint(suite.meta.frame, list(FRAMES))
        )
    for number, expectation in enumerate(suite.expectations, start=1):
        _check_names(expectation, number, file)
    return suite


def _shape_problem(error: Any, file: str) -> Finding:
    at = ".".join(str(part) for part in error["loc"])
    found = repr(error["input"])[:60]
    if error["type"] == "extra_forbidden":
        fields = [
            *SuiteFile.model_fields,
            *Expectation.model_fields,
            *ExpectationMeta.model_fields,
            *SuiteMeta.model_fields,
        ]
        name = str(error["loc"][-1])
        return problem("unknown_key", file, key=at, found=name, hint=hint(name, fields)).findings[0]
    if error["type"] == "missing":
        return problem("missing_key", file, key=at).findings[0]
    if error["type"] == "enum":
        text = str(error["input"])
        return problem("unknown_value", file, key=at, found=text, hint=hint(text, list(Severity))).findings[0]
    return problem("bad_value", file, key=at, found=found, reason=error["msg"]).findings[0]


def _check_names(expectation: Expectation, number: int, file: str) -> None:
    rule, message = expectation.meta.rule, expectation.message
    if not has(f"validation.rules.{rule}"):
        raise problem(
            "unknown_rule", file, number=number, found=rule, hint=hint(rule, names_below("validation.rules"))
        )
    if not has(f"validation.messages.{message}.message"):
        valid = names_below("validation.messages")
        raise problem("unknown_message", file, number=number, found=message, hint=hint(message, valid))
    for value in expectation.kwargs.values():
        if isinstance(value, dict) and "$PARAMETER" in value and value["$PARAMETER"] not in PARAMETERS:
            name = str(value["$PARAMETER"])
            raise problem(
                "unknown_parameter", file, number=number, found=name, hint=hint(name, list(PARAMETERS))
            )


def check_columns(suite: Suite, columns: list[str]) -> None:
    """Every column a suite speaks of must be in its frame.

    Raises:
        InputError: one is not.
    """
    for number, expectation in enumerate(suite.expectations, start=1):
        for name in (*expectation.columns, *expectation.condition_columns, *expectation.meta.once_per):
            if name not in columns:
                raise problem(
                    "unknown_column", suite.file, number=number, found=name, hint=hint(name, columns)
                )


def _columns_of_condition(condition: Any) -> list[str]:
    if not isinstance(condition, dict):
        return []
    if "conditions" in condition:
        return [name for part in condition["conditions"] for name in _columns_of_condition(part)]
    column = condition.get("column")
    return [column["name"]] if isinstance(column, dict) and "name" in column else []
