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

from planeval.errors import InputError, hint
from planeval.messages import has, say
from planeval.model.findings import Finding

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[str | int, ...]
Lines = dict[Location, int]  # the line of every key and list item

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(
    r"[-+]?(?:0|[1-9][0-9]*)?\.[0-9]+(?:[eE][-+]?[0-9]+)?|[-+]?(?:0|[1-9][0-9]*)\.?[eE][-+]?[0-9]+"
)
_NUMBERS_BEGIN = frozenset("+-.0123456789")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


def scalar(text: str) -> Any:
    """What an unquoted ``text`` means: a number, a truth value, nothing, or the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBERS_BEGIN:
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


class _Nodes(yaml.CBaseLoader):
    """Composes the node tree without guessing types: `scalar` says what a scalar is."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        return ""

    def descend_resolver(self, node: Any, index: Any) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


class _Builder:
    """Turns the composed node tree into plain values and remembers where each one stood."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: Lines = {}
        self._open: set[int] = set()  # ids of the nodes that the one being built stands in

    def build(self, node: yaml.Node, at: Location = ()) -> Any:
        self.lines[at] = node.start_mark.line + 1
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.style else scalar(node.value)
        if id(node) in self._open:
            raise InputError(_finding(self.file, node.start_mark.line + 1, "yaml_endless", at))
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, at)
            assert isinstance(node, yaml.SequenceNode)  # YAML has three kinds of node
            return [self.build(child, (*at, i)) for i, child in enumerate(node.value)]
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: yaml.MappingNode, at: Location) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise InputError(_finding(self.file, line, "yaml_complex_key", at))
            key = key_node.value if key_node.style else scalar(key_node.value)
            place = (*at, key)
            if key in result:
                raise InputError(_finding(self.file, line, "yaml_duplicate_key", place))
            result[key] = self.build(value_node, place)
            self.lines[place] = line
        return result


def _finding(
    file: str, line: int | None, rule: str, at: Location, plan: str | None = None, **params: Any
) -> Finding:
    key = ".".join(str(part) for part in at) or say("read.whole_file")
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


def load_yaml(path: Path, file: str) -> tuple[Any, Lines]:
    """The plain value of a YAML file and the line of every key.

    Raises:
        InputError: the file is missing, not UTF-8, not YAML, or repeats a key.
    """
    text = read_text(path, file)
    try:
        node = yaml.compose(text, Loader=_Nodes)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if error.context == "while scanning a simple key":  # the colon is missed where the next line begins
            mark = error.context_mark
        line = mark.line + 1 if mark else None
        written = text.splitlines()[mark.line].strip() if mark and mark.line < len(text.splitlines()) else ""
        problem = error.problem or ""
        expected = say(f"read.yaml_problem.{problem}") if has(f"read.yaml_problem.{problem}") else problem
        raise InputError(_finding(file, line, "yaml_syntax", (), found=written, expected=expected)) from None
    except (
        yaml.reader.ReaderError
    ) as error:  # its position counts bytes or characters, as libyaml is there or not
        character = chr(error.character) if isinstance(error.character, int) else str(error.character)
        line = text.count("\n", 0, max(text.find(character), 0)) + 1
        found = f"U+{ord(character[0]):04X}"
        raise InputError(_finding(file, line, "yaml_character", (), found=found)) from None
    if node is None:
        raise InputError(_finding(file, None, "yaml_empty", ()))
    builder = _Builder(file)
    return builder.build(node), builder.lines


def line_of(lines: Lines, at: Location) -> int | None:
    """The line of ``at``, or of the nearest key above it that stands in the file."""
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


def _tag(model: type[BaseModel]) -> str | None:
    """The ``kind`` that tells ``model`` from the others of its union."""
    field = model.model_fields.get("kind")
    names = typing.get_args(field.annotation) if field is not None else ()
    return str(names[0]) if names else None


def _models_at(model: type[BaseModel], at: Location) -> list[type[BaseModel]]:
    """The models that may stand where ``at`` leads to inside ``model``."""
    candidates = [model]
    for part in at:
        inner: list[type[BaseModel]] = []
        for candidate in candidates:
            field = candidate.model_fields.get(str(part))
            if field is not None:
                inner += _models_in(field.annotation)
                for meta in field.metadata:
                    inner += _models_in(meta)
        tagged = [candidate for candidate in candidates if _tag(candidate) == part]
        candidates = inner or tagged or candidates  # indices do not descend
    return candidates


def _valid_keys(model: type[BaseModel], at: Location) -> list[str]:
    """Names allowed where ``at`` leads to inside ``model``."""
    return sorted(
        {
            field.alias or name
            for candidate in _models_at(model, at)
            for name, field in candidate.model_fields.items()
        }
    )


def _known_places(lines: Lines, at: Location) -> Location:
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
    return load_model_with_lines(path, file, model, plan)[0]


def load_model_with_lines(
    path: Path, file: str, model: type[Model], plan: str | None = None
) -> tuple[Model, Lines]:
    """As :func:`load_model`, with the line of every key."""
    try:
        value, lines = load_yaml(path, file)
    except InputError as error:
        raise InputError(*(f.model_copy(update={"plan": plan}) for f in error.findings)) from None
    if not isinstance(value, dict):
        raise InputError(_finding(file, 1, "yaml_not_mapping", (), plan, found=_shown(value)))
    try:
        return model.model_validate(value), lines
    except ValidationError as error:
        # pydantic calls a list with one wrong item too short as well; that would send the reader astray.
        problems = [p for p in error.errors() if p["type"] != "too_short" or not p["input"]]
        findings = [_explain(problem, lines, model, file, plan) for problem in problems]
        raise InputError(*findings) from None


def _shown(value: Any) -> str:
    """A value as it stands in the file, as near as can be told and not too long."""
    if isinstance(value, dict | list):
        return say("read.a_mapping" if isinstance(value, dict) else "read.a_list")
    words = {text: word for word, text in _WORDS.items() if word and text is not None}
    text = (
        say("read.nothing") if value is None else words.get(value) if isinstance(value, bool) else str(value)
    )
    return str(text)[:80]


def _explain(problem: Any, lines: Lines, model: type[BaseModel], file: str, plan: str | None) -> Finding:
    """The finding for one of pydantic's errors. Their locations hold the kinds of targets, which the file has not
    as keys; messages name the keys of the file."""
    at: Location = problem["loc"]
    kind: str = problem["type"]
    context = problem.get("ctx") or {}
    shown = _known_places(lines, at)
    line = line_of(lines, shown)
    if kind == "extra_forbidden":
        expected = hint(str(at[-1]), _valid_keys(model, at[:-1]), ", ")
        return _finding(file, line, "yaml_unknown_key", shown, plan, found=str(at[-1]), expected=expected)
    if kind == "missing":
        key = (*_known_places(lines, at[:-1]), at[-1])
        return _finding(file, line, "yaml_missing_key", key, plan, expected=str(at[-1]))
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        tags = [tag for tag in map(_tag, _models_at(model, at)) if tag]
        if kind == "union_tag_not_found":
            names = say("read.valid_names", names=", ".join(tags))
            return _finding(file, line, "yaml_missing_kind", (*shown, "kind"), plan, expected=names)
        found = str(context.get("tag", ""))
        key = (*shown, "kind")
        return _finding(
            file,
            line_of(lines, key),
            "yaml_unknown_kind",
            key,
            plan,
            found=found,
            expected=hint(found, tags, ", "),
        )
    if kind in ("enum", "literal_error"):
        found = _shown(problem["input"])
        valid = re.findall(r"'([^']+)'", str(context.get("expected", "")))
        return _finding(
            file, line, "yaml_unknown_value", shown, plan, found=found, expected=hint(found, valid, ", ")
        )
    if kind == "value_error" and isinstance(problem["input"], dict):
        return _finding(file, line, "yaml_inconsistent", shown, plan, expected=str(context["error"]))
    found, expected = _shown(problem["input"]), _in_words(kind, context, problem["msg"])
    return _finding(file, line, "yaml_bad_value", shown, plan, found=found, expected=expected)


def reason_of(error: ValidationError) -> str:
    """What the first of pydantic's errors expected, in words."""
    problem = error.errors()[0]
    return _in_words(problem["type"], problem.get("ctx") or {}, problem["msg"])


def _in_words(kind: str, context: dict[str, Any], message: str) -> str:
    name = f"read.types.{kind}"
    if has(name):
        return say(name, **{key: _plain(value) for key, value in context.items()})
    return str(context["error"]) if "error" in context else message


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
