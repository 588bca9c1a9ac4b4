"""Places and what they lie in, light to read: the site needs names and parents, not a checked data folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from planeval.read.csv_file import read_rows
from planeval.report.names import in_language


class Place(NamedTuple):
    """A place of ``regions.csv``; ``parent`` is the code of the place it lies in, "" for none."""

    code: str
    name: str
    name_en: str
    parent: str

    @property
    def shown(self) -> str:
        """Its name in the language that is spoken."""
        return in_language(self.name, self.name_en)


Places = Mapping[str, Place]


def read_places(path: Path) -> dict[str, Place]:
    """The places of the file ``regions.csv`` by code, in its order.

    Raises:
        InputError: it cannot be read.
    """
    rows = read_rows(path, path.name, ("region_code", "name"), ("name_en", "level", "parent"))
    columns = ("region_code", "name", "name_en", "parent")
    places = (Place(*(row.cells[name] for name in columns)) for row in rows)
    return {place.code: place for place in places}


def above(code: str, places: Places) -> list[Place]:
    """The places that ``code`` lies in, the largest first."""
    found: list[Place] = []
    seen = {code}
    parent = places[code].parent if code in places else ""
    while parent in places and parent not in seen:  # a file may name places in a circle
        seen.add(parent)
        found.append(places[parent])
        parent = places[parent].parent
    return found[::-1]


def nearest_below(places: Places, chosen: Iterable[str]) -> dict[str, list[str]]:
    """For each place the ``chosen`` ones that lie in it with no other chosen one in between, ordered by code."""
    wanted = set(chosen)
    found: dict[str, list[str]] = {}
    for code in sorted(wanted):
        for place in reversed(above(code, places)):
            found.setdefault(place.code, []).append(code)
            if place.code in wanted:
                break
    return found
