"""Every word a reader sees, kept apart from the logic: ``messages/<language>/*.yaml``.

A process speaks one language at a time, Chinese unless `speak` says otherwise. A message is a ``str.format`` template under a dotted name, e.g. ``verdict.on_track`` or
``notes.base_missing``. The files of a language are merged; the top-level key of an entry names its file's subject.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from importlib import resources
from typing import Any, ParamSpec, TypeVar

# The languages there are messages in, the default first, and how HTML names them.
LANGUAGES = {"zh": "zh-CN", "en": "en"}
_language = "zh"
P = ParamSpec("P")
T = TypeVar("T")


def speak(language: str) -> None:
    """From now on this process speaks ``language``.

    Raises:
        ValueError: there are no messages in it.
    """
    global _language
    if language not in LANGUAGES:
        raise ValueError(f"no messages in {language!r}; there are: {', '.join(LANGUAGES)}")
    _language = language


def language() -> str:
    """The language this process speaks: ``zh`` or ``en``."""
    return _language


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak ``language`` for a while."""
    before = _language
    speak(language)
    try:
        yield
    finally:
        speak(before)


def cached_by_language(function: Callable[P, T]) -> Callable[P, T]:
    """`functools.cache` for a function whose result holds words: kept apart for each language."""
    made: dict[str, Callable[P, T]] = {}

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        if _language not in made:
            made[_language] = cache(function)  # type: ignore[assignment]
        return made[_language](*args, **kwargs)

    return call


@cache
def _catalog(language: str) -> dict[str, str]:
    """All messages of ``language``, flattened to dotted names. Every scalar is text: a key ``no`` is no boolean."""
    import yaml

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


def say(name: str, /, **params: Any) -> str:
    """The message ``name`` with ``params`` filled in.

    Raises:
        KeyError: no such message, or a parameter the message needs is not given.
    """
    return _catalog(_language)[name].format(**params)


def has(name: str, /) -> bool:
    """Whether there is a message of that name."""
    return name in _catalog(_language)


def names_below(prefix: str, /) -> list[str]:
    """The names right below the dotted name ``prefix``, each once, in the order of the file."""
    head = f"{prefix}."
    return list(
        dict.fromkeys(n[len(head) :].split(".")[0] for n in _catalog(_language) if n.startswith(head))
    )
