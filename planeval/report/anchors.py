"""Where on a report's page something stands, for whoever links to it."""

from __future__ import annotations


def indicator_anchor(id: str) -> str:
    """The id of the heading of the indicator with this id of the plan."""
    return f"indicator-{id.replace('_', '-')}"


def derivation_anchor(id: str) -> str:
    """The id of the derivation of the indicator or sub-target with this id of the plan: as it is, since keys (with
    underscores) and ids of sub-targets (with hyphens) stand side by side."""
    return f"derivation-{id}"
