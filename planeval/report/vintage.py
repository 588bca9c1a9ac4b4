"""What a report says when it is made from the data of a past day (``--vintage``)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from planeval.messages import say
from planeval.report.blocks import Callout

if TYPE_CHECKING:
    from planeval.model.evaluation import Evaluation


def vintage_of(evaluation: Evaluation) -> str:
    """The day (``2024-06-30``) until which publications count; "" where all do."""
    return str(evaluation.provenance.parameters.get("vintage", ""))


def day_text(day: str) -> str:
    """A day as the language writes it: ``2024年6月30日``."""
    at = date.fromisoformat(day)
    return say("restate.vintage.date", year=at.year, month=at.month, day=at.day)


def vintage_callout(evaluation: Evaluation) -> list[Callout]:
    """The box at the head of a report that is not about today; none for a report on all data."""
    day = vintage_of(evaluation)
    if not day:
        return []
    text = say("restate.vintage.text", date=day_text(day))
    return [Callout(say("restate.vintage.title"), text, tone="warning")]
