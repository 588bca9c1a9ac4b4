"""Which places have a page, what each page depends on, and making those that are due."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from planeval.messages import language
from planeval.model.findings import Finding
from planeval.model.plan import REGION_CODE_PATTERN
from planeval.rerun.key import digest
from planeval.rerun.sources import sources
from planeval.site.entries import SiteEntry
from planeval.site.geography import Place, Places, above, nearest_below
from planeval.site.place_page import FOLDER, Neighbours, PlaceTask

PAGES_A_CALL = 50  # a process that makes pages compiles the template once for all of them


def place_tasks(
    entries: Iterable[SiteEntry],
    places: Places,
    findings_of: Callable[[Sequence[str], str], Sequence[Finding]],
) -> dict[str, PlaceTask]:
    """What the page of each place is made from, by code: of every place that a report, published or held back, is
    about. ``findings_of`` gives the findings that touch the plans and the code it is called with."""
    own: dict[str, list[SiteEntry]] = {}
    compared: set[str] = set()
    for entry in entries:
        if REGION_CODE_PATTERN.fullmatch(entry.region_code):  # it becomes the name of a folder
            own.setdefault(entry.region_code, []).append(entry)
        if entry.published and not entry.held_back:
            compared.update(line.key for line in entry.indicators)
    shown = {code: _place(code, reports, places) for code, reports in own.items()}
    below = nearest_below(places, own)
    tasks = {}
    for code, reports in own.items():
        keys = {line.key for entry in reports for line in entry.indicators}
        tasks[code] = PlaceTask(
            place=shown[code],
            entries=tuple(reports),
            above=tuple((place, place.code in own) for place in above(code, places)),
            beside=_beside(code, places, shown, below),
            below=_within(code, shown, below),
            compared=frozenset(compared & keys),
            findings=tuple(findings_of(list(dict.fromkeys(entry.plan for entry in reports)), code)),
        )
    return tasks


def _place(code: str, reports: Sequence[SiteEntry], places: Places) -> Place:
    """The place as its reports name it, or else the table of places."""
    known = places.get(code, Place(code, code, "", ""))
    named = next((entry for entry in reports if entry.region_name), None)
    return known if named is None else Place(code, named.region_name, named.region_name_en, known.parent)


def _within(code: str, shown: dict[str, Place], below: dict[str, list[str]]) -> Neighbours | None:
    own = below.get(code)
    return Neighbours(shown[code], tuple(shown[other] for other in own)) if own else None


def _beside(
    code: str, places: Places, shown: dict[str, Place], below: dict[str, list[str]]
) -> Neighbours | None:
    """The others in the smallest place around that holds any."""
    for place in reversed(above(code, places)):
        others = [other for other in below[place.code] if other != code]
        if others:
            return Neighbours(place, tuple(shown[other] for other in others))
        if place.code in shown:
            return None  # that place's own page leads on
    return None


def part_of(code: str) -> str:
    """What the page of a place is called among the site's parts."""
    return f"{FOLDER}/{code}"


def page_key(task: PlaceTask) -> str:
    """Stands for everything the page depends on. Of a report's content its own key speaks."""
    reports = [
        [e.plan, e.kind.value, e.title, e.key, e.published, list(e.held_back), list(e.files)]
        for e in task.entries
    ]
    groups = [
        group and [group.within, [list(place) for place in group.places]]
        for group in (task.beside, task.below)
    ]
    content: dict[str, Any] = {
        "place": list(task.place),
        "reports": reports,
        "above": [[list(place), has_page] for place, has_page in task.above],
        "neighbours": groups,
        "compared": sorted(task.compared),
        "findings": [vars(finding) for finding in task.findings],
        "sources": sources().program,
        "language": language(),
    }
    return digest(content)


def chunks(tasks: Sequence[PlaceTask], width: int) -> Iterator[Sequence[PlaceTask]]:
    """The tasks in lots for ``width`` processes."""
    size = max(1, min(PAGES_A_CALL, -(-len(tasks) // width)))
    for start in range(0, len(tasks), size):
        yield tasks[start : start + size]
