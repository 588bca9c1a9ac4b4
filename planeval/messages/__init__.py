"""Every word a reader sees, kept apart from the logic: ``messages/<language>/*.yaml``.

A message is a ``str.format`` template under a dotted name, e.g. ``verdict.on_track`` or
``notes.base_missing``. The files of a language are merged; the top-level key of an entry names its file's subject.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def _catalog(language: str) -> dict[str, str]:
    """All messages of ``language``, flattened to dotted names. Every scalar is text: a key ``no`` is no boolean."""
    flat: dict[str, str] = {}

    def flatten(prefix: str, node: Any) -> None:
        for key, value in node.items():
            name = f"{prefix}{key}"
            if isinstance(value, dict):
                flatten(f"{name}.", value)
            elif name in flat:
                raise ValueError(f"message {name!r} is defined twice")
            else:
                flat[name] = str(value)

    for entry in sorted(resources.files(__package__).joinpath(language).iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".yaml"):
            flatten("", yaml.load(entry.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader))
    return flat


def say(name: str, /, *, language: str = "zh", **params: Any) -> str:
    """The message ``name`` with ``params`` filled in.

    Raises:
        KeyError: no such message, or a parameter the message needs is not given.
    """
    return _catalog(language)[name].format(**params)


def has(name: str, /, *, language: str = "zh") -> bool:
    """Whether there is a message of that name."""
    return name in _catalog(language)


def names(prefix: str, /, *, language: str = "zh") -> list[str]:
    """The names right below the dotted name ``prefix``, each once, in the order of the file."""
    head = f"{prefix}."
    return list(dict.fromkeys(n[len(head) :].split(".")[0] for n in _catalog(language) if n.startswith(head)))
