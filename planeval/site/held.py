"""What was held back, by reasons: one mistake in a shared file holds back every report for the same reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planeval.messages import numbers as fmt
from planeval.messages import say
from planeval.model.terms import Kind
from planeval.report.names import in_language
from planeval.site.entries import SiteEntry

MOST_HELD = 100  # rows of the table; held_back.json has them all
OPEN_HELD = 10  # so few need not be folded away
MOST_REASONS = 5  # of one report
MOST_NAMES = 6  # of places held back for the same reasons


def held_back(entries: Sequence[SiteEntry]) -> dict[str, Any] | None:
    """What the index shows of reports that were not written; None where there are none."""
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
        places = list(dict.fromkeys(in_language(e.region_name, e.region_name_en) or e.title for e in own))
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
