"""The table of the index: one row a report, a column for each indicator; a cell is the verdict's shape in its colour.

The page must stay small at 5,700 reports, so rows are written here and not in the template, a cell's class is one
letter, and rows and cells end where the next begins, as HTML allows. In a cell stands the verdict's word, for ears
and for copies; eyes see the shape that the style sheet puts over it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup, escape

from planeval.messages import language, say
from planeval.model.terms import TROUBLED, Attribute, Kind, Verdict
from planeval.report.names import Named, in_language
from planeval.site.entries import PAGE, SiteEntry
from planeval.site.pinyin import Readings

# A cell's class: the letter of its verdict, a capital for a binding indicator. The script reads them too.
LETTERS = {
    Verdict.ACHIEVED_EARLY: "a",
    Verdict.AHEAD: "f",
    Verdict.ON_TRACK: "o",
    Verdict.LAGGING: "l",
    Verdict.OFF_TRACK: "x",
    Verdict.MET: "m",
    Verdict.NOT_MET: "u",
    Verdict.NOT_ASSESSABLE: "n",
}
# The columns that count a report's indicators, and the verdicts each counts.
COUNTS = {"good": "afom", "lagging": "l", "bad": "xu", "none": "n"}
MOST_LINKED = (
    400  # reports; above it cells become links as they come into sight: written out they are a megabyte
)
MOST_UNGROUPED = 12  # plans; so few need no headings of provinces and cities
_KIND_LETTERS = {kind: kind.value[0] for kind in Kind}  # as the script takes them
_BLANK = "-"
_CODE = re.compile(r"\d{6}", re.ASCII)  # what becomes the name of a folder

# Region codes -> what they are called.
Regions = Mapping[str, Named | str]


@dataclass(frozen=True)
class IndicatorColumn:
    """A column of the matrix: an indicator of the dictionary, and how the plans commit themselves to it."""

    key: str
    name: str
    attributes: frozenset[str]

    @property
    def anchor(self) -> str:
        """The id of its heading in a report."""
        return f"indicator-{self.key.replace('_', '-')}"

    @property
    def attribute(self) -> str:
        """Short words for its attribute."""
        kind = next(iter(self.attributes)) if len(self.attributes) == 1 else "mixed"
        return say(f"site.attribute_short.{kind}")


def indicator_columns(entries: Iterable[SiteEntry]) -> list[IndicatorColumn]:
    """Every core indicator that occurs: those binding in most plans first, otherwise in the order they appear."""
    names: dict[str, Counter[tuple[str, str]]] = {}
    attributes: dict[str, Counter[str]] = {}
    for entry in entries:
        for row in entry.rows:
            key = row[1]
            if key not in names:
                names[key], attributes[key] = Counter(), Counter()
            names[key][row[15:17] or (key, "")] += 1
            attributes[key][row[3]] += 1
    columns = [
        IndicatorColumn(key, in_language(*names[key].most_common(1)[0][0]), frozenset(attributes[key]))
        for key in names
    ]
    return sorted(columns, key=lambda c: attributes[c.key].most_common(1)[0][0] != Attribute.BINDING.value)


class PlaceNames:
    """The names of places by code, in both languages: those the reports tell of, and ``regions``."""

    def __init__(self, entries: Iterable[SiteEntry], regions: Regions) -> None:
        self._names = {e.region_code: (e.region_name, e.region_name_en) for e in entries if e.region_code}
        for code, given in regions.items():
            name, name_en = (given, "") if isinstance(given, str) else (given.name, given.name_en)
            if name:
                self._names[code] = (name, name_en or self._names.get(code, ("", ""))[1])

    def name(self, code: str) -> str:
        """Its name in the language of the page; "" where it is not known."""
        return in_language(*self._names.get(code, ("", "")))

    def chinese(self, code: str) -> str:
        """Its Chinese name, "" where it is not known."""
        return self._names.get(code, ("", ""))[0]

    def known(self, codes: Iterable[str]) -> list[str]:
        """Those of ``codes`` that have a name, each once."""
        return [code for code in dict.fromkeys(codes) if self.name(code)]


def bodies(
    entries: Sequence[SiteEntry], columns: Sequence[IndicatorColumn], places: PlaceNames, readings: Readings
) -> tuple[Markup, list[dict[str, str]]]:
    """The table's bodies as HTML, and the provinces whose headings stand in them (``id``, ``name``).

    A code's first two digits are its province, its first four its city (GB/T 2260). A province without a name is
    headed by its digits; places of a city without a name stand right under the province. ``entries`` are in the order
    of `planeval.site.entries.collect_entries`.
    """
    rows = _Rows(entries, columns, places, readings)
    if len({e.plan for e in entries}) <= MOST_UNGROUPED:
        return Markup(_body(rows.of(entries), len(entries))), []
    width = len(columns) + 3 + len(COUNTS)
    parts: list[str] = []
    provinces: list[dict[str, str]] = []
    for province, group in groupby(entries, key=lambda e: e.region_code[:2]):
        own = list(group)
        id_, name = f"region-{province or 'unknown'}", _province(province, places)
        provinces.append({"id": id_, "name": name})
        facts = "".join(f" <small>{escape(fact)}</small>" for fact in _facts(own))
        heading = f'<th scope="rowgroup" colspan="{width}">{escape(name)}{facts}'
        parts.append(f'<tbody class="region" id="{id_}"><tr class="row-group">{heading}</tbody>')
        direct: list[SiteEntry] = []  # right under the province
        cities: list[str] = []
        for city, places_of_it in groupby(own, key=lambda e: e.region_code[:4]):
            theirs = list(places_of_it)
            title = places.name(f"{city}00") if city != f"{province}00" else ""
            if title:
                head = f'<tr class="city"><th scope="rowgroup" colspan="{width}">{escape(title)}'
                cities.append(_body(head + rows.of(theirs), len(theirs)))
            else:
                direct += theirs
        if direct:
            parts.append(_body(rows.of(direct), len(direct)))
        parts += cities
    return Markup("\n".join(parts)), provinces


def _province(digits: str, places: PlaceNames) -> str:
    if not digits:
        return say("site.group.unknown")
    return places.name(f"{digits}0000") or say("site.group.unnamed", digits=digits)


def _body(rows: str, size: int) -> str:
    """``size`` lets the browser know how high it will be before it is drawn."""
    return f'<tbody style="--rows:{size}">{rows}</tbody>'


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


class _Rows:
    """Writes rows; the words in them are looked up and escaped once."""

    def __init__(
        self,
        entries: Sequence[SiteEntry],
        columns: Sequence[IndicatorColumn],
        places: PlaceNames,
        readings: Readings,
    ) -> None:
        self._columns, self._places, self._readings = columns, places, readings
        self._at = {column.key: n for n, column in enumerate(columns)}
        self._linked = len(entries) <= MOST_LINKED
        letters = {v.value: letter for v, letter in LETTERS.items()}
        self._letters = {(v, Attribute.EXPECTED.value): letter for v, letter in letters.items()}
        self._letters |= {(v, Attribute.BINDING.value): letter.upper() for v, letter in letters.items()}
        words = {LETTERS[v]: str(escape(say(f"verdict.{v.value}"))) for v in Verdict}
        words |= {letter.upper(): word for letter, word in words.items()}
        self._words = words
        self._cells = {letter: f'<td class="{letter}">{word}' for letter, word in words.items()}
        self._cells[_BLANK] = "<td>"
        self._illustrative = f" <mark>{escape(say('page.mark.illustrative'))}</mark>"
        self._provisional = f' <mark class="mark-provisional">{escape(say("page.mark.provisional"))}</mark>'
        self._marks = {
            published: f' <a class="mark-held" href="#held">{escape(say(f"site.{name}"))}</a>'
            for published, name in ((True, "mark_not_updated"), (False, "mark_held_back"))
        }
        self._labels: dict[tuple[Kind, int | None], str] = {}
        self._cached: dict[str, str] = {}
        plans = Counter(code for code, _ in {(e.region_code, e.plan) for e in entries})
        self._several = {code for code, n in plans.items() if n > 1}

    def of(self, entries: Iterable[SiteEntry]) -> str:
        """The rows of ``entries``, those of a plan one after the other."""
        rows, plan = [], None
        for entry in entries:
            rows.append(self._row(entry, entry.plan != plan))
            plan = entry.plan
        return "\n".join(rows)

    def _row(self, entry: SiteEntry, first: bool) -> str:
        marked = [_BLANK] * len(self._columns)
        if entry.published:
            for row in entry.rows:
                marked[self._at[row[1]]] = self._letters[row[2], row[3]]
        verdicts = "".join(marked)
        if verdicts not in self._cached:  # many places fare alike
            self._cached[verdicts] = self._tallies(verdicts) + "".join(map(self._cells.__getitem__, marked))
        href = str(escape(f"{entry.folder}/{PAGE}")) if entry.published else ""
        if self._linked and href:
            rest = self._tallies(verdicts) + "".join(
                map(self._link, marked, self._columns, [href] * len(marked))
            )
        else:
            rest = self._cached[verdicts]
        opening = f' id="plan-{escape(entry.plan)}"{self._sound(entry)}' if first else ' class="s"'
        code = escape(entry.region_code)
        return (
            f'<tr{opening} data-r="{_KIND_LETTERS[entry.kind]}{verdicts}"><th scope="row">{self._name(entry, first)}'
            f"<td>{code}<td>{self._report(entry, href)}{rest}"
        )

    def _tallies(self, verdicts: str) -> str:
        small = verdicts.lower()
        if not small.strip(_BLANK):
            return "<td>" * len(COUNTS)
        return "".join(f"<td>{sum(map(small.count, own))}" for own in COUNTS.values())

    def _link(self, letter: str, column: IndicatorColumn, href: str) -> str:
        if letter == _BLANK:
            return "<td>"
        title = escape(column.name)
        return (
            f'<td class="{letter}"><a href="{href}#{column.anchor}" title="{title}">{self._words[letter]}</a>'
        )

    def _name(self, entry: SiteEntry, first: bool) -> str:
        """The place, which leads to its page; with the plan's title where the place has several plans.

        The plan's second row repeats the name alone: one link is enough where the rows stand together, and where
        they do not, the script adds it.
        """
        name = escape(in_language(entry.region_name, entry.region_name_en) or entry.title)
        if not first or not _CODE.fullmatch(entry.region_code):
            return str(name)
        code = escape(entry.region_code)
        title = entry.title if entry.region_code in self._several and entry.region_name else ""
        small = f"<small>{escape(title)}</small>" if title else ""
        return f'<a href="places/{code}/{PAGE}">{name}</a>{small}'

    def _sound(self, entry: SiteEntry) -> str:
        """What else the place is found by: its Chinese name where another is shown, and how that sounds as a phrase."""
        told = ""
        if language() != "zh" and entry.region_name_en and entry.region_name:
            told = f' data-zh="{escape(entry.region_name)}"'
        phrase = self._readings.phrases.get(entry.region_name)
        return f'{told} data-p="{escape(phrase)}"' if phrase else told

    def _report(self, entry: SiteEntry, href: str) -> str:
        key = (entry.kind, entry.as_of)
        if key not in self._labels:
            kind = say(f"kind.{entry.kind.value}")
            label = kind if entry.as_of is None else say("site.report", kind=kind, year=entry.as_of)
            self._labels[key] = str(escape(label))
        text = f'<a href="{href}">{self._labels[key]}</a>' if href else self._labels[key]
        if entry.held_back:
            text += self._marks[entry.published]
        if entry.published and entry.illustrative:
            text += self._illustrative
        elif entry.published and entry.provisional:  # illustrative figures are provisional anyway
            text += self._provisional
        return text


def place_options(entries: Sequence[SiteEntry], places: PlaceNames, readings: Readings) -> dict[str, Any]:
    """The provinces and cities that can be chosen: ``code`` (two or four digits), ``name``, ``zh`` and ``phrase``."""

    def option(code: str) -> dict[str, str]:
        whole = code.ljust(6, "0")
        chinese = places.chinese(whole)
        name = places.name(whole)
        return {
            "code": code,
            "name": name,
            "zh": chinese if chinese != name else "",
            "phrase": readings.phrases.get(chinese, ""),
        }

    codes = [e.region_code for e in entries if e.region_code]
    provinces = [code[:2] for code in places.known(f"{code[:2]}0000" for code in codes)]
    cities = [code[:4] for code in places.known(f"{code[:4]}00" for code in codes) if code[2:4] != "00"]
    return {"provinces": list(map(option, provinces)), "cities": list(map(option, cities))}
