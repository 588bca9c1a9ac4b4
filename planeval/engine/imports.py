"""Importing libraries without the parts of them that cost seconds and that nothing here uses."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType

# jsonschema looks for this when it is imported, and does without when it is not there: it lets it check one format
# of strings, addresses with letters beyond ASCII (RFC 3987). rfc3987_syntax builds a whole grammar at import, which
# takes a second; neither the schema of a notebook nor Great Expectations uses that format.
NOT_NEEDED = ("rfc3987_syntax",)
# Great Expectations imports the chart library altair, for pages that planeval does not make. It names it and uses
# it only while it draws, so a module that loads when it is first looked into will do.
LAZY = ("altair",)


@contextmanager
def without_slow_extras(lazy: Collection[str] = LAZY) -> Iterator[None]:
    """While it lasts, ``import`` finds `NOT_NEEDED` missing and puts the modules ``lazy`` off until they are used.

    What is imported already stays as it is. Afterwards every name can be imported as ever; a module that found one
    missing (jsonschema) goes on without it. Not for use while other threads import.
    """
    hidden = [name for name in NOT_NEEDED if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # documented: an import of it then raises
    finder = _Later(lazy)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in hidden:
            del sys.modules[name]


class _Later(MetaPathFinder):
    """Finds the modules ``lazy``, each with a loader that loads it at the first look into it."""

    def __init__(self, lazy: Collection[str]) -> None:
        self._lazy = lazy

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._lazy:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec
