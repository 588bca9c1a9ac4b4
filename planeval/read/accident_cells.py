"""What the texts in a ledger of accidents mean, each looked at once: days, counts, amounts, categories."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from planeval.errors import hint
from planeval.messages import say
from planeval.model.accidents import Category

CATEGORIES = {
    **{str(category): category for category in Category},
    "道路交通": Category.ROAD_TRAFFIC,
    "火灾": Category.FIRE,
    "其他": Category.OTHER,
}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OTHER_DAY = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})日?(?:[ T][0-9:.]*)?")
_WHOLE = re.compile(r"[0-9]{1,9}")
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]+)?")


class Value(NamedTuple):
    """What a text means, None where that is nothing that can be used; ``expected``: what should stand there."""

    value: Any
    expected: str = ""


def day_of(text: str) -> Value:
    """A day (datetime64[D]) written ``YYYY-MM-DD``; of one written in another way, how to write it."""
    try:
        if _DAY.fullmatch(text):
            return Value(np.datetime64(date.fromisoformat(text), "D"))
        other = _OTHER_DAY.fullmatch(text)
        if other:
            return Value(None, date(*map(int, other.groups())).isoformat())
    except ValueError:
        pass
    return Value(None, say("accidents.expected.day"))


def count_of(text: str) -> Value:
    """A whole number that is not negative."""
    if _WHOLE.fullmatch(text):
        return Value(float(text))
    return Value(None, say("accidents.expected.count"))


def amount_of(text: str) -> Value:
    """A number that is not negative."""
    if _AMOUNT.fullmatch(text):
        return Value(float(text))
    return Value(None, say("accidents.expected.amount"))


def category_of(text: str) -> Value:
    """The category, written in English or in Chinese."""
    if text in CATEGORIES:
        return Value(CATEGORIES[text])
    return Value(None, hint(text, CATEGORIES))
