"""The index over all reports: ``reports/index.html``, of the same form for three reports and for 5,700.

It is made from what lies in the output folder (`planeval.site.entries`) and from what this run held back: counts
(`planeval.site.totals`), what was held back and why (`planeval.site.held`), the table of reports and indicators
(`planeval.site.table`), and for a few plans a card a report (`planeval.site.cards`). The page is complete without its
script, which adds the search by name, sound (`planeval.site.pinyin`) or code, the filters and the sorting.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from planeval.messages import LANGUAGES, language, say
from planeval.model.terms import USUAL_KINDS, Attribute, Kind, Verdict
from planeval.render.publish import write_file
from planeval.report.blocks import Link
from planeval.report.html import VERDICT_SHAPES, verdict_html
from planeval.report.vintage import day_text
from planeval.site.cards import plan_cards
from planeval.site.entries import HeldBack, Records, SiteEntry, collect_entries
from planeval.site.frame import render_page
from planeval.site.held import held_back
from planeval.site.pinyin import readings
from planeval.site.table import (
    COUNTS,
    LETTERS,
    PlaceNames,
    Regions,
    bodies,
    indicator_columns,
    place_options,
)
from planeval.site.totals import key_figures, totals

__all__ = ["HeldBack", "Records", "SiteEntry", "build_index", "collect_entries", "render_index"]

MOST_CARDS = 12  # plans; of more the table tells what there is, and each place's page the rest
# The width of the table in rem, by its columns: what the place, the code and the report need, a count, an indicator.
NAMES_WIDTH, COUNT_WIDTH, INDICATOR_WIDTH = 28.0, 2.4, 2.75
FRAME_WIDTH = 9.0  # the page around it
MOST_ON_PHONE = 13  # counts and indicators that fit side by side on a phone


def render_index(
    entries: Iterable[SiteEntry],
    *,
    regions: Regions | None = None,
    alternate: Link | None = None,
    pinyin: Path | None = None,
) -> str:
    """The index as HTML. The same entries give the same text.

    ``regions`` maps region codes to places (``name``, ``name_en``) or their Chinese names, also of provinces and
    cities without a report: they head the list of many plans, where a province without a name is headed by its digits
    and a city without one is left out. ``alternate`` leads to the index in the other language; ``pinyin`` is the file that
    keeps how names sound (see `planeval.site.pinyin.readings`).

    Raises:
        RenderError: the page would fetch something from elsewhere, or has an id twice.
    """
    entries = list(entries)
    columns = indicator_columns(entries)
    places = PlaceNames(entries, regions or {})
    sounds = readings(_searched(entries, places), pinyin)
    rows, provinces = bodies(entries, columns, places, sounds)
    few = len({e.plan for e in entries}) <= MOST_CARDS
    return render_page(
        "index.html.j2",
        "index.html",
        say("site.title"),
        description=say("site.description"),
        lead=_lead(entries),
        empty=[say("site.empty"), say("site.empty_hint")],
        alternate=alternate,
        alternate_language=next(tag for name, tag in LANGUAGES.items() if name != language()),
        figures=key_figures(entries),
        totals=totals(entries),
        held=held_back(entries),
        rows=rows if entries else "",
        provinces=provinces,
        columns=columns,
        counts=list(COUNTS.items()),
        kinds=[(kind.value, say(f"kind.{kind.value}")) for kind in _kinds(entries)],
        attributes=[(attribute.value, say(f"attribute.{attribute.value}")) for attribute in Attribute],
        verdicts=[
            {
                "value": verdict.value,
                "letter": LETTERS[verdict],
                "shape": VERDICT_SHAPES[verdict],
                "badge": verdict_html(verdict),
            }
            for verdict in Verdict
        ],
        options=place_options(entries, places, sounds),
        sounds=sounds.table(),
        wide=len(COUNTS) + len(columns) > MOST_ON_PHONE,
        full_width=FRAME_WIDTH + NAMES_WIDTH + COUNT_WIDTH * len(COUNTS) + INDICATOR_WIDTH * len(columns),
        plans=plan_cards(entries) if few else [],
    )


def _lead(entries: Iterable[SiteEntry]) -> str:
    """What the page is about: of a past day where its reports are."""
    days = {entry.vintage for entry in entries if entry.published} or {""}
    lead = say("site.lead")
    if "" in days:
        return lead
    return say("report.sentence_join").join([say("restate.vintage.site", date=day_text(max(days))), lead])


def _kinds(entries: Iterable[SiteEntry]) -> list[Kind]:
    """The kinds of report there are, and those that every plan gets."""
    there = {entry.kind for entry in entries}
    return [kind for kind in Kind if kind in there or kind in USUAL_KINDS]


def _searched(entries: Sequence[SiteEntry], places: PlaceNames) -> Iterable[str]:
    """The Chinese names that a reader may look for: of the reports' places, their cities and provinces."""
    yield from dict.fromkeys(e.region_name for e in entries if e.region_name)
    codes = dict.fromkeys(e.region_code for e in entries if e.region_code)
    for code in {whole: None for c in codes for whole in (f"{c[:2]}0000", f"{c[:4]}00")}:
        if name := places.chinese(code):
            yield name


def build_index(
    out: Path,
    entries: Iterable[SiteEntry],
    regions: Regions | None = None,
    *,
    alternate: Link | None = None,
    pinyin: Path | None = None,
) -> Path:
    """Write ``out/index.html`` whole or not at all, and return its path; the parameters are those of `render_index`.

    Raises:
        PublishError: the folder cannot be written to.
        RenderError: as `render_index`.
    """
    path = out / "index.html"
    write_file(path, render_index(entries, regions=regions, alternate=alternate, pinyin=pinyin))
    return path
