"""The site stage: every page about all reports, from the reports that are there and what is still held back.

This process reads the reports' records, decides by keys what is due and writes; pages are made where the caller says
(`Hands`), several at a time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from planeval.batch.lock import Busy, only_run
from planeval.errors import InputError, PlanevalError
from planeval.messages import LANGUAGES, language, say, speak, speaking
from planeval.model.findings import Finding
from planeval.model.terms import Kind
from planeval.render.publish import PublishError
from planeval.report.blocks import Link
from planeval.rerun.key import digest
from planeval.rerun.sources import sources
from planeval.site.downloads import FOLDER as DOWNLOADS
from planeval.site.downloads import PART, Downloads, downloads_key, paths
from planeval.site.entries import PAGE, SiteEntry, collect_entries
from planeval.site.geography import Place, Places, read_places
from planeval.site.index import render_index
from planeval.site.parts import Parts, write_changed
from planeval.site.place_page import FOLDER as PLACES
from planeval.site.place_page import Failed, PlaceTask, place_page, place_pages
from planeval.site.place_pages import chunks, page_key, part_of, place_tasks
from planeval.stages.validation import Validated

INDEX = "index.html"
TABLE = "indicators"  # the folder of the page of all computed indicators
# Which reports the last runs held back, and why; kept beside the index so that ``site`` alone can say it.
HELD_FILE = "held_back.json"
# What runs keep for each other, in the folder given as ``state``.
STATE = ".planeval"
BOOK, KNOWN, SOUNDS, STAGING = "site.json", "known.json", "pinyin.json", "staging"
SHARED = "site/shared"
SHARED_FOLDER = "compare"  # the first of the folders of the shared pages, to call them by
# The definitions the shared pages are made from.
DEFINITIONS = ("indicators.yaml", "method.yaml", "regions.csv")
# The English site lies in this folder of the Chinese one, where nobody says otherwise.
ENGLISH = "en"
# With more plans than this the table of all indicators is made only by `compute`, and the largest of the downloads only
# by `site`.
MOST_IN_TABLE = 20
Report = tuple[str, Kind]
Held = Mapping[Report, list[str]]


class Hands(Protocol):
    """Who makes pages: ``width`` at a time (0: one after the other)."""

    width: int

    def call(self, function: Callable[..., Any], /, *args: Any) -> Any:
        """Carry out ``function``; used by several threads at once."""

    def stop(self) -> None:
        """Let go of everything that was begun."""


class Here:
    """This process, one page after the other."""

    width = 0

    def call(self, function: Callable[..., Any], /, *args: Any) -> Any:
        return function(*args)

    def stop(self) -> None:
        """Nothing was begun."""


@dataclass(frozen=True)
class Known:
    """What a run knows about places and plans that the reports cannot tell; the next ``site`` goes by it too.

    ``codes`` are the places of plans, ``titles`` the titles of plans that were held back.
    """

    places: Places = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> Known:
        """What the last run left; nothing where it left none, or it cannot be read."""
        try:
            stored = json.loads(file.read_bytes())
            places = [Place(*map(str, place)) for place in stored["places"]]
            return cls({place.code: place for place in places}, dict(stored["codes"]), dict(stored["titles"]))
        except (OSError, ValueError, KeyError, TypeError):
            return cls()

    def text(self) -> str:
        """As a file."""
        places = [list(place) for place in self.places.values()]
        stored = {"places": places, "codes": dict(self.codes), "titles": dict(self.titles)}
        return json.dumps(stored, ensure_ascii=False) + "\n"


def read_held(out: Path) -> dict[Report, list[str]]:
    """What runs before held back and no run since has published."""
    path = out / HELD_FILE
    if not path.is_file():
        return {}
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return {(e["plan"], Kind(e["kind"])): list(e["reasons"]) for e in stored}
    except (ValueError, KeyError, TypeError):
        return {}  # a torn or foreign file says nothing; the next run writes it again


def make_site(
    out: Path,
    state: Path,
    held: Held,
    asked: Iterable[Report] = (),
    *,
    plans: Collection[str] | None = None,
    known: Known | None = None,
    records: Mapping[Report, Mapping[str, Any]] | None = None,
    validated: Validated | None = None,
    data: Path | None = None,
    whole: bool = True,
    stale: Collection[str] = (),
    hands: Hands | None = None,
) -> dict[str, str]:
    """Bring every page about all reports up to date: those of the places, the shared ones, the downloads, the index.

    ``state`` is the folder of what runs keep for each other. ``asked`` are the reports this run dealt with, ``held``
    those it held back. ``plans`` are the plans there are (None: not known); what was held back of others is
    forgotten, and a report of another is marked as one whose plan is gone. ``known`` is what the caller knows of them
    (None: what the last run knew, and the names of places that ``data`` has now), ``records`` the records of reports that it has read, ``validated`` what validation
    says. ``data`` is the data folder (None: what all places share cannot be read; the shared pages stay as they are).
    Without ``whole`` the largest of the downloads are left out where they are not there already; ``stale`` are pages
    that are there but not up to date, and so not linked.

    Returns the pages that could not be made, by folder, with the reason; they stay as they are.

    Raises:
        PublishError: the folder cannot be written to.
    """
    stored = Known.read(state / KNOWN)
    merged = _merged(out, held, set(asked), None if plans is None else set(plans))
    if known is None:
        # A place that this data folder does not know keeps the name it had: it may come from another folder.
        known = replace(stored, places={**stored.places, **_places_now(data)})
        if plans is None:
            merged = {r: why for r, why in merged.items() if r in held or _is_there(out, r[0], known)}
    else:
        titles = {**stored.titles, **known.titles}
        lacking = {plan for plan, _ in merged if plans is None or plan in plans}
        known = Known(known.places, known.codes, {p: t for p, t in titles.items() if p in lacking})
    staging = state / STAGING
    listed = [{"plan": p, "kind": k.value, "reasons": r} for (p, k), r in sorted(merged.items())]
    write_changed(out / HELD_FILE, json.dumps(listed, ensure_ascii=False, indent=1) + "\n", staging)
    write_changed(state / KNOWN, known.text(), staging)
    (out / "regions.json").unlink(missing_ok=True)  # where earlier versions kept the names of places
    entries = _entries(out, merged, known, records)
    table = TABLE not in stale and (out / TABLE / INDEX).is_file()
    site = _Site(out, state, entries, known.places, validated, data, whole, table, hands or Here())
    failed = site.make()
    _link_from_chinese(out)
    return failed


def _entries(
    out: Path, held: Held, known: Known, records: Mapping[Report, Mapping[str, Any]] | None = None
) -> list[SiteEntry]:
    unknown = Place("", "", "", "")
    names = {code: known.places.get(code, unknown) for code in known.codes.values()}
    places = {plan: (code, names[code].name, names[code].name_en) for plan, code in known.codes.items()}
    status = {(plan, kind.value): reasons for (plan, kind), reasons in held.items()}
    return collect_entries(out, status, known.titles, records=records, places=places)


def _places_now(data: Path | None) -> dict[str, Place]:
    """The places of the data folder; none where there is none, or its file cannot be read."""
    with suppress(InputError, OSError):
        return {} if data is None else read_places(data / "regions.csv")
    return {}


def _is_there(out: Path, plan: str, known: Known) -> bool:
    """Whether there is such a plan or a report of it, as far as the last run knew; where it left nothing, all are."""
    return not known.codes or plan in known.codes or plan in known.titles or (out / plan).is_dir()


def _link_from_chinese(out: Path) -> None:
    """Let the Chinese index lead to this English site, where it was made first; a run that is on there does so itself."""
    folder = out.absolute()
    chinese, state = folder.parent, folder.parent / STATE
    index = chinese / INDEX
    if language() != ENGLISH or folder.name != ENGLISH or not (state / BOOK).is_file():
        return
    with suppress(Busy, OSError, UnicodeError, PublishError), only_run(state):
        if f'href="{ENGLISH}/{INDEX}"' in index.read_text(encoding="utf-8"):
            return
        held, known = read_held(chinese), Known.read(state / KNOWN)
        with speaking(next(iter(LANGUAGES))):
            _write_index(chinese, state, _entries(chinese, held, known), known.places)


def _merged(
    out: Path, held: Held, dealt_with: Collection[Report], there: Collection[str] | None
) -> dict[Report, list[str]]:
    """What is held back by this run, or still from those before."""
    merged = {
        key: reasons
        for key, reasons in read_held(out).items()
        if key not in dealt_with and (there is None or key[0] in there)
    }
    if there is not None:
        merged |= {key: [say("site.plan_gone")] for key in _reports_beside(out, there)}
    return merged | dict(held)


def _reports_beside(out: Path, plans: Collection[str]) -> list[Report]:
    """Reports in the output folder that are of none of the ``plans``."""
    names = sorted(os.listdir(out)) if out.is_dir() else []
    others = [name for name in names if name not in plans and name[0] != "."]
    return [(name, kind) for name in others for kind in Kind if (out / name / kind.value).is_dir()]


def hold_everything(
    out: Path, state: Path, reasons: list[str], validated: Validated | None = None, hands: Hands | None = None
) -> dict[str, str]:
    """Mark every report that lies in ``out`` as not renewed: what all places share could not be read. Returns and raises
    as `make_site`. The downloads keep their files, as their figures are those of the reports that stay."""
    kinds = [kind.value for kind in Kind]
    there = [p.parent for p in sorted(out.glob("*/*/evaluation.json")) if p.parent.name in kinds]
    if not there:
        return {}
    held = {(folder.parent.name, Kind(folder.name)): reasons for folder in there}
    few = len({plan for plan, _ in held}) <= MOST_IN_TABLE
    whole = few or all((out / path).is_file() for path in paths(True))
    return make_site(out, state, held, validated=validated, whole=whole, hands=hands)


def site_is_whole(out: Path, state: Path) -> bool:
    """Whether the last run made every page of the site, and all of them are there."""
    return (out / INDEX).is_file() and Parts(out, state / BOOK).intact()


def other_index(out: Path) -> str:
    """Where the index in the other language lies, relative to this one; "" when there is none."""
    if language() == ENGLISH:
        there = out.absolute().name == ENGLISH and (out / ".." / INDEX).is_file()
        return f"../{INDEX}" if there else ""
    return f"{ENGLISH}/{INDEX}" if (out / ENGLISH / INDEX).is_file() else ""


# ---- the pages ------------------------------------------------------------------------------------------------------


def in_language(lang: str, function: Callable[..., Any], *args: Any) -> Any:
    """Carry out ``function`` in a process that is to speak ``lang``."""
    speak(lang)
    return function(*args)


def _shared_pages(data: str, entries: list[SiteEntry], regions: dict[str, str]) -> dict[str, str]:
    from planeval.site.shared import shared_pages

    return shared_pages(data, entries, regions)


class _AtOnce(Executor):
    """Carries everything out when it is handed over, in the caller's thread."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@dataclass
