"""Which places' figures make up another place's, and in which years: its parts, or those it was made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from planeval.read.region_changes import ALWAYS, RegionChange, Succession
from planeval.read.regions import Region


class Link(NamedTuple):
    """The figures of ``part`` are part of those of ``whole`` from the year ``first`` to the year ``last``."""

    whole: str
    part: str
    first: int
    last: int


class Links:
    """``unnamed``: of some wholes, how many parts there are besides those named."""

    def __init__(self, links: Iterable[Link], unnamed: Mapping[str, int] | None = None) -> None:
        self.links = sorted(links)
        self.unnamed = unnamed or {}
        self._named: dict[tuple[str, int], list[str]] = {}
        self._of: dict[str, list[Link]] = {}
        for link in self.links:
            self._of.setdefault(link.whole, []).append(link)

    def named(self, whole: str, year: int) -> list[str]:
        """The parts of ``whole`` in that year, as far as they are named."""
        if (whole, year) not in self._named:
            own = self._of.get(whole, ())
            self._named[whole, year] = [link.part for link in own if link.first <= year <= link.last]
        return self._named[whole, year]

    def expected(self, whole: str, year: int) -> int:
        """How many parts ``whole`` has in that year."""
        return len(self.named(whole, year)) + self.unnamed.get(whole, 0)

    def generations(self) -> list[list[str]]:
        """The wholes, each after all of its parts that are wholes themselves."""
        depth: dict[str, int] = {}

        def of(whole: str) -> int:
            if whole not in depth:
                depth[whole] = 1 + max((of(x.part) for x in self._of[whole] if x.part in self._of), default=0)
            return depth[whole]

        found: dict[int, list[str]] = {}
        for whole in self._of:
            found.setdefault(of(whole), []).append(whole)
        return [found[number] for number in sorted(found)]


def part_links(regions: Mapping[str, Region], changes: Iterable[RegionChange]) -> Links:
    """The parts of the places that say how many they have (``parts`` in ``regions.csv``), each in the years in which it
    is one (`Succession.as_part`)."""
    wholes = {code: region.parts for code, region in regions.items() if region.parts is not None}
    if not wholes:
        return Links([])
    succession = Succession(changes)
    links = [
        Link(region.parent, code, *succession.as_part(code))
        for code, region in regions.items()
        if region.parent in wholes
    ]
    today = dict.fromkeys(wholes, 0)
    for link in links:
        today[link.whole] += link.last == ALWAYS[1]
    return Links(links, {code: max(0, parts - today[code]) for code, parts in wholes.items()})


def parts_today(links: Links) -> dict[str, int]:
    """How many parts of each whole are registered and exist today."""
    return {link.whole: len(links.named(link.whole, ALWAYS[1])) for link in links.links}


def predecessor_links(changes: Iterable[RegionChange]) -> Links:
    """The places that others were made from whole; their figures count up to the year of the change, those of a place
    that was split off from its beginning on."""
    succession = Succession(changes)
    return Links(
        Link(code, before, succession.split_off.get(before, ALWAYS[0]), year)
        for code, (year, made_from) in succession.made_from.items()
        for before in made_from
    )
