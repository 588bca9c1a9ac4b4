"""The index of a few plans: one card a report, with everything that its summary says."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from markupsafe import Markup

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.report.blocks import Block, Callout, Definitions, Link, Links, Tally
from planeval.report.html import mark_html, render
from planeval.report.names import in_language
from planeval.site.entries import PAGE, SiteEntry


def plan_cards(entries: Iterable[SiteEntry]) -> list[dict[str, Any]]:
    """What ``index.html.j2`` shows of them: the plans in the order of ``entries``, each with the cards of its reports."""
    plans = []
    for (plan, title), group in groupby(entries, key=lambda e: (e.plan, e.title)):
        own = list(group)
        place = "　".join(
            part
            for part in (in_language(own[0].region_name, own[0].region_name_en), own[0].region_code)
            if part
        )
        plans.append({"id": plan, "title": title, "place": place, "cards": [_card(e) for e in own]})
    return plans


def _card(entry: SiteEntry) -> dict[str, object]:
    return {
        "id": f"{entry.plan}-{entry.kind.value}",
        "kind": say(f"kind.{entry.kind.value}"),
        "href": f"{entry.folder}/{PAGE}" if entry.published else "",
        "held": bool(entry.held_back),
        "illustrative": mark_html("illustrative") if entry.published and entry.illustrative else "",
        "blocks": [Markup(render(block)) for block in _blocks(entry)],
    }


def _blocks(entry: SiteEntry) -> list[Block]:
    """What stands in the card of one report."""
    blocks: list[Block] = []
    if entry.held_back:
        name = "not_updated" if entry.published else "held_back"
        blocks.append(Callout(say(f"site.{name}"), entry.held_back, "warning"))
    if not entry.published:
        return blocks
    if entry.illustrative:
        blocks.append(Callout(say("site.illustrative"), say("site.illustrative_text"), "illustrative"))
    facts = _facts(entry)
    if facts is not None:
        blocks.append(facts)
    for attribute, counts in entry.counts.items():
        caption = say(f"site.tally_{attribute.value}", count=sum(counts.values()))
        blocks.append(Tally(tuple((v, count) for v, count in counts.items() if count), caption))
    links = [Link(say("site.open"), f"{entry.folder}/{PAGE}")]
    links += [Link(name, f"{entry.folder}/{name}") for name in entry.files]
    blocks.append(Links(tuple(links)))
    return blocks


def _facts(entry: SiteEntry) -> Definitions | None:
    facts = []
    if entry.as_of is not None:
        facts.append((say("site.fact.as_of"), say("site.fact.as_of_value", year=entry.as_of)))
    if entry.data_until:
        facts.append((say("site.fact.data_until"), entry.data_until))
    if entry.time_share is not None:
        facts.append((say("site.fact.time_share"), fmt.share(entry.time_share, 0)))
    return Definitions(tuple(facts)) if facts else None
