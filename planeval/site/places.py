"""The index of a nation: one row a plan, grouped by province and city; a row says what a card says, in short.

The page must stay small at 5,700 reports: a verdict is shape, word, count and a short class, no badge of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup, escape

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.model.terms import FINAL_VERDICTS, MIDTERM_VERDICTS, TROUBLED, Attribute, Kind, Verdict
from planeval.report.blocks import Tally
from planeval.report.html import VERDICT_SHAPES, render
from planeval.site.entries import PAGE, SiteEntry

MOST_HELD = 100  # rows of the table of what was held back; held_back.json has them all
OPEN_HELD = 10  # so few need not be folded away
MOST_REASONS = 5  # of one report
MOST_NAMES = 6  # of places held back for the same reasons
OPEN_GROUPS = 3  # so few groups need not be folded away


@dataclass(frozen=True)
class Report:
    """One report in its row."""

    href: str  # "" when it is not published
    label: str
    marks: Markup
    tallies: Markup  # a line for each attribute


@dataclass(frozen=True)
class Place:
    """One row: a plan, and a cell for each kind of report (None: there is none)."""

    id: str
    name: str
    title: str  # the plan's, where the name of the place does not tell it
    code: str
    reports: tuple[Report | None, ...]


@dataclass(frozen=True)
class Part:
    """The rows of one city; ``name`` "" heads those right under the province."""

    name: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Group:
    """The places of one province, or those of no known place."""

    id: str
    name: str
    facts: tuple[str, ...]
    parts: tuple[Part, ...]


def place_list(entries: Sequence[SiteEntry], regions: Mapping[str, str]) -> dict[str, Any]:
    """What ``places.html.j2`` shows. ``regions`` maps region codes to names and heads provinces and cities.

    A code's first two digits are its province, its first four its city (GB/T 2260). A province without a name is
    headed by its digits; places of a city without a name stand right under the province.
    """
    names = {e.region_code: e.region_name for e in entries if e.region_code} | dict(regions)
    words = _Words()
    groups = [
        _group(province, list(own), names, words)
        for province, own in groupby(entries, key=lambda e: e.region_code[:2])
    ]
    return {
        "totals": _totals(entries),
        "held": _held(entries),
        "groups": groups,
        "open": len(groups) <= OPEN_GROUPS,
        "columns": [say("site.column.place"), say("site.column.code"), *words.kinds.values()],
    }


class _Words:
    """The words of the rows, looked up and escaped once: the rows hold a hundred thousand of them."""

    def __init__(self) -> None:
        self.kinds = {kind: say(f"kind.{kind.value}") for kind in Kind}
        self.illustrative = _mark("illustrative", say("page.mark.illustrative"))
        self.not_updated = _mark("held", say("site.mark_not_updated"))
        self.held_back = _mark("held", say("site.mark_held_back"))
        self._attributes = {attribute: escape(say(f"attribute.{attribute.value}")) for attribute in Attribute}
        self._counted: dict[tuple[Verdict, int], str] = {}

    def tallies(self, entry: SiteEntry) -> Markup:
        """How many indicators have each verdict, a line an attribute."""
        return Markup(
            "".join(
                f"<p>{self._attributes[attribute]} {' '.join(self._count(v, n) for v, n in counts.items() if n)}</p>"
                for attribute, counts in entry.counts.items()
            )
        )

    def _count(self, verdict: Verdict, n: int) -> str:
        if (verdict, n) not in self._counted:
            word = escape(f"{VERDICT_SHAPES[verdict]} {say(f'verdict.{verdict.value}')} {n}")
            self._counted[verdict, n] = f'<b class="{verdict.value.replace("_", "-")}">{word}</b>'
        return self._counted[verdict, n]


def _mark(name: str, word: str) -> Markup:
    return Markup(' <i class="mark-{}">{}</i>').format(name, word)


def _group(province: str, entries: list[SiteEntry], names: Mapping[str, str], words: _Words) -> Group:
    direct: list[Place] = []  # right under the province
    cities: list[Part] = []
    for city, own in groupby(entries, key=lambda e: e.region_code[:4]):
        places = tuple(_places(list(own), words))
        name = names.get(f"{city}00", "") if city != f"{province}00" else ""
        if name:
            cities.append(Part(name, places))
        else:
            direct += places
    if province:
        name = names.get(f"{province}0000") or say("site.group.unnamed", digits=province)
    else:
        name = say("site.group.unknown")
    return Group(
        f"region-{province or 'unknown'}",
        name,
        tuple(_facts(entries)),
        (*([Part("", tuple(direct))] if direct else []), *cities),
    )


def _facts(entries: list[SiteEntry]) -> Iterable[str]:
    """How many places and reports, and how many of their indicators are in trouble."""
    places = len({e.region_code or e.plan for e in entries})
    yield say("site.group.size", places=places, reports=sum(e.published for e in entries))
    for kind in Kind:
        own = [e for e in entries if e.published and e.kind is kind]
        troubled = sum(
            n for e in own for counts in e.counts.values() for v, n in counts.items() if v in TROUBLED
        )
        if own:
            yield say(f"site.group.troubled_{kind.value}", n=troubled)
    held = sum(bool(e.held_back) for e in entries)
    if held:
        yield say("site.group.held", n=held)


def _places(entries: list[SiteEntry], words: _Words) -> Iterable[Place]:
    """The rows of one city. Where a place has several plans, their titles tell them apart."""
    plans = [list(own) for _, own in groupby(entries, key=lambda e: e.plan)]
    codes = [own[0].region_code for own in plans]
    for own in plans:
        first = own[0]
        reports = {e.kind: _report(e, words) for e in own}
        several = codes.count(first.region_code) > 1
        yield Place(
            id=f"plan-{first.plan}",
            name=first.region_name or first.title,
            title=first.title if several and first.region_name else "",
            code=first.region_code,
            reports=tuple(reports.get(kind) for kind in Kind),
        )


def _report(entry: SiteEntry, words: _Words) -> Report:
    kind = words.kinds[entry.kind]
    if not entry.published:
        return Report("", kind, words.held_back, Markup(""))
    marks = words.not_updated if entry.held_back else Markup("")
    return Report(
        href=f"{entry.folder}/{PAGE}",
        label=kind if entry.as_of is None else say("site.report", kind=kind, year=entry.as_of),
        marks=marks + words.illustrative if entry.illustrative else marks,
        tallies=words.tallies(entry),
    )


def _totals(entries: Sequence[SiteEntry]) -> list[dict[str, Any]]:
    """For each kind of report, how many core indicators of all places have each verdict."""
    totals = []
    for kind, order in ((Kind.MIDTERM, MIDTERM_VERDICTS), (Kind.FINAL, FINAL_VERDICTS)):
        own = [e for e in entries if e.published and e.kind is kind]
        tallies = []
        for attribute in Attribute:
            counts = [e.counts[attribute] for e in own if attribute in e.counts]
            sums = tuple((v, sum(c.get(v, 0) for c in counts)) for v in order)
            caption = say(f"site.tally_{attribute.value}", count=fmt.number(sum(n for _, n in sums)))
            if counts:
                tallies.append(Markup(render(Tally(sums, caption))))
        if tallies:
            title = say("site.totals", kind=say(f"kind.{kind.value}"), reports=fmt.number(len(own)))
            totals.append({"title": title, "tallies": tallies})
    return totals


def _held(entries: Sequence[SiteEntry]) -> dict[str, Any] | None:
    """What was held back, by reasons: one mistake in a shared file holds back every report for the same reason."""
    by_reasons: dict[tuple[str, ...], list[SiteEntry]] = {}
    for entry in entries:
        if entry.held_back:
            by_reasons.setdefault(entry.held_back, []).append(entry)
    if not by_reasons:
        return None
    rows = []
    for reasons, own in list(by_reasons.items())[:MOST_HELD]:
        shown = list(reasons[:MOST_REASONS])
        if len(reasons) > MOST_REASONS:
            shown.append(say("site.held.more_reasons", n=len(reasons) - MOST_REASONS))
        places = list(dict.fromkeys(e.region_name or e.title for e in own))
        kinds = [say(f"kind.{kind.value}") for kind in Kind if any(e.kind is kind for e in own)]
        rows.append({"places": _some(places), "kinds": say("report.join").join(kinds), "reasons": shown})
    more = len(by_reasons) - len(rows)
    return {
        "summary": say("site.held.summary", n=fmt.number(sum(map(len, by_reasons.values())))),
        "open": len(rows) <= OPEN_HELD,
        "columns": [say(f"site.held.{name}") for name in ("place", "kind", "reasons")],
        "rows": rows,
        "more": say("site.held.more", n=more) if more else "",
    }


def _some(names: list[str]) -> str:
    """The names, shortened when there are many."""
    shown = say("report.join").join(names[:MOST_NAMES])
    return shown if len(names) <= MOST_NAMES else say("site.held.and_more", names=shown, n=len(names))
