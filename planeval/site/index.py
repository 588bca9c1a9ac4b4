"""The index over all reports: ``reports/index.html``.

It is made from what lies in the output folder (`planeval.site.entries`) and from what this run held back. A few plans
are shown as cards (`planeval.site.cards`), many as a list by province with a box to search it
(`planeval.site.places`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.render.publish import write_file
from planeval.site.cards import plan_cards
from planeval.site.entries import HeldBack, Records, SiteEntry, collect_entries
from planeval.site.frame import render_page
from planeval.site.places import place_list

__all__ = ["HeldBack", "Records", "SiteEntry", "build_index", "collect_entries", "render_index"]

MOST_CARDS = 30  # plans; a list of more is easier to find one's way in than a page of cards


def render_index(
    entries: Iterable[SiteEntry],
    *,
    regions: Mapping[str, str] | None = None,
) -> str:
    """The index as HTML. The same entries give the same text.

    ``regions`` maps region codes to names, also of provinces and
    cities without a report: they head the list of many plans, where a province without a name is headed by its
    digits and a city without one is left out.
    """
    entries = list(entries)
    plans = len({e.plan for e in entries})
    many = plans > MOST_CARDS
    body: dict[str, Any] = place_list(entries, regions or {}) if many else {"plans": plan_cards(entries)}
    return render_page(
        "places.html.j2" if many else "cards.html.j2",
        "index.html",
        say("site.title"),
        description=say("site.description"),
        lead=say("site.lead"),
        summary=_summary(entries, plans),
        **body,
    )


def _summary(entries: Sequence[SiteEntry], plans: int) -> list[str]:
    if not entries:
        return [say("site.empty"), say("site.empty_hint")]
    held = sum(bool(e.held_back) for e in entries)
    counts = {"published": sum(e.published for e in entries), "plans": plans, "held": held}
    name = "site.summary_held" if held else "site.summary"
    return [say(name, **{key: fmt.number(n) for key, n in counts.items()})]


def build_index(
    out: Path,
    entries: Iterable[SiteEntry],
    regions: Mapping[str, str] | None = None,
) -> Path:
    """Write ``out/index.html`` whole or not at all, and return its path; the parameters are those of `render_index`.

    Raises:
        PublishError: the folder cannot be written to.
    """
    path = out / "index.html"
    write_file(path, render_index(entries, regions=regions))
    return path
