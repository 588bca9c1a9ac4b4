"""Names as readers see them in the language that is spoken: the data hold official Chinese names, and English ones
beside them where there are any."""

from __future__ import annotations

from typing import Protocol

from planeval.messages import language


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
