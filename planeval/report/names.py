"""Names and units as readers see them in the language that is spoken.

The data hold the official Chinese names, and English ones beside them where there are any; units are the official
symbols everywhere in the data, and become words here.
"""

from __future__ import annotations

from typing import Protocol

from planeval.messages import has, language, say


class Named(Protocol):
    """An indicator, variable or place with a name in both languages."""

    @property
    def name(self) -> str: ...

    @property
    def name_en(self) -> str: ...


def name_of(named: Named) -> str:
    """Its name; the Chinese one where there is no other."""
    return in_language(named.name, named.name_en)


def in_language(chinese: str, english: str) -> str:
    """The one of two forms that fits; the Chinese one where there is no other."""
    return english if language() == "en" and english else chinese


def unit_of(symbol: str) -> str:
    """The unit ``symbol`` of the data in words of the language, e.g. ``persons`` for ``人``."""
    return say(f"unit.{symbol}") if has(f"unit.{symbol}") else symbol
