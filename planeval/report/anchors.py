"""Where on a report's page something stands, for whoever links to it."""

from __future__ import annotations


def indicator_anchor(id: str) -> str:
    """The id of the heading of the indicator with this id of the plan."""
    return f"indicator-{id.replace('_', '-')}"
