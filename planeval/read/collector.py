"""Python's collector of garbage, put off where it only costs time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Iterator[None]:
    """Without the search for objects that only hold each other.

    For work that makes very many objects and no such rings: the search would go through all of them again and again,
    for a quarter of the time of reading a nation and two thirds of that of taking up its stored validation.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
