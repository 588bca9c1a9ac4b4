"""A vintage: the data as they were on some day, because nothing published later counts."""

from __future__ import annotations

import calendar
import re
from datetime import date

from planeval.errors import UsageError
from planeval.messages import say

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_PUBLISHED = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?")


def last_day(text: str) -> str:
    """The last day (``YYYY-MM-DD``) of a day, a month or a year as people write it.

    Raises:
        UsageError: it is no date.
    """
    match = _DATE.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        year, month = int(match[1]), int(match[2] or 12)
        day = int(match[3]) if match[3] else calendar.monthrange(year, month)[1]
        return date(year, month, day).isoformat()
    except (
        ValueError,
        IndexError,
    ):  # calendar.IllegalMonthError is a ValueError or an IndexError, by version
        raise UsageError(say("read.vintage_not_a_date", found=text)) from None


def is_published(text: str) -> bool:
    """Whether ``text`` is a day or a month of the calendar, as a date of publication is written."""
    if not _PUBLISHED.fullmatch(text):
        return False
    try:
        date.fromisoformat(text if len(text) > len("2024-02") else f"{text}-01")
    except ValueError:
        return False
    return True


def published_after(text: str, vintage: str) -> bool:
    """Whether a date of publication lies after the day ``vintage``; a month counts as its first day. What is no date
    is no later one: it must be seen."""
    text = text.strip()
    return text > vintage and is_published(text)
