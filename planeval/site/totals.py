"""What the index says first: how many reports there are, and how the indicators of all places fare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.model.terms import Attribute, Kind, Verdict, verdicts_of
from planeval.report.blocks import Tally
from planeval.report.html import render
from planeval.site.entries import SiteEntry


def key_figures(entries: Sequence[SiteEntry]) -> list[dict[str, str]]:
    """Counts of the whole site: ``value``, ``label``, and ``href`` where there is more to read."""
    published = [e for e in entries if e.published]
    figures = [
        ("reports", len(published), "#places"),
        ("plans", len({e.plan for e in entries}), ""),
        ("held", sum(bool(e.held_back) for e in entries), "#held"),
        ("illustrative", sum(e.illustrative for e in published), ""),
    ]
    return [
        {"value": fmt.number(n), "label": say(f"site.figure.{name}"), "href": href if n else ""}
        for name, n, href in figures
    ]


def totals(entries: Sequence[SiteEntry]) -> list[dict[str, Any]]:
    """For each kind of report, how many core indicators of all places have each verdict, by attribute."""
    found = []
    for kind in Kind:
        own = [e for e in entries if e.published and e.kind is kind]
        tallies = []
        for attribute in Attribute:
            counts = [e.counts[attribute] for e in own if attribute in e.counts]
            given = {v for c in counts for v, n in c.items() if n}
            sums = tuple((v, sum(c.get(v, 0) for c in counts)) for v in verdicts_of(kind, given))
            caption = say(f"site.tally_{attribute.value}", count=fmt.number(sum(n for _, n in sums)))
            if counts:
                tallies.append({"bar": _bar(sums), "tally": Markup(render(Tally(sums, caption)))})
        if tallies:
            title = say("site.totals", kind=say(f"kind.{kind.value}"), reports=fmt.number(len(own)))
            found.append({"title": title, "tallies": tallies})
    return found


def _bar(sums: Sequence[tuple[Verdict, int]]) -> list[tuple[str, int]]:
    """The parts of the bar over a tally: the verdict's class and its share of the width."""
    return [(f"verdict-{verdict.value.replace('_', '-')}", n) for verdict, n in sums if n]