class _Site:
    """One making of the site."""

    out: Path
    state: Path
    entries: list[SiteEntry]
    places: Places
    validated: Validated | None
    data: Path | None
    whole: bool
    table: bool  # whether there is a table of all indicators to link
    hands: Hands
    failed: dict[str, str] = field(default_factory=dict)

    def make(self) -> dict[str, str]:
        """Make what is due; returns what could not be made."""
        parts = Parts(self.out, self.state / BOOK, self.state / STAGING)
        width = self.hands.width
        with ThreadPoolExecutor(width, "page") if width else _AtOnce() as pool:
            try:
                shared_key = self._shared_key()
                shared = self._start_shared(parts, shared_key, pool)
                with self._noted(PLACES):
                    due = self._due_places(parts)
                    lots = [
                        (lot, pool.submit(self.hands.call, place_pages, str(self.out), lot, language()))
                        for lot in chunks(list(due.values()), max(1, width))
                    ]
                    # Meanwhile, as this process only joins and copies for it.
                    with self._noted(DOWNLOADS):
                        self._downloads(parts)
                    for lot, pages in lots:
                        self._write_places(parts, lot, pages.result())
                if shared is not None:
                    with self._noted(SHARED_FOLDER):
                        pages = shared.result()
                        parts.expect({SHARED: pages})
                        parts.write(SHARED, shared_key, pages)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self.hands.stop()
                raise
        _write_index(self.out, self.state, self.entries, self.places)
        reports = (f"{entry.folder}/{PAGE}" for entry in self.entries if entry.published)
        parts.close(reports, complete=not self.failed)
        return self.failed

    @contextmanager
    def _noted(self, folder: str) -> Iterator[None]:
        """A page that cannot be made stops neither the others nor the index."""
        try:
            yield
        except PublishError:
            raise
        except PlanevalError as error:
            self.failed[folder] = str(error)
        except Exception as error:  # of a process that made a page for us
            self.failed[folder] = f"{type(error).__name__}: {error}"

    # ---- places

    def _due_places(self, parts: Parts) -> dict[str, PlaceTask]:
        tasks = place_tasks(self.entries, self.places, self._findings)
        parts.keep(PLACES, map(part_of, tasks))
        self._keys = {code: page_key(task) for code, task in tasks.items()}
        due = {code: task for code, task in tasks.items() if parts.due(part_of(code), self._keys[code])}
        if due:
            parts.expect({part_of(code): [place_page(code)] for code in due})
        return due

    def _write_places(self, parts: Parts, lot: Sequence[PlaceTask], pages: Sequence[str | Failed]) -> None:
        for task, page in zip(lot, pages, strict=True):
            code = task.place.code
            if isinstance(page, Failed):
                self.failed[part_of(code)] = page.reason
            else:
                parts.write(part_of(code), self._keys[code], {place_page(code): page})

    def _findings(self, plans: Sequence[str], code: str) -> list[Finding]:
        if self.validated is None:
            return []
        found = (finding for plan in plans for finding in self.validated.touching(plan, code))
        return list({id(finding): finding for finding in found}.values())

    # ---- what all places share

    def _shared_key(self) -> str:
        reports = [[e.plan, e.kind.value, e.key, e.published, list(e.held_back)] for e in self.entries]
        return digest(
            {
                "reports": reports,
                "definitions": self._definitions(),
                "program": sources().program,
                "language": language(),
            }
        )

    def _definitions(self) -> dict[str, str | None]:
        files = [] if self.data is None else [self.data / name for name in DEFINITIONS]
        return {f.name: sha256(f.read_bytes()).hexdigest() if f.is_file() else None for f in files}

    def _start_shared(self, parts: Parts, key: str, pool: Executor) -> Future[Any] | None:
        if self.data is None or not parts.due(SHARED, key):
            return None
        names = {code: place.shown for code, place in self.places.items()}
        arguments = (str(self.data), self.entries, names)
        return pool.submit(self.hands.call, in_language, language(), _shared_pages, *arguments)

    # ---- downloads

    def _downloads(self, parts: Parts) -> None:
        key = downloads_key(self.entries, sources().program, table=self.table)
        wanted = paths(self.whole)
        if parts.due(PART, key, wanted):
            parts.expect({PART: wanted})
            made = Downloads(self.out, self.entries, self.hands.call, whole=self.whole, table=self.table)
            parts.write(PART, key, made.files())


def _write_index(out: Path, state: Path, entries: list[SiteEntry], places: Places) -> None:
    address = other_index(out)
    alternate = Link(say("site_pages.other_language"), address) if address else None
    html = render_index(entries, regions=places, alternate=alternate, pinyin=state / SOUNDS)
    write_changed(out / INDEX, html, state / STAGING)
