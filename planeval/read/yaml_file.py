"""YAML files as typed models, with errors that name the line, the key and the closest valid name.

Scalars follow the YAML 1.2 core schema: only ``true``/``false`` are booleans, only plain decimal numbers are
numbers. So ``NO``, ``010101``, ``1_000`` and ``12:30`` stay the text that was written, unlike in YAML 1.1.
"""

from __future__ import annotations

import re
import types
import typing
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from planeval.errors import InputError, closest
from planeval.messages import has, say
from planeval.model.findings import Finding

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[str | int, ...]

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(
    r"[-+]?(?:0|[1-9][0-9]*)?\.[0-9]+(?:[eE][-+]?[0-9]+)?|[-+]?(?:0|[1-9][0-9]*)\.?[eE][-+]?[0-9]+"
)
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


class _Builder:
    """Turns the composed node tree into plain values and remembers where each one stood."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Location, int] = {}

    def build(self, node: yaml.Node, at: Location = ()) -> Any:
        self.lines[at] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*at, i)) for i, child in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)  # YAML has three kinds of node
        return _scalar(node.value) if not node.style else node.value

    def _mapping(self, node: yaml.MappingNode, at: Location) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise InputError(_finding(self.file, line, "yaml_complex_key", at))
            key = _scalar(key_node.value) if not key_node.style else key_node.value
            if key in result:
                raise InputError(_finding(self.file, line, "yaml_duplicate_key", (*at, key)))
            result[key] = self.build(value_node, (*at, key))
            self.lines[(*at, key)] = line
        return result


def _finding(
    file: str, line: int | None, rule: str, at: Location, plan: str | None = None, **params: Any
) -> Finding:
    key = ".".join(str(part) for part in at)
    return Finding(
        rule=rule,
        message=say(f"read.{rule}.message", key=key, **params),
        remedy=say(f"read.{rule}.remedy", key=key, **params),
        file=file,
        line=line,
        plan=plan,
        found=params.get("found"),
        expected=params.get("expected"),
    )


def read_text(path: Path, file: str) -> str:
    """The text of a UTF-8 file, with or without a byte-order mark.

    Raises:
        InputError: the file is missing, cannot be opened, or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(_finding(file, None, "file_missing", ())) from None
    except OSError as error:
        raise InputError(
            _finding(file, None, "file_unreadable", (), found=error.strerror or str(error))
        ) from None
    except UnicodeDecodeError as error:
        raise InputError(
            _finding(file, None, "yaml_encoding", (), found=f"0x{error.object[error.start]:02x}")
        ) from None


def load_yaml(path: Path, file: str) -> tuple[Any, dict[Location, int]]:
    """The plain value of a YAML file and the line of every key.

    Raises:
        InputError: the file is missing, not UTF-8, not YAML, or repeats a key.
    """
    text = read_text(path, file)
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        written = text.splitlines()[mark.line].strip() if mark and mark.line < len(text.splitlines()) else ""
        finding = _finding(file, line, "yaml_syntax", (), found=written, expected=error.problem or "")
        raise InputError(finding) from None
    except yaml.YAMLError as error:
        raise InputError(_finding(file, None, "yaml_syntax", (), found="", expected=str(error))) from None
    if node is None:
        raise InputError(_finding(file, None, "yaml_empty", ()))
    builder = _Builder(file)
    return builder.build(node), builder.lines


def _line_of(lines: dict[Location, int], at: Location) -> int | None:
    while at not in lines:
        if not at:
            return None
        at = at[:-1]
    return lines[at]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """Every model class inside a type annotation such as ``tuple[A | B, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    found: list[type[BaseModel]] = []
    if typing.get_origin(annotation) is not None or isinstance(annotation, types.UnionType):
        for argument in typing.get_args(annotation):
            found += _models_in(argument)
    return found


def _valid_keys(model: type[BaseModel], at: Location) -> list[str]:
    """Names allowed where ``at`` leads to inside ``model``."""
    candidates = [model]
    for part in at:
        inner: list[type[BaseModel]] = []
        for candidate in candidates:
            field = candidate.model_fields.get(str(part))
            if field is not None:
                inner += _models_in(field.annotation)
                for meta in field.metadata:
                    inner += _models_in(meta)
        candidates = inner or candidates  # indices and discriminator tags do not descend
    return sorted({name for candidate in candidates for name in candidate.model_fields})


def _known_places(lines: dict[Location, int], at: Location) -> Location:
    """``at`` without the discriminator tags pydantic puts into its locations."""
    known: Location = ()
    for part in at:
        if (*known, part) in lines:
            known = (*known, part)
    return known


def load_model(path: Path, file: str, model: type[Model], plan: str | None = None) -> Model:
    """A YAML file as ``model``. ``file`` is the name to show; ``plan`` the plan whose reports a mistake touches.

    Raises:
        InputError: with one finding for every mistake in the file.
    """
    try:
        value, lines = load_yaml(path, file)
    except InputError as error:
        raise InputError(*(f.model_copy(update={"plan": plan}) for f in error.findings)) from None
    if not isinstance(value, dict):
        raise InputError(_finding(file, 1, "yaml_not_mapping", (), plan, found=type(value).__name__))
    try:
        return model.model_validate(value)
    except ValidationError as error:
        findings = [_explain(problem, lines, model, file, plan) for problem in error.errors()]
        raise InputError(*findings) from None


def _explain(
    problem: Any, lines: dict[Location, int], model: type[BaseModel], file: str, plan: str | None
) -> Finding:
    at: Location = problem["loc"]
    kind: str = problem["type"]
    line = _line_of(lines, _known_places(lines, at))
    context = problem.get("ctx") or {}
    if kind == "extra_forbidden":
        valid = [key for key in _valid_keys(model, at[:-1])]
        near = closest(str(at[-1]), valid)
        hint = (
            say("read.did_you_mean", name=near) if near else say("read.valid_names", names=", ".join(valid))
        )
        return _finding(file, line, "yaml_unknown_key", at, plan, found=str(at[-1]), expected=hint)
    if kind == "missing":
        return _finding(file, line, "yaml_missing_key", at, plan, expected=str(at[-1]))
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        tags = [t.strip().strip("'") for t in str(context.get("expected_tags", "")).split(",") if t.strip()]
        found = str(context.get("tag", ""))
        near = closest(found, tags)
        hint = say("read.did_you_mean", name=near) if near else say("read.valid_names", names=", ".join(tags))
        return _finding(file, line, "yaml_unknown_kind", (*at, "kind"), plan, found=found, expected=hint)
    if kind in ("enum", "literal_error"):
        found = str(problem["input"])
        names = re.findall(r"'([^']+)'", str(context.get("expected", "")))
        near = closest(found, names)
        hint = (
            say("read.did_you_mean", name=near) if near else say("read.valid_names", names=", ".join(names))
        )
        return _finding(file, line, "yaml_unknown_value", at, plan, found=found, expected=hint)
    reason = str(context["error"]) if "error" in context else _in_chinese(kind, context, problem["msg"])
    return _finding(
        file, line, "yaml_bad_value", at, plan, found=repr(problem["input"])[:80], expected=reason
    )


def _in_chinese(kind: str, context: dict[str, Any], message: str) -> str:
    name = f"read.types.{kind}"
    return say(name, **context) if has(name) else message
