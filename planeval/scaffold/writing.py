"""A plan as the text of its file, in the style of the plans that come with the software."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import yaml

from planeval.messages import say
from planeval.read.yaml_file import scalar

# What stands on one line, whatever it holds.
_ON_ONE_LINE = frozenset({"period", "target", "base"})
_NOT_PRINTED = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_LISTS = ("indicators", "sub_targets", "tasks", "projects")


def plan_text(facts: dict[str, Any]) -> str:
    """The file of the plan ``facts`` (see `planeval.scaffold.questions.Questions`)."""
    lines = [say("new_plan.comment", title=_one_line(facts["title"])), say("new_plan.comment_no")]
    lines += [_pair(key, value) for key, value in facts.items() if key not in _LISTS]
    for name in _LISTS:
        if name in facts:
            lines += ["", f"{name}:", *_entries(name, facts[name])]
    return "\n".join(lines) + "\n"


def _one_line(title: str) -> str:
    """A title as it can stand in a comment, in which nothing can be escaped."""
    return "".join(sign for sign in " ".join(str(title).split()) if sign.isprintable())


def _entries(name: str, rows: list[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        if name == "projects":
            yield f"  - {_flow(row)}"
            continue
        for n, (key, value) in enumerate(row.items()):
            lead = "  - " if n == 0 else "    "
            if key == "sections":
                yield f"{lead}sections:"
                yield from (f"      - {_flow(section)}" for section in value)
            else:
                yield lead + _pair(key, value)


def _pair(key: str, value: Any) -> str:
    text = _flow(value) if key in _ON_ONE_LINE else _scalar(value)
    return f"{_scalar(key)}: {text}"


def _flow(value: Any) -> str:
    """A value within braces or brackets."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(own)}" for key, own in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value, within=True)


def _scalar(value: Any, *, within: bool = False) -> str:
    """A single value. A text is quoted where any reader of YAML 1.1 or 1.2 could take it for something else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    plain = yaml.safe_dump(
        [text] if within else {"k": text}, allow_unicode=True, width=10**9, default_flow_style=within
    )
    bare = plain == (f"[{text}]\n" if within else f"k: {text}\n")
    return text if bare and scalar(text) == text else _quoted(text)


def _quoted(text: str) -> str:
    """``text`` in double quotes, with whatever YAML takes for no character or for a line break escaped: JSON escapes but
    the first 32."""
    return _NOT_PRINTED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))
