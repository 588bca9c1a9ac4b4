"""Models of data that hold texts in several languages: ``title`` in Chinese, ``title_en`` beside it in English.

A translation is optional. `spoken` gives a model as readers of a language see it; what is not translated stays Chinese.
"""

from __future__ import annotations

from collections.abc import Mapping, Sized
from typing import Any, TypeVar

from pydantic import BaseModel

from planeval.messages import LANGUAGES, language, say

Model = TypeVar("Model", bound=BaseModel)
DEFAULT, *OTHERS = LANGUAGES


def spoken(model: Model) -> Model:
    """``model`` with every text in the language that is spoken, as far as it is translated. Itself in Chinese."""
    return model if language() == DEFAULT else _in(model, language())


def _in(value: Any, lang: str) -> Any:
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        translated = {
            name: _either(getattr(value, name), getattr(value, f"{name}_{lang}", None), lang)
            for name in fields
        }
        return value.model_copy(update=translated)
    if isinstance(value, tuple):
        return tuple(_in(item, lang) for item in value)
    if isinstance(value, dict):
        return {key: _in(item, lang) for key, item in value.items()}
    return value


def _either(original: Any, translation: Any, lang: str) -> Any:
    """The translation where there is one; of mappings, entry by entry."""
    if isinstance(original, dict) and isinstance(translation, dict):
        return {key: _either(own, translation.get(key), lang) for key, own in original.items()}
    return translation or _in(original, lang)


def check_translations(model: BaseModel) -> None:
    """Every translation has the shape of what it translates.

    Raises:
        ValueError: a list has another length, or a mapping a key that the original has not.
    """
    for name in type(model).model_fields:
        for lang in OTHERS:
            if name.endswith(f"_{lang}"):
                of = name.removesuffix(f"_{lang}")
                if not _fits(getattr(model, of), getattr(model, name)):
                    raise ValueError(say("read.wrong.translation", key=name, of=of))


def _fits(original: Any, translation: Any) -> bool:
    if not translation:
        return True
    if isinstance(translation, Mapping):
        return isinstance(original, Mapping) and all(
            key in original and _fits(original[key], own) for key, own in translation.items()
        )
    if isinstance(translation, str) or not isinstance(translation, Sized):
        return bool(original)
    return isinstance(original, Sized) and len(original) == len(translation)
